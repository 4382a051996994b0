"""What came in is stored once: a message is the same by Message-ID and content, whatever its uid. Parses nothing else.

Works on bytes with two patterns, so that a hostile message costs no more than a friendly one.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256

from sqlalchemy import select
from sqlalchemy.orm import Session

from leadwright.db.base import new_id
from leadwright.db.mail import InboundMessage, MailboxFolder
from leadwright.domain.plain_text import storable
from leadwright.mail.mailbox import Batch, Cursor, Fetched

SAME_WORDS = timedelta(hours=24)  # the same words from the same sender under another Message-ID: sent twice
_HEAD_BYTES = 102_400
_FOLD = re.compile(rb"\r?\n[ \t]+")


@dataclass(frozen=True, slots=True)
class Marks:
    """What a message is recognised by."""

    messageid: str | None
    identity: str
    contenthash: str


def read_cursor(session: Session, mailboxid: str, folder: str) -> Cursor:
    """How far a folder was read."""
    row = session.get(MailboxFolder, (mailboxid, folder))
    return Cursor(row.uidvalidity, row.lastuid) if row else Cursor()


def store_batch(session: Session, mailboxid: str, folder: str, batch: Batch, moment: datetime) -> list[str]:
    """Store what is new of a batch, and how far the folder was read, in one transaction. Safe to repeat.

    Returns:
        Ids of new messages to act on, oldest first; copies and quarantined ones are not among them.
    """
    marked = [(message, marks(message.raw)) for message in batch.messages]
    known = _known(session, mailboxid, {m.identity for _, m in marked})
    fresh: list[str] = []
    for message, about in marked:
        row = known.get(about.identity)
        if row is not None:
            _seen_again(row, batch.cursor.uidvalidity, message.uid)
            continue
        row = _new_row(session, mailboxid, folder, batch.cursor, message, about, moment)
        session.add(row)
        session.flush()
        known[about.identity] = row
        if row.state == "new":
            fresh.append(row.inboundmessageid)
    _keep_cursor(session, mailboxid, folder, batch.cursor, moment)
    return fresh


def marks(raw: bytes) -> Marks:
    """What a message is recognised by; the lines a server adds on the way in do not count."""
    head, _, body = raw.partition(b"\r\n\r\n") if b"\r\n\r\n" in raw else raw.partition(b"\n\n")
    unfolded = _FOLD.sub(b" ", head[:_HEAD_BYTES])
    values = {name: _value(unfolded, name) for name in (b"message-id", b"from", b"subject", b"date")}
    content = sha256(b"\n".join((values[b"from"], values[b"subject"], body.strip()))).hexdigest()
    named = values[b"message-id"] or b"no id, " + values[b"date"]
    messageid = storable(values[b"message-id"].decode("utf-8", "replace"))[:998] or None
    return Marks(messageid, sha256(named + b"\n" + content.encode()).hexdigest(), content)


def _value(head: bytes, name: bytes) -> bytes:
    found = re.search(rb"(?im)^" + name + rb"[ \t]*:[ \t]*(.*?)[ \t\r]*$", head)
    return found[1] if found else b""


def _known(session: Session, mailboxid: str, identities: Iterable[str]) -> dict[str, InboundMessage]:
    rows = session.scalars(
        select(InboundMessage).where(
            InboundMessage.mailboxid == mailboxid, InboundMessage.identity.in_(list(identities))
        )
    )
    return {row.identity: row for row in rows}


def _seen_again(row: InboundMessage, validity: int, uid: int) -> None:
    if row.uidvalidity != validity:
        row.uidvalidity, row.uid, row.deliveries = validity, uid, 1
    elif uid > row.uid:
        row.uid, row.deliveries = uid, row.deliveries + 1


def _new_row(
    session: Session, mailboxid: str, folder: str, cursor: Cursor, message: Fetched, about: Marks, moment: datetime
) -> InboundMessage:
    row = InboundMessage(
        inboundmessageid=new_id(),
        mailboxid=mailboxid,
        identity=about.identity,
        contenthash=about.contenthash,
        messageid=about.messageid,
        raw=message.raw,
        folder=folder,
        uidvalidity=cursor.uidvalidity,
        uid=message.uid,
        receivedon=message.received,
        fetchedon=moment,
        state="new",
    )
    if message.size > len(message.raw):
        row.state = "quarantined"
        row.reason = f"The message is too large ({message.size:,} bytes). Only its beginning is kept."
    elif (first := _same_words(session, mailboxid, about.contenthash, message.received or moment)) is not None:
        row.state, row.firstid, row.reason = "duplicate", first, "The same words came before under another Message-ID."
    return row


def _same_words(session: Session, mailboxid: str, contenthash: str, moment: datetime) -> str | None:
    return session.scalar(
        select(InboundMessage.inboundmessageid)
        .where(
            InboundMessage.mailboxid == mailboxid,
            InboundMessage.contenthash == contenthash,
            InboundMessage.firstid.is_(None),
            InboundMessage.fetchedon >= moment - SAME_WORDS,
        )
        .order_by(InboundMessage.fetchedon)
        .limit(1)
    )


def _keep_cursor(session: Session, mailboxid: str, folder: str, cursor: Cursor, moment: datetime) -> None:
    row = session.get(MailboxFolder, (mailboxid, folder))
    if row is None:
        session.add(
            MailboxFolder(
                mailboxid=mailboxid, folder=folder, uidvalidity=cursor.uidvalidity, lastuid=cursor.lastuid,
                readon=moment,
            )
        )  # fmt: skip
    elif row.uidvalidity != cursor.uidvalidity or cursor.lastuid >= row.lastuid:
        row.uidvalidity, row.lastuid, row.readon = cursor.uidvalidity, cursor.lastuid, moment
