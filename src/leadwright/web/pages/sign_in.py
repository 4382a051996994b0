"""Sign-in and sign-out. Passwords and throttling belong to `identity.sessions`."""

from typing import TypeVar

from starlette.responses import HTMLResponse, Response

from leadwright.db.pages.people import nobody_yet
from leadwright.errors import NotAllowed
from leadwright.identity import sessions
from leadwright.identity.providers import providers
from leadwright.web import security
from leadwright.web.security import PUBLIC, SIGNED_IN
from leadwright.web.visit import Pages, Visit, local_path

pages = Pages()
R = TypeVar("R", bound=Response)


@pages.get("/sign-in", PUBLIC)
def sign_in_page(visit: Visit) -> Response:
    """Ask for email and password; a new installation is set up first."""
    if visit.session is not None:
        return visit.to(local_path(visit.text("next") or "/"))
    with visit.services.database.reading() as session:
        if nobody_yet(session):
            return visit.to("/set-up")
    return _page(visit, local_path(visit.text("next") or "/"))


@pages.post("/sign-in", PUBLIC)
def sign_in(visit: Visit) -> Response:
    """Open a session; the browser's session until now ends."""
    target, email = local_path(visit.text("next") or "/"), visit.text("email", most=100)
    try:
        return open_session(visit, email, str(visit.form.get("password", ""))[:1000], target)
    except sessions.TooManyAttempts as error:
        answer = _page(visit, target, 429, email, str(error))
        answer.headers["Retry-After"] = str(error.retry_after)
        return answer
    except NotAllowed as error:
        return _page(visit, target, 403, email, str(error))


@pages.post("/sign-out", SIGNED_IN)
def sign_out(visit: Visit) -> Response:
    """End the session."""
    settings = visit.services.settings
    sessions.sign_out(visit.services, security.read_cookie(visit.request, settings, "session"))
    answer = visit.to("/sign-in", "You are signed out.")
    security.drop_cookie(answer, visit.request, settings, "session")
    answer.headers["Clear-Site-Data"] = '"cache"'
    return answer


def open_session(visit: Visit, email: str, password: str, target: str) -> Response:
    """Check the password and go on to `target`, or to the second step first.

    Raises:
        NotAllowed: wrong, or tried too often.
    """
    where = device(visit)
    try:
        opened = sessions.sign_in(
            visit.services,
            email,
            password,
            address=where.address,
            useragent=where.useragent,
            replaces=replaced(visit),
            target=target,
        )
    except sessions.SecondStepOwed as owed:
        return ask_second_step(visit, owed)
    return let_in(visit, opened, target)


def let_in(visit: Visit, opened: sessions.SignedIn, target: str) -> Response:
    """Set the cookie of the new session and go on."""
    return hold_session(visit, opened, visit.to(local_path(target)))


def hold_session(visit: Visit, opened: sessions.SignedIn, answer: R) -> R:
    """Set the cookie of the new session on this answer, and drop those of the way to it."""
    settings, request = visit.services.settings, visit.request
    security.set_cookie(answer, request, settings, "session", opened.token, seconds=settings.session_hours * 3600)
    for name in ("form", "step", "errand"):
        security.drop_cookie(answer, request, settings, name)
    return answer


def ask_second_step(visit: Visit, owed: sessions.SecondStepOwed) -> Response:
    """Go on to the authenticator app; the half sign-in is in a cookie of its own."""
    answer = visit.to("/sign-in/code")
    seconds = int(sessions.PENDING.total_seconds())
    security.set_cookie(answer, visit.request, visit.services.settings, "step", owed.token, seconds=seconds)
    return answer


def device(visit: Visit) -> sessions.Device:
    """Where the request comes from."""
    request = visit.request
    return sessions.Device(request.client.host if request.client else "", request.headers.get("user-agent", ""))


def replaced(visit: Visit) -> str | None:
    """Token of the browser's session until now."""
    return security.read_cookie(visit.request, visit.services.settings, "session") or None


def _page(visit: Visit, target: str, status: int = 200, email: str = "", problem: str = "") -> HTMLResponse:
    with visit.services.database.reading() as session:
        ways = [(each.id, each.name) for each in providers(session, visit.services.settings)]
    return visit.page("sign_in.html", status, next=target, email=email, problem=problem, ways=ways)
