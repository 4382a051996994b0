"""Absences told as a stretch of time: "back in two weeks", "the rest of November", "until the 14th". Counts days."""

import re
from collections.abc import Iterator, Mapping
from datetime import date, timedelta

_COUNT = {
    1: "a an one ein eine einem einer un une uno una um uma een en ett et jeden jedna",
    2: "two zwei deux dos due twee dois duas dwa dwie tva to",
    3: "three drei trois tres tre drie trzy",
    4: "four vier quatre cuatro quattro quatro cztery fyra fire",
    5: "five funf cinq cinco cinque vijf piec fem",
    6: "six sechs seis sei zes szesc sex seks",
    8: "eight acht huit ocho otto oito osiem atta otte atte",
    10: "ten zehn dix diez dieci tien dez dziesiec tio ti",
}
_WORDS = {word: number for number, words in _COUNT.items() for word in words.split()}
_UNITS = (
    (1, r"days?|tage?n?|jours?|dias?|giorn[oi]|dagen|dag(?:ar|e|er)?|dni|dzien"),
    (7, r"weeks?|wochen?|semaines?|semanas?|settiman[ae]|weken|week|veckor|vecka|uger?|uker?|tydzien|tygodni\w*"),
    (14, r"fortnights?"),
    (30, r"months?|monate?n?|mois|mes(?:es|i)?|maand(?:en)?|manad(?:er)?|maned(?:er)?|miesi\w+"),
)
_UNIT = "|".join(f"(?P<u{days}>{words})" for days, words in _UNITS)
_FOR = (
    r"(?:in(?: about)?|for(?: the)?(?: next)?|dans|pendant|dentro de|en|por|tra|fra|per|over|om|za|na|em|daqui a|fur|"
    r"wahrend|pour|voor|i)"
)
_NO_WORD = r"(?=\w+ (?:wochen?|tage|monate) (?:lang|nicht|im|weg|abwesend|unterwegs)\b)"
_LASTS = re.compile(
    rf"\b(?:{_FOR} |{_NO_WORD})(?P<n>\d{{1,2}}|{'|'.join(sorted(_WORDS, key=len, reverse=True))}|"
    rf"a couple of) (?:{_UNIT})\b"
)
_END_OF = (
    r"(?:(?:the )?(?:rest|end|remainder|whole) of(?: the)?|all of|ende?(?: des| der)?|fin(?: de| du)?|finales de|"
    r"final de|"
    r"fine(?: di)?|eind(?:e)?(?: van)?|fim(?: de| do)?|konca|slut(?:et)?(?: av| pa| af)?|udgangen af|utgangen av)"
)
_ENDS = re.compile(rf"\b{_END_OF} (?P<what>[a-z]+)\b")
_MONTH_ALONE = re.compile(
    r"\b(?:back|return\w*|until|till|bis|ab|zuruck|jusqu'en|retour|hasta|regreso|fino a|tot|terug|ate|tillbaka|tilbage)"
    r"(?: (?:in|im|en|em|a|i|on|early))* (?P<what>[a-z]+)\b(?! ?\d)"
)
_WEEK = ("week", "woche", "semaine", "semana", "settimana", "veckan", "ugen", "uken", "tygodnia")
_YEAR = ("year", "jahr", "jahres", "annee", "ano", "anno", "jaar", "roku", "aret")
_MONTH = ("month", "monat", "monats", "mois", "mes", "mese", "maand", "miesiaca", "manaden", "maneden")
_NTH = re.compile(
    r"\b(?:until|till|on|by|back|return\w*|through|(?:mon|tues|wednes|thurs|"
    r"fri)day)(?: on)?,?(?: the)? (?P<en>\d{1,2})(?:st|nd|rd|th)\b(?! of)|\b(?:bis zum|am|ab dem) "
    r"(?P<de>\d{1,2})\.(?!\d| ?\d)|\b(?:jusqu'au|retour le) (?P<fr>\d{1,2})\b|\b(?:hasta el|fino al|ate o dia|"
    r"ate dia|el dia) "
    r"(?P<es>\d{1,2})\b"
)


def stretches(plain: str, start: date, months: Mapping[str, int]) -> Iterator[date]:
    """The days on which the stretches named in a folded sentence end, counted from `start`.

    Args:
        months: folded name -> number.
    """
    for match in _LASTS.finditer(plain):
        number = int(match["n"]) if match["n"].isdecimal() else _WORDS.get(match["n"], 2)
        days = next(days for days, _ in _UNITS if match[f"u{days}"])
        yield start + timedelta(days=number * days)
    for match in _ENDS.finditer(plain):
        yield from _after(match["what"], start, months)
    for match in _MONTH_ALONE.finditer(plain):
        if match["what"] in months and len(match["what"]) > 3:
            yield _first_of(months[match["what"]], start)


def numbered_days(plain: str, start: date) -> Iterator[date]:
    """The next days with the numbers named without a month: "until the 14th"."""
    for match in _NTH.finditer(plain):
        yield from _next_with(int(next(day for day in match.groups() if day)), start)


def _after(what: str, start: date, months: Mapping[str, int]) -> Iterator[date]:
    """The first day after the week, month or year that is named."""
    if what in _WEEK:
        yield start + timedelta(days=7 - start.weekday())
    elif what in _YEAR:
        yield date(start.year + 1, 1, 1)
    elif what in _MONTH:
        yield _first_of(start.month % 12 + 1, start)
    elif what in months:
        yield _first_of(months[what] % 12 + 1, start)


def _first_of(month: int, start: date) -> date:
    day = date(start.year, month, 1)
    return day if day > start else date(start.year + 1, month, 1)


def _next_with(number: int, start: date) -> Iterator[date]:
    """The next day of the calendar that has this number."""
    for ahead in range(1, 63):
        day = start + timedelta(days=ahead)
        if day.day == number:
            yield day
            return
