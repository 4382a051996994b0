"""The Research-only dashboard: each figure is one condition, so that a figure and the list behind it agree."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Float, Row, Select, and_, case, cast, exists, func, or_, select, true
from sqlalchemy.orm import Session

from leadwright.db.agent import LeadRun, RunStep
from leadwright.db.people import SystemUser
from leadwright.db.sales import Email, Lead, Opportunity
from leadwright.domain.kpis import Figure, Kpis, Measure, Spent, kpis
from leadwright.domain.optionsets import LeadRating
from leadwright.domain.stage import Stage

_DAY = 86_400


@dataclass(frozen=True, slots=True)
class Dashboard:
    """Everything the page shows, read in one transaction."""

    counts: dict[Figure, int]
    kpis: Kpis
    spent: Spent
    since: datetime
    until: datetime


def read_dashboard(session: Session, visible: ColumnElement[bool], since: datetime, until: datetime) -> Dashboard:
    """Count the runs queued in the period.

    Args:
        visible: condition on Lead: the records the reader may see.
        since, until: the period, aware UTC.
    """
    period = _period(since, until)
    columns = [func.sum(case((_condition(figure), 1), else_=0)).label(figure) for figure in Figure]
    row = session.execute(
        select(*columns).select_from(LeadRun).join(Lead, Lead.leadid == LeadRun.leadid).where(period, visible)
    ).one()
    counts = {figure: int(getattr(row, figure) or 0) for figure in Figure}
    spent = _spent(session, period, visible)
    days = (until - since).total_seconds() / _DAY
    return Dashboard(counts, kpis(counts, spent, _seconds(session, period, visible), days), spent, since, until)


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
        select(*_LINE)
        .join(Lead, Lead.leadid == LeadRun.leadid)
        .outerjoin(SystemUser, SystemUser.systemuserid == Lead.ownerid)
        .where(_period(since, until), visible, _condition(figure), LeadRun.runid > after)
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
        rows as of `leads_behind`, and of each seconds to the handover (None without one), tokens, dollars, and
        `unpriced`, how many answers have no known price.
    """
    spent = (
        select(
            RunStep.runid,
            func.sum(RunStep.tokensin + RunStep.tokensout).label("tokens"),
            func.sum(RunStep.cost).label("dollars"),
            func.sum(_unpriced()).label("unpriced"),
        )
        .where(RunStep.runid.in_(_runs(_period(since, until), visible)))
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
        .where(_period(since, until), visible)
    )
    if measure is Measure.TIME:
        query = query.where(_condition(Figure.HANDED_OVER), taken.is_not(None)).order_by(taken.desc(), LeadRun.runid)
    else:
        query = query.order_by(dollars.desc(), tokens.desc(), LeadRun.runid)
    return session.execute(query.limit(limit).offset(offset)).all()


def _period(since: datetime, until: datetime) -> ColumnElement[bool]:
    return and_(LeadRun.queuedon >= since, LeadRun.queuedon < until, LeadRun.stage != Stage.CANCELLED)


def _condition(figure: Figure) -> ColumnElement[bool]:
    handed_over = or_(LeadRun.stage == Stage.HANDED_OVER, LeadRun.reassigned)
    match figure:
        case Figure.ASSIGNED:
            return true()
        case Figure.IN_PROGRESS:
            return LeadRun.stage.in_([Stage.QUEUED, Stage.RESEARCHING])
        case Figure.RESEARCHED:
            return LeadRun.researchedon.is_not(None)
        case Figure.PROCESSED:
            return LeadRun.stage.in_([Stage.HANDED_OVER, Stage.DISQUALIFIED, Stage.RETURNED, Stage.FAILED])
        case Figure.HANDED_OVER:
            return handed_over
        case Figure.REASSIGNED:
            return LeadRun.reassigned.is_(True)
        case Figure.DISQUALIFIED:
            return and_(LeadRun.stage == Stage.DISQUALIFIED, ~LeadRun.reassigned)
        case Figure.BLOCKED | Figure.RETURNED | Figure.FAILED:
            return LeadRun.stage == Stage(figure.value)
        case Figure.OPPORTUNITIES:
            return and_(handed_over, exists().where(Opportunity.originatingleadid == LeadRun.leadid))
        case Figure.HOT | Figure.WARM | Figure.COLD:
            return LeadRun.rating == int(LeadRating[figure.name])
        case Figure.HIGH | Figure.MODERATE | Figure.LOW | Figure.UNKNOWN:
            return LeadRun.band == figure.value.capitalize()


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
        .where(period, visible, _condition(Figure.HANDED_OVER))
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
