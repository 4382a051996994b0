"""The first load: everything there is comes in once, with its ids, whatever its size."""

from tests.mirror.organisation import Office

from leadwright.db.people import BusinessUnit, SystemUser
from leadwright.db.sales import Account, Annotation, Contact, Lead
from leadwright.mirror.phases import Phase
from leadwright.mirror.tables import TABLES
from leadwright.sandbox.dynamics.dataverse import seed


def test_everything_there_is_comes_in_under_its_own_id(office: Office) -> None:
    seller = office.person("Sam Seller", "Salesperson")
    account = office.make("account", name="Northwind", websiteurl="https://northwind.example")
    contact = office.make("contact", lastname="Okafor", emailaddress1="PAT@Northwind.example", parentcustomerid=account,
                          parentcustomeridtype="account")  # fmt: skip
    lead = office.lead(emailaddress1="Pat@Northwind.example", parentaccountid=account, parentcontactid=contact,
                       ownerid=seller, owneridtype="systemuser", leadqualitycode=1, revenue=1500000.5)  # fmt: skip
    note = office.make("annotation", subject="Call", notetext="He wants two.", objectid=lead, objecttypecode="lead")
    office.round()
    assert [office.state(name).trouble for name in TABLES] == [""] * len(TABLES)
    kept = office.ours(Lead, lead)
    assert (kept.companyname, kept.emailaddress1, kept.leadqualitycode) == ("Northwind", "pat@northwind.example", 1)
    assert (kept.parentaccountid, kept.parentcontactid, kept.ownerid) == (account, contact, seller)
    assert kept.revenue == 1500000.5
    assert kept.createdby == office.admin
    assert office.ours(Account, account).lw_domain == "northwind.example"
    assert office.ours(Contact, contact).emailaddress1 == "pat@northwind.example"
    assert office.ours(SystemUser, seller).fullname == "Sam Seller"
    root = office.ours(BusinessUnit, seed.root_unit(office.world))
    assert root.parentbusinessunitid not in (None, root.businessunitid)
    assert {office.state(name).phase for name in TABLES} == {Phase.FOLLOWING}
    assert office.ours(Annotation, note).notetext == "He wants two."
