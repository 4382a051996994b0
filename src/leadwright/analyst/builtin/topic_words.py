"""Does a lead's topic read like what a buyer wants, or is it a note of ours? In doubt a note: then no mail shows it."""

import re

from leadwright.analyst.builtin.words import fold

_MOST_WORDS = 12
_WORD = re.compile(r"[^\W_][\w'’/&.+-]*%?,?|[&+]|\([A-Z]{2,6}\)")
_PERSON = re.compile(r"\b(?:Mr|Mrs|Ms|Dr|Prof|Herrn?|Frau|Mme|Mlle|Madame|Monsieur)\b\.? (?=[^\W\d_a-z])")
_CODE = re.compile(r"[A-Z]{5,}|(?:\S+ )?\w+ \d{4,}")  # an event or a number of ours
_TWO_SENTENCES = re.compile(r"\w{4}\. ")
_TASK = (
    r"leads?(?! times?\b)|prospect(?:s|ing)?|follow[- ]?ups?|cold[- ]?calls?|call ?backs?|import(?:ed)?|hot|warm|"
    r"competitors?|test|tbd|asdf|unknown|unbekannt|n/a|misc|outreach|blast|nurtur\w+|stale|(?:un|dis)?qualified|"
    r"tier \d|syndication|overdue|unpaid|urgent(?:ly)?|asap|vip|voice ?mail|duplicate|win[- ]?back|up-?sell|"
    r"cross-?sell|displace|decision[- ]?makers?|gatekeepers?|(?:existing|new) (?:customer|client|account)|ruckruf\w*|"
    r"neukunden?|bestandskunden?|"
    r"me|us|we|i|he|she|you|they|him|them|your|is|are|was|were|has|have|had|will|would|wants?|likes|uses|do not|don't|"
    r"not|no|yes|never|nicht|please|pls|bitte|maybe|probably|likely|currently|soon|"
    r"spoke|talked|met|called|visited|gave|sent|send|ask|remind|discuss|talk|speak|tell|bought"
)
_SUM_OR_DAY = (
    r"\d+\s?k|\d[\d.,]*\s?mi(?:o|ll?ions?)|usd|eur|euros?|dollars?|gbp|chf|teur|budget(?! (?:planning|management|"
    r"control\w*|software|tools?|tracking|systems?|forecast\w*|approvals?|process\w*))|"
    r"today|tomorrow|yesterday|(?:mon|tues|wednes|thurs|fri|satur|sun)day|montag|dienstag|mittwoch|donnerstag|freitag|"
    r"january|february|march|april|may|june|july|august|september|october|november|december|januar|februar|marz|mai|"
    r"juni|juli|oktober|dezember|easter|ostern|q[1-4]|fy ?\d\d|(?:19|20)\d\d|"
    r"(?:before|after|until|till|by) (?:the )?(?:christmas|holidays?|end)"
)
_SOURCE = (
    r"linked ?in|xing|facebook|instagram|twitter|tiktok|youtube|(?:google|meta) ads?|adwords|zoominfo|webinars?|"
    r"white ?papers?|e-?books?|trade ?(?:shows?|fairs?)|booths?|expo|\w*messe|messe(?:kontakt|stand)\w*|feria|foire|"
    r"fiera|referred|gekauft\w*|achete\w*|comprad\w*|"
    r"(?:from|via|through|uber) (?:the |a |die |das )?(?:web\w*|web ?site|internet|form|list|event|fair|show)"
)
_NOTE = re.compile(rf"\b(?:{_TASK}|{_SUM_OR_DAY}|{_SOURCE})\b")
_BEGINS_LIKE_A_NOTE = re.compile(
    r"(?:from|via|at|by|per|with|through|on|von|vom|some interest|good|bad|big|"
    # "scanned at the fair", "recommended by", "likes our products"; "automated picking" is a need
    r"\w+[^\We]ed (?:by|at|from|with|about|to|on|via|in|for|through|our|the|an?|once|twice|before|last)|"
    r"\w+s (?:our|the|their|with our))\b"
)
_PREPOSITION = re.compile(
    r"\s(?:about|for|in|of|on|at|from|with|to|by|via|regarding|re|over|around|after|before|during|since|until|per|zu|zum|"
    r"zur|fur|von|vom|im|am|uber|mit|nach|bei|wegen|pour|sur|para|per|voor)(?:\s|$)|,\s"
)
_WHERE = re.compile(r"(\b[^\W\d_A-Z][\w-]*)(?:\s[A-Z]\w+)+$")
_WHEN = re.compile(r"(?:\s(?:spring|summer|autumn|fall|winter|\d+))+$")
_NEED = re.compile(r"(?:fewer|less|faster|better|cheaper|lower|reduc\w+|cut\w*|improv\w+|avoid\w*)\s")
_SAYS_NOTHING = re.compile(
    r"\b(?:web|web ?(?:sites?|pages?|seite)|landing ?pages?|(?:web|online)?forms?|\w*formular|formulaire|formulario|"
    r"(?<!price )lists?|\w*liste|newsletters?|sign-?ups?|downloads?|uploads?|batch|attendees?|visitors?|subscribers?|"
    r"subscriptions?|registrations?|registrants?|submissions?|badges?|scans?|campaigns?|mailings?|exports?|chats?|"
    r"hotline|events?|conferences?|fairs?|shows?|stand|summits?|congress|exhibitions?|roadshows?|referrals?|empfehlung|"
    r"google(?: search)?|organic|cards?|visitenkarte|introductions?|intros?|hello|hi|questions?|[ie]nquir(?:y|ies)|"
    r"requests?|demande|anfragen?|information|infos?|contacts?|kontakt\w*|messages?|e-?mails?|mails?|calls?|meetings?|"
    r"appointments?|termin\w*|visits?|lunch|dinner|conversations?|notes?|repl(?:y|ies)|responses?|complaints?|"
    r"beschwerden?|reklamation|disputes?|escalations?|invoices?|rechnung|tickets?|reminders?|opportunit(?:y|ies)|deals?|"
    r"sales|customers?|clients?|accounts?|partners?|friends?|general|others?)$"
)


def reads_like_a_topic(text: str) -> bool:
    """Is it one short phrase about a need: no task, source, sum, date or person of ours, nor several things at once?"""
    words = text.split()
    if not 0 < len(words) <= _MOST_WORDS or not all(_WORD.fullmatch(w) for w in words):
        return False
    if _PERSON.search(text) or _CODE.fullmatch(text) or _TWO_SENTENCES.search(text):
        return False
    said = fold(text)
    if _NOTE.search(said) or _BEGINS_LIKE_A_NOTE.match(said):
        return False
    about = _WHEN.sub("", _PREPOSITION.split(fold(_WHERE.sub(r"\1", text)), maxsplit=1)[0])
    return bool(_NEED.match(said)) or not _SAYS_NOTHING.search(about)
