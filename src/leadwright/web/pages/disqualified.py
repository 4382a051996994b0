"""Disqualified leads with the reasons, and one or many of them reassigned."""

from typing import Any

from starlette.responses import Response

from leadwright.actions.reassign_many import MOST_AT_ONCE, reassign_many
from leadwright.db.pages import disqualified as read
from leadwright.db.pages.keys import read_key, write_key
from leadwright.db.pages.people import assignable
from leadwright.db.sales import Lead
from leadwright.domain.engagement import LABELS, Outcome
from leadwright.errors import BadInput
from leadwright.identity.access import readable
from leadwright.web.visit import Pages, Visit

pages = Pages()
_OUTCOMES = (
    Outcome.LOW_FIT, Outcome.NO_RESPONSE, Outcome.NOT_INTERESTED, Outcome.NOT_QUALIFIED, Outcome.OPTED_OUT,
)  # fmt: skip


@pages.get("/disqualified", "prvReadLead", "prvAssignLead")
def disqualified(visit: Visit) -> Response:
    """Fifty leads, newest first."""
    return _page(visit)


@pages.post("/disqualified/reassign", "prvReadLead", "prvAssignLead")
def reassign(visit: Visit) -> Response:
    """The chosen ones; more than one is asked about first."""
    chosen = [str(value)[:36] for value in visit.form.getlist("lead")]
    seller = visit.text("seller", most=36)
    if len(chosen) > 1 and visit.text("sure") != "1":
        return _page(visit, chosen=chosen[:MOST_AT_ONCE], seller=seller)
    try:
        done = reassign_many(visit.services, visit.who, chosen, sellerid=seller or None)
    except BadInput as error:
        return visit.to("/disqualified", str(error), "bad")
    said = f"{len(done.given)} lead{'s' if len(done.given) != 1 else ''} reassigned; the new owners are told."
    if done.refused:
        return visit.to("/disqualified", f"{said} {len(done.refused)} not: {next(iter(done.refused.values()))}", "warn")
    return visit.to("/disqualified", said)


def _page(visit: Visit, chosen: list[str] | None = None, seller: str = "") -> Response:
    outcome, key = visit.text("outcome", most=20), visit.text("after", most=600)
    if outcome and outcome not in _OUTCOMES:
        raise BadInput("There is no such reason. Choose one of the list.", field="outcome")
    after: Any = read_key(key, moment=True) if key else None
    with visit.services.database.reading() as session:
        visible = readable(visit.who, Lead, "prvReadLead")
        rows = read.disqualified(session, visible, outcome=outcome, after=after)
        sellers = assignable(session)
    shown = rows[: read.PAGE]
    following = write_key(shown[-1].concludedon, shown[-1].runid) if len(rows) > read.PAGE else ""
    return visit.page(
        "disqualified.html",
        rows=shown,
        following=following,
        outcome=outcome,
        outcomes=[(str(o), LABELS[o]) for o in _OUTCOMES],
        labels={str(o): text for o, text in LABELS.items()},
        sellers=sellers,
        chosen=chosen or [],
        seller=seller,
        seller_name=dict(sellers).get(seller, "the next sellers by the rule"),
    )
