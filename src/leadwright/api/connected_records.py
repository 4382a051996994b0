"""Accounts and contacts over the API: list, create, read, change. The leads connected with them are looked at again."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Response
from pydantic import BaseModel, Field

from leadwright.actions.connected_records import create_record, edit_record
from leadwright.api import answers
from leadwright.api.caller import ProblemRoute, needs, services_of
from leadwright.db.pages import connected_records as read
from leadwright.db.pages.keys import read_key, write_key
from leadwright.db.sales import Account, Contact
from leadwright.errors import NotFound
from leadwright.identity.access import Principal, readable, require
from leadwright.services import Services

router = APIRouter(tags=["connected records"], route_class=ProblemRoute)

Adapters = Annotated[Services, Depends(services_of)]
AccountReader = Annotated[Principal, Depends(needs("prvReadAccount"))]
AccountWriter = Annotated[Principal, Depends(needs("prvReadAccount", "prvWriteAccount"))]
ContactReader = Annotated[Principal, Depends(needs("prvReadContact"))]
ContactWriter = Annotated[Principal, Depends(needs("prvReadContact", "prvWriteContact"))]
Search = Annotated[str, Query(max_length=100, description="Part of a name, domain or email.")]
After = Annotated[str, Query(max_length=600, description="`next` of the page before.")]


class RecordPage(BaseModel):
    """Fifty records by name; `next` goes into `after` of the next call and is null at the end."""

    records: list[dict[str, Any]]
    next: str | None


class NewRecord(BaseModel):
    """Columns by logical name."""

    values: dict[str, Any]


class RecordValues(NewRecord):
    """Columns to change; null clears one."""

    versionnumber: int | None = Field(None, description="Of the record as you read it; another is refused with 409.")


@router.get("/accounts", summary="List accounts")
def list_accounts(services: Adapters, who: AccountReader, search: Search = "", after: After = "") -> RecordPage:
    """Only those the caller may read."""
    scope = readable(who, Account, "prvReadAccount")
    with services.database.reading() as session:
        return _page(read.accounts(session, scope, search, read_key(after, moment=False) if after else None))


@router.post("/accounts", status_code=201, summary="Create an account", response_model=answers.Made)
def create_account(
    services: Adapters, who: Annotated[Principal, Depends(needs("prvCreateAccount"))], body: NewRecord
) -> dict[str, str]:
    """Owned by the caller."""
    return {"id": create_record(services, who, "account", body.values)}


@router.get("/accounts/{recordid}", summary="One account", response_model=answers.AccountRead)
def read_account(services: Adapters, who: AccountReader, recordid: str, response: Response) -> dict[str, Any]:
    """Every column; its versionnumber is the ETag."""
    with services.database.reading() as session:
        return _one(who, "prvReadAccount", read.account(session, recordid), response)


@router.patch("/accounts/{recordid}", summary="Change an account", response_model=answers.Version)
def change_account(services: Adapters, who: AccountWriter, recordid: str, body: RecordValues) -> dict[str, int]:
    """A lead inside the look-back that matches by it now is taken."""
    return _change(services, who, "account", recordid, body)


@router.get("/contacts", summary="List contacts")
def list_contacts(services: Adapters, who: ContactReader, search: Search = "", after: After = "") -> RecordPage:
    """Only those the caller may read."""
    scope = readable(who, Contact, "prvReadContact")
    with services.database.reading() as session:
        return _page(read.contacts(session, scope, search, read_key(after, moment=False) if after else None))


@router.post("/contacts", status_code=201, summary="Create a contact", response_model=answers.Made)
def create_contact(
    services: Adapters, who: Annotated[Principal, Depends(needs("prvCreateContact"))], body: NewRecord
) -> dict[str, str]:
    """`parentcustomerid` is the id of its account."""
    return {"id": create_record(services, who, "contact", body.values)}


@router.get("/contacts/{recordid}", summary="One contact", response_model=answers.ContactRead)
def read_contact(services: Adapters, who: ContactReader, recordid: str, response: Response) -> dict[str, Any]:
    """Every column; its versionnumber is the ETag."""
    with services.database.reading() as session:
        return _one(who, "prvReadContact", read.contact(session, recordid), response)


@router.patch("/contacts/{recordid}", summary="Change a contact", response_model=answers.Version)
def change_contact(services: Adapters, who: ContactWriter, recordid: str, body: RecordValues) -> dict[str, int]:
    """A lead inside the look-back that matches by it now is taken."""
    return _change(services, who, "contact", recordid, body)


def _page(found: Any) -> RecordPage:
    rows = found[: read.PAGE]
    following = write_key(rows[-1].name, rows[-1].recordid) if len(found) > read.PAGE else None
    return RecordPage(records=[dict(row._mapping) for row in rows], next=following)


def _one(who: Principal, privilege: str, found: Any, response: Response) -> dict[str, Any]:
    if found is None:
        raise NotFound("There is no such record.")
    require(who, privilege, found)
    response.headers["ETag"] = f'W/"{found.versionnumber}"'
    return dict(found._mapping)


def _change(services: Services, who: Principal, table: str, recordid: str, body: RecordValues) -> dict[str, int]:
    version = edit_record(services, who, table, recordid, body.values, versionnumber=body.versionnumber)
    return {"versionnumber": version}
