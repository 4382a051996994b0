"""Choose another account or contact for a lead: search, enough about each match to tell them apart, choose or none."""

from typing import Any

from starlette.responses import Response

from leadwright.actions import outcome
from leadwright.db.pages import connected_records as read
from leadwright.db.pages import lead_research
from leadwright.db.sales import Account, Contact
from leadwright.errors import BadInput
from leadwright.identity.access import readable, require
from leadwright.web.pages.lead_banner import may, readable_lead
from leadwright.web.visit import Pages, Visit

pages = Pages()

_TABLES: dict[str, tuple[type[Account] | type[Contact], str]] = {
    "account": (Account, "prvReadAccount"),
    "contact": (Contact, "prvReadContact"),
}


@pages.get("/leads/{leadid}/account", "prvReadLead", "prvWriteLead", "prvReadAccount")
def accounts(visit: Visit) -> Response:
    """Accounts to choose from."""
    return _page(visit, "account")


@pages.post("/leads/{leadid}/account", "prvReadLead", "prvWriteLead", "prvReadAccount")
def choose_account(visit: Visit) -> Response:
    """Connect the lead with the account chosen, or with none."""
    return _choose(visit, "account")


@pages.get("/leads/{leadid}/contact", "prvReadLead", "prvWriteLead", "prvReadContact")
def contacts(visit: Visit) -> Response:
    """Contacts to choose from."""
    return _page(visit, "contact")


@pages.post("/leads/{leadid}/contact", "prvReadLead", "prvWriteLead", "prvReadContact")
def choose_contact(visit: Visit) -> Response:
    """Connect the lead with the contact chosen, or with none."""
    return _choose(visit, "contact")


def _choose(visit: Visit, table: str) -> Response:
    leadid, chosen = str(visit.request.path_params["leadid"]), visit.text("record", most=36)
    if not chosen:
        return _page(visit, table, f"Choose one of the {table}s, or none.", 422)
    try:
        outcome.connect(visit.services, visit.who, leadid, table, None if chosen == "none" else chosen)
    except BadInput as error:
        return _page(visit, table, str(error), 422)
    note = (
        f"The lead is connected with no {table}, and the agent will not connect one."
        if chosen == "none"
        else f"The lead is connected with the {table} you chose. The agent keeps to it."
    )
    return visit.to(f"/leads/{leadid}", note)


def _page(visit: Visit, table: str, problem: str = "", status: int = 200) -> Response:
    lead = readable_lead(visit)
    require(visit.who, "prvWriteLead", lead)
    model, privilege = _TABLES[table]
    search, scope = visit.text("q", most=100), readable(visit.who, model, privilege)
    with visit.services.database.reading() as session:
        found = read.candidates(session, table, lead, scope, search)
        present: Any = (
            lead_research.account(session, lead.parentaccountid)
            if table == "account"
            else lead_research.contact(session, lead.parentcontactid)
        )
    return visit.page(
        "lead_connect.html",
        status,
        lead=lead,
        table=table,
        found=found,
        search=search,
        most=read.MOST,
        problem=problem,
        linked=lead.parentaccountid if table == "account" else lead.parentcontactid,
        present=present if present is not None and may(visit.who, privilege, present) else None,
    )
