"""Knowledge: the sources of each set, adding and removing them, and the test pane."""

from typing import Any

from starlette.datastructures import UploadFile
from starlette.responses import Response

from leadwright.actions import agent as act_agent
from leadwright.actions import knowledge as act
from leadwright.actions.agent_draft import searchable_fields
from leadwright.actions.insight_trial import latest_trial
from leadwright.actions.knowledge import UPLOAD_BYTES, UPLOAD_KINDS
from leadwright.db.configuration import Configuration
from leadwright.db.selection import tables_of
from leadwright.domain.stage import AgentMode
from leadwright.errors import BadInput
from leadwright.web.pages.agent import needed_agent, settings_page, takes_effect
from leadwright.web.visit import Pages, Visit

pages = Pages()

_PURPOSES = {
    "research": ("Research", "Read when a lead's company is researched and judged. Never used in an email."),
    "outreach": ("Outreach emails", "Proof and facts the first email may use. Never used for research."),
}
_FOLLOW_UP = (
    "Follow-up emails",
    "Used only to answer what leads ask: delivery, prices, policies, security. What it does not say, a seller answers.",
)
_KINDS = {
    "folder": "Folder on this machine",
    "site": "Web site",
    "feed": "RSS or Atom feed",
    "table": "CRM table (account, opportunity, competitor)",
}
_SLOW = ("site", "feed")
_BEGUN = "It is being read. You may leave this page; its state is shown here."
MOST_COMPETITORS = 3


@pages.get("/agent/knowledge", "prvReadKnowledge")
def knowledge(visit: Visit) -> Response:
    """The sets with their sources."""
    return knowledge_page(visit)


@pages.post("/agent/knowledge", "prvWriteKnowledge", takes=lambda _settings: UPLOAD_BYTES * 2 + 100_000)
def add(visit: Visit) -> Response:
    """Add sources: uploaded files, or a folder, site, feed or table."""
    purpose = visit.text("purpose", most=140)
    uploads = [f for f in visit.form.getlist("file") if isinstance(f, UploadFile) and f.filename]
    try:
        if uploads:
            return _uploaded(visit, purpose, uploads)
        kind, location, title = visit.text("kind"), visit.text("location"), visit.text("title")
        if kind in _SLOW:
            act.add_in_background(visit.services, visit.who, purpose, kind, location, title)
            return visit.to("/agent/knowledge", _BEGUN, "info")
        done = act.add_source(visit.services, visit.who, purpose, kind, location, title)
    except BadInput as error:
        return knowledge_page(visit, 422, problems={error.field or "": str(error)})
    said = f"{_documents(done.documents)} taken in. {done.detail}"
    return visit.to("/agent/knowledge", said if done.state != "failing" else done.detail, _tone(done.state))


def _uploaded(visit: Visit, purpose: str, uploads: list[UploadFile]) -> Response:
    """Each file on its own: one that cannot be read stops no other."""
    read, problems = 0, []
    for file in uploads:
        name = file.filename or ""
        try:
            done = act.upload(visit.services, visit.who, purpose, name, file.file)
        except BadInput as error:
            problems.append(f"{name}: {error}")
            continue
        read += done.state != "failing"
        problems += [f"{name}: {done.detail}"] if done.state != "ready" else []
    if not read:
        return knowledge_page(visit, 422, problems={"file": " ".join(problems)})
    return visit.to(
        "/agent/knowledge", " ".join([f"{_documents(read)} taken in.", *problems]), "warn" if problems else "good"
    )


@pages.post("/agent/knowledge/refresh", "prvWriteKnowledge")
def refresh(visit: Visit) -> Response:
    """Take a source in again."""
    sourceid = visit.text("sourceid")
    found = [s for listed in act.sources(visit.services, visit.who).values() for s in listed if s.sourceid == sourceid]
    if found and found[0].kind in _SLOW:
        act.refresh_in_background(visit.services, visit.who, sourceid)
        return visit.to("/agent/knowledge", _BEGUN, "info")
    done = act.refresh_source(visit.services, visit.who, sourceid)
    said = f"{done.changed} changed, {done.removed} removed, {done.documents} in all. {done.detail}"
    return visit.to("/agent/knowledge", said, _tone(done.state))


@pages.post("/agent/knowledge/competitors", "prvReadKnowledge", "prvConfigureAgent")
def competitors(visit: Visit) -> Response:
    """Name the key competitors; each gets a group of documents of its own."""
    agent = needed_agent(visit)
    names = [name for n in range(1, MOST_COMPETITORS + 1) if (name := visit.text(f"competitor-{n}", most=120))]
    try:
        act_agent.edit_draft(
            visit.services,
            visit.who,
            agent.agentid,
            "competitors",
            {"names": names},
            versionnumber=visit.number("versionnumber"),
        )
    except BadInput as error:
        return knowledge_page(visit, 422, problems={"competitors": str(error)})
    return visit.to("/agent/knowledge#competitors", f"Saved in the draft. {takes_effect(agent)}")


@pages.post("/agent/knowledge/search-fields", "prvReadKnowledge", "prvConfigureAgent")
def search_fields(visit: Visit) -> Response:
    """Choose which columns of a lead may go to the web-search provider."""
    agent = needed_agent(visit)
    chosen = [v for v in visit.form.getlist("search_fields") if isinstance(v, str) and v]
    try:
        act_agent.edit_draft(
            visit.services,
            visit.who,
            agent.agentid,
            "search_fields",
            {"search_fields": chosen},
            versionnumber=visit.number("versionnumber"),
        )
    except BadInput as error:
        return knowledge_page(visit, 422, problems={"search_fields": str(error)})
    return visit.to("/agent/knowledge#search", f"Saved in the draft. {takes_effect(agent)}")


def _documents(count: int) -> str:
    return f"{count} document{'s' if count != 1 else ''}"


def _tone(state: str) -> str:
    return {"ready": "good", "partial": "warn"}.get(state, "bad")


@pages.post("/agent/knowledge/remove", "prvWriteKnowledge")
def remove(visit: Visit) -> Response:
    """Remove a source."""
    act.remove_source(visit.services, visit.who, visit.text("sourceid"))
    return visit.to("/agent/knowledge", "The source and everything taken from it is removed.")


def knowledge_page(visit: Visit, status: int = 200, *, problems: dict[str, str] | None = None) -> Response:
    """The page, with what was wrong."""
    agent = needed_agent(visit)
    configuration = Configuration.model_validate(agent.draft)
    purposes = dict(_PURPOSES)
    if agent.mode == AgentMode.ENGAGE:
        purposes["followup"] = _FOLLOW_UP
    for name in configuration.competitors.names:
        purposes[f"competitor:{name}"] = (name, "Documents about this competitor: overview, SWOT and talking points.")
    question, purpose = visit.text("question", most=500), visit.text("in") or "research"
    sources = act.sources(visit.services, visit.who)
    for name in sorted({p for p in sources if p.startswith("competitor:")} - set(purposes)):
        gone = name.partition(":")[2]
        purposes[name] = (gone, "No key competitor any more: nothing here is read. Name it again, or remove these.")
    names = (
        [visit.text(f"competitor-{n}", most=120) for n in (1, 2, 3)] if problems else configuration.competitors.names
    )
    with visit.services.database.reading() as session:
        searchable = searchable_fields(tables_of(session))
    context: dict[str, Any] = {
        "searchable": searchable,
        "searched": {f if "." in f else f"lead.{f}" for f in configuration.search_fields},
        "search": visit.services.search.name,
        "competitors": [*names, "", "", ""][:MOST_COMPETITORS],
        "trial": latest_trial(visit.services, visit.who, agent.agentid),
        "purposes": purposes,
        "sources": sources,
        "uploads": str((visit.services.settings.data_dir / "uploads").resolve()),
        "reading": any(s.state == act.READING for listed in sources.values() for s in listed),
        "read": act.last_read(visit.services, visit.who),
        "kinds": list(_KINDS.items()),
        "file_kinds": ",".join(UPLOAD_KINDS),
        "problems": problems or {},
        "typed": visit.form,
        "question": question,
        "asked_in": purpose,
        "answers": act.ask(visit.services, visit.who, purpose, question) if question else None,
    }
    return settings_page(visit, agent, "knowledge", "agent/knowledge.html", status, **context)
