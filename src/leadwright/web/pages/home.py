"""The start page: each person lands where their work is."""

from starlette.responses import Response

from leadwright.web.security import SIGNED_IN
from leadwright.web.site_map import SITE_MAP
from leadwright.web.visit import Pages, Visit

pages = Pages()


@pages.get("/", SIGNED_IN, quick=True)
def start(visit: Visit) -> Response:
    """Go to the first area of the site map that the person may use."""
    for _, areas in SITE_MAP:
        for area in areas:
            if area.privilege and visit.may(area.privilege):
                return visit.to(area.path)
    return visit.page("no_area.html")
