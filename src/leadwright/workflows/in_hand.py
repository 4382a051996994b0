"""Which workflows this process works on at this moment, and which it only seems to. Knows no DBOS."""

import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

PATIENCE = 60.0  # seconds in which what was taken from the queue is begun, and what has ended is written down


class InHand:
    """The workflows in hand, each in the thread that works on it."""

    def __init__(self) -> None:
        self._ids: set[str] = set()
        self._ended = threading.Condition()
        self._missed: dict[str, float] = {}  # workflow id -> since when it has been seen not to be in hand

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
                    self._ended.notify_all()

    def wait_for_none(self, timeout: float) -> bool:
        """Wait until none is in hand. False: some still are after so many seconds."""
        with self._ended:
            return self._ended.wait_for(lambda: not self._ids, timeout)

    def lost(self, believed: Iterable[str]) -> list[str]:
        """Of those that are written down as ours, the ones that nobody here has worked on for a while, each told once.

        They ended, or were never begun, while the database could keep nothing, as on a full disk.
        """
        moment = time.monotonic()
        with self._ended:
            missing = set(believed) - self._ids
        self._missed = {id_: self._missed.get(id_, moment) for id_ in missing}
        lost = [id_ for id_, since in self._missed.items() if moment - since >= PATIENCE]
        for id_ in lost:
            del self._missed[id_]
        return lost
