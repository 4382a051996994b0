"""Webhooks over the API: registered, changed, tried, sent again, removed; what was delivered."""

from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends
from pydantic import BaseModel, ConfigDict, Field

from leadwright.actions import webhooks as act
from leadwright.api.caller import ProblemRoute, needs, services_of
from leadwright.domain.webhooks import Event
from leadwright.identity.access import Principal
from leadwright.services import Services

router = APIRouter(prefix="/webhooks", tags=["webhooks"], route_class=ProblemRoute)

Adapters = Annotated[Services, Depends(services_of)]
Keeper = Annotated[Principal, Depends(needs(act.NEEDED))]


class Wanted(BaseModel):
    """Where to, and of what."""

    name: str = Field(max_length=120)
    url: str = Field(max_length=1000, description="https, on the public Internet.")
    events: list[Event] = Field(min_length=1, max_length=50)


class Made(BaseModel):
    """The secret signs every message; it is in this answer only."""

    webhookid: str
    secret: str


class Line(BaseModel):
    """A webhook."""

    model_config = ConfigDict(from_attributes=True)

    webhookid: str
    name: str
    url: str
    events: list[str]
    isdisabled: bool
    disabledreason: str
    failingsince: datetime | None
    lastsuccesson: datetime | None
    createdon: datetime
    waiting: int
    failed: int


class Delivery(BaseModel):
    """One event for one webhook; `deliveryid` is the `webhook-id` of the message."""

    model_config = ConfigDict(from_attributes=True)

    deliveryid: str
    event: str
    payload: dict[str, Any]
    state: str
    attempts: int
    dueat: datetime | None
    status: int | None
    error: str
    createdon: datetime
    triedon: datetime | None


class Switch(BaseModel):
    """Enabling starts with a clean slate."""

    disabled: bool


class Sent(BaseModel):
    """The delivery that was written."""

    deliveryid: str


@router.get("", summary="Webhooks")
def webhooks(services: Adapters, who: Keeper) -> list[Line]:
    """By name, without their secrets."""
    return [Line.model_validate(hook) for hook in act.webhooks(services, who)]


@router.post("", status_code=201, summary="Register a webhook")
def register(services: Adapters, who: Keeper, body: Wanted) -> Made:
    """At most twenty."""
    made = act.register(services, who, body.name, body.url, body.events)
    return Made(webhookid=made.webhookid, secret=made.secret)


@router.put("/{webhookid}", status_code=204, summary="Change a webhook")
def change(services: Adapters, who: Keeper, webhookid: str, body: Wanted) -> None:
    """Name, address and events."""
    act.change(services, who, webhookid, body.name, body.url, body.events)


@router.delete("/{webhookid}", status_code=204, summary="Remove a webhook")
def remove(services: Adapters, who: Keeper, webhookid: str) -> None:
    """With its deliveries."""
    act.remove(services, who, webhookid)


@router.put("/{webhookid}/state", status_code=204, summary="Disable or enable a webhook")
def switch(services: Adapters, who: Keeper, webhookid: str, body: Switch) -> None:
    """What waits is sent once it is enabled."""
    act.switch(services, who, webhookid, disabled=body.disabled)


@router.post("/{webhookid}/secret", summary="Replace the secret")
def replace_secret(services: Adapters, who: Keeper, webhookid: str) -> Made:
    """The next delivery is signed with the new one."""
    made = act.replace_secret(services, who, webhookid)
    return Made(webhookid=made.webhookid, secret=made.secret)


@router.post("/{webhookid}/test", status_code=201, summary="Send a test event")
def send_test(services: Adapters, who: Keeper, webhookid: str) -> Sent:
    """What came of it stands among the deliveries."""
    return Sent(deliveryid=act.send_test(services, who, webhookid))


@router.get("/{webhookid}/deliveries", summary="The newest deliveries")
def deliveries(services: Adapters, who: Keeper, webhookid: str) -> list[Delivery]:
    """At most fifty; those that are over are kept for thirty days."""
    return [Delivery.model_validate(row) for row in act.deliveries(services, who, webhookid)]


@router.post("/{webhookid}/deliveries/{deliveryid}/again", status_code=204, summary="Send a delivery again")
def send_again(services: Adapters, who: Keeper, webhookid: str, deliveryid: str) -> None:
    """With the same id, so that the receiver knows it again."""
    act.send_again(services, who, webhookid, deliveryid)
