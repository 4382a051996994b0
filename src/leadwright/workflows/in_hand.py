"""Which workflows this process works on at this moment, and which ended here unnoticed. Knows no DBOS."""

import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

PATIENCE = 60.0  # seconds in which what has ended is written down


class InHand:
    """The workflows in hand, each in the thread that works on it."""

    def __init__(self) -> None:
        self._ids: set[str] = set()
        self._ended = threading.Condition()
        self._over: dict[str, float] = {}  # workflow id -> when it ended, for a while

    @contextmanager
    def take(self, workflow_id: str) -> Iterator[bool]:
        """Work on it. False: another thread does already."""
        with self._ended:
            mine = workflow_id not in self._ids
            self._ids.add(workflow_id)
        try:
            yield mine
        finally:
            if mine:
                with self._ended:
                    self._ids.remove(workflow_id)
                    self._over[workflow_id] = time.monotonic()
                    self._ended.notify_all()

    def wait_for_none(self, timeout: float) -> bool:
        """Wait until none is in hand. False: some still are after so many seconds."""
        with self._ended:
            return self._ended.wait_for(lambda: not self._ids, timeout)

    def lost(self, believed: Iterable[str]) -> list[str]:
        """Of those that are written down as ours, the ones that ended here a while ago; told until `see_to` them.

        The database could not keep their end, as on a full disk. What only waits to be begun is not lost, however long.
        """
        before = time.monotonic() - PATIENCE
        with self._ended:
            over = {id_ for id_, at in self._over.items() if at <= before}
            lost = over.intersection(believed) - self._ids
            for id_ in over - lost:
                del self._over[id_]
        return sorted(lost)

    def see_to(self, ids: Iterable[str]) -> None:
        """They are done again: not lost any more."""
        with self._ended:
            for id_ in ids:
                self._over.pop(id_, None)
