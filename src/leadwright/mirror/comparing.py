"""Holds ids and ETags of all rows against those seen last: for a forgotten token, and to find what was deleted.

Only rows that differ are read. A row that is not told any more is asked for by its id: one that is gone is deleted
here, one that we may not see stays and is counted as hidden. Gone on with where it was left, however it ended.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from leadwright.db.bulk import one_of
from leadwright.db.mirror import MirrorRow, MirrorTable
from leadwright.mirror.mirror import Page, TrackingRefused
from leadwright.mirror.phases import Phase
from leadwright.mirror.reading import etags_of
from leadwright.mirror.removing import remove
from leadwright.mirror.sides import OVERLAP, Interrupted, Sides, go_on, held_state, read_rows, read_state, store_page
from leadwright.mirror.tables import Mirrored

POLLED_EVERY, TRACKED_EVERY = timedelta(hours=1), timedelta(days=1)
ALL_TOLD = "-"  # as link: every row was told; those that were not are looked for
_CHUNK = 500  # rows asked for by their ids at a time


def begin_compare(sides: Sides, table: Mirrored) -> None:
    """Write down that all rows are to be compared."""
    with sides.database.transaction() as session:
        was = read_state(sides.database, table.name)
        state = held_state(session, table.name, Phase.FOLLOWING, was.began)
        state.phase, state.began, state.link = Phase.COMPARING, sides.clock(), ""


def compare(sides: Sides, table: Mirrored) -> int:
    """Compare what is left to compare. Returns how many rows are others now.

    Raises:
        CrmError: it goes on at the next call.
        Interrupted: as `held_state`.
    """
    changed, followed = 0, set[str]()
    while (state := read_state(sides.database, table.name)).link != ALL_TOLD:
        if state.link:
            go_on(state.link, followed)
        page, tracked = _page(sides, table, state)
        etags = etags_of(table, page.rows)
        passed = state.pass_ if state.link else state.pass_ + 1
        changed += _read_differing(sides, table, etags, passed, state.began)
        _note(sides, table, page, list(etags), passed, state, tracked=tracked)
        if sides.stopping():
            raise Interrupted("The process ends.")
    return changed + _look_for_missing(sides, table)


def _page(sides: Sides, table: Mirrored, state: MirrorTable) -> tuple[Page, bool]:
    """Ids and ETags; with change tracking, where it works, there is a new token on the last page."""
    ids = sides.asked(table, (table.key,))
    tracked = state.tracked if state.link else sides.described[table.name].tracked and not table.only
    if tracked:
        try:
            return sides.mirror.everything(ids, state.link, tracked=True), True
        except TrackingRefused:
            return sides.mirror.everything(ids, tracked=False), False
    return sides.mirror.everything(ids, state.link, tracked=False), False


def _note(
    sides: Sides, table: Mirrored, page: Page, ids: Sequence[str], passed: int, was: MirrorTable, *, tracked: bool
) -> None:
    """Mark the rows that were told, and write down where it goes on."""
    with sides.database.transaction(repeatable=True) as session:
        state = held_state(session, table.name, Phase.COMPARING, was.began)
        _mark(session, table, ids, passed)
        if not tracked and (state.tracked or state.since is None):
            state.since = sides.there() - OVERLAP
        state.pass_, state.tracked, state.link = passed, tracked, page.link or ALL_TOLD
        state.token = page.token or state.token


def _read_differing(
    sides: Sides, table: Mirrored, etags: Mapping[str, str], passed: int, began: datetime | None
) -> int:
    with sides.database.reading() as session:
        known = _known(session, table, list(etags))
    ids = [key for key, etag in etags.items() if known.get(key) != etag]
    changed = 0
    for start in range(0, len(ids), _CHUNK):
        found = sides.mirror.rows(sides.asked(table), ids[start : start + _CHUNK])
        rows = read_rows(sides, table, found.rows)
        with sides.database.transaction() as session:
            held_state(session, table.name, Phase.COMPARING, began)
            changed += store_page(sides, session, table, rows, passed=passed, known=known).changed
        if sides.stopping():
            raise Interrupted("The process ends.")
    return changed


def _known(session: Session, table: Mirrored, ids: Sequence[str]) -> dict[str, str]:
    query = select(MirrorRow.recordid, MirrorRow.etag).where(
        MirrorRow.tablename == table.name, MirrorRow.hidden.is_(False), one_of(session, MirrorRow.recordid, ids)
    )
    return {key: etag for key, etag in session.execute(query)}  # noqa: C416 rows are no pairs to mypy


def _mark(session: Session, table: Mirrored, ids: Sequence[str], passed: int) -> None:
    mine = MirrorRow.tablename == table.name
    statement = update(MirrorRow).where(mine, one_of(session, MirrorRow.recordid, ids)).values(pass_=passed)
    session.execute(statement, execution_options={"synchronize_session": False})


def _look_for_missing(sides: Sides, table: Mirrored) -> int:
    """Rows that were not told: gone, hidden from us, or there after all because they moved between two pages."""
    changed, after = 0, ""
    state = read_state(sides.database, table.name)
    while known := _missing(sides, table, state.pass_, after):
        ids = list(known)
        found = sides.mirror.rows(sides.asked(table), ids)
        rows = read_rows(sides, table, found.rows)
        with sides.database.transaction() as session:
            held_state(session, table.name, Phase.COMPARING, state.began)
            changed += remove(session, table, found.gone) if found.gone else 0
            _hide(session, table, found.hidden)
            if rows.ids:
                changed += store_page(sides, session, table, rows, passed=state.pass_, known=known).changed
        after = ids[-1]
        if sides.stopping():
            raise Interrupted("The process ends.")
    with sides.database.transaction() as session:
        ended = held_state(session, table.name, Phase.COMPARING, state.began)
        ended.phase, ended.link, ended.comparedon = Phase.FOLLOWING, "", sides.clock()
        ended.changedon = sides.clock() if changed else ended.changedon
    return changed


def _missing(sides: Sides, table: Mirrored, passed: int, after: str) -> dict[str, str]:
    query = (
        select(MirrorRow.recordid, MirrorRow.etag)
        .where(MirrorRow.tablename == table.name, MirrorRow.pass_ < passed, MirrorRow.recordid > after)
        .where(MirrorRow.hidden.is_(False))
        .order_by(MirrorRow.recordid)
        .limit(_CHUNK)
    )
    with sides.database.reading() as session:
        return {key: etag for key, etag in session.execute(query)}  # noqa: C416 rows are no pairs to mypy


def _hide(session: Session, table: Mirrored, ids: Sequence[str]) -> None:
    if ids:
        mine = MirrorRow.tablename == table.name
        statement = update(MirrorRow).where(mine, one_of(session, MirrorRow.recordid, ids)).values(hidden=True)
        session.execute(statement, execution_options={"synchronize_session": False})
