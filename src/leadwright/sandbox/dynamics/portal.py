"""The first page of the portals: the four prerequisites, step by step, with who may do which."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from leadwright.sandbox.dynamics import (
    portal_dynamics,
    portal_entra,
    portal_exchange,
    portal_outside,
    portal_power,
    portal_sales,
    showing,
)
from leadwright.sandbox.dynamics.parts import part_named
from leadwright.sandbox.dynamics.world import World


def routes(world: World) -> list[Route]:
    """Every page under /_portal."""

    def home(request: Request) -> Response:
        return showing.page(world, request, "portal.html", tenantid=world.tenantid)

    part = part_named("dataverse")
    if part is not None:
        part.routes(world)  # makes the tables the pages below read
    pages = (portal_entra, portal_power, portal_exchange, portal_dynamics, portal_sales, portal_outside)
    return [Route("/_portal", home), Route("/", home), *(route for page in pages for route in page.routes(world))]
