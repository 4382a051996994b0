"""Which worker processes live: a named lock that dies with its process, and a heartbeat beside it. Knows no DBOS."""

import re
import sqlite3
from contextlib import suppress
from pathlib import Path
from typing import Any

from sqlalchemy import delete, select, text
from sqlalchemy.exc import SQLAlchemyError

from leadwright.db.agent import DESK, Executor
from leadwright.db.base import new_id, now
from leadwright.db.engine import Database
from leadwright.errors import Conflict

_LOCKS = 7312  # class of our PostgreSQL advisory locks
_LOCK = text("SELECT pg_try_advisory_lock(:class, hashtext(:name))")
_UNLOCK = text("SELECT pg_advisory_unlock(:class, hashtext(:name))")
_KEEPALIVE = {"tcp_keepalives_idle": "30", "tcp_keepalives_interval": "10", "tcp_keepalives_count": "3"}


class Hold:
    """A lock by name, held until `release` or the end of the process, however it ends.

    SQLite: an exclusive lock on a small file beside the database. PostgreSQL: a session's advisory lock.
    """

    def __init__(self, database: Database, connection: Any, name: str) -> None:
        self._database = database
        self._connection = connection
        self._name = name

    def lasts(self) -> bool:
        """The lock is still ours: its connection lives."""
        if self._database.is_sqlite:
            return True
        try:
            self._connection.execute(text("SELECT 1"))
        except SQLAlchemyError:
            return False
        return True

    def release(self) -> None:
        """Let it go. Safe to repeat."""
        with suppress(Exception):
            if not self._database.is_sqlite:
                with suppress(SQLAlchemyError):  # now: the server would notice an ended session only some time later
                    self._connection.execute(_UNLOCK, {"class": _LOCKS, "name": self._name})
                self._connection.invalidate()  # its keep-alive settings do not go back into the pool
            self._connection.close()


def hold(database: Database, name: str) -> Hold | None:
    """The lock of that name, or None when a living process has it."""
    return _hold_file(database, name) if database.is_sqlite else _hold_session(database, name)


def _hold_file(database: Database, name: str) -> Hold | None:
    main = Path(database.engine.url.database or "")
    path = main.with_name(f"{main.stem}-{re.sub(r'[^A-Za-z0-9.]+', '-', name)}.lock")
    connection = sqlite3.connect(path, timeout=0, isolation_level=None, check_same_thread=False)
    try:
        connection.execute("BEGIN EXCLUSIVE")
    except sqlite3.OperationalError:
        connection.close()
        return None
    return Hold(database, connection, name)


def _hold_session(database: Database, name: str) -> Hold | None:
    connection = database.engine.connect().execution_options(isolation_level="AUTOCOMMIT")
    for setting, value in _KEEPALIVE.items():  # else the lock of a machine that is gone would be held for hours
        connection.execute(text("SELECT set_config(:setting, :value, false)"), {"setting": setting, "value": value})
    if connection.execute(_LOCK, {"class": _LOCKS, "name": name}).scalar():
        return Hold(database, connection, name)
    connection.close()
    return None


class Executing:
    """This process as an executor: entered once, kept alive by `beat`, left at the end.

    Args:
        executorid: stable name of the process; `enter` refuses while another living process has it.
    """

    def __init__(self, database: Database, executorid: str) -> None:
        self.id = executorid
        self._database = database
        self._incarnation = new_id()
        self._hold: Hold | None = None

    def enter(self) -> None:
        """Take the name.

        Raises:
            Conflict: a living process works under it.
        """
        self._hold = hold(self._database, f"executor {self.id}")
        if self._hold is None:
            raise Conflict(
                f'A process named "{self.id}" already works on this database. '
                "Stop it, or give this one its own name with LEADWRIGHT_EXECUTOR_ID."
            )
        with self._database.transaction() as session:
            session.execute(delete(Executor).where(Executor.executorid == self.id))
            session.add(Executor(executorid=self.id, incarnation=self._incarnation, seenon=now()))

    def beat(self) -> bool:
        """Say that we live. False: another process has taken the name over; stop working.

        A row that is gone is written again, and a lock lost with its connection is taken again, as after a long sleep.
        """
        if self._hold and not self._hold.lasts():
            self._hold.release()
            self._hold = None
        self._hold = self._hold or hold(self._database, f"executor {self.id}")
        with self._database.transaction() as session:
            row = session.get(Executor, self.id, with_for_update=True)
            if row is None and self._hold:
                session.add(Executor(executorid=self.id, incarnation=self._incarnation, seenon=now()))
                return True
            if row is None or row.incarnation != self._incarnation:
                return False
            row.seenon = now()
            return True

    def leave(self) -> None:
        """Give the name back. The others know at once that nothing of ours is left."""
        mine = (Executor.executorid == self.id) & (Executor.incarnation == self._incarnation)
        with suppress(Exception), self._database.transaction() as session:
            session.execute(delete(Executor).where(mine))
        if self._hold:
            self._hold.release()


def living(database: Database, *, besides: str = "") -> frozenset[str]:
    """Names of executors that live: their lock is held. An old heartbeat alone is no death: a machine may sleep."""
    return frozenset(name for name in known(database) if name == besides or _is_held(database, name))


def forget(database: Database, names: frozenset[str]) -> None:
    """Remove dead executors, after their work was taken over."""
    with database.transaction() as session:
        session.execute(delete(Executor).where(Executor.executorid.in_(names)))


def known(database: Database) -> frozenset[str]:
    """Names of all executors that entered and did not leave."""
    with database.reading() as session:
        return frozenset(session.scalars(select(Executor.executorid).where(~Executor.executorid.startswith(DESK))))


def _is_held(database: Database, name: str) -> bool:
    probe = hold(database, f"executor {name}")
    if probe:
        probe.release()
    return probe is None
