"""What models cost: the caps of a day, and the sums of the journal of answers."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any, NamedTuple, cast

from sqlalchemy import Float, Integer, String, Table, case, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from leadwright.db.agent import ModelAnswer
from leadwright.db.base import Base, Id, now
from leadwright.domain.spending import AtCap, Limits, Spent

_PURPOSES = (("read_lead", "Research and fit"), ("write_mail", "Emails"), ("read_reply", "Replies"))
_row = cast(Table, ModelAnswer.__table__).c
_SUMS = (
    func.coalesce(func.sum(_row.tokensin + _row.tokensout), 0),
    func.coalesce(func.sum(_row.cost), 0.0),
    func.count(),
    func.count() - func.count(_row.cost),
)


class SpendingLimit(Base):
    """The caps of one day; at most one row, whose id is 1."""

    __tablename__ = "spendinglimit"
    id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False, default=1)
    tokensperday: Mapped[int | None] = mapped_column(Integer)
    dollarsperday: Mapped[float | None] = mapped_column(Float)
    atcap: Mapped[str] = mapped_column(String(20), default="builtin")
    modifiedon: Mapped[datetime] = mapped_column(default=now)
    modifiedby: Mapped[str | None] = mapped_column(Id)


class Line(NamedTuple):
    """What one day, model or purpose cost."""

    name: str
    spent: Spent


def limits(session: Session) -> Limits:
    """The caps in force; none before somebody sets them."""
    row = session.get(SpendingLimit, 1)
    return Limits(row.tokensperday, row.dollarsperday, AtCap(row.atcap)) if row else Limits()


def spent_since(session: Session, moment: datetime) -> Spent:
    """What was paid since then."""
    return _spent(session.execute(select(*_SUMS).where(_row.at >= moment)).one())


def by_day(session: Session, first: date, last: date) -> dict[date, Spent]:
    """Each day from the first to the last, UTC, those without calls included."""
    found: dict[date, Spent] = {}
    day = first
    while day <= last:
        began = midnight(day)
        row = session.execute(select(*_SUMS).where(_row.at >= began, _row.at < began + timedelta(days=1))).one()
        found[day] = _spent(row)
        day += timedelta(days=1)
    return found


def by_model(session: Session, first: date) -> list[Line]:
    """The dearest first."""
    query = select(_row.model, *_SUMS).where(_row.at >= midnight(first)).group_by(_row.model)
    return _lines([(r[0], r[1:]) for r in session.execute(query)])


def by_purpose(session: Session, first: date) -> list[Line]:
    """What was asked: research and fit, emails, replies."""
    purpose = case(*((_row.key.contains(f":{name}:"), words) for name, words in _PURPOSES), else_="Other").label(
        "purpose"
    )
    query = select(purpose, *_SUMS).where(_row.at >= midnight(first)).group_by(purpose)
    return _lines([(r[0], r[1:]) for r in session.execute(query)])


def midnight(day: date) -> datetime:
    """The day's begin, UTC."""
    return datetime.combine(day, time(), UTC)


def _spent(row: Any) -> Spent:
    return Spent(int(row[0]), float(row[1]), int(row[2]), int(row[3]))


def _lines(rows: list[tuple[str, Any]]) -> list[Line]:
    return sorted((Line(name, _spent(sums)) for name, sums in rows), key=lambda line: -line.spent.tokens)
