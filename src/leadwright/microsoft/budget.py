"""Service-protection limits of Dataverse, kept by all workers of the installation together through one row.

Each user of an organisation may send 6,000 requests and use 1,200 seconds of execution in any 300 seconds, and have 52
requests open. A worker takes leave for some requests at a time, so that the row is not asked before each one; they have
to begin within five seconds, and count for 305. Places for open requests are shared out evenly among the workers that
are at work.
"""

import threading
import time
import weakref
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from math import ceil
from typing import Any

import structlog
from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from leadwright.db.base import new_id
from leadwright.db.connection import DYNAMICS365, CrmBudget
from leadwright.db.engine import Database, before_commit
from leadwright.errors import Busy, Conflict, LeadwrightError
from leadwright.microsoft.answers import Answer
from leadwright.microsoft.errors import Throttled

WINDOW, LIFE = 300.0, 5.0  # seconds
REQUESTS, SECONDS, AT_ONCE = 5_700, 1_100.0, 40  # below what is allowed; a worker that comes late gets one place more
_MOST_LEAVE = 64  # requests taken at a time
_SEAT_LIFE = 90.0  # seconds after which the places of a killed worker are free
_LOOK_AGAIN = 0.25  # seconds
_SKEW = 300.0  # seconds by which clocks may differ; what was noted further ahead was noted by one that was wrong
_log = structlog.get_logger(__name__)
_NOTE_EVERY = 10.0  # seconds between two notes that the organisation was reached


class SharedBudget:
    """Leave to send, for the threads of this process, in step with all other processes on the database.

    Args:
        requests: and `seconds`, `at_once`: the limits to stay below.
        clock: seconds since 1970, the same on all machines but for a second or so.
    """

    def __init__(
        self,
        database: Database,
        *,
        requests: int = REQUESTS,
        seconds: float = SECONDS,
        at_once: int = AT_ONCE,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._store, self._clock = weakref.ref(database), clock
        self._requests, self._seconds, self._at_once = requests, seconds, at_once
        self._me = new_id()
        self._turn = threading.Condition()
        self._leave, self._leave_until, self._block = 0, 0.0, 1
        self._seats, self._running = 0, 0
        self._took = 0.0  # seconds of execution not told to the row yet
        self._noted, self._told = 0.0, ("", 0.0)

    def enter(self, patience: float) -> None:
        """Wait for leave to send one request.

        Raises:
            Throttled: it would take longer than `patience` seconds.
        """
        ends = time.monotonic() + patience
        with self._turn:
            while True:
                wait = self._try_enter()
                if wait <= 0:
                    return
                left = ends - time.monotonic()
                if wait > left and (wait > _LOOK_AGAIN or left <= 0):
                    raise Throttled(
                        f"Dynamics 365 may be asked again in {ceil(wait)} seconds: what it allows in five minutes is "
                        "used up, or it asked us to wait. It goes on by itself.",
                        code="budget",
                        status=429,
                        retry_after=wait,
                        installation=True,
                    )
                self._turn.wait(min(wait, _LOOK_AGAIN))

    def leave(self, seconds: float, answer: Answer | None) -> None:
        """The request took so long."""
        with self._turn:
            self._running -= 1
            self._took += seconds
            self._turn.notify()
            now = self._clock()
            if answer is None or now - self._noted < _NOTE_EVERY:
                return
            self._noted = now
        self._note(lambda row: setattr(row, "reachedon", datetime.fromtimestamp(now, UTC)))

    def pause(self, seconds: float, reason: str) -> None:
        """Nobody sends anything for so long: 429 was answered."""
        now = self._clock()
        until = datetime.fromtimestamp(now + seconds, UTC)

        def paused(row: CrmBudget) -> None:
            if _pause_left(row, now) < seconds:
                row.pauseduntil, row.pausereason = until, reason[:200]
            row.throttled = [*[at for at in row.throttled if now - 3600 < at <= now + _SKEW][-999:], round(now)]

        with self._turn:
            self._leave = 0
            self._note(paused)

    def note_error(self, sentence: str) -> None:
        """What goes wrong for every call, for the health page; the same again is noted every ten seconds."""
        now = self._clock()
        with self._turn:
            if sentence == self._told[0] and now - self._told[1] < _NOTE_EVERY:
                return
            self._told = (sentence, now)
        at = datetime.fromtimestamp(now, UTC)

        def told(row: CrmBudget) -> None:
            row.lasterror, row.lasterroron = sentence[:500], at

        self._note(told)

    def _note(self, change: Callable[[CrmBudget], None]) -> None:
        """Change the row, if it can be had: the request is done by then, and its answer must not be lost for a note."""
        try:
            with self._writing() as session:
                change(_row(session))
        except (LeadwrightError, SQLAlchemyError) as error:
            _log.warning("budget not noted", error=type(error).__name__)

    @contextmanager
    def _writing(self) -> Iterator[Session]:
        """A transaction that says nothing of what the request it runs in did."""
        marked = before_commit.set(None)
        try:
            with self._database.transaction(repeatable=True) as session:
                yield session
        finally:
            before_commit.reset(marked)

    @property
    def _database(self) -> Database:
        """The store; held weakly, because the open lines of a database are kept under it."""
        found = self._store()
        if found is None:
            raise Conflict("The database was closed.")
        return found

    def _try_enter(self) -> float:
        """0: entered; else seconds to wait."""
        now = self._clock()
        if self._leave <= 0 or now >= self._leave_until:
            try:
                wait = self._take(now)
            except Busy:  # others write; nothing was taken
                return _LOOK_AGAIN
            if wait > 0:
                return wait
        if self._running >= self._seats:
            return _LOOK_AGAIN
        self._leave -= 1
        self._running += 1
        return 0.0

    def _take(self, now: float) -> float:
        """Take leave for some requests; 0 when there is some, else seconds to wait."""
        used_up = self._leave <= 0 and now < self._leave_until
        self._block = min(self._block * 2, _MOST_LEAVE) if used_up else 1
        with self._writing() as session:
            row = _row(session)
            used = [one for one in row.used if now - WINDOW - LIFE < one[0] <= now + _SKEW]
            paused = _pause_left(row, now)
            free, wait = self._free(used, now)
            granted = 0 if paused > 0 else min(self._block, free)
            row.used = _added(used, now, granted, self._took)
            row.seats, self._seats = self._seated(row.seats, now)
        self._took = 0.0
        self._leave, self._leave_until = granted, now + LIFE
        if granted and self._seats:
            return 0.0
        return max(paused, wait if not free else 0.0, 0.05)

    def _free(self, used: list[Any], now: float) -> tuple[int, float]:
        """Requests that may be sent now; when there are none, seconds until there are."""
        free = self._requests - sum(one[1] for one in used)
        spent = self._took + sum(one[2] for one in used)
        if free > 0 and spent < self._seconds:
            return free, 0.0
        for at, requests, seconds in used:
            free, spent = free + requests, spent - seconds
            if free > 0 and spent < self._seconds:
                return 0, max(0.05, at + WINDOW + LIFE - now)
        return 0, WINDOW

    def _seated(self, seats: dict[str, Any], now: float) -> tuple[dict[str, Any], int]:
        """Places for open requests: an even share, as far as the others have given theirs back."""
        ends = now + _SEAT_LIFE
        others = {name: seat for name, seat in seats.items() if name != self._me and now < seat[1] <= ends + _SKEW}
        share = max(1, self._at_once // (len(others) + 1))
        free = self._at_once - sum(seat[0] for seat in others.values())
        mine = max(min(share, free, max(8, 2 * self._running)), self._running, 1)
        return {**others, self._me: [mine, ends]}, mine


def _row(session: Session) -> CrmBudget:
    query = select(CrmBudget).where(CrmBudget.budgetid == DYNAMICS365).with_for_update()
    found = session.scalar(query)
    if found is not None:
        return found
    insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    values = {"budgetid": DYNAMICS365, "used": [], "seats": {}, "throttled": []}
    session.execute(insert(CrmBudget).values(values).on_conflict_do_nothing())
    return session.scalars(query).one()


def _pause_left(row: CrmBudget, now: float) -> float:
    """Seconds for which nobody sends anything. With each pause it is noted when it was asked for."""
    if row.pauseduntil is None or max(row.throttled, default=now) > now + _SKEW:
        return 0.0
    return row.pauseduntil.timestamp() - now


def _added(used: list[Any], now: float, requests: int, seconds: float) -> list[Any]:
    """One more entry; those of the same second are one."""
    if not requests and not seconds:
        return used
    at = int(now) + 1
    if used and used[-1][0] == at:
        return [*used[:-1], [at, used[-1][1] + requests, round(used[-1][2] + seconds, 3)]]
    return [*used, [at, requests, round(seconds, 3)]]
