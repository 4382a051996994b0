"""The adapters in force, handed to whoever needs them. Built only in `bootstrap`; tests pass small fakes."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from leadwright.analyst import Analyst
from leadwright.db.base import now
from leadwright.db.engine import Database
from leadwright.settings import Settings


@dataclass(frozen=True, slots=True)
class Services:
    """What this installation works with.

    Args:
        settings: as read at the start.
        database: the one store.
        analyst: who judges and writes.
        clock: the present moment, aware UTC; rehearsals pass a virtual one.
    """

    settings: Settings
    database: Database
    analyst: Analyst
    clock: Callable[[], datetime] = now
