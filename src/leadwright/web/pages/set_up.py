"""First run: nobody exists yet, so whoever opens Leadwright creates the first System Administrator."""

from starlette.responses import Response

from leadwright.actions.people import first_administrator, needs_first_administrator
from leadwright.errors import BadInput
from leadwright.web.pages.sign_in import open_session
from leadwright.web.security import PUBLIC
from leadwright.web.visit import Pages, Visit

pages = Pages()


@pages.get("/set-up", PUBLIC)
def set_up_page(visit: Visit) -> Response:
    """The form, only while there is nobody."""
    if not needs_first_administrator(visit.services):
        return visit.to("/sign-in")
    return visit.page("set_up.html", values={"fullname": "", "email": ""}, problems={})


@pages.post("/set-up", PUBLIC)
def set_up(visit: Visit) -> Response:
    """Create the administrator and sign them in."""
    values = {"fullname": visit.text("fullname", most=200), "email": visit.text("email", most=100)}
    password, again = (str(visit.form.get(name, ""))[:1000] for name in ("password", "again"))
    problems: dict[str, str] = {}
    try:
        if password != again:
            raise BadInput("The two passwords differ.", field="again")
        first_administrator(visit.services, fullname=values["fullname"], email=values["email"], password=password)
    except BadInput as error:
        problems[error.field or ""] = str(error)
        return visit.page("set_up.html", 422, values=values, problems=problems)
    return open_session(visit, values["email"], password, "/")
