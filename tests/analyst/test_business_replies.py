"""Plain business replies in six languages: interest and BANT are told, and none the wrong way round."""

from collections.abc import Iterator
from datetime import date

import pytest
from tests.analyst import business_replies

from leadwright.analyst import ReplyBrief, ReplyReading
from leadwright.analyst.builtin import BuiltinAnalyst
from leadwright.analyst.builtin.bant.foreign_times import in_english
from leadwright.domain.bant import is_met
from leadwright.domain.interest import Polarity

DAY = date(2026, 11, 25)  # a Wednesday
MARKS = {Polarity.POSITIVE: "+", Polarity.NEGATIVE: "-", Polarity.UNDETECTED: "?"}
MET = {True: "+", False: "-", None: "?"}
LANGUAGES = ("GERMAN", "FRENCH", "ITALIAN", "SPANISH", "DUTCH", "PORTUGUESE")
SETS = [getattr(business_replies, f"{language}{when}") for language in LANGUAGES for when in ("", "_AFTER", "_LAST")]


def rows(lines: str) -> Iterator[tuple[str, str, str]]:
    for line in lines.strip().splitlines():
        polarities, factors, text = (part.strip() for part in line.split("|", 2))
        yield polarities, factors.replace(".", ""), text


def read(text: str) -> ReplyReading:
    return BuiltinAnalyst().read_reply(ReplyBrief("run", text, DAY))


def factors_of(reading: ReplyReading) -> str:
    """What is known, such as N+B-, in the order need, timeline, budget, authority."""
    known = [(j.factor.value[0].upper(), MET[is_met(j)]) for j in reading.bant]
    return "".join(f"{factor}{met}" for factor, met in known if met != "?")


ALL = [row for lines in SETS for row in rows(lines)]


@pytest.mark.parametrize(("polarities", "factors", "text"), ALL)
def test_a_plain_reply_is_read_as_it_is_meant(polarities: str, factors: str, text: str) -> None:
    reading = read(text)
    assert MARKS[reading.interest.polarity] in polarities
    assert factors_of(reading) == factors


@pytest.mark.parametrize(
    "text",
    [
        "Non ci mandi un'offerta, per favore.",
        "Bitte schicken Sie uns kein Angebot.",
        "Wir brauchen Ihr Angebot nicht.",
        "Inutile de nous envoyer un devis.",
        "No hace falta que nos mande una propuesta.",
        "U hoeft ons geen voorstel te sturen.",
        "Não é preciso enviar orçamento.",
    ],
)
def test_what_is_not_wanted_is_no_interest(text: str) -> None:
    assert read(text).interest.polarity is not Polarity.POSITIVE


@pytest.mark.parametrize(
    ("text", "english"),
    [
        ("wir wollen bis ende marz starten", "wir wollen end of march starten"),
        ("nous devons demarrer dans les deux prochains mois", "nous devons demarrer dans les 2 months"),
        ("queremos arrancar en tres semanas", "queremos arrancar en 3 weeks"),
        ("melden sie sich in zwei monaten wieder", "melden sie sich in zwei monaten wieder"),
        ("the fin of the mars rover", "the fin of the mars rover"),
    ],
)
def test_a_wish_for_a_date_is_put_into_english(text: str, english: str) -> None:
    assert in_english(text) == english


def test_who_says_in_french_that_they_decide_themselves_is_the_right_person() -> None:
    reading = read("C'est moi qui décide, rappelez-moi demain.")
    assert reading.kind.value == "interested"
    assert factors_of(reading) == "A+"
