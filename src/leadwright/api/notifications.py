"""The caller's own notifications over the API."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends
from pydantic import BaseModel, ConfigDict

from leadwright.actions.notifications import mark_read
from leadwright.api.caller import ProblemRoute, needs, services_of
from leadwright.db.pages.notifications import newest
from leadwright.identity.access import Principal
from leadwright.services import Services

router = APIRouter(prefix="/notifications", tags=["notifications"], route_class=ProblemRoute)

Adapters = Annotated[Services, Depends(services_of)]
Anybody = Annotated[Principal, Depends(needs())]


class NotificationRead(BaseModel):
    """`readon` is null while it is unread."""

    model_config = ConfigDict(from_attributes=True)

    appnotificationid: str
    title: str
    body: str
    link: str | None
    createdon: datetime
    readon: datetime | None


@router.get("", summary="The caller's notifications")
def notifications(services: Adapters, who: Anybody) -> list[NotificationRead]:
    """At most a hundred, unread ones first."""
    with services.database.reading() as session:
        return [NotificationRead.model_validate(row) for row in newest(session, who.id)]


@router.post("/read", status_code=204, summary="Mark all as read")
def read_all(services: Adapters, who: Anybody) -> None:
    """Of the caller."""
    mark_read(services, who)


@router.post("/{notificationid}/read", status_code=204, summary="Mark one as read")
def read_one(services: Adapters, who: Anybody, notificationid: str) -> None:
    """Of the caller."""
    mark_read(services, who, notificationid)
