"""What the health page reads: workers, queues, mailboxes, prerequisites, model, database. Judges nothing."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import exists, func, select, text
from sqlalchemy.orm import Session

from leadwright.db.agent import DESK, Agent, Executor, LeadRun, ModelAnswer, Prerequisite
from leadwright.db.connection import CrmBudget, CrmConnection
from leadwright.db.engagement import Engagement
from leadwright.db.mail import OUT_OF_THE_WAY, InboundMessage, Mailbox, MailboxFolder, Outbox
from leadwright.db.mailbox_use import FORMER
from leadwright.db.system_mail import SystemMail
from leadwright.domain.engagement import State
from leadwright.domain.mail_phase import Phase
from leadwright.domain.optionsets import DeliveryMethod
from leadwright.domain.stage import AgentMode, AgentState, Stage

Count = tuple[int, datetime | None]


def workers(session: Session) -> Sequence[Any]:
    """Worker processes with their last heartbeat, the newest first."""
    query = select(Executor.executorid, Executor.seenon).where(~Executor.executorid.startswith(DESK))
    return session.execute(query.order_by(Executor.seenon.desc()).limit(50)).all()


def queues(session: Session, moment: datetime) -> dict[str, Count]:
    """Queue -> how many are due in it, and since when the first of them is."""
    ours = Outbox.mailboxid.in_(select(Mailbox.mailboxid))  # every mail is: so the index of phases is used
    due = ours & (Outbox.dueat <= moment)
    asked = {
        "Leads to be researched": (LeadRun.queuedon, LeadRun.stage == Stage.QUEUED),
        "Conversations due": (Engagement.dueat, (Engagement.state == State.DUE) & (Engagement.dueat <= moment)),
        "Mails to go out": (Outbox.dueat, (Outbox.phase == Phase.QUEUED) & due),
        "Mails being looked up": (Outbox.createdon, OUT_OF_THE_WAY & (Outbox.phase == Phase.UNKNOWN)),
        "Mails that came in": (InboundMessage.fetchedon, InboundMessage.state == "new"),
        "Mails to users": (SystemMail.dueat, SystemMail.state == "waiting"),
    }
    found = {}
    for name, (since, condition) in asked.items():
        row = session.execute(select(func.count(), func.min(since)).where(condition)).one()
        found[name] = (int(row[0]), row[1])
    return found


def mailboxes(session: Session) -> Sequence[Any]:
    """Each mailbox record with its last trouble, when it was looked at last, whether an agent writes from it, or did
    before another one took its place.
    """
    read = select(func.max(MailboxFolder.readon)).where(MailboxFolder.mailboxid == Mailbox.mailboxid)
    columns = (
        Mailbox.emailaddress, Mailbox.emailrouteraccessapproval, Mailbox.incomingemailstatus,
        Mailbox.outgoingemailstatus, Mailbox.lw_lasterror, Mailbox.lw_lasterroron, Mailbox.lw_pauseduntil,
    )  # fmt: skip
    writes = (Mailbox.incomingemaildeliverymethod != DeliveryMethod.NONE) & exists().where(
        Agent.agentuserid == Mailbox.regardingobjectid, Agent.mode == AgentMode.ENGAGE,
        Agent.state.in_((AgentState.ON, AgentState.DRAINING)), Agent.startedon.is_not(None),
    )  # fmt: skip
    query = select(*columns, read.correlate(Mailbox).scalar_subquery().label("readon"), writes.label("writes"))
    query = query.add_columns(Mailbox.mailboxid, FORMER.label("former"))
    return session.execute(query.order_by(Mailbox.emailaddress).limit(50)).all()


def prerequisites(session: Session) -> Sequence[Any]:
    """Number, state, last check of each prerequisite of the agent in force, with the agent's state."""
    query = (
        select(Prerequisite.number, Prerequisite.state, Prerequisite.attested, Prerequisite.checkedon)
        .add_columns(Agent.state.label("agentstate"), Agent.name, Agent.statereason, Agent.mode)
        .join(Agent, Agent.agentid == Prerequisite.agentid)
        .where(Agent.state != AgentState.ARCHIVED)
    )
    return session.execute(query.order_by(Prerequisite.number)).all()


def last_answer(session: Session) -> datetime | None:
    """When a model answered last."""
    return session.scalar(select(func.max(ModelAnswer.at)))


def waits_for_outside(session: Session) -> int:
    """Leads whose research is tried again because something outside did not answer."""
    stages = (Stage.QUEUED, Stage.RESEARCHING)
    return session.scalar(select(func.count()).where(LeadRun.stage.in_(stages), LeadRun.dueat.is_not(None))) or 0


def connection(session: Session) -> Any | None:
    """The connection to Dynamics 365 with what its workers noted together; None when there is none."""
    columns = (
        CrmConnection.state, CrmConnection.organizationname, CrmConnection.dataverseurl, CrmConnection.secretendson,
        CrmConnection.credentialkind, CrmBudget.reachedon, CrmBudget.throttled, CrmBudget.pauseduntil,
        CrmBudget.pausereason, CrmBudget.lasterror, CrmBudget.lasterroron,
    )  # fmt: skip
    together = CrmBudget.budgetid == CrmConnection.connectionid
    return session.execute(select(*columns).select_from(CrmConnection).outerjoin(CrmBudget, together)).first()


def database(session: Session) -> tuple[str, int]:
    """Name and version of the database, and its size in bytes."""
    if session.get_bind().dialect.name == "sqlite":
        version = session.scalar(text("SELECT sqlite_version()"))
        size = session.scalar(text("SELECT page_count * page_size FROM pragma_page_count(), pragma_page_size()"))
        return f"SQLite {version}", int(size or 0)
    version = session.scalar(text("SELECT current_setting('server_version')"))
    return f"PostgreSQL {version}", int(session.scalar(text("SELECT pg_database_size(current_database())")) or 0)
