"""Dashboard figures equal the counts of their lists, and the published formulas, over a randomised history."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, true
from sqlalchemy.orm import Session

from leadwright.db.agent import Agent, LeadRun, RunStep
from leadwright.db.engagement import Engagement
from leadwright.db.engine import Database
from leadwright.db.mail import Mailbox, Outbox
from leadwright.db.oversight import RejectionReview
from leadwright.db.pages.dashboard import Dashboard, leads_behind, leads_measured, read_dashboard
from leadwright.db.pages.rejections import false_reject_rate, judged
from leadwright.db.people import BusinessUnit
from leadwright.db.sales import Email, Lead, Opportunity
from leadwright.domain.engagement import LOW_INTEREST, Outcome
from leadwright.domain.kpis import Figure, Measure
from leadwright.domain.optionsets import LeadState
from leadwright.domain.stage import AgentMode, Stage

NOW = datetime(2026, 6, 1, 12, 0, tzinfo=UTC)
SINCE = NOW - timedelta(days=7)
FIRST = "outreach"
QUOTED = [{"text": "It costs 5.", "evidence": [{"passage_id": "p", "source": "s", "quote": "5", "kind": "knowledge"}]}]

money = st.integers(0, 4_000).map(lambda n: n / 8)  # adds up without a rest
runs = st.fixed_dictionaries(
    {
        "stage": st.sampled_from(Stage),
        "outcome": st.one_of(st.none(), st.sampled_from(Outcome)),
        "interest": st.sampled_from([None, "positive", "negative", "undetected"]),
        "band": st.sampled_from([None, "High", "Moderate", "Low", "Unknown"]),
        "rating": st.sampled_from([None, 1, 2, 3]),
        "reassigned": st.booleans(),
        "byperson": st.booleans(),
        "ago": st.integers(0, 14 * 24).map(lambda h: timedelta(hours=h, minutes=30)),
        "took": st.one_of(st.none(), st.integers(0, 90_000)),
        "talk": st.one_of(
            st.none(),
            st.tuples(st.sampled_from(["due", "sending", "person", "ended"]), st.integers(0, 3), st.integers(0, 3)),
        ),
        "mails": st.lists(
            st.tuples(
                st.sampled_from(["outreach", "answer", "seller"]),
                st.sampled_from(["sent", "queued", "cancelled"]),
                st.booleans(),
            ),
            max_size=3,
        ),
        "steps": st.lists(st.tuples(st.integers(0, 500), st.one_of(st.none(), money)), max_size=2),
        "draft": st.booleans(),
        "review": st.one_of(st.none(), st.tuples(st.booleans(), st.sampled_from(["", "pursue", "drop", "unsure"]))),
    }
)  # fmt: skip
leads = st.fixed_dictionaries(
    {
        "runs": st.lists(runs, min_size=1, max_size=2),
        "revenue": st.lists(st.one_of(st.none(), money), max_size=2),
        "qualified": st.booleans(),
        "mine": st.booleans(),
    }
)
histories = st.lists(leads, max_size=6)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(history=histories)
def test_every_figure_is_the_count_of_its_list_and_follows_its_formula(database: Database, history: Any) -> None:
    _write(database, history)
    with database.reading() as session:
        for mode in AgentMode:
            for visible in (true(), Lead.ownerid == "me"):
                board = read_dashboard(session, visible, SINCE, NOW, mode)
                for figure in Figure:
                    rows = _all(session, figure, visible)
                    assert len(rows) == len(set(rows)) == board.counts[figure], figure
                _measures_agree(session, board, visible)
                _rates_follow(board, mode)
        _counted_anew(read_dashboard(session, true(), SINCE, NOW, AgentMode.ENGAGE), history)
        found = false_reject_rate(session, true(), SINCE, NOW)
        assert len(judged(session, true(), SINCE, NOW, wrong=True)) == found.wrong
        assert len(judged(session, true(), SINCE, NOW, wrong=False)) == found.judged


def _all(session: Session, figure: Figure, visible: Any) -> list[str]:
    """Page by page, as a reader goes through it."""
    found: list[str] = []
    while rows := leads_behind(session, figure, visible, SINCE, NOW, limit=3, after=found[-1] if found else ""):
        found += [row.runid for row in rows]
    return found


def _measures_agree(session: Session, board: Dashboard, visible: Any) -> None:
    wanted = {
        Measure.MAILS: board.mailed.outreach,
        Measure.ANSWERS: board.mailed.answers,
        Measure.PIPELINE: board.mailed.pipeline,
    }
    for measure, total in wanted.items():
        rows = leads_measured(session, measure, visible, SINCE, NOW, limit=500)
        assert sum(row.amount for row in rows) == total, measure
    cost = leads_measured(session, Measure.COST, visible, SINCE, NOW, limit=500)
    assert sum(row.dollars for row in cost) == board.spent.dollars
    assert sum(row.tokens for row in cost) == board.spent.tokens
    times = [row.seconds for row in leads_measured(session, Measure.TIME, visible, SINCE, NOW, limit=500)]
    assert board.kpis.seconds_to_qualify == (pytest.approx(sum(times) / len(times), abs=0.01) if times else None)


def _rates_follow(board: Dashboard, mode: AgentMode) -> None:
    """The table of product rules 10."""
    n, k = board.counts, board.kpis
    processed = n[Figure.PROCESSED]
    assert k.research_completion == _share(n[Figure.RESEARCHED], n[Figure.ASSIGNED])
    assert k.dollars_per_lead == _share(board.spent.dollars, n[Figure.ASSIGNED])
    assert k.dollars_forecast_month == pytest.approx(board.spent.dollars / 7 * 30)
    if mode is AgentMode.RESEARCH:
        assert k.autonomous_processing == _share(n[Figure.HANDED_OVER] + n[Figure.DISQUALIFIED], processed)
        assert k.handover == _share(n[Figure.HANDED_OVER], processed)
        return
    assert k.autonomous_processing == _share(n[Figure.POSITIVE_HANDOVERS] + n[Figure.LOW_INTEREST], processed)
    assert k.handover == k.positive_interest == _share(n[Figure.POSITIVE_HANDOVERS], processed)
    assert k.lead_qualification == _share(n[Figure.CONVERTED], processed)
    assert k.email_response == _share(n[Figure.REPLIED], board.mailed.outreach)
    assert k.pipeline == board.mailed.pipeline


def _counted_anew(board: Dashboard, history: Any) -> None:
    """The same figures by plain counting, without SQL."""
    all_runs = [(lead, run) for lead in history for run in lead["runs"]]
    inside = [(lead, r) for lead, r in all_runs if r["ago"] <= timedelta(days=7) and r["stage"] != Stage.CANCELLED]
    over = [(lead, r) for lead, r in inside if r["stage"] == Stage.HANDED_OVER or r["reassigned"]]
    done = (Stage.HANDED_OVER, Stage.DISQUALIFIED, Stage.RETURNED, Stage.FAILED)
    alone = [r for _, r in inside if not r["byperson"]]
    wanted = {
        Figure.ASSIGNED: len(inside),
        Figure.PROCESSED: sum(r["stage"] in done for _, r in inside),
        Figure.HANDED_OVER: len(over),
        Figure.OPPORTUNITIES: sum(bool(lead["revenue"]) for lead, _ in over),
        Figure.DISQUALIFIED: sum(r["stage"] == Stage.DISQUALIFIED and not r["reassigned"] for _, r in inside),
        Figure.POSITIVE_HANDOVERS: sum(r["stage"] == Stage.HANDED_OVER and r["interest"] == "positive" for r in alone),
        Figure.LOW_INTEREST: sum(
            r["stage"] == Stage.DISQUALIFIED and r["outcome"] in LOW_INTEREST and not r["reassigned"] for r in alone
        ),
        Figure.CONVERTED: sum(lead["qualified"] and r["stage"] in done for lead, r in inside),
        Figure.REPLIED: sum(bool(r["talk"]) and r["talk"][2] > 0 for _, r in inside),
        Figure.HOT: sum(r["rating"] == 1 for _, r in inside),
    }
    assert {figure: board.counts[figure] for figure in wanted} == wanted
    sent = [m for _, r in inside for m in r["mails"] if m[1] == "sent"]
    assert board.mailed.outreach == sum(m[0] == "outreach" for m in sent)
    assert board.mailed.answers == sum(m[0] == "answer" and m[2] for m in sent)


def _share(part: float, whole: float) -> Any:
    return pytest.approx(part / whole) if whole else None


def _write(database: Database, history: Any) -> None:
    with database.transaction() as session:
        for table in (Outbox, RejectionReview, Opportunity, Email, Engagement, RunStep, LeadRun, Lead):
            session.execute(delete(table))
        for row in (
            BusinessUnit(businessunitid="b", name="Root"),
            Agent(agentid="a", name="A", mode="engage"),
            Mailbox(mailboxid="m", name="Sales", emailaddress="sales@seller.example"),
        ):
            session.merge(row)
        session.flush()
        for n, lead in enumerate(history):
            _lead(session, n, lead)


def _lead(session: Session, n: int, lead: Any) -> None:
    state = LeadState.QUALIFIED if lead["qualified"] else LeadState.OPEN
    owner = "me" if lead["mine"] else "them"
    session.add(Lead(leadid=f"l{n}", ownerid=owner, owningbusinessunit="b", statecode=int(state)))
    session.flush()
    open_seen = False
    for k, run in enumerate(lead["runs"]):
        if run["stage"] in (Stage.QUEUED, Stage.RESEARCHING, Stage.BLOCKED, Stage.ENGAGED):
            if open_seen:  # a lead has one open run at most
                run["stage"] = Stage.CANCELLED
            open_seen = True
        _run(session, n, k, run)
    for k, value in enumerate(lead["revenue"]):
        session.add(
            Opportunity(opportunityid=f"o{n}{k}", name="x", ownerid="o", owningbusinessunit="b",
                        originatingleadid=f"l{n}", estimatedvalue=value)
        )  # fmt: skip


def _run(session: Session, n: int, k: int, run: Any) -> None:
    runid, leadid, at = f"r{n}{k}", f"l{n}", NOW - run["ago"]
    started = at + timedelta(seconds=1)
    session.add(
        LeadRun(
            runid=runid, leadid=leadid, number=k + 1, agentid="a", version=1, trigger="new_lead", stage=run["stage"],
            outcome=run["outcome"], interest=run["interest"], band=run["band"], rating=run["rating"],
            reassigned=run["reassigned"], byperson=run["byperson"], queuedon=at, startedon=started,
            researchedon=at if run["band"] else None,
            concludedon=started + timedelta(seconds=run["took"]) if run["took"] is not None else None,
        )
    )  # fmt: skip
    session.flush()
    if run["talk"]:
        stands, sent, heard = run["talk"]
        session.add(
            Engagement(runid=runid, leadid=leadid, agentid="a", mailboxid="m", address="x@y.example", addresshash="h",
                       state=stands, step="follow_up", sent=sent, heard=heard)
        )  # fmt: skip
    for m, (purpose, phase, quotes) in enumerate(run["mails"]):
        _mail(session, f"{n}{k}{m}", leadid, runid, purpose, phase, QUOTED if quotes else [])
    for m, (tokens, cost) in enumerate(run["steps"]):
        session.add(
            RunStep(runid=runid, name=f"s{m}", position=m, state="done", tokensin=tokens, tokensout=1, cost=cost)
        )
    if run["draft"]:
        session.add(Email(activityid=f"d{n}{k}", ownerid="o", owningbusinessunit="b", lw_runid=runid))
    if run["review"]:
        control, word = run["review"]
        session.add(
            RejectionReview(
                runid=runid, leadid=leadid, agentid="a", version=1, control=control, word=word, decidedon=at
            )
        )


def _mail(session: Session, key: str, leadid: str, runid: str, purpose: str, phase: str, paragraphs: Any) -> None:
    thread = None if purpose == "seller" else runid  # a person's mail belongs to no conversation of the agent
    session.add(
        Email(activityid=f"e{key}", ownerid="o", owningbusinessunit="b", regardingobjectid=leadid, lw_threadid=thread,
              lw_paragraphs=paragraphs)
    )  # fmt: skip
    session.flush()
    session.add(
        Outbox(
            outboxid=f"x{key}", businesskey=key, mailboxid="m", leadid=leadid, emailid=f"e{key}", purpose=purpose,
            messageid=f"<{key}@x>", sender="s@x.example", recipient="r@y.example", recipienthash="h", domainhash="d",
            raw=b"", phase=phase,
        )
    )  # fmt: skip
