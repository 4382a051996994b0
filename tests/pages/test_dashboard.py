"""Dashboard: formulas, and figures that agree with the lists behind them."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import true
from sqlalchemy.orm import Session

from leadwright.db.agent import Agent, LeadRun, RunStep
from leadwright.db.base import now
from leadwright.db.engagement import Engagement
from leadwright.db.engine import Database
from leadwright.db.mail import Mailbox, Outbox
from leadwright.db.pages.dashboard import leads_behind, leads_measured, read_dashboard
from leadwright.db.people import BusinessUnit
from leadwright.db.sales import Email, Lead, Opportunity
from leadwright.domain.kpis import Figure, Mailed, Measure, Spent, kpis
from leadwright.domain.optionsets import LeadState
from leadwright.domain.stage import AgentMode

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


TALKS = [  # stage, outcome, interest, reassigned, state, mails sent, heard, answers sent, opportunity, qualified
    ("handed_over", "qualified", "positive", False, "ended", 1, 2, 2, 1_000.0, True),
    ("handed_over", "fast_track", "positive", False, "ended", 2, 1, 0, 500.0, False),
    ("handed_over", "referral", "undetected", False, "ended", 1, 1, 0, None, False),
    ("handed_over", "blocked", None, False, "ended", 1, 1, 0, None, False),
    ("handed_over", None, None, False, None, 0, 0, 0, 250.0, False),  # before the upgrade, without a conversation
    ("disqualified", "not_interested", "negative", False, "ended", 1, 1, 0, None, False),
    ("disqualified", "not_qualified", "positive", False, "ended", 1, 1, 0, None, False),
    ("disqualified", "no_response", None, False, "ended", 4, 0, 0, None, False),
    ("disqualified", "opted_out", "negative", True, "ended", 1, 1, 0, 75.0, False),
    ("disqualified", "low_fit", None, False, None, 0, 0, 0, None, False),
    ("returned", "unreachable", None, False, "ended", 1, 0, 0, None, False),
    ("engaged", None, None, False, "due", 2, 0, 0, None, False),
    ("engaged", None, None, False, "due", 0, 0, 0, None, False),  # the first mail waits for its hour
    ("engaged", None, None, False, "person", 1, 1, 0, None, False),
    ("blocked", None, None, False, None, 0, 0, 0, None, False),
    ("cancelled", "taken_back", None, False, "ended", 1, 1, 0, None, False),
]


def _talk(database: Database) -> None:
    moment = now()
    with database.transaction() as session:
        session.add_all([BusinessUnit(businessunitid="b", name="Root"), Agent(agentid="a", name="A", mode="engage")])
        session.add(Mailbox(mailboxid="m", name="Sales", emailaddress="sales@seller.example"))
        session.flush()
        for n, (stage, outcome, interest, reassigned, state, *counts) in enumerate(TALKS):
            sent, heard, answers, revenue, qualified = counts
            qualified_state = LeadState.QUALIFIED if qualified else LeadState.OPEN
            lead = Lead(leadid=f"l{n}", ownerid="o", owningbusinessunit="b", statecode=int(qualified_state))
            session.add(lead)
            session.flush()
            session.add(_run(n, stage, moment, outcome=outcome, interest=interest, reassigned=reassigned))
            session.flush()
            if state:
                session.add(
                    Engagement(
                        runid=f"r{n:02}", leadid=f"l{n}", agentid="a", mailboxid="m", address="x@y.example",
                        addresshash="h", state=state, step="follow_up", sent=sent, heard=heard,
                    )
                )  # fmt: skip
            for purpose, count in (("outreach", sent), ("answer", answers)):
                for k in range(count):
                    _mail(session, n, purpose, k, "sent")
            if revenue:
                session.add(
                    Opportunity(
                        name="x", ownerid="o", owningbusinessunit="b", originatingleadid=f"l{n}", estimatedvalue=revenue
                    )
                )
        _mail(session, 12, "outreach", 0, "queued")
        _mail(session, 0, "answer", 9, "failed")
        again = _run(0, "handed_over", moment, outcome="clarify", interest="undetected")
        again.runid, again.number = "r90", 2  # handed over twice: its opportunity counts once
        session.add(again)
        session.add(RunStep(runid="r00", name="reply", position=1, state="done", tokensin=9, tokensout=1, cost=3.4))


def _run(n: int, stage: str, moment: Any, **more: Any) -> LeadRun:
    return LeadRun(
        runid=f"r{n:02}", leadid=f"l{n}", number=1, agentid="a", version=1, trigger="new_lead", stage=stage,
        queuedon=moment - timedelta(hours=2), startedon=moment - timedelta(seconds=90), researchedon=moment,
        concludedon=moment, **more,
    )  # fmt: skip


def _mail(session: Session, n: int, purpose: str, k: int, phase: str) -> None:
    evidence = [{"passage_id": "p"}] if purpose == "answer" and k != 1 else []  # the second one only asks
    said = [{"text": "Ten weeks.", "evidence": evidence}]
    mail = Email(ownerid="o", owningbusinessunit="b", lw_threadid=f"r{n:02}", directioncode=True, lw_paragraphs=said)
    session.add(mail)
    session.flush()
    session.add(
        Outbox(
            businesskey=f"{purpose}:{n}:{k}", mailboxid="m", emailid=mail.activityid, messageid=f"<{purpose}{n}.{k}@x>",
            sender="s", recipient="r", recipienthash="h", domainhash="h", raw=b"", purpose=purpose, phase=phase,
        )
    )  # fmt: skip


def test_figures_of_an_agent_that_engages_follow_their_own_formulas(database: Database) -> None:
    _talk(database)
    with database.reading() as session:
        board = read_dashboard(session, true(), now() - timedelta(days=7), now(), AgentMode.ENGAGE)
    counts, rates = board.counts, board.kpis
    assert (counts[Figure.ASSIGNED], counts[Figure.PROCESSED]) == (16, 12)
    assert (counts[Figure.POSITIVE_HANDOVERS], counts[Figure.LOW_INTEREST], counts[Figure.AUTONOMOUS]) == (2, 3, 5)
    assert (counts[Figure.TRANSFERRED], counts[Figure.HANDED_OVER]) == (3, 7)
    assert (counts[Figure.IN_CONVERSATION], counts[Figure.UNDER_WAY], counts[Figure.WAITS_FOR_PERSON]) == (3, 2, 1)
    assert (counts[Figure.WRITTEN_TO], counts[Figure.REPLIED], counts[Figure.NO_REPLY]) == (11, 8, 3)
    assert counts[Figure.HANDOVER_FAILED] == 1
    assert [counts[f] for f in (Figure.POSITIVE, Figure.NEGATIVE, Figure.UNDETECTED)] == [3, 2, 2]
    assert board.mailed == Mailed(outreach=16, answers=1, sent=18, pipeline=1_825.0)
    assert rates.autonomous_processing == pytest.approx(5 / 12)
    assert rates.handover == pytest.approx(2 / 12)
    assert rates.positive_interest == pytest.approx(2 / 12)
    assert rates.lead_qualification == pytest.approx(2 / 12)  # both runs of the qualified lead
    assert rates.email_response == pytest.approx(8 / 16)
    assert rates.dollars_per_mail == pytest.approx(3.4 / 18)
    assert rates.pipeline == 1_825.0


def test_each_figure_and_measure_of_conversations_agrees_with_the_list_it_opens(database: Database) -> None:
    _talk(database)
    since, until = now() - timedelta(days=7), now()
    with database.reading() as session:
        board = read_dashboard(session, true(), since, until, AgentMode.ENGAGE)
        for figure in Figure:
            rows = leads_behind(session, figure, true(), since, until, limit=100)
            assert len(rows) == board.counts[figure], figure
        wanted = {Measure.MAILS: board.mailed.outreach, Measure.ANSWERS: board.mailed.answers}
        for measure, total in {**wanted, Measure.PIPELINE: board.mailed.pipeline}.items():
            rows = leads_measured(session, measure, true(), since, until, limit=100)
            amounts = [row.amount for row in rows]
            assert sum(amounts) == total, measure
            assert amounts == sorted(amounts, reverse=True)
        first = leads_measured(session, Measure.PIPELINE, true(), since, until, limit=1)
        assert [(row.runid, row.amount) for row in first] == [("r90", 1_000.0)]


def test_a_reader_counts_only_mails_and_opportunities_of_leads_they_may_see(database: Database) -> None:
    _talk(database)
    with database.reading() as session:
        mine = Lead.leadid == "l1"
        board = read_dashboard(session, mine, now() - timedelta(days=7), now(), AgentMode.ENGAGE)
    assert board.mailed == Mailed(outreach=2, answers=0, sent=2, pipeline=500.0)


def test_a_research_only_agent_keeps_its_own_formulas(database: Database) -> None:
    _talk(database)
    with database.reading() as session:
        board = read_dashboard(session, true(), now() - timedelta(days=7), now())
    assert board.kpis.autonomous_processing == pytest.approx((7 + 4) / 12)
    assert (board.kpis.email_response, board.kpis.pipeline) == (None, None)
