"""What a person who writes to a lead has to know: their addresses, what left lately, what came last. Only reads."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import case, func, select
from sqlalchemy.orm import Session

from leadwright.db.agent import Agent, AgentVersion, LeadRun
from leadwright.db.configuration import Configuration
from leadwright.db.mail import Mailbox, Outbox
from leadwright.db.sales import Email
from leadwright.domain.mail_phase import IN_FLIGHT, Phase
from leadwright.domain.optionsets import AddressApproval, DeliveryMethod
from leadwright.domain.stage import AgentState

_ON_RECORD = (Phase.QUEUED, *IN_FLIGHT, Phase.UNKNOWN, Phase.SENT, Phase.HELD)


@dataclass(frozen=True, slots=True)
class Sender:
    """An address a person may send from. `own`: theirs; else the shared mailbox of the agent."""

    mailboxid: str
    address: str
    own: bool


def senders(session: Session, systemuserid: str) -> tuple[Sender, ...]:
    """The person's own mailbox first, then the shared one; both approved and set to send."""
    own = case((Mailbox.regardingobjectid == systemuserid, 1), else_=0)
    agents = select(Agent.agentuserid).where(Agent.state != AgentState.ARCHIVED, Agent.agentuserid.is_not(None))
    rows = session.execute(
        select(Mailbox.mailboxid, Mailbox.emailaddress, own.label("own"))
        .where(
            Mailbox.emailrouteraccessapproval == AddressApproval.APPROVED,
            Mailbox.outgoingemaildeliverymethod != DeliveryMethod.NONE,
            (Mailbox.regardingobjectid == systemuserid) | Mailbox.regardingobjectid.in_(agents),
        )
        .order_by(own.desc(), Mailbox.createdon)
    )
    return tuple(Sender(row.mailboxid, row.emailaddress, bool(row.own)) for row in rows)


def mails_near(session: Session, leadid: str, besides: str) -> Sequence[datetime]:
    """When mails to the lead left, or are to leave; `besides` is an activityid left out."""
    at = func.coalesce(Outbox.spenton, Outbox.claimedon, Outbox.dueat)
    query = select(at).where(
        Outbox.leadid == leadid,
        Outbox.phase.in_(_ON_RECORD),
        (Outbox.emailid != besides) | Outbox.emailid.is_(None),
    )
    return session.scalars(query.order_by(at.desc()).limit(20)).all()


def last_heard(session: Session, leadid: str) -> Any:
    """The newest mail that came in from the lead: activityid, messageid, subject, senton; None when none did."""
    return _newest(session, leadid, ours=False)


def last_sent(session: Session, leadid: str) -> Any:
    """The newest mail of ours that left: the same columns."""
    return _newest(session, leadid, ours=True)


def configuration_for(session: Session, leadid: str) -> Configuration | None:
    """The configuration the lead was processed with, else the one in force; None before one was applied."""
    run = session.execute(
        select(LeadRun.agentid, LeadRun.version).where(LeadRun.leadid == leadid).order_by(LeadRun.number.desc())
    ).first()
    of_run = session.get(AgentVersion, (run.agentid, run.version)) if run else None
    if of_run is None:
        agent = session.scalar(select(Agent).where(Agent.state != AgentState.ARCHIVED).order_by(Agent.createdon))
        of_run = session.get(AgentVersion, (agent.agentid, agent.appliedversion)) if agent else None
        if of_run is None and agent is not None:
            return Configuration.model_validate(agent.draft)
    return Configuration.model_validate(of_run.configuration) if of_run else None


def _newest(session: Session, leadid: str, *, ours: bool) -> Any:
    query = (
        select(Email.activityid, Email.messageid, Email.subject, Email.senton)
        .where(Email.regardingobjectid == leadid, Email.directioncode.is_(ours), Email.messageid.is_not(None))
        .where(Email.senton.is_not(None))
        .order_by(Email.senton.desc())
    )
    return session.execute(query.limit(1)).first()
