"""The clock of a rehearsal: weeks pass in seconds, because the driver jumps from one due moment to the next."""

import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from leadwright.errors import BadInput

WEEKS = timedelta(days=21)
_MONDAY, _FRIDAY = 0, 4
_MORNING = 12  # UTC: the working day begins on the east coast of the United States


class VirtualClock:
    """Call it for the present moment, aware UTC. Stands still between jumps until `run` is called. Thread-safe.

    Args:
        start: where it begins, aware.
        ticks: seconds of real time, for `run`; only their differences count.

    Raises:
        BadInput: `start` has no time zone.
    """

    def __init__(self, start: datetime, ticks: Callable[[], float] = time.monotonic) -> None:
        if start.tzinfo is None:
            raise BadInput("A clock needs a start with its time zone.", field="start")
        self._moment = start.astimezone(UTC)
        self._ticks = ticks
        self._since: float | None = None
        self._lock = threading.Lock()

    def __call__(self) -> datetime:
        """The present moment."""
        with self._lock:
            return self._present()

    def advance_to(self, moment: datetime) -> datetime:
        """Jump to a later moment; an earlier one changes nothing. Gives the present moment."""
        with self._lock:
            present = self._present()
            self._moment = max(present, moment.astimezone(UTC))
            self._since = None if self._since is None else self._ticks()
            return self._moment

    def run(self) -> None:
        """From now on real time passes as well, as when a person plays along. Safe to repeat."""
        with self._lock:
            self._moment, self._since = self._present(), self._ticks()

    def halt(self) -> None:
        """Stand still again between jumps."""
        with self._lock:
            self._moment, self._since = self._present(), None

    def _present(self) -> datetime:
        if self._since is None:
            return self._moment
        return self._moment + timedelta(seconds=max(0.0, self._ticks() - self._since))


def rehearsal_start(real_now: datetime) -> datetime:
    """The last Monday or Friday morning that lies at least three weeks before `real_now` (aware)."""
    moment = real_now.astimezone(UTC) - WEEKS
    morning = moment.replace(hour=_MORNING, minute=0, second=0, microsecond=0)
    while morning > moment or morning.weekday() not in (_MONDAY, _FRIDAY):
        morning -= timedelta(days=1)
    return morning
