"""Creating, configuring, starting and stopping the agent. What a section needs is decided in `domain.sections`."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from pydantic import ValidationError
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from leadwright.actions.prerequisites import choose_agent_user, prepare
from leadwright.db import audit
from leadwright.db.agent import Agent, AgentVersion, LeadRun
from leadwright.db.configuration import Configuration
from leadwright.db.pages.agent_settings import facts, selection_problem
from leadwright.db.people import SystemUser, Team
from leadwright.domain.sections import (
    SENDING_MISSING,
    Section,
    closed_by,
    missing_for_start,
)
from leadwright.domain.sections import sections as all_sections
from leadwright.domain.stage import AgentMode, AgentState, Stage
from leadwright.errors import BadInput, Conflict, NotFound
from leadwright.identity.access import Principal, require
from leadwright.identity.agent_identity import check_again
from leadwright.identity.seed import root_business_unit
from leadwright.services import Services

PARTS: Mapping[str, str] = {
    "profile": "profile",
    "company": "company",
    "products": "company",
    "selection": "selection",
    "email": "email",
    "validation": "validation",
    "criteria": "criteria",
    "assignment": "assignment",
    "competitors": "competitors",
    "search_fields": "search_fields",
}
"""Section as the page names it -> part of the configuration it edits."""

_LISTS = frozenset({"criteria", "search_fields"})
_MOST_CHARACTERS = 200_000
_WORKING = frozenset({AgentState.ON, AgentState.PAUSED, AgentState.DRAINING})


class NotReady(Conflict):
    """Start or Apply is closed. `missing` lists what is to be done, each a sentence."""

    def __init__(self, missing: tuple[str, ...]) -> None:
        super().__init__(" ".join(missing))
        self.missing = missing


@dataclass(frozen=True, slots=True)
class Difference:
    """One setting that differs between the draft and the applied version. `path` is like ``company.website``."""

    path: str
    applied: Any
    draft: Any


def create_agent(
    services: Services, who: Principal, *, name: str = "Sales Qualification Agent", mode: str = AgentMode.RESEARCH
) -> str:
    """Create the agent of this organisation. Returns its id.

    Args:
        mode: ``research``, or ``engage`` which includes research; engage cannot be started in this version.

    Raises:
        NotAllowed: prvConfigureAgent is missing.
        Conflict: there is an agent already; archive it first.
        BadInput: no such mode, or no usable name.
    """
    require(who, "prvConfigureAgent")
    level, name = _mode(mode), _name(name)
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
    """Upgrade Research-only to Research and engage. The other way is refused, and so is this one for now.

    Raises:
        Conflict: always, with the reason, unless the mode stays the same.
    """
    require(who, "prvConfigureAgent")
    with services.database.reading() as session:
        present = _agent(session, agentid).mode
    if _mode(mode) == present:
        return
    if present == AgentMode.ENGAGE:
        raise Conflict("Research and engage cannot go back to Research-only: leads are in conversation with it.")
    raise Conflict(f"{SENDING_MISSING} It can be upgraded when sending is there.")


def edit_draft(
    services: Services,
    who: Principal,
    agentid: str,
    section: str,
    values: Mapping[str, Any],
    *,
    versionnumber: int | None = None,
) -> int:
    """Change settings of one section in the draft. Nothing takes effect before Start or Apply changes.

    Args:
        section: a key of `PARTS`.
        values: the settings to change; others stay. ``profile`` also takes ``name`` and ``agentuserid``;
            ``criteria`` and ``search_fields`` take one list under their own name.
        versionnumber: of the agent as it was shown; an edit over somebody else's change is refused.

    Returns:
        The agent's new versionnumber.

    Raises:
        NotAllowed: prvConfigureAgent is missing.
        Conflict: changed by someone else, or the prerequisites are not done.
        BadInput: a value cannot be used; `field` names it.
    """
    require(who, "prvConfigureAgent")
    if section not in PARTS:
        raise BadInput(f"There is no section {section}. There are: {', '.join(PARTS)}.", field="section")
    part, rest = PARTS[section], dict(values)
    with services.database.transaction() as session:
        agent = _locked(session, agentid, versionnumber)
        if reasons := closed_by(facts(session, agent)):
            raise Conflict(f"This section opens when the prerequisites are done. {' '.join(reasons)}")
        if section == "profile":
            _change_profile(session, who, agent, rest)
        present = _draft(agent)
        draft = _validated(present, part, rest)
        _check_references(session, part, draft)
        after = draft.model_dump(mode="json")
        if after != agent.draft:
            before, agent.draft = present[part], after
            _audit(session, who, "agent.draft_edited", agent, before={part: before}, after={part: after[part]})
        agent.versionnumber += 1
        return agent.versionnumber


def sections(services: Services, who: Principal, agentid: str) -> tuple[Section, ...]:
    """The sections of the settings page with their states and reasons, for the draft."""
    require(who, "prvReadAgent")
    with services.database.reading() as session:
        agent = _agent(session, agentid)
        return all_sections(_draft(agent), facts(session, agent))


def can_start(services: Services, who: Principal, agentid: str) -> tuple[str, ...]:
    """What is missing before Start, from the last checks; empty when the button is open."""
    require(who, "prvReadAgent")
    with services.database.reading() as session:
        return _missing(session, _agent(session, agentid))


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
        mode = _startable(_agent(session, agentid))
    check_again(services, agentid, mode, by=who.actor)
    with services.database.transaction() as session:
        agent = _locked(session, agentid)
        _startable(agent)
        if missing := _missing(session, agent):
            raise NotReady(missing)
        before = {"state": agent.state, "version": agent.appliedversion}
        _apply(session, who, agent, services)
        agent.state, agent.statereason = AgentState.ON, None
        agent.startedon = agent.startedon or services.clock()
        agent.versionnumber += 1
        after = {"state": agent.state, "version": agent.appliedversion}
        _audit(session, who, "agent.started", agent, before=before, after=after)
        return agent.appliedversion


def apply_changes(services: Services, who: Principal, agentid: str) -> int:
    """Make the draft the next numbered version. Leads already processed are not processed again.

    Returns:
        The version in force; unchanged when the draft does not differ.

    Raises:
        NotAllowed: prvStartAgent is missing.
        NotReady: a section of the draft is incomplete or wrong.
        Conflict: the agent was never started; Start applies its first version.
    """
    require(who, "prvStartAgent")
    with services.database.transaction() as session:
        agent = _locked(session, agentid)
        if agent.startedon is None or agent.state == AgentState.ARCHIVED:
            raise Conflict("Only an agent that was started has changes to apply. Start applies its first version.")
        found = facts(session, agent)
        wrong = [s for s in all_sections(_draft(agent), found) if s.key not in {"prerequisites", "start"}]
        if missing := missing_for_start(wrong, found):
            raise NotReady(missing)
        before = agent.appliedversion
        if _apply(session, who, agent, services):
            agent.versionnumber += 1
            _audit(
                session,
                who,
                "agent.applied",
                agent,
                before={"version": before},
                after={"version": agent.appliedversion},
            )
        return agent.appliedversion


def difference(services: Services, who: Principal, agentid: str) -> tuple[Difference, ...]:
    """What the draft would change if it were applied now. Everything, when nothing was applied yet."""
    require(who, "prvReadAgent")
    with services.database.reading() as session:
        agent = _agent(session, agentid)
        applied = session.get(AgentVersion, (agentid, agent.appliedversion))
        now, then = dict(_flat(_draft(agent))), dict(_flat(applied.configuration if applied else {}))
    paths = [*now, *(p for p in then if p not in now)]
    return tuple(Difference(p, then.get(p), now.get(p)) for p in paths if now.get(p) != then.get(p))


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
        agent = _locked(session, agentid)
        if agent.state not in _WORKING:
            raise Conflict(f"{agent.name} is not working.")
        before = {"state": agent.state, "reason": agent.statereason}
        waits = how == "drain" and _in_work(session, agentid)
        agent.state = AgentState.DRAINING if waits else AgentState.OFF
        agent.statereason = None
        agent.versionnumber += 1
        _audit(session, who, "agent.stopped", agent, before=before, after={"state": agent.state, "how": how})
        return AgentState(agent.state)


def archive_agent(services: Services, who: Principal, agentid: str) -> None:
    """Put a stopped agent away. Its history stays; a new agent may be created.

    Raises:
        Conflict: it was never started (delete it), or it is working.
    """
    require(who, "prvStartAgent")
    with services.database.transaction() as session:
        agent = _locked(session, agentid)
        if agent.state != AgentState.OFF:
            raise Conflict("Only a stopped agent can be archived. Stop it and wait until it is off.")
        agent.state = AgentState.ARCHIVED
        agent.versionnumber += 1
        _audit(session, who, "agent.archived", agent, before={"state": AgentState.OFF}, after={"state": agent.state})


def delete_agent(services: Services, who: Principal, agentid: str) -> None:
    """Delete an agent that was never started.

    Raises:
        Conflict: it was started once; stop and archive it instead.
    """
    require(who, "prvConfigureAgent")
    with services.database.transaction() as session:
        agent = _locked(session, agentid)
        if agent.startedon is not None:
            raise Conflict("An agent that was started cannot be deleted. Stop it, then archive it: its history stays.")
        _audit(session, who, "agent.deleted", agent, before={"name": agent.name, "mode": agent.mode}, after={})
        session.delete(agent)


def _agent(session: Session, agentid: str) -> Agent:
    agent = session.get(Agent, agentid)
    if agent is None:
        raise NotFound("There is no such agent.")
    return agent


def _draft(agent: Agent) -> dict[str, Any]:
    """The draft with every setting, those included that it has never named."""
    return Configuration.model_validate(agent.draft).model_dump(mode="json")


def _locked(session: Session, agentid: str, versionnumber: int | None = None) -> Agent:
    agent = session.scalar(select(Agent).where(Agent.agentid == agentid).with_for_update())
    if agent is None:
        raise NotFound("There is no such agent.")
    if versionnumber is not None and versionnumber != agent.versionnumber:
        raise Conflict("Somebody changed the agent's settings meanwhile. Reload the page and make your change again.")
    return agent


def _mode(mode: str) -> AgentMode:
    try:
        return AgentMode(mode)
    except ValueError:
        raise BadInput("Research is always on; Engage can be added. Choose research or engage.", field="mode") from None


def _name(name: str) -> str:
    name = " ".join(name.split())
    if not name or len(name) > 120:
        raise BadInput("Give the agent a name of at most 120 characters.", field="name")
    return name


def _change_profile(session: Session, who: Principal, agent: Agent, values: dict[str, Any]) -> None:
    if "name" in values:
        name = _name(str(values.pop("name")))
        taken = session.scalar(select(Agent.agentid).where(Agent.name == name, Agent.agentid != agent.agentid))
        if taken:
            raise Conflict(f"An archived agent is called {name}. Choose another name.")
        if name != agent.name:
            _audit(session, who, "agent.renamed", agent, before={"name": agent.name}, after={"name": name})
            agent.name = name
    if "agentuserid" in values:
        choose_agent_user(session, who, agent, str(values.pop("agentuserid") or ""))


def _validated(draft: Mapping[str, Any], part: str, values: dict[str, Any]) -> Configuration:
    new: Any = {**draft[part], **values} if part not in _LISTS else values.pop(part, draft[part])
    if part in _LISTS and values:
        raise BadInput(f"This section has no setting {next(iter(values))}.", field=next(iter(values)))
    if len(json.dumps(new, default=str)) > _MOST_CHARACTERS:
        raise BadInput(f"This section is too long: at most {_MOST_CHARACTERS:,} characters.", field=part)
    try:
        return Configuration.model_validate({**draft, part: new})
    except ValidationError as error:
        raise _plain(error) from error


def _plain(error: ValidationError) -> BadInput:
    first = error.errors(include_url=False, include_context=False)[0]
    place = [str(p) for p in first["loc"][1:]] or [str(p) for p in first["loc"]]
    field = ".".join(place)
    if first["type"] == "extra_forbidden":
        return BadInput(f"There is no setting {field}.", field=field)
    return BadInput(f"{field}: {first['msg']}.", field=field)


def _check_references(session: Session, part: str, draft: Configuration) -> None:
    if part == "selection" and (problem := selection_problem(session, draft.selection.conditions)):
        raise BadInput(problem, field="conditions")
    if part != "assignment":
        return
    people = [*draft.assignment.sellers, *filter(None, [draft.assignment.supervisor])]
    known = set(
        session.scalars(
            select(SystemUser.systemuserid).where(
                SystemUser.systemuserid.in_(people), SystemUser.applicationid.is_(None)
            )
        )
    )
    if missing := [p for p in people if p not in known]:
        raise BadInput(
            f"There is no person {missing[0]}. Choose sellers and supervisor from the list.", field="sellers"
        )
    if draft.assignment.sellers and draft.assignment.team:
        raise BadInput("Choose a list of sellers or one team, not both.", field="team")
    if draft.assignment.team and session.get(Team, draft.assignment.team) is None:
        raise BadInput("There is no such team. Choose one from the list.", field="team")


def _missing(session: Session, agent: Agent) -> tuple[str, ...]:
    found = facts(session, agent)
    return missing_for_start(all_sections(_draft(agent), found), found)


def _startable(agent: Agent) -> AgentMode:
    mode = AgentMode(agent.mode)
    if mode is AgentMode.ENGAGE:
        raise NotReady((SENDING_MISSING,))
    if agent.state == AgentState.ARCHIVED:
        raise Conflict("An archived agent cannot be started. Create a new one.")
    if agent.state == AgentState.ON:
        raise Conflict(f"{agent.name} is on already.")
    if agent.state == AgentState.PAUSED:
        raise Conflict(f"{agent.name} is paused and goes on by itself. {agent.statereason or ''}".strip())
    return mode


def _apply(session: Session, who: Principal, agent: Agent, services: Services) -> bool:
    """Store the draft as the next version unless it is in force already."""
    applied = session.get(AgentVersion, (agent.agentid, agent.appliedversion))
    if applied is not None and applied.configuration == _draft(agent):
        return False
    agent.appliedversion += 1
    session.add(
        AgentVersion(
            agentid=agent.agentid,
            version=agent.appliedversion,
            configuration=_draft(agent),
            appliedon=services.clock(),
            appliedby=who.id,
        )
    )
    session.flush()
    return True


def _in_work(session: Session, agentid: str) -> int:
    stages = (Stage.QUEUED, Stage.RESEARCHING)
    return session.scalar(select(func.count()).where(LeadRun.agentid == agentid, LeadRun.stage.in_(stages))) or 0


def _flat(value: Mapping[str, Any], path: str = "") -> Iterator[tuple[str, Any]]:
    for name, entry in value.items():
        at = f"{path}.{name}" if path else name
        if isinstance(entry, Mapping) and name != "conditions":
            yield from _flat(entry, at)
        else:
            yield at, entry


def _audit(
    session: Session, who: Principal, action: str, agent: Agent, *, before: Mapping[str, Any], after: Mapping[str, Any]
) -> None:
    audit.record(session, who.actor, action, "agent", agent.agentid, before=before, after=after)
