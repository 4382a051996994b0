"""How fast one mailbox may send, counted in the database, so that it holds for all workers together.

A mail takes a place from its claim until a full window after the moment its outcome was known. So in no window of that
length, wherever it begins, does the server accept more than the limit.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import Select, func, select, update
from sqlalchemy.orm import Session

from leadwright.db.mail import Mailbox, Outbox
from leadwright.db.system_mail import SystemMail
from leadwright.domain.mail_phase import IN_FLIGHT

MINUTE = timedelta(seconds=60)
DAY = timedelta(hours=24)
SOON = timedelta(milliseconds=20)
SKEW = timedelta(minutes=5)  # by which clocks of workers may differ; what lies further ahead was written by a wrong one


def next_place(session: Session, mailbox: Mailbox, moment: datetime) -> datetime | None:
    """None: one more may be claimed now. Else when to ask again.

    Args:
        mailbox: its row, locked by the caller, so that two claims never count at the same time.
    """
    flying = session.scalar(
        select(func.count()).where(Outbox.mailboxid == mailbox.mailboxid, Outbox.phase.in_(IN_FLIGHT))
    )
    if (flying or 0) >= mailbox.lw_atonce:
        return moment + SOON
    taken = flying or 0
    windows = [
        (window, most - taken - _system_mails(session, mailbox, moment, window))
        for window, most in ((MINUTE, mailbox.lw_perminute), (DAY, mailbox.lw_perday))
    ]
    if any(places <= 0 for _, places in windows):
        return moment + SOON
    asked = [_last_of(mailbox, moment, window, places) for window, places in windows]
    lasts = list(session.execute(select(*(query.scalar_subquery() for query in asked))).one())
    if any(last is not None and last > moment + SKEW for last in lasts):
        _bring_back(session, mailbox, moment)
        lasts = [last and min(last, moment) for last in lasts]
    waits = [last + window for last, (window, _) in zip(lasts, windows, strict=True) if last is not None]
    return max(waits, default=None)


def sent_within(session: Session, mailboxid: str, moment: datetime, windows: Sequence[timedelta]) -> list[int]:
    """How many went out in the time before `moment`, for each length of time."""
    return [
        session.scalar(select(func.count()).where(Outbox.mailboxid == mailboxid, Outbox.spenton > moment - window)) or 0
        for window in windows
    ]


def _system_mails(session: Session, mailbox: Mailbox, moment: datetime, window: timedelta) -> int:
    """Mails to our own people that left by this mailbox take places too."""
    query = select(func.count()).where(SystemMail.mailboxid == mailbox.mailboxid, SystemMail.senton > moment - window)
    return session.scalar(query) or 0


def _last_of(mailbox: Mailbox, moment: datetime, window: timedelta, places: int) -> Select[datetime | None]:
    """When the last mail left that fills the window; nothing while a place is free."""
    return (
        select(Outbox.spenton)
        .where(Outbox.mailboxid == mailbox.mailboxid, Outbox.spenton > moment - window)
        .order_by(Outbox.spenton.desc())
        .offset(places - 1)
        .limit(1)
    )


def _bring_back(session: Session, mailbox: Mailbox, moment: datetime) -> None:
    """A clock had jumped ahead and came back: what it counted counts from now, neither for days nor not at all."""
    session.execute(
        update(Outbox)
        .where(Outbox.mailboxid == mailbox.mailboxid, Outbox.spenton > moment + SKEW)
        .values(spenton=moment)
        .execution_options(synchronize_session=False)
    )
