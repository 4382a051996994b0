"""Links that let somebody choose a password: invitations, forgotten passwords. They say nothing about who exists."""

from collections.abc import Callable

from starlette.background import BackgroundTask
from starlette.responses import RedirectResponse, Response

from leadwright.actions import external_sign_in
from leadwright.actions import sign_in_links as act
from leadwright.errors import BadInput, LeadwrightError
from leadwright.identity.links import Purpose
from leadwright.identity.providers import providers
from leadwright.identity.sessions import TooManyAttempts
from leadwright.services import Services
from leadwright.web.pages.sign_in import device
from leadwright.web.pages.sign_in_with import keep_errand, wished_here
from leadwright.web.security import PUBLIC
from leadwright.web.visit import Pages, Visit

pages = Pages()
SENT = (
    "If somebody here has this address, a mail with a link is on its way. It works once, for 30 minutes. "
    "Nothing there? Look into the junk folder, or ask an administrator."
)


@pages.get("/password/forgotten", PUBLIC)
def forgotten(visit: Visit) -> Response:
    """Ask for the address."""
    return _forgotten(visit)


@pages.post("/password/forgotten", PUBLIC)
def send_reset(visit: Visit) -> Response:
    """The same words after the same work for every address; the mail is written after the answer."""
    email = visit.text("email", most=100)
    try:
        if "@" not in email:
            raise BadInput("Enter your email address.", field="email")
        act.count_request(visit.services, email, device(visit).address)
    except TooManyAttempts as error:
        answer = _forgotten(visit, 429, {"email": str(error)}, email)
        answer.headers["Retry-After"] = str(error.retry_after)
        return answer
    except BadInput as error:
        return _forgotten(visit, 422, {"email": str(error)}, email)
    answer = visit.to("/sign-in", SENT, "info")
    answer.background = BackgroundTask(act.mail_reset_link, visit.services, email)
    return answer


@pages.get("/password/reset/{token}", PUBLIC)
def reset_page(visit: Visit) -> Response:
    """The form behind a link from a mail."""
    return _choose_page(visit, "reset")


@pages.post("/password/reset/{token}", PUBLIC)
def reset(visit: Visit) -> Response:
    """Set the new password; every session ends."""
    return _chosen(visit, "reset", act.reset_password, "Your password is changed. Sign in with it.")


@pages.get("/welcome/{token}", PUBLIC)
def welcome_page(visit: Visit) -> Response:
    """The form behind an invitation."""
    return _choose_page(visit, "invitation")


@pages.post("/welcome/{token}", PUBLIC)
def welcome(visit: Visit) -> Response:
    """Set the first password."""
    return _chosen(visit, "invitation", act.accept_invitation, "Welcome. Sign in with your email address.")


@pages.get("/welcome/{token}/with/{providerid}", PUBLIC)
def welcome_with(visit: Visit) -> Response:
    """Accept an invitation by signing in with a provider instead of choosing a password."""
    if not wished_here(visit):
        return visit.to(f"/welcome/{_token(visit)}")
    try:
        providerid = str(visit.request.path_params["providerid"])
        act.named(visit.services, "invitation", _token(visit))
        begun = external_sign_in.start(visit.services, providerid, invitation=_token(visit))
    except LeadwrightError as error:
        return visit.to("/sign-in", str(error), "bad")
    return keep_errand(visit, begun, RedirectResponse(begun.url, 303))


def _choose_page(visit: Visit, purpose: Purpose, status: int = 200, problems: dict[str, str] | None = None) -> Response:
    try:
        name = act.named(visit.services, purpose, _token(visit))
    except LeadwrightError as error:
        return visit.to("/sign-in", str(error), "warn")
    with visit.services.database.reading() as session:
        found = providers(session, visit.services.settings) if purpose == "invitation" else []
    return visit.page(
        "choose_password.html",
        status,
        purpose=purpose,
        name=name,
        link=visit.request.url.path,
        ways=[(each.id, each.name) for each in found],
        problems=problems or {},
    )


def _chosen(visit: Visit, purpose: Purpose, act_on: Callable[[Services, str, str], str], note: str) -> Response:
    password, again = (str(visit.form.get(name, ""))[:1000] for name in ("password", "again"))
    try:
        if password != again:
            raise BadInput("The two passwords differ.", field="again")
        act_on(visit.services, _token(visit), password)
    except BadInput as error:
        return _choose_page(visit, purpose, 422, {error.field or "password": str(error)})
    except LeadwrightError as error:
        return visit.to("/sign-in", str(error), "warn")
    return visit.to("/sign-in", note)


def _forgotten(visit: Visit, status: int = 200, problems: dict[str, str] | None = None, email: str = "") -> Response:
    can_mail = act.can_mail(visit.services)
    return visit.page("forgotten.html", status, problems=problems or {}, email=email, can_mail=can_mail)


def _token(visit: Visit) -> str:
    return str(visit.request.path_params["token"])
