"""First run: nobody exists yet, so whoever opens Leadwright here, or knows the code printed at the start, creates
the first System Administrator.
"""

from starlette.responses import Response

from leadwright.actions.people import first_administrator, needs_first_administrator
from leadwright.errors import BadInput, NotAllowed
from leadwright.web.doors import from_this_machine
from leadwright.web.pages.sign_in import open_session
from leadwright.web.security import PUBLIC, same_token
from leadwright.web.visit import Pages, Visit

pages = Pages()


@pages.get("/set-up", PUBLIC)
def set_up_page(visit: Visit) -> Response:
    """The form, only while there is nobody."""
    if not needs_first_administrator(visit.services):
        return visit.to("/sign-in")
    values = {"fullname": "", "email": "", "code": visit.text("code", most=100)}
    return visit.page("set_up.html", values=values, problems={}, foreign=not from_this_machine(visit.request))


@pages.post("/set-up", PUBLIC)
def set_up(visit: Visit) -> Response:
    """Create the administrator and sign them in."""
    values = {name: visit.text(name, most=most) for name, most in (("fullname", 200), ("email", 100), ("code", 100))}
    password, again = (str(visit.form.get(name, ""))[:1000] for name in ("password", "again"))
    problems: dict[str, str] = {}
    try:
        _check_code(visit, values["code"])
        if password != again:
            raise BadInput("The two passwords differ.", field="again")
        first_administrator(visit.services, fullname=values["fullname"], email=values["email"], password=password)
    except BadInput as error:
        problems[error.field or ""] = str(error)
        foreign = not from_this_machine(visit.request)
        return visit.page("set_up.html", 422, values=values, problems=problems, foreign=foreign)
    return open_session(visit, values["email"], password, "/")


def _check_code(visit: Visit, given: str) -> None:
    """From another machine only whoever reads what `leadwright serve` printed becomes the administrator."""
    if from_this_machine(visit.request):
        return
    code = visit.request.app.state.setup_code
    if not code:
        raise NotAllowed("The first administrator is created on the machine Leadwright runs on. Open it there.")
    if not same_token(given, code):
        raise BadInput("This is not the code that leadwright serve printed when it started.", field="code")
