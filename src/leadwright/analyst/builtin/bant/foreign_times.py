"""Spans and dates in six languages, from German to Portuguese, put into the English that `spans` reads."""

import re

_UNITS = {
    "day": r"tage?n?|jours?|giorn[oi]|dias?|dagen|dag",
    "week": r"wochen?|semaines?|settiman[ae]|semanas?|weken|week",
    "month": r"monate?n?|mois|mes[ei]|mes(?:es)?|maanden|maand",
    "quarter": r"quartale?|trimestres?|kwartaal|kwartalen",
    "year": r"jahre?n?|ans|annees?|ann[io]|anos?|jaar|jaren",
}
_NUMBERS = {
    "1": r"eine[mnr]?|ein|une?|un[ao]?|een|uma?",
    "2": r"zwei|deux|due|dos|twee|dois|duas",
    "3": r"drei|trois|tre|tres|drie",
    "4": r"vier|quatre|quattro|cuatro|quatro",
    "5": r"funf|cinq|cinque|cinco|vijf",
    "6": r"sechs|six|sei|seis|zes",
    "8": r"acht|huit|otto|ocho|oito",
    "10": r"zehn|dix|dieci|diez|tien|dez",
    "12": r"zwolf|douze|dodici|doce|twaalf|doze",
}  # fmt: skip
_MONTHS = {
    "january": r"januar|janvier|gennaio|enero|januari|janeiro",
    "february": r"februar|fevrier|febbraio|febrero|februari|fevereiro",
    "march": r"marz|mars|marzo|maart|marco",
    "april": r"avril|aprile|abril|april",
    "may": r"mai|maggio|mayo|mei|maio",
    "june": r"juni|juin|giugno|junio|junho",
    "july": r"juli|juillet|luglio|julio|julho",
    "august": r"august|aout|agosto|augustus",
    "september": r"september|septembre|settembre|septiembre|setembro",
    "october": r"oktober|octobre|ottobre|octubre|outubro",
    "november": r"november|novembre|noviembre|novembro",
    "december": r"dezember|decembre|dicembre|diciembre|december|dezembro",
}  # fmt: skip
_FILLER = (
    r"(?:nachsten|kommenden|naechsten|prochaine?s?|prossim[ieo]|proxim[oa]s?|komende|volgende|der|den|die|les|las|los|"
    r"nos|dos|de|il|i|le)"
)
_UNIT = "|".join(f"(?P<{unit}>{words})" for unit, words in _UNITS.items())
_COUNT = "|".join(words for words in _NUMBERS.values())
_SPAN = re.compile(
    rf"\b(?:(?P<digits>\d{{1,2}})|(?P<count>{_COUNT})) (?:{_FILLER} )?(?:{_UNIT})\b"
)  # "zwei Monate", "deux prochains mois"
_MONTH = "|".join(f"(?P<{name}>{words})" for name, words in _MONTHS.items())
_TARGET = re.compile(
    r"\b(?P<by>bis|vor|zum|im|ab|avant|d'ici|en|pour|entro|prima di|a|antes de|para|voor|in|tegen|ate|em|antes)"
    r"(?: (?:spatestens|zum|la|le|il|los|las|el|o|a|ao|de|het|eind))*"
    r"(?: (?P<end>ende?|fin|fine|finales|final|eind|einde|fim|finais)"
    rf"(?: (?:des|der|du|de|del|di|van|do|mois|mese|mes))*)? (?:{_MONTH})\b"
)
_YEAR = re.compile(
    r"\b(?:noch in diesem jahr|dieses jahr|bis (?:zum )?jahresende|cette annee|d'ici (?:la )?fin (?:de l'|d')annee|"
    r"quest'anno|"
    r"entro (?:la )?fine (?:dell')?anno|este ano|antes de fin de ano|dit jaar|voor het einde van het jaar|"
    r"ate ao fim do ano)\b"
)
WISHES = re.compile(
    r"\b(?:wollen|mochten?|brauchen?|benotigen?|mussen|soll\w*|starten|einfuhren|umgestellt|live|souhait\w+|voulons|"
    r"devons|"
    r"faut|operationnel\w*|demarrer|vorremmo|vogliamo|dobbiamo|partire|operativ\w+|queremos|necesitamos|debemos|"
    r"tenemos que|"
    r"arrancar|en marcha|willen|moeten|nodig|precisamos|temos (?:de|que)|funcionar|necessitamos)\b"
)
_ASKS_TO_WAIT = re.compile(
    r"\b(?:meld\w+|kommen sie|erneut|wieder|recontact\w+|revenir|revenez|rappel\w+|ricontatt\w+|risent\w+|vuelv\w+|"
    r"contact\w+|"
    r"neemt?|terug|volte\w*|fruhestens|nicht vor|pas avant|non prima|hasta|niet voor|so|op zijn vroegst)\b"
)


def in_english(text: str) -> str:
    """The folded text with what it says of time in English: "bis ende marz" is "by end of march".

    Unchanged where it asks to be written to later, or wishes nothing.
    """
    if not WISHES.search(text) or _ASKS_TO_WAIT.search(text):
        return text
    text = _SPAN.sub(_span, text)
    text = _YEAR.sub("by the end of this year", text)
    return _TARGET.sub(_target, text)


def _span(match: re.Match[str]) -> str:
    unit = next(unit for unit in _UNITS if match[unit])
    said = match["count"]
    number = match["digits"] or next(n for n, words in _NUMBERS.items() if re.fullmatch(words, said))
    return f"{number} {unit}s"


def _target(match: re.Match[str]) -> str:
    month = next(name for name in _MONTHS if match[name])
    return f"end of {month}" if match["end"] else f"by {month}"
