"""The day an absent person is back, read out of the notice, in many languages and spellings."""

import re
from collections.abc import Iterator
from datetime import date, timedelta
from functools import cache

from babel.dates import get_day_names, get_month_names

from leadwright.analyst.builtin.replies.machine import away_sentences
from leadwright.analyst.builtin.replies.stretches import numbered_days, stretches
from leadwright.domain.opt_out import fold

LONGEST = 400  # days of absence that are believed
_NEAR = 60  # days: of a date that can be read two ways, a later reading beyond that is not believed
_ENGLISH = re.compile(r"\b(?:i|i'm|am|the|will|be|back|out|away|office|until|from|return\w*|leave|on|to)\b")
_LOCALES = (
    "en", "de", "fr", "es", "pt", "it", "nl", "pl", "sv", "da", "nb", "fi", "cs", "sk", "hu", "ro", "tr", "ru", "uk",
    "el", "bg", "hr", "sl", "lt", "lv", "et", "ca", "ja", "zh", "ko", "ar", "he", "vi", "id",
)  # fmt: skip
_YEAR = r"(?:\s*(?:,|de|del|г\.?)?\s*(20\d\d))?"
_ISO = re.compile(r"\b(20\d\d)[-/.](\d{1,2})[-/.](\d{1,2})\b")
_EAST = re.compile(r"(?:(20\d\d)\s*[年년]\s*)?(\d{1,2})\s*[月월]\s*(\d{1,2})\s*[日일号號]")
_NUMBERS = re.compile(r"\b(\d{1,2})([./-])(\d{1,2})(?:\2|\b)(?:(20\d\d|\d\d)\b)?")
_SPAN = re.compile(r"\b(\d{1,2})\.?\s*(?:-|–|bis|to|au|al|tot|do|till|til)\s*(?=\d{1,2}[. ])")
_THROUGH = re.compile(  # right before a day that is still absence
    r"\b(?:through|including|einschlie(?:ss)?lich|inkl(?:usive)?\.?|t/?m|tot en met|til og med|till och med|"
    r"t\.o\.m\.?|incl\.?)"
    r"(?: (?:the|den|zum|le|el|il|de|to|\w+day,?|\w+tag,?))*\s*$"
)
_INCLUSIVE = re.compile(  # right after one
    r"\.?,? ?\(?(?:inclusive|incl\b|inclus\b|incluid|inclusief|inkl|einschlie|compreso|incluso|wlacznie|mitgerechnet|"
    r"medraknad|medregnet)"
)
_TOMORROW = re.compile(r"\b(?:tomorrow|morgen|demain|manana|amanha|domani)\b")
_NEXT_WEEK = re.compile(
    r"\b(?:next week|nachste woche|la semaine prochaine|proxima semana|prossima settimana|volgende week)\b"
)


def return_date_in(text: str, subject: str, received_on: date | None) -> date | None:
    """The last day named in the sentences about the absence, as the day the person is back.

    A stretch of time ("back in two weeks", "through the end of January") counts where no day is named.

    Args:
        received_on: days without a year, and names of weekdays, are counted from it; without it they stay unread.
    """
    sentences = [fold(sentence) for sentence in [*away_sentences(text), subject]]
    found = [day for plain in sentences for day in _days(plain, received_on)]
    if received_on is not None and not any(day > received_on for day in found):
        found += [day for plain in sentences for day in stretches(plain, received_on, _months())]
    first = received_on or date.min
    believed = [d for d in found if d >= first and (received_on is None or (d - received_on).days <= LONGEST)]
    return max(believed, default=None)


def _days(plain: str, start: date | None) -> Iterator[date]:
    """The days a sentence names; the last day of an absence counts as the day after it."""
    rest, day_first = plain, _day_first(plain)
    for pattern, read in (
        (_ISO, lambda m: _made(start, y=m[1], m=m[2], d=m[3])),
        (_EAST, lambda m: _made(start, y=m[1], m=m[2], d=m[3])),
        (_SPAN, lambda _: ()),  # the "3." of "3. bis 14. Dezember"
        (
            _named(),
            lambda m: _made(start, y=m["y1"] or m["y2"], m=str(_months()[m["m1"] or m["m2"]]), d=m["d1"] or m["d2"]),
        ),
        (_NUMBERS, lambda m: _numbers(m, start, day_first=day_first)),
    ):
        for match in pattern.finditer(rest):
            still_away = _THROUGH.search(plain[: match.start()]) or _INCLUSIVE.match(plain[match.end() :])
            for day in read(match):
                yield day + timedelta(days=1 if still_away else 0)
        rest = pattern.sub(lambda match: " " * len(match[0]), rest)
    if start is not None:
        yield from _spoken(rest, start)
        yield from numbered_days(rest, start)


def _day_first(plain: str) -> bool | None:
    """Which order the dates of a sentence have, told by one that can only be read one way; None when none can."""
    pairs = [(int(m[1]), int(m[3])) for m in _NUMBERS.finditer(plain) if m[2] != "."]
    if any(two > 12 for _, two in pairs):
        return False
    return True if any(one > 12 for one, _ in pairs) or (pairs and not _ENGLISH.search(plain)) else None


def _numbers(match: re.Match[str], start: date | None, *, day_first: bool | None) -> Iterator[date]:
    """14.08.2026 is day first; 8/14 and 14/8 tell themselves; of 5/6 the later that is near, for want of better."""
    one, mark, two, year = match.groups()
    if year and len(year) == 2:
        year = f"20{year}"
    if mark == "." or day_first:
        yield from _made(start, y=year, m=two, d=one)
    elif day_first is False:
        yield from _made(start, y=year, m=one, d=two)
    elif start is not None:
        both = [*_made(start, y=year, m=two, d=one), *_made(start, y=year, m=one, d=two)]
        later = max((day for day in both if day >= start), default=None)
        if later and (later - start).days <= _NEAR:
            yield later


def _spoken(plain: str, start: date) -> Iterator[date]:
    for word, number in _weekdays().items():
        if re.search(rf"\b{re.escape(word)}\b", plain):
            yield start + timedelta(days=(number - start.weekday() - 1) % 7 + 1)
    if _TOMORROW.search(plain):
        yield start + timedelta(days=1)
    if _NEXT_WEEK.search(plain):
        yield start + timedelta(days=7 - start.weekday())


def _made(start: date | None, *, y: str | None, m: str, d: str) -> Iterator[date]:
    """The day, if there is one; without a year the next to come, unless it passed within the last two months."""
    try:
        if y:
            yield date(int(y), int(m), int(d))
        elif start is not None:
            day = date(start.year, int(m), int(d))
            if (start - day).days > 60:
                day = date(start.year + 1, int(m), int(d))
            yield day
    except ValueError:
        return


@cache
def _months() -> dict[str, int]:
    names: dict[str, int] = {}
    for locale in _LOCALES:
        for width in ("wide", "abbreviated"):
            for context in ("format", "stand-alone"):
                for number, name in get_month_names(width, context, locale).items():
                    plain = fold(str(name)).strip(". ")
                    if len(plain) >= 3 and not plain[0].isdigit():
                        names.setdefault(plain, number)
    return names | {"sept": 9}


@cache
def _weekdays() -> dict[str, int]:
    names: dict[str, int] = {}
    for locale in _LOCALES:
        for number, name in get_day_names("wide", "format", locale).items():
            names.setdefault(fold(str(name)), number)
    return {k: v for k, v in names.items() if len(k) > 2}


@cache
def _named() -> re.Pattern[str]:
    """Matches "26 May 2026", "26. Mai", "26 de mayo de 2026", "May 26th, 2026"."""
    month = "|".join(sorted(map(re.escape, _months()), key=len, reverse=True))
    year = _YEAR.replace("(20", "(?P<y1>20"), _YEAR.replace("(20", "(?P<y2>20")
    ending = r"(?:st|nd|rd|th|er|\.|º|ª|a|an)?"
    day_first = rf"(?<!\d)(?P<d1>\d{{1,2}}){ending}\s*(?:of |de |d')?(?P<m1>{month})\b\.?{year[0]}"
    month_first = rf"\b(?P<m2>{month})\b\.?\s*(?:the )?(?P<d2>\d{{1,2}})(?!\d)(?:st|nd|rd|th)?{year[1]}"
    return re.compile(f"{day_first}|{month_first}")
