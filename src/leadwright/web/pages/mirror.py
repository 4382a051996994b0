"""The mirror of Dynamics 365: how far each table is, what fails, pause, retry, read anew; the address that wakes it."""

from starlette.responses import JSONResponse, Response

from leadwright.actions import mirror as act
from leadwright.actions import mirror_writes
from leadwright.errors import LeadwrightError
from leadwright.web.visit import Pages, Visit

pages = Pages()
PAGE = "/settings/mirror"


@pages.get(PAGE, act.NEEDS)
def mirror(visit: Visit) -> Response:
    """Everything about it."""
    return _page(visit)


@pages.post(f"{PAGE}/pause", act.NEEDS)
def pause_mirror(visit: Visit) -> Response:
    """Read nothing for now."""
    act.pause(visit.services, visit.who)
    return visit.to(PAGE, "The mirror is paused. What changes in Dynamics 365 is read when you go on.")


@pages.post(f"{PAGE}/resume", act.NEEDS)
def resume_mirror(visit: Visit) -> Response:
    """Go on."""
    act.go_on(visit.services, visit.who)
    return visit.to(PAGE, "The mirror goes on. Reload the page to see it catch up.")


@pages.post(f"{PAGE}/retry", act.NEEDS)
def retry_mirror(visit: Visit) -> Response:
    """Try again at once."""
    act.retry(visit.services, visit.who, visit.text("table", most=60))
    return visit.to(PAGE, "It is tried again now. Reload the page to see what came of it.")


@pages.post(f"{PAGE}/read-again", act.NEEDS)
def read_mirror_again(visit: Visit) -> Response:
    """Every row anew, after a tick that says so."""
    if visit.text("sure", most=5) != "yes":
        return visit.to(PAGE, "Tick the box to read everything again.", "warn")
    act.read_again(visit.services, visit.who, visit.text("table", most=60))
    return visit.to(PAGE, "Everything is read again. Nothing is lost meanwhile; reload the page to see the progress.")


@pages.post(f"{PAGE}/key", act.NEEDS)
def new_mirror_key(visit: Visit) -> Response:
    """A new key, shown once."""
    return _page(visit, key=act.new_key(visit.services, visit.who))


@pages.post(f"{PAGE}/agent-tables", act.NEEDS)
def fill_agent_tables(visit: Visit) -> Response:
    """Write into the tables of Microsoft's own agent too, or no more."""
    on = visit.text("on", most=5) == "yes"
    if wrong := act.fill_agent_tables(visit.services, visit.who, on=on):
        return visit.to(PAGE, f"It is chosen. {wrong}", "warn")
    said = "What the agent does is written into the tables of Microsoft's own agent too, from now on."
    return visit.to(PAGE, said if on else "Nothing more is written into the tables of Microsoft's own agent.")


@pages.post_from_anywhere(act.WAKE_PATH)
def wake_mirror(visit: Visit) -> Response:
    """Dynamics 365 says that something changed. Only the name of the table is taken from it, and that is checked."""
    table = visit.request.headers.get("x-ms-dynamics-entity-name", "")[:60]
    try:
        act.wake(visit.services, visit.request.query_params.get("code", ""), table)
    except LeadwrightError as error:
        return JSONResponse({"error": str(error)}, 404)
    return Response(status_code=204)


def _page(visit: Visit, *, key: str = "") -> Response:
    shown = act.overview(visit.services, visit.who)
    address = visit.services.settings.address.rstrip("/") + act.WAKE_PATH
    outgoing = mirror_writes.outgoing(visit.services, visit.who)
    return visit.page("mirror/mirror.html", mirror=shown, key=key, address=address, outgoing=outgoing, shown="held")
