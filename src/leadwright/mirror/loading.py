"""The first load of a table: all rows, several pages at a time, gone on with where it was left however it ended.

A small table is read as it comes. A large one is cut into stretches of time by when rows were created, at first into
one for each hand from the oldest row until now; what is left of one that holds more than a page is cut into as many as
it seems to hold pages. All ids are read once, for the token: it tells what changed since the first page of ids, so no
row is read before that page, and the others follow when every row has been asked for.
The pages that came and what is left to read are stored in one transaction, by one thread: pages wait for it, a bounded
number of them, so the memory used does not grow.
"""

from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from math import ceil

from leadwright.domain.attributes import Attribute
from leadwright.microsoft.errors import UnknownName
from leadwright.mirror.mirror import Asked, Page, Raw, Stretch, TrackingRefused
from leadwright.mirror.phases import Phase
from leadwright.mirror.reading import Rows, moment, read
from leadwright.mirror.sides import OVERLAP, Interrupted, Sides, go_on, held_state, read_state, store_page
from leadwright.mirror.tables import Mirrored

ALL, OLDEST, STRETCH, IDS = "all", "oldest", "stretch", "ids"
Part = dict[str, str]
"""What is left to read: all rows as they come, a stretch of them, or all ids for the token; `link` where it goes on.
Of the oldest row only its age is read, to cut what there is into stretches."""
_LEAST = timedelta(seconds=2)  # a stretch is not cut shorter
_ROOM = 1.05  # pieces to a page that seems to be left: a little under a page each, so that one question reads it
_TOGETHER = 2  # pages stored in one transaction, at most; the next ones are read meanwhile


@dataclass(frozen=True, slots=True)
class _Read:
    part: Part
    page: Page
    rows: Rows
    first: str
    last: str
    rest: list[Part] = field(default_factory=list)  # what is left of the part after this page


def begin_load(sides: Sides, table: Mirrored, total: int | None) -> None:
    """Write down that all rows are to be read, and how.

    Args:
        total: rows over there, as far as that is known.
    """
    tracked = sides.described[table.name].tracked and not table.only
    if total is not None and total > table.page and "createdon" in table.columns:
        parts = [*([_part(IDS)] if tracked else []), _part(OLDEST)]
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
        UnknownName: a column is gone. Links ask for it for ever, so the load is to be begun anew.
        Interrupted: it goes on, or begins anew, at the next call.
    """
    state = read_state(sides.database, table.name)
    work = _Load(sides, table, state.began, state.tracked, again=state.anew, every=state.loadedon is not None)
    try:
        work.run(list(state.parts))
    except UnknownName:
        with sides.database.transaction() as session:
            held_state(session, table.name, Phase.LOADING, state.began).phase = Phase.WAITING
        raise


class _Load:
    def __init__(
        self, sides: Sides, table: Mirrored, began: datetime | None, tracked: bool, *, again: bool, every: bool
    ) -> None:
        self._sides, self._table, self._began, self._tracked = sides, table, began, tracked
        self._how = {"again": again, "every": every}
        self._asked, self._own = sides.asked(table), sides.own(table)
        self._ids = Asked(table, self._asked.entity_set, (table.key,))
        self._oldest = Asked(replace(table, page=1), self._asked.entity_set, (table.key, "createdon"))
        self._most = max(1, sides.most_at_once)
        self._followed: set[str] = set()

    def run(self, parts: list[Part]) -> None:
        running: dict[Future[_Read], Part] = {}
        waiting, ready = parts, list[_Read]()
        with ThreadPoolExecutor(self._most, thread_name_prefix="leadwright-mirror") as pool:
            try:
                self._ask(pool, running, waiting, ready)
                while running or waiting or ready:
                    if self._sides.stopping():
                        raise Interrupted("The process ends.")
                    done, _ = wait(running, timeout=0.0 if ready else 1.0, return_when=FIRST_COMPLETED)
                    for future in done:
                        ready += self._take(future, running.pop(future), running, waiting)
                    self._ask(pool, running, waiting, ready)
                    now, ready = ready[:_TOGETHER], ready[_TOGETHER:]
                    if now or done:
                        self._store(now, _left(running.values(), waiting, ready))
            finally:
                for future in running:
                    future.cancel()
        self._finish()

    def _ask(
        self, pool: ThreadPoolExecutor, running: dict["Future[_Read]", Part], waiting: list[Part], ready: list[_Read]
    ) -> None:
        """Ask for what waits: the line is not idle while pages are stored, and pages that came do not pile up."""
        while waiting and len(running) < self._most and len(running) + len(ready) < 2 * self._most:
            if waiting[0]["kind"] != OLDEST and any(map(_begins_ids, running.values())):
                return
            part = waiting.pop(0)
            running[pool.submit(self._fetch, part)] = part

    def _take(
        self, future: "Future[_Read]", part: Part, running: dict["Future[_Read]", Part], waiting: list[Part]
    ) -> list[_Read]:
        """A page that came; what comes after it waits to be asked for before it is stored."""
        try:
            came = future.result()
        except TrackingRefused:
            self._tracked = False
            self._followed.clear()
            if part["kind"] == ALL:
                waiting.append(_part(ALL))
            return []
        came.rest.extend(_rest(came, self._most, self._sides.there()))
        for rest in came.rest:
            if rest["link"]:
                go_on(rest["link"], self._followed)
        if part["kind"] == IDS:
            waiting += came.rest
        else:
            waiting[:0] = came.rest
        return [came]

    def _fetch(self, part: Part) -> _Read:
        mirror, kind = self._sides.mirror, part["kind"]
        if kind == STRETCH:
            page = mirror.stretch(self._asked, Stretch(part["start"], part["end"], part["link"]))
        elif kind == OLDEST:
            page = mirror.stretch(self._oldest, Stretch())
            return _Read(part, Page([]), _none(self._table, self._own), _created(page.rows, 0), "")
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
            if state.loadedon is None and all(part["kind"] == IDS for part in left):
                state.loadedon = self._sides.clock()  # every row is here; the token is still to come

    def _finish(self) -> None:
        """All rows are here. After a load that was not the first, what is here too much is looked for."""
        with self._sides.database.transaction() as session:
            state = held_state(session, self._table.name, Phase.LOADING, self._began)
            again = self._how["every"]
            state.phase = Phase.COMPARING if again else Phase.FOLLOWING
            state.tracked = state.tracked and bool(state.token)
            state.loadedon = state.loadedon or self._sides.clock()
            state.comparedon = state.readon = self._sides.clock()
            state.parts, state.link, state.anew = [], "", False
            if again:
                state.began = self._sides.clock()


def _part(kind: str, start: str = "", end: str = "", link: str = "") -> Part:
    return {"kind": kind, "start": start, "end": end, "link": link}


def _begins_ids(part: Part) -> bool:
    return part["kind"] == IDS and not part["link"]


def _left(running: Iterable[Part], waiting: Iterable[Part], ready: Sequence[_Read]) -> list[Part]:
    """What is still to be read if the process dies now: of pages that came and are not stored, the part they are of."""
    covered = {id(part) for came in ready for part in came.rest}
    return [part for part in (*running, *waiting, *(came.part for came in ready)) if id(part) not in covered]


def _rest(came: _Read, most: int, there: datetime) -> list[Part]:
    """What is left of a part after a page: the part itself, or pieces of a page each, if it is as dense as this one."""
    part, link = came.part, came.page.link
    if part["kind"] == OLDEST:
        begun = moment(came.first)
        return _divided(begun, there, most, "", "") if begun is not None else [_part(STRETCH)]
    if not link:
        return []
    if part["kind"] == STRETCH:
        pieces = _cut(came.first, came.last, part["end"], most, there)
        if len(pieces) > 1:
            return pieces
    return [{**part, "link": link}]


def _cut(first: str, last: str, end: str, most: int, there: datetime) -> list[Part]:
    """Stretches of the same length after a page of rows from `first` to `last`, which is read once more."""
    begun, low, high = moment(first), moment(last), moment(end) if end else there
    if begun is None or low is None or high is None or begun >= low:
        return []
    return _divided(low, high, min(most, ceil((high - low) / (low - begun) * _ROOM)), last, end)


def _divided(low: datetime, high: datetime, pieces: int, start: str, end: str) -> list[Part]:
    """Stretches of the same length; the first and the last reach to `start` and `end`, however far these are."""
    pieces = max(1, min(pieces, int((high - low) / _LEAST)))
    marks = [_written(low + (high - low) * n / pieces) for n in range(1, pieces)]
    return [_part(STRETCH, low, high) for low, high in zip([start, *marks], [*marks, end], strict=True)]


def _written(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _created(rows: Sequence[Raw], place: int) -> str:
    return str(rows[place].get("createdon") or "") if rows else ""


def _none(table: Mirrored, own: Mapping[str, Attribute]) -> Rows:
    return read(table, [], own)
