"""The sandbox's mail server on loopback, and our mailbox on it."""

from collections.abc import Iterator

import pytest
from tests.mail.post_office import PASSWORD, SALES, Clock, PostOffice, add_mailbox

from leadwright.db.engine import Database
from leadwright.sandbox.mail_server import MailServer


@pytest.fixture
def server() -> Iterator[MailServer]:
    """SMTP and IMAP on free ports, with our account."""
    with MailServer() as running:
        running.add_account(SALES, PASSWORD)
        yield running


@pytest.fixture
def clock() -> Clock:
    """A clock that is moved by hand."""
    return Clock()


@pytest.fixture
def office(server: MailServer, database: Database, clock: Clock) -> Iterator[PostOffice]:
    """On both databases."""
    server.store.clock = clock
    made = PostOffice(server, database, add_mailbox(database, createdon=clock()), clock)
    yield made
    made.close()


@pytest.fixture
def small_office(server: MailServer, sqlite_database: Database, clock: Clock) -> Iterator[PostOffice]:
    """On SQLite, where the database does not matter."""
    server.store.clock = clock
    made = PostOffice(server, sqlite_database, add_mailbox(sqlite_database, createdon=clock()), clock)
    yield made
    made.close()
