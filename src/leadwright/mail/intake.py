"""One pass over a mailbox: what is new is stored, a backlog by its heads first, then whole what matters of it."""

from collections.abc import Iterator

import structlog

from leadwright.db.engine import Database
from leadwright.mail.backlog import (
    MOST_NEW,
    forget_backlog,
    is_sorting,
    keep_heads,
    lend_heads,
    ours_since,
    take_out,
    wanted,
)
from leadwright.mail.inbox import note_gone, note_look, read_cursor, store_fresh
from leadwright.mail.limits import Limits
from leadwright.mail.mailbox import Fetched, Mailbox
from leadwright.mail.outbox import Clock

INBOX = "INBOX"
_AT_ONCE = 2_000  # of the backlog
_log = structlog.get_logger(__name__)


def take_in_mail(database: Database, mailboxid: str, mailbox: Mailbox, clock: Clock) -> Iterator[dict[str, Fetched]]:
    """Store what is new, each batch in a transaction of its own; one process reads a mailbox at a time.

    Whenever it ends, nothing is lost or doubled: the next pass goes on where this one was.

    Yields:
        For each batch the messages to act on: id of the row -> the message.

    Raises:
        MailError: the server cannot be asked.
    """
    with database.reading() as session:
        cursor, sorting = read_cursor(session, mailboxid, INBOX), is_sorting(session, mailboxid, INBOX)
    most_whole, since, restarted = (0 if sorting else MOST_NEW), None, False
    for batch in mailbox.fetch_new(cursor, folder=INBOX, most_bytes=Limits().size, most_whole=most_whole):
        restarted, sorting = restarted or batch.restarted, sorting or bool(batch.heads) or batch.goes_on
        if not sorting and not batch.messages and batch.cursor == cursor and cursor.uidvalidity:
            continue  # nothing new: nothing to write
        with database.transaction(repeatable=True) as session:
            if sorting:
                since = since or ours_since(session, mailboxid)
                keep_heads(session, mailboxid, INBOX, batch, since, clock())
                continue
            fresh = store_fresh(session, mailboxid, INBOX, batch, clock())
        yield fresh
    note_look(database, mailboxid, INBOX, clock())
    yield from _whole(database, mailboxid, mailbox, clock, restarted=restarted)


def _whole(
    database: Database, mailboxid: str, mailbox: Mailbox, clock: Clock, *, restarted: bool
) -> Iterator[dict[str, Fetched]]:
    """Fetch what matters of the backlog."""
    while True:
        with database.reading() as session:
            validity, sizes = wanted(session, mailboxid, INBOX, _AT_ONCE)
            current = read_cursor(session, mailboxid, INBOX).uidvalidity if sizes or restarted else 0
        if restarted or (sizes and validity != current):
            restarted = False
            with database.transaction() as session:
                forget_backlog(session, mailboxid, INBOX, current)
            continue
        if not sizes:
            return
        there = False
        for batch in mailbox.fetch_some(validity, sizes, folder=INBOX, most_bytes=Limits().size):
            there = True
            done = [uid for uid in sizes if uid <= batch.cursor.lastuid]
            with database.transaction(repeatable=True) as session:
                fresh = store_fresh(session, mailboxid, INBOX, batch, clock())
                stubs = {inboundid: message.uid for inboundid, message in fresh.items() if message.trouble}
                lend_heads(session, mailboxid, INBOX, validity, stubs)
                take_out(session, mailboxid, INBOX, validity, done)
                gone = set(done) - {message.uid for message in batch.messages}
                if gone:
                    _log.warning("mails of the backlog are no longer on the server", mailbox=mailboxid, mails=len(gone))
                    note_gone(session, mailboxid, INBOX, validity, gone)
            for uid in done:
                del sizes[uid]
            yield fresh
        if not there:
            return
