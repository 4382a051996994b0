"""Signing in with a provider of OpenID Connect: there and back. What its answer is worth: `identity.oidc`."""

from starlette.responses import RedirectResponse, Response

from leadwright.actions import external_sign_in as act
from leadwright.errors import LeadwrightError
from leadwright.identity.sessions import SecondStepOwed
from leadwright.web import security
from leadwright.web.pages.sign_in import ask_second_step, device, let_in, replaced
from leadwright.web.security import PUBLIC
from leadwright.web.visit import Pages, Visit, local_path

pages = Pages()


@pages.get("/sign-in/with/{providerid}", PUBLIC)
def go(visit: Visit) -> Response:
    """Send the browser to the provider, with what brings it back sealed in a cookie. A link of another site only leads
    to the sign-in page: nobody is signed in without having wished it.
    """
    if not wished_here(visit):
        return visit.to("/sign-in", "Choose how you want to sign in.", "info")
    try:
        begun = act.start(visit.services, _id(visit), target=local_path(visit.text("next") or "/"))
    except LeadwrightError as error:
        return visit.to("/sign-in", str(error), "bad")
    return keep_errand(visit, begun, RedirectResponse(begun.url, 303))


@pages.get("/sign-in/with/{providerid}/back", PUBLIC)
def back(visit: Visit) -> Response:
    """Open the session of whom the provider vouches for, or connect its account to the person signed in."""
    sealed = security.read_cookie(visit.request, visit.services.settings, "errand")
    answer = {name: value[:4000] for name, value in visit.request.query_params.items()}
    try:
        opened, target = act.come_back(
            visit.services,
            _id(visit),
            sealed,
            answer,
            device(visit),
            who=visit.session.principal if visit.session else None,
            replaces=replaced(visit),
        )
    except LeadwrightError as error:
        return _without_errand(visit, visit.to("/account" if visit.session else "/sign-in", str(error), "bad"))
    if opened is None:
        return _without_errand(visit, visit.to(local_path(target), "The account is connected."))
    if isinstance(opened, SecondStepOwed):
        return _without_errand(visit, ask_second_step(visit, opened))
    return let_in(visit, opened, target)


def wished_here(visit: Visit) -> bool:
    """Did the person follow a link of ours, or type the address? Browsers say so when another site sent them."""
    return visit.request.headers.get("sec-fetch-site", "none") in {"same-origin", "none"}


def keep_errand(visit: Visit, begun: act.Started, answer: Response) -> Response:
    """The sealed errand goes along in a cookie of ten minutes."""
    settings = visit.services.settings
    security.set_cookie(answer, visit.request, settings, "errand", begun.sealed, seconds=act.ERRAND_SECONDS)
    return answer


def _without_errand(visit: Visit, answer: Response) -> Response:
    security.drop_cookie(answer, visit.request, visit.services.settings, "errand")
    return answer


def _id(visit: Visit) -> str:
    return str(visit.request.path_params["providerid"])
