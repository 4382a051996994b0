"""Health: how the installation does, for administrators."""

from itertools import groupby

from starlette.responses import Response

from leadwright.actions import health as act
from leadwright.web.visit import Pages, Visit

pages = Pages()


@pages.get("/system-health", act.NEEDS)
def health(visit: Visit) -> Response:
    """Every finding, in groups; what fails is said above them."""
    found = act.examine(visit.services, visit.who)
    groups = [(name, list(lines)) for name, lines in groupby(found, key=lambda each: each.group)]
    return visit.page("health.html", groups=groups, bad=[f for f in found if f.state == "fail"])
