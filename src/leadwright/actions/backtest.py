"""Back-tests: past leads judged again by the draft or a file, and which verdicts would flip. Changes no lead."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session, aliased

from leadwright.actions.agent_file_rows import configuration_named
from leadwright.actions.agent_plan import plan_in
from leadwright.actions.agent_rows import agent_of
from leadwright.db import audit
from leadwright.db.agent import Agent, LeadRun, RunStep
from leadwright.db.backtest import Backtest, BacktestFlip
from leadwright.db.configuration import Configuration
from leadwright.db.sales import Lead
from leadwright.domain.backtest import MOST_LEADS
from leadwright.domain.stage import Stage
from leadwright.errors import BadInput, Conflict, NotFound
from leadwright.identity.access import Principal, readable, require
from leadwright.services import Services
from leadwright.workflows.backtest import forget_old, in_background
from leadwright.workflows.unattended import claim, is_lost, is_running

Begin = Callable[[Services, str, str], Any]
VIEWS: dict[str, tuple[str, tuple[Stage, ...]]] = {
    "": ("all that were researched", ()),
    "handed-over": ("handed over", (Stage.HANDED_OVER,)),
    "disqualified": ("disqualified", (Stage.DISQUALIFIED,)),
    "conversation": ("in conversation", (Stage.ENGAGED,)),
}
_KEPT = 30  # back-tests of an agent
_WORDS_EACH = 4_000  # tokens a lead is taken to cost where nothing was paid yet


@dataclass(frozen=True, slots=True)
class Choice:
    """Which past leads: the newest `leads` of a view, of the last `days` where given."""

    leads: int = 200
    days: int | None = None
    view: str = ""

    def words(self) -> str:
        """As a person reads it."""
        since = f" in the last {self.days} days" if self.days else ""
        return f"the newest {self.leads:,} leads, {VIEWS[self.view][0]}{since}"


@dataclass(frozen=True, slots=True)
class Estimate:
    """How many leads it would be, and what a model is likely to take for them. `cost` None: the price is not known."""

    leads: int
    tokens: int
    cost: float | None
    analyst: str


@dataclass(frozen=True, slots=True)
class Direction:
    """So many verdicts go this way."""

    before: str
    after: str
    count: int
    outcome: bool


@dataclass(frozen=True, slots=True)
class Shown:
    """A back-test with the flips of leads the caller may read: BacktestFlip columns, the lead's name and company."""

    test: Backtest
    directions: Sequence[Direction]
    flips: Sequence[Any]
    lost: bool

    @property
    def outcomes(self) -> int:
        """Leads of which something else would become."""
        return sum(d.count for d in self.directions if d.outcome)


def estimate(services: Services, who: Principal, agentid: str, choice: Choice) -> Estimate:
    """What a back-test of that choice would cost, from what these leads cost before.

    Raises:
        NotAllowed: prvConfigureAgent or prvReadLead is missing.
        BadInput: the choice is none.
    """
    _allowed(who, choice)
    with services.database.reading() as session:
        runids = _chosen(services, session, who, agentid, choice)
        return _estimate(services, session, runids)


def start_backtest(
    services: Services,
    who: Principal,
    agentid: str,
    choice: Choice,
    *,
    file: str = "",
    mosttokens: int | None = None,
    begin: Begin = in_background,
) -> str:
    """Judge past leads again by the draft, or by a file. Returns the id of the back-test.

    Args:
        file: text of an agent's file; empty: the draft.
        mosttokens: the cap for a model; None: what was estimated, and half of it more.
        begin: starts the work; default: a thread of this process.

    Raises:
        NotAllowed: prvConfigureAgent or prvReadLead is missing.
        BadInput: the choice is none, or the file cannot be used.
        Conflict: a back-test is running, or there is no such lead.
    """
    _allowed(who, choice)
    with services.database.transaction() as session:
        agent = session.scalar(select(Agent).where(Agent.agentid == agentid).with_for_update())
        if agent is None:
            raise NotFound("There is no such agent.")
        running = _newest(session, agentid)
        if is_running(running):
            raise Conflict("A back-test is running. Wait until it has finished, or stop it.")
        configuration = _wanted(services, session, agent, file)
        runids = _chosen(services, session, who, agentid, choice)
        if not runids:
            raise Conflict("No past lead is among these. Choose another view or more days; new leads come first.")
        expected = _estimate(services, session, runids)
        test = Backtest(
            agentid=agentid,
            startedon=services.clock(),
            version=agent.appliedversion,
            configuration=configuration.model_dump(mode="json"),
            source="file" if file else "draft",
            chosen=choice.words(),
            runs=list(runids),
            analyst=services.analyst.name,
            mosttokens=_cap(services, expected, mosttokens),
            startedby=who.id or None,
        )
        session.add(test)
        session.flush()
        token = claim(test)
        forget_old(session, agentid, _KEPT)
        after = {"leads": len(runids), "source": test.source, "chosen": test.chosen}
        audit.record(session, who.actor, "backtest.started", "agent", agentid, after=after)
        backtestid = test.backtestid
    begin(services, backtestid, token)
    return backtestid


def continue_backtest(
    services: Services,
    who: Principal,
    agentid: str,
    backtestid: str,
    *,
    mosttokens: int | None = None,
    begin: Begin = in_background,
) -> None:
    """Go on with one that was stopped or interrupted.

    Args:
        mosttokens: a higher cap; None leaves it.

    Raises:
        NotFound, NotAllowed.
        Conflict: it is running, or has finished.
    """
    require(who, "prvConfigureAgent")
    with services.database.transaction() as session:
        test = _of(session, agentid, backtestid, lock=True)
        if is_running(test):
            raise Conflict("The back-test is running.")
        if test.state == "done":
            raise Conflict("The back-test has finished. Start another.")
        if mosttokens is not None:
            test.mosttokens = mosttokens
        token = claim(test)
        audit.record(session, who.actor, "backtest.continued", "agent", agentid, after={"done": test.done})
    begin(services, backtestid, token)


def stop_backtest(services: Services, who: Principal, agentid: str, backtestid: str) -> None:
    """Stop it after the leads being judged now; what is found stays.

    Raises:
        NotFound, NotAllowed.
        Conflict: it is not running.
    """
    require(who, "prvConfigureAgent")
    with services.database.transaction() as session:
        test = _of(session, agentid, backtestid, lock=True)
        if test.state != "running":
            raise Conflict("The back-test is not running.")
        test.state, test.reason, test.finishedon = "stopped", f"{who.name} stopped it.", services.clock()
        audit.record(session, who.actor, "backtest.stopped", "agent", agentid, after={"done": test.done})


def backtests(services: Services, who: Principal, agentid: str) -> Sequence[Backtest]:
    """Those that are kept, the newest first."""
    require(who, "prvReadAgent")
    with services.database.reading() as session:
        query = select(Backtest).where(Backtest.agentid == agentid)
        return session.scalars(query.order_by(Backtest.startedon.desc(), Backtest.backtestid)).all()


def read_backtest(
    services: Services, who: Principal, agentid: str, backtestid: str, *, most: int | None = 200, first: int = 0
) -> Shown:
    """One back-test with its counts, and flips from the `first` on. What becomes of a lead comes before its band.

    Raises:
        NotFound: there is none of this id.
    """
    require(who, "prvReadAgent")
    with services.database.reading() as session:
        test = _of(session, agentid, backtestid)
        mine = (BacktestFlip.backtestid == backtestid, readable(who, Lead, "prvReadLead"))
        count = func.count()
        grouped = (
            select(BacktestFlip.before, BacktestFlip.after, BacktestFlip.outcome, count.label("flips"))
            .join(Lead, Lead.leadid == BacktestFlip.leadid)
            .where(*mine)
            .group_by(BacktestFlip.before, BacktestFlip.after, BacktestFlip.outcome)
            .order_by(BacktestFlip.outcome.desc(), count.desc(), BacktestFlip.before, BacktestFlip.after)
        )
        directions = [Direction(r.before, r.after, r.flips, r.outcome) for r in session.execute(grouped)]
        flips = session.execute(
            select(*BacktestFlip.__table__.columns, Lead.fullname, Lead.companyname, Lead.emailaddress1)
            .join(Lead, Lead.leadid == BacktestFlip.leadid)
            .where(*mine)
            .order_by(BacktestFlip.outcome.desc(), BacktestFlip.position, BacktestFlip.kind)
            .limit(most)
            .offset(first)
        ).all()
        return Shown(test, directions, flips, is_lost(test))


def _allowed(who: Principal, choice: Choice) -> None:
    require(who, "prvConfigureAgent")
    require(who, "prvReadLead")
    if not 1 <= choice.leads <= MOST_LEADS:
        raise BadInput(f"Choose 1 to {MOST_LEADS:,} leads.", field="leads")
    if choice.days is not None and not 1 <= choice.days <= 3_650:
        raise BadInput("Choose 1 to 3,650 days, or leave it empty for all.", field="days")
    if choice.view not in VIEWS:
        raise BadInput(
            f"There is no view {choice.view[:40]}. Choose one of {', '.join(filter(None, VIEWS))}.", field="view"
        )


def _wanted(services: Services, session: Session, agent: Agent, file: str) -> Configuration:
    if not file:
        return configuration_named(session, agent, "draft")
    plan = plan_in(services, session, file, effects=False)
    if plan.problems or plan.agent is None:
        raise BadInput("\n".join(str(p) for p in plan.problems), field="file")
    return plan.agent.configuration


def _chosen(services: Services, session: Session, who: Principal, agentid: str, choice: Choice) -> Sequence[str]:
    """The newest research of each lead, the newest first."""
    later = aliased(LeadRun)
    superseded = select(later.runid).where(
        later.leadid == LeadRun.leadid, later.number > LeadRun.number, later.researchedon.is_not(None)
    )
    wanted: list[ColumnElement[bool]] = [
        LeadRun.agentid == agentid,
        LeadRun.researchedon.is_not(None),
        ~superseded.exists(),
        readable(who, Lead, "prvReadLead"),
    ]
    if stages := VIEWS[choice.view][1]:
        wanted.append(LeadRun.stage.in_(stages))
    if choice.days:
        wanted.append(LeadRun.researchedon > services.clock() - timedelta(days=choice.days))
    query = select(LeadRun.runid).join(Lead, Lead.leadid == LeadRun.leadid).where(*wanted)
    return session.scalars(query.order_by(LeadRun.researchedon.desc(), LeadRun.runid).limit(choice.leads)).all()


def _estimate(services: Services, session: Session, runids: Sequence[str]) -> Estimate:
    name = services.analyst.name
    if name == "builtin":
        return Estimate(len(runids), 0, 0.0, name)
    paid, tokens, cost, unknown = 0, 0, 0.0, False
    for at in range(0, len(runids), 500):
        row = session.execute(
            select(
                func.count(func.distinct(RunStep.runid)),
                func.sum(RunStep.tokensin + RunStep.tokensout),
                func.sum(RunStep.cost),
                func.count(RunStep.cost),
                func.count(),
            ).where(RunStep.runid.in_(runids[at : at + 500]), RunStep.name.endswith("read"), RunStep.tokensin > 0)
        ).one()
        paid, tokens, cost = paid + row[0], tokens + (row[1] or 0), cost + (row[2] or 0.0)
        unknown = unknown or row[3] < row[4]
    if not paid:
        return Estimate(len(runids), len(runids) * _WORDS_EACH, None, name)
    share = len(runids) / paid
    return Estimate(len(runids), round(tokens * share), None if unknown else cost * share, name)


def _cap(services: Services, expected: Estimate, wanted: int | None) -> int | None:
    if services.analyst.name == "builtin":
        return None
    if wanted is not None and wanted < 1:
        raise BadInput("The cap is a number of tokens from 1.", field="mosttokens")
    return wanted or max(expected.tokens * 3 // 2, 20_000)


def _newest(session: Session, agentid: str) -> Backtest | None:
    query = select(Backtest).where(Backtest.agentid == agentid)
    return session.scalar(query.order_by(Backtest.startedon.desc(), Backtest.backtestid.desc()).limit(1))


def _of(session: Session, agentid: str, backtestid: str, *, lock: bool = False) -> Backtest:
    agent_of(session, agentid)
    test = session.get(Backtest, backtestid, with_for_update=lock or None)
    if test is None or test.agentid != agentid:
        raise NotFound("There is no such back-test. The newest thirty are kept.")
    return test
