"""What the pages of accounts and of contacts have in common: the list, the form with its leads, saving."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from sqlalchemy.orm import Session
from starlette.responses import Response

from leadwright.actions.connected_records import create_record, edit_record
from leadwright.db.columns import table_with_own
from leadwright.db.pages import connected_records as read
from leadwright.db.pages.keys import read_key, write_key
from leadwright.db.sales import Account, Contact, Lead
from leadwright.domain.attributes import Table
from leadwright.domain.values import split_name
from leadwright.errors import BadInput, Conflict, NotFound
from leadwright.identity.access import readable
from leadwright.web import record_form
from leadwright.web.pages.lead_banner import may
from leadwright.web.record_form import Sections
from leadwright.web.visit import Pages, Visit


@dataclass(frozen=True, slots=True)
class Sort:
    """Accounts or contacts.

    Args:
        create, read, write: the privileges over them.
        path: of the list.
        needed: fields of which one must be filled, and the sentence when none is.
        company: the form asks for the account, by name or domain.
    """

    table: str
    create: str
    read: str
    write: str
    path: str
    label: str
    model: type[Account] | type[Contact]
    sections: Sections
    rows: Callable[..., Any]
    one: Callable[[Session, str], Any]
    needed: tuple[str, ...]
    lacking: str
    company: bool = False


def pages_of(sort: Sort) -> Pages:
    """List, new record, one record; each with the privilege it needs."""
    pages = Pages()
    shown = (
        (pages.get, sort.path, sort.read, list_page),
        (pages.get, f"{sort.path}/new", sort.create, new_page),
        (pages.post, f"{sort.path}/new", sort.create, create),
        (pages.get, f"{sort.path}/{{recordid}}", sort.read, record_page),
        (pages.post, f"{sort.path}/{{recordid}}", sort.write, change),
    )
    for declare, path, privilege, show in shown:
        declare(path, privilege)(_of(sort, show))
    return pages


def _of(sort: Sort, show: Callable[[Visit, Sort], Response]) -> Callable[[Visit], Response]:
    def page(visit: Visit) -> Response:
        return show(visit, sort)

    page.__name__ = f"{sort.table}_{show.__name__}"
    return page


def list_page(visit: Visit, sort: Sort) -> Response:
    """Fifty records by name."""
    search, after = visit.text("q", most=100), visit.text("after", most=600)
    with visit.services.database.reading() as session:
        found = sort.rows(session, _scope(visit, sort), search, read_key(after, moment=False) if after else None)
    shown = found[: read.PAGE]
    following = ""
    if len(found) > read.PAGE:
        last = shown[-1]
        following = f"{sort.path}?" + urlencode({"q": search, "after": write_key(last.name, last.recordid)})
    return visit.page("records.html", sort=sort, rows=shown, search=search, after=after, following=following)


def new_page(visit: Visit, sort: Sort) -> Response:
    """An empty form."""
    given = {name: visit.text(name, most=200) for name in ("company",) if sort.company}
    return _form(visit, sort, None, given, {})


def create(visit: Visit, sort: Sort) -> Response:
    """Store the new record."""
    values, problems = _typed(visit, sort)
    if not problems:
        try:
            filled = {n: v for n, v in _to_store(visit, sort, values).items() if v}
            recordid = create_record(visit.services, visit.who, sort.table, filled)
            return visit.to(f"{sort.path}/{recordid}", f"The {sort.table} is saved.")
        except BadInput as error:
            problems = {_place(error): str(error)}
    return _form(visit, sort, None, values, problems, 422)


def record_page(visit: Visit, sort: Sort) -> Response:
    """The record as a form, or only shown to whoever may not change it, with its leads."""
    record = _record(visit, sort)
    return _form(visit, sort, record, _shown(visit, sort, record), {})


def change(visit: Visit, sort: Sort) -> Response:
    """Store the change, unless somebody else changed the record meanwhile."""
    record = _record(visit, sort)
    values, problems = _typed(visit, sort)
    if not problems:
        before = _shown(visit, sort, record)
        changed = {n: v for n, v in values.items() if v != before.get(n, "")}
        try:
            stored, version = _to_store(visit, sort, changed), visit.number("versionnumber")
            edit_record(visit.services, visit.who, sort.table, _id(visit), stored, versionnumber=version)
            return visit.to(f"{sort.path}/{_id(visit)}", "Saved. Leads connected with it are looked at again.")
        except BadInput as error:
            problems = {_place(error): str(error)}
        except Conflict as error:
            return _form(visit, sort, record, values, {"": f"{error} What you typed is still here."}, 409)
    return _form(visit, sort, record, values, problems, 422)


def _form(
    visit: Visit, sort: Sort, record: Any, values: Mapping[str, str], problems: Mapping[str, str], status: int = 200
) -> Response:
    leads: Any = ()
    if record is not None and visit.may("prvReadLead"):
        with visit.services.database.reading() as session:
            leads = read.leads_of(session, sort.table, _id(visit), readable(visit.who, Lead, "prvReadLead"))
    return visit.page(
        "record_form.html",
        status,
        sort=sort,
        record=record,
        recordid=_id(visit) if record is not None else "",
        sections=record_form.inputs(_table(visit, sort), sort.sections),
        values=values,
        problems=problems,
        leads=leads,
        may_write=record is None or may(visit.who, sort.write, record),
        version=visit.text("versionnumber") or (record.versionnumber if record is not None else ""),
    )


def _record(visit: Visit, sort: Sort) -> Any:
    with visit.services.database.reading() as session:
        record = sort.one(session, _id(visit))
    if record is None or not may(visit.who, sort.read, record):
        raise NotFound(f"There is no such {sort.table}, or you may not see it.")
    return record


def _typed(visit: Visit, sort: Sort) -> tuple[dict[str, str], dict[str, str]]:
    values, problems = record_form.typed(visit, _table(visit, sort), sort.sections)
    if sort.company:
        values["company"] = visit.text("company", most=200)
    if not any(values.get(n) for n in sort.needed):
        problems[sort.needed[-1]] = sort.lacking
    return values, problems


def _shown(visit: Visit, sort: Sort, record: Any) -> dict[str, str]:
    found = record_form.shown(_table(visit, sort), record)
    if not sort.company:
        return found
    if not found["firstname"] and not found["lastname"]:  # came with a full name only
        found["firstname"], found["lastname"] = split_name(record.fullname or "")
    return found | {"company": record.company or ""}


def _to_store(visit: Visit, sort: Sort, values: Mapping[str, str]) -> dict[str, Any]:
    """The values with the account's id in place of its name or domain.

    Raises:
        BadInput: no account, or several.
    """
    stored: dict[str, Any] = {n: v for n, v in values.items() if n != "company"}
    if "company" not in values:
        return stored
    if not (wanted := values["company"]):
        return stored | {"parentcustomerid": None}
    scope = readable(visit.who, Account, "prvReadAccount")
    with visit.services.database.reading() as session:
        found = read.accounts_called(session, wanted, scope)
    if not found:
        raise BadInput(
            f"There is no account {wanted!r}. Write its name or domain, or create it first.", field="company"
        )
    if len(found) > 1:
        raise BadInput(f"Several accounts are called {wanted}. Write the domain of the right one.", field="company")
    return stored | {"parentcustomerid": found[0].accountid}


def _place(error: BadInput) -> str:
    return "company" if error.field == "parentcustomerid" else error.field or ""


def _scope(visit: Visit, sort: Sort) -> Any:
    return readable(visit.who, sort.model, sort.read)


def _table(visit: Visit, sort: Sort) -> Table:
    with visit.services.database.reading() as session:
        return table_with_own(session, sort.table)


def _id(visit: Visit) -> str:
    return str(visit.request.path_params["recordid"])
