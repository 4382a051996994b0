"""Selection criteria: edit the conditions, preview the leads they select, and see why one lead is or is not."""

from typing import Any

from starlette.responses import Response

from leadwright.actions import agent as act
from leadwright.db import selection
from leadwright.db.agent import Agent
from leadwright.db.configuration import Configuration
from leadwright.db.sales import Lead
from leadwright.domain.selection import Rules, default_criteria, from_json
from leadwright.errors import BadInput, NotFound
from leadwright.identity.access import readable
from leadwright.web import condition_form
from leadwright.web.conditions import FormRow
from leadwright.web.pages.agent import needed_agent, settings_page
from leadwright.web.visit import Pages, Visit

pages = Pages()

_PREVIEWED = 20


@pages.get("/agent/selection", "prvReadAgent")
def criteria_page(visit: Visit) -> Response:
    """The conditions, what they select, and why or why not for one lead."""
    return _page(visit, needed_agent(visit))


@pages.post("/agent/selection", "prvConfigureAgent")
def save(visit: Visit) -> Response:
    """Save, or only preview, the conditions."""
    agent = needed_agent(visit)
    try:
        conditions = condition_form.typed_conditions(visit)
        if visit.text("do") == "preview":
            return _page(visit, agent, conditions=conditions)
        act.edit_draft(
            visit.services,
            visit.who,
            agent.agentid,
            "selection",
            {
                "name": visit.text("name") or "Leads for the agent",
                "description": visit.text("description"),
                "look_back_days": visit.number("look_back_days"),
                "conditions": conditions,
            },
            versionnumber=visit.number("versionnumber"),
        )
    except BadInput as error:
        return _page(visit, agent, 422, problem=str(error), typed=condition_form.typed_rows(visit))
    return visit.to("/agent/selection", "Saved in the draft.")


@pages.post("/agent/selection/defaults", "prvConfigureAgent")
def defaults(visit: Visit) -> Response:
    """Go back to the default conditions."""
    act.edit_draft(visit.services, visit.who, needed_agent(visit).agentid, "selection", {"conditions": None})
    return visit.to("/agent/selection", "The default conditions are back in the draft.")


def _page(
    visit: Visit,
    agent: Agent,
    status: int = 200,
    *,
    conditions: dict[str, Any] | None = None,
    problem: str = "",
    typed: list[FormRow] | None = None,
) -> Response:
    configuration = Configuration.model_validate(agent.draft)
    stored = configuration.selection.conditions if conditions is None else conditions
    if conditions is not None:
        configuration.selection.conditions = conditions
    with visit.services.database.reading() as session:
        tables = selection.tables_of(session)
        criteria = from_json(stored, tables) if stored is not None else default_criteria()
        rules = selection.rules_of(configuration, tables)
        scope = readable(visit.who, Lead, "prvReadLead")
        found, total = selection.preview(session, rules, _PREVIEWED, scope=scope, now=visit.services.clock())
        asked = visit.text("lead", most=100)
        explained = _explained(visit, rules, agent, asked) if asked else None
    return settings_page(
        visit,
        agent,
        "selection",
        "agent/selection.html",
        status,
        problem=problem,
        **condition_form.shown(criteria, tables, typed),
        segments=len(configuration.selection.seller_segments),
        default=stored is None,
        unsaved=conditions is not None,
        found=found,
        total=total,
        asked=asked,
        explained=explained,
    )


def _explained(visit: Visit, rules: Rules, agent: Agent, asked: str) -> tuple[Any, list[Any]]:
    """The lead that was asked for, by address, name or id, and each condition with its value."""
    wanted = asked.strip()
    with visit.services.database.reading() as session:
        lead = (
            session.query(Lead)
            .filter(readable(visit.who, Lead, "prvReadLead"))
            .filter((Lead.leadid == wanted) | (Lead.emailaddress1 == wanted.casefold()) | (Lead.fullname == wanted))
            .order_by(Lead.createdon.desc())
            .first()
        )
        if lead is None:
            raise NotFound(
                f"No lead of yours has the address, full name or id {wanted!r}. Copy it from the leads grid."
            )
        results = selection.why(session, rules, lead.leadid, agentid=agent.agentid, now=visit.services.clock())
        return lead, results
