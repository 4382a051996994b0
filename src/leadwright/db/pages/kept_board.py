"""Dashboards that take long to count: counted beside the page and kept a minute. Quick ones are counted every time."""

import time
from collections.abc import Callable, Hashable
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as NotYet
from dataclasses import dataclass, field
from threading import Lock

from leadwright.db.pages.dashboard import Dashboard

PATIENCE = 0.2  # seconds a page of a serving installation waits for its figures
FRESH, USABLE = 60.0, 900.0  # seconds: shown without counting; shown while they are counted again
_MOST = 200  # dashboards kept


@dataclass(slots=True)
class _Kept:
    board: Dashboard
    at: float


@dataclass(slots=True)
class KeptBoards:
    """The dashboards of one process. Whoever asks gets the figures, those of a little earlier, or None: come again.

    Args:
        patience: seconds; a count that takes no longer is never kept, so its figures are always of this moment.
    """

    patience: float = 60.0
    clock: Callable[[], float] = time.monotonic
    _kept: dict[Hashable, _Kept] = field(default_factory=dict)
    _counting: dict[Hashable, Future[Dashboard]] = field(default_factory=dict)
    _lock: Lock = field(default_factory=Lock)
    _threads: ThreadPoolExecutor = field(default_factory=lambda: ThreadPoolExecutor(2, "dashboard"))

    def board(self, key: Hashable, count: Callable[[], Dashboard]) -> Dashboard | None:
        """The dashboard of a key, counted now or within the last minutes.

        Args:
            key: reader's reach and period; equal keys count the same rows.
            count: reads it; called in a thread of its own, once however many ask.

        Returns:
            None while the first count of the key goes on for longer than the patience.
        """
        with self._lock:
            kept = self._kept.get(key)
            if kept and self.clock() - kept.at < FRESH:
                return kept.board
            counting = self._counting.get(key)
            if counting is None:
                counting = self._counting[key] = self._threads.submit(self._count, key, count)
        try:
            return counting.result(self.patience)
        except NotYet:
            return kept.board if kept and self.clock() - kept.at < USABLE else None

    def _count(self, key: Hashable, count: Callable[[], Dashboard]) -> Dashboard:
        began = self.clock()
        try:
            board = count()
            with self._lock:
                if self.clock() - began < self.patience:
                    self._kept.pop(key, None)
                else:
                    self._keep(key, board)
            return board
        finally:
            with self._lock:
                self._counting.pop(key, None)

    def _keep(self, key: Hashable, board: Dashboard) -> None:
        while len(self._kept) >= _MOST:
            del self._kept[min(self._kept, key=lambda k: self._kept[k].at)]
        self._kept[key] = _Kept(board, self.clock())
