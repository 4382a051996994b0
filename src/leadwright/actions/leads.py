"""Create, change and delete one lead. Every change is checked, audited, and noted for selection."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Row, insert, select, update
from sqlalchemy.orm import Session

from leadwright.actions import no_mail
from leadwright.actions.columns import complete_name, latest_day, read_value, stored_value
from leadwright.actions.known_leads import key_for
from leadwright.actions.owners import refuse_who_is_here_alone
from leadwright.db import audit, changes, removal
from leadwright.db.base import new_id
from leadwright.db.columns import table_with_own
from leadwright.db.mirror_seen import is_seen
from leadwright.db.mirror_writes import goes_out
from leadwright.db.people import Role, SystemUser, UserRole
from leadwright.db.sales import Account, Contact, Lead
from leadwright.domain.attributes import Table
from leadwright.domain.headings import importable
from leadwright.domain.lead import state_and_status
from leadwright.domain.plain_text import unstorable
from leadwright.domain.privileges import SYSTEM_ADMINISTRATOR
from leadwright.errors import BadInput, Conflict, NotAllowed, NotFound
from leadwright.identity.access import Principal, readable, require
from leadwright.services import Services

_LEADS = Lead.__table__
_LINKS = {
    "parentaccountid": (Account, "lw_accountunlinked", "prvReadAccount"),
    "parentcontactid": (Contact, "lw_contactunlinked", "prvReadContact"),
}


def create_lead(services: Services, who: Principal, values: Mapping[str, Any], *, owner: str = "") -> str:
    """A new lead, Open, New and Cold unless said otherwise.

    Args:
        values: logical name -> value as typed or as stored; own columns of the organisation by their name.
        owner: email address of the owner; else who creates it, else the first active administrator.

    Returns:
        Its id.

    Raises:
        NotAllowed, BadInput: the message names the privilege, or the column and what to write.
    """
    with services.database.transaction() as session:
        return add_lead(services, session, who, values, owner=owner)


def add_lead(
    services: Services, session: Session, who: Principal, values: Mapping[str, Any], *, owner: str = ""
) -> str:
    """The same in the caller's transaction."""
    require(who, "prvCreateLead")
    table = table_with_own(session, "lead")
    read = _read(session, who, table, values, services.clock())
    complete_name(read, {})
    if not read.get("companyname") and not read.get("fullname"):
        raise BadInput("A lead needs a company or a name. Write one of them.", field="companyname")
    read["statecode"], read["statuscode"] = _states(read.get("statecode"), read.get("statuscode"))
    own = {n: stored_value(a, v) for n, v in read.items() if (a := table.attributes[n]).custom and v is not None}
    stored = {n: v for n, v in read.items() if not table.attributes[n].custom and v is not None}
    holder = owner_of_new(session, who, owner)
    refuse_who_is_here_alone(session, holder.systemuserid, holder.fullname, "enter the lead there")
    moment = services.clock()
    leadid = new_id()
    session.execute(
        insert(Lead).values(
            **stored,
            custom=own,
            leadid=leadid,
            ownerid=holder.systemuserid,
            owningbusinessunit=holder.businessunitid,
            createdon=moment,
            modifiedon=moment,
            createdby=who.id or None,
            modifiedby=who.id or None,
            lw_importkey=key_for(session, stored),
        )
    )
    changes.record(session, leadid, "created", {})
    audit.record(session, who.actor, "lead.created", "lead", leadid, after={**stored, **own})
    if stored.get("donotemail"):
        no_mail.ticked_on(services, session, who, leadid)
    return leadid


def edit_lead(
    services: Services,
    who: Principal,
    leadid: str,
    values: Mapping[str, Any],
    *,
    versionnumber: int | None = None,
    action: str = "lead.changed",
) -> int:
    """Change some columns of a lead; None or an empty text clears one. The same values again change nothing.

    Args:
        versionnumber: of the lead as the person saw it.
        action: what the audit log calls it.

    Returns:
        The version number after it.

    Raises:
        NotFound, NotAllowed, BadInput.
        Conflict: somebody changed the lead since.
    """
    with services.database.transaction() as session:
        if "donotemail" in values:
            no_mail.hold(session, leadid)
        lead = _visible(session, who, leadid, "prvWriteLead")
        if versionnumber is not None and lead.versionnumber != versionnumber:
            raise _changed_meanwhile()
        table = table_with_own(session, "lead")
        after, before = _edits(session, who, table, lead, values, services.clock())
        if not after:
            return int(lead.versionnumber)
        own = {n: v for n, v in after.items() if n in table.attributes and table.attributes[n].custom}
        stored = {n: v for n, v in after.items() if n not in own}
        if own:
            stored["custom"] = {k: v for k, v in {**lead.custom, **own}.items() if v is not None}
        done = session.execute(
            update(Lead)
            .where(Lead.leadid == leadid, Lead.versionnumber == lead.versionnumber)
            .values(
                **stored,
                versionnumber=lead.versionnumber + 1,
                modifiedon=services.clock(),
                modifiedby=who.id or None,
            )
        )
        if done.rowcount != 1:  # type: ignore[attr-defined]
            raise _changed_meanwhile()
        changes.record(session, leadid, "changed", before)
        audit.record(session, who.actor, action, "lead", leadid, before=before, after=after)
        if after.get("donotemail"):
            no_mail.ticked_on(services, session, who, leadid)
        elif "donotemail" in after:
            no_mail.ticked_off(session, who, leadid)
        return session.scalars(select(Lead.versionnumber).where(Lead.leadid == leadid)).one()


def delete_lead(services: Services, who: Principal, leadid: str) -> None:
    """Delete a lead with its runs, model answers, drafts, notes and notifications. The audit log keeps what it was.

    A run under way finds its lead gone and ends without an outcome.

    Raises:
        NotFound, NotAllowed.
    """
    with services.database.transaction() as session:
        _visible(session, who, leadid, "prvDeleteLead")
        kept = removal.remove_lead(session, leadid)
        audit.record(session, who.actor, "lead.deleted", "lead", leadid, before=kept)


def owner_of_new(session: Session, who: Principal, email: str = "") -> SystemUser:
    """Who owns leads that `who` brings in.

    Args:
        email: of the wanted owner; empty: `who`, or the first active administrator when `who` is no user; where an
            outside CRM is connected, the first who is a user of it, if one is.

    Raises:
        BadInput: no active user has that address, or there is no administrator yet.
        NotAllowed: giving records to somebody else needs prvAssignLead.
    """
    people = select(SystemUser).where(SystemUser.isdisabled.is_(False))
    if email:
        user = session.scalar(people.where(SystemUser.internalemailaddress == email.strip().casefold()))
        if user is None:
            raise BadInput(f"No active user has the address {email}. Check it, or leave the owner out.", field="owner")
        if user.systemuserid != who.id:
            require(who, "prvAssignLead")
        return user
    if who.id:
        user = session.scalar(people.where(SystemUser.systemuserid == who.id))
        if user is None:
            raise NotAllowed("This user does not exist or is disabled. Ask an administrator.")
        return user
    own_last = [is_seen("systemuser", SystemUser.systemuserid).desc()] if goes_out(session) else []
    user = session.scalar(
        people.join(UserRole, UserRole.systemuserid == SystemUser.systemuserid)
        .join(Role, Role.roleid == UserRole.roleid)
        .where(Role.name == SYSTEM_ADMINISTRATOR)
        .order_by(*own_last, SystemUser.createdon, SystemUser.systemuserid)
        .limit(1)
    )
    if user is None:
        raise BadInput(
            "There is no administrator yet who could own the leads. Run leadwright serve and create the first one, or "
            "leadwright demo.",
            field="owner",
        )
    return user


def _visible(session: Session, who: Principal, leadid: str, privilege: str) -> Row[Any]:
    """The lead, held until the end of the transaction, when `who` may read it and has the privilege over it."""
    require(who, privilege)
    lead = session.execute(
        select(_LEADS).where(_LEADS.c.leadid == leadid, readable(who, Lead, "prvReadLead")).with_for_update()
    ).one_or_none()
    if lead is None:
        raise NotFound("There is no such lead, or you may not see it.")
    require(who, privilege, lead)
    return lead


def _edits(
    session: Session, who: Principal, table: Table, lead: Row[Any], values: Mapping[str, Any], moment: datetime
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Columns that change: after, and before."""
    read = _read(session, who, table, values, moment)
    current = {**lead.custom, **{n: v for n, v in lead._mapping.items() if n != "custom"}}
    complete_name(read, current)
    if {"statecode", "statuscode"} & set(read):
        status = read.get("statuscode") if "statuscode" in read else None
        read["statecode"], read["statuscode"] = _states(read.get("statecode"), status)
    for name in ("donotemail", "donotbulkemail"):
        if name in read:
            read[name] = bool(read[name])
    for link, (_, mark, _) in _LINKS.items():
        if link in read:
            read[mark] = read[link] is None
    after = {n: stored_value(table.attributes.get(n), v) for n, v in read.items()}
    after = {n: v for n, v in after.items() if v != current.get(n)}
    if after and not any(after.get(n, current.get(n)) for n in ("companyname", "fullname")):
        raise BadInput("A lead needs a company or a name. Keep one of them.", field="companyname")
    if "emailaddress1" in after:  # what was found out about the old address says nothing about the new one
        after |= {n: None for n in ("lw_emailstate", "lw_emailtype") if current[n] is not None}
    return after, {n: current.get(n) for n in after}


def _read(
    session: Session, who: Principal, table: Table, values: Mapping[str, Any], moment: datetime
) -> dict[str, Any]:
    """Values read by the kind of their column.

    Raises:
        BadInput: names the column and what to write.
    """
    known = importable(table)
    read: dict[str, Any] = {}
    for name, value in values.items():
        if name in _LINKS:
            read[name] = _linked(session, who, name, value)
            continue
        attribute = known.get(name)
        if attribute is None:
            raise BadInput(f"{name} is no column of a lead that can be written.", field=name)
        read[name] = read_value(attribute, value, latest_day(moment))
    return read


def _linked(session: Session, who: Principal, name: str, value: Any) -> str | None:
    if value in (None, ""):
        return None
    table, _, privilege = _LINKS[name]
    require(who, privilege)
    record = session.get(table, value) if isinstance(value, str) and not unstorable(value) else None
    if record is None:
        raise BadInput(f"There is no such {table.__tablename__}. Choose another.", field=name)
    require(who, privilege, record)
    return str(value)


def _states(state: Any, status: Any) -> tuple[int, int]:
    try:
        return state_and_status(state, status)
    except ValueError as error:
        raise BadInput(f"{error}.".capitalize(), field="statuscode") from error


def _changed_meanwhile() -> Conflict:
    return Conflict("Somebody changed this lead since you opened it. Load it again and repeat your change.")
