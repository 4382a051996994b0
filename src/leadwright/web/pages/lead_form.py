"""The lead form: create a lead, or change one, with each problem beside its field."""

from collections.abc import Mapping
from typing import Any

from starlette.responses import Response

from leadwright.actions.leads import create_lead, edit_lead
from leadwright.db.columns import table_with_own
from leadwright.db.pages import lead_research
from leadwright.db.pages.thread import has_thread
from leadwright.domain.attributes import Table
from leadwright.errors import BadInput, Conflict
from leadwright.identity.access import require
from leadwright.web import record_form
from leadwright.web.pages.lead_banner import banner, readable_lead
from leadwright.web.visit import Pages, Visit

pages = Pages()

SECTIONS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("Contact", ("subject", "firstname", "lastname", "jobtitle", "emailaddress1", "telephone1", "mobilephone")),
    ("Company", ("companyname", "websiteurl", "lw_industry", "numberofemployees", "revenue")),
    (
        "Address",
        ("address1_line1", "address1_city", "address1_stateorprovince", "address1_postalcode", "address1_country"),
    ),
    (
        "Qualification",
        ("leadsourcecode", "leadqualitycode", "budgetamount", "estimatedamount", "estimatedclosedate", "decisionmaker"),
    ),
    (
        "Contact preferences",
        (
            "donotemail",
            "donotbulkemail",
            "lw_timezone",
            "lw_consentbasis",
            "lw_consentsource",
            "lw_consenton",
        ),
    ),
    ("Notes", ("description",)),
)


@pages.get("/leads/new", "prvCreateLead")
def new(visit: Visit) -> Response:
    """An empty form."""
    return _form(visit, None, {"leadqualitycode": "3"}, {})


@pages.post("/leads/new", "prvCreateLead")
def create(visit: Visit) -> Response:
    """Store the new lead."""
    typed, problems = _typed(visit)
    if not problems:
        try:
            leadid = create_lead(visit.services, visit.who, {n: v for n, v in typed.items() if v})
            return visit.to(f"/leads/{leadid}", "The lead is saved. The agent takes it when it matches its criteria.")
        except BadInput as error:
            problems = {error.field or "": str(error)}
    return _form(visit, None, typed, problems, 422)


@pages.get("/leads/{leadid}/edit", "prvWriteLead")
def edit(visit: Visit) -> Response:
    """The form of a lead, with what the agent did."""
    lead = readable_lead(visit)
    require(visit.who, "prvWriteLead", lead)
    return _form(visit, lead, record_form.shown(_table(visit), lead), {})


@pages.post("/leads/{leadid}/edit", "prvWriteLead")
def change(visit: Visit) -> Response:
    """Store the change, unless somebody else changed the lead meanwhile."""
    lead = readable_lead(visit)
    require(visit.who, "prvWriteLead", lead)
    typed, problems = _typed(visit)
    if not problems:
        before = record_form.shown(_table(visit), lead)
        changed = {n: v for n, v in typed.items() if v != before.get(n, "")}
        try:
            edit_lead(visit.services, visit.who, lead.leadid, changed, versionnumber=visit.number("versionnumber"))
            return visit.to(f"/leads/{lead.leadid}/edit", "Saved.")
        except BadInput as error:
            problems = {error.field or "": str(error)}
        except Conflict as error:
            return _form(visit, lead, typed, {"": f"{error} What you typed is still here."}, 409)
    return _form(visit, lead, typed, problems, 422)


def _form(
    visit: Visit, lead: Any, values: Mapping[str, str], problems: Mapping[str, str], status: int = 200
) -> Response:
    run = None
    threaded = False
    if lead is not None:
        with visit.services.database.reading() as session:
            run = lead_research.newest_run(session, lead.leadid)
            threaded = has_thread(session, lead.leadid)
    return visit.page(
        "lead_form.html",
        status,
        lead=lead,
        sections=record_form.inputs(_table(visit), SECTIONS),
        values=values,
        problems=problems,
        threaded=threaded,
        banner=banner(lead, run) if lead is not None else None,
        version=visit.text("versionnumber") or (lead.versionnumber if lead is not None else ""),
    )


def _table(visit: Visit) -> Table:
    with visit.services.database.reading() as session:
        return table_with_own(session, "lead")


def _typed(visit: Visit) -> tuple[dict[str, str], dict[str, str]]:
    """What was typed, and what is wrong with it, field by field."""
    typed, problems = record_form.typed(visit, _table(visit), SECTIONS)
    if not any(typed.get(n) for n in ("companyname", "firstname", "lastname")):
        problems["companyname"] = "Write a company, or a name above."
    return typed, problems
