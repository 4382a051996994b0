"""Who calls the API, and how refusals look: problem details (RFC 9457) that say what to do.

A caller is an application with an application user, or a person by a token of their own; the rights are those of that
user, asked again at every call.
"""

from collections.abc import Callable, Coroutine
from http import HTTPStatus
from typing import Annotated, Any, TypeVar

from fastapi import Depends, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from fastapi.routing import APIRoute
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException

from leadwright.api.idempotency import HEADER, answered_once
from leadwright.domain.plain_text import holds_unstorable
from leadwright.errors import BadInput, Conflict, LeadwrightError, NotAllowed, NotFound, OutsideError
from leadwright.identity.access import Principal, require
from leadwright.identity.bearer import NotSignedIn, bearer_of, refuse_change
from leadwright.identity.directory import TokenRefused
from leadwright.services import Services
from leadwright.settings import Settings

_STATUS: tuple[tuple[type[LeadwrightError], int], ...] = (
    (NotFound, 404),
    (Conflict, 409),
    (BadInput, 422),
    (NotAllowed, 403),
    (OutsideError, 502),
    (LeadwrightError, 400),
)
_SIGNED_IN = "signed in"
_READING = frozenset({"GET", "HEAD"})
F = TypeVar("F", bound=Callable[..., Any])
_bearer = HTTPBearer(auto_error=False, description="Access token of `POST /api/v1/token`, or a personal access token.")


class ProblemRoute(APIRoute):
    """A route whose errors are problem details instead of pages."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """The handler, with errors turned into answers."""
        handle, takes = super().get_route_handler(), getattr(self.endpoint, "takes", None)
        asked = [needed for d in self.dependant.dependencies if (needed := getattr(d.call, "needs", None))]
        wanted = tuple(dict.fromkeys(name for needed in asked for name in needed))

        async def checked(request: Request) -> Response:
            if wanted != ("public",):
                request.state.caller = await run_in_threadpool(_caller, request, wanted)
            if takes is not None:
                request.state.body_most = takes(services_of(request).settings)
            await _refuse_unstorable(request)
            if request.method == "POST" and HEADER in request.headers and wanted != ("public",):
                callerid = request.state.caller.id
                return await answered_once(
                    services_of(request), request, callerid, lambda: _explained(request, handle(request))
                )
            return await handle(request)

        async def guarded(request: Request) -> Response:
            return await _explained(request, checked(request))

        return guarded


async def _explained(request: Request, work: Coroutine[Any, Any, Response]) -> Response:
    """The answer, or the problem details of what was refused."""
    try:
        return await work
    except NotSignedIn as error:
        return problem(401, str(error), headers={"WWW-Authenticate": "Bearer"})
    except TokenRefused as error:
        asked = {"WWW-Authenticate": 'Basic realm="leadwright"'} if error.status == 401 else None
        return JSONResponse(error.answer(services_of(request).clock()), error.status, headers=asked)
    except LeadwrightError as error:
        status = next(code for kind, code in _STATUS if isinstance(error, kind))
        extra = {n: getattr(error, n) for n in ("field", "privilege", "missing", "doubts") if getattr(error, n, None)}
        request.state.missing = extra.get("privilege")
        return problem(status, str(error), **extra)
    except RequestValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(p) for p in first["loc"][1:]) or str(first["loc"][0])
        return problem(422, f"{place}: {first['msg']}.", field=place)
    except HTTPException as error:
        return problem(error.status_code, str(error.detail))


def problem(status: int, detail: str, *, headers: dict[str, str] | None = None, **extra: Any) -> JSONResponse:
    """An error as problem details."""
    body = {"type": "about:blank", "title": HTTPStatus(status).phrase, "status": status, "detail": detail, **extra}
    return JSONResponse(body, status, headers=headers, media_type="application/problem+json")


def anyone() -> None:
    """A dependency that says: no sign-in needed here."""


anyone.needs = ("public",)  # type: ignore[attr-defined]  # the desk refuses routes that do not declare their needs


def services_of(request: Request) -> Services:
    """The adapters in force."""
    found: Services = request.app.state.services
    return found


def takes(most: Callable[[Settings], int]) -> Callable[[F], F]:
    """Mark an endpoint whose callers may send more than a form: so many bytes."""

    def mark(endpoint: F) -> F:
        endpoint.takes = most  # type: ignore[attr-defined]
        return endpoint

    return mark


def needs(*privileges: str) -> Callable[..., Principal]:
    """A dependency: the caller, who holds each of these privileges. Checked by the route before the body is read."""

    def caller(request: Request, _given: Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)]) -> Principal:
        found: Principal = request.state.caller
        return found

    caller.needs = privileges or (_SIGNED_IN,)  # type: ignore[attr-defined]  # the desk refuses routes that do not declare their needs
    return caller


def _caller(request: Request, wanted: tuple[str, ...]) -> Principal:
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token.strip():
        raise NotSignedIn("Send the header Authorization: Bearer TOKEN. POST /api/v1/token gives you one.")
    bearer = bearer_of(services_of(request), token)
    request.state.known = bearer.who.id
    if request.method not in _READING:
        refuse_change(bearer)
    for privilege in wanted:
        if privilege != _SIGNED_IN:
            require(bearer.who, privilege)
    return bearer.who


async def _refuse_unstorable(request: Request) -> None:
    """Text that no database keeps is refused wherever it stands: path, query, form or JSON.

    Raises:
        BadInput: names the place.
    """
    texts: dict[str, Any] = {"path": list(request.path_params.values()), "query": list(request.query_params.values())}
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind == "application/json" or kind.endswith("+json"):
        texts["body"] = await _json(request)
    elif kind == "application/x-www-form-urlencoded":
        texts["body"] = [value for value in (await request.form()).values() if isinstance(value, str)]
    for place, value in texts.items():
        if holds_unstorable(value):
            raise BadInput(f"The {place} holds a NUL or half a character. Leave it out.", field=place)


async def _json(request: Request) -> Any:
    """The body; None when it is no JSON, which FastAPI says better."""
    try:
        return await request.json()
    except RecursionError as error:
        raise BadInput("The body is nested too deeply.", field="body") from error
    except ValueError:
        return None
