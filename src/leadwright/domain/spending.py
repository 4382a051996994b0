"""Caps of what a model may cost in a day, what happens near and at a cap, and the forecast for the month. Pure."""

from calendar import monthrange
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

ECONOMY_FROM = 0.8  # share of a cap from which competitors are not looked at by the model any more
_LATELY = 7  # days that the forecast goes by


class AtCap(StrEnum):
    """What happens when a day's cap is reached."""

    BUILTIN = "builtin"  # the built-in analyst judges until midnight UTC
    PAUSE = "pause"  # leads and replies wait until midnight UTC


class Level(StrEnum):
    """How the model may be used now: the set order of degrading."""

    FREE = "free"
    ECONOMY = "economy"  # leads are read without their competitors
    CAPPED = "capped"  # as `AtCap` says


@dataclass(frozen=True, slots=True)
class Limits:
    """Caps of one day, midnight to midnight UTC; None: no cap. `dollars` counts only calls whose price is known."""

    tokens: int | None = None
    dollars: float | None = None
    at_cap: AtCap = AtCap.BUILTIN


@dataclass(frozen=True, slots=True)
class Spent:
    """Tokens in and out, US dollars of the calls with a known price, and how many calls had none."""

    tokens: int = 0
    dollars: float = 0.0
    calls: int = 0
    unpriced: int = 0


def level_of(limits: Limits, spent: Spent, under_way: int = 0) -> Level:
    """Where a day stands.

    Args:
        under_way: calls that were begun and are not counted yet; each is taken to cost what the day's calls do.
    """
    share = 0.0
    calls = max(spent.calls, 1)
    if limits.tokens is not None:
        share = _share(spent.tokens + under_way * spent.tokens // calls, limits.tokens)
    if limits.dollars is not None:
        share = max(share, _share(spent.dollars + under_way * spent.dollars / calls, limits.dollars))
    return Level.CAPPED if share >= 1 else Level.ECONOMY if share >= ECONOMY_FROM else Level.FREE


def forecast(by_day: Mapping[date, Spent], today: date) -> Spent:
    """The month's whole cost: what is spent, and for each day left the mean of the seven days before today.

    Before seven days are known, the mean of those that are; with today alone, today as it is.
    """
    spent = [s for day, s in by_day.items() if (day.year, day.month) == (today.year, today.month)]
    first = min((day for day in by_day if day < today), default=today)
    days = min(_LATELY, (today - first).days)
    lately = [by_day.get(today - timedelta(days=n), Spent()) for n in range(1, days + 1)] or [
        by_day.get(today, Spent())
    ]
    left = monthrange(today.year, today.month)[1] - today.day
    return Spent(
        sum(s.tokens for s in spent) + left * sum(s.tokens for s in lately) // len(lately),
        sum(s.dollars for s in spent) + left * sum(s.dollars for s in lately) / len(lately),
        sum(s.calls for s in spent) + left * sum(s.calls for s in lately) // len(lately),
        sum(s.unpriced for s in spent),
    )


def _share(used: float, cap: float) -> float:
    return used / cap if cap else 1.0
