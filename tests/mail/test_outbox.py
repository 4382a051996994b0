"""The outbox in the database: written once, claimed once, never against a stop, an opt-out or the pace."""

import threading
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select, text, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session
from tests.mail.backlogs import read_all
from tests.mail.close_race import run_close_race
from tests.mail.post_office import SALES, Clock, PostOffice, add_mailbox, letter
from tests.workflows.office import PlainAnalyst, add_leads, open_office, services_of

from leadwright.db.agent import Agent
from leadwright.db.audit import AuditEntry
from leadwright.db.base import now
from leadwright.db.engine import Database
from leadwright.db.mail import Mailbox, Outbox, Suppression
from leadwright.db.sales import Email, Lead
from leadwright.domain.mail_phase import LONGEST_WAIT, Phase, wait_before
from leadwright.domain.stage import AgentState
from leadwright.domain.suppression import Reason
from leadwright.errors import BadInput
from leadwright.mail.checks import STANDARD
from leadwright.mail.claim import Nothing, Refusal, Waiting, claim, claim_some
from leadwright.mail.conclusion import conclude
from leadwright.mail.mailbox import Outcome, Result
from leadwright.mail.outbox import Claimed, Order, cancel_waiting, pass_the_point, put
from leadwright.mail.pace import MINUTE, sent_within
from leadwright.mail.sender import Sender
from leadwright.mail.suppression import suppress, suppress_domain, why_suppressed
from leadwright.sandbox.mail_checker import check
from leadwright.sandbox.mail_faults import Fault, Step


def claimed_by(office: PostOffice, worker: str = "one", checks: tuple = ()) -> Claimed | Nothing:
    with office.database.transaction() as session:
        return claim(session, office.mailboxid, worker=worker, clock=office.clock, checks=checks)


def test_the_same_key_is_written_once_whatever_is_tried(office: PostOffice) -> None:
    made: list[bool] = []

    def write(n: int) -> None:
        for step in range(10):
            with office.database.transaction() as session:
                mail = letter("a@b.example", n)
                made.append(put(session, Order(f"outreach:x:1:{step}", office.mailboxid, mail), office.clock())[1])

    threads = [threading.Thread(target=write, args=(n,)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(made) == len(office.rows()) == 10


def test_a_rolled_back_decision_leaves_no_mail(office: PostOffice) -> None:
    for n in range(100):
        try:
            with office.database.transaction() as session:
                put(session, Order(f"outreach:{n}", office.mailboxid, letter("a@b.example", n)), office.clock())
                if n % 2:
                    raise RuntimeError
        except RuntimeError:
            pass
    assert {r.businesskey for r in office.rows().values()} == {f"outreach:{n}" for n in range(0, 100, 2)}


def test_message_id_and_bytes_never_change(small_office: PostOffice) -> None:
    (row,) = small_office.waiting(1)
    before = small_office.rows()[row]
    small_office.waiting(1)
    after = small_office.rows()[row]
    assert (before.messageid, before.raw) == (after.messageid, after.raw)


def test_many_workers_claim_each_mail_once(office: PostOffice) -> None:
    with office.database.transaction() as session:
        session.get_one(Mailbox, office.mailboxid).lw_atonce = 1000
    office.waiting(40)
    got: list[str] = []

    def work(name: str) -> None:
        while isinstance(claimed := claimed_by(office, name), Claimed):
            got.append(claimed.outboxid)

    threads = [threading.Thread(target=work, args=(f"w{n}",)) for n in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(got) == len(set(got)) == 40


def test_a_claim_of_before_can_store_nothing_any_more(office: PostOffice, clock: Clock) -> None:
    office.waiting(1)
    first = claimed_by(office)
    assert isinstance(first, Claimed)
    clock.forward(241)
    Sender(office.database, office.mailboxid, office.open(), worker="two", clock=clock).tidy()
    second = claimed_by(office, "two")
    assert isinstance(second, Claimed)
    assert second.token > first.token
    with office.database.transaction() as session:
        assert not pass_the_point(session, first, clock)
        assert conclude(session, first, Outcome(Result.REFUSED, "550 no"), clock()) is None
        assert pass_the_point(session, second, clock)
    assert office.phases() == {"committing": 1}


def test_an_opt_out_ends_what_waits_and_everything_later(office: PostOffice, clock: Clock) -> None:
    office.waiting(3)
    with office.database.transaction() as session:
        assert suppress(session, "PERSON1@Company1.example", reason=Reason.OPT_OUT, source="test", clock=clock)
        assert not suppress(session, "person1@company1.example", reason=Reason.OPT_OUT, source="again", clock=clock)
        assert suppress_domain(session, "company2.example", reason=Reason.PERSON, source="test", clock=clock)
    assert office.phases() == {"queued": 1, "suppressed": 2}
    with office.database.transaction() as session:
        put(session, Order("later", office.mailboxid, letter("person1@company1.example", 9)), clock())
        put(session, Order("their boss", office.mailboxid, letter("boss@company2.example", 9)), clock())
    sender = Sender(office.database, office.mailboxid, office.open(), worker="one", clock=clock)
    assert sender.send_due() == 1
    assert office.phases() == {"sent": 1, "suppressed": 4}
    assert [a.recipient for a in office.server.log] == ["person0@company0.example"]


def test_whoever_asks_after_a_bounce_has_asked(office: PostOffice, clock: Clock) -> None:
    def said(reason: Reason) -> bool:
        with office.database.transaction() as session:
            return suppress(session, "a@b.example", reason=reason, source=str(reason), clock=clock)

    assert [said(Reason.HARD_BOUNCE), said(Reason.HARD_BOUNCE), said(Reason.OPT_OUT)] == [True, False, True]
    assert [said(Reason.OPT_OUT), said(Reason.COMPLAINT), said(Reason.HARD_BOUNCE)] == [False, False, False]
    with office.database.reading() as session:
        row = session.scalars(select(Suppression)).one()
        assert (row.reason, row.source) == ("opt_out", "opt_out")
        assert why_suppressed(session, "a@b.example", "outreach") == "The recipient asked not to be written to."


def test_an_opt_out_for_one_purpose_leaves_the_others(small_office: PostOffice, clock: Clock) -> None:
    with small_office.database.transaction() as session:
        suppress(session, "a@b.example", reason=Reason.OPT_OUT, source="test", clock=clock, scope="newsletter")
        assert why_suppressed(session, "A@B.example", "newsletter")
        assert why_suppressed(session, "a@b.example", "outreach") is None


def test_an_address_is_recognised_however_it_is_written(small_office: PostOffice, clock: Clock) -> None:
    with small_office.database.transaction() as session:
        suppress(session, "Jörg@BÜCHER.example", reason=Reason.OPT_OUT, source="test", clock=clock)
        for spelling in ("jörg@bücher.example", " JÖRG@xn--bcher-kva.example. "):
            assert why_suppressed(session, spelling, "outreach")
        stored = session.scalars(select(Suppression.hash)).all()
    assert all("bcher" not in s for s in stored), "only a hash is kept"


def test_an_opt_out_between_claim_and_dot_still_stops_the_mail(office: PostOffice, clock: Clock) -> None:
    office.waiting(1)
    claimed = claimed_by(office)
    assert isinstance(claimed, Claimed)
    with office.database.transaction() as session:
        suppress(session, "person0@company0.example", reason=Reason.OPT_OUT, source="test", clock=clock)
    with office.database.transaction() as session:
        assert not pass_the_point(session, claimed, clock)
    assert office.phases() == {"suppressed": 1}


def test_a_mailbox_that_is_not_approved_sends_nothing(small_office: PostOffice) -> None:
    small_office.waiting(1)
    with small_office.database.transaction() as session:
        session.get_one(Mailbox, small_office.mailboxid).emailrouteraccessapproval = 2
    answer = claimed_by(small_office)
    assert isinstance(answer, Nothing)
    assert "Approve Email" in answer.why


def test_outside_the_hours_it_waits_until_they_begin(small_office: PostOffice, clock: Clock) -> None:
    (row,) = small_office.waiting(1)
    opens = clock() + timedelta(hours=3)
    late = Refusal(Phase.QUEUED, "Outside the hours in which mails are sent.", opens)
    hours = (lambda _session, _waiting, moment: None if moment >= opens else late,)
    assert isinstance(claimed_by(small_office, checks=hours), Nothing)
    waiting = small_office.rows()[row]
    assert (waiting.phase, waiting.dueat, waiting.reason) == ("queued", opens, late.reason)
    clock.moment = opens
    assert isinstance(claimed_by(small_office, checks=hours), Claimed)


def test_one_mail_that_cannot_be_checked_does_not_stop_the_others(small_office: PostOffice, clock: Clock) -> None:
    small_office.waiting(3)

    def broken(_session: object, waiting: Waiting, _moment: datetime) -> None:
        if waiting.businesskey == "outreach:1:1:1":
            raise BadInput("The sending hours cannot be read. Set them again.")

    sender = Sender(
        small_office.database, small_office.mailboxid, small_office.open(), worker="one", checks=(broken,), clock=clock
    )
    assert sender.send_due() == 2
    held = next(r for r in small_office.rows().values() if r.phase == "queued")
    assert held.reason == "The sending hours cannot be read. Set them again."


def test_waits_double_and_stay_between_five_minutes_and_an_hour() -> None:
    waits = [wait_before(n).total_seconds() for n in range(1, 9)]
    assert waits == [300, 600, 1200, 2400, 4000, 4000, 4000, 4000]
    assert max(waits) == LONGEST_WAIT


@pytest.fixture
def leads(office: PostOffice, tmp_path: Path) -> Callable[..., list[str]]:
    """Leads of a running agent, each with a waiting mail."""
    world = open_office(services_of(office.database, tmp_path, PlainAnalyst()))

    def make(count: int) -> list[str]:
        ids = add_leads(world, count, queued=False, ownerid=world.agent_user)
        with office.database.transaction() as session:
            for n, leadid in enumerate(ids):
                lead = session.get_one(Lead, leadid)
                email = Email(
                    regardingobjectid=leadid, ownerid=world.agent_user, owningbusinessunit=lead.owningbusinessunit
                )
                session.add(email)
                session.flush()
                mail = letter(str(lead.emailaddress1), n)
                order = Order(f"outreach:{leadid}:1:1", office.mailboxid, mail, leadid=leadid, agentid=world.agentid,
                              emailid=email.activityid, version=1)  # fmt: skip
                put(session, order, office.clock())
        return ids

    return make


def sender_of(office: PostOffice) -> Sender:
    """Of a mailbox that was looked through: before that nothing of an agent goes out."""
    mailbox = office.open()
    read_all(office.database, office.mailboxid, mailbox, office.clock)
    return Sender(office.database, office.mailboxid, mailbox, worker="one", checks=STANDARD, clock=office.clock)


def test_a_mail_of_the_agent_is_sent_recorded_and_shown_on_the_email(office: PostOffice, leads) -> None:
    leads(1)
    assert sender_of(office).send_next() == Phase.SENT
    with office.database.reading() as session:
        email = session.scalars(select(Email)).one()
        assert (email.statecode, email.statuscode) == (1, 3)
        entry = session.scalars(select(AuditEntry).where(AuditEntry.action == "email.sent")).one()
        assert (entry.recordid, entry.actorkind, entry.after["version"]) == (email.activityid, "agent", 1)
        assert "@" not in str({k: v for k, v in entry.after.items() if k != "messageid"})


@pytest.mark.parametrize(
    ("change", "phase"),
    [
        ({"ownerid": "00000000-0000-0000-0000-000000000001"}, "cancelled"),
        ({"statecode": 2}, "cancelled"),
        ({"donotemail": True}, "suppressed"),
        ({"lw_emailstate": "invalid"}, "cancelled"),
        ({"lw_emailstate": "overruled_invalid"}, "cancelled"),
        ({"emailaddress1": "other@company0.example"}, "cancelled"),
        ({"emailaddress1": None}, "cancelled"),
        ({"emailaddress1": "not an address"}, "cancelled"),
    ],
)
def test_what_changed_on_the_lead_stops_its_mail(office: PostOffice, leads, change: dict, phase: str) -> None:
    (leadid,) = leads(1)
    with office.database.transaction() as session:
        session.execute(update(Lead).where(Lead.leadid == leadid).values(**change))
    sender_of(office).send_due()
    assert office.phases() == {phase: 1}
    assert office.server.log == ()


def test_the_mail_of_a_deleted_lead_is_cancelled_and_its_row_stays(office: PostOffice, leads) -> None:
    (leadid,) = leads(1)
    with office.database.transaction() as session:
        session.delete(session.get_one(Lead, leadid))
    sender_of(office).send_due()
    assert office.phases() == {"cancelled": 1}


@pytest.mark.parametrize("state", [AgentState.OFF, AgentState.PAUSED, AgentState.DRAFT])
def test_a_stopped_agent_sends_nothing_and_goes_on_when_started(office: PostOffice, clock: Clock, leads, state) -> None:
    leads(2)
    with office.database.transaction() as session:
        session.execute(update(Agent).values(state=state))
    sender = sender_of(office)
    assert sender.send_due() == 0
    assert office.phases() == {"queued": 2}
    with office.database.transaction() as session:
        said = set(session.scalars(select(Outbox.reason)))
        session.execute(update(Agent).values(state=AgentState.ON))
    goes_on = "It goes out as soon as the agent works again."
    assert said == {
        f"The agent is paused. {goes_on}"
        if state == AgentState.PAUSED
        else f"The agent is {state}: start it. It goes out once that is done."
    }
    clock.forward(61)
    assert sender.send_due() == 2


def test_handing_over_cancels_what_waits(office: PostOffice, clock: Clock, leads) -> None:
    first, _ = leads(2)
    with office.database.transaction() as session:
        assert cancel_waiting(session, first, "The lead was handed over.", clock()) == 1
    assert office.phases() == {"queued": 1, "cancelled": 1}


def test_no_more_than_the_limits_of_minute_day_and_at_once(office: PostOffice, clock: Clock) -> None:
    with office.database.transaction() as session:
        row = session.get_one(Mailbox, office.mailboxid)
        row.lw_perminute, row.lw_perday, row.lw_atonce = 5, 12, 2
    office.waiting(20)
    held = [claimed_by(office, f"w{n}") for n in range(3)]
    assert [type(c) for c in held] == [Claimed, Claimed, Nothing]
    with office.database.transaction() as session:
        for claimed in held[:2]:
            conclude(session, claimed, Outcome(Result.LATER, "451 later"), clock())
    sender = Sender(office.database, office.mailboxid, office.open(), worker="one", clock=clock)
    sent_at = []
    for _ in range(40):
        while isinstance(sender.send_next(), Phase):
            sent_at.append(clock())
        clock.forward(15)
    assert len(sent_at) == 12
    assert all(sum(t <= s < t + MINUTE for s in sent_at) <= 5 for t in sent_at)
    with office.database.reading() as session:
        assert sent_within(session, office.mailboxid, clock(), [timedelta(days=1)]) == [12]
    assert check(office.database, office.server.log, clock(), ended=False) == []
    clock.forward(86_400)
    assert sender.send_due() == 5


def test_mails_taken_together_are_each_checked_after_the_one_before_was_taken(office: PostOffice, clock: Clock) -> None:
    office.waiting(3)

    def one_at_a_time(session: Session, _waiting: Waiting, moment: datetime) -> Refusal | None:
        flying = session.scalar(select(func.count()).where(Outbox.phase == Phase.SENDING))
        return Refusal(Phase.QUEUED, "One is under way.", moment + timedelta(hours=1)) if flying else None

    with office.database.transaction() as session:
        claims = claim_some(session, office.mailboxid, 3, worker="one", clock=clock, checks=[one_at_a_time])
    assert not isinstance(claims, Nothing)
    assert len(claims) == 1
    assert office.phases() == {"sending": 1, "queued": 2}


def test_of_mails_sent_together_one_that_opts_out_meanwhile_gets_no_dot(office: PostOffice, clock: Clock) -> None:
    office.waiting(4)
    sender = Sender(office.database, office.mailboxid, office.open(), worker="one", clock=clock)
    pass_on = sender._pass

    def opt_out_first(claims: list[Claimed]) -> list[bool]:
        with office.database.transaction() as session:
            suppress(session, claims[1].letter.recipient, reason=Reason.OPT_OUT, source="test", clock=clock)
        return pass_on(claims)

    sender._pass = opt_out_first  # type: ignore[method-assign, assignment]
    sender.send_some()
    assert office.phases() == {"sent": 3, "suppressed": 1}
    assert len(office.server.log) == 3
    assert check(office.database, office.server.log, clock(), ended=True) == []


def test_a_server_that_takes_two_lines_gets_two_and_no_mail_waits_for_it(office: PostOffice, clock: Clock) -> None:
    """A line too many is not trouble of the mailbox: the other lines go on."""
    opened: list[str] = []

    def two_lines(step: Step, _to: str) -> Fault | None:
        if step is Step.CONNECT:
            opened.append("")
            return Fault(answer="421 4.7.0 too many connections") if len(opened) > 2 else None
        return None

    office.server.faults.script = two_lines
    office.waiting(9)
    sender = Sender(office.database, office.mailboxid, office.open(), worker="one", clock=clock)
    assert sender.send_due() == 9
    assert office.phases() == {"sent": 9}
    assert len(opened) == 3, "the third line is not tried again for a while"


def test_a_refused_mail_takes_no_place(small_office: PostOffice, clock: Clock) -> None:
    with small_office.database.transaction() as session:
        session.get_one(Mailbox, small_office.mailboxid).lw_perminute = 1
    small_office.waiting(2)
    claimed = claimed_by(small_office)
    assert isinstance(claimed, Claimed)
    with small_office.database.transaction() as session:
        conclude(session, claimed, Outcome(Result.REFUSED, "550 no"), clock())
    assert isinstance(claimed_by(small_office), Claimed)


def paced(office: PostOffice, monkeypatch: pytest.MonkeyPatch, window: float, per_window: int, seconds: float) -> list:
    """Three workers send as fast as they may for some seconds; when the server accepted what."""
    from leadwright.mail import pace

    monkeypatch.setattr(pace, "MINUTE", timedelta(seconds=window))
    office.clock = office.server.store.clock = now
    with office.database.transaction() as session:
        session.get_one(Mailbox, office.mailboxid).lw_perminute = per_window
    office.waiting(int(per_window * seconds / window) + 2 * per_window)
    until = now() + timedelta(seconds=seconds)
    senders = [Sender(office.database, office.mailboxid, office.open(), worker=f"w{n}", clock=now) for n in range(3)]
    threads = [threading.Thread(target=lambda s=s: s.run(lambda: now() >= until, every=100)) for s in senders]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return [a.at for a in office.server.log]


def test_three_workers_together_never_send_faster_than_allowed(
    office: PostOffice, monkeypatch: pytest.MonkeyPatch
) -> None:
    window, per_window, seconds = 2.0, 30, 8.0
    times = paced(office, monkeypatch, window, per_window, seconds)
    assert check(office.database, office.server.log, now(), ended=False, minute=timedelta(seconds=window)) == []
    used = (len(times) - per_window) / (times[-1] - times[0]).total_seconds() * window / per_window
    assert used >= 0.5, f"{used:.0%}: in two seconds the time of sending counts thirty times as much as in a minute"


@pytest.mark.faults
def test_three_workers_use_95_percent_of_30_a_minute(office: PostOffice, monkeypatch: pytest.MonkeyPatch) -> None:
    times = paced(office, monkeypatch, 60.0, 30, 250.0)
    assert check(office.database, office.server.log, now(), ended=False) == []
    used = (len(times) - 30) / (times[-1] - times[0]).total_seconds() * 60 / 30
    assert used >= 0.95, f"{used:.0%} of the rate"


def test_a_database_that_fails_is_waited_for_and_nothing_goes_out_meanwhile(small_office: PostOffice) -> None:
    small_office.clock = now
    small_office.waiting(3)
    with small_office.database.transaction() as session:
        session.execute(text("CREATE TRIGGER full BEFORE UPDATE ON outbox BEGIN SELECT RAISE(ABORT, 'disk full'); END"))
    sender = Sender(small_office.database, small_office.mailboxid, small_office.open(), worker="one", clock=now)
    stopped = threading.Event()
    working = threading.Thread(target=lambda: sender.run(stopped.is_set))
    working.start()
    time.sleep(0.5)
    assert small_office.server.log == ()
    with small_office.database.transaction() as session:
        session.execute(text("DROP TRIGGER full"))
    for _ in range(100):
        if small_office.phases() == {"sent": 3}:
            break
        time.sleep(0.1)
    stopped.set()
    working.join()
    assert small_office.phases() == {"sent": 3}


def test_an_outcome_that_could_not_be_stored_is_not_sent_again(small_office: PostOffice, clock: Clock) -> None:
    small_office.waiting(1)
    with small_office.database.transaction() as session:
        session.execute(
            text(
                "CREATE TRIGGER full BEFORE UPDATE ON outbox WHEN NEW.phase = 'sent' "
                "BEGIN SELECT RAISE(ABORT, 'disk full'); END"
            )
        )
    sender = Sender(small_office.database, small_office.mailboxid, small_office.open(), worker="one", clock=clock)
    with pytest.raises(IntegrityError):
        sender.send_next()
    with small_office.database.transaction() as session:
        session.execute(text("DROP TRIGGER full"))
    clock.forward(661)
    sender.tidy()
    assert small_office.phases() == {"unknown": 1}
    clock.forward(601)
    sender.tidy()
    assert small_office.phases() == {"sent": 1}, "the copy in Sent is the proof"
    assert len(small_office.server.log) == 1


def race(office: PostOffice, pairs: int) -> tuple[int, int]:
    """Each pair: a claim and an opt-out at once. How many mails were claimed, and how many of these too late."""
    office.clock = now
    with office.database.transaction() as session:
        session.get_one(Mailbox, office.mailboxid).lw_atonce = 10 * pairs
    mail = letter("x@y.example")

    def write(n: int) -> None:
        one = replace(mail, recipient=f"person{n}@company{n}.example", messageid=f"<{n}@seller.example>", raw=b"x")
        with office.database.transaction() as session:
            put(session, Order(f"race:{n}", office.mailboxid, one), now())

    def send(_: int) -> bool:
        return isinstance(claimed_by(office), Claimed)

    def leave(n: int) -> None:
        with office.database.transaction() as session:
            suppress(session, f"person{n}@company{n}.example", reason=Reason.OPT_OUT, source="race", clock=now)

    run_close_race(pairs, write, send, leave)
    with office.database.reading() as session:
        rows = session.execute(
            select(Outbox.claimedon, Suppression.at).join(Suppression, Suppression.hash == Outbox.recipienthash)
        ).all()
    assert len(rows) == pairs
    return sum(c is not None for c, _ in rows), sum(c is not None and c > at for c, at in rows)


def test_no_mail_is_claimed_once_its_opt_out_is_stored(office: PostOffice) -> None:
    claimed, late = race(office, 100)
    assert 0 < claimed < 100, "the race must go both ways"
    assert late == 0


@pytest.mark.faults
def test_ten_thousand_racing_pairs(office: PostOffice) -> None:
    claimed, late = race(office, 10_000)
    assert 0 < claimed < 10_000
    assert late == 0


def test_the_checker_sees_a_late_claim(small_office: PostOffice, clock: Clock) -> None:
    small_office.waiting(1)
    sender = Sender(small_office.database, small_office.mailboxid, small_office.open(), worker="one", clock=clock)
    sender.send_due()
    with small_office.database.transaction() as session:
        suppress(session, "person0@company0.example", reason=Reason.OPT_OUT, source="test", clock=clock)
        session.execute(update(Suppression).values(at=datetime(2026, 1, 1, tzinfo=UTC)))
    assert [b.invariant for b in check(small_office.database, small_office.server.log, clock(), ended=True)] == [3]


def test_the_checker_sees_what_was_sent_twice_lost_or_too_fast(small_office: PostOffice, clock: Clock) -> None:
    small_office.waiting(2)
    sender = Sender(small_office.database, small_office.mailboxid, small_office.open(), worker="one", clock=clock)
    sender.send_next()
    log = small_office.server.log
    assert {b.invariant for b in check(small_office.database, log * 2, clock(), ended=False)} == {1}
    assert {b.invariant for b in check(small_office.database, (), clock(), ended=False)} == {2}
    assert {b.invariant for b in check(small_office.database, log, clock(), ended=True)} == {2}
    with small_office.database.transaction() as session:
        session.get_one(Mailbox, small_office.mailboxid).lw_perminute = 0
    assert {b.invariant for b in check(small_office.database, log, clock(), ended=False)} == {5}


def test_a_mailbox_has_the_published_limits_unless_an_administrator_says_otherwise(sqlite_database: Database) -> None:
    mailboxid = add_mailbox(sqlite_database)
    with sqlite_database.transaction() as session:
        session.delete(session.get_one(Mailbox, mailboxid))
        session.flush()
        session.add(Mailbox(name="S", emailaddress=SALES))
        session.flush()
        row = session.scalars(select(Mailbox)).one()
        assert (row.lw_perminute, row.lw_perday, row.lw_atonce) == (30, 10_000, 4)
        assert session.scalar(select(func.count()).select_from(Outbox)) == 0
