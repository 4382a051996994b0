"""Proves, from our tables and the mail server's log, that nothing was sent twice, lost, sent too late or too fast.

Invariants 1, 2, 3 and 5 of the reliability rules. Used by fault tests and at the end of a rehearsal.
"""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select

from leadwright.db.engine import Database
from leadwright.db.mail import Mailbox, Outbox, Suppression
from leadwright.domain.mail_phase import ENDS, IN_FLIGHT, Phase
from leadwright.mail.pace import DAY, MINUTE
from leadwright.sandbox.mail_store import Accepted


@dataclass(frozen=True, slots=True)
class Broken:
    """One invariant that does not hold, and where."""

    invariant: int
    sentence: str


def check(
    database: Database, log: Sequence[Accepted], moment: datetime, *, ended: bool, minute: timedelta = MINUTE
) -> list[Broken]:
    """Everything that does not hold; empty when all of it does.

    Args:
        log: what the mail server accepted, of mails from our mailboxes only.
        ended: the run is over: each mail must have come to an end.
        minute: the length of the short window of the pace.
    """
    with database.reading() as session:
        rows = list(session.scalars(select(Outbox)))
        never = {(s.hash, s.scope): s for s in session.scalars(select(Suppression))}
        boxes = list(session.scalars(select(Mailbox)))
    broken = _once(rows, log)
    broken += _accounted(rows, log, moment, ended=ended)
    broken += _none_after_opt_out(rows, never)
    for box in boxes:
        times = sorted(a.at for a in log if a.sender.casefold() == box.emailaddress)
        broken += _never_faster(times, minute, box.lw_perminute) + _never_faster(times, DAY, box.lw_perday)
    return broken


def _once(rows: Sequence[Outbox], log: Sequence[Accepted]) -> list[Broken]:
    """1: at most one accepted message for each row, by Message-ID; and by content, of those that did not come back.

    What bounced reached nobody: the same words may go out again.
    """
    ours = {row.messageid for row in rows}
    back = {row.messageid for row in rows if row.bouncedon is not None}
    ids = Counter(a.messageid for a in log)
    contents = Counter(a.contentkey for a in log if a.messageid not in back)
    broken = [Broken(1, f"{i} was accepted {n} times.") for i, n in ids.items() if n > 1]
    broken += [Broken(1, f"The same words went out {n} times ({k[:12]}).") for k, n in contents.items() if n > 1]
    return broken + [Broken(1, f"{i} was accepted, and no row knows it.") for i in ids if i not in ours]


def _accounted(rows: Sequence[Outbox], log: Sequence[Accepted], moment: datetime, *, ended: bool) -> list[Broken]:
    """2: every row comes to an end, none is in flight past its lease, and the ends are true."""
    accepted = {a.messageid for a in log}
    broken = []
    for row in rows:
        if ended and row.phase not in ENDS:
            broken.append(Broken(2, f"{row.businesskey} ended as {row.phase}: {row.reason}"))
        if row.phase in IN_FLIGHT and (row.leaseuntil is None or row.leaseuntil < moment):
            broken.append(Broken(2, f"{row.businesskey} is {row.phase} past its lease."))
        if row.phase == Phase.SENT and row.messageid not in accepted:
            broken.append(Broken(2, f"{row.businesskey} counts as sent, and the server never had it."))
        if row.phase in (Phase.FAILED, Phase.SUPPRESSED, Phase.CANCELLED) and row.messageid in accepted:
            broken.append(Broken(2, f"{row.businesskey} counts as {row.phase}, and the server has it."))
    return broken


def _none_after_opt_out(rows: Sequence[Outbox], never: dict[tuple[str, str], Suppression]) -> list[Broken]:
    """3: no mail was claimed once the opt-out of its recipient was stored."""
    broken = []
    for row in rows:
        for found in (row.recipienthash, row.domainhash):
            for scope in ("", row.purpose):
                stop = never.get((found, scope))
                if stop is not None and row.claimedon is not None and row.claimedon > stop.at:
                    broken.append(Broken(3, f"{row.businesskey} was claimed after its recipient had left."))
    return broken


def _never_faster(times: Sequence[datetime], window: timedelta, most: int) -> list[Broken]:
    """5: in no window of that length more than the limit."""
    per_start: dict[int, int] = defaultdict(int)
    first = 0
    for last, at in enumerate(times):
        while at - times[first] >= window:
            first += 1
        per_start[first] = last - first + 1
    worst = max(per_start.values(), default=0)
    return [Broken(5, f"{worst} mails within {window}, allowed are {most}.")] if worst > most else []
