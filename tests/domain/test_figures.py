"""Figures told by others: the same value with its unit and period, in digits or in words."""

import pytest

from leadwright.domain.figures import figures_in, is_told


def untold(text: str, by: str) -> list[str]:
    told = figures_in(by)
    return [f.said for f in figures_in(text) if not is_told(f, told)]


@pytest.mark.parametrize(
    ("text", "by"),
    [
        ("1,200 shops", "1200 shops"),
        ("1.200 Filialen", "1,200 shops"),
        ("2,5 Mio. Euro", "€2.5 million"),
        ("2.5bn USD", "revenue of $2,500,000,000"),
        ("$500 million", "500000000"),
        ("40 %", "forty percent"),
        ("40 percent", "um vierzig Prozent"),
        ("25 per cent", "fünfundzwanzig Prozent"),
        ("25 %", "veinticinco: treinta y cinco, 25 por ciento"),
        ("within 6 weeks", "Customers are live in six weeks."),
        ("six-week pilot", "a pilot of 6 weeks"),
        ("30 to 40 percent", "30-40%"),
        ("40 percent", "30-40%"),
        ("at least 30 percent", "between 30 and 40 percent"),
        ("3 million", "between two and three million robots"),
        ("$900 per robot a month", "900 USD per robot and month"),
        ("900 USD", "900 USD per robot a month"),
        ("$900 a month", "Robot | 900 | monthly"),
        ("12 weeks", "Time to go live (weeks) | 12"),
        ("cut by half", "50 percent less"),
        ("twice as fast", "2x faster"),
        ("la produttività è raddoppiata", "Bianchi ha raddoppiato la produttività."),
        ("la productividad se duplicó", "2x"),
        ("a dozen sites", "12 sites"),
        ("24 hours", "24/7"),
        ("zwölf Werke", "12 plants"),
        ("drie weken", "three weeks"),
        ("two ideas, two quick questions, the two of us, one of you, for B2B", "nothing"),
        ("the first half of the year", "nothing"),
        ("Otto waits once, and payment is due.", "nothing"),
        ("5² and ½", "5 of them"),
        ("1.234 Mio. Euro", "1,234 million euros"),
        ("2,5 Mio. Euro", "2.500.000 Euro"),
        ("$2.5k", "2,500 USD"),
        ("0,125 kg", "0.125 kg"),
        ("900.000 USD", "900,000 USD"),
        ("by a third", "um ein Drittel"),
        ("a third of the errors", "33 percent"),
        ("um zwei Drittel", "two thirds"),
        ("un tiers des erreurs", "een derde van de fouten"),
        ("thousands of companies", "Tausende Unternehmen"),
        ("a third warehouse, third-party logistics, by a third party, das dritte Lager", "nothing"),
        ("a quarter of an hour, this quarter, within a quarter, un cuarto de hora, een derde magazijn", "nothing"),
        ("walk for miles", "nothing"),
    ],
)
def test_the_same_figure_written_otherwise_is_told(text: str, by: str) -> None:
    assert untold(text, by) == []


@pytest.mark.parametrize(
    ("text", "by", "found"),
    [
        ("2.5 billion euros", "2.5 million euros", "2.5 billion euros"),
        ("25 Millionen", "2,5 Millionen", "25 Millionen"),
        ("€900", "900 USD", "€900"),
        ("$900 a year", "900 USD per robot a month", "$900 a year"),
        ("900 Euro pro Roboter im Jahr", "900 Euro je Roboter im Monat", "900 Euro pro Roboter im Jahr"),
        ("40 percent", "40 robots", "40 percent"),
        ("40 million", "40 percent", "40 million"),
        ("by half", "40 percent", "half"),
        ("verdoppelt", "um 40 Prozent", "verdoppelt"),
        ("duplicó la productividad", "subió un 40 %", "duplicó"),
        ("in two days", "in six weeks", "two days"),
        ("in six days", "in six weeks", "six days"),
        ("in zwei Tagen", "in sechs Wochen", "zwei Tagen"),
        ("en deux jours", "en six semaines", "deux jours"),
        ("en once días", "en seis semanas", "once días"),
        ("in due giorni", "in sei settimane", "due giorni"),
        ("in elf dagen", "in zes weken", "elf dagen"),
        ("em dois dias", "em seis semanas", "dois dias"),
        ("seven warehouses", "a second warehouse", "seven warehouses"),
        ("a million orders", "many orders", "a million"),
        ("900,000 USD", "900 USD", "900,000 USD"),
        ("40,000 errors", "40 percent", "40,000"),
        ("6.000 Roboter", "in sechs Monaten", "6.000"),
        ("$2.5", "2,500 USD", "$2.5"),
        ("40 totes", "40,000 totes", "40"),
        ("1.2 million", "1,200 million", "1.2 million"),
        ("by a third", "by 40 percent", "a third"),
        ("two thirds of the errors", "two warehouses", "two thirds"),
        ("by a quarter", "a quarter of an hour", "a quarter"),
        ("um ein gutes Drittel", "das dritte Lager", "Drittel"),
        ("d'un tiers", "trois entrepôts", "un tiers"),
        ("thousands of companies", "1,000 robots in 2027", "thousands"),
        ("Dutzende Kunden", "viele Kunden", "Dutzende"),
        ("several thousand sites", "many sites", "thousand"),
        ("miles de empresas", "muchas empresas", "miles"),
    ],
)
def test_a_figure_with_another_value_unit_or_period_is_not_told(text: str, by: str, found: str) -> None:
    assert found.startswith(untold(text, by)[0])


def test_numbers_that_stand_side_by_side_keep_their_own_units() -> None:
    told = figures_in("Robot 900 USD 40%\nWeeks 6\nRobots 12")
    assert all(is_told(f, told) for f in figures_in("900 USD and 40 percent, 6 weeks, 12"))
    assert not any(is_told(f, told) for f in figures_in("40 USD, 900 percent"))
