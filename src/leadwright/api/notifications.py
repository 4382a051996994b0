"""Notifications of the caller over the API: read, mark as read, choose how a mail tells of them."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends
from pydantic import BaseModel

from leadwright.actions import notifications
from leadwright.api.caller import ProblemRoute, needs, services_of
from leadwright.db.pages.notifications import newest
from leadwright.domain.notices import How, Kind, kind_of
from leadwright.identity.access import Principal
from leadwright.services import Services

router = APIRouter(prefix="/notifications", tags=["notifications"], route_class=ProblemRoute)

Adapters = Annotated[Services, Depends(services_of)]
Caller = Annotated[Principal, Depends(needs())]


class NoticeRead(BaseModel):
    """One notification; `link` is a path inside Leadwright."""

    id: str
    kind: Kind
    title: str
    body: str
    link: str | None
    createdon: datetime
    readon: datetime | None


@router.get("", summary="The caller's notifications")
def read(services: Adapters, who: Caller) -> list[NoticeRead]:
    """The newest hundred, unread first."""
    with services.database.reading() as session:
        rows = newest(session, who.id)
    return [
        NoticeRead(
            id=row.appnotificationid,
            kind=kind_of(row.lw_key),
            title=row.title,
            body=row.body,
            link=row.link,
            createdon=row.createdon,
            readon=row.readon,
        )
        for row in rows
    ]


@router.post("/read", status_code=204, summary="Mark all as read")
def read_all(services: Adapters, who: Caller) -> None:
    """Of the caller."""
    notifications.mark_read(services, who)


@router.post("/{notificationid}/read", status_code=204, summary="Mark one as read")
def read_one(services: Adapters, who: Caller, notificationid: str) -> None:
    """Of the caller."""
    notifications.mark_read(services, who, notificationid)


@router.get("/choices", summary="How a mail tells the caller of each kind")
def choices(services: Adapters, who: Caller) -> dict[Kind, How]:
    """Kind to way."""
    return notifications.choices(services, who)


@router.put("/choices", status_code=204, summary="Choose how a mail tells of each kind")
def choose(services: Adapters, who: Caller, body: dict[Kind, How]) -> None:
    """Kinds left out stay as they are."""
    notifications.choose(services, who, {str(kind): str(how) for kind, how in body.items()})
