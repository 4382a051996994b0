"""One conversation as people read it: where it stands, every mail in order, what was done beside. Only reads."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, exists, func, or_, select
from sqlalchemy.orm import Session, aliased

from leadwright.db.agent import Agent, LeadRun
from leadwright.db.audit import AuditEntry
from leadwright.db.engagement import Engagement
from leadwright.db.mail import InboundMessage, Mailbox, Outbox, Suppression
from leadwright.db.people import SystemUser
from leadwright.db.sales import Email
from leadwright.domain.engagement import State
from leadwright.domain.optionsets import EmailStatus
from leadwright.domain.personal_mail import PURPOSE

MOST_MAILS = 200  # of one lead; the newest
MOST_STEPS = 60
PEOPLES_STEPS = (
    "lead.conversation_released",
    "lead.conversation_vouched",
    "lead.conversation_resumed",
    "lead.conversation_paused",
    "lead.opted_out_by_person",
    "lead.referral_created",
    "lead.mail_linked",
    "lead.handed_over",
    "lead.disqualified",
    "lead.reopened",
    "lead.reassigned",
    "lead.returned_by_seller",
    "lead.qualified",
    "lead.email_overruled",
)
Rows = Sequence[Any]


def newest(session: Session, leadid: str) -> Any:
    """The newest conversation with its run, agent, mailbox and new owner; None when there never was one."""
    query = (
        select(
            *Engagement.__table__.columns,
            LeadRun.number,
            LeadRun.stage,
            LeadRun.outcome,
            LeadRun.reasons,
            LeadRun.findings,
            Agent.name.label("agent"),
            Agent.state.label("agentstate"),
            Mailbox.emailaddress.label("mailbox"),
            SystemUser.fullname.label("recipient"),
        )
        .join(LeadRun, LeadRun.runid == Engagement.runid)
        .join(Agent, Agent.agentid == Engagement.agentid)
        .join(Mailbox, Mailbox.mailboxid == Engagement.mailboxid)
        .outerjoin(SystemUser, SystemUser.systemuserid == LeadRun.ownerid)
        .where(Engagement.leadid == leadid)
    )
    return session.execute(query.order_by(Engagement.createdon.desc(), Engagement.runid).limit(1)).first()


def mails(session: Session, leadid: str) -> Rows:
    """Mails of the lead's conversations, and what came in beside them: oldest first, the newest `MOST_MAILS`."""
    query = (
        _mails()
        .where(Email.regardingobjectid == leadid, _of_thread())
        .order_by(func.coalesce(Email.senton, Email.createdon).desc(), Email.directioncode, Email.activityid.desc())
        .limit(MOST_MAILS)
    )
    return session.execute(query).all()[::-1]


def mail(session: Session, leadid: str, emailid: str) -> Any:
    """One mail of the lead, with the bytes it came in or went out as; None when there is none."""
    query = _mails().add_columns(InboundMessage.raw.label("came"), Outbox.raw.label("went"))
    found = session.execute(query.where(Email.activityid == emailid, Email.regardingobjectid == leadid).limit(1))
    return found.first()


def opt_outs(session: Session, addresshash: str) -> Rows:
    """When and how the address came on the list of those never written to: at, reason, source."""
    query = select(Suppression.at, Suppression.reason, Suppression.source).where(Suppression.hash == addresshash)
    return session.execute(query.order_by(Suppression.at)).all()


def steps_of_people(session: Session, leadid: str) -> Rows:
    """What people did about the conversation, oldest first: at, actorname, action, cause."""
    query = select(AuditEntry.number, AuditEntry.at, AuditEntry.actorname, AuditEntry.action, AuditEntry.cause).where(
        AuditEntry.recordid == leadid, AuditEntry.actorkind != "agent", AuditEntry.action.in_(PEOPLES_STEPS)
    )
    return session.execute(query.order_by(AuditEntry.number.desc()).limit(MOST_STEPS)).all()[::-1]


def waits_for_a_look(session: Session, runid: str) -> Any:
    """The draft of ours that is not out yet: activityid, subject, lw_hold, versionnumber; None when there is none."""
    query = (
        select(Email.activityid, Email.subject, Email.lw_hold, Email.versionnumber)
        .where(Email.lw_threadid == runid, Email.directioncode.is_(True), Email.statuscode == int(EmailStatus.DRAFT))
        .order_by(Email.createdon.desc())
    )
    return session.execute(query.limit(1)).first()


def has_thread(session: Session, leadid: str) -> bool:
    """Is there anything to show?"""
    query = select(Email.activityid).where(Email.regardingobjectid == leadid, _of_thread())
    talked = select(Engagement.runid).where(Engagement.leadid == leadid)
    return any(session.scalar(each.limit(1)) is not None for each in (talked, query))


def open_run(session: Session, leadid: str) -> str | None:
    """runid of the lead's open conversation."""
    query = select(Engagement.runid).where(Engagement.leadid == leadid, Engagement.state != State.ENDED)
    return session.scalar(query.limit(1))


def _wrote_by_hand() -> ColumnElement[bool]:
    by_hand = aliased(Outbox)
    return exists().where(by_hand.emailid == Email.activityid, by_hand.purpose == PURPOSE).correlate(Email)


def _of_thread() -> ColumnElement[bool]:
    """Mails of the agent's conversation, what came in, and what people of ours sent."""
    return or_(Email.lw_threadid.is_not(None), Email.directioncode.is_(False), _wrote_by_hand())


def _mails() -> Select[Any]:
    columns = (
        Email.activityid, Email.subject, Email.description, Email.directioncode, Email.statuscode, Email.lw_runid,
        Email.lw_threadid, Email.sender, Email.torecipients, Email.senton, Email.createdon, Email.lw_paragraphs,
        Email.lw_judgement, Email.lw_hold, Email.messageid,
    )  # fmt: skip
    sent = (Outbox.phase, Outbox.businesskey, Outbox.purpose, Outbox.dueat, Outbox.concludedon, Outbox.bouncedon,
            Outbox.recipient, Outbox.attempts, Outbox.outboxid, Outbox.reason.label("said"))  # fmt: skip
    came = (
        InboundMessage.inboundmessageid,
        InboundMessage.reason.label("noted"),
        InboundMessage.vouchedby,
        InboundMessage.deliveries,
        InboundMessage.state.label("inboundstate"),
        SystemUser.fullname.label("voucher"),
    )
    writer = aliased(SystemUser)
    return (
        select(*columns, *sent, *came, writer.fullname.label("writer"))
        .outerjoin(Outbox, and_(Outbox.emailid == Email.activityid, Email.directioncode.is_(True)))
        .outerjoin(InboundMessage, and_(InboundMessage.emailid == Email.activityid, Email.directioncode.is_(False)))
        .outerjoin(SystemUser, SystemUser.systemuserid == InboundMessage.vouchedby)
        .outerjoin(writer, and_(writer.systemuserid == Email.ownerid, Outbox.purpose == PURPOSE))
    )
