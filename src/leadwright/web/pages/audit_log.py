"""The audit log: who did what, when, to what, and whether the chain holds. Only for reading."""

from urllib.parse import urlencode

from starlette.responses import Response

from leadwright.db import audit
from leadwright.db.pages import audit_log
from leadwright.web.visit import Pages, Visit

pages = Pages()
CHECKED_UNASKED = 2_000  # entries; a longer chain takes seconds and is checked when somebody asks
_MOST = 2**31 - 1


@pages.get("/audit", "prvReadAudit")
def log(visit: Visit) -> Response:
    """A hundred entries, newest first."""
    asked = {"record": visit.text("record", most=120), "action": visit.text("action", most=60)}
    before = visit.number("before")
    with visit.services.database.reading() as session:
        entries = audit_log.newest(session, **asked, before=before if before is None else min(max(before, 0), _MOST))
        length = audit_log.length(session)
        checked = length <= CHECKED_UNASKED or visit.text("check") == "1"
        broken = audit.broken_link(session) if checked else None
    shown = entries[: audit_log.PAGE]
    older = len(entries) > audit_log.PAGE
    return visit.page(
        "audit_log.html",
        entries=shown,
        asked=asked,
        length=length,
        checked=checked,
        broken=broken,
        filtered=any(asked.values()),
        check=_link(asked | {"check": "1"}),
        first=_link(asked) if before is not None else "",
        older=_link(asked | {"before": str(shown[-1].number)}) if older else "",
    )


def _link(asked: dict[str, str]) -> str:
    return "/audit?" + urlencode({name: value for name, value in asked.items() if value})
