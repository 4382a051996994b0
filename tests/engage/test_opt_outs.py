"""Who asks not to be written to is not written to by sellers either: the lead says so, and its owner is told."""

from collections.abc import Callable
from email import policy
from urllib.parse import unquote

import pytest
from sqlalchemy import select
from tests.engage.office import ADA, SALES, Office
from tests.engage.test_replies import READY

from leadwright.actions.leads import delete_lead
from leadwright.actions.opt_out import opt_out
from leadwright.db.audit import AuditEntry
from leadwright.db.sales import AppNotification, Lead
from leadwright.domain.engagement import Outcome
from leadwright.domain.stage import Stage
from leadwright.domain.suppression import Reason
from leadwright.mail.suppression import suppress, why_suppressed
from leadwright.mail.unsubscribe import bare_subject


def click(office: Office) -> None:
    link = str(office.mails_to(ADA)[0]["List-Unsubscribe"]).split("<")[1].split(">")[0]
    opt_out(office.services, link.rpartition("/")[2])


def told(office: Office, leadid: str) -> list[str]:
    with office.services.database.reading() as session:
        owner = session.get_one(Lead, leadid).ownerid
        query = select(AppNotification.title).where(AppNotification.ownerid == owner)
        return [title for title in session.scalars(query) if title.startswith("Do not write to")]


@pytest.fixture
def leadid(office: Office) -> str:
    """A lead that a seller got from the agent."""
    made = office.lead()
    office.work()
    office.answer(ADA, READY)
    office.work()
    assert office.row_of(made).ownerid in office.sellers
    assert not office.row_of(made).donotemail
    return made


@pytest.mark.parametrize("how", ["click", "mail", "click after a bounce"])
def test_whoever_asks_after_the_handover_is_left_alone_by_the_seller_too(office: Office, leadid: str, how: str) -> None:
    other = office.lead(emailaddress1="grace@northwind.example", firstname="Grace")
    office.work()
    if how == "click after a bounce":
        with office.services.database.transaction() as session:
            suppress(session, ADA, reason=Reason.HARD_BOUNCE, source="test", clock=office.clock)
    for _ in range(2):
        if how == "mail":
            office.answer(ADA, "Please remove me from your list and do not write to me again.")
            office.work()
        else:
            click(office)
    assert office.row_of(leadid).donotemail
    assert len(told(office, leadid)) == 1
    assert not office.row_of(other).donotemail
    with office.services.database.reading() as session:
        (entry,) = session.scalars(select(AuditEntry).where(AuditEntry.action == "lead.emails_forbidden"))
        assert (entry.recordid, entry.actorkind, entry.after) == (leadid, "system", {"donotemail": True})


def test_a_bounce_alone_forbids_no_mail(office: Office, leadid: str) -> None:
    office.bounce(ADA, "5.1.1", "550 5.1.1 <ada@northwind.example>: user unknown")
    office.work()
    assert not office.row_of(leadid).donotemail


def test_whoever_asks_and_threatens_is_handed_over_as_one_who_is_not_written_to(office: Office) -> None:
    leadid = office.lead()
    office.work()
    office.answer(ADA, "Remove me from your list. Our lawyers will take legal action if you contact us again.")
    office.work()
    run = office.run_of(leadid)
    assert (run.stage, run.outcome) == (Stage.HANDED_OVER, Outcome.ESCALATED)
    assert office.row_of(leadid).donotemail


def test_an_opt_out_during_the_conversation_still_ends_it_as_one(office: Office) -> None:
    leadid = office.lead()
    office.work()
    click(office)
    assert not office.row_of(leadid).donotemail, "left to the conversation"
    office.work()
    run = office.run_of(leadid)
    assert (run.stage, run.outcome) == (Stage.DISQUALIFIED, Outcome.OPTED_OUT)
    assert office.row_of(leadid).donotemail


def leave_by_mail(office: Office, sender: str, subject: str) -> None:
    """As a mail program does it for its user: a mail of its own, that answers none."""
    none = {"In_Reply_To": "<x@mail.example>", "References": "<x@mail.example>"}
    office.answer(sender, "", to=office.mails_to(ADA)[0], Subject=subject, **none)
    office.work()


def subject_to_leave(office: Office) -> str:
    mail = office.mails_to(ADA)[0]
    assert max(len(line) for line in mail.as_bytes(policy=policy.SMTP.clone(max_line_length=0)).splitlines()) <= 998
    address, _, asked = str(mail["List-Unsubscribe"]).rpartition("<mailto:")[2].rstrip(">").partition("?subject=")
    assert address == SALES
    return unquote(asked)


@pytest.mark.parametrize("folded", [False, True])
def test_who_leaves_by_mail_from_an_alias_is_not_written_to_at_the_address_we_know(
    office: Office, folded: bool
) -> None:
    leadid = office.lead()
    office.work()
    subject = subject_to_leave(office)
    if folded:  # a mail system that breaks a long word leaves a blank in it
        subject = f"{subject[:90]} {subject[90:]}"
    leave_by_mail(office, "a.miller@home.example", subject)
    run = office.run_of(leadid)
    assert (run.stage, run.outcome) == (Stage.DISQUALIFIED, Outcome.OPTED_OUT)
    assert office.row_of(leadid).donotemail
    (heard,) = [e for e in office.thread_of(leadid) if not e.directioncode]
    assert heard.subject == "unsubscribe"
    with office.services.database.reading() as session:
        assert why_suppressed(session, ADA, "outreach")
        assert why_suppressed(session, "a.miller@home.example", "outreach")


@pytest.mark.parametrize(
    "changed",
    [
        "[EXTERNAL] {}",
        "Re: {}",
        "{} - EXTERNAL",
        "Fwd: [Spam?] {}",
        lambda subject: subject.replace(" ", "%20"),
        lambda subject: subject.replace(" ", "+"),
    ],
)
def test_a_subject_to_leave_that_was_marked_on_its_way_counts(
    office: Office, changed: str | Callable[[str], str]
) -> None:
    leadid = office.lead()
    office.work()
    subject = subject_to_leave(office)
    subject = changed.format(subject) if isinstance(changed, str) else changed(subject)
    leave_by_mail(office, "a.miller@home.example", subject)
    run = office.run_of(leadid)
    assert (run.stage, run.outcome) == (Stage.DISQUALIFIED, Outcome.OPTED_OUT)
    with office.services.database.reading() as session:
        assert why_suppressed(session, ADA, "outreach")


@pytest.mark.parametrize("cut", ["{}\u2026", "{}..."])
def test_a_subject_to_leave_that_was_cut_counts_for_whoever_sent_it(office: Office, leadid: str, cut: str) -> None:
    leave_by_mail(office, ADA, cut.format(subject_to_leave(office)[:60]))
    with office.services.database.reading() as session:
        assert why_suppressed(session, ADA, "outreach")


def test_who_writes_under_an_answer_to_it_asks_for_what_the_words_say(office: Office, leadid: str) -> None:
    said = "Sorry, I pressed that by mistake. Could you send me the quote for 20 seats?"
    office.answer(ADA, said, Subject=f"Re: {subject_to_leave(office)}")
    office.work()
    with office.services.database.reading() as session:
        assert why_suppressed(session, ADA, "outreach") is None
        titles = session.scalars(select(AppNotification.title))
        assert any(title.startswith("Wrote again") for title in titles)


def test_a_subject_that_only_speaks_of_unsubscribing_is_none_to_leave() -> None:
    assert bare_subject("Question on unsubscribe v1.0 endpoint of your API").startswith("Question")


def test_a_subject_to_leave_counts_in_what_a_machine_sends(office: Office, leadid: str) -> None:
    none = {"In_Reply_To": "<x@mail.example>", "References": "<x@mail.example>"}
    subject = subject_to_leave(office)
    office.answer("leave@mail.example", "", to=office.mails_to(ADA)[0], Subject=subject,
                  Auto_Submitted="auto-replied", **none)  # fmt: skip
    office.work()
    with office.services.database.reading() as session:
        assert why_suppressed(session, ADA, "outreach")


def test_who_leaves_by_mail_is_left_alone_when_the_lead_is_gone(office: Office, leadid: str) -> None:
    subject = subject_to_leave(office)
    delete_lead(office.services, office.admin, leadid)
    leave_by_mail(office, "a.miller@home.example", subject)
    with office.services.database.reading() as session:
        assert why_suppressed(session, ADA, "outreach")


def test_a_link_to_leave_by_mail_that_was_changed_silences_its_sender_alone(office: Office, leadid: str) -> None:
    leave_by_mail(office, "a.miller@home.example", f"{subject_to_leave(office)}A")
    with office.services.database.reading() as session:
        assert not why_suppressed(session, ADA, "outreach")
        assert why_suppressed(session, "a.miller@home.example", "outreach")
