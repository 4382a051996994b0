"""Puts the directory's first records into a new database: the root business unit and the six roles. No people."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from leadwright.db.people import BusinessUnit, Role, RolePrivilege
from leadwright.domain.privileges import ROLE_GRANTS
from leadwright.errors import Conflict

ROOT_NAME = "Headquarters"


def seed_directory(session: Session) -> str:
    """Create the root business unit and the roles that are not there yet. Safe to repeat.

    A role that exists is left as it is: a privilege an administrator took away does not come back.

    Returns:
        Id of the root business unit.
    """
    root = session.scalar(select(BusinessUnit).where(BusinessUnit.parentbusinessunitid.is_(None)))
    if root is None:
        root = BusinessUnit(name=ROOT_NAME)
        session.add(root)
        session.flush()
    existing = set(session.scalars(select(Role.name)))
    for name, grants in ROLE_GRANTS.items():
        if name in existing:
            continue
        role = Role(name=name)
        session.add(role)
        session.flush()
        session.add_all(RolePrivilege(roleid=role.roleid, privilege=p, depth=int(d)) for p, d in grants.items())
    session.flush()
    return root.businessunitid


def root_business_unit(session: Session, *, lock: bool = False) -> str:
    """Id of the root business unit.

    Args:
        lock: hold its row until the transaction ends, so that two who set something up at once wait for each other.

    Raises:
        Conflict: the directory has not been set up.
    """
    query = select(BusinessUnit.businessunitid).where(BusinessUnit.parentbusinessunitid.is_(None))
    found = session.scalar(query.with_for_update() if lock else query)
    if found is None:
        raise Conflict("The directory is empty. Create the first administrator.")
    return found
