"""The agent as a file: export it, apply a file as a version, take it as the draft. What it would do: `agent_plan`."""

from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from leadwright.actions.agent import apply_draft, create_agent
from leadwright.actions.agent_file_rows import (
    agent_file,
    configuration_named,
    mailbox_told,
    names_of,
    state_hash,
    stored_location,
)
from leadwright.actions.agent_plan import Plan, plan_in, user_named
from leadwright.actions.agent_rows import audited, locked, settings_of
from leadwright.actions.applications import choose_agent_user
from leadwright.actions.mailbox_pace import set_pace
from leadwright.agentfile.conditions import from_rows, sentences
from leadwright.agentfile.plain import to_plain
from leadwright.agentfile.shape import AgentFile, Names, Plain
from leadwright.agentfile.writing import row_key, write
from leadwright.db import audit
from leadwright.db.agent import Agent, LeadRun
from leadwright.db.knowledge import KnowledgeSource
from leadwright.db.mail import Mailbox
from leadwright.db.pages.agent_settings import present_agent
from leadwright.db.pages.mailboxes import mailboxid_of
from leadwright.db.selection import Tables, tables_of
from leadwright.domain.stage import OPEN_STAGES
from leadwright.errors import BadInput, Conflict, LeadwrightError, NotFound
from leadwright.identity.access import Principal, require
from leadwright.research import knowledge
from leadwright.services import Services


class FileRefused(BadInput):
    """The file cannot be applied. `plan.problems` has each reason with line, key and remedy."""

    def __init__(self, plan: Plan) -> None:
        super().__init__("\n".join(str(p) for p in plan.problems), field="file")
        self.plan = plan


@dataclass(frozen=True, slots=True)
class Applied:
    """What applying a file did.

    Args:
        version: in force now; 0 when the agent was never started: then Start applies the first one.
        changed: something differed. `sources`: knowledge sources added and removed.
    """

    agentid: str
    version: int
    changed: bool
    sources: int = 0


def export_agent(services: Services, who: Principal, which: str = "applied") -> str:
    """The whole agent as TOML with comments; no secret.

    Args:
        which: ``applied`` (the draft before the first version), ``draft``, or the number of a version.

    Raises:
        NotAllowed: prvReadAgent is missing.
        NotFound: there is no agent, or no such version.
    """
    require(who, "prvReadAgent")
    with services.database.reading() as session:
        agent = present_agent(session)
        if agent is None:
            raise NotFound("There is no agent yet. Create one, or apply a file.")
        names, tables = names_of(session), tables_of(session)
        configuration = configuration_named(session, agent, which)
        plain = to_plain(agent_file(session, agent, configuration, services.settings.data_dir), names, dict(tables))
    return write(plain, _remarks(plain, names, tables))


def apply_file(services: Services, who: Principal, text: str, *, against: str = "", note: str = "") -> Applied:
    """Make the agent what the file says: a numbered version like any other. Creates the agent where there is none.

    Args:
        against: the version or the hash that `plan_file` gave; another state is refused. Empty: whatever there is.
        note: why, kept with the version.

    Raises:
        NotAllowed: prvConfigureAgent or prvStartAgent is missing, or prvWriteKnowledge, prvCreateMailbox where the
            file changes sources or limits.
        FileRefused: it cannot be used.
        Conflict: the agent is not what the plan was made against, or a section would be incomplete.
    """
    require(who, "prvStartAgent")
    return _take(services, who, text, against=against, note=note, as_draft=False, live=True)


def take_as_draft(
    services: Services, who: Principal, text: str, *, against: str = "", sources: bool = False
) -> Applied:
    """Make the draft what the file says. Nothing takes effect before Start or Apply changes.

    Args:
        sources: knowledge sources and mailbox limits too, which have no draft and take effect at once.

    Raises:
        NotAllowed, FileRefused, Conflict: as `apply_file`; prvStartAgent is not needed.
    """
    return _take(services, who, text, against=against, note="", as_draft=True, live=sources)


def _take(
    services: Services, who: Principal, text: str, *, against: str, note: str, as_draft: bool, live: bool
) -> Applied:
    require(who, "prvConfigureAgent")
    data_dir = services.settings.data_dir
    with services.database.reading() as session:
        first = plan_in(services, session, text, effects=False)
    if first.problems or first.agent is None:
        raise FileRefused(first)
    if against and against not in (first.against, str(first.version)):
        raise _moved_on(first, against)
    if first.creates:
        create_agent(services, who, name=first.agent.name, mode=first.agent.mode)
    with services.database.transaction() as session:
        agent = present_agent(session)
        if agent is None:
            raise Conflict("The agent was archived meanwhile. Plan again.")
        agent = locked(session, agent.agentid)
        plan = plan_in(services, session, text, effects=False)
        if plan.problems or plan.agent is None:
            raise FileRefused(plan)
        if not first.creates and plan.against != first.against:
            raise _moved_on(plan, first.against)
        before = state_hash(session, agent, data_dir)
        _write_draft(session, who, agent, plan.agent)
        touched = _write_live(services, session, who, agent, plan.agent) if live else []
        if not as_draft and agent.startedon is not None and plan.lines:
            apply_draft(services, session, who, agent, note)
        session.flush()
        changed = first.creates or state_hash(session, agent, data_dir) != before
        done = Applied(agent.agentid, agent.appliedversion, changed, len(touched))
    for sourceid in touched:
        _take_in(services, sourceid)
    return done


def _moved_on(plan: Plan, against: str) -> Conflict:
    return Conflict(
        f"The agent is not what this plan was made against ({against[:40]}): version {plan.version} is in force, and "
        f"its state is {plan.against}. Plan again, look at the difference, then apply."
    )


def _write_draft(session: Session, who: Principal, agent: Agent, wanted: AgentFile) -> None:
    """Name, mode, agent user, what it expects, and the whole draft."""
    if wanted.mode != agent.mode:
        before, agent.mode = {"mode": agent.mode}, wanted.mode
        begun = (LeadRun.agentid == agent.agentid) & LeadRun.stage.in_(OPEN_STAGES)
        session.execute(update(LeadRun).where(begun).values(version=agent.appliedversion + 1))
        audited(session, who, "agent.upgraded", agent, before=before, after={"mode": wanted.mode})
    if wanted.name != agent.name:
        audited(session, who, "agent.renamed", agent, before={"name": agent.name}, after={"name": wanted.name})
        agent.name = wanted.name
    if (user := user_named(session, wanted.user)) is not None:
        choose_agent_user(session, who, agent, user)
    agent.expected = {"user": wanted.user, **wanted.identities, "mailbox": dict(wanted.mailbox)}
    present, after = settings_of(agent), wanted.configuration.model_dump(mode="json")
    parts = [part for part in after if after[part] != present[part]]
    if parts:
        agent.draft = after
        was, becomes = {p: present[p] for p in parts}, {p: after[p] for p in parts}
        audited(session, who, "agent.file_taken", agent, before=was, after=becomes)
    agent.versionnumber += 1


def _write_live(services: Services, session: Session, who: Principal, agent: Agent, wanted: AgentFile) -> list[str]:
    """Limits of the mailbox and knowledge sources. Gives the sources that are to be read."""
    here = mailbox_told(session, agent.agentid)
    if here and here != wanted.mailbox and here.get("address") == wanted.mailbox.get("address"):
        require(who, "prvCreateMailbox")
        row = session.get_one(Mailbox, mailboxid_of(session, agent.agentid), with_for_update=True)
        limits = {key: value for key, value in wanted.mailbox.items() if key != "address"}
        set_pace(session, who, row, services.clock(), **limits)
    return _write_sources(session, who, wanted, services.settings.data_dir)


def _write_sources(session: Session, who: Principal, wanted: AgentFile, data_dir: Path) -> list[str]:
    sources = {(s.purpose, s.kind, stored_location(s, data_dir)): s for s in wanted.knowledge}
    there = {(s.purpose, s.kind, s.location): s for s in session.scalars(select(KnowledgeSource))}
    if sources.keys() != there.keys():
        require(who, "prvWriteKnowledge")
    for key in there.keys() - sources.keys():
        gone = there[key]
        before = {"purpose": gone.purpose, "kind": gone.kind, "location": gone.location}
        knowledge.remove_source(session, gone.sourceid)
        audit.record(session, who.actor, "knowledge.removed", "knowledgesource", gone.sourceid, before=before)
    new: list[str] = []
    for key, source in sources.items():
        if (known := there.get(key)) is not None:
            known.title = source.title[:300]
            continue
        row = _source_row(session, key, source.title, data_dir)
        after = {"purpose": row.purpose, "kind": row.kind, "location": row.location}
        audit.record(session, who.actor, "knowledge.added", "knowledgesource", row.sourceid, after=after)
        new.append(row.sourceid)
    return new


def _source_row(session: Session, key: tuple[str, str, str], title: str, data_dir: Path) -> KnowledgeSource:
    """The source; a file that is not there yet is kept all the same, and read when it has come."""
    purpose, kind, location = key
    there = kind not in ("file", "folder") or Path(location).expanduser().exists()
    if there:
        return knowledge.add_source(session, purpose, kind, location, title, forbidden=data_dir)
    row = KnowledgeSource(
        purpose=purpose, kind=kind, location=location, title=title[:300], state="failing",
        detail=f"There is no {kind} at {location} yet. Put it there, then refresh.",
    )  # fmt: skip
    session.add(row)
    session.flush()
    return row


def _take_in(services: Services, sourceid: str) -> None:
    """Read a new source; one that cannot be read says so on the Knowledge page."""
    try:
        knowledge.ingest(services.database, services.fetcher, sourceid, services.embedding)
    except LeadwrightError:
        return


def _remarks(plain: Plain, names: Names, tables: Tables) -> dict[str, str]:
    """Each row of conditions -> what it says in words."""
    rows = list(plain["selection"]["conditions"])
    for segment in plain["seller_segments"][""]:
        rows += segment["conditions"]
    told: dict[str, str] = {}
    for row in rows:
        tree, problem = from_rows({"conditions": [row]}, tables, names)
        told[row_key(row)] = "" if problem else " and ".join(sentences(tree, tables))
    return told
