"""The JSON of the Knowledge test pane: a list for each section, each statement with the passages it quotes."""

from leadwright.analyst.protocol import Competitor, Insight, Reading, Section, Usage
from leadwright.domain.evidence import Evidence, Passage, SourceKind, Statement
from leadwright.workflows.insight_trial import insights_json

PAGE = Passage("w1", SourceKind.WEB, "https://contoso.example/", "About", "Contoso has 300 stores.")
UNUSED = Passage("k1", SourceKind.KNOWLEDGE, "paper.md", "Paper", "Our shelves hold 300 kg.")
SAID = Statement("Contoso has 300 stores.", (Evidence("w1", SourceKind.WEB, PAGE.source, "300 stores", "About"),))


def test_sections_and_competitors_carry_their_quotes_and_unused_passages_are_told() -> None:
    reading = Reading(
        (),
        (Insight(Section.OVERVIEW, "Size", (SAID,), Statement("Many shelves.", SAID.evidence)),),
        (Competitor("Fabrikam", overview=(SAID,), swot={"strengths": (SAID,)}),),
        Usage("builtin"),
    )
    told = insights_json(reading, {p.id: p for p in (UNUSED, PAGE)})
    assert set(told) == {
        "accountOverview", "accountPriorities", "accountFinances", "accountNews", "competitors", "passages",
    }  # fmt: skip
    (overview,) = told["accountOverview"]
    assert overview["statements"][0]["passages"][0]["quote"] == "300 stores"
    assert overview["relation"]["text"] == "Many shelves."
    assert told["accountFinances"] == []
    assert told["competitors"][0]["swot"]["strengths"][0]["text"] == "Contoso has 300 stores."
    assert [(p["id"], p["used"]) for p in told["passages"]] == [("w1", True), ("k1", False)]
