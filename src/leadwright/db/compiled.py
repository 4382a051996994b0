"""Statements compiled once and run as plain SQL, for pages that are asked for all day. No statements of its own."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Select
from sqlalchemy.engine.interfaces import Dialect

from leadwright.db.base import Moment, aware_utc, stored_utc
from leadwright.db.engine import Database

Source = Database | Connection


def dialect_of(source: Source) -> Dialect:
    """Which kind of database it is."""
    return source.engine.dialect


class Compiled:
    """A select with named parameters, compiled for one kind of database.

    Args:
        query: plain columns; parameters are `bindparam`s without expanding lists.
        moments: positions of columns of type `Moment`; given back as aware UTC.
    """

    def __init__(self, query: Select[*tuple[Any, ...]], dialect: Dialect) -> None:
        compiled = query.compile(dialect=dialect)
        self.sql = str(compiled)
        self.fixed = dict(compiled.params)
        self.order: Sequence[str] | None = getattr(compiled, "positiontup", None)
        reader = stored_utc if dialect.name == "sqlite" else aware_utc
        self._reads = {n: reader for n, c in enumerate(query.selected_columns) if isinstance(c.type, Moment)}
        self._writes = {
            name: writer
            for name, bind in compiled.binds.items()
            if (writer := bind.type.dialect_impl(dialect).bind_processor(dialect))
        }

    def rows(self, source: Source, values: Mapping[str, Any]) -> Sequence[Sequence[Any]]:
        """Run it on the connection given, or on one of its own. Goes past SQLAlchemy's execution, whose cost shows."""
        if isinstance(source, Database):
            with source.engine.connect() as connection:
                return self.rows(connection, values)
        given = {**self.fixed, **values}
        for name, writer in self._writes.items():
            given[name] = writer(given[name])
        parameters: Any = tuple([given[n] for n in self.order]) if self.order is not None else given
        cursor = source.connection.cursor()
        try:
            cursor.execute(self.sql, parameters)
            found = cursor.fetchall()
        finally:
            cursor.close()
        if not self._reads:
            return found
        rows = [list(row) for row in found]
        for n, read in self._reads.items():
            for row in rows:
                row[n] = read(row[n])
        return rows
