"""Selection criteria: edit the conditions, preview the leads they select beside them, and why one lead is or is not."""

import json
from collections.abc import Sequence
from typing import Any

from starlette.responses import Response

from leadwright.actions import agent as act
from leadwright.actions import lookups
from leadwright.db import selection
from leadwright.db.agent import Agent
from leadwright.db.configuration import Configuration
from leadwright.db.sales import Lead
from leadwright.domain.selection import Rules, default_criteria, to_json
from leadwright.errors import BadInput, NotFound
from leadwright.identity.access import readable
from leadwright.web import condition_form
from leadwright.web.condition_form import Typed
from leadwright.web.pages.agent import needed_agent, settings_page
from leadwright.web.visit import Pages, Visit

pages = Pages()

_PREVIEWED = 10


@pages.get("/agent/selection", "prvReadAgent")
def criteria_page(visit: Visit) -> Response:
    """The conditions, what they select, and why or why not for one lead."""
    agent = needed_agent(visit)
    stored = Configuration.model_validate(agent.draft).selection.conditions
    tables = condition_form.known_tables(visit)
    found = Typed.stored(to_json(default_criteria()) if stored is None else stored, tables)
    problem = ""
    try:
        told = condition_form.conditions(visit, found)
    except BadInput as error:
        told, problem = condition_form.conditions(visit, found, unfinished=True), str(error)
    return _page(visit, agent, found, told, problem=problem)


@pages.post("/agent/selection", "prvConfigureAgent")
def save(visit: Visit) -> Response:
    """Save the conditions; or edit or preview them, which saves nothing."""
    agent, found = needed_agent(visit), condition_form.typed(visit)
    if condition_form.is_edit(visit) or visit.text("do") in ("preview", "why"):
        return _shown_unsaved(visit, agent, found)
    try:
        conditions = condition_form.conditions(visit, found)
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
        return _shown_unsaved(visit, agent, found, 422, problem=str(error))
    return visit.to("/agent/selection", "Saved in the draft.")


@pages.post("/agent/selection/defaults", "prvConfigureAgent")
def defaults(visit: Visit) -> Response:
    """Go back to the default conditions."""
    act.edit_draft(visit.services, visit.who, needed_agent(visit).agentid, "selection", {"conditions": None})
    return visit.to("/agent/selection", "The default conditions are back in the draft.")


@pages.get("/agent/selection/suggest", "prvReadAgent", "prvReadLead")
def suggest(visit: Visit) -> Response:
    """Records whose names begin with what is being typed, as JSON."""
    with visit.services.database.reading() as session:
        rows = lookups.suggested(session, visit.who, visit.text("table", most=40), visit.text("text", most=100))
    return Response(json.dumps(rows), media_type="application/json")


def _shown_unsaved(visit: Visit, agent: Agent, found: Typed, status: int = 200, *, problem: str = "") -> Response:
    """What was typed, with a preview of as much of it as can be used."""
    try:
        told = condition_form.conditions(visit, found, unfinished=True)
    except BadInput as error:
        told, problem, status = None, problem or str(error), 200 if condition_form.is_edit(visit) else 422
        found.wrong.setdefault(error.field or "conditions", str(error))
    return _page(visit, agent, found, told, status, problem=problem, unsaved=True)


def _page(
    visit: Visit,
    agent: Agent,
    found: Typed,
    told: dict[str, Any] | None,
    status: int = 200,
    *,
    problem: str = "",
    unsaved: bool = False,
) -> Response:
    configuration = Configuration.model_validate(agent.draft)
    default = configuration.selection.conditions is None
    typed = {n: visit.text(n) for n in ("name", "description", "look_back_days")} if unsaved else {}
    rows: Sequence[Any] = ()
    total, explained, why_not = None, None, ""
    asked = visit.text("lead", most=100)
    if told is not None:
        configuration.selection.conditions = told
        if unsaved and (days := typed["look_back_days"]).isdecimal():
            configuration.selection.look_back_days = min(int(days), 100_000) or None
        with visit.services.database.reading() as session:
            rules = selection.rules_of(configuration, selection.tables_of(session))
            scope = readable(visit.who, Lead, "prvReadLead")
            rows, total = selection.preview(session, rules, _PREVIEWED, scope=scope, now=visit.services.clock())
        try:
            explained = _explained(visit, rules, agent, asked) if asked else None
        except NotFound as error:
            if not unsaved:
                raise
            why_not = str(error)
    return settings_page(
        visit,
        agent,
        "selection",
        "agent/selection.html",
        status,
        problem=problem,
        **condition_form.shown(visit, found, told),
        typed=typed,
        segments=len(configuration.selection.seller_segments),
        default=default,
        unsaved=unsaved,
        unfinished=unsaved and told is not None and len(found.lines) != _counted(told),
        found=rows,
        total=total,
        asked=asked,
        why_not=why_not,
        explained=explained,
    )


def _counted(told: dict[str, Any]) -> int:
    """Lines of conditions in JSON form."""
    return sum(1 + _counted(entry) for entry in told.get("all", told.get("any", ())))


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
