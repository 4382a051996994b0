"""An office whose people and leads are those of an organisation at the stand-in, called in-process."""

from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import select, update
from starlette.testclient import TestClient
from tests.microsoft.organisation import Agent as Connected
from tests.microsoft.organisation import connect, register_agent
from tests.workflows.office import Office, PlainAnalyst, add_leads, open_office, services_of

from leadwright.db.base import now
from leadwright.db.connection import CrmConnection
from leadwright.db.engine import Database
from leadwright.db.mirror_writes import MirrorWrite, arriving, pending_fields
from leadwright.db.people import CustomColumn, SystemUser
from leadwright.db.sales import Lead
from leadwright.microsoft.dataverse import Dataverse
from leadwright.mirror.changing import LOOKUPS_TOLD
from leadwright.mirror.reading import read
from leadwright.mirror.storing import store
from leadwright.mirror.tables import TABLES
from leadwright.mirror.writer import Writer
from leadwright.sandbox.dynamics.dataverse import records, seed
from leadwright.sandbox.dynamics.dataverse import store as dataverse_store
from leadwright.sandbox.dynamics.serving import StandIn
from leadwright.sandbox.dynamics.serving import application as served
from leadwright.sandbox.dynamics.world import World

_ORIGIN = "https://localhost"


@dataclass
class Mirrored:
    """Both sides, and a clock that tests move."""

    office: Office
    world: World
    connected: Connected
    shift: timedelta = timedelta(0)

    @property
    def database(self) -> Database:
        return self.office.services.database

    @property
    def dataverse(self) -> Dataverse:
        return self.connected.dataverse

    def clock(self) -> Any:
        return now() + self.shift

    def writer(self, name: str = "worker", dataverse: Dataverse | None = None, **more: Any) -> Writer:
        return Writer(self.database, lambda: dataverse or self.dataverse, name, self.clock, **more)

    def leads(self, count: int, **values: Any) -> list[str]:
        """Leads on both sides, with equal ids."""
        ids = add_leads(self.office, count, **values)
        with self.database.reading() as session:
            for lead in session.scalars(select(Lead).where(Lead.leadid.in_(ids))):
                given = {n: getattr(lead, n) for n in ("leadid", "subject", "firstname", "lastname", "jobtitle")}
                given |= {n: getattr(lead, n) for n in ("companyname", "emailaddress1", "leadqualitycode")}
                self.make("lead", **given, ownerid=("systemuser", lead.ownerid))
        self.load("lead")
        return ids

    def make(self, table: str, **values: Any) -> str:
        """A row over there, by its administrator."""
        return records.create(self.world, table, values, by=seed.administrator(self.world))

    def add_own_column(self, name: str, line: str, kind: str = "text") -> None:
        """A column of the organisation's own, on both sides."""
        dataverse_store.add_column(self.world, "lead", name, line)
        with self.database.transaction() as session:
            session.add(
                CustomColumn(tablename="lead", name=name, label=line.rpartition("; ")[2], kind=kind, mirrored=True)
            )

    def row(self, table: str, recordid: str) -> dict[str, Any]:
        found = records.read(self.world, table, recordid)
        assert found is not None
        return found

    def theirs(self, table: str, recordid: str, **values: Any) -> None:
        """A person changes a row over there."""
        records.update(self.world, table, recordid, values, by=seed.administrator(self.world))

    def find(self, table: str, **equal: Any) -> list[dict[str, Any]]:
        return records.find(self.world, table, **equal)

    def load(self, *tables: str) -> None:
        """What is over there comes in."""
        for name in tables:
            table = TABLES[name]
            query = {"select": ",".join((table.key, *table.asked()))}
            with self.database.transaction() as session, arriving(session):
                for page in self.dataverse.pages(table.entity_set, prefer=(LOOKUPS_TOLD,), **query):
                    store(session, table, read(table, page.rows, {}), now(), pending=pending_fields, again=True)

    def writes(self, **equal: Any) -> list[MirrorWrite]:
        with self.database.reading() as session:
            return list(session.scalars(select(MirrorWrite).filter_by(**equal).order_by(MirrorWrite.number)))

    def again(self) -> None:
        """Whatever is held or waits is tried again now."""
        with self.database.transaction() as session:
            session.execute(
                update(MirrorWrite)
                .where(MirrorWrite.state.in_(("held", "waiting")))
                .values(state="waiting", dueat=None)
            )

    def send(self, writer: Writer | None = None) -> int:
        """Until nothing is due."""
        writer, done = writer or self.writer(), 0
        while (sent := writer.send_due()) or any(w.state == "waiting" and not w.dueat for w in self.writes()):
            done += sent
            if not sent:
                break
        return done


def open_mirrored(
    database: Database,
    world: World,
    folder: Path,
    *,
    role: str = "AISalesPerson",
    analyst: Any = None,
    standin: StandIn | None = None,
    **rule: Any,
) -> Mirrored:
    """An office with a connection; its people are users of the organisation.

    Args:
        standin: called over TLS instead of in-process.
    """
    office = open_office(services_of(database, folder, analyst or PlainAnalyst()), **rule)
    registered = register_agent(world, role)
    if standin is not None:
        connected = connect(registered, standin.origin, ca_file=standin.certificates.authority)
    else:
        connected = connect(registered, _ORIGIN, client=TestClient(served(world), base_url=_ORIGIN))
    with database.transaction() as session:
        people = session.execute(
            select(SystemUser.systemuserid, SystemUser.fullname, SystemUser.internalemailaddress).where(
                SystemUser.applicationid.is_(None)
            )
        ).all()
        agent = session.get_one(SystemUser, office.agent_user)
        application, unit = agent.applicationid, agent.businessunitid
        agent.applicationid = None
        session.flush()
        session.add(
            SystemUser(systemuserid=registered.userid, fullname="Agent", applicationid=application, accessmode=4,
                       businessunitid=unit)
        )  # fmt: skip
        session.flush()
        _move_identity(session, office.agent_user, registered.userid)
        session.add(
            CrmConnection(
                connectionid="dynamics365", dataverseurl=_ORIGIN, tenantid=world.tenantid,
                clientid=registered.application.appid, applicationuserid=registered.userid,
            )
        )  # fmt: skip
    office = Office(office.services, office.agentid, registered.userid, office.owner, office.supervisor, office.sellers)
    made = Mirrored(office, world, connected)
    for person in people:
        user = {"systemuserid": person.systemuserid, "lastname": person.fullname, "domainname": person.fullname}
        made.make(
            "systemuser", **user, internalemailaddress=person.internalemailaddress, businessunitid=seed.root_unit(world)
        )
        seed.give_role(world, person.systemuserid, "Salesperson")
    made.load("businessunit", "systemuser")
    return made


def _move_identity(session: Any, old: str, new: str) -> None:
    from leadwright.db.agent import Agent
    from leadwright.db.people import UserRole

    for row in session.scalars(select(UserRole).where(UserRole.systemuserid == old)):
        session.delete(row)
        session.add(UserRole(systemuserid=new, roleid=row.roleid))
    for agent in session.scalars(select(Agent).where(Agent.agentuserid == old)):
        agent.agentuserid = new
