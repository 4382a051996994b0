"""What becomes of the leads of an agent that is put away: they go back to people, in the caller's transaction."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from leadwright.db import audit, changes
from leadwright.db.agent import Agent, AgentVersion, LeadRun
from leadwright.db.configuration import Configuration
from leadwright.db.engagement import Engagement
from leadwright.db.sales import Lead
from leadwright.domain.engagement import State
from leadwright.domain.stage import OPEN_STAGES, Stage
from leadwright.identity.access import Principal
from leadwright.mail.outbox import cancel_waiting
from leadwright.services import Services
from leadwright.workflows.conclude import giving_back_to

_REASON = "The agent was archived."


def give_back_all(services: Services, session: Session, who: Principal, agent: Agent) -> int:
    """Cancel the agent's open runs and give back each lead it owns without an outcome. Gives how many leads."""
    version = session.get(AgentVersion, (agent.agentid, agent.appliedversion))
    supervisor = Configuration.model_validate(version.configuration).assignment.supervisor if version else None
    stranded = LeadRun.stage.in_(OPEN_STAGES) | (
        (LeadRun.stage == Stage.FAILED) & (Lead.ownerid == agent.agentuserid) & (Lead.lw_stage == Stage.FAILED)
    )
    found = session.execute(
        select(LeadRun, Lead)
        .join(Lead, Lead.leadid == LeadRun.leadid)
        .where(LeadRun.agentid == agent.agentid, stranded)
        .order_by(LeadRun.number.desc())
        .with_for_update(of=[LeadRun, Lead])
    ).all()
    newest = {lead.leadid: (run, lead) for run, lead in reversed(found)}
    for run, lead in newest.values():
        _give_back(services, session, who, agent, run, lead, supervisor)
    return len(newest)


def _give_back(
    services: Services,
    session: Session,
    who: Principal,
    agent: Agent,
    run: LeadRun,
    lead: Lead,
    supervisor: str | None,
) -> None:
    moment, values = services.clock(), {}
    if run.stage in OPEN_STAGES:
        run.stage, run.reasons, run.concludedon = str(Stage.CANCELLED), [_REASON], moment
        run.givenon, run.dueat, run.generation = None, None, run.generation + 1
        values = {"lw_stage": str(Stage.CANCELLED)}
    if (engagement := session.get(Engagement, run.runid)) is not None and engagement.state != State.ENDED:
        engagement.state, engagement.reason, engagement.endedon = str(State.ENDED), _REASON, moment
        engagement.turn, engagement.dueat = engagement.turn + 1, None
        cancel_waiting(session, lead.leadid, _REASON, moment)
    owner = giving_back_to(session, run.previousownerid, supervisor)
    if owner and lead.ownerid == agent.agentuserid:
        values |= {"ownerid": owner.systemuserid, "owningbusinessunit": owner.businessunitid}
        run.ownerid = owner.systemuserid
    before = {name: getattr(lead, name) for name, value in values.items() if getattr(lead, name) != value}
    for name in before:
        setattr(lead, name, values[name])
    lead.versionnumber += 1
    lead.modifiedon, lead.modifiedby = moment, who.id
    changes.record(session, lead.leadid, "changed", before)
    after = {name: values[name] for name in before}
    audit.record(session, who.actor, "lead.cancelled", "lead", lead.leadid, before=before, after=after, cause=_REASON)
