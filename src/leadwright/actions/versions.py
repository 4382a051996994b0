"""Applied versions of an agent: listed, compared with each other and with the draft, restored as the draft."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from leadwright.actions.agent_file_rows import agent_file, configuration_named, names_of
from leadwright.actions.agent_rows import agent_of, audited, locked, settings_of
from leadwright.agentfile.difference import Line, difference
from leadwright.agentfile.plain import to_plain
from leadwright.db.agent import AgentVersion
from leadwright.db.people import SystemUser
from leadwright.db.selection import tables_of
from leadwright.domain.stage import AgentState
from leadwright.errors import Conflict
from leadwright.identity.access import Principal, require
from leadwright.services import Services

DRAFT = "draft"
_BY_COMMAND = "command line"


@dataclass(frozen=True, slots=True)
class Version:
    """One applied version: when, by whom, and why in their words."""

    number: int
    applied_at: datetime
    applied_by: str
    note: str


def versions(services: Services, who: Principal, agentid: str, *, most: int = 200) -> Sequence[Version]:
    """The newest versions first.

    Raises:
        NotAllowed: prvReadAgent is missing.
    """
    require(who, "prvReadAgent")
    with services.database.reading() as session:
        agent_of(session, agentid)
        rows = session.execute(
            select(AgentVersion.version, AgentVersion.appliedon, SystemUser.fullname, AgentVersion.note)
            .outerjoin(SystemUser, SystemUser.systemuserid == AgentVersion.appliedby)
            .where(AgentVersion.agentid == agentid)
            .order_by(AgentVersion.version.desc())
            .limit(most)
        ).all()
        return [Version(r.version, r.appliedon, r.fullname or _BY_COMMAND, r.note) for r in rows]


def compare(services: Services, who: Principal, agentid: str, before: str, after: str) -> tuple[Line, ...]:
    """What differs between two configurations, as a person reads it.

    Args:
        before, after: ``draft``, ``applied``, or the number of a version.

    Raises:
        NotAllowed: prvReadAgent is missing.
        NotFound: there is no such version.
    """
    require(who, "prvReadAgent")
    data_dir = services.settings.data_dir
    with services.database.reading() as session:
        agent, names, tables = agent_of(session, agentid), names_of(session), dict(tables_of(session))
        sides = (configuration_named(session, agent, which) for which in (before, after))
        was, now = (to_plain(agent_file(session, agent, side, data_dir), names, tables) for side in sides)
    return difference(was, now, tables, names)


def restore_version(services: Services, who: Principal, agentid: str, number: int) -> bool:
    """Make an old version the draft. Nothing takes effect before Apply. False: the draft was that already.

    Raises:
        NotAllowed: prvConfigureAgent is missing.
        NotFound: there is no such version.
        Conflict: the agent is archived.
    """
    require(who, "prvConfigureAgent")
    with services.database.transaction() as session:
        agent = locked(session, agentid)
        if agent.state == AgentState.ARCHIVED:
            raise Conflict("An archived agent cannot be changed.")
        wanted = configuration_named(session, agent, str(number)).model_dump(mode="json")
        present = settings_of(agent)
        if wanted == present:
            return False
        parts = [part for part in wanted if wanted[part] != present[part]]
        agent.draft = wanted
        agent.versionnumber += 1
        before = {part: present[part] for part in parts}
        after = {"restored": number, **{part: wanted[part] for part in parts}}
        audited(session, who, "agent.version_restored", agent, before=before, after=after)
        return True
