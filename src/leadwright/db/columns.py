"""The organisation's own columns: which there are, and adding one. Their values are in the JSON column `custom`."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from leadwright.db.people import CustomColumn
from leadwright.domain.attributes import Attribute, Kind, Table, with_custom
from leadwright.errors import BadInput

TEXT_LENGTH = 2000


def own_columns(session: Session, table: str) -> list[Attribute]:
    """The organisation's own columns of a table, by name."""
    rows = session.execute(
        select(CustomColumn.name, CustomColumn.label, CustomColumn.kind)
        .where(CustomColumn.tablename == table)
        .order_by(CustomColumn.name)
    )
    return [attribute(name, label, Kind(kind)) for name, label, kind in rows]


def attribute(name: str, label: str, kind: Kind) -> Attribute:
    """An own column as the domain knows it."""
    length = TEXT_LENGTH if kind in (Kind.TEXT, Kind.EMAIL, Kind.URL, Kind.PHONE, Kind.MEMO) else 0
    return Attribute(name, label, kind, length, custom=True)


def table_with_own(session: Session, table: str) -> Table:
    """The table with the organisation's own columns."""
    return with_custom(table, own_columns(session, table))


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
