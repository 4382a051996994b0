"""Which passages are worth a place in a brief: the most telling first, each once, within a budget. Pure."""

import re
from collections.abc import Callable, Iterable, Mapping

from leadwright.domain.evidence import Passage, SourceKind

BUDGET = 7_600  # characters of passages in one brief, about 1,900 tokens; fields come on top and are short
_SHARES: Mapping[SourceKind, tuple[int, int]] = {  # most characters, most of one passage
    SourceKind.WEB: (3_000, 600),
    SourceKind.NEWS: (1_200, 400),
    SourceKind.SEARCH: (900, 300),
    SourceKind.KNOWLEDGE: (2_400, 700),
    SourceKind.CRM: (600, 300),
}
_TELLING = re.compile(
    r"\b(?:founded|headquarter\w*|employees|associates|people|customers|revenue|sales|profit|income|billion|million|"
    r"strateg\w*|priorit\w*|mission|vision|expan\w*|invest\w*|growth|products?|services?|brands?|stores?|plants?|markets?|"
    r"sustainab\w*|digital|initiative|plans?|will|20[23]\d)\b",
    re.IGNORECASE,
)


def within_budget(passages: Iterable[Passage], budget: int = BUDGET) -> list[Passage]:
    """As many of the passages, in their order, as fit: a share for each kind, each cut at a sentence where too long."""
    left = {kind: share for kind, (share, _) in _SHARES.items()}
    kept: list[Passage] = []
    for passage in passages:
        most = min(_SHARES[passage.kind][1], left[passage.kind], budget)
        text = _cut(passage.text, most)
        if len(text) < min(40, len(passage.text)):
            continue
        left[passage.kind] -= len(text)
        budget -= len(text)
        kept.append(Passage(passage.id, passage.kind, passage.source, passage.title, text, passage.date))
    return kept


def telling(passages: Iterable[Passage]) -> list[Passage]:
    """The most telling first, news by date; what another passage says as well and mere page furniture left out."""
    kinds: dict[SourceKind, list[Passage]] = {}
    for passage in _each_once(passages):
        kinds.setdefault(passage.kind, []).append(passage)
    pages = kinds.get(SourceKind.WEB, [])
    news = sorted(kinds.get(SourceKind.NEWS, []), key=lambda p: p.date or "", reverse=True)
    weighty = [p for p in pages if _weight(p)]
    return [*_in_turn(weighty or pages, _weight), *news, *kinds.get(SourceKind.SEARCH, [])]


def _weight(passage: Passage) -> int:
    words = {w.casefold() for w in _TELLING.findall(passage.text)}
    return len(words) + (2 if words and re.search(r"\d", passage.text) else 0)


def _each_once(passages: Iterable[Passage]) -> list[Passage]:
    """Without passages whose words are all in another; the longer and, of equals, the first stays."""
    kept: list[tuple[Passage, str]] = []
    for passage in sorted(passages, key=lambda p: -len(p.text)):
        words = " ".join(passage.text.casefold().split()).rstrip(" .")
        if not any(words in known for _, known in kept):
            kept.append((passage, words))
    return [passage for passage, _ in kept]


def _in_turn(passages: Iterable[Passage], weight: Callable[[Passage], int]) -> list[Passage]:
    pages: dict[str, list[Passage]] = {}
    for passage in sorted(passages, key=weight, reverse=True):
        pages.setdefault(passage.source, []).append(passage)
    most = max((len(p) for p in pages.values()), default=0)
    return [page[n] for n in range(most) for page in pages.values() if n < len(page)]


def _cut(text: str, most: int) -> str:
    if len(text) <= most:
        return text
    if most < 40:
        return ""
    head = text[:most]
    ends = [m.end() for m in re.finditer(r"[.!?](?=\s)", head)]
    return head[: ends[-1]] if ends and ends[-1] > most // 2 else head.rsplit(" ", 1)[0]
