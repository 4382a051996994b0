"""The notifications of the person signed in, by kind, and how they are told of them by mail."""

from starlette.responses import Response

from leadwright.actions import notifications as act
from leadwright.db.pages.notifications import newest, unread_by_kind
from leadwright.domain.notices import HOW_LABELS, LABELS, Kind, kind_of
from leadwright.errors import BadInput
from leadwright.web.security import SIGNED_IN
from leadwright.web.visit import Pages, Visit, local_path

pages = Pages()


@pages.get("/notifications", SIGNED_IN)
def notifications(visit: Visit) -> Response:
    """The newest hundred, unread first; of one kind when asked."""
    kind = visit.text("kind", most=30)
    if kind and kind not in set(Kind):
        raise BadInput("There is no such kind of news. Choose one of the tabs.", field="kind")
    with visit.services.database.reading() as session:
        rows, unread = newest(session, visit.who.id), unread_by_kind(session, visit.who.id)
    shown = [row for row in rows if not kind or kind_of(row.lw_key) == kind]
    return visit.page(
        "notifications.html",
        rows=shown,
        kind=kind,
        tabs=_tabs(unread, {kind_of(row.lw_key) for row in rows}),
        labels=LABELS,
        kinds={row.appnotificationid: LABELS[kind_of(row.lw_key)] for row in shown},
        ways=list(HOW_LABELS.items()),
        choices=act.choices(visit.services, visit.who),
    )


@pages.post("/notifications/read", SIGNED_IN)
def read(visit: Visit) -> Response:
    """Mark one as read and go where it leads, or all of them."""
    link = act.mark_read(visit.services, visit.who, visit.text("id") or None)
    return visit.to(local_path(link or "/notifications"))


@pages.post("/notifications/choices", SIGNED_IN)
def choose(visit: Visit) -> Response:
    """Of which kinds a mail tells, and when."""
    chosen = {str(kind): visit.text(str(kind), most=10) for kind in Kind if str(kind) in visit.form}
    act.choose(visit.services, visit.who, chosen)
    return visit.to("/notifications", "Saved.")


def _tabs(unread: dict[Kind, int], present: set[Kind]) -> list[tuple[str, str, str, str]]:
    kinds = [kind for kind in Kind if kind in present or unread.get(kind)]
    tabs = [("", f"All: {sum(unread.values())} unread", "bell", "/notifications")]
    for kind in kinds:
        count = f": {unread[kind]} unread" if unread.get(kind) else ""
        tabs.append((str(kind), LABELS[kind] + count, "", f"/notifications?kind={kind}"))
    return tabs
