"""A person's mail on its way: may it still leave, and who is told when it does not. Writes no mail."""

from datetime import datetime, timedelta

from sqlalchemy import Select, select
from sqlalchemy.orm import Session, defer

from leadwright.db import audit, changes
from leadwright.db.agent import LeadRun
from leadwright.db.mail import Outbox
from leadwright.db.people import SystemUser
from leadwright.db.sales import AppNotification, Email, Lead
from leadwright.domain.mail_phase import Phase
from leadwright.domain.optionsets import LeadState, NotificationIcon
from leadwright.domain.personal_mail import PURPOSE
from leadwright.errors import BadInput, NotAllowed
from leadwright.identity.access import principal, require
from leadwright.identity.announcements import administrators
from leadwright.mail.addresses import normalise
from leadwright.mail.backlog import has_waited
from leadwright.mail.checks import CONTACT_WANTS_NO_MAIL, contact_wants_no_mail
from leadwright.mail.claim import Refusal, Waiting
from leadwright.mail.outbox import Claimed
from leadwright.mail.suppression import why_hash_suppressed
from leadwright.services import Services
from leadwright.workflows.case import lead_name, notify
from leadwright.workflows.incoming import is_there, is_unread, supervisor_of, who_reads

_ENDED_OTHERWISE = (Phase.FAILED, Phase.SUPPRESSED, Phase.CANCELLED, Phase.HELD)
GONE = Refusal(Phase.CANCELLED, "The mail was deleted, or its lead.")
"""Of a mail that lost its email activity: nobody can say any more whether it may go out."""
_TAKEN_BACK = "took it back."
_MOST = 100
_READING = timedelta(seconds=30)
_GO_ON = "Correct the lead's address, or say on its page that it is valid; then write again."


def seller_may(session: Session, waiting: Waiting, moment: datetime) -> Refusal | None:
    """A check of the claim: the lead may be written to, and the person may still write to it.

    One that has waited, as for Monday, waits on until what came in meanwhile is read.
    """
    if waiting.purpose != PURPOSE:
        return None
    if waiting.emailid is None:
        return GONE
    if (why := why_hash_suppressed(session, waiting.hashes, "outreach")) is not None:
        return Refusal(Phase.SUPPRESSED, why)
    if (refusal := _refusal(session, waiting.emailid, waiting.recipient)) is not None:
        return refusal
    if (
        waiting.leadid is not None
        and has_waited(session, waiting.outboxid, moment)
        and is_unread(session, waiting.leadid, waiting.mailboxid)
    ):
        return Refusal(Phase.QUEUED, "A mail that came in is read first.", moment + _READING)
    return None


def seller_still_may(session: Session, claimed: Claimed) -> bool:
    """The same at the point of no return."""
    return _refusal(session, claimed.emailid or "", claimed.letter.recipient) is None


def tell_senders(services: Services) -> int:
    """Tell people whose mail did not leave; each mail once. How many were told. Safe to repeat."""
    with services.database.reading() as session:
        waiting = session.scalars(_untold().limit(_MOST)).all()
    told = 0
    for outboxid in waiting:
        with services.database.transaction() as session:
            told += _tell(session, outboxid)
    return told


def came_back(session: Session, row: Outbox, said: str, *, hard: bool, moment: datetime) -> None:
    """A person's mail was returned: its writer is told, and the lead's address takes no mail where that was said.

    Args:
        row: locked by its recipient; it counts as returned from now on.
        said: what the other server said.
    """
    row.bouncedon = moment
    email = session.get(Email, row.emailid) if row.emailid else None
    lead = session.get(Lead, row.leadid, with_for_update=True, populate_existing=True) if row.leadid else None
    todo = _GO_ON if hard else "It was refused for now and is not sent again by itself: write again later."
    if email is not None:
        key = f"seller_mail:{row.outboxid}:returned"
        _tell_writer(session, email, lead, row, key, "Your mail came back", f"{email.subject}. {todo} {said}".strip())
    if hard and lead is not None and _same(lead, row.recipient) and lead.lw_emailstate != "invalid":
        before, after = {"lw_emailstate": lead.lw_emailstate}, {"lw_emailstate": "invalid"}
        lead.lw_emailstate, lead.modifiedon, lead.modifiedby = "invalid", moment, None
        lead.versionnumber += 1
        changes.record(session, lead.leadid, "changed", before)
        why = "A person's mail to it came back."
        audit.record(
            session, audit.SYSTEM, "lead.email_invalid", "lead", lead.leadid, before=before, after=after, cause=why
        )


def _refusal(session: Session, emailid: str, recipient: str) -> Refusal | None:
    found = session.execute(
        select(Lead, Email.ownerid.label("writer"))
        .join(Email, Email.regardingobjectid == Lead.leadid)
        .where(Email.activityid == emailid)
        .with_for_update(read=True, of=Lead)
    ).first()
    if found is None:
        return Refusal(Phase.CANCELLED, "The lead was deleted.")
    lead = found.Lead
    if lead.donotemail:
        return Refusal(Phase.SUPPRESSED, "The lead says that no email is wanted.")
    if contact_wants_no_mail(session, lead.parentcontactid):
        return Refusal(Phase.SUPPRESSED, CONTACT_WANTS_NO_MAIL)
    if lead.statecode == LeadState.DISQUALIFIED:
        return Refusal(Phase.CANCELLED, "The lead was disqualified meanwhile.")
    if not _same(lead, recipient):
        return Refusal(Phase.CANCELLED, "The lead has another email address now.")
    try:
        require(principal(session, found.writer), "prvWriteLead", lead)
    except NotAllowed:
        return Refusal(Phase.CANCELLED, "Whoever wrote it may not write to this lead any more: it has another owner.")
    return None


def _same(lead: Lead, recipient: str) -> bool:
    try:
        return bool(lead.emailaddress1) and normalise(str(lead.emailaddress1)) == normalise(recipient)
    except BadInput:
        return False


def _untold() -> Select[str]:
    key = "seller_mail:" + Outbox.outboxid + ":" + Outbox.phase
    told = select(AppNotification.lw_key).where(AppNotification.lw_key == key).exists()
    return select(Outbox.outboxid).where(
        Outbox.purpose == PURPOSE,
        Outbox.phase.in_(_ENDED_OTHERWISE),
        Outbox.reason.not_like(f"% {_TAKEN_BACK}"),
        ~told,
        Outbox.emailid.in_(select(Email.activityid).join(SystemUser, SystemUser.systemuserid == Email.ownerid)),
    )


def _tell(session: Session, outboxid: str) -> bool:
    row = session.get_one(Outbox, outboxid, options=[defer(Outbox.raw)])
    email = session.get(Email, row.emailid) if row.emailid else None
    if email is None:
        return False
    lead = session.get(Lead, row.leadid) if row.leadid else None
    held = row.phase == Phase.HELD
    title = "Nobody knows whether your mail arrived" if held else "Your mail was not sent"
    key = f"seller_mail:{outboxid}:{row.phase}"
    return _tell_writer(session, email, lead, row, key, title, f"{email.subject}. {row.reason}")


def _tell_writer(
    session: Session, email: Email, lead: Lead | None, row: Outbox, key: str, title: str, body: str
) -> bool:
    """Whoever wrote it; do they work here no more, whoever has the lead or supervises, else the administrators."""
    people = [email.ownerid] if email.ownerid and is_there(session, email.ownerid) else []
    if not people:
        other = who_reads(session, lead, lead.ownerid, _supervisor(session, lead)) if lead is not None else None
        people = [other] if other else administrators(session)
        writer = session.get(SystemUser, email.ownerid) if email.ownerid else None
        title = title.replace("your mail", "a mail").replace("Your mail", "A mail")
        body = f"{writer.fullname if writer else 'Somebody'} wrote it and works here no more. {body}"
    for number, person in enumerate(people):
        notify(
            session,
            person,
            f"{key}:{person}" if number else key,  # the first one says that it was told
            f"{title}: {lead_name(lead) if lead else row.recipient}",
            body,
            icon=NotificationIcon.FAILURE,
            link=f"/leads/{row.leadid}/thread" if row.leadid else None,
        )
    return bool(people)


def _supervisor(session: Session, lead: Lead) -> str | None:
    run = select(LeadRun.runid).where(LeadRun.leadid == lead.leadid).order_by(LeadRun.number.desc()).limit(1)
    return supervisor_of(session, session.scalar(run))
