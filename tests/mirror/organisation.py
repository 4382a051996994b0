"""An organisation at the stand-in and our mirror of it: both tables, side by side."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import select
from starlette.testclient import TestClient
from tests.microsoft.organisation import Agent, connect, register_agent

from leadwright.db.connection import CrmConnection
from leadwright.db.engine import Database
from leadwright.db.mirror import MirrorTable
from leadwright.db.sales import Lead
from leadwright.identity.seed import seed_directory
from leadwright.microsoft.budget import SharedBudget
from leadwright.microsoft.dataverse import Dataverse
from leadwright.microsoft.http import MicrosoftHttp
from leadwright.mirror.dataverse import DataverseMirror
from leadwright.mirror.incoming import Incoming
from leadwright.mirror.mirror import Mirror
from leadwright.sandbox.dynamics.dataverse import records, seed
from leadwright.sandbox.dynamics.serving import application
from leadwright.sandbox.dynamics.world import World

ORIGIN = "https://localhost"


class Clock:
    """The time of both sides: as it is, and further on when it is told to."""

    def __init__(self) -> None:
        self.ahead = timedelta()

    def __call__(self) -> datetime:
        return datetime.now(UTC) + self.ahead

    def forward(self, **more: float) -> None:
        self.ahead += timedelta(**more)


class SameTime(DataverseMirror):
    """The mirror's other side where both have one clock."""

    def offset(self) -> timedelta:
        return timedelta()


@dataclass
class Office:
    """An organisation and the mirror of it.

    Args:
        agent: our client, as an application user with the role.
        requests: path and query of each request to Dataverse, as the stand-in saw it.
    """

    world: World
    database: Database
    clock: Clock
    agent: Agent
    mirror: Mirror
    incoming: Incoming
    more: dict[str, Any] = field(default_factory=dict)

    @property
    def admin(self) -> str:
        return seed.administrator(self.world)

    def make(self, table: str, by: str = "", **values: Any) -> str:
        """A row over there, made by the administrator or somebody else; its id."""
        return records.create(self.world, table, values, by=by or self.admin)

    def lead(self, by: str = "", **values: Any) -> str:
        given = {"subject": "Needs conveyors", "firstname": "Pat", "lastname": "Okafor", "companyname": "Northwind"}
        return self.make("lead", by, **(given | values))

    def change(self, table: str, key: str, by: str = "", **values: Any) -> None:
        records.update(self.world, table, key, values, by=by or self.admin)

    def delete(self, table: str, key: str) -> None:
        records.delete(self.world, table, key, by=self.admin)

    def person(self, name: str, *roles: str, unit: str = "") -> str:
        """A user of the organisation; the systemuserid."""
        first, _, last = name.partition(" ")
        values = {"firstname": first, "lastname": last, "internalemailaddress": f"{first}@contoso.example".lower()}
        made = self.make("systemuser", **values, domainname=f"{first}@contoso.example".lower(),
                         businessunitid=unit or seed.root_unit(self.world))  # fmt: skip
        for role in roles:
            seed.give_role(self.world, made, role)
        return made

    def round(self, **later: float) -> int:
        """Some time passes, then one look at everything that is due."""
        self.clock.forward(**(later or {"seconds": 31}))
        return self.incoming.round()

    def ours(self, model: Any, key: str) -> Any:
        with self.database.reading() as session:
            return session.get(model, key)

    def leads(self) -> dict[str, Lead]:
        with self.database.reading() as session:
            return {lead.leadid: lead for lead in session.scalars(select(Lead))}

    def state(self, table: str = "lead") -> MirrorTable:
        with self.database.reading() as session:
            found = session.get(MirrorTable, table)
            assert found is not None
            return found

    def asked(self, part: str = "/api/data/") -> list[str]:
        """Requests the stand-in saw, the oldest first."""
        with self.world.reading() as db:
            rows = db.execute("SELECT method, path FROM seen ORDER BY id").fetchall()
        return [f"{row['method']} {row['path']}" for row in rows if part in row["path"]]

    def forget_requests(self) -> None:
        with self.world.transaction() as db:
            db.execute("DELETE FROM seen")


def connect_office(
    world: World,
    database: Database,
    *roles: str,
    wrap: Callable[[Mirror], Mirror] = lambda mirror: mirror,
    shares: bool = False,
    **more: Any,
) -> Office:
    """Our own installation, connected to the organisation; nothing is mirrored yet.

    Args:
        shares: its line keeps to the limits that all workers share, as every line of an installation does.
    """
    clock = world.clock
    assert isinstance(clock, Clock)
    registered = register_agent(world, *(roles or ("AISalesPerson",)))
    client = TestClient(application(world), base_url=ORIGIN)
    agent = connect(registered, ORIGIN, client=client)
    with database.transaction() as session:
        seed_directory(session)
        session.merge(
            CrmConnection(dataverseurl=ORIGIN, tenantid=world.tenantid, clientid=registered.application.appid)
        )
    if shares:
        budget = SharedBudget(database, clock=lambda: clock().timestamp())
        http = MicrosoftHttp(agent.connection, agent.http.tokens, budget, patience=0.5)
        agent = replace(agent, http=http, dataverse=Dataverse(http))
    mirror = wrap(SameTime(agent.dataverse))
    incoming = Incoming(database, mirror, clock, **more)
    return Office(world, database, clock, agent, mirror, incoming)
