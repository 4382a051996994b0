"""What a new installation needs until its agent was started once: the card "Get started" on the home page."""

from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from leadwright.actions import agent as act
from leadwright.db.agent import Agent
from leadwright.db.connection import platform_of
from leadwright.db.mirror_seen import is_seen
from leadwright.db.people import SystemUser
from leadwright.db.sales import Lead
from leadwright.domain.platform import Platform
from leadwright.web.visit import Visit


@dataclass(frozen=True, slots=True)
class FirstStep:
    """One of the steps: what, what for, where, and whether it is done."""

    text: str
    about: str
    link: str
    done: bool


def first_steps(visit: Visit, session: Session, agent: Agent | None) -> list[FirstStep]:
    """The steps in order; none for who may not configure the agent, and none after its first start."""
    if not visit.may("prvConfigureAgent") or (agent is not None and agent.startedon):
        return []
    persons = select(func.count()).select_from(SystemUser).where(SystemUser.applicationid.is_(None))
    if platform_of(session) is Platform.DYNAMICS365:
        persons = persons.where(is_seen("systemuser", SystemUser.systemuserid))
        about = "They come from Dynamics 365 by themselves. Sellers and the supervisor are chosen among them."
        people = FirstStep("People of the organisation", about, "/people", (session.scalar(persons) or 0) > 0)
    else:
        about = "A supervisor and the sellers who get the leads."
        people = FirstStep("Invite people", about, "/people", (session.scalar(persons) or 0) > 1)
    leads = session.scalar(select(Lead.leadid).limit(1)) is not None
    missing = act.can_start(visit.services, visit.who, agent.agentid) if agent else ("There is no agent yet.",)
    ready = agent is not None and not missing
    settings = "/agent/prerequisites" if agent and any(m.startswith("Prerequisites") for m in missing) else "/agent"
    return [
        people,
        FirstStep("Import leads", "A list from your CRM, or one you wrote. Nothing is sent yet.", "/import", leads),
        FirstStep(
            "Create the agent", "Decide whether it only researches, or also writes to leads.", "/agent",
            agent is not None,
        ),
        FirstStep(
            "Set it up", "Its prerequisites first; then each section, until all are green.", settings, ready
        ),
        FirstStep("Start the agent", "It shows first what would happen, and asks.", "/agent", False),
    ]  # fmt: skip
