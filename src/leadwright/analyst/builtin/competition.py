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
_KEYS = {"strength": "strengths", "weakness": "weaknesses", "opportunit": "opportunities",
         "threat": "threats", "talking point": "talk", "how to win": "talk", "overview": "overview"}  # fmt: skip


def competitors_of(brief: Brief) -> tuple[Competitor, ...]:
    """One entry for each name of the brief, with what passages say of it; nothing is made up for a silent one."""
    return tuple(_competitor(name, brief) for name in brief.competitors if name.strip())


def _competitor(name: str, brief: Brief) -> Competitor:
    swot: dict[str, list[Statement]] = {"strengths": [], "weaknesses": [], "opportunities": [], "threats": []}
    overview: list[Statement] = []
    talk: list[Statement] = []
    told: set[str] = set()
    for passage in _passages_on(name, brief):
        for sentence, heading in _lines(passage, name):
            if fold(sentence) in told:
                continue
            told.add(fold(sentence))
            statement = Statement(sentence, (quote(passage, sentence),))
            place = heading or _place_of(fold(sentence), passage, name)
            into = {"overview": overview, "talk": talk}.get(place) if place in ("overview", "talk") else swot.get(place)
            if into is not None and len(into) < _MOST:
                into.append(statement)
    return Competitor(name, tuple(overview), {k: tuple(v) for k, v in swot.items() if v}, tuple(talk))


def _passages_on(name: str, brief: Brief) -> list[Passage]:
    wanted = fold(name)
    found = [
        p
        for p in brief.passages.values()
        if p.kind is not SourceKind.FIELD and wanted in fold(f"{p.title} {p.text[:20_000]}")
    ]
    return sorted(found, key=lambda p: (p.kind is not SourceKind.KNOWLEDGE, p.id))


def _lines(passage: Passage, name: str) -> Iterator[tuple[str, str]]:
    """Sentences on the competitor, each with the heading it stands under in a comparison document."""
    heading = ""
    titled = fold(name) in fold(passage.title)
    for line in passage.text[:60_000].splitlines() or [passage.text]:
        if match := _HEADING.match(line.strip()):
            heading = next(v for k, v in _KEYS.items() if fold(match[1]).startswith(k))
            continue
        for sentence in sentences(line):
            if fold(name) in fold(sentence) or (titled and heading and passage.kind is SourceKind.KNOWLEDGE):
                yield sentence, heading


def _place_of(text: str, passage: Passage, name: str) -> str:
    if _TALK.search(text) and passage.kind is SourceKind.KNOWLEDGE:
        return "talk"
    for part, pattern in _SWOT.items():
        if pattern.search(text):
            return part
    return "overview" if re.search(rf"{re.escape(fold(name))}\W+(?:\w+\W+){{0,3}}{_OVERVIEW.pattern}", text) else ""
