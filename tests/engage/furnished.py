"""A started office, set up once for each kind of database in a test process: every test works in a copy of it."""

import atexit
import copy
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

from sqlalchemy import make_url, text
from tests.conftest import migrated_postgres, migrated_sqlite, postgres_server, postgres_url
from tests.engage.office import MONDAY, Clock, Office, open_office, services_in, start

from leadwright.db import selection
from leadwright.db.base import new_id
from leadwright.db.engine import Database
from leadwright.identity.access import principal
from leadwright.research import company, competitors
from leadwright.sandbox.mail_faults import MailFaults
from leadwright.sandbox.mail_server import MailServer
from leadwright.sandbox.mail_store import Account, MailStore
from leadwright.workflows import case


@dataclass(frozen=True)
class Furnished:
    """What is copied.

    Args:
        database: SQLite's file, or the name of PostgreSQL's template.
        folder: the data folder.
        server: goes on running, so that the port which the mailbox names stays its own.
        store: what the server held then.
    """

    database: str
    folder: Path
    server: MailServer
    store: MailStore
    moment: datetime
    adminid: str
    agentid: str
    sellers: tuple[str, ...]
    supervisor: str


@cache
def furnished(kind: str) -> Furnished:
    """Set it up, on "sqlite" or "postgresql"."""
    folder = Path(tempfile.mkdtemp(prefix="leadwright-office-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    clock, file = Clock(MONDAY), folder / "leadwright.db"
    server = MailServer(clock=clock)
    server.start()
    atexit.register(server.stop)
    with _empty(kind, file) as url:
        database = Database(url, pool_size=40)
        made = open_office(database, folder, server, clock)
        start(made)
        made.services.reader.close()
        if kind == "sqlite":
            with database.engine.connect() as connection:
                connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
        database.close()
        template = str(file) if kind == "sqlite" else _kept(url)
    return Furnished(
        template, folder, server, _copied(server.store), clock(),
        made.admin.id, made.agentid, tuple(made.sellers), made.supervisor,
    )  # fmt: skip


@contextmanager
def office_in(
    ready: Furnished, database: Database, folder: Path, clock: Clock | None = None, **settings: Any
) -> Iterator[Office]:
    """A copy of the office, in a copy of its database; what the process remembers of another copy is forgotten."""
    for kept in (selection._rules, case._configurations, case._signed_in, company._topics, competitors._papers):
        kept._values.clear()  # each copy has the same agent, whose next version is applied at the same moment
    for each in ready.folder.iterdir():
        if not each.name.startswith("leadwright.db"):
            (shutil.copytree if each.is_dir() else shutil.copy)(each, folder / each.name)
    clock, server = clock or Clock(ready.moment), ready.server
    server.store, server.faults = _copied(ready.store), MailFaults()
    server.store.clock = clock
    with database.reading() as session:
        admin = principal(session, ready.adminid)
    services = services_in(database, folder, clock, **settings)
    made = Office(services, server, clock, admin, ready.agentid, list(ready.sellers), ready.supervisor)
    try:
        yield made
    finally:
        if made.post:
            made.post.close()
        services.reader.close()


@contextmanager
def _empty(kind: str, file: Path) -> Iterator[str]:
    if kind == "sqlite":
        shutil.copy(migrated_sqlite(), file)
        yield f"sqlite:///{file}"
    else:
        with postgres_url(migrated_postgres()) as url:
            yield url


def _kept(url: str) -> str:
    """Name of a copy of that PostgreSQL database."""
    name = "office_" + new_id().replace("-", "")
    with postgres_server().connect() as connection:
        connection.execute(text(f'CREATE DATABASE "{name}" TEMPLATE "{make_url(url).database}"'))
    return name


def _copied(store: MailStore) -> MailStore:
    """With the same numbers of messages and folders; who waited for mail there waits no more."""
    accounts = {
        address: Account(each.address, each.password, copy.deepcopy(each.folders), each.files_sent)
        for address, each in store.accounts.items()
    }
    return MailStore(store.clock, accounts, list(store.log), dict(store.open_domains), set(store.unknown))
