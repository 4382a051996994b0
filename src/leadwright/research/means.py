"""What research works with. `services.Services` fits this shape; research never imports it."""

from collections.abc import Callable
from datetime import datetime
from typing import Protocol

from leadwright.db.engine import Database
from leadwright.research.email_validation import MailResolver
from leadwright.research.embedding import Embedding
from leadwright.research.fetch import Fetcher
from leadwright.research.search import WebSearch
from leadwright.settings import Settings


class Means(Protocol):
    """Settings, store, clock and the three ways to the outside."""

    @property
    def settings(self) -> Settings:
        """As read at the start."""
        ...

    @property
    def database(self) -> Database:
        """The one store."""
        ...

    @property
    def search(self) -> WebSearch:
        """Web search, or `NoSearch`."""
        ...

    @property
    def fetcher(self) -> Fetcher:
        """The only way to a web page."""
        ...

    @property
    def resolver(self) -> MailResolver:
        """DNS about mail."""
        ...

    @property
    def embedding(self) -> Embedding | None:
        """Finds knowledge by its meaning; None where its words alone count."""
        ...

    @property
    def looks_outside(self) -> bool:
        """False: what is stored is used whatever its age, and nothing is fetched or searched for."""
        ...

    @property
    def clock(self) -> Callable[[], datetime]:
        """The present moment, aware UTC."""
        ...
