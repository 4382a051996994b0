"""What a list waits for, and why leads of it failed, in sentences: once for each reason, never for each lead."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from leadwright.analyst import Analyst
from leadwright.db.agent import LeadRun
from leadwright.db.base import now
from leadwright.domain.stage import Stage
from leadwright.services import Services
from leadwright.workflows.conclude import UNTIL_REPAIR, UNTIL_TRY
from leadwright.workflows.runs import IN_WORK

_NOT_WORKED = (Stage.FAILED, Stage.BLOCKED)
_LOOK_SECONDS = 1.0  # between two looks at the rows
_CALL_SECONDS = 5.0  # a call that fails longer than this is told, even if no lead was put off for it


@dataclass(frozen=True, slots=True)
class Wait:
    """Leads that wait for the same reason.

    Args:
        repair: nobody tries them again in this run of the command: a person must put something right first.
        due_at: when the first of them is tried again; None: it is being tried.
    """

    reason: str
    leads: int
    repair: bool
    due_at: datetime | None


def waits(session: Session, *, dated: bool = False) -> list[Wait]:
    """What open leads wait for, by reason; `dated`: those only whose next try has its time."""
    rows = session.execute(
        select(LeadRun.reasons, func.count(), func.min(LeadRun.dueat))
        .where(LeadRun.stage.in_(IN_WORK))
        .where(LeadRun.dueat.is_not(None) if dated else func.json_array_length(LeadRun.reasons) > 0)
        .group_by(LeadRun.reasons)
        .order_by(func.count().desc())
    )
    return [
        Wait(reasons[0].removeprefix(UNTIL_REPAIR).removeprefix(UNTIL_TRY), n, reasons[0].startswith(UNTIL_REPAIR), due)
        for reasons, n, due in rows
        if reasons
    ]


def failures(session: Session) -> list[tuple[str, int]]:
    """Why leads failed or are blocked, and how many for each reason."""
    rows = session.execute(
        select(LeadRun.reasons, func.count())
        .where(LeadRun.stage.in_(_NOT_WORKED))
        .group_by(LeadRun.reasons)
        .order_by(func.count().desc())
    )
    counts: dict[str, int] = {}
    for reasons, count in rows:
        reason = reasons[0] if reasons else "No reason is known."
        counts[reason] = counts.get(reason, 0) + count
    return list(counts.items())


def try_again_now(session: Session) -> None:
    """The command is started again: no lead waits any longer, those that could not be worked are open again."""
    waiting = LeadRun.stage.in_(IN_WORK) & LeadRun.dueat.is_not(None)
    session.execute(update(LeadRun).where(waiting).values(dueat=None, attempts=0))
    afresh: dict[str, Any] = {"stage": Stage.QUEUED, "reasons": [], "concludedon": None, "dueat": None, "attempts": 0}
    session.execute(update(LeadRun).where(LeadRun.stage.in_(_NOT_WORKED)).values(**afresh))


class Watch:
    """Tells while the list is worked what leads wait for: each reason once, and again when the wait has grown.

    Args:
        tell: shows a sentence.
    """

    def __init__(self, services: Services, tell: Callable[[str], None]) -> None:
        self._services = services
        self._tell = tell
        self._told: dict[str, float] = {}  # reason -> seconds until the next try, as told last
        self._seen: set[str] = set()  # told at the second look: by then the leads in hand have failed alike
        self._trouble, self._since = "", 0.0
        self._next_look = 0.0

    def look(self) -> None:
        """Tell what is new. Cheap when called often."""
        moment = time.monotonic()
        if moment < self._next_look:
            return
        with self._services.database.reading() as session:
            found = [w for w in waits(session, dated=True) if not w.repair]
        for wait in found:
            self._look_at(wait)
        self._seen = {w.reason for w in found}
        self._look_at_calls(moment)
        self._next_look = moment + max(_LOOK_SECONDS, 20 * (time.monotonic() - moment))

    def _look_at(self, wait: Wait) -> None:
        seconds = (wait.due_at - now()).total_seconds() if wait.due_at else 0.0
        if wait.reason in self._seen and seconds > 2 * self._told.get(wait.reason, 0.0):
            self._told[wait.reason] = seconds
            self._tell(f"{_leads(wait.leads, 'wait')}: {wait.reason} Next try in {_span(seconds)}.")

    def _look_at_calls(self, moment: float) -> None:
        """Calls are tried several times before a lead is put off; with a slow model that takes minutes."""
        trouble = _trouble(self._services.analyst)
        if trouble != self._trouble:
            self._trouble, self._since = trouble, moment
        elif trouble and trouble not in self._told and moment - self._since > _CALL_SECONDS:
            self._told[trouble] = 0.0
            self._tell(f"{trouble} It is asked again; the leads wait.")


def ending(services: Services) -> list[str]:
    """What is to be said at the end: why leads wait or failed, and what to do. Empty: every lead was worked."""
    with services.database.reading() as session:
        waiting, failed = waits(session), failures(session)
        unfinished = session.scalar(select(func.count()).where(LeadRun.stage.in_(IN_WORK)))
    said = [f"{_leads(w.leads, 'wait')}: {w.reason}" for w in waiting]
    if unfinished and not waiting and (trouble := _trouble(services.analyst)):
        said.append(trouble)
    if said:
        said.append("Nothing is lost: put that right, then give the same command again, and it goes on.")
    said += [f"{_leads(count, 'could not be worked')}: {reason}" for reason, count in failed]
    if failed:
        said.append("Their lines say so. The same command, given again, tries them again and keeps the others.")
    return said


def _trouble(analyst: Analyst) -> str:
    from leadwright.analyst.model import ModelAnalyst

    return analyst.trouble if isinstance(analyst, ModelAnalyst) else ""


def _leads(count: int, do: str) -> str:
    if count == 1:
        return f"1 lead {'waits' if do == 'wait' else do}"
    return f"{count:,} leads {do}"


def _span(seconds: float) -> str:
    return f"{max(1, round(seconds))} s" if seconds < 90 else f"{round(seconds / 60)} minutes"
