"""The organisation's own columns and choices: which there are, and adding one.

Values of own columns are in the JSON column `custom`.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any, cast

from sqlalchemy import String, literal, select, union_all
from sqlalchemy import Table as SqlTable
from sqlalchemy.orm import Session

from leadwright.db.mirror import ChoiceColumn
from leadwright.db.people import CustomColumn
from leadwright.domain.attributes import TABLES, Attribute, Kind, Table, with_custom
from leadwright.errors import BadInput

TEXT_LENGTH = 2000
_own = cast(SqlTable, CustomColumn.__table__).c
_other = cast(SqlTable, ChoiceColumn.__table__).c
_STANDARD = ""  # kind of a standard column that has other choices than the published ones
_COLUMNS = union_all(
    select(_own.tablename, _own.name, _own.label, _own.kind, _own.choices),
    select(_other.tablename, _other.name, literal("", String), literal(_STANDARD, String), _other.choices),
)


def own_columns(session: Session, table: str) -> list[Attribute]:
    """The organisation's own columns of a table, by name."""
    rows = session.execute(
        select(_own.name, _own.label, _own.kind, _own.choices).where(_own.tablename == table).order_by(_own.name)
    )
    return [attribute(name, label, Kind(kind), _choices(choices)) for name, label, kind, choices in rows]


def attribute(name: str, label: str, kind: Kind, choices: Mapping[int, str] | None = None) -> Attribute:
    """An own column as the domain knows it."""
    length = TEXT_LENGTH if kind in (Kind.TEXT, Kind.EMAIL, Kind.URL, Kind.PHONE, Kind.MEMO) else 0
    return Attribute(name, label, kind, length, choices=choices or {}, custom=True)


def tables_with_own(session: Session) -> dict[str, Table]:
    """Every table with the organisation's own columns and choices, in one statement."""
    found: dict[str, list[Attribute]] = {}
    for tablename, name, label, kind, choices in session.execute(_COLUMNS):
        if kind != _STANDARD:
            made: Attribute | None = attribute(name, label, Kind(kind), _choices(choices))
        else:
            known = TABLES[tablename].attributes.get(name) if tablename in TABLES else None
            made = replace(known, choices=_choices(choices)) if known else None
        if made is not None:
            found.setdefault(tablename, []).append(made)
    return {name: with_custom(name, found[name]) if name in found else table for name, table in TABLES.items()}


def table_with_own(session: Session, table: str) -> Table:
    """The table with the organisation's own columns and choices."""
    return tables_with_own(session)[table]


def choice_rows(choices: Mapping[int, str]) -> list[Any]:
    """Choices as they are stored: [value, label]."""
    return [[value, label] for value, label in choices.items()]


def _choices(stored: Iterable[Any]) -> dict[int, str]:
    return {int(value): str(label) for value, label in stored or ()}


def add_own_column(session: Session, table: str, column: Attribute) -> None:
    """Add a column.

    Raises:
        BadInput: its label is taken.
    """
    taken = session.scalar(
        select(CustomColumn.name).where(CustomColumn.tablename == table, CustomColumn.label == column.label)
    )
    if taken:
        raise BadInput(f'There is already a column "{column.label}" ({taken}). Map the heading to {taken}.')
    session.add(CustomColumn(tablename=table, name=column.name, label=column.label, kind=column.kind))
    session.flush()
