"""Handoff criteria: the ideal customer profile, where each is stored, proposals from the product text."""

from typing import Any

from starlette.responses import Response

from leadwright.actions import agent as act
from leadwright.actions import criteria as proposing
from leadwright.analyst.builtin.judging import unreadable
from leadwright.db import selection
from leadwright.db.agent import Agent
from leadwright.db.configuration import Configuration
from leadwright.domain import criterion_fields
from leadwright.domain.fit import Criterion, CriterionKind
from leadwright.domain.profile import read_profile
from leadwright.errors import BadInput, LeadwrightError
from leadwright.research.fields import PERSONAL
from leadwright.web.pages.agent import needed_agent, settings_page, takes_effect
from leadwright.web.visit import Pages, Visit

pages = Pages()

MOST_ROWS = 20
_FIELDS = 3  # columns of one criterion
_EDITS = ("add", "remove:", "up:", "down:", "generate")
KINDS = {
    CriterionKind.INDUSTRY: "Industries",
    CriterionKind.EMPLOYEES: "Employee size",
    CriterionKind.ROLE: "Decision-making roles",
    CriterionKind.LOCATION: "Customer location",
    CriterionKind.REVENUE: "Annual revenue",
    CriterionKind.CUSTOM: "Custom",
}
_NEW: dict[str, Any] = {
    "name": "", "kind": CriterionKind.CUSTOM, "details": "", "must_have": False, "fields": [], "url": "",
    "instructions": "", "proposed": False, "quote": "", "taken": False, "open": True,
}  # fmt: skip


@pages.get("/agent/section/criteria", "prvReadAgent")
def criteria_page(visit: Visit) -> Response:
    """The criteria with where each is stored."""
    agent = needed_agent(visit)
    stored = Configuration.model_validate(agent.draft).criteria
    return _page(visit, agent, [_NEW | {**c.model_dump(), "open": False} for c in stored])


@pages.post("/agent/section/criteria", "prvConfigureAgent")
def save(visit: Visit) -> Response:
    """Save the criteria; or add, remove, move or propose some, which saves nothing."""
    agent, rows = needed_agent(visit), _typed(visit)
    pressed = visit.text("do")
    if pressed.startswith(_EDITS):
        return _edited(visit, agent, rows, pressed)
    kept = [r for r in rows if (r["name"] or r["details"] or r["url"]) and (r["taken"] or not r["proposed"])]
    values = [
        {k: r[k] for k in ("name", "kind", "details", "must_have", "fields", "url", "instructions")} for r in kept
    ]
    version = visit.number("versionnumber")
    try:
        act.edit_draft(
            visit.services, visit.who, agent.agentid, "criteria", {"criteria": values}, versionnumber=version
        )
    except BadInput as error:
        problems = {_field(error.field, kept, rows): str(error)}
        return _page(visit, agent, rows, 422, problems=problems)
    return _saved(visit, agent, "Saved in the draft.")


@pages.post("/agent/criteria/profile", "prvConfigureAgent")
def paste_profile(visit: Visit) -> Response:
    """Read a profile written as `name: what is wanted`, one criterion a line, into criteria."""
    agent = needed_agent(visit)
    icp = []
    for line in visit.text("profile").splitlines():
        name, found, details = line.partition(":")
        if line.strip() and not found:
            raise BadInput(f"Write each criterion as name: what is wanted. This line has no colon: {line[:80]}")
        if line.strip():
            icp.append({"criteria": name.strip(), "details": details.strip()})
    read = [
        {"name": c.name, "kind": c.kind, "details": c.details, "must_have": c.must_have}
        for c in read_profile({"icp": icp})
    ]
    act.edit_draft(visit.services, visit.who, agent.agentid, "criteria", {"criteria": read})
    return _saved(visit, agent, f"{len(read)} criteria read from the text.")


def _typed(visit: Visit) -> list[dict[str, Any]]:
    rows = []
    for n in range(1, MOST_ROWS + 1):
        row = {p: visit.text(f"{p}-{n}", most=4_000) for p in ("name", "details", "url", "instructions", "quote")}
        fields = [f for f in visit.form.getlist(f"field-{n}") if isinstance(f, str) and f][:_FIELDS]
        if not (any(row.values()) or fields or visit.text(f"row-{n}")):
            continue
        kind = visit.text(f"kind-{n}")
        rows.append(
            _NEW
            | row
            | {
                "kind": CriterionKind(kind) if kind in set(CriterionKind) else CriterionKind.CUSTOM,
                "fields": list(dict.fromkeys(fields)),
                "must_have": bool(visit.text(f"must-{n}")),
                "proposed": bool(visit.text(f"proposed-{n}")),
                "taken": bool(visit.text(f"take-{n}")),
                "open": bool(visit.text(f"proposed-{n}")),
            }
        )
    return rows


def _edited(visit: Visit, agent: Agent, rows: list[dict[str, Any]], pressed: str) -> Response:
    action, _, at = pressed.partition(":")
    index = int(at) - 1 if at.isdecimal() else -1
    if action == "add" and len(rows) < MOST_ROWS:
        rows.append(dict(_NEW))
    elif action == "remove" and 0 <= index < len(rows):
        del rows[index]
    elif action in ("up", "down") and 0 <= index < len(rows):
        other = index + (1 if action == "down" else -1)
        if 0 <= other < len(rows):
            rows[index], rows[other] = rows[other], rows[index]
    elif action == "generate":
        return _generated(visit, agent, rows)
    return _page(visit, agent, rows, unsaved=True)


def _generated(visit: Visit, agent: Agent, rows: list[dict[str, Any]]) -> Response:
    """The rows with proposals below them, each to be accepted."""
    try:
        found = proposing.generate_criteria(visit.services, visit.who, agent.agentid)
    except LeadwrightError as error:
        return _page(visit, agent, rows, 422, problems={"": str(error)}, unsaved=True)
    rows = [r for r in rows if not r["proposed"] or r["taken"]]
    there = {r["kind"] for r in rows}
    said = {" ".join(r["details"].split()).casefold() for r in rows}
    names = {r["name"].casefold() for r in rows}
    fresh = []
    for p in found.proposals:
        if p.details.casefold() in said:
            continue
        name = p.name if p.name.casefold() not in names else f"{p.name} (proposed)"
        fresh.append(_NEW | {"name": name, "kind": p.kind, "details": p.details, "quote": p.quote, "proposed": True})
    doubled = [r["name"] for r in fresh if r["kind"] in there]
    return _page(
        visit, agent, (rows + fresh)[:MOST_ROWS], unsaved=True, generated=found, fresh=len(fresh), doubled=doubled
    )


def _field(field: str | None, kept: list[dict[str, Any]], rows: list[dict[str, Any]]) -> str:
    """The field of the form for a field that counts only the rows that are kept."""
    name, _, number = (field or "").partition("-")
    if not number.isdecimal() or not 0 < int(number) <= len(kept):
        return ""
    wrong = kept[int(number) - 1]
    wrong["open"] = True
    return f"{name}-{next(n for n, r in enumerate(rows, 1) if r is wrong)}"


def _page(
    visit: Visit,
    agent: Agent,
    rows: list[dict[str, Any]],
    status: int = 200,
    *,
    problems: dict[str, str] | None = None,
    unsaved: bool = False,
    **more: Any,
) -> Response:
    with visit.services.database.reading() as session:
        tables = selection.tables_of(session)
    known = {key for _, columns in criterion_fields.offered(tables) for key, _ in columns}
    builtin = visit.services.settings.analyst == "builtin"
    own = [a.label for t in tables.values() for a in t.attributes.values() if a.custom]
    for row in rows:
        row["gone"] = [f for f in row["fields"] if f not in known]
        criterion = Criterion(
            row["name"], row["kind"], row["details"], row["must_have"], tuple(row["fields"]), row["url"]
        )
        row["unread"] = unreadable(criterion, own) if builtin and row["details"] else ""
    return settings_page(
        visit,
        agent,
        "criteria",
        "agent/criteria.html",
        status,
        rows=rows,
        problems=problems or {},
        unsaved=unsaved,
        kinds=KINDS,
        most_rows=MOST_ROWS,
        most_fields=_FIELDS,
        offered=criterion_fields.offered(tables),
        not_offered=criterion_fields.not_offered(tables),
        variables=criterion_fields.variables(tables, PERSONAL),
        builtin=builtin,
        **({"generated": None, "fresh": 0, "doubled": []} | more),
    )


def _saved(visit: Visit, agent: Agent, said: str) -> Response:
    """Back to the section; a criterion that can never be judged is named at once."""
    warned = act.unreadable_criteria(visit.services, visit.who, agent.agentid)
    note = " ".join([said, takes_effect(agent), *warned])
    return visit.to("/agent/section/criteria", note, "warn" if warned else "good")
