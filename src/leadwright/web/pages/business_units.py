"""Business units: the tree, adding, renaming, moving, removing one."""

from starlette.responses import Response

from leadwright.actions import business_units as act
from leadwright.db.pages.business_units import business_units
from leadwright.errors import BadInput, Conflict
from leadwright.web.visit import Pages, Visit

pages = Pages()


@pages.get("/people/units", "prvReadUser", "prvReadAgent")
def units_page(visit: Visit) -> Response:
    """The tree."""
    return _page(visit)


@pages.post("/people/units", "prvReadUser", "prvWriteBusinessUnit")
def add_unit(visit: Visit) -> Response:
    """Add one below another."""
    name = visit.text("name", most=400)
    try:
        act.create_business_unit(visit.services, visit.who, name, visit.text("parentid") or None)
    except (BadInput, Conflict) as error:
        return _page(visit, 409 if isinstance(error, Conflict) else 422, {"name": str(error)})
    return visit.to("/people/units", f"{name} is there.")


@pages.post("/people/units/{businessunitid}", "prvReadUser", "prvWriteBusinessUnit")
def edit_unit(visit: Visit) -> Response:
    """Rename it, or put it below another."""
    act.edit_business_unit(
        visit.services, visit.who, _id(visit), visit.text("name", most=400), visit.text("parentid") or None
    )
    return visit.to("/people/units", "Saved.")


@pages.post("/people/units/{businessunitid}/delete", "prvReadUser", "prvWriteBusinessUnit")
def delete_unit(visit: Visit) -> Response:
    """Remove one that nothing belongs to."""
    act.delete_business_unit(visit.services, visit.who, _id(visit))
    return visit.to("/people/units", "The business unit is removed.")


def _id(visit: Visit) -> str:
    return str(visit.request.path_params["businessunitid"])


def _page(visit: Visit, status: int = 200, problems: dict[str, str] | None = None) -> Response:
    with visit.services.database.reading() as session:
        units = business_units(session)
    return visit.page(
        "business_units.html",
        status,
        units=units,
        unit_choices=[(unit.businessunitid, unit.name) for unit in units],
        names={unit.businessunitid: unit.name for unit in units},
        problems=problems or {},
        name=visit.text("name", most=400),
        may_write=visit.may("prvWriteBusinessUnit"),
    )
