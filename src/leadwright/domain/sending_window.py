"""The hours in which mails may leave, in the time zone of the lead. Exact over summer time. No storage, no clock."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from leadwright.errors import BadInput

MIDNIGHT = time(0)
WORKDAYS = frozenset({0, 1, 2, 3, 4})
# Where a lead may be of whom nothing is known: an hour that suits all of these is a decent one in most offices.
UNPLACED = ("America/New_York", "Europe/London", "Europe/Berlin")
_LOOK_AHEAD = 15  # days; a window of one weekday comes at least every eighth


@dataclass(frozen=True, slots=True)
class Window:
    """From `start` until before `end`, on weekdays (Monday is 0). An `end` of 00:00 is the end of the day.

    Raises:
        BadInput: it ends before it starts, or no weekday is left.
    """

    start: time = time(9)
    end: time = time(17)
    weekdays: frozenset[int] = WORKDAYS

    def __post_init__(self) -> None:
        if self.end != MIDNIGHT and self.end <= self.start:
            raise BadInput("The sending window must end after it starts, on the same day.", field="window")
        if not self.weekdays or not self.weekdays <= frozenset(range(7)):
            raise BadInput("Choose at least one weekday for the sending window.", field="weekdays")

    def holds(self, at: datetime, zone: ZoneInfo) -> bool:
        """Is that instant inside, by the clock on the wall of the zone?"""
        local = at.astimezone(zone)
        wall = local.time()
        return local.weekday() in self.weekdays and self.start <= wall and (self.end == MIDNIGHT or wall < self.end)


def read_zone(name: str) -> ZoneInfo:
    """The zone of an IANA name.

    Raises:
        BadInput: there is no such zone.
    """
    try:
        return ZoneInfo(name.strip())
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise BadInput(f"{name[:60]!r} is no time zone. Write it as Europe/Berlin or America/New_York.") from None


def zones_of(lead: str | None, company: str | None, possible: Iterable[str] = ()) -> tuple[ZoneInfo, ...]:
    """The zones whose windows must hold at once: the lead's alone, else the company's, else all it may be in.

    Args:
        lead, company: IANA names, None where not known.
        possible: all zones of the country, when only that is known; none: `UNPLACED`.

    Raises:
        BadInput: a name is no zone.
    """
    if known := lead or company:
        return (read_zone(known),)
    return tuple(read_zone(name) for name in dict.fromkeys(possible) or UNPLACED)


def is_open(at: datetime, window: Window, zones: Sequence[ZoneInfo]) -> bool:
    """Is that instant inside the window in every one of the zones?"""
    return all(window.holds(at, zone) for zone in zones)


def next_opening(after: datetime, window: Window, zones: Sequence[ZoneInfo]) -> datetime | None:
    """The first instant from `after` on that is inside the window in all the zones, in UTC.

    None when the zones have no hour in common within two weeks.
    """
    after = after.astimezone(UTC)
    if is_open(after, window, zones):
        return after
    days = [after.date() + timedelta(days=n) for n in range(-1, _LOOK_AHEAD)]
    starts = {start for zone in zones for day in days for start in _starts(day, window, zone) if start > after}
    return next((start for start in sorted(starts) if is_open(start, window, zones)), None)


def instant_of(day: date, wall: time, zone: ZoneInfo) -> datetime:
    """When the clock of the zone first shows that time on that day, in UTC.

    A time that the change to summer time leaves out is the moment of the change; one that comes twice is its first.
    """
    wanted = datetime.combine(day, wall)
    at = wanted.replace(tzinfo=zone, fold=0).astimezone(UTC)
    if at.astimezone(zone).replace(tzinfo=None) == wanted:
        return at
    return _change(at - timedelta(days=1), at, zone) or at


def _starts(day: date, window: Window, zone: ZoneInfo) -> Iterable[datetime]:
    """Every instant of a day at which the window may open: its start, its start again, a change of the clock."""
    yield instant_of(day, window.start, zone)
    yield datetime.combine(day, window.start, zone).replace(fold=1).astimezone(UTC)
    noon = datetime.combine(day, time(12), UTC)
    if change := _change(noon - timedelta(days=1), noon, zone):
        yield change


def _change(low: datetime, high: datetime, zone: ZoneInfo) -> datetime | None:
    """The second at which the zone's offset changes between two instants; None when it does not."""
    before = low.astimezone(zone).utcoffset()
    if high.astimezone(zone).utcoffset() == before:
        return None
    first, last = int(low.timestamp()), int(high.timestamp())
    while last - first > 1:
        middle = (first + last) // 2
        if datetime.fromtimestamp(middle, zone).utcoffset() == before:
            first = middle
        else:
            last = middle
    return datetime.fromtimestamp(last, UTC)
