"""A mailbox that is read by the worker's own code, and what was read kept in a table of the benchmark."""

import sys
import threading
import time
from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Column, MetaData, String, Table, Text, func, insert, select

from benchmarks.dovecot import PASSWORD, USER, Dovecot
from leadwright.db.backlog import BacklogMail
from leadwright.db.base import Moment, now
from leadwright.db.engine import Database
from leadwright.db.mail import InboundMessage, Outbox
from leadwright.db.mail import Mailbox as MailboxRow
from leadwright.db.schema import migrate
from leadwright.mail.intake import take_in_mail
from leadwright.mail.login import Login, Server
from leadwright.mail.reader import MailReader, Quarantine
from leadwright.mail.reading import Reading
from leadwright.mail.smtp_imap import SmtpImapMailbox

_READINGS = Table(
    "inboundreading", MetaData(),
    Column("inboundmessageid", String(36), primary_key=True),
    Column("sender", String(320)), Column("subject", Text), Column("messageid", String(998), index=True),
    Column("inreplyto", Text), Column("references", Text), Column("writtenon", Moment),
    Column("newtext", Text), Column("automatic", Text), Column("report", Text), Column("quarantine", Text),
)  # fmt: skip
_UNWANTED = BacklogMail.matters == ""


class Inbox:
    """A database with one mailbox record, and a line to the server.

    Args:
        connected: since when the mailbox is the agent's; what came later is read whole. None: since now.
        sent: Message-IDs of mails of ours.
    """

    def __init__(
        self,
        server: Dovecot,
        folder: Path,
        *,
        there: bool = False,
        connected: datetime | None = None,
        sent: Sequence[str] = (),
    ) -> None:
        folder.mkdir(exist_ok=True)
        self._server = server
        self.database = Database(f"sqlite:///{folder / 'leadwright.db'}")
        if not there:
            migrate(self.database)
            _READINGS.create(self.database.engine)
            with self.database.transaction() as session:
                row = MailboxRow(name="Sales", emailaddress=USER, createdon=connected or now())
                session.add(row)
                session.flush()
                session.add_all(_sent(row.mailboxid, n, messageid) for n, messageid in enumerate(sent))
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
        new, before = 0, None
        for fresh in take_in_mail(self.database, self._mailboxid, self._mailbox, now):
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

    def must_hold(self, count: int, whole: int) -> None:
        """So many messages are stored, and of those so many whole and read, each with its thread."""
        with Database(self.database.url).reading() as session:
            kept = session.scalar(select(func.count()).where(BacklogMail.thread.like("<o%> <f%>"), _UNWANTED))
            raw = session.scalar(select(func.count()).select_from(InboundMessage))
            read = session.scalar(select(func.count()).select_from(_READINGS).where(_READINGS.c.quarantine.is_(None)))
            threads = session.scalar(select(func.count()).where(_READINGS.c.references.like("<f%> <o%>")))
        if not (raw == read == threads == whole and raw + kept == count):
            sys.exit(f"{raw} stored whole, {read} read, {threads} threaded, {kept} heads instead of {whole} of {count}")

    def hang_up(self) -> None:
        self._mailbox.close()

    def close(self) -> None:
        self._mailbox.close()
        self._reader.close()
        self.database.close()


def _sent(mailboxid: str, n: int, messageid: str) -> Outbox:
    return Outbox(
        businesskey=f"outreach:{n}:1:1", mailboxid=mailboxid, messageid=messageid, sender=USER,
        recipient=f"{n}@x.example", recipienthash=f"{n:064}", domainhash=f"{n:064}", raw=b"", phase="sent",
    )  # fmt: skip


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
