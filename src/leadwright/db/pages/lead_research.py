"""What the lead form and the research page show of one lead: the lead, its runs, steps, draft, records, history."""

from collections.abc import Sequence
from functools import cache
from typing import Any

from sqlalchemy import Select, bindparam, exists, func, or_, select
from sqlalchemy.orm import Session

from leadwright.db.agent import Agent, LeadRun, RunStep
from leadwright.db.audit import AuditEntry
from leadwright.db.engagement import Engagement
from leadwright.db.mirror_seen import is_seen
from leadwright.db.people import SystemUser, Team
from leadwright.db.sales import Account, Annotation, Contact, Email, Lead, Opportunity
from leadwright.domain.optionsets import EmailStatus

MOST_HISTORY = 60
_DRAFT = int(EmailStatus.DRAFT)
Rows = Sequence[Any]


def lead(session: Session, leadid: str) -> Any:
    """The lead's columns, with the owner's name; it has `ownerid` and `owningbusinessunit` for the access check."""
    return session.execute(_lead(), {"lead": leadid}).first()


@cache
def _lead() -> Select[Any]:
    owner = func.coalesce(SystemUser.fullname, Team.name).label("owner")
    return (
        select(*Lead.__table__.columns, owner)
        .outerjoin(SystemUser, SystemUser.systemuserid == Lead.ownerid)
        .outerjoin(Team, Team.teamid == Lead.ownerid)
        .where(Lead.leadid == bindparam("lead"))
    )


def newest_run(session: Session, leadid: str) -> Any:
    """The last pass of the agent, with the names of the agent and of the owners before and after."""
    return session.execute(_newest_run(), {"lead": leadid}).first()


@cache
def _newest_run() -> Select[Any]:
    before, after = SystemUser.__table__.alias(), SystemUser.__table__.alias()
    return (
        select(
            *LeadRun.__table__.columns,
            Agent.name.label("agent"),
            before.c.fullname.label("previousowner"),
            after.c.fullname.label("recipient"),
        )
        .join(Agent, Agent.agentid == LeadRun.agentid)
        .outerjoin(before, before.c.systemuserid == LeadRun.previousownerid)
        .outerjoin(after, after.c.systemuserid == LeadRun.ownerid)
        .where(LeadRun.leadid == bindparam("lead"))
        .order_by(LeadRun.number.desc())
        .limit(1)
    )


def steps(session: Session, runid: str) -> Rows:
    """How was this generated, in order."""
    query = select(*RunStep.__table__.columns).where(RunStep.runid == runid)
    return session.execute(query.order_by(RunStep.position)).all()


def draft(session: Session, leadid: str, runid: str | None, readerid: str) -> Any:
    """The newest mail that is still a draft: of the run, of its conversation, or begun here by the reader.

    The one of an open conversation comes first. What somebody writes in the outside CRM is theirs until it is sent.
    """
    begun = Email.lw_runid.is_(None) & Email.lw_threadid.is_(None) & (Email.ownerid == readerid)
    own = begun & ~is_seen("email", Email.activityid)
    open_ = exists().where(Engagement.runid == Email.lw_threadid, Engagement.endedon.is_(None))
    query = (
        select(*Email.__table__.columns)
        .where(Email.regardingobjectid == leadid, Email.statuscode == _DRAFT)
        .where(or_(Email.lw_runid == runid, Email.lw_threadid == runid, own) if runid else own)
        .order_by(open_.desc(), Email.createdon.desc())
    )
    return session.execute(query.limit(1)).first()


def account(session: Session, accountid: str | None) -> Any:
    """The connected account, with what the access check needs."""
    if accountid is None:
        return None
    return session.execute(select(*Account.__table__.columns).where(Account.accountid == accountid)).first()


def opportunity(session: Session, opportunityid: str | None) -> Any:
    """The opportunity the lead was qualified into, with what the access check needs."""
    if opportunityid is None:
        return None
    query = select(*Opportunity.__table__.columns).where(Opportunity.opportunityid == opportunityid)
    return session.execute(query).first()


def contact(session: Session, contactid: str | None) -> Any:
    """The connected contact, with what the access check needs."""
    if contactid is None:
        return None
    return session.execute(select(*Contact.__table__.columns).where(Contact.contactid == contactid)).first()


def notes(session: Session, leadid: str) -> Rows:
    """Notes on the lead, newest first."""
    query = (
        select(Annotation.subject, Annotation.notetext, Annotation.createdon, SystemUser.fullname)
        .outerjoin(SystemUser, SystemUser.systemuserid == Annotation.createdby)
        .where(Annotation.objectid == leadid, Annotation.objecttypecode == "lead")
    )
    return session.execute(query.order_by(Annotation.createdon.desc()).limit(MOST_HISTORY)).all()


def history(session: Session, leadid: str) -> Rows:
    """Audit entries of the lead, newest first."""
    query = select(
        AuditEntry.number,
        AuditEntry.at,
        AuditEntry.actorname,
        AuditEntry.actorkind,
        AuditEntry.action,
        AuditEntry.before,
        AuditEntry.after,
        AuditEntry.cause,
    ).where(AuditEntry.recordid == leadid, AuditEntry.recordtype == "lead")
    return session.execute(query.order_by(AuditEntry.number.desc()).limit(MOST_HISTORY)).all()
