"""What a seller or supervisor does from the Lead research page. The rules are in `actions.outcome`."""

from collections.abc import Callable

from starlette.responses import Response

from leadwright.actions import outcome
from leadwright.db.pages import lead_research as read
from leadwright.errors import BadInput, Conflict
from leadwright.web.pages.lead_banner import readable_lead
from leadwright.web.pages.lead_research import mailto, paragraphs
from leadwright.web.visit import Pages, Visit

pages = Pages()


@pages.get("/leads/{leadid}/draft", "prvReadLead", "prvWriteActivity")
def draft_page(visit: Visit) -> Response:
    """The drafted mail, to be changed."""
    return _draft_page(visit, "", 200)


@pages.post("/leads/{leadid}/draft", "prvReadLead", "prvWriteActivity")
def save(visit: Visit) -> Response:
    """Save the draft, unless somebody else changed it meanwhile."""
    leadid = visit.request.path_params["leadid"]
    try:
        outcome.save_draft(
            visit.services,
            visit.who,
            leadid,
            subject=visit.text("subject", most=800),
            body=visit.text("body", most=200_000),
            versionnumber=visit.number("versionnumber"),
        )
    except (BadInput, Conflict) as error:
        return _draft_page(visit, str(error), 409 if isinstance(error, Conflict) else 422)
    return visit.to(f"/leads/{leadid}?tab=email#deeper", "The draft is saved.")


@pages.post("/leads/{leadid}/qualify", "prvQualifyLead")
def qualify(visit: Visit) -> Response:
    """Close the lead as qualified, with the records the person chose."""
    wanted = {name: visit.text(name) == "1" for name in ("account", "contact", "opportunity")}
    chosen = [name for name, on in wanted.items() if on]
    made = f" with {', '.join(chosen)}" if chosen else ""
    return _do(
        visit,
        lambda leadid: outcome.qualify(visit.services, visit.who, leadid, **wanted),
        f"The lead is qualified{made}.",
    )


@pages.post("/leads/{leadid}/return", "prvWriteLead")
def return_lead(visit: Visit) -> Response:
    """Give the lead to the next seller; the person may not see it any more, so go back to the list."""
    reason = visit.text("reason", most=1_000)
    return _do(
        visit,
        lambda leadid: outcome.return_lead(visit.services, visit.who, leadid, reason),
        "The lead went to the next seller. Your reason goes with it.",
        after="/leads",
    )


@pages.post("/leads/{leadid}/reassign", "prvAssignLead")
def reassign(visit: Visit) -> Response:
    """Give a disqualified lead to a seller."""
    seller = visit.text("seller", most=36) or None
    return _do(
        visit,
        lambda leadid: outcome.reassign(visit.services, visit.who, leadid, sellerid=seller),
        "The lead is reassigned, and its new owner is told.",
    )


@pages.post("/leads/{leadid}/retry", "prvWriteLead")
def retry(visit: Visit) -> Response:
    """Let the agent try again."""
    return _do(
        visit,
        lambda leadid: outcome.retry_run(visit.services, visit.who, leadid),
        "The agent tries again as soon as it is its turn.",
    )


@pages.post("/leads/retry", "prvReadLead", "prvWriteLead")
def retry_all(visit: Visit) -> Response:
    """Let the agent try again every lead it stopped at."""
    many = outcome.retry_all_stopped(visit.services, visit.who)
    note = f"The agent tries {many:,} lead{'s' if many != 1 else ''} again." if many else "No lead has failed or waits."
    return visit.to("/leads?view=processing", note)


@pages.post("/leads/{leadid}/disconnect", "prvWriteLead")
def disconnect(visit: Visit) -> Response:
    """Disconnect the account or contact."""
    table = visit.text("table", most=20)
    return _do(
        visit,
        lambda leadid: outcome.disconnect(visit.services, visit.who, leadid, table),
        f"The {table} is disconnected; the agent will not connect it again.",
    )


@pages.post("/leads/{leadid}/email", "prvWriteLead")
def overrule_email(visit: Visit) -> Response:
    """Say that the address is valid or not, whatever the check found."""
    valid, kind = visit.text("valid") == "1", visit.text("type", most=10)
    return _do(
        visit,
        lambda leadid: outcome.overrule_email(visit.services, visit.who, leadid, valid=valid, kind=kind),
        "Noted. The agent goes by what you said.",
    )


def _do(visit: Visit, work: Callable[[str], object], note: str, *, after: str = "") -> Response:
    leadid = visit.request.path_params["leadid"]
    try:
        work(leadid)
    except (BadInput, Conflict) as error:
        return visit.to(f"/leads/{leadid}", str(error), "bad")
    return visit.to(after or f"/leads/{leadid}", note)


def _draft_page(visit: Visit, problem: str, status: int) -> Response:
    lead = readable_lead(visit)
    with visit.services.database.reading() as session:
        run = read.newest_run(session, lead.leadid)
        draft = read.draft(session, lead.leadid, run.runid if run is not None else None)
    typed = bool(visit.form)
    return visit.page(
        "lead_draft.html",
        status,
        lead=lead,
        draft=draft,
        problem=problem,
        paragraphs=[p for p in paragraphs(draft) if p.statement and p.statement.evidence],
        mailto=mailto(lead, draft),
        subject=visit.text("subject") if typed else draft.subject if draft is not None else lead.subject or "",
        body=visit.text("body", most=200_000) if typed else draft.description if draft is not None else "",
        version=visit.text("versionnumber") if typed else draft.versionnumber if draft is not None else "",
    )
