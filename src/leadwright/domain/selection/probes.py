"""Conditions made ready: periods turned into moments, text folded. Both evaluators, SQL and Python, read only these.

Text is compared without regard to case: A-Z and every letter below U+2000 whose lower case is one other character
outside ASCII (so ÄÖÜ, É, Cyrillic and Greek too). Accents count. Text of nothing but spaces is no data.
Columns of the organisation's own that hold a value of another type than declared count as empty; dates among them are
ISO text (date-times in UTC, compared to the second).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from difflib import get_close_matches
from typing import Literal, cast

from leadwright.domain.attributes import Attribute, Table
from leadwright.domain.selection.operators import NEGATIVE, Family, Operator, family
from leadwright.domain.selection.periods import days, moments, zone
from leadwright.domain.selection.tree import Condition, Value
from leadwright.errors import BadInput

O = Operator  # noqa: E741
Bound = float | int | date | datetime | str | None

FOLD: dict[int, int] = {
    code: ord(chr(code).lower())
    for code in range(0x80, 0x2000)
    if len(chr(code).lower()) == 1 and chr(code).lower() != chr(code) and ord(chr(code).lower()) >= 0x80
}
_FOLD_ALL = {**FOLD, **{code: code + 32 for code in range(ord("A"), ord("Z") + 1)}}


def fold(text: str) -> str:
    """The form in which text is compared."""
    return text.lower() if text.isascii() else text.translate(_FOLD_ALL)


@dataclass(frozen=True, slots=True)
class Presence:
    """Has data, or has none."""

    expected: bool


@dataclass(frozen=True, slots=True)
class Words:
    """Text that equals one of the folded needles, or contains, begins or ends with the only one."""

    how: Literal["equals", "contains", "begins", "ends"]
    needles: tuple[str, ...]
    negative: bool


@dataclass(frozen=True, slots=True)
class Span:
    """From `low` (included unless `low_open`) to `high` (excluded unless `high_closed`); None is an open end."""

    low: Bound
    high: Bound
    negative: bool = False
    low_open: bool = False
    high_closed: bool = False


@dataclass(frozen=True, slots=True)
class Choice:
    """One of these values."""

    values: tuple[Value, ...]
    negative: bool


Probe = Presence | Words | Span | Choice
_HOW: dict[Operator, Literal["equals", "contains", "begins", "ends"]] = {
    O.CONTAINS: "contains",
    O.NOT_CONTAINS: "contains",
    O.BEGINS: "begins",
    O.NOT_BEGINS: "begins",
    O.ENDS: "ends",
    O.NOT_ENDS: "ends",
}


def attribute_of(condition: Condition, table: str, tables: Mapping[str, Table]) -> Attribute:
    """The column a row is about.

    Raises:
        BadInput: the table has none of that name (any more).
    """
    found = tables[table].attributes.get(condition.attribute)
    if found is None:
        raise unknown_attribute(condition.attribute, tables[table])
    return found


def unknown_attribute(name: object, table: Table) -> BadInput:
    """The error for a column the table does not have, with the nearest names."""
    near = get_close_matches(str(name), list(table.attributes), n=3, cutoff=0.5)
    hint = f"Did you mean {' or '.join(near)}?" if near else f"Columns are: {', '.join(sorted(table.attributes))}."
    return BadInput(f"The table {table.name} has no column {name!r}. {hint}", field="conditions")


def probe(condition: Condition, attribute: Attribute, now: datetime, timezone: str) -> Probe:
    """The condition as both evaluators read it, at the moment `now`."""
    kind, operator, negative = family(attribute.kind), condition.operator, condition.operator in NEGATIVE
    if kind is None:
        raise BadInput(f"{attribute.label} cannot be selected by.", field=attribute.name)
    if operator in (O.HAS_DATA, O.NO_DATA):
        return Presence(operator is O.HAS_DATA)
    if kind is Family.TEXT:
        needles = tuple(sorted({fold(cast(str, v)) for v in condition.values}))
        return Words(_HOW.get(operator, "equals"), needles, negative)
    if kind is Family.DATE:
        low, high = days(condition, now.astimezone(zone(timezone)).date())
        return Span(_iso(low), _iso(high), negative) if attribute.custom else Span(low, high, negative)
    if kind is Family.DATETIME:
        start, end = moments(condition, now, zone(timezone))
        return Span(_seconds(start), _seconds(end), negative) if attribute.custom else Span(start, end, negative)
    if kind is Family.NUMBER and operator not in (O.EQUALS, O.NOT_EQUALS, O.IN, O.NOT_IN):
        return _numbers(condition, negative)
    return Choice(tuple(sorted(set(condition.values), key=str)), negative)


def _numbers(condition: Condition, negative: bool) -> Span:
    low, high = cast(float, condition.values[0]), cast(float, condition.values[-1])
    return {
        O.LESS: Span(None, high),
        O.AT_MOST: Span(None, high, high_closed=True),
        O.GREATER: Span(low, None, low_open=True),
        O.AT_LEAST: Span(low, None),
        O.BETWEEN: Span(low, high, high_closed=True),
        O.NOT_BETWEEN: Span(low, high, negative=negative, high_closed=True),
    }[condition.operator]


def _iso(day: date | None) -> str | None:
    return None if day is None else day.isoformat()


def _seconds(moment: datetime | None) -> str | None:
    return None if moment is None else moment.astimezone(UTC).isoformat()[:19]
