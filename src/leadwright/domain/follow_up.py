"""When the next follow-up is due and when nobody will answer any more. Waiting is a date, never a sleep."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from leadwright.domain.engagement import Outcome
from leadwright.domain.interest import Interest, Polarity
from leadwright.domain.sending_window import instant_of
from leadwright.errors import BadInput


class Next(StrEnum):
    """What comes next for a lead that has not answered."""

    FOLLOW_UP = "follow_up"
    NO_RESPONSE = "no_response"  # the end: see `end_of_silence`


@dataclass(frozen=True, slots=True)
class Cadence:
    """Days after the first mail on which follow-ups are due, and the days of waiting after the last.

    Args:
        days: 3, 7 and 14 by default: three follow-ups. Empty: none.
        last_wait: days from the last mail until *no response*; None: as many as lay before the last follow-up.

    Raises:
        BadInput: days that do not rise by at least one.
    """

    days: tuple[int, ...] = (3, 7, 14)
    last_wait: int | None = None

    def __post_init__(self) -> None:
        if any(later - earlier < 1 for earlier, later in zip((0, *self.days), self.days, strict=False)):
            raise BadInput("Follow-up days must rise, by at least one day, such as 3, 7, 14.", field="cadence")
        if self.last_wait is not None and self.last_wait < 1:
            raise BadInput("The wait after the last follow-up is at least one day.", field="last_wait")

    @property
    def waits(self) -> tuple[int, ...]:
        """Days to wait after each mail, the first one included: (3, 4, 7, 7) for 3, 7, 14."""
        gaps = [later - earlier for earlier, later in zip((0, *self.days), self.days, strict=False)]
        return (*gaps, self.last_wait or (gaps[-1] if gaps else 7))


@dataclass(frozen=True, slots=True)
class Due:
    """What is due, and when (aware UTC)."""

    what: Next
    at: datetime


def next_step(last_sent_at: datetime, sent: int, cadence: Cadence, back_at: datetime | None = None) -> Due:
    """What follows a mail that got no answer.

    Counted from the last mail, so that one that left late moves the rest and two never come close together.

    Args:
        last_sent_at: when the latest mail left.
        sent: mails that left so far, the first one included; at least 1.
        back_at: when a person who is away is back (`return_of`); nothing is due before.
    """
    waits = cadence.waits
    what = Next.FOLLOW_UP if sent <= len(cadence.days) else Next.NO_RESPONSE
    wait = timedelta(days=waits[min(sent, len(waits)) - 1])
    at = last_sent_at + wait
    if back_at and back_at > last_sent_at:
        # Away people get the time they would have had at the desk before silence counts as an answer.
        at = max(at, back_at + (wait if what is Next.NO_RESPONSE else timedelta()))
    return Due(what, at)


def end_of_silence(interest: Interest) -> Outcome:
    """How a conversation ends that gets no answer any more: who had shown interest goes to a person."""
    return Outcome.CLARIFY if interest.polarity is Polarity.POSITIVE else Outcome.NO_RESPONSE


def return_of(back_on: date, zone: ZoneInfo, *, grace_days: int = 1) -> datetime:
    """When a mail may reach somebody whose out-of-office note names a return date: `grace_days` after it."""
    return instant_of(back_on + timedelta(days=grace_days), time(0), zone)
