"""Remembers which names DNS gave no answer for, and tells one broken name from a machine without DNS. Asks nothing."""

import threading
import time
from collections.abc import Callable

from leadwright.research.company_names import registered_domain

PAUSE = 60.0  # seconds until a name, or the machine's DNS, is tried again
SEVERAL = 3  # different registered domains without an answer in a row, and none with one in between
_MOST = 10_000  # names remembered


class Outage:
    """One object for all threads. A name without an answer holds up itself alone."""

    def __init__(self, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._broken: dict[str, float] = {}
        self._in_a_row: set[str] = set()
        self._down_until = 0.0
        self._lock = threading.Lock()

    def is_down(self) -> bool:
        """DNS of this machine gave nobody an answer lately; do not ask for any name."""
        with self._lock:
            return self._clock() < self._down_until

    def is_broken(self, name: str) -> bool:
        """This name had no answer lately; do not ask for it again yet."""
        with self._lock:
            return self._clock() < self._broken.get(name.casefold(), 0.0)

    def failed(self, name: str) -> None:
        """DNS gave no answer for this name: neither yes nor no."""
        name = name.casefold()
        with self._lock:
            if len(self._broken) >= _MOST:
                self._broken.clear()
            self._broken[name] = self._clock() + PAUSE
            self._in_a_row.add(registered_domain(name) or name)
            if len(self._in_a_row) >= SEVERAL:
                self._down_until = self._clock() + PAUSE

    def answered(self, name: str) -> None:
        """DNS answered for this name, be it that it does not exist."""
        with self._lock:
            self._broken.pop(name.casefold(), None)
            self._in_a_row.clear()
            self._down_until = 0.0
