"""One user: who they are, roles, days away, how they get in and where they are signed in."""

from starlette.responses import Response

from leadwright.actions import own_account, sign_in_links
from leadwright.actions import people as act
from leadwright.db.pages import people as read
from leadwright.db.pages.business_units import business_units
from leadwright.db.pages.person import team_names, user_row, ways_in
from leadwright.domain.optionsets import AccessMode
from leadwright.errors import BadInput, Conflict, NotFound
from leadwright.web.pages.account import day
from leadwright.web.visit import Pages, Visit

pages = Pages()


@pages.get("/people/{systemuserid}", "prvReadUser", "prvReadAgent")
def person(visit: Visit) -> Response:
    """Everything about one user."""
    return _page(visit)


@pages.post("/people/{systemuserid}", "prvReadUser", "prvWriteUser")
def edit(visit: Visit) -> Response:
    """Name, address, time zone, business unit."""
    try:
        act.edit_user(
            visit.services,
            visit.who,
            _id(visit),
            fullname=visit.text("fullname", most=200),
            email=visit.text("email", most=100),
            timezone=visit.text("timezone", most=64),
            businessunitid=visit.text("businessunitid", most=40),
        )
    except Conflict as error:
        return _page(visit, 409, {"email": str(error)})
    except BadInput as error:
        return _page(visit, 422, {error.field or "": str(error)})
    return _back(visit, "Saved.")


@pages.post("/people/{systemuserid}/roles", "prvAssignRole")
def roles(visit: Visit) -> Response:
    """Give and take roles."""
    chosen = [r for r in visit.form.getlist("roles") if isinstance(r, str)]
    act.set_roles(visit.services, visit.who, _id(visit), chosen)
    return _back(visit, "The roles are changed. They count from the next request on.")


@pages.post("/people/{systemuserid}/away", "prvReadUser")
def away(visit: Visit) -> Response:
    """Days away: leads go to somebody else."""
    try:
        act.set_away(visit.services, visit.who, _id(visit), day(visit, "awayfrom"), day(visit, "awayuntil"))
    except BadInput as error:
        return _page(visit, 422, {error.field or "": str(error)})
    return _back(visit, "The days away are noted. Leads go to the next seller meanwhile.")


@pages.post("/people/{systemuserid}/link", "prvReadUser", "prvWriteUser")
def link(visit: Visit) -> Response:
    """The invitation once more, or a link for a new password: by mail, else shown this once."""
    handed = sign_in_links.send_link(visit.services, visit.who, _id(visit))
    if handed.is_sent:
        return _back(visit, "The mail with the link is on its way. A former link is void.")
    with visit.services.database.reading() as session:
        row, ways = user_row(session, _id(visit)), ways_in(session, _id(visit))
    return visit.page(
        "link_to_copy.html",
        name=row.fullname,
        handed=handed,
        invitation=not ways.has_password,
        back=f"/people/{row.systemuserid}",
    )


@pages.post("/people/{systemuserid}/password", "prvReadUser", "prvWriteUser")
def password(visit: Visit) -> Response:
    """A new password for somebody else; their sessions end."""
    if _id(visit) == visit.who.id:
        return visit.to("/password")
    try:
        act.set_password(visit.services, visit.who, _id(visit), str(visit.form.get("newpassword", ""))[:1000])
    except BadInput as error:
        return _page(visit, 422, {"newpassword": str(error)})
    return _back(visit, "The password is set, and their sessions are ended. Tell it to them in private.")


@pages.post("/people/{systemuserid}/sessions/end", "prvReadUser", "prvWriteUser")
def end_session(visit: Visit) -> Response:
    """End one session of somebody."""
    if _id(visit) == visit.who.id:
        return visit.to("/account", "End your own sessions here, with your password.", "info")
    own_account.end_session(visit.services, visit.who, _id(visit), visit.text("session", most=80))
    return _back(visit, "The session is ended.")


@pages.post("/people/{systemuserid}/sessions/end-all", "prvReadUser", "prvWriteUser")
def end_all_sessions(visit: Visit) -> Response:
    """End every session of somebody."""
    if _id(visit) == visit.who.id:
        return visit.to("/account", "End your own sessions here, with your password.", "info")
    ended = own_account.end_all_sessions(visit.services, visit.who, _id(visit))
    return _back(visit, f"{ended} session{'s' if ended != 1 else ''} ended.")


@pages.post("/people/{systemuserid}/app/remove", "prvReadUser", "prvWriteUser")
def remove_app(visit: Visit) -> Response:
    """Somebody's phone is lost: the password alone lets them in until they set an app up again."""
    if _id(visit) == visit.who.id:
        return visit.to("/account", "Remove your own app here, with your password.", "info")
    own_account.remove_app(visit.services, visit.who, _id(visit))
    return _back(visit, "The authenticator app is removed.")


@pages.post("/people/{systemuserid}/disconnect", "prvReadUser", "prvWriteUser")
def disconnect(visit: Visit) -> Response:
    """A provider's account does not open this one any more."""
    if _id(visit) == visit.who.id:
        return visit.to("/account", "Disconnect your own account here, with your password.", "info")
    issuer, subject = visit.text("issuer", most=400), visit.text("subject", most=255)
    own_account.disconnect(visit.services, visit.who, _id(visit), issuer, subject)
    return _back(visit, "The account is disconnected.")


@pages.post("/people/{systemuserid}/state", "prvDisableUser")
def state(visit: Visit) -> Response:
    """Disable, which ends every session, or enable."""
    disabled = visit.text("disabled") == "1"
    act.disable_user(visit.services, visit.who, _id(visit), disabled=disabled)
    return _back(visit, "Disabled; every session is ended." if disabled else "Enabled.")


def _id(visit: Visit) -> str:
    return str(visit.request.path_params["systemuserid"])


def _back(visit: Visit, note: str) -> Response:
    there = visit.may("prvReadUser") and visit.may("prvReadAgent")
    return visit.to(f"/people/{_id(visit)}" if there else "/account", note)


def _page(visit: Visit, status: int = 200, problems: dict[str, str] | None = None) -> Response:
    services, systemuserid = visit.services, _id(visit)
    with services.database.reading() as session:
        row = user_row(session, systemuserid)
        if row is None:
            raise NotFound("There is no such user.")
        ways, teams = ways_in(session, systemuserid), team_names(session, systemuserid)
        held, all_roles = read.roles_held(session).get(systemuserid, set()), read.role_names(session)
        units = business_units(session)
    may_write = visit.may("prvWriteUser")
    is_person = row.accessmode != AccessMode.NON_INTERACTIVE
    sessions = own_account.sessions_of(services, visit.who, systemuserid) if may_write and is_person else []
    return visit.page(
        "person.html",
        status,
        person=row,
        is_person=is_person,
        ways=ways,
        teams=teams,
        held=held,
        roles=all_roles,
        units=units,
        unit_choices=[(unit.businessunitid, unit.name) for unit in units],
        sessions=sessions,
        here=(visit.session.key if visit.session else "")[: own_account.SHORT],
        may_write=may_write,
        can_mail=sign_in_links.can_mail(services),
        problems=problems or {},
    )
