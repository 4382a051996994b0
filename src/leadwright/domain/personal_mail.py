"""A mail that a person writes: what speaks against sending it now, as sentences. The person decides. Rules only."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from leadwright.domain.country_gates import ConsentBasis, pass_gate
from leadwright.domain.sending import DAY
from leadwright.domain.sending_window import Window, instant_of, next_opening, read_zone
from leadwright.errors import BadInput

PURPOSE = "seller"
"""Purpose of a person's mail in the outbox, and what its business key begins with."""
_FURTHEST = timedelta(days=366)


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What is known when a person wants to write.

    Args:
        leaves_at: when the mail would leave (aware).
        zones: where the lead is; all their hours count.
        near: moments of other mails to this lead, sent or waiting, that lie within a day of `leaves_at`.
        answers: the mail answers one of theirs: the day between two mails is not asked for.
    """

    leaves_at: datetime
    window: Window
    zones: Sequence[ZoneInfo]
    near: Sequence[datetime] = ()
    country: str | None = None
    basis: ConsentBasis | None = None
    answers: bool = False


def doubts(found: Circumstances) -> tuple[str, ...]:
    """What a person should know before sending, in sentences; empty: nothing speaks against it."""
    return tuple(said for said in (_hours(found), _too_soon(found), _consent(found)) if said)


def leaving_time(day: date | None, wall: time | None, zone: str, now: datetime) -> datetime | None:
    """When a scheduled mail leaves, in UTC; None: at once.

    Args:
        zone: IANA name of the clock that `day` and `wall` are read from.

    Raises:
        BadInput: half a moment, a zone that is none, a moment that has gone by or is more than a year away.
    """
    if day is None and wall is None:
        return None
    if day is None or wall is None:
        raise BadInput("Give both the day and the time, or neither to send it at once.", field="day")
    at = instant_of(day, wall, read_zone(zone))
    if at <= now:
        raise BadInput(f"{day} {wall:%H:%M} in {zone} has gone by. Choose a later moment.", field="day")
    if at > now + _FURTHEST:
        raise BadInput("Choose a moment within a year.", field="day")
    return at


def _hours(found: Circumstances) -> str:
    opening = next_opening(found.leaves_at, found.window, found.zones)
    if opening is not None and opening <= found.leaves_at:
        return ""
    zone = found.zones[0]
    local = found.leaves_at.astimezone(zone)
    said = f"It would leave outside the sending hours: it is {local:%A, %H:%M} in {zone.key}, where the lead may be."
    if opening is None:
        return said
    return f"{said} The hours begin {opening.astimezone(zone):%A, %d %B, %H:%M} there."


def _too_soon(found: Circumstances) -> str:
    if found.answers or not any(abs(at - found.leaves_at) < DAY for at in found.near):
        return ""
    return "The lead gets another mail of ours within a day of this one."


def _consent(found: Circumstances) -> str:
    gate = pass_gate(found.country, found.basis, found.leaves_at.date())
    return "" if gate.is_open else gate.why_not
