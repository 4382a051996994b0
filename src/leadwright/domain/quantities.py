"""Reads numbers, amounts of money and dates as people type them, and names what is ambiguous. Pure."""

import math
import re
from datetime import date, datetime

from leadwright.domain.attributes import Attribute, Kind
from leadwright.domain.cells import Cell, Doubtful, Rules, Unreadable, clean, native_text, quoted

_POWER = {
    "": 0,
    "k": 3,
    "thousand": 3,
    "tsd": 3,
    "m": 6,
    "mm": 6,
    "mn": 6,
    "mio": 6,
    "mil": 6,
    "million": 6,
    "millions": 6,
    "b": 9,
    "bn": 9,
    "bio": 9,
    "mrd": 9,
    "billion": 9,
    "billions": 9,
    "t": 12,
    "trillion": 12,
}
_NUMBER = re.compile(r"(?P<sign>[-−–]?)(?P<body>\d[\d.,'’   ]*|\.\d+)(?P<unit>e[+-]?\d+|[a-z]*)\.?\+?")
_RANGE = re.compile(
    r"(?:from |between |von |zwischen |de |entre )?([^\d]{0,4}\d.*?)"
    r"(?:\s*[-–—]\s*|\s+(?:to|and|bis|und|à|a|et|y)\s+)([^\d]{0,4}\d.*)"
)
_AT_MOST = re.compile(
    r"(?:<=?|≤|up to|under|below|less than|fewer than|at most|bis(?: zu)?|unter|weniger als|höchstens|jusqu'à|moins de|"
    r"hasta|menos de)\s*([^\d]{0,4}\d.*)"
)
_AT_LEAST = re.compile(
    r"(?:>=?|≥|over|above|more than|at least|über|ab|mehr als|mindestens|plus de|au moins|más de|al menos)\s*"
    r"(\D{0,4}\d.*)"
)
_COUNTED = re.compile(
    r"\s*(?:employees|people|persons|staff|ftes?|mitarbeiter(?:innen|\*innen|:innen)?|beschäftigte|employ[ée]s|salari[ée]s|"
    r"collaborateurs|empleados|trabajadores)$"
)
_FOREIGN = {"€": "EUR", "£": "GBP", "¥": "yen or yuan", "₹": "INR"}
_CURRENCY = re.compile(
    r"^(US\$|\$|USD|€|EUR|£|GBP|¥|JPY|CHF|CAD|AUD|INR|₹)\s*|\s*(US\$|\$|USD|€|EUR|£|GBP|¥|JPY|CHF|CAD|AUD|INR|₹)$", re.I
)
_FOREIGN_SIGN = re.compile(r"\s*(?:[€£¥₹]|(?<![a-z]{2})(?:EUR|GBP|JPY|CHF|CAD|AUD|INR)(?![a-z]))\s*", re.I)
_ISO = re.compile(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?:[T ]\d{1,2}:\d{2}.*)?")
_PARTS = re.compile(r"(\d{1,2})([-/.])(\d{1,2})\2(\d{4})(?:,? \d{1,2}:\d{2}.*)?")
_WORDY = re.compile(r"(?:(\d{1,2})\.?[ -]([a-z]{3,9})\.?|([a-z]{3,9})\.? (\d{1,2})),?[ -](\d{4})")
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
MONTH_NAMES = (
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
)
_EARLIEST, _LATEST = 1900, 2200


def read_quantity(cell: Cell, attribute: Attribute, rules: Rules) -> float | int | None:
    """A number within the range of its column: 1,200, 1.200,50, 10k, $1.5M. Money is in US dollars.

    Raises:
        Doubtful: a range such as 51-200; a list goes on with its lower end. Another currency: with the number as it is.
        Unreadable: no number, an ambiguous or an impossible one.
    """
    if isinstance(cell, date):
        raise Unreadable(
            f"{native_text(cell)} is a date, not a number. Perhaps the spreadsheet took a range such as 1-10 for one: "
            "format the column as text and write it again"
        )
    if isinstance(cell, bool):
        raise Unreadable(f"{native_text(cell)} is not a number. Write digits such as 1200")
    if isinstance(cell, int | float):
        number = float(cell)
        text = native_text(cell)
    else:
        text = clean(cell)
        if not text:
            return None
        if attribute.kind is Kind.MONEY and (signs := _FOREIGN_SIGN.findall(text)):
            raise _foreign(text, {_code(sign) for sign in signs}, attribute, rules)
        number = _number(text, text, attribute, rules)
    return _in_range(number, text, attribute)


def _code(sign: str) -> str:
    return _FOREIGN.get(sign.strip(), sign.strip().upper())


def _foreign(text: str, codes: set[str], attribute: Attribute, rules: Rules) -> Doubtful:
    """What an amount in another currency is read as: its number, since nobody knows the rate that was meant."""
    if len(codes) > 1 or re.search(r"\$|usd", text, re.I):
        raise Unreadable(f"{quoted(text)} names two currencies. Give one amount in US dollars")
    said = f"in {codes.pop()}, not in US dollars, and is stored as the number it is"
    message = f"{quoted(text)} is not in US dollars. Convert it to US dollars"
    try:
        number = _number(_FOREIGN_SIGN.sub(" ", text).strip(), text, attribute, rules)
    except Doubtful as ranged:
        return Doubtful(message, instead=ranged.instead, remark=f"{ranged.remark}; it is {said}")
    return Doubtful(message, instead=_in_range(number, text, attribute), remark=f"the amount is {said}")


def _in_range(number: float, text: str, attribute: Attribute) -> float | int:
    low = attribute.low if attribute.low is not None else -1e15
    high = attribute.high if attribute.high is not None else 1e15
    if not math.isfinite(number) or number > high:
        raise Unreadable(f"{quoted(text)} is impossible: {attribute.label} is at most {high:,.0f}. Correct it")
    if number < low:
        below = "cannot be negative" if low == 0 else f"is at least {low:,.0f}"
        raise Unreadable(f"{quoted(text)} is impossible: {attribute.label} {below}. Correct it")
    if attribute.kind is not Kind.NUMBER:
        return number
    if not number.is_integer():
        raise Unreadable(f"{quoted(text)} is not a whole number. {attribute.label} counts in whole numbers")
    return int(number)


def _number(bare: str, text: str, attribute: Attribute, rules: Rules) -> float:
    if len(text) > 60:
        raise Unreadable(f"{quoted(text)} is not a number. Write digits such as 1200 or 1.5M")
    if bare.isascii() and bare.isdigit():
        return float(bare)
    bare = _COUNTED.sub("", bare.casefold()) if attribute.kind is Kind.NUMBER else bare.casefold()
    if _NUMBER.fullmatch(bare):
        return _one_number(bare, text, attribute, rules)
    if at_least := _AT_LEAST.fullmatch(bare):
        bare = at_least[1]
    elif at_most := _AT_MOST.fullmatch(bare):
        raise _doubtful(text, None, _one_number(at_most[1], text, attribute, rules), attribute)
    elif ends := _RANGE.fullmatch(bare):
        raise _doubtful(text, *_ends(ends[1], ends[2], text, attribute, rules), attribute)
    return _one_number(bare, text, attribute, rules)


def _ends(first: str, second: str, text: str, attribute: Attribute, rules: Rules) -> tuple[float, float]:
    """Both ends of a range; a unit or currency written once is meant for both: 10-50M, $10-50 million."""
    low, high = (_one_number(end, text, attribute, rules) for end in (first, second))
    unit = _NUMBER.fullmatch(re.sub(r"us\$|\$|usd", "", second).strip())
    if unit and unit["unit"] in _POWER and not re.search(r"[a-z]", first.casefold().replace("usd", "")):
        scaled = low * 10.0 ** _POWER[unit["unit"]]
        low = scaled if scaled <= high else low
    if low > high:
        raise Unreadable(f"{quoted(text)} is a range that ends below its beginning. Correct it")
    return low, high


def _doubtful(text: str, low: float | None, high: float, attribute: Attribute) -> Doubtful:
    """What a range is read as: its lower end, which is sure, or the upper where there is no lower above zero."""
    instead = _in_range(low or high, text, attribute)
    end = "its lower end" if low else "the most it can be"
    return Doubtful(
        f"{quoted(text)} is a range. Give one number, or map the column to a text column of your own",
        instead=instead,
        remark=f"{quoted(text)} is a range and is read as {instead:,.0f}, {end}",
    )


def _one_number(bare: str, text: str, attribute: Attribute, rules: Rules) -> float:
    bare, negative = bare.strip(), False
    if bare.startswith("(") and bare.endswith(")"):
        bare, negative = bare[1:-1].strip(), True
    bare = _without_currency(bare, text, attribute).casefold().removeprefix("~").strip()
    match = _NUMBER.fullmatch(bare)
    if match is None:
        raise Unreadable(f"{quoted(text)} is not a number. Write digits such as 1200 or 1.5M")
    unit = match["unit"]
    if unit not in _POWER and not re.fullmatch(r"e[+-]?\d+", unit):
        raise Unreadable(f"{quoted(text)} is not a number: {quoted(unit)} is not known. Write digits such as 1200")
    digits = _decimal(match["body"].strip(), text, attribute, rules)
    if match["sign"] or negative:
        digits = f"-{digits}"
    return float(digits + (f"e{_POWER[unit]}" if unit in _POWER else unit))


def _without_currency(bare: str, text: str, attribute: Attribute) -> str:
    match = _CURRENCY.search(bare)
    if match is None:
        return bare
    sign = (match[1] or match[2]).upper()
    if attribute.kind is not Kind.MONEY:
        raise Unreadable(f"{quoted(text)} is an amount of money, {attribute.label} is a number. Correct it")
    if sign not in ("$", "US$", "USD"):
        raise Unreadable(f"{quoted(text)} is not in US dollars. Convert it to US dollars")
    bare = (bare[: match.start()] + bare[match.end() :]).strip()
    return re.sub(r"^usd\s*|\s*usd$", "", bare, flags=re.I)


def _decimal(body: str, text: str, attribute: Attribute, rules: Rules) -> str:
    """The digits with a point as the only sign in them."""
    body = re.sub(r"['’   ](?=\d)", "", body).strip()
    points, commas = body.count("."), body.count(",")
    if not points and not commas:
        return body
    if points and commas:
        sign = max(".,", key=body.rfind)
    elif points + commas > 1:
        sign = ""  # 1.234.567: all of them group
    else:
        sign = _lone_sign(body, text, attribute, rules)
    group = {".": ",", ",": ".", "": "." if points else ","}[sign]
    whole, _, fraction = body.partition(sign) if sign else (body, "", "")
    groups = whole.split(group)
    if group in fraction or (len(groups) > 1 and not _grouped(groups)):
        raise Unreadable(f"{quoted(text)} is not a number: its points and commas do not fit. Write it without them")
    return "".join(groups) + (f".{fraction}" if fraction else "")


def _grouped(groups: list[str]) -> bool:
    return bool(groups[0]) and len(groups[-1]) == 3 and all(len(g) in (2, 3) for g in groups[1:]) and len(groups[0]) < 4


def _lone_sign(body: str, text: str, attribute: Attribute, rules: Rules) -> str:
    """Whether the one point or comma is the decimal sign; empty when it groups thousands."""
    sign = "." if "." in body else ","
    whole, _, fraction = body.partition(sign)
    could_group = len(fraction) == 3 and 0 < len(whole) < 4 and whole != "0"
    if not could_group:
        return sign
    if rules.numbers:
        return sign if sign == {"point": ".", "comma": ","}[rules.numbers] else ""
    if sign == "." and attribute.kind is not Kind.NUMBER:
        clear = fraction.rstrip("0") or "0"  # any number of decimals but three, which could group thousands
        clear += "0" * (len(clear) == 3)
        raise Unreadable(
            f"{quoted(text)} can mean {whole}{fraction} or {whole}.{fraction}. Write {whole}{fraction} or "
            f"{whole}.{clear}",
            ask="numbers",
        )
    return ""


def read_date(cell: Cell, rules: Rules) -> date | None:
    """A day: ISO, 31.12.2026, 31/12/2026, 12/31/2026, 5 Jan 2026. 03/04/2026 needs a rule.

    Raises:
        Unreadable: no date, an ambiguous or an impossible one.
    """
    if isinstance(cell, datetime):
        return _possible(cell.date(), native_text(cell))
    if isinstance(cell, date):
        return _possible(cell, native_text(cell))
    text = clean(cell)
    if not text:
        return None
    if iso := _ISO.fullmatch(text):
        return _made(int(iso[1]), int(iso[2]), int(iso[3]), text)
    if parts := _PARTS.fullmatch(text):
        day, month = _day_and_month(int(parts[1]), parts[2], int(parts[3]), text, rules)
        return _made(int(parts[4]), month, day, text)
    if wordy := _WORDY.fullmatch(text.casefold()):
        name = wordy[2] or wordy[3]
        if name[:3] in _MONTHS and (name == "sept" or MONTH_NAMES[_MONTHS.index(name[:3])].startswith(name)):
            return _made(int(wordy[5]), _MONTHS.index(name[:3]) + 1, int(wordy[1] or wordy[4]), text)
    raise Unreadable(f"{quoted(text)} is not a date. Write it as 2026-03-31, with the year in four digits")


def _day_and_month(first: int, sign: str, second: int, text: str, rules: Rules) -> tuple[int, int]:
    if sign == "." or first > 12 or first == second:  # 31.12.2026 is always day first
        return first, second
    if second > 12:
        return second, first
    if rules.dates is None:
        raise Unreadable(f"{quoted(text)} can mean two days. Write it as 2026-03-31", ask="dates")
    return (first, second) if rules.dates == "day first" else (second, first)


def _made(year: int, month: int, day: int, text: str) -> date:
    try:
        return _possible(date(year, month, day), text)
    except ValueError as error:
        if isinstance(error, Unreadable):
            raise
        raise Unreadable(f"{quoted(text)} is not a day of the calendar. Correct it") from None


def _possible(day: date, text: str) -> date:
    if not _EARLIEST <= day.year <= _LATEST:
        raise Unreadable(f"{quoted(text)} is outside {_EARLIEST} to {_LATEST}. Correct the year")
    return day
