"""Everybody there is, and inviting somebody. One person in full: `person`."""

from starlette.responses import Response

from leadwright.actions import people as act
from leadwright.actions import sign_in_links
from leadwright.db.pages import people as read
from leadwright.db.pages.business_units import business_units
from leadwright.db.pages.person import waiting_invitations
from leadwright.domain.optionsets import AccessMode
from leadwright.domain.privileges import AI_SALESPERSON
from leadwright.errors import BadInput, Conflict
from leadwright.web.visit import Pages, Visit

pages = Pages()


@pages.get("/people", "prvReadUser", "prvReadAgent")
def everybody(visit: Visit) -> Response:
    """Users with roles, days away and state."""
    return _page(visit)


@pages.post("/people", "prvCreateUser")
def add(visit: Visit) -> Response:
    """Invite a person, or add one with a first password."""
    password = str(visit.form.get("password", ""))[:1000]
    given = {
        "fullname": visit.text("fullname", most=200),
        "email": visit.text("email", most=100),
        "roles": [visit.text("role")] if visit.text("role") else [],
        "businessunitid": visit.text("businessunitid") or None,
        "timezone": visit.text("timezone") or "UTC",
    }
    try:
        if password:
            act.create_user(visit.services, visit.who, password=password, **given)  # type: ignore[arg-type]
            return visit.to("/people", f"{given['fullname']} can sign in now.")
        handed = sign_in_links.invite(visit.services, visit.who, **given)  # type: ignore[arg-type]
    except (BadInput, Conflict) as error:
        field = "email" if isinstance(error, Conflict) else error.field or ""
        return _page(visit, 409 if isinstance(error, Conflict) else 422, {field: str(error)})
    if handed.is_sent:
        return visit.to("/people", f"The invitation to {given['fullname']} is on its way. It is good for seven days.")
    return visit.page("link_to_copy.html", name=given["fullname"], handed=handed, invitation=True, back="/people")


def _page(visit: Visit, status: int = 200, problems: dict[str, str] | None = None) -> Response:
    with visit.services.database.reading() as session:
        users, held, roles = read.users(session), read.roles_held(session), read.role_names(session)
        invited, units = waiting_invitations(session), business_units(session)
    return visit.page(
        "people.html",
        status,
        users=users,
        held=held,
        invited=invited,
        units=units,
        unit_choices=[(unit.businessunitid, unit.name) for unit in units],
        personal=[r for r in roles if r != AI_SALESPERSON],
        application=AccessMode.NON_INTERACTIVE,
        can_mail=sign_in_links.can_mail(visit.services),
        problems=problems or {},
        typed=visit.form,
    )
