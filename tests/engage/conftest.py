"""One office a test, with its own mail server, on SQLite and on PostgreSQL."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.engage.office import ADA, MONDAY, Clock, Office, open_office, start

from leadwright.db.engine import Database
from leadwright.sandbox.mail_server import MailServer


@pytest.fixture
def office(database: Database, tmp_path: Path) -> Iterator[Office]:
    """Set up and started."""
    clock = Clock(MONDAY)
    with MailServer(clock=clock) as server:
        made = open_office(database, tmp_path, server, clock)
        start(made)
        yield made
        if made.post:
            made.post.close()
        made.services.reader.close()


@pytest.fixture
def leadid(office: Office) -> str:
    """A lead that has the first mail."""
    made = office.lead()
    office.work()
    assert len(office.mails_to(ADA)) == 1
    return made
