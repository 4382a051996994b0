"""The audit log over the API: searched, exported, its chain verified. Only for reading."""

from datetime import UTC, datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query
from fastapi.responses import StreamingResponse

from leadwright.api.caller import ProblemRoute, needs, services_of
from leadwright.db import audit
from leadwright.db.pages import audit_log as read
from leadwright.db.pages.audit_export import csv_lines
from leadwright.errors import BadInput
from leadwright.identity.access import Principal
from leadwright.services import Services

router = APIRouter(tags=["audit"], route_class=ProblemRoute)

Adapters = Annotated[Services, Depends(services_of)]
Reader = Annotated[Principal, Depends(needs("prvReadAudit"))]
Text = Annotated[str, Query(max_length=200)]


def wanted(
    q: Text = "",
    who: Text = "",
    kind: Text = "",
    record: Text = "",
    recordtype: Text = "",
    action: Text = "",
    since: datetime | None = None,
    until: datetime | None = None,
) -> read.Wanted:
    """What is searched for; times with their zone."""
    return read.Wanted(q, who, kind, record, recordtype, action, _utc(since, "since"), _utc(until, "until"))


Search = Annotated[read.Wanted, Depends(wanted)]


@router.get("/audit", summary="Audit log, newest first")
def entries(
    services: Adapters, caller: Reader, search: Search, before: Annotated[int | None, Query(ge=0, lt=2**31)] = None
) -> dict[str, Any]:
    """A hundred entries; `before` of the answer, when not null, goes on with older ones."""
    with services.database.reading() as session:
        found = read.newest(session, search, before=before)
        shown = [_entry(each) for each in found[: read.PAGE]]
    return {"entries": shown, "before": shown[-1]["number"] if len(found) > read.PAGE else None}


@router.get("/audit/chain", summary="Does the chain of the audit log hold?")
def chain(services: Adapters, caller: Reader) -> dict[str, Any]:
    """`broken` is the number of the first entry that was changed, removed or put in between; null: none."""
    with services.database.reading() as session:
        return {"length": read.length(session), "broken": audit.broken_link(session)}


@router.get("/audit/export.csv", summary="Audit log as CSV", response_class=StreamingResponse)
def export(services: Adapters, caller: Reader, search: Search) -> StreamingResponse:
    """Oldest first. Cells that a spreadsheet would run as formulas begin with an apostrophe."""
    headers = {"Content-Disposition": 'attachment; filename="audit-log.csv"'}
    return StreamingResponse(
        csv_lines(services.database, search), media_type="text/csv; charset=utf-8", headers=headers
    )


def _utc(moment: datetime | None, name: str) -> datetime | None:
    try:
        if moment is not None and moment.tzinfo is None:
            raise ValueError(moment)
        return moment.astimezone(UTC) if moment is not None else None
    except (ValueError, OverflowError) as error:
        raise BadInput("Give a time with its zone, such as 2026-12-24T00:00:00Z.", field=name) from error


def _entry(each: audit.AuditEntry) -> dict[str, Any]:
    names = ("number", "at", "actorid", "actorkind", "actorname", "action", "recordtype", "recordid")
    return {name: getattr(each, name) for name in (*names, "before", "after", "cause", "hash")}
