"""What follows from each kind of mail that comes in: real mails, through the real mailbox, judged by the builtin."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import select
from tests.engage.office import ADA, SALES, Office

from leadwright.db.mail import InboundMessage, Suppression
from leadwright.db.sales import AppNotification, Email
from leadwright.domain.engagement import Outcome, State
from leadwright.domain.optionsets import EmailStatus, Participation
from leadwright.domain.stage import Stage
from leadwright.mail.suppression import why_suppressed

READY = (
    "Hello,\n\nwe need to double our picks before the season: our two warehouses cannot keep up. I run operations and "
    "I decide on this. We have a budget of 400,000 dollars for it this year and want to be live within six months. "
    "Can we talk on Thursday?\n\nAda"
)


def inbound(office: Office) -> list[InboundMessage]:
    with office.services.database.reading() as session:
        return list(session.scalars(select(InboundMessage).order_by(InboundMessage.uid)))


def ended(office: Office, leadid: str) -> tuple[str, str | None]:
    run = office.run_of(leadid)
    return run.stage, run.outcome


def test_a_ready_buyer_lands_on_a_sellers_desk_with_the_evidence(office: Office, leadid: str) -> None:
    office.answer(ADA, READY)
    office.work()
    run = office.run_of(leadid)
    assert (run.stage, run.outcome, run.interest) == (Stage.HANDED_OVER, Outcome.QUALIFIED, "positive")
    assert office.row_of(leadid).ownerid in office.sellers
    told = run.findings["conversation"]
    assert any(s.startswith("Budget:") for s in told["summary"])
    assert run.findings["next_actions"][0].startswith("Call or write today")
    with office.services.database.reading() as session:
        notes = session.scalars(select(AppNotification).where(AppNotification.ownerid == office.row_of(leadid).ownerid))
        assert any("Ready to buy" in n.title for n in notes)
    office.pass_days(30)
    assert len(office.mails_to(ADA)) == 1


def test_the_mail_is_kept_as_an_email_activity_with_its_parties(office: Office, leadid: str) -> None:
    office.answer(ADA, READY)
    office.work()
    received = [e for e in office.thread_of(leadid) if not e.directioncode]
    assert len(received) == 1
    assert received[0].statuscode == EmailStatus.RECEIVED
    assert received[0].lw_judgement["move"] == "hand_over"
    assert received[0].lw_judgement["matched_by"] == "message_id"
    assert "double our picks" in received[0].description
    with office.services.database.reading() as session:
        from leadwright.db.sales import ActivityParty

        parts = session.scalars(select(ActivityParty).where(ActivityParty.activityid == received[0].activityid)).all()
    found = {p.participationtypemask: (p.partyobjecttypecode, p.addressused) for p in parts}
    assert found[Participation.SENDER] == ("lead", ADA)
    assert found[Participation.TO] == ("systemuser", SALES)


def test_interest_without_more_is_asked_one_question_at_a_time(office: Office, leadid: str) -> None:
    office.answer(ADA, "This sounds interesting for us.")
    office.work()
    mails = office.mails_to(ADA)
    assert len(mails) == 2
    asked = mails[1].get_body(("plain",)).get_content()
    assert asked.partition("Kind regards")[0].count("?") == 1
    assert str(mails[1]["Auto-Submitted"]) == "auto-replied"
    assert str(mails[1]["Subject"]).startswith("Re: ")
    assert len(office.engagement_of(leadid).asked) == 1
    office.answer(ADA, "Yes, it is interesting for us.")
    office.work()
    office.answer(ADA, "As I said, we find it interesting.")
    office.work()
    office.answer(ADA, "We are still interested, yes.")
    office.work()
    assert len(office.mails_to(ADA)) <= 4
    assert ended(office, leadid)[0] == Stage.HANDED_OVER


def test_a_question_the_knowledge_answers_is_answered_with_its_source(office: Office, leadid: str) -> None:
    office.answer(ADA, "Interesting. How long does implementation take?")
    office.work()
    mails = office.mails_to(ADA)
    assert len(mails) == 2
    text = mails[1].get_body(("plain",)).get_content()
    assert "ten weeks" in text
    assert "from our own documents" in text  # "Questions" is only the name of the file questions.md
    assert office.engagement_of(leadid).answers == 1


def test_a_line_too_short_to_tell_its_language_is_answered_as_the_conversation_goes(
    office: Office, leadid: str
) -> None:
    office.answer(ADA, "Guten Tag, das klingt interessant für uns.")
    office.work()
    office.answer(ADA, "Klingt interessant.")
    office.work()
    answers = [mail.get_body(("plain",)).get_content() for mail in office.mails_to(ADA)[1:]]
    assert [text.startswith("Guten Tag Ada,") for text in answers] == [True, True]


def test_what_a_machine_wrote_tells_nobodys_language(office: Office, leadid: str) -> None:
    absence = (
        "Sehr geehrte Damen und Herren,\n\nich bin bis zum 2. März nicht im Büro. In dringenden Fällen wenden Sie sich "
        "bitte an meinen Kollegen.\n\nMit freundlichen Grüßen\nAda"
    )
    office.answer(ADA, absence, Auto_Submitted="auto-replied", Subject="Abwesenheitsnotiz")
    office.work()
    office.answer(ADA, "Sounds interesting.")
    office.work()
    _, ours = office.mails_to(ADA)
    assert "Hello Ada," in ours.get_body(("plain",)).get_content()  # type: ignore[union-attr]


def test_a_question_nobody_knows_is_handed_over_and_never_answered(office: Office, leadid: str) -> None:
    office.answer(ADA, "This looks promising. Does your robot work at minus thirty degrees in a freezer?")
    office.work()
    assert ended(office, leadid) == (Stage.HANDED_OVER, Outcome.BLOCKED)
    assert "freezer" in office.run_of(leadid).findings["conversation"]["question"]
    assert len(office.mails_to(ADA)) == 1


def test_a_refusal_is_disqualified(office: Office, leadid: str) -> None:
    office.answer(ADA, "No thank you, we are not interested.")
    office.work()
    assert ended(office, leadid) == (Stage.DISQUALIFIED, Outcome.NOT_INTERESTED)


@pytest.mark.parametrize(
    "text",
    [
        "Enough of the emails. Call me tomorrow at 10, I want to buy.",
        "Schreiben Sie mir nicht noch einmal, rufen Sie bitte an. Wir bestellen.",
    ],
)
def test_whoever_wants_no_more_mails_and_to_buy_is_written_to_by_nobody_but_called_by_a_person(
    office: Office, leadid: str, text: str
) -> None:
    office.answer(ADA, text)
    office.work()
    assert ended(office, leadid)[0] == Stage.HANDED_OVER
    assert not office.row_of(leadid).donotemail
    office.pass_days(30)
    assert len(office.mails_to(ADA)) == 1


@pytest.mark.parametrize("words", ["Please remove me from your list.", "unsubscribe", "Bitte keine weiteren Mails."])
def test_remove_me_stops_everything_at_once_and_for_every_later_enrolment(
    office: Office, leadid: str, words: str
) -> None:
    office.answer(ADA, words)
    office.work()
    assert ended(office, leadid) == (Stage.DISQUALIFIED, Outcome.OPTED_OUT)
    again = office.lead(firstname="Ada", companyname="Northwind Foods Two")
    office.pass_days(30)
    assert len(office.mails_to(ADA)) == 1
    assert office.run_of(again).stage in (Stage.DISQUALIFIED, Stage.CANCELLED)
    assert office.row_of(again).statuscode != 2


@pytest.mark.parametrize(
    "headers",
    [
        {"Feedback_ID": "42364889:user:proton"},
        {"List_Id": "<sales.northwind.example>", "List_Unsubscribe": "<mailto:leave@northwind.example>"},
        {"Auto_Submitted": "auto-generated"},
        {"Subject": "Delivery problem with the quote"},
    ],
)
def test_remove_me_is_heard_whatever_the_mail_looks_like(office: Office, leadid: str, headers: dict[str, str]) -> None:
    office.answer(ADA, "We could not be reached on Friday. Remove me from your list.", **headers)
    office.pass_days(9)
    assert ended(office, leadid) == (Stage.DISQUALIFIED, Outcome.OPTED_OUT)
    assert len(office.mails_to(ADA)) == 1


def test_remove_me_through_a_list_counts_after_the_end_and_from_nobody_known(office: Office, leadid: str) -> None:
    office.answer(ADA, "No thank you, we are not interested.")
    office.work()
    first = office.mails_to(ADA)[0]
    office.answer(ADA, "Remove me from your list.", List_Id="<sales.northwind.example>")
    office.answer("who@unknown.example", "Remove me from your list.", to=first, In_Reply_To="<a@b.example>",
                  References="<a@b.example>", Subject="Re: Robots", List_Id="<all.unknown.example>")  # fmt: skip
    office.work()
    assert [m.kind for m in inbound(office)][1:] == ["unsubscribe", "auto_reply"]
    assert "nobody writes to this address any more" in inbound(office)[2].reason
    with office.services.database.reading() as session:
        assert why_suppressed(session, ADA, "outreach")
        assert why_suppressed(session, "who@unknown.example", "outreach")


def test_a_buyer_whose_provider_stamps_every_mail_is_heard(office: Office, leadid: str) -> None:
    office.answer(ADA, READY, Feedback_ID="42364889:user:proton")
    office.work()
    assert ended(office, leadid) == (Stage.HANDED_OVER, Outcome.QUALIFIED)


def test_remove_me_counts_while_the_agent_is_halted(office: Office, leadid: str) -> None:
    from leadwright.actions import agent

    agent.stop_agent(office.services, office.admin, office.agentid, "halt")
    office.answer(ADA, "Remove me.")
    office.work()
    with office.services.database.reading() as session:
        assert why_suppressed(session, ADA, "outreach")
    assert office.run_of(leadid).stage == Stage.ENGAGED
    agent.start_agent(office.services, office.admin, office.agentid)
    office.pass_days(20)
    assert len(office.mails_to(ADA)) == 1
    assert ended(office, leadid) == (Stage.DISQUALIFIED, Outcome.OPTED_OUT)


def test_an_absence_moves_the_follow_up_past_the_return(office: Office, leadid: str) -> None:
    office.answer(
        ADA, "I am out of the office until 20 March 2026.", Auto_Submitted="auto-replied", Subject="Out of office"
    )
    office.work()
    assert office.run_of(leadid).stage == Stage.ENGAGED
    assert office.engagement_of(leadid).heard == 0
    office.pass_days(16)
    assert len(office.mails_to(ADA)) == 1
    office.pass_days(7)
    second = office.mails_to(ADA)[1]
    assert second["Date"].datetime > datetime(2026, 3, 21, tzinfo=UTC)


def test_who_is_not_the_right_person_is_handed_over_with_the_contact(office: Office, leadid: str) -> None:
    office.answer(ADA, "I am not the right person for this. Please contact Grace Hopper, grace@northwind.example.")
    office.work()
    assert ended(office, leadid) == (Stage.HANDED_OVER, Outcome.REFERRAL)
    assert office.run_of(leadid).findings["conversation"]["referral"]["address"] == "grace@northwind.example"
    assert not office.mails_to("grace@northwind.example")


def test_a_lawyer_stops_the_thread_and_the_supervisor_gets_it(office: Office, leadid: str) -> None:
    office.answer(ADA, "Cease and desist. Our lawyers will take legal action if you contact us again.")
    office.pass_days(20)
    assert ended(office, leadid) == (Stage.HANDED_OVER, Outcome.ESCALATED)
    assert office.row_of(leadid).ownerid == office.supervisor
    assert len(office.mails_to(ADA)) == 1


def test_a_hard_bounce_gives_the_lead_back_to_its_owner(office: Office, leadid: str) -> None:
    office.bounce(ADA, "5.1.1", "550 5.1.1 <ada@northwind.example>: user unknown")
    office.work()
    assert ended(office, leadid) == (Stage.RETURNED, Outcome.UNREACHABLE)
    assert office.row_of(leadid).lw_emailstate == "invalid"
    with office.services.database.reading() as session:
        assert why_suppressed(session, ADA, "outreach")


def test_a_forged_bounce_changes_nothing(office: Office, leadid: str) -> None:
    office.bounce(ADA, "5.1.1", "550 5.1.1 user unknown", messageid="<guess@seller.example>")
    office.bounce("else@northwind.example", "5.1.1", "550 5.1.1 user unknown",
                  messageid=str(office.mails_to(ADA)[0]["Message-ID"]))  # fmt: skip
    office.work()
    assert office.run_of(leadid).stage == Stage.ENGAGED
    with office.services.database.reading() as session:
        assert not session.scalars(select(Suppression)).all()


def test_a_soft_bounce_is_tried_again_with_the_same_words(office: Office, leadid: str) -> None:
    office.bounce(ADA, "5.2.2", "552 5.2.2 mailbox full")
    office.pass_days(2)
    mails = office.mails_to(ADA)
    assert len(mails) == 2
    assert mails[0]["Message-ID"] != mails[1]["Message-ID"]
    bodies = [m.get_body(("plain",)).get_content().split("Kind regards")[0] for m in mails]
    assert bodies[0] == bodies[1]
    office.pass_days(30)
    assert ended(office, leadid) == (Stage.DISQUALIFIED, Outcome.NO_RESPONSE)
    assert len(office.mails_to(ADA)) == 5


def test_an_answer_from_another_address_is_shown_to_a_person_and_nothing_more_goes_out(
    office: Office, leadid: str
) -> None:
    office.answer("mallory@evil.example", READY, to=office.mails_to(ADA)[0])
    office.pass_days(20)
    row = office.engagement_of(leadid)
    assert (office.run_of(leadid).stage, row.state) == (Stage.ENGAGED, State.PERSON)
    assert "another address" in row.reason
    assert len(office.mails_to(ADA)) == 1
    assert not office.mails_to("mallory@evil.example")


def test_a_mail_that_fails_dmarc_gives_no_handover(office: Office, leadid: str) -> None:
    from leadwright.db.mail import Mailbox

    with office.services.database.transaction() as session:
        session.scalars(select(Mailbox)).one().lw_authservid = "mx.seller.example"
    office.answer(ADA, READY, Authentication_Results="mx.seller.example; dmarc=fail header.from=northwind.example")
    office.work()
    assert office.run_of(leadid).stage == Stage.ENGAGED
    held = [e for e in office.thread_of(leadid) if not e.directioncode]
    assert "DMARC" in (held[0].lw_hold or "")


def test_the_same_mail_delivered_three_times_is_acted_on_once(office: Office, leadid: str) -> None:
    office.server.faults.copies = 3
    office.answer(ADA, "Interesting. How long does implementation take?")
    office.work()
    assert len(office.mails_to(ADA)) == 2
    assert len(inbound(office)) == 1
    assert inbound(office)[0].deliveries == 3


def test_a_reply_without_headers_is_matched_by_the_link_it_quotes(office: Office, leadid: str) -> None:
    first = office.mails_to(ADA)[0]
    quoted = "\n".join(f"> {line}" for line in first.get_body(("plain",)).get_content().splitlines())
    office.answer("other@northwind.example", f"Ada asked me to answer: {READY}\n\nOn Monday Seller wrote:\n{quoted}",
                  to=first, In_Reply_To="<lost@elsewhere.example>", References="<lost@elsewhere.example>")  # fmt: skip
    office.work()
    received = [e for e in office.thread_of(leadid) if not e.directioncode]
    assert received[0].lw_judgement["matched_by"] == "link"


def test_a_new_mail_of_the_lead_is_matched_by_its_sender(office: Office, leadid: str) -> None:
    office.answer(ADA, READY, In_Reply_To="<none@x.example>", References="<none@x.example>", Subject="Warehouse robots")
    office.work()
    received = [e for e in office.thread_of(leadid) if not e.directioncode]
    assert received[0].lw_judgement["matched_by"] == "sender"
    assert ended(office, leadid)[0] == Stage.HANDED_OVER


def test_a_mail_of_nobody_known_waits_for_a_person(office: Office, leadid: str) -> None:
    first = office.mails_to(ADA)[0]
    office.answer("who@unknown.example", "Do you buy robots?", to=first, In_Reply_To="<a@b.example>",
                  References="<a@b.example>", Subject="Robots")  # fmt: skip
    office.work()
    assert [m.state for m in inbound(office)] == ["unmatched"]


def test_a_mail_after_the_end_is_kept_and_its_owner_told(office: Office, leadid: str) -> None:
    office.answer(ADA, READY)
    office.work()
    office.answer(ADA, "One more thing: we also have a site in Ohio.")
    office.work()
    received = [e for e in office.thread_of(leadid) if not e.directioncode]
    assert len(received) == 2
    owner = office.row_of(leadid).ownerid
    with office.services.database.reading() as session:
        titles = session.scalars(select(AppNotification.title).where(AppNotification.ownerid == owner)).all()
    assert any(t.startswith("Wrote again") for t in titles)


def test_a_hostile_mail_is_quarantined_and_the_next_one_is_read(office: Office, leadid: str) -> None:
    deep = (
        b"Content-Type: multipart/mixed; boundary=b\r\n\r\n"
        + b"--b\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n" * 3000
    )
    office.server.deliver("x@evil.example", SALES, b"From: x@evil.example\r\nSubject: deep\r\n" + deep)
    office.answer(ADA, READY)
    office.work()
    states = {m.state for m in inbound(office)}
    assert "done" in states
    assert ended(office, leadid)[0] == Stage.HANDED_OVER


def test_every_mail_is_stored_once_or_put_aside(office: Office, leadid: str) -> None:
    for text in ("Interesting. How long does implementation take?", "No thank you, we are not interested."):
        office.answer(ADA, text)
        office.work()
    with office.services.database.reading() as session:
        received = session.scalars(select(Email).where(Email.directioncode.is_(False))).all()
    assert len(received) == len(office.server.folder(SALES).messages) - 0


def test_a_bare_answer_to_our_question_keeps_the_interest_shown_before(office: Office, leadid: str) -> None:
    office.answer(ADA, "This sounds interesting for us.")
    office.work()
    office.answer(ADA, "Our pickers walk eleven miles a day and we lose orders because of it.")
    office.work()
    received = [e for e in office.thread_of(leadid) if not e.directioncode]
    assert received[-1].lw_judgement["interest"]["polarity"] == "positive"
    assert office.run_of(leadid).stage in (Stage.ENGAGED, Stage.HANDED_OVER)


@pytest.mark.parametrize(
    "text", ["You people are annoying. I just wanted a price list.", "That's confidential.", "Forget it.", "??"]
)
def test_what_answers_no_question_of_ours_goes_to_a_person(office: Office, leadid: str, text: str) -> None:
    office.answer(ADA, "This sounds interesting for us.")
    office.work()
    office.answer(ADA, text)
    office.work()
    assert ended(office, leadid)[0] == Stage.HANDED_OVER
    assert len(office.mails_to(ADA)) == 2  # the first mail and the question


def test_a_lead_that_was_deleted_and_comes_again_is_not_written_to_twice(office: Office, leadid: str) -> None:
    from leadwright.actions.leads import delete_lead

    delete_lead(office.services, office.admin, leadid)
    again = office.lead()
    office.pass_days(3)
    assert len(office.mails_to(ADA)) == 1
    assert office.run_of(again).stage == Stage.CANCELLED


def test_what_was_in_the_mailbox_before_the_start_is_no_work_but_its_opt_outs_count(office: Office) -> None:
    for text in ("Your invoice is attached.", "Please remove me from your list."):
        head = f"From: old@old.example\r\nTo: {SALES}\r\nSubject: x\r\nMessage-ID: <{len(text)}@old.example>\r\n"
        raw = f"{head}\r\n{text}\r\n"
        office.server.deliver("old@old.example", SALES, raw.encode())
    for message in office.server.folder(SALES).messages:
        message.received = datetime(2026, 1, 1, tzinfo=UTC)
    office.work()
    assert [m.state for m in inbound(office)] == ["done", "done"]
    with office.services.database.reading() as session:
        assert why_suppressed(session, "old@old.example", "outreach")


@pytest.mark.parametrize(
    ("text", "headers"),
    [
        ("Please unsubscribe this address.", {"Auto_Submitted": "auto-replied"}),
        ("Please stop sending emails.", {"Auto_Submitted": "auto-generated"}),
        ("Unsubscribe", {"Return_Path": "bounces+77@em.northwind.example"}),
        ("STOP", {"Return_Path": ""}),
    ],
)
def test_a_wish_that_a_ticket_system_or_a_mailing_service_passes_on_ends_the_mails(
    office: Office, leadid: str, text: str, headers: dict[str, str]
) -> None:
    office.answer(ADA, text, **headers)
    office.work()
    with office.services.database.reading() as session:
        assert why_suppressed(session, ADA, "outreach")
    office.pass_days(30)
    assert len(office.mails_to(ADA)) == 1
