"""Seller segments over the API: leads that go to people. As on the page of Selection criteria."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends
from pydantic import BaseModel, Field

from leadwright.actions import seller_segments
from leadwright.api import answers
from leadwright.api.agent import needed_agent
from leadwright.api.caller import ProblemRoute, needs, services_of
from leadwright.db import selection
from leadwright.db.sales import Lead
from leadwright.domain.selection import from_json
from leadwright.identity.access import Principal, readable
from leadwright.services import Services

router = APIRouter(tags=["agent"], route_class=ProblemRoute)

Adapters = Annotated[Services, Depends(services_of)]
Editor = Annotated[Principal, Depends(needs("prvReadAgent", "prvConfigureAgent"))]


class Segment(BaseModel):
    """Conditions as in selection; `name` renames it."""

    conditions: dict[str, Any]
    name: str | None = Field(None, max_length=120)
    versionnumber: int | None = None


@router.get(
    "/agent/selection/sellers", summary="Seller segments of the draft", response_model=list[answers.SegmentRead]
)
def read_segments(
    services: Adapters, who: Annotated[Principal, Depends(needs("prvReadAgent", "prvReadLead"))]
) -> list[dict[str, Any]]:
    """Each with its conditions and how many leads that the caller may read it takes from the agent."""
    segments, scope = (
        seller_segments.seller_segments(services, who, needed_agent(services).agentid),
        readable(who, Lead, "prvReadLead"),
    )
    with services.database.reading() as session:
        tables, how = selection.tables_of(session), {"scope": scope, "now": services.clock()}
        return [
            {**s.model_dump(), "leads": selection.count_matching(session, from_json(s.conditions, tables), **how)}
            for s in segments
        ]


@router.put(
    "/agent/selection/sellers/{name:path}", summary="Create or change a seller segment", response_model=answers.Version
)
def save_segment(services: Adapters, who: Editor, name: str, body: Segment) -> dict[str, int]:
    """A lead that matches it goes to people. Takes effect at Start or Apply."""
    agentid = needed_agent(services).agentid
    known = {s.name for s in seller_segments.seller_segments(services, who, agentid)}
    version = seller_segments.save_segment(
        services,
        who,
        agentid,
        body.name or name,
        body.conditions,
        former=name if name in known else "",
        versionnumber=body.versionnumber,
    )
    return {"versionnumber": version}


@router.delete(
    "/agent/selection/sellers/{name:path}", summary="Remove a seller segment", response_model=answers.Version
)
def delete_segment(services: Adapters, who: Editor, name: str) -> dict[str, int]:
    """Takes effect at Start or Apply."""
    return {"versionnumber": seller_segments.delete_segment(services, who, needed_agent(services).agentid, name)}
