"""What became of mails whose platform took them and tells later: asked after a while, ever less often, and stored.

One that left gets the Message-ID it left under. One that failed is told as failed: it did not leave. One that waits for
long says so, and is never sent again.
"""

from datetime import datetime, timedelta

import structlog
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from leadwright.db.engine import Database
from leadwright.db.mail import Outbox
from leadwright.db.sales import Email
from leadwright.domain.mail_phase import Phase
from leadwright.domain.plain_text import storable
from leadwright.errors import OutsideError
from leadwright.mail.mailbox import Fate, Handed, Mailbox, Word
from leadwright.mail.outbox import Clock, record_end, show_on_email

STUCK = timedelta(minutes=15)
_SOONEST, _LATEST = timedelta(seconds=5), timedelta(hours=1)
_ASKED_A_PASS = 100
_log = structlog.get_logger(__name__)


def learn_fates(database: Database, mailboxid: str, mailbox: Mailbox, clock: Clock) -> int:
    """Ask about the mails whose time has come. How many are known to have left or failed now. Safe to repeat."""
    with database.reading() as session:
        rows = session.execute(
            select(Outbox.outboxid, Outbox.messageid, Outbox.emailid, Outbox.concludedon)
            .where(Outbox.mailboxid == mailboxid, Outbox.askon <= clock(), Outbox.phase == Phase.SENT)
            .order_by(Outbox.askon)
            .limit(_ASKED_A_PASS)
        ).all()
    mails = [Handed(row.outboxid, row.messageid, row.emailid or "", row.concludedon or clock()) for row in rows]
    if not mails:
        return 0
    try:
        words = list(mailbox.fates(mails))
    except OutsideError as error:
        _log.warning("what became of mails could not be asked", mailbox=mailboxid, reason=str(error))
        return 0
    known, told = 0, {word.outboxid: word for word in words}
    with database.transaction() as session:
        for mail in mails:
            known += _store(session, mail, told.get(mail.outboxid), clock())
    return known


def stuck(session: Session, mailboxid: str, moment: datetime) -> tuple[int, str]:
    """How many mails the platform took and has had for long, and what it says of the oldest."""
    waits = (
        Outbox.mailboxid == mailboxid, Outbox.phase == Phase.SENT, Outbox.askon.is_not(None),
        Outbox.concludedon < moment - STUCK,
    )  # fmt: skip
    count = session.scalar(select(func.count()).select_from(Outbox).where(*waits)) or 0
    oldest = select(Outbox.reason).where(*waits).order_by(Outbox.concludedon).limit(1) if count else None
    return count, (session.scalar(oldest) or "") if oldest is not None else ""


def _store(session: Session, mail: Handed, word: Word | None, moment: datetime) -> bool:
    row = session.get(Outbox, mail.outboxid, with_for_update=True, populate_existing=True)
    if row is None or row.phase != Phase.SENT or row.askon is None:
        return False
    age = moment - mail.since
    if word is None or word.fate is Fate.WAITS:
        row.askon = moment + min(max(age / 2, _SOONEST), _LATEST)
        if word is not None and age > STUCK:
            row.reason = storable(word.words)
        return False
    if word.fate is Fate.LEFT:
        row.askon, row.filedon = None, row.filedon or moment
        if word.messageid and word.messageid != row.messageid:
            row.sentmessageid = word.messageid[:998]
            session.execute(update(Email).where(Email.activityid == row.emailid).values(messageid=row.sentmessageid))
        return True
    row.phase, row.reason, row.concludedon, row.askon = Phase.FAILED, storable(word.words), moment, moment
    show_on_email(session, row.emailid, Phase.FAILED, moment)
    record_end(session, row)
    return True
