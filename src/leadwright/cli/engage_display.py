"""What `leadwright demo --engage` shows: the weeks while they pass, how they ended, the desks, the invariants."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from types import TracebackType
from typing import Self

from rich.console import Console, Group
from rich.live import Live
from rich.progress_bar import ProgressBar
from rich.table import Table
from sqlalchemy import func, select

from leadwright.db.agent import LeadRun
from leadwright.db.engagement import Engagement
from leadwright.db.mail import Outbox
from leadwright.db.people import SystemUser
from leadwright.db.sales import Email, Lead
from leadwright.domain.engagement import LABELS, Outcome
from leadwright.domain.mail_phase import Phase
from leadwright.domain.stage import Stage
from leadwright.sandbox.invariants import Proof
from leadwright.sandbox.prospects import Prospects
from leadwright.sandbox.weeks import Passed
from leadwright.services import Services

_LINES = 6  # of the newest deeds


class EngageDisplay:
    """Live on a terminal; a line for each simulated day where there is none."""

    def __init__(
        self, console: Console, services: Services, prospects: Prospects, start: datetime, end: datetime
    ) -> None:
        self._console = console
        self._services = services
        self._prospects = prospects
        self._start, self._end = start, end
        self._day = ""
        self._live = Live(console=console, refresh_per_second=8, transient=True)

    def __enter__(self) -> Self:
        if self._console.is_terminal:
            self._live.start()
        return self

    def __exit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        self._live.stop()

    def show(self, passed: Passed) -> None:
        """Take in how far the weeks are."""
        if self._console.is_terminal:
            self._live.update(self._picture(passed.moment))
        elif (day := f"{passed.moment:%a %d %b}") != self._day:
            self._day = day
            counts = _counted(self._services)
            self._console.print(
                f"{day}: {counts['sent']} mails sent, {counts['heard']} answers, {counts['ended']} ended"
            )

    def _picture(self, moment: datetime) -> Group:
        counts = _counted(self._services)
        grid = Table.grid(padding=(0, 2))
        for key, words in _COUNTS.items():
            grid.add_row(f"[bold]{counts[key]:>4}[/]", words)
        deeds = [f"[dim]{d.at:%a %H:%M}  {d.prospect.name}: {d.about}[/]" for d in self._prospects.deeds[-_LINES:]]
        total = (self._end - self._start).total_seconds()
        return Group(
            ProgressBar(total=total, completed=min((moment - self._start).total_seconds(), total), width=60),
            f"{moment:%A, %d %B, %H:%M} UTC",
            grid,
            *deeds,
        )


_COUNTS = {
    "talking": "in conversation",
    "sent": "mails sent by the agent",
    "heard": "mails that came back",
    "handed": "handed over",
    "out": "disqualified",
    "back": "returned or taken back",
}


def _counted(services: Services) -> Counter[str]:
    with services.database.reading() as session:
        stages = Counter(dict(session.execute(select(LeadRun.stage, func.count()).group_by(LeadRun.stage)).all()))
        sent = session.scalar(select(func.count()).where(Outbox.phase == Phase.SENT)) or 0
        heard = session.scalar(select(func.count()).select_from(Email).where(Email.directioncode.is_(False))) or 0
    handed, out = stages[Stage.HANDED_OVER], stages[Stage.DISQUALIFIED]
    back = stages[Stage.RETURNED] + stages[Stage.CANCELLED]
    return Counter(
        talking=stages[Stage.ENGAGED], sent=sent, heard=heard, handed=handed, out=out, back=back,
        ended=handed + out + back,
    )  # fmt: skip


def summary(services: Services, prospects: Prospects, seconds: float, start: datetime, end: datetime) -> Group:
    """How each conversation ended, against what a careful reader expects; the desks; what it took."""
    with services.database.reading() as session:
        ends: dict[str, str | None] = dict(
            session.execute(
                select(func.lower(Lead.emailaddress1), LeadRun.outcome)
                .join(LeadRun, LeadRun.leadid == Lead.leadid)
                .where(LeadRun.queuedon >= start)
            ).all()
        )
        desks = session.execute(
            select(SystemUser.fullname, func.count())
            .join(LeadRun, LeadRun.ownerid == SystemUser.systemuserid)
            .where(LeadRun.stage == Stage.HANDED_OVER)
            .group_by(SystemUser.fullname)
            .order_by(SystemUser.fullname)
        ).all()
        asked = session.scalar(select(func.sum(Engagement.answers))) or 0
    counts = _counted(services)
    outcomes = Counter(ends.values())
    table = Table(title="How the conversations ended", title_justify="left")
    table.add_column("End")
    table.add_column("Leads", justify="right")
    for outcome, label in LABELS.items():
        if outcomes[outcome]:
            table.add_row(label, str(outcomes[outcome]))
    if outcomes[None]:
        table.add_row("Still in conversation", str(outcomes[None]))
    others = [p for p in prospects.leads if not p.expected.is_met_by(_outcome(ends.get(p.address.casefold())))]
    days = (end - start).days
    lines = [
        f"{days} days in {seconds:.0f} seconds: {counts['sent']} mails sent, {counts['heard']} came back, "
        f"{asked} questions answered from the papers.",
        f"{len(prospects.leads) - len(others)} of {len(prospects.leads)} ended as a careful reader expects.",
        *(f"  {p.name} ({p.character}): expected {p.expected}, "
          f"{_words(ends.get(p.address.casefold()))}." for p in others),
    ]  # fmt: skip
    return Group(table, _desks([(name, n) for name, n in desks]), "\n".join(lines))


def _outcome(stored: str | None) -> Outcome | None:
    return Outcome(stored) if stored else None


def _words(stored: str | None) -> str:
    return LABELS[Outcome(stored)].lower() if stored else "still in conversation"


def _desks(rows: Sequence[tuple[str, int]]) -> Table:
    table = Table(title="Leads on each desk", title_justify="left")
    table.add_column("Who")
    table.add_column("Leads", justify="right")
    for name, count in rows:
        table.add_row(name, str(count))
    return table


def invariants(proofs: Sequence[Proof]) -> Table:
    """The seven invariants, each with how many things were looked at."""
    table = Table(title="What must always hold", title_justify="left")
    for heading in ("", "Invariant", "Looked at", ""):
        table.add_column(heading)
    for proof in proofs:
        mark = "[green]holds[/]" if not proof.broken else "[red]BROKEN[/] " + " ".join(proof.broken[:3])
        table.add_row(str(proof.number), proof.rule, str(proof.looked_at), mark)
    return table
