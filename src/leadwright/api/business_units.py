"""Business units over the API, as on the desk."""

from dataclasses import asdict
from typing import Annotated, Any

from fastapi import APIRouter, Depends
from pydantic import BaseModel, Field

from leadwright.actions import business_units as act
from leadwright.api.caller import ProblemRoute, needs, services_of
from leadwright.db.pages import business_units as read
from leadwright.identity.access import Principal
from leadwright.services import Services

router = APIRouter(tags=["people"], route_class=ProblemRoute)

Adapters = Annotated[Services, Depends(services_of)]
Writer = Annotated[Principal, Depends(needs("prvReadUser", "prvWriteBusinessUnit"))]


class Unit(BaseModel):
    """`parentid` null: below the root one."""

    name: str = Field(max_length=400)
    parentid: str | None = Field(None, max_length=36)


@router.get("/business-units", summary="Business units")
def units(services: Adapters, who: Annotated[Principal, Depends(needs("prvReadUser"))]) -> list[dict[str, Any]]:
    """The tree, each below its parent, with how many users and teams belong to it."""
    with services.database.reading() as session:
        return [asdict(line) for line in read.business_units(session)]


@router.post("/business-units", status_code=201, summary="Add a business unit")
def add_unit(services: Adapters, who: Writer, body: Unit) -> dict[str, str]:
    """Returns its id."""
    return {"id": act.create_business_unit(services, who, body.name, body.parentid)}


@router.put("/business-units/{businessunitid}", status_code=204, summary="Rename or move a business unit")
def edit_unit(services: Adapters, who: Writer, businessunitid: str, body: Unit) -> None:
    """The root one stays the root."""
    act.edit_business_unit(services, who, businessunitid, body.name, body.parentid)


@router.delete("/business-units/{businessunitid}", status_code=204, summary="Remove an empty business unit")
def delete_unit(services: Adapters, who: Writer, businessunitid: str) -> None:
    """Refused while anything belongs to it."""
    act.delete_business_unit(services, who, businessunitid)
