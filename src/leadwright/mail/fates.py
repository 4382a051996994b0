"""What became of mails whose platform took them and tells later: asked after a while, ever less often, and stored.

One that left gets the Message-ID it left under. One that failed is told as failed: it did not leave. One that waits for
long says so, and is never sent again. One that nobody wants sent any more is taken back as long as it waits; one that
its platform does not give back is told.
"""

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from secrets import SystemRandom
from typing import Any

import structlog
from sqlalchemy import Row, func, select, update
from sqlalchemy.orm import Session

from leadwright.db.engine import Database
from leadwright.db.mail import Outbox
from leadwright.db.sales import Email
from leadwright.domain.mail_phase import Phase
from leadwright.domain.plain_text import storable
from leadwright.errors import OutsideError
from leadwright.mail.mailbox import Fate, Handed, Letter, Mailbox, Word
from leadwright.mail.outbox import Claimed, Clock, record_end, show_on_email
from leadwright.mail.suppression import whys_suppressed

STUCK = timedelta(minutes=15)
_SOONEST, _LATEST = timedelta(seconds=5), timedelta(hours=1)
_ASKED_A_PASS = 100
_TAKEN_A_PASS = 100  # two requests each; Dataverse allows 6,000 in five minutes
_LOOKED_AT_ONCE = 500
_ENDED = "The conversation had ended, the lead had another owner, or the agent was stopped."
_WAITS = select(
    Outbox.outboxid, Outbox.token, Outbox.messageid, Outbox.sender, Outbox.recipient, Outbox.recipienthash,
    Outbox.domainhash, Outbox.purpose, Outbox.emailid, Outbox.leadid, Outbox.concludedon,
).where(Outbox.askon.is_not(None), Outbox.phase == Phase.SENT)  # fmt: skip
Wanted = Callable[[Session, Sequence[Claimed]], Collection[str]]
_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Unwanted:
    """A mail that waits at its platform, and that nobody wants sent any more.

    Args:
        why: nobody wants it sent.
        refusal: why the platform does not give it back, in its words; empty: it was not asked yet, or gives it back.
    """

    mail: Handed
    recipient: str
    leadid: str | None
    why: str
    refusal: str = ""


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


def take_back(
    database: Database, mailboxid: str, mailbox: Mailbox, clock: Clock, wanted: Wanted
) -> tuple[int, list[Unwanted]]:
    """Take back some of what waits at the platform and may not leave any more. Safe to repeat.

    Args:
        wanted: gives, of these mails, the ids of those that may still leave, opt-outs aside.

    Returns:
        How many were, and those that the platform does not give back.
    """
    with database.reading() as session:
        if session.execute(_WAITS.where(Outbox.mailboxid == mailboxid).limit(1)).first() is None:
            return 0, []
    with database.transaction() as session:
        unwanted = {one.mail.outboxid: one for one in _unwanted(session, mailboxid, clock(), wanted)}
    done, refused = 0, []
    try:  # by chance, so that some that are refused keep no other
        some = SystemRandom().sample(sorted(unwanted), min(len(unwanted), _TAKEN_A_PASS))
        for word in mailbox.take_back([unwanted[which].mail for which in some]):
            one = unwanted[word.outboxid]
            if word.fate is Fate.WAITS:
                refused.append(replace(one, refusal=word.words))
                continue
            told = replace(word, words=f"It was taken back before it left. {one.why}")
            with database.transaction() as session:
                done += _store(session, one.mail, told, clock())
    except OutsideError as error:
        _log.warning("mails could not be taken back", mailbox=mailboxid, reason=str(error))
    return done, refused


def _unwanted(session: Session, mailboxid: str, moment: datetime, wanted: Wanted) -> Iterator[Unwanted]:
    """What its platform has and nobody wants sent any more, and why."""
    rows = session.execute(_WAITS.where(Outbox.mailboxid == mailboxid).order_by(Outbox.outboxid)).all()
    for first in range(0, len(rows), _LOOKED_AT_ONCE):  # itertools.batched is not in Python 3.11
        some = rows[first : first + _LOOKED_AT_ONCE]
        whys = whys_suppressed(session, [((row.recipienthash, row.domainhash), row.purpose) for row in some])
        may = wanted(session, [_as_claimed(row, moment) for row in some])
        for row, why in zip(some, whys, strict=True):
            if why is not None or row.outboxid not in may:
                mail = Handed(row.outboxid, row.messageid, row.emailid or "", row.concludedon or moment)
                yield Unwanted(mail, row.recipient, row.leadid, why or _ENDED)


def _as_claimed(row: Row[*tuple[Any, ...]], moment: datetime) -> Claimed:
    letter = Letter(row.messageid, row.sender, row.recipient, b"")
    hashes = (row.recipienthash, row.domainhash)
    return Claimed(row.outboxid, row.token, moment, letter, hashes, row.purpose, row.emailid)


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
