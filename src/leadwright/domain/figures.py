"""Figures in a text: how much, of what and how often, in digits or in words of the languages mails are written in.

Decides only whether figures tell the same, never whether they are true.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import lru_cache

from leadwright.domain.figure_words import (
    ADVERBS,
    AFTER_A_PART,
    ARTICLES,
    BEFORE_A_PART,
    CURRENCIES,
    FRACTIONS,
    MANY,
    MULTIPLES,
    NO_COUNT,
    NUMBERS,
    OF_A_WHOLE,
    ONLY_FRACTIONS,
    ONLY_MEASURING,
    PER,
    PER_CENT,
    PERCENT,
    RANGE,
    SCALES,
    SHORTENED,
    TIME,
    TIMES,
    UNITS,
    listed,
)
from leadwright.domain.opt_out import fold

_THOUSANDS = re.compile(r"[1-9]\d{0,2}[.,]\d{3}")
_TOKEN = re.compile(r"\b[bc]2[bcg]\b|\d+(?:[.,]\d+)*|[^\W\d_]+|[^\s\w]|\n", re.IGNORECASE)
_HYPHENS = frozenset("-–—")
_ENDS = frozenset(".;!?|\n")
_NEAR = 6  # tokens after an amount in which its period stands: "900 USD per robot and month"
_BEFORE_HALF = listed("by in to than about nearly almost over around")
_AFTER_HALF = listed("of the a as their its our your all")
_HALVES_OF_A_YEAR = listed("first second other")


@dataclass(frozen=True, slots=True)
class Reading:
    """One way to read a figure.

    Args:
        unit: currency, percent, time or times; empty without one.
        period: for which a price or an amount is: month, year; empty without one.
        alone: no word follows that it could count, as in a cell of a table.
    """

    value: Decimal
    unit: str = ""
    period: str = ""
    alone: bool = False


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure as it stands in a text, with each way to read it. `in_words`: without a digit."""

    said: str
    readings: tuple[Reading, ...]
    in_words: bool = False


def is_told(figure: Figure, by: Iterable[Figure]) -> bool:
    """Does one of the others tell this one: the same value with its unit and period?

    Unit and period may be left out, never exchanged; a bare number may be given a currency, one alone any unit.
    """
    return any(_tells(there, here) for other in by for there in other.readings for here in figure.readings)


def _tells(there: Reading, here: Reading) -> bool:
    if there.value != here.value or (here.period and there.period not in ("", here.period)):
        return False
    open_to_it = not there.unit and (there.alone or here.unit in CURRENCIES.values())
    return not here.unit or here.unit == there.unit or open_to_it


@lru_cache(maxsize=500)
def figures_in(text: str) -> tuple[Figure, ...]:
    """The figures of a text in their order."""
    tokens = tuple(_TOKEN.finditer(text))
    words = tuple(_plain(t[0]) for t in tokens)
    found: list[tuple[_Span, Figure]] = []
    at = 0
    while at < len(words):
        since = found[-1][0].end if found else 0
        span = _multiple(words, at) or _fraction(words, at) or _amount(words, at, since) or _many(words, at)
        if span is None:
            at += 1
            continue
        said = text[tokens[span.start].start() : tokens[span.end - 1].end()]
        found.append((span, Figure(said, span.readings, span.in_words)))
        at = span.end
    return tuple(_with_ranges(words, found))


def _plain(token: str) -> str:
    """Without case and accents; a sign such as ½ stays one, since it is no row of digits."""
    if token.isascii():
        return token.lower()
    plain = fold(token)
    return plain if plain and plain[0].isdecimal() == token[0].isdecimal() else token


@dataclass(frozen=True, slots=True)
class _Span:
    start: int
    end: int
    readings: tuple[Reading, ...]
    scale: int = 1
    in_words: bool = False


def _multiple(words: Sequence[str], at: int) -> _Span | None:
    word, before, after = words[at], words[at - 1] if at else "", words[at + 1] if at + 1 < len(words) else ""
    factor = MULTIPLES.get(word)
    if word == "half" and before not in _HALVES_OF_A_YEAR and (before in _BEFORE_HALF or after in _AFTER_HALF):
        factor = "0.5"
    if factor is None:
        return None
    share = {"0.5": "50", "2": "100"}.get(factor)  # percent of less, percent of more
    readings = [Reading(Decimal(factor), TIMES)] + ([Reading(Decimal(share), PERCENT)] if share else [])
    return _Span(at, at + 1, tuple(readings), in_words=True)


def _fraction(words: Sequence[str], at: int) -> _Span | None:
    """A third, two thirds, ein Viertel: a part of something, not the third of several nor a time of the clock."""
    count = 1 if words[at] in ARTICLES else NUMBERS.get(words[at], 0)
    part = _past_hyphen(words, at + 1) if 0 < count < 10 else at
    word, after, *then = (*words[part : part + 4], "", "", "")
    if word not in FRACTIONS or after in TIME or (after in OF_A_WHOLE and not TIME.keys().isdisjoint(then[:2])):
        return None
    if word not in ONLY_FRACTIONS:
        ends = after != "-" and (after in AFTER_A_PART or not after[:1].isalnum())
        before = words[at - 1] if at else ""
        if part == at or not (after in OF_A_WHOLE or (before in BEFORE_A_PART and ends)):
            return None
    percent = Decimal(100 * (count or 1)) / FRACTIONS[word]
    shares = dict.fromkeys(percent.quantize(Decimal(places)) for places in ("1", "0.1"))
    readings = (Reading(percent, "part"), *(Reading(share, PERCENT) for share in shares))
    return _Span(at, part + 1, readings, in_words=True)


def _many(words: Sequence[str], at: int) -> _Span | None:
    if words[at] not in MANY or (words[at] == "miles" and words[at + 1 : at + 2] != ("de",)):  # not those of a road
        return None
    return _Span(at, at + 1, (Reading(Decimal(MANY[words[at]]), "many"),), in_words=True)


def _amount(words: Sequence[str], at: int, since: int) -> _Span | None:
    """The figure that begins with this number; a currency in front of it may stand from `since` on."""
    if (number := _number(words, at)) is None:
        return None
    values, end = number
    in_words = not words[at][0].isdecimal()
    scale, end, letter = _scale(words, end, letters=not in_words)
    unit = CURRENCIES.get(words[at - 1], "") if at > since else ""
    start = at - 1 if unit else at
    if not unit:
        unit, end = _unit(words, end)
    if in_words and not _counts(words, at, end, scale, unit):
        return None
    alone = not unit and (end == len(words) or not words[end][0].isalnum())
    period, end = _period(words, end)
    scales = (1, scale) if letter else (scale,)
    readings = tuple(Reading(v * s, unit, period, alone) for s in scales for v in (values if s > 1 else values[-1:]))
    return _Span(start, end, readings, scale, in_words)


def _counts(words: Sequence[str], at: int, end: int, scale: int, unit: str) -> bool:
    """Is a number in words a figure: does it measure something, or count more than the things of the talk?"""
    if words[at] in ARTICLES:
        return scale > 1
    measures = scale > 1 or bool(unit)
    of_the_talk = not NO_COUNT.isdisjoint(words[end : end + 2]) or words[end : end + 2] in (("of", "us"), ("of", "you"))
    return measures or (words[at] not in ONLY_MEASURING and not of_the_talk)


def _number(words: Sequence[str], at: int) -> tuple[tuple[Decimal, ...], int] | None:
    word = words[at]
    if word[0].isdecimal():
        return _values(word), at + 1
    if word in ARTICLES:
        return (Decimal(1),), at + 1
    if (value := NUMBERS.get(word)) is None:
        return None
    if value % 10 == 0 and at + 2 < len(words) and words[at + 1] in (*_HYPHENS, "y", "e", "et"):
        unit = NUMBERS.get(words[at + 2], 0)
        if 0 < unit < 10:  # twenty-five, treinta y cinco
            return (Decimal(value + unit),), at + 3
    return (Decimal(value),), at + 1


def _values(digits: str) -> tuple[Decimal, ...]:
    """The value; before a scale 1,234 may be 1.234 as well, since countries differ, and the whole number comes last.

    1.200,5, 1.200.000 and 0,125 are clear, and nobody writes the last zero of a decimal such as 1.200.
    """
    bare = digits.replace(",", "").replace(".", "")
    marks = [mark for mark in digits if mark in ".,"]
    if not marks:
        return (Decimal(bare),)
    last = max(digits.rfind("."), digits.rfind(","))
    decimal = Decimal(f"{bare[: last - len(marks) + 1]}.{digits[last + 1 :]}")
    if len(marks) == 1:
        if not _THOUSANDS.fullmatch(digits):
            return (decimal,)
        return (Decimal(bare),) if digits.endswith("0") else (decimal, Decimal(bare))
    return (decimal,) if marks.count(digits[last]) == 1 else (Decimal(bare),)


def _scale(words: Sequence[str], end: int, *, letters: bool) -> tuple[int, int, bool]:
    """The factor after a number, where it ends, and whether it is a letter that may stand for a unit too."""
    scale, letter = 1, False
    while (after := _past_hyphen(words, end)) < len(words) and words[after] in SCALES:
        if len(words[after]) <= 2:
            if not letters:
                break
            letter = True
        scale, end = scale * SCALES[words[after]], after + 1
        dot, then = (*words[end : end + 2], "", "")[:2]
        end += words[after] in SHORTENED and dot == "." and then in CURRENCIES
    return scale, end, letter


def _unit(words: Sequence[str], end: int) -> tuple[str, int]:
    """The unit after a number, and where it ends."""
    after = _past_hyphen(words, end)
    word, then = (*words[after : after + 2], "", "")[:2]
    if then in PER_CENT and word in PER:
        return PERCENT, after + 2
    if word in UNITS and not (word == "x" and then[:1].isdigit()):
        return UNITS[word], after + 1
    return "", end


def _period(words: Sequence[str], end: int) -> tuple[str, int]:
    for at in range(end, min(end + _NEAR, len(words))):
        if words[at] in ADVERBS:
            return ADVERBS[words[at]], at + 1
        if words[at] in _ENDS or words[at] in NUMBERS or words[at][0].isdecimal():
            break
        if words[at] in PER and at + 1 < len(words) and words[at + 1] in TIME:
            return TIME[words[at + 1]], at + 2
    return "", end


def _past_hyphen(words: Sequence[str], at: int) -> int:
    return at + 1 if at < len(words) and words[at] in _HYPHENS else at


def _with_ranges(words: Sequence[str], found: Sequence[tuple[_Span, Figure]]) -> Iterator[Figure]:
    """The figures, the lower end of a range also with the scale and unit that stand at its upper end only."""
    for index, (span, figure) in enumerate(found):
        upper = found[index + 1][0] if index + 1 < len(found) else None
        if upper and upper.start == span.end + 1 and words[span.end] in RANGE:
            scale, unit = upper.scale if span.scale == 1 else 1, upper.readings[0].unit
            more = (replace(r, value=r.value * scale, unit=r.unit or unit) for r in span.readings)
            yield replace(figure, readings=tuple(dict.fromkeys((*span.readings, *more))))
        else:
            yield figure
