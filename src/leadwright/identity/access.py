"""Who may do what to which record. The one place that decides; every face and action asks here.

Privileges carry Dataverse names (``prvReadLead``). Depth says to which records one reaches: own and team records,
the business unit's, all. A refused call names the missing privilege.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import ColumnElement, false, or_, select, true
from sqlalchemy.orm import Session

from leadwright.db.audit import Actor
from leadwright.db.people import BusinessUnit, Role, RolePrivilege, SystemUser, TeamMember, UserRole
from leadwright.domain.privileges import PRIVILEGES, Depth, role_that_grants
from leadwright.errors import NotAllowed

__all__ = ["Depth", "Principal", "operator", "owners_reached", "principal", "readable", "require"]


@dataclass(frozen=True, slots=True)
class Principal:
    """Someone signed in: a person, an application, or the agent working as its application user.

    Args:
        privileges: name -> widest depth, over all roles.
        teams: ids of the teams they are in; records of a team count as own.
    """

    id: str
    kind: str
    name: str
    businessunitid: str
    privileges: Mapping[str, int] = field(default_factory=dict)
    teams: frozenset[str] = frozenset()
    roles: frozenset[str] = frozenset()

    @property
    def actor(self) -> Actor:
        """For the audit log."""
        return Actor(self.id or None, self.kind, self.name)

    def may(self, privilege: str) -> bool:
        """Holds the privilege, to whatever depth."""
        return privilege in self.privileges


def principal(session: Session, systemuserid: str, *, kind: str = "person") -> Principal:
    """The user with everything their roles grant.

    Raises:
        NotAllowed: no such user, or disabled.
    """
    user = session.execute(
        select(SystemUser.fullname, SystemUser.businessunitid, SystemUser.isdisabled).where(
            SystemUser.systemuserid == systemuserid
        )
    ).first()
    if user is None or user.isdisabled:
        raise NotAllowed("This user does not exist or is disabled. Ask an administrator.")
    held = session.execute(
        select(Role.name, RolePrivilege.privilege, RolePrivilege.depth)
        .join(UserRole, UserRole.roleid == Role.roleid)
        .outerjoin(RolePrivilege, RolePrivilege.roleid == Role.roleid)
        .where(UserRole.systemuserid == systemuserid)
        .order_by(RolePrivilege.depth)
    ).all()
    teams = session.scalars(select(TeamMember.teamid).where(TeamMember.systemuserid == systemuserid)).all()
    return Principal(
        id=systemuserid,
        kind=kind,
        name=user.fullname,
        businessunitid=user.businessunitid,
        privileges={privilege: depth for _, privilege, depth in held if privilege is not None},
        teams=frozenset(teams),
        roles=frozenset(name for name, _, _ in held),
    )


def operator(session: Session) -> Principal:
    """Whoever runs commands on this machine: every privilege over every record, and no user, so owner of nothing.

    Their `id` is empty; what they do is audited as done on the command line.
    """
    root = session.scalar(select(BusinessUnit.businessunitid).where(BusinessUnit.parentbusinessunitid.is_(None)))
    return Principal("", "system", "command line", root or "", dict.fromkeys(PRIVILEGES, Depth.ORGANISATION))


def require(who: Principal, privilege: str, record: Any = None) -> None:
    """Refuse unless the privilege is held, and reaches the record when one is given.

    Args:
        record: any row with `ownerid` and `owningbusinessunit`.

    Raises:
        NotAllowed: names the missing privilege.
    """
    depth = who.privileges.get(privilege)
    if depth is None:
        what = f" ({PRIVILEGES[privilege]})" if privilege in PRIVILEGES else ""
        raise NotAllowed(
            f"This needs the privilege {privilege}{what}, which none of your roles grants. "
            f"The role {role_that_grants(privilege)} has it: ask an administrator.",
            privilege=privilege,
        )
    if record is not None and not _reaches(who, depth, record):
        raise NotAllowed(
            f"Your privilege {privilege} does not reach this record: it belongs to someone else.", privilege=privilege
        )


def owners_reached(who: Principal, privilege: str) -> tuple[tuple[str, ...] | None, str | None]:
    """Whose records the privilege reaches: owner ids (None: everybody's), and the business unit reached beside them."""
    depth = who.privileges.get(privilege, 0)
    if depth >= Depth.ORGANISATION:
        return None, None
    own = (who.id, *sorted(who.teams)) if depth else ()
    return own, who.businessunitid if depth >= Depth.BUSINESS_UNIT else None


def readable(who: Principal, table: Any, privilege: str) -> ColumnElement[bool]:
    """SQL condition: rows of `table` (with ownerid, owningbusinessunit) that the privilege reaches."""
    depth = who.privileges.get(privilege)
    if depth is None:
        return false()
    if depth >= Depth.ORGANISATION:
        return true()
    own: ColumnElement[bool] = table.ownerid.in_([who.id, *sorted(who.teams)])
    if depth >= Depth.BUSINESS_UNIT:
        return or_(own, table.owningbusinessunit == who.businessunitid)
    return own


def _reaches(who: Principal, depth: int, record: Any) -> bool:
    if depth >= Depth.ORGANISATION or record.ownerid == who.id or record.ownerid in who.teams:
        return True
    return depth >= Depth.BUSINESS_UNIT and record.owningbusinessunit == who.businessunitid
