"""Mails that an answer, a person or a bounce has overtaken do not leave, whatever queue they come back to."""

from datetime import timedelta
from email import policy
from email.message import EmailMessage

import pytest
from sqlalchemy import select, update
from tests.engage.office import ADA, SALES, Office
from tests.engage.test_decisions import boss

from leadwright.actions import approvals, conversations, outbox, oversight
from leadwright.actions.oversight import Watch
from leadwright.db.engagement import Engagement
from leadwright.db.mail import InboundMessage, Mailbox, Outbox
from leadwright.db.sales import AppNotification, Lead
from leadwright.domain.engagement import State, Step
from leadwright.domain.mail_phase import Phase
from leadwright.domain.stage import Stage
from leadwright.errors import Conflict
from leadwright.mail.claim import Nothing, claim
from leadwright.workflows.case import NO_BULK
from leadwright.workflows.sending_rules import still_wanted

QUESTION = "Interesting. How long does implementation take?"
PRICE = "And how much is the price for each robot?"


def words_to(office: Office, address: str) -> list[str]:
    return [mail.get_body(("plain",)).get_content() for mail in office.mails_to(address)]  # type: ignore[union-attr]


def rejected(office: Office, kind: str, leadid: str) -> str:
    """A mail of that kind that a supervisor rejected. Words that only it has."""
    watch = Watch(followups=kind == "follow-up", answers=kind == "answer")
    oversight.set_watch(office.services, office.admin, office.agentid, watch)
    if kind == "answer":
        office.answer(ADA, QUESTION)
        office.pass_days(0.2)
    else:
        office.pass_days(4)
    ((one,), _, _) = approvals.waiting_mails(office.services, boss(office))
    words = f"{one.body}\n\nThis was wrong."
    hashed = approvals.change(office.services, boss(office), one.outboxid, one.contenthash, subject="", body=words)
    approvals.reject(office.services, boss(office), one.outboxid, hashed, "Never say that.")
    oversight.set_watch(office.services, office.admin, office.agentid, Watch())
    assert office.engagement_of(leadid).state == State.PERSON
    return "This was wrong."


@pytest.mark.parametrize("kind", ["follow-up", "answer"])
def test_what_a_supervisor_rejected_is_not_sent_when_the_lead_writes_again(
    office: Office, leadid: str, kind: str
) -> None:
    wrong = rejected(office, kind, leadid)
    before = len(office.mails_to(ADA))
    office.clock.move_to(office.clock() + timedelta(days=1))
    office.answer(ADA, PRICE)
    office.pass_days(9)
    assert len(office.mails_to(ADA)) > before + 1  # answered, and followed up with words of their own
    assert not any(wrong in words for words in words_to(office, ADA))


def test_a_held_draft_waits_for_a_person_however_its_turn_came(office: Office, leadid: str) -> None:
    rejected(office, "follow-up", leadid)
    with office.services.database.transaction() as session:
        row = session.get_one(Engagement, office.run_of(leadid).runid)
        row.state, row.step, row.dueat, row.turn = State.DUE, Step.FOLLOW_UP, office.clock(), row.turn + 1
    office.pass_days(3)
    row = office.engagement_of(leadid)
    assert (row.state, "Never say that" in row.reason) == (State.PERSON, True)
    assert len(office.mails_to(ADA)) == 1
    assert sum("This was wrong." in mail.description for mail in office.thread_of(leadid)) == 2  # rejected, and draft


def test_a_person_who_lets_the_agent_go_on_does_not_release_what_was_rejected(office: Office, leadid: str) -> None:
    wrong = rejected(office, "follow-up", leadid)
    office.answer(ADA, PRICE)
    office.pass_days(1)
    with office.services.database.transaction() as session:
        row = session.get_one(Engagement, office.run_of(leadid).runid)
        row.state, row.dueat, row.turn = State.PERSON, None, row.turn + 1
    conversations.go_on(office.services, boss(office), leadid)
    office.pass_days(6)
    assert office.engagement_of(leadid).state == State.PERSON
    assert not any(wrong in words for words in words_to(office, ADA))


def waiting_follow_up(office: Office) -> Outbox:
    """A follow-up in the outbox at night."""
    office.clock.move_to(office.clock() + timedelta(days=3, hours=14))
    office.work()
    (waiting,) = [row for row in office.outbox() if row.phase == Phase.QUEUED]
    return waiting


@pytest.mark.parametrize("files_sent", [True, False])
def test_a_follow_up_that_an_answer_overtook_does_not_leave_when_it_turns_out_unsent(
    office: Office, leadid: str, files_sent: bool
) -> None:
    follow_up = waiting_follow_up(office)
    with office.services.database.transaction() as session:
        session.execute(update(Mailbox).values(lw_filessent=files_sent))
        row = session.get_one(Outbox, follow_up.outboxid)
        row.phase, row.token, row.leaseuntil = Phase.UNKNOWN, 1, office.clock()
    office.answer(ADA, QUESTION)
    office.pass_days(0.6)
    assert len(office.mails_to(ADA)) == 2
    assert office.post is not None
    office.post.tidy()
    if not files_sent:
        with pytest.raises(Conflict, match="The conversation went on meanwhile"):
            outbox.decide(office.services, boss(office), follow_up.outboxid, "again")
    office.pass_days(2)
    assert len(office.mails_to(ADA)) == 2
    (row,) = [row for row in office.outbox() if row.outboxid == follow_up.outboxid]
    if files_sent:
        assert row.reason == "The conversation went on meanwhile; this mail would come too late."
    assert row.phase == (Phase.CANCELLED if files_sent else Phase.HELD)
    assert office.run_of(leadid).stage == Stage.ENGAGED


def test_a_mail_that_an_answer_overtook_after_its_claim_is_stopped_at_the_dot(office: Office, leadid: str) -> None:
    follow_up = waiting_follow_up(office)
    office.clock.move_to(follow_up.dueat)
    with office.services.database.transaction() as session:
        claimed = claim(session, follow_up.mailboxid, worker="slow", clock=office.clock)
        assert not isinstance(claimed, Nothing)
        assert still_wanted(session, [claimed]) == {follow_up.outboxid}
    office.answer(ADA, QUESTION)
    office.work()
    with office.services.database.transaction() as session:
        assert still_wanted(session, [claimed]) == set()
    office.clock.move_to(office.clock() + timedelta(minutes=10))
    assert office.post is not None
    office.post.tidy()
    office.pass_days(1)
    assert len(office.mails_to(ADA)) == 2
    assert [row.phase for row in office.outbox()] == [Phase.SENT, Phase.CANCELLED, Phase.SENT]


def test_a_soft_bounce_leaves_a_conversation_to_the_person_it_waits_for(office: Office, leadid: str) -> None:
    first = office.mails_to(ADA)[0]
    office.answer("mallory@evil.example", "We need it, have a budget and I decide.", to=first)
    office.work()
    before = office.engagement_of(leadid)
    assert before.state == State.PERSON
    office.bounce(ADA, "4.4.7", "451 4.4.7 delivery time expired", messageid=str(first["Message-ID"]))
    office.pass_days(3)
    after = office.engagement_of(leadid)
    assert (after.state, after.reason) == (State.PERSON, before.reason)
    assert len(office.mails_to(ADA)) == 1


def test_what_came_back_from_one_of_several_behind_an_address_is_not_sent_to_all_of_them_again(
    office: Office, leadid: str
) -> None:
    office.bounce(ADA, "4.2.2", "452 4.2.2 mailbox full; giving up after 5 days", behind="carl@other.example")
    office.pass_days(3)
    assert len(office.mails_to(ADA)) == 1
    talk = office.engagement_of(leadid)
    assert (talk.state, "others behind the address may have it" in (talk.reason or "")) == (State.PERSON, True)


def test_a_late_soft_bounce_of_the_first_mail_sends_no_cold_mail_into_a_conversation(
    office: Office, leadid: str
) -> None:
    first = office.mails_to(ADA)[0]
    office.pass_days(4)
    office.answer(ADA, QUESTION)
    office.pass_days(0.2)
    assert len(office.mails_to(ADA)) == 3
    office.bounce(ADA, "5.2.2", "552 5.2.2 mailbox full", messageid=str(first["Message-ID"]))
    office.pass_days(2)
    assert len(office.mails_to(ADA)) == 3
    assert office.engagement_of(leadid).sent == 2
    assert sum(mail.lw_judgement.get("class") == "bounce" for mail in office.thread_of(leadid)) == 1


def put_aside(office: Office, leadid: str) -> InboundMessage:
    """The one mail that was put aside; its conversation waits for a person, and people know."""
    with office.services.database.reading() as session:
        row = session.scalars(select(InboundMessage).where(InboundMessage.state == "quarantined")).one()
        told = session.execute(select(AppNotification.ownerid, AppNotification.title)).all()
    assert row.leadid == leadid
    assert office.engagement_of(leadid).state == State.PERSON
    assert len(office.mails_to(ADA)) == 1
    assert (office.admin.id, "A mail was put aside") in told
    assert (office.supervisor, "A mail could not be read: Ada Miller, Northwind Foods") in told
    return row


def test_an_answer_that_is_too_large_stops_its_conversation_and_people_are_told(office: Office, leadid: str) -> None:
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = "ada.miller@private.example", SALES, "Our request"
    mail["Message-ID"] = "<large@private.example>"
    mail["In-Reply-To"] = str(office.mails_to(ADA)[0]["Message-ID"])
    mail.set_content("Please remove me from your list.")
    mail.add_attachment(b"x" * (20 << 20), maintype="application", subtype="pdf", filename="request.pdf")
    office.server.deliver("ada.miller@private.example", SALES, mail.as_bytes(policy=policy.SMTP))
    office.pass_days(5)
    assert "too large" in put_aside(office, leadid).reason


@pytest.mark.parametrize("named", [True, False])
def test_an_answer_that_cannot_be_read_stops_its_conversation_and_people_are_told(
    office: Office, leadid: str, named: bool
) -> None:
    answers = f"In-Reply-To: {office.mails_to(ADA)[0]['Message-ID']}\r\n" if named else ""
    sender = "ada.miller@private.example" if named else "ADA@Northwind.example"
    head = (
        f"From: Ada Miller <{sender}>\r\nTo: {SALES}\r\nMessage-ID: <deep@x.example>\r\n{answers}MIME-Version: 1.0\r\n"
    )
    deep = b"".join(b"Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n" % (n, n) for n in range(300))
    office.server.deliver(sender, SALES, head.encode() + deep + b"\r\nPlease remove me.\r\n")
    office.pass_days(5)
    put_aside(office, leadid)


def test_while_a_mail_whose_first_try_failed_waits_no_follow_up_leaves(office: Office, leadid: str) -> None:
    due = office.engagement_of(leadid).dueat
    assert due is not None
    assert office.post is not None
    office.answer(ADA, QUESTION)
    office.post.receive()
    office.clock.move_to(due)
    with office.services.database.transaction() as session:
        again = office.clock() + timedelta(minutes=5)
        session.execute(update(InboundMessage).values(attempts=1, dueat=again, reason="The database was away."))
    office.work()
    assert len(office.mails_to(ADA)) == 1
    office.pass_days(1)
    assert [row.purpose for row in office.outbox()] == ["outreach", "answer"]


def test_who_allows_no_bulk_emails_is_not_written_to_first(office: Office) -> None:
    made = office.lead(donotbulkemail=True)
    office.pass_days(2)
    run = office.run_of(made)
    assert (run.stage, run.reasons) == (Stage.CANCELLED, [NO_BULK])
    assert not office.mails_to(ADA)


def test_who_allows_no_bulk_emails_is_still_answered_and_then_not_followed_up(office: Office, leadid: str) -> None:
    with office.services.database.transaction() as session:
        session.execute(update(Lead).where(Lead.leadid == leadid).values(donotbulkemail=True))
    office.answer(ADA, QUESTION)
    office.pass_days(1)
    assert len(office.mails_to(ADA)) == 2
    office.pass_days(20)
    assert len(office.mails_to(ADA)) == 2
    assert office.run_of(leadid).stage == Stage.CANCELLED


def test_a_follow_up_in_the_outbox_is_cancelled_when_bulk_emails_are_no_longer_allowed(
    office: Office, leadid: str
) -> None:
    follow_up = waiting_follow_up(office)
    with office.services.database.transaction() as session:
        session.execute(update(Lead).where(Lead.leadid == leadid).values(donotbulkemail=True))
    office.pass_days(2)
    (row,) = [row for row in office.outbox() if row.outboxid == follow_up.outboxid]
    assert (row.phase, row.reason) == (Phase.CANCELLED, NO_BULK)
    assert len(office.mails_to(ADA)) == 1
