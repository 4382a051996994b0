"""What a person decides about a conversation: it is done once, audited, and nothing goes out against their word."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import event, select
from tests.engage.office import Office

from leadwright.actions import conversations, no_mail, oversight, referrals
from leadwright.actions.leads import edit_lead
from leadwright.actions.outcome import overrule_email, save_draft
from leadwright.actions.oversight import Watch
from leadwright.db.audit import AuditEntry
from leadwright.db.base import new_id
from leadwright.db.engagement import Engagement
from leadwright.db.mail import InboundMessage, Outbox
from leadwright.db.pages.thread_story import OurMail, Standing, TheirMail, read_thread, standing_of
from leadwright.db.sales import Email
from leadwright.domain.engagement import Outcome, State
from leadwright.domain.mail_phase import Phase
from leadwright.domain.stage import Stage
from leadwright.errors import BadInput, Conflict, NotAllowed, NotFound
from leadwright.identity.access import Principal, principal

ADA = "ada@northwind.example"
QUESTION = "Thanks, this sounds interesting. How long does the implementation take?"
DEMO = "This is great. Please send a quote for 20 robots, we have 200,000 dollars approved and want to start in May."


def person(office: Office, systemuserid: str) -> Principal:
    with office.services.database.reading() as session:
        return principal(session, systemuserid)


def boss(office: Office) -> Principal:
    return person(office, office.supervisor)


def actions_on(office: Office, leadid: str) -> list[str]:
    with office.services.database.reading() as session:
        query = select(AuditEntry.action).where(AuditEntry.recordid == leadid, AuditEntry.actorkind == "person")
        return list(session.scalars(query.order_by(AuditEntry.number)))


def held_answer(office: Office) -> tuple[str, str]:
    """A conversation that waits for a person, because another address answered. Lead and email activity."""
    leadid = office.lead()
    office.work()
    office.answer(ADA, DEMO, From="ada.miller@private.example")
    office.work()
    assert office.engagement_of(leadid).state == State.PERSON
    (mail,) = [m for m in office.thread_of(leadid) if m.lw_hold]
    return leadid, mail.activityid


def test_a_mail_a_person_vouches_for_is_acted_on_as_the_leads_answer(office: Office) -> None:
    leadid, emailid = held_answer(office)
    for _ in range(2):
        conversations.vouch(office.services, boss(office), leadid, emailid)
    with office.services.database.reading() as session:
        assert [i.read_again for i in read_thread(session, leadid).items if isinstance(i, TheirMail)] == [True]
    office.work()
    run = office.run_of(leadid)
    assert (run.stage, run.outcome) == (Stage.HANDED_OVER, Outcome.FAST_TRACK)
    came = [m for m in office.thread_of(leadid) if not m.directioncode]
    assert [m.lw_hold for m in came] == [None]
    assert came[0].lw_judgement["vouched"] is True
    assert office.engagement_of(leadid).heard == 1
    with office.services.database.reading() as session:
        (theirs,) = [i for i in read_thread(session, leadid).items if isinstance(i, TheirMail)]
    assert theirs.voucher == "Odalys Boss"
    assert actions_on(office, leadid).count("lead.conversation_vouched") == 1


def test_a_mail_that_is_read_again_keeps_its_email_activity(office: Office) -> None:
    leadid, emailid = held_answer(office)
    conversations.vouch(office.services, boss(office), leadid, emailid)
    office.work()
    assert [m.activityid for m in office.thread_of(leadid) if not m.directioncode] == [emailid]
    with office.services.database.reading() as session:
        assert session.scalars(select(InboundMessage.emailid)).all() == [emailid]


def test_only_a_mail_that_waits_for_it_can_be_vouched_for(office: Office) -> None:
    leadid, _ = held_answer(office)
    with pytest.raises(Conflict, match="does not wait"):
        conversations.vouch(office.services, boss(office), leadid, "nothing")
    with pytest.raises(NotFound):
        conversations.vouch(office.services, boss(office), "gone", "nothing")


def test_the_follow_ups_go_on_by_a_persons_word(office: Office) -> None:
    leadid, _ = held_answer(office)
    office.pass_days(20)
    assert len(office.mails_to(ADA)) == 1
    conversations.go_on(office.services, boss(office), leadid)
    conversations.go_on(office.services, boss(office), leadid)
    office.pass_days(2)
    assert len(office.mails_to(ADA)) == 2
    assert actions_on(office, leadid).count("lead.conversation_resumed") == 1


def test_a_follow_up_that_was_cancelled_goes_out_after_all(office: Office) -> None:
    leadid = office.lead()
    office.work()
    office.clock.move_to(office.clock() + timedelta(days=3, hours=14))  # at night: the follow-up waits for the morning
    office.work()
    assert [o.phase for o in office.outbox()] == [Phase.SENT, Phase.QUEUED]
    office.answer(ADA, DEMO, From="ada.miller@private.example")
    office.work()
    assert office.outbox()[1].phase == Phase.CANCELLED
    conversations.go_on(office.services, boss(office), leadid)
    office.pass_days(4)
    assert [o.phase for o in office.outbox()] == [Phase.SENT, Phase.CANCELLED, Phase.SENT]
    assert len(office.mails_to(ADA)) == 2


def test_a_held_mail_goes_out_only_after_a_person_saved_it(office: Office) -> None:
    leadid = office.lead()
    office.clock.move_to(office.clock() + timedelta(hours=12))  # night where the lead is
    office.work()
    with office.services.database.transaction() as session:
        row = session.get_one(Engagement, office.run_of(leadid).runid)
        mail = session.scalar(select(Outbox))
        assert mail is not None
        mail.phase, mail.businesskey = Phase.CANCELLED, "withdrawn"
        email = session.get_one(Email, mail.emailid)
        email.statuscode, email.statecode, email.lw_hold = 1, 0, "A figure has no source."
        row.state, row.outboxid, row.dueat = State.PERSON, None, None
    with pytest.raises(Conflict, match="A figure has no source"):
        conversations.send_held(office.services, boss(office), leadid)
    with pytest.raises(Conflict, match="Open it, save it"):
        conversations.go_on(office.services, boss(office), leadid)
    own = save_draft(office.services, boss(office), leadid, subject="My own", body="Hello.", emailid=new_id())
    saved = save_draft(office.services, boss(office), leadid, subject="Checked", body="Hello Ada, this is checked.")
    assert saved != own
    for _ in range(2):
        conversations.send_held(office.services, boss(office), leadid)
    office.pass_days(1)
    (sent,) = office.mails_to(ADA)
    assert sent["Subject"] == "Checked"


@pytest.mark.parametrize("by_rule", [False, True])
def test_whoever_takes_over_has_the_lead_and_the_agent_is_silent(office: Office, by_rule: bool) -> None:
    leadid = office.lead()
    office.work()
    owner = conversations.take_over(office.services, boss(office), leadid, by_rule=by_rule)
    assert conversations.take_over(office.services, boss(office), leadid, by_rule=by_rule) == owner
    assert owner in office.sellers if by_rule else owner == office.supervisor
    run = office.run_of(leadid)
    assert (run.stage, run.outcome, run.ownerid) == (Stage.HANDED_OVER, Outcome.TAKEN_BACK, owner)
    office.pass_days(30)
    assert len(office.mails_to(ADA)) == 1


def test_a_seller_cannot_decide_about_a_lead_of_the_agent(office: Office) -> None:
    leadid = office.lead()
    office.work()
    seller = person(office, office.sellers[0])
    with pytest.raises(NotFound):
        conversations.pause(office.services, seller, leadid, office.clock().date() + timedelta(days=9))
    with pytest.raises(NotAllowed):
        conversations.take_over(office.services, seller, leadid)


def test_stopped_means_disqualified_with_the_persons_reason(office: Office) -> None:
    leadid = office.lead()
    office.work()
    with pytest.raises(BadInput, match="Say why"):
        conversations.stop(office.services, boss(office), leadid, " ", Outcome.NOT_INTERESTED)
    for _ in range(2):
        conversations.stop(office.services, boss(office), leadid, "Told us by phone.", Outcome.NOT_INTERESTED)
    run = office.run_of(leadid)
    assert (run.stage, run.outcome) == (Stage.DISQUALIFIED, Outcome.NOT_INTERESTED)
    assert run.reasons == ["Odalys Boss: Told us by phone."]
    office.pass_days(30)
    assert len(office.mails_to(ADA)) == 1
    with pytest.raises(Conflict, match="It ended: Not interested"):
        conversations.go_on(office.services, boss(office), leadid)


def test_a_paused_conversation_sends_nothing_before_its_day(office: Office) -> None:
    leadid = office.lead()
    office.work()
    until = office.clock().date() + timedelta(days=10)
    conversations.pause(office.services, boss(office), leadid, until)
    office.pass_days(9)
    assert len(office.mails_to(ADA)) == 1
    office.pass_days(2)
    assert len(office.mails_to(ADA)) == 2
    with pytest.raises(BadInput, match="a day after today"):
        conversations.pause(office.services, boss(office), leadid, office.clock().date())


def test_a_pause_ends_at_midnight_where_the_lead_is_by_now(office: Office) -> None:
    leadid = office.lead()
    office.work()
    there = {"address1_city": "Tokyo", "address1_stateorprovince": "", "address1_country": "Japan"}
    edit_lead(office.services, office.admin, leadid, there)
    until = office.clock().date() + timedelta(days=10)
    at = conversations.pause(office.services, boss(office), leadid, until)
    assert at == datetime(until.year, until.month, until.day, tzinfo=ZoneInfo("Asia/Tokyo"))


def test_a_mail_that_waits_in_the_outbox_is_paused_with_its_conversation(office: Office) -> None:
    leadid = office.lead()
    office.clock.move_to(office.clock() + timedelta(hours=12))
    office.work()
    assert office.engagement_of(leadid).state == State.SENDING
    conversations.pause(office.services, boss(office), leadid, office.clock().date() + timedelta(days=5))
    office.pass_days(4)
    assert office.mails_to(ADA) == []
    office.pass_days(3)
    assert len(office.mails_to(ADA)) == 1


def test_a_pause_holds_answers_too(office: Office) -> None:
    leadid = office.lead()
    office.work()
    office.clock.move_to(office.clock() + timedelta(hours=1))
    conversations.pause(office.services, boss(office), leadid, office.clock().date() + timedelta(days=10))
    office.answer(ADA, QUESTION)
    office.work()
    waits = office.outbox()[-1]
    assert (waits.phase, waits.reason[:27]) == (Phase.QUEUED, "The conversation is paused.")
    office.pass_days(8)
    assert len(office.mails_to(ADA)) == 1
    office.pass_days(4)
    assert "ten weeks" in office.mails_to(ADA)[1].as_string()


def test_who_is_away_and_asks_is_answered(office: Office) -> None:
    leadid = office.lead()
    office.work()
    office.clock.move_to(office.clock() + timedelta(hours=1))
    back = office.clock().date() + timedelta(days=10)
    note = f"I am out of the office until {back:%d %B %Y} and read no mail."
    office.answer(ADA, note, Subject="Automatic reply: out of office", Auto_Submitted="auto-replied")
    office.work()
    assert office.engagement_of(leadid).backat is not None
    office.answer(ADA, QUESTION)
    office.work()
    assert len(office.mails_to(ADA)) == 2


def test_do_not_write_locks_the_recipient_before_the_lead_as_a_claim_does(office: Office) -> None:
    if office.services.database.engine.dialect.name != "postgresql":
        pytest.skip("SQLite has one writer.")
    leadid = office.lead()
    office.work()
    said: list[str] = []
    event.listen(office.services.database.engine, "before_cursor_execute", lambda *about: said.append(about[2]))
    no_mail.do_not_write(office.services, boss(office), leadid)
    recipient = next(n for n, words in enumerate(said) if "pg_advisory_xact_lock" in words)
    lead = next(n for n, words in enumerate(said) if "FOR UPDATE" in words)
    assert recipient < lead


def test_who_is_not_to_be_written_to_hears_no_more(office: Office) -> None:
    leadid = office.lead()
    office.work()
    for _ in range(2):
        no_mail.do_not_write(office.services, boss(office), leadid)
    run = office.run_of(leadid)
    assert (run.stage, run.outcome, office.row_of(leadid).donotemail) == (Stage.DISQUALIFIED, Outcome.OPTED_OUT, True)
    office.lead(lastname="Again")
    office.pass_days(30)
    assert len(office.mails_to(ADA)) == 1


def test_a_conversation_ends_when_a_person_says_that_the_address_is_invalid(office: Office) -> None:
    leadid = office.lead()
    office.work()
    overrule_email(office.services, office.admin, leadid, valid=False)
    office.pass_days(30)
    run = office.run_of(leadid)
    assert (run.stage, run.outcome) == (Stage.CANCELLED, Outcome.TAKEN_BACK)
    assert run.reasons == ["The lead's email address is marked as invalid."]
    assert len(office.mails_to(ADA)) == 1


def test_whom_the_lead_names_becomes_a_lead_once_a_person_agrees(office: Office) -> None:
    leadid = office.lead()
    office.work()
    office.answer(ADA, "I am the wrong person. Please write to Ben Archer, ben.archer@northwind.example, he runs it.")
    office.work()
    run = office.run_of(leadid)
    assert run.outcome == Outcome.REFERRAL, run.findings["conversation"]
    seller = person(office, str(run.ownerid))
    with office.services.database.reading() as session:
        standing = standing_of(session, leadid)
    assert "referral" in conversations.open_decisions(seller, office.row_of(leadid), standing)
    new = referrals.create_referred(office.services, seller, leadid)
    assert referrals.create_referred(office.services, seller, leadid) == new
    made = office.row_of(new)
    assert (made.emailaddress1, made.companyname, made.ownerid, made.leadsourcecode) == (
        "ben.archer@northwind.example", "Northwind Foods", seller.id, 3,
    )  # fmt: skip


def test_the_thread_tells_each_mail_its_fate_and_what_followed(office: Office) -> None:
    leadid = office.lead()
    office.work()
    office.answer(ADA, "How long does the implementation take?")
    office.pass_days(1)
    with office.services.database.reading() as session:
        thread = read_thread(session, leadid)
    assert thread.standing is not None
    assert thread.standing.next.startswith(("Follow-up", "The lead is disqualified"))
    kinds = [i.kind for i in thread.items if isinstance(i, OurMail)]
    assert kinds == ["First mail", "Answer"]
    (theirs,) = [i for i in thread.items if isinstance(i, TheirMail)]
    assert theirs.question
    assert theirs.answer[0].evidence[0].quote
    assert theirs.decided.startswith("Answered from the knowledge")
    assert [type(i) for i in thread.items] == [OurMail, TheirMail, OurMail]


def stands(office: Office, leadid: str) -> Standing:
    with office.services.database.reading() as session:
        found = standing_of(session, leadid)
    assert found is not None
    return found


def said_of_theirs(office: Office, leadid: str) -> list[str]:
    with office.services.database.reading() as session:
        return [i.decided for i in read_thread(session, leadid).items if isinstance(i, TheirMail)]


def test_a_held_mail_waits_for_a_person_and_the_conversation_can_be_paused(office: Office) -> None:
    office.clock.move_to(office.clock() + timedelta(hours=12))
    leadid = office.lead()
    office.work()
    with office.services.database.transaction() as session:
        mail = session.scalars(select(Outbox).where(Outbox.leadid == leadid)).one()
        mail.phase, mail.reason, mail.concludedon = Phase.HELD, "Nobody knows.", office.clock()
    office.work()
    standing = stands(office, leadid)
    assert (standing.headline, standing.due_at, standing.held) == ("Waits for a person", None, True)
    assert "in the outbox" in standing.next
    until = office.clock().date() + timedelta(days=30)
    assert conversations.pause(office.services, boss(office), leadid, until)
    with office.services.database.transaction() as session:
        mail = session.scalars(select(Outbox).where(Outbox.leadid == leadid)).one()
        mail.phase, mail.reason = Phase.SENT, "It arrived."
    office.work()
    assert (office.engagement_of(leadid).dueat or office.clock()).date() >= until


def test_a_mail_that_waits_for_approval_names_no_moment(office: Office) -> None:
    oversight.set_watch(office.services, office.admin, office.agentid, Watch(True, False, False, 72, 5.0))
    leadid = office.lead()
    office.work()
    standing = stands(office, leadid)
    assert (standing.headline, standing.due_at, standing.waits) == ("Waits for a person", None, True)
    with office.services.database.reading() as session:
        (ours,) = [i for i in read_thread(session, leadid).items if isinstance(i, OurMail)]
    assert (ours.due_at, ours.phase) == (None, Phase.QUEUED)


def test_the_thread_claims_no_answer_that_was_not_written(office: Office) -> None:
    leadid = office.lead()
    office.work()
    for n in range(4):
        office.clock.move_to(office.clock() + timedelta(minutes=30))
        office.answer(ADA, f"Thanks, sounds interesting ({n}). How long does the implementation take?")
        office.work()
    assert office.engagement_of(leadid).state == State.PERSON
    said = said_of_theirs(office, leadid)
    assert [text.startswith("Answered") for text in said] == [True, True, True, False]
    assert said[3] == "No answer went out to it."


def test_the_thread_tells_whether_a_mail_that_came_back_goes_out_again(office: Office) -> None:
    leadid = office.lead()
    office.work()
    office.bounce(ADA, "4.2.2", "452 4.2.2 Mailbox full")
    office.work()
    assert said_of_theirs(office, leadid) == ["The mail goes out again later."]
    office.pass_days(2)
    office.clock.move_to(office.clock() + timedelta(hours=1))
    office.answer(
        ADA, "I am out of the office until I am back.", Subject="Out of office", Auto_Submitted="auto-replied"
    )
    office.work()
    assert said_of_theirs(office, leadid)[-1] == "Kept. It names no day of return, so what was planned stays."
    office.answer(ADA, "How long does the implementation take?")
    office.work()
    office.bounce(ADA, "4.2.2", "452 4.2.2 Mailbox full")
    office.work()
    assert office.engagement_of(leadid).state == State.PERSON
    assert said_of_theirs(office, leadid)[-1] == "The mail is not sent again."
