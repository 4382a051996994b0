"""A mailbox on the sandbox's own mail server, and mails waiting in its outbox."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from leadwright.db.engine import Database
from leadwright.db.mail import Mailbox as MailboxRow
from leadwright.db.mail import Outbox
from leadwright.domain.optionsets import AddressApproval
from leadwright.mail.compose import Letterhead, Message, compose
from leadwright.mail.login import Login, Server
from leadwright.mail.mailbox import Letter
from leadwright.mail.outbox import Order, put
from leadwright.mail.smtp_imap import SmtpImapMailbox
from leadwright.sandbox.mail_server import MailServer

SALES = "sales@seller.example"
PASSWORD = "of the sandbox"
SENDER = Letterhead(
    name="Nadia of Shelf Makers",
    address=SALES,
    legal_name="Shelf Makers Ltd.",
    postal_address="1 Main Street\nSpringfield 12345",
    disclosure="This mail was written by an AI assistant.",
)
LEAVE = "https://desk.seller.example/unsubscribe/v1.key.token"


class Clock:
    """A clock that stands still until it is moved."""

    def __init__(self, moment: datetime | None = None) -> None:
        self.moment = moment or datetime(2026, 11, 25, 9, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.moment

    def forward(self, seconds: float) -> None:
        self.moment += timedelta(seconds=seconds)


@dataclass
class PostOffice:
    """The server, our mailbox record, and the adapter to it."""

    server: MailServer
    database: Database
    mailboxid: str
    clock: Callable[[], datetime]
    opened: list[SmtpImapMailbox] = field(default_factory=list)
    people: int = 0

    def open(self, **more: Any) -> SmtpImapMailbox:
        self.opened.append(open_mailbox(self.server.smtp_port, self.server.imap_port, **more))
        return self.opened[-1]

    def close(self) -> None:
        for mailbox in self.opened:
            mailbox.close()

    def waiting(self, count: int, **values: Any) -> list[str]:
        """Mails in the outbox, each to a person nobody has written to yet."""
        ids = []
        with self.database.transaction() as session:
            for n in range(self.people, self.people + count):
                order = Order(f"outreach:{n}:1:1", self.mailboxid, letter(f"person{n}@company{n}.example", n), **values)
                ids.append(put(session, order, self.clock())[0])
        self.people += count
        return ids

    def rows(self) -> dict[str, Outbox]:
        from sqlalchemy import select

        with self.database.reading() as session:
            return {row.outboxid: row for row in session.scalars(select(Outbox).order_by(Outbox.businesskey))}

    def phases(self) -> dict[str, int]:
        found: dict[str, int] = {}
        for row in self.rows().values():
            found[row.phase] = found.get(row.phase, 0) + 1
        return found


def open_mailbox(smtp_port: int, imap_port: int, **more: Any) -> SmtpImapMailbox:
    given = {"timeout": 5.0, "password": PASSWORD, "xoauth2": False, "security": "none", "tls": None, **more}
    line = {"security": given["security"], "tls": given["tls"], "timeout": given["timeout"]}
    password = given["password"]
    return SmtpImapMailbox(
        SALES,
        smtp=Server("localhost", smtp_port, **line),
        imap=Server("localhost", imap_port, **line),
        login=Login(SALES, lambda: password, xoauth2=given["xoauth2"]),
        dot_seconds=given.get("dot_seconds", 600.0),
        seals=given.get("seals"),
    )


def add_mailbox(database: Database, **values: Any) -> str:
    with database.transaction() as session:
        row = MailboxRow(
            name="Sales",
            emailaddress=SALES,
            **{
                "emailrouteraccessapproval": AddressApproval.APPROVED,
                "lw_perminute": 1_000_000,
                "lw_perday": 1_000_000,
                **values,
            },
        )
        session.add(row)
        session.flush()
        return row.mailboxid


def letter(to: str, n: int = 0, **more: Any) -> Letter:
    message = Message(
        to_name=f"Person {n}",
        to_address=to,
        subject=f"Shelves for company {n}",
        body=f"Hello Person {n},\n\nwe have something for you.\n\nKind regards\nNadia",
        why="You get this mail because your company sells furniture.",
        **{"unsubscribe_url": LEAVE, **more},
    )
    return compose(SENDER, message)
