"""The counting rule of product.md 5, point 4, and what is counted."""

from datetime import date
from typing import Any

import pytest

from leadwright.db.configuration import Company as OurCompany
from leadwright.db.configuration import CompetitorList, Configuration
from leadwright.db.engine import Database
from leadwright.db.sales import Account, Competitor, Lead, LeadCompetitor, Opportunity, OpportunityCompetitor
from leadwright.domain.competitors import Closed, choose
from leadwright.domain.evidence import Passage, SourceKind
from leadwright.research.competitors import choose_competitors, web_mentions

NEW, OLD = date(2026, 5, 1), date(2025, 5, 1)


def _won(name: str, on: date = NEW) -> Closed:
    return Closed(name, True, on)


def _lost(name: str, on: date = NEW) -> Closed:
    return Closed(name, False, on)


@pytest.mark.parametrize(
    ("on_lead", "web", "closed", "configured", "chosen"),
    [
        # A competitor on the lead is the only one.
        (["Zeta"], {"Yotta": 9}, [_won("Yotta")], ["Yotta"], ("Zeta",)),
        # Most sources wins, whatever the number of mentions in one.
        ([], {"Yotta": 9, "Zeta": 1}, [_won("Zeta")], ["Xeno"], ("Zeta",)),
        ([], {"Yotta": 9, "Zeta": 1}, [_won("Zeta"), _won("Yotta")], ["Zeta"], ("Zeta",)),
        # Spelling does not split a name; the configured spelling is shown.
        ([], {"zeta ": 1}, [_lost("ZETA")], ["Zeta"], ("Zeta",)),
        # Tie: the one of the most recently won opportunity; a later lost one does not count.
        ([], {}, [_won("Yotta", OLD), _won("Zeta", NEW)], ["Yotta", "Zeta"], ("Zeta",)),
        ([], {}, [_won("Yotta", OLD), _lost("Zeta", NEW)], ["Zeta", "Yotta"], ("Yotta",)),
        ([], {"Yotta": 1, "Zeta": 1}, [], ["Zeta", "Yotta"], ("Zeta", "Yotta")),
        # No overlap: the configured list.
        ([], {"Yotta": 5}, [_won("Xeno")], ["Zeta", "Wyrd"], ("Zeta", "Wyrd")),
        # Nothing configured: the last closed opportunity, else the web.
        ([], {"Yotta": 5}, [_won("Xeno", OLD), _lost("Wyrd")], [], ("Xeno",)),
        ([], {"Yotta": 5, "Zeta": 7}, [], [], ("Zeta",)),
        ([], {}, [], [], ()),
    ],
)
def test_the_counting_rule(
    on_lead: list[str], web: dict[str, int], closed: list[Closed], configured: list[str], chosen: tuple[str, ...]
) -> None:
    choice = choose(on_lead, web, closed, configured)
    assert choice.names == chosen
    assert choice.reason.endswith(".")


def _passage(text: str, title: str = "") -> Passage:
    return Passage(text[:8], SourceKind.SEARCH, "https://x.example", title, text)


def test_web_mentions_count_passages_that_name_a_known_or_listed_competitor() -> None:
    found = [
        _passage("Competitors of Ours include Zeta Systems, Yotta and Ours."),
        _passage("Zeta Systems raised money.", "Zeta Systems"),
        _passage("The zeta function is nice."),
        _passage("Alternatives to Ours: Quantum Desk, Acme."),
    ]
    counts = web_mentions(found, ["Zeta Systems"], {"ours", "acme"})
    assert counts == {"Zeta Systems": 2, "Yotta": 1, "Quantum Desk": 1}


def _opportunity(session: Any, unit: str, account: str, competitor: str, state: int, closed: date) -> None:
    made = Opportunity(
        ownerid="x",
        owningbusinessunit=unit,
        name="Deal",
        statecode=state,
        actualclosedate=closed,
        parentaccountid=account,
    )
    session.add(made)
    session.flush()
    session.add(OpportunityCompetitor(opportunityid=made.opportunityid, competitorid=competitor))


def test_closed_opportunities_of_similar_accounts_are_counted(database: Database, unit: str) -> None:
    configuration = Configuration(company=OurCompany(name="Ours"), competitors=CompetitorList(names=["Zeta", "Yotta"]))
    with database.transaction() as session:
        for name in ("Zeta", "Yotta", "Xeno"):
            session.add(Competitor(competitorid=name, name=name))
        for key, industry in (("steel", "Steel"), ("food", "Food")):
            session.add(Account(accountid=key, name=key, lw_industry=industry, ownerid="x", owningbusinessunit=unit))
        lead = Lead(leadid="l", ownerid="x", owningbusinessunit=unit, lw_industry="steel", companyname="Acme")
        session.add(lead)
        session.flush()
        _opportunity(session, unit, "steel", "Yotta", 1, OLD)
        _opportunity(session, unit, "steel", "Xeno", 0, NEW)  # open: not counted
        _opportunity(session, unit, "food", "Zeta", 1, NEW)  # another industry: not counted
        assert choose_competitors(session, lead, configuration, [], []).names == ("Yotta",)
        session.add(LeadCompetitor(leadid="l", competitorid="Xeno"))
        session.flush()
        assert choose_competitors(session, lead, configuration, [], []).names == ("Xeno",)
