"""Where recipients cannot open the link to unsubscribe nothing is written to them, wherever the mail server stands."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select
from tests.engage.office import ADA, MONDAY, Clock, Office, open_office, start

from leadwright.actions.agent import NotReady
from leadwright.db.engagement import Engagement
from leadwright.db.engine import Database
from leadwright.sandbox.mail_server import MailServer

SENTENCE = "Set public_url to the https address"


@pytest.fixture
def office(sqlite_database: Database, tmp_path: Path) -> Iterator[Office]:
    """Set up at a mail server on this machine that is not the built-in one, as far as anybody can tell."""
    clock = Clock(MONDAY)
    with MailServer(clock=clock) as server:
        made = open_office(sqlite_database, tmp_path, server, clock)
        made.services = replace(made.services, rehearses=False)
        yield made
        if made.post:
            made.post.close()
        made.services.reader.close()


def reached_by(office: Office, public_url: str) -> None:
    settings = office.services.settings.model_copy(update={"public_url": public_url})
    database = Database(office.services.database.url)  # tokens are kept in it
    office.services = replace(office.services, settings=settings, database=database)


@pytest.mark.parametrize("public_url", ["", "http://127.0.0.1:8480", "http://desk.seller.example"])
def test_a_mail_server_on_this_machine_needs_an_https_address_before_start(office: Office, public_url: str) -> None:
    reached_by(office, public_url)
    with pytest.raises(NotReady, match=SENTENCE):
        start(office)


def test_with_its_https_address_it_starts_and_the_link_is_that_address(office: Office) -> None:
    reached_by(office, "https://desk.seller.example")
    start(office)
    office.lead()
    office.work()
    [mail] = office.mails_to(ADA)
    assert "<https://desk.seller.example/unsubscribe/" in mail["List-Unsubscribe"]


def test_an_address_that_is_taken_away_after_start_lets_mails_wait_until_it_is_back(office: Office) -> None:
    reached_by(office, "https://desk.seller.example")
    start(office)
    office.lead()
    reached_by(office, "")
    office.work()
    assert office.mails_to(ADA) == []
    with office.services.database.reading() as session:
        assert SENTENCE in (session.scalars(select(Engagement.reason)).one() or "")
    reached_by(office, "https://desk.seller.example")
    office.clock.move_to(office.clock() + timedelta(hours=1))
    office.work()
    assert len(office.mails_to(ADA)) == 1
