"""Creating, starting and stopping the agent; its draft is edited in `agent_draft`."""

from collections.abc import Mapping, Sequence
from typing import Literal

from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from leadwright.actions.agent_draft import (
    PARTS,
    Difference,
    can_start,
    difference,
    edit_draft,
    sections,
    unreadable_criteria,
)
from leadwright.actions.agent_leads import give_back_all
from leadwright.actions.agent_rows import WORKING, agent_of, audited, checked_name, locked, missing, settings_of
from leadwright.actions.prerequisites import prepare
from leadwright.db import audit
from leadwright.db.agent import Agent, AgentVersion, LeadRun
from leadwright.db.configuration import Configuration
from leadwright.db.connection import platform_of
from leadwright.db.mail import InboundMessage
from leadwright.db.pages.agent_settings import facts, leads_in_work
from leadwright.domain.dynamics_prerequisites import step_on
from leadwright.domain.prerequisites import Check, not_known_now
from leadwright.domain.sections import missing_for_start
from leadwright.domain.sections import sections as all_sections
from leadwright.domain.stage import OPEN_STAGES, AgentMode, AgentState
from leadwright.errors import BadInput, BadSetup, Conflict
from leadwright.identity.access import Principal, require
from leadwright.identity.agent_identity import check_again
from leadwright.identity.seed import root_business_unit
from leadwright.services import Services
from leadwright.workflows.engagements import mailbox_of

__all__ = [
    "PARTS",
    "Difference",
    "NotReady",
    "apply_changes",
    "apply_draft",
    "archive_agent",
    "can_start",
    "change_mode",
    "create_agent",
    "delete_agent",
    "difference",
    "edit_draft",
    "sections",
    "start_agent",
    "stop_agent",
    "unreadable_criteria",
]


MOST_NOTE = 500  # characters of why a version was applied


class NotReady(Conflict):
    """Start or Apply is closed. `missing` lists what is to be done, each a sentence."""

    def __init__(self, missing: tuple[str, ...]) -> None:
        super().__init__(" ".join(missing))
        self.missing = missing


def create_agent(
    services: Services, who: Principal, *, name: str = "Sales Qualification Agent", mode: str = AgentMode.RESEARCH
) -> str:
    """Create the agent of this organisation. Returns its id.

    Args:
        mode: ``research``, or ``engage`` which includes research.

    Raises:
        NotAllowed: prvConfigureAgent is missing.
        Conflict: there is an agent already; archive it first.
        BadInput: no such mode, or no usable name.
    """
    require(who, "prvConfigureAgent")
    level, name = _mode(mode), checked_name(name)
    try:
        with services.database.transaction() as session:
            root_business_unit(session, lock=True)
            other = session.scalar(select(Agent).where(Agent.state != AgentState.ARCHIVED))
            if other is not None:
                raise Conflict(f"There is an agent already: {other.name}. An organisation has one agent in one mode.")
            agent = Agent(
                name=name, mode=level, draft=Configuration().model_dump(mode="json"), createdon=services.clock()
            )
            session.add(agent)
            session.flush()
            prepare(session, agent.agentid)
            after = {"name": name, "mode": level}
            audit.record(session, who.actor, "agent.created", "agent", agent.agentid, after=after)
            return agent.agentid
    except IntegrityError as error:
        raise Conflict(f"An archived agent is called {name}. Choose another name.") from error


def change_mode(services: Services, who: Principal, agentid: str, mode: str) -> None:
    """Upgrade Research-only to Research and engage; it starts again once prerequisites 3 and 4 are done.

    Leads that were handed over before stay where they are.

    Raises:
        Conflict: the other way is refused; or the agent works: it has to be stopped first.
    """
    require(who, "prvConfigureAgent")
    wanted = _mode(mode)
    with services.database.transaction() as session:
        agent = locked(session, agentid)
        if wanted == agent.mode:
            return
        if agent.mode == AgentMode.ENGAGE:
            raise Conflict("Research and engage cannot go back to Research-only: leads are in conversation with it.")
        if agent.state not in (AgentState.DRAFT, AgentState.OFF):
            raise Conflict(f"Stop {agent.name} first; then it can be upgraded and started again.")
        before, agent.mode = {"mode": agent.mode}, wanted
        # What is in work goes on with the version that the next Start applies: the old one holds nothing of writing.
        begun = (LeadRun.agentid == agentid) & LeadRun.stage.in_(OPEN_STAGES)
        session.execute(update(LeadRun).where(begun).values(version=agent.appliedversion + 1))
        agent.versionnumber += 1
        audited(session, who, "agent.upgraded", agent, before=before, after={"mode": wanted})


def start_agent(services: Services, who: Principal, agentid: str) -> int:
    """Check the prerequisites again, apply the draft, and turn the agent on. Returns the version in force.

    `startedon` is the first start: leads created after it are considered, those that came while it was off too.

    Raises:
        NotAllowed: prvStartAgent is missing.
        NotReady: something is missing; lists everything.
        Conflict: it is on, paused or archived.
    """
    require(who, "prvStartAgent")
    with services.database.reading() as session:
        mode = _startable(agent_of(session, agentid))
        _links_open(services, session, agentid, mode)
    found = check_again(services, agentid, mode, by=who.actor)
    with services.database.transaction() as session:
        agent = locked(session, agentid)
        _startable(agent)
        if lacking := (*missing(session, agent), *_not_known_now(session, found)):
            raise NotReady(lacking)
        before = {"state": agent.state, "version": agent.appliedversion}
        _apply(session, who, agent, services)
        ahead = (LeadRun.agentid == agentid) & (LeadRun.version > agent.appliedversion)
        session.execute(update(LeadRun).where(ahead).values(version=agent.appliedversion))
        session.execute(update(InboundMessage).where(InboundMessage.state == "new").values(dueat=None))  # at once
        agent.state, agent.statereason = AgentState.ON, None
        agent.startedon = agent.startedon or services.clock()
        agent.versionnumber += 1
        after = {"state": agent.state, "version": agent.appliedversion}
        audited(session, who, "agent.started", agent, before=before, after=after)
        return agent.appliedversion


def _not_known_now(session: Session, found: Mapping[int, Sequence[Check]]) -> tuple[str, ...]:
    """Prerequisites that were verified and cannot be now: an agent that works goes on, one at rest is not started."""
    platform = platform_of(session)
    return tuple(
        f"Prerequisite {number}, {step_on(platform, number).title}, cannot be checked now. {check.unknown} Start the "
        "agent when it can; Check again on the page Prerequisites tells."
        for number, checks in sorted(found.items())
        if (check := not_known_now(checks))
    )


def apply_changes(
    services: Services, who: Principal, agentid: str, note: str = "", *, versionnumber: int | None = None
) -> int:
    """Make the draft the next numbered version. Leads already processed are not processed again.

    Args:
        note: why, kept with the version.
        versionnumber: of the agent when the difference was shown; an agent that moved on is refused.

    Returns:
        The version in force; unchanged when the draft does not differ.

    Raises:
        NotAllowed: prvStartAgent is missing.
        NotReady: a section of the draft is incomplete or wrong.
        Conflict: the agent was never started; Start applies its first version.
    """
    require(who, "prvStartAgent")
    with services.database.transaction() as session:
        return apply_draft(services, session, who, locked(session, agentid, versionnumber), note)


def apply_draft(services: Services, session: Session, who: Principal, agent: Agent, note: str = "") -> int:
    """The same on an agent that is locked, in the caller's transaction."""
    if agent.startedon is None or agent.state == AgentState.ARCHIVED:
        raise Conflict("Only an agent that was started has changes to apply. Start applies its first version.")
    found = facts(session, agent)
    wrong = [s for s in all_sections(settings_of(agent), found) if s.key not in {"prerequisites", "start"}]
    if lacking := missing_for_start(wrong, found):
        raise NotReady(lacking)
    before, said = agent.appliedversion, " ".join(note.split())[:MOST_NOTE]
    if _apply(session, who, agent, services, said):
        agent.versionnumber += 1
        after = {"version": agent.appliedversion, **({"note": said} if said else {})}
        audited(session, who, "agent.applied", agent, before={"version": before}, after=after)
    return agent.appliedversion


def stop_agent(services: Services, who: Principal, agentid: str, how: Literal["drain", "halt"] = "drain") -> AgentState:
    """Stop: `drain` takes no new leads and finishes those in work; `halt` leaves them waiting where they are.

    Returns:
        ``draining`` while leads are in work, else ``off``.

    Raises:
        NotAllowed: prvStartAgent is missing.
        Conflict: it is not working.
    """
    require(who, "prvStartAgent")
    if how not in {"drain", "halt"}:
        raise BadInput("Stop by drain or halt.", field="how")
    with services.database.transaction() as session:
        agent = locked(session, agentid)
        if agent.state not in WORKING:
            raise Conflict(f"{agent.name} is not working.")
        before = {"state": agent.state, "reason": agent.statereason}
        waits = how == "drain" and leads_in_work(session, agentid)
        agent.state = AgentState.DRAINING if waits else AgentState.OFF
        agent.statereason = None
        agent.versionnumber += 1
        audited(session, who, "agent.stopped", agent, before=before, after={"state": agent.state, "how": how})
        return AgentState(agent.state)


def archive_agent(services: Services, who: Principal, agentid: str) -> None:
    """Put a stopped agent away. Its history stays; a new agent may be created.

    Leads it still has in work or has given up go back to their owner from before, else to the supervisor.

    Raises:
        Conflict: it was never started (delete it), or it is working.
    """
    require(who, "prvStartAgent")
    with services.database.transaction() as session:
        agent = locked(session, agentid)
        if agent.state != AgentState.OFF:
            raise Conflict("Only a stopped agent can be archived. Stop it and wait until it is off.")
        agent.state = AgentState.ARCHIVED
        agent.versionnumber += 1
        session.flush()
        give_back_all(services, session, who, agent)
        audited(session, who, "agent.archived", agent, before={"state": AgentState.OFF}, after={"state": agent.state})


def delete_agent(services: Services, who: Principal, agentid: str) -> None:
    """Delete an agent that was never started.

    Raises:
        Conflict: it was started once; stop and archive it instead.
    """
    require(who, "prvConfigureAgent")
    with services.database.transaction() as session:
        agent = locked(session, agentid)
        if agent.startedon is not None:
            raise Conflict("An agent that was started cannot be deleted. Stop it, then archive it: its history stays.")
        audited(session, who, "agent.deleted", agent, before={"name": agent.name, "mode": agent.mode}, after={})
        session.delete(agent)


def _mode(mode: str) -> AgentMode:
    try:
        return AgentMode(mode)
    except ValueError:
        raise BadInput("Research is always on; Engage can be added. Choose research or engage.", field="mode") from None


def _startable(agent: Agent) -> AgentMode:
    mode = AgentMode(agent.mode)
    if agent.state == AgentState.ARCHIVED:
        raise Conflict("An archived agent cannot be started. Create a new one.")
    if agent.state == AgentState.ON:
        raise Conflict(f"{agent.name} is on already.")
    if agent.state == AgentState.PAUSED:
        raise Conflict(f"{agent.name} is paused and goes on by itself. {agent.statereason or ''}".strip())
    return mode


def _links_open(services: Services, session: Session, agentid: str, mode: AgentMode) -> None:
    """The link to unsubscribe must open where recipients are.

    Raises:
        NotReady: public_url is missing.
    """
    agent = agent_of(session, agentid)
    if mode is not AgentMode.ENGAGE or not agent.agentuserid:
        return
    try:
        if mailbox := mailbox_of(session, agent):
            services.address_for_recipients(mailbox.lw_kind)
    except BadSetup as error:
        raise NotReady((str(error),)) from None


def _apply(session: Session, who: Principal, agent: Agent, services: Services, note: str = "") -> bool:
    """Store the draft as the next version unless it is in force already."""
    applied = session.get(AgentVersion, (agent.agentid, agent.appliedversion))
    if applied is not None and applied.configuration == settings_of(agent):
        return False
    agent.appliedversion += 1
    session.add(
        AgentVersion(
            agentid=agent.agentid,
            version=agent.appliedversion,
            configuration=settings_of(agent),
            appliedon=services.clock(),
            appliedby=who.id,
            note=note,
        )
    )
    session.flush()
    return True
