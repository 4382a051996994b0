"""What comes in somebody's name moves nothing by itself: threats and absences that the lead may not have written."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import select
from tests.engage.office import ADA, Office

from leadwright.db.mail import Mailbox
from leadwright.db.sales import AppNotification
from leadwright.domain.engagement import Outcome, State
from leadwright.domain.stage import Stage
from leadwright.mail.suppression import why_suppressed

THREAT = "Our lawyers will sue you for this."
FAILS = "mx.seller.example; dmarc=fail header.from=northwind.example"
UNPROVEN = {"In_Reply_To": "<x@northwind.example>", "References": "<x@northwind.example>"}
"""As who never had a mail of ours writes."""
AWAY = {"Auto_Submitted": "auto-replied", "Subject": "Out of office"}


@pytest.fixture
def checked(office: Office) -> Office:
    """Its own server tells whether senders are who they say."""
    with office.services.database.transaction() as session:
        session.scalars(select(Mailbox)).one().lw_authservid = "mx.seller.example"
    return office


def told(office: Office) -> list[str]:
    with office.services.database.reading() as session:
        titles = session.scalars(select(AppNotification.title).where(AppNotification.ownerid == office.supervisor))
        return [title for title in titles if title.startswith("Who wrote this")]


def test_a_forged_threat_is_shown_and_moves_nothing(checked: Office, leadid: str) -> None:
    before = checked.row_of(leadid).ownerid
    checked.answer(ADA, THREAT, Authentication_Results=FAILS, **UNPROVEN)
    checked.work()
    assert (checked.run_of(leadid).stage, checked.engagement_of(leadid).state) == (Stage.ENGAGED, State.DUE)
    assert checked.row_of(leadid).ownerid == before
    assert len(told(checked)) == 1


def test_after_a_threat_that_answers_our_mail_nothing_goes_out_though_its_sender_is_in_doubt(
    checked: Office, leadid: str
) -> None:
    before = checked.row_of(leadid).ownerid
    checked.answer(ADA, THREAT, Authentication_Results=FAILS)
    checked.pass_days(20)
    assert (checked.run_of(leadid).stage, checked.engagement_of(leadid).state) == (Stage.ENGAGED, State.PERSON)
    assert checked.row_of(leadid).ownerid == before
    assert (len(checked.mails_to(ADA)), len(told(checked))) == (1, 1)


def test_a_threat_from_another_address_waits_for_a_person_and_nothing_goes_out(office: Office, leadid: str) -> None:
    before = office.row_of(leadid).ownerid
    office.answer("mallory@evil.example", THREAT, to=office.mails_to(ADA)[0])
    office.pass_days(20)
    assert (office.run_of(leadid).stage, office.engagement_of(leadid).state) == (Stage.ENGAGED, State.PERSON)
    assert office.row_of(leadid).ownerid == before
    assert len(office.mails_to(ADA)) == 1
    assert len(told(office)) == 1


def test_remove_me_counts_in_a_threat_of_anybody_and_the_supervisor_reads_of_it(checked: Office, leadid: str) -> None:
    checked.answer(ADA, f"{THREAT} Remove me from your list.", Authentication_Results=FAILS)
    checked.work()
    run = checked.run_of(leadid)
    assert (run.stage, run.outcome) == (Stage.DISQUALIFIED, Outcome.OPTED_OUT)
    assert checked.row_of(leadid).ownerid != checked.supervisor
    with checked.services.database.reading() as session:
        assert why_suppressed(session, ADA, "outreach")
        bodies = session.scalars(select(AppNotification.body).where(AppNotification.ownerid == checked.supervisor))
        assert any("legal threat" in body for body in bodies)


def test_a_forged_absence_silences_nobody(checked: Office, leadid: str) -> None:
    said = "I am out of the office until 20 December 2026."
    checked.answer(ADA, said, Authentication_Results=FAILS, **AWAY, **UNPROVEN)
    checked.pass_days(5)
    assert len(checked.mails_to(ADA)) == 2
    assert not told(checked)


def test_an_absence_that_answers_our_mail_counts_though_nothing_shows_its_sender(checked: Office, leadid: str) -> None:
    checked.answer(ADA, "I am out of the office until 20 March 2026.", Authentication_Results=FAILS, **AWAY)
    checked.pass_days(16)
    assert len(checked.mails_to(ADA)) == 1
    checked.pass_days(7)
    assert len(checked.mails_to(ADA)) == 2


@pytest.mark.parametrize("sender", [ADA, "ada.miller@northwind.example"])
def test_an_absence_of_whom_nobody_checks_is_believed_and_asks_no_person(
    checked: Office, leadid: str, sender: str
) -> None:
    parent = checked.mails_to(ADA)[0]
    checked.answer(sender, "I am out of the office until 20 March 2026.", to=parent, **AWAY)
    checked.pass_days(16)
    assert len(checked.mails_to(ADA)) == 1
    checked.pass_days(7)
    assert checked.mails_to(ADA)[1]["Date"].datetime > datetime(2026, 3, 21, tzinfo=UTC)
    assert not told(checked)
