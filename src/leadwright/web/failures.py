"""Errors as people see them: what happened, what to do, the missing privilege by name. Never a traceback."""

import re
import traceback
from typing import TYPE_CHECKING, Any

import structlog
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response

from leadwright.db.base import new_id
from leadwright.errors import BadInput, Conflict, LeadwrightError, MissingExtra, NotAllowed, NotFound, OutsideError
from leadwright.services import Services
from leadwright.web.refusal_log import path_without_tokens
from leadwright.web.rendering import render
from leadwright.web.site_map import SITE_MAP

if TYPE_CHECKING:
    from leadwright.web.visit import Visit

_STATUS: tuple[tuple[type[Exception], int, str], ...] = (
    (NotAllowed, 403, "You may not do this"),
    (NotFound, 404, "Not found"),
    (Conflict, 409, "This cannot be done now"),
    (BadInput, 422, "Something is not right"),
    (MissingExtra, 422, "A part is not installed"),
    (OutsideError, 502, "Something outside failed"),
)
_HTTP = {
    400: ("The request could not be read", "Go back, reload the page and try again."),
    404: ("Not found", "There is no page at this address. It may have moved, or the link is incomplete."),
    405: (
        "Not possible this way",
        "This address does not take this kind of request. Go back and use the page's buttons.",
    ),
    413: ("Too large", "What was sent is too large. Import large files with the command: leadwright import FILE"),
}
_OF_A_LEAD = re.compile(r"(/leads/[0-9a-f-]{36})/")
_log = structlog.get_logger(__name__)


def status_of(error: Exception) -> tuple[int, str]:
    """HTTP status and title of an error raised on purpose; 500 for any other."""
    for kind, status, title in _STATUS:
        if isinstance(error, kind):
            return status, title
    return 500, "Something went wrong"


def page(request: Request, services: Services, error: Exception, visit: "Visit | None" = None) -> Response:
    """The answer to an error: a page for people, problem details (RFC 9457) under /api."""
    if isinstance(error, HTTPException):
        title, text = _HTTP.get(error.status_code, ("This did not work", "Go back and try again."))
        return _answer(request, services, visit, error.status_code, title, text)
    status, title = status_of(error)
    if isinstance(error, LeadwrightError):
        return _answer(request, services, visit, status, title, str(error), privilege=getattr(error, "privilege", None))
    return unexpected(request, services, error)


def unexpected(request: Request, services: Services, error: Exception) -> Response:
    """A fault of ours: logged with an id that the person can pass on."""
    reference = new_id()[-8:]
    _log.error(
        "request failed",
        reference=reference,
        path=path_without_tokens(request.scope),
        error=repr(error),
        trace="".join(traceback.format_exception(error)),
    )
    text = f"This is a fault in Leadwright, and it was recorded. If it stays, tell your administrator: {reference}."
    return _answer(request, services, None, 500, "Something went wrong", text)


def _way_back(visit: "Visit", status: int) -> tuple[str, str] | None:
    """Address and name of the nearest page above this one that the person may open; None: only the start page."""
    path = visit.request.url.path
    lead = _OF_A_LEAD.match(path)
    if lead and status not in (403, 404):
        return lead[1], "the lead"
    areas = [a for _, found in SITE_MAP for a in found if a.path != "/" and (path + "/").startswith(a.path + "/")]
    area = next((a for a in areas if not a.privilege or visit.may(a.privilege)), None)
    reached = area is not None and (path != area.path or bool(visit.request.url.query)) and status != 403
    return (area.path, area.text) if area is not None and reached else None


def _answer(
    request: Request,
    services: Services,
    visit: "Visit | None",
    status: int,
    title: str,
    text: str,
    *,
    privilege: str | None = None,
) -> Response:
    if privilege:
        request.state.missing = privilege
    if request.url.path.startswith("/api/"):
        problem = {"type": "about:blank", "title": title, "status": status, "detail": text}
        if privilege:
            problem["privilege"] = privilege
        return JSONResponse(problem, status, media_type="application/problem+json")
    values: dict[str, Any] = {"status": status, "title": title, "text": text, "privilege": privilege}
    if visit is not None and visit.session is not None:
        return visit.page("failure.html", back=_way_back(visit, status), **values)
    return HTMLResponse(render("failure_alone.html", values), status)
