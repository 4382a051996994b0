"""Criteria against one lead in Python: compiled once into closures, then about a microsecond for each condition.

A lead is a mapping of column to value, its own columns (JSON `custom`) among them (see `flatten`); related records
are such mappings by lookup column, None where there is none.
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from leadwright.domain.attributes import TABLES, Attribute, Table
from leadwright.domain.selection.operators import Family, family
from leadwright.domain.selection.probes import Presence, Probe, Span, Words, attribute_of, fold, probe
from leadwright.domain.selection.tree import Condition, Criteria, Group, Part, Related, Rules

Record = Mapping[str, Any]
RelatedRecords = Mapping[str, Record | None]
Predicate = Callable[[Record, RelatedRecords], bool]
_Test = Callable[[Any], bool]
_NONE: dict[str, Record | None] = {}


def flatten(row: Mapping[str, Any]) -> dict[str, Any]:
    """A table row with the organisation's own columns beside the others."""
    return {**(row.get("custom") or {}), **row}


def matches(
    criteria: Criteria | Rules,
    record: Record,
    related: RelatedRecords | None = None,
    *,
    now: datetime,
    tables: Mapping[str, Table] = TABLES,
) -> bool:
    """Whether the lead matches at the moment `now`. For many leads use `compiled`."""
    return compiled(criteria, now, tables)(record, related or _NONE)


def compiled(criteria: Criteria | Rules, now: datetime, tables: Mapping[str, Table] = TABLES) -> Predicate:
    """The criteria as one predicate; periods are counted from `now`.

    Raises:
        BadInput: a column the tables do not have.
    """
    if isinstance(criteria, Criteria):
        return _part(criteria.root, "lead", now, criteria.timezone, tables)
    wanted = compiled(criteria.criteria, now, tables)
    sellers = tuple(compiled(c, now, tables) for _, c in criteria.sellers)
    email = criteria.email_field

    def in_segment(record: Record, related: RelatedRecords) -> bool:
        return (
            has_company(record)
            and (not email or has_text(record.get(email)))
            and wanted(record, related)
            and not any(s(record, related) for s in sellers)
        )

    return in_segment


def has_text(value: Any) -> bool:
    """Text with something in it; spaces alone are no data."""
    return isinstance(value, str) and value.strip(" ") != ""


def has_company(record: Record) -> bool:
    """The lead names its company, or is linked to an account."""
    return has_text(record.get("companyname")) or record.get("parentaccountid") is not None


def row_test(condition: Condition, table: str, now: datetime, timezone: str, tables: Mapping[str, Table]) -> _Test:
    """The test of one row on the column's value."""
    attribute = attribute_of(condition, table, tables)
    test = _test(probe(condition, attribute, now, timezone), family(attribute.kind))
    return _typed(test, attribute) if attribute.custom else test


def _part(part: Part, table: str, now: datetime, timezone: str, tables: Mapping[str, Table]) -> Predicate:
    if isinstance(part, Group):
        return _group(part, tuple(_part(p, table, now, timezone, tables) for p in part.parts))
    if isinstance(part, Related):
        return _related(part, now, timezone, tables)
    test, name = row_test(part, table, now, timezone, tables), part.attribute
    return lambda record, _related: test(record.get(name))


def _group(group: Group, predicates: tuple[Predicate, ...]) -> Predicate:
    def every(record: Record, related: RelatedRecords) -> bool:
        for predicate in predicates:  # noqa: SIM110 (a generator costs half as much again)
            if not predicate(record, related):
                return False
        return True

    def some(record: Record, related: RelatedRecords) -> bool:
        for predicate in predicates:  # noqa: SIM110
            if predicate(record, related):
                return True
        return False

    return every if group.all_of else some


def _related(part: Related, now: datetime, timezone: str, tables: Mapping[str, Table]) -> Predicate:
    lookup, exists = part.lookup, part.exists
    target = tables["lead"].related[lookup]
    inner = _part(part.conditions, target, now, timezone, tables) if part.conditions else None

    def linked(_record: Record, related: RelatedRecords) -> bool:
        other = related.get(lookup)
        return (other is not None and (inner is None or inner(other, _NONE))) is exists

    return linked


def _typed(test: _Test, attribute: Attribute) -> _Test:
    """A value of another type than the column was declared with is no data."""
    kind = family(attribute.kind)
    if kind in (Family.NUMBER, Family.CHOICE):
        return lambda value: test(value if isinstance(value, int | float) and not isinstance(value, bool) else None)
    wanted = bool if kind is Family.BOOLEAN else str
    return lambda value: test(value if isinstance(value, wanted) else None)


def _test(made: Probe, kind: Family | None) -> _Test:
    if isinstance(made, Presence):
        expected = made.expected
        if kind is Family.TEXT:
            return lambda value: (value is not None and value.strip(" ") != "") is expected
        return lambda value: (value is not None) is expected
    if isinstance(made, Words):
        return _words(made)
    if isinstance(made, Span):
        return _span(made)
    values, negative = frozenset(made.values), made.negative
    return lambda value: (value is not None and value in values) is not negative


def _words(made: Words) -> _Test:
    negative, needles, needle = made.negative, frozenset(made.needles), made.needles[0]
    if made.how == "equals":
        return lambda value: (value is not None and fold(value) in needles) is not negative
    if made.how == "contains":
        return lambda value: (value is not None and needle in fold(value)) is not negative
    if made.how == "begins":
        return lambda value: (value is not None and fold(value).startswith(needle)) is not negative
    return lambda value: (value is not None and fold(value).endswith(needle)) is not negative


def _span(made: Span) -> _Test:
    low: Any = made.low
    high: Any = made.high
    negative, low_open, high_closed = made.negative, made.low_open, made.high_closed

    def within(value: Any) -> bool:
        if value is None:
            return negative
        inside = (low is None or (value > low if low_open else value >= low)) and (
            high is None or (value <= high if high_closed else value < high)
        )
        return inside is not negative

    if made.low is None and made.high is None:
        return lambda value: (value is not None) is not negative
    if isinstance(made.low, str) or isinstance(made.high, str):
        return lambda value: within(None if value is None else value[:19])
    return within
