"""What identity needs of `services.Services`, which lies above it: settings, the store, the time. Nothing else."""

from collections.abc import Callable
from datetime import datetime
from typing import Protocol

from leadwright.db.engine import Database
from leadwright.settings import Settings


class Installation(Protocol):
    """Any object with these three, `Services` among them."""

    @property
    def settings(self) -> Settings:
        """As read at the start."""
        ...

    @property
    def database(self) -> Database:
        """The one store."""
        ...

    @property
    def clock(self) -> Callable[[], datetime]:
        """The present moment, aware UTC."""
        ...
