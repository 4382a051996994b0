"""Create and change accounts and contacts. A change is noted for the leads connected with them: they may match now."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from leadwright.actions.columns import complete_name, read_value, stored_value
from leadwright.actions.leads import owner_of_new
from leadwright.actions.owners import refuse_who_is_here_alone
from leadwright.db import audit, changes
from leadwright.db.columns import table_with_own
from leadwright.db.sales import Account, Contact
from leadwright.domain.attributes import Attribute, Table
from leadwright.domain.headings import importable
from leadwright.domain.plain_text import unstorable
from leadwright.errors import BadInput, Conflict, NotFound
from leadwright.identity.access import Principal, readable, require
from leadwright.research.connect import describe_account
from leadwright.services import Services

Record = Account | Contact


@dataclass(frozen=True, slots=True)
class _Sort:
    """One of the two tables: the privileges over it, and which column must be there."""

    model: type[Record]
    create: str
    read: str
    write: str
    needed: str
    lacking: str


_SORTS = {
    "account": _Sort(
        Account, "prvCreateAccount", "prvReadAccount", "prvWriteAccount", "name", "An account needs a name. Write one."
    ),
    "contact": _Sort(
        Contact,
        "prvCreateContact",
        "prvReadContact",
        "prvWriteContact",
        "fullname",
        "A contact needs a name. Write a first or last name.",
    ),
}


def writable(table: Table) -> dict[str, Attribute]:
    """Columns of an account or contact that a person or program may fill, by name."""
    links = {n: a for n, a in table.attributes.items() if n == "parentcustomerid"}
    return importable(table) | links


def create_record(services: Services, who: Principal, table: str, values: Mapping[str, Any]) -> str:
    """A new account or contact, owned by who makes it.

    Args:
        table: account or contact.
        values: logical name -> value as typed or as stored; own columns of the organisation by their name.

    Returns:
        Its id.

    Raises:
        NotAllowed, BadInput: the message names the privilege, or the column and what to write.
    """
    sort = _sort(table)
    with services.database.transaction() as session:
        require(who, sort.create)
        columns = table_with_own(session, table)
        read = _read(session, who, columns, values)
        complete_name(read, {})
        holder, moment = owner_of_new(session, who), services.clock()
        refuse_who_is_here_alone(session, holder.systemuserid, holder.fullname, "make it there")
        record = sort.model(
            ownerid=holder.systemuserid,
            owningbusinessunit=holder.businessunitid,
            createdon=moment,
            modifiedon=moment,
            createdby=who.id or None,
            modifiedby=who.id or None,
            custom={},
        )
        filled = {n: v for n, v in read.items() if v is not None}
        _write(record, columns, filled)
        _check(sort, record)
        session.add(record)
        session.flush()
        audit.record(session, who.actor, f"{table}.created", table, _id(record), after=filled)
        return _id(record)


def edit_record(
    services: Services,
    who: Principal,
    table: str,
    recordid: str,
    values: Mapping[str, Any],
    *,
    versionnumber: int | None = None,
) -> int:
    """Change some columns; None or an empty text clears one. The same values again change nothing.

    Args:
        versionnumber: of the record as the person saw it.

    Returns:
        The version number after it.

    Raises:
        NotFound, NotAllowed, BadInput.
        Conflict: somebody changed it since.
    """
    sort = _sort(table)
    with services.database.transaction() as session:
        record = _visible(session, who, sort, recordid)
        if versionnumber is not None and record.versionnumber != versionnumber:
            raise Conflict(f"Somebody changed this {table} since you opened it. Load it again and repeat your change.")
        columns = table_with_own(session, table)
        read = _read(session, who, columns, values)
        current = {**{n: getattr(record, n, None) for n in columns.attributes}, **record.custom}
        complete_name(read, current)
        after = {n: v for n, v in read.items() if v != current.get(n)}
        if not after:
            return record.versionnumber
        before = {n: current.get(n) for n in after}
        _write(record, columns, after)
        _check(sort, record)
        record.versionnumber += 1
        record.modifiedon, record.modifiedby = services.clock(), who.id or None
        changes.record_related(session, table, recordid, before)
        audit.record(session, who.actor, f"{table}.changed", table, recordid, before=before, after=after)
        return record.versionnumber


def _sort(table: str) -> _Sort:
    if table not in _SORTS:
        raise BadInput("Leads are connected with accounts and contacts. Choose one of these.", field="table")
    return _SORTS[table]


def _visible(session: Session, who: Principal, sort: _Sort, recordid: str) -> Record:
    """The record, held until the end of the transaction; leads may be connected with it meanwhile."""
    require(who, sort.write)
    key = next(iter(sort.model.__mapper__.primary_key))
    query: Select[Any] = select(sort.model).where(key == recordid, readable(who, sort.model, sort.read))
    record: Record | None = session.scalar(query.with_for_update(key_share=True))
    if record is None:
        raise NotFound(f"There is no such {sort.model.__tablename__}, or you may not see it.")
    require(who, sort.write, record)
    return record


def _read(session: Session, who: Principal, table: Table, values: Mapping[str, Any]) -> dict[str, Any]:
    known = writable(table)
    read: dict[str, Any] = {}
    for name, value in values.items():
        attribute = known.get(name)
        if attribute is None:
            raise BadInput(f"{name} is no column of {table.label.lower()}s that can be written.", field=name)
        if name == "parentcustomerid":
            read[name] = _company(session, who, value)
        else:
            read[name] = stored_value(attribute, read_value(attribute, value))
    return read


def _company(session: Session, who: Principal, value: Any) -> str | None:
    if value in (None, ""):
        return None
    require(who, "prvReadAccount")
    found = session.get(Account, value) if isinstance(value, str) and not unstorable(value) else None
    if found is None:
        raise BadInput("There is no such account. Choose another.", field="parentcustomerid")
    require(who, "prvReadAccount", found)
    return found.accountid


def _write(record: Record, table: Table, values: Mapping[str, Any]) -> None:
    own = {n: v for n, v in values.items() if table.attributes[n].custom}
    for name, value in values.items():
        if name not in own:
            setattr(record, name, value)
    if own:
        record.custom = {n: v for n, v in {**record.custom, **own}.items() if v is not None}


def _check(sort: _Sort, record: Record) -> None:
    """What every record must have; and the keys by which research finds an account."""
    if not getattr(record, sort.needed):
        raise BadInput(sort.lacking, field="lastname" if sort.needed == "fullname" else sort.needed)
    if isinstance(record, Account):
        for column, value in describe_account(record).items():
            setattr(record, column, value or None)


def _id(record: Record) -> str:
    return record.accountid if isinstance(record, Account) else record.contactid
