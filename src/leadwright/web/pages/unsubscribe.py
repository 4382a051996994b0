"""Unsubscribing with one click (RFC 8058): a POST from anywhere does it, opening the page never does."""

import structlog
from sqlalchemy.exc import SQLAlchemyError
from starlette.responses import HTMLResponse, Response

from leadwright.actions.opt_out import opt_out, who_leaves
from leadwright.errors import Conflict, NotFound
from leadwright.web.rendering import render
from leadwright.web.security import PUBLIC
from leadwright.web.visit import Pages, Visit

pages = Pages()
_log = structlog.get_logger(__name__)


@pages.get("/unsubscribe/{token}", PUBLIC)
def unsubscribe_page(visit: Visit) -> Response:
    """Ask once: link scanners open every address they find, so opening it changes nothing."""
    token = str(visit.request.path_params["token"])
    try:
        leaving = who_leaves(visit.services, token)
    except NotFound as error:
        return _page(404, problem=str(error))
    return _page(200, address=_shortened(leaving.address), path=visit.request.url.path)


@pages.post_from_anywhere("/unsubscribe/{token}")
def unsubscribe(visit: Visit) -> Response:
    """Suppress at once. Needs no cookie, no sign-in and no second page."""
    try:
        leaving = opt_out(visit.services, str(visit.request.path_params["token"]))
    except NotFound as error:
        return _page(404, problem=str(error))
    except (SQLAlchemyError, Conflict) as error:
        _log.error("an opt-out could not be stored", error=repr(error))
        answer = _page(503, problem="This could not be stored just now. Please try again in a few minutes.")
        answer.headers["Retry-After"] = "120"
        return answer
    return _page(200, address=_shortened(leaving.address), done=True)


def _page(status: int, *, address: str = "", path: str = "", problem: str = "", done: bool = False) -> Response:
    values = {"address": address, "path": path, "problem": problem, "done": done}
    return HTMLResponse(render("unsubscribe.html", values), status)


def _shortened(address: str) -> str:
    """``jo.doe@company.example`` -> ``j…@company.example``: the link may have been passed on."""
    local, _, domain = address.rpartition("@")
    return f"{local[:1]}…@{domain}"
