"""Simulation: test the agent's draft on some leads, watch it, and review each mail beside its research."""

from typing import Any

from starlette.responses import Response

from leadwright.actions import simulation as act
from leadwright.db.findings import from_json
from leadwright.domain.simulation import MOST_FEEDBACK, MOST_LEADS, LeadState, ReviewState
from leadwright.domain.stage import AgentMode
from leadwright.errors import BadInput, NotFound
from leadwright.web.pages.agent import needed_agent, settings_page
from leadwright.web.visit import Pages, Visit

pages = Pages()

_DEFAULT_LEADS = 5


@pages.get("/agent/simulation", "prvReadAgent")
def simulation(visit: Visit) -> Response:
    """The latest test and how to start one."""
    return _page(visit, {})


@pages.post("/agent/simulation", "prvConfigureAgent")
def start(visit: Visit) -> Response:
    """Start testing."""
    agent, leads = needed_agent(visit), visit.text("leads")
    try:
        if not leads.isdecimal() or len(leads) > 3:
            raise BadInput(f"Choose 1 to {MOST_LEADS} leads.", field="leads")
        act.start_simulation(visit.services, visit.who, agent.agentid, int(leads))
    except BadInput as error:
        return _page(visit, {error.field or "leads": str(error)}, 422)
    return visit.to("/agent/simulation", "The test has begun. Nothing is sent, and no lead is changed.")


@pages.post("/agent/simulation/continue", "prvConfigureAgent")
def go_on(visit: Visit) -> Response:
    """Go on with what has no result or failed."""
    act.continue_simulation(visit.services, visit.who, needed_agent(visit).agentid)
    return visit.to("/agent/simulation", "The test goes on.")


@pages.get("/agent/simulation/{draftid}", "prvReadAgent")
def draft(visit: Visit) -> Response:
    """One mail beside its research."""
    return _draft(visit, {})


@pages.post("/agent/simulation/{draftid}/approve", "prvConfigureAgent")
def approve(visit: Visit) -> Response:
    """Save the text; `do` = approve also approves it."""
    draftid, approved = visit.request.path_params["draftid"], visit.text("do") != "save"
    try:
        act.approve(
            visit.services,
            visit.who,
            needed_agent(visit).agentid,
            draftid,
            subject=visit.text("subject"),
            body=visit.text("body", most=100_000),
            approved=approved,
            versionnumber=visit.number("versionnumber"),
        )
    except BadInput as error:
        return _draft(visit, {error.field or "body": str(error)}, 422)
    return _on(visit, draftid, "Approved." if approved else "Saved. Approve it when it is as it should be.", approved)


@pages.post("/agent/simulation/{draftid}/feedback", "prvConfigureAgent")
def feedback(visit: Visit) -> Response:
    """Keep feedback as an instruction."""
    draftid, agent = visit.request.path_params["draftid"], needed_agent(visit)
    number = visit.number("versionnumber")
    try:
        act.give_feedback(
            visit.services, visit.who, agent.agentid, draftid, visit.text("feedback"), versionnumber=number
        )
    except BadInput as error:
        return _draft(visit, {error.field or "feedback": str(error)}, 422)
    return _on(visit, draftid, "Kept as an instruction in Email instructions. Test again to see its effect.", True)


def _on(visit: Visit, draftid: str, note: str, reviewed: bool) -> Response:
    """To the next mail that waits for a review, or back to the list."""
    if not reviewed:
        return visit.to(f"/agent/simulation/{draftid}", note)
    shown = act.latest_simulation(visit.services, visit.who, needed_agent(visit).agentid)
    left = [r for r in shown.leads if r.state == LeadState.DRAFTED and r.review == ReviewState.OPEN] if shown else []
    if left:
        return visit.to(f"/agent/simulation/{left[0].draftid}", f"{note} This is the next one.")
    return visit.to("/agent/simulation", note)


def _page(visit: Visit, problems: dict[str, str], status: int = 200) -> Response:
    agent = needed_agent(visit)
    shown = act.latest_simulation(visit.services, visit.who, agent.agentid)
    states = [row.state for row in shown.leads] if shown else []
    waiting = (LeadState.WAITING, LeadState.WORKING)
    return settings_page(
        visit,
        agent,
        "simulation",
        "agent/simulation.html",
        status,
        problems=problems,
        shown=shown,
        ready=sum(state not in waiting for state in states),
        failed=sum(state == LeadState.FAILED for state in states),
        optional=agent.mode == AgentMode.RESEARCH,
        most=MOST_LEADS,
        asked=visit.text("leads") if problems else str(_DEFAULT_LEADS),
    )


def _draft(visit: Visit, problems: dict[str, str], status: int = 200) -> Response:
    agent, draftid = needed_agent(visit), visit.request.path_params["draftid"]
    shown = act.latest_simulation(visit.services, visit.who, agent.agentid)
    row = next((r for r in shown.leads if r.draftid == draftid), None) if shown else None
    if row is None:
        raise NotFound("There is no such email in the latest test.")
    typed: dict[str, Any] = {
        n: visit.text(n, most=100_000) if n in visit.form else getattr(row, n) for n in ("subject", "body")
    }
    return settings_page(
        visit,
        agent,
        "simulation",
        "agent/simulation_draft.html",
        status,
        problems=problems,
        row=row,
        found=from_json(row.findings),
        typed=typed,
        rests=from_json({"insights": [{"section": "", "title": "", "statements": row.paragraphs}]}).insights[0],
        most_feedback=MOST_FEEDBACK,
    )
