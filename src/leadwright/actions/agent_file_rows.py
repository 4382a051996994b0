"""What the store says of an agent as its file has it: names instead of ids, sources, mailbox limits. No secrets."""

import hashlib
import json
from pathlib import Path

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from leadwright.actions.mailbox_pace import pace_of
from leadwright.agentfile.plain import to_plain
from leadwright.agentfile.shape import AgentFile, Names, Source
from leadwright.db.agent import Agent, AgentVersion, LeadRun, Prerequisite
from leadwright.db.configuration import Configuration
from leadwright.db.engagement import Engagement
from leadwright.db.knowledge import KnowledgeSource
from leadwright.db.mail import Mailbox
from leadwright.db.pages.mailboxes import mailboxid_of
from leadwright.db.people import Application, SystemUser, Team
from leadwright.db.selection import tables_of
from leadwright.domain.engagement import State
from leadwright.errors import NotFound

UPLOADS = "uploads/"


def names_of(session: Session) -> Names:
    """Sign-in names of people, by id, and names of teams."""
    people = select(SystemUser.systemuserid, SystemUser.internalemailaddress)
    people = people.where(SystemUser.internalemailaddress.is_not(None), SystemUser.applicationid.is_(None))
    return Names(
        {row[0]: row[1] or "" for row in session.execute(people)},
        {row[0]: row[1] for row in session.execute(select(Team.teamid, Team.name))},
    )


def agent_file(session: Session, agent: Agent, configuration: Configuration, data_dir: Path) -> AgentFile:
    """The agent with this configuration. An identity that is not set up here stays as its file named it."""
    inputs = {
        row.number: row.inputs
        for row in session.scalars(select(Prerequisite).where(Prerequisite.agentid == agent.agentid))
    }
    application = session.get(Application, inputs.get(1, {}).get("clientid") or "")
    user = session.get(SystemUser, inputs.get(2, {}).get("systemuserid") or "")
    chosen = session.get(SystemUser, agent.agentuserid or "")
    expected = agent.expected
    return AgentFile(
        name=agent.name,
        mode=agent.mode,
        configuration=configuration,
        user=chosen.fullname if chosen else expected.get("user", ""),
        knowledge=tuple(_source(s, data_dir) for s in session.scalars(select(KnowledgeSource))),
        mailbox=mailbox_told(session, agent.agentid) or expected.get("mailbox", {}),
        identities={
            "application": application.displayname if application else expected.get("application", ""),
            "application_user": user.fullname if user else expected.get("application_user", ""),
        },
    )


def mailbox_told(session: Session, agentid: str) -> dict[str, str | int]:
    """Address and limits of the agent's mailbox; empty when it has none."""
    row = session.get(Mailbox, mailboxid_of(session, agentid) or "")
    if row is None:
        return {}
    pace = pace_of(row)
    return {
        "address": row.emailaddress,
        "per_minute": pace.per_minute,
        "per_day": pace.per_day,
        "at_once": pace.at_once,
        "authserv_id": pace.authserv_id,
    }


def configuration_named(session: Session, agent: Agent, which: str) -> Configuration:
    """The configuration called ``draft``, ``applied``, or a version's number.

    Raises:
        NotFound: there is no such version.
    """
    if which == "draft" or (which == "applied" and not agent.appliedversion):
        return Configuration.model_validate(agent.draft)
    number = agent.appliedversion if which == "applied" else int(which) if which.isdecimal() and len(which) < 9 else 0
    version = session.get(AgentVersion, (agent.agentid, number))
    if version is None:
        raise NotFound(f"There is no version {which[:20]}. The newest is version {agent.appliedversion}.")
    return Configuration.model_validate(version.configuration)


def state_hash(session: Session, agent: Agent | None, data_dir: Path) -> str:
    """Twelve characters that change whenever what a plan was made against changes: version, draft, sources, limits."""
    told: list[object] = []
    if agent is not None:
        names, tables = names_of(session), dict(tables_of(session))
        told = [agent.appliedversion, agent.state == "on", names.people, names.teams]
        for which in ("applied", "draft"):
            configuration = configuration_named(session, agent, which)
            told.append(to_plain(agent_file(session, agent, configuration, data_dir), names, tables))
    return hashlib.sha256(json.dumps(told, sort_keys=True, default=str).encode()).hexdigest()[:12]


def open_conversations(session: Session, agentid: str) -> dict[int, int]:
    """Version -> how many conversations that have not ended go on by it."""
    query = select(LeadRun.version, func.count()).join(Engagement, Engagement.runid == LeadRun.runid)
    query = query.where(Engagement.agentid == agentid, Engagement.state != State.ENDED)
    return {row[0]: row[1] for row in session.execute(query.group_by(LeadRun.version).order_by(LeadRun.version))}


def stored_location(source: Source, data_dir: Path) -> str:
    """Where a source of the file is on this machine."""
    if source.kind in ("file", "folder") and source.location.startswith(UPLOADS):
        return str((data_dir / source.location).resolve())
    return source.location


def _source(source: KnowledgeSource, data_dir: Path) -> Source:
    location = source.location
    if source.kind in ("file", "folder") and Path(location).is_relative_to(data_dir.resolve() / "uploads"):
        location = Path(location).relative_to(data_dir.resolve()).as_posix()
    return Source(source.purpose, source.kind, location, source.title)
