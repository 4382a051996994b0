"""What the documents say of each competitor: overview, strengths and weaknesses, talking points. Quotes only."""

import re
from collections.abc import Iterator

from leadwright.analyst.builtin.sentences import sentences
from leadwright.analyst.builtin.words import fold
from leadwright.analyst.protocol import Brief, Competitor
from leadwright.domain.evidence import Passage, SourceKind, Statement, quote

_MOST = 3
_SWOT = {
    "weaknesses": re.compile(
        r"\b(?:weak\w*|lacks?|lacking|limited|limitations?|expensive|complex|slow\w*|complain\w*|drawbacks?|difficult|costly|"
        r"steep|poor|missing|no support|does not|doesn't|cannot|outdated|rigid|hidden (?:costs?|fees?)|downside)\b"
    ),
    "threats": re.compile(
        r"\b(?:threats?|risk(?:s|y)? |undercut\w*|price war|new entrants?|losing|lost (?:deals?|customers?))\b"
    ),
    "opportunities": re.compile(
        r"\b(?:opportunit\w+|(?:could|can) (?:win|gain|expand)|growing demand|untapped|"
        r"switch(?:ing)? from)\b"
    ),
    "strengths": re.compile(
        r"\b(?:strengths?|strong\w*|leaders?|leading|known for|well[- ]known|advantages?|popular|broad|extensive|large "
        r"(?:customer|partner)|trusted|award\w*|fast(?:est)?|easy|established|mature|rich)\b"
    ),
}  # fmt: skip
_HEADING = re.compile(
    r"^\W*(strengths?|weakness(?:es)?|opportunit(?:y|ies)|threats?|talking points?|how to win|overview)\W*$", re.I
)
_TALK = re.compile(
    r"\b(?:unlike|compared (?:to|with)|in contrast|whereas|while|instead of|versus|vs\.?|against|"
    r"when customers ask|win against|ask (?:the|them|how))\b"
)
_OVERVIEW = re.compile(
    r"\b(?:is|are|was|provides?|offers?|sells?|founded|headquartered|based|serves?|makes?|operates?)\b"
)
_SWOT_ORDER = ("strengths", "weaknesses", "opportunities", "threats")
_KEYS = {"strength": "strengths", "weakness": "weaknesses", "opportunit": "opportunities",
         "threat": "threats", "talking point": "talk", "how to win": "talk", "overview": "overview"}  # fmt: skip


def competitors_of(brief: Brief) -> tuple[Competitor, ...]:
    """One entry for each name of the brief, with what passages say of it; nothing is made up for a silent one."""
    return tuple(_competitor(name, brief) for name in brief.competitors if name.strip())


def _competitor(name: str, brief: Brief) -> Competitor:
    parts: dict[str, list[Statement]] = {part: [] for part in ("overview", "talk", *sorted(_SWOT))}
    told: set[str] = set()
    for passage in _passages_on(name, brief):
        own = _is_on(name, passage)
        for number, (sentence, heading) in enumerate(_lines(passage, name, own)):
            if fold(sentence) in told:
                continue
            place = heading or _place_of(fold(sentence), passage, name)
            if not own and not heading and passage.kind is not SourceKind.KNOWLEDGE:
                # Elsewhere a sentence that names it tells why it matters for this lead, not what it is like.
                place = place if fold(sentence).startswith(fold(name)) and place else "overview"
            elif not place and own and number == 0 and passage.kind is SourceKind.KNOWLEDGE:
                place = "overview"
            if place and len(parts[place]) < _MOST:
                told.add(fold(sentence))
                parts[place].append(Statement(sentence, (quote(passage, sentence),)))
    swot = {part: tuple(parts[part]) for part in _SWOT_ORDER if parts[part]}
    return Competitor(name, tuple(parts["overview"]), swot, tuple(parts["talk"]))


def _passages_on(name: str, brief: Brief) -> list[Passage]:
    """What names it on the lead's side first (why it was chosen), then what is known of it, documents first."""
    wanted = fold(name)
    found = [
        p
        for p in brief.passages.values()
        if p.kind is not SourceKind.FIELD and wanted in fold(f"{p.title} {p.text[:20_000]}")
    ]
    return sorted(found, key=lambda p: (_is_on(name, p), p.kind is not SourceKind.KNOWLEDGE, *_number(p.id)))


def _number(passage_id: str) -> tuple[str, int]:
    """Ids such as "knowledge:12" in the order of their numbers, as the document has them."""
    head, _, tail = passage_id.rpartition(":")
    return (head, int(tail)) if tail.isdecimal() else (passage_id, 0)


def _is_on(name: str, passage: Passage) -> bool:
    """Is the whole passage about the competitor?"""
    return fold(passage.title).startswith(fold(name))


def _heading(text: str) -> str:
    match = _HEADING.match(text.strip())
    return next(v for k, v in _KEYS.items() if fold(match[1]).startswith(k)) if match else ""


def _lines(passage: Passage, name: str, own: bool) -> Iterator[tuple[str, str]]:
    """Sentences on the competitor, each with the heading it stands under: in the passage's title ("Gripwell:
    Strengths", as documents are stored) or on a line of its own.
    """
    heading = _heading(passage.title.rpartition(": ")[2])
    titled = fold(name) in fold(passage.title)
    for line in passage.text[:60_000].splitlines() or [passage.text]:
        if found := _heading(line):
            heading = found
            continue
        for sentence in sentences(line):
            documented = passage.kind is SourceKind.KNOWLEDGE and titled and (heading or own)
            if fold(name) in fold(sentence) or documented:
                yield sentence, heading


def _place_of(text: str, passage: Passage, name: str) -> str:
    if _TALK.search(text) and passage.kind is SourceKind.KNOWLEDGE:
        return "talk"
    for part, pattern in _SWOT.items():
        if pattern.search(text):
            return part
    return "overview" if re.search(rf"{re.escape(fold(name))}\W+(?:\w+\W+){{0,3}}{_OVERVIEW.pattern}", text) else ""
