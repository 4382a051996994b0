"""What identity needs of `services.Services`, which lies above it: settings, store, time, mailbox checks."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Protocol

from leadwright.db.engine import Database
from leadwright.domain.prerequisites import Check
from leadwright.identity.secrets import Vault
from leadwright.settings import Settings

CheckMailbox = Callable[["Installation", Vault, int, Mapping[int, Mapping[str, Any]]], list[Check]]


class Installation(Protocol):
    """Any object with these five, `Services` among them."""

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

    @property
    def check_mailbox(self) -> CheckMailbox:
        """Runs the checks of prerequisites 3 and 4 at the mail servers; see `mail.mailbox_checks`."""
        ...

    @property
    def vault(self) -> Vault:
        """Seals and opens stored secrets."""
        ...
