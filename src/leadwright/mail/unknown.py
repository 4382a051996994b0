"""What became of mails whose worker died or whose answer never came: looked up once nobody can be sending any more.

Found in Sent: sent. Not found where the server itself files everything it accepts: sent again under the same
Message-ID. Anything else is held for a person, because SMTP cannot tell (RFC 1047).
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, select, update
from sqlalchemy.orm import Session

from leadwright.db import audit
from leadwright.db.engine import Database
from leadwright.db.mail import Mailbox as MailboxRow
from leadwright.db.mail import Outbox
from leadwright.domain.mail_phase import IN_FLIGHT, Phase
from leadwright.domain.mailbox_kind import MailboxKind
from leadwright.errors import Conflict, NotFound
from leadwright.mail.mailbox import Found, Mailbox
from leadwright.mail.outbox import DOT_LEASE, Clock, record_end, show_on_email
from leadwright.mail.pace import SKEW

SETTLE = timedelta(seconds=600)  # a slow worker, or a slow server, may still be at it
PATIENCE = timedelta(hours=24)  # for a Sent folder that cannot be asked
_HELD = (
    "The mail was handed over, but the server's answer never came, and the Sent folder cannot prove either way. "
    "Ask the recipient's side or look at the server's log, then say whether it was sent."
)
_UNREADABLE = (
    "The mail was handed over, but the server's answer never came, and its Sent folder could not be read for a day. "
    "Say whether it was sent."
)


def expire_leases(session: Session, mailboxid: str, clock: Clock) -> int:
    """Take over what dead workers left: before the dot it waits again, after it nobody knows. How many rows."""
    moment = clock()
    _bring_back(session, mailboxid, moment)
    rows = _take_back(session, moment, Outbox.mailboxid == mailboxid, Outbox.leaseuntil <= moment)
    for row in rows:
        if row.phase == Phase.UNKNOWN:
            row.leaseuntil = moment  # settling starts when it is noticed, however far a clock has jumped
    return len(rows)


def take_from_dead(database: Database, workers: Sequence[str], clock: Clock) -> int:
    """The same at once for workers that are known dead, so that their mails take no place any more. How many rows.

    What was handed over is looked up no earlier for it: should such a worker live after all, it may still be at it.
    """
    with database.transaction() as session:
        everywhere = Outbox.mailboxid.in_(select(MailboxRow.mailboxid))  # so that an index is used
        return len(_take_back(session, clock(), everywhere, Outbox.worker.in_(workers)))


def _take_back(session: Session, moment: datetime, *which: ColumnElement[bool]) -> Sequence[Outbox]:
    rows = session.scalars(
        select(Outbox)
        .where(Outbox.phase.in_(IN_FLIGHT), *which)
        .with_for_update(skip_locked=True)
        .execution_options(populate_existing=True)
    ).all()
    for row in rows:
        if row.phase == Phase.SENDING:
            row.phase, row.reason = Phase.QUEUED, "The worker died before the mail was handed over."
        else:
            row.phase, row.reason = Phase.UNKNOWN, "The worker died while handing the mail over."
            row.spenton = min(moment, row.leaseuntil or moment)  # in a restored database that may be days ago
        show_on_email(session, row.emailid, Phase(row.phase), moment)
    return rows


def resolve_unknown(database: Database, mailboxid: str, mailbox: Mailbox, clock: Clock) -> int:
    """Look up every unknown mail of a mailbox whose time has come. How many are unknown no more. Safe to repeat."""
    with database.reading() as session:
        box = session.get_one(MailboxRow, mailboxid)
        authoritative, asks = box.lw_filessent, box.lw_kind == MailboxKind.DATAVERSE
        rows = session.execute(
            select(Outbox.outboxid, Outbox.messageid, Outbox.emailid, Outbox.token, Outbox.leaseuntil)
            .where(
                Outbox.mailboxid == mailboxid,
                Outbox.phase == Phase.UNKNOWN,
                Outbox.leaseuntil <= clock() - SETTLE,
            )
            .order_by(Outbox.leaseuntil)
        ).all()
    settled = 0
    for row in rows:
        found = mailbox.find_sent(row.messageid, row.emailid or "")
        with database.transaction() as session:
            done = _settle(session, row.outboxid, row.token, found, authoritative, clock())
            settled += done
            if done and asks and found is Found.YES:
                session.get_one(Outbox, row.outboxid).askon = clock()
    return settled


def prove_sent(session: Session, messageid: str, how: str, clock: Clock) -> bool:
    """A bounce or an answer names this mail, so it was sent. True: until now nobody had known.

    Args:
        how: the sentence to keep, e.g. "An answer to it came."
    """
    row = session.scalar(
        select(Outbox).where(Outbox.messageid == messageid).with_for_update().execution_options(populate_existing=True)
    )
    if row is None or row.phase not in (Phase.UNKNOWN, Phase.HELD):
        return False
    moment = clock()
    row.phase, row.reason, row.concludedon = Phase.SENT, how, moment
    show_on_email(session, row.emailid, Phase.SENT, moment)
    record_end(session, row)
    return True


def decide_held(
    session: Session, outboxid: str, *, was_sent: bool, actor: audit.Actor, clock: Clock, again: bool = False
) -> Phase:
    """A person says what became of a held mail.

    Args:
        again: it was not sent, and is to be sent now; otherwise it is cancelled.

    Raises:
        NotFound: no such mail.
        Conflict: it is not held.
    """
    row = session.get(Outbox, outboxid, with_for_update=True, populate_existing=True)
    if row is None:
        raise NotFound("There is no such mail in the outbox.")
    if row.phase != Phase.HELD:
        raise Conflict("This mail is not held any more. Reload the page.")
    moment = clock()
    if was_sent:
        row.phase, row.reason = Phase.SENT, f"{actor.name} says that it was sent."
        row.concludedon = row.spenton or moment  # it left when it was handed over
    elif again:
        row.phase, row.reason, row.dueat, row.concludedon = Phase.QUEUED, "To be sent again.", moment, None
    else:
        row.phase, row.reason, row.concludedon = Phase.CANCELLED, f"{actor.name} cancelled it.", moment
    show_on_email(session, row.emailid, Phase(row.phase), moment)
    record_end(session, row, actor=actor)
    return Phase(row.phase)


def _bring_back(session: Session, mailboxid: str, moment: datetime) -> None:
    """A clock had jumped ahead and came back: leases that it gave end as long from now as the longest of them lasts."""
    session.execute(
        update(Outbox)
        .where(
            Outbox.mailboxid == mailboxid,
            Outbox.phase.in_((*IN_FLIGHT, Phase.UNKNOWN)),
            Outbox.leaseuntil > moment + DOT_LEASE + SKEW,
        )
        .values(leaseuntil=moment + DOT_LEASE)
        .execution_options(synchronize_session=False)
    )


def _settle(session: Session, outboxid: str, token: int, found: Found, authoritative: bool, moment: datetime) -> bool:
    row = session.get(Outbox, outboxid, with_for_update=True, populate_existing=True)
    if row is None or row.phase != Phase.UNKNOWN or row.token != token:
        return False
    if found is Found.YES:
        row.phase, row.reason, row.concludedon = Phase.SENT, "Found in the Sent folder.", moment
        row.filedon = moment
        record_end(session, row)
    elif found is Found.NO and authoritative:
        row.attempts += 1
        row.phase, row.dueat, row.reason = Phase.QUEUED, moment, "It was not sent: the Sent folder does not have it."
    elif found is Found.NO:
        row.phase, row.reason, row.concludedon = Phase.HELD, _HELD, moment
    elif row.leaseuntil is None or moment - row.leaseuntil > PATIENCE:
        row.phase, row.reason, row.concludedon = Phase.HELD, _UNREADABLE, moment
    else:
        return False
    show_on_email(session, row.emailid, Phase(row.phase), moment)
    return True
