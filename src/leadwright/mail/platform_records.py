"""From a mailbox record to the mailbox at Microsoft: the one connection, its numbers, who must not open."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select

from leadwright.db.engine import Database
from leadwright.db.mail import Mailbox
from leadwright.db.people import SystemUser
from leadwright.domain.mailbox_kind import MailboxKind
from leadwright.domain.platform import AUTHORITIES, GRAPH, Cloud
from leadwright.errors import BadInput
from leadwright.mail.arrivals import Arrivals
from leadwright.mail.dataverse import DataverseMailbox
from leadwright.mail.graph import GraphMailbox
from leadwright.mail.mailbox import Mailbox as MailboxPort
from leadwright.mail.unsubscribe import Seals
from leadwright.microsoft.connection import Connected, Connection, Secrets, connection_of
from leadwright.microsoft.dataverse import Dataverse
from leadwright.microsoft.graph import Graph
from leadwright.microsoft.opening import new_http, open_http
from leadwright.settings import Settings

_STRANGERS = 3  # other mailboxes that are tried


def open_platform_mailbox(row: Mailbox, vault: Seals, installation: Connected, *, timeout: float) -> MailboxPort:
    """The mailbox of a record behind Dataverse or Graph.

    Raises:
        Conflict: there is no connection to Microsoft.
    """
    own = _own_connection(row, vault, installation, timeout)
    http = new_http(own) if own is not None else open_http(installation).patient(timeout)
    database = installation.database
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
        closes=http.close if own is not None else lambda: None,
    )


def connection_behind(row: Mailbox, installation: Connected) -> Connection | None:
    """The connection to Microsoft that a mailbox is reached by; None where it has none, or one of its own.

    Raises:
        Conflict: its secret was sealed with a key that is not at hand.
    """
    own = row.lw_kind == MailboxKind.SMTP_IMAP or (row.lw_kind == MailboxKind.GRAPH and row.lw_clientid)
    return None if own else connection_of(installation)


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


def _own_connection(row: Mailbox, vault: Seals, installation: Connected, timeout: float) -> Connection | None:
    """The application of a mailbox that has one of its own, without an organisation of Dynamics 365.

    Raises:
        BadInput: its secret is missing.
    """
    if row.lw_kind != MailboxKind.GRAPH or not row.lw_clientid:
        return None
    if not row.lw_sealedclientsecret:
        raise BadInput(f"The client secret of the application of {row.emailaddress} is missing. Enter it again.")
    secret = vault.open(row.lw_sealedclientsecret, f"mailboxclient:{row.mailboxid}")
    settings = installation.settings
    return Connection(
        dataverse_url="",
        tenant_id=row.lw_tenant,
        client_id=row.lw_clientid,
        credential=Secrets((secret,)),
        authority=settings.microsoft_authority or AUTHORITIES[Cloud.WORLDWIDE],
        graph_url=settings.microsoft_graph_url or GRAPH[Cloud.WORLDWIDE],
        ca_file=settings.microsoft_ca_file,
        instance_discovery=settings.microsoft_instance_discovery,
        timeout=timeout,
    )


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
