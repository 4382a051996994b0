"""A refusal that several recipients meet is about us: then the mailbox waits, and no more mails fail over it."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from leadwright.db.mail import Outbox
from leadwright.domain.mail_phase import Phase
from leadwright.mail.bounce_phrases import HARD
from leadwright.mail.bounce_reasons import reason_in
from leadwright.mail.mailbox import Outcome, Result
from leadwright.mail.outbox import Claimed, Entry

_OTHERS = {Result.LATER: 1, Result.REFUSED: 2}  # recipients besides this one who met the same words
_LATELY = timedelta(days=1)
_MOST = 50  # refusals looked at
_OF_ONE_MAIL = re.compile(r"\S*[@\d<>\[\]]\S*")  # addresses, numbers, names of queues and hosts

End = tuple[Claimed, Outcome]


def judged_together(session: Session, rows: Mapping[str, Entry], ends: Sequence[End], moment: datetime) -> list[End]:
    """The same ends, where words that others met too, since a mail was accepted, are the mailbox's trouble."""
    doubtful = {claimed.outboxid for claimed, outcome in ends if claimed.outboxid in rows and _is_doubtful(outcome)}
    if not doubtful or any(outcome.result is Result.ACCEPTED for _, outcome in ends):
        return list(ends)
    met = _met_lately(session, rows[min(doubtful)].mailboxid, moment)
    met |= {(claimed.hashes[0], _wording(outcome.words)) for claimed, outcome in ends if claimed.outboxid in doubtful}
    return [(c, _judged(c, outcome, met) if c.outboxid in doubtful else outcome) for c, outcome in ends]


def _is_doubtful(outcome: Outcome) -> bool:
    """Lists with many wrong addresses are no trouble of the mailbox."""
    return outcome.perhaps_ours and reason_in(outcome.words) not in HARD


def _judged(claimed: Claimed, outcome: Outcome, met: set[tuple[str, str]]) -> Outcome:
    words = _wording(outcome.words)
    others = {recipient for recipient, said in met if said == words and recipient != claimed.hashes[0]}
    return replace(outcome, result=Result.MAILBOX) if len(others) >= _OTHERS[outcome.result] else outcome


def _met_lately(session: Session, mailboxid: str, moment: datetime) -> set[tuple[str, str]]:
    """Who was refused since the last mail was accepted, and with which words."""
    mine = Outbox.mailboxid == mailboxid
    accepted = session.scalar(select(func.max(Outbox.spenton)).where(mine, Outbox.phase == Phase.SENT))
    since = max(accepted, moment - _LATELY) if accepted else moment - _LATELY
    refused = session.execute(
        select(Outbox.recipienthash, Outbox.reason)
        .where(mine, Outbox.phase.in_((Phase.QUEUED, Phase.FAILED)), Outbox.leaseuntil > since, Outbox.reason != "")
        .order_by(Outbox.leaseuntil.desc())
        .limit(_MOST)
    )
    return {(row.recipienthash, _wording(row.reason)) for row in refused}


def _wording(said: str) -> str:
    """The words without what differs from mail to mail; the code stays."""
    return " ".join([said[:3], *_OF_ONE_MAIL.sub(" ", said[3:]).lower().split()])
