"""How the model may be used now, by the day's caps and what was paid since midnight UTC. Asked before each call."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

from leadwright.db.base import now
from leadwright.db.engine import Database
from leadwright.db.recent import Recent
from leadwright.db.spending import limits, midnight, spent_since
from leadwright.domain.spending import AtCap, Level, Limits, Spent, level_of
from leadwright.errors import ModelError

_LASTS = timedelta(seconds=1)


class Spending:
    """Safe to use from many threads. Calls of other processes count as soon as they are journalled."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._known = Recent[tuple[Limits, Spent]](_LASTS, most=1)
        self._lock = threading.Lock()
        self._under_way = 0

    def level(self) -> Level:
        """Free, economy, or capped with the built-in analyst as the stand-in.

        Raises:
            ModelError: a cap is reached and the work is to wait; passing, and the same for every lead.
        """
        wanted, spent = self._known.get("day", now(), self._read)
        level = level_of(wanted, spent, self._under_way)
        if level is Level.CAPPED and wanted.at_cap is AtCap.PAUSE:
            moment = now()
            seconds = (midnight(moment.date()) + timedelta(days=1) - moment).total_seconds()
            raise ModelError(
                f"Today's cap of the model is reached: {spent.tokens:,} tokens, {spent.dollars:.2f} US dollars. The "
                "work goes on after midnight UTC; an administrator can raise the cap on the page Usage.",
                permanent=False,
                installation=True,
                retry_after=seconds,
            )
        return level

    @contextmanager
    def call(self) -> Iterator[None]:
        """Count a call while it is under way, so that many at once do not pass the cap together."""
        with self._lock:
            self._under_way += 1
        try:
            yield
        finally:
            with self._lock:
                self._under_way -= 1

    def _read(self) -> tuple[Limits, Spent]:
        with self._database.reading() as session:
            wanted = limits(session)
            if wanted.tokens is None and wanted.dollars is None:
                return wanted, Spent()
            return wanted, spent_since(session, midnight(now().date()))
