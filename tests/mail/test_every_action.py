"""Each thing that people and the agent can do that touches mail, done once on a real Postfix and Dovecot."""

import re
from collections.abc import Callable, Iterable, Iterator
from datetime import timedelta
from email.message import EmailMessage
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest
from sqlalchemy import select
from starlette.testclient import TestClient
from tests.engage.office import PASSWORD
from tests.engage.test_replies import READY
from tests.mail.real_office import (
    INES,
    JONAS,
    LEAD,
    MILA,
    PUBLIC_URL,
    Kept,
    RealOffice,
    furnished_on,
    line_of,
    office_on,
    written_to,
)
from tests.mail_servers.running import AWAY, BACK, BOUNCING, COLLEAGUE, SALES, UNKNOWN, MailServers, wait_until
from tests.web.conftest import Browser

from leadwright.actions import agent as agents
from leadwright.actions import (
    approvals,
    conversations,
    health,
    inbox,
    mailboxes,
    no_mail,
    outcome,
    oversight,
    prerequisites,
    seller_mail,
)
from leadwright.actions.disqualify import disqualify, reopen
from leadwright.actions.import_leads import import_file
from leadwright.actions.leads import delete_lead, edit_lead
from leadwright.actions.oversight import Watch
from leadwright.actions.qualify import qualify
from leadwright.actions.reassign_many import reassign_many
from leadwright.actions.referrals import create_referred
from leadwright.actions.seller_mail import Wanted
from leadwright.actions.shared_mailbox import SharedMailbox
from leadwright.db.agent import Agent
from leadwright.db.base import new_id
from leadwright.db.mail import Mailbox, MailboxMember
from leadwright.db.people import SystemUser
from leadwright.db.sales import Contact, Email, Lead
from leadwright.domain.engagement import Outcome, State
from leadwright.domain.stage import AgentState, Stage
from leadwright.errors import Conflict, LeadwrightError, MailError
from leadwright.mail.reader import MailReader
from leadwright.web.app import create_app
from leadwright.workflows.post import Post

REMOVE = "Please remove me from your list and do not write to me again."
QUESTION = "How long does the implementation take?"
UNANSWERED = "Which union rules apply to your robots in Finland?"


def some(values: Iterable[Any]) -> list[Any]:
    """One of a kind runs each time, the others with the slow ones."""
    first, *others = values
    return [first, *(pytest.param(other, marks=pytest.mark.faults) for other in others)]


@pytest.fixture(scope="module")
def certified(running_mail_servers: MailServers) -> Iterator[MailServers]:
    """Trusted here."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SSL_CERT_FILE", str(running_mail_servers.certificate))
        yield running_mail_servers


@pytest.fixture(scope="module")
def started(certified: MailServers) -> Iterator[Kept]:
    with furnished_on(certified) as kept:
        yield kept


@pytest.fixture(scope="module")
def written(started: Kept, certified: MailServers) -> Iterator[Kept]:
    with written_to(started, certified) as kept:
        yield kept


@pytest.fixture(scope="module")
def reader() -> Iterator[MailReader]:
    """One for all tests."""
    made = MailReader()
    yield made
    made.close()


@pytest.fixture
def office(started: Kept, certified: MailServers, tmp_path: Path, reader: MailReader) -> Iterator[RealOffice]:
    """Started; nobody was written to."""
    with office_on(started, certified, tmp_path, reader) as made:
        yield made


@pytest.fixture
def talk(written: Kept, certified: MailServers, tmp_path: Path, reader: MailReader) -> Iterator[RealOffice]:
    """Ines has the first mail."""
    with office_on(written, certified, tmp_path, reader) as made:
        yield made


def ended(office: RealOffice, leadid: str = "") -> tuple[str, str | None]:
    run = office.run_of(leadid or office.leadid)
    return run.stage, run.outcome


def waiting(office: RealOffice) -> str:
    """At night an answer of ours is written and waits for the morning."""
    night(office)
    office.says(QUESTION)
    rows = [row for row in office.outbox() if row.phase == "queued"]
    assert [row.recipient for row in rows] == [INES], office.engagement_of(office.leadid).reason
    return rows[0].outboxid


def night(office: RealOffice) -> None:
    office.clock.move_to(office.clock().replace(hour=3) + timedelta(days=1))


def tidy(office: RealOffice) -> None:
    """As a worker does every ten seconds."""
    assert office.post
    office.post.tidy()


def left(office: RealOffice, address: str = INES, days: float = 40) -> int:
    """How many mails lie there when all follow-ups would have gone out."""
    office.pass_days(days)
    return quiet(office, address)


def quiet(office: RealOffice, address: str = INES) -> int:
    """How many mails lie there: as many as our outbox says left."""
    gone = [row for row in office.outbox() if row.recipient == address and row.phase == "sent"]
    office.got(address, len(gone))
    return len(office.mails_to(address))


# -- what somebody asks for --------------------------------------------------------------------------------------------


def by_words(o: RealOffice) -> None:
    o.says(REMOVE)


def by_header(o: RealOffice) -> None:
    client = TestClient(create_app(o.services), base_url=PUBLIC_URL)
    page = link_of(o)
    assert client.get(page).status_code == 200
    assert not o.left_alone(INES), "looking at the page does nothing"
    said = client.post(page, data={"List-Unsubscribe": "One-Click"})
    assert said.status_code == 200
    assert "will not hear from us again" in said.text
    o.work()


def by_mailto(o: RealOffice) -> None:
    mail = o.got(INES, 1)[0]
    subject = unquote(str(mail["List-Unsubscribe"]).rpartition("?subject=")[2].rstrip(">"))
    o.says("unsubscribe", Subject=subject, In_Reply_To="-")


def by_a_person(o: RealOffice) -> None:
    no_mail.do_not_write(o.services, o.boss, o.leadid)


def by_html_alone(o: RealOffice) -> None:
    o.says("", html=f"<html><body><p>{REMOVE}</p></body></html>")


def by_an_alias(o: RealOffice) -> None:
    o.says(REMOVE, From="ines.m@private.example")


def in_latin_1(o: RealOffice) -> None:
    o.says("", raw=lambda mail: mail.set_content("Bitte löschen Sie mich aus Ihrem Verteiler.", charset="iso-8859-1"))


def in_utf_16(o: RealOffice) -> None:
    o.says("", raw=lambda mail: mail.set_content("Merci de me désinscrire, ne m'écrivez plus.", charset="utf-16"))


def above_our_text(o: RealOffice) -> None:
    o.says(f"{REMOVE}\n\n{quoted(o.got(INES, 1)[0])}")


def link_of(o: RealOffice) -> str:
    link = str(o.got(INES, 1)[0]["List-Unsubscribe"]).split("<")[1].split(">")[0]
    return "/unsubscribe/" + link.rpartition("/")[2]


def words(mail: EmailMessage) -> str:
    return str(mail.get_body(("plain",)).get_content())  # type: ignore[union-attr]


def quoted(mail: EmailMessage) -> str:
    text = words(mail)
    return "On Monday Seller Robotics wrote:\n" + "".join(f"> {line}\n" for line in text.splitlines())


WAYS = (by_words, by_header, by_mailto, by_a_person, by_html_alone, by_an_alias, in_latin_1, in_utf_16, above_our_text)


@pytest.mark.parametrize("way", some(WAYS), ids=lambda way: way.__name__)
def test_who_asks_for_it_is_left_alone(talk: RealOffice, way: Callable[[RealOffice], None]) -> None:
    way(talk)
    assert talk.left_alone(INES)
    assert talk.row_of(talk.leadid).donotemail
    assert ended(talk) == (Stage.DISQUALIFIED, Outcome.OPTED_OUT)
    again = talk.lead(**LEAD, lastname="Again")
    assert left(talk) == 1
    assert talk.row_of(again).lw_stage != Stage.ENGAGED


@pytest.mark.parametrize(
    "way", [by_words, by_header, by_mailto, by_a_person, by_an_alias], ids=lambda way: way.__name__
)
def test_who_asks_for_it_while_a_mail_is_in_the_outbox_does_not_get_it(talk: RealOffice, way: Any) -> None:
    waiting(talk)
    way(talk)
    assert left(talk) == 1
    assert {row.phase for row in talk.outbox() if row.recipient == INES} <= {"sent", "suppressed", "cancelled"}


def test_who_asks_for_it_while_the_agent_is_halted_is_left_alone(talk: RealOffice) -> None:
    waiting(talk)
    agents.stop_agent(talk.services, talk.admin, talk.agentid, "halt")
    talk.says(REMOVE)
    assert talk.left_alone(INES)
    talk.clock.move_to(talk.clock() + timedelta(hours=1))
    agents.start_agent(talk.services, talk.admin, talk.agentid)
    assert left(talk) == 1
    assert ended(talk) == (Stage.DISQUALIFIED, Outcome.OPTED_OUT)


def test_who_asks_for_it_after_the_agent_was_archived_is_left_alone(talk: RealOffice) -> None:
    agents.stop_agent(talk.services, talk.admin, talk.agentid, "halt")
    agents.archive_agent(talk.services, talk.admin, talk.agentid)
    talk.says(REMOVE)
    assert talk.left_alone(INES)


def test_who_asks_for_it_from_the_second_address_of_the_lead_is_left_alone(office: RealOffice) -> None:
    leadid = office.lead(**LEAD, emailaddress2="ines@home.example")
    office.work()
    office.got(INES, 1)
    office.says(REMOVE, From="ines@home.example", In_Reply_To="-", Subject="Your mails")
    assert office.left_alone("ines@home.example")
    assert left(office) == 1
    assert office.row_of(leadid).donotemail


def test_an_answer_from_the_second_address_of_the_lead_holds_the_follow_ups(office: RealOffice) -> None:
    office.lead(**LEAD, emailaddress2="ines@home.example")
    office.work()
    office.got(INES, 1)
    office.says(READY, From="ines@home.example", In_Reply_To="-", Subject="Robots")
    assert [t for who in (office.supervisor, office.admin.id) for t in office.told(who) if "Who wrote this" in t]
    assert left(office) == 1


def test_who_asks_for_it_by_phone_after_the_handover_is_left_alone(talk: RealOffice) -> None:
    talk.says(READY)
    seller = buyer(talk)
    no_mail.do_not_write(talk.services, seller, talk.leadid)
    assert talk.left_alone(INES)


def test_who_allows_no_emails_on_one_lead_gets_none_as_another(talk: RealOffice) -> None:
    do_not_email(talk)
    other = talk.lead(**{**LEAD, "companyname": "Company Foods Inc."})
    with pytest.raises(Conflict):
        send_by_hand(talk, other, talk.admin)


@pytest.mark.parametrize("first", ["qualified", "asked"])
def test_who_asks_for_it_is_left_alone_as_a_contact_too(talk: RealOffice, first: str) -> None:
    if first == "qualified":
        talk.says(READY)
        qualify(talk.services, buyer(talk), talk.leadid)
        talk.says(REMOVE)
    else:
        talk.says(REMOVE)
        reassign_many(talk.services, talk.boss, [talk.leadid])
        qualify(talk.services, talk.admin, talk.leadid)
    with talk.services.database.reading() as session:
        assert session.scalars(select(Contact.donotemail)).all() == [True]


def test_the_link_in_a_mail_works_after_its_lead_was_deleted(talk: RealOffice) -> None:
    link = link_of(talk)
    delete_lead(talk.services, talk.admin, talk.leadid)
    client = TestClient(create_app(talk.services), base_url=PUBLIC_URL)
    assert client.post(link).status_code == 200
    assert talk.left_alone(INES)


def test_the_link_in_a_mail_to_the_former_address_stops_mails_to_the_new_one(talk: RealOffice) -> None:
    to_another_address(talk)
    talk.pass_days(3)
    by_header(talk)
    assert talk.row_of(talk.leadid).donotemail
    assert left(talk) == 1
    assert talk.servers.mails(JONAS) == []


def test_who_asks_for_it_at_the_address_of_the_account_behind_two_leads_stops_both(talk: RealOffice) -> None:
    """Two leads have one address; the agent writes to one of them alone, and then to neither."""
    other = talk.lead(**{**LEAD, "firstname": "Inez", "companyname": "Company Drinks"})
    talk.work()
    assert quiet(talk) == 1
    talk.says(REMOVE)
    assert left(talk) == 1
    assert talk.row_of(talk.leadid).donotemail
    with pytest.raises(Conflict):
        send_by_hand(talk, other, talk.admin)


def test_a_suppressed_address_that_is_imported_is_not_written_to_by_anybody(talk: RealOffice, tmp_path: Path) -> None:
    talk.says(REMOVE)
    delete_lead(talk.services, talk.admin, talk.leadid)
    file = tmp_path / "fair.csv"
    file.write_text(
        "First Name,Last Name,Company,Email,Job Title,Country,Industry,Employees\n"
        "Ines,Miller,Company Foods,INES@Company.example,Head of Operations,United States,Food,4000\n"
    )
    import_file(talk.services, talk.admin, file)
    assert left(talk) == 1
    with talk.services.database.reading() as session:
        lead = session.scalars(select(Lead).where(Lead.companyname == "Company Foods")).one()
    with pytest.raises(Conflict):
        send_by_hand(talk, lead.leadid, talk.admin)


def send_by_hand(
    o: RealOffice, leadid: str, who: Any, due: Any = None, subject: str = "Shall we talk?", mailbox: str = SALES
) -> str:
    with o.services.database.reading() as session:
        mailboxid = session.scalars(select(Mailbox.mailboxid).where(Mailbox.emailaddress == mailbox)).one()
    wanted = Wanted(new_id(), subject, "Hello Ines,\n\nshall we talk?", mailboxid, due=due, anyway=True)
    return seller_mail.send_mail(o.services, who, leadid, wanted).emailid


# -- answers -----------------------------------------------------------------------------------------------------------


def buyer(o: RealOffice) -> Any:
    assert ended(o)[0] == Stage.HANDED_OVER, (
        ended(o),
        o.run_of(o.leadid).reasons,
        [(m.state, m.reason) for m in o.inbound()],
    )
    return o.person(str(o.row_of(o.leadid).ownerid))


def html_quote(mail: EmailMessage) -> str:
    return mail.get_body(("html",)).get_content()  # type: ignore[union-attr]


QUOTED: dict[str, Callable[[RealOffice], dict[str, Any]]] = {
    "plain": lambda o: {"text": READY},
    "html alone": lambda o: {"text": "", "html": f"<p>{READY}</p>"},
    "above our text": lambda o: {"text": f"{READY}\n\n{quoted(o.got(INES, 1)[0])}"},
    "below our text": lambda o: {"text": f"{quoted(o.got(INES, 1)[0])}\n\n{READY}"},
    "outlook": lambda o: {"text": f"{READY}\n\n{outlook(o)}"},
    "outlook german": lambda o: {"text": f"{READY}\n\n{outlook(o, 'Von', 'Gesendet', 'An', 'Betreff')}"},
    "outlook html": lambda o: {"text": "", "html": outlook_html(o)},
    "gmail html": lambda o: {
        "text": "",
        "html": f'<div dir="ltr">{READY}</div><br><div class="gmail_quote"><div dir="ltr" class="gmail_attr">On Mon, '
        f'Nov 23, 2026 at 4:00 PM Seller Robotics &lt;{SALES}&gt; wrote:<br></div><blockquote class="gmail_quote">'
        f"{html_quote(o.got(INES, 1)[0])}</blockquote></div>",
    },
    "apple html": lambda o: {
        "text": "",
        "html": f'<html><body>{READY}<br><div><br><blockquote type="cite"><div>On 23. Nov 2026, at 16:00, Seller '
        f"Robotics "
        f'&lt;{SALES}&gt; wrote:</div><br><div>{html_quote(o.got(INES, 1)[0])}</div></blockquote></div></body></html>',
    },
    "no mark at all": lambda o: {"text": f"{READY}\n\n{words(o.got(INES, 1)[0])}"},
    "ios": lambda o: {"text": f"{READY}\n\nSent from my iPhone\n\n> On 23 Nov 2026, at 16:00, Seller <{SALES}> "
                      "wrote:\n"
                      + "".join(f"> \n> {line}\n" for line in quoted(o.got(INES, 1)[0]).splitlines())},
}  # fmt: skip


def outlook(o: RealOffice, *names: str) -> str:
    sender, sent, to, subject = names or ("From", "Sent", "To", "Subject")
    text = words(o.got(INES, 1)[0])
    head = f"{sender}: Seller Robotics <{SALES}>\n{sent}: Monday, 23 November 2026 16:00\n{to}: Ines Miller <{INES}>\n"
    line = "________________________________" if names else "-----Original Message-----"
    return f"{line}\n{head}{subject}: Faster picking at Company Foods\n\n{text}"


def outlook_html(o: RealOffice) -> str:
    return (
        f'<html><body><div class="WordSection1"><p class="MsoNormal">{READY}</p><div><div style="border:none;'
        f'border-top:solid #E1E1E1 1.0pt;padding:3.0pt 0cm 0cm 0cm"><p class="MsoNormal"><b>From:</b> Seller Robotics '
        f"&lt;{SALES}&gt; <br><b>Sent:</b> Monday, 23 November 2026 16:00<br>"
        f"<b>To:</b> Ines Miller &lt;{INES}&gt;<br><b>Subject:</b> Faster "
        f"picking</p></div></div>{html_quote(o.got(INES, 1)[0])}</div></body></html>"
    )


@pytest.mark.parametrize("how", some(QUOTED))
def test_a_buyer_who_quotes_our_text_is_no_opt_out(talk: RealOffice, how: str) -> None:
    given = QUOTED[how](talk)
    talk.says(given["text"], html=given.get("html", ""))
    assert not talk.left_alone(INES)
    seller = buyer(talk)
    assert any("Ready to buy" in title for title in talk.told(seller.id))
    assert left(talk) == 1


@pytest.mark.parametrize("charset", some(["utf-16", "iso-2022-jp", "utf-7", "iso-8859-1", "windows-1252"]))
def test_an_answer_in_any_charset_is_read(talk: RealOffice, charset: str) -> None:
    talk.says("", raw=lambda mail: mail.set_content(READY, charset=charset))
    buyer(talk)
    (heard,) = [e for e in talk.thread_of(talk.leadid) if not e.directioncode]
    assert "double our picks" in heard.description


def test_a_question_is_answered_once_from_the_papers(talk: RealOffice) -> None:
    talk.says(QUESTION)
    mails = talk.got(INES, 2)
    assert "ten weeks" in words(mails[-1])
    assert mails[-1]["References"]
    tidy(talk)
    filed = talk.servers.mails(SALES, "Sent")
    assert sum(str(mails[-1]["Message-ID"]).encode() in raw for raw in filed) == 1
    talk.work()
    assert quiet(talk) == 2


def test_a_question_nobody_can_answer_goes_to_a_seller(talk: RealOffice) -> None:
    talk.says(UNANSWERED)
    assert ended(talk)[0] == Stage.HANDED_OVER
    assert left(talk) == 1


def test_an_answer_that_lies_in_two_folders_and_is_moved_back_counts_once(talk: RealOffice) -> None:
    talk.deliver(talk.reply(QUESTION))
    talk.servers.doveadm("mailbox", "create", "-u", SALES, "Customers")
    talk.servers.doveadm("copy", "-u", SALES, "Customers", "mailbox", "INBOX", "all")
    talk.work()
    talk.got(INES, 2)
    talk.servers.doveadm("move", "-u", SALES, "INBOX", "mailbox", "Customers", "all")
    talk.servers.doveadm("copy", "-u", SALES, "INBOX", "mailbox", "INBOX", "all")
    for _ in range(3):
        talk.work()
    assert quiet(talk) == 2
    assert talk.engagement_of(talk.leadid).heard == 1


def test_an_answer_that_comes_again_after_uids_began_anew_counts_once(talk: RealOffice) -> None:
    talk.says(QUESTION)
    talk.got(INES, 2)
    talk.post.close()  # type: ignore[union-attr]
    talk.servers.renumber(SALES)
    talk.post = None
    for _ in range(2):
        talk.work()
    assert quiet(talk) == 2
    talk.says(REMOVE)
    assert talk.left_alone(INES)


def test_an_answer_that_a_person_has_read_and_flagged_is_acted_on(talk: RealOffice) -> None:
    talk.deliver(talk.reply(READY))
    talk.servers.doveadm("flags", "add", "-u", SALES, r"\Seen \Answered", "mailbox", "INBOX", "all")
    talk.work()
    buyer(talk)


def test_who_answers_from_another_address_waits_for_a_person_who_vouches(talk: RealOffice) -> None:
    talk.says(READY, From="ines.m@private.example")
    row = talk.engagement_of(talk.leadid)
    assert row.state == State.PERSON, row.reason
    with talk.services.database.reading() as session:
        held = session.scalars(select(Email.activityid).where(Email.lw_hold.is_not(None))).one()
    conversations.vouch(talk.services, talk.boss, talk.leadid, held)
    talk.work()
    buyer(talk)
    assert left(talk) == 1


def test_a_colleague_to_whom_it_was_forwarded_is_shown_to_a_person(talk: RealOffice) -> None:
    forwarded = f"I run the warehouse, Ines sent me this. We want it, please call me.\n\n{outlook(talk)}"
    talk.says(forwarded, From=MILA, Subject="FW: Faster picking at Company Foods")
    row = talk.engagement_of(talk.leadid)
    assert row.state == State.PERSON, (row.reason, ended(talk))
    assert left(talk) == 1
    assert talk.servers.mails(MILA) == []


def test_whom_the_lead_names_is_written_to_once_a_person_agreed(talk: RealOffice) -> None:
    talk.says(f"I am the wrong person. Please write to Jonas Berg, {JONAS}, he runs it.")
    talk.pass_days(2)
    assert talk.servers.mails(JONAS) == []
    new = create_referred(talk.services, buyer(talk), talk.leadid)
    talk.pass_days(1)
    assert talk.row_of(new).emailaddress1 == JONAS
    (mail,) = talk.got(JONAS, 1)
    assert "recommended" in words(mail)
    assert left(talk, days=5) == 1


def test_out_of_office_by_sieve_moves_the_follow_up_past_the_return(office: RealOffice) -> None:
    leadid = office.lead(**{**LEAD, "emailaddress1": AWAY})
    office.work()
    wait_until(lambda: len(office.servers.mails(SALES)) >= 1)
    office.work()
    row = office.engagement_of(leadid)
    assert row.dueat
    assert row.dueat.date() > BACK, row.reason
    assert row.heard == 0


@pytest.mark.parametrize("address", [BOUNCING, UNKNOWN])
def test_an_address_that_takes_no_mail_gives_the_lead_back(office: RealOffice, address: str) -> None:
    """Their server says so in a mail, or ours at once."""
    leadid = unreachable(office, address)
    assert not office.row_of(leadid).donotemail
    assert office.told(office.admin.id) == ["Please correct: Ines Miller, Company Foods"]


def unreachable(o: RealOffice, address: str) -> str:
    leadid = o.lead(**{**LEAD, "emailaddress1": address})
    o.work()
    if address == BOUNCING:
        wait_until(lambda: len(o.servers.mails(SALES)) >= 1)
        o.work()
    assert ended(o, leadid) == (Stage.RETURNED, Outcome.UNREACHABLE)
    return leadid


def test_the_agent_takes_a_lead_up_again_whose_address_was_corrected(office: RealOffice) -> None:
    """As its reason says: "Correct it, then the agent takes the lead up again"."""
    leadid = unreachable(office, UNKNOWN)
    edit_lead(office.services, office.admin, leadid, {"emailaddress1": JONAS})
    office.work()
    assert office.run_of(leadid).number == 2
    assert len(office.got(JONAS, 1)) == 1


def test_whom_a_person_calls_reachable_after_a_bounce_can_be_written_to(talk: RealOffice) -> None:
    hard(talk)
    assert ended(talk) == (Stage.RETURNED, Outcome.UNREACHABLE)
    outcome.overrule_email(talk.services, talk.admin, talk.leadid, valid=True)
    send_by_hand(talk, talk.leadid, talk.admin)
    talk.work()
    assert len(talk.got(INES, 2)) == 2


def test_a_buyer_who_answered_can_be_written_to_after_a_late_bounce(talk: RealOffice) -> None:
    about = str(talk.got(INES, 1)[0]["Message-ID"])
    talk.says(READY)
    seller = buyer(talk)
    hard(talk, about)
    send_by_hand(talk, talk.leadid, seller)
    assert [t for t in talk.told(seller.id) if "A mail came back" in t]


def test_a_seller_is_told_that_their_mail_came_back(talk: RealOffice) -> None:
    talk.says(READY)
    seller = buyer(talk)
    edit_lead(talk.services, talk.admin, talk.leadid, {"emailaddress1": BOUNCING})
    send_by_hand(talk, talk.leadid, seller)
    before = len(talk.servers.mails(SALES))
    talk.work()
    wait_until(lambda: len(talk.servers.mails(SALES)) > before)
    talk.work()
    assert [row.bouncedon is not None for row in talk.outbox() if row.recipient == BOUNCING] == [True]
    assert "Your mail came back: Ines Miller, Company Foods" in talk.told(seller.id)
    assert talk.row_of(talk.leadid).lw_emailstate == "invalid"
    with pytest.raises(Conflict, match="invalid"):
        send_by_hand(talk, talk.leadid, seller)
    talk.work()
    assert len([t for t in talk.told(seller.id) if "came back" in t]) == 1


def test_a_seller_is_told_that_their_mail_came_back_for_now(talk: RealOffice) -> None:
    talk.says(READY)
    seller = buyer(talk)
    send_by_hand(talk, talk.leadid, seller)
    talk.work()
    talk.got(INES, 2)
    soft(talk)
    assert "Your mail came back: Ines Miller, Company Foods" in talk.told(seller.id)
    assert talk.row_of(talk.leadid).lw_emailstate == "valid"
    assert quiet(talk) == 2


def test_a_mail_that_is_not_sent_of_who_left_is_told_to_who_has_the_lead(talk: RealOffice) -> None:
    talk.says(READY)
    seller = buyer(talk)
    send_by_hand(talk, talk.leadid, talk.boss, due=talk.clock() + timedelta(days=1))
    with talk.services.database.transaction() as session:
        session.get_one(SystemUser, talk.supervisor).isdisabled = True
    assert left(talk, days=5) == 1
    assert [t for t in talk.told(seller.id) if t.startswith("A mail was not sent")]
    assert not [t for t in talk.told(talk.supervisor) if "was not sent" in t]


def hard(o: RealOffice, about: str = "") -> None:
    came_back(o, "5.1.1", "550 5.1.1 no such user", about)


def soft(o: RealOffice) -> None:
    came_back(o, "4.2.2", "452 4.2.2 Mailbox full")


def came_back(o: RealOffice, status: str, said: str, about: str = "") -> None:
    """Their server tells so of our newest mail."""
    about = about or str(o.got(INES, 1)[-1]["Message-ID"])
    raw = (
        f"From: MAILER-DAEMON@mx.example\r\nTo: {SALES}\r\nSubject: Undelivered Mail Returned to Sender\r\n"
        f"Message-ID: <dsn{len(o.inbound())}@mx.example>\r\nAuto-Submitted: auto-replied\r\nMIME-Version: 1.0\r\n"
        "Content-Type: multipart/report; report-type=delivery-status; boundary=b\r\n\r\n"
        f"--b\r\nContent-Type: text/plain\r\n\r\nIt could not be delivered: {said}.\r\n"
        "--b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx.example\r\n\r\n"
        f"Final-Recipient: rfc822; {INES}\r\nAction: failed\r\nStatus: {status}\r\n"
        f"Diagnostic-Code: smtp; {said}\r\n\r\n"
        f"--b\r\nContent-Type: text/rfc822-headers\r\n\r\nMessage-ID: {about}\r\nTo: {INES}\r\n\r\n--b--\r\n"
    )
    o.deliver(raw.encode(), "")
    o.work()


def test_a_soft_bounce_is_tried_again_and_the_address_stays_good(talk: RealOffice) -> None:
    soft(talk)
    assert not talk.left_alone(INES)
    assert ended(talk)[0] == Stage.ENGAGED
    talk.pass_days(2)
    assert quiet(talk) == 2


def test_a_receipt_is_no_answer(talk: RealOffice) -> None:
    about = str(talk.got(INES, 1)[0]["Message-ID"])
    raw = (
        f"From: Ines <{INES}>\r\nTo: {SALES}\r\nSubject: Read: Faster picking at Company Foods\r\n"
        f"Message-ID: <mdn@company.example>\r\nIn-Reply-To: {about}\r\nReferences: {about}\r\nMIME-Version: 1.0\r\n"
        "Content-Type: multipart/report; report-type=disposition-notification; boundary=b\r\n\r\n"
        "--b\r\nContent-Type: text/plain\r\n\r\nYour message was read on Monday.\r\n"
        f"--b\r\nContent-Type: message/disposition-notification\r\n\r\nFinal-Recipient: rfc822; {INES}\r\n"
        f"Original-Message-ID: {about}\r\nDisposition: manual-action/MDN-sent-manually; displayed\r\n\r\n--b--\r\n"
    )
    talk.deliver(raw.encode())
    talk.work()
    row = talk.engagement_of(talk.leadid)
    assert (row.state, row.heard) == (State.DUE, 0)


def only_a_file(mail: EmailMessage) -> None:
    mail.set_content("")
    mail.add_attachment(b"%PDF-1.4", maintype="application", subtype="pdf", filename="answer.pdf")


def an_invitation(mail: EmailMessage) -> None:
    mail.set_content("")
    event = "BEGIN:VCALENDAR\r\nMETHOD:REQUEST\r\nBEGIN:VEVENT\r\nSUMMARY:Call\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
    mail.add_alternative(event, subtype="calendar")


@pytest.mark.parametrize("what", [only_a_file, an_invitation], ids=lambda what: what.__name__)
def test_an_answer_without_words_goes_to_a_person(talk: RealOffice, what: Any) -> None:
    talk.says("", raw=what)
    assert ended(talk) == (Stage.HANDED_OVER, Outcome.CLARIFY)
    assert left(talk) == 1


def test_after_three_answers_within_a_day_a_person_looks(talk: RealOffice) -> None:
    for n in range(4):
        talk.says(f"How long does the implementation take? I ask for site {n}.")
    assert quiet(talk) == 4
    assert talk.engagement_of(talk.leadid).state == State.PERSON


def test_a_colleague_in_copy_who_answers_too_gets_nothing(talk: RealOffice) -> None:
    talk.says(QUESTION, Cc=MILA)
    talk.says("Please call me, we have the budget and decide this week.", From=MILA, of=INES)
    assert talk.engagement_of(talk.leadid).state == State.PERSON
    assert left(talk) == 2
    assert talk.servers.mails(MILA) == []


# -- a person decides while something waits ----------------------------------------------------------------------------


def seller_of(o: RealOffice) -> Any:
    return o.person(o.sellers[0])


def to_another_address(o: RealOffice) -> None:
    edit_lead(o.services, o.admin, o.leadid, {"emailaddress1": JONAS})


def do_not_email(o: RealOffice) -> None:
    edit_lead(o.services, o.admin, o.leadid, {"donotemail": True})


DECIDED: dict[str, Callable[[RealOffice], None]] = {
    "take over": lambda o: conversations.take_over(o.services, o.boss, o.leadid) and None,
    "take over by rule": lambda o: conversations.take_over(o.services, o.boss, o.leadid, by_rule=True) and None,
    "stop": lambda o: conversations.stop(o.services, o.boss, o.leadid, "By phone", Outcome.NOT_INTERESTED),
    "do not write": by_a_person,
    "disqualify": lambda o: disqualify(o.services, o.boss, o.leadid, "By phone"),
    "closed by the form": lambda o: (
        edit_lead(o.services, o.admin, o.leadid, {"statecode": 2, "statuscode": 4}) and None
    ),
    "qualify": lambda o: qualify(o.services, o.admin, o.leadid) and None,
    "delete": lambda o: delete_lead(o.services, o.admin, o.leadid),
    "another address": to_another_address,
    "do not email": do_not_email,
    "address invalid": lambda o: outcome.overrule_email(o.services, o.admin, o.leadid, valid=False),
    "archive": lambda o: (
        agents.stop_agent(o.services, o.admin, o.agentid, "halt"),
        agents.archive_agent(o.services, o.admin, o.agentid),
    )[1],
}


@pytest.mark.parametrize("how", some(DECIDED))
def test_a_mail_that_waits_does_not_leave_after_a_person_decided(talk: RealOffice, how: str) -> None:
    waiting(talk)
    DECIDED[how](talk)
    assert left(talk, days=30) == 1
    assert [
        row.phase
        for row in talk.outbox()
        if row.recipient == INES and row.phase not in ("sent", "cancelled", "suppressed")
    ] == []


@pytest.mark.parametrize("how", some([name for name in DECIDED if name not in ("delete", "archive")]))
def test_an_answer_that_nobody_has_read_when_a_person_decides_is_told(talk: RealOffice, how: str) -> None:
    """It lies in the mailbox, is kept with the lead, and somebody hears of it. Nothing goes out."""
    talk.deliver(talk.reply(READY))
    DECIDED[how](talk)
    talk.work()
    assert [e.description for e in talk.thread_of(talk.leadid) if not e.directioncode] != []
    owner = str(talk.row_of(talk.leadid).ownerid)
    heard = [t for who in {owner, talk.supervisor, talk.admin.id} for t in talk.told(who)]
    assert [t for t in heard if "Ines" in t] != [], heard
    assert left(talk) == 1


def test_the_answer_of_a_lead_that_was_deleted_is_told_and_opts_out(talk: RealOffice) -> None:
    raw = talk.reply(REMOVE)
    delete_lead(talk.services, talk.admin, talk.leadid)
    talk.deliver(raw)
    talk.work()
    assert talk.left_alone(INES)


def test_paused_nothing_goes_out_before_the_day_and_an_answer_is_heard(talk: RealOffice) -> None:
    waiting(talk)
    until = talk.clock().date() + timedelta(days=9)
    conversations.pause(talk.services, talk.boss, talk.leadid, until)
    talk.pass_days(7)
    assert quiet(talk) == 1
    talk.says(READY)
    buyer(talk)
    assert left(talk) == 1


def first_mail_tonight(o: RealOffice, **lead: Any) -> None:
    """Written at night, it waits for the morning."""
    night(o)
    o.leadid = o.lead(**{**LEAD, **lead})
    o.work()
    assert [row.phase for row in o.outbox()] == ["queued"]


def test_a_name_that_is_corrected_while_the_mail_waits_is_right_in_it(office: RealOffice) -> None:
    first_mail_tonight(office, firstname="Inse", companyname="Compny Foods")
    edit_lead(office.services, office.admin, office.leadid, {"firstname": "Ines", "companyname": "Company Foods"})
    office.pass_days(1)
    for mail in office.got(INES, 1):
        assert "Inse" not in f"{mail['To']} {words(mail)}"
        assert "Compny" not in f"{mail['Subject']} {words(mail)}"


def test_a_name_that_is_corrected_is_right_in_the_next_mail(talk: RealOffice) -> None:
    edit_lead(talk.services, talk.admin, talk.leadid, {"firstname": "Inez"})
    talk.pass_days(3.5)
    assert words(talk.got(INES, 2)[-1]).startswith("Hello Inez")


GERMANY = {"address1_city": "Munich", "address1_stateorprovince": "Bavaria", "address1_country": "Germany"}


def test_no_first_mail_goes_to_a_lead_that_turns_out_to_need_a_consent(office: RealOffice) -> None:
    first_mail_tonight(office)
    edit_lead(office.services, office.admin, office.leadid, GERMANY)
    office.pass_days(1)
    assert quiet(office) == 0


def test_no_follow_up_goes_to_a_lead_that_turns_out_to_need_a_consent(talk: RealOffice) -> None:
    edit_lead(talk.services, talk.admin, talk.leadid, GERMANY)
    assert left(talk, days=4) == 1


def test_no_mail_leaves_at_midnight_where_the_lead_turns_out_to_be(office: RealOffice) -> None:
    first_mail_tonight(office)
    there = {"address1_city": "Tokyo", "address1_stateorprovince": "", "address1_country": "Japan"}
    edit_lead(office.services, office.admin, office.leadid, there)
    office.clock.move_to(office.clock().replace(hour=15))
    office.work()
    assert quiet(office) == 0


def test_deleted_and_entered_again_she_gets_no_second_first_mail(talk: RealOffice) -> None:
    delete_lead(talk.services, talk.admin, talk.leadid)
    talk.lead(**LEAD)
    assert left(talk) == 1


def test_halted_for_a_month_follow_ups_go_out_one_by_one(talk: RealOffice) -> None:
    agents.stop_agent(talk.services, talk.admin, talk.agentid, "halt")
    talk.clock.move_to(talk.clock() + timedelta(days=30))
    agents.start_agent(talk.services, talk.admin, talk.agentid)
    talk.work()
    assert quiet(talk) == 2
    talk.pass_days(2.5)
    assert quiet(talk) == 2


# -- mails by hand -----------------------------------------------------------------------------------------------------


def test_a_seller_writes_by_hand_and_is_answered(talk: RealOffice) -> None:
    talk.says(READY)
    seller = buyer(talk)
    send_by_hand(talk, talk.leadid, seller, subject=f"Re: {talk.got(INES, 1)[0]['Subject']}")
    talk.work()
    mine = talk.got(INES, 2)[-1]
    assert str(mine["In-Reply-To"]) in [e.messageid for e in talk.thread_of(talk.leadid)]
    assert str(mine["From"]).startswith(f'"{seller.name}, Seller Robotics"')
    talk.says("Thursday at ten is fine, thank you.")
    assert [t for t in talk.told(seller.id) if "Wrote again" in t]
    talk.says(REMOVE)
    assert talk.row_of(talk.leadid).donotemail
    with pytest.raises(Conflict):
        send_by_hand(talk, talk.leadid, seller)


LATER: dict[str, Callable[[RealOffice], None]] = {
    "remove me": by_words,
    "unsubscribe": by_header,
    "disqualified": lambda o: disqualify(o.services, o.boss, o.leadid, "No"),
    "another address": to_another_address,
    "do not email": do_not_email,
    "returned": lambda o: (
        outcome.return_lead(o.services, o.person(str(o.row_of(o.leadid).ownerid)), o.leadid, "Not mine") and None
    ),
    "deleted": lambda o: delete_lead(o.services, o.admin, o.leadid),
}


@pytest.mark.parametrize("how", some(LATER))
def test_a_sellers_mail_for_tomorrow_does_not_leave_after(talk: RealOffice, how: str) -> None:
    talk.says(READY)
    seller = buyer(talk)
    send_by_hand(talk, talk.leadid, seller, due=talk.clock() + timedelta(days=1))
    LATER[how](talk)
    assert left(talk, days=5) == 1
    if how != "deleted":
        assert [t for t in talk.told(seller.id) if "was not sent" in t]


def test_a_sellers_mail_for_monday_waits_until_what_came_over_the_weekend_is_read(talk: RealOffice) -> None:
    """The machine was off; its thread that sends is faster than the one that reads."""
    talk.says(READY)
    send_by_hand(talk, talk.leadid, buyer(talk), due=talk.clock() + timedelta(days=3))
    talk.deliver(talk.reply(REMOVE))
    talk.clock.move_to(talk.clock() + timedelta(days=3, minutes=1))
    talk.post.send_due()  # type: ignore[union-attr]
    talk.work()
    assert quiet(talk) == 1


def test_a_mail_of_the_agent_waits_until_what_came_meanwhile_is_read(talk: RealOffice) -> None:
    talk.deliver(talk.reply(REMOVE))
    talk.clock.move_to(talk.clock() + timedelta(days=3, minutes=1))
    talk.write()
    talk.post = Post(talk.services, "test")
    talk.post.send_due()
    talk.work()
    assert quiet(talk) == 1


def test_a_sellers_mail_for_tomorrow_is_taken_back(talk: RealOffice) -> None:
    talk.says(READY)
    seller = buyer(talk)
    emailid = send_by_hand(talk, talk.leadid, seller, due=talk.clock() + timedelta(days=1))
    seller_mail.cancel_mail(talk.services, seller, talk.leadid, emailid)
    assert left(talk, days=5) == 1


def test_a_reply_by_hand_in_another_mail_program_is_noticed(talk: RealOffice) -> None:
    """Somebody answers Ines from the shared mailbox in a mail program of their own: its copy lies in Sent."""
    talk.says(UNANSWERED)
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = SALES, INES, "Re: Faster picking at Company Foods"
    mail["Message-ID"] = "<by.hand@seller.example>"
    mail["In-Reply-To"] = mail["References"] = str(talk.got(INES, 1)[0]["Message-ID"])
    mail.set_content("Dear Ines, none. Shall we talk on Monday?")
    talk.servers.write_as(SALES, INES, mail.as_bytes())
    talk.got(INES, 2)
    talk.says("Yes, Monday is fine.", of=INES)
    seller = buyer(talk)
    assert [t for t in talk.told(seller.id) if "Wrote again" in t]
    assert len(talk.mails_to(INES)) == 2


# -- approvals ---------------------------------------------------------------------------------------------------------


def watched(o: RealOffice) -> Any:
    oversight.set_watch(o.services, o.admin, o.agentid, Watch(firstmails=True, followups=True, answers=True))
    o.leadid = o.lead(**LEAD)
    o.work()
    return approvals.waiting_mails(o.services, o.boss)[0][0]


def test_a_mail_that_waits_for_approval_leaves_in_the_words_of_a_person(office: RealOffice) -> None:
    mail = watched(office)
    assert office.servers.mails(INES) == []
    new = approvals.change(
        office.services, office.boss, mail.outboxid, mail.contenthash, subject="Robots", body="Grüße, Ines"
    )
    with pytest.raises(Conflict):
        approvals.approve(office.services, office.boss, [(mail.outboxid, mail.contenthash)])
    approvals.approve(office.services, office.boss, [(mail.outboxid, new)])
    office.work()
    (got,) = office.got(INES, 1)
    assert got["Subject"] == "Robots"
    assert "Grüße, Ines" in words(got)


def test_a_rejected_mail_never_leaves(office: RealOffice) -> None:
    mail = watched(office)
    approvals.reject(office.services, office.boss, mail.outboxid, mail.contenthash, "Too pushy")
    assert left(office) == 0
    assert office.engagement_of(office.leadid).state == State.PERSON


def test_an_approved_mail_does_not_leave_when_she_asks_first(office: RealOffice) -> None:
    mail = watched(office)
    approvals.approve(office.services, office.boss, [(mail.outboxid, mail.contenthash)])
    raw = EmailMessage()
    raw["From"], raw["To"], raw["Subject"], raw["Message-ID"] = INES, SALES, "Hello", "<before@company.example>"
    raw.set_content(REMOVE)
    office.deliver(raw.as_bytes())
    assert left(office) == 0


def test_a_mail_that_waits_already_is_held_when_mails_are_to_be_approved(talk: RealOffice) -> None:
    waiting(talk)
    oversight.set_watch(talk.services, talk.admin, talk.agentid, Watch(firstmails=True, followups=True, answers=True))
    talk.pass_days(2)
    assert quiet(talk) == 1
    (mail,) = approvals.waiting_mails(talk.services, talk.boss)[0]
    talk.says(REMOVE)
    with pytest.raises(Conflict):
        approvals.approve(talk.services, talk.boss, [(mail.outboxid, mail.contenthash)])
    assert left(talk) == 1


def test_a_mail_that_waits_for_approval_leaves_once_none_is_asked_for(office: RealOffice) -> None:
    watched(office)
    oversight.set_watch(office.services, office.admin, office.agentid, Watch())
    office.pass_days(1)
    assert quiet(office) == 1


# -- the mailbox -------------------------------------------------------------------------------------------------------


def halt(o: RealOffice) -> None:
    with o.services.database.reading() as session:
        state = session.get_one(Agent, o.agentid).state
    if state == AgentState.ON:
        agents.stop_agent(o.services, o.admin, o.agentid, "halt")
    for number in (4, 3):
        prerequisites.unmark(o.services, o.admin, o.agentid, number)


def set_up(o: RealOffice, address: str = SALES, **more: Any) -> None:
    services, admin, agentid = o.services, o.admin, o.agentid
    halt(o)
    with services.database.reading() as session:
        members = [str(session.get_one(Agent, agentid).agentuserid)]
    given = SharedMailbox(
        name="Seller Robotics", address=address, members=members, **{**line_of(o.servers, address), **more}
    )
    mailboxid = mailboxes.set_up_mailbox(services, admin, agentid, given)
    done = prerequisites.mark_done(services, admin, agentid, 3)
    assert done.done, done
    mailboxes.choose_record(services, admin, agentid, mailboxid=mailboxid, address=address)
    mailboxes.approve_email(services, admin, agentid)
    trip = mailboxes.enable_mailbox(services, admin, agentid)
    assert (trip.outgoing, trip.incoming) == ("", "")
    assert prerequisites.mark_done(services, admin, agentid, 4).done
    o.clock.move_to(o.clock() + timedelta(minutes=1))
    agents.start_agent(services, admin, agentid)


def test_set_up_anew_with_the_same_password_the_conversation_goes_on(talk: RealOffice) -> None:
    set_up(talk)
    talk.says(QUESTION)
    assert len(talk.got(INES, 2)) == 2
    assert talk.servers.mails(SALES, "Trash") == []


def replaced(o: RealOffice, **former: Any) -> None:
    """Another one is set up; as before 0.9.4, the application user leaves the former one by hand first."""
    halt(o)
    given = SharedMailbox(name="Seller Robotics", address=SALES, members=[], **{**line_of(o.servers), **former})
    mailboxes.set_up_mailbox(o.services, o.admin, o.agentid, given)
    set_up(o, COLLEAGUE)


def set_up_another(o: RealOffice) -> None:
    """Nothing is done to the former one."""
    set_up(o, COLLEAGUE)


@pytest.mark.parametrize("how", [replaced, set_up_another])
def test_after_another_mailbox_took_its_place_an_answer_to_the_former_is_heard(talk: RealOffice, how: Any) -> None:
    how(talk)
    talk.says(QUESTION)
    assert talk.engagement_of(talk.leadid).heard == 1
    mail = talk.got(INES, 2)[-1]
    assert "ten weeks" in words(mail)
    assert COLLEAGUE in str(mail["From"])
    assert mail["In-Reply-To"]
    talk.says(REMOVE)
    assert talk.left_alone(INES)


def test_after_another_mailbox_took_its_place_follow_ups_go_out_once(talk: RealOffice) -> None:
    first = talk.got(INES, 1)[0]
    replaced(talk)
    talk.pass_days(4)
    assert quiet(talk) == 2
    mail = talk.got(INES, 2)[-1]
    assert COLLEAGUE in str(mail["From"])
    assert mail["In-Reply-To"] == first["Message-ID"]
    assert mail["References"]


@pytest.mark.parametrize("how", [replaced, set_up_another])
def test_what_waited_when_another_mailbox_took_its_place_goes_out_once_from_that(talk: RealOffice, how: Any) -> None:
    outboxid = waiting(talk)
    before = next(row for row in talk.outbox() if row.outboxid == outboxid)
    how(talk)
    talk.pass_days(1)
    assert quiet(talk) == 2
    mail = talk.got(INES, 2)[-1]
    assert COLLEAGUE in str(mail["From"])
    assert mail["Message-ID"] == before.messageid
    assert (mail["In-Reply-To"] or "").endswith("company.example>")
    assert COLLEAGUE in str(mail["List-Unsubscribe"])
    assert [row.phase for row in talk.outbox() if row.outboxid == outboxid] == ["sent"]


def test_a_sellers_mail_that_waited_when_another_mailbox_took_its_place_is_told(talk: RealOffice) -> None:
    talk.says(READY)
    seller = buyer(talk)
    send_by_hand(talk, talk.leadid, seller, due=talk.clock() + timedelta(days=1))
    set_up_another(talk)
    assert left(talk, days=5) == 1
    assert [t for t in talk.told(seller.id) if "was not sent" in t]


def test_after_another_mailbox_took_its_place_new_leads_are_written_to_from_it(talk: RealOffice) -> None:
    replaced(talk)
    talk.lead(emailaddress1=JONAS, firstname="Jonas", companyname="Berg Foods")
    talk.work()
    (mail,) = talk.got(JONAS, 1)
    assert COLLEAGUE in str(mail["From"])
    talk.deliver(talk.reply(REMOVE, of=JONAS), JONAS, COLLEAGUE)
    talk.work()
    assert talk.left_alone(JONAS)


def test_who_asks_the_former_mailbox_is_left_alone_by_the_new_one(talk: RealOffice) -> None:
    replaced(talk)
    talk.says(REMOVE)
    assert ended(talk) == (Stage.DISQUALIFIED, Outcome.OPTED_OUT)
    with pytest.raises(Conflict):
        send_by_hand(talk, talk.leadid, talk.boss, mailbox=COLLEAGUE)


def test_who_asks_the_former_mailbox_after_the_handover_is_left_alone(talk: RealOffice) -> None:
    talk.says(READY)
    replaced(talk)
    talk.says(REMOVE)
    with pytest.raises(Conflict):
        send_by_hand(talk, talk.leadid, buyer(talk), mailbox=COLLEAGUE)


def test_what_nobody_had_read_when_the_mailbox_was_replaced_is_read(talk: RealOffice) -> None:
    talk.deliver(talk.reply(REMOVE))
    replaced(talk)
    talk.work()
    assert talk.left_alone(INES)


def test_a_wrong_password_sends_nothing_and_says_so(talk: RealOffice) -> None:
    with talk.services.database.reading() as session:
        members = list(session.scalars(select(MailboxMember.systemuserid)))
    halt(talk)
    given = SharedMailbox(
        name="Seller Robotics", address=SALES, members=members, **{**line_of(talk.servers), "password": "wrong"}
    )
    mailboxes.set_up_mailbox(talk.services, talk.admin, talk.agentid, given)
    done = prerequisites.mark_done(talk.services, talk.admin, talk.agentid, 3)
    assert not done.done
    with pytest.raises(LeadwrightError):
        agents.start_agent(talk.services, talk.admin, talk.agentid)
    talk.clock.move_to(talk.clock() + timedelta(days=5))
    with pytest.raises(MailError, match="refused the sign-in"):
        talk.work()
    talk.write()
    assert talk.post is not None
    assert talk.post.send_due() == 0
    assert quiet(talk) == 1


def test_drained_no_new_lead_is_written_to_and_the_open_one_goes_on(talk: RealOffice) -> None:
    agents.stop_agent(talk.services, talk.admin, talk.agentid, "drain")
    talk.lead(emailaddress1=JONAS, firstname="Jonas", companyname="Berg Foods")
    talk.says(QUESTION)
    assert len(talk.got(INES, 2)) == 2
    assert talk.servers.mails(JONAS) == []


def test_halted_and_started_again_what_came_meanwhile_is_read_before_anything_leaves(talk: RealOffice) -> None:
    agents.stop_agent(talk.services, talk.admin, talk.agentid, "halt")
    talk.pass_days(4)
    assert quiet(talk) == 1
    talk.deliver(talk.reply(READY))
    agents.start_agent(talk.services, talk.admin, talk.agentid)
    talk.work()
    buyer(talk)
    assert left(talk) == 1


def test_a_sent_folder_of_another_name_is_made_and_used(talk: RealOffice) -> None:
    set_up(talk, sent="Gesendet")
    talk.says(QUESTION)
    mail = talk.got(INES, 2)[-1]
    tidy(talk)
    assert any(str(mail["Message-ID"]).encode() in raw for raw in talk.servers.mails(SALES, "Gesendet"))


# -- the inbox ---------------------------------------------------------------------------------------------------------


def stranger(o: RealOffice, text: str = READY) -> str:
    raw = EmailMessage()
    raw["From"], raw["To"], raw["Subject"], raw["Message-ID"] = "zoe@far.example", SALES, "Robots", "<zoe@far.example>"
    raw.set_content(text)
    o.deliver(raw.as_bytes(), "zoe@far.example")
    o.work()
    (row,) = [row for row in o.inbound() if row.state == "unmatched"]
    return row.inboundmessageid


def test_a_strangers_mail_is_linked_and_acted_on(talk: RealOffice) -> None:
    inbox.link(talk.services, talk.boss, stranger(talk), talk.leadid)
    talk.work()
    assert talk.engagement_of(talk.leadid).heard == 1
    assert left(talk) == 1


def test_a_strangers_mail_is_ignored(talk: RealOffice) -> None:
    inbox.ignore(talk.services, talk.boss, stranger(talk))
    talk.work()
    assert ended(talk)[0] == Stage.ENGAGED


# -- after the end -----------------------------------------------------------------------------------------------------


def test_disqualified_for_silence_and_reassigned_a_late_answer_reaches_the_seller(talk: RealOffice) -> None:
    assert left(talk, days=60) == 4
    assert ended(talk) == (Stage.DISQUALIFIED, Outcome.NO_RESPONSE)
    assert reassign_many(talk.services, talk.boss, [talk.leadid]).refused == {}
    owner = str(talk.row_of(talk.leadid).ownerid)
    talk.says(READY)
    assert [t for t in talk.told(owner) if "Wrote again" in t]
    assert left(talk, days=20) == 4


def test_disqualified_for_silence_a_late_answer_is_told(talk: RealOffice) -> None:
    left(talk, days=60)
    talk.says(READY)
    assert [t for t in talk.told(talk.supervisor) if "Wrote again" in t]


def test_disqualified_by_a_person_and_reopened_nothing_goes_out_by_itself(talk: RealOffice) -> None:
    disqualify(talk.services, talk.boss, talk.leadid, "By phone")
    outcome.reassign(talk.services, talk.boss, talk.leadid)
    assert left(talk) == 1


def test_qualified_then_reopened_nothing_goes_out_by_itself(talk: RealOffice) -> None:
    talk.says(READY)
    seller = buyer(talk)
    qualify(talk.services, seller, talk.leadid)
    reopen(talk.services, seller, talk.leadid)
    assert left(talk) == 1


def test_a_lead_taken_over_and_given_to_the_agent_again_is_not_written_to_twice(talk: RealOffice) -> None:
    conversations.take_over(talk.services, talk.boss, talk.leadid)
    edit_lead(talk.services, talk.admin, talk.leadid, {"jobtitle": "Head of Logistics"})
    assert left(talk) == 1


def test_an_address_that_changes_while_follow_ups_wait_gets_none_unasked(talk: RealOffice) -> None:
    to_another_address(talk)
    talk.pass_days(30)
    assert quiet(talk) == 1
    row = talk.engagement_of(talk.leadid)
    assert len(talk.servers.mails(JONAS)) <= 1, row.reason


# -- what the pages say ------------------------------------------------------------------------------------------------


def page(o: RealOffice, *paths: str) -> str:
    """What an administrator reads there."""
    client = Browser(create_app(o.services), base_url=PUBLIC_URL)
    form = {"_token": client.token("/sign-in"), "email": "ola@seller.example", "password": PASSWORD, "next": "/"}
    headers = {"Origin": PUBLIC_URL, "Sec-Fetch-Site": "same-origin"}
    assert client.post("/sign-in", data=form, headers=headers, follow_redirects=False).status_code == 303
    text = " ".join(re.sub("<[^>]+>", " ", client.get(path).text) for path in paths)
    return " ".join(text.split())


def test_the_pages_say_what_happened(talk: RealOffice) -> None:
    waiting(talk)
    assert "Outside the sending window" in page(talk, "/outbox")
    stranger(talk)
    assert "zoe@far.example" in page(talk, "/inbox")
    thread = f"/leads/{talk.leadid}/thread"
    assert "The follow-up knowledge answers what was asked" in page(talk, thread)
    talk.says(REMOVE)
    said = page(talk, thread)
    assert "Disqualified" in said
    assert "asks not to be written to again" in said
    assert "sales@seller.example" in page(talk, "/system-health")


def test_the_health_page_fails_while_a_conversation_hangs_on_a_mailbox_that_nobody_reads(talk: RealOffice) -> None:
    """The next mail waits for it and says so; once it is read again, what she asked it for counts."""
    replaced(talk, password="no longer it")
    talk.deliver(talk.reply(REMOVE))
    for days in (0, 4):
        talk.clock.move_to(talk.clock() + timedelta(days=days))
        with pytest.raises(MailError):
            talk.work()
        talk.work()  # it rests meanwhile, and the other one is read
    assert quiet(talk) == 1
    (row,) = [row for row in talk.outbox() if row.phase == "queued"]
    assert f"Answers may lie in {SALES}" in row.reason
    (found,) = [f for f in health.examine(talk.services, talk.admin) if f.what == SALES]
    assert found.state == "fail"
    assert "nobody reads it" in found.detail
    tidy(talk)
    assert f"{SALES} cannot be read" in talk.told(talk.admin.id)
    replaced(talk)
    assert left(talk) == 1
    assert talk.left_alone(INES)
    (found,) = [f for f in health.examine(talk.services, talk.admin) if f.what == SALES]
    assert found.state == "ok"
