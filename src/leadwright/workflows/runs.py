"""The rows behind the workflows: which runs are due, given to the queue, handed back or put off. Knows no DBOS."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, or_, select, update
from sqlalchemy.orm import Session

from leadwright.db.agent import GIVEN_RUN, WAITING_RUN, Agent, LeadRun
from leadwright.db.base import now
from leadwright.domain.stage import AgentState, Stage

WORKING = (AgentState.ON, AgentState.DRAINING)
IN_WORK = (Stage.QUEUED, Stage.RESEARCHING)
RETRY_SECONDS = (5.0, 30.0, 120.0, 600.0)  # before the second, third, ... try of a lead
PASSING_SECONDS = (5.0, 15.0, 60.0)  # before another try of what was no fault of the lead; the last for ever
REPAIR_SECONDS = (300.0, 1800.0)  # before another try of what fails for every lead alike: the first, the others
_SOON = timedelta(seconds=90)


@dataclass(frozen=True, slots=True)
class Given:
    """A run given to the queue. The workflow id is made of these and nothing else."""

    runid: str
    leadid: str
    number: int
    generation: int

    @property
    def workflow_id(self) -> str:
        """``research:{lead}:{number}``, and the generation after a first try was handed back."""
        first = f"research:{self.leadid}:{self.number}"
        return f"{first}:{self.generation}" if self.generation else first


@dataclass(frozen=True, slots=True)
class Progress:
    """How far the work is: `done` runs have an outcome or wait for a person, `open` ones are still to be worked."""

    done: int
    open: int
    by_stage: Mapping[str, int]


def give(session: Session, window: int) -> list[Given]:
    """Mark due runs of working agents as given, oldest first, so that at most `window` are given at a time.

    A crash after this and before they reach the queue is found by `unfinished`: the queue does not know them.
    """
    given = session.scalar(select(func.count()).select_from(LeadRun).where(GIVEN_RUN)) or 0
    if given > window // 2:
        return []
    due = session.execute(
        select(LeadRun.runid, LeadRun.leadid, LeadRun.number, LeadRun.generation)
        .join(Agent, Agent.agentid == LeadRun.agentid)
        .where(WAITING_RUN, Agent.state.in_(WORKING))
        .where(or_(LeadRun.dueat <= now(), LeadRun.dueat.is_(None) & (LeadRun.stage != Stage.BLOCKED)))
        .order_by(LeadRun.queuedon)
        .limit(window - given)
        .with_for_update(of=LeadRun, skip_locked=True)
    ).all()
    if due:
        ids = [row.runid for row in due]
        session.execute(update(LeadRun).where(LeadRun.runid.in_(ids)).values(givenon=now(), dueat=None))
    return [_given(row) for row in due]


def unfinished(session: Session) -> list[Given]:
    """Runs given to the queue that have no outcome."""
    rows = session.execute(
        select(LeadRun.runid, LeadRun.leadid, LeadRun.number, LeadRun.generation)
        .where(GIVEN_RUN)
        .order_by(LeadRun.givenon)
    )
    return [_given(row) for row in rows]


def take_back(session: Session, run: Given, *, new_try: bool, due_at: datetime | None = None) -> bool:
    """A given run waits in its row again; its stage stays. False: it has moved on meanwhile.

    Args:
        new_try: the workflow of this generation is over; the next one needs another id.
    """
    values = {"givenon": None, "generation": run.generation + int(new_try), "dueat": due_at}
    mine = (LeadRun.runid == run.runid) & (LeadRun.generation == run.generation) & LeadRun.givenon.is_not(None)
    open_stages = LeadRun.stage.in_((*IN_WORK, Stage.BLOCKED))
    return bool(session.execute(update(LeadRun).where(mine, open_stages).values(**values)).rowcount)  # type: ignore[attr-defined]


def due_after(attempts: int, retry_after: float | None = None) -> datetime | None:
    """When the next try is due after so many failed ones; None: give up."""
    if attempts > len(RETRY_SECONDS):
        return None
    seconds = RETRY_SECONDS[attempts - 1]
    return now() + timedelta(seconds=max(seconds, min(retry_after or 0, 3600)))


def without_blame(generation: int) -> datetime:
    """When a run is tried again whose failure was not the lead's: soon at first, then ever later, without an end."""
    return now() + timedelta(seconds=PASSING_SECONDS[min(generation, len(PASSING_SECONDS) - 1)])


def later(moment: datetime, seconds: float) -> datetime:
    """So many seconds after that moment."""
    return moment + timedelta(seconds=seconds)


def progress(session: Session) -> Progress:
    """Runs by stage; those of agents that do not work now, or that wait for a repair, are neither done nor open."""
    repair = (LeadRun.attempts == 0) & (LeadRun.dueat > now() + _SOON)
    waits = func.coalesce(repair, False).label("waits")
    rows = session.execute(
        select(LeadRun.stage, Agent.state, waits, func.count())
        .join(Agent, Agent.agentid == LeadRun.agentid)
        .group_by(LeadRun.stage, Agent.state, waits)
    ).all()
    by_stage: dict[str, int] = {}
    for stage, _state, _waits, count in rows:
        by_stage[stage] = by_stage.get(stage, 0) + count
    open_ = sum(n for stage, state, waits, n in rows if stage in IN_WORK and state in WORKING and not waits)
    return Progress(sum(n for stage, n in by_stage.items() if stage not in IN_WORK), open_, by_stage)


def _given(row: Any) -> Given:
    return Given(row.runid, row.leadid, row.number, row.generation)
