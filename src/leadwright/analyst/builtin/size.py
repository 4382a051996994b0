"""Does the head count lie in the wanted sizes? Reads ranges and names of sizes; knows no other question."""

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
    shown_range,
)
from leadwright.analyst.builtin.words import TOO_LONG, Answer, fold, split_exclusions
from leadwright.domain.fit import Verdict

HOW_TO_WRITE = 'Write the size as a range, such as "200 to 5,000 employees" or "500+".'

# Gartner's lines between small, midsize and large; the reason names the line that was used.
_NAMED: tuple[tuple[str, Interval], ...] = (
    (r"\b(?:micro|solo|one[- ](?:person|man)|sole trader)\b", Interval(1, 9)),
    (r"\b(?:start-?ups?|early[- ]stage)\b", Interval(1, 99)),
    (r"\b(?:smbs?|smes?|small (?:and|to|&|or) (?:medium|mid)\b[a-z -]{0,12})", Interval(1, 999)),
    (r"\bsmall\b(?! (?:and|to|&|or) (?:medium|mid))", Interval(1, 99)),
    (r"(?<!small and )(?<!small to )(?<!small & )(?<!small or )\b(?:mid[- ]?(?:market|sized?|cap|tier)|"
     r"medium)\b", Interval(100, 999)),
    (r"\b(?:enterprise|large|big|corporations?|multinationals?)s?\b(?! enough)", Interval(1000)),
)  # fmt: skip
_NAMED_PATTERNS = tuple((re.compile(p), i) for p, i in _NAMED)
_COUNTS = {
    **{"single": 1, "double": 2, "triple": 3, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6},
    **{str(n): n for n in range(2, 7)},
}
_COUNT = rf"\b({'|'.join(_COUNTS)})[- ]?"
_DIGITS = re.compile(
    rf"{_COUNT}(?:digits?|figures?)\b"
    r"(?P<more>[a-z ]{0,30}?\b(?:(?:or|and) (?:more|above|up|over|larger|bigger|higher|greater)|plus|upwards?)\b)?"
)
_DIGITS_TO = re.compile(rf"{_COUNT}digits? (?=to\b|-)")
_PEOPLE = re.compile(
    r"\s*(?:full[- ]time |total |global )?(?:employee|staff|people|person|worker|fte|head|personnel|associate)"
)
_MONEY_AFTER = re.compile(r"\s*(?:in |of )?(?:annual |yearly )?(?:revenue|turnover|sales|arr)\b")
_ENDLESS = Interval(-math.inf, math.inf)


def _is_head_count(text: str, quantity: Quantity) -> bool:
    if quantity.currency or is_year(text, quantity):
        return False
    after = text[quantity.end : quantity.end + 40]
    return bool(_PEOPLE.match(after)) or not _MONEY_AFTER.match(after)


@lru_cache(maxsize=256)
def wanted_sizes(details: str) -> tuple[tuple[Interval, ...], tuple[Interval, ...], str] | None:
    """Wanted ranges, excluded ranges, and the remark on a named size; None when none can be read."""
    if len(details) > TOO_LONG:
        return None
    wish = split_exclusions(details)
    remark = ""
    text = _DIGITS_TO.sub(lambda m: f"{10 ** (_COUNTS[m[1]] - 1)} ", fold(wish.included))
    wanted = _by_digits(text) or ranges(text, _is_head_count)
    if not wanted and (wanted := _named(text)):
        remark = " Sizes by name are read as: small up to 99, mid-market 100 to 999, large from 1,000 employees."
    if not wanted and wish.anything:
        wanted = [_ENDLESS]
    excluded = ranges(fold(wish.excluded), _is_head_count) or _named(fold(wish.excluded))
    return (tuple(wanted), tuple(excluded), remark) if wanted else None


def _by_digits(text: str) -> list[Interval]:
    """Head counts by their number of digits: "four-digit headcount" is 1,000 to 9,999, "or larger" without end."""
    found = [(_COUNTS[m[1]], bool(m["more"])) for m in _DIGITS.finditer(text)]
    return [Interval(10.0 ** (n - 1), math.inf if more else 10.0**n, high_open=True) for n, more in found]


def _named(text: str) -> list[Interval]:
    return [interval for pattern, interval in _NAMED_PATTERNS if pattern.search(text)]


@lru_cache(maxsize=20_000)
def head_count(value: str) -> Interval | None:
    """The head count that a record's value states."""
    text = fold(value[:200])
    found = point(text, _is_head_count)
    if found is not None and math.isinf(found.low):
        found = Interval(0, found.high, False, found.high_open)
    return found


def judge_size(details: str, value: str) -> Answer:
    """Judge a head count such as "10,000 employees" against the wanted sizes."""
    wanted = wanted_sizes(details)
    if wanted is None:
        return Answer(Verdict.UNKNOWN, f"The wanted size could not be read. {HOW_TO_WRITE}")
    counted = head_count(value[:200])
    if counted is None:
        return Answer(Verdict.UNKNOWN, f'"{value[:80]}" states no number of employees.')
    inside = place_in(counted, wanted[0], wanted[1])
    if inside is None:
        return Answer(Verdict.UNKNOWN, f"{value[:80]} lies only partly in the wanted range.{wanted[2]}")
    shown = value[:80] if re.search("[a-z]", value, re.I) else f"{value[:80]} employees"
    if wanted[0] == (_ENDLESS,):
        return Answer(Verdict.MET if inside else Verdict.NOT_MET, f"{shown}, and {details[:120]}.")
    words = against(inside, shown_range(wanted[0], details))
    return Answer(Verdict.MET if inside else Verdict.NOT_MET, f"{shown}{words}.{wanted[2]}")
