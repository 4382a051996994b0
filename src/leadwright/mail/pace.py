"""How fast one mailbox may send, counted in the database, so that it holds for all workers together.

A mail takes a place from its claim until a full window after the moment its outcome was known. So in no window of that
length, wherever it begins, does the server accept more than the limit.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, cast

from sqlalchemy import Integer, Row, ScalarSelect, Table, bindparam, func, select, update
from sqlalchemy.orm import Session

from leadwright.db.base import Moment
from leadwright.db.mail import Mailbox, Outbox
from leadwright.db.system_mail import SystemMail
from leadwright.domain.mail_phase import IN_FLIGHT

MINUTE = timedelta(seconds=60)
DAY = timedelta(hours=24)
SOON = timedelta(milliseconds=20)
SYSTEM_LEASE = timedelta(minutes=15)  # of a mail to our own people: longer than an answer to the final dot may take
SKEW = timedelta(minutes=5)  # by which clocks of workers may differ; what lies further ahead was written by a wrong one


_ROWS = cast(Table, Outbox.__table__).c
Paced = Mailbox | Row[*tuple[Any, ...]]  # a mailbox record, whole or the columns that are needed


def _last(name: str) -> ScalarSelect[datetime | None]:
    """When the last mail left that fills a window; nothing while a place is free."""
    return (
        select(_ROWS.spenton)
        .where(_ROWS.mailboxid == bindparam("whose"), _ROWS.spenton > bindparam(f"{name}_from", type_=Moment))
        .order_by(_ROWS.spenton.desc())
        .offset(bindparam(f"{name}_skip", type_=Integer))
        .limit(1)
        .scalar_subquery()
    )


_LASTS = select(_last("minute"), _last("day"))
_FLYING = select(func.count()).where(_ROWS.mailboxid == bindparam("whose"), _ROWS.phase.in_(IN_FLIGHT))


def next_place(session: Session, mailbox: Paced, moment: datetime) -> datetime | None:
    """None: one more may be claimed now. Else when to ask again.

    Args:
        mailbox: its row, locked by the caller, so that two claims never count at the same time.
    """
    return free_places(session, mailbox, moment, 1)[1]


def free_places(session: Session, mailbox: Paced, moment: datetime, most: int) -> tuple[int, datetime | None]:
    """How many may be claimed now, `most` at the most; when there is none: when to ask again. Otherwise as above."""
    session.flush()
    ours, minute, day = _system_mails(session, mailbox, moment)
    flying = ours + (session.connection().execute(_FLYING, {"whose": mailbox.mailboxid}).scalar() or 0)
    limits = [(MINUTE, mailbox.lw_perminute - flying - minute), (DAY, mailbox.lw_perday - flying - day)]
    most = min(most, mailbox.lw_atonce - flying, *(places for _, places in limits))
    if most <= 0:
        return 0, moment + SOON
    later = _when(session, mailbox, moment, [(window, places - most + 1) for window, places in limits])
    if later is not None and most > 1:
        most, later = 1, _when(session, mailbox, moment, limits)
    return (most, None) if later is None else (0, later)


def _when(
    session: Session, mailbox: Paced, moment: datetime, windows: Sequence[tuple[timedelta, int]]
) -> datetime | None:
    """When no window holds as many mails as it has places any more; None: none does now."""
    asked: dict[str, object] = {"whose": mailbox.mailboxid}
    for name, (window, places) in zip(("minute", "day"), windows, strict=True):
        asked |= {f"{name}_from": moment - window, f"{name}_skip": places - 1}
    lasts = list(session.connection().execute(_LASTS, asked).one())
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


def _system_mails(session: Session, mailbox: Paced, moment: datetime) -> tuple[int, int, int]:
    """Mails to our own people take places too: those under way, those that left in a minute and in a day."""
    ours = SystemMail.mailboxid == mailbox.mailboxid
    lease = SystemMail.leaseuntil.between(moment, moment + SYSTEM_LEASE + SKEW)  # what has none was left by whom it had
    flying = select(func.count().filter(ours)).where(SystemMail.state == "sending", lease)  # few are, of any mailbox
    left = (select(func.count()).where(ours, SystemMail.senton > moment - each) for each in (MINUTE, DAY))
    found = session.execute(select(*(each.scalar_subquery() for each in (flying, *left)))).one()
    return found[0], found[1], found[2]


def _bring_back(session: Session, mailbox: Paced, moment: datetime) -> None:
    """A clock had jumped ahead and came back: what it counted counts from now, neither for days nor not at all."""
    session.execute(
        update(Outbox)
        .where(Outbox.mailboxid == mailbox.mailboxid, Outbox.spenton > moment + SKEW)
        .values(spenton=moment)
        .execution_options(synchronize_session=False)
    )
