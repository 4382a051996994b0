"""Server-side synchronisation: Test & Enable, mail that goes out once, answers that find what they answer."""

import email
from collections.abc import Iterator
from email.message import EmailMessage
from pathlib import Path

import pytest
from tests.dynamics.mailing import AGENT, PROSPECT, Agent

from leadwright.sandbox.dynamics import exchange, exchange_messages, exchange_transport, synchronisation_incoming
from leadwright.sandbox.dynamics.dataverse import parties, records
from leadwright.sandbox.dynamics.dataverse.sending import PENDING_SEND, SENT


@pytest.fixture
def agent(tmp_path: Path) -> Iterator[Agent]:
    made = Agent(tmp_path / "dynamics")
    yield made
    made.world.close()


def alerts(agent: Agent) -> list[str]:
    return [row["text"] for row in records.find(agent.world, "tracelog", regardingobjectid=agent.record["mailboxid"])]


def test_a_mailbox_that_is_as_it_should_be_passes_the_test_and_is_told_so_by_mail(agent: Agent) -> None:
    row = agent.ready().record
    assert (row["incomingemailstatus"], row["outgoingemailstatus"], row["mailboxstatus"]) == (1, 1, 1)
    assert (row["enabledforincomingemail"], row["enabledforoutgoingemail"]) == (True, True)
    assert row["testemailconfigurationscheduled"] is False
    assert row["testmailboxaccesscompletedon"]
    assert [one.item["subject"] for one in exchange_messages.messages(agent.world, agent.mailbox)] == [
        "Your mailbox is now connected to Dynamics 365"
    ]
    agent.tick(2)
    assert agent.received() == []


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"emailaddress": ""}, "has no email address"),
        ({"emailaddress": AGENT}, "requires approval by an Office 365 tenant administrator"),
        ({"emailaddress": "nobody@contoso.com", "emailrouteraccessapproval": 1}, "No mailbox nobody@contoso.com"),
        ({"emailaddress": AGENT, "emailrouteraccessapproval": 1, "emailserverprofile": None}, "email server profile"),
        ({"emailaddress": AGENT, "emailrouteraccessapproval": 1, "statecode": 1}, "is inactive"),
    ],
)
def test_a_test_that_fails_says_why_in_an_alert(agent: Agent, values: dict[str, object], words: str) -> None:
    agent.change(**values)
    row = agent.test()
    assert (row["incomingemailstatus"], row["outgoingemailstatus"], row["mailboxstatus"]) == (2, 2, 2)
    assert row["enabledforincomingemail"] is False
    assert words in alerts(agent)[-1]


def test_an_organisation_may_do_without_approval(agent: Agent) -> None:
    values = {"requireapprovalforuseremail": False}
    records.update(agent.world, "organization", agent.world.organizationid, values, by=agent.by)
    agent.change(emailaddress=AGENT)
    assert agent.test()["mailboxstatus"] == 1


def test_a_direction_without_server_side_synchronisation_is_not_tested(agent: Agent) -> None:
    agent.change(emailaddress=AGENT, incomingemaildeliverymethod=0)
    agent.change(emailrouteraccessapproval=1)
    row = agent.test()
    assert (row["incomingemailstatus"], row["outgoingemailstatus"], row["mailboxstatus"]) == (0, 1, 1)


def test_a_server_that_is_busy_is_asked_three_times_before_the_test_fails(agent: Agent) -> None:
    agent.change(emailaddress=AGENT)
    agent.change(emailrouteraccessapproval=1)
    agent.world.break_it("fail mailbox test")
    row = agent.test()
    assert (row["testemailconfigurationscheduled"], row["testemailconfigurationretrycount"]) == (True, 1)
    agent.tick(2)
    row = agent.record
    assert (row["testemailconfigurationscheduled"], row["mailboxstatus"]) == (False, 2)
    assert "ServerBusy" in alerts(agent)[-1]
    agent.world.mend()
    assert agent.test()["mailboxstatus"] == 1


def test_a_slow_test_stays_queued_as_long_as_it_is_told(agent: Agent) -> None:
    agent.world.break_it("slow mailbox test", {"seconds": 60})
    assert agent.test()["testemailconfigurationscheduled"] is True
    agent.tick(minutes=2)
    assert agent.record["testemailconfigurationscheduled"] is False


def test_a_new_address_needs_approval_and_test_anew(agent: Agent) -> None:
    agent.ready().change(emailaddress="other@contoso.com")
    row = agent.record
    assert (row["emailrouteraccessapproval"], row["incomingemailstatus"]) == (2, 0)
    mail = agent.writes()
    agent.tick(2)
    assert agent.mail(mail)["statuscode"] == PENDING_SEND


def test_a_mail_goes_out_once_and_lies_in_sent_items(agent: Agent) -> None:
    mail = agent.ready().writes(subject="Conveyors CRM:0000001", trackingtoken="CRM:0000001")
    agent.tick(3)
    row = agent.mail(mail)
    assert (row["statuscode"], row["statecode"], row["deliveryattempts"]) == (SENT, 1, 1)
    assert row["senton"]
    (out,) = agent.went_out
    sent = email.message_from_bytes(out.raw)
    assert (sent["Message-ID"], out.recipient, sent["Subject"]) == (row["messageid"], PROSPECT, "Conveyors CRM:0000001")
    assert AGENT in sent["From"]
    folder = exchange.folder_of(agent.world, agent.mailbox, "sentitems")
    assert [one.messageid for one in exchange_messages.messages(agent.world, agent.mailbox, folder)] == [
        row["messageid"]
    ]


def test_a_mail_that_was_interrupted_while_sending_is_not_sent_twice(agent: Agent) -> None:
    agent.ready().world.break_it("stay sending", times=1)
    mail = agent.writes()
    agent.tick()
    assert agent.mail(mail)["statuscode"] == 7
    messageid = agent.mail(mail)["messageid"]
    agent.tick(3)
    assert agent.mail(mail)["statuscode"] == SENT
    assert [email.message_from_bytes(out.raw)["Message-ID"] for out in agent.went_out] == [messageid]


def test_a_mail_that_exchange_does_not_take_fails_with_an_alert_and_may_be_sent_again(agent: Agent) -> None:
    agent.ready().world.break_it("fail outgoing", times=1)
    mail = agent.writes()
    agent.tick()
    assert (agent.mail(mail)["statecode"], agent.mail(mail)["statuscode"]) == (0, 8)
    assert "cannot be sent" in alerts(agent)[-1]
    records.update(agent.world, "email", mail, {"statecode": 1, "statuscode": PENDING_SEND}, by=agent.by)
    agent.tick()
    assert (agent.mail(mail)["statuscode"], agent.mail(mail)["deliveryattempts"]) == (SENT, 2)


def test_delays_hold_a_mail_back(agent: Agent) -> None:
    agent.ready().world.break_it("delay delivery", {"seconds": 600})
    later = agent.hands.now.replace(hour=10).isoformat()
    mail = agent.writes(delayedemailsendtime=later)
    agent.tick()
    assert agent.mail(mail)["statuscode"] == PENDING_SEND
    agent.tick(minutes=61)
    assert agent.mail(mail)["statuscode"] == SENT
    assert agent.went_out == []
    agent.tick(minutes=11)
    assert len(agent.went_out) == 1


def answered(agent: Agent) -> str:
    """Id of a mail that was sent."""
    mail = agent.ready().writes(subject="Conveyors CRM:0000001", trackingtoken="CRM:0000001")
    agent.tick(2)
    return mail


def test_an_answer_is_tracked_about_the_lead_with_its_sender_resolved(agent: Agent) -> None:
    mail = answered(agent)
    agent.comes(Subject="Re: Conveyors", In_Reply_To=agent.mail(mail)["messageid"])
    agent.tick(2)
    (row,) = agent.received()
    assert (row["statuscode"], row["statecode"], row["correlationmethod"]) == (4, 1, 3)
    assert (row["regardingobjectid"], row["regardingobjectidtype"]) == (agent.lead, "lead")
    assert (row["correlatedactivityid"], row["parentactivityid"]) == (mail, mail)
    assert (row["emailsender"], row["emailsendertype"], row["sender"]) == (agent.lead, "lead", PROSPECT)
    assert (row["acceptingentityid"], row["ownerid"]) == (agent.user, agent.user)
    assert "Tell me more" in row["description"]
    with agent.world.reading() as db:
        found = {one["participationtypemask"]: one for one in parties.of_activity(db, row["activityid"])}
    assert (found[parties.TO]["partyid"], found[parties.TO]["addressused"]) == (None, AGENT), "no record has it"


def test_the_order_of_correlation_is_reply_then_token_then_thread_then_subject(agent: Agent) -> None:
    mail = answered(agent)
    thread = agent.mail(mail)["conversationindex"]
    agent.comes(Subject="Re: Conveyors CRM:0000001", In_Reply_To="<unknown@example.net>")
    agent.tick()
    agent.comes(Subject="Something else", Thread_Index=thread)
    agent.tick()
    records.update(agent.world, "email", mail, {"subject": "Conveyors"}, by=agent.by)
    agent.comes(Subject="AW: Conveyors")
    agent.tick()
    agent.comes(Subject="Conveyors")
    agent.tick()
    assert [row["correlationmethod"] for row in agent.received()] == [4, 5, 6]
    assert {row["regardingobjectid"] for row in agent.received()} == {agent.lead}


def test_mail_that_answers_nothing_is_tracked_only_where_the_filter_lets_it(agent: Agent) -> None:
    agent.ready()
    settings = records.find(agent.world, "usersettings", systemuserid=agent.user)[0]

    def let(method: int) -> None:
        values = {"incomingemailfilteringmethod": method}
        records.update(agent.world, "usersettings", settings["systemuserid"], values, by=agent.by)

    for method, sender, count in [
        (1, PROSPECT, 0),
        (2, "who@example.org", 0),
        (2, PROSPECT, 1),
        (0, "who@example.org", 2),
    ]:
        let(method)
        agent.comes(sender=sender)
        agent.tick()
        assert len(agent.received()) == count
    assert agent.received()[-1]["emailsender"] is None
    let(4)
    agent.comes()
    agent.tick()
    assert len(agent.received()) == 2


def test_the_same_mail_twice_is_tracked_once_and_a_meeting_request_not_at_all(agent: Agent) -> None:
    mail = answered(agent)
    parent = agent.mail(mail)["messageid"]
    for _ in range(2):
        agent.comes(Message_ID="<same@example.net>", In_Reply_To=parent)
    agent.tick()
    meeting = EmailMessage()
    meeting["From"], meeting["To"], meeting["Subject"], meeting["In-Reply-To"] = PROSPECT, AGENT, "Meet?", parent
    meeting.set_content("BEGIN:VCALENDAR\nEND:VCALENDAR\n", subtype="calendar")
    exchange.deliver(agent.world, meeting.as_bytes(), [AGENT])
    agent.tick()
    assert len(agent.received()) == 1
    assert sorted(synchronisation_incoming.outcomes(agent.world).values()) == [
        "duplicate",
        "meeting",
        "test",
        "tracked",
    ]


def test_what_is_outside_the_inbox_or_older_than_the_test_is_left_alone(agent: Agent) -> None:
    agent.comes(Subject="Before")
    mail = answered(agent)
    (id,) = agent.comes(In_Reply_To=agent.mail(mail)["messageid"])
    message = exchange_messages.message_of(agent.world, agent.mailbox, id)
    exchange_messages.move(agent.world, message, exchange.folder_of(agent.world, agent.mailbox, "junkemail"))
    agent.tick(2)
    assert agent.received() == []


def test_incoming_mail_can_be_delayed_dropped_and_doubled(agent: Agent) -> None:
    mail = answered(agent)
    parent = agent.mail(mail)["messageid"]
    agent.world.break_it("drop incoming", "Lost")
    agent.world.break_it("duplicate incoming", "Twice")
    agent.world.break_it("delay incoming", {"seconds": 120})
    for subject in ("Lost", "Twice"):
        agent.comes(Subject=subject, Message_ID=f"<{subject}@example.net>", In_Reply_To=parent)
    agent.tick()
    assert agent.received() == []
    agent.tick(minutes=3)
    assert [row["subject"] for row in agent.received()] == ["Twice", "Twice"]


def test_files_of_an_answer_come_along(agent: Agent) -> None:
    mail = answered(agent)
    message = EmailMessage()
    message["From"], message["To"], message["In-Reply-To"] = PROSPECT, AGENT, agent.mail(mail)["messageid"]
    message.set_content("See the plan")
    message.add_attachment(b"%PDF-1.7", maintype="application", subtype="pdf", filename="plan.pdf")
    exchange.deliver(agent.world, message.as_bytes(), [AGENT])
    agent.tick()
    (row,) = agent.received()
    (file,) = records.find(agent.world, "activitymimeattachment", objectid=row["activityid"])
    assert (file["filename"], file["filesize"], row["attachmentcount"]) == ("plan.pdf", 8, 1)


def test_a_bounce_comes_back_as_an_answer_to_the_mail(agent: Agent) -> None:
    agent.ready().world.break_it("bounce", "gone@example.net")
    mail = agent.writes(to="gone@example.net")
    agent.tick(3)
    (row,) = agent.received()
    assert row["subject"].startswith("Undeliverable: Conveyors")
    assert (row["correlatedactivityid"], row["regardingobjectid"]) == (mail, agent.lead)
    assert "auto-replied" in row["internetmessageheaders"]
    (message,) = [
        one for one in exchange_messages.messages(agent.world, agent.mailbox) if one.messageid == row["messageid"]
    ]
    report = email.message_from_bytes(exchange_messages.raw_of(agent.world, message))
    assert report.get_content_type() == "multipart/report"
    assert [part.get_content_type() for part in report.get_payload()] == [
        "text/plain", "message/delivery-status", "text/rfc822-headers"]  # fmt: skip
    assert "5.1.1" in report.as_string()


def test_prospects_answer_through_the_hook_and_colleagues_are_reached_inside(agent: Agent) -> None:
    def prospect(out: exchange_transport.Outgoing) -> None:
        sent = email.message_from_bytes(out.raw)
        agent.comes(Subject=f"Re: {sent['Subject']}", In_Reply_To=sent["Message-ID"])

    exchange_transport.on_outside(agent.world, prospect)
    agent.ready().writes()
    agent.tick(2)
    assert [row["subject"] for row in agent.received()] == ["Re: Conveyors for you"]
    agent.writes(to="seller@contoso.onmicrosoft.com", subject="Yours now")
    agent.tick(2)
    seller = exchange.need_mailbox(agent.world, "seller@contoso.onmicrosoft.com")
    assert [one.item["subject"] for one in exchange_messages.messages(agent.world, seller)] == ["Yours now"]
