"""Records to choose for a lookup: suggestions while somebody types, the name of an id, the one record of a name."""

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import ColumnElement, func, select, true
from sqlalchemy.orm import Session

from leadwright.db.people import SystemUser, Team
from leadwright.db.sales import Account, Contact, Opportunity
from leadwright.domain.attributes import Attribute, Kind
from leadwright.errors import BadInput, NotFound
from leadwright.identity.access import Principal, readable, require

MOST = 10
_TABLES: dict[str, tuple[Any, str, str, str]] = {  # table -> model, key, name, what tells two of one name apart
    "account": (Account, "accountid", "name", "address1_city"),
    "contact": (Contact, "contactid", "fullname", "emailaddress1"),
    "opportunity": (Opportunity, "opportunityid", "name", "estimatedclosedate"),
}
_READING = {"account": "prvReadAccount", "contact": "prvReadContact", "opportunity": "prvReadOpportunity"}


def suggested(session: Session, who: Principal, table: str, text: str, limit: int = MOST) -> list[dict[str, str]]:
    """Records whose name begins with the text, then those that hold it: id, name and what tells them apart.

    Args:
        table: account, contact, opportunity, or owner (people, application users and teams).

    Raises:
        NotAllowed: the caller may not read that table.
        NotFound: no such table.
    """
    wanted = " ".join(text.split()).casefold()[:100]
    found: dict[str, dict[str, str]] = {}
    for pattern in (f"{_plain(wanted)}%", f"%{_plain(wanted)}%"):
        for id_, name, more in _rows(session, who, table, pattern, limit):
            found.setdefault(id_, {"id": id_, "name": name or "", "more": str(more or "")})
    return list(found.values())[:limit]


def names_of(session: Session, who: Principal, attribute: Attribute, ids: Iterable[str]) -> dict[str, str]:
    """id -> name, of records the caller may read."""
    wanted = list(ids)[:500]
    if not wanted:
        return {}
    if attribute.kind is Kind.OWNER:
        require(who, "prvReadUser")
        people = select(SystemUser.systemuserid, SystemUser.fullname).where(SystemUser.systemuserid.in_(wanted))
        teams = select(Team.teamid, Team.name).where(Team.teamid.in_(wanted))
        return {row[0]: row[1] for query in (people, teams) for row in session.execute(query)}
    if attribute.target not in _TABLES:
        return {}
    model, key, name, _ = _TABLES[attribute.target]
    query = select(getattr(model, key), getattr(model, name)).where(
        getattr(model, key).in_(wanted), _scope(who, attribute.target)
    )
    return {row[0]: row[1] or "" for row in session.execute(query)}


def resolved(session: Session, who: Principal, attribute: Attribute, text: str, key: str) -> str:
    """The id of the record that was chosen, or the only one of that name.

    Raises:
        BadInput: none, or several of that name; says what to do.
    """
    known = names_of(session, who, attribute, [k for k in (key, text.lower()) if k])
    for id_ in (key, text.lower()):
        if id_ in known and (id_ == text.lower() or known[id_].casefold() == text.casefold()):
            return id_
    exact = [
        row["id"]
        for row in suggested(session, who, lookup_table(attribute), text, 50)
        if row["name"].casefold() == text.casefold()
    ]
    if len(exact) == 1:
        return exact[0]
    what = attribute.label
    if exact:
        raise BadInput(f"{len(exact)} records for {what} are called {text}. Choose one of the suggestions.")
    raise BadInput(f"Nothing for {what} that you may see is called {text}. Type its beginning and choose it.")


def lookup_table(attribute: Attribute) -> str:
    """The table that suggestions for this column come from."""
    return "owner" if attribute.kind is Kind.OWNER else attribute.target


def _rows(session: Session, who: Principal, table: str, pattern: str, limit: int) -> Sequence[Any]:
    if table == "owner":
        require(who, "prvReadUser")
        people = select(SystemUser.systemuserid, SystemUser.fullname, SystemUser.internalemailaddress).where(
            func.lower(SystemUser.fullname).like(pattern, escape="\\")
        )
        teams = select(Team.teamid, Team.name, Team.name).where(func.lower(Team.name).like(pattern, escape="\\"))
        rows = [*session.execute(people.order_by(SystemUser.fullname).limit(limit))]
        return [*rows, *((i, n, "Team") for i, n, _ in session.execute(teams.order_by(Team.name).limit(limit)))]
    if table not in _TABLES:
        raise NotFound(f"There are no suggestions for {table}. Use account, contact, opportunity or owner.")
    model, key, name, more = _TABLES[table]
    require(who, _READING[table])
    column = getattr(model, name)
    query = select(getattr(model, key), column, getattr(model, more)).where(
        func.lower(column).like(pattern, escape="\\"), _scope(who, table)
    )
    return session.execute(query.order_by(column).limit(limit)).all()


def _scope(who: Principal, table: str) -> ColumnElement[bool]:
    return readable(who, _TABLES[table][0], _READING[table]) if table in _TABLES else true()


def _plain(text: str) -> str:
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
