"""The adapters in force, handed to whoever needs them. Built only in `bootstrap`; tests pass small fakes."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from urllib.parse import urlsplit

from leadwright.analyst import Analyst
from leadwright.db.base import now
from leadwright.db.engine import Database
from leadwright.db.pages.kept_board import KeptBoards
from leadwright.domain.mailbox_kind import lies_at_microsoft
from leadwright.errors import BadSetup
from leadwright.identity.installation import CheckMailbox
from leadwright.identity.secrets import Vault, open_vault
from leadwright.mail.dns_text import NoTexts, TextResolver
from leadwright.mail.login import LOOPBACK
from leadwright.mail.mailbox_checks import check_mailbox
from leadwright.mail.reader import MailReader
from leadwright.research.email_validation import MailResolver, NoDns
from leadwright.research.embedding import Embedding
from leadwright.research.fetch import Fetcher
from leadwright.research.search import NoSearch, WebSearch
from leadwright.settings import Settings


@dataclass(frozen=True, slots=True)
class Services:
    """What this installation works with.

    Args:
        settings: as read at the start.
        database: the one store.
        analyst: who judges and writes.
        clock: the present moment, aware UTC; rehearsals pass a virtual one.
        search: the web-search provider, or none.
        fetcher: the only way to a page on the web.
        resolver: DNS about mail.
        texts: DNS about what we publish ourselves.
        embedding: finds knowledge by its meaning; None where its words alone count.
        looks_outside: False: research uses what is stored, whatever its age, and fetches nothing; for back-tests.
        check_mailbox: asks the mail servers about prerequisites 3 and 4.
        reader: reads what came in, in processes of its own.
        boards: dashboards that take long to count.
        webhooks: the only way to an address that is told of events.
        rehearses: the built-in mail server is what the shared mailbox lies at: recipients are on this machine too.
    """

    settings: Settings
    database: Database
    analyst: Analyst
    clock: Callable[[], datetime] = now
    search: WebSearch = field(default_factory=NoSearch)
    fetcher: Fetcher = field(default_factory=Fetcher)
    resolver: MailResolver = field(default_factory=NoDns)
    texts: TextResolver = field(default_factory=NoTexts)
    embedding: Embedding | None = None
    looks_outside: bool = True
    check_mailbox: CheckMailbox = check_mailbox
    reader: MailReader = field(default_factory=MailReader)
    boards: KeptBoards = field(default_factory=KeptBoards)
    webhooks: Fetcher = field(default_factory=Fetcher)
    rehearses: bool = False

    def address_for_recipients(self, kind: str) -> str:
        """What the link to unsubscribe begins with. A rehearsal needs no address that others can open.

        Args:
            kind: what is behind the mailbox that writes.

        Raises:
            BadSetup: `public_url` is not the https address that recipients reach.
        """
        rehearses = self.rehearses
        if lies_at_microsoft(kind):
            rehearses = rehearses or urlsplit(self.settings.microsoft_authority).hostname in LOOPBACK
        if rehearses or self.settings.public_url.startswith("https://"):
            return self.settings.address
        raise BadSetup(
            "Recipients must be able to open the link to unsubscribe. Set public_url to the https address under which "
            "they reach Leadwright, and start Leadwright again."
        )

    @property
    def vault(self) -> Vault:
        """Seals and opens stored secrets.

        Raises:
            BadInput: the key is too short, or its file can be read by others.
        """
        return open_vault(self.settings)
