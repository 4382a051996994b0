"""The first load: everything there is comes in once, with its ids, whatever its size."""

from collections.abc import Callable
from typing import Any

from tests.mirror.organisation import Office, connect_office

from leadwright.db.engine import Database
from leadwright.db.people import BusinessUnit, SystemUser
from leadwright.db.sales import Account, Annotation, Contact, Lead
from leadwright.mirror.mirror import Asked, Mirror, Page, Stretch
from leadwright.mirror.phases import Phase
from leadwright.mirror.tables import TABLES
from leadwright.sandbox.dynamics.dataverse import seed
from leadwright.sandbox.dynamics.world import World


class Watched:
    """The other side; something happens there right after the first rows of a stretch of leads were read."""

    def __init__(self, mirror: Mirror) -> None:
        self._mirror = mirror
        self.then: Callable[[list[str]], None] | None = None

    def __getattr__(self, name: str) -> Any:
        return getattr(self._mirror, name)

    def stretch(self, asked: Asked, stretch: Stretch) -> Page:
        page = self._mirror.stretch(asked, stretch)
        if asked.table.name == "lead" and len(page.rows) > 1 and self.then is not None:
            then, self.then = self.then, None
            then([row["leadid"] for row in page.rows])
        return page


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


def test_what_changes_there_while_a_large_table_is_loaded_comes_in_with_the_next_look(
    world: World, database: Database
) -> None:
    watched: list[Watched] = []

    def watch(mirror: Mirror) -> Any:
        watched.append(Watched(mirror))
        return watched[0]

    office = connect_office(world, database, wrap=watch, page=10, most_at_once=3)
    for n in range(60):
        office.lead(lastname=f"L{n}")
    read: list[str] = []

    def meanwhile(keys: list[str]) -> None:
        read.extend(keys)
        office.change("lead", keys[0], donotemail=True)
        office.delete("lead", keys[1])

    watched[0].then = meanwhile
    office.round()
    assert (office.state().phase, office.state().tracked) == (Phase.FOLLOWING, True)
    office.round()
    assert office.leads()[read[0]].donotemail
    assert read[1] not in office.leads()
    assert len(office.leads()) == 59
