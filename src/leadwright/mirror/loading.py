"""The first load of a table: all rows, several pages at a time, gone on with where it was left however it ended.

A small table is read as it comes. A large one is cut into stretches of time by when rows were created; where a
stretch holds more than a page and nobody else has work, what is left of it is cut again. Beside it all ids are read
once, for the token that tells what changes from that moment on. The pages that came and what is left to read are stored
in one transaction, by one thread: pages wait for it, a bounded number of them, so the memory used does not grow.
"""

from collections.abc import Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from leadwright.domain.attributes import Attribute
from leadwright.mirror.mirror import Asked, Page, Raw, Stretch, TrackingRefused
from leadwright.mirror.phases import Phase
from leadwright.mirror.reading import Rows, moment, read
from leadwright.mirror.sides import OVERLAP, Interrupted, Sides, held_state, read_state, store_page
from leadwright.mirror.tables import Mirrored

ALL, STRETCH, IDS = "all", "stretch", "ids"
Part = dict[str, str]
"""What is left to read: all rows as they come, a stretch of them, or all ids for the token; `link` where it goes on."""
_LEAST = timedelta(seconds=2)  # a stretch is not cut shorter


@dataclass(frozen=True, slots=True)
class _Read:
    part: Part
    page: Page
    rows: Rows
    first: str
    last: str


def begin_load(sides: Sides, table: Mirrored, total: int | None) -> None:
    """Write down that all rows are to be read, and how.

    Args:
        total: rows over there, as far as that is known.
    """
    tracked = sides.described[table.name].tracked and not table.only
    if total is not None and total > table.page and "createdon" in table.columns:
        parts = [_part(STRETCH), *([_part(IDS)] if tracked else [])]
    else:
        parts = [_part(ALL)]
    with sides.database.transaction() as session:
        state = session.merge(read_state(sides.database, table.name))
        state.phase, state.began, state.parts = Phase.LOADING, sides.clock(), parts
        state.tracked, state.since, state.token = tracked, sides.there() - OVERLAP, ""
        state.stored, state.total, state.link = 0, total, ""
        state.columns = list(sides.asked(table).names)


def load(sides: Sides, table: Mirrored) -> None:
    """Read what is left to read.

    Raises:
        CrmError: a page cannot be read; what was read is stored, and the next call goes on.
        Interrupted: it goes on, or begins anew, at the next call.
    """
    state = read_state(sides.database, table.name)
    work = _Load(sides, table, state.began, state.tracked, again=state.anew, every=state.loadedon is not None)
    work.run(list(state.parts))


class _Load:
    def __init__(
        self, sides: Sides, table: Mirrored, began: datetime | None, tracked: bool, *, again: bool, every: bool
    ) -> None:
        self._sides, self._table, self._began, self._tracked = sides, table, began, tracked
        self._how = {"again": again, "every": every}
        self._asked, self._own = sides.asked(table), sides.own(table)
        self._ids = Asked(table, self._asked.entity_set, (table.key,))
        self._most = max(1, sides.most_at_once)

    def run(self, parts: list[Part]) -> None:
        with ThreadPoolExecutor(self._most, thread_name_prefix="leadwright-mirror") as pool:
            running: dict[Future[_Read], Part] = {}
            waiting = parts
            try:
                self._ask(pool, running, waiting, self._most)
                while running or waiting:
                    if self._sides.stopping():
                        raise Interrupted("The process ends.")
                    done, _ = wait(running, timeout=1.0, return_when=FIRST_COMPLETED)
                    came = [self._take(future, running.pop(future), running, waiting) for future in done]
                    self._ask(pool, running, waiting, max(2, self._most + 1 - len(came)))
                    if came:
                        self._store([one for one in came if one], [*running.values(), *waiting])
            finally:
                for future in running:
                    future.cancel()
        self._finish()

    def _ask(
        self, pool: ThreadPoolExecutor, running: dict["Future[_Read]", Part], waiting: list[Part], most: int
    ) -> None:
        """Ask for what waits; for the less, the more pages came at once: then storing is what takes the time."""
        while waiting and len(running) < min(most, self._most):
            part = waiting.pop(0)
            running[pool.submit(self._fetch, part)] = part

    def _take(
        self, future: "Future[_Read]", part: Part, running: dict["Future[_Read]", Part], waiting: list[Part]
    ) -> "_Read | None":
        """A page that came; what comes after it is asked for before it is stored: the line is not idle meanwhile."""
        try:
            came = future.result()
        except TrackingRefused:
            self._tracked = False
            if part["kind"] == ALL:
                waiting.append(_part(ALL))
            return None
        idle = self._most - 1 - len(running) - len(waiting)
        waiting[:0] = _rest(came, idle, self._sides.there())
        return came

    def _fetch(self, part: Part) -> _Read:
        mirror, kind = self._sides.mirror, part["kind"]
        if kind == STRETCH:
            page = mirror.stretch(self._asked, Stretch(part["start"], part["end"], part["link"]))
        elif kind == IDS:
            page = mirror.everything(self._ids, part["link"], tracked=True)
            return _Read(part, Page([], [], page.link, page.token), _none(self._table, self._own), "", "")
        else:
            page = mirror.everything(self._asked, part["link"], tracked=self._tracked)
        first, last = (_created(page.rows, place) for place in (0, -1))
        rows = read(self._table, page.rows, self._own)
        return _Read(part, Page([], page.removed, page.link, page.token), rows, first, last)

    def _store(self, pages: Sequence[_Read], left: Sequence[Part]) -> None:
        """Store what came, and what is left to read, together."""
        with self._sides.database.transaction(repeatable=True) as session:
            state = held_state(session, self._table.name, Phase.LOADING, self._began)
            for came in pages:
                if came.rows.ids:
                    store_page(self._sides, session, self._table, came.rows, loading=True, **self._how)
                    state.stored += len(came.rows.ids)
                    state.changedon = self._sides.clock()
                state.token = came.page.token or state.token
            state.parts, state.tracked = list(left), self._tracked
            state.failures, state.trouble = 0, ""

    def _finish(self) -> None:
        """All rows are here. After a load that was not the first, what is here too much is looked for."""
        with self._sides.database.transaction() as session:
            state = held_state(session, self._table.name, Phase.LOADING, self._began)
            again = state.loadedon is not None
            state.phase = Phase.COMPARING if again else Phase.FOLLOWING
            state.tracked = state.tracked and bool(state.token)
            state.loadedon = state.loadedon or self._sides.clock()
            state.comparedon = state.readon = self._sides.clock()
            state.parts, state.link, state.anew = [], "", False
            if again:
                state.began = self._sides.clock()


def _part(kind: str, start: str = "", end: str = "", link: str = "") -> Part:
    return {"kind": kind, "start": start, "end": end, "link": link}


def _rest(came: _Read, idle: int, there: datetime) -> list[Part]:
    """What is left of a part after a page: the part itself, or pieces of it where hands are idle."""
    part, link = came.part, came.page.link
    if not link:
        return []
    if part["kind"] == STRETCH and idle > 0 and came.first < came.last:
        pieces = _cut(came.last, part["end"], idle + 1, there)
        if len(pieces) > 1:
            return pieces
    return [{**part, "link": link}]


def _cut(start: str, end: str, pieces: int, there: datetime) -> list[Part]:
    """Stretches of the same length. The row at `start` is read once more, which does no harm."""
    low, high = moment(start), moment(end) if end else there
    if low is None or high is None:
        return []
    pieces = min(pieces, int((high - low) / _LEAST))
    if pieces < 2:
        return []
    marks = [_written(low + (high - low) * n / pieces) for n in range(pieces)]
    return [_part(STRETCH, low, high) for low, high in zip([start, *marks[1:]], [*marks[1:], end], strict=True)]


def _written(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _created(rows: Sequence[Raw], place: int) -> str:
    return str(rows[place].get("createdon") or "") if rows else ""


def _none(table: Mirrored, own: Mapping[str, Attribute]) -> Rows:
    return read(table, [], own)
