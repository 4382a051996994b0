"""Creating and changing accounts and contacts: rights, checks, concurrency, audit, keys for research."""

from typing import Any

import pytest
from sqlalchemy import select

from leadwright.actions.connected_records import create_record, edit_record
from leadwright.actions.leads import create_lead, edit_lead
from leadwright.db import audit
from leadwright.db.columns import add_own_column, attribute
from leadwright.db.people import BusinessUnit
from leadwright.db.sales import Account, Contact
from leadwright.domain.attributes import Kind
from leadwright.errors import BadInput, Conflict, NotAllowed, NotFound

from .conftest import Office

ACME = {"name": "Acme Corp.", "websiteurl": "www.acme.example", "numberofemployees": "1,200", "industrycode": 15}


def account(office: Office, recordid: str) -> Account:
    with office.services.database.reading() as session:
        return session.get_one(Account, recordid)


def entries(office: Office) -> list[audit.AuditEntry]:
    with office.services.database.reading() as session:
        assert audit.broken_link(session) is None
        return list(session.scalars(select(audit.AuditEntry).order_by(audit.AuditEntry.number)))


def test_a_new_account_is_normalised_found_by_research_and_audited(office: Office) -> None:
    recordid = create_record(office.services, office.seller, "account", ACME)
    made = account(office, recordid)
    assert (made.name, made.numberofemployees, made.ownerid) == ("Acme Corp.", 1200, office.seller_id)
    assert (made.lw_domain, made.lw_namekey) == ("acme.example", "acme")
    (entry,) = entries(office)
    assert (entry.action, entry.recordid, entry.after["websiteurl"]) == (
        "account.created",
        recordid,
        "https://www.acme.example",
    )


def test_a_change_keeps_before_and_after_and_the_search_keys_follow(office: Office) -> None:
    recordid = create_record(office.services, office.seller, "account", ACME)
    values = {"name": "Beta Ltd", "websiteurl": "beta.example", "numberofemployees": 1200}
    assert edit_record(office.services, office.seller, "account", recordid, values, versionnumber=1) == 2
    assert (account(office, recordid).lw_domain, account(office, recordid).lw_namekey) == ("beta.example", "beta")
    entry = entries(office)[-1]
    assert entry.before == {"name": "Acme Corp.", "websiteurl": "https://www.acme.example"}
    assert edit_record(office.services, office.seller, "account", recordid, values) == 2
    assert len(entries(office)) == 2
    with pytest.raises(Conflict, match="Load it again"):
        edit_record(office.services, office.seller, "account", recordid, {"name": "Gamma"}, versionnumber=1)


def test_an_own_column_of_the_organisation_is_kept(office: Office) -> None:
    with office.services.database.transaction() as session:
        add_own_column(session, "account", attribute("new_tier", "Tier", Kind.TEXT))
    recordid = create_record(office.services, office.seller, "account", {"name": "Acme", "new_tier": "gold"})
    assert account(office, recordid).custom == {"new_tier": "gold"}
    edit_record(office.services, office.seller, "account", recordid, {"new_tier": ""})
    assert account(office, recordid).custom == {}


def test_a_contact_follows_its_names_and_its_account(office: Office) -> None:
    accountid = create_record(office.services, office.seller, "account", ACME)
    values = {"firstname": "Jo", "lastname": "Day", "emailaddress1": "JO@acme.example", "parentcustomerid": accountid}
    recordid = create_record(office.services, office.seller, "contact", values)
    edit_record(office.services, office.seller, "contact", recordid, {"lastname": "Night"})
    with office.services.database.reading() as session:
        contact = session.get_one(Contact, recordid)
    assert (contact.fullname, contact.emailaddress1, contact.parentcustomerid) == (
        "Jo Night",
        "jo@acme.example",
        accountid,
    )


@pytest.mark.parametrize(
    ("table", "values", "field", "says"),
    [
        ("account", {"name": " "}, "name", "needs a name"),
        ("account", {"name": "A", "revenue": "lots"}, "revenue", "Annual Revenue"),
        ("account", {"name": "A", "ownerid": "x"}, "ownerid", "no column of accounts"),
        ("account", {"name": "A", "lw_domain": "x.example"}, "lw_domain", "no column"),
        ("account", {"name": ["A"]}, "name", "write text"),
        ("contact", {"jobtitle": "CEO"}, "lastname", "needs a name"),
        ("contact", {"lastname": "A", "parentcustomerid": "none"}, "parentcustomerid", "no such account"),
        ("opportunity", {"name": "A"}, "table", "accounts and contacts"),
    ],
)
def test_a_value_that_cannot_be_used_is_named(
    small_office: Office, table: str, values: dict[str, Any], field: str, says: str
) -> None:
    with pytest.raises(BadInput, match=says) as refused:
        create_record(small_office.services, small_office.admin, table, values)
    assert refused.value.field == field
    assert entries(small_office) == []


def test_a_seller_changes_own_accounts_reads_those_of_the_unit_and_sees_no_others(office: Office) -> None:
    services = office.services
    own = create_record(services, office.seller, "account", ACME)
    colleagues = create_record(services, office.admin, "account", {"name": "Beta"})
    elsewhere = create_record(services, office.admin, "account", {"name": "Gamma"})
    with services.database.transaction() as session:
        unit = BusinessUnit(name="Elsewhere")
        session.add(unit)
        session.flush()
        session.get_one(Account, elsewhere).owningbusinessunit = unit.businessunitid
    assert edit_record(services, office.seller, "account", own, {"name": "Acme"}) == 2
    with pytest.raises(NotAllowed, match="prvWriteAccount"):
        edit_record(services, office.seller, "account", colleagues, {"name": "B"})
    with pytest.raises(NotFound):
        edit_record(services, office.seller, "account", elsewhere, {"name": "C"})
    leadid = create_lead(services, office.seller, {"companyname": "Acme"})
    edit_lead(services, office.seller, leadid, {"parentaccountid": colleagues})
    with pytest.raises(NotAllowed, match="prvReadAccount"):
        edit_lead(services, office.seller, leadid, {"parentaccountid": elsewhere})
