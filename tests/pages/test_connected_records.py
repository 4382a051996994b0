"""Lists of accounts and contacts, and what is offered for a lead, on both databases."""

from typing import Any

import pytest
from sqlalchemy import select, text, true

from leadwright.db.base import now
from leadwright.db.engine import Database
from leadwright.db.pages import connected_records as read
from leadwright.db.people import BusinessUnit
from leadwright.db.sales import Account, Contact, Lead

OWNED = {"ownerid": "o", "owningbusinessunit": "b"}
ACCOUNTS: tuple[dict[str, Any], ...] = (
    {"accountid": "a1", "name": "Contoso Ltd.", "lw_domain": "contoso.example", "lw_namekey": "contoso"},
    {"accountid": "a2", "name": "Contoso Süd", "lw_domain": "sued.example", "lw_namekey": "contoso sud"},
    {"accountid": "a3", "name": "100% Cotton", "lw_domain": None, "lw_namekey": "100 cotton"},
    {"accountid": "a4", "name": "Fabrikam", "lw_domain": "fabrikam.example", "lw_namekey": "fabrikam"},
)
CONTACTS: tuple[dict[str, Any], ...] = (
    {"contactid": "c1", "fullname": "Jo Day", "emailaddress1": "jo@contoso.example", "parentcustomerid": "a1"},
    {"contactid": "c2", "fullname": None, "emailaddress1": "info@fabrikam.example", "parentcustomerid": "a4"},
)


@pytest.fixture
def filled(database: Database) -> Database:
    with database.transaction() as session:
        session.add(BusinessUnit(businessunitid="b", name="Root"))
        session.flush()
        session.add_all(Account(**OWNED, **values) for values in ACCOUNTS)
        session.flush()
        session.add_all(Contact(**OWNED, **values) for values in CONTACTS)
        session.add(
            Lead(
                leadid="l",
                fullname="Jo Day",
                companyname="Contoso",
                emailaddress1="j.day@contoso.example",
                parentaccountid="a4",
                createdon=now(),
                **OWNED,
            )
        )
    return database


@pytest.mark.parametrize(
    ("search", "found"),
    [("CONTOSO", ["a1", "a2"]), ("süd", ["a2"]), ("%", ["a3"]), ("fabrikam.ex", ["a4"]), ("_", [])],
)
def test_accounts_are_found_by_any_part_of_name_or_domain(filled: Database, search: str, found: list[str]) -> None:
    with filled.reading() as session:
        assert [row.recordid for row in read.accounts(session, true(), search)] == found


def test_lists_go_on_after_the_last_row_and_keep_to_the_scope(filled: Database) -> None:
    with filled.reading() as session:
        everything = [row.recordid for row in read.accounts(session, true())]
        first = read.accounts(session, true())[0]
        rest = [row.recordid for row in read.accounts(session, true(), after=(first.name, first.recordid))]
        assert [first.recordid, *rest] == everything
        assert [row.recordid for row in read.contacts(session, true(), after=("", "c2"))] == ["c1"]
        assert read.accounts(session, Account.ownerid == "somebody else") == []


def test_what_has_something_in_common_with_the_lead_is_offered(filled: Database) -> None:
    with filled.reading() as session:
        lead = session.get_one(Lead, "l")
        accounts = read.candidates(session, "account", lead, true())
        contacts = read.candidates(session, "contact", lead, true())
        searched = read.candidates(session, "contact", lead, true(), "info@")
        assert {row.recordid for row in accounts} == {"a1", "a2"}
        assert {row.recordid for row in contacts} == {"c1", "c2"}
        assert [(row.recordid, row.company) for row in searched] == [("c2", "Fabrikam")]
        assert [row.leadid for row in read.leads_of(session, "account", "a4", true())] == ["l"]
        assert [row.accountid for row in read.accounts_called(session, "contoso.example", true())] == ["a1"]
        assert read.account(session, "a1").owner is None
        assert read.contact(session, "c1").company == "Contoso Ltd."


def test_contacts_are_listed_and_looked_up_by_name_with_an_index(sqlite_database: Database) -> None:
    with sqlite_database.reading() as session:
        for query in (
            read._contacts(session, true(), ""),
            select(Contact.contactid).where(read._contact_name() == "Jo Day"),
        ):
            compiled = query.compile(session.get_bind(), compile_kwargs={"literal_binds": True})
            plan = session.execute(text(f"EXPLAIN QUERY PLAN {compiled}")).all()
            assert any("ix_contact_name" in row.detail for row in plan)
