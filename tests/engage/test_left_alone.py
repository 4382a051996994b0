"""Whoever asks in another way than by an answer is left alone; what a person ticked, or a bounce, a person lifts."""

from email.message import EmailMessage
from typing import Any

import pytest
from sqlalchemy import select, text, update
from tests.engage.office import ADA, SALES, Office
from tests.engage.test_opt_outs import click
from tests.engage.test_replies import READY

from leadwright.actions import no_mail, outcome
from leadwright.actions.conversations import open_decisions
from leadwright.actions.leads import edit_lead
from leadwright.db.audit import AuditEntry
from leadwright.db.base import new_id
from leadwright.db.columns import add_own_column, attribute
from leadwright.db.mail import Suppression
from leadwright.db.sales import AppNotification, Contact, Lead
from leadwright.domain.attributes import Kind
from leadwright.domain.engagement import Outcome
from leadwright.domain.stage import Stage
from leadwright.domain.suppression import Reason
from leadwright.errors import Conflict, NotFound
from leadwright.identity.access import principal
from leadwright.mail.addresses import hash_address
from leadwright.mail.matching import leads_of
from leadwright.mail.suppression import suppress, why_suppressed
from leadwright.workflows.incoming import is_unplaced

HOME, DESK = "ada@home.example", "desk@northwind.example"
REMOVE = "Please remove me from your list and do not write to me again."


def writes(office: Office, sender: str, words: str) -> None:
    """A mail that answers none of ours."""
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = sender, SALES, "Your robots"
    mail["Message-ID"] = f"<{new_id()}@home.example>"
    mail.set_content(words)
    office.server.deliver(sender, SALES, mail.as_bytes())
    office.work()


def why(office: Office, address: str = ADA) -> str | None:
    with office.services.database.reading() as session:
        return why_suppressed(session, address, "outreach")


def entries(office: Office) -> list[Any]:
    with office.services.database.reading() as session:
        return list(session.execute(select(Suppression.hash, Suppression.reason, Suppression.source)))


def tick(office: Office, leadid: str, value: bool = True) -> None:
    edit_lead(office.services, office.admin, leadid, {"donotemail": value})


def titles(office: Office) -> list[str]:
    with office.services.database.reading() as session:
        return list(session.scalars(select(AppNotification.title)))


def ended(office: Office, leadid: str) -> tuple[str, str | None]:
    run = office.run_of(leadid)
    return run.stage, run.outcome


# -- another address of the lead ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("column", ["emailaddress2", "emailaddress3", "new_home"])
def test_remove_me_from_another_address_is_the_leads(office: Office, column: str) -> None:
    with office.services.database.transaction() as session:
        add_own_column(session, "lead", attribute("new_home", "Home address", Kind.EMAIL))
    leadid = office.lead(**{column: HOME.upper()})
    office.work()
    writes(office, HOME, REMOVE)
    assert ended(office, leadid) == (Stage.DISQUALIFIED, Outcome.OPTED_OUT)
    assert office.row_of(leadid).donotemail
    assert why(office) == why(office, HOME) == "The recipient asked not to be written to."
    office.pass_days(30)
    assert len(office.mails_to(ADA)) == 1


def test_what_else_comes_from_another_address_waits_for_a_person_who_may_say_it_is_the_answer(office: Office) -> None:
    leadid = office.lead(emailaddress2=HOME)
    office.work()
    writes(office, HOME, READY)
    row = office.engagement_of(leadid)
    assert (row.state, row.heard) == ("person", 0), row.reason
    assert "Who wrote this: Ada Miller, Northwind Foods" in titles(office)
    office.pass_days(30)
    assert len(office.mails_to(ADA)) == 1


def test_remove_me_after_the_handover_from_another_address_is_the_leads(office: Office) -> None:
    leadid = office.lead(emailaddress2=HOME)
    office.work()
    office.answer(ADA, READY)
    office.work()
    writes(office, HOME, REMOVE)
    assert office.row_of(leadid).donotemail
    assert why(office)


def test_remove_me_from_another_address_of_a_lead_nobody_has_written_to_is_the_leads(office: Office) -> None:
    leadid = office.lead(emailaddress2=HOME, companyname="", jobtitle="Intern", lw_industry="Farming")
    writes(office, HOME, REMOVE)
    assert why(office)
    assert why(office, HOME)
    assert office.row_of(leadid).donotemail


def test_of_an_address_that_several_leads_have_a_person_says_whose_it_is(office: Office) -> None:
    """Each lead's next mail waits; nobody else's."""
    first = office.lead(emailaddress2=DESK)
    office.lead(emailaddress1="grace@northwind.example", firstname="Grace", emailaddress2=DESK)
    office.work()
    writes(office, DESK, READY)
    assert ended(office, first)[0] == Stage.ENGAGED
    with office.services.database.reading() as session:
        waits = [is_unplaced(session, a) for a in (ADA, "grace@northwind.example", DESK, "jo@other.example")]
    assert waits == [True, True, True, False]
    office.pass_days(5)
    assert len(office.mails_to(ADA)) == 1


def test_the_looks_for_a_sender_use_an_index(office: Office) -> None:
    if office.services.database.engine.dialect.name != "sqlite":
        pytest.skip("The plan of SQLite.")
    with office.services.database.reading() as session:
        query = leads_of(HOME).compile(session.connection(), compile_kwargs={"literal_binds": True})
        plan = [row.detail for row in session.execute(text(f"EXPLAIN QUERY PLAN {query}"))]
    looks = [line for line in plan if " lead " in line]
    assert len(looks) == 3
    assert all("ix_lead_emailaddress" in line for line in looks), plan


# -- by phone ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("when", ["never written to", "in conversation", "handed over"])
def test_who_asks_a_person_is_left_alone_whatever_became_of_the_conversation(office: Office, when: str) -> None:
    leadid = office.lead(emailaddress2=HOME, **({"companyname": ""} if when == "never written to" else {}))
    if when != "never written to":
        office.work()
    if when == "handed over":
        office.answer(ADA, READY)
        office.work()
    with office.services.database.reading() as session:
        seller = principal(session, str(office.row_of(leadid).ownerid)) if when == "handed over" else office.admin
    for _ in range(2):
        no_mail.do_not_write(office.services, seller, leadid)
    assert why(office) == why(office, HOME) == "Somebody decided that this address is not written to."
    assert office.row_of(leadid).donotemail
    if when == "in conversation":
        assert ended(office, leadid) == (Stage.DISQUALIFIED, Outcome.OPTED_OUT)
    with office.services.database.reading() as session:
        said = select(AuditEntry.actorid).where(AuditEntry.action == "lead.opted_out_by_person")
        assert session.scalars(said).all() == [seller.id]
    office.pass_days(10)
    assert len(office.mails_to(ADA)) == (when != "never written to")


def test_what_a_lead_said_by_phone_is_not_lifted_by_taking_off_the_tick(office: Office) -> None:
    leadid = office.lead()
    no_mail.do_not_write(office.services, office.admin, leadid)
    tick(office, leadid, False)
    assert why(office)


def test_a_lead_without_an_address_or_of_somebody_else_cannot_be_left_alone(office: Office) -> None:
    leadid = office.lead(emailaddress1="")
    with pytest.raises(Conflict, match="no email address"):
        no_mail.do_not_write(office.services, office.admin, leadid)
    assert "do-not-write" not in open_decisions(office.admin, office.row_of(leadid), None)
    with office.services.database.reading() as session:
        seller = principal(session, office.sellers[0])
    other = office.lead()
    with pytest.raises(NotFound):
        no_mail.do_not_write(office.services, seller, other)
    assert why(office) is None
    assert "do-not-write" in open_decisions(office.admin, office.row_of(other), None)


# -- the tick ----------------------------------------------------------------------------------------------------------


def test_the_tick_ends_the_conversation_at_once_and_holds_for_the_address(office: Office) -> None:
    leadid = office.lead()
    office.work()
    tick(office, leadid)
    assert ended(office, leadid) == (Stage.CANCELLED, Outcome.TAKEN_BACK)
    assert office.row_of(leadid).ownerid == office.admin.id
    assert why(office)
    office.pass_days(10)
    assert len(office.mails_to(ADA)) == 1
    assert ended(office, leadid) == (Stage.CANCELLED, Outcome.TAKEN_BACK)


def test_taking_the_tick_off_lifts_it_and_nothing_else(office: Office) -> None:
    leadid = office.lead(emailaddress2=HOME)
    with office.services.database.transaction() as session:
        suppress(session, HOME, reason=Reason.OPT_OUT, source="test", clock=office.clock)
    tick(office, leadid)
    tick(office, leadid, False)
    assert why(office) is None
    assert why(office, HOME)
    with office.services.database.reading() as session:
        (lifted,) = session.scalars(select(AuditEntry).where(AuditEntry.action == "suppression.lifted"))
        assert (lifted.recordid, lifted.actorid) == (hash_address(ADA), office.admin.id)


def test_an_opt_out_of_the_recipient_after_the_tick_stays_when_it_is_taken_off(office: Office) -> None:
    leadid = office.lead()
    office.work()
    tick(office, leadid)
    click(office)
    tick(office, leadid, False)
    assert why(office) == "The recipient asked not to be written to."


def test_the_tick_of_another_lead_with_the_address_goes_on(office: Office) -> None:
    leads = [office.lead(lastname=name) for name in ("Miller", "Again")]
    for leadid in leads:
        tick(office, leadid)
    tick(office, leads[0], False)
    assert why(office)
    tick(office, leads[1], False)
    assert why(office) is None
    assert entries(office) == []


def test_a_new_lead_that_is_ticked_holds_for_the_address(office: Office) -> None:
    office.lead(donotemail=True)
    assert why(office)


def test_a_lead_that_a_list_or_dynamics_ticks_leaves_its_conversation(office: Office) -> None:
    leadid = office.lead()
    office.work()
    with office.services.database.transaction() as session:
        session.execute(update(Lead).where(Lead.leadid == leadid).values(donotemail=True))
    office.work()
    assert ended(office, leadid) == (Stage.CANCELLED, Outcome.TAKEN_BACK)
    assert why(office) is None


# -- bounces -----------------------------------------------------------------------------------------------------------


def hard(office: Office, **more: str) -> None:
    office.bounce(ADA, "5.1.1", f"550 5.1.1 <{ADA}>: user unknown", **more)
    office.work()


def test_a_person_lifts_what_a_bounce_suppressed_and_the_same_bounce_does_not_come_back(office: Office) -> None:
    leadid = office.lead()
    office.work()
    hard(office)
    assert why(office) == "Mail to this address came back for good."
    outcome.overrule_email(office.services, office.admin, leadid, valid=True)
    assert why(office) is None
    hard(office)
    assert why(office) is None
    with office.services.database.reading() as session:
        (lifted,) = session.scalars(select(AuditEntry).where(AuditEntry.action == "suppression.lifted"))
        assert (lifted.recordid, lifted.before) == (hash_address(ADA), {"reason": "hard_bounce"})


@pytest.mark.parametrize("reason", [Reason.OPT_OUT, Reason.COMPLAINT, Reason.PERSON])
def test_who_asked_is_not_written_to_whatever_a_person_says_of_the_address(office: Office, reason: Reason) -> None:
    leadid = office.lead()
    with office.services.database.transaction() as session:
        suppress(session, ADA, reason=reason, source="test", clock=office.clock)
    outcome.overrule_email(office.services, office.admin, leadid, valid=True)
    assert why(office)


def test_a_bounce_of_what_was_answered_since_closes_nothing_and_a_later_one_does(office: Office) -> None:
    leadid = office.lead()
    office.work()
    first = str(office.mails_to(ADA)[0]["Message-ID"])
    office.clock.move_to(office.clock().replace(minute=30))
    office.answer(ADA, READY)
    office.work()
    hard(office, messageid=first)
    assert why(office) is None
    assert [t for t in titles(office) if t.startswith("A mail came back that was answered: Ada Miller")]
    assert office.row_of(leadid).lw_emailstate != "invalid"


def test_a_bounce_after_the_end_of_somebody_who_never_wrote_still_closes_the_address(office: Office) -> None:
    leadid = office.lead()
    office.work()
    tick(office, leadid)
    tick(office, leadid, False)
    hard(office)
    assert why(office) == "Mail to this address came back for good."


# -- contacts ----------------------------------------------------------------------------------------------------------


def test_the_contact_of_a_lead_that_asks_allows_no_mail(office: Office) -> None:
    with office.services.database.transaction() as session:
        mine = {"ownerid": office.admin.id, "owningbusinessunit": office.admin.businessunitid}
        contact = Contact(lastname="Miller", fullname="Ada Miller", **mine)
        session.add(contact)
        session.flush()
        contactid = contact.contactid
    leadid = office.lead(parentcontactid=contactid)
    office.work()
    office.answer(ADA, REMOVE)
    office.work()
    assert ended(office, leadid) == (Stage.DISQUALIFIED, Outcome.OPTED_OUT)
    with office.services.database.reading() as session:
        assert session.get_one(Contact, contactid).donotemail
