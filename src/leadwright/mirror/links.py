"""What no row tells: who holds which role, who is in which team, at which leads a competitor was met.

Such links change no row, so they are read whole, from time to time, in few requests.
"""

import json
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any, cast

from sqlalchemy import Table, delete, insert, select
from sqlalchemy.orm import Session

from leadwright.db import audit
from leadwright.db.bulk import one_of
from leadwright.db.mirror import MirrorRow
from leadwright.db.people import Role, SystemUser, Team, TeamMember, UserRole
from leadwright.db.sales import Competitor, Lead, LeadCompetitor
from leadwright.domain.optionsets import AccessMode
from leadwright.domain.privileges import ROLE_GRANTS, SALESPERSON
from leadwright.errors import CrmError
from leadwright.mirror.sides import Sides
from leadwright.mirror.tables import TABLES
from leadwright.mirror.telling import DYNAMICS

ROLES, MEMBERS, COMPETITORS = "systemuserroles", "teammembership", "leadcompetitors"
WORDS = {ROLES: "Security roles of people", MEMBERS: "Members of teams", COMPETITORS: "Competitors of leads"}
_UNSURE = (
    "Which teams hold {}, who is in them, or which roles count as that, cannot be read, so whoever was known to hold "
    "it keeps it here. Give the application user's role prvReadTeam, prvReadUser and prvReadRole for the whole "
    "organisation."
)
Links = Mapping[str, Collection[str]]


def take_links(sides: Sides, name: str) -> int:
    """Bring one kind of links up to date. Returns how many records have others now.

    Raises:
        CrmError: they are read again; what could be told is stored.
    """
    there, missing = _READ[name](sides)
    with sides.database.transaction() as session:
        changed = _WRITE[name](session, there)
        if changed:
            audit.record(session, DYNAMICS, "mirror.links_stored", "mirror", name, after={"changed": changed})
    if missing:
        raise CrmError(missing, permanent=True)
    return changed


def _read_roles(sides: Sides) -> tuple[Links, str]:
    """Roles of people; who is not told any more holds none only if we can see that person, and else is left out.

    Whoever opens and changes leads by a role of the organisation's own holds Salesperson here; an application never.
    A role that may be held through a team we cannot look into stays with whom it was told of last.
    """
    told = sides.mirror.roles(tuple(ROLE_GRANTS))
    person = (SystemUser.accessmode == AccessMode.READ_WRITE) & SystemUser.applicationid.is_(None)
    with sides.database.reading() as session:
        before = _seen(session, ROLES)
        sellers = told.sellers.intersection(session.scalars(select(SystemUser.systemuserid).where(person)))
    held = {user: set(roles) for user, roles in told.roles.items()}
    for user in sellers:
        held.setdefault(user, set()).add(SALESPERSON)
    kept = {user: told.unsure.intersection(roles) for user, roles in before.items()}
    there: dict[str, Collection[str]] = {user: roles.union(kept.get(user, ())) for user, roles in held.items()}
    if untold := sorted(user for user, held in before.items() if held and user not in there):
        key = TABLES["systemuser"].key
        found = sides.mirror.rows(sides.asked(TABLES["systemuser"], (key,)), untold)
        there |= {(user := str(row[key]).lower()): kept[user] for row in found.rows}
    return there, _UNSURE.format(", ".join(sorted(told.unsure))) if told.unsure else ""


def _read_members(sides: Sides) -> tuple[Links, str]:
    return sides.mirror.members(_mirrored(sides, "team")), ""


def _read_competitors(sides: Sides) -> tuple[Links, str]:
    return sides.mirror.met(_mirrored(sides, "competitor")), ""


def _mirrored(sides: Sides, name: str) -> Sequence[str]:
    with sides.database.reading() as session:
        query = select(MirrorRow.recordid).where(MirrorRow.tablename == name, MirrorRow.hidden.is_(False))
        return session.scalars(query.order_by(MirrorRow.recordid)).all()


def _write_roles(session: Session, there: Links) -> int:
    """Roles held over there are held here under the same name. A role that was given here alone is not taken away.

    A person who is not told keeps what was told last.
    """
    ids = {name: roleid for name, roleid in session.execute(select(Role.name, Role.roleid))}  # noqa: C416
    people = set(session.scalars(select(MirrorRow.recordid).where(MirrorRow.tablename == "systemuser")))
    before = _seen(session, ROLES)
    changed = 0
    for user in sorted(people & set(there)):
        now, was = set(there[user]) & set(ids), set(before.get(user, ()))
        if now == was:
            continue
        held = set(session.scalars(select(UserRole.roleid).where(UserRole.systemuserid == user)))
        for name in sorted(was - now):
            session.execute(delete(UserRole).where(UserRole.systemuserid == user, UserRole.roleid == ids[name]))
        session.add_all(
            UserRole(systemuserid=user, roleid=ids[name]) for name in sorted(now - was) if ids[name] not in held
        )
        _note(session, ROLES, user, now)
        after = {"roles": sorted(now)}
        audit.record(
            session, DYNAMICS, "person.roles_changed", "systemuser", user, before={"roles": sorted(was)}, after=after
        )
        changed += 1
    return changed


def _write_members(session: Session, there: Links) -> int:
    people = set(session.scalars(select(SystemUser.systemuserid)))
    return _write_pairs(
        session, MEMBERS, {team: set(found) & people for team, found in there.items()}, Team.teamid, TeamMember,
        "teamid", "systemuserid",
    )  # fmt: skip


def _write_competitors(session: Session, there: Links) -> int:
    wanted = sorted({lead for found in there.values() for lead in found})
    here = set(session.scalars(select(Lead.leadid).where(one_of(session, Lead.leadid, wanted)))) if wanted else set()
    return _write_pairs(
        session, COMPETITORS, {key: set(found) & here for key, found in there.items()}, Competitor.competitorid,
        LeadCompetitor, "competitorid", "leadid",
    )  # fmt: skip


def _write_pairs(
    session: Session, name: str, there: Mapping[str, set[str]], key: Any, model: Any, one: str, many: str
) -> int:
    """Links of each record as they are over there; a record that is not told keeps what it has."""
    rows = cast(Table, model.__table__)
    here = set(session.scalars(select(key).where(one_of(session, key, list(there))))) if there else set()
    linked: dict[str, set[str]] = {record: set() for record in here}
    for record, other in session.execute(
        select(rows.c[one], rows.c[many]).where(one_of(session, rows.c[one], list(here)))
    ):
        linked[record].add(other)
    changed = 0
    for record in sorted(here):
        more, less = there[record] - linked[record], linked[record] - there[record]
        if less:
            session.execute(delete(rows).where(rows.c[one] == record, one_of(session, rows.c[many], sorted(less))))
        if more:
            session.execute(insert(rows), [{one: record, many: other} for other in sorted(more)])
        changed += bool(more or less)
    return changed


def _seen(session: Session, name: str) -> dict[str, list[str]]:
    rows = session.execute(select(MirrorRow.recordid, MirrorRow.seen).where(MirrorRow.tablename == name))
    return {key: json.loads(seen) for key, seen in rows}


def _note(session: Session, name: str, recordid: str, values: Collection[str]) -> None:
    row = MirrorRow(tablename=name, recordid=recordid, etag="", seen=json.dumps(sorted(values)), pass_=0, hidden=False)
    session.merge(row)
    session.flush()


_READ: Mapping[str, Callable[[Sides], tuple[Links, str]]] = {
    ROLES: _read_roles,
    MEMBERS: _read_members,
    COMPETITORS: _read_competitors,
}
_WRITE: Mapping[str, Callable[[Session, Links], int]] = {
    ROLES: _write_roles,
    MEMBERS: _write_members,
    COMPETITORS: _write_competitors,
}
