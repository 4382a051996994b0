"""Who asks not to be written to is not written to by sellers either: the lead says so, and its owner is told."""

import pytest
from sqlalchemy import select
from tests.engage.office import ADA, Office
from tests.engage.test_replies import READY

from leadwright.actions.opt_out import opt_out
from leadwright.db.audit import AuditEntry
from leadwright.db.sales import AppNotification, Lead
from leadwright.domain.engagement import Outcome
from leadwright.domain.stage import Stage
from leadwright.domain.suppression import Reason
from leadwright.mail.suppression import suppress


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
