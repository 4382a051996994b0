"""What changed over there comes in: by token where change tracking works, else by the time rows were modified."""

from leadwright.microsoft.errors import TokenExpired
from leadwright.mirror.mirror import TrackingRefused
from leadwright.mirror.phases import Phase
from leadwright.mirror.sides import OVERLAP, Interrupted, Sides, go_on, held_state, read_rows, read_state, take_page
from leadwright.mirror.tables import Mirrored

FORGOTTEN = "Dynamics 365 had forgotten where we were, so all rows were compared. Nothing is lost."
NO_TRACKING = "Change tracking does not work for this table any more, so it is polled and all rows are compared."


def follow(sides: Sides, table: Mirrored) -> int:
    """Bring in what changed since the last time. Returns how many rows are others now.

    Raises:
        CrmError: it is asked again; a page that was stored stays, and is not stored twice.
        Interrupted: as `held_state`.
    """
    state = read_state(sides.database, table.name)
    if not state.tracked:
        return _poll(sides, table)
    try:
        return _track(sides, table)
    except TokenExpired:
        _compare_next(sides, table, FORGOTTEN, tracked=True)
    except TrackingRefused:
        _compare_next(sides, table, NO_TRACKING, tracked=False)
    return 0


def _track(sides: Sides, table: Mirrored) -> int:
    state = read_state(sides.database, table.name)
    asked, link, changed = sides.asked(table), "", 0
    followed: set[str] = set()
    while True:
        page = sides.mirror.changed(asked, state.token, link)
        rows = read_rows(sides, table, page.rows)
        if rows.ids or page.removed or not page.link:
            with sides.database.transaction() as session:
                now = held_state(session, table.name, Phase.FOLLOWING, state.began)
                taken = take_page(sides, session, table, rows, page.removed)
                changed += taken
                now.changedon = sides.clock() if taken else now.changedon
                if not page.link:
                    now.token = page.token or now.token
        if not page.link:
            return changed
        if sides.stopping():
            raise Interrupted("The process ends.")
        link = go_on(page.link, followed)


def _poll(sides: Sides, table: Mirrored) -> int:
    state = read_state(sides.database, table.name)
    asked, link, changed = sides.asked(table), "", 0
    followed: set[str] = set()
    since = state.since or sides.there() - OVERLAP
    until = sides.there() - OVERLAP
    while True:
        page = sides.mirror.modified(asked, since, link)
        rows = read_rows(sides, table, page.rows)
        with sides.database.transaction() as session:
            now = held_state(session, table.name, Phase.FOLLOWING, state.began)
            taken = take_page(sides, session, table, rows, [])
            changed += taken
            now.changedon = sides.clock() if taken else now.changedon
            if not page.link:
                now.since = max(since, until)
        if not page.link:
            return changed
        if sides.stopping():
            raise Interrupted("The process ends.")
        link = go_on(page.link, followed)


def _compare_next(sides: Sides, table: Mirrored, why: str, *, tracked: bool) -> None:
    """All rows are compared before anything else, from now on."""
    with sides.database.transaction() as session:
        was = read_state(sides.database, table.name)
        state = held_state(session, table.name, Phase.FOLLOWING, was.began)
        state.phase, state.began, state.link = Phase.COMPARING, sides.clock(), ""
        state.tracked, state.since = tracked, sides.there() - OVERLAP
        state.trouble, state.troubledon = why, sides.clock()
