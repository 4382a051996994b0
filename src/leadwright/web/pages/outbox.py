"""The outbox: what waits to go out and how fast, and the mails of which a person says what became of them."""

from starlette.responses import Response

from leadwright.actions import outbox as act
from leadwright.domain.mail_phase import has_moment, waits_for_person
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
    after, held_after = visit.text("after", most=600), visit.text("held_after", most=600)
    held, held_next = act.held_mails(visit.services, visit.who, after=held_after)
    return visit.page(
        "outbox.html",
        queue=act.queue(visit.services, visit.who, after=after),
        held=held,
        held_next=held_next,
        after=after,
        held_after=held_after,
        has_moment=has_moment,
        waits_for_person=waits_for_person,
        may={d: visit.may(p) for d, p in act.NEEDS.items()},
    )


@pages.post("/outbox/{outboxid}/decide", "prvReadDashboard", "prvReadActivity")
def decide(visit: Visit) -> Response:
    """A person's word about a held mail."""
    decision = visit.text("decision", most=20)
    act.decide(visit.services, visit.who, str(visit.request.path_params["outboxid"]), decision)
    return visit.to("/outbox", _SAID[decision])
