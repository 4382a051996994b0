"""A mailbox that cannot be read: the others are, what is wrong is told, and nothing is sent until it is read again."""

import imaplib
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
from sqlalchemy import event, select
from sqlalchemy.exc import OperationalError
from tests.engage.office import ADA, SALES, Office

from leadwright.actions import health
from leadwright.db.agent import Agent
from leadwright.db.mail import InboundMessage, Mailbox
from leadwright.db.sales import AppNotification
from leadwright.domain.engagement import Outcome, State
from leadwright.domain.engagement import Step as TalkStep
from leadwright.domain.mail_phase import Phase
from leadwright.domain.optionsets import AddressApproval
from leadwright.domain.stage import Stage
from leadwright.errors import MailError
from leadwright.mail import unreadable
from leadwright.mail.inbox import NOT_WHOLE
from leadwright.sandbox.mail_faults import Step
from leadwright.workflows import conversations
from leadwright.workflows.conversations import Correspondence, do, due_work, one_round

BO = {"emailaddress1": "bo@southwind.example", "companyname": "Southwind Foods", "firstname": "Bo"}


def of_mailbox(office: Office) -> health.Finding:
    return next(f for f in health.examine(office.services, office.admin) if f.what == SALES)


def test_while_nobody_looks_at_the_inbox_nothing_is_sent_and_the_health_page_fails(office: Office) -> None:
    office.lead()
    office.work()
    assert len(office.mails_to(ADA)) == 1
    assert of_mailbox(office).state == "ok"
    folders = office.server.store.accounts[SALES].folders
    inbox = folders.pop("INBOX")
    office.lead(**BO)
    with pytest.raises(MailError):
        office.work()
    office.clock.move_to(office.clock() + timedelta(minutes=31))
    assert office.post is not None
    for _ in range(2):
        office.post.tidy()
    with office.services.database.reading() as session:
        (news,) = session.scalars(select(AppNotification)).all()
    assert (news.ownerid, news.title) == (office.admin.id, f"{SALES} cannot be read")
    assert "INBOX" in news.body
    for work in due_work(office.services, 20):
        do(office.services, work)
    assert office.post.send_due() == 0
    waiting = next(row for row in office.outbox() if row.recipient == BO["emailaddress1"])
    assert (waiting.phase, "was read last at" in waiting.reason) == ("queued", True)
    found = of_mailbox(office)
    assert (found.state, "nothing is sent" in found.detail, "INBOX" in found.detail) == ("fail", True, True)
    folders["INBOX"] = inbox
    office.clock.move_to(office.clock() + timedelta(minutes=1))
    one_round(office.services, office.post)
    assert len(office.mails_to(BO["emailaddress1"])) == 1
    assert of_mailbox(office).state == "ok"


def test_silence_is_no_answer_while_the_mailbox_cannot_be_read(office: Office) -> None:
    leadid = office.lead()
    office.work()
    office.pass_days(20)
    talk = office.engagement_of(leadid)
    assert (talk.step, talk.state) == (TalkStep.NO_RESPONSE, State.DUE)
    office.answer(
        ADA, "Yes, very interested! We want to buy 20 robots this quarter and the budget is approved. Call me."
    )
    folders = office.server.store.accounts[SALES].folders
    inbox = folders.pop("INBOX")
    assert office.post is not None
    for seconds in (-90, 60, 3_600):  # the first look that fails; then silence has lasted long enough; and on
        office.clock.move_to(talk.dueat + timedelta(seconds=seconds))
        with pytest.raises(MailError):
            office.post.receive()
        for work in due_work(office.services, 20):
            do(office.services, work)
        waits = office.engagement_of(leadid)
        assert (waits.state, waits.turn) == (State.DUE, talk.turn)
    assert "an answer may be in it" in (waits.reason or "")
    folders["INBOX"] = inbox
    office.clock.move_to(office.clock() + timedelta(minutes=2))
    office.work()
    assert office.run_of(leadid).outcome == Outcome.QUALIFIED
    assert office.row_of(leadid).ownerid in office.sellers


def test_silence_after_a_worker_was_away_is_looked_at_before_it_counts(office: Office) -> None:
    leadid = office.lead()
    office.work()
    office.pass_days(20)
    office.answer(ADA, "Please call me, we want to buy.")
    office.clock.move_to(office.engagement_of(leadid).dueat + timedelta(hours=9))
    for work in due_work(office.services, 20):
        do(office.services, work)  # before the first look of this worker at the mailbox
    assert office.run_of(leadid).stage == Stage.ENGAGED
    office.work()
    assert office.run_of(leadid).stage == Stage.HANDED_OVER


def test_nobody_answered_at_last_where_the_mailbox_is_read(office: Office) -> None:
    leadid = office.lead()
    office.work()
    office.pass_days(25)
    assert office.run_of(leadid).outcome == Outcome.NO_RESPONSE


@pytest.mark.parametrize("wrote", ["Please remove me from your list.", "We signed with somebody else yesterday."])
def test_an_answer_that_waited_over_night_does_not_leave_before_a_newer_mail_is_read(
    office: Office, wrote: str
) -> None:
    leadid = office.lead()
    office.work()
    office.clock.move_to(office.clock().replace(hour=23, minute=30))
    office.answer(ADA, "How long does implementation take?")
    office.work()
    (answer,) = [row for row in office.outbox() if row.leadid == leadid and row.purpose == "answer"]
    assert answer.phase == Phase.QUEUED
    office.clock.move_to(office.clock() + timedelta(hours=2))
    office.answer(ADA, wrote)
    office.clock.move_to(answer.dueat + timedelta(minutes=30))
    before = len(office.mails_to(ADA))
    assert office.post is not None
    office.post.receive()  # one thread of a worker stores it, and another sends before the third has read it
    assert office.post.send_due() == 0
    office.pass_days(1)
    assert len(office.mails_to(ADA)) == before
    assert office.run_of(leadid).stage != Stage.ENGAGED


def add_broken(office: Office) -> None:
    """Another mailbox of the agent, whose server cannot even be looked for."""
    with office.services.database.transaction() as session:
        user = session.get_one(Agent, office.agentid).agentuserid
        session.add(
            Mailbox(
                name="Broken", emailaddress="a@seller.example", regardingobjectid=user, lw_smtphost="localhost",
                lw_imaphost="mail..example", lw_imapsecurity="none",
                emailrouteraccessapproval=AddressApproval.APPROVED,
            )
        )  # fmt: skip


def come(office: Office, count: int) -> None:
    for n in range(count):
        raw = b"From: jo@x.example\r\nMessage-ID: <%d@x.example>\r\n\r\nHello\r\n" % n
        office.server.deliver("jo@x.example", SALES, raw)


def kinds(office: Office) -> list[str]:
    with office.services.database.reading() as session:
        return [row.kind for row in session.scalars(select(InboundMessage).order_by(InboundMessage.uid))]


@contextmanager
def working(office: Office, monkeypatch: pytest.MonkeyPatch) -> Iterator[Correspondence]:
    """The threads of a worker, which rest shortly after trouble."""
    monkeypatch.setattr(conversations, "_REST", 0.1)
    stopping = threading.Event()
    made = Correspondence(office.services, "one", stopping, lambda: None)
    made.start()
    try:
        yield made
    finally:
        stopping.set()
        made.stop(20)


def wait_until(holds: Callable[[], bool]) -> None:
    end = time.monotonic() + 20
    while not holds():
        assert time.monotonic() < end
        time.sleep(0.05)


def test_a_worker_gets_past_a_message_at_which_the_line_breaks(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(unreadable, "PATIENCE", 1.0)
    come(office, 3)
    office.server.faults.break_fetch = frozenset({office.server.folder(SALES).messages[1].uid})
    with working(office, monkeypatch):
        wait_until(lambda: len(kinds(office)) == 3)
    assert kinds(office) == ["", NOT_WHOLE, ""]


def test_one_broken_mailbox_makes_no_other_sign_in_again(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    add_broken(office)
    signed_in: list[str] = []
    plain = imaplib.IMAP4.login

    def counted(self: imaplib.IMAP4, user: str, password: str) -> object:
        signed_in.append(threading.current_thread().name)
        return plain(self, user, password)

    monkeypatch.setattr(imaplib.IMAP4, "login", counted)
    with working(office, monkeypatch) as threads:
        wait_until(lambda: "receiving" in threads.troubles)
        time.sleep(1.0)
    assert signed_in.count("leadwright-inbox") == 1


def test_what_became_of_a_mail_is_stored_before_a_worker_claims_another(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    office.work()  # reads the mailbox: a mail that is claimed before that waits, for half a minute of this clock
    leadid, away = office.lead(), threading.Event()
    engine = office.services.database.engine

    def refuse(*_: object) -> None:
        if away.is_set() and threading.current_thread().name == "leadwright-sending":
            raise OperationalError("UPDATE", {}, Exception("the disk is full"))

    event.listen(engine, "before_cursor_execute", refuse)
    office.server.faults.script = lambda step, _: away.set() if step is Step.TAKEN else None
    office.write()
    with working(office, monkeypatch) as threads:
        wait_until(lambda: "disk is full" in threads.troubles.get("sending", ""))
        assert len(office.mails_to(ADA)) == 1
        office.server.faults.script = None
        away.clear()
        wait_until(lambda: {row.phase for row in office.outbox() if row.leadid == leadid} == {Phase.SENT})
    event.remove(engine, "before_cursor_execute", refuse)
    assert len(office.mails_to(ADA)) == 1


def test_one_mailbox_that_fails_in_a_way_nobody_thought_of_leaves_the_others_read(office: Office) -> None:
    add_broken(office)
    come(office, 1)
    with pytest.raises(UnicodeError):
        office.work()
    with office.services.database.reading() as session:
        assert len(session.scalars(select(InboundMessage)).all()) == 1
        broken = session.scalars(select(Mailbox).where(Mailbox.emailaddress == "a@seller.example")).one()
    assert "UnicodeError" in str(broken.lw_lasterror)


def test_after_a_machine_slept_nobody_is_told_that_the_inbox_cannot_be_read(office: Office) -> None:
    office.lead()
    office.work()
    office.clock.move_to(office.clock() + timedelta(hours=9))
    assert office.post is not None
    office.post.tidy()
    with office.services.database.reading() as session:
        assert session.scalars(select(AppNotification)).all() == []
