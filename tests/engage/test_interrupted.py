"""What a review found: answers around pauses, cancelled follow-ups, other columns, waiting that is no fault."""

import threading
import time
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, text
from tests.engage.office import ADA, Office

from leadwright.actions import agent
from leadwright.db.agent import Agent
from leadwright.db.engine import Database
from leadwright.db.mail import InboundMessage
from leadwright.db.sales import AppNotification, Lead
from leadwright.domain.engagement import Outcome, State
from leadwright.domain.stage import AgentMode, Stage
from leadwright.mail.sender import Sender
from leadwright.workflows import conversation_ends
from leadwright.workflows.conversations import do, due_work
from leadwright.workflows.engagements import Turn, put_off_turn
from leadwright.workflows.incoming import AWAY, Incoming, put_aside, put_off, put_off_or_aside
from leadwright.workflows.post import Post
from leadwright.workflows.take_in import take_in

READY = "We need it for two warehouses, have a budget of 400,000 dollars and I decide. Can we talk on Thursday?"


def test_an_answer_during_a_halt_is_acted_on_before_anything_goes_out(office: Office, leadid: str) -> None:
    agent.stop_agent(office.services, office.admin, office.agentid, "halt")
    office.answer(ADA, READY)
    office.work()
    office.clock.move_to(office.clock() + timedelta(days=21))
    agent.start_agent(office.services, office.admin, office.agentid)
    office.pass_days(1)
    assert len(office.mails_to(ADA)) == 1
    assert (office.run_of(leadid).stage, office.run_of(leadid).outcome) == (Stage.HANDED_OVER, Outcome.QUALIFIED)


def test_a_follow_up_cancelled_by_an_answer_does_not_end_the_conversation(office: Office, leadid: str) -> None:
    office.clock.move_to(office.clock() + timedelta(days=5))  # Saturday: the follow-up waits for Monday
    office.work()
    office.answer(ADA, "Interesting. How long does implementation take?")
    office.pass_days(3)
    assert len(office.mails_to(ADA)) == 2
    office.pass_days(40)
    run = office.run_of(leadid)
    assert (run.stage, run.outcome) == (Stage.HANDED_OVER, Outcome.CLARIFY)  # it was interested, then fell silent
    assert len(office.mails_to(ADA)) == 5


def test_waiting_is_no_failure_of_a_mail(office: Office, leadid: str) -> None:
    office.answer(ADA, READY)
    agent.stop_agent(office.services, office.admin, office.agentid, "halt")
    office.work()
    with office.services.database.reading() as session:
        row = session.scalars(select(InboundMessage)).one()
    for attempt in range(row.attempts, row.attempts + 9):
        put_off(office.services, Incoming(row.inboundmessageid, attempt), "It waits.", seconds=0)
    work = Incoming(row.inboundmessageid, row.attempts + 9)
    put_off_or_aside(office.services, work, "Timed out.", seconds=0)
    with office.services.database.reading() as session:
        assert session.scalars(select(InboundMessage)).one().state == "new"


def test_an_answer_that_waits_for_the_installation_is_answered_once_that_is_put_right(
    office: Office, leadid: str
) -> None:
    services = office.services
    wrong = services.settings.model_copy(update={"public_url": "http://sales.example"})
    office.services = replace(
        services, settings=wrong, rehearses=False, database=Database(services.database.url)
    )  # tokens are kept in it
    office.answer(ADA, "Interesting. How long does implementation take?")
    for _ in range(8):
        office.work()
        office.clock.move_to(office.clock() + timedelta(minutes=6))
    with services.database.reading() as session:
        row = session.scalars(select(InboundMessage)).one()
        news = session.scalars(select(AppNotification).where(AppNotification.ownerid == office.admin.id)).all()
    assert (row.state, row.failures) == ("new", 0)
    assert "Set public_url" in row.reason
    assert [(n.title, n.body) for n in news] == [("Mails that came in wait", row.reason)]
    office.services.database.close()
    office.services = services
    office.work()
    assert len(office.mails_to(ADA)) == 2


def test_a_mail_that_the_database_refuses_for_an_hour_is_put_aside(office: Office, leadid: str) -> None:
    with office.services.database.transaction() as session:
        for sql in _no_mail_is_stored(sqlite=office.services.database.is_sqlite):
            session.execute(text(sql))
    office.answer(ADA, READY)
    states = []
    for _ in range(70):
        office.work()
        office.clock.move_to(office.clock() + timedelta(minutes=1))
        with office.services.database.reading() as session:
            states.append(session.scalars(select(InboundMessage.state)).one())
    assert 50 < states.index("quarantined") < 65
    assert len(office.mails_to(ADA)) == 1


def test_tries_at_which_the_database_was_away_do_not_count_against_the_mail_for_other_faults(
    office: Office, leadid: str
) -> None:
    office.answer(ADA, READY)
    office.work()
    with office.services.database.transaction() as session:
        row = session.scalars(select(InboundMessage)).one()
        row.state, row.failures, row.reason = "new", 50, f"{AWAY} (OperationalError)."
        work = Incoming(row.inboundmessageid, row.attempts)
    put_off_or_aside(office.services, work, "The model did not answer in time.", seconds=1.0)
    with office.services.database.reading() as session:
        row = session.scalars(select(InboundMessage)).one()
        assert (row.state, row.failures) == ("new", 1)


def _no_mail_is_stored(*, sqlite: bool) -> list[str]:
    """Triggers at which the activity of each mail that came in fails, as when the database were short of memory."""
    if sqlite:
        return [
            "CREATE TRIGGER short BEFORE INSERT ON email WHEN NEW.directioncode = 0 "
            "BEGIN INSERT INTO nowhere VALUES (1); END"
        ]
    return [
        "CREATE FUNCTION short() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION 'out of memory' USING ERRCODE = '53200'; END $$",
        "CREATE TRIGGER short BEFORE INSERT ON email FOR EACH ROW WHEN (NOT NEW.directioncode) "
        "EXECUTE FUNCTION short()",
    ]


def test_waiting_is_no_failure_of_a_move(office: Office, leadid: str) -> None:
    office.clock.move_to(office.clock() + timedelta(days=3))
    turn = office.engagement_of(leadid).turn
    for attempt in range(9):
        put_off_turn(office.services, Turn(office.run_of(leadid).runid, turn, attempt), "x", seconds=0, blame=False)
    assert put_off_turn(office.services, Turn(office.run_of(leadid).runid, turn, 9), "x", seconds=0, blame=True)
    assert office.engagement_of(leadid).state == State.DUE


def test_a_mail_that_was_put_aside_stops_its_conversation(office: Office, leadid: str) -> None:
    office.answer(ADA, READY)
    assert office.post is not None
    office.post.receive()
    with office.services.database.transaction() as session:
        row = session.scalars(select(InboundMessage)).one()
        row.leadid = leadid
    put_aside(office.services, Incoming(row.inboundmessageid, 0), "It cannot be read.")
    assert office.engagement_of(leadid).state == State.PERSON
    office.pass_days(30)
    assert len(office.mails_to(ADA)) == 1


def test_the_column_of_email_validation_is_the_one_written_to(office: Office) -> None:
    agent.edit_draft(office.services, office.admin, office.agentid, "validation", {"field": "emailaddress2"})
    agent.apply_changes(office.services, office.admin, office.agentid)
    office.lead(emailaddress1="other@northwind.example", emailaddress2="second@northwind.example")
    office.work()
    assert len(office.mails_to("second@northwind.example")) == 1
    assert not office.mails_to("other@northwind.example")


def test_who_says_the_same_again_is_no_machine(office: Office, leadid: str) -> None:
    office.answer(ADA, "This sounds interesting for us, please go on.")
    office.work()
    office.clock.move_to(office.clock() + timedelta(days=2))
    office.answer(ADA, "This sounds interesting for us, please go on.")
    office.work()
    received = [e for e in office.thread_of(leadid) if not e.directioncode]
    assert received[-1].lw_judgement["class"] != "auto_reply"


@pytest.mark.parametrize("how", ["halted", "taken over"])
def test_between_claim_and_dot_a_stop_or_a_handover_still_counts(
    office: Office, how: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    office.work()
    leadid = office.lead()
    original = Sender._pass

    def later(self: Sender, claimed: object) -> bool:
        if how == "halted":
            agent.stop_agent(office.services, office.admin, office.agentid, "halt")
        else:
            with office.services.database.transaction() as session:
                session.get_one(Lead, leadid).ownerid = office.sellers[0]
        monkeypatch.setattr(Sender, "_pass", original)
        return original(self, claimed)  # type: ignore[arg-type]

    monkeypatch.setattr(Sender, "_pass", later)
    office.work()
    assert not office.mails_to(ADA)


def test_one_line_above_a_quote_is_read(office: Office, leadid: str) -> None:
    first = office.mails_to(ADA)[0]
    quoted = "\n".join(f"> {line}" for line in first.get_body(("plain",)).get_content().splitlines())
    office.answer(
        ADA,
        "This is the 2nd time I ask you: remove me from your list.\n\n"
        f"On Mon, Mar 2, 2026 at 9:00 AM Seller Robotics <sales@seller.example> wrote:\n\n{quoted}",
    )
    office.work()
    assert office.run_of(leadid).outcome == Outcome.OPTED_OUT


def test_leads_in_work_at_an_upgrade_go_on_with_the_version_that_knows_of_writing(office: Office) -> None:
    leadid = office.lead()
    while take_in(office.services):
        continue
    agent.stop_agent(office.services, office.admin, office.agentid, "halt")
    with office.services.database.transaction() as session:
        session.get_one(Agent, office.agentid).mode = AgentMode.RESEARCH
    agent.change_mode(office.services, office.admin, office.agentid, AgentMode.ENGAGE)
    agent.edit_draft(office.services, office.admin, office.agentid, "email", {"tone": "friendly"})
    version = agent.start_agent(office.services, office.admin, office.agentid)
    assert version == 2
    assert office.run_of(leadid).version == 2
    office.work()
    assert len(office.mails_to(ADA)) == 1


def test_a_handover_and_a_claim_for_the_same_lead_do_not_wait_for_each_other(
    office: Office, leadid: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    office.clock.move_to(office.clock() + timedelta(days=5))  # Saturday: a follow-up waits in the outbox
    office.work()
    office.answer(ADA, READY)
    office.clock.move_to(office.clock() + timedelta(days=2))
    assert office.post is not None
    office.post.receive()
    work, begun, real = due_work(office.services, 10)[0], threading.Event(), conversation_ends.next_owner

    def slow(*given: Any, **named: Any) -> Any:
        begun.set()
        time.sleep(0.7)
        return real(*given, **named)

    monkeypatch.setattr(conversation_ends, "next_owner", slow)
    handing_over = threading.Thread(target=lambda: do(office.services, work))
    handing_over.start()
    assert begun.wait(20)
    other = Post(office.services, "other")
    other.send_due()
    handing_over.join(20)
    other.close()
    assert office.run_of(leadid).stage == Stage.HANDED_OVER
    assert len(office.mails_to(ADA)) == 1
