"""What a mirror promises, whichever way changes are noticed: change tracking, polling, or a webhook that wakes it."""

from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session
from tests.mirror.conftest import world
from tests.mirror.organisation import Office, connect_office

from leadwright.actions import mirror as act
from leadwright.analyst.builtin import BuiltinAnalyst
from leadwright.db.agent import Agent, LeadChange
from leadwright.db.engine import Database
from leadwright.db.sales import Lead
from leadwright.identity.access import operator
from leadwright.sandbox.dynamics.dataverse import roles, seed
from leadwright.sandbox.dynamics.world import World
from leadwright.services import Services
from leadwright.settings import Settings

__all__ = ["world"]


@dataclass
class Way:
    """An office, and how a change over there gets here."""

    name: str
    office: Office
    services: Services
    key: str = ""

    def arrive(self) -> int:
        """As long as it takes at most for a change to be here."""
        if self.name != "webhook":
            return self.office.round(seconds=31)
        act.wake(self.services, self.key, "lead")
        return self.office.round(seconds=1)

    def arrive_deleted(self) -> int:
        """The same for what was deleted; without change tracking only a comparison tells."""
        return self.office.round(minutes=61) if self.name == "polling" else self.arrive()


@pytest.fixture(params=["tracking", "polling", "webhook"])
def way(request: pytest.FixtureRequest, world: World, database: Database, tmp_path: Path) -> Way:
    """An organisation without leads, read in once."""
    role = "AISalesPerson"
    if request.param == "polling":  # not the whole organisation may be read, so no change tracking
        role = "Narrow"
        seed.make_role(world, role, roles.SEED_ROLES["AISalesPerson"].replace("Global Read", "Deep Read"))
    office = connect_office(world, database, role)
    services = Services(Settings(data_dir=tmp_path), database, BuiltinAnalyst(), clock=office.clock)
    made = Way(request.param, office, services)
    office.round()
    assert office.state().tracked is (request.param != "polling")
    if request.param == "webhook":
        with database.reading() as session:
            who = operator(session)
        made.key = act.new_key(services, who)
    return made


def start_agent(database: Database) -> None:
    """An agent for which changes are noted."""
    with database.transaction() as session:
        session.add(Agent(name="Anna", mode="research", state="on", draft={}))


def changes(database: Database) -> list[tuple[str, str, str | None]]:
    with database.reading() as session:
        rows = session.scalars(select(LeadChange).order_by(LeadChange.id)).all()
        return [(row.leadid, row.kind, row.byid) for row in rows]


def test_what_is_new_changed_and_deleted_gets_here(way: Way) -> None:
    office = way.office
    stays, goes = office.lead(companyname="Northwind"), office.lead()
    assert way.arrive() == 2
    office.change("lead", stays, companyname="Southwind")
    office.delete("lead", goes)
    way.arrive()
    way.arrive_deleted()
    assert {key: lead.companyname for key, lead in office.leads().items()} == {stays: "Southwind"}


def test_nothing_gets_here_twice(way: Way) -> None:
    office = way.office
    start_agent(office.database)
    seller = office.person("Sam Seller", "Salesperson")
    lead = office.lead(by=seller)
    way.arrive()
    office.change("lead", lead, by=seller, jobtitle="Buyer")
    way.arrive()
    for _ in range(3):
        assert way.arrive() == 0
    assert changes(office.database) == [(lead, "created", seller), (lead, "changed", seller)]
    assert office.leads()[lead].versionnumber == 2


def test_what_changes_while_nothing_works_gets_here_later(way: Way) -> None:
    office = way.office
    lead = office.lead()
    way.arrive()
    office.world.break_it("server error", {"status": 503, "path": "/leads"})
    office.agent.http.patience = 0.1
    office.change("lead", lead, companyname="Southwind")
    new = office.lead()
    way.arrive()
    assert office.state().failures == 1
    office.world.mend()
    office.round(minutes=20)
    assert {key: found.companyname for key, found in office.leads().items()} == {lead: "Southwind", new: "Northwind"}
    assert office.state().failures == 0


def test_what_our_own_unsent_writes_hold_is_not_overwritten(way: Way) -> None:
    office = way.office
    lead = office.lead(leadqualitycode=3)
    way.arrive()

    def pending(_session: Session, table: str, recordid: str) -> Collection[str]:
        return {"leadqualitycode"} if (table, recordid) == ("lead", lead) else set()

    office.incoming.pending = pending
    with office.database.transaction() as session:
        session.get_one(Lead, lead).leadqualitycode = 1
    office.change("lead", lead, leadqualitycode=2, jobtitle="Buyer")
    way.arrive()
    kept = office.leads()[lead]
    assert (kept.leadqualitycode, kept.jobtitle) == (1, "Buyer")


def test_many_changes_at_once_all_get_here(way: Way) -> None:
    office = way.office
    office.incoming.page = 10
    keys = [office.lead() for _ in range(35)]
    assert way.arrive() == 35
    for key in keys:
        office.change("lead", key, jobtitle="Buyer")
    assert way.arrive() == 35
    assert {lead.jobtitle for lead in office.leads().values()} == {"Buyer"}
