"""Does somebody serve the link to unsubscribe? Each `leadwright serve` gives a sign of life, and who sends looks.

The public address is not asked: many networks cannot reach their own from inside. A sign that changes is life, whatever
the clocks say; where none was ever given nothing is held.
"""

import threading
import time
from collections.abc import Callable
from datetime import datetime, timedelta

import structlog
from sqlalchemy import delete, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from leadwright.db.agent import DESK, Executor
from leadwright.db.base import new_id, now
from leadwright.db.engine import Database
from leadwright.domain.mail_phase import Phase
from leadwright.errors import LeadwrightError
from leadwright.mail.claim import Check, Refusal, Waiting
from leadwright.services import Services

_EVERY = 30.0  # seconds between two signs, and between two looks
SILENT = 600.0  # seconds without another sign, after which nobody serves
_AGAIN = timedelta(minutes=1)
_FORGOTTEN = timedelta(days=1)  # after which one that serves forgets another that did
_SAYS = (
    "Nobody can open the link to unsubscribe: leadwright serve runs nowhere on this database. Start it; the mail goes "
    "out by itself then."
)
_log = structlog.get_logger(__name__)


class DeskLife:
    """The sign of life of a process that serves, from `start` to its end; it stays where it was, growing old.

    Args:
        name: stable name of the process among several.
    """

    def __init__(self, database: Database, name: str) -> None:
        self._database, self._id = database, f"{DESK}{name}"[:120]
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="desk-life", daemon=True)

    def start(self) -> None:
        """Give signs on a thread of its own."""
        self._thread.start()

    def stop(self) -> None:
        """Give none any more. Safe to repeat."""
        self._stopping.set()
        if self._thread.is_alive():
            self._thread.join()

    def beat(self) -> None:
        """Give one sign."""
        with self._database.transaction() as session:
            gone = Executor.executorid.startswith(DESK) & (Executor.seenon < now() - _FORGOTTEN)
            session.execute(delete(Executor).where(gone, Executor.executorid != self._id))
            row = session.get(Executor, self._id)
            if row is None:
                session.add(Executor(executorid=self._id, incarnation=new_id(), seenon=now()))
            else:
                row.incarnation, row.seenon = new_id(), now()

    def _run(self) -> None:
        while True:
            try:
                self.beat()
            except (SQLAlchemyError, LeadwrightError) as error:  # an opt-out cannot be stored now either
                _log.warning("no sign of life could be stored", error=type(error).__name__)
            if self._stopping.wait(_EVERY):
                return


class DeskWatch:
    """What one sender saw of those who serve. Not for several threads."""

    def __init__(self, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._monotonic = monotonic
        self._signs: tuple[str, ...] = ()
        self._looked = self._changed = -SILENT

    def is_silent(self, session: Session) -> bool:
        """Signs were given once, and no other came for ten minutes."""
        at = self._monotonic()
        if at - self._looked >= _EVERY:
            query = select(Executor.incarnation).where(Executor.executorid.startswith(DESK))
            signs = tuple(session.scalars(query.order_by(Executor.executorid)))
            if signs != self._signs or self._looked < 0:
                self._signs, self._changed = signs, at
            self._looked = at
        return bool(self._signs) and at - self._changed >= SILENT


def clicks_are_heard(services: Services, watch: DeskWatch) -> Check:
    """The check that somebody serves, where recipients reach this installation by `public_url`."""
    asked = bool(services.settings.public_url) and not services.rehearses

    def check(session: Session, waiting: Waiting, moment: datetime) -> Refusal | None:
        return Refusal(Phase.QUEUED, _SAYS, moment + _AGAIN) if asked and watch.is_silent(session) else None

    return check
