"""What the agent settings page is computed from: the facts about an agent that its sections need."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from leadwright.db.agent import Agent, LeadRun, Prerequisite
from leadwright.db.columns import tables_with_own
from leadwright.db.connection import platform_of
from leadwright.db.knowledge import KnowledgeSource
from leadwright.db.people import ApplicationSecret, CustomColumn, SystemUser, TeamMember, entitled
from leadwright.db.simulation import Simulation, SimulationDraft
from leadwright.domain.attributes import Table
from leadwright.domain.optionsets import AccessMode
from leadwright.domain.prerequisites import SetupState
from leadwright.domain.sections import Facts
from leadwright.domain.selection import from_json
from leadwright.domain.simulation import LeadState, Review, ReviewState
from leadwright.domain.stage import AgentMode, AgentState, Stage
from leadwright.errors import BadInput

_SOURCES = select(KnowledgeSource.purpose, func.count()).group_by(KnowledgeSource.purpose)


def present_agent(session: Session) -> Agent | None:
    """The organisation's agent, None before there is one."""
    return session.scalar(select(Agent).where(Agent.state != AgentState.ARCHIVED).order_by(Agent.createdon))


def archived_agents(session: Session) -> Sequence[Any]:
    """Agents put away, newest first: name, mode, createdon, startedon, version and how many leads each processed."""
    runs = select(func.count(func.distinct(LeadRun.leadid))).where(LeadRun.agentid == Agent.agentid).scalar_subquery()
    columns = (Agent.agentid, Agent.name, Agent.mode, Agent.createdon, Agent.startedon, Agent.appliedversion)
    query = select(*columns, runs.label("leads")).where(Agent.state == AgentState.ARCHIVED)
    return session.execute(query.order_by(Agent.createdon.desc()).limit(20)).all()


def present_mode(session: Session) -> AgentMode:
    """The automation level of the organisation's agent; Research-only before there is one."""
    agent = present_agent(session)
    return AgentMode(agent.mode) if agent else AgentMode.RESEARCH


def leads_in_work(session: Session, agentid: str) -> int:
    """How many leads the agent has queued, is researching or is in conversation with."""
    stages = (Stage.QUEUED, Stage.RESEARCHING, Stage.ENGAGED)
    return session.scalar(select(func.count()).where(LeadRun.agentid == agentid, LeadRun.stage.in_(stages))) or 0


def facts(session: Session, agent: Agent) -> Facts:
    """Look up what `domain.sections` wants to know, for the draft configuration."""
    assignment = agent.draft.get("assignment", {})
    sellers, gone, barred = _sellers(session, assignment)
    user = session.get(SystemUser, agent.agentuserid) if agent.agentuserid else None
    own = select(CustomColumn.tablename, CustomColumn.name)
    custom: dict[str, set[str]] = {}
    for tablename, name in session.execute(own):
        custom.setdefault(tablename, set()).add(name)
    states = session.execute(
        select(Prerequisite.number, Prerequisite.state, Prerequisite.done).where(Prerequisite.agentid == agent.agentid)
    ).all()
    return Facts(
        mode=AgentMode(agent.mode),
        state=AgentState(agent.state),
        name=agent.name,
        prerequisites={row.number: SetupState(row.state) for row in states},
        marked=frozenset(row.number for row in states if row.done),
        agent_user=user.fullname if user else None,
        agent_user_problem=_user_problem(user),
        sellers=sellers,
        missing_sellers=gone,
        barred=barred,
        supervisor=_enabled_name(session, assignment.get("supervisor")),
        knowledge={row.purpose: row[1] for row in session.execute(_SOURCES)},
        failing_knowledge=failing_knowledge(session),
        selection_problem=selection_problem(session, agent.draft.get("selection", {})),
        custom_columns={t: frozenset(names) for t, names in custom.items()},
        state_reason=agent.statereason or "",
        review=_review(session, agent.agentid),
        platform=platform_of(session),
    )


def client_secrets(session: Session, clientid: str) -> Sequence[Any]:
    """Client secrets of an application, in the order in which its sign-in prefers them; never their values.

    Returns:
        rows of keyid, hint, startson, endson.
    """
    secret = ApplicationSecret
    query = select(secret.keyid, secret.hint, secret.startson, secret.endson)
    query = query.where(secret.appid == clientid, secret.kind == "secret")
    return session.execute(query.order_by(secret.sealed.is_(None), secret.endson.desc(), secret.keyid.desc())).all()


def selection_problem(session: Session, selection: Mapping[str, Any]) -> str:
    """Why these selection criteria or their seller segments cannot be used; empty when they can.

    Args:
        selection: that part of the configuration as plain data; no conditions means the defaults.
    """
    tables = tables_with_own(session)
    try:
        if selection.get("conditions") is not None:
            from_json(selection["conditions"], tables)
        for segment in selection.get("seller_segments", ()):
            _check_segment(segment, tables)
    except BadInput as error:
        return str(error)
    return ""


def _check_segment(segment: Mapping[str, Any], tables: Mapping[str, Table]) -> None:
    name = f"Seller segment {segment['name']}"
    try:
        found = from_json(segment["conditions"], tables)
    except BadInput as error:
        raise BadInput(f"{name}: {error}", field=error.field) from error
    if not found.root.parts:
        raise BadInput(f"{name}: without a condition it would take every lead. Add one.", field="conditions")


def _user_problem(user: SystemUser | None) -> str:
    if user is None:
        return ""
    if user.applicationid is None:
        return f"{user.fullname} is not an application user. Choose the one of prerequisite 2."
    return f"{user.fullname} is disabled. Enable it, or choose another agent user." if user.isdisabled else ""


def _sellers(session: Session, assignment: dict[str, Any]) -> tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]:
    """Names: who can receive leads; who is disabled or gone; whose roles forbid it, the supervisor included."""
    chosen = list(assignment.get("sellers") or [])
    if team := assignment.get("team"):
        chosen += session.scalars(select(TeamMember.systemuserid).where(TeamMember.teamid == team)).all()
    rows = session.execute(
        select(SystemUser.systemuserid, SystemUser.fullname, SystemUser.isdisabled, SystemUser.accessmode).where(
            SystemUser.systemuserid.in_([*chosen, *filter(None, [assignment.get("supervisor")])])
        )
    ).all()
    here = {r.systemuserid: r.fullname for r in rows if not r.isdisabled and r.accessmode == AccessMode.READ_WRITE}
    may = entitled(session, here)
    names = {r.systemuserid: r.fullname for r in rows}
    gone = tuple(names.get(c, c) for c in chosen if c not in here)
    able = sorted(here[c] for c in {*chosen} & here.keys() & may)
    return tuple(able), gone, tuple(sorted(name for id_, name in here.items() if id_ not in may))


def _enabled_name(session: Session, systemuserid: str | None) -> str | None:
    user = session.get(SystemUser, systemuserid) if systemuserid else None
    return user.fullname if user and not user.isdisabled and user.accessmode == AccessMode.READ_WRITE else None


def failing_knowledge(session: Session) -> tuple[str, ...]:
    """Each knowledge source that fails, with why, oldest source first."""
    failing = session.execute(
        select(KnowledgeSource.title, KnowledgeSource.location, KnowledgeSource.detail)
        .where(KnowledgeSource.state == "failing")
        .order_by(KnowledgeSource.createdon)
    ).all()
    return tuple(f"{f.title or f.location}: {f.detail}" for f in failing)


def _review(session: Session, agentid: str) -> Review:
    """How far the latest test is."""
    latest = select(Simulation.simulationid, Simulation.state).where(Simulation.agentid == agentid)
    test = session.execute(latest.order_by(Simulation.startedon.desc(), Simulation.simulationid.desc())).first()
    if test is None:
        return Review()
    states = select(SimulationDraft.state, SimulationDraft.review)
    rows = session.execute(states.where(SimulationDraft.simulationid == test.simulationid)).all()
    mails = [review for state, review in rows if state == LeadState.DRAFTED]
    failed = sum(state == LeadState.FAILED for state, _ in rows)
    return Review(test.state, len(mails), sum(review != ReviewState.OPEN for review in mails), failed)
