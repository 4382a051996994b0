"""Disqualified leads over the API: with reasons, and reassigned one or many at a time."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel, Field

from leadwright.actions.reassign_many import MOST_AT_ONCE, reassign_many
from leadwright.api.caller import ProblemRoute, needs, services_of
from leadwright.db.pages import disqualified as read
from leadwright.db.pages.keys import read_key, write_key
from leadwright.db.sales import Lead
from leadwright.domain.engagement import Outcome
from leadwright.identity.access import Principal, readable
from leadwright.services import Services

router = APIRouter(prefix="/disqualified", tags=["leads"], route_class=ProblemRoute)

Adapters = Annotated[Services, Depends(services_of)]
Supervisor = Annotated[Principal, Depends(needs("prvReadLead", "prvAssignLead"))]


class Many(BaseModel):
    """Leads to reassign; `sellerid` null: the next seller by the rule for each."""

    leads: list[Annotated[str, Field(max_length=36)]] = Field(min_length=1, max_length=MOST_AT_ONCE)
    sellerid: str | None = Field(None, max_length=36)


class ManyDone(BaseModel):
    """Lead to its new owner, and lead to why it was not reassigned."""

    given: dict[str, str]
    refused: dict[str, str]


@router.get("", summary="Disqualified leads with the reasons")
def disqualified(
    services: Adapters,
    who: Supervisor,
    outcome: Outcome | None = None,
    after: Annotated[str, Query(max_length=600, description="`next` of the page before.")] = "",
) -> dict[str, Any]:
    """Fifty at a time, newest first."""
    key: Any = read_key(after, moment=True) if after else None
    with services.database.reading() as session:
        rows = read.disqualified(session, readable(who, Lead, "prvReadLead"), outcome=outcome or "", after=key)
    shown = rows[: read.PAGE]
    following = write_key(shown[-1].concludedon, shown[-1].runid) if len(rows) > read.PAGE else ""
    return {"leads": [dict(row._mapping) for row in shown], "next": following}


@router.post("/reassign", summary="Reassign disqualified leads")
def reassign(services: Adapters, who: Supervisor, body: Many) -> ManyDone:
    """Each by the rules of one; one that cannot be reassigned does not keep the others."""
    done = reassign_many(services, who, body.leads, sellerid=body.sellerid)
    return ManyDone(given=done.given, refused=done.refused)
