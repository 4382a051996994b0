"""Seller segments: leads that go to people. Listed with their counts, built with the condition builder, previewed."""

from typing import Any
from urllib.parse import quote

from sqlalchemy.orm import Session
from starlette.responses import Response

from leadwright.actions import seller_segments as act
from leadwright.db import selection
from leadwright.db.agent import Agent
from leadwright.db.configuration import Configuration, SellerSegment
from leadwright.db.sales import Lead
from leadwright.domain.selection import Criteria, from_json, sentence
from leadwright.errors import BadInput, NotFound
from leadwright.identity.access import readable
from leadwright.web import condition_form
from leadwright.web.condition_form import Typed
from leadwright.web.pages.agent import needed_agent, settings_page
from leadwright.web.visit import Pages, Visit

pages = Pages()

_LIST = "/agent/selection/sellers"
_PREVIEWED = 10


@pages.get("/agent/selection/sellers", "prvReadAgent")
def segments(visit: Visit) -> Response:
    """The segments of the draft, each with how many leads it takes."""
    agent = needed_agent(visit)
    with visit.services.database.reading() as session:
        lines = [_line(visit, session, s) for s in act.seller_segments(visit.services, visit.who, agent.agentid)]
    return settings_page(visit, agent, "selection", "agent/sellers.html", lines=lines, most=act.MOST)


@pages.get("/agent/selection/sellers/edit", "prvReadAgent", "prvConfigureAgent")
def edit(visit: Visit) -> Response:
    """The form of one segment; without a name, of a new one."""
    agent, name = needed_agent(visit), visit.text("name", most=200)
    if not name:
        return _form(visit, agent, "", "", Typed([]), None)
    stored = {s.name: s.conditions for s in act.seller_segments(visit.services, visit.who, agent.agentid)}
    if name not in stored:
        raise NotFound("There is no such seller segment any more.")
    found = Typed.stored(stored[name], condition_form.known_tables(visit))
    problem = ""
    try:
        told = condition_form.conditions(visit, found)
    except BadInput as error:
        told, problem = None, str(error)
    return _form(visit, agent, name, name, found, told, problem=problem)


@pages.post("/agent/selection/sellers", "prvReadAgent", "prvConfigureAgent")
def save(visit: Visit) -> Response:
    """Save, or only preview, a segment."""
    agent, former, name = needed_agent(visit), visit.text("former", most=200), visit.text("name", most=200)
    found = condition_form.typed(visit)
    if condition_form.is_edit(visit) or visit.text("do") == "preview":
        return _unsaved(visit, agent, former, name, found)
    try:
        conditions = condition_form.conditions(visit, found)
        version = visit.number("versionnumber")
        act.save_segment(
            visit.services, visit.who, agent.agentid, name, conditions, former=former, versionnumber=version
        )
    except BadInput as error:
        return _unsaved(visit, agent, former, name, found, 422, problem=str(error))
    return visit.to(_LIST, f"The seller segment {' '.join(name.split())} is saved in the draft.")


@pages.post("/agent/selection/sellers/delete", "prvReadAgent", "prvConfigureAgent")
def delete(visit: Visit) -> Response:
    """Remove a segment from the draft."""
    agent, name = needed_agent(visit), visit.text("name", most=200)
    version = visit.number("versionnumber")
    act.delete_segment(visit.services, visit.who, agent.agentid, name, versionnumber=version)
    return visit.to(_LIST, f"The seller segment {name} is removed from the draft.")


def _line(visit: Visit, session: Session, segment: SellerSegment) -> dict[str, Any]:
    """One line of the list: name, what it says, how many leads, or why it cannot be used."""
    line = {"name": segment.name, "link": f"{_LIST}/edit?name={quote(segment.name)}", "problem": "", "told": ""}
    tables = selection.tables_of(session)
    try:
        criteria = from_json(segment.conditions, tables)
    except BadInput as error:
        return line | {"problem": str(error), "count": None}
    scope = readable(visit.who, Lead, "prvReadLead")
    count = selection.count_matching(session, criteria, scope=scope, now=visit.services.clock(), tables=tables)
    return line | {"told": sentence(criteria.root, tables=tables), "count": count}


def _unsaved(
    visit: Visit, agent: Agent, former: str, name: str, found: Typed, status: int = 200, *, problem: str = ""
) -> Response:
    """What was typed, with a preview of as much of it as can be used."""
    told = None
    try:
        told = condition_form.conditions(visit, found, unfinished=True)
    except BadInput as error:
        problem, status = problem or str(error), 200 if condition_form.is_edit(visit) else 422
        found.wrong.setdefault(error.field or "conditions", str(error))
    return _form(visit, agent, former, name, found, told, status, problem=problem, unsaved=True)


def _form(
    visit: Visit,
    agent: Agent,
    former: str,
    name: str,
    found: Typed,
    told: dict[str, Any] | None,
    status: int = 200,
    *,
    problem: str = "",
    unsaved: bool = False,
) -> Response:
    criteria = from_json(told, condition_form.known_tables(visit)) if told is not None else None
    previewed = _preview(visit, agent, criteria) if criteria is not None and criteria.root.parts else None
    return settings_page(
        visit,
        agent,
        "selection",
        "agent/seller_form.html",
        status,
        former=former,
        name=name,
        problem=problem,
        previewed=previewed,
        unsaved=unsaved,
        **condition_form.shown(visit, found, told),
    )


def _preview(visit: Visit, agent: Agent, criteria: Criteria) -> dict[str, Any]:
    """Leads in the segment that the person may see, and how many of them the agent's conditions select as well."""
    how: dict[str, Any] = {"scope": readable(visit.who, Lead, "prvReadLead"), "now": visit.services.clock()}
    with visit.services.database.reading() as session:
        found, total = selection.preview(session, criteria, _PREVIEWED, **how)
        rules = selection.rules_of(_alone(agent), selection.tables_of(session))
        wanted = selection.matching_leads(session, rules, **how)
        both = selection.count_matching(session, criteria, now=how["now"], scope=Lead.leadid.in_(wanted))
    return {"found": found, "total": total, "both": both}


def _alone(agent: Agent) -> Configuration:
    """The draft without seller segments."""
    configuration = Configuration.model_validate(agent.draft)
    configuration.selection.seller_segments = []
    return configuration
