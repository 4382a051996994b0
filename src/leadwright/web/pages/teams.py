"""Teams: who is in each, adding one. Members see and work the records a team owns, and a team may be given leads."""

from starlette.responses import Response

from leadwright.actions import teams as act
from leadwright.db.pages.business_units import business_units
from leadwright.db.pages.people import persons, teams
from leadwright.errors import BadInput, Conflict
from leadwright.web.visit import Pages, Visit

pages = Pages()


@pages.get("/people/teams", "prvReadUser", "prvReadAgent")
def teams_page(visit: Visit) -> Response:
    """Teams with their members."""
    return _page(visit)


@pages.post("/people/teams", "prvReadUser", "prvWriteTeam")
def add_team(visit: Visit) -> Response:
    """Add a team."""
    name = visit.text("name", most=400)
    try:
        unit = visit.text("businessunitid") or None
        act.create_team(visit.services, visit.who, name, _chosen(visit), businessunitid=unit)
    except (BadInput, Conflict) as error:
        return _page(visit, 409 if isinstance(error, Conflict) else 422, {"name": str(error)})
    return visit.to("/people/teams", f"The team {name} is there.")


@pages.post("/people/teams/{teamid}", "prvReadUser", "prvWriteTeam")
def members(visit: Visit) -> Response:
    """Put exactly the people ticked into the team."""
    act.set_team_members(visit.services, visit.who, _id(visit), _chosen(visit))
    return visit.to("/people/teams", "The members are changed. It counts from their next request on.")


@pages.post("/people/teams/{teamid}/name", "prvReadUser", "prvWriteTeam")
def rename(visit: Visit) -> Response:
    """Rename a team, or put it into another business unit."""
    name, unit = visit.text("name", most=400), visit.text("businessunitid", most=40)
    act.edit_team(visit.services, visit.who, _id(visit), name, unit)
    return visit.to("/people/teams", "Saved.")


@pages.post("/people/teams/{teamid}/delete", "prvReadUser", "prvWriteTeam")
def delete(visit: Visit) -> Response:
    """Remove a team that owns nothing."""
    act.delete_team(visit.services, visit.who, _id(visit))
    return visit.to("/people/teams", "The team is removed.")


def _id(visit: Visit) -> str:
    return str(visit.request.path_params["teamid"])


def _chosen(visit: Visit) -> list[str]:
    return [m for m in visit.form.getlist("members") if isinstance(m, str)]


def _page(visit: Visit, status: int = 200, problems: dict[str, str] | None = None) -> Response:
    with visit.services.database.reading() as session:
        found, everybody, units = teams(session), persons(session), business_units(session)
    return visit.page(
        "teams.html",
        status,
        teams=found,
        persons=everybody,
        units=units,
        unit_choices=[(unit.businessunitid, unit.name) for unit in units],
        problems=problems or {},
        name=visit.text("name", most=400),
        chosen=_chosen(visit),
        may_write=visit.may("prvWriteTeam"),
    )
