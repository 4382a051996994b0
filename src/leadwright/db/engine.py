"""Opens the database and hands out transactions. No queries.

SQLite: write-ahead log, foreign keys on, full fsync, and write transactions that take the lock at once
(BEGIN IMMEDIATE), so that two writers wait for each other instead of failing half way.
"""

import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, ExceptionContext, create_engine, event, make_url, text
from sqlalchemy.exc import ArgumentError, DBAPIError, InvalidatePoolError, OperationalError, SQLAlchemyError
from sqlalchemy.orm import Session

from leadwright.db.base import now
from leadwright.domain.selection.probes import fold
from leadwright.errors import BadInput, Busy

BUSY_SECONDS = 30
RESTED_SECONDS = 1.0  # of a connection to PostgreSQL, after which it may have been lost
_NO_WAIT = text("SET LOCAL synchronous_commit TO off")
before_commit: ContextVar[Callable[[Session], None] | None] = ContextVar("before_commit", default=None)
"""What is written besides in every transaction of a request, such as that it did something."""
ABANDONED_SECONDS = 120  # PostgreSQL takes its locks from a worker that fell asleep, or was lost, in a transaction


class Database:
    """An open database: `transaction()` writes, `reading()` reads.

    Args:
        url: SQLAlchemy URL of SQLite or PostgreSQL (psycopg).
        pool_size: connections kept open.
    """

    def __init__(self, url: str, *, pool_size: int = 16) -> None:
        parsed = _parsed(url)
        self.url = url
        self.clock: Callable[[], datetime] = now  # stamps audit log, news and webhooks; rehearsals set a virtual one
        self.is_sqlite = parsed.get_backend_name() == "sqlite"
        if self.is_sqlite:
            if not parsed.database or parsed.database == ":memory:":
                raise BadInput("SQLite needs a file: sqlite:///path/to/leadwright.db")
            _make_folder(Path(parsed.database).parent)
            self.engine = _sqlite(url, pool_size)
            hasty = _sqlite(url, pool_size, synchronous="NORMAL")
        elif parsed.get_backend_name() == "postgresql":
            self.engine = create_engine(
                parsed.set(drivername="postgresql+psycopg"),
                pool_size=pool_size,
                max_overflow=pool_size,
                hide_parameters=True,  # they are personal data, and errors are logged
            )
            event.listen(self.engine, "connect", _give_up_abandoned)
            _ask_the_rested(self.engine)
            hasty = self.engine
        else:
            raise BadInput(f"Leadwright works on SQLite and PostgreSQL, not on {parsed.get_backend_name()}.")
        self._writer = self.engine.execution_options(leadwright_writes=True)
        self._hasty = hasty.execution_options(leadwright_writes=True)
        self._turn = threading.Lock()  # threads queue here: SQLite itself lets them poll and sleep, ten times slower

    @contextmanager
    def transaction(self, *, repeatable: bool = False) -> Iterator[Session]:
        """One write transaction: committed at the end, rolled back on any error.

        Args:
            repeatable: were it lost when the machine loses power or the database server dies (not when this process
                is killed), it would simply be done again; it then does not wait for the disk, and is on it before
                anything that was stored later. Never for what has an effect outside.

        Raises:
            Busy: the database stayed locked by another process for 30 seconds, or ended a deadlock of two writers.
        """
        try:
            writer = self._hasty if repeatable else self._writer
            with self._queued(), Session(writer, expire_on_commit=False, info=self._info) as session, session.begin():
                if repeatable and not self.is_sqlite:
                    session.execute(_NO_WAIT)
                yield session
                if (note := before_commit.get()) is not None:
                    note(session)
        except OperationalError as error:
            if "locked" in str(error.orig) or "deadlock" in str(error.orig):
                raise Busy("The database is busy with another writer. Try again in a moment.") from error
            raise

    @property
    def _info(self) -> dict[Any, Any]:
        return {"clock": self.clock}

    @contextmanager
    def _queued(self) -> Iterator[None]:
        if not self.is_sqlite:
            yield
            return
        if not self._turn.acquire(timeout=BUSY_SECONDS):
            raise Busy("The database is busy with another writer. Try again in a moment.")
        try:
            yield
        finally:
            self._turn.release()

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """A session for reading; what it changes is rolled back."""
        with Session(self.engine, expire_on_commit=False) as session:
            yield session

    def close(self) -> None:
        """Close every connection."""
        self.engine.dispose()
        self._hasty.dispose()


def explained(error: SQLAlchemyError) -> str:
    """What a person can do about an error of the database; holds no statement, no values and no password."""
    if not isinstance(error, DBAPIError):
        return f"The database cannot be used ({type(error).__name__}). Correct the setting database_url."
    said = str(error.orig).strip() or type(error.orig).__name__
    reason = said.splitlines()[0][:300].rstrip(".")
    if "file is not a database" in reason:
        return "The database file is not a database. Name another with data_dir or database_url, or restore a backup."
    if "disk is full" in reason or "No space left" in reason:
        return "The disk of the database is full. Free some space and start again."
    if "readonly" in reason or "unable to open" in reason:
        return f"The database cannot be used: {reason}. Check data_dir or database_url and the rights on that folder."
    return (
        f"The database cannot be used: {reason}. "
        "Check that it runs, and the setting database_url; leadwright doctor tells more."
    )


def _parsed(url: str) -> URL:
    try:
        return make_url(url)
    except (ArgumentError, ValueError):  # their text may hold the password
        raise BadInput(
            "The setting database_url is not a database address. Write sqlite:///path/to/leadwright.db "
            "or postgresql+psycopg://user:password@host:5432/name."
        ) from None


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise BadInput(
            f"The folder {folder} cannot be made: {error.strerror}. Choose another with data_dir or database_url."
        ) from error


def _give_up_abandoned(connection: Any, _record: Any) -> None:
    connection.autocommit = True
    connection.execute(f"SET idle_in_transaction_session_timeout = '{ABANDONED_SECONDS}s'")
    connection.autocommit = False


def _ask_the_rested(engine: Engine) -> None:
    """Ask a connection that rested whether it lives before it is used; asking each time costs a tenth of the work."""

    @event.listens_for(engine, "checkin")
    def rests(_connection: Any, record: Any) -> None:
        record.info["rests_since"] = time.monotonic()

    @event.listens_for(engine, "checkout")
    def ask(connection: Any, record: Any, _fairy: Any) -> None:
        if time.monotonic() - record.info.get("rests_since", float("inf")) <= RESTED_SECONDS:
            return
        try:
            engine.dialect.do_ping(connection)
        except engine.dialect.dbapi.Error as error:  # type: ignore[union-attr]
            raise InvalidatePoolError from error


def _sqlite(url: str, pool_size: int, *, synchronous: str = "FULL") -> Engine:
    engine = create_engine(
        url,
        pool_size=pool_size,
        max_overflow=pool_size,
        pool_use_lifo=True,  # few connections stay warm: each has its own pages and prepared statements
        hide_parameters=True,
        connect_args={"timeout": BUSY_SECONDS, "check_same_thread": False},
    )

    @event.listens_for(engine, "connect")
    def prepare(connection: sqlite3.Connection, _record: Any) -> None:
        connection.isolation_level = None  # we say BEGIN ourselves
        connection.create_function("lw_fold", 1, _fold, deterministic=True)
        for pragma in (
            "journal_mode=WAL",
            f"synchronous={synchronous}",
            "foreign_keys=ON",
            f"busy_timeout={BUSY_SECONDS * 1000}",
            "cache_size=-65536",
            "temp_store=MEMORY",
        ):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "handle_error")
    def leave_handle(context: ExceptionContext) -> None:
        """After a failed write or fsync nobody knows what is on the disk: this handle is not used again."""
        code = getattr(context.original_exception, "sqlite_errorcode", 0)
        if code & 0xFF == sqlite3.SQLITE_IOERR:
            context.is_disconnect = True

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        if connection.get_execution_options().get("leadwright_writes"):
            connection.exec_driver_sql("BEGIN IMMEDIATE")
        else:  # waits for nobody, so nothing of it has to be explained
            connection.connection.cursor().execute("BEGIN")

    return engine


def _fold(text: str | None) -> str | None:
    return None if text is None else fold(text)
