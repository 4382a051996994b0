"""Our policies in articles: how long a number of units takes, which discount a volume earns. Prose, lists, tables."""

import math
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TypeVar

from leadwright.analyst.builtin.bant.spans import spans
from leadwright.analyst.builtin.numbers import digits_for_words
from leadwright.analyst.builtin.words import fold
from leadwright.domain.evidence import Evidence, Passage, quote

Left = TypeVar("Left")
Right = TypeVar("Right")

_TAKES = re.compile(
    r"\b(?:install\w*|implement\w*|deploy\w*|deliver\w*|onboard\w*|set-?up|roll-?out|lead times?|go-?live"
    r"|commission\w*|"
    r"turnaround|fulfil\w*|shipping)\b"
)
_DISCOUNT = re.compile(r"\bdiscount|\brebate|\brabatt|% off\b")
_NOUN = r"(?:units?|licen[cs]es?|seats?|users?|pieces?|pcs|items?|copies|devices?|systems?)"
_N = r"\d{1,3}(?:,\d{3})+|\d{1,6}"
_UNITS = re.compile(
    rf"(?<![\d.$€£])(?:(?P<from>{_N})\s*(?:-|to|through)\s*(?P<to>{_N})"
    rf"|\b(?P<most>up to|at most|fewer than|less than|under|below)\s+(?P<high>{_N})"
    rf"|\b(?P<least>more than|over|above|at least|starting at|exceeding|from)\s+(?P<low>{_N})"
    rf"|\b(?:volume|quantity|qty|units?)\s*[:=]\s*(?P<volume>{_N})(?!\s*(?:\+|-|to\b))"
    rf"|(?P<open>{_N})(?:\s*\+|\s*{_NOUN}?\s+(?:or|and) (?:more|above|over))"
    rf"|\b(?P<count>{_N}|(?:a )?single)\s+{_NOUN}\b"
    rf"|(?P<cell>{_N})\s*[|,;\t]\s*(?=[\d|]))"
)
_NO_UNITS = re.compile(r"\s*-?\s*(?:business |working )?(?:days?|weeks?|months?|hours?|years?|%|percent)\b|\s*%")
_PERCENT = re.compile(r"(?P<percent>\d{1,2}(?:[.,]\d+)?)\s*(?:%|percent)")
_OVER = re.compile(
    rf"(?<![\d.])(?P<before>(?:over|above|more than|exceed\w*|at least|from|of|for|totals?|reach\w*|minimum"
    rf"|>=?)\s*)?(?P<mark>[$€£]|usd |eur )?\s*"
    rf"(?P<amount>{_N})(?P<k>k\b)?(?P<range>\s*-\s*\d+)?(?P<more>\s*\+"
    rf"|(?:\s*{_NOUN})?\s+or more)?(?P<units>\s*{_NOUN}\b)?(?!\s*(?:%|percent|\.\d))"
)
_BLOCK = re.compile(r"\n\s*\n|\n(?=\s*(?:\d{1,2}[.)]|[-*•|])\s)|\n(?=\s*\d+\s*(?:-|,|;|\t|\+|to))")
_LISTED = re.compile(r"(?:\d{1,2}[.)]|[-*•|])\s")
_SENTENCE = re.compile(r"(?<=[.;!?])\s+(?=[A-Z0-9])|\n")


@dataclass(frozen=True, slots=True)
class Band:
    """From `low` to `high` units take `days` calendar days. `is_step`: the policy names one volume, not a range."""

    low: float
    high: float
    days: float
    evidence: Evidence
    is_step: bool = False


@dataclass(frozen=True, slots=True)
class Discount:
    """From `threshold` on, `percent` off. `money` tells whether the threshold is an amount or a number of units."""

    threshold: float
    money: bool
    percent: float
    evidence: Evidence


def band_for(quantity: float, passages: Iterable[Passage]) -> Band | None:
    """How long our policy allows for that many units; None when no article says.

    A policy that gives single volumes (1, 5, 15, 25) is read as steps: from 5 on the time of 5, until 15. Of several
    policies the one with most bands counts; one band alone is no policy.
    """
    documents: dict[str, list[Band]] = {}
    for passage in passages:
        if bands := _bands(passage):
            documents.setdefault(passage.source, []).extend(bands)
    best = max((_joined(bands) for bands in documents.values()), key=len, default=())
    if len(best) < 2:
        return None
    return next((b for b in best if b.low <= quantity <= b.high), None)


def discounts_of(passages: Iterable[Passage]) -> tuple[Discount, ...]:
    """The steps of the volume discount, lowest first; of several articles the one with most steps."""
    documents: dict[str, dict[float, Discount]] = {}
    for passage in passages:
        for discount in _discounts(passage):
            documents.setdefault(passage.source, {}).setdefault(discount.threshold, discount)
    best = max(documents.values(), key=len, default={})
    return tuple(sorted(best.values(), key=lambda d: d.threshold))


def _joined(bands: Sequence[Band]) -> tuple[Band, ...]:
    ranges = sorted((b for b in bands if not b.is_step), key=lambda b: b.low)
    steps = sorted({b.low: b for b in reversed(bands) if b.is_step}.values(), key=lambda b: b.low)
    if len(ranges) >= len(steps):
        return tuple(ranges)
    ends = [b.low - 1e-9 for b in steps[1:]] + [math.inf]
    return tuple(Band(b.low, end, b.days, b.evidence, True) for b, end in zip(steps, ends, strict=True))


@lru_cache(maxsize=8_192)
def _bands(passage: Passage) -> tuple[Band, ...]:
    if not _TAKES.search(fold(f"{passage.title} {passage.text}")):
        return ()
    found = []
    for item, plain in _items(passage.text):
        times = [(s.start, s.days) for s in spans(plain) if s.days >= 1]
        if times:
            for (low, high, is_step), days in _pairs(list(_quantities(plain)), times):
                found.append(Band(low, high, days, quote(passage, item), is_step))
    return tuple(found)


@lru_cache(maxsize=8_192)
def _discounts(passage: Passage) -> tuple[Discount, ...]:
    if not _DISCOUNT.search(fold(f"{passage.title} {passage.text}")):
        return ()
    found = []
    for item, plain in _items(passage.text):
        percents = [(m.start(), float(m["percent"].replace(",", "."))) for m in _PERCENT.finditer(plain)]
        if percents:
            for (amount, money), percent in _pairs(list(_thresholds(plain)), percents):
                found.append(Discount(amount, money, percent, quote(passage, item)))
    return tuple(found)


def _items(text: str) -> Iterator[tuple[str, str]]:
    """Items of lists, rows of tables and sentences: word for word, and folded without list number and bold marks."""
    for block in _BLOCK.split(text):
        is_item = bool(_LISTED.match(block.strip())) and len(block) <= 900
        for piece in [block] if is_item else _SENTENCE.split(block):
            if item := piece.strip():
                plain = digits_for_words(fold(item.replace("**", "")))
                plain = re.sub(r"^(?:\d{1,2}[.)]|[-*•])\s|^\|\s*", "", plain)
                yield item, re.sub(r"(?<=[\d+]),(?=\d{1,3} ?(?:business |working )?(?:day|week|month))", ", ", plain)


def _pairs(lefts: list[tuple[int, Left]], rights: list[tuple[int, Right]]) -> Iterator[tuple[Left, Right]]:
    """What belongs together in a sentence: "5 units: 3 days, 10 units: 1 week", or the other way round all through."""
    if not lefts or not rights:
        return
    if len(lefts) == 1 or len(rights) == 1:
        yield lefts[0][1], rights[0][1]
        return
    if lefts[0][0] < rights[0][0]:
        for index, (start, left) in enumerate(lefts):
            end = lefts[index + 1][0] if index + 1 < len(lefts) else math.inf
            if right := next(((r,) for at, r in rights if start < at < end), None):
                yield left, right[0]
        return
    for index, (start, right_value) in enumerate(rights):
        end = rights[index + 1][0] if index + 1 < len(rights) else math.inf
        if left_found := next(((v,) for at, v in lefts if start < at < end), None):
            yield left_found[0], right_value


def _quantities(plain: str) -> Iterator[tuple[int, tuple[float, float, bool]]]:
    """Where each number of units stands; its lowest and highest; and whether it is one volume only."""
    for match in _UNITS.finditer(plain):
        if _NO_UNITS.match(plain, match.end()):
            continue
        yield match.start(), _quantity(match)


def _quantity(match: re.Match[str]) -> tuple[float, float, bool]:
    if match["from"]:
        return _number(match["from"]), _number(match["to"]), False
    if match["high"]:
        return 0.0, _number(match["high"]) - (match["most"] not in ("up to", "at most")), False
    if match["low"]:
        return _number(match["low"]) + (match["least"] in ("more than", "over", "above", "exceeding")), math.inf, False
    if match["open"]:
        return _number(match["open"]), math.inf, False
    count = match["volume"] or match["count"] or match["cell"]
    number = _number(count) if count[0].isdecimal() else 1.0
    return number, number, True


def _thresholds(plain: str) -> Iterator[tuple[int, tuple[float, bool]]]:
    """Where each threshold of a discount stands, its amount, and whether it is money."""
    for match in _OVER.finditer(plain):
        if match["before"] or match["mark"] or match["more"] or match["units"] or match["range"]:
            amount = _number(match["amount"]) * (1000 if match["k"] else 1)
            yield match.start(), (amount, bool(match["mark"]))


def _number(digits: str) -> float:
    return float(digits.replace(",", ""))
