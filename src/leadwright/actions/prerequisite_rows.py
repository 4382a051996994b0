"""Rows of an agent's prerequisites inside a transaction, and who may set one up. No verification."""

from sqlalchemy.orm import Session

from leadwright.actions.agent_rows import WORKING, agent_of
from leadwright.db.agent import Agent, Prerequisite
from leadwright.db.connection import platform_of
from leadwright.domain.platform import Platform
from leadwright.domain.prerequisites import (
    BY_NUMBER,
    state_of,
)
from leadwright.domain.privileges import role_that_grants
from leadwright.errors import Conflict, NotAllowed, NotFound
from leadwright.identity.access import Principal


def may_set_up(who: Principal, number: int) -> None:
    """Refuse unless the person holds every privilege of this step.

    Raises:
        NotAllowed: names the role the step is for and the missing privilege.
    """
    if number not in BY_NUMBER:
        raise NotFound("There are four prerequisites, 1 to 4.")
    step = BY_NUMBER[number]
    for privilege in step.privileges:
        if not who.may(privilege):
            raise NotAllowed(
                f"Prerequisite {number} is for the role {step.role}: you lack the privilege {privilege}, which the "
                f"role {role_that_grants(privilege)} has. Ask someone who has it.",
                privilege=privilege,
            )


def refuse_while_working(agent: Agent) -> None:
    """Refuse while the agent is on, paused or draining."""
    if agent.state in WORKING:
        raise Conflict(f"{agent.name} is working. Stop the agent first.")


def refuse_on_dynamics(session: Session) -> None:
    """Refuse to register in the built-in directory what belongs to Microsoft Entra and Dataverse."""
    if platform_of(session) is Platform.DYNAMICS365:
        raise Conflict("This installation is on Dynamics 365. Set this up there: the page Prerequisites says how.")


def row_of(session: Session, agentid: str, number: int) -> Prerequisite:
    """The row of one prerequisite, or NotFound."""
    row = session.get(Prerequisite, (agentid, number))
    if row is None:
        raise NotFound("There is no such agent or prerequisite.")
    return row


def open_row(session: Session, agentid: str, number: int) -> Prerequisite:
    """The row, when it may be set up anew."""
    refuse_while_working(agent_of(session, agentid))
    row = row_of(session, agentid, number)
    if row.done:
        raise Conflict(f"Prerequisite {number} is marked as done. Clear the mark before you set it up anew.")
    return row


def begin(row: Prerequisite, inputs: dict[str, str]) -> None:
    """Keep what was set up; what was checked before does not count any more."""
    row.inputs, row.checks = inputs, []
    row.state = state_of(done=row.done, attested=row.attested, begun=True, checks=())


def untick(row: Prerequisite) -> None:
    """Clear the tick and what was checked."""
    row.done, row.attested, row.checks = False, False, []
    row.state = state_of(done=False, attested=False, begun=bool(row.inputs), checks=())
