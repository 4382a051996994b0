"""What the mirror's page reads: the state of the whole and of each table, rows seen and hidden. Judges nothing."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import case, func, select
from sqlalchemy.orm import Session

from leadwright.db.connection import connection_row
from leadwright.db.mirror import MirrorRow, MirrorState, MirrorTable
from leadwright.db.people import SystemUser

_ID = "dynamics365"


def organisation(session: Session) -> str | None:
    """Name or address of the organisation that is connected; None when there is none."""
    row = connection_row(session)
    return None if row is None else row.organizationname or row.dataverseurl


def whole(session: Session) -> Any:
    """The state of the mirror with who paused it; None before it ever ran."""
    query = select(MirrorState, SystemUser.fullname.label("by")).outerjoin(
        SystemUser, SystemUser.systemuserid == MirrorState.pausedby
    )
    return session.execute(query.where(MirrorState.mirrorid == _ID)).one_or_none()


def tables(session: Session) -> Mapping[str, MirrorTable]:
    """State of each table, by name."""
    return {row.tablename: row for row in session.scalars(select(MirrorTable))}


def rows_seen(session: Session) -> Mapping[str, tuple[int, int]]:
    """Table -> rows that are here, and of those the ones the role does not let us see any more."""
    hidden = func.sum(case((MirrorRow.hidden.is_(True), 1), else_=0))
    query = select(MirrorRow.tablename, func.count(), hidden).group_by(MirrorRow.tablename)
    return {name: (int(count), int(unseen or 0)) for name, count, unseen in session.execute(query)}


def troubles(session: Session) -> Sequence[Any]:
    """Name, phase, sentence and time of each table that has trouble."""
    query = select(MirrorTable.tablename, MirrorTable.phase, MirrorTable.trouble, MirrorTable.troubledon)
    return session.execute(query.where(MirrorTable.failures > 0).order_by(MirrorTable.tablename)).all()
