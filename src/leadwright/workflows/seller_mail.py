"""A person's mail on its way: may it still leave, and who is told when it does not. Writes no mail."""

from datetime import datetime

from sqlalchemy import Select, select
from sqlalchemy.orm import Session, defer

from leadwright.db.mail import Outbox
from leadwright.db.people import SystemUser
from leadwright.db.sales import AppNotification, Email, Lead
from leadwright.domain.mail_phase import Phase
from leadwright.domain.optionsets import LeadState, NotificationIcon
from leadwright.domain.personal_mail import PURPOSE
from leadwright.errors import BadInput, NotAllowed
from leadwright.identity.access import principal, require
from leadwright.mail.addresses import normalise
from leadwright.mail.checks import CONTACT_WANTS_NO_MAIL, contact_wants_no_mail
from leadwright.mail.claim import Refusal, Waiting
from leadwright.mail.outbox import Claimed
from leadwright.mail.suppression import why_hash_suppressed
from leadwright.services import Services
from leadwright.workflows.case import lead_name, notify

_ENDED_OTHERWISE = (Phase.FAILED, Phase.SUPPRESSED, Phase.CANCELLED, Phase.HELD)
GONE = Refusal(Phase.CANCELLED, "The mail was deleted, or its lead.")
"""Of a mail that lost its email activity: nobody can say any more whether it may go out."""
_TAKEN_BACK = "took it back."
_MOST = 100


def seller_may(session: Session, waiting: Waiting, _moment: datetime) -> Refusal | None:
    """A check of the claim: the lead may be written to, and the person may still write to it."""
    if waiting.purpose != PURPOSE:
        return None
    if waiting.emailid is None:
        return GONE
    if (why := why_hash_suppressed(session, waiting.hashes, "outreach")) is not None:
        return Refusal(Phase.SUPPRESSED, why)
    return _refusal(session, waiting.emailid, waiting.recipient)


def seller_still_may(session: Session, claimed: Claimed) -> bool:
    """The same at the point of no return."""
    return _refusal(session, claimed.emailid or "", claimed.letter.recipient) is None


def tell_senders(services: Services) -> int:
    """Tell people whose mail did not leave; each mail once. How many were told. Safe to repeat."""
    with services.database.reading() as session:
        waiting = session.scalars(_untold().limit(_MOST)).all()
    for outboxid in waiting:
        with services.database.transaction() as session:
            _tell(session, outboxid)
    return len(waiting)


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


def _tell(session: Session, outboxid: str) -> None:
    row = session.get_one(Outbox, outboxid, options=[defer(Outbox.raw)])
    email = session.get(Email, row.emailid) if row.emailid else None
    if email is None:
        return
    lead = session.get(Lead, row.leadid) if row.leadid else None
    held = row.phase == Phase.HELD
    title = "Nobody knows whether your mail arrived" if held else "Your mail was not sent"
    notify(
        session,
        email.ownerid,
        f"seller_mail:{outboxid}:{row.phase}",
        f"{title}: {lead_name(lead) if lead else row.recipient}",
        f"{email.subject}. {row.reason}",
        icon=NotificationIcon.FAILURE,
        link=f"/leads/{row.leadid}/thread" if row.leadid else None,
    )
