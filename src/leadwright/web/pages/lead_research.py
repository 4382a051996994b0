"""The Lead research page: what the agent found, why it decided so, the draft, how it was made, and what to do now."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from sqlalchemy.orm import Session
from starlette.responses import Response

from leadwright.db import selection
from leadwright.db.findings import Findings, FoundInsight, from_json
from leadwright.db.pages import lead_research as read
from leadwright.db.pages.agent_settings import present_agent
from leadwright.db.pages.people import assignable
from leadwright.db.pages.thread import has_thread
from leadwright.db.pages.thread_story import standing_of
from leadwright.domain.evidence import Statement
from leadwright.domain.fit import Verdict
from leadwright.domain.optionsets import LeadSource, LeadState, choices
from leadwright.domain.selection import ConditionResult
from leadwright.domain.stage import Stage
from leadwright.errors import BadInput
from leadwright.web.pages.lead_banner import banner, may, readable_lead
from leadwright.web.pages.lead_history import HISTORY
from leadwright.web.visit import Pages, Visit

pages = Pages()

TABS = (
    ("overview", "Company overview", "building"),
    ("finances", "Finances", "money"),
    ("news", "News", "news"),
    ("competitors", "Competitors", "swords"),
    ("fit", "Fit", "target"),
    ("email", "Email draft", "mail"),
)
_SECTIONS = {
    "overview": ("accountOverview", "accountPriorities"),
    "finances": ("accountFinances",),
    "news": ("accountNews",),
}
_RETRIED = {Stage.BLOCKED, Stage.FAILED, Stage.RETURNED, Stage.CANCELLED}


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A paragraph of the draft as it stands now, with what it rests on."""

    text: str
    statement: Statement | None


@dataclass(frozen=True, slots=True)
class Untaken:
    """Why a lead has no run: whether the criteria in force select it, and each condition for who may see them.

    Args:
        state: of the agent; empty when nothing is in force yet.
        incomplete: company or address is missing, so nobody's criteria can help.
    """

    state: str
    selected: bool
    incomplete: bool
    lines: tuple[ConditionResult, ...] = ()


@pages.get("/leads/{leadid}", "prvReadLead")
def research(visit: Visit) -> Response:
    """Everything about one lead."""
    lead = readable_lead(visit)
    with visit.services.database.reading() as session:
        run = read.newest_run(session, lead.leadid)
        found = from_json(run.findings) if run is not None else Findings()
        draft = read.draft(session, lead.leadid, run.runid if run is not None else None, visit.who.id)
        account = read.account(session, lead.parentaccountid)
        contact = read.contact(session, lead.parentcontactid)
        sale = read.opportunity(session, lead.qualifyingopportunityid)
        context: dict[str, Any] = {
            "steps": read.steps(session, run.runid) if run is not None else [],
            "notes": read.notes(session, lead.leadid),
            "history": read.history(session, lead.leadid),
            "untaken": _untaken(visit, session, lead) if run is None else None,
            "standing": standing_of(session, lead.leadid),
            "threaded": has_thread(session, lead.leadid),
            "sellers": assignable(session) if may(visit.who, "prvAssignLead", lead) else [],
        }
    tab = visit.text("tab") or "overview"
    return visit.page(
        "lead_research.html",
        lead=lead,
        run=run,
        found=found,
        draft=draft,
        paragraphs=paragraphs(draft),
        mailto=mailto(lead, draft),
        banner=banner(lead, run),
        account=account if account is not None and may(visit.who, "prvReadAccount", account) else None,
        contact=contact if contact is not None and may(visit.who, "prvReadContact", contact) else None,
        sale=sale if sale is not None and may(visit.who, "prvReadOpportunity", sale) else None,
        tabs=[(k, label, mark, f"/leads/{lead.leadid}?tab={k}#deeper") for k, label, mark in TABS],
        tab=tab if tab in {k for k, _, _ in TABS} else "overview",
        sections={k: _insights(found, names) for k, names in _SECTIONS.items()},
        keys=_key_insights(found),
        verdicts={v: sum(j.verdict is v for j in found.judgements) for v in Verdict},
        actions=_actions(visit, lead, run, draft),
        sources=choices(LeadSource),
        labels=HISTORY,
        may_audit=visit.may("prvReadAudit"),
        **context,
    )


def _untaken(visit: Visit, session: Session, lead: Any) -> Untaken:
    """Why the agent has not taken this lead, by the version in force."""
    agent, tables = present_agent(session), selection.tables_of(session)
    try:
        rules = selection.rules_in_force(session, agent.agentid, tables) if agent else None
    except BadInput:  # a column of its criteria is gone; the settings page says which
        rules = None
    address = getattr(lead, rules.email_field if rules else "emailaddress1", "unknown")
    incomplete = not address or not (lead.companyname or lead.parentaccountid)
    if agent is None or rules is None:
        return Untaken("", selected=False, incomplete=incomplete)
    lines = selection.why(session, rules, lead.leadid, agentid=agent.agentid, now=visit.services.clock())
    shown = tuple(lines) if visit.may("prvReadAgent") else ()
    return Untaken(agent.state, all(c.met for c in lines if c.depth == 0), incomplete, shown)


def paragraphs(draft: Any) -> list[Paragraph]:
    """The draft's paragraphs; evidence stays with those a person has not rewritten."""
    if draft is None:
        return []
    written = {p["text"].strip(): p for p in draft.lw_paragraphs}
    known = from_json({"insights": [{"section": "", "title": "", "statements": list(written.values())}]})
    statements = {s.text.strip(): s for s in known.insights[0].statements}
    texts = [t.strip() for t in draft.description.split("\n\n") if t.strip()]
    return [Paragraph(t, statements.get(t)) for t in texts]


def mailto(lead: Any, draft: Any) -> str:
    """A link that opens the draft in the seller's own mail program; empty without an address or a draft."""
    if draft is None or not lead.emailaddress1 or lead.donotemail:
        return ""
    return (
        f"mailto:{quote(lead.emailaddress1, safe='@')}?subject={quote(draft.subject)}&body={quote(draft.description)}"
    )


def _insights(found: Findings, sections: tuple[str, ...]) -> list[FoundInsight]:
    return [i for name in sections for i in found.insights if i.section == name]


def _key_insights(found: Findings) -> list[tuple[FoundInsight, Statement]]:
    """The first statement of each kind of insight: at most four, what matters for the sale first."""
    wanted = ("accountPriorities", "accountNews", "accountFinances", "accountOverview")
    firsts = [next((i for i in found.insights if i.section == name and i.statements), None) for name in wanted]
    return [(i, i.statements[0]) for i in firsts if i is not None]


def _actions(visit: Visit, lead: Any, run: Any, draft: Any) -> set[str]:
    """What the person can do with the lead now."""
    who, stage = visit.who, run.stage if run is not None else None
    is_open, write = lead.statecode == LeadState.OPEN, may(visit.who, "prvWriteLead", lead)
    can = {
        "edit": write,
        "draft": is_open and stage != Stage.DISQUALIFIED and who.may("prvWriteActivity"),
        "qualify": is_open and may(who, "prvQualifyLead", lead) and stage not in {Stage.QUEUED, Stage.RESEARCHING},
        "disqualify": is_open and write and stage not in {Stage.QUEUED, Stage.RESEARCHING},
        "reopen": not is_open and write and stage != Stage.DISQUALIFIED,
        "return": is_open and write and stage == Stage.HANDED_OVER,
        "reassign": stage == Stage.DISQUALIFIED and may(who, "prvAssignLead", lead),
        "retry": is_open and write and stage in _RETRIED,
        "connect": write,
        "email": write and bool(lead.emailaddress1),
        "do-not-write": write and bool(lead.emailaddress1) and not lead.donotemail,
        "delete": may(who, "prvDeleteLead", lead),
    }
    return {name for name, allowed in can.items() if allowed}
