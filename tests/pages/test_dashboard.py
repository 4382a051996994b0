"""Dashboard: formulas, and figures that agree with the lists behind them."""

from datetime import timedelta

import pytest
from sqlalchemy import true

from leadwright.db.agent import Agent, LeadRun, RunStep
from leadwright.db.base import now
from leadwright.db.engine import Database
from leadwright.db.pages.dashboard import leads_behind, leads_measured, read_dashboard
from leadwright.db.people import BusinessUnit
from leadwright.db.sales import Email, Lead, Opportunity
from leadwright.domain.kpis import Figure, Measure, Spent, kpis

OUTCOMES = [
    *[("handed_over", "High", 1, False)] * 5,
    *[("disqualified", "Low", 3, False)] * 3,
    ("disqualified", "Low", 3, True),
    ("handed_over", "Unknown", 3, False),
    ("queued", None, None, False),
    ("researching", None, None, False),
    ("blocked", None, None, False),
    ("failed", None, None, False),
    ("returned", None, None, False),
    ("cancelled", None, None, False),
]


def _fill(database: Database) -> None:
    moment = now()
    with database.transaction() as session:
        session.add(BusinessUnit(businessunitid="b", name="Root"))
        session.add(Agent(agentid="a", name="Agent", mode="research"))
        session.flush()
        for n, (stage, band, rating, reassigned) in enumerate(OUTCOMES):
            session.add(Lead(leadid=f"l{n}", ownerid="o", owningbusinessunit="b", companyname=f"Company {n}"))
            session.flush()
            session.add(
                LeadRun(
                    runid=f"r{n:02}", leadid=f"l{n}", number=1, agentid="a", version=1, trigger="new_lead", stage=stage,
                    band=band, rating=rating, reassigned=reassigned, queuedon=moment - timedelta(hours=2),
                    startedon=moment - timedelta(seconds=90), researchedon=moment if band else None, concludedon=moment,
                )
            )  # fmt: skip
            session.flush()
        session.add(RunStep(runid="r00", name="read", position=1, state="done", tokensin=900, tokensout=100, cost=0.5))
        session.add(RunStep(runid="r01", name="read", position=1, state="done", tokensin=900, tokensout=100, cost=None))
        session.add(Email(activityid="e", ownerid="o", owningbusinessunit="b", lw_runid="r00", regardingobjectid="l0"))
        session.add(
            Opportunity(opportunityid="p", name="x", ownerid="o", owningbusinessunit="b", originatingleadid="l0")
        )


def test_figures_follow_the_published_formulas(database: Database) -> None:
    _fill(database)
    with database.reading() as session:
        board = read_dashboard(session, true(), now() - timedelta(days=7), now())
    assert board.counts[Figure.ASSIGNED] == 15
    assert board.counts[Figure.HANDED_OVER] == 7
    assert board.counts[Figure.DISQUALIFIED] == 3
    assert board.counts[Figure.PROCESSED] == 12
    assert board.counts[Figure.OPPORTUNITIES] == 1
    assert board.kpis.autonomous_processing == pytest.approx(10 / 12)
    assert board.kpis.handover == pytest.approx(7 / 12)
    assert board.kpis.research_completion == pytest.approx(10 / 15)
    assert board.kpis.seconds_to_qualify == pytest.approx(90, abs=1)
    assert board.spent == Spent(tokens=2000, dollars=0.5, unpriced=1, drafts=1)
    assert board.kpis.dollars_per_draft == 0.5


def test_each_figure_agrees_with_the_list_it_opens(database: Database) -> None:
    _fill(database)
    since, until = now() - timedelta(days=7), now()
    with database.reading() as session:
        board = read_dashboard(session, true(), since, until)
        for figure in Figure:
            rows = leads_behind(session, figure, true(), since, until, limit=100)
            assert len(rows) == board.counts[figure], figure


def test_time_and_cost_agree_with_the_leads_they_are_taken_over(database: Database) -> None:
    _fill(database)
    with database.transaction() as session:
        for n, run in enumerate(session.query(LeadRun).order_by(LeadRun.runid)):
            run.startedon = run.queuedon + timedelta(seconds=100 * n) if n != 1 else None
        session.add(RunStep(runid="r03", name="read", position=1, state="done", tokensin=5, tokensout=5, cost=0.25))
        session.add(RunStep(runid="r03", name="mail", position=2, state="done", tokensin=5, tokensout=5, cost=0.5))
    since, until = now() - timedelta(days=7), now()
    with database.reading() as session:
        board = read_dashboard(session, true(), since, until)
        times = leads_measured(session, Measure.TIME, true(), since, until, limit=100)
        costs = leads_measured(session, Measure.COST, true(), since, until, limit=100)
        second = leads_measured(session, Measure.COST, true(), since, until, limit=3, offset=3)
    taken = [row.seconds for row in times]
    assert len(taken) == board.counts[Figure.HANDED_OVER] - 1  # one was never begun
    assert taken == sorted(taken, reverse=True)
    assert sum(taken) / len(taken) == pytest.approx(board.kpis.seconds_to_qualify)
    assert len(costs) == board.counts[Figure.ASSIGNED]
    assert sum(row.dollars for row in costs) == pytest.approx(board.spent.dollars)
    assert sum(row.tokens for row in costs) == board.spent.tokens
    assert sum(row.unpriced or 0 for row in costs) == board.spent.unpriced
    assert [(row.runid, row.dollars) for row in costs[:3]] == [("r03", 0.75), ("r00", 0.5), ("r01", 0.0)]
    assert [row.runid for row in second] == [row.runid for row in costs[3:6]]


def test_a_reader_counts_only_the_leads_they_may_see(database: Database) -> None:
    _fill(database)
    with database.reading() as session:
        board = read_dashboard(session, Lead.ownerid == "somebody else", now() - timedelta(days=7), now())
    assert set(board.counts.values()) == {0}


def test_nothing_to_divide_by_is_not_a_zero() -> None:
    empty = kpis(dict.fromkeys(Figure, 0), Spent(), None, 7)
    assert empty.handover is None
    assert empty.dollars_per_lead is None
