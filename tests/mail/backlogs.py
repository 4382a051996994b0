"""Mailboxes that hold years of mail of strangers, for the tests here and of the engagement."""

from collections.abc import Callable
from datetime import UTC, datetime

from sqlalchemy import func, select

from leadwright.db.backlog import BacklogMail
from leadwright.db.engine import Database
from leadwright.db.mail import InboundMessage
from leadwright.mail.inbox import marks
from leadwright.mail.intake import take_in_mail
from leadwright.mail.mailbox import Mailbox

LONG_AGO = datetime(2023, 5, 2, 8, 0, tzinfo=UTC)


def stranger(n: int, **headers: str) -> bytes:
    """A mail that has nothing to do with us."""
    values = {
        "Return-Path": f"<p{n}@shop{n % 90}.example>",
        "From": f"Person {n} <p{n}@shop{n % 90}.example>",
        "To": "sales@seller.example",
        "Subject": f"Parcel {n}",
        "Message-ID": f"<{n}@shop{n % 90}.example>",
        "References": f"<a{n}@other.example> <b{n}@other.example>",
        "Content-Type": "text/plain; charset=utf-8",
    } | {name.replace("_", "-"): value for name, value in headers.items()}
    head = "".join(f"{name}: {value}\r\n" for name, value in values.items() if value)
    return f"{head}\r\nParcel number {n} is on its way.\r\n".encode()


def read_all(database: Database, mailboxid: str, mailbox: Mailbox, clock: Callable[[], datetime]) -> list[bytes]:
    """One pass. The messages that were given to act on."""
    return [m.raw for fresh in take_in_mail(database, mailboxid, mailbox, clock) for m in fresh.values()]


def counted(database: Database) -> tuple[int, int, int]:
    """Rows that are stored whole, heads that do not matter, heads that are yet to be fetched whole."""
    with database.reading() as session:
        whole = session.scalar(select(func.count()).select_from(InboundMessage)) or 0
        kept = session.scalar(select(func.count()).where(BacklogMail.matters == "")) or 0
        wanted = session.scalar(select(func.count()).where(BacklogMail.matters != "")) or 0
    return whole, kept, wanted


def all_are_stored_once(database: Database, there: dict[int, bytes]) -> bool:
    """Every message of the server (uid -> bytes) is a head or a row, and none is both or twice."""
    with database.reading() as session:
        heads = list(session.scalars(select(BacklogMail.uid)))
        stored = list(session.scalars(select(InboundMessage.identity)))
    wholes = {marks(raw).identity for uid, raw in there.items() if uid not in set(heads)}
    return len(heads) == len(set(heads)) and set(heads) <= set(there) and sorted(stored) == sorted(wholes)
