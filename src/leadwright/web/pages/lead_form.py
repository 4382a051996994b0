"""The lead form: create a lead, or change one, with each problem beside its field."""

from collections.abc import Mapping
from typing import Any

from starlette.responses import Response

from leadwright.actions.leads import create_lead, edit_lead
from leadwright.db.columns import table_with_own
from leadwright.db.pages import lead_research
from leadwright.domain.attributes import Attribute, Kind, Table
from leadwright.domain.cells import Unreadable
from leadwright.domain.values import reader
from leadwright.errors import BadInput, Conflict
from leadwright.identity.access import require
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
    ("Contact preferences", ("donotemail", "donotbulkemail")),
    ("Notes", ("description",)),
)
_INPUTS = {
    Kind.EMAIL: "email",
    Kind.URL: "text",
    Kind.PHONE: "tel",
    Kind.MEMO: "textarea",
    Kind.NUMBER: "text",
    Kind.MONEY: "text",
    Kind.DECIMAL: "text",
    Kind.DATE: "date",
    Kind.CHOICE: "select",
    Kind.BOOLEAN: "select",
}


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
    return _form(visit, lead, _shown(visit, lead), {})


@pages.post("/leads/{leadid}/edit", "prvWriteLead")
def change(visit: Visit) -> Response:
    """Store the change, unless somebody else changed the lead meanwhile."""
    lead = readable_lead(visit)
    require(visit.who, "prvWriteLead", lead)
    typed, problems = _typed(visit)
    if not problems:
        before = _shown(visit, lead)
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
    table = _table(visit)
    own = tuple(a.name for a in table.attributes.values() if a.custom)
    sections = [
        (title, [_input(table.attributes[n]) for n in names if n in table.attributes])
        for title, names in (*SECTIONS, ("More fields", own))
    ]
    run = None
    if lead is not None:
        with visit.services.database.reading() as session:
            run = lead_research.newest_run(session, lead.leadid)
    return visit.page(
        "lead_form.html",
        status,
        lead=lead,
        sections=[s for s in sections if s[1]],
        values=values,
        problems=problems,
        banner=banner(lead, run) if lead is not None else None,
        version=visit.text("versionnumber") or (lead.versionnumber if lead is not None else ""),
    )


def _input(attribute: Attribute) -> dict[str, Any]:
    choices: list[tuple[Any, str]] = [("", "")]
    if attribute.kind is Kind.BOOLEAN:
        choices += [("yes", "Yes"), ("no", "No")]
    choices += [(str(k), v) for k, v in attribute.choices.items()]
    return {
        "name": attribute.name,
        "label": attribute.label,
        "kind": _INPUTS.get(attribute.kind, "text"),
        "choices": choices,
        "most": attribute.length,
    }


def _table(visit: Visit) -> Table:
    with visit.services.database.reading() as session:
        return table_with_own(session, "lead")


def _typed(visit: Visit) -> tuple[dict[str, str], dict[str, str]]:
    """What was typed, and what is wrong with it, field by field."""
    table = _table(visit)
    names = [n for _, section in SECTIONS for n in section] + [a.name for a in table.attributes.values() if a.custom]
    typed, problems = {}, {}
    for name in names:
        typed[name] = visit.text(name)
        try:
            reader(table.attributes[name])(typed[name])
        except Unreadable as error:
            problems[name] = f"{str(error)[:1].upper()}{str(error)[1:]}."
    if not any(typed.get(n) for n in ("companyname", "firstname", "lastname")):
        problems["companyname"] = "Write a company, or a name above."
    return typed, problems


def _shown(visit: Visit, lead: Any) -> dict[str, str]:
    """The lead's values as the form shows them."""
    stored = {**lead._mapping, **lead.custom}
    shown = {}
    for name, attribute in _table(visit).attributes.items():
        value = stored.get(name)
        if value is None:
            shown[name] = ""
        elif attribute.kind is Kind.BOOLEAN:
            shown[name] = "yes" if value else "no"
        elif isinstance(value, float):
            shown[name] = f"{value:.2f}".removesuffix(".00")
        else:
            shown[name] = str(value)
    return shown
