"""Knowledge: the sources of each set, adding and removing them, and the test pane."""

from typing import Any

from starlette.datastructures import UploadFile
from starlette.responses import Response

from leadwright.actions import knowledge as act
from leadwright.actions.knowledge import UPLOAD_BYTES, UPLOAD_KINDS
from leadwright.db.agent import Agent
from leadwright.db.configuration import Configuration
from leadwright.domain.stage import AgentMode
from leadwright.errors import BadInput
from leadwright.web.pages.agent import needed_agent, settings_page
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


@pages.get("/agent/knowledge", "prvReadKnowledge")
def knowledge_page(visit: Visit) -> Response:
    """The sets with their sources."""
    return _page(visit, needed_agent(visit))


@pages.post("/agent/knowledge", "prvWriteKnowledge", takes=lambda _settings: UPLOAD_BYTES + 100_000)
def add(visit: Visit) -> Response:
    """Add a source: an uploaded file, or a folder, site, feed or table."""
    agent, purpose = needed_agent(visit), visit.text("purpose", most=140)
    upload = visit.form.get("file")
    try:
        if isinstance(upload, UploadFile) and upload.filename:
            done = act.upload(visit.services, visit.who, purpose, upload.filename, upload.file)
        else:
            done = act.add_source(
                visit.services, visit.who, purpose, visit.text("kind"), visit.text("location"), visit.text("title")
            )
    except BadInput as error:
        return _page(visit, agent, 422, problems={error.field or "": str(error)})
    tone = {"ready": "good", "partial": "warn"}.get(done.state, "bad")
    said = f"{done.documents} document{'s' if done.documents != 1 else ''} taken in. {done.detail}"
    return visit.to("/agent/knowledge", said if done.state != "failing" else done.detail, tone)


@pages.post("/agent/knowledge/refresh", "prvWriteKnowledge")
def refresh(visit: Visit) -> Response:
    """Take a source in again."""
    done = act.refresh_source(visit.services, visit.who, visit.text("sourceid"))
    said = f"{done.changed} changed, {done.removed} removed, {done.documents} in all. {done.detail}"
    return visit.to("/agent/knowledge", said, {"ready": "good", "partial": "warn"}.get(done.state, "bad"))


@pages.post("/agent/knowledge/remove", "prvWriteKnowledge")
def remove(visit: Visit) -> Response:
    """Remove a source."""
    act.remove_source(visit.services, visit.who, visit.text("sourceid"))
    return visit.to("/agent/knowledge", "The source and everything taken from it is removed.")


def _page(visit: Visit, agent: Agent, status: int = 200, *, problems: dict[str, str] | None = None) -> Response:
    configuration = Configuration.model_validate(agent.draft)
    purposes = dict(_PURPOSES)
    if agent.mode == AgentMode.ENGAGE:
        purposes["followup"] = _FOLLOW_UP
    for name in configuration.competitors.names:
        purposes[f"competitor:{name}"] = (name, "Documents about this competitor: overview, SWOT and talking points.")
    question, purpose = visit.text("question", most=500), visit.text("in") or "research"
    context: dict[str, Any] = {
        "purposes": purposes,
        "sources": act.sources(visit.services, visit.who),
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
