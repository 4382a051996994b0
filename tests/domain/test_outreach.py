"""What a mail or a reason may say: every address and link must stand in what it quotes."""

import pytest

from leadwright.domain.evidence import Passage, SourceKind, Statement, quote
from leadwright.domain.outreach import unsupported

PAGE = Passage(
    "w", SourceKind.WEB, "http://acme.example/", "Acme", "Write to press@acme.example or see acme.example/news."
)


@pytest.mark.parametrize(
    "text", ["see evil.example/pay", "write to a@evil.example", "open http://evil.example", "www.evil"]
)
def test_an_address_that_no_quoted_passage_has_is_unsupported(text: str) -> None:
    assert unsupported("", [Statement(text, (quote(PAGE),))], {"w": PAGE}, ())


@pytest.mark.parametrize("text", ["see acme.example/news", "write to press@acme.example.", "for example, e.g. a visit"])
def test_an_address_of_the_quoted_passage_and_a_plain_abbreviation_are_supported(text: str) -> None:
    assert unsupported("", [Statement(text, (quote(PAGE),))], {"w": PAGE}, ()) == ()


PRICES = Passage(
    "p",
    SourceKind.KNOWLEDGE,
    "p.md",
    "Prices",
    "Prices start at 900 USD per robot a month. Northwind saved 40 percent.",
)


@pytest.mark.parametrize(
    "text", ["Prices start at $900 per robot per month.", "Northwind saved 40 %.", "Northwind saved 40 Prozent."]
)
def test_a_number_in_another_spelling_is_supported(text: str) -> None:
    assert unsupported("", [Statement(text, (quote(PRICES),))], {"p": PRICES}, ("Prozent",)) == ()


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Prices start at €900 per robot.", "€900"),
        ("Prices start at $900 per robot a year.", "$900 per robot a year"),
        ("Northwind saved 40 million.", "40 million"),
        ("Northwind saved half of it in two days.", "half"),
    ],
)
def test_a_number_with_another_unit_and_a_number_in_words_need_a_source(text: str, found: str) -> None:
    problems = unsupported("", [Statement(text, (quote(PRICES),))], {"p": PRICES}, ())
    assert f'The paragraph 1 says "{found}", which no source supports.' in problems


def test_an_invitation_that_quotes_nothing_may_count_in_words() -> None:
    asked = Statement("Would you have half an hour in the next two weeks?", ())
    assert unsupported("", [asked], {}, ()) == ()


STORE = Passage(
    "s",
    SourceKind.WEB,
    "https://brandt.example",
    "Brandt Feinkost",
    "Brandt Feinkost betreibt vier Kühlhäuser in Bremen.",
)


@pytest.mark.parametrize(
    "text",
    [
        "Ich habe gelesen, dass Sie vier Kühlhäuser betreiben. Das ist eine anspruchsvolle Aufgabe für Ihr Team.",
        "Mit vier Kühlhäusern in Bremen sind die Stromkosten ein Thema, und das bei jeder Investition.",
        "Auf dem Weg zu Ihrem Ziel ist die Senkung der Energiekosten ein wichtiger Schritt.",
        "Passt Ihnen ein Telefonat am Dienstag oder am Mittwoch, gern an einem Vormittag?",
        "Im Sommer und im kalten Winter behalten Sie die Kosten im Griff, und der Wareneingang wird entlastet.",
        "Bei Interesse zeige ich Ihnen, wie Kunden Zeit sparen und wie wir Ihrem Team Wege abnehmen.",
        "Ein Kunde spart damit Zeit, und die Firma wächst mit dem Lager.",
    ],
)
def test_a_common_noun_of_german_is_no_name(text: str) -> None:
    assert unsupported("", [Statement(text, (quote(STORE),))], {"s": STORE}, ()) == ()


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Auch bei der Molkerei Hansen sind die Stromkosten ein Thema.", "Molkerei Hansen"),
        ("Mit unserer Lösung hat die Edeka ihre Energiekosten gesenkt.", "Edeka"),
        ("Wie Wolfgang sagte, sind die vier Kühlhäuser in Bremen ein Thema.", "Wolfgang"),
        ("Das neue Kühlhaus in Emden ist für Ihr Unternehmen ein Schritt.", "Emden"),
        ("Bei Samsung sind die Kosten um ein Viertel gesunken.", "Samsung"),
        ("I read that your Ziel is a new site.", "Ziel"),
        ("Herr Winter aus Ihrem Team hat die vier Kühlhäuser erwähnt.", "Winter"),
        ("Wie Herr Sommer und Frau Zahl sagten, sind die Stromkosten ein Thema.", "Frau Zahl"),
        ("Wie mir Herr Haus sagte, sind die Stromkosten ein Thema.", "Herr Haus"),
        ("Bei Kraft sind die Stromkosten mit unserer Lösung gesunken.", "Kraft"),
        ("Auch Index und Griff nutzen unsere Lösung.", "Griff"),
        ("Unser Kunde Techniker Leasing hat die Stromkosten gesenkt.", "Kunde Techniker Leasing"),
        ("Wir haben mit unserem Kunden Muster die Stromkosten gesenkt.", "Kunden Muster"),
        ("Wie die Zeitung schreibt, sind die Stromkosten ein Thema.", "Zeitung"),
    ],
)
def test_a_name_among_nouns_of_german_needs_a_source(text: str, name: str) -> None:
    problems = unsupported("", [Statement(text, (quote(STORE),))], {"s": STORE}, ())
    assert f'The paragraph 1 names "{name}", which no source supports.' in problems
