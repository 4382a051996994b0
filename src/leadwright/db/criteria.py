"""Selection criteria as one SQL condition, for SQLite and PostgreSQL. What the conditions mean is in domain.selection.

Every condition is true or false, never unknown, so that And, Or and Not behave as in Python. Text is searched with
instr and substr, not LIKE: nothing in it is a wildcard.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    ColumnElement,
    Float,
    FromClause,
    Numeric,
    String,
    and_,
    case,
    cast,
    collate,
    exists,
    false,
    func,
    literal,
    not_,
    or_,
    true,
    type_coerce,
)
from sqlalchemy.types import TypeEngine

from leadwright.db.base import Base
from leadwright.db.sales import Lead
from leadwright.domain.attributes import Attribute, Kind, Table
from leadwright.domain.selection.operators import Family, family
from leadwright.domain.selection.probes import FOLD, Choice, Presence, Span, Words, attribute_of, probe
from leadwright.domain.selection.tree import Condition, Criteria, Group, Part, Related, Rules

LEAD: FromClause = Lead.__table__
_FROM, _TO = "".join(map(chr, FOLD)), "".join(map(chr, FOLD.values()))
_NUMBERS = (Family.NUMBER, Family.CHOICE)


def clause(
    criteria: Criteria | Rules, now: datetime, tables: Mapping[str, Table], *, sqlite: bool
) -> ColumnElement[bool]:
    """The condition on rows of `lead`.

    Args:
        criteria: the tree alone, or with the standing rules of the segment.
        now: the moment from which periods are counted.
        tables: known columns, the organisation's own included.
        sqlite: which of the two databases it is for.

    Raises:
        BadInput: a column the tables do not have.
    """
    if isinstance(criteria, Criteria):
        return _Compiling(now, criteria.timezone, tables, sqlite).part(criteria.root, "lead", LEAD)
    compiling = _Compiling(now, "UTC", tables, sqlite)
    email = tables["lead"].attributes[criteria.email_field] if criteria.email_field else None
    return and_(
        or_(_has_text(LEAD.c.companyname), LEAD.c.parentaccountid.is_not(None)),
        true() if email is None else _has_text(compiling.column(email, LEAD)),
        clause(criteria.criteria, now, tables, sqlite=sqlite),
        *(not_(clause(c, now, tables, sqlite=sqlite)) for _, c in criteria.sellers),
    )


def _has_text(column: ColumnElement[Any]) -> ColumnElement[bool]:
    return and_(column.is_not(None), func.trim(column) != "")


@dataclass(frozen=True, slots=True)
class _Compiling:
    """What is carried down the tree."""

    now: datetime
    timezone: str
    tables: Mapping[str, Table]
    sqlite: bool

    def part(self, part: Part, table: str, source: FromClause) -> ColumnElement[bool]:
        if isinstance(part, Group):
            parts = [self.part(p, table, source) for p in part.parts]
            return and_(true(), *parts) if part.all_of else or_(false(), *parts)
        if isinstance(part, Related):
            return self._related(part, source)
        return self._row(part, attribute_of(part, table, self.tables), source)

    def column(self, attribute: Attribute, source: FromClause) -> ColumnElement[Any]:
        """The column's value; for one of the organisation's own, NULL where the JSON holds another type."""
        if not attribute.custom:
            found = source.c[attribute.name]
            return type_coerce(found, BigInteger) if attribute.kind in (Kind.NUMBER, Kind.CHOICE) else found
        return self._own_sqlite(attribute, source) if self.sqlite else self._own_postgresql(attribute, source)

    def _related(self, part: Related, source: FromClause) -> ColumnElement[bool]:
        name = self.tables["lead"].related[part.lookup]
        other = Base.metadata.tables[name].alias()
        found = other.c[self.tables[name].key] == source.c[part.lookup]
        inner = self.part(part.conditions, name, other) if part.conditions else true()
        linked = exists().where(found, inner).correlate(source)
        return linked if part.exists else not_(linked)

    def _row(self, row: Condition, attribute: Attribute, source: FromClause) -> ColumnElement[bool]:
        made = probe(row, attribute, self.now, self.timezone)
        column = self.column(attribute, source)
        if isinstance(made, Presence):
            has_data = _has_text(column) if family(attribute.kind) is Family.TEXT else column.is_not(None)
            return has_data if made.expected else not_(has_data)
        if isinstance(made, Words):
            positive = self._words(made, column)
        elif isinstance(made, Span):
            positive = self._span(made, column, attribute.custom)
        else:
            positive = column.in_(_listed(made, column.type))
        return or_(column.is_(None), not_(positive)) if made.negative else and_(column.is_not(None), positive)

    def _words(self, made: Words, column: ColumnElement[Any]) -> ColumnElement[bool]:
        # an ASCII needle needs only ASCII folded: no other letter folds into ASCII
        folded = self._folded(column, everything=not all(n.isascii() for n in made.needles))
        needle = made.needles[0]
        if made.how == "equals":
            return folded.in_([literal(n, String) for n in made.needles])
        if made.how == "contains":
            find = func.instr if self.sqlite else func.strpos
            return find(folded, literal(needle, String)) > 0
        if made.how == "begins":
            return func.substr(folded, 1, len(needle)) == literal(needle, String)
        tail = func.substr(folded, -len(needle)) if self.sqlite else func.right(folded, len(needle))
        return tail == literal(needle, String)

    def _folded(self, column: ColumnElement[Any], *, everything: bool) -> ColumnElement[str]:
        if self.sqlite:
            return func.lw_fold(column, type_=String) if everything else func.lower(column, type_=String)
        lower = func.lower(collate(column, "C"), type_=String)
        return func.translate(lower, literal(_FROM), literal(_TO), type_=String) if everything else lower

    def _span(self, made: Span, column: ColumnElement[Any], own: bool) -> ColumnElement[bool]:
        if own and (isinstance(made.low, str) or isinstance(made.high, str)):
            column = func.substr(column, 1, 19, type_=String)
            column = column if self.sqlite else collate(column, "C")
        ends: list[ColumnElement[bool]] = []
        if made.low is not None:
            low = literal(made.low, column.type)
            ends.append(column > low if made.low_open else column >= low)
        if made.high is not None:
            high = literal(made.high, column.type)
            ends.append(column <= high if made.high_closed else column < high)
        return and_(true(), *ends)

    def _own_sqlite(self, attribute: Attribute, source: FromClause) -> ColumnElement[Any]:
        path = f'$."{attribute.name}"'
        kind = func.json_type(source.c.custom, path, type_=String)
        declared = family(attribute.kind)
        if declared is Family.BOOLEAN:
            return case((kind == "true", true()), (kind == "false", false()), else_=None)
        names, type_ = (("integer", "real"), Float()) if declared in _NUMBERS else (("text",), String())
        return case((kind.in_(names), func.json_extract(source.c.custom, path, type_=type_)), else_=None)

    def _own_postgresql(self, attribute: Attribute, source: FromClause) -> ColumnElement[Any]:
        entry = func.jsonb_extract_path(source.c.custom, attribute.name)
        text = func.jsonb_extract_path_text(source.c.custom, attribute.name, type_=String)
        declared = family(attribute.kind)
        kind = "string"
        value: ColumnElement[Any] = text
        if declared is Family.BOOLEAN:
            kind, value = "boolean", cast(text, Boolean)
        elif declared in _NUMBERS:
            kind, value = "number", cast(cast(text, Numeric), Float)
        return case((func.jsonb_typeof(entry) == kind, value), else_=None)


def _listed(made: Choice, type_: TypeEngine[Any]) -> list[Any]:
    return [literal(v, type_) for v in made.values]
