"""Who calls the API, and how refusals look: problem details (RFC 9457) that say what to do.

A caller is an application with an application user; its rights are that user's, asked again at every call.
"""

from collections.abc import Callable, Coroutine
from http import HTTPStatus
from typing import Annotated, Any

from fastapi import Depends, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from fastapi.routing import APIRoute
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from starlette.exceptions import HTTPException

from leadwright.errors import BadInput, Conflict, LeadwrightError, NotAllowed, NotFound, OutsideError
from leadwright.identity.access import Principal, principal, require
from leadwright.identity.directory import TokenRefused, directory_of
from leadwright.services import Services

_STATUS: tuple[tuple[type[LeadwrightError], int], ...] = (
    (NotFound, 404),
    (Conflict, 409),
    (BadInput, 422),
    (NotAllowed, 403),
    (OutsideError, 502),
    (LeadwrightError, 400),
)
_bearer = HTTPBearer(auto_error=False, description="Access token of `POST /api/v1/token` (client credentials).")


class NotSignedIn(LeadwrightError):
    """No token, or one that is not valid here."""


class ProblemRoute(APIRoute):
    """A route whose errors are problem details instead of pages."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """The handler, with errors turned into answers."""
        handle = super().get_route_handler()

        async def guarded(request: Request) -> Response:
            try:
                return await handle(request)
            except NotSignedIn as error:
                return problem(401, str(error), headers={"WWW-Authenticate": "Bearer"})
            except TokenRefused as error:
                return JSONResponse(error.answer(services_of(request).clock()), error.status)
            except LeadwrightError as error:
                status = next(code for kind, code in _STATUS if isinstance(error, kind))
                extra = {n: getattr(error, n) for n in ("field", "privilege", "missing") if getattr(error, n, None)}
                return problem(status, str(error), **extra)
            except RequestValidationError as error:
                first = error.errors()[0]
                place = ".".join(str(p) for p in first["loc"][1:]) or str(first["loc"][0])
                return problem(422, f"{place}: {first['msg']}.", field=place)
            except HTTPException as error:
                return problem(error.status_code, str(error.detail))

        return guarded


def problem(status: int, detail: str, *, headers: dict[str, str] | None = None, **extra: Any) -> JSONResponse:
    """An error as problem details."""
    body = {"type": "about:blank", "title": HTTPStatus(status).phrase, "status": status, "detail": detail, **extra}
    return JSONResponse(body, status, headers=headers, media_type="application/problem+json")


def services_of(request: Request) -> Services:
    """The adapters in force."""
    found: Services = request.app.state.services
    return found


def needs(*privileges: str) -> Callable[..., Principal]:
    """A dependency: the caller, who holds each of these privileges."""

    def caller(
        services: Annotated[Services, Depends(services_of)],
        given: Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)],
    ) -> Principal:
        if given is None:
            raise NotSignedIn("Send the header Authorization: Bearer TOKEN. POST /api/v1/token gives you one.")
        try:
            answer = directory_of(services).who_am_i(given.credentials)
        except NotAllowed as error:
            raise NotSignedIn(str(error)) from error
        with services.database.reading() as session:
            who = principal(session, answer.user_id, kind="application")
        for privilege in privileges:
            require(who, privilege)
        return who

    caller.needs = privileges or ("signed in",)  # type: ignore[attr-defined]  # the desk refuses routes that do not declare their needs
    return caller
