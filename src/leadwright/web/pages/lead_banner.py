"""What stands above a lead on each of its pages: the record-level check and the banner that says what the agent did."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from leadwright.db.pages import lead_research
from leadwright.errors import NotAllowed, NotFound
from leadwright.identity.access import Principal, require
from leadwright.web.visit import Visit


@dataclass(frozen=True, slots=True)
class Banner:
    """One sentence, its reasons, since when, and how it looks (good, warn, bad, info)."""

    text: str
    tone: str
    at: datetime | None
    reasons: tuple[str, ...] = ()


def readable_lead(visit: Visit) -> Any:
    """The lead of the address, when the person may read it.

    Raises:
        NotFound: no such lead, or none they may see.
    """
    with visit.services.database.reading() as session:
        lead = lead_research.lead(session, visit.request.path_params["leadid"])
    if lead is None or not may(visit.who, "prvReadLead", lead):
        raise NotFound("There is no such lead, or you may not see it.")
    return lead


def may(who: Principal, privilege: str, record: Any) -> bool:
    """Is the privilege held, and does it reach the record? For showing only what can be used."""
    try:
        require(who, privilege, record)
    except NotAllowed:
        return False
    return True


def banner(lead: Any, run: Any) -> Banner | None:
    """What the agent did with the lead last; None when it never had it."""
    if run is None:
        return None
    fit = f"{run.band} fit, {run.signal} signal" if run.band and run.signal else "fit not judged"
    agent, owner = run.agent, run.recipient or lead.owner or "a seller"
    texts = {
        "queued": (f"Waiting for {agent} to start its research", "info", run.queuedon),
        "researching": (f"{agent} is researching this lead", "info", run.startedon or run.queuedon),
        "blocked": (f"{agent} waits for a person's decision", "warn", run.startedon or run.queuedon),
        "engaged": (f"{agent} is in conversation with this lead", "info", run.researchedon or run.startedon),
        "handed_over": (f"Handed over to {owner} by {agent}: {fit}", "good", run.concludedon),
        "disqualified": (f"Disqualified by {agent}: {fit}", "warn", run.concludedon),
        "returned": (f"Returned to {owner} by {agent}", "warn", run.concludedon),
        "failed": (f"{agent} could not finish its research", "bad", run.concludedon),
        "cancelled": (f"{agent} stopped working on this lead", "info", run.concludedon),
    }
    text, tone, at = texts.get(run.stage, (f"{agent}: {run.stage}", "info", run.queuedon))
    if run.reassigned:
        text = f"Reassigned to {owner} after {agent} had disqualified it: {fit}"
    return Banner(text, tone, at, tuple(str(r) for r in run.reasons))
