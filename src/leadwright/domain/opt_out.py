"""Opt-out in words, told by rule before anything else is judged. A plain one is never missed; doubt means stop.

The words of each language are in `opt_out_words`. What somebody quotes, a footer that explains how to leave, and talk
about the product ("does it handle unsubscribes?") are no opt-out.
"""

import difflib
import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from itertools import groupby

from leadwright.domain.opt_out_words import ALONE, ANYWHERE, POLITE

LONGEST = 20_000  # characters read; nobody opts out after that
_WHOLE_LETTERS = str.maketrans({"ø": "o", "ł": "l", "đ": "d", "æ": "ae", "œ": "oe", "ı": "i", "’": "'", "‘": "'"})
_INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff]")
_QUOTE_BEGINS = re.compile(
    r"^\s*(?:on\b.{4,200}\bwrote:|am\b.{4,200}\bschrieb\b.*:|le\b.{4,200}\ba ecrit\s*:|el\b.{4,200}\bescribio:|"
    r"il\b.{4,200}\bha scritto:|em\b.{4,200}\bescreveu:|op\b.{4,200}\bschreef\b.*:|den\b.{4,200}\bskrev\b.*:|"
    r"-{2,}\s*(?:original message|urspr\w+ nachricht|forwarded message|message d'origine|mensaje original)|_{20,})",
    re.IGNORECASE,
)
_FOOTER = re.compile(
    r"(?:\bto (?:unsubscribe|opt[- ]?out|stop receiving|be removed|remove yourself)\b.{0,40}\b(?:click|reply|"
    r"visit|follow|"
    r"use the|go to|send (?:an?|us)|e-?mail us|press|tap)\b|"
    r"\b(?:click|reply|visit|follow|use|tap|press)\b.{0,60}\b(?:to|and) (?:unsubscribe|opt[- ]?out|stop|be removed)\b|"
    r"\breply (?:with )?['\"]?(?:unsubscribe|stop)\b|\bunsubscribe['\"]? (?:here|link|button|page|at any ?time|"
    r"instantly)|"
    r"\byou (?:can|may) (?:always )?(?:unsubscribe|opt[- ]?out)|"
    r"\bif you (?:no longer|do not|don't|would (?:no longer )?like to|want to|wish to|would prefer|are not|'re not)\b|"
    r"\bwenn sie (?:keine|sich)\b|\bfalls sie (?:keine|sich)\b|\bsi vous (?:ne|souhaitez)\b|\bsi (?:no )?desea\b|"
    r"\b(?:unsubscribe|abmelden|se desabonner)\s*(?:[|<\[(•·]|https?:)|[|•·]\s*(?:unsubscribe|abmelden|"
    r"se desabonner)\b)"
)
# "Please don't take me off the list": the wish to leave is denied right before it, or inside it.
_DENIED = re.compile(
    r"(?<!why )(?:\b(?:do not|dont|never|no need to|no reason to|not want(?: you)?(?: to)?|rather not|hate to|"
    r"reluctant to)"
    r"(?: (?:please|yet|even|just|ever|you dare))*\s*)$"
)
_LEAVING = re.compile(
    r"\W*(?:please |pls |just |and |to |i |we |want |like |wish )*"
    r"(?:remove|tak|delet|drop|strike|unsubscrib|opt|stop|ceas|quit|get|be |lose|exclud)"
)
_STAYS = re.compile(
    r"(?<!why )\b(?:do not|dont|never) (?:please |ever |yet )*(?:remove|take|delete|drop|strike|unsubscribe|opt) (?:me|us|my|our)\b|"
    r"\b(?:hate|sorry|sad|shame) (?:to|if|for) (?:\w+ ){0,3}?(?:removed|taken off|unsubscribed|dropped)\b|"
    r"\b(?:mich|uns) (?:bitte )?(?:noch )?nicht (?:(?:aus|von|vom) (?:dem|der|ihr\w*|eur\w*)|ab\b|heraus|raus|streich|losch|"
    r"entfern|austrag|abmeld)|\bne (?:me|nous) (?:retir|desinscri|desabonn|supprim|enlev)\w* (?:surtout |donc )?pas\b|"
    r"\bno (?:me|nos) (?:borr|elimin|quit|saqu|den de baja|des de baja|de de baja)|\bnon (?:mi |ci )?(?:cancell|rimuov|"
    r"toglie|disiscriv)|\b(?:haal|verwijder|schrijf) (?:mij|me|ons) (?:alstublieft |a\.?u\.?b\.? )?(?:nog )?niet\b|"
    r"\bnao (?:me|nos) (?:remov|retir|tire|exclu|descadastr)|\bnie (?:usuwa|wypisu|skresla)\w*|"
    r"\bno (?:deje|dejen|dejes|pare|paren) de\b|\bnon smett\w+|\bnao (?:pare|parem|deixe|deixem) de\b|\bnie przestawa\w*|"
    r"\bta inte bort (?:mig|oss)\b|\bikke (?:fjern|slet|slett) (?:mig|meg|os|oss)\b|\b(?:fjern|slet|slett) (?:mig|meg) ikke\b"
)
_ONE_PAPER = re.compile(  # "do not send me the contract yet"
    r"(?: (?:the|an?|il|la|lo|una?|les?|das|die|den|eine?n?|el|los|os?|uma?|de|het|een|en|ett?|l'))* ?(?:listino|preventivo|offerta|"
    r"proposta|contratto|fattura|price ?list|quote|proposal|contract|invoice|angebot|preisliste|vertrag|rechnung|devis|contrat|"
    r"facture|presupuesto|contrato|factura|offerte|offert|tilbud)\b"
)
_OTHER_LIST = re.compile(
    r"(?: (?:off|from|out of))?(?: (?:the|your|our|that|this))? ?(?:\w+ )?(?:waiting|wait|guest|short|price|attendee|task|to-?do)[- ]?list\b"
)
_UNTIL = re.compile(
    r"\b(?:until|till|before|vor|erst|bis|avant|antes de|hasta|prima di|voor|fore|innan|przed|rano|"
    r"in the morning|por la manana|por la tarde|(?:vor|nach)mittags?|morgens|le matin|la mattina|al mattino|'s ochtends|de manha|"
    r"on (?:mon|tues|wednes|thurs|fri)days?|at (?:the )?weekends?)\b.{0,40}$"
)
_SENTENCE = re.compile(r"(?<=[.!?。！？؟])(?<!\b\d\.)(?<!\b\d\d\.)[\s\"')\]]+|(?<=[。！？؟])|[\n;]+")
_CLAUSE = re.compile(r"\s*(?:[,:.!?]+(?:\s|$)|\s[-–—]+\s|--+|[。！？，、،]|\b(?:and|but|so|und|et|y|e|en|och|og)\b)\s*")
_REPLY = re.compile(r"\s*(?:$|(?:re|aw|sv|rv|antw|fw|fwd|wg)\s*:)", re.IGNORECASE)
_WORD = re.compile(r"[a-z]+")


def fold(text: str) -> str:
    """The text for comparison: no case, accents or invisible characters, plain apostrophes."""
    text = _INVISIBLE.sub("", unicodedata.normalize("NFKC", text)).casefold().translate(_WHOLE_LETTERS)
    bare = "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))
    return unicodedata.normalize("NFC", bare)


_POLITE = re.compile(rf"^(?:{fold(POLITE)})+|(?:{fold(POLITE)})+$")
_ALONE = re.compile(rf"(?:{'|'.join(fold(p) for p in ALONE)})")
_ANYWHERE = re.compile("|".join(f"(?:{fold(p)})" for p in ANYWHERE))


def opt_out_in(text: str, subject: str = "") -> str:
    """The sentence that asks not to be written to again, word for word; empty when there is none.

    Args:
        text: the new part of a mail; quoted lines that are still there are left out.
        subject: of the mail; counts when nothing but the request is in it.
    """
    if not _REPLY.match(subject) and _asks(subject.strip()):
        return subject.strip()
    sentences = own_sentences(text)
    told = next((sentence for sentence in sentences if _asks(sentence)), "")
    return told or next((said for said in _spelled_apart(sentences) if _asks(said.replace(".", ""))), "")


def _spelled_apart(sentences: list[str]) -> Iterator[str]:
    """Three or more sentences of one word each in a row, as one: "Take. Me. Off. This. List."."""
    for alone, run in groupby(sentences, key=lambda sentence: len(sentence.split()) == 1):
        words = list(run)
        if alone and len(words) > 2:
            yield " ".join(words)


def own_sentences(text: str) -> list[str]:
    """The sentences of a mail, word for word, without quoted lines and what follows "On ... wrote:"."""
    lines: list[str] = []
    for line in text[:LONGEST].splitlines():
        if _QUOTE_BEGINS.match(fold(line)):
            break
        if not line.lstrip().startswith((">", "|")):
            lines.append(line)
    return [s.strip() for s in _SENTENCE.split(_joined(lines)) if s and s.strip()]


def _joined(lines: list[str]) -> str:
    """Lines that a mail program broke belong together; a short line stands for itself."""
    out = ""
    for line in lines:
        broken = out and len(out.rsplit("\n", 1)[-1]) > 60 and line[:1].islower()
        out += (" " if broken else "\n") + line
    return out


def _asks(sentence: str) -> bool:
    plain = " ".join(_spelled(fold(sentence)).split())
    if _FOOTER.search(plain):
        return False
    if _STAYS.search(plain):
        return False
    for found in _ANYWHERE.finditer(plain):
        denied = _LEAVING.match(found[0]) and _DENIED.search(plain[: found.start()])
        rest = plain[found.end() :]
        if not denied and not _UNTIL.search(rest) and not (_OTHER_LIST.match(rest) or _ONE_PAPER.match(rest)):
            return True
    return any(_ALONE.fullmatch(_bare(clause)) for clause in (plain, *_CLAUSE.split(plain)))


def _bare(clause: str) -> str:
    """The clause without greetings, politeness and marks around it."""
    clause = clause.strip(" \t\"'.!?:;,()*_-–—…[]<>")
    while (shorter := _POLITE.sub("", clause).strip(" ,.!:-–—")) != clause:
        clause = shorter
    return clause


def _spelled(text: str) -> str:
    """The text with misspelt forms of "unsubscribe" put right, and short forms written out."""
    text = re.sub(r"\b(do|does|did|is|are|wo|ca|would|could|should)n'?t\b", _written_out, text)
    text = re.sub(r"\bun[- ]subscri", "unsubscri", text)
    return _WORD.sub(lambda m: _put_right(m[0]) if m[0].startswith(("un", "usn", "ubs")) else m[0], text)


def _written_out(match: re.Match[str]) -> str:
    return {"wo": "will", "ca": "can"}.get(match[1], match[1]) + " not"


@lru_cache(maxsize=4_096)
def _put_right(word: str) -> str:
    if not 8 <= len(word) <= 15 or word.startswith("unsubscri"):
        return word
    close = difflib.SequenceMatcher(None, word, "unsubscribe").ratio() >= 0.85
    return "unsubscribe" if close else word
