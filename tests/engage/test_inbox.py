"""Mails without a lead, and mails that could not be read: linked, ignored, read once more, by page and by API."""

from datetime import timedelta
from email.message import EmailMessage

import pytest
from sqlalchemy import delete, select, update
from tests.engage.office import SALES, Office
from tests.engage.test_decisions import ADA, DEMO, boss, person

from leadwright.actions import conversations, inbox
from leadwright.actions.leads import delete_lead
from leadwright.db.backlog import BacklogMail
from leadwright.db.base import new_id
from leadwright.db.mail import InboundMessage, Mailbox, MailboxFolder
from leadwright.db.people import UserRole
from leadwright.db.sales import AppNotification, Lead
from leadwright.domain.engagement import Outcome, State
from leadwright.domain.mail_phase import Phase
from leadwright.domain.stage import Stage
from leadwright.errors import Conflict, MailError, NotAllowed, NotFound
from leadwright.mail import intake, unreadable
from leadwright.mail.suppression import why_suppressed
from leadwright.workflows.conversations import one_round


def stranger_writes(office: Office, text: str) -> str:
    """A mail that answers none of ours, from an address no lead has. Its inbound id."""
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = "Ada Miller <ada@home.example>", SALES, "Your robots"
    mail["Message-ID"] = f"<{new_id()}@home.example>"
    mail.set_content(text)
    office.server.deliver("ada@home.example", SALES, mail.as_bytes())
    office.work()
    (waiting,) = inbox.waiting_mails(office.services, boss(office), "unmatched").rows
    assert (waiting.sender, waiting.subject) == ("Ada Miller <ada@home.example>", "Your robots")
    return waiting.inboundid


def quarantined(office: Office, raw: bytes) -> str:
    with office.services.database.transaction() as session:
        row = InboundMessage(
            mailboxid=session.scalars(select(Mailbox.mailboxid)).one(), identity=new_id(), contenthash="", raw=raw,
            folder="INBOX", uidvalidity=1, uid=9_000, state="quarantined", reason="Reading it took too long.",
            fetchedon=office.clock(),
        )  # fmt: skip
        session.add(row)
        session.flush()
        return row.inboundmessageid


def test_a_mail_linked_with_a_lead_is_acted_on_as_its_answer(office: Office) -> None:
    leadid = office.lead()
    office.work()
    inboundid = stranger_writes(office, DEMO)
    mail, text = inbox.words_of(office.services, boss(office), inboundid)
    assert "200,000 dollars" in text
    assert mail.reason == "No lead is known for it. A person reads it."
    for _ in range(2):
        inbox.link(office.services, boss(office), inboundid, leadid)
    office.work()
    run = office.run_of(leadid)
    assert (run.stage, run.outcome) == (Stage.HANDED_OVER, Outcome.FAST_TRACK)
    came = [m for m in office.thread_of(leadid) if not m.directioncode]
    assert [m.lw_judgement["matched_by"] for m in came] == ["person"]
    with pytest.raises(NotFound):
        inbox.words_of(office.services, boss(office), inboundid)


def test_remove_me_linked_with_a_lead_silences_the_agent_for_the_lead(office: Office) -> None:
    leadid = office.lead()
    office.work()
    inbox.link(office.services, boss(office), stranger_writes(office, "Please remove me from your list."), leadid)
    office.pass_days(30)
    assert office.run_of(leadid).outcome == Outcome.OPTED_OUT
    assert len(office.mails_to(ADA)) == 1


def test_remove_me_linked_with_a_lead_that_was_never_written_to_keeps_the_agent_away_from_it(office: Office) -> None:
    inboundid = stranger_writes(office, "Please remove me from your list.")
    leadid = office.lead(emailaddress2="ada@personal.example")  # the agent has not taken it yet
    inbox.link(office.services, boss(office), inboundid, leadid)
    assert office.post is not None
    one_round(office.services, office.post)
    lead = office.row_of(leadid)
    assert lead.donotemail
    with office.services.database.reading() as session:
        for address in (ADA, "ada@personal.example", "ada@home.example"):
            assert why_suppressed(session, address, "outreach"), address
    office.pass_days(5)
    assert office.mails_to(ADA) == []


def test_remove_me_linked_with_a_lead_whose_second_address_is_none_is_acted_on(office: Office) -> None:
    inboundid = stranger_writes(office, "Please remove me from your list.")
    leadid = office.lead()  # the agent has not taken it yet
    with office.services.database.transaction() as session:
        session.execute(update(Lead).where(Lead.leadid == leadid).values(emailaddress2="n/a"))  # as an outside CRM may
    inbox.link(office.services, boss(office), inboundid, leadid)
    assert office.post is not None
    one_round(office.services, office.post)
    assert office.row_of(leadid).donotemail
    with office.services.database.reading() as session:
        assert session.get_one(InboundMessage, inboundid).state == "done"


def test_an_ignored_mail_leaves_the_inbox_and_nothing_follows(office: Office) -> None:
    leadid = office.lead()
    office.work()
    inboundid = stranger_writes(office, "Do you sell shoes?")
    for _ in range(2):
        inbox.ignore(office.services, boss(office), inboundid)
    page = inbox.waiting_mails(office.services, boss(office), "unmatched")
    assert (page.rows, page.counts) == ((), {"unmatched": 0, "quarantined": 0, "new": 0})
    with pytest.raises(Conflict, match="Load the inbox again"):
        inbox.link(office.services, boss(office), inboundid, leadid)
    with pytest.raises(NotAllowed):
        inbox.waiting_mails(office.services, person(office, office.sellers[0]), "unmatched")


def test_a_mail_put_aside_is_read_once_more(office: Office) -> None:
    leadid = office.lead()
    office.work()
    parent = office.mails_to(ADA)[-1]["Message-ID"]
    raw = (
        f"From: {ADA}\r\nTo: {SALES}\r\nSubject: =?utf-8?q?Gr=C3=BC=C3=9Fe?=\r\nIn-Reply-To: {parent}\r\n\r\n{DEMO}\r\n"
    )
    inboundid = quarantined(office, raw.encode())
    (shown,) = inbox.waiting_mails(office.services, boss(office), "quarantined").rows
    assert (shown.subject, shown.size) == ("Grüße", len(raw.encode()))
    assert DEMO in shown.head
    assert inbox.source_of(office.services, boss(office), inboundid) == raw.encode()
    for _ in range(2):
        inbox.try_again(office.services, boss(office), inboundid)
    office.work()
    assert office.run_of(leadid).stage == Stage.HANDED_OVER


def not_given(office: Office, text: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """The lead answers, and the server gives the header of it alone for long. Id of the mail put aside."""
    monkeypatch.setattr(unreadable, "PATIENCE", 0.0)
    office.answer(ADA, text)
    office.server.faults.refuse_fetch = frozenset({office.server.folder(SALES).messages[-1].uid})
    office.work()
    (mail,) = inbox.waiting_mails(office.services, boss(office), "quarantined").rows
    assert (mail.sender, mail.subject.startswith("Re: ")) == (ADA, True)
    assert "does not give it" in mail.reason
    return mail.inboundid


def test_nothing_more_goes_to_a_lead_whose_mail_its_server_does_not_give(
    office: Office, leadid: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    not_given(office, "Please remove me from your list.", monkeypatch)
    office.pass_days(6)
    assert len(office.mails_to(ADA)) == 1
    assert office.engagement_of(leadid).state == State.PERSON
    with office.services.database.reading() as session:
        assert "A mail could not be read: Ada Miller, Northwind Foods" in session.scalars(select(AppNotification.title))


@pytest.mark.parametrize("in_thread", [True, False])
def test_a_mail_whose_header_is_not_given_any_more_is_known_by_what_it_told_before(
    office: Office, leadid: str, monkeypatch: pytest.MonkeyPatch, in_thread: bool
) -> None:
    monkeypatch.setattr(intake, "MOST_NEW", 0)
    if in_thread:
        office.answer(ADA, "Please remove me from your list.", From="ada@home.example")
    else:
        writes_unasked(office, ADA, "Please remove me from your list.")
    uid = office.server.folder(SALES).messages[-1].uid
    office.server.faults.refuse_fetch = frozenset({uid})
    with pytest.raises(MailError):
        office.work()
    monkeypatch.setattr(unreadable, "PATIENCE", 0.0)
    office.server.faults.refuse_all_of = frozenset({uid})
    office.pass_days(6)
    assert (len(office.mails_to(ADA)), office.engagement_of(leadid).state) == (1, State.PERSON)


def test_tried_again_a_mail_that_was_not_given_is_fetched_anew_and_acted_on(
    office: Office, leadid: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    inboundid = not_given(office, "Please remove me from your list.", monkeypatch)
    office.server.faults.refuse_fetch = frozenset()
    for _ in range(2):
        inbox.try_again(office.services, boss(office), inboundid)
    office.work()
    assert office.run_of(leadid).outcome == Outcome.OPTED_OUT
    assert inbox.waiting_mails(office.services, boss(office), "quarantined").rows == ()


def test_tried_again_a_mail_that_came_once_more_and_was_read_is_closed_as_its_copy(
    office: Office, leadid: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    inboundid = not_given(office, "Please remove me from your list.", monkeypatch)
    messages = office.server.folder(SALES).messages
    office.server.folder(SALES).add(messages[-1].raw, office.clock())
    office.work()
    assert office.run_of(leadid).outcome == Outcome.OPTED_OUT
    office.server.faults.refuse_fetch = frozenset()
    inbox.try_again(office.services, boss(office), inboundid)
    office.work()
    assert inbox.waiting_mails(office.services, boss(office), "quarantined").rows == ()
    with office.services.database.reading() as session:
        closed = session.get_one(InboundMessage, inboundid)
        first = session.get_one(InboundMessage, closed.firstid)
    assert (closed.state, first.state, first.uid) == ("duplicate", "done", messages[-1].uid)


def test_of_a_mail_that_its_server_has_no_more_whoever_tries_it_again_reads_so(
    office: Office, leadid: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    inboundid = not_given(office, "Please remove me from your list.", monkeypatch)
    office.server.folder(SALES).messages.pop()
    inbox.try_again(office.services, boss(office), inboundid)
    office.work()
    (mail,) = inbox.waiting_mails(office.services, boss(office), "quarantined").rows
    assert (mail.inboundid, mail.reason) == (inboundid, "It is no longer on the server.")
    assert office.engagement_of(leadid).state == State.PERSON


def test_a_mail_that_is_not_whole_is_never_read_as_an_empty_answer(
    office: Office, leadid: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    office.answer(ADA, "This sounds interesting, we like it.")
    office.work()
    sent = len(office.mails_to(ADA))
    inboundid = not_given(office, "Please remove me from your list.", monkeypatch)
    inbox.try_again(office.services, boss(office), inboundid)
    office.pass_days(6)
    assert (len(office.mails_to(ADA)), office.engagement_of(leadid).state) == (sent, State.PERSON)
    (mail,) = inbox.waiting_mails(office.services, boss(office), "quarantined").rows
    assert (mail.inboundid, "does not give it" in mail.reason) == (inboundid, True)


def test_a_mail_that_its_server_numbers_anew_cannot_be_tried_again_and_may_be_ignored(
    office: Office, leadid: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    inboundid = not_given(office, "Please remove me from your list.", monkeypatch)
    inbox.try_again(office.services, boss(office), inboundid)
    with office.services.database.transaction() as session:
        session.scalars(select(MailboxFolder)).one().uidvalidity += 1
    with pytest.raises(Conflict, match="numbered its mails anew"):
        inbox.try_again(office.services, boss(office), inboundid)
    inbox.ignore(office.services, boss(office), inboundid)
    with office.services.database.reading() as session:
        assert session.scalars(select(BacklogMail)).all() == []


def test_administrators_hear_within_the_hour_of_mails_put_aside_of_which_nobody_else_does(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(unreadable, "PATIENCE", 0.0)
    monkeypatch.setattr(unreadable, "_SEVERAL", 0.0)
    for hour in range(2):
        for n in range(3):
            writes_unasked(office, f"jo{hour}{n}@x.example", "Please remove me from your list.")
        office.server.faults.refuse_all_of = frozenset(m.uid for m in office.server.folder(SALES).messages[-3:])
        office.work()
        assert told(office).count("A mail was put aside") == hour + 1
        office.clock.move_to(office.clock() + timedelta(hours=1))


def test_the_inbox_is_paged_by_key_newest_first(office: Office) -> None:
    ids = [quarantined(office, b"\x00\xff not a mail") for _ in range(53)]
    first = inbox.waiting_mails(office.services, boss(office), "quarantined")
    second = inbox.waiting_mails(office.services, boss(office), "quarantined", after=first.next)
    assert (len(first.rows), len(second.rows), second.next) == (50, 3, "")
    assert {row.inboundid for row in (*first.rows, *second.rows)} == set(ids)


def writes_unasked(office: Office, address: str, text: str) -> None:
    """A mail from that address which answers none of ours."""
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = address, SALES, "News"
    mail["Message-ID"] = f"<{new_id()}@elsewhere.example>"
    mail.set_content(text)
    office.server.deliver(address, SALES, mail.as_bytes())


def told(office: Office) -> list[str]:
    with office.services.database.reading() as session:
        return list(session.scalars(select(AppNotification.title).where(AppNotification.ownerid == office.admin.id)))


def placed_later(office: Office) -> tuple[str, str]:
    """A lead the agent has not looked at writes; its mail waits in the inbox. Lead, and id of the mail."""
    office.work()
    leadid = office.lead()
    writes_unasked(office, ADA.title(), "We are not interested, we bought elsewhere.")
    assert office.post is not None
    one_round(office.services, office.post)
    (mail,) = inbox.waiting_mails(office.services, boss(office), "unmatched").rows
    assert mail.reason.startswith("It comes from the address of a lead the agent has not written to.")
    assert [c.leadid for c in mail.candidates] == [leadid]
    assert told(office) == ["Wrote to us: Ada Miller, Northwind Foods"]
    return leadid, mail.inboundid


def test_nothing_is_begun_with_a_lead_whose_mail_waits_for_a_person(office: Office) -> None:
    leadid, inboundid = placed_later(office)
    office.pass_days(2)
    assert office.mails_to(ADA) == []
    talk = office.engagement_of(leadid)
    assert talk.reason.startswith("A mail from the lead's address waits in the inbox.")
    assert talk.attempts < 50  # each try is a workflow
    inbox.ignore(office.services, boss(office), inboundid)
    office.work()
    assert len(office.mails_to(ADA)) == 1


def test_the_waiting_mail_of_a_lead_in_conversation_is_its_answer_once_linked(office: Office) -> None:
    leadid, inboundid = placed_later(office)
    office.work()
    inbox.link(office.services, boss(office), inboundid, leadid)
    office.pass_days(3)
    assert (office.mails_to(ADA), office.run_of(leadid).stage) == ([], Stage.DISQUALIFIED)


def test_nothing_is_begun_with_an_address_whose_mail_waits_although_its_oldest_lead_is_gone(office: Office) -> None:
    office.work()
    oldest = office.lead()
    office.clock.move_to(office.clock() + timedelta(minutes=1))
    office.lead(lastname="Twin", companyname="Southwind Foods")
    writes_unasked(office, ADA.title(), "We are not interested, we bought elsewhere.")
    assert office.post is not None
    one_round(office.services, office.post)
    with office.services.database.transaction() as session:
        session.delete(session.get_one(Lead, oldest))
    office.pass_days(2)
    assert office.mails_to(ADA) == []
    (mail,) = inbox.waiting_mails(office.services, boss(office), "unmatched").rows
    inbox.ignore(office.services, boss(office), mail.inboundid)
    office.pass_days(1)
    assert len(office.mails_to(ADA)) == 1


def test_the_answer_of_a_lead_that_was_deleted_reaches_the_supervisor(office: Office) -> None:
    leadid = office.lead()
    office.work()
    ours = office.mails_to(ADA)[-1]
    delete_lead(office.services, office.admin, leadid)
    office.answer(ADA, DEMO, to=ours)
    office.work()
    (mail,) = inbox.waiting_mails(office.services, boss(office), "unmatched").rows
    assert mail.reason.startswith("It answers a mail of the agent whose lead is not here any more.")
    mine = AppNotification.ownerid == office.supervisor
    with office.services.database.reading() as session:
        (note,) = session.scalars(select(AppNotification).where(mine, AppNotification.title.startswith("Wrote to us")))
    assert "200,000 dollars" in note.body
    again = office.lead()  # the same person once more: first somebody reads what it wrote
    office.pass_days(1)
    assert len(office.mails_to(ADA)) == 1
    inbox.link(office.services, boss(office), mail.inboundid, again)
    office.work()
    assert len(office.mails_to(ADA)) == 1
    assert office.run_of(again).stage == Stage.HANDED_OVER


def test_a_stranger_who_wrote_once_is_written_to_when_a_lead_comes_of_it(office: Office) -> None:
    office.work()
    writes_unasked(office, ADA.title(), "Here is our catalogue.")
    assert office.post is not None
    one_round(office.services, office.post)
    office.lead()
    office.pass_days(2)
    assert len(office.mails_to(ADA)) == 1


def test_a_mail_linked_before_the_conversation_begins_makes_the_first_mail_wait_for_a_person(office: Office) -> None:
    leadid, inboundid = placed_later(office)
    inbox.link(office.services, boss(office), inboundid, leadid)
    assert office.post is not None
    one_round(office.services, office.post)
    assert "Wrote again: Ada Miller, Northwind Foods" in told(office)
    office.pass_days(2)
    assert office.mails_to(ADA) == []
    assert office.engagement_of(leadid).reason.startswith("The lead wrote before the agent did.")
    conversations.send_held(office.services, boss(office), leadid)
    office.pass_days(1)
    assert len(office.mails_to(ADA)) == 1


def test_what_may_be_of_several_leads_is_shown_to_the_supervisor_once_and_to_no_owner(office: Office) -> None:
    office.work()
    for number, ownerid in enumerate((*office.sellers, office.admin.id)):
        leadid = office.lead(companyname=f"Foods {number}")
        with office.services.database.transaction() as session:
            session.execute(update(Lead).where(Lead.leadid == leadid).values(ownerid=ownerid))
    writes_unasked(office, ADA, "Our budget is 90,000 dollars.")
    assert office.post is not None
    one_round(office.services, office.post)
    with office.services.database.reading() as session:
        (news,) = session.scalars(select(AppNotification)).all()
    assert (news.ownerid, news.title) == (office.supervisor, f"Wrote to us: {ADA}")
    assert (news.link, "90,000 dollars" in news.body) == ("/inbox", True)


def test_what_a_lead_wrote_is_not_told_to_an_owner_who_may_not_read_leads(office: Office) -> None:
    office.work()
    leadid = office.lead()
    with office.services.database.transaction() as session:
        session.execute(update(Lead).where(Lead.leadid == leadid).values(ownerid=office.sellers[0]))
        session.execute(delete(UserRole).where(UserRole.systemuserid == office.sellers[0]))
    writes_unasked(office, ADA, "Our budget is 90,000 dollars.")
    assert office.post is not None
    one_round(office.services, office.post)
    with office.services.database.reading() as session:
        assert session.scalars(select(AppNotification.ownerid)).all() == [office.supervisor]


def test_a_mail_that_waits_in_the_outbox_waits_for_the_inbox_too(office: Office) -> None:
    office.clock.move_to(office.clock() + timedelta(hours=12))
    leadid, twin = office.lead(), office.lead(lastname="Twin", companyname="Southwind Foods")
    office.work()
    assert {m.phase for m in office.outbox() if m.leadid in (leadid, twin)} == {Phase.QUEUED}
    writes_unasked(office, ADA, "We are not interested, we bought elsewhere.")
    office.pass_days(2)
    assert office.mails_to(ADA) == []
    (mail,) = inbox.waiting_mails(office.services, boss(office), "unmatched").rows
    assert {c.leadid for c in mail.candidates} == {leadid, twin}
    office.clock.move_to(office.clock() + timedelta(minutes=1))
    inbox.ignore(office.services, boss(office), mail.inboundid)
    assert {m.dueat for m in office.outbox() if m.leadid in (leadid, twin)} == {office.clock()}
    assert mail.reason.startswith("Several leads have the address")
