"""What "last 3 months" and its kin mean: pairs of moments, from the first one included to the second one excluded.

Days begin at midnight of the criteria's time zone, weeks on Monday. "Last X days" reaches from the start of the day X
days ago to now, "next X days" from now to the end of the day X days ahead; hours count from this very moment.
"Older than X days" is before the start of the day X days ago. None is an open end.
"""

from calendar import monthrange
from datetime import UTC, date, datetime, timedelta, tzinfo
from typing import cast
from zoneinfo import ZoneInfo

from leadwright.domain.selection.operators import Operator
from leadwright.domain.selection.tree import Condition
from leadwright.errors import BadInput

O = Operator  # noqa: E741
Days = tuple[date | None, date | None]
Moments = tuple[datetime | None, datetime | None]
_DAY = timedelta(days=1)
_TICK = timedelta(microseconds=1)


def zone(name: str) -> tzinfo:
    """The IANA time zone of that name.

    Raises:
        BadInput: unknown here.
    """
    if name == "UTC":
        return UTC
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError) as error:
        raise BadInput(
            f"The time zone {name!r} is not known. Use an IANA name such as Europe/Berlin, or UTC.", field="timezone"
        ) from error


def days(condition: Condition, today: date) -> Days:
    """The span of a date-only column, in whole days."""
    operator, values = condition.operator, condition.values
    if operator in _FIXED:
        first, last = cast(date, values[0]), cast(date, values[-1])
        return {
            O.ON: (first, _later(first, 1)),
            O.NOT_ON: (first, _later(first, 1)),
            O.BEFORE: (None, first),
            O.ON_OR_BEFORE: (None, _later(first, 1)),
            O.AFTER: (_later(first, 1) or date.max, None),
            O.ON_OR_AFTER: (first, None),
            O.BETWEEN: (first, _later(last, 1)),
            O.NOT_BETWEEN: (first, _later(last, 1)),
        }[operator]
    if operator in _NAMED_DAYS:
        start = today + _DAY * _NAMED_DAYS[operator]
        return start, start + _DAY
    direction, *_, unit = operator.value.split("-")
    if "-x-" not in operator.value:
        return _calendar(unit, {"last": -1, "this": 0, "next": 1}[direction], today)
    number = cast(int, values[0])
    if direction == "next":
        end = _shift(today, number, unit)
        return today, end and _later(end, 1)
    start_or_none = _shift(today, -number, unit)
    return (None, start_or_none or date.min) if direction == "olderthan" else (start_or_none, _later(today, 1))


def moments(condition: Condition, now: datetime, timezone: tzinfo) -> Moments:
    """The span of a date-and-time column, in UTC."""
    operator = condition.operator
    if operator in (O.LAST_HOURS, O.NEXT_HOURS, O.OLDER_HOURS):
        span = timedelta(hours=cast(int, condition.values[0]))
        if operator is O.NEXT_HOURS:
            return now, now + span + _TICK
        return (now - span, now + _TICK) if operator is O.LAST_HOURS else (None, now - span)
    low, high = days(condition, now.astimezone(timezone).date())
    start, end = _midnight(low, timezone), _midnight(high, timezone)
    if operator.value.startswith("last-x-"):
        return start, now + _TICK
    return (now, end) if operator.value.startswith("next-x-") else (start, end)


_FIXED = frozenset(
    {O.ON, O.NOT_ON, O.BEFORE, O.ON_OR_BEFORE, O.AFTER, O.ON_OR_AFTER, O.BETWEEN, O.NOT_BETWEEN},
)
_NAMED_DAYS = {O.TODAY: 0, O.YESTERDAY: -1, O.TOMORROW: 1}


def _calendar(unit: str, step: int, today: date) -> Days:
    if unit == "week":
        start = today - _DAY * today.weekday() + 7 * _DAY * step
        return start, start + 7 * _DAY
    months = {"month": 1, "quarter": 3, "year": 12}[unit]
    first = date(today.year, (today.month - 1) // months * months + 1, 1)
    return _months(first, months * step), _months(first, months * (step + 1))


def _shift(day: date, number: int, unit: str) -> date | None:
    if unit in ("days", "weeks"):
        return _later(day, number * (7 if unit == "weeks" else 1))
    return _months(day, number * (12 if unit == "years" else 1))


def _later(day: date, number: int) -> date | None:
    try:
        return day + timedelta(days=number)
    except OverflowError:
        return None


def _months(day: date, number: int) -> date | None:
    """The same day so many months later; the last day of a shorter month. None outside the calendar."""
    year, month = divmod(day.year * 12 + day.month - 1 + number, 12)
    if not date.min.year <= year <= date.max.year:
        return None
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def _midnight(day: date | None, timezone: tzinfo) -> datetime | None:
    if day is None:
        return None
    try:
        return datetime(day.year, day.month, day.day, tzinfo=timezone).astimezone(UTC)
    except OverflowError:
        return datetime.min.replace(tzinfo=UTC) if day.year == 1 else datetime.max.replace(tzinfo=UTC)
