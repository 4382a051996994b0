"""Business units as a tree, with how many users and teams belong to each."""

from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from leadwright.db.people import BusinessUnit, SystemUser, Team


@dataclass(frozen=True, slots=True)
class UnitLine:
    """One business unit. `depth` counts from the root, which has 0 and no parent."""

    businessunitid: str
    name: str
    parentid: str | None
    depth: int
    users: int
    teams: int


def business_units(session: Session) -> list[UnitLine]:
    """The whole tree, each below its parent, by name."""
    found = session.execute(select(BusinessUnit).order_by(BusinessUnit.name)).scalars().all()
    users = _counted(session, SystemUser)
    teams = _counted(session, Team)
    below: dict[str | None, list[BusinessUnit]] = {}
    for unit in found:
        below.setdefault(unit.parentbusinessunitid, []).append(unit)
    lines: list[UnitLine] = []
    waiting = [(unit, 0) for unit in reversed(below.get(None, []))]
    while waiting:
        unit, depth = waiting.pop()
        key = unit.businessunitid
        lines.append(UnitLine(key, unit.name, unit.parentbusinessunitid, depth, users.get(key, 0), teams.get(key, 0)))
        waiting.extend((each, depth + 1) for each in reversed(below.get(key, [])))
    return lines


def _counted(session: Session, kind: type[SystemUser] | type[Team]) -> dict[str, int]:
    query = select(kind.businessunitid, func.count()).group_by(kind.businessunitid)
    return {row[0]: row[1] for row in session.execute(query)}
