"""What all parts of the stand-in share: one SQLite file, its clock, who calls, what goes wrong. Knows no protocol."""

import json
import sqlite3
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

_SHARED = """
CREATE TABLE IF NOT EXISTS fact (name TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS fault (name TEXT PRIMARY KEY, value TEXT NOT NULL, times INTEGER);
CREATE TABLE IF NOT EXISTS seen (
  id INTEGER PRIMARY KEY, at TEXT NOT NULL, host TEXT NOT NULL, method TEXT NOT NULL, path TEXT NOT NULL,
  caller TEXT NOT NULL, status INTEGER NOT NULL, ms REAL NOT NULL, asked TEXT NOT NULL, answered TEXT NOT NULL);
"""


def new_guid() -> str:
    """An id as Microsoft writes it: lower case, with dashes."""
    return str(uuid4())


@dataclass(frozen=True, slots=True)
class Caller:
    """Who a bearer token stands for.

    Args:
        clientid: application (client) id.
        objectid: of the service principal, or of the user.
        audience: resource the token is for, such as https://contoso.crm.dynamics.com.
        roles: application permissions in the token, such as Mail.Send.
        upn: sign-in name of a person; empty for an application.
    """

    tenantid: str
    clientid: str
    objectid: str
    audience: str
    roles: frozenset[str] = field(default=frozenset())
    upn: str = ""


class Refused(Exception):
    """An answer that is an error, in the words and codes of the service that gives it.

    Args:
        status: HTTP status.
        code: such as 0x80072560, invalid_client or ErrorAccessDenied.
        headers: such as Retry-After.
    """

    def __init__(self, status: int, code: str, message: str, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(message)
        self.status, self.code, self.message, self.headers = status, code, message, dict(headers or {})


class _Connection(threading.local):
    """A thread's own connection, and how often it is at work with it."""

    connection: sqlite3.Connection | None = None
    depth = 0


class World:
    """The state of the stand-in, kept between runs. Safe for several threads.

    Args:
        folder: where `dynamics.db` lies.
        clock: the present moment, aware UTC; rehearsals pass a virtual one.
    """

    def __init__(self, folder: Path, clock: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder, self.clock = folder, clock
        self._own = _Connection()
        self._writing, self._using = threading.RLock(), threading.Lock()
        self._idle: set[sqlite3.Connection] = set()
        self._is_closed = False
        self.schema(_SHARED)
        self.tenantid = self.fact("tenantid", new_guid)
        self.organizationid = self.fact("organizationid", new_guid)

    def schema(self, script: str) -> None:
        """Create tables that are not there yet. Each part brings its own script of CREATE ... IF NOT EXISTS."""
        with self._connection() as connection, self._writing:
            connection.executescript(script)

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """All or nothing; one writer at a time. May be entered again by the same thread: the outer one commits."""
        with self._connection() as connection, self._writing:
            if connection.in_transaction:
                yield connection
                return
            connection.execute("BEGIN IMMEDIATE")
            try:
                yield connection
            except BaseException:
                connection.rollback()
                raise
            connection.commit()

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """A connection to read with; rows answer to their column names."""
        with self._connection() as connection:
            yield connection

    def fact(self, name: str, make: Callable[[], str]) -> str:
        """A value kept under a name, made once."""
        with self.transaction() as db:
            found = db.execute("SELECT value FROM fact WHERE name=?", (name,)).fetchone()
            if found is None:
                value = make()
                db.execute("INSERT INTO fact VALUES (?,?)", (name, value))
                return value
            return str(found["value"])

    def set_fact(self, name: str, value: str) -> None:
        """Keep another value under a name."""
        with self.transaction() as db:
            db.execute("INSERT OR REPLACE INTO fact VALUES (?,?)", (name, value))

    def break_it(self, name: str, value: Any = True, *, times: int | None = None) -> None:
        """Let a thing go wrong from now on, or the next so many times."""
        with self.transaction() as db:
            db.execute("INSERT OR REPLACE INTO fault VALUES (?,?,?)", (name, json.dumps(value), times))

    def mend(self, name: str | None = None) -> None:
        """Take a fault away; without a name, all."""
        with self.transaction() as db:
            db.execute("DELETE FROM fault WHERE ? IS NULL OR name=?", (name, name))

    def fault(self, name: str) -> Any:
        """The value of a fault that is on, else None. One that counts is used up by being asked for."""
        with self.reading() as db:
            found = db.execute("SELECT value, times FROM fault WHERE name=?", (name,)).fetchone()
        if found is None:
            return None
        if found["times"] is not None:
            with self.transaction() as db:
                db.execute("UPDATE fault SET times=times-1 WHERE name=?", (name,))
                db.execute("DELETE FROM fault WHERE name=? AND times<=0", (name,))
        return json.loads(found["value"])

    def faults(self) -> dict[str, tuple[Any, int | None]]:
        """Everything that goes wrong at the moment: name -> value, times left."""
        with self.reading() as db:
            rows = db.execute("SELECT * FROM fault ORDER BY name").fetchall()
        return {row["name"]: (json.loads(row["value"]), row["times"]) for row in rows}

    def close(self) -> None:
        """Close every connection: at once, or when the thread that is at work with it is done. Safe to repeat."""
        with self._using:
            self._is_closed = True
            idle, self._idle = self._idle, set()
        for connection in idle:
            connection.close()

    @contextmanager
    def _connection(self) -> Iterator[sqlite3.Connection]:
        """This thread's connection, which nobody closes meanwhile: SQLite would crash the process."""
        own = self._own
        if own.depth == 0:
            self._take(own)
        assert own.connection is not None
        own.depth += 1
        try:
            yield own.connection
        finally:
            own.depth -= 1
            if own.depth == 0:
                self._leave(own.connection)

    def _take(self, own: _Connection) -> None:
        with self._using:
            if self._is_closed:
                raise sqlite3.ProgrammingError("The stand-in is closed.")
            if own.connection is not None:
                self._idle.discard(own.connection)
                return
        connection = sqlite3.connect(
            self.folder / "dynamics.db", isolation_level=None, timeout=30, check_same_thread=False
        )
        connection.row_factory = sqlite3.Row
        connection.executescript("PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA foreign_keys=ON;")
        own.connection = connection

    def _leave(self, connection: sqlite3.Connection) -> None:
        with self._using:
            if not self._is_closed:
                self._idle.add(connection)
                return
        connection.close()
