"""Opt-out in words, told by rule before anything else is judged. A plain one is never missed; doubt means stop.

The words of each language are in `opt_out_words`, the ideas behind them in `opt_out_ideas`. What somebody quotes, a
footer that explains how to leave, and talk about the product ("does it handle unsubscribes?") are no opt-out.
"""

import difflib
import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from itertools import groupby, pairwise, takewhile

from leadwright.domain.opt_out_denials import (
    ASKS_FOR_MORE,
    ASTRAY,
    BY_PHONE,
    CALLS,
    CONTRAST,
    DELETE_IT,
    DENIED,
    ELSEWHERE,
    HALT,
    LASTING,
    LEAVING,
    MAIL_WANTED,
    MAILS,
    MAILS_AS_WELL,
    MENU,
    MOVED,
    ONE_PAPER,
    OTHER_LIST,
    PERHAPS,
    SECRET,
    STAYS,
    THEIR_USERS,
    UNREAD,
    UNTIL,
    WRITE_NOT,
)
from leadwright.domain.opt_out_ideas import ABOUT_IT, CLAUSES, IDEAS, OURS
from leadwright.domain.opt_out_wants import LEAVES, WANTS
from leadwright.domain.opt_out_words import ALONE, ANYWHERE, MINE, POLITE, THIS_ADDRESS, WE, YOUR_LIST
from leadwright.domain.patterns import lazy_pattern

LONGEST = 20_000  # characters read; nobody opts out after that
LONGEST_WAY = 200  # characters in which somebody tells where to write instead
LONGEST_TITLE = 6  # words of a line such as "Ticket 4711" or a name above what a machine passes on
_WHOLE_LETTERS = str.maketrans({"ø": "o", "ł": "l", "đ": "d", "æ": "ae", "œ": "oe", "ı": "i", "’": "'", "‘": "'"})
_INVISIBLE = lazy_pattern("[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff]")
_QUOTE_BEGINS = re.compile(
    r"^\s*(?:on\b.{4,200}\bwrote:|am\b.{4,200}\bschrieb\b.*:|le\b.{4,200}\ba ecrit\s*:|el\b.{4,200}\bescribio:|"
    r"il\b.{4,200}\bha scritto:|em\b.{4,200}\bescreveu:|op\b.{4,200}\bschreef\b.*:|den\b.{4,200}\bskrev\b.*:|"
    r"-{2,}\s*(?:original message|urspr\w+ nachricht|forwarded message|message d'origine|mensaje original)|_{20,})",
    re.IGNORECASE,
)
_FOOTER = lazy_pattern(
    r"(?:\bto (?:unsubscribe|opt[- ]?out|stop receiving|be removed|remove yourself)\b.{0,40}\b(?:click|reply|"
    r"visit|follow|"
    r"use the|go to|send (?:an?|us)|e-?mail us|press|tap)\b|"
    r"\b(?:click|reply|visit|follow|use|tap|press)\b.{0,60}\b(?:to|and) (?:unsubscribe|opt[- ]?out|stop|be removed)\b|"
    r"\breply (?:with )?['\"]?(?:unsubscribe|stop)\b|\bunsubscribe['\"]? (?:here|link|button|page|at any ?time|"
    r"instantly)|"
    r"\byou (?:can|may) (?:always )?(?:unsubscribe|opt[- ]?out)|"
    r"(?<!appreciate it )(?<!grateful )(?<!prefer it )(?<!prefer )(?<!happy )(?<!glad )(?<!great )(?<!nice )"
    r"\bif you (?:no longer|do not|don't|would (?:no longer )?like to|want to|wish to|(?:would )?prefer|are not|"
    r"'re not)\b|\bif you'd (?:like|prefer|rather)(?: to)? (?:no longer|not|stop|unsubscribe|opt)\b|"
    r"\bwenn sie (?:keine|sich)\b|\bfalls sie (?:keine|sich)\b|\bsi vous (?:ne|souhaitez)\b|\bsi (?:no )?desea\b|"
    r"\b(?:unsubscribe|abmelden|se desabonner)\s*(?:[|<\[(•·]|https?:)|[|•·]\s*(?:unsubscribe|abmelden|"
    r"se desabonner)\b)"
)
_SENTENCE = lazy_pattern(r"(?<=[.!?。！？؟])(?<!\b\d\.)(?<!\b\d\d\.)[\s\"')\]]+|(?<=[。！？؟])|[\n;]+")
_CLAUSE = re.compile(r"\s*(?:[,:.!?]+(?:\s|$)|\s[-–—]+\s|--+|[。！？，、،]|\b(?:and|but|so|und|et|y|e|en|och|og)\b)\s*")
_REPLY = re.compile(r"\s*(?:$|(?:re|aw|sv|rv|antw|fw|fwd|wg)\s*:)", re.IGNORECASE)
_WORD = lazy_pattern(r"[a-z]+")
_WAYS = r"(?:call|text|phone|ring|e-?mail|mail|write|message|contact)"
_NEITHER = lazy_pattern(rf"(?:(?<=not )|(?<=never )){_WAYS}(?:, {_WAYS}){{0,3}},? (?:or|nor) {_WAYS}\b")
_MAILING = lazy_pattern(r"e-?mail|mail|write|message|contact")
_MARKS = " \t\"'.!?:;,()*_-–—…[]<>"
_REFUSAL = lazy_pattern(
    r"no|nein|non|nee|(?:(?:i|we) (?:am|are) |i'm |we're )?(?:not|no longer) interested\b.{0,40}|no interest\b.{0,40}|"
    r"(?:(?:ich|wir) haben? )?kein (?:interesse|bedarf)\b.{0,40}|pas interesse\w*|geen interesse|no (?:me|nos) interesa"
)
_GREETING = lazy_pattern(
    r"\W*(?:hi|hello|hey|dear|good (?:morning|day|afternoon|evening)|hallo|guten (?:tag|morgen)|"
    r"sehr geehrte\w*|liebe[rs]?|bonjour|hola|buen\w+ \w+|buon\w+|ciao|ola|dzien dobry|hej)(?: [\w.'-]+){0,3}\W*"
)


def fold(text: str) -> str:
    """The text for comparison: no case, accents or invisible characters, plain apostrophes."""
    text = _INVISIBLE.sub("", unicodedata.normalize("NFKC", text)).casefold().translate(_WHOLE_LETTERS)
    bare = "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))
    return unicodedata.normalize("NFC", bare)


_POLITE = lazy_pattern(rf"^(?:{fold(POLITE)})+|(?:{fold(POLITE)})+$")
_ALONE = lazy_pattern(rf"(?:{'|'.join(fold(p) for p in (*ALONE, *CLAUSES))})")
_ANYWHERE = lazy_pattern("|".join(f"(?:{fold(p)})" for p in (*ANYWHERE, *IDEAS)))
_ABOUT_IT = lazy_pattern("|".join(fold(p) for p in ABOUT_IT))
_OURS = lazy_pattern(fold(OURS))
_MINE = lazy_pattern(fold(MINE))
_MINE_NEXT = lazy_pattern(rf" (?:to |at |from )?(?:{fold(MINE)})")
_WE = lazy_pattern(fold(WE))
_WE_BEFORE = lazy_pattern(rf"(?:{fold(WE)})(?: [\w']+){{0,3}} $")
_THIS_ADDRESS = lazy_pattern(fold(THIS_ADDRESS))
_FOR_GOOD = lazy_pattern(  # not "do not use this address any more", which a machine says of one that was given up
    rf"(?:{fold(THIS_ADDRESS)}) (?:again|ever)\b|(?<!use )(?:{fold(THIS_ADDRESS)}) any ?(?:more|longer)\b|"
    r"\b(?:nie wieder|nie mehr|niemals|plus jamais|nunca mas|nooit meer)\b|"
    r"(?<!to )(?<!and )\b(?:remove|take|delete|erase|drop|unsubscribe|losch\w+|entfern\w+|streich\w+|nehm\w+|"
    rf"supprim\w+|retir\w+|verwijder|haal|elimin\w+|borr\w+)(?: sie)?(?: bitte)? (?:{fold(THIS_ADDRESS)})"
    r"(?! from (?:your|this|the) account\b)"
)
_YOUR_LIST = lazy_pattern(
    rf"^(?!.*\b(?:her|him)\b).*(?:{fold(YOUR_LIST)})"
)  # "she left, remove her" is news of somebody
_REQUEST = lazy_pattern(
    r"\b(?:please|(?:can|could|will) you|would you(?! (?:no longer |still )?(?:like|prefer|want|rather))|"
    r"bitte|konn\w+ sie|pou\w+z[- ]vous|por favor)\b"
)


def answers_one(subject: str) -> bool:
    """Is it the subject of an answer, or none at all?"""
    return _REPLY.match(subject) is not None


def opt_out_in(text: str, subject: str = "", *, automatic: bool = False, footed: bool = False) -> str:
    """The sentence that asks not to be written to again, word for word; empty when there is none.

    Args:
        text: the new part of a mail; quoted lines that are still there are left out.
        subject: of the mail; counts when nothing but the request is in it.
        automatic: a machine wrote it, and may tell everybody how to leave: later sentences count when they say whom
            or which list they mean.
        footed: a person wrote it, and a mailing service may have put a footer below.
    """
    if not answers_one(subject) and _asks(subject.strip()):
        return subject.strip()
    sentences = _with_what_it_is_about(own_sentences(text))
    if automatic:
        sentences = _without_top(sentences)
        return _passed_on(sentences) or _about_it(sentences)
    if footed:
        sentences = _above_footer(sentences, {line.strip() for line in text[:LONGEST].splitlines()})
    sentences = _without_halt(sentences)
    asked = (said for said, torn in _wishes_of(sentences) if not torn)
    apart = (said for said in _spelled_apart(sentences) if _asks(said.replace(".", "")))
    return next(asked, "") or _about_it(sentences) or next(apart, "")


def torn_in(text: str) -> str:
    """The sentence of a person who wants no more mails and asks for a paper, a call or an order beside it; or empty.

    No opt-out, and no leave to write: a person looks.
    """
    sentences = _without_halt(_with_what_it_is_about(own_sentences(text)))
    return next((said for said, torn in _wishes_of(sentences) if torn), "")


def _wishes_of(sentences: list[str]) -> Iterator[tuple[str, bool]]:
    """Each sentence that asks for no more mails, and whether it or one around it asks for more all the same."""
    for n, (said, after) in enumerate(pairwise([*sentences, ""])):
        if _asks(said, after):
            near = "\n".join(_plain(s) for s in sentences[max(n - 1, 0) : n + 3])
            yield said, not LEAVES.search(_plain(said)) and WANTS.search(near) is not None


def _passed_on(sentences: list[str]) -> str:
    """The wish in a machine's mail: in what it opens with, where no footer stands, or in what says whom it means."""
    opened = titled = False
    for n, (said, after) in enumerate(pairwise([*sentences, ""])):
        plain = _plain(said)
        near = _plain(" ".join(sentences[max(n - 1, 0) : n + 2]))
        addressed = _THIS_ADDRESS.search(plain)
        unread = addressed and not _FOR_GOOD.search(plain) and (UNREAD.search(near) or _tells_where(plain, after))
        named = (addressed and not unread) or _YOUR_LIST.search(plain)
        offered = plain.endswith("?") and not _REQUEST.search(plain)
        asks = any(named or _is_for_himself(plain, wish) for wish in _wishes(plain, after))
        first = not opened and (not titled or said.endswith((".", "!")))  # what links say ends in neither
        if not offered and (asks or (first and not unread and _asks(said, after))):
            return said
        opens = _opens(said)
        titled = titled or opens
        opened = opened or (opens and (said.endswith((".", "!", "?")) or len(said.split()) > LONGEST_TITLE))
    return ""


def _opens(said: str) -> bool:
    """Does the mail begin with it? A greeting, a refusal, and what announces the words of somebody open nothing."""
    plain = _plain(said)
    refuses = not said.endswith("?") and _REFUSAL.fullmatch(_bare(plain))
    return bool(_bare(plain) and not refuses and not _GREETING.fullmatch(plain) and not said.endswith((",", ":")))


def _without_top(sentences: list[str]) -> list[str]:
    """Without the "Unsubscribe" that a template has on top of what it says; alone in the mail it is a wish."""
    says_more = any(len(said.split()) > 3 for said in sentences[1:])
    return sentences[1:] if says_more and MENU.fullmatch(_plain(sentences[0])) else sentences


def _above_footer(sentences: list[str], lines: set[str]) -> list[str]:
    """Without the "Unsubscribe" below the words of a mail; as a sentence on one line with others it is the writer's."""
    kept: list[str] = []
    opened = False
    for said in sentences:
        written = said.endswith((".", "!")) and said not in lines
        if written or not (opened and MENU.fullmatch(_plain(said).strip(_MARKS))):
            kept.append(said)
        opened = opened or _opens(said)
    return kept


def _without_halt(sentences: list[str]) -> list[str]:
    """Without the "Stop!" of somebody who asks for more right after it."""
    kept: list[str] = []
    for n, said in enumerate(sentences):
        halt = HALT.fullmatch(_plain(said))
        below = takewhile(lambda s: s.endswith((".", "!", "?")), sentences[n + 1 : n + 4])  # no signature
        if not (halt and ASKS_FOR_MORE.search("\n".join(_plain(s) for s in below))):
            kept.append(said)
    return kept


def _with_what_it_is_about(sentences: list[str]) -> list[str]:
    """The sentences, a "delete it" as one with the sentence about a secret mail, or one gone astray, before it."""
    kept: list[str] = []
    for said in sentences:
        if kept and _is_about(kept[-1], said):
            kept[-1] += f" {said}"
        else:
            kept.append(said)
    return kept


def _is_about(before: str, said: str) -> bool:
    asked = DELETE_IT.search(fold(said))
    if asked and asked.start() == 0 and _is_astray(_plain(before)):
        return True
    return bool(asked and SECRET.search(_plain(f"{before[-2 * LONGEST_WAY :]} {said}")))


def _about_it(sentences: list[str]) -> str:
    """What says "get rid of it" right after a sentence about an address or data of theirs; empty when there is none."""
    for before, said in pairwise(sentences):
        if _OURS.search(fold(before)) and _ABOUT_IT.fullmatch(_bare(" ".join(fold(said).split()))):
            return said
    return ""


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


def _asks(sentence: str, after: str = "") -> bool:
    plain = _plain(sentence)
    if any(_wishes(plain, after)):
        return True
    return not _is_shielded(plain) and any(_ALONE.fullmatch(_bare(clause)) for clause in (plain, *_CLAUSE.split(plain)))


def _wishes(plain: str, after: str) -> Iterator[re.Match[str]]:
    """The words of a sentence that ask for no more mails, without those that are denied or mean something else.

    `after` is the next sentence, which may tell where to write instead.
    """
    if _is_shielded(plain):
        return
    for found in _ANYWHERE.finditer(plain):
        denied = LEAVING.match(found[0]) and DENIED.search(plain[: found.start()])
        rest = plain[found.end() :]
        if denied or MOVED.match(plain, found.start()) or UNTIL.search(rest) or _is_of_the_way(found, rest, after):
            continue
        if not any(p.match(rest) for p in (OTHER_LIST, ONE_PAPER, CONTRAST)):
            yield found


def _is_of_the_way(found: re.Match[str], rest: str, after: str) -> bool:
    """Does the wish tell where or how to write instead? "Again" or "any more" in it asks for an end all the same.

    Of calls alone, asking for a mail or calling mails fine is enough.
    """
    if _is_of_calls(found[0], rest):
        said = (found.string[: found.start()][-LONGEST_WAY:], rest[:LONGEST_WAY], _plain(after[:LONGEST_WAY]))
        if MAIL_WANTED.search("\n".join(said)):
            return True
    asks_for_a_way = WRITE_NOT.match(found[0]) and not LASTING.search(found[0] + rest)
    return bool(asks_for_a_way and _tells_where(rest, after))


def _is_of_calls(wish: str, rest: str) -> bool:
    if MAILS.search(wish) or MAILS_AS_WELL.match(rest):
        return False
    return bool(CALLS.search(wish) or BY_PHONE.match(rest))


def _tells_where(rest: str, after: str) -> bool:
    return ELSEWHERE.search(f"{rest[:LONGEST_WAY]}\n{_plain(after[:LONGEST_WAY])}") is not None


def _is_shielded(plain: str) -> bool:
    return any(p.search(plain) for p in (_FOOTER, STAYS, THEIR_USERS, SECRET)) or _is_astray(plain)


def _is_astray(plain: str) -> bool:
    """Does it tell the wrong reader of a mail what to do: "if you have received this in error"?"""
    perhaps = PERHAPS.search(plain)
    astray = ASTRAY.search(plain, perhaps.end()) if perhaps else None
    if not perhaps or not astray:
        return False
    return not any(p.search(plain, perhaps.end(), astray.end()) for p in (_MINE, _WE, _THIS_ADDRESS))


def _is_for_himself(plain: str, found: re.Match[str]) -> bool:
    """Does the wish say whose it is: "remove me", "I no longer want"?"""
    named = _MINE.search(found[0]) or _MINE_NEXT.match(plain, found.end())
    return bool(named or _WE.search(found[0]) or _WE_BEFORE.search(plain[: found.start()]))


def _bare(clause: str) -> str:
    """The clause without greetings, politeness and marks around it."""
    clause = clause.strip(_MARKS)
    while (shorter := _POLITE.sub("", clause).strip(" ,.!:-–—")) != clause:
        clause = shorter
    return clause


def _plain(sentence: str) -> str:
    return " ".join(_spelled(fold(sentence)).split())


def _spelled(text: str) -> str:
    """The text with misspelt forms of "unsubscribe" put right, and short forms written out."""
    text = re.sub(r"\b(do|does|did|is|are|wo|ca|would|could|should)n'?t\b", _written_out, text)
    text = re.sub(r"\bun[- ]subscri", "unsubscri", text)
    text = _NEITHER.sub(_one_of, text)
    return _WORD.sub(lambda m: _put_right(m[0]) if m[0].startswith(("un", "usn", "ubs")) else m[0], text)


def _one_of(match: re.Match[str]) -> str:
    """Of "call, text or email" the word that is of mails; all of them where none is."""
    mail = re.search(r"e-?mail", match[0]) or _MAILING.search(match[0])
    return mail[0] if mail else match[0]


def _written_out(match: re.Match[str]) -> str:
    return {"wo": "will", "ca": "can"}.get(match[1], match[1]) + " not"


@lru_cache(maxsize=4_096)
def _put_right(word: str) -> str:
    if not 8 <= len(word) <= 15 or word.startswith("unsubscri"):
        return word
    close = difflib.SequenceMatcher(None, word, "unsubscribe").ratio() >= 0.85
    return "unsubscribe" if close else word
