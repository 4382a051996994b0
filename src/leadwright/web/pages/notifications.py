"""The notifications of the person signed in."""

from starlette.responses import Response

from leadwright.actions.notifications import mark_read
from leadwright.db.pages.notifications import newest
from leadwright.web.security import SIGNED_IN
from leadwright.web.visit import Pages, Visit, local_path

pages = Pages()


@pages.get("/notifications", SIGNED_IN)
def notifications(visit: Visit) -> Response:
    """The newest hundred, unread first."""
    with visit.services.database.reading() as session:
        rows = newest(session, visit.who.id)
    return visit.page("notifications.html", rows=rows)


@pages.post("/notifications/read", SIGNED_IN)
def read(visit: Visit) -> Response:
    """Mark one as read and go where it leads, or all of them."""
    link = mark_read(visit.services, visit.who, visit.text("id") or None)
    return visit.to(local_path(link or "/notifications"))
