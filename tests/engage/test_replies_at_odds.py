"""What comes in at an awkward moment: while the agent is off, after a person's word, twice, or with nobody to tell."""

from dataclasses import replace
from datetime import timedelta

from sqlalchemy import select
from tests.engage.office import ADA, SALES, Office
from tests.engage.test_replies import inbound

from leadwright.actions import agent
from leadwright.analyst import ReplyBrief, ReplyReading
from leadwright.analyst.builtin import BuiltinAnalyst
from leadwright.db.mail import Mailbox
from leadwright.db.people import SystemUser
from leadwright.db.sales import AppNotification, Lead
from leadwright.domain.engagement import Outcome, State
from leadwright.domain.mail_phase import Phase
from leadwright.domain.replies import ReplyClass
from leadwright.domain.stage import Stage
from leadwright.mail.suppression import why_suppressed


class SeesAnOptOut(BuiltinAnalyst):
    """Reads in every mail that its writer wants no more, where no rule of words does."""

    def read_reply(self, brief: ReplyBrief) -> ReplyReading:
        return replace(super().read_reply(brief), kind=ReplyClass.UNSUBSCRIBE)


def told(office: Office, ownerid: str) -> list[str]:
    with office.services.database.reading() as session:
        mine = AppNotification.ownerid == ownerid
        return list(session.scalars(select(AppNotification.title).where(mine).order_by(AppNotification.createdon)))


def complain(office: Office) -> None:
    """Her provider tells that she reported our newest mail (RFC 5965)."""
    about = str(office.mails_to(ADA)[-1]["Message-ID"])
    raw = (
        f"From: fbl@isp.example\r\nTo: {SALES}\r\nSubject: FW: complaint\r\nMessage-ID: <arf1@isp.example>\r\n"
        "MIME-Version: 1.0\r\nContent-Type: multipart/report; report-type=feedback-report; boundary=b\r\n\r\n"
        "--b\r\nContent-Type: text/plain\r\n\r\nabuse report\r\n"
        "--b\r\nContent-Type: message/feedback-report\r\n\r\nFeedback-Type: abuse\r\nUser-Agent: x\r\nVersion: 1\r\n"
        f"Original-Rcpt-To: {ADA}\r\n\r\n"
        f"--b\r\nContent-Type: message/rfc822\r\n\r\nMessage-ID: {about}\r\nTo: {ADA}\r\nSubject: x\r\n\r\nhi\r\n"
        "--b--\r\n"
    )
    office.server.deliver("", SALES, raw.encode())


def halted_over_the_weekend(office: Office) -> None:
    """What came is looked at while the agent is off; then it is started with all that is due, and works on."""
    agent.stop_agent(office.services, office.admin, office.agentid, "halt")
    office.work()
    with office.services.database.reading() as session:
        assert why_suppressed(session, ADA, "outreach")
    office.clock.move_to(office.clock() + timedelta(days=4))
    office.work()
    agent.start_agent(office.services, office.admin, office.agentid)
    office.clock.move_to(office.clock() + timedelta(seconds=40))
    office.pass_days(20)
    assert len(office.mails_to(ADA)) == 1


def test_a_complaint_counts_while_the_agent_is_halted(office: Office, leadid: str) -> None:
    complain(office)
    halted_over_the_weekend(office)
    run = office.run_of(leadid)
    assert (run.stage, run.outcome) == (Stage.DISQUALIFIED, Outcome.OPTED_OUT)


def test_a_hard_bounce_counts_while_the_agent_is_halted(office: Office, leadid: str) -> None:
    office.bounce(ADA, "5.1.1", "550 5.1.1 <ada@northwind.example>: user unknown")
    halted_over_the_weekend(office)
    run = office.run_of(leadid)
    assert (run.stage, run.outcome) == (Stage.RETURNED, Outcome.UNREACHABLE)
    assert not office.row_of(leadid).donotemail


def test_a_mail_that_waits_when_the_address_bounces_gives_the_lead_back(office: Office, leadid: str) -> None:
    office.answer(ADA, "Interesting. How long does implementation take?")
    office.clock.move_to(office.clock() + timedelta(hours=10))
    office.work()
    assert office.outbox()[-1].phase == Phase.QUEUED
    office.bounce(ADA, "5.1.1", "550 5.1.1 <ada@northwind.example>: user unknown")
    office.pass_days(3)
    run = office.run_of(leadid)
    assert (run.stage, run.outcome) == (Stage.RETURNED, Outcome.UNREACHABLE)
    assert not office.row_of(leadid).donotemail


def test_an_answer_after_a_person_took_the_lead_over_reaches_that_person(office: Office, leadid: str) -> None:
    with office.services.database.transaction() as session:
        session.get_one(Lead, leadid).ownerid = office.sellers[0]
    office.answer(ADA, "We have a budget of 400,000 dollars, I decide. Can we talk on Thursday?")
    office.work()
    assert office.run_of(leadid).stage == Stage.CANCELLED
    assert told(office, office.sellers[0]) == ["Wrote again: Ada Miller, Northwind Foods"]


def test_an_opt_out_that_only_the_analyst_saw_counts_after_a_person_took_the_lead_over(
    office: Office, leadid: str
) -> None:
    office.services = replace(office.services, analyst=SeesAnOptOut())
    with office.services.database.transaction() as session:
        session.get_one(Lead, leadid).ownerid = office.sellers[0]
    office.answer(ADA, "We would rather be left in peace from now on.")
    office.work()
    assert office.run_of(leadid).stage == Stage.CANCELLED
    with office.services.database.reading() as session:
        assert why_suppressed(session, ADA, "outreach")
    assert told(office, office.sellers[0]) == [
        "Do not write to: Ada Miller, Northwind Foods", "Wrote again: Ada Miller, Northwind Foods"
    ]  # fmt: skip


def test_with_neither_owner_nor_supervisor_an_answer_after_the_end_reaches_the_administrators(
    office: Office, leadid: str
) -> None:
    office.pass_days(40)
    assert office.run_of(leadid).outcome == Outcome.NO_RESPONSE
    with office.services.database.transaction() as session:
        session.get_one(SystemUser, office.supervisor).isdisabled = True
    office.answer(ADA, "We were away for long. Are you still interested?")
    office.work()
    assert told(office, office.admin.id) == ["Wrote again: Ada Miller, Northwind Foods"]


def test_the_same_short_answer_to_a_second_question_counts(office: Office, leadid: str) -> None:
    office.answer(ADA, "Yes, it is interesting for us.")
    office.work()
    office.clock.move_to(office.clock() + timedelta(hours=2))
    office.answer(ADA, "Yes, it is interesting for us.")
    office.work()
    assert [mail.state for mail in inbound(office)] == ["done", "done"]
    assert len(office.engagement_of(leadid).asked) == 2


def test_a_subject_that_cannot_be_sent_is_answered_under_ours(office: Office, leadid: str) -> None:
    first = office.mails_to(ADA)[0]
    raw = (
        f"From: {ADA}\r\nTo: {SALES}\r\nSubject: Re: =?UTF-8?Q?Angebot_f=C3=BC\r\n"
        f"Message-ID: <s1@northwind.example>\r\nIn-Reply-To: {first['Message-ID']}\r\n\r\n"
        "Interesting. How long does implementation take?\r\n"
    )
    office.server.deliver(ADA, SALES, raw.encode())
    office.pass_days(1)
    assert [mail.state for mail in inbound(office)] == ["done"]
    assert len(office.mails_to(ADA)) == 2


def test_an_answer_that_cannot_be_written_goes_to_a_person_after_a_few_tries(office: Office, leadid: str) -> None:
    with office.services.database.transaction() as session:
        session.scalars(select(Mailbox)).one().name = "Sales\x07"
    office.answer(ADA, "Interesting. How long does implementation take?")
    for _ in range(3):
        office.work()
        office.clock.move_to(office.clock() + timedelta(minutes=5))
    (mail,) = inbound(office)
    assert mail.state == "quarantined"
    assert "Write it on one line" in mail.reason
    assert office.engagement_of(leadid).state == State.PERSON
    assert told(office, office.admin.id) == ["A mail was put aside"]


def test_with_nobody_to_take_a_ready_buyer_the_alarm_is_raised_and_it_is_tried_again_soon(
    office: Office, leadid: str
) -> None:
    with office.services.database.transaction() as session:
        for personid in (*office.sellers, office.supervisor):
            session.get_one(SystemUser, personid).isdisabled = True
    office.answer(ADA, "We have a budget of 400,000 dollars, I decide, we need it by June. Can we talk on Thursday?")
    office.work()
    assert told(office, office.admin.id) == ["A lead could not be worked"]
    with office.services.database.transaction() as session:
        session.get_one(SystemUser, office.sellers[0]).isdisabled = False
    office.clock.move_to(office.clock() + timedelta(minutes=5))
    office.work()
    assert office.run_of(leadid).stage == Stage.HANDED_OVER


def test_a_second_question_before_the_first_answer_left_gets_one_answer_to_both(office: Office, leadid: str) -> None:
    office.clock.move_to(office.clock() + timedelta(hours=10))
    for question in ("Interesting. How long does implementation take?", "And where is the data stored?"):
        office.answer(ADA, question)
        office.work()
        office.clock.move_to(office.clock() + timedelta(minutes=3))
    assert [mail.phase for mail in office.outbox() if mail.purpose == "answer"] == [Phase.CANCELLED, Phase.QUEUED]
    assert len(office.engagement_of(leadid).asked) == 1
    office.pass_days(1.5)
    (_, answer) = office.mails_to(ADA)
    body = answer.get_body(("plain",))
    assert body is not None
    assert "ten weeks" in body.get_content()
    assert "United States" in body.get_content()
    assert office.engagement_of(leadid).answers == 1


def test_what_an_answer_asked_that_never_left_is_asked_with_the_next(office: Office, leadid: str) -> None:
    office.clock.move_to(office.clock() + timedelta(hours=10))
    office.answer(ADA, "Yes, it is interesting for us.")
    office.work()
    asked = office.engagement_of(leadid).asked
    office.answer(ADA, "And where is the data stored?")
    office.work()
    assert office.engagement_of(leadid).asked == asked
