"""More is due than threads are there: what waits for its turn is begun in its turn, and once."""

import time
from collections import Counter

import pytest
from sqlalchemy import select
from structlog.testing import capture_logs
from tests.engage.office import Office
from tests.engage.test_runtime import wait_until

from leadwright.db.mail import Outbox
from leadwright.services import Services
from leadwright.workflows import conversations, in_hand, runs
from leadwright.workflows import runtime as runtimes
from leadwright.workflows.runtime import Runtime

pytestmark = pytest.mark.faults
LEADS, SLOW = 96, 6.0


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_moves_that_wait_longer_than_what_is_lost_are_made_once(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    made, do, research = Counter[str](), conversations.do, runtimes.research_lead

    def slowly(services: Services, work: conversations.Work) -> None:
        made[work.workflow_id] += 1
        time.sleep(SLOW)
        do(services, work)

    def research_slowly(services: Services, run: runs.Given) -> None:
        time.sleep(SLOW)
        research(services, run)

    monkeypatch.setattr(in_hand, "PATIENCE", SLOW)
    monkeypatch.setattr(conversations, "do", slowly)
    monkeypatch.setattr(runtimes, "research_lead", research_slowly)
    addresses = [f"ann@company{n}.example" for n in range(LEADS)]
    for n, address in enumerate(addresses):
        office.lead(firstname="Ann", lastname=f"Lee{n}", companyname=f"Company {n} Foods", emailaddress1=address)
    runtime = Runtime(office.services)
    with capture_logs() as log:
        runtime.start()
        try:
            wait_until(lambda: len(made) == LEADS, 400)
            time.sleep(3 * SLOW)  # what is lost is looked for every ten seconds
        finally:
            assert runtime.stop()
    assert set(made.values()) == {1}
    with office.services.database.reading() as session:
        written = session.scalars(select(Outbox.recipient)).all()
    assert sorted(written) == sorted(addresses)
    assert not [entry for entry in log if "done again" in entry["event"]]
