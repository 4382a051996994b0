"""People and their roles: who there is, adding somebody, roles, days away, disabling, a new password."""

from datetime import date

from starlette.responses import Response

from leadwright.actions import people as act
from leadwright.db.pages import people as read
from leadwright.domain.optionsets import AccessMode
from leadwright.domain.privileges import AI_SALESPERSON
from leadwright.errors import BadInput
from leadwright.web.visit import Pages, Visit

pages = Pages()


@pages.get("/people", "prvReadUser", "prvReadAgent")
def everybody(visit: Visit) -> Response:
    """Users with roles, days away and state."""
    return _page(visit)


@pages.post("/people", "prvCreateUser")
def add(visit: Visit) -> Response:
    """Add a person with one role."""
    try:
        act.create_user(
            visit.services,
            visit.who,
            fullname=visit.text("fullname", most=200),
            email=visit.text("email", most=100),
            password=str(visit.form.get("password", ""))[:1000] or None,
            roles=[visit.text("role")],
            timezone=visit.text("timezone") or "UTC",
        )
    except BadInput as error:
        return _page(visit, 422, {error.field or "": str(error)})
    return visit.to("/people", f"{visit.text('fullname')} can sign in now.")


@pages.post("/people/{systemuserid}/roles", "prvAssignRole")
def roles(visit: Visit) -> Response:
    """Give and take roles."""
    chosen = [r for r in visit.form.getlist("roles") if isinstance(r, str)]
    act.set_roles(visit.services, visit.who, _id(visit), chosen)
    return visit.to("/people", "The roles are changed. They count from the next request on.")


@pages.post("/people/{systemuserid}/away", "prvReadUser")
def away(visit: Visit) -> Response:
    """Days away: leads go to somebody else."""
    try:
        act.set_away(visit.services, visit.who, _id(visit), _day(visit, "awayfrom"), _day(visit, "awayuntil"))
    except BadInput as error:
        return _page(visit, 422, {"": str(error)})
    return visit.to("/people", "The days away are noted. Leads go to the next seller meanwhile.")


@pages.post("/people/{systemuserid}/password", "prvReadUser", "prvWriteUser")
def password(visit: Visit) -> Response:
    """A new password for somebody else; their sessions end."""
    if _id(visit) == visit.who.id:
        return visit.to("/password")
    try:
        act.set_password(visit.services, visit.who, _id(visit), str(visit.form.get("newpassword", ""))[:1000])
    except BadInput as error:
        return _page(visit, 422, {"": str(error)})
    return visit.to("/people", "The password is set, and their sessions are ended. Tell it to them in private.")


@pages.post("/people/{systemuserid}/state", "prvDisableUser")
def state(visit: Visit) -> Response:
    """Disable, which ends every session, or enable."""
    disabled = visit.text("disabled") == "1"
    act.disable_user(visit.services, visit.who, _id(visit), disabled=disabled)
    return visit.to("/people", "Disabled; every session is ended." if disabled else "Enabled.")


def _id(visit: Visit) -> str:
    return str(visit.request.path_params["systemuserid"])


def _day(visit: Visit, name: str) -> date | None:
    text = visit.text(name)
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise BadInput("Write the day as year-month-day, for example 2026-12-24.", field=name) from None


def _page(visit: Visit, status: int = 200, problems: dict[str, str] | None = None) -> Response:
    with visit.services.database.reading() as session:
        users, held, all_roles = read.users(session), read.roles_held(session), read.role_names(session)
    return visit.page(
        "people.html",
        status,
        users=users,
        held=held,
        roles=all_roles,
        personal=[r for r in all_roles if r != AI_SALESPERSON],
        application=AccessMode.NON_INTERACTIVE,
        problems=problems or {},
        typed=visit.form,
    )
