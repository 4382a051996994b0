"""Statements compiled once and run as plain SQL, for pages that are asked for all day. No statements of its own."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Select
from sqlalchemy.engine.interfaces import Dialect

from leadwright.db.base import Moment


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
        self._reads = {
            n: reader
            for n, column in enumerate(query.selected_columns)
            if isinstance(column.type, Moment)
            and (reader := column.type.dialect_impl(dialect).result_processor(dialect, None))
        }
        self._writes = {
            name: writer
            for name, bind in compiled.binds.items()
            if (writer := bind.type.dialect_impl(dialect).bind_processor(dialect))
        }

    def rows(self, connection: Connection, values: Mapping[str, Any]) -> list[Sequence[Any]]:
        """Run it."""
        given = {**self.fixed, **values}
        for name, writer in self._writes.items():
            given[name] = writer(given[name])
        parameters: Any = tuple(given[n] for n in self.order) if self.order is not None else given
        found = connection.exec_driver_sql(self.sql, parameters).fetchall()
        if not self._reads:
            return list(found)
        return [self._plain(row) for row in found]

    def _plain(self, row: Sequence[Any]) -> Sequence[Any]:
        values = list(row)
        for n, reader in self._reads.items():
            values[n] = reader(values[n])
        return values
