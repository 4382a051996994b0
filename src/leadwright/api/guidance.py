"""Guidance over the API: columns of criteria, Generate, and conditions that are tried before they are saved."""

from dataclasses import asdict
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel, Field
from sqlalchemy import select

from leadwright.actions import criteria, lookups
from leadwright.actions.mail_preview import preview_mail
from leadwright.api.agent import needed_agent
from leadwright.api.caller import ProblemRoute, needs, services_of
from leadwright.db import selection
from leadwright.db.configuration import Configuration
from leadwright.db.sales import Lead
from leadwright.domain import criterion_fields
from leadwright.domain.selection import from_json
from leadwright.errors import NotFound
from leadwright.identity.access import Principal, readable
from leadwright.research.fields import PERSONAL
from leadwright.services import Services

router = APIRouter(tags=["agent"], route_class=ProblemRoute)

Adapters = Annotated[Services, Depends(services_of)]
Reader = Annotated[Principal, Depends(needs("prvReadAgent"))]
Editor = Annotated[Principal, Depends(needs("prvReadAgent", "prvConfigureAgent"))]
Looker = Annotated[Principal, Depends(needs("prvReadAgent", "prvReadLead"))]


class Trial(BaseModel):
    """Conditions as in selection, not saved. look_back_days: also leads created so many days ago."""

    conditions: dict[str, Any]
    look_back_days: int | None = Field(None, ge=1, le=100_000)
    limit: int = Field(50, ge=1, le=200)
    leadid: str = Field("", max_length=36)


class MailTrial(BaseModel):
    """Settings of ``email`` that differ from the draft; lead: id, email address or full name."""

    values: dict[str, Any] = Field(default_factory=dict)
    lead: str = Field("", max_length=100)


@router.get("/agent/criteria/columns", summary="Columns a criterion may be read from")
def read_columns(services: Adapters, who: Reader) -> dict[str, Any]:
    """`refused` says of each other column why; `variables` may stand in addresses and instructions."""
    with services.database.reading() as session:
        tables = selection.tables_of(session)
    return {
        "columns": {label: dict(columns) for label, columns in criterion_fields.offered(tables)},
        "refused": criterion_fields.not_offered(tables),
        "variables": [word for word, _ in criterion_fields.variables(tables, PERSONAL)],
    }


@router.post("/agent/criteria/generate", summary="Propose criteria from the text about the products")
def generate(services: Adapters, who: Editor) -> dict[str, Any]:
    """Nothing is saved: PATCH /agent/criteria with those that fit. `untold`: what the text says nothing of."""
    found = criteria.generate_criteria(services, who, needed_agent(services).agentid)
    proposals = [{"name": p.name, "kind": p.kind, "details": p.details, "quote": p.quote} for p in found.proposals]
    return {"proposals": proposals, "untold": found.untold, "by": found.by}


@router.post("/agent/selection/preview", summary="Leads that conditions would select, without saving them")
def try_conditions(services: Adapters, who: Looker, body: Trial) -> dict[str, Any]:
    """How many match and the newest of them; with `leadid`, each condition with that lead's value."""
    agent = needed_agent(services)
    configuration = Configuration.model_validate(agent.draft)
    scope, now = readable(who, Lead, "prvReadLead"), services.clock()
    with services.database.reading() as session:
        tables = selection.tables_of(session)
        from_json(body.conditions, tables)
        configuration.selection.conditions = body.conditions
        configuration.selection.look_back_days = body.look_back_days
        rules = selection.rules_of(configuration, tables)
        rows, total = selection.preview(session, rules, body.limit, scope=scope, now=now)
        answer: dict[str, Any] = {"total": total, "leads": [dict(row._mapping) for row in rows]}
        if body.leadid:
            if session.scalar(select(Lead.leadid).where(Lead.leadid == body.leadid, scope)) is None:
                raise NotFound("There is no such lead.")
            lines = selection.why(session, rules, body.leadid, agentid=agent.agentid, now=now)
            answer["why"] = [{"condition": c.text, "value": c.value, "met": c.met, "depth": c.depth} for c in lines]
        return answer


@router.post("/agent/email/preview", summary="The first mail to one lead, without saving or sending")
def preview(services: Adapters, who: Looker, body: MailTrial) -> dict[str, Any]:
    """`generated`: there is no fixed template, so that only a test shows the text. 404 when there is no lead."""
    found = preview_mail(services, who, needed_agent(services).agentid, body.values, body.lead)
    if found is None:
        raise NotFound("There is no lead yet. Import leads first.")
    return asdict(found)


@router.get("/agent/lookups/{table}", summary="Records for the value of a lookup")
def read_lookups(
    services: Adapters, who: Looker, table: str, text: Annotated[str, Query(max_length=100)] = ""
) -> list[dict[str, str]]:
    """Those whose name begins with the text, then those that hold it. table: account, contact, opportunity, owner."""
    with services.database.reading() as session:
        return lookups.suggested(session, who, table, text)
