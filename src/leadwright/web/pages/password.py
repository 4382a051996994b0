"""A person's own password. Administrators set those of others on the People page."""

from starlette.responses import Response

from leadwright.actions.people import set_password
from leadwright.errors import BadInput
from leadwright.identity.sessions import TooManyAttempts
from leadwright.web.security import SIGNED_IN
from leadwright.web.visit import Pages, Visit

pages = Pages()


@pages.get("/password", SIGNED_IN)
def password_page(visit: Visit) -> Response:
    """The form."""
    return visit.page("password.html", problems={})


@pages.post("/password", SIGNED_IN)
def change_password(visit: Visit) -> Response:
    """Set it; this session stays signed in, the person's others end."""
    current, password, again = (str(visit.form.get(name, ""))[:1000] for name in ("current", "password", "again"))
    try:
        if password != again:
            raise BadInput("The two passwords differ.", field="again")
        kept = visit.session.key if visit.session else None
        set_password(visit.services, visit.who, visit.who.id, password, current=current, keep_session=kept)
    except TooManyAttempts as error:
        answer = visit.page("password.html", 429, problems={"current": str(error)})
        answer.headers["Retry-After"] = str(error.retry_after)
        return answer
    except BadInput as error:
        return visit.page("password.html", 422, problems={error.field or "": str(error)})
    return visit.to("/password", "Your password is changed. Your other sessions are signed out.")
