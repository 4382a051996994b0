"""What an agent's file would change if it were applied: differences, leads affected, what is missing. Only looks."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from leadwright.actions.agent_file_rows import (
    agent_file,
    configuration_named,
    mailbox_told,
    names_of,
    open_conversations,
    state_hash,
    stored_location,
)
from leadwright.actions.agent_rows import WORKING
from leadwright.actions.mailbox_pace import MOST_A_DAY, MOST_A_MINUTE, MOST_AT_ONCE
from leadwright.agentfile.difference import Line, difference
from leadwright.agentfile.lines import line_of, places
from leadwright.agentfile.plain import to_plain
from leadwright.agentfile.reading import MOST_BYTES, Problem, read
from leadwright.agentfile.shape import AgentFile, Source
from leadwright.db import selection
from leadwright.db.agent import Agent
from leadwright.db.base import new_id
from leadwright.db.configuration import Configuration
from leadwright.db.pages.agent_settings import facts, present_agent
from leadwright.db.people import SystemUser
from leadwright.db.sales import Lead
from leadwright.domain.prerequisites import SetupState
from leadwright.domain.sections import sections
from leadwright.domain.stage import AgentMode, AgentState
from leadwright.errors import BadInput
from leadwright.identity.access import Principal, require
from leadwright.research.knowledge import KINDS, is_ours
from leadwright.services import Services

DEFAULT_NAME = "Sales Qualification Agent"
_LIVE = ("knowledge", "mailbox")  # take effect at once, for conversations under way too


@dataclass(frozen=True, slots=True)
class Selected:
    """Leads that match the criteria in force and those of the file; `more`: only the file's, `fewer`: only now."""

    now: int
    then: int
    more: int
    fewer: int


@dataclass(frozen=True, slots=True)
class Plan:
    """What applying a file would do.

    Args:
        problems: why it cannot be applied, each with line, key and remedy.
        lines: difference to what is in force; to the draft where nothing is. `draft_lines`: to the draft, when that
            is another one.
        missing: prerequisites, files and sections that are still to be done, each a sentence. They stop nothing here.
        selected: None when the file cannot be used.
        conversations: version -> open conversations that go on by it. `feel`: those that feel the change at once.
        version: in force, 0 before the first. `against`: what apply may be told, so that it refuses another state.
        agent: the agent as the file means it. `creates`: there is none yet.
    """

    problems: tuple[Problem, ...]
    version: int
    against: str
    lines: tuple[Line, ...] = ()
    draft_lines: tuple[Line, ...] = ()
    missing: tuple[str, ...] = ()
    selected: Selected | None = None
    conversations: Mapping[int, int] = field(default_factory=dict)
    feel: int = 0
    agent: AgentFile | None = None
    creates: bool = False
    started: bool = False


def plan_file(services: Services, who: Principal, text: str) -> Plan:
    """What the file would change. Changes nothing.

    Raises:
        NotAllowed: prvReadAgent is missing.
        BadInput: the file is too large.
    """
    require(who, "prvReadAgent")
    if len(text.encode("utf-8", "replace")) > MOST_BYTES:
        raise BadInput(f"The file is larger than {MOST_BYTES:,} bytes. An agent's file is far smaller.", field="file")
    with services.database.reading() as session:
        return plan_in(services, session, text)


def plan_in(services: Services, session: Session, text: str, *, effects: bool = True) -> Plan:
    """The same in a session, without asking for rights.

    Args:
        effects: look up as well which leads and conversations it concerns, and what is missing.
    """
    agent, data_dir = present_agent(session), services.settings.data_dir
    names, tables = names_of(session), dict(selection.tables_of(session))
    base = base_file(session, agent, data_dir)
    version, against = agent.appliedversion if agent else 0, state_hash(session, agent, data_dir)
    found = read(text, base, names, tables)
    if found.agent is None:
        return Plan(found.problems, version, against, creates=agent is None)
    wanted = found.agent
    if problems := _refused(session, agent, base, wanted, text, data_dir):
        return Plan(problems, version, against, creates=agent is None)
    after = to_plain(wanted, names, tables)
    lines = difference(to_plain(base, names, tables), after, tables, names)
    if not effects:
        return Plan((), version, against, lines, agent=wanted, creates=agent is None)
    draft_lines = lines
    if agent is not None:
        draft = agent_file(session, agent, configuration_named(session, agent, "draft"), data_dir)
        draft_lines = difference(to_plain(draft, names, tables), after, tables, names)
    conversations = open_conversations(session, agent.agentid) if agent else {}
    live = any(line.key.partition(".")[0] in _LIVE for line in lines)
    return Plan(
        problems=(),
        version=version,
        against=against,
        lines=lines,
        draft_lines=() if draft_lines == lines else draft_lines,
        missing=_missing(session, agent, wanted, data_dir),
        selected=_selected(services, session, base.configuration, wanted.configuration),
        conversations=conversations,
        feel=sum(conversations.values()) if live else 0,
        agent=wanted,
        creates=agent is None,
        started=agent is not None and agent.startedon is not None,
    )


def base_file(session: Session, agent: Agent | None, data_dir: Path) -> AgentFile:
    """What a file is read onto: the agent with what is in force, else its draft, else a new agent."""
    if agent is None:
        return AgentFile(DEFAULT_NAME, AgentMode.RESEARCH, Configuration())
    return agent_file(session, agent, configuration_named(session, agent, "applied"), data_dir)


def _refused(
    session: Session, agent: Agent | None, base: AgentFile, wanted: AgentFile, text: str, data_dir: Path
) -> tuple[Problem, ...]:
    """What the store alone can tell is wrong."""
    lines, found = places(text), list[Problem]()

    def bad(section: str, key: str, message: str) -> None:
        found.append(Problem(line_of(lines, (section, key)), f"{section}.{key}", message))

    if agent is not None and wanted.mode != agent.mode:
        if agent.mode == AgentMode.ENGAGE:
            bad(
                "agent",
                "mode",
                "Research and engage cannot go back to Research-only; leads are in conversation with it.",
            )
        elif agent.state not in (AgentState.DRAFT, AgentState.OFF):
            bad("agent", "mode", f"Stop {agent.name} first; then it can be upgraded and started again.")
    taken = select(Agent.agentid).where(Agent.name == wanted.name, Agent.agentid != (agent.agentid if agent else ""))
    if session.scalar(taken):
        bad("agent", "name", f"An archived agent is called {wanted.name}. Choose another name.")
    if agent is not None and wanted.user != base.user and agent.state in WORKING and user_named(session, wanted.user):
        bad("agent", "user", f"Stop {agent.name} before it works as another user.")
    try:
        selection.rules_of(wanted.configuration, selection.tables_of(session))
    except BadInput as error:
        at = ("email_validation", "field") if error.field == "field" else ("selection", "conditions")
        bad(*at, str(error))
    for source in wanted.knowledge:
        if problem := _source_problem(source, data_dir):
            bad("knowledge", source.purpose.split(":")[0].replace("competitor", "competitors"), problem)
    for key, most in (("per_minute", MOST_A_MINUTE), ("per_day", MOST_A_DAY), ("at_once", MOST_AT_ONCE)):
        if int(wanted.mailbox.get(key, 1)) > most:
            bad("mailbox", key, f"{key} is a number from 1 to {most:,}.")
    return tuple(sorted(found, key=lambda p: p.line))


def user_named(session: Session, name: str) -> str | None:
    """The one application user of this name; None when there is none, or more than one."""
    query = select(SystemUser.systemuserid).where(SystemUser.fullname == name, SystemUser.applicationid.is_not(None))
    found = session.scalars(query).all() if name else []
    return found[0] if len(found) == 1 else None


def _source_problem(source: Source, data_dir: Path) -> str:
    kind, location = source.kind, source.location
    if kind not in KINDS:
        return f"There is no kind {kind}. The kind is one of {', '.join(KINDS)}."
    if kind in ("file", "folder") and is_ours(Path(stored_location(source, data_dir)).resolve(), data_dir.resolve()):
        return f"{location} is, or holds, Leadwright's own data folder. Put the documents into a folder of their own."
    if kind in ("site", "feed") and not location.startswith(("http://", "https://")):
        return f"Give the whole address of {location}, with https:// in front."
    if kind == "table" and location not in ("account", "opportunity", "competitor"):
        return "A table is account, opportunity or competitor."
    return ""


def _missing(session: Session, agent: Agent | None, wanted: AgentFile, data_dir: Path) -> tuple[str, ...]:
    """Prerequisites, identities and files that are still to be set up, and sections that are not complete."""
    told: list[str] = []
    for source in wanted.knowledge:
        if source.kind in ("file", "folder"):
            path = Path(stored_location(source, data_dir)).expanduser()
            if not (path.is_file() if source.kind == "file" else path.is_dir()):
                told.append(f"Knowledge: there is no {source.kind} at {path}. Put it there; it is read within a day.")
    told += _identities(session, agent, wanted)
    told += _unfinished(session, agent, wanted)
    return tuple(dict.fromkeys(told))


def _identities(session: Session, agent: Agent | None, wanted: AgentFile) -> list[str]:
    told: list[str] = []
    if wanted.user and user_named(session, wanted.user) is None:
        told.append(f"Agent user: there is no application user called {wanted.user}. Set up prerequisites 1 and 2.")
    address, here = wanted.mailbox.get("address"), mailbox_told(session, agent.agentid) if agent else {}
    if address and here.get("address") != address:
        told.append(f"Shared mailbox: {address} is not set up here. Set up prerequisites 3 and 4 with this address.")
    return told


def _unfinished(session: Session, agent: Agent | None, wanted: AgentFile) -> list[str]:
    """Why sections would not be done with the file's settings."""
    standing = Agent(
        agentid=agent.agentid if agent else new_id(),
        name=wanted.name,
        mode=wanted.mode,
        state=agent.state if agent else AgentState.DRAFT,
        agentuserid=user_named(session, wanted.user) or (agent.agentuserid if agent else None),
        draft=wanted.configuration.model_dump(mode="json"),
    )
    shown = [s for s in sections(standing.draft, facts(session, standing)) if s.needed and s.state != SetupState.DONE]
    return [f"{s.title}: {why}" for s in shown if s.key not in ("start", "simulation") for why in s.reasons]


def _selected(services: Services, session: Session, before: Configuration, after: Configuration) -> Selected | None:
    """None where the criteria in force cannot be used any more."""
    tables, moment = selection.tables_of(session), services.clock()
    try:
        was = selection.matching_leads(session, selection.rules_of(before, tables), now=moment, tables=tables)
        now = selection.matching_leads(session, selection.rules_of(after, tables), now=moment, tables=tables)
    except BadInput:
        return None
    total, then = (session.scalar(q.with_only_columns(func.count())) or 0 for q in (was, now))
    both = session.scalar(was.where(Lead.leadid.in_(now)).with_only_columns(func.count())) or 0
    return Selected(total, then, then - both, total - both)
