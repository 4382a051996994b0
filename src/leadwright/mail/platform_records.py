"""From a mailbox record to the mailbox at Microsoft: the one connection, its numbers, who must not open."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select

from leadwright.db.engine import Database
from leadwright.db.mail import Mailbox
from leadwright.db.people import SystemUser
from leadwright.domain.mailbox_kind import MailboxKind
from leadwright.mail.arrivals import Arrivals
from leadwright.mail.dataverse import DataverseMailbox
from leadwright.mail.graph import GraphMailbox
from leadwright.mail.mailbox import Mailbox as MailboxPort
from leadwright.mail.unsubscribe import Seals
from leadwright.microsoft.connection import Connected
from leadwright.microsoft.dataverse import Dataverse
from leadwright.microsoft.graph import Graph
from leadwright.microsoft.opening import open_http
from leadwright.settings import Settings

_STRANGERS = 3  # other mailboxes that are tried


def open_platform_mailbox(row: Mailbox, vault: Seals, installation: Connected, *, timeout: float) -> MailboxPort:
    """The mailbox of a record behind Dataverse or Graph.

    Raises:
        Conflict: there is no connection to Microsoft.
    """
    http, database = open_http(installation).patient(timeout), installation.database
    arrivals, mailboxid, address = Arrivals(database, row.mailboxid), row.mailboxid, row.emailaddress
    if row.lw_kind == MailboxKind.DATAVERSE:
        return DataverseMailbox(
            address, Dataverse(http), userid=_person(database, row.regardingobjectid), arrivals=arrivals, seals=vault
        )
    return GraphMailbox(
        address,
        Graph(http),
        arrivals=arrivals,
        seals=vault,
        strangers=lambda: _others(database, address),
        nudged=Nudges(database, mailboxid),
    )


@dataclass(frozen=True, slots=True)
class Installation:
    """What a connection is opened from, for who has no `Services`."""

    settings: Settings
    database: Database
    clock: Callable[[], datetime]
    vault: Seals


class Nudges:
    """Did Graph notify us of this mailbox since we asked last?"""

    def __init__(self, database: Database, mailboxid: str) -> None:
        self._database, self._mailboxid = database, mailboxid
        self._seen = self._now()

    def __call__(self) -> bool:
        """True once for each notification, or several at once."""
        found = self._now()
        changed, self._seen = found != self._seen, found
        return changed and found is not None

    def _now(self) -> object:
        with self._database.reading() as session:
            return session.scalar(select(Mailbox.lw_nudgedon).where(Mailbox.mailboxid == self._mailboxid))


def _person(database: Database, userid: str | None) -> str:
    """Whose own mailbox it is; empty: our application user's, who answers WhoAmI."""
    with database.reading() as session:
        user = session.get(SystemUser, userid) if userid else None
        return user.systemuserid if user is not None and user.applicationid is None else ""


def _others(database: Database, address: str) -> Sequence[str]:
    """Addresses of people of the organisation, whose mailboxes must not open."""
    with database.reading() as session:
        found = session.scalars(
            select(SystemUser.internalemailaddress)
            .where(
                SystemUser.applicationid.is_(None),
                SystemUser.isdisabled.is_(False),
                SystemUser.internalemailaddress > "",
                func.lower(SystemUser.internalemailaddress) != address.casefold(),
            )
            .order_by(SystemUser.internalemailaddress)
            .limit(_STRANGERS)
        )
        return [str(one) for one in found]
