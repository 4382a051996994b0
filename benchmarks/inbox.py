"""A mailbox that is read the way a worker reads it, with the readings kept in a table of the benchmark."""

import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from sqlalchemy import Column, MetaData, String, Table, Text, func, insert, select

from benchmarks.dovecot import PASSWORD, USER, Dovecot
from leadwright.db.base import Moment, now
from leadwright.db.engine import Database
from leadwright.db.mail import InboundMessage
from leadwright.db.mail import Mailbox as MailboxRow
from leadwright.db.schema import migrate
from leadwright.mail.inbox import read_cursor, store_fresh
from leadwright.mail.login import Login, Server
from leadwright.mail.reader import MailReader, Quarantine
from leadwright.mail.reading import Reading
from leadwright.mail.smtp_imap import SmtpImapMailbox

MOST_BYTES = 25 * 1024 * 1024
_READINGS = Table(
    "inboundreading", MetaData(),
    Column("inboundmessageid", String(36), primary_key=True),
    Column("sender", String(320)), Column("subject", Text), Column("messageid", String(998), index=True),
    Column("inreplyto", Text), Column("references", Text), Column("writtenon", Moment),
    Column("newtext", Text), Column("automatic", Text), Column("report", Text), Column("quarantine", Text),
)  # fmt: skip


class Inbox:
    """A database with one mailbox record, and a line to the server."""

    def __init__(self, server: Dovecot, folder: Path, *, there: bool = False) -> None:
        folder.mkdir(exist_ok=True)
        self._server = server
        self.database = Database(f"sqlite:///{folder / 'leadwright.db'}")
        if not there:
            migrate(self.database)
            _READINGS.create(self.database.engine)
            with self.database.transaction() as session:
                session.add(MailboxRow(name="Sales", emailaddress=USER))
        with self.database.reading() as session:
            self._mailboxid = session.scalars(select(MailboxRow.mailboxid)).one()
        self._reader = MailReader(2)
        self._mailbox = self._line()

    def _line(self) -> SmtpImapMailbox:
        nowhere = Server("127.0.0.1", 1, "none")
        imap = Server("127.0.0.1", self._server.imap, "none")
        return SmtpImapMailbox(USER, smtp=nowhere, imap=imap, login=Login(USER, lambda: PASSWORD))

    def sync(self) -> None:
        """Everything there is, then close."""
        self.look()
        self.close()

    def look(self) -> int:
        """One pass: fetch what is new, store it, read it, store what was read. How many were new."""
        with self.database.reading() as session:
            cursor = read_cursor(session, self._mailboxid, "INBOX")
        new, before = 0, None
        for batch in self._mailbox.fetch_new(cursor, most_bytes=MOST_BYTES):
            with self.database.transaction(repeatable=True) as session:
                fresh = store_fresh(session, self._mailboxid, "INBOX", batch, now())
            found = self._reader.read_many([message.raw for message in fresh.values()])
            self._keep(before)  # while the children read and the server sends
            before = (list(fresh), found)
            new += len(fresh)
        self._keep(before)
        return new

    def _keep(self, read: tuple[list[str], Iterator[Reading | Quarantine]] | None) -> None:
        if read is None or not read[0]:
            return
        rows = [_row(i, f) for i, f in zip(*read, strict=True)]
        with self.database.transaction(repeatable=True) as session:
            session.execute(insert(_READINGS), rows)

    def listen(self, spoken: list[float], stop: threading.Event) -> None:
        """Wait by IDLE and look; when the rules had spoken of each message."""
        while not stop.is_set():
            if self._mailbox.wait_for_new(5.0):
                new = self.look()
                spoken += [time.perf_counter()] * new

    def must_hold(self, count: int) -> None:
        with Database(self.database.url).reading() as session:
            raw = session.scalar(select(func.count()).select_from(InboundMessage))
            read = session.scalar(select(func.count()).select_from(_READINGS).where(_READINGS.c.quarantine.is_(None)))
            threads = session.scalar(select(func.count()).where(_READINGS.c.references.like("<f%> <o%>")))
        if not raw == read == threads == count:
            sys.exit(f"{raw} stored, {read} read, {threads} threaded instead of {count}")

    def hang_up(self) -> None:
        self._mailbox.close()

    def close(self) -> None:
        self._mailbox.close()
        self._reader.close()
        self.database.close()


def _row(inboundmessageid: str, found: Reading | Quarantine) -> dict[str, Any]:
    row: dict[str, Any] = dict.fromkeys(_READINGS.columns.keys())
    row["inboundmessageid"] = inboundmessageid
    if isinstance(found, Quarantine):
        return {**row, "quarantine": f"{found.why}: {found.reason}"}
    message = found.message
    return {
        **row,
        "sender": message.sender.address if message.sender else None,
        "subject": message.subject,
        "messageid": message.message_id,
        "inreplyto": " ".join(message.in_reply_to),
        "references": " ".join(message.references),
        "writtenon": message.date,
        "newtext": found.new_text,
        "automatic": str(found.automatic.kind) if found.automatic else None,
        "report": str(found.report.kind) if found.report else None,
    }
