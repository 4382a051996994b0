"""The inbox: mails that belong to no lead yet, and mails that could not be read. A person says what follows."""

import re

from starlette.responses import Response

from leadwright.actions import inbox as act
from leadwright.db.pages import leads_grid
from leadwright.db.pages.inbox import STATES
from leadwright.db.pages.leads_grid import GridRow, Question
from leadwright.errors import BadInput, Conflict
from leadwright.identity.access import owners_reached
from leadwright.web.visit import Pages, Visit

pages = Pages()
_MOST_FOUND = 20
_ALL = ("prvReadDashboard", "prvReadActivity")


@pages.get("/inbox", *_ALL)
def inbox(visit: Visit) -> Response:
    """Fifty mails in one state, newest first."""
    state = visit.text("state", most=20) or STATES[0]
    page = act.waiting_mails(visit.services, visit.who, state, after=visit.text("after", most=600))
    first = visit.text("after", most=600)
    return visit.page("inbox.html", page=page, state=state, paged=bool(first), may=visit.may("prvWriteActivity"))


@pages.get("/inbox/{inboundid}", *_ALL)
def mail(visit: Visit) -> Response:
    """One mail, and leads to link it with."""
    found, text = act.words_of(visit.services, visit.who, str(visit.request.path_params["inboundid"]))
    search = visit.text("q", most=100)
    return visit.page(
        "inbox_mail.html",
        mail=found,
        text=text,
        q=search,
        leads=_leads(visit, search) if search else found.candidates,
        may=visit.may("prvWriteActivity"),
    )


@pages.get("/inbox/{inboundid}/source", *_ALL)
def source(visit: Visit) -> Response:
    """The mail as a file, for a mail program: never opened here."""
    inboundid = str(visit.request.path_params["inboundid"])
    raw = act.source_of(visit.services, visit.who, inboundid)
    name = re.sub(r"[^A-Za-z0-9-]", "", inboundid)
    headers = {"Content-Disposition": f'attachment; filename="mail-{name}.eml"'}
    return Response(raw, media_type="application/octet-stream", headers=headers)


@pages.post("/inbox/{inboundid}/link", *_ALL)
def link(visit: Visit) -> Response:
    """The mail is the chosen lead's."""
    inboundid, leadid = str(visit.request.path_params["inboundid"]), visit.text("leadid", most=36)
    if not leadid:
        return visit.to(f"/inbox/{inboundid}", "Choose a lead first.", "bad")
    try:
        act.link(visit.services, visit.who, inboundid, leadid)
    except (BadInput, Conflict) as error:
        return visit.to("/inbox", str(error), "bad")
    return visit.to(f"/leads/{leadid}/thread", "The mail is linked; the agent reads it in a moment.")


@pages.post("/inbox/{inboundid}/ignore", *_ALL)
def ignore(visit: Visit) -> Response:
    """Nothing follows from it."""
    act.ignore(visit.services, visit.who, str(visit.request.path_params["inboundid"]))
    return visit.to("/inbox", "Nothing follows from the mail. It stays stored.")


@pages.post("/inbox/{inboundid}/retry", *_ALL)
def retry(visit: Visit) -> Response:
    """Read it once more."""
    try:
        act.try_again(visit.services, visit.who, str(visit.request.path_params["inboundid"]))
    except Conflict as error:
        return visit.to("/inbox?state=quarantined", str(error), "bad")
    return visit.to("/inbox?state=quarantined", "The mail is read again in a moment. If that fails, it comes back.")


def _leads(visit: Visit, search: str) -> list[GridRow]:
    owners, unit = owners_reached(visit.who, "prvReadLead")
    return leads_grid.read(visit.source, Question(owners=owners, unit=unit, search=search)).rows[:_MOST_FOUND]
