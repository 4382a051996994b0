"""Many rows at once, at the speed of the driver: inserts, and choosing rows by a long list of values. No rules."""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from itertools import repeat
from typing import Any

from psycopg.errors import UniqueViolation
from sqlalchemy import ARRAY, Column, ColumnElement, String, Table, any_, func, literal, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from leadwright.db.base import Moment
from leadwright.errors import Busy


def one_of(session: Session, column: Any, values: Sequence[str]) -> ColumnElement[bool]:
    """Condition: the text column has one of the values; one bound value however many they are."""
    if _is_postgres(session):
        return column == any_(literal(list(values), ARRAY(String)))  # type: ignore[no-any-return]
    listed = func.json_each(json.dumps(list(values))).table_valued("value")
    return column.in_(select(listed.c.value))  # type: ignore[no-any-return]


def _moment_text(value: datetime | None) -> str | None:
    """A moment as SQLite keeps it; the column's own way takes five times as long."""
    if value is None:
        return None
    if value.tzinfo is None:
        raise ValueError("a naive time was about to be stored")
    if value.tzinfo is not UTC:
        value = value.astimezone(UTC)
    return value.isoformat(" ", "microseconds")[:26]


class Inserter:
    """Inserts rows of the same columns into a table, in the session's transaction.

    SQLite: executemany of the driver. PostgreSQL: COPY. Column types convert values as they do for any insert;
    defaults of the models do not apply, so every column that may not be NULL must be given.

    Args:
        columns: names of the columns that differ from row to row.
        constants: name -> value of those that do not.
    """

    def __init__(self, session: Session, table: Table, columns: Sequence[str], constants: Mapping[str, Any]) -> None:
        self._connection = session.connection()
        dialect = self._connection.dialect
        quote = dialect.identifier_preparer.quote

        def converter(name: str) -> Callable[[Any], Any] | None:
            kind = table.c[name].type
            if dialect.name == "sqlite" and isinstance(kind, Moment):
                return _moment_text
            return kind.dialect_impl(dialect).bind_processor(dialect)

        self._quoted = {n: quote(table.c[n].name) for n in (*columns, *constants)}
        self._columns = {n: converter(n) for n in columns}
        self._constants = {n: convert(v) if (convert := converter(n)) else v for n, v in constants.items()}
        self._optional = {n for n, convert in self._columns.items() if _is_null_by_itself(table.c[n], convert)}
        self._table = quote(table.name)
        self._copies = dialect.name == "postgresql"

    def insert(self, columns: Sequence[Sequence[Any]]) -> None:
        """Insert rows given as columns, all of one length, in the order of the names.

        Raises:
            Busy: a row breaks a unique index.
        """
        count = len(columns[0])
        ready: dict[str, Iterable[Any]] = {}
        for (name, convert), values in zip(self._columns.items(), columns, strict=True):
            if name not in self._optional or values.count(None) < count:  # SQLite's driver is slow with None
                ready[name] = _converted(values, convert)
        ready |= {n: repeat(v, count) for n, v in self._constants.items()}
        rows = list(zip(*ready.values(), strict=True))
        if not rows:
            return
        try:
            self._send(list(ready), rows)
        except (IntegrityError, UniqueViolation) as error:
            raise Busy("Somebody stored the same records in this moment. Start again.") from error

    def _send(self, names: Sequence[str], rows: Sequence[tuple[Any, ...]]) -> None:
        named = ", ".join(self._quoted[n] for n in names)
        if self._copies:
            self._copy_in(f"COPY {self._table} ({named}) FROM STDIN", rows)
        else:
            marks = ", ".join("?" * len(names))
            self._connection.exec_driver_sql(f"INSERT INTO {self._table} ({named}) VALUES ({marks})", rows)  # noqa: S608 names of our tables

    def _copy_in(self, statement: str, rows: Iterable[tuple[Any, ...]]) -> None:
        driver: Any = self._connection.connection.driver_connection
        with driver.cursor() as cursor, cursor.copy(statement) as copy:
            for row in rows:
                copy.write_row(row)


def _is_null_by_itself(column: Column[Any], convert: Callable[[Any], Any] | None) -> bool:
    """Is it NULL in a row that does not tell it, as None is?"""
    return bool(column.nullable) and column.server_default is None and (convert is None or convert(None) is None)


def _converted(values: Sequence[Any], convert: Callable[[Any], Any] | None) -> Iterable[Any]:
    """A column as the driver takes it; where all values are the same, one is converted."""
    if convert is None:
        return values
    if values and values.count(values[0]) == len(values):
        return repeat(convert(values[0]), len(values))
    return [convert(v) for v in values]


def _is_postgres(session: Session) -> bool:
    return session.get_bind().dialect.name == "postgresql"
