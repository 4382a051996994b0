"""The mirror of Dynamics 365 over the API: how far it is, pause, retry, read anew, its key, tables of Microsoft's."""

from dataclasses import asdict
from typing import Annotated, Any

from fastapi import APIRouter, Depends
from pydantic import BaseModel, Field

from leadwright.actions import mirror as act
from leadwright.api.caller import ProblemRoute, needs, services_of
from leadwright.identity.access import Principal
from leadwright.services import Services

router = APIRouter(prefix="/mirror", tags=["mirror"], route_class=ProblemRoute)

Adapters = Annotated[Services, Depends(services_of)]
Keeper = Annotated[Principal, Depends(needs(act.NEEDS))]


class State(BaseModel):
    """Paused: nothing is read."""

    paused: bool


class Chosen(BaseModel):
    """Which table; empty: all."""

    table: str = Field("", max_length=60, description="Logical name, such as lead; empty: all tables.")


class AgentTables(BaseModel):
    """on: runs, results and handovers are written into the tables of Microsoft's own agent too."""

    on: bool


class Said(BaseModel):
    """What stands in the way of it; empty: nothing, or it is off."""

    said: str


class Key(BaseModel):
    """Where Dynamics 365 calls when something changed, and the key it calls with; the key is in this answer only."""

    address: str
    key: str


@router.get("", summary="State of the mirror and of each table")
def read(services: Adapters, who: Keeper) -> dict[str, Any]:
    """Phase, lag, rows seen and hidden, progress of the first load, trouble with the time of the next try."""
    return asdict(act.overview(services, who))


@router.put("/state", status_code=204, summary="Pause or go on")
def switch(services: Adapters, who: Keeper, body: State) -> None:
    """What changes while it is paused is read afterwards."""
    (act.pause if body.paused else act.go_on)(services, who)


@router.post("/retry", status_code=204, summary="Try again at once")
def retry(services: Adapters, who: Keeper, body: Chosen) -> None:
    """A table, or all."""
    act.retry(services, who, body.table)


@router.post("/read-again", status_code=204, summary="Read every row anew")
def read_again(services: Adapters, who: Keeper, body: Chosen) -> None:
    """A table, or all. Nothing is lost meanwhile."""
    act.read_again(services, who, body.table)


@router.post("/key", summary="A new key for the address that wakes the mirror")
def key(services: Adapters, who: Keeper) -> Key:
    """The former key is of no use from then on."""
    made = act.new_key(services, who)
    return Key(address=services.settings.address.rstrip("/") + act.WAKE_PATH, key=made)


@router.put("/agent-tables", summary="Fill the tables of Microsoft's own agent too, or not")
def fill_agent_tables(services: Adapters, who: Keeper, body: AgentTables) -> Said:
    """From now on; off at first. The answer says when they are not installed there, or may not be written to."""
    return Said(said=act.fill_agent_tables(services, who, on=body.on))
