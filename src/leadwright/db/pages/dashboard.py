"""The dashboard of both modes: each figure is one condition, so that a figure and the list behind it agree."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Float, Row, Select, Text, and_, case, cast, func, literal, select, true
from sqlalchemy.orm import Session

from leadwright.db.agent import LeadRun, RunStep
from leadwright.db.mail import Outbox
from leadwright.db.pages.dashboard_figures import condition, handed_over_later, of_runs
from leadwright.db.people import SystemUser
from leadwright.db.sales import Email, Lead, Opportunity
from leadwright.domain.kpis import Figure, Kpis, Mailed, Measure, Spent, kpis
from leadwright.domain.mail_phase import Phase
from leadwright.domain.stage import AgentMode, Stage

_DAY = 86_400
_QUOTES = cast(Email.lw_paragraphs, Text).like('%"passage_id"%')  # a mail that only asks quotes nothing
_KINDS = {
    Measure.MAILS: Outbox.purpose == "outreach",
    Measure.ANSWERS: and_(Outbox.purpose == "answer", _QUOTES),
}


@dataclass(frozen=True, slots=True)
class Dashboard:
    """Everything the page shows, read in one transaction."""

    counts: dict[Figure, int]
    kpis: Kpis
    spent: Spent
    mailed: Mailed
    mode: AgentMode
    since: datetime
    until: datetime


def read_dashboard(
    session: Session,
    visible: ColumnElement[bool],
    since: datetime,
    until: datetime,
    mode: AgentMode = AgentMode.RESEARCH,
) -> Dashboard:
    """Count the runs queued in the period.

    Args:
        visible: condition on Lead: the records the reader may see.
        since, until: the period, aware UTC.
        mode: whose formulas are used.
    """
    period = _period(since, until)
    columns = [func.sum(case((condition(figure), 1), else_=0)).label(figure) for figure in Figure]
    row = session.execute(of_runs(select(*columns)).where(period, visible)).one()
    counts = {figure: int(getattr(row, figure) or 0) for figure in Figure}
    spent, mailed = _spent(session, period, visible), _mailed(session, period, visible)
    days = (until - since).total_seconds() / _DAY
    divided = kpis(counts, spent, _seconds(session, period, visible), days, mode, mailed)
    return Dashboard(counts, divided, spent, mailed, mode, since, until)


_LINE = (
    LeadRun.runid,
    Lead.leadid,
    Lead.fullname,
    Lead.companyname,
    LeadRun.stage,
    LeadRun.band,
    LeadRun.signal,
    LeadRun.queuedon,
    SystemUser.fullname.label("owner"),
)


def leads_behind(
    session: Session,
    figure: Figure,
    visible: ColumnElement[bool],
    since: datetime,
    until: datetime,
    *,
    limit: int,
    after: str = "",
) -> Sequence[Row[*tuple[Any, ...]]]:
    """The leads behind a figure, by run id; `after` is the last run id of the page before.

    Returns:
        rows of runid, leadid, fullname, companyname, stage, band, signal, queuedon, owner.
    """
    query = (
        of_runs(select(*_LINE))
        .outerjoin(SystemUser, SystemUser.systemuserid == Lead.ownerid)
        .where(_period(since, until), visible, condition(figure), LeadRun.runid > after)
        .order_by(LeadRun.runid)
        .limit(limit)
    )
    return session.execute(query).all()


def leads_measured(
    session: Session,
    measure: Measure,
    visible: ColumnElement[bool],
    since: datetime,
    until: datetime,
    *,
    limit: int,
    offset: int = 0,
) -> Sequence[Row[*tuple[Any, ...]]]:
    """The leads a measure is taken over, the longest or dearest first.

    Returns:
        rows as of `leads_behind`; of time and cost with seconds to the handover (None without one), tokens, dollars,
        and `unpriced`, how many answers have no known price; of the others with `amount`, its part of the measure.
    """
    period = _period(since, until)
    if measure in (Measure.TIME, Measure.COST):
        query = _timed_or_priced(session, measure, period, visible)
    else:
        query = _with_amount(measure, period, visible)
    return session.execute(query.limit(limit).offset(offset)).all()


def _with_amount(
    measure: Measure, period: ColumnElement[bool], visible: ColumnElement[bool]
) -> Select[*tuple[Any, ...]]:
    parts = _amounts(measure, period, visible).subquery()
    amount = func.sum(parts.c.amount)
    summed = select(parts.c.runid, amount.label("amount")).group_by(parts.c.runid).subquery()
    return (
        of_runs(select(*_LINE, summed.c.amount))
        .join(summed, summed.c.runid == LeadRun.runid)
        .outerjoin(SystemUser, SystemUser.systemuserid == Lead.ownerid)
        .order_by(summed.c.amount.desc(), LeadRun.runid)
    )


def _timed_or_priced(
    session: Session, measure: Measure, period: ColumnElement[bool], visible: ColumnElement[bool]
) -> Select[*tuple[Any, ...]]:
    spent = (
        select(
            RunStep.runid,
            func.sum(RunStep.tokensin + RunStep.tokensout).label("tokens"),
            func.sum(RunStep.cost).label("dollars"),
            func.sum(_unpriced()).label("unpriced"),
        )
        .where(RunStep.runid.in_(_runs(period, visible)))
        .group_by(RunStep.runid)
        .subquery()
    )
    taken = _taken(session).label("seconds")
    tokens, dollars = func.coalesce(spent.c.tokens, 0), func.coalesce(spent.c.dollars, 0.0)
    query = (
        select(*_LINE, taken, tokens.label("tokens"), dollars.label("dollars"), spent.c.unpriced)
        .join(Lead, Lead.leadid == LeadRun.leadid)
        .outerjoin(SystemUser, SystemUser.systemuserid == Lead.ownerid)
        .outerjoin(spent, spent.c.runid == LeadRun.runid)
        .where(period, visible)
    )
    if measure is Measure.TIME:
        return query.where(condition(Figure.HANDED_OVER), taken.is_not(None)).order_by(taken.desc(), LeadRun.runid)
    return query.order_by(dollars.desc(), tokens.desc(), LeadRun.runid)


def _period(since: datetime, until: datetime) -> ColumnElement[bool]:
    return and_(LeadRun.queuedon >= since, LeadRun.queuedon < until, LeadRun.stage != Stage.CANCELLED)


def _taken(session: Session) -> ColumnElement[float]:
    """Seconds from the start of research to the outcome."""
    if session.get_bind().dialect.name == "sqlite":
        return (func.julianday(LeadRun.concludedon) - func.julianday(LeadRun.startedon)) * _DAY
    return cast(func.extract("epoch", LeadRun.concludedon - LeadRun.startedon), Float)


def _seconds(session: Session, period: ColumnElement[bool], visible: ColumnElement[bool]) -> float | None:
    """Mean seconds from the start of research to the handover."""
    mean = session.scalar(
        select(func.avg(_taken(session)))
        .select_from(LeadRun)
        .join(Lead, Lead.leadid == LeadRun.leadid)
        .where(period, visible, condition(Figure.HANDED_OVER))
    )
    return None if mean is None else float(mean)


def _runs(period: ColumnElement[bool], visible: ColumnElement[bool]) -> Select[str]:
    return select(LeadRun.runid).join(Lead, Lead.leadid == LeadRun.leadid).where(period, visible)


def _unpriced() -> ColumnElement[int]:
    return case((and_(RunStep.tokensin > 0, RunStep.cost.is_(None)), 1), else_=0)


def _spent(session: Session, period: ColumnElement[bool], visible: ColumnElement[bool]) -> Spent:
    runs = _runs(period, visible)
    row = session.execute(
        select(
            func.coalesce(func.sum(RunStep.tokensin + RunStep.tokensout), 0),
            func.coalesce(func.sum(RunStep.cost), 0.0),
            func.coalesce(func.sum(_unpriced()), 0),
        ).where(RunStep.runid.in_(runs))
    ).one()
    drafts = session.scalar(select(func.count()).select_from(Email).where(Email.lw_runid.in_(runs))) or 0
    return Spent(tokens=int(row[0]), dollars=float(row[1] or 0), unpriced=int(row[2]), drafts=int(drafts))


def _mailed(session: Session, period: ColumnElement[bool], visible: ColumnElement[bool]) -> Mailed:
    kinds = [func.sum(case((kind, 1), else_=0)) for kind in (_KINDS[Measure.MAILS], _KINDS[Measure.ANSWERS], true())]
    row = session.execute(_mails(period, visible).with_only_columns(*kinds)).one()
    parts = _amounts(Measure.PIPELINE, period, visible).subquery()
    pipeline = session.scalar(select(func.sum(parts.c.amount)))
    return Mailed(int(row[0] or 0), int(row[1] or 0), int(row[2] or 0), float(pipeline or 0))


def _amounts(measure: Measure, period: ColumnElement[bool], visible: ColumnElement[bool]) -> Select[*tuple[Any, ...]]:
    """runid and amount of each thing that a measure adds up; the page's figure and its list both rest on it."""
    if measure in _KINDS:
        return _mails(period, visible).where(_KINDS[measure])
    return (
        of_runs(select(LeadRun.runid, Opportunity.estimatedvalue.label("amount")))
        .join(Opportunity, Opportunity.originatingleadid == LeadRun.leadid)
        .where(period, visible, condition(Figure.HANDED_OVER), ~handed_over_later())
        .where(Opportunity.estimatedvalue.is_not(None))
    )


def _mails(period: ColumnElement[bool], visible: ColumnElement[bool]) -> Select[*tuple[Any, ...]]:
    """runid and 1 for each mail that left in the conversation of a run."""
    return (
        of_runs(select(LeadRun.runid, literal(1).label("amount")))
        .join(Email, Email.lw_threadid == LeadRun.runid)
        .join(Outbox, Outbox.emailid == Email.activityid)
        .where(period, visible, Outbox.phase == Phase.SENT)
    )
