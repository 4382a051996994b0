"""Takes leads in: looks at what changed, and queues a run for each lead the trigger table names. Works none.

1. Membership of a newly applied version is filled; at the first start the leads inside the look-back are noted.
2. Addresses that changed are validated, outside any transaction (DNS may be slow).
3. In one transaction for each hundred leads: the leads are claimed, their changes judged together, runs queued,
   the changes deleted. What is not claimed, because another worker has it or the agent was stopped, waits.
"""

import time
from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import exists, insert, literal, select, update
from sqlalchemy.orm import Session

from leadwright.db import audit, segments
from leadwright.db.agent import Agent, LeadChange, LeadRun, Segment, SegmentMember
from leadwright.db.base import Json, Moment
from leadwright.db.sales import Lead
from leadwright.db.selection import load, rules_in_force, tables_of
from leadwright.domain.selection import compiled
from leadwright.domain.stage import OPEN_STAGES, AgentState
from leadwright.research.email_validation import EmailCheck, validate_email
from leadwright.services import Services
from leadwright.workflows.taking import Taking

CHUNK = 100  # leads in one transaction
SECONDS = 10.0  # then other ticks have their turn
_STARTED = (AgentState.ON, AgentState.PAUSED, AgentState.DRAINING, AgentState.OFF)


def take_in(services: Services, limit: int = 500) -> int:
    """Look at waiting changes of agents that are on, until `limit` runs are queued or nothing waits.

    Safe to repeat, and with several workers at once. While an agent is paused, draining or off its changes wait.

    Returns:
        How many runs were queued.

    Raises:
        BadInput: the applied criteria cannot be used any more, e.g. a column is gone.
    """
    with services.database.reading() as session:
        agents = session.execute(select(Agent.agentid, Agent.state).where(Agent.state.in_(_STARTED))).all()
    queued, until = 0, time.monotonic() + SECONDS
    for agentid, state in agents:
        _refresh(services, agentid)
        while state == AgentState.ON and queued < limit and time.monotonic() < until:
            looked_at, created = _take_chunk(services, agentid, min(CHUNK, limit - queued))
            queued += created
            if not looked_at:
                break
    return queued


def _refresh(services: Services, agentid: str) -> None:
    """Membership of the applied version, and the leads that the first start looks back at."""
    now = services.clock()
    with services.database.reading() as session:
        if not segments.is_stale(session, agentid, now) and not _unconsidered(session, agentid):
            return
    with services.database.transaction() as session:
        audit.hold_chain(session)
        if segments.is_stale(session, agentid, now):
            segments.refill(session, agentid, now)
        if agent := _unconsidered(session, agentid):
            _look_back(session, agent, now)


def _unconsidered(session: Session, agentid: str) -> Agent | None:
    segment = session.get(Segment, agentid, populate_existing=True)
    agent = session.get(Agent, agentid, populate_existing=True)
    if agent is None or segment is None or agent.state != AgentState.ON or agent.startedon is None:
        return None
    return None if segment.consideredstart == agent.startedon else agent


def _look_back(session: Session, agent: Agent, now: datetime) -> None:
    """Note the leads of the segment that the start looks back at, once."""
    rules = rules_in_force(session, agent.agentid, tables_of(session))
    if rules is None or agent.startedon is None:
        return
    members = (
        select(
            literal(agent.agentid),
            Lead.leadid,
            literal("started"),
            literal({}, Json),
            literal(None, Lead.modifiedby.type),
            literal(now, Moment),
        )
        .join(SegmentMember, SegmentMember.leadid == Lead.leadid)
        .where(SegmentMember.agentid == agent.agentid, Lead.createdon >= rules.considered_from(agent.startedon))
        .where(~exists().where(LeadRun.leadid == Lead.leadid))
        .order_by(Lead.leadid)
    )
    columns = ["agentid", "leadid", "kind", "before", "byid", "at"]
    session.execute(insert(LeadChange).from_select(columns, members))
    session.execute(
        update(Segment).where(Segment.agentid == agent.agentid).values(consideredstart=agent.startedon),
        execution_options={"synchronize_session": False},
    )


def _take_chunk(services: Services, agentid: str, most: int) -> tuple[int, int]:
    """Look at the oldest changes. Returns how many leads were looked at, and how many runs were queued."""
    with services.database.reading() as session:
        in_work = exists().where(LeadRun.leadid == LeadChange.leadid, LeadRun.stage.in_(OPEN_STAGES))
        free = select(LeadChange.leadid).where(LeadChange.agentid == agentid, ~in_work)  # the others wait for their run
        oldest = free.order_by(LeadChange.id).limit(most)
        leadids = list(dict.fromkeys(session.scalars(oldest)))
        addresses = _new_addresses(session, agentid, leadids) if leadids else {}
    if not leadids:
        return 0, 0
    checks = {a: validate_email(a, resolver=services.resolver) for a in set(addresses.values())}
    with services.database.transaction() as session:
        taking = _claim(services, session, agentid, leadids, checks)
        if taking is None:
            return 0, 0
        queued = sum(taking.take(leadid) for leadid in taking.leads)
        return taking.finish(leadids), queued


def _new_addresses(session: Session, agentid: str, leadids: Sequence[str]) -> dict[str, str]:
    """Addresses, by leadid, that need validation: of leads whose waiting changes touch the address."""
    rules = rules_in_force(session, agentid, tables_of(session))
    if rules is None or not rules.email_field:
        return {}
    befores = session.execute(
        select(LeadChange.leadid, LeadChange.before).where(
            LeadChange.agentid == agentid, LeadChange.leadid.in_(leadids), LeadChange.kind == "changed"
        )
    )
    touched = {leadid for leadid, before in befores if rules.email_field in before}
    found = load(session, sorted(touched), (), tables_of(session)) if touched else {}
    return {key: lead.record[rules.email_field] for key, lead in found.items() if lead.record.get(rules.email_field)}


def _claim(
    services: Services, session: Session, agentid: str, leadids: Sequence[str], checks: Mapping[str, EmailCheck]
) -> Taking | None:
    """Lock the agent and what leads of these nobody else holds. None: the agent is not on any more, or being changed.

    The end of the audit chain is held first: every writer takes it at last, so nobody we would wait for waits for us.
    """
    audit.hold_chain(session)
    on = select(Agent).where(Agent.agentid == agentid, Agent.state == AgentState.ON)
    agent = session.scalar(on.with_for_update(read=True, skip_locked=True))
    tables = tables_of(session)
    rules = rules_in_force(session, agentid, tables) if agent else None
    if agent is None or rules is None:
        return None
    free = select(Lead.leadid).where(Lead.leadid.in_(leadids)).with_for_update(skip_locked=True)
    claimed = list(session.scalars(free))
    leads = load(session, claimed, rules.lookups, tables)
    waiting: dict[str, list[LeadChange]] = {}
    mine = (LeadChange.agentid == agentid) & LeadChange.leadid.in_(claimed)
    for change in session.scalars(select(LeadChange).where(mine).order_by(LeadChange.id)):
        waiting.setdefault(change.leadid, []).append(change)
    runs: dict[str, list[LeadRun]] = {}
    for run in session.scalars(select(LeadRun).where(LeadRun.leadid.in_(claimed)).order_by(LeadRun.number)):
        runs.setdefault(run.leadid, []).append(run)
    now = services.clock()
    in_segment = compiled(rules, now, tables)
    known = {key: lead for key, lead in leads.items() if key in waiting}
    return Taking(session, agent, rules, tables, in_segment, now, known, waiting, runs, checks)
