"""What a seller or supervisor does from the Lead research page. The rules are in `actions.outcome`."""

from collections.abc import Callable

from starlette.responses import Response

from leadwright.actions import outcome
from leadwright.actions.disqualify import disqualify, reopen
from leadwright.errors import BadInput, Conflict
from leadwright.web.visit import Pages, Visit

pages = Pages()


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


@pages.post("/leads/{leadid}/disqualify", "prvWriteLead")
def disqualify_lead(visit: Visit) -> Response:
    """Close the lead with a reason; Reopen takes it back."""
    reason = visit.text("reason", most=500)
    return _do(
        visit,
        lambda leadid: disqualify(visit.services, visit.who, leadid, reason),
        "The lead is disqualified. Your reason is kept in its timeline; Reopen takes it back.",
    )


@pages.post("/leads/{leadid}/reopen", "prvWriteLead")
def reopen_lead(visit: Visit) -> Response:
    """Open a lead again that a person closed."""
    return _do(visit, lambda leadid: reopen(visit.services, visit.who, leadid), "The lead is open again.")


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
