"""Does the annual revenue lie in the wanted range? Reads amounts and currencies; knows no other question."""

import math
import re
from functools import lru_cache

from leadwright.analyst.builtin.numbers import (
    Interval,
    Quantity,
    against,
    is_year,
    place_in,
    point,
    ranges,
    shown_amount,
    shown_range,
)
from leadwright.analyst.builtin.words import TOO_LONG, Answer, fold, split_exclusions
from leadwright.domain.fit import Verdict

HOW_TO_WRITE = 'Write the revenue as a range, such as "$10 million to $500 million" or "over 50 million EUR".'

# Lowest and highest value in US dollars over the last years. A verdict across currencies must hold at both ends.
_DOLLARS: dict[str, tuple[float, float]] = {
    "EUR": (0.98, 1.22), "GBP": (1.10, 1.42), "JPY": (0.0062, 0.0098), "INR": (0.0112, 0.0140), "CAD": (0.68, 0.83),
    "AUD": (0.60, 0.78), "CHF": (1.00, 1.28), "SEK": (0.088, 0.121), "NOK": (0.087, 0.120), "DKK": (0.13, 0.165),
    "CNY": (0.136, 0.158), "BRL": (0.16, 0.22), "MXN": (0.046, 0.061), "SGD": (0.69, 0.79), "HKD": (0.127, 0.129),
    "NZD": (0.55, 0.74), "KRW": (0.00067, 0.00092), "ZAR": (0.051, 0.070), "AED": (0.272, 0.273), "SAR": (0.266, 0.267),
    "PLN": (0.20, 0.28), "ILS": (0.25, 0.32),
}  # fmt: skip
_SCALE_HINT = re.compile(
    r"\b(?:in|figures in)\s+(?:[a-z$€£]{1,4}\s?)?(millions?|mio|mn|m|billions?|bn|thousands?|k)\b|[$€£](m|bn|k)\b"
)
_SCALES = {"t": 1e3, "k": 1e3, "m": 1e6, "b": 1e9}
_FIGURES = re.compile(
    r"\b(five|six|seven|eight|nine|ten|[5-9]|10)[- ]?(?:to (five|six|seven|eight|nine|ten|[5-9]|10)[- ]?)?figures?\b"
)
_COUNTS = {w: n for n, w in enumerate(["five", "six", "seven", "eight", "nine", "ten"], 5)} | {
    str(n): n for n in range(5, 11)
}
_PEOPLE_AFTER = re.compile(
    r"\s*(?:full[- ]time )?(?:employee|people|staff|worker|fte|person|customer|year|store|user|site|countr)"
)


def _is_money(text: str, quantity: Quantity) -> bool:
    return not is_year(text, quantity) and not _PEOPLE_AFTER.match(text[quantity.end : quantity.end + 30])


@lru_cache(maxsize=256)
def wanted_revenue(details: str, name: str = "") -> tuple[tuple[Interval, ...], tuple[Interval, ...]] | None:
    """Wanted and excluded ranges; None when none can be read.

    Args:
        details: "$100 million to $10 billion+".
        name: the criterion's name, for a unit given there ("Revenue in $M").
    """
    if len(details) > TOO_LONG:
        return None
    wish = split_exclusions(details)
    factor = _factor(f"{fold(name[:300])} {fold(details)}")
    text = fold(wish.included)
    wanted = _scaled(ranges(text, _is_money), factor) or _figures(text)
    if not wanted and wish.anything:
        wanted = [Interval(-math.inf, math.inf)]
    excluded = _scaled(ranges(fold(wish.excluded), _is_money), factor)
    if not wanted:
        return None
    currency = next((i.currency for i in wanted if i.currency), None)
    return (
        tuple(_in_currency(i, currency) for i in wanted),
        tuple(_in_currency(i, currency) for i in excluded),
    )


def _in_currency(interval: Interval, currency: str | None) -> Interval:
    return Interval(interval.low, interval.high, interval.low_open, interval.high_open, interval.currency or currency)


def _factor(text: str) -> float:
    hint = _SCALE_HINT.search(text)
    return _SCALES[(hint[1] or hint[2])[0]] if hint else 1.0


def _scaled(intervals: list[Interval] | None, factor: float) -> list[Interval]:
    """Bare figures of a text that says "in millions" are millions."""
    out = []
    for i in intervals or ():
        ends = [abs(e) for e in (i.low, i.high) if not math.isinf(e)]
        times = factor if factor > 1 and all(e < factor for e in ends) else 1.0
        out.append(Interval(i.low * times, i.high * times, i.low_open, i.high_open, i.currency))
    return out


def _figures(text: str) -> list[Interval]:
    """Figures by their count: "seven-figure revenue" is 1 million to 9,999,999."""
    out = []
    for match in _FIGURES.finditer(text):
        first, last = _COUNTS[match[1]], _COUNTS[match[2] or match[1]]
        out.append(Interval(10.0 ** (first - 1), 10.0**last, high_open=True))
    return out


@lru_cache(maxsize=20_000)
def amount(value: str) -> Interval | None:
    """The revenue that a record's value states, in its own currency."""
    text = fold(value[:200])
    if re.search(r"\bpre[- ]?revenue\b", text):
        return Interval(0, 0)
    found = point(text, _is_money)
    if found is not None and math.isinf(found.low):
        found = Interval(0, found.high, False, found.high_open, found.currency)
    return found


def _dollars(interval: Interval, end: int) -> Interval | None:
    currency = interval.currency or "USD"
    if currency == "USD":
        return interval
    if currency not in _DOLLARS:
        return None
    rate = _DOLLARS[currency][end]
    return Interval(interval.low * rate, interval.high * rate, interval.low_open, interval.high_open, "USD")


def _inside(earned: Interval, wanted: tuple[Interval, ...], excluded: tuple[Interval, ...]) -> bool | None:
    wish = wanted[0].currency
    known = earned.currency or wish
    if (earned.currency is None or wish is None) and known not in (None, "USD"):
        # The one without a currency may be meant in the other's or in dollars: the verdict must hold for both.
        ours = [_in_currency(earned, c) for c in ((known,) if earned.currency else (known, "USD"))]
        wishes_of = [tuple(_in_currency(i, c) for i in wanted) for c in ((known,) if wish else (known, "USD"))]
        out = tuple(_in_currency(i, known) for i in excluded)
        decided = {_inside(each, wishes, out) for each in ours for wishes in wishes_of}
        return decided.pop() if len(decided) == 1 else None
    if earned.currency is None or wish is None or all(i.currency == earned.currency for i in (*wanted, *excluded)):
        return place_in(earned, [_in_currency_of(i, earned) for i in wanted], excluded)
    answers = set()
    for mine in (0, 1):
        for theirs in (0, 1):
            value = _dollars(earned, mine)
            ranges_ = [_dollars(i, theirs) for i in wanted]
            ruled_out = [_dollars(i, theirs) for i in excluded]
            if value is None or None in ranges_ or None in ruled_out:
                return None
            answers.add(place_in(value, [r for r in ranges_ if r], [r for r in ruled_out if r]))
    return answers.pop() if len(answers) == 1 else None


def _in_currency_of(interval: Interval, other: Interval) -> Interval:
    return Interval(interval.low, interval.high, interval.low_open, interval.high_open, other.currency)


def judge_revenue(details: str, value: str, name: str = "") -> Answer:
    """Judge a revenue such as "$500 million" against the wanted range."""
    wanted = wanted_revenue(details, name)
    if wanted is None:
        return Answer(Verdict.UNKNOWN, f"The wanted revenue could not be read. {HOW_TO_WRITE}")
    earned = amount(value[:200])
    if earned is None:
        return Answer(Verdict.UNKNOWN, f'"{value[:80]}" states no amount.')
    inside = _inside(earned, *wanted)
    if inside is None:
        return Answer(Verdict.UNKNOWN, f"Whether {value[:80]} lies in {details[:120]} cannot be told for certain.")
    bare = earned.low == earned.high and len(re.sub(r"\D", "", value)) > 6
    shown = shown_amount(earned.low, earned.currency) if bare else value[:80]
    words = against(inside, shown_range(wanted[0], details, money=True))
    return Answer(Verdict.MET if inside else Verdict.NOT_MET, f"{shown}{words}.")
