"""The first mail, follow-ups and the end because nobody answered."""

from datetime import timedelta
from email.message import EmailMessage

import pytest
from sqlalchemy import delete, select, update
from tests.engage.office import ADA, SALES, Office

from leadwright.actions import agent
from leadwright.actions.connected_records import create_record, edit_record
from leadwright.actions.leads import delete_lead, edit_lead
from leadwright.actions.opt_out import opt_out
from leadwright.db.engagement import Engagement
from leadwright.db.judgements import interest_to_json
from leadwright.db.mail import Outbox
from leadwright.db.sales import AppNotification, Contact, Lead
from leadwright.domain.engagement import Outcome, State
from leadwright.domain.interest import undetected
from leadwright.domain.optionsets import EmailStatus, LeadState, LeadStatus
from leadwright.domain.stage import Stage
from leadwright.mail.checks import CONTACT_WANTS_NO_MAIL
from leadwright.mail.suppression import why_suppressed
from leadwright.workflows.engagements import lock_any
from leadwright.workflows.post import Post
from leadwright.workflows.settle import settle


def test_a_lead_that_fits_is_written_to_once_and_followed_up_until_nobody_answers(office: Office) -> None:
    leadid = office.lead()
    office.work()
    assert len(office.mails_to(ADA)) == 1
    assert office.row_of(leadid).statuscode == LeadStatus.CONTACTED
    office.pass_days(30)
    mails = office.mails_to(ADA)
    assert len(mails) == 4
    days = [(m["Date"].datetime - mails[0]["Date"].datetime).days for m in mails]
    assert days == [0, 3, 7, 14]
    assert [str(m["In-Reply-To"]) for m in mails[1:]] == [str(m["Message-ID"]) for m in mails[:-1]]
    assert all(str(m["Auto-Submitted"]) == "auto-generated" for m in mails)
    bodies = [m.get_body(("plain",)).get_content().split("Kind regards")[0] for m in mails]
    assert len(set(bodies)) == 4
    run = office.run_of(leadid)
    assert (run.stage, run.outcome) == (Stage.DISQUALIFIED, Outcome.NO_RESPONSE)
    assert "No response to 4 mails" in run.reasons[0]
    assert [e.statuscode for e in office.thread_of(leadid)] == [EmailStatus.SENT] * 4


@pytest.mark.parametrize(("asked", "days"), [(1, (3, 7, 14)), (2, (2,)), (0, (2, 4, 6, 9, 12))])
def test_only_the_last_mail_calls_itself_the_last(office: Office, asked: int, days: tuple[int, ...]) -> None:
    """However many answers of ours stand between, and however many follow-ups the admin wants."""
    agent.edit_draft(office.services, office.admin, office.agentid, "sending", {"follow_up_days": list(days)})
    agent.apply_changes(office.services, office.admin, office.agentid)
    leadid = office.lead()
    office.work()
    for question in ("How long does implementation take?", "And how much is the price for each robot?")[:asked]:
        office.answer(ADA, question)
        office.pass_days(0.5)
    office.pass_days(60)
    bodies = [m.get_body(("plain",)).get_content() for m in office.mails_to(ADA)]
    assert len(bodies) == 1 + asked + len(days)
    assert ["This is my last mail" in body for body in bodies] == [False] * (len(bodies) - 1) + [True]
    assert office.run_of(leadid).outcome in (Outcome.NO_RESPONSE, Outcome.CLARIFY)


def test_who_showed_interest_and_fell_silent_goes_to_a_seller_and_is_not_written_to_as_a_stranger(
    office: Office,
) -> None:
    leadid = office.lead()
    office.work()
    office.answer(ADA, "Sounds good, this is of interest to us.")
    office.work()
    assert len(office.mails_to(ADA)) == 2  # our question
    office.pass_days(40)
    run = office.run_of(leadid)
    assert (run.stage, run.outcome) == (Stage.HANDED_OVER, Outcome.CLARIFY)
    assert "showed interest and has said nothing for" in run.reasons[0]
    assert office.row_of(leadid).ownerid in office.sellers
    later = [m.get_body(("plain",)).get_content() for m in office.mails_to(ADA)[2:]]
    assert len(later) == 3
    assert not any("I wrote to you a few days ago" in text or "somebody else" in text for text in later)


def test_a_question_that_is_answered_takes_no_interest_back(office: Office) -> None:
    leadid = office.lead()
    office.work()
    office.answer(ADA, "This sounds interesting for us.")
    office.pass_days(1.2)
    office.answer(ADA, "Is the data encrypted?")
    office.pass_days(45)
    assert (office.run_of(leadid).stage, office.run_of(leadid).outcome) == (Stage.HANDED_OVER, Outcome.CLARIFY)


def test_a_lead_that_wrote_before_our_first_mail_left_is_not_taken_leave_of_at_once(office: Office) -> None:
    office.clock.move_to(office.clock() + timedelta(hours=10))  # the first mail waits for the morning
    office.lead()
    office.work()
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = ADA, SALES, "Robots?"
    mail["Message-ID"] = "<new@northwind.example>"
    mail.set_content("Where is the data stored?")
    office.server.deliver(ADA, SALES, mail.as_bytes())
    office.pass_days(30)
    bodies = [m.get_body(("plain",)).get_content() for m in office.mails_to(ADA)]
    assert ["This is my last mail" in body for body in bodies] == [False] * (len(bodies) - 1) + [True]


def test_who_asked_something_and_fell_silent_is_no_response_with_a_true_reason(office: Office) -> None:
    leadid = office.lead()
    office.work()
    office.answer(ADA, "Where is the data stored?")
    office.pass_days(1)
    with office.services.database.transaction() as session:
        session.execute(update(Engagement).values(interest=interest_to_json(undetected())))
    office.pass_days(40)
    run = office.run_of(leadid)
    assert (run.stage, run.outcome) == (Stage.DISQUALIFIED, Outcome.NO_RESPONSE)
    assert run.reasons[0].startswith("No response since the lead's last mail")


def test_a_mail_waits_for_the_sending_window_of_the_lead(office: Office) -> None:
    """Nine in the morning where the lead is: three hours later in San Francisco than in Boston."""
    office.clock.move_to(office.clock().replace(hour=12))  # before nine everywhere in America
    office.clock.move_to(office.clock() + timedelta(hours=21))  # Tuesday noon, UTC: seven in Boston
    office.lead(address1_city="San Francisco", address1_stateorprovince="California")
    office.lead(emailaddress1="bo@two.example", companyname="Two", address1_city="Boston",
                address1_stateorprovince="Massachusetts")  # fmt: skip
    office.work()
    assert not office.sent
    assert {row.reason for row in office.outbox()} == {"Outside the sending window of the lead."}
    office.pass_days(0.5)
    assert [m.recipient for m in office.sent] == ["bo@two.example", ADA]
    assert (office.sent[1].at - office.sent[0].at) > timedelta(hours=2, minutes=59)


def test_no_more_than_three_people_of_one_company_are_written_to_in_a_day(office: Office) -> None:
    for name in "abcde":
        office.lead(firstname=name.upper(), emailaddress1=f"{name}@northwind.example")
    office.work()
    assert len(office.sent) == 3
    assert {r.reason for r in office.outbox() if r.phase == "queued"} == {"The company had 3 mails within a day."}
    office.pass_days(2)
    assert len(office.sent) == 5


def test_an_address_that_was_written_to_as_another_lead_gets_no_second_first_mail(office: Office) -> None:
    office.lead()
    office.work()
    twin = office.lead(firstname="Adele", emailaddress1=ADA.upper())
    office.work()
    assert len(office.sent) == 1
    run = office.run_of(twin)
    assert run.stage == Stage.CANCELLED
    assert "written to already" in run.reasons[0]


def test_a_lead_that_is_imported_again_after_a_restore_gets_no_second_first_mail(office: Office) -> None:
    lost = office.lead()
    office.work()
    assert len(office.mails_to(ADA)) == 1
    delete_lead(office.services, office.admin, lost)
    with office.services.database.transaction() as session:  # the backup knows nothing of it
        session.execute(delete(Outbox))
    assert office.post is not None
    office.post.close()
    office.post = None
    leadid = office.lead()
    office.pass_days(3)
    assert len(office.mails_to(ADA)) == 1
    assert office.run_of(leadid).stage == Stage.CANCELLED
    assert "written to already" in office.run_of(leadid).reasons[0]


def test_a_lead_that_needs_a_consent_basis_waits_and_goes_out_when_one_is_stored(office: Office) -> None:
    leadid = office.lead(address1_city="Toronto", address1_stateorprovince="Ontario", address1_country="Canada")
    office.work()
    run = office.run_of(leadid)
    if run.stage != Stage.ENGAGED:  # Canada is outside the profile; the rest of it fits
        raise AssertionError(run.reasons)
    assert not office.sent
    assert "needs a stored consent basis" in office.outbox()[0].reason
    with office.services.database.transaction() as session:
        lead = session.get_one(Lead, leadid)
        lead.lw_consentbasis, lead.lw_consentsource = "inquiry", "Web form"
        lead.lw_consenton = office.clock().date()
    office.pass_days(0.1)
    assert len(office.sent) == 1


@pytest.mark.parametrize("whose", ["lead", "account"])
def test_a_lead_that_turns_out_to_need_a_consent_basis_gets_no_follow_up(office: Office, whose: str) -> None:
    """Where it is counts by what its record, or its account's, says when a mail is to leave."""
    there = {"address1_city": "Chicago", "address1_stateorprovince": "Illinois", "address1_country": "United States"}
    accountid = create_record(office.services, office.admin, "account", {"name": "Northwind Foods", **there})
    leadid = office.lead(**dict.fromkeys(there, "") if whose == "account" else {})
    office.work()
    assert office.row_of(leadid).parentaccountid == accountid
    assert len(office.sent) == 1
    moved = {"address1_city": "Toronto", "address1_stateorprovince": "Ontario", "address1_country": "Canada"}
    if whose == "account":
        edit_record(office.services, office.admin, "account", accountid, moved)
    else:
        edit_lead(office.services, office.admin, leadid, moved)
    office.pass_days(4)
    assert len(office.sent) == 1
    assert "needs a stored consent basis" in office.outbox()[-1].reason


def test_a_lead_taken_over_by_a_person_hears_no_more(office: Office) -> None:
    leadid = office.lead()
    office.work()
    with office.services.database.transaction() as session:
        session.get_one(Lead, leadid).ownerid = office.sellers[0]
    office.pass_days(10)
    assert len(office.sent) == 1
    run = office.run_of(leadid)
    assert (run.stage, run.outcome) == (Stage.CANCELLED, Outcome.TAKEN_BACK)
    assert "took the lead over" in run.reasons[0]


@pytest.mark.parametrize("mails", [0, 1])
def test_a_lead_whose_contact_wants_no_mail_hears_no_more(office: Office, mails: int) -> None:
    office.clock.move_to(office.clock().replace(hour=15 if mails else 12))  # before nine the first mail waits
    office.clock.move_to(office.clock() + timedelta(hours=24 if mails else 21))
    leadid = office.lead()
    office.work()
    assert len(office.sent) == mails
    with office.services.database.transaction() as session:
        lead = session.get_one(Lead, leadid)
        who = {"ownerid": lead.ownerid, "owningbusinessunit": lead.owningbusinessunit}
        contact = Contact(**who, lastname="Miller", donotemail=True)
        session.add(contact)
        session.flush()
        lead.parentcontactid = contact.contactid
    office.pass_days(10)
    assert len(office.sent) == mails
    run = office.run_of(leadid)
    assert (run.stage, run.outcome, run.reasons) == (Stage.CANCELLED, Outcome.TAKEN_BACK, [CONTACT_WANTS_NO_MAIL])
    lead = office.row_of(leadid)
    assert (lead.ownerid, lead.statecode, lead.donotemail) == (office.admin.id, LeadState.OPEN, False)
    assert told(office) == [("The agent stopped writing: Ada Miller, Northwind Foods", CONTACT_WANTS_NO_MAIL)]


@pytest.mark.parametrize("change", [{"donotbulkemail": True}, {"lw_emailstate": "invalid"}])
def test_who_gets_a_lead_back_in_the_middle_of_a_conversation_is_told_why(
    office: Office, change: dict[str, object]
) -> None:
    leadid = office.lead()
    office.work()
    with office.services.database.transaction() as session:
        session.execute(update(Lead).where(Lead.leadid == leadid).values(change))
    office.pass_days(10)
    assert len(office.sent) == 1
    run = office.run_of(leadid)
    assert told(office) == [("The agent stopped writing: Ada Miller, Northwind Foods", run.reasons[0])]


def told(office: Office) -> list[tuple[str, str]]:
    """Title and text of what the owner from before was told."""
    news = select(AppNotification.title, AppNotification.body).where(AppNotification.ownerid == office.admin.id)
    with office.services.database.reading() as session:
        return [(row.title, row.body) for row in session.execute(news)]


def test_the_server_that_does_not_know_the_recipient_sends_the_lead_back_to_its_owner(office: Office) -> None:
    office.server.add_account("somebody@northwind.example", "x")
    leadid = office.lead()
    office.work()
    run = office.run_of(leadid)
    assert (run.stage, run.outcome) == (Stage.RETURNED, Outcome.UNREACHABLE)
    assert office.row_of(leadid).lw_emailstate == "invalid"
    assert run.ownerid == office.admin.id
    with office.services.database.reading() as session:
        assert why_suppressed(session, ADA, "outreach")


def _sent_and_not_settled(office: Office) -> str:
    """A lead whose first mail has left, and nobody has looked at what became of it."""
    leadid = office.lead()
    office.write()
    post = Post(office.services, "test")
    post.receive()  # of a mailbox that was never looked through nothing goes out
    assert post.send_due() == 1
    post.close()
    return leadid


def test_a_conversation_that_another_worker_settles_just_now_is_passed_over(office: Office) -> None:
    if office.services.database.is_sqlite:
        pytest.skip("SQLite has one writer at a time")
    leadid = _sent_and_not_settled(office)
    with office.services.database.transaction() as session:
        lock_any(session, office.run_of(leadid).runid, office.clock())
        assert settle(office.services) == 0
    assert settle(office.services, thorough=False) == 1
    assert office.engagement_of(leadid).sent == 1


def test_what_left_long_ago_and_was_not_settled_is_found_by_the_thorough_look(office: Office) -> None:
    leadid = _sent_and_not_settled(office)
    office.clock.move_to(office.clock() + timedelta(hours=1))
    assert settle(office.services, thorough=False) == 0
    assert settle(office.services) == 1
    assert office.engagement_of(leadid).sent == 1


def test_a_click_on_unsubscribe_ends_the_conversation(office: Office) -> None:
    leadid = office.lead()
    office.work()
    link = str(office.mails_to(ADA)[0]["List-Unsubscribe"]).split("<")[1].split(">")[0]
    opt_out(office.services, link.rpartition("/")[2])
    office.pass_days(30)
    assert len(office.sent) == 1
    run = office.run_of(leadid)
    assert (run.stage, run.outcome) == (Stage.DISQUALIFIED, Outcome.OPTED_OUT)
    assert office.row_of(leadid).donotemail


def test_what_goes_out_carries_all_that_the_law_and_the_standards_ask_for(office: Office) -> None:
    office.lead()
    office.work()
    mail = office.mails_to(ADA)[0]
    text = mail.get_body(("plain",)).get_content()
    for part in ("Seller Robotics", "1 Main Street", "Unsubscribe", "AI", "because of your role at Northwind Foods"):
        assert part in text
    assert str(mail["List-Unsubscribe-Post"]) == "List-Unsubscribe=One-Click"
    assert SALES in str(mail["From"])
    html = mail.get_body(("html",)).get_content()
    assert "<img" not in html
    assert "src=" not in html


def test_a_halted_agent_sends_nothing_and_goes_on_where_it_stood(office: Office) -> None:
    leadid = office.lead()
    office.work()
    agent.stop_agent(office.services, office.admin, office.agentid, "halt")
    office.pass_days(5)
    assert len(office.sent) == 1
    assert office.engagement_of(leadid).state == State.DUE
    agent.start_agent(office.services, office.admin, office.agentid)
    office.pass_days(3)
    assert len(office.sent) == 2


def test_a_company_is_the_same_in_capitals_and_small_letters(office: Office) -> None:
    written = ["Hafenküche Bremen", "HAFENKÜCHE BREMEN", "hafenküche bremen", "Hafenküche  Bremen"]
    for n, name in enumerate([*written, "Hafenküche Bremerhaven"]):
        office.lead(emailaddress1=f"kim@kitchen{n}.example", companyname=name)
    office.work()
    assert [len(office.mails_to(f"kim@kitchen{n}.example")) for n in range(5)] == [1, 1, 1, 0, 1]
    office.pass_days(1.1)
    assert len(office.mails_to("kim@kitchen3.example")) == 1


def test_each_mail_of_a_thread_names_all_before_it(office: Office, leadid: str) -> None:
    office.pass_days(30)
    mails = office.mails_to(ADA)
    ids = [str(mail["Message-ID"]) for mail in mails]
    assert len(ids) == 4
    assert [str(mail.get("References", "")).split() for mail in mails] == [ids[:n] for n in range(4)]


def test_an_answer_and_the_follow_up_to_it_name_all_before_them(office: Office, leadid: str) -> None:
    asks = "Interesting. How long does implementation take?"
    first = office.mails_to(ADA)[0]["Message-ID"]
    office.answer(ADA, asks, Message_ID="<one@northwind.example>")
    office.work()
    answer = office.mails_to(ADA)[1]
    assert str(answer["References"]).split() == [first, "<one@northwind.example>"]
    office.pass_days(0.01)
    office.answer(ADA, f"Thank you. {asks}", Message_ID="<two@northwind.example>", References="")
    office.work()
    third = office.mails_to(ADA)[2]
    assert str(third["References"]).split() == [answer["Message-ID"], "<two@northwind.example>"]
    office.pass_days(7)
    follow_up = office.mails_to(ADA)[3]
    assert str(follow_up["In-Reply-To"]) == third["Message-ID"]
    assert str(follow_up["References"]).split() == [*str(third["References"]).split(), third["Message-ID"]]
