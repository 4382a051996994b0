"""The audit log: who did what, when, to what; searched, exported, and whether the chain holds. Only for reading."""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from urllib.parse import urlencode

from starlette.responses import Response, StreamingResponse

from leadwright.db import audit
from leadwright.db.audit import AuditEntry
from leadwright.db.pages import audit_log
from leadwright.db.pages.audit_export import csv_lines
from leadwright.db.pages.audit_log import Wanted
from leadwright.db.pages.record_names import names_of
from leadwright.errors import BadInput
from leadwright.web.rendering import zone
from leadwright.web.visit import Pages, Visit

pages = Pages()
CHECKED_UNASKED = 2_000  # entries; a longer chain takes seconds and is checked when somebody asks
_ASKED = {"q": 200, "who": 200, "kind": 20, "record": 120, "recordtype": 40, "action": 60, "since": 10, "until": 10}
_MOST = 2**31 - 1


@pages.get("/audit", "prvReadAudit")
def log(visit: Visit) -> Response:
    """A hundred entries, newest first."""
    asked = {name: visit.text(name, most=most) for name, most in _ASKED.items()}
    before, problem = visit.number("before"), ""
    try:
        wanted = _wanted(visit, asked)
    except BadInput as error:
        wanted, problem = Wanted(), str(error)
    with visit.services.database.reading() as session:
        entries = audit_log.newest(session, wanted, before=before if before is None else min(max(before, 0), _MOST))
        shown = entries[: audit_log.PAGE]
        names = names_of(session, (text for entry in shown for text in _texts(entry)))
        length, kinds = audit_log.length(session), audit_log.record_types(session)
        checked = length <= CHECKED_UNASKED or visit.text("check") == "1"
        broken = audit.broken_link(session) if checked else None
        culprit = audit_log.entry(session, broken) if broken else None
    older = len(entries) > audit_log.PAGE
    return visit.page(
        "audit_log.html",
        422 if problem else 200,
        entries=shown,
        names=names,
        asked=asked,
        problem=problem,
        kinds=audit_log.KINDS,
        recordtypes=kinds,
        length=length,
        checked=checked,
        broken=broken,
        culprit=culprit,
        filtered=any(asked.values()),
        check=_link(asked | {"check": "1"}),
        export=_link(asked, "/audit/export.csv?"),
        first=_link(asked) if before is not None else "",
        older=_link(asked | {"before": str(shown[-1].number)}) if older else "",
    )


@pages.get("/audit/export.csv", "prvReadAudit")
def export(visit: Visit) -> Response:
    """What the search finds, as CSV, oldest first. No cell of it becomes a formula."""
    wanted = _wanted(visit, {name: visit.text(name, most=most) for name, most in _ASKED.items()})
    headers = {"Content-Disposition": 'attachment; filename="audit-log.csv"'}
    return StreamingResponse(
        csv_lines(visit.services.database, wanted), media_type="text/csv; charset=utf-8", headers=headers
    )


def _texts(entry: AuditEntry) -> Iterator[object]:
    """Where an entry may hold an id: its record, the parts of a key, the values themselves."""
    yield from entry.recordid.split(":")
    for values in (entry.before, entry.after):
        for value in (values or {}).values():
            yield from value if isinstance(value, list) else (value,)


def _wanted(visit: Visit, asked: dict[str, str]) -> Wanted:
    local = zone(visit.session.timezone if visit.session else "UTC")

    def midnight(name: str, days: int) -> datetime | None:
        try:
            given = date.fromisoformat(asked[name]) if asked[name] else None
            return datetime.combine(given + timedelta(days=days), time(), local) if given else None
        except (ValueError, OverflowError):
            raise BadInput("Write the day as year-month-day, for example 2026-12-24.", field=name) from None

    return Wanted(
        asked["q"],
        asked["who"],
        asked["kind"],
        asked["record"],
        asked["recordtype"],
        asked["action"],
        midnight("since", 0),
        midnight("until", 1),
    )


def _link(asked: dict[str, str], path: str = "/audit?") -> str:
    return path + urlencode({name: value for name, value in asked.items() if value})
