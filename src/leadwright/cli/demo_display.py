"""What `leadwright demo` shows: progress while leads are worked, and the summary. Reads, never writes."""

import time
from collections import Counter
from collections.abc import Mapping
from types import TracebackType
from typing import Self

from rich.console import Console, Group
from rich.live import Live
from rich.progress_bar import ProgressBar
from rich.table import Table
from sqlalchemy import func, select

from leadwright.db.agent import LeadRun, RunStep
from leadwright.db.people import SystemUser
from leadwright.db.sales import Lead
from leadwright.domain.fit import Band
from leadwright.domain.stage import OPEN_STAGES, Stage
from leadwright.services import Services
from leadwright.workflows.runs import Progress

_NAMES = {
    Stage.QUEUED: "queued",
    Stage.RESEARCHING: "being researched",
    Stage.BLOCKED: "waiting for a person",
    Stage.HANDED_OVER: "handed over",
    Stage.DISQUALIFIED: "disqualified",
    Stage.RETURNED: "returned, no usable email",
    Stage.FAILED: "failed",
    Stage.CANCELLED: "cancelled",
}


class Display:
    """Live progress on a terminal; a line now and then where there is none.

    Args:
        expected: leads there are.
    """

    def __init__(self, console: Console, services: Services, expected: int) -> None:
        self._console = console
        self._services = services
        self._expected = expected
        self._begun = time.monotonic()
        self._done_before: int | None = None
        self._said = -1
        self._live = Live(console=console, refresh_per_second=8, transient=True)

    def __enter__(self) -> Self:
        if self._console.is_terminal:
            self._live.start()
        return self

    def __exit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        self._live.stop()

    @property
    def done_before(self) -> int:
        """Leads that had an outcome when the display began."""
        return self._done_before or 0

    def show(self, state: Progress) -> None:
        """Take in how far the work is."""
        if self._done_before is None:
            self._done_before = state.done
        minutes = max((time.monotonic() - self._begun) / 60, 1e-6)
        rate = (state.done - self._done_before) / minutes
        if self._console.is_terminal:
            self._live.update(self._picture(state, rate))
        elif state.done * 10 // max(self._expected, 1) != self._said:
            self._said = state.done * 10 // max(self._expected, 1)
            self._console.print(f"{state.done} of {self._expected} leads done, {rate:.0f} a minute")

    def _picture(self, state: Progress, rate: float) -> Group:
        with self._services.database.reading() as session:
            current = session.scalars(select(Lead.companyname).where(Lead.lw_stage == Stage.RESEARCHING).limit(4)).all()
        counts = Table.grid(padding=(0, 2))
        for stage, name in _NAMES.items():
            if count := state.by_stage.get(stage, 0):
                counts.add_row(f"[bold]{count:>5}[/]", name)
        working = ", ".join(c for c in current if c) or "…"
        return Group(
            ProgressBar(total=self._expected, completed=min(state.done, self._expected), width=60),
            f"{state.done} of {self._expected} leads, {rate:.0f} a minute",
            counts,
            f"[dim]Researching {working}[/]",
        )


def summary(services: Services, seconds: float, requests: Mapping[str, int], before: int = 0) -> Group:
    """Outcome by fit, leads per seller, what it took.

    Args:
        before: leads that had an outcome before this run of the command.
    """
    with services.database.reading() as session:
        outcomes = session.execute(
            select(LeadRun.stage, LeadRun.band, func.count()).group_by(LeadRun.stage, LeadRun.band)
        ).all()
        sellers = session.execute(
            select(SystemUser.fullname, func.count())
            .join(LeadRun, LeadRun.ownerid == SystemUser.systemuserid)
            .where(LeadRun.stage == Stage.HANDED_OVER)
            .group_by(SystemUser.fullname)
            .order_by(SystemUser.fullname)
        ).all()
        tokens, cost, unpriced = session.execute(
            select(
                func.coalesce(func.sum(RunStep.tokensin + RunStep.tokensout), 0),
                func.coalesce(func.sum(RunStep.cost), 0.0),
                func.count().filter(RunStep.cost.is_(None)),
            )
        ).one()
        apart = session.scalar(
            select(func.count()).select_from(Lead).where(~select(LeadRun).where(LeadRun.leadid == Lead.leadid).exists())
        )
    counted = Counter({(stage, band or ""): count for stage, band, count in outcomes})
    leads = sum(count for (stage, _), count in counted.items() if stage not in OPEN_STAGES) - before
    price = f"${cost:.2f}" + (" and more: a price is not known" if unpriced else "")
    took = f"{leads} leads in {seconds:.1f} seconds ({leads / max(seconds, 1e-6) * 60:.0f} a minute), "
    took += f"{sum(requests.values())} requests to the rehearsal world, {tokens:,} model tokens, {price}"
    lines = [took if leads else f"Nothing was left to do: {before} leads were worked before."]
    if apart:
        lines.append(f"{apart} leads do not match the selection criteria; the agent leaves them where they are.")
    return Group(_outcomes(counted), _sellers([(name, count) for name, count in sellers]), "\n".join(lines))


def _outcomes(counted: Mapping[tuple[str, str], int]) -> Table:
    bands = [*(str(b) for b in Band), ""]
    table = Table(title="Outcome by fit", title_justify="left")
    table.add_column("Outcome")
    for band in bands:
        table.add_column(band or "not judged", justify="right")
    table.add_column("All", justify="right", style="bold")
    for stage, name in _NAMES.items():
        row = [counted.get((stage, band), 0) for band in bands]
        if sum(row):
            table.add_row(name, *(str(n or "") for n in row), str(sum(row)))
    return table


def _sellers(rows: list[tuple[str, int]]) -> Table:
    table = Table(title="Leads on each desk", title_justify="left")
    table.add_column("Who")
    table.add_column("Leads", justify="right")
    for name, count in rows:
        table.add_row(name, str(count))
    return table
