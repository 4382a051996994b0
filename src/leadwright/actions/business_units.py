"""Business units: the tree of parts of the organisation that users, teams and records belong to."""

from sqlalchemy import exists, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from leadwright.actions.people import existing_business_unit
from leadwright.db import audit
from leadwright.db.base import Base
from leadwright.db.people import BusinessUnit
from leadwright.errors import BadInput, Conflict, NotFound
from leadwright.identity.access import Principal, require
from leadwright.identity.seed import root_business_unit
from leadwright.services import Services

_PRIVILEGE = "prvWriteBusinessUnit"


def create_business_unit(services: Services, who: Principal, name: str, parentid: str | None = None) -> str:
    """Add one below another, the root one by default. Returns its id.

    Raises:
        NotAllowed: prvWriteBusinessUnit is missing.
        BadInput: the name or the parent cannot be used.
        Conflict: another one is called so.
    """
    require(who, _PRIVILEGE)
    given = _name(name)
    try:
        with services.database.transaction() as session:
            unit = BusinessUnit(name=given, parentbusinessunitid=existing_business_unit(session, parentid or None))
            session.add(unit)
            session.flush()
            after = {"name": given, "parentbusinessunitid": unit.parentbusinessunitid}
            audit.record(session, who.actor, "businessunit.created", "businessunit", unit.businessunitid, after=after)
            return unit.businessunitid
    except IntegrityError as error:
        raise Conflict(f"There is a business unit called {given} already.") from error


def edit_business_unit(
    services: Services, who: Principal, businessunitid: str, name: str, parentid: str | None
) -> None:
    """Rename one, or put it below another. The root one stays the root.

    Raises:
        NotAllowed: prvWriteBusinessUnit is missing.
        BadInput: the name cannot be used, or the parent is itself or lies below it.
        Conflict: another one is called so.
    """
    require(who, _PRIVILEGE)
    given = _name(name)
    try:
        with services.database.transaction() as session:
            root = root_business_unit(session, lock=True)
            unit = _unit(session, businessunitid)
            before = {"name": unit.name, "parentbusinessunitid": unit.parentbusinessunitid}
            if businessunitid != root:
                parent = existing_business_unit(session, parentid or None)
                if businessunitid in _with_parents(session, parent):
                    raise BadInput("A business unit cannot lie below itself. Choose another.", field="parentid")
                unit.parentbusinessunitid = parent
            unit.name = given
            session.flush()
            after = {"name": given, "parentbusinessunitid": unit.parentbusinessunitid}
            audit.record(
                session, who.actor, "businessunit.changed", "businessunit", businessunitid, before=before, after=after
            )
    except IntegrityError as error:
        raise Conflict(f"There is a business unit called {given} already.") from error


def delete_business_unit(services: Services, who: Principal, businessunitid: str) -> None:
    """Remove one that nothing belongs to.

    Raises:
        NotAllowed: prvWriteBusinessUnit is missing.
        Conflict: it is the root one, or something belongs to it.
    """
    require(who, _PRIVILEGE)
    with services.database.transaction() as session:
        unit = _unit(session, businessunitid)
        if unit.parentbusinessunitid is None:
            raise Conflict("The root business unit stays. Rename it if its name is wrong.")
        for table in Base.metadata.sorted_tables:
            for key in table.foreign_keys:
                if key.column.table.name == "businessunit" and session.scalar(
                    select(exists().where(key.parent == businessunitid))
                ):
                    raise Conflict(
                        f"Something still belongs to it ({table.name}). Move that to another business unit first."
                    )
        before = {"name": unit.name, "parentbusinessunitid": unit.parentbusinessunitid}
        session.delete(unit)
        audit.record(session, who.actor, "businessunit.deleted", "businessunit", businessunitid, before=before)


def _name(name: str) -> str:
    given = " ".join(name.split())
    if not given or len(given) > 160:
        raise BadInput("Give the business unit a name of at most 160 characters.", field="name")
    return given


def _unit(session: Session, businessunitid: str) -> BusinessUnit:
    unit = session.get(BusinessUnit, businessunitid)
    if unit is None:
        raise NotFound("There is no such business unit.")
    return unit


def _with_parents(session: Session, businessunitid: str) -> set[str]:
    above: set[str] = set()
    at: str | None = businessunitid
    while at is not None and at not in above:
        above.add(at)
        at = session.scalar(select(BusinessUnit.parentbusinessunitid).where(BusinessUnit.businessunitid == at))
    return above
