"""People on pages: who there is with roles and teams; whom to choose as owner, seller or member."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from sqlalchemy import exists, literal, select, union_all
from sqlalchemy.engine.interfaces import Dialect
from sqlalchemy.orm import Session

from leadwright.db.compiled import Compiled, Source, dialect_of
from leadwright.db.connection import platform_of
from leadwright.db.mirror_seen import is_seen
from leadwright.db.people import Role, SystemUser, Team, TeamMember, UserRole
from leadwright.domain.optionsets import AccessMode
from leadwright.domain.platform import Platform

MOST = 500


@dataclass(frozen=True, slots=True)
class TeamLine:
    """A team; `members` are systemuserid -> name, by name."""

    teamid: str
    name: str
    businessunitid: str
    members: dict[str, str]


def users(session: Session) -> Sequence[Any]:
    """Everybody, people before application users: rows without anything secret."""
    columns = ("systemuserid", "fullname", "internalemailaddress", "isdisabled", "awayfrom", "awayuntil", "accessmode")
    query = select(*(getattr(SystemUser, name) for name in (*columns, "businessunitid", "timezone")))
    return session.execute(query.order_by(SystemUser.accessmode, SystemUser.fullname)).all()


def roles_held(session: Session) -> dict[str, set[str]]:
    """systemuserid -> names of the roles held."""
    held: dict[str, set[str]] = {}
    for user, name in session.execute(select(UserRole.systemuserid, Role.name).join(Role)):
        held.setdefault(user, set()).add(name)
    return held


def role_names(session: Session) -> Sequence[str]:
    """Every security role, by name."""
    return session.scalars(select(Role.name).order_by(Role.name)).all()


def teams(session: Session) -> list[TeamLine]:
    """Every team, by name."""
    lines = session.execute(select(Team.teamid, Team.name, Team.businessunitid).order_by(Team.name))
    found = {teamid: TeamLine(teamid, name, unit, {}) for teamid, name, unit in lines}
    members = select(TeamMember.teamid, SystemUser.systemuserid, SystemUser.fullname).join(
        SystemUser, SystemUser.systemuserid == TeamMember.systemuserid
    )
    for teamid, systemuserid, name in session.execute(members.order_by(SystemUser.fullname)):
        found[teamid].members[systemuserid] = name
    return list(found.values())


def persons(session: Session) -> list[tuple[str, str, bool]]:
    """(id, name, disabled) of everybody who signs in as a person, by name."""
    query = select(SystemUser.systemuserid, SystemUser.fullname, SystemUser.isdisabled)
    query = query.where(SystemUser.accessmode == AccessMode.READ_WRITE).order_by(SystemUser.fullname)
    return [(i, n, d) for i, n, d in session.execute(query)]


def owners(source: Source) -> list[tuple[str, str]]:
    """(id, name) of users and teams that may own leads, by name; agents' users included."""
    return [(each[0], each[1]) for each in _owners(dialect_of(source)).rows(source, {})]


@lru_cache(maxsize=8)
def _owners(dialect: Dialect) -> Compiled:
    users = select(SystemUser.systemuserid.label("id"), SystemUser.fullname.label("name"))
    teams = select(Team.teamid.label("id"), Team.name.label("name"))
    both = union_all(users, teams).subquery()
    return Compiled(select(both.c.id, both.c.name).order_by(both.c.name).limit(MOST), dialect)


def assignable(session: Session, chosen: Collection[str] = ()) -> list[tuple[str, str]]:
    """(id, name) of enabled people with a role, by name; where an outside CRM is connected of its users alone.

    Args:
        chosen: who is in the list whatever became of them since, so that saving it does not take them out.
    """
    person = select(SystemUser.systemuserid, SystemUser.fullname).order_by(SystemUser.fullname)
    query = person.where(
        SystemUser.isdisabled.is_(False),
        SystemUser.accessmode == AccessMode.READ_WRITE,
        exists(select(literal(1)).where(UserRole.systemuserid == SystemUser.systemuserid)),
    )
    if platform_of(session) is not Platform.BUILTIN:
        query = query.where(is_seen("systemuser", SystemUser.systemuserid))
    found = [(i, n) for i, n in session.execute(query.limit(MOST))]
    others = set(chosen).difference(i for i, _ in found)
    if not others:
        return found
    rest = session.execute(person.where(SystemUser.systemuserid.in_(others))).all()
    able = set(
        session.scalars(query.with_only_columns(SystemUser.systemuserid).where(SystemUser.systemuserid.in_(others)))
    )
    return found + [(i, n if i in able else f"{n} (cannot receive leads now)") for i, n in rest]


def nobody_yet(session: Session) -> bool:
    """Is there no person at all? Then the first administrator is to be set up."""
    found = select(SystemUser.systemuserid).where(SystemUser.accessmode == AccessMode.READ_WRITE).limit(1)
    return session.scalar(found) is None
