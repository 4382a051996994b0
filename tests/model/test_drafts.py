"""Drafts of a model: what no quote holds stays out of them, and what a careful writer says stays in."""

from collections.abc import Mapping

import pytest
from tests.model.conftest import mail_brief

from leadwright.analyst import Brief, Draft, MailBrief, Offering, Reading, Usage
from leadwright.analyst.model.answers import Claim, MailAnswer, Quote
from leadwright.analyst.model.question import Unusable
from leadwright.analyst.model.write_mail import draft, question
from leadwright.domain.evidence import Passage, SourceKind
from leadwright.domain.outreach import unsupported

ENGLISH = (
    Offering(
        "Fabrikam",
        "https://fabrikam.example",
        "Picking robots that move totes in warehouses without new shelves.",
        "Fewer picking errors. Robots are live in six weeks. Works with SAP EWM.",
    ),
    "Contoso plans to open a second warehouse in Leeds in 2027. Contoso had revenue of 2.5 million euros in 2025. "
    "Contoso employs 1,200 people.",
    "Northwind cut picking errors by 40 percent in six months with our robots. Prices start at 900 USD per robot a "
    "month.",
)
GERMAN = (
    Offering(
        "Fabrikam",
        "https://fabrikam.example",
        "Kommissionierroboter, die Behälter im Lager bewegen, ohne neue Regale.",
        "Weniger Fehler bei der Kommissionierung. Die Roboter laufen in sechs Wochen. Anbindung an SAP EWM.",
    ),
    "Contoso plant 2027 ein zweites Lager in Leipzig. Contoso hatte 2025 einen Umsatz von 2,5 Mio. Euro. Contoso "
    "beschäftigt 1.200 Mitarbeiter in drei Werken.",
    "Northwind senkte Fehler bei der Kommissionierung mit unseren Robotern in sechs Monaten um 40 Prozent. Preise "
    "beginnen bei 900 Euro je Roboter im Monat.",
)


def brief_of(offering: Offering, page: str, paper: str) -> MailBrief:
    found = (
        Passage("page", SourceKind.WEB, "https://contoso.example", "Contoso", page),
        Passage("paper", SourceKind.KNOWLEDGE, "paper.md", "Northwind", paper),
        Passage("sold", SourceKind.KNOWLEDGE, "settings", "Products", offering.value_proposition),
        Passage("good", SourceKind.KNOWLEDGE, "settings", "Products", offering.benefits),
    )
    asked = Brief("r", {"lead.companyname": "Contoso"}, {p.id: p for p in found}, (), offering, ())
    return mail_brief(asked, Reading((), (), (), Usage("")), greeting_name="Anna", offering=offering)


def written(texts: tuple[Offering, str, str], **parts: str) -> tuple[Draft, tuple[str, ...]]:
    """The draft of an answer that quotes everything there is, and what is unsupported in it."""
    brief = brief_of(*texts)
    asked, data = question(brief)
    number: Mapping[str, int] = {p.id: n for n, p in enumerate(data.passages, 1)}

    def claim(text: str, *quoted: str) -> Claim:
        words = {name: data.passages[number[name] - 1].text[:30].rsplit(" ", 1)[0] for name in quoted}
        return Claim(text=text, quotes=[Quote(passage=number[name], words=words[name]) for name in quoted])

    answer = MailAnswer(
        subject=parts.get("subject", "Faster picking"),
        opening=claim(parts.get("opening", texts[1].split(". ")[0]), "page"),
        value=claim(parts.get("value", texts[2].split(". ")[0]), "paper", "sold", "good"),
        call_to_action=parts.get("end", "Would you have 20 minutes next week?"),
    )
    if asked.check:
        asked.check(answer)
    made = draft(brief, data, answer, Usage(""))
    known = (brief.greeting_name, brief.topic, brief.company, texts[0].company, texts[0].value_proposition)
    return made, unsupported(made.subject, made.paragraphs, brief.passages, (*known, texts[0].benefits))


@pytest.mark.parametrize(
    "opening",
    [
        "I noticed that Contoso plans to open a second warehouse in Leeds in 2027.",
        "Opening a second warehouse in Leeds is a big step for Contoso.",
        "Congratulations on the plans for a second warehouse in Leeds.",
        "With a second warehouse in Leeds, Contoso will need more people or more robots.",
        "Anna, I read that Contoso plans a second warehouse in Leeds.",
        "Two things stood out: Contoso plans a second warehouse, and it will be in Leeds.",
        "Contoso had revenue of €2.5 million in 2025.",
        "Today, Contoso employs 1,200 people, and in 2027 a second warehouse opens in Leeds.",
        "Few companies plan a second warehouse in Leeds.",
    ],
)
def test_a_good_opening_goes_out_as_it_is(opening: str) -> None:
    made, problems = written(ENGLISH, opening=opening)
    assert made.paragraphs[1].text == opening
    assert problems == ()


@pytest.mark.parametrize(
    "value",
    [
        "Within 6 months, Northwind cut picking errors by 40% with our robots.",
        "Robots are live in 6 weeks and work with SAP EWM.",
        "Because the robots need no new shelves, they are live in six weeks.",
        "For one customer, Northwind, picking errors fell by 40 percent.",
        "Automation with our robots cut picking errors at Northwind.",
        "Fewer picking errors: Northwind cut them by 40 percent.",
        "Here is how: robots move totes without new shelves.",
        "As a B2B warehouse, you may know picking errors.",
        "However, picking errors can be cut: Northwind did so by 40 percent in six months.",
        "Imagine picking without errors: our robots move totes.",
        "Prices start at $900 per robot per month.",
        "Teams at Northwind cut picking errors by 40 percent with our robots.",
        "Don't let picking errors cost time: robots move totes.",
        "Hospitals and warehouses know picking errors, and our robots move totes.",
        "Moving totes by hand leads to picking errors, and robots move totes.",
        "Crucially, robots move totes without new shelves.",
        "Financially, picking errors fell by 40 percent at Northwind.",
        "Recruiting, training and picking errors cost time; robots move totes.",
        "Picking errors fell by 40 percent; robots move totes.",
        "Six weeks, and the robots move totes.",
        "Robots and people share the aisles: picking errors fell by 40 percent at Northwind.",
        "Operators and planners see picking errors fall with our robots.",
        "Autonomous robots bring totes to people without new shelves.",
        "Seasonal peaks mean picking errors, and robots move totes.",
        "Forklift drivers know picking errors, and robots move totes.",
    ],
)
def test_a_good_value_goes_out_as_it_is(value: str) -> None:
    made, problems = written(ENGLISH, value=value)
    assert made.paragraphs[2].text == value
    assert problems == ()


@pytest.mark.parametrize(
    "opening",
    [
        "Mir ist aufgefallen, dass Contoso 2027 ein zweites Lager in Leipzig plant.",
        "Ein zweites Lager in Leipzig ist ein Lager mehr.",
        "In 3 Werken beschäftigt Contoso 1200 Mitarbeiter.",
        "Glückwunsch zum geplanten Lager in Leipzig.",
    ],
)
def test_a_good_german_opening_goes_out_as_it_is(opening: str) -> None:
    made, problems = written(GERMAN, opening=opening)
    assert made.paragraphs[1].text == opening
    assert problems == ()


@pytest.mark.parametrize(
    "value",
    [
        "Northwind senkte Fehler bei der Kommissionierung mit unseren Robotern in 6 Monaten um 40 %.",
        "Weniger Fehler bei der Kommissionierung: Northwind senkte sie in sechs Monaten um vierzig Prozent.",
        "Gerade im Lager helfen Roboter: weniger Fehler in sechs Wochen.",
        "Preise beginnen bei 900 € pro Roboter und Monat.",
        "Kommissionierroboter von Fabrikam bewegen Behälter im Lager.",
        "Zudem laufen unsere Roboter in sechs Wochen.",
        "Kosten, Fehler und Aufwand sinken mit unseren Robotern im Lager in sechs Wochen.",
        "Das Ergebnis nach sechs Monaten: 40 Prozent weniger Fehler und mehr Zeit für Ihr Team im Lager.",
    ],
)
def test_a_good_german_value_goes_out_as_it_is(value: str) -> None:
    made, problems = written(GERMAN, value=value)
    assert made.paragraphs[2].text == value
    assert problems == ()


def test_a_sentence_in_a_language_without_lists_is_left_to_the_other_rules() -> None:
    polish = "Widzę, że Contoso planuje drugi magazyn w Leeds."
    paper = "Northwind zmniejszył liczbę błędów o 40 procent."
    texts = (ENGLISH[0], "Contoso planuje drugi magazyn w Leeds. Contoso ma 1200 osób.", paper)
    assert written(texts, opening=polish)[0].paragraphs[1].text == polish


@pytest.mark.parametrize(
    "value",
    [
        "Walmart cut picking errors with our robots.",
        "Walmart's robots cut picking errors.",
        "Tesco recently halved picking errors with our robots.",
        "An example: Walmart cut picking errors with our robots.",
        "Walmart, with our robots, cut picking errors.",
        "Walmart enjoys 40 percent fewer picking errors with our robots.",
        "Walmart Leeds cut picking errors with our robots.",
        "Walmart: 40 percent fewer picking errors with our robots.",
        "Walmart - picking errors cut by 40 percent.",
        "Samsung cut picking errors with our robots.",
        "Picking errors fell by 40 percent; Walmart cut them too.",
        "Walmart and Northwind cut picking errors with our robots.",
        "Walmart as well as Northwind cut picking errors with our robots.",
        "Walmart & Northwind cut picking errors with our robots.",
        "Walmart and many others cut picking errors with our robots.",
        "Walmart logistics teams cut picking errors with our robots.",
        "Walmart warehouses saw picking errors fall with our robots.",
        "Walmart robots cut picking errors.",
        "Walmart staff report fewer picking errors with our robots.",
    ],
)
def test_a_customer_that_no_quote_names_is_not_told_of(value: str) -> None:
    with pytest.raises(Unusable):
        written(ENGLISH, value=value)
    made, problems = written(ENGLISH, value=f"Northwind cut picking errors by 40 percent. {value}")
    assert made.paragraphs[2].text == "Northwind cut picking errors by 40 percent."
    assert problems == ()


@pytest.mark.parametrize(
    "value",
    [
        "Lidl senkte Fehler im Lager.",
        "Lidl betreibt 40 Roboter im Lager in sechs Wochen.",
        "Lidl und Northwind senkten Fehler bei der Kommissionierung um 40 Prozent.",
        "Lidl sowie Northwind senkten Fehler bei der Kommissionierung um 40 Prozent.",
    ],
)
def test_a_german_customer_that_no_quote_names_is_not_told_of(value: str) -> None:
    with pytest.raises(Unusable, match="a name, or a rare word in the place of one"):
        written(GERMAN, value=value)


@pytest.mark.parametrize("name", ["Peter", "Grace", "Dan", "May", "Emily", "Kimberly"])
def test_nobody_else_is_addressed(name: str) -> None:
    with pytest.raises(Unusable):
        written(ENGLISH, opening=f"{name}, Contoso plans to open a second warehouse in Leeds.")


@pytest.mark.parametrize(
    "value",
    [
        "Our robots cut picking errors by half.",
        "Robots are live in two days.",
        "Prices start at €900 per robot a month.",
        "Prices start at 900 USD per robot a year.",
        "Northwind cut picking errors by 40 million with our robots.",
        "Prices start at 900,000 USD per robot a month.",
        "Northwind cut 40,000 picking errors with our robots.",
        "Our robots cut picking errors by a third.",
        "For thousands of companies our robots cut picking errors.",
    ],
)
def test_a_figure_that_no_quote_tells_waits_for_a_person(value: str) -> None:
    assert written(ENGLISH, value=value)[1]


@pytest.mark.parametrize(
    "parts",
    [
        {"opening": "Contoso, {{company}}, plans to open a second warehouse in Leeds."},
        {"opening": "Contoso plans to open a second warehouse in [city] Leeds."},
        {"value": "Northwind cut picking errors by 40 percent [2]."},
        {"subject": "Faster picking for {company}"},
        {"end": "Would you have 20 minutes next week, [Name]?"},
    ],
)
def test_an_answer_with_a_gap_left_to_fill_is_asked_for_again(parts: dict[str, str]) -> None:
    with pytest.raises(Unusable, match="brackets or braces"):
        written(ENGLISH, **parts)
