"""The second step of a sign-in: a code of the authenticator app, or setting the app up first where it is asked for."""

from starlette.responses import HTMLResponse, Response

from leadwright.errors import BadInput, NotAllowed
from leadwright.identity import second_factor, second_step
from leadwright.identity.sessions import TooManyAttempts
from leadwright.web import security
from leadwright.web.pages.sign_in import device, hold_session, let_in, replaced
from leadwright.web.qr import qr_image
from leadwright.web.security import PUBLIC
from leadwright.web.visit import Pages, Visit, local_path

pages = Pages()


@pages.get("/sign-in/code", PUBLIC)
def code_page(visit: Visit) -> Response:
    """Ask for the code; whoever must have an app and has none sets it up instead."""
    try:
        with visit.services.database.reading() as session:
            _, user = second_step.pending(session, _token(visit), visit.services.clock())
            owed = second_factor.step_owed(session, visit.services.settings, user.systemuserid)
    except NotAllowed as error:
        return visit.to("/sign-in", str(error), "warn")
    return visit.page("sign_in_code.html", problem="") if owed == "code" else visit.to("/sign-in/app")


@pages.post("/sign-in/code", PUBLIC)
def take_code(visit: Visit) -> Response:
    """Open the session when the code is right."""
    code = visit.text("code", most=100)
    try:
        opened, target = second_step.finish_with_code(
            visit.services, _token(visit), code, device(visit), replaces=replaced(visit)
        )
    except TooManyAttempts as error:
        return _closed(visit.page("sign_in_code.html", 429, problem=str(error)), error)
    except BadInput as error:
        return visit.page("sign_in_code.html", 422, problem=str(error))
    except NotAllowed as error:
        return visit.to("/sign-in", str(error), "warn")
    return let_in(visit, opened, target)


@pages.get("/sign-in/app", PUBLIC)
def app_page(visit: Visit) -> Response:
    """Administrators need an app here: show how to set it up."""
    try:
        return _app_page(visit)
    except NotAllowed as error:
        return visit.to("/sign-in", str(error), "warn")


@pages.post("/sign-in/app", PUBLIC)
def take_first_code(visit: Visit) -> Response:
    """The first code makes the app count and opens the session; the recovery codes are shown this once."""
    code = visit.text("code", most=100)
    try:
        opened, target, codes = second_step.finish_with_new_app(
            visit.services, _token(visit), code, device(visit), replaces=replaced(visit)
        )
    except TooManyAttempts as error:
        return _closed(_app_page(visit, 429, str(error)), error)
    except BadInput as error:
        return _app_page(visit, 422, str(error))
    except NotAllowed as error:
        return visit.to("/sign-in", str(error), "warn")
    return hold_session(visit, opened, visit.page("recovery_codes_alone.html", codes=codes, target=local_path(target)))


def _app_page(visit: Visit, status: int = 200, problem: str = "") -> HTMLResponse:
    secret, account = second_step.app_to_set_up(visit.services, _token(visit))
    image = qr_image(second_factor.address_of(secret, account))
    return visit.page("sign_in_app.html", status, secret=secret, image=image, problem=problem)


def _closed(answer: HTMLResponse, error: TooManyAttempts) -> HTMLResponse:
    answer.headers["Retry-After"] = str(error.retry_after)
    return answer


def _token(visit: Visit) -> str:
    return security.read_cookie(visit.request, visit.services.settings, "step")
