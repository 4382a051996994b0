"""Accounts and contacts as pages list them, and those that may belong to a lead. Reads only, always within a scope."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Select, func, literal_column, or_, select, tuple_
from sqlalchemy.orm import Session

from leadwright.db.people import SystemUser, Team
from leadwright.db.sales import Account, Contact, Lead
from leadwright.domain.selection.probes import fold

PAGE = 50
MOST = 20  # candidates for a lead, leads of a record
Rows = Sequence[Any]
Query = Select[*tuple[Any, ...]]
_OWNER = func.coalesce(SystemUser.fullname, Team.name).label("owner")


def accounts(
    session: Session, visible: ColumnElement[bool], search: str = "", after: tuple[Any, str] | None = None
) -> Rows:
    """A page of accounts by name, and one more row when others follow.

    Args:
        visible: condition on Account: the records the reader may see.
        search: part of name, web site's domain or email address.
        after: (name, accountid) of the last row of the page before.

    Returns:
        rows of recordid, name, domain, email, city, country, industry, employees, createdon, owner.
    """
    query = _accounts(session, visible, search)
    if after is not None:
        query = query.where(tuple_(Account.name, Account.accountid) > after)
    return session.execute(query.limit(PAGE + 1)).all()


def contacts(
    session: Session, visible: ColumnElement[bool], search: str = "", after: tuple[Any, str] | None = None
) -> Rows:
    """The same of contacts: rows of recordid, name, jobtitle, email, phone, company, createdon, owner."""
    query = _contacts(session, visible, search)
    if after is not None:
        name, recordid = after
        query = query.where(tuple_(_contact_name(), Contact.contactid) > (name or "", recordid))
    return session.execute(query.limit(PAGE + 1)).all()


def account(session: Session, recordid: str) -> Any:
    """All columns of an account, with its owner's name; None when there is none."""
    query = select(*Account.__table__.columns, _OWNER).where(Account.accountid == recordid)
    return session.execute(_with_owner(query, Account)).first()


def contact(session: Session, recordid: str) -> Any:
    """All columns of a contact, with its owner's name and its company's; None when there is none."""
    query = select(*Contact.__table__.columns, _OWNER, Account.name.label("company")).where(
        Contact.contactid == recordid
    )
    query = query.outerjoin(Account, Account.accountid == Contact.parentcustomerid)
    return session.execute(_with_owner(query, Contact)).first()


def candidates(session: Session, table: str, lead: Any, visible: ColumnElement[bool], search: str = "") -> Rows:
    """Accounts or contacts to connect a lead with, at most `MOST`; rows as `accounts` and `contacts` give them.

    Args:
        lead: its row.
        search: empty: those that have something in common with the lead.
    """
    query = (_accounts if table == "account" else _contacts)(session, visible, search)
    if not search:
        query = query.where(_akin_account(lead) if table == "account" else _akin_contact(lead))
    return session.execute(query.limit(MOST)).all()


def leads_of(session: Session, table: str, recordid: str, visible: ColumnElement[bool]) -> Rows:
    """The newest leads connected with a record: rows of leadid, fullname, companyname, stage, createdon."""
    lookup = Lead.parentaccountid if table == "account" else Lead.parentcontactid
    query = select(Lead.leadid, Lead.fullname, Lead.companyname, Lead.lw_stage.label("stage"), Lead.createdon)
    return session.execute(query.where(lookup == recordid, visible).order_by(Lead.leadid.desc()).limit(MOST)).all()


def accounts_called(session: Session, text: str, visible: ColumnElement[bool]) -> Rows:
    """Accounts with exactly this name, else with this domain: rows of accountid, name; three at most."""
    for same in (Account.name == text, Account.lw_domain == text.casefold()):
        found = session.execute(select(Account.accountid, Account.name).where(same, visible).limit(3)).all()
        if found:
            return found
    return []


def _accounts(session: Session, visible: ColumnElement[bool], search: str) -> Query:
    query: Query = select(
        Account.accountid.label("recordid"),
        Account.name,
        func.coalesce(Account.lw_domain, Account.websiteurl).label("domain"),
        Account.emailaddress1.label("email"),
        Account.address1_city.label("city"),
        Account.address1_country.label("country"),
        Account.lw_industry.label("industry"),
        Account.numberofemployees.label("employees"),
        Account.createdon,
        _OWNER,
    )
    query = _with_owner(query, Account).where(visible)
    if search:
        columns = (Account.name, Account.lw_domain, Account.emailaddress1)
        query = query.where(_holds(session, search, *columns))
    return query.order_by(Account.name, Account.accountid)


def _contacts(session: Session, visible: ColumnElement[bool], search: str) -> Query:
    query: Query = select(
        Contact.contactid.label("recordid"),
        _contact_name().label("name"),
        Contact.jobtitle,
        Contact.emailaddress1.label("email"),
        Contact.telephone1.label("phone"),
        Account.name.label("company"),
        Contact.createdon,
        _OWNER,
    ).outerjoin(Account, Account.accountid == Contact.parentcustomerid)
    query = _with_owner(query, Contact).where(visible)
    name = _contact_name()
    if search:  # every contact is looked at: in the order of the table, and only those found are sorted
        query = query.where(_holds(session, search, Contact.fullname, Contact.emailaddress1))
        name = name.concat("")
    return query.order_by(name, Contact.contactid)


def _contact_name() -> ColumnElement[str]:
    """As the index has it: with the empty text in the statement itself."""
    return func.coalesce(Contact.fullname, literal_column("''"))


def _with_owner(query: Query, table: type[Account] | type[Contact]) -> Query:
    return query.outerjoin(SystemUser, SystemUser.systemuserid == table.ownerid).outerjoin(
        Team, Team.teamid == table.ownerid
    )


def _holds(session: Session, search: str, *columns: Any) -> ColumnElement[bool]:
    sqlite = session.get_bind().dialect.name == "sqlite"
    needle = fold(search) if sqlite else search.lower()
    folded = func.lw_fold if sqlite else func.lower
    return or_(*(folded(c).contains(needle, autoescape=True) for c in columns))


def _akin_account(lead: Any) -> ColumnElement[bool]:
    domains = {_host(lead.websiteurl), (lead.emailaddress1 or "").rpartition("@")[2]} - {""}
    first = (lead.companyname or "").split(" ")[0].strip(",.").casefold()
    alike: list[ColumnElement[bool]] = [Account.lw_domain.in_(domains)]
    alike += [Account.lw_namekey == first, Account.lw_namekey.startswith(f"{first} ", autoescape=True)] if first else []
    alike += [Account.name == lead.companyname] if lead.companyname else []
    return or_(*alike)


def _akin_contact(lead: Any) -> ColumnElement[bool]:
    alike: list[ColumnElement[bool]] = [Contact.emailaddress1 == (lead.emailaddress1 or "").casefold()]
    alike += [_contact_name() == lead.fullname] if lead.fullname else []
    alike += [Contact.parentcustomerid == lead.parentaccountid] if lead.parentaccountid else []
    return or_(*alike)


def _host(address: str | None) -> str:
    host = (address or "").casefold().partition("//")[2].partition("/")[0]
    return host.removeprefix("www.")
