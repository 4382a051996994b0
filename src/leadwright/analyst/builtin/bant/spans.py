"""Spans of time in words: "within 3 days", "a couple of weeks", "by end of Q3", "by 15 March". In calendar days."""

import re
from dataclasses import dataclass
from datetime import date, timedelta

from leadwright.domain.quantities import MONTH_NAMES

_DAYS = {
    "hour": 1 / 24,
    "day": 1.0,
    "night": 1.0,
    "week": 7.0,
    "fortnight": 14.0,
    "month": 30.0,
    "quarter": 91.0,
    "year": 365.0,
}
_UNIT = r"(?P<unit>hour|day|night|week|fortnight|month|quarter|year)"
_AMOUNT = r"(?P<low>\d{1,3}(?:\.\d)?|half a|half an|an?|a couple of|couple of|a couple|a few|few|several|a single)"
_SPAN = re.compile(
    rf"(?<![\d.,$€£#-])(?<!q)\b{_AMOUNT}(?:[ -]?(?:-|to|or)[ -]?(?P<high>\d{{1,3}}))?(?P<work>[ -](?:business|working"
    rf"|work))?"
    rf"[ -]{_UNIT}s?\b(?!\s+ago\b)(?!/)"
)  # fmt: skip
_WORDS = {"a": 1.0, "an": 1.0, "a single": 1.0, "half a": 0.5, "half an": 0.5, "a couple of": 2.0, "couple of": 2.0,
          "a couple": 2.0, "a few": 3.0, "few": 3.0, "several": 4.0}  # fmt: skip
_SOON = re.compile(r"\b(?P<same>same[- ]day|today|overnight)\b|\b(?P<next>tomorrow|next[- ]day|(?:the )?next day)\b")
_CALENDAR = re.compile(
    r"\b(?:(?P<end>(?:the )?end of |(?:the )?close of |late |early |before )?(?:the |this "
    r"|the current )?(?:(?P<next>next|coming) )?"
    r"(?P<unit>week|month|quarter|year)(?: end|'s end)?)\b(?!s)"
)
_QUARTER = re.compile(r"\bq(?P<number>[1-4])(?:[ /,-]+(?P<year>20\d\d))?\b")
_MONTH = "|".join(m if m == "may" else f"{m}|{m[:3]}" for m in MONTH_NAMES)
_DATE = re.compile(
    rf"\b(?:(?P<day>\d{{1,2}})(?:st|nd|rd|th)?(?: of)? (?P<month>{_MONTH})"
    rf"|(?P<month2>{_MONTH})\.? (?P<day2>\d{{1,2}})(?:st|nd|rd|th)?(?!\d))"
    rf"(?:,? (?P<year>20\d\d))?\b|\b(?:end of|by|in|before|mid-?|early"
    rf"|late) (?P<month3>{_MONTH})\b(?!\.? \d{{1,2}}\b)(?:,? (?P<year3>20\d\d))?"
)  # fmt: skip
_BIS = (
    r"(?:bis|vor) (?:(?:zum|der|dem|ende|anfang|mitte) )*(?:\d{1,2}\. ?)?(?:januar|februar|marz|april|mai|juni|juli|"
    r"august|september|oktober|november|dezember|jahresende|sommer|herbst|winter|20\d\d)(?: 20\d\d)?"
)
NOT_BY = re.compile(  # a date by which it is not needed: a word on time, none on the need
    r"(?:\bnot|n't|\bno) (?:\w+ )?(?:need(?:ed)?|require[ds]?|necessary|have to)\b(?: (?!and\b|or\b|but\b)\w+){0,3}? "
    r"(?:by|before|until|till) (?:(?:the|early|late|mid|end|start|beginning|of|this|next|following) )*"
    rf"(?:\d|{_MONTH}|q[1-4]|h[12]|year|quarter|month|week|spring|summer|autumn|fall|winter|christmas|easter)"
    rf"|\b{_BIS} (?:brauche|benotige)n? (?:wir|ich) (?:\w+ ){{0,2}}?nicht\b"
    rf"|\b(?:brauche|benotige)n? (?:\w+ ){{0,3}}?(?:nicht {_BIS}|{_BIS} nicht)\b"
)
_ISO = re.compile(r"\b(20\d\d)-(\d\d)-(\d\d)\b")


@dataclass(frozen=True, slots=True)
class Span:
    """How long, in calendar days, and where it stands in the folded text."""

    days: float
    start: int
    end: int


def spans(text: str, today: date | None = None) -> list[Span]:
    """Every span or target date of a folded text with its numbers in digits, left to right.

    Args:
        text: folded (`Sentence.plain`).
        today: the day it was said; without it a target date ("by 15 March") is left out.
    """
    found = [_of_amount(m) for m in _SPAN.finditer(text)]
    found += [Span(1.0, m.start(), m.end()) for m in _SOON.finditer(text)]
    for match in _CALENDAR.finditer(text):
        if match["end"] or match["next"] or re.search(r"\b(?:this|current)\b", match[0]):
            found.append(Span(_calendar(match, today), match.start(), match.end()))
    if today:
        found += [Span(float((day - today).days), m.start(), m.end()) for m, day in _targets(text, today)]
    kept: list[Span] = []
    for span in sorted((s for s in found if s.days > 0), key=lambda s: (s.start, -s.end)):
        if not kept or span.start >= kept[-1].end:
            kept.append(span)
    return kept


def _of_amount(match: re.Match[str]) -> Span:
    low = match["low"]
    amount = float(match["high"] or _WORDS.get(low, 0) or low)
    days = amount * _DAYS[match["unit"]] * (1.4 if match["work"] and match["unit"] == "day" and amount >= 5 else 1)
    return Span(days, match.start(), match.end())


def _calendar(match: re.Match[str], today: date | None) -> float:
    """Days to the last day of this or the next week, month, quarter, year; a whole one where today is not known."""
    unit, later = match["unit"], bool(match["next"])
    if today is None:
        return _DAYS[unit] * (2 if later else 1)
    if unit == "week":
        return max(1.0, 6.0 - today.weekday()) + (7 if later else 0)
    months = {"month": 1, "quarter": 3, "year": 12}[unit]
    index = (today.year * 12 + today.month - 1) // months * months + months * (2 if later else 1)
    return max(1.0, float((date(index // 12, index % 12 + 1, 1) - today).days) - 1)


def _targets(text: str, today: date) -> list[tuple[re.Match[str], date]]:
    found: list[tuple[re.Match[str], date]] = []
    for match in _QUARTER.finditer(text):
        first = _ahead(int(match["year"] or 0), int(match["number"]) * 3, None, today)
        found += [(match, first)] if first else []
    for match in _DATE.finditer(text):
        name = match["month"] or match["month2"] or match["month3"]
        month = next(n for n, m in enumerate(MONTH_NAMES, 1) if m.startswith(name))
        day = match["day"] or match["day2"]
        target = _ahead(int(match["year"] or match["year3"] or 0), month, int(day) if day else None, today)
        found += [(match, target)] if target else []
    for match in _ISO.finditer(text):
        target = _made(int(match[1]), int(match[2]), int(match[3]))
        found += [(match, target)] if target else []
    return found


def _ahead(year: int, month: int, day: int | None, today: date) -> date | None:
    """That day (None: the last of the month), in the year said or else the next one that is not over."""
    for candidate in (year,) if year else (today.year, today.year + 1):
        last = date(candidate + month // 12, month % 12 + 1, 1) - timedelta(days=1)
        target = _made(candidate, month, day) if day else last
        if target and (year or target >= today):
            return target
    return None


def _made(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None
