"""Qualify: into which account, contact and opportunity a lead becomes; records that are there are proposed first."""

from datetime import date
from typing import Any

from starlette.responses import Response

from leadwright.actions.qualify import Sale, qualify
from leadwright.db.connection import platform_of
from leadwright.db.pages import connected_records
from leadwright.db.sales import Account, Contact
from leadwright.domain.optionsets import LeadState
from leadwright.domain.platform import Platform
from leadwright.errors import BadInput, Conflict, Doubt
from leadwright.identity.access import readable, require
from leadwright.web.pages.lead_banner import readable_lead
from leadwright.web.visit import Pages, Visit

pages = Pages()
_PROPOSED = 5
_NEW = "new"
_CREATES = {"account": "prvCreateAccount", "contact": "prvCreateContact", "opportunity": "prvCreateOpportunity"}


@pages.get("/leads/{leadid}/qualify", "prvReadLead", "prvQualifyLead")
def choose(visit: Visit) -> Response:
    """What to create, and what is there already."""
    return _page(visit)


@pages.post("/leads/{leadid}/qualify", "prvReadLead", "prvQualifyLead")
def do(visit: Visit) -> Response:
    """Close the lead as qualified, with the records the person chose."""
    leadid = str(visit.request.path_params["leadid"])
    wanted: dict[str, Any] = {"opportunity": visit.text("opportunity") == "1"}
    for table in ("account", "contact"):
        chosen = visit.text(table, most=36)
        known = len(chosen) == 36
        wanted |= {table: known or chosen in (_NEW, "1"), f"{table}id": chosen if known else None}
    try:
        sale = Sale(
            visit.text("name", most=300), _money(visit.text("value", most=20)), _day(visit.text("close", most=10))
        )
        qualify(visit.services, visit.who, leadid, **wanted, sale=sale, anyway=visit.text("anyway") == "1")
    except Doubt as error:
        return _page(visit, doubts=error.doubts, status=409)
    except BadInput as error:
        return _page(visit, problems={error.field or "": str(error)}, status=422)
    except Conflict as error:
        return visit.to(f"/leads/{leadid}", str(error), "bad")
    made = [name for name in ("account", "contact", "opportunity") if wanted[name]]
    return visit.to(f"/leads/{leadid}", f"The lead is qualified{' with ' if made else ''}{', '.join(made)}.")


def _money(text: str) -> float | None:
    try:
        value = float(text.replace(",", "").replace("$", "")) if text else None
    except ValueError:
        raise BadInput("Write the revenue as a number, such as 25000.", field="value") from None
    if value is not None and not 0 <= value <= 1e12:
        raise BadInput("Write the revenue as a number from 0 on.", field="value")
    return value


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise BadInput("Write the day as 2026-05-31.", field="close") from None


def _page(
    visit: Visit, *, problems: dict[str, str] | None = None, doubts: tuple[str, ...] = (), status: int = 200
) -> Response:
    lead = readable_lead(visit)
    require(visit.who, "prvQualifyLead", lead)
    if lead.statecode != LeadState.OPEN:
        raise Conflict("This lead is closed already. Reopen it before you qualify it.")
    proposed: dict[str, Any] = {}
    with visit.services.database.reading() as session:
        mirrored = platform_of(session) is Platform.DYNAMICS365
        for table, model, privilege in (("account", Account, "prvReadAccount"), ("contact", Contact, "prvReadContact")):
            rows = connected_records.candidates(session, table, lead, readable(visit.who, model, privilege), "")
            proposed[table] = rows[:_PROPOSED]
    linked = {"account": lead.parentaccountid, "contact": lead.parentcontactid}
    usual = {table: linked[table] or (rows[0].recordid if len(rows) == 1 else _NEW) for table, rows in proposed.items()}
    typed = bool(visit.form)
    return visit.page(
        "lead_qualify.html",
        status,
        lead=lead,
        proposed=proposed,
        money="the lead's currency" if mirrored else "dollars",
        linked=linked,
        chosen={t: visit.text(t, most=36) if typed else usual[t] for t in proposed},
        opportunity=visit.text("opportunity") == "1" if typed else not lead.qualifyingopportunityid,
        name=visit.text("name", most=300) if typed else lead.subject or lead.companyname or "",
        value=visit.text("value", most=20) if typed else lead.estimatedamount or lead.budgetamount or "",
        close=visit.text("close", most=10) if typed else lead.estimatedclosedate or "",
        problems=problems or {},
        doubts=doubts,
        may={table: visit.may(privilege) for table, privilege in _CREATES.items()},
    )
