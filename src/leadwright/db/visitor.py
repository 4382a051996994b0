"""Who a browser session belongs to and what they hold, in two short reads for every page; and the note of its use."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import String, Update, bindparam, literal, select, union_all, update
from sqlalchemy.engine.interfaces import Dialect
from sqlalchemy.exc import OperationalError

from leadwright.db.compiled import Compiled, Source, dialect_of
from leadwright.db.engine import Database
from leadwright.db.people import Role, RolePrivilege, SystemUser, TeamMember, UserRole, WebSession


@dataclass(frozen=True, slots=True)
class Visitor:
    """The user of a session.

    Args:
        held: (kind, name, depth) with kind p for privilege, r for role, t for team id.
    """

    systemuserid: str
    csrf: str
    createdon: datetime
    lastseenon: datetime
    fullname: str
    businessunitid: str
    isdisabled: bool
    timezone: str
    held: Sequence[tuple[str, str, int]] = ()


def read_visitor(source: Source, tokenhash: str) -> Visitor | None:
    """The user the session of this token's hash belongs to, with all they hold; None when there is no such session."""
    dialect = dialect_of(source)
    rows = _session(dialect).rows(source, {"token": tokenhash})
    if not rows:
        return None
    held = _held(dialect).rows(source, {"who": rows[0][0]})
    return Visitor(*rows[0], *[held])


def touch_session(database: Database, tokenhash: str, moment: datetime) -> bool:
    """Note the session's last use, at once or not at all: False when another writer holds the database or the row."""
    return note_at_once(database, update(WebSession).where(WebSession.tokenhash == tokenhash).values(lastseenon=moment))


def note_at_once(database: Database, noted: Update) -> bool:
    """Write one row that nobody waits for; False when another writer holds the database or the row."""
    lite = database.is_sqlite
    with database.engine.connect() as connection:
        connection = connection.execution_options(leadwright_writes=lite)  # noqa: PLW2901 the same connection
        raw: Any = connection.connection.driver_connection
        if lite:
            patience = raw.execute("PRAGMA busy_timeout").fetchone()[0]
            raw.execute("PRAGMA busy_timeout=0")
        try:
            with connection.begin():
                if not lite:
                    connection.exec_driver_sql("SET LOCAL lock_timeout = '200ms'")
                connection.execute(noted)
        except OperationalError:
            return False
        finally:
            if lite:
                raw.execute(f"PRAGMA busy_timeout={int(patience)}")
    return True


@lru_cache(maxsize=8)
def _session(dialect: Dialect) -> Compiled:
    query = (
        select(
            WebSession.systemuserid,
            WebSession.csrf,
            WebSession.createdon,
            WebSession.lastseenon,
            SystemUser.fullname,
            SystemUser.businessunitid,
            SystemUser.isdisabled,
            SystemUser.timezone,
        )
        .join(SystemUser, SystemUser.systemuserid == WebSession.systemuserid)
        .where(WebSession.tokenhash == bindparam("token", type_=String()))
    )
    return Compiled(query, dialect)


@lru_cache(maxsize=8)
def _held(dialect: Dialect) -> Compiled:
    who = bindparam("who", type_=String())
    mine = select(UserRole.roleid).where(UserRole.systemuserid == who)
    parts = (
        select(
            literal("p").label("kind"), RolePrivilege.privilege.label("name"), RolePrivilege.depth.label("depth")
        ).where(RolePrivilege.roleid.in_(mine)),
        select(literal("r"), Role.name, literal(0)).where(Role.roleid.in_(mine)),
        select(literal("t"), TeamMember.teamid, literal(0)).where(TeamMember.systemuserid == who),
    )
    held = union_all(*parts).subquery()
    return Compiled(select(held.c.kind, held.c.name, held.c.depth), dialect)
