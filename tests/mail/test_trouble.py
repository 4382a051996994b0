"""Trouble around sending: the stop switch, a database that cannot be written, wrong clocks, full mailboxes."""

import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from sqlalchemy import event, select, text, update
from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from tests.mail.post_office import SALES, Clock, PostOffice
from tests.mail.test_outbox import leads as _leads
from tests.mail.test_outbox import sender_of
from tests.mail.test_sending import worker

from leadwright.db.agent import Agent
from leadwright.db.base import now
from leadwright.db.engine import Database
from leadwright.db.mail import Mailbox, Outbox
from leadwright.domain.mail_phase import IN_FLIGHT, Phase
from leadwright.domain.stage import AgentState
from leadwright.domain.suppression import Reason
from leadwright.errors import Busy
from leadwright.mail.claim import Nothing
from leadwright.mail.sender import Sender
from leadwright.mail.suppression import suppress
from leadwright.sandbox.mail_checker import check
from leadwright.sandbox.mail_faults import Fault, Step, Times

leads = _leads


def server_files(office: PostOffice) -> None:
    office.server.store.accounts[SALES].files_sent = True
    with office.database.transaction() as session:
        session.get_one(Mailbox, office.mailboxid).lw_filessent = True


def wait_for(what: Callable[[], bool], seconds: float = 10) -> None:
    end = time.monotonic() + seconds
    while not what() and time.monotonic() < end:
        time.sleep(0.05)
    assert what()


@pytest.fixture
def running(small_office: PostOffice) -> Iterator[Callable[[Sender], None]]:
    """Let a worker run beside the test, until its end."""
    stopped = threading.Event()
    threads: list[threading.Thread] = []

    def run(sender: Sender) -> None:
        threads.append(threading.Thread(target=lambda: sender.run(stopped.is_set, every=0.3)))
        threads[-1].start()

    yield run
    stopped.set()
    for thread in threads:
        thread.join(30)


_QUICK = [(Step.MAIL, False), (Step.DOT, True), (Step.TAKEN, False)]
_SLOW = [(step, dropped) for step in Step for dropped in (False, True) if (step, dropped) not in _QUICK]


@pytest.mark.parametrize(
    ("step", "dropped"), [*_QUICK, *(pytest.param(*case, marks=pytest.mark.faults) for case in _SLOW)]
)
def test_stopped_at_any_step_the_mail_under_way_ends_and_no_other_is_claimed(
    office: PostOffice, clock: Clock, leads: Callable[[int], list[str]], step: Step, dropped: bool
) -> None:
    server_files(office)
    leads(3)

    def stop(at: Step, _to: str) -> Fault | None:
        if at is not step or stopped:
            return None
        stopped.append(at)
        with office.database.transaction() as session:
            session.execute(update(Agent).values(state=AgentState.OFF))
        return Fault(drop=dropped)

    stopped: list[Step] = []
    office.server.faults.script = stop
    sender = sender_of(office)
    while not isinstance(sender.send_next(), Nothing):
        pass
    assert stopped
    under_way = len(office.server.log)
    assert under_way <= 1
    for _ in range(6):
        clock.forward(700)
        sender.tidy()
        assert sender.send_due() == 0
    assert len(office.server.log) == under_way
    assert set(office.phases()) <= {"queued", "sent"}
    with office.database.transaction() as session:
        session.execute(update(Agent).values(state=AgentState.ON))
    clock.forward(4000)
    sender_of(office).send_due()
    assert office.phases() == {"sent": 3}
    assert check(office.database, office.server.log, clock(), ended=True) == []


def test_while_the_audit_log_cannot_be_written_one_mail_goes_out_and_no_more(
    office: PostOffice, clock: Clock, leads: Callable[[int], list[str]]
) -> None:
    leads(5)
    with office.database.transaction() as session:
        for line in _refuse("auditentry", "INSERT", office.database.is_sqlite):
            session.execute(text(line))
    sender = sender_of(office)
    for _ in range(4):
        with pytest.raises(DBAPIError):
            sender.send_next()
        clock.forward(30)
    assert len(office.server.log) == 1
    with office.database.transaction() as session:
        session.execute(text("DROP TRIGGER refused" + ("" if office.database.is_sqlite else " ON auditentry")))
    assert sender.send_due() == 4, "the outcome of the first is stored before the next is claimed"
    assert office.phases() == {"sent": 5}
    assert check(office.database, office.server.log, clock(), ended=True) == []


def _refuse(table: str, what: str, sqlite: bool) -> list[str]:
    if sqlite:
        return [f"CREATE TRIGGER refused BEFORE {what} ON {table} BEGIN SELECT RAISE(ABORT, 'disk full'); END"]
    return [
        "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'disk full'; END $$",
        f"CREATE TRIGGER refused BEFORE {what} ON {table} FOR EACH ROW EXECUTE FUNCTION refuse()",
    ]


def test_while_no_opt_out_can_be_stored_nothing_is_sent(office: PostOffice, clock: Clock) -> None:
    office.waiting(2)
    readonly = Database(office.database.url)
    order = "PRAGMA query_only=ON" if readonly.is_sqlite else "SET default_transaction_read_only = on"

    def refuse(connection: sqlite3.Connection, _: object) -> None:
        connection.execute(order)
        connection.commit()

    for pool in {readonly.engine.pool, readonly._hasty.pool}:
        event.listen(pool, "connect", refuse)
    sender = Sender(readonly, office.mailboxid, office.open(), worker="one", clock=clock)
    with pytest.raises(SQLAlchemyError), readonly.transaction() as session:
        suppress(session, "person0@company0.example", reason=Reason.OPT_OUT, source="test", clock=clock)
    with pytest.raises(SQLAlchemyError):
        sender.send_next()
    assert office.server.log == ()
    assert office.phases() == {"queued": 2}
    readonly.close()


def test_a_database_locked_by_a_backup_is_waited_for_with_a_clear_sentence(
    small_office: PostOffice, running: Callable[[Sender], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("leadwright.db.engine.BUSY_SECONDS", 0.2)
    small_office.clock = now
    small_office.waiting(3)
    mine = Database(small_office.database.url)
    backup = sqlite3.connect(small_office.database.url.removeprefix("sqlite:///"), isolation_level=None)
    backup.execute("BEGIN EXCLUSIVE")
    with pytest.raises(Busy, match=r"busy with another writer\. Try again"), mine.transaction() as session:
        session.execute(select(Outbox.outboxid))
    running(Sender(mine, small_office.mailboxid, small_office.open(), worker="one", clock=now))
    time.sleep(1.0)
    assert small_office.server.log == ()
    backup.execute("ROLLBACK")
    backup.close()
    wait_for(lambda: small_office.phases() == {"sent": 3})
    assert check(small_office.database, small_office.server.log, now(), ended=True) == []


def test_a_full_disk_stops_the_claims_leaves_everything_readable_and_heals(
    small_office: PostOffice, running: Callable[[Sender], None]
) -> None:
    small_office.clock = now
    small_office.waiting(20)
    full = Database(small_office.database.url)
    limits = {"on": True}

    @event.listens_for(full.engine, "begin")
    def no_more_pages(connection: object) -> None:
        pages = "1" if limits["on"] else "1073741823"
        connection.exec_driver_sql(f"PRAGMA max_page_count={pages}")  # type: ignore[attr-defined]

    @event.listens_for(full.engine, "before_cursor_execute")
    def fill(connection: object, _c: object, statement: str, *_: object) -> None:
        if limits["on"] and statement.startswith("UPDATE outbox"):
            connection.exec_driver_sql("CREATE TABLE filling (x)")  # type: ignore[attr-defined]

    running(Sender(full, small_office.mailboxid, small_office.open(), worker="one", clock=now))
    time.sleep(1.0)
    assert small_office.server.log == ()
    with full.reading() as session:
        assert len(list(session.scalars(select(Outbox.outboxid)))) == 20
    limits["on"] = False
    wait_for(lambda: small_office.phases() == {"sent": 20})
    assert check(small_office.database, small_office.server.log, now(), ended=True) == []


def limit(office: PostOffice, minute: int) -> None:
    with office.database.transaction() as session:
        session.get_one(Mailbox, office.mailboxid).lw_perminute = minute


@pytest.mark.parametrize("jump", [40 * 86_400, -3 * 3_600])
def test_a_clock_that_jumps_makes_no_burst(office: PostOffice, clock: Clock, jump: int) -> None:
    limit(office, 5)
    office.waiting(20, due=clock() - timedelta(days=1))
    sender = worker(office)
    assert sender.send_due() == 5
    clock.forward(jump)
    assert sender.send_due() <= 5, "no more than the limit after the jump"
    for _ in range(20):
        before = len(office.server.log)
        clock.forward(61)
        assert sender.send_due() <= 5
        assert len(office.server.log) - before <= 5
    assert office.phases() == {"sent": 20}, "and it goes on within minutes"


def test_a_clock_that_jumps_sends_nothing_before_its_time(office: PostOffice, clock: Clock) -> None:
    office.waiting(2, due=clock() + timedelta(hours=1))
    sender = worker(office)
    clock.forward(-3 * 3_600)
    assert sender.send_due() == 0
    clock.forward(3 * 3_600 + 3_599)
    assert sender.send_due() == 0
    clock.forward(2)
    assert sender.send_due() == 2


@pytest.mark.parametrize("died_in", [Phase.SENDING, Phase.COMMITTING])
def test_what_a_worker_with_a_wrong_clock_left_is_taken_over_within_half_an_hour(
    office: PostOffice, clock: Clock, died_in: Phase
) -> None:
    server_files(office)
    (row,) = office.waiting(1)
    ahead = clock() + timedelta(days=40)
    with office.database.transaction() as session:
        session.execute(update(Outbox).values(phase=died_in, token=1, claimedon=clock(), leaseuntil=ahead))
        session.get_one(Mailbox, office.mailboxid).lw_pauseduntil = ahead
        session.get_one(Mailbox, office.mailboxid).lw_lasterroron = ahead
    sender = worker(office)
    for _ in range(3):
        sender.tidy()
        assert office.rows()[row].phase in (*IN_FLIGHT, Phase.UNKNOWN)
        clock.forward(400 if died_in is Phase.COMMITTING else 200)
    for _ in range(3):
        clock.forward(300)
        sender.tidy()
        sender.send_due()
    assert office.phases() == {"sent": 1}


@pytest.mark.parametrize(
    ("step", "answer"),
    [
        (Step.MAIL, "552 5.2.2 the sender's mailbox is over its quota"),
        (Step.MAIL, "452 4.2.2 mailbox full"),
        (Step.RCPT, "550 5.4.5 Daily user sending limit exceeded"),
        (Step.DOT, "554 5.2.2 mailbox full; SubmissionQuotaExceededException"),
    ],
)
def test_our_own_full_mailbox_or_spent_quota_pauses_sending_with_the_servers_words_and_fails_no_mail(
    small_office: PostOffice, clock: Clock, step: Step, answer: str
) -> None:
    small_office.waiting(3)
    told = 3 if step is Step.DOT else 1  # of three that were handed over together each meets it
    small_office.server.faults.script = Times(step, Fault(answer=answer), told)
    sender = worker(small_office)
    assert sender.send_due() == told
    assert small_office.phases() == {"queued": 3}
    with small_office.database.reading() as session:
        assert answer in (session.get_one(Mailbox, small_office.mailboxid).lw_lasterror or "")
    clock.forward(301)
    assert sender.send_due() == 3


@pytest.mark.parametrize("answer", ["452 4.2.2 recipient's mailbox full", "552 5.3.4 message too large"])
def test_a_recipients_full_mailbox_or_one_large_mail_stops_no_other(
    small_office: PostOffice, clock: Clock, answer: str
) -> None:
    small_office.waiting(3)
    step = Step.RCPT if answer.startswith("4") else Step.MAIL
    small_office.server.faults.script = Times(step, Fault(answer=answer))
    sender = worker(small_office)
    assert sender.send_due() == 3
    assert len(small_office.server.log) == 2
    clock.forward(301)
    sender.send_due()
    assert small_office.phases() == ({"sent": 3} if answer.startswith("4") else {"sent": 2, "failed": 1})


def test_mixed_answers_concern_each_recipient_alone(small_office: PostOffice, clock: Clock) -> None:
    small_office.waiting(6)
    answers = ["250 2.1.5 fine", "450 4.2.0 greylisted", "550 5.1.1 nobody", "421 4.3.2 closing", "552 5.2.2 full", ""]
    met: set[str] = set()

    def answer(step: Step, to: str) -> Fault | None:
        if step is not Step.RCPT or to in met:
            return None
        met.add(to)
        words = answers[int(to.removeprefix("person").partition("@")[0])]
        return Fault(answer=words) if words[:1] in ("4", "5") else None

    small_office.server.faults.script = answer
    sender = worker(small_office)
    sender.send_due()
    clock.forward(301)
    sender.send_due()
    assert small_office.phases() == {"sent": 4, "failed": 2}
    assert check(small_office.database, small_office.server.log, clock(), ended=True) == []


def test_words_of_a_server_that_no_database_keeps_do_not_lose_the_outcome(office: PostOffice, clock: Clock) -> None:
    office.waiting(2)
    office.server.faults.script = Times(Step.RCPT, Fault(answer="550 5.1.1 no\0body \ud83d here".encode(
        "utf-8", "replace").decode()))  # fmt: skip
    assert worker(office).send_due() == 2
    assert office.phases() == {"sent": 1, "failed": 1}
    office.server.faults.script = Times(Step.MAIL, Fault(answer="550 5.7.60 not\0 you"))
    office.waiting(1)
    worker(office).send_due()
    assert office.phases() == {"sent": 1, "failed": 1, "queued": 1}
