"""A seller writes to a lead: once, checked when it leaves, at once or later, taken back, seen in the thread."""

from datetime import timedelta

import pytest
from sqlalchemy import delete, select, update
from tests.desks.handed_over import hand_over, person
from tests.engage.office import ADA, SALES, Office

from leadwright.actions import outcome, seller_mail
from leadwright.actions.leads import delete_lead
from leadwright.actions.seller_mail import Wanted
from leadwright.db.base import new_id
from leadwright.db.mail import Mailbox, Outbox
from leadwright.db.mirror import MirrorRow
from leadwright.db.pages.lead_research import draft
from leadwright.db.pages.seller_mail import senders
from leadwright.db.pages.thread_story import OurMail, read_thread
from leadwright.db.sales import AppNotification, Email, Lead
from leadwright.domain.mail_phase import Phase
from leadwright.domain.suppression import Reason
from leadwright.errors import Conflict, Doubt, NotAllowed, NotFound
from leadwright.mail.suppression import suppress


def _wanted(office: Office, who: str, **more: object) -> Wanted:
    with office.services.database.reading() as session:
        mailboxid = senders(session, who)[0].mailboxid
    values: dict[str, object] = {
        "emailid": new_id(), "subject": "Your robots", "body": "Hello Ada,\n\nshall we talk on Thursday?",
        "mailboxid": mailboxid,
    }  # fmt: skip
    return Wanted(**{**values, **more})  # type: ignore[arg-type]


def test_a_seller_sends_from_the_shared_mailbox_and_the_mail_stands_in_the_thread_as_theirs(office: Office) -> None:
    leadid, seller = hand_over(office)
    before = len(office.mails_to(ADA))
    done = seller_mail.send_mail(office.services, seller, leadid, _wanted(office, seller.id, anyway=True))
    assert done.new
    office.work()
    mail = office.mails_to(ADA)[-1]
    assert len(office.mails_to(ADA)) == before + 1
    assert seller.name in str(mail["From"])
    assert SALES in str(mail["From"])
    assert mail["Auto-Submitted"] is None
    assert mail["List-Unsubscribe"]
    with office.services.database.reading() as session:
        ours = [i for i in read_thread(session, leadid).items if isinstance(i, OurMail) and i.writer]
    assert [(m.writer, m.subject, m.phase) for m in ours] == [(seller.name, "Your robots", Phase.SENT)]


def test_sending_twice_or_loading_again_sends_once(office: Office) -> None:
    leadid, seller = hand_over(office)
    wanted = _wanted(office, seller.id, anyway=True)
    first = seller_mail.send_mail(office.services, seller, leadid, wanted)
    again = seller_mail.send_mail(office.services, seller, leadid, wanted)
    assert (again.outboxid, again.new) == (first.outboxid, False)
    before = len(office.mails_to(ADA))
    office.work()
    assert seller_mail.send_mail(office.services, seller, leadid, wanted).new is False
    office.work()
    assert len(office.mails_to(ADA)) == before + 1


def test_an_answer_of_the_same_subject_stands_in_their_thread(office: Office) -> None:
    leadid, seller = hand_over(office)
    theirs = next(e for e in office.thread_of(leadid) if not e.directioncode)
    wanted = _wanted(office, seller.id, subject=theirs.subject, anyway=True)
    seller_mail.send_mail(office.services, seller, leadid, wanted)
    office.work()
    mail = office.mails_to(ADA)[-1]
    assert str(mail["In-Reply-To"]) == theirs.messageid
    assert str(mail["References"]).split() == [office.mails_to(ADA)[0]["Message-ID"], theirs.messageid]


def test_a_scheduled_mail_waits_for_its_moment_and_can_be_taken_back(office: Office) -> None:
    leadid, seller = hand_over(office)
    due = office.clock() + timedelta(days=2)
    wanted = _wanted(office, seller.id, due=due, anyway=True)
    seller_mail.send_mail(office.services, seller, leadid, wanted)
    before = len(office.mails_to(ADA))
    office.pass_days(1)
    assert len(office.mails_to(ADA)) == before
    draft = seller_mail.cancel_mail(office.services, seller, leadid, wanted.emailid)
    office.pass_days(3)
    assert len(office.mails_to(ADA)) == before
    with office.services.database.reading() as session:
        kept = session.get_one(Email, draft)
        assert (kept.subject, kept.statuscode) == ("Your robots", 1)
    with pytest.raises(Conflict, match="taken back"):
        seller_mail.send_mail(office.services, seller, leadid, wanted)
    seller_mail.send_mail(office.services, seller, leadid, _wanted(office, seller.id, emailid=draft, anyway=True))
    office.work()
    assert len(office.mails_to(ADA)) == before + 1
    with pytest.raises(Conflict, match="left"):
        seller_mail.cancel_mail(office.services, seller, leadid, draft)


def test_hours_and_a_mail_within_a_day_are_said_first_and_the_person_decides(office: Office) -> None:
    leadid, seller = hand_over(office)
    seller_mail.send_mail(office.services, seller, leadid, _wanted(office, seller.id, anyway=True))
    night = office.clock().replace(hour=8) + timedelta(days=1)
    with pytest.raises(Doubt) as doubt:
        seller_mail.send_mail(office.services, seller, leadid, _wanted(office, seller.id, due=night))
    assert any("hours" in said for said in doubt.value.doubts)
    assert any("within a day" in said for said in doubt.value.doubts)
    assert seller_mail.send_mail(
        office.services, seller, leadid, _wanted(office, seller.id, due=night, anyway=True)
    ).new


def test_nobody_who_opted_out_is_written_to_not_even_when_it_comes_while_the_mail_waits(office: Office) -> None:
    leadid, seller = hand_over(office)
    later = _wanted(office, seller.id, due=office.clock() + timedelta(hours=3), anyway=True)
    seller_mail.send_mail(office.services, seller, leadid, later)
    before = len(office.mails_to(ADA))
    with office.services.database.transaction() as session:
        suppress(session, ADA, reason=Reason.OPT_OUT, source="one_click", clock=office.clock, scope="outreach")
    with pytest.raises(Conflict, match="asked not to be written to"):
        seller_mail.send_mail(office.services, seller, leadid, _wanted(office, seller.id, anyway=True))
    office.pass_days(1)
    assert len(office.mails_to(ADA)) == before
    with office.services.database.reading() as session:
        told = session.scalars(select(AppNotification).where(AppNotification.ownerid == seller.id)).all()
    assert any("Your mail was not sent" in n.title and "asked not to" in n.body for n in told)


def test_a_mail_of_somebody_who_has_the_lead_no_more_is_cancelled(office: Office) -> None:
    leadid, seller = hand_over(office)
    later = _wanted(office, seller.id, due=office.clock() + timedelta(hours=3), anyway=True)
    done = seller_mail.send_mail(office.services, seller, leadid, later)
    outcome.return_lead(office.services, seller, leadid, "Not my region.")
    office.pass_days(1)
    with office.services.database.reading() as session:
        row = session.get_one(Outbox, done.outboxid)
    assert row.phase == Phase.CANCELLED
    assert "another owner" in row.reason


def test_while_the_agent_talks_to_the_lead_a_person_takes_over_first(office: Office) -> None:
    leadid = office.lead()
    office.work()
    with pytest.raises(Conflict, match="Take the conversation over first"):
        seller_mail.send_mail(office.services, office.admin, leadid, _wanted(office, office.admin.id, anyway=True))


def test_only_a_lead_of_ones_own_is_written_to(office: Office) -> None:
    leadid, seller = hand_over(office)
    other = person(office, next(s for s in office.sellers if s != seller.id))
    with pytest.raises((NotAllowed, NotFound)):
        seller_mail.send_mail(office.services, other, leadid, _wanted(office, other.id, anyway=True))


def test_without_any_mailbox_the_person_is_told_what_else_works(office: Office) -> None:
    leadid, seller = hand_over(office)
    wanted = _wanted(office, seller.id, anyway=True)
    with office.services.database.transaction() as session:
        session.execute(update(Mailbox).values(emailrouteraccessapproval=2))
    with pytest.raises(Conflict, match="mail program"):
        seller_mail.send_mail(office.services, seller, leadid, wanted)


def test_the_sellers_own_mailbox_sends_as_them_and_is_never_read(office: Office) -> None:
    leadid, seller = hand_over(office)
    office.server.add_account("mira@seller.example", "own password", files_sent=True)
    from leadwright.identity.secrets import open_vault
    from leadwright.mail.records import seal_secret

    with office.services.database.transaction() as session:
        shared = session.scalars(select(Mailbox)).one()
        own = Mailbox(
            name="", emailaddress="mira@seller.example", username="mira@seller.example", regardingobjectid=seller.id,
            emailrouteraccessapproval=1, lw_smtphost=shared.lw_smtphost, lw_smtpport=shared.lw_smtpport,
            lw_smtpsecurity="none", lw_imaphost=shared.lw_imaphost, lw_imapport=shared.lw_imapport,
            lw_imapsecurity="none",
        )  # fmt: skip
        session.add(own)
        session.flush()
        seal_secret(own, open_vault(office.services.settings), "own password")
    office.server.deliver("", "mira@seller.example", b"From: x@y.example\r\nSubject: private\r\n\r\nhello\r\n")
    seller_mail.send_mail(office.services, seller, leadid, _wanted(office, seller.id, anyway=True))
    office.work()
    assert str(office.mails_to(ADA)[-1]["From"]) == f"{seller.name} <mira@seller.example>"
    with office.services.database.reading() as session:
        from leadwright.db.mail import InboundMessage

        assert all(b"private" not in row.raw for row in session.scalars(select(InboundMessage)))
        assert session.get_one(Lead, leadid).ownerid == seller.id


def test_a_scheduled_mail_to_a_lead_that_was_deleted_does_not_leave(office: Office) -> None:
    leadid, seller = hand_over(office)
    later = _wanted(office, seller.id, due=office.clock() + timedelta(days=2), anyway=True)
    done = seller_mail.send_mail(office.services, seller, leadid, later)
    before = len(office.mails_to(ADA))
    delete_lead(office.services, office.admin, leadid)
    office.pass_days(3)
    assert len(office.mails_to(ADA)) == before
    with office.services.database.reading() as session:
        row = session.get_one(Outbox, done.outboxid)
    assert (row.phase, row.reason) == (Phase.CANCELLED, "The lead was deleted.")


def test_a_scheduled_mail_that_was_deleted_in_dynamics_does_not_leave(office: Office) -> None:
    leadid, seller = hand_over(office)
    later = _wanted(office, seller.id, due=office.clock() + timedelta(hours=3), anyway=True)
    done = seller_mail.send_mail(office.services, seller, leadid, later)
    before = len(office.mails_to(ADA))
    with office.services.database.transaction() as session:
        session.execute(delete(Email).where(Email.activityid == later.emailid))
    office.pass_days(1)
    assert len(office.mails_to(ADA)) == before
    with office.services.database.reading() as session:
        row = session.get_one(Outbox, done.outboxid)
    assert row.phase == Phase.CANCELLED
    assert "deleted" in row.reason


def _begun_in_dynamics(office: Office, leadid: str, ownerid: str) -> str:
    """A draft that the mirror brought, as it stores one."""
    with office.services.database.transaction() as session:
        unit = session.get_one(Lead, leadid).owningbusinessunit
        email = Email(regardingobjectid=leadid, subject="Half done", description="Not yet", ownerid=ownerid,
                      owningbusinessunit=unit, createdon=office.clock(), modifiedon=office.clock())  # fmt: skip
        session.add(email)
        session.flush()
        session.add(MirrorRow(tablename="email", recordid=email.activityid, etag='W/"1"', seen="{}"))
        return email.activityid


def test_a_draft_begun_in_dynamics_is_neither_shown_nor_sent_nor_saved_over(office: Office) -> None:
    leadid, seller = hand_over(office)
    emailid = _begun_in_dynamics(office, leadid, seller.id)
    with office.services.database.reading() as session:
        shown = draft(session, leadid, office.run_of(leadid).runid, seller.id)
    assert shown is None or shown.activityid != emailid
    with pytest.raises(Conflict, match="finished and sent there"):
        seller_mail.send_mail(office.services, seller, leadid, _wanted(office, seller.id, emailid=emailid, anyway=True))
    with pytest.raises(Conflict, match="finished and sent there"):
        outcome.save_draft(office.services, seller, leadid, subject="Mine", body="Mine", emailid=emailid)
    saved = outcome.save_draft(office.services, seller, leadid, subject="Mine", body="Mine")
    with office.services.database.reading() as session:
        assert saved != emailid
        assert session.get_one(Email, emailid).description == "Not yet"


def test_what_a_colleague_began_is_shown_to_and_sent_by_nobody_else(office: Office) -> None:
    leadid, seller = hand_over(office)
    boss = person(office, office.supervisor)
    begun = outcome.save_draft(office.services, boss, leadid, subject="My own", body="Not yet", emailid=new_id())
    runid = office.run_of(leadid).runid
    with office.services.database.reading() as session:
        theirs, own = draft(session, leadid, runid, seller.id), draft(session, leadid, runid, boss.id)
    assert theirs is None or theirs.activityid != begun
    assert own.activityid == begun
    with pytest.raises(NotAllowed, match="prvWriteActivity"):
        seller_mail.send_mail(office.services, seller, leadid, _wanted(office, seller.id, emailid=begun, anyway=True))
