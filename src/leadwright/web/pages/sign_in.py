"""Sign-in and sign-out. Passwords and throttling belong to `identity.sessions`."""

from starlette.responses import Response

from leadwright.db.pages.people import nobody_yet
from leadwright.errors import NotAllowed
from leadwright.identity import sessions
from leadwright.web import security
from leadwright.web.security import PUBLIC, SIGNED_IN
from leadwright.web.visit import Pages, Visit, local_path

pages = Pages()


@pages.get("/sign-in", PUBLIC)
def sign_in_page(visit: Visit) -> Response:
    """Ask for email and password; a new installation is set up first."""
    if visit.session is not None:
        return visit.to(local_path(visit.text("next") or "/"))
    with visit.services.database.reading() as session:
        if nobody_yet(session):
            return visit.to("/set-up")
    return visit.page("sign_in.html", next=local_path(visit.text("next") or "/"), email="", problem="")


@pages.post("/sign-in", PUBLIC)
def sign_in(visit: Visit) -> Response:
    """Open a session; the browser's session until now ends."""
    target, email = local_path(visit.text("next") or "/"), visit.text("email", most=100)
    try:
        return open_session(visit, email, str(visit.form.get("password", ""))[:1000], target)
    except sessions.TooManyAttempts as error:
        answer = visit.page("sign_in.html", 429, next=target, email=email, problem=str(error))
        answer.headers["Retry-After"] = str(error.retry_after)
        return answer
    except NotAllowed as error:
        return visit.page("sign_in.html", 403, next=target, email=email, problem=str(error))


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
    """Check the password, set the cookie and go on to `target`.

    Raises:
        NotAllowed: wrong, or tried too often.
    """
    settings, request = visit.services.settings, visit.request
    opened = sessions.sign_in(
        visit.services,
        email,
        password,
        address=request.client.host if request.client else "",
        useragent=request.headers.get("user-agent", ""),
        replaces=security.read_cookie(request, settings, "session") or None,
    )
    answer = visit.to(target)
    security.set_cookie(answer, request, settings, "session", opened.token, seconds=settings.session_hours * 3600)
    security.drop_cookie(answer, request, settings, "form")
    return answer
