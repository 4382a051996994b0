"""One request as a page handler sees it: who is signed in, what was sent, and how to answer.

A route says which privilege it needs where it is declared; the checks happen here, before the handler runs.
"""

import json
import textwrap
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple, TypeVar
from urllib.parse import quote, unquote, urlsplit

from sqlalchemy import Connection
from starlette.background import BackgroundTask
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData, UploadFile
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from leadwright.db.compiled import Source
from leadwright.db.pages import shell
from leadwright.domain.plain_text import storable, unstorable
from leadwright.errors import BadInput, Conflict, LeadwrightError, NotAllowed, NotFound
from leadwright.identity.access import Principal, require
from leadwright.identity.sessions import Session, session_of, touch
from leadwright.services import Services
from leadwright.settings import Settings
from leadwright.web import failures, security
from leadwright.web.frame import Drawn, Frame, draw
from leadwright.web.rendering import render, zone
from leadwright.web.security import PUBLIC, SAFE_METHODS, SIGNED_IN

Handler = Callable[["Visit"], Response]
Limit = Callable[[Settings], int]

R = TypeVar("R", bound=Response)
FORM_FIELDS = 2_000
FORM_BYTES = 1_000_000
_LONGEST_NOTE = 800  # it travels in a cookie


class Note(NamedTuple):
    """What the page before has to say. `at` is the id of the part of the page it is about; empty: the page."""

    tone: str
    text: str
    at: str


@dataclass(slots=True)
class Visit:
    """What a page handler works with.

    Args:
        session: the browser session, None on public pages without one.
        form: fields of a POST; empty otherwise.
        token: the form token of this visit; every form carries it.
        connection: of quick pages: all their reads share it.
    """

    request: Request
    services: Services
    session: Session | None
    form: FormData
    token: str
    new_token: bool = False
    connection: Connection | None = None

    @property
    def who(self) -> Principal:
        """The person signed in."""
        if self.session is None:
            raise NotAllowed("Sign in first.")
        return self.session.principal

    @property
    def source(self) -> Source:
        """What compiled reads of this visit run on."""
        return self.connection if self.connection is not None else self.services.database

    def text(self, name: str, *, most: int = 10_000) -> str:
        """A form field or else a query parameter, trimmed, without characters that no database keeps.

        Raises:
            BadInput: longer than `most` characters.
        """
        value = self.form.get(name, self.request.query_params.get(name, ""))
        if not value or isinstance(value, UploadFile):
            return ""
        if len(value) > most:
            raise BadInput(f"Please shorten this: at most {most:,} characters.", field=name)
        return storable(value.replace("\r\n", "\n")).strip()

    def number(self, name: str) -> int | None:
        """A whole number, None when empty.

        Raises:
            BadInput: not a number.
        """
        text = self.text(name)
        try:
            return int(text) if text else None
        except ValueError:
            raise BadInput("Please give a whole number.", field=name) from None

    def page(self, template: str, /, status: int = 200, **context: Any) -> HTMLResponse:
        """An HTML page, with what every page shows."""
        now = self.services.clock()
        note, seen = self._take_note(), self._shell()
        base: dict[str, Any] = {
            "visit": self,
            "status": status,
            "now": now,
            "token": self.token,
            "zone": zone(self.session.timezone if self.session else "UTC"),
            "note": note,
            "path": self.request.url.path,
            "shell": seen,
            "drawn_frame": self._frame(seen) if seen else None,
        }
        answer = HTMLResponse(render(template, base | context), status)
        if note:
            security.drop_cookie(answer, self.request, self.services.settings, "note")
        return self._finish(answer)

    def to(self, path: str, note: str = "", tone: str = "good") -> Response:
        """Send the browser on to another page, which shows the note once: where the path's fragment is, if it can."""
        answer = RedirectResponse(path, 303)
        if note:
            said = textwrap.shorten(note, _LONGEST_NOTE, placeholder=" …", break_on_hyphens=False)
            value = quote(json.dumps([tone, said, urlsplit(path).fragment]))
            security.set_cookie(answer, self.request, self.services.settings, "note", value, seconds=60)
        return self._finish(answer)

    def may(self, privilege: str) -> bool:
        """For templates: show what the person may use."""
        return self.session is not None and self.session.principal.may(privilege)

    def _finish(self, answer: R) -> R:
        if self.new_token:
            security.set_cookie(answer, self.request, self.services.settings, "form", self.token)
        return answer

    def _take_note(self) -> Note | None:
        raw = security.read_cookie(self.request, self.services.settings, "note")
        try:
            tone, text, at = json.loads(unquote(raw)) if raw else (None, None, None)
        except (ValueError, TypeError):
            return None
        return Note(tone, str(text), str(at)) if tone in {"good", "warn", "bad", "info"} else None

    def _frame(self, seen: shell.Shell) -> Drawn:
        who = self.who
        roles, privileges = tuple(sorted(who.roles)), frozenset(who.privileges)
        path, areas = self.request.url.path, self.request.app.state.areas
        waiting = seen.inbox if "prvReadDashboard" in privileges else 0
        return draw(Frame(who.name, seen.email, roles, privileges, self.token, seen.unread, path, areas, waiting))

    def _shell(self) -> shell.Shell | None:
        if self.session is None:
            return None
        return shell.read(self.source, self.session.principal.id)


class Pages:
    """Collects the routes of a page module, each with what it needs."""

    def __init__(self) -> None:
        self.declared: list[tuple[str, str, tuple[str, ...], bool, Limit | None, bool, Handler]] = []

    def get(self, path: str, *needs: str, quick: bool = False) -> Callable[[Handler], Handler]:
        """A page. `quick`: only short reads, all on one connection; on SQLite without a thread of its own."""
        return self._add("GET", path, needs, quick)

    def post(self, path: str, *needs: str, takes: Limit | None = None) -> Callable[[Handler], Handler]:
        """Something that changes something. `takes`: bytes an upload may have, when that is more than a form."""
        return self._add("POST", path, needs, False, takes)

    def post_from_anywhere(self, path: str) -> Callable[[Handler], Handler]:
        """A door for programs: unsubscribing (RFC 8058), a wake-up with its key. No cross-site check, no form token."""
        return self._add("POST", path, (PUBLIC,), False, anywhere=True)

    def _add(
        self,
        method: str,
        path: str,
        needs: tuple[str, ...],
        quick: bool,
        takes: Limit | None = None,
        *,
        anywhere: bool = False,
    ) -> Callable[[Handler], Handler]:
        def keep(handler: Handler) -> Handler:
            self.declared.append((method, path, needs, quick, takes, anywhere, handler))
            return handler

        return keep

    def routes(self, services: Services) -> list[Route]:
        """As the application mounts them."""
        return [
            Route(
                path,
                _endpoint(services, needs, quick, takes, handler, anywhere=anywhere),
                methods=[method],
                name=handler.__name__,
            )
            for method, path, needs, quick, takes, anywhere, handler in self.declared
        ]


def _endpoint(
    services: Services,
    needs: tuple[str, ...],
    quick: bool,
    takes: Limit | None,
    handler: Handler,
    *,
    anywhere: bool = False,
) -> Callable[..., Any]:
    serve = _serve_quickly if quick else _serve
    inline = quick and services.database.is_sqlite

    async def guarded(request: Request) -> Response:
        try:
            if not anywhere:
                security.refuse_cross_site(request, services.settings)
            if any(unstorable(value) for value in request.path_params.values() if isinstance(value, str)):
                raise NotFound("There is no page at this address.")
            if request.method not in SAFE_METHODS:
                return await _serve_form(services, request, needs, takes, handler, anywhere=anywhere)
            if inline:
                return serve(services, request, needs, handler)
            return await run_in_threadpool(serve, services, request, needs, handler)
        except LeadwrightError as error:
            return failures.page(request, services, error)

    security.declares(*needs)(guarded)
    guarded.from_anywhere = anywhere  # type: ignore[attr-defined]
    return guarded


async def _serve_form(
    services: Services,
    request: Request,
    needs: tuple[str, ...],
    takes: Limit | None,
    handler: Handler,
    *,
    anywhere: bool = False,
) -> Response:
    """Who asks, and whether they may, is known before a byte of what they send is read."""
    visit = await run_in_threadpool(open_visit, services, request)
    try:
        if (answer := _refuse(visit, needs)) is not None:
            return answer
        if takes is not None:
            request.state.body_most = takes(services.settings)
        visit.form = await request.form(max_files=20, max_fields=FORM_FIELDS, max_part_size=FORM_BYTES)
        return await run_in_threadpool(handler if anywhere else _check_and_handle(handler), visit)
    except LeadwrightError as error:
        return await run_in_threadpool(failures.page, request, services, error, visit)
    finally:
        await visit.form.close()


def _check_and_handle(handler: Handler) -> Handler:
    def checked(visit: Visit) -> Response:
        _check_token(visit)
        return handler(visit)

    return checked


def _serve_quickly(services: Services, request: Request, needs: tuple[str, ...], handler: Handler) -> Response:
    """With one connection for all reads. Nothing here writes: on the event loop a writer would stop every page."""
    with services.database.engine.connect() as connection:
        return _serve(services, request, needs, handler, connection=connection)


def _serve(
    services: Services,
    request: Request,
    needs: tuple[str, ...],
    handler: Handler,
    *,
    connection: Connection | None = None,
) -> Response:
    visit = open_visit(services, request, connection)
    try:
        answer = _refuse(visit, needs) or handler(visit)
    except LeadwrightError as error:
        answer = failures.page(request, services, error, visit)
    if connection is not None and visit.session is not None and visit.session.stale:
        answer.background = BackgroundTask(touch, services, visit.session.key)
    return answer


def _refuse(visit: Visit, needs: tuple[str, ...]) -> Response | None:
    """The way to the sign-in for whom nobody knows; None for whoever may go on.

    Raises:
        NotAllowed: a privilege is missing.
    """
    if visit.session is None:
        return None if PUBLIC in needs else _ask_to_sign_in(visit)
    for privilege in needs:
        if privilege not in {PUBLIC, SIGNED_IN}:
            require(visit.who, privilege)
    return None


def open_visit(services: Services, request: Request, connection: Connection | None = None) -> Visit:
    """Read the session of the cookie; without one, the visit gets a form token of its own."""
    cookie = security.read_cookie(request, services.settings, "session")
    session = session_of(services, cookie, connection) if cookie else None
    form = FormData()
    if session is not None:
        request.state.known = session.principal.id
        if session.stale and connection is None:
            touch(services, session.key)
        return Visit(request, services, session, form, session.csrf, connection=connection)
    token = security.read_cookie(request, services.settings, "form")
    return Visit(
        request, services, None, form, token or security.new_token(), new_token=not token, connection=connection
    )


def local_path(path: str) -> str:
    """The path when it stays inside Leadwright, else the start page."""
    parts = urlsplit(path)
    inside = path.startswith("/") and not path.startswith(("//", "/\\")) and not parts.netloc and not parts.scheme
    return path if inside and "\\" not in path else "/"


def _ask_to_sign_in(visit: Visit) -> Response:
    if visit.request.method not in SAFE_METHODS:
        raise NotAllowed("Your session has ended. Sign in again; what you typed is still in the page before this one.")
    target = visit.request.url.path + (f"?{visit.request.url.query}" if visit.request.url.query else "")
    return visit.to(f"/sign-in?next={quote(target)}" if target != "/" else "/sign-in")


def _check_token(visit: Visit) -> None:
    if visit.request.method in SAFE_METHODS:
        return
    given = visit.form.get("_token", visit.request.headers.get("x-csrf-token", ""))
    if not isinstance(given, str) or not security.same_token(given, visit.token) or visit.new_token:
        raise Conflict("This form is too old or was not sent from Leadwright. Reload the page and try again.")
