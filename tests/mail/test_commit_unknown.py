"""The answer to a COMMIT never comes (PostgreSQL): what was stored is read again by its key, no effect is repeated."""

from collections.abc import Iterator

import pytest
from sqlalchemy import make_url, update
from sqlalchemy.exc import OperationalError
from tests.mail.fault_proxy import FaultProxy, Trouble
from tests.mail.post_office import SALES, Clock, PostOffice, letter
from tests.mail.test_naive import broken, naive_send

from leadwright.db.engine import Database
from leadwright.db.mail import Mailbox, Outbox
from leadwright.domain.mail_phase import ENDS, Phase
from leadwright.mail.outbox import Order, put
from leadwright.mail.sender import Sender
from leadwright.sandbox.mail_checker import check

pytestmark = pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)  # SQLite has no line to break
_COMMITS = 3  # of one mail: its claim, the point of no return, its outcome


@pytest.fixture
def line(office: PostOffice) -> Iterator[FaultProxy]:
    folder = make_url(office.database.url).query["host"]
    with FaultProxy(f"{folder}/.s.PGSQL.5432") as proxy:
        yield proxy


@pytest.fixture
def far(office: PostOffice, line: FaultProxy) -> Iterator[Database]:
    """The same database, over the line."""
    url = make_url(office.database.url).set(host="127.0.0.1", port=line.port, query={})
    opened = Database(url.render_as_string(hide_password=False), pool_size=1)
    yield opened
    opened.close()


def send_over(office: PostOffice, far: Database, clock: Clock) -> int:
    """Send as a worker that goes on after each error. How many errors there were."""
    sender = Sender(far, office.mailboxid, office.open(), worker="far", clock=clock)
    errors = 0
    for _ in range(20):
        try:
            while isinstance(sender.send_next(), Phase):
                pass
            sender.tidy()
        except OperationalError:
            errors += 1
        if all(row.phase in ENDS for row in office.rows().values()):
            break
        clock.forward(700)
    sender.close()
    return errors


@pytest.mark.parametrize("before", [True, False], ids=["not stored", "stored"])
@pytest.mark.parametrize("which", range(1, 2 * _COMMITS + 1))
def test_a_line_that_breaks_at_any_commit_of_two_mails_sends_each_once(
    office: PostOffice, clock: Clock, line: FaultProxy, far: Database, which: int, before: bool
) -> None:
    office.server.store.accounts[SALES].files_sent = True
    with office.database.transaction() as session:
        session.get_one(Mailbox, office.mailboxid).lw_filessent = True
    office.waiting(2)
    line.trouble = Trouble(at_words=b"COMMIT\0", before_words=before, first=which)
    send_over(office, far, clock)
    assert line.trouble.happened
    assert office.phases() == {"sent": 2}
    assert check(office.database, office.server.log, clock(), ended=True) == []


@pytest.mark.parametrize("seconds", [0.02, pytest.param(0.25, marks=pytest.mark.faults)])
def test_a_slow_line_to_the_database_only_takes_longer(
    office: PostOffice, clock: Clock, line: FaultProxy, far: Database, seconds: float
) -> None:
    office.waiting(3)
    line.trouble = Trouble(latency=seconds)
    assert send_over(office, far, clock) == 0
    assert office.phases() == {"sent": 3}
    assert check(office.database, office.server.log, clock(), ended=True) == []


@pytest.mark.parametrize("before", [True, False])
def test_a_decision_whose_commit_is_unknown_is_written_again_under_its_key(
    office: PostOffice, clock: Clock, line: FaultProxy, far: Database, before: bool
) -> None:
    order = Order("outreach:lead:1:1", office.mailboxid, letter("jo@company.example"))
    line.trouble = Trouble(at_words=b"COMMIT\0", before_words=before)
    with pytest.raises(OperationalError), far.transaction() as session:
        put(session, order, clock())
    again = Order("outreach:lead:1:1", office.mailboxid, letter("jo@company.example"))
    with far.transaction() as session:
        assert put(session, again, clock())[1] is before
    (row,) = office.rows().values()
    assert row.messageid == (again if before else order).letter.messageid


def test_a_naive_build_repeats_the_effect_with_the_transaction(
    office: PostOffice, line: FaultProxy, far: Database
) -> None:
    office.waiting(1)
    (row,) = office.rows().values()
    line.trouble = Trouble(at_words=b"COMMIT\0")
    for _ in range(2):
        try:
            with far.transaction() as session:
                naive_send(office, row)
                session.execute(update(Outbox).where(Outbox.outboxid == row.outboxid).values(phase="sent"))
            break
        except OperationalError:
            continue
    assert broken(office) == {1}
