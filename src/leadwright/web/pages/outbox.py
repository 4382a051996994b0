"""The outbox: what waits to go out and how fast, and the mails of which a person says what became of them."""

from starlette.responses import Response

from leadwright.actions import outbox as act
from leadwright.web.visit import Pages, Visit

pages = Pages()
_SAID = {
    "arrived": "Kept as sent: it arrived.",
    "again": "It waits to be sent again.",
    "give_up": "Given up: it is not sent.",
}


@pages.get("/outbox", "prvReadDashboard", "prvReadActivity")
def outbox(visit: Visit) -> Response:
    """Held mails first, then pace and queue."""
    queue, held = act.queue(visit.services, visit.who), act.held_mails(visit.services, visit.who)
    return visit.page("outbox.html", queue=queue, held=held, may={d: visit.may(p) for d, p in act.NEEDS.items()})


@pages.post("/outbox/{outboxid}/decide", "prvReadDashboard", "prvReadActivity")
def decide(visit: Visit) -> Response:
    """A person's word about a held mail."""
    decision = visit.text("decision", most=20)
    act.decide(visit.services, visit.who, str(visit.request.path_params["outboxid"]), decision)
    return visit.to("/outbox", _SAID[decision])
