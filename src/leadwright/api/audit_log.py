"""The audit log over the API: newest first, by key, and whether the chain holds."""

from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel, ConfigDict

from leadwright.api.caller import ProblemRoute, needs, services_of
from leadwright.db.pages import audit_log as read
from leadwright.identity.access import Principal
from leadwright.services import Services

router = APIRouter(prefix="/audit", tags=["audit"], route_class=ProblemRoute)

Adapters = Annotated[Services, Depends(services_of)]
Auditor = Annotated[Principal, Depends(needs("prvReadAudit"))]


class EntryRead(BaseModel):
    """Who did what, to what, from what to what, when."""

    model_config = ConfigDict(from_attributes=True)

    number: int
    at: datetime
    actorid: str | None
    actorkind: str
    actorname: str
    action: str
    recordtype: str
    recordid: str
    before: dict[str, Any] | None
    after: dict[str, Any] | None
    cause: str
    hash: str


class AuditPage(BaseModel):
    """`next` goes into `before` of the next call and is null at the end."""

    entries: list[EntryRead]
    next: int | None


@router.get("", summary="Audit entries")
def entries(
    services: Adapters,
    who: Auditor,
    record: Annotated[str, Query(max_length=120, description="Only of this record.")] = "",
    action: Annotated[str, Query(max_length=60, description="Only of this action.")] = "",
    before: Annotated[int | None, Query(ge=0, le=2**31 - 1)] = None,
) -> AuditPage:
    """A hundred at a time, newest first."""
    with services.database.reading() as session:
        found = read.newest(session, record=record, action=action, before=before)
    shown = [EntryRead.model_validate(entry) for entry in found[: read.PAGE]]
    return AuditPage(entries=shown, next=shown[-1].number if len(found) > read.PAGE else None)
