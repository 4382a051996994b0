"""The agent as a file: export it, and import one as the draft after looking at what it would change."""

from starlette.datastructures import UploadFile
from starlette.responses import Response

from leadwright.actions import agent_file as act
from leadwright.actions.agent_plan import plan_file
from leadwright.actions.versions import versions
from leadwright.agentfile.reading import MOST_BYTES
from leadwright.db.pages import agent_settings
from leadwright.errors import BadInput
from leadwright.web.pages.agent import needed_agent, settings_page
from leadwright.web.visit import Pages, Visit

pages = Pages()
_MOST_TEXT = 100_000  # characters that a form carries on to the confirmation; larger ones: `leadwright apply`


@pages.get("/agent/file", "prvReadAgent")
def file(visit: Visit) -> Response:
    """Export, and the form to import."""
    return _page(visit, {})


@pages.get("/agent/file/download", "prvReadAgent")
def download(visit: Visit) -> Response:
    """The agent as TOML."""
    which = visit.text("version", most=20) or "applied"
    text = act.export_agent(visit.services, visit.who, which)
    named = f'attachment; filename="agent-{which if which.isdecimal() else which[:7]}.toml"'
    return Response(text, media_type="application/toml; charset=utf-8", headers={"Content-Disposition": named})


@pages.post("/agent/file", "prvReadAgent", "prvConfigureAgent", takes=lambda _settings: MOST_BYTES + 100_000)
def plan(visit: Visit) -> Response:
    """What the file would change; nothing is changed yet."""
    try:
        text = _read(visit)
        found = plan_file(visit.services, visit.who, text)
    except BadInput as error:
        return _page(visit, {error.field or "file": str(error)}, 422)
    agent = needed_agent(visit)
    status = 422 if found.problems else 200
    return settings_page(visit, agent, "start", "agent/file_plan.html", status, plan=found, text=text)


@pages.post("/agent/file/take", "prvReadAgent", "prvConfigureAgent")
def take(visit: Visit) -> Response:
    """The file becomes the draft; knowledge sources and mailbox limits too where the person says so."""
    text, against = visit.text("text", most=_MOST_TEXT) + "\n", visit.text("against", most=40)
    done = act.take_as_draft(visit.services, visit.who, text, against=against, sources=bool(visit.text("sources")))
    if not done.changed:
        return visit.to("/agent", "Nothing was changed: the draft is what the file says.", "info")
    more = f" {done.sources} knowledge sources are being read." if done.sources else ""
    return visit.to("/agent", f"The draft is what the file says.{more} Apply it to put it in force.")


def _read(visit: Visit) -> str:
    upload = visit.form.get("file")
    if not isinstance(upload, UploadFile) or not upload.filename:
        raise BadInput("Choose the agent's TOML file, as Export writes it.", field="file")
    raw = upload.file.read(MOST_BYTES + 1)
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise BadInput("The file is not UTF-8 text. Save it as UTF-8.", field="file") from None
    if len(text) > _MOST_TEXT:
        raise BadInput(
            f"The file is longer than {_MOST_TEXT:,} characters. Apply it with leadwright apply.", field="file"
        )
    return text


def _page(visit: Visit, problems: dict[str, str], status: int = 200) -> Response:
    agent = needed_agent(visit)
    with visit.services.database.reading() as session:
        there = agent_settings.present_agent(session) is not None
    found = versions(visit.services, visit.who, agent.agentid) if there else ()
    return settings_page(visit, agent, "start", "agent/file.html", status, problems=problems, versions=found)
