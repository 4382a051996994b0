"""The first load: everything there is comes in once, with its ids, whatever its size."""

from collections.abc import Callable
from datetime import timedelta
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


class Noted:
    """The other side, with a note of what is asked for of leads: ids, the age of the oldest, rows; in this order."""

    def __init__(self, mirror: Mirror) -> None:
        self._mirror = mirror
        self.asked: list[tuple[str, int]] = []

    def __getattr__(self, name: str) -> Any:
        return getattr(self._mirror, name)

    def stretch(self, asked: Asked, stretch: Stretch) -> Page:
        return self._note("age" if asked.table.page == 1 else "rows", asked, self._mirror.stretch(asked, stretch))

    def everything(self, asked: Asked, link: str = "", *, tracked: bool) -> Page:
        return self._note("ids", asked, self._mirror.everything(asked, link, tracked=tracked))

    def _note(self, kind: str, asked: Asked, page: Page) -> Page:
        if asked.table.name == "lead":
            self.asked.append((kind, len(page.rows)))
        return page


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


def load_sixty(world: World, database: Database, most_at_once: int) -> list[tuple[str, int]]:
    """What was asked for of sixty leads, created a day after each other, ten to a page."""
    noted: list[Noted] = []

    def note(mirror: Mirror) -> Any:
        noted.append(Noted(mirror))
        return noted[0]

    office = connect_office(world, database, wrap=note, page=10, most_at_once=most_at_once)
    keys = [office.lead(lastname=f"L{n}") for n in range(60)]
    with world.transaction() as db:
        for n, key in enumerate(keys):
            at = (office.clock() - timedelta(days=90 - n)).strftime("%Y-%m-%dT%H:%M:%SZ")
            db.execute("UPDATE dv_lead SET createdon = ? WHERE leadid = ?", (at, key))
    office.round()
    assert len(office.leads()) == 60
    assert (office.state().phase, office.state().tracked) == (Phase.FOLLOWING, True)
    return noted[0].asked


def test_a_large_table_is_divided_from_its_oldest_row_on(world: World, database: Database) -> None:
    asked = load_sixty(world, database, most_at_once=3)
    pages = [count for kind, count in asked if kind == "rows"]
    assert sorted(kind for kind, _ in asked[:2]) == ["age", "ids"]
    assert len(pages) <= 10
    assert sum(pages) <= 60 + len(pages)  # a stretch begins with the row that the one before it ended with


def test_every_row_is_asked_for_before_the_ids_are_read_on(world: World, database: Database) -> None:
    kinds = [kind for kind, _ in load_sixty(world, database, most_at_once=1)]
    assert kinds[:2] == ["ids", "age"]
    assert kinds[2:] == ["rows"] * (len(kinds) - 7) + ["ids"] * 5
