"""What became of mails that were handed over: stored by their claims, with the audit entries. Talks to no server."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, cast

from sqlalchemy import Table, bindparam, select, update
from sqlalchemy.orm import Session

from leadwright.db.mail import Mailbox, Outbox
from leadwright.domain.mail_phase import IN_FLIGHT, Phase, has_expired, wait_before
from leadwright.domain.plain_text import storable
from leadwright.mail.mailbox import Outcome, Result
from leadwright.mail.outbox import Claimed, Entry, record_ends, show_on_emails
from leadwright.mail.refusals import judged_together

PAUSE = timedelta(seconds=300)  # of a mailbox after trouble that every mail would meet
FIRST_ASKED = timedelta(seconds=5)  # after a platform took a mail
DENIALS = 3  # tries of a mail that is denied, before a person decides


_CHANGING = ("phase", "reason", "attempts", "dueat", "leaseuntil", "spenton", "concludedon", "askon")
_ROWS = cast(Table, Outbox.__table__)
_FLYING = (
    select(*(_ROWS.c[name] for name in Entry.__slots__))
    .where(_ROWS.c.outboxid.in_(bindparam("which", expanding=True)))
    .order_by(_ROWS.c.outboxid)
    .with_for_update()
)
_STORE = (
    update(_ROWS)
    .where(_ROWS.c.outboxid == bindparam("which"))
    .values({name: bindparam(f"new_{name}") for name in _CHANGING})
)


def conclude(session: Session, claimed: Claimed, outcome: Outcome, moment: datetime) -> Phase | None:
    """Store what became of the attempt. None: the mail is not ours any more, and nothing was stored. Safe to repeat."""
    return conclude_all(session, [(claimed, outcome)], moment)[0]


def conclude_all(session: Session, ends: Sequence[tuple[Claimed, Outcome]], moment: datetime) -> list[Phase | None]:
    """The same for several mails. Locks are taken in one order: the rows, their emails, the end of the audit log."""
    connection = session.connection()
    found = connection.execute(_FLYING, {"which": [claimed.outboxid for claimed, _ in ends]})
    rows = {row.outboxid: Entry(*row) for row in found}
    changed: list[Entry] = []
    phases: list[Phase | None] = []
    for claimed, outcome in judged_together(session, rows, ends, moment):
        row = rows.get(claimed.outboxid)
        if row is None or (stored := _after(row, claimed, outcome, moment)) is None:
            phases.append(None)
            continue
        phases.append(Phase(stored.phase))
        if stored is not row:
            changed.append(stored)
        if outcome.result is Result.MAILBOX:
            _pause(session, stored, outcome, moment)
    if changed:
        connection.execute(_STORE, [_values(row) for row in changed])
        _show(session, changed, moment)
        record_ends(session, [row for row in changed if row.phase in (Phase.SENT, Phase.FAILED)])
    return phases


def _after(row: Entry, claimed: Claimed, outcome: Outcome, moment: datetime) -> Entry | None:
    """The row as it becomes; itself when this was stored before; None: it is not ours any more."""
    if row.token != claimed.token:
        return None
    if row.phase == Phase.SENT and outcome.result is Result.ACCEPTED:
        return row  # stored before, though the answer to the commit never came
    late = outcome.result is Result.ACCEPTED and row.phase in (Phase.UNKNOWN, Phase.HELD, Phase.QUEUED)
    if row.phase not in IN_FLIGHT and not late:
        return None
    result = outcome.result
    if result is Result.STOPPED and row.phase == Phase.COMMITTING:
        result = Result.LATER  # the point was stored, the last byte was not sent
    told = replace(row, reason=storable(outcome.words), leaseuntil=moment)
    match result:
        case Result.ACCEPTED:
            asked = moment + FIRST_ASKED if outcome.told_later else None
            return replace(told, phase=Phase.SENT, spenton=moment, concludedon=moment, askon=asked)
        case Result.REFUSED:
            return replace(told, phase=Phase.FAILED, concludedon=moment)
        case Result.UNKNOWN:
            return replace(told, phase=Phase.UNKNOWN, spenton=moment)
        case Result.MAILBOX if not outcome.perhaps_ours:
            return replace(told, phase=Phase.QUEUED, dueat=moment)  # behind the others: perhaps it alone meets this
        case Result.STOPPED:
            return replace(told, phase=Phase.QUEUED)
        case Result.DENIED if row.attempts + 1 >= DENIALS:
            return replace(told, attempts=row.attempts + 1, phase=Phase.HELD, concludedon=moment)
        case Result.LATER | Result.DENIED | Result.MAILBOX:
            return _again(told, outcome, moment)


def _again(row: Entry, outcome: Outcome, moment: datetime) -> Entry:
    attempts = row.attempts + 1
    if has_expired(row.firsttriedon or moment, moment):
        reason = f"Given up after {attempts} tries in five days. The server said last: {row.reason}"
        return replace(row, attempts=attempts, phase=Phase.FAILED, concludedon=moment, reason=reason)
    wait = max(wait_before(attempts), timedelta(seconds=outcome.retry_after or 0))
    return replace(row, attempts=attempts, phase=Phase.QUEUED, dueat=moment + wait)


def _values(row: Entry) -> dict[str, Any]:
    return {"which": row.outboxid, **{f"new_{name}": getattr(row, name) for name in _CHANGING}}


def _show(session: Session, rows: Sequence[Entry], moment: datetime) -> None:
    for phase in sorted({Phase(row.phase) for row in rows}):
        show_on_emails(session, [r.emailid for r in rows if r.phase == phase and r.emailid], phase, moment)


def _pause(session: Session, row: Entry, outcome: Outcome, moment: datetime) -> None:
    """What may be about this mail after all pauses the others ever longer, as it waits itself."""
    pause = wait_before(row.attempts) if outcome.perhaps_ours else PAUSE
    if outcome.retry_after:
        pause = timedelta(seconds=outcome.retry_after)
    session.execute(
        update(Mailbox)
        .where(Mailbox.mailboxid == row.mailboxid)
        .values(lw_pauseduntil=moment + pause, lw_lasterror=storable(outcome.words), lw_lasterroron=moment)
    )
