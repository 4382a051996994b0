"""Spans of time the query functions name: today, last seven days, last X months, on a day. Days and weeks are UTC."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from leadwright.sandbox.dynamics.dataverse.values import moment
from leadwright.sandbox.dynamics.world import Refused

Span = tuple[datetime | None, datetime | None, bool]
_DAY = timedelta(days=1)


def span(name: str, given: list[Any], now: datetime) -> Span:
    """Start (included), end (not included) and whether rows inside the span count, of a function by its bare name.

    Raises:
        Refused: 400, there is no such function or a value is missing.
    """
    now = now.astimezone(UTC)
    try:
        if name in _FIXED:
            return (*_FIXED[name](now), True)
        if name.startswith(("LastX", "NextX", "OlderThanX")):
            return _counted(name, int(given[0]), now)
        return _on(name, [_day(one) for one in given])
    except (KeyError, IndexError, ValueError, TypeError, OverflowError):
        message = f"The function Microsoft.Dynamics.CRM.{name} does not exist or lacks a usable value."
        raise Refused(400, "0x80060888", message) from None


def _start(at: datetime) -> datetime:
    return at.replace(hour=0, minute=0, second=0, microsecond=0)


def _month(at: datetime, months: int) -> datetime:
    count = at.year * 12 + at.month - 1 + months
    day = min(at.day, 28) if at.day > 28 else at.day
    return at.replace(year=count // 12, month=count % 12 + 1, day=day)


def _week(at: datetime) -> datetime:
    return _start(at) - timedelta(days=(at.weekday() + 1) % 7)


def _first(at: datetime, months: int = 0) -> datetime:
    return _month(_start(at).replace(day=1), months)


def _new_year(at: datetime, years: int = 0) -> datetime:
    return _start(at).replace(year=at.year + years, month=1, day=1)


_FIXED: dict[str, Callable[[datetime], tuple[datetime, datetime]]] = {
    "Today": lambda now: (_start(now), _start(now) + _DAY),
    "Yesterday": lambda now: (_start(now) - _DAY, _start(now)),
    "Tomorrow": lambda now: (_start(now) + _DAY, _start(now) + 2 * _DAY),
    "Last7Days": lambda now: (_start(now) - 7 * _DAY, _start(now) + _DAY),
    "Next7Days": lambda now: (_start(now), _start(now) + 8 * _DAY),
    "ThisWeek": lambda now: (_week(now), _week(now) + 7 * _DAY),
    "LastWeek": lambda now: (_week(now) - 7 * _DAY, _week(now)),
    "NextWeek": lambda now: (_week(now) + 7 * _DAY, _week(now) + 14 * _DAY),
    "ThisMonth": lambda now: (_first(now), _first(now, 1)),
    "LastMonth": lambda now: (_first(now, -1), _first(now)),
    "NextMonth": lambda now: (_first(now, 1), _first(now, 2)),
    "ThisYear": lambda now: (_new_year(now), _new_year(now, 1)),
    "LastYear": lambda now: (_new_year(now, -1), _new_year(now)),
    "NextYear": lambda now: (_new_year(now, 1), _new_year(now, 2)),
}


def _counted(name: str, count: int, now: datetime) -> Span:
    unit = name.split("X", 1)[1]
    steps = {
        "Minutes": timedelta(minutes=count),
        "Hours": timedelta(hours=count),
        "Days": timedelta(days=count),
        "Weeks": timedelta(weeks=count),
    }
    months = {"Months": count, "Years": 12 * count}.get(unit)
    back = _month(now, -months) if months is not None else now - steps[unit]
    if name.startswith("OlderThan"):
        return None, back, True
    if name.startswith("Last"):
        return (_start(back) if unit not in {"Hours", "Minutes"} else back), now + timedelta(seconds=1), True
    ahead = _month(now, months) if months is not None else now + steps[unit]
    return now, (_start(ahead) + _DAY if unit not in {"Hours", "Minutes"} else ahead), True


def _day(value: Any) -> datetime:
    found = moment(str(value))
    if found is None:
        raise ValueError(value)
    return _start(found)


def _on(name: str, days: list[datetime]) -> Span:
    first = days[0]
    spans: dict[str, Span] = {
        "On": (first, first + _DAY, True),
        "NotOn": (first, first + _DAY, False),
        "OnOrAfter": (first, None, True),
        "OnOrBefore": (None, first + _DAY, True),
    }
    if name in {"Between", "NotBetween"}:
        return first, days[1] + _DAY, name == "Between"
    return spans[name]
