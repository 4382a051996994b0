"""Numbers and ranges as people write them: "1000 to 50000+", "$100-500 million", "fewer than 50". No trade words."""

import math
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

UNITS = {
    "k": 1e3, "thousand": 1e3, "thousands": 1e3, "tsd": 1e3,
    "m": 1e6, "mm": 1e6, "mn": 1e6, "mln": 1e6, "mio": 1e6, "mil": 1e6, "mill": 1e6, "million": 1e6, "millions": 1e6,
    "b": 1e9, "bn": 1e9, "bln": 1e9, "bil": 1e9, "billion": 1e9, "billions": 1e9, "mrd": 1e9, "milliard": 1e9,
    "milliards": 1e9, "tn": 1e12, "trn": 1e12, "trillion": 1e12, "trillions": 1e12,
    "lakh": 1e5, "lakhs": 1e5, "lac": 1e5, "crore": 1e7, "crores": 1e7, "cr": 1e7,
}  # fmt: skip
SYMBOLS = {"$": "USD", "€": "EUR", "£": "GBP", "¥": "JPY", "₹": "INR", "₩": "KRW"}
_PREFIXED = {"us$": "USD", "c$": "CAD", "ca$": "CAD", "a$": "AUD", "au$": "AUD", "nz$": "NZD", "s$": "SGD",
             "hk$": "HKD", "r$": "BRL", "mx$": "MXN"}  # fmt: skip
_CODES = "usd|eur|gbp|jpy|inr|cad|aud|chf|sek|nok|dkk|cny|rmb|brl|mxn|sgd|hkd|nzd|krw|zar|aed|sar|pln|ils"
_NAMES = {"dollar": "USD", "dollars": "USD", "euro": "EUR", "euros": "EUR", "pounds": "GBP", "pound": "GBP",
          "sterling": "GBP", "yen": "JPY", "rupees": "INR", "francs": "CHF", "rmb": "CNY"}  # fmt: skip
_NUMBER = re.compile(
    rf"(?P<before>(?:\b[a-z]{{1,2}})?[$€£¥₹₩]|\b(?:{_CODES})\b)?\s?"
    r"(?P<digits>(?<![\d.])\d{1,3}(?:[,.' ]\d{3}){1,5}(?!\d)(?:[.,]\d{1,2}(?!\d))?"
    r"|(?<!\d)(?<!\d[.,])\d{1,3}(?:,\d{2}){1,4},\d{3}(?!\d)"
    r"|(?<!\d)(?<!\d[.,])\d{1,18}(?:[.,]\d{1,6})?)"
    rf"(?:\s?-?\s?(?P<unit>{'|'.join(sorted(UNITS, key=len, reverse=True))})(?![a-z]))?"
    rf"(?:\s?(?P<after>[$€£¥₹₩]|(?:{_CODES}|{'|'.join(_NAMES)})\b))?"
    r"(?P<plus>\s?\+)?"
)
_UP_TO_TWENTY = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen "
    "eighteen nineteen twenty"
)
_SMALL = {word: number for number, word in enumerate(_UP_TO_TWENTY.split())}
_TENS = {"thirty": 30, "forty": 40, "fifty": 50, "sixty": 60, "seventy": 70, "eighty": 80, "ninety": 90}
_SCALES = {"dozen": 12, "hundred": 100, "thousand": 1000, "million": 10**6, "billion": 10**9}
_NUMBER_WORD = "|".join([*_SMALL, *_TENS, *_SCALES])
_WORDED = re.compile(rf"\b(?:(?:an? )?(?:{_NUMBER_WORD})(?:[ -](?:(?<=hundred )and )?(?:{_NUMBER_WORD})){{0,6}})\b")


_HAS_WORD = re.compile(rf"\b(?:{_NUMBER_WORD})\b")


@dataclass(frozen=True, slots=True)
class Quantity:
    """One number of a text: value with its unit applied, the bare number, its currency and where it stands."""

    value: float
    bare: float
    unit: float | None
    currency: str | None
    plus: bool
    start: int
    end: int
    whole: bool = False  # written with thousands separators


@dataclass(frozen=True, slots=True)
class Interval:
    """From `low` to `high`; an open end does not belong to it."""

    low: float = -math.inf
    high: float = math.inf
    low_open: bool = False
    high_open: bool = False
    currency: str | None = None

    def holds(self, value: float) -> bool:
        """Is the value inside?"""
        above = value > self.low or (value == self.low and not self.low_open)
        return above and (value < self.high or (value == self.high and not self.high_open))

    def meets(self, other: "Interval") -> bool:
        """Do the two share a value?"""
        low, high = max(self.low, other.low), min(self.high, other.high)
        return low < high or (low == high and self.holds(low) and other.holds(low))

    def covers(self, other: "Interval") -> bool:
        """Does the other lie inside entirely?"""
        above = other.low > self.low or (other.low == self.low and (other.low_open or not self.low_open))
        return above and (
            other.high < self.high or (other.high == self.high and (other.high_open or not self.high_open))
        )


def quantities(text: str) -> list[Quantity]:
    """Every number of a folded text, left to right. Percentages are not quantities."""
    text = digits_for_words(text)
    found = []
    for match in _NUMBER.finditer(text):
        if re.match(r"\s?(?:%|percent)", text[match.end() : match.end() + 9]):
            continue
        found.append(_quantity(match))
    return found


def _quantity(match: re.Match[str]) -> Quantity:
    unit = UNITS[match["unit"]] if match["unit"] else None
    bare, whole = _bare(match["digits"], unit)
    marks = (match["before"] or "", match["after"] or "")
    currency = next((c for c in map(_currency, marks) if c), None)
    return Quantity(bare * (unit or 1), bare, unit, currency, bool(match["plus"]), match.start(), match.end(), whole)


def _currency(mark: str) -> str | None:
    mark = mark.strip()
    if not mark:
        return None
    return _PREFIXED.get(mark) or SYMBOLS.get(mark[-1]) or _NAMES.get(mark) or mark.upper()


def _bare(digits: str, unit: float | None) -> tuple[float, bool]:
    if re.fullmatch(r"\d{1,3}(?:,\d{2})+,\d{3}", digits):  # 12,34,567 as in India
        return float(digits.replace(",", "")), True
    if grouped := re.fullmatch(r"(\d{1,3}(?:([,.' ])\d{3})(?:\2\d{3})*)(?:[.,](\d{1,2}))?", digits):
        decimal_point = grouped[2] == "." and unit and digits.count(".") == 1 and not grouped[3]
        if not decimal_point:
            return float(re.sub(r"\D", "", grouped[1]) + "." + (grouped[3] or "0")), True
    return float(re.sub(r"[' ]", "", digits.replace(",", ".", 1) if digits.count(",") == 1 else digits.replace(",", ""))
                 if digits.count(".") + digits.count(",") <= 1 else re.sub(r"\D", "", digits)), False  # fmt: skip


def digits_for_words(text: str) -> str:
    """Numbers in words made digits: "fewer than fifty" -> "fewer than 50". "10 million" is left to the units."""

    def digits(match: re.Match[str]) -> str:
        if re.search(r"\d[\d.,]*[ -]?$", text[: match.start()][-24:]):
            return match[0]
        total = current = 0
        for word in re.findall(r"[a-z]+", match[0]):
            if word in ("a", "an", "and"):
                current = current or (1 if word != "and" else 0)
            elif word in _SCALES:
                scale = _SCALES[word]
                current = max(current, 1) * scale
                if scale >= 1000:
                    total, current = total + current, 0
            else:
                base = _SMALL.get(word, _TENS.get(word, 0))
                current = base if current == 1 and match[0].startswith(("a ", "an ")) else current + base
        return str(total + current)

    if not _HAS_WORD.search(text):
        return text
    text = text.replace("half a million", "500000").replace("half a billion", "500 million")
    between = re.compile(r"\b((?:between|from) (?:[a-z]+ ){1,5}?)and (?=[a-z])").sub(r"\1to ", text)
    return _WORDED.sub(digits, between)


_NOUN = r"(?:\s+(?!or\b|and\b|to\b|but\b)[a-z'-]{1,20}){0,3}?"
_RANGE_PLAIN = re.compile(
    r"(?:\s+(?:employees|people|staff|usd|dollars|in revenue|ftes?))?\s*"
    r"(?:-|\bto\b|\bbis\b|through|thru|until|till|up to|\.\.+)\s*(?P<open>over|more than|above|"
    r"well over)?\s*(?:up to\b)?\s*(?:(?:about|around|roughly|approximately|approx\.?|circa|ca\.?|some|nearly|almost|"
    r"perhaps)(?![a-z])|~)?\s*"
)
_BETWEEN = re.compile(r"\b(?:between|from|range of|ranging from)\s*(?:about |around |roughly )?$")
_AND = re.compile(_NOUN + r"\s*(?:and|&|to|-)\s*")
_LOW_BEFORE = re.compile(
    r"(?:\b(?P<strict>(?<!no )(?<!not )(?:more than|over|above|greater than|larger than|bigger than|"
    r"higher than)|(?<!not )exceed(?:ing|s)?|in excess of|"
    r"excess of|north of|beyond|after|later than)|(?P<strict2>(?<!<)>)|>=|=>|≥|\b(?:greater|more|larger|"
    r"higher) than or equal to|\bat least|\bmin(?:imum|\b\.?)(?: [a-z]{1,20}){0,3}|"
    r"\bupwards? of|\bstarting (?:at|from|with)|\bfrom|\bsince|\bno (?:less|fewer|smaller) than|"
    r"\bnot (?:less|fewer|smaller|below|under)(?: than)?)\s*:?\s*(?:about |around |roughly )?$"
)
_HIGH_BEFORE = re.compile(
    r"(?:\b(?P<strict>(?<!no )(?<!not )(?:fewer than|less than|under|below|smaller than|lower than)|before|"
    r"earlier than)|(?P<strict2><)|<=|=<|≤|\b(?:less|fewer|smaller|lower) than or equal to|"
    r"\bup to|\bat most|\b(?:no|not) (?:more|larger|bigger|greater) than|\bnot (?:over|above|exceeding)|"
    r"\bmax(?:imum|\b\.?)(?: [a-z]{1,20}){0,3}|\bwithin|\buntil|\b(?:capped|topping out|peaking|ending|stopping) at|"
    r"\b(?:ceiling|cap|limit) (?:of|at))\s*:?\s*(?:about |around |roughly )?$"
)
_LOW_AFTER = re.compile(
    _NOUN + r"\s*(?:,\s*)?(?:\b(?:(?:or|and) (?:more|above|up|over|greater|higher|larger|bigger|beyond|upwards?|"
    r"later)\b(?! than)|"
    r"plus\b|upwards?\b|onwards?\b|minimum\b|min\b|at (?:the (?:very )?)?least\b))"
)
_HIGH_AFTER = re.compile(
    _NOUN + r"\s*(?:,\s*)?(?:\b(?:(?:or|and) (?:less|fewer|smaller|below|under|lower|earlier)\b(?! than)|"
    r"maximum\b|max\b|at (?:the (?:very )?)?most\b|tops\b))"
)
_ABOUT = re.compile(r"(?:\b(?:about|around|approximately|approx\.?|roughly|circa|ca\.?|some|nearly|almost)|~)\s*$")
_WISHFUL = re.compile(r"\b(?:ideally|preferably|preferred|especially|particularly|sweet spot)\b")
_YEAR_BEFORE = re.compile(r"\b(?:in|fy|year|as of|by|during|for|founded)\s*$")


def ranges(text: str, keep: Callable[[str, Quantity], bool] | None = None) -> list[Interval] | None:
    """The wanted ranges of a folded text, or None when it names no range (a bare number is none).

    Args:
        text: "between 10 and 200 people or more than 5,000".
        keep: says whether a number (with the text around it) counts; the others are read over.
    """
    text = digits_for_words(text)
    found = [q for q in quantities(text) if keep is None or keep(text, q)]
    if found and (wish := _WISHFUL.search(text, found[0].end)):
        found = [q for q in found if q.start < wish.start()]
        text = text[: wish.start()]
    gaps = [
        text[a:b] for a, b in zip([0, *(q.end for q in found)], [*(q.start for q in found), len(text)], strict=True)
    ]
    out: list[Interval] = []
    joins: list[str] = []
    index = 0
    while index < len(found):
        interval, used, rest = _interval(found, gaps, index)
        if interval is not None:
            out.append(interval)
            joins.append(rest)
        elif joins:
            joins[-1] += " or "
        index += used
    return _joined(out, joins) if out else None


def _interval(found: Sequence[Quantity], gaps: Sequence[str], i: int) -> tuple[Interval | None, int, str]:
    """The range that starts at number i, how many numbers it used, and the text up to the next."""
    one, before, after = found[i], gaps[i], gaps[i + 1]
    if i + 1 < len(found) and not one.plus:
        between = _BETWEEN.search(before)
        match = _RANGE_PLAIN.fullmatch(after) or (between and _AND.fullmatch(after))
        if match:
            two = found[i + 1]
            one = _same_unit(one, two)
            tail = gaps[i + 2]
            more = _after(_LOW_AFTER, tail, last=i + 2 == len(found))
            endless = two.plus or bool(more) or bool(match.groupdict().get("open"))
            currency = two.currency or one.currency
            low, high = min(one.value, two.value), max(one.value, two.value)
            rest = tail[more.end() :] if more else tail
            return Interval(low, math.inf if endless else high, currency=currency), 2, rest
    return _bound(one, before, after, last=i + 1 == len(found))


def _after(pattern: re.Pattern[str], text: str, *, last: bool) -> re.Match[str] | None:
    """A bound behind its number; in "5 or above 20" the words belong to the number that follows."""
    match = pattern.match(text)
    return match if match and (last or text[match.end() :].strip()) else None


def _bound(one: Quantity, before: str, after: str, *, last: bool) -> tuple[Interval | None, int, str]:
    value, currency = one.value, one.currency
    if low := _LOW_BEFORE.search(before):
        strict = bool(low["strict"] or low["strict2"])
        return Interval(value, low_open=strict, currency=currency), 1, after
    if high := _HIGH_BEFORE.search(before):
        strict = bool(high["strict"] or high["strict2"])
        return Interval(high=value, high_open=strict, currency=currency), 1, after
    if more := (None if one.plus else _after(_LOW_AFTER, after, last=last)):
        return Interval(value, currency=currency), 1, after[more.end() :]
    if one.plus:
        return Interval(value, currency=currency), 1, after
    if less := _after(_HIGH_AFTER, after, last=last):
        return Interval(high=value, currency=currency), 1, after[less.end() :]
    if _ABOUT.search(before):
        return Interval(value * 0.75, value * 1.25, currency=currency), 1, after
    return None, 1, after


def _same_unit(one: Quantity, two: Quantity) -> Quantity:
    """The unit both ends share: "100-500 million" means 100 million, "500 to 1 billion" 500 million."""
    if one.unit is not None or two.unit is None or one.whole or one.bare >= 1000:
        return one
    unit = two.unit if one.bare < two.bare else two.unit / 1000
    return replace(one, value=one.bare * unit, unit=unit)


def _joined(found: list[Interval], joins: list[str]) -> list[Interval]:
    """A lower and an upper bound in a row are one range, unless "or" stands between them."""
    out: list[Interval] = []
    for index, interval in enumerate(found):
        previous = out[-1] if out else None
        if previous and not re.search(r"\bor\b", joins[index - 1]):
            one_sided = (previous.high == math.inf and interval.low == -math.inf) or (
                previous.low == -math.inf and interval.high == math.inf
            )
            low, high = max(previous.low, interval.low), min(previous.high, interval.high)
            if one_sided and low < high:
                bottom, top = (previous, interval) if previous.low == low else (interval, previous)
                out[-1] = Interval(low, high, bottom.low_open, top.high_open, interval.currency or previous.currency)
                continue
        out.append(interval)
    return out


def point(text: str, keep: Callable[[str, Quantity], bool] | None = None) -> Interval | None:
    """The number or range that a value of a record states: "10,000 employees", "201-500", "5k", "1000+"."""
    text = digits_for_words(text)
    if found := ranges(text, keep):
        return found[0]
    for quantity in quantities(text):
        if keep is None or keep(text, quantity):
            return Interval(quantity.value, quantity.value, currency=quantity.currency)
    return None


def is_year(text: str, quantity: Quantity) -> bool:
    """Is it a year? "In 2022" is a date, not an amount."""
    bare = quantity.unit is None and quantity.currency is None and not quantity.whole and not quantity.plus
    return bare and 1900 <= quantity.bare <= 2100 and bool(_YEAR_BEFORE.search(text[: quantity.start]))


def place_in(value: Interval, wanted: Sequence[Interval], excluded: Sequence[Interval] = ()) -> bool | None:
    """Does the value lie in a wanted range and in no excluded one? None when only part of it does."""
    wanted = merged(wanted)
    inside = True if any(w.covers(value) for w in wanted) else None if any(w.meets(value) for w in wanted) else False
    if inside is False or any(e.covers(value) for e in excluded):
        return False
    return None if any(e.meets(value) for e in excluded) else inside


def merged(intervals: Sequence[Interval]) -> list[Interval]:
    """Ranges that touch (10-49, 50-249) made one."""
    out: list[Interval] = []
    for interval in sorted(intervals, key=lambda i: (i.low, i.high)):
        last = out[-1] if out else None
        if last and last.currency == interval.currency and interval.low <= last.high + 1 and last.high >= 1:
            if interval.high >= last.high:
                out[-1] = Interval(last.low, interval.high, last.low_open, interval.high_open, last.currency)
            continue
        out.append(interval)
    return out


def shown_range(intervals: Sequence[Interval], details: str, *, money: bool = False) -> str:
    """The wanted ranges in figures, "2,000 to 40,000"; the admin's own words when there are many or none ends."""
    told = [_shown(i, money) for i in intervals]
    return " or ".join(told) if 0 < len(told) <= 3 and all(told) else details[:120]


def against(inside: bool, wanted: str) -> str:
    """How a value stands to what is wanted: ", within 200 to 500" or "; wanted: at least 200"."""
    return f", {'within' if inside else 'outside'} {wanted}" if " to " in wanted else f"; wanted: {wanted}"


def _shown(interval: Interval, money: bool) -> str:

    def figure(number: float) -> str:
        return shown_amount(number, interval.currency) if money else f"{number:,.10g}"

    low, high = interval.low > 0 and not math.isinf(interval.low), not math.isinf(interval.high)
    if low and high:
        return f"{figure(interval.low)} to {figure(interval.high)}"
    if low:
        return f"{'more than' if interval.low_open else 'at least'} {figure(interval.low)}"
    return f"{'less than' if interval.high_open else 'at most'} {figure(interval.high)}" if high else ""


def shown_amount(amount: float, currency: str | None) -> str:
    """An amount as people say it: "$2.43 billion", "EUR 200 million"."""
    size, word = next(((n, w) for n, w in ((1e9, " billion"), (1e6, " million")) if abs(amount) >= n), (1.0, ""))
    digits = f"{amount / size:,.4g}" if word else f"{amount:,.10g}"
    mark = {"USD": "$", None: ""}.get(currency, f"{currency} ")
    return f"{mark}{digits}{word}"
