"""Delete a lead, after a page that says what goes with it."""

from starlette.responses import Response

from leadwright.actions.leads import delete_lead
from leadwright.db.pages import lead_research as read
from leadwright.identity.access import require
from leadwright.web.pages.lead_banner import readable_lead
from leadwright.web.visit import Pages, Visit

pages = Pages()


@pages.get("/leads/{leadid}/delete", "prvReadLead", "prvDeleteLead")
def confirm(visit: Visit) -> Response:
    """Ask, and say what goes with it."""
    lead = readable_lead(visit)
    require(visit.who, "prvDeleteLead", lead)
    with visit.services.database.reading() as session:
        run = read.newest_run(session, lead.leadid)
    return visit.page("lead_delete.html", lead=lead, run=run)


@pages.post("/leads/{leadid}/delete", "prvReadLead", "prvDeleteLead")
def delete(visit: Visit) -> Response:
    """Delete it."""
    delete_lead(visit.services, visit.who, str(visit.request.path_params["leadid"]))
    return visit.to("/leads?view=all", "The lead is deleted. The audit log keeps what it was.")
