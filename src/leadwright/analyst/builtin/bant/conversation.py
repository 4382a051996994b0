"""A mail or a call as sentences with who said them: the lead or the seller. Judges nothing."""

import re
from collections import Counter
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from leadwright.analyst.builtin.numbers import digits_for_words
from leadwright.analyst.builtin.words import fold
from leadwright.domain.evidence import Evidence, Passage, SourceKind, quote

MAX_TEXT = 200_000  # characters; what comes after is not read
LONGEST = 1_000  # characters of a sentence; what is longer is read in pieces

_TURN = re.compile(
    r"^[ \t]*(?:\[(?P<stamp>[^\]\n]{4,40})\][ \t]*)?(?P<name>[^\W\d_][^:\n\[\]]{0,60}):[ \t]+(?P<text>\S.*)$", re.M
)
_HEADER = re.compile(r"(?i)^(?:from|to|cc|bcc|subject|date|sent|re|fwd?|reply-to|https?|note|ps)$")
_DAY = re.compile(r"\b(20\d\d)-(\d\d)-(\d\d)(?!\d)")
_END = re.compile(r"(?<=[.!?…])[\"'”’)]*\s+(?=[\"'“‘(]*[^\W\d_a-z])|\n+")
_NAMED_SELLER = re.compile(r"(?i)\b(?:agent|rep|representative|sales\w*|seller|sdr|account (?:executive|manager))\b")
_NAMED_LEAD = re.compile(r"(?i)\b(?:customer|client|lead|prospect|buyer|contact)\b")
_SELLING = re.compile(
    r"\bthis is \w+|\bour (?:products?|solutions?|team|technical team|clients|customers|services?|pricing"
    r"|installation)|"
    r"\bwe (?:offer|also offer|provide|can (?:accommodate|arrange|offer|ensure|work|certainly))\b|"
    r"\byour (?:interest|budget|timeline|needs|requirements|inquiry|current)\b|\bi(?:'ll| will| can) (?:send|prepare"
    r"|draft|email)|"
    r"\byou(?:'re| are) (?:interested|looking|considering)|\b(?:is|it's) designed (?:to|for)\b"
)
_BUYING = re.compile(
    r"\bour (?:budget|needs?|current|operations|company|organi[sz]ation|data|project|internal)|\bwe need\b|\bi need\b|"
    r"\b(?:we|i)(?:'re| are|'m| am) (?:looking|interested|hoping)|\bwe(?:'d| would) like|\bmy (?:boss|manager|team)|"
    r"\bsounds (?:good|great|promising|perfect|reasonable|ideal)|\bhow (?:much|about|soon)|\bwhat about\b|\btell me\b"
)
_CLAUSE = re.compile(
    r"[,;:]\s|\s[-–—]\s|\b(?:and|but|though|although|however|while|because|und|aber|sondern|denn|mais|pero|ma|maar|"
    r"mas)\b"
)
_ASSENT = re.compile(
    r"(?:(?:oh|well|ah|hi|thanks|great|okay|ok)[,.!]? )?(?:yes|yeah|yep|correct|exactly|that(?:'s| is| was) (?:right"
    r"|correct|true|it)|"
    r"right|absolutely|sure|indeed|of course|definitely|certainly|precisely|perfect|it is|i do\b|i am\b|we do\b"
    r"|we are\b|"
    r"that works|works for|sounds (?:good|great|perfect)|agreed|it does)"
)  # fmt: skip


@dataclass(frozen=True)
class Sentence:
    """One sentence, word for word.

    Args:
        text: as it stands in the passage.
        by_lead: the lead said it; False: the seller did.
        turn: number of the turn it belongs to.
    """

    text: str
    by_lead: bool
    turn: int

    @cached_property
    def plain(self) -> str:
        """Folded, with straight quotes and numbers in words made digits, for patterns."""
        return digits_for_words(fold(self.text))


@dataclass(frozen=True)
class Talk:
    """A whole mail or call.

    Args:
        passage: the stored text; every quote comes out of it.
        sentences: in the order said.
        names: who speaks, where speakers are named.
        day: the day it took place, when the text tells.
    """

    passage: Passage
    sentences: tuple[Sentence, ...]
    names: tuple[str, ...] = ()
    day: date | None = None

    @cached_property
    def of_lead(self) -> tuple[Sentence, ...]:
        """What the lead said."""
        return tuple(s for s in self.sentences if s.by_lead)

    def quoted(self, sentence: Sentence) -> Evidence:
        """The sentence as evidence."""
        return quote(self.passage, sentence.text)

    def answered_yes(self, sentence: Sentence) -> Sentence | None:
        """The lead's next sentence when it agrees with what the seller has just said."""
        if sentence.by_lead:
            return None
        reply = next((s for s in self.sentences if s.turn > sentence.turn), None)
        return reply if reply and reply.by_lead and _ASSENT.match(reply.plain) else None


def read_talk(text: str, *, lead_name: str | None = None) -> Talk:
    """Tell the sentences of the lead from those of the seller.

    Lines such as ``[2026-03-01T10:00:00] Ada Miller: Hello.`` are turns of a call. A text without named speakers is a
    mail, and all of it is the lead's: quoted text is cut before.

    Args:
        text: the mail or call; at most `MAX_TEXT` characters are read.
        lead_name: full name of the lead, when known; decides who of the speakers the lead is.
    """
    text = text[:MAX_TEXT]
    passage = Passage("said", SourceKind.SAID, "said", "Mail or call", text)
    turns = [(m["name"].strip(), m["text"], m.start()) for m in _TURN.finditer(text) if not _HEADER.match(m["name"])]
    named = Counter(name for name, _, _ in turns)
    day = _day(text[:2_000])
    if len(named) < 2 or len(turns) < 1.5 * len(named):
        return Talk(passage, tuple(Sentence(s, True, 0) for s in _split(text)), (), day)
    seller = _seller(turns, lead_name)
    ends = [start for _, _, start in turns[1:]] + [len(text)]
    sentences = []
    for number, ((name, _, start), end) in enumerate(zip(turns, ends, strict=True)):
        words = text[start:end].split(":", 1) if "]" not in text[start:end][:60] else _after_stamp(text[start:end])
        sentences += [Sentence(s, name != seller, number) for s in _split(words[1])]
    return Talk(passage, tuple(sentences), tuple(named), day)


def clause_around(text: str, start: int, end: int) -> str:
    """The clause of a folded sentence in which `text[start:end]` stands."""
    first = max((m.end() for m in _CLAUSE.finditer(text, 0, start)), default=0)
    following = _CLAUSE.search(text, end)
    return text[first : following.start() if following else len(text)]


def _after_stamp(line: str) -> tuple[str, str]:
    match = _TURN.match(line)
    return ("", line[match.start("text") :]) if match else ("", line)


def _split(text: str) -> list[str]:
    parts = (part[n : n + LONGEST] for part in _END.split(text) for n in range(0, len(part), LONGEST))
    return [s for s in (part.strip() for part in parts) if s]


def _day(text: str) -> date | None:
    for year, month, day in _DAY.findall(text):
        try:
            return date(int(year), int(month), int(day))
        except ValueError:
            continue
    return None


def _seller(turns: list[tuple[str, str, int]], lead_name: str | None) -> str:
    """The name of the speaker who sells; with several others, all of them belong to the lead's side."""
    names = list(dict.fromkeys(name for name, _, _ in turns))
    known = [n for n in names if lead_name and fold(n) == fold(lead_name)]
    others = [n for n in names if n not in known]
    if len(others) == 1:
        return others[0]

    def selling(name: str) -> int:
        words = fold(" ".join(text for speaker, text, _ in turns if speaker == name))
        told = 100 * (bool(_NAMED_SELLER.search(name)) - bool(_NAMED_LEAD.search(name)))
        return told + len(_SELLING.findall(words)) - len(_BUYING.findall(words))

    return max(others, key=selling)
