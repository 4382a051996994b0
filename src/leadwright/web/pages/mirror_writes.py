"""What goes out to Dynamics 365: what is held, waits, lost to a person or is done; Retry and Drop."""

from starlette.responses import Response

from leadwright.actions import mirror_writes as act
from leadwright.web.visit import Pages, Visit

pages = Pages()
PAGE = "/settings/mirror/writes"
_LABELS = (("held", "Held"), ("waiting", "Waiting"), ("conflicts", "Conflicts"), ("done", "Done"))


@pages.get(PAGE, act.NEEDED)
def mirror_writes(visit: Visit) -> Response:
    """The full list, fifty at a time."""
    shown, start = visit.text("shown", most=20) or "held", visit.text("start", most=18)
    outgoing = act.outgoing(visit.services, visit.who, shown, int(start) if start.isdecimal() else None)
    tabs = [(key, f"{text} {_count(outgoing, key)}".strip(), "", f"{PAGE}?shown={key}") for key, text in _LABELS]
    return visit.page("mirror/writes.html", outgoing=outgoing, shown=shown, tabs=tabs)


@pages.post(f"{PAGE}/retry", act.NEEDED)
def retry_all(visit: Visit) -> Response:
    """Everything that was refused, and what waits, at once."""
    count = act.retry_all(visit.services, visit.who)
    return visit.to(PAGE, f"{count:,} writes are tried again now." if count else "Nothing was to be tried again.")


@pages.post(f"{PAGE}/{{number:int}}/retry", act.NEEDED)
def retry(visit: Visit) -> Response:
    """One."""
    act.retry(visit.services, visit.who, _number(visit))
    return visit.to(_back(visit), "It is tried again now. Reload the page to see what came of it.")


@pages.post(f"{PAGE}/{{number:int}}/drop", act.NEEDED)
def drop(visit: Visit) -> Response:
    """One is not sent; what is over there counts."""
    act.drop(visit.services, visit.who, _number(visit))
    return visit.to(_back(visit), "Dropped: it is not sent, and the record is read again as it is in Dynamics 365.")


def _number(visit: Visit) -> int:
    return int(visit.request.path_params["number"])


def _back(visit: Visit) -> str:
    shown = visit.text("shown", most=20)
    return f"{PAGE}?shown={shown}" if shown in act.SHOWN else PAGE


def _count(outgoing: act.Outgoing, key: str) -> str:
    counts = outgoing.counts
    found = {"held": counts.get("held", 0), "conflicts": counts["conflicts"]}
    found["waiting"] = counts.get("waiting", 0) + counts.get("sending", 0)
    return f"({found[key]:,})" if found.get(key) else ""
