"""The agent's row inside a transaction: found, locked, its settings, its audit entries. No rights."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from leadwright.db import audit
from leadwright.db.agent import Agent
from leadwright.db.configuration import Configuration
from leadwright.db.pages.agent_settings import facts
from leadwright.domain.sections import (
    missing_for_start,
)
from leadwright.domain.sections import sections as all_sections
from leadwright.domain.stage import AgentState
from leadwright.errors import BadInput, Conflict, NotFound
from leadwright.identity.access import Principal

WORKING = frozenset({AgentState.ON, AgentState.PAUSED, AgentState.DRAINING})


def agent_of(session: Session, agentid: str) -> Agent:
    """The agent, or NotFound."""
    agent = session.get(Agent, agentid)
    if agent is None:
        raise NotFound("There is no such agent.")
    return agent


def settings_of(agent: Agent) -> dict[str, Any]:
    """The draft with every setting, those included that it has never named."""
    return Configuration.model_validate(agent.draft).model_dump(mode="json")


def locked(session: Session, agentid: str, versionnumber: int | None = None) -> Agent:
    """The agent, held until the transaction ends.

    Raises:
        Conflict: it is not at this versionnumber any more.
    """
    agent = session.scalar(select(Agent).where(Agent.agentid == agentid).with_for_update())
    if agent is None:
        raise NotFound("There is no such agent.")
    if versionnumber is not None and versionnumber != agent.versionnumber:
        raise Conflict("Somebody changed the agent's settings meanwhile. Reload the page and make your change again.")
    return agent


def checked_name(name: str) -> str:
    """A name an agent may have.

    Raises:
        BadInput: empty or too long.
    """
    name = " ".join(name.split())
    if not name or len(name) > 120:
        raise BadInput("Give the agent a name of at most 120 characters.", field="name")
    return name


def missing(session: Session, agent: Agent) -> tuple[str, ...]:
    """What is missing before Start, from the last checks."""
    found = facts(session, agent)
    return missing_for_start(all_sections(settings_of(agent), found), found)


def audited(
    session: Session, who: Principal, action: str, agent: Agent, *, before: Mapping[str, Any], after: Mapping[str, Any]
) -> None:
    """Audit something that happened to the agent."""
    audit.record(session, who.actor, action, "agent", agent.agentid, before=before, after=after)
