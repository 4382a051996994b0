"""Phases of an outgoing mail, how long to wait before another try, when to give up (product.md 7)."""

from datetime import datetime, timedelta
from enum import StrEnum

FIRST_WAIT = 300  # seconds; Postfix retries between 300 and 4,000 s apart
LONGEST_WAIT = 4_000
GIVE_UP = timedelta(days=5)


class Phase(StrEnum):
    """Where an outgoing mail stands. The last six are ends, but a person may decide about `HELD`."""

    QUEUED = "queued"
    SENDING = "sending"  # claimed; the server was not yet given the whole mail: safe to repeat
    COMMITTING = "committing"  # at the point of no return: its outcome is unknown until the server answers
    UNKNOWN = "unknown"  # the answer never came; looked up once nobody can be sending any more
    SENT = "sent"
    FAILED = "failed"
    SUPPRESSED = "suppressed"
    CANCELLED = "cancelled"
    HELD = "held"  # for a person


ONCE_DONE = "It goes out once that is done."
"""How the reason of a mail ends that waits until a person has acted: when it is asked again says nothing."""
ONCE_ON = "It goes out as soon as the agent works again."
"""How it ends while the agent is paused, and goes on by itself."""
IN_FLIGHT = (Phase.SENDING, Phase.COMMITTING)
ENDS = (Phase.SENT, Phase.FAILED, Phase.SUPPRESSED, Phase.CANCELLED, Phase.HELD)


def waits_for_person(phase: str, reason: str) -> bool:
    """Does nothing happen to the mail before somebody acts?"""
    return phase == Phase.HELD or (phase == Phase.QUEUED and reason.endswith(ONCE_DONE))


def has_moment(phase: str, reason: str) -> bool:
    """Does the moment at which it is due say when it goes out?"""
    return phase != Phase.HELD and not reason.endswith((ONCE_DONE, ONCE_ON))


def wait_before(attempt: int) -> timedelta:
    """How long to wait after failed attempt 1, 2, 3, ...: 300 s, doubled each time, never more than 4,000 s."""
    return timedelta(seconds=min(FIRST_WAIT * 2 ** min(max(attempt - 1, 0), 10), LONGEST_WAIT))


def has_expired(queued_at: datetime, moment: datetime) -> bool:
    """Given up after five days of trying."""
    return moment - queued_at >= GIVE_UP
