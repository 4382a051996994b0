"""The outbox to Dynamics 365 over the API: what is held, waits, lost to a person or is done; retry and drop."""

from datetime import datetime
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel, ConfigDict, Field

from leadwright.actions import mirror_writes as act
from leadwright.api.caller import ProblemRoute, needs, services_of
from leadwright.identity.access import Principal
from leadwright.services import Services

router = APIRouter(prefix="/mirror/writes", tags=["mirror"], route_class=ProblemRoute)

Adapters = Annotated[Services, Depends(services_of)]
Keeper = Annotated[Principal, Depends(needs(act.NEEDED))]
_MOST = 2**53


class Write(BaseModel):
    """One thing to be done over there."""

    model_config = ConfigDict(from_attributes=True)

    number: int
    what: str
    record: str
    name: str
    columns: list[tuple[str, str, str | None]] = Field(
        description="Column, our value, and the value a person set in Dynamics 365 meanwhile, if one did."
    )
    by: str
    state: str
    reason: str
    attempts: int
    doubtful: bool
    createdon: datetime
    dueat: datetime | None
    concludedon: datetime | None


class Writes(BaseModel):
    """A page of them; `following` is the `start` of the next page."""

    connected: bool
    counts: dict[str, int]
    oldest: datetime | None
    writes: list[Write]
    following: int | None


class Tried(BaseModel):
    """How many are tried again."""

    count: int


@router.get("", summary="What goes out to Dynamics 365")
def read(
    services: Adapters,
    who: Keeper,
    shown: Literal["held", "waiting", "conflicts", "done"] = "held",
    start: Annotated[int | None, Query(ge=0, le=_MOST)] = None,
) -> Writes:
    """At most fifty; held and waiting ones oldest first, the others newest first."""
    found = act.outgoing(services, who, shown, start)
    rows = [Write.model_validate(row) for row in found.rows]
    return Writes(
        connected=found.connected, counts=dict(found.counts), oldest=found.oldest, writes=rows,
        following=found.following,
    )  # fmt: skip


@router.post("/retry", summary="Try again everything that was refused or waits")
def retry_all(services: Adapters, who: Keeper) -> Tried:
    """What lost to a person in Dynamics 365 stays held: decide about each."""
    return Tried(count=act.retry_all(services, who))


@router.post("/{number}/retry", status_code=204, summary="Try a write again")
def retry(services: Adapters, who: Keeper, number: int) -> None:
    """Of a conflict: what a person set in Dynamics 365 is overwritten."""
    act.retry(services, who, number)


@router.post("/{number}/drop", status_code=204, summary="Do not send a write")
def drop(services: Adapters, who: Keeper, number: int) -> None:
    """The record becomes what it is in Dynamics 365."""
    act.drop(services, who, number)
