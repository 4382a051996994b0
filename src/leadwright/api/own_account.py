"""One's own account over the API: time zone and days away. As on the page Your account."""

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Depends
from pydantic import BaseModel, Field

from leadwright.actions import people as act
from leadwright.api.caller import ProblemRoute, needs, services_of
from leadwright.db.pages.person import user_row
from leadwright.errors import NotFound
from leadwright.identity.access import Principal
from leadwright.services import Services

router = APIRouter(prefix="/account", tags=["identity"], route_class=ProblemRoute)

Adapters = Annotated[Services, Depends(services_of)]
Oneself = Annotated[Principal, Depends(needs())]


class OwnAccount(BaseModel):
    """Whom the token stands for, as others see them."""

    systemuserid: str
    fullname: str
    email: str | None
    timezone: str
    awayfrom: date | None
    awayuntil: date | None


class OwnZone(BaseModel):
    """In which times are shown, such as Europe/Berlin."""

    timezone: str = Field(max_length=64)


class OwnAway(BaseModel):
    """First and last day away; both null: here."""

    awayfrom: date | None = None
    awayuntil: date | None = None


@router.get("", summary="One's own account")
def account(services: Adapters, who: Oneself) -> OwnAccount:
    """Time zone and days away."""
    with services.database.reading() as session:
        row = user_row(session, who.id)
    if row is None:
        raise NotFound("This user is gone.")
    return OwnAccount(
        systemuserid=who.id,
        fullname=row.fullname,
        email=row.internalemailaddress,
        timezone=row.timezone,
        awayfrom=row.awayfrom,
        awayuntil=row.awayuntil,
    )


@router.put("/timezone", status_code=204, summary="Choose one's own time zone")
def set_timezone(services: Adapters, who: Oneself, body: OwnZone) -> None:
    """Times on pages and in mails are shown in it."""
    act.set_timezone(services, who, body.timezone)


@router.put("/away", status_code=204, summary="Say from when to when one is away")
def set_away(services: Adapters, who: Oneself, body: OwnAway) -> None:
    """Leads go to the next seller meanwhile."""
    act.set_away(services, who, who.id, body.awayfrom, body.awayuntil)
