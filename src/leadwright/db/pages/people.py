"""People to choose from on pages: owners in filters, sellers for reassignment."""

from functools import lru_cache

from sqlalchemy import exists, literal, select, union_all
from sqlalchemy.engine.interfaces import Dialect
from sqlalchemy.orm import Session

from leadwright.db.agent import Agent
from leadwright.db.compiled import Compiled, Source, dialect_of
from leadwright.db.people import SystemUser, Team, UserRole
from leadwright.domain.optionsets import AccessMode

MOST = 500


def owners(source: Source) -> list[tuple[str, str]]:
    """(id, name) of users and teams that may own leads, by name; agents' users included."""
    return [(each[0], each[1]) for each in _owners(dialect_of(source)).rows(source, {})]


@lru_cache(maxsize=8)
def _owners(dialect: Dialect) -> Compiled:
    users = select(SystemUser.systemuserid.label("id"), SystemUser.fullname.label("name"))
    teams = select(Team.teamid.label("id"), Team.name.label("name"))
    both = union_all(users, teams).subquery()
    return Compiled(select(both.c.id, both.c.name).order_by(both.c.name).limit(MOST), dialect)


def assignable(session: Session) -> list[tuple[str, str]]:
    """(id, name) of enabled people with a role, by name."""
    query = select(SystemUser.systemuserid.label("id"), SystemUser.fullname.label("name")).where(
        SystemUser.isdisabled.is_(False),
        SystemUser.accessmode == AccessMode.READ_WRITE,
        exists(select(literal(1)).where(UserRole.systemuserid == SystemUser.systemuserid)),
    )
    return [(i, n) for i, n in session.execute(query.order_by(SystemUser.fullname).limit(MOST))]


def agent_users(session: Session) -> frozenset[str]:
    """Ids of the users agents work as."""
    return frozenset(i for i in session.scalars(select(Agent.agentuserid)) if i)


def nobody_yet(session: Session) -> bool:
    """Is there no person at all? Then the first administrator is to be set up."""
    found = select(SystemUser.systemuserid).where(SystemUser.accessmode == AccessMode.READ_WRITE).limit(1)
    return session.scalar(found) is None
