"""What an admin's battle card says of a competitor reaches the research page, through the real taking in."""

from pathlib import Path

from tests.analyst.briefs import brief, passage

from leadwright.analyst.builtin import BuiltinAnalyst
from leadwright.analyst.protocol import Competitor
from leadwright.db.engine import Database
from leadwright.domain.evidence import SourceKind, Statement
from leadwright.research import knowledge
from leadwright.research.fetch import Fetcher

CARD = """# Northwind Planning

Northwind Planning builds planning boards: one for each store, with a screen on top.

## Strengths
- The densest network of partners in Europe.

## Weaknesses
- A high investment before the first store is planned.

## Talking points
- Tailwind is rented by the month, so nothing is invested up front.
"""
NEWS = passage("n", SourceKind.NEWS, "Fabrikam Outdoors starts a pilot with Northwind Planning.", "Fabrikam pilot")
LEAD = {"companyname": "Fabrikam Outdoors"}


def read(database: Database, folder: Path, card: str) -> Competitor:
    (folder / "northwind.md").write_text(card)
    purpose = "competitor:Northwind Planning"
    with database.transaction() as session:
        sourceid = knowledge.add_source(session, purpose, "folder", str(folder)).sourceid
    knowledge.ingest(database, Fetcher(resolve=lambda host, port: []), sourceid)
    with database.reading() as session:
        found = knowledge.retrieve(session, purpose, "Northwind Planning strengths weaknesses talking points", 6)
    assert len(found) == card.count("# ")
    lead = brief(NEWS, *found, competitors=("Northwind Planning",), **LEAD)
    return BuiltinAnalyst().read_lead(lead).competitors[0]


def texts(statements: tuple[Statement, ...]) -> list[str]:
    return [s.text for s in statements]


def test_a_battle_card_gives_overview_strengths_weaknesses_and_talking_points(
    sqlite_database: Database, tmp_path: Path
) -> None:
    found = read(sqlite_database, tmp_path, CARD)
    assert texts(found.overview) == [
        "Fabrikam Outdoors starts a pilot with Northwind Planning.",
        "Northwind Planning builds planning boards: one for each store, with a screen on top.",
    ]
    assert {part: texts(said) for part, said in found.swot.items()} == {
        "strengths": ["The densest network of partners in Europe."],
        "weaknesses": ["A high investment before the first store is planned."],
    }
    assert texts(found.talking_points) == ["Tailwind is rented by the month, so nothing is invested up front."]


def test_a_chosen_competitor_without_documents_is_shown_with_the_sentence_that_named_it() -> None:
    lead = brief(NEWS, competitors=("Northwind Planning", "Nobody Knows"), **LEAD)
    found = BuiltinAnalyst().read_lead(lead).competitors
    assert [c.name for c in found] == ["Northwind Planning", "Nobody Knows"]
    assert texts(found[0].overview) == ["Fabrikam Outdoors starts a pilot with Northwind Planning."]
