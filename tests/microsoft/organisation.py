"""Our application in the stand-in's organisation: registered, with a user and roles, and a client that calls as it."""

import json
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx2
from pydantic import SecretStr

from leadwright.actions import people
from leadwright.actions.dynamics_values import ConnectionForm
from leadwright.analyst.builtin import BuiltinAnalyst
from leadwright.db.connection import DYNAMICS365, CrmConnection
from leadwright.db.engine import Database
from leadwright.domain.dataverse_privileges import NEEDED_IN_DATAVERSE
from leadwright.domain.privileges import Depth
from leadwright.domain.stage import AgentMode
from leadwright.identity.access import Principal, principal
from leadwright.identity.passwords import Passwords
from leadwright.microsoft.connection import Connection, Secrets, secret_purpose
from leadwright.microsoft.dataverse import Dataverse
from leadwright.microsoft.graph import Graph
from leadwright.microsoft.http import MicrosoftHttp
from leadwright.microsoft.tokens import Tokens
from leadwright.sandbox.dynamics import entra_applications, entra_principals
from leadwright.sandbox.dynamics.dataverse import records, seed
from leadwright.sandbox.dynamics.entra_applications import Application
from leadwright.sandbox.dynamics.serving import StandIn
from leadwright.sandbox.dynamics.world import World
from leadwright.services import Services
from leadwright.settings import Settings

QUICK = Passwords(time_cost=1, memory_kib=8, parallelism=1)
PASSWORD = "blue harbour 47 lamps"
ENDS = datetime(2027, 5, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Registered:
    """An application of the tenant with one secret, and the user it has in the organisation."""

    world: World
    application: Application
    secret: str
    userid: str

    def lead(self, **values: Any) -> str:
        """A lead made by the organisation's administrator; its id."""
        given = {"subject": "Needs conveyors", "firstname": "Pat", "lastname": "Okafor"} | values
        return records.create(self.world, "lead", given, by=seed.administrator(self.world))


@dataclass(frozen=True)
class Agent(Registered):
    """And our client, connected as it."""

    connection: Connection
    http: MicrosoftHttp
    dataverse: Dataverse
    graph: Graph


def register_agent(world: World, *roles: str) -> Registered:
    """An application with a secret, a service principal and an application user with these roles."""
    made = entra_applications.create_application(world, "Leadwright", by="a test")
    entra_principals.create_principal(world, made.appid)
    _, secret = entra_applications.add_secret(world, made.objectid)
    values = {"applicationid": made.appid, "businessunitid": seed.root_unit(world)}
    user = records.create(world, "systemuser", values, by=seed.administrator(world))
    for role in roles:
        seed.give_role(world, user, role)
    return Registered(world, made, secret, user)


def make_needed_role(world: World, mode: AgentMode) -> None:
    """The role "Needed": what is documented, each privilege as deep as it says, and nothing else."""
    depths = {Depth.USER: "User", Depth.ORGANISATION: "Global"}
    line = "; ".join(f"{depths[depth]} one: {name}" for name, depth in NEEDED_IN_DATAVERSE[mode].items())
    seed.make_role(world, "Needed", line)


def connection_to(registered: Registered, origin: str, ca_file: Path | None = None, **more: Any) -> Connection:
    """A connection to the stand-in at its own address."""
    given: dict[str, Any] = {
        "dataverse_url": origin,
        "tenant_id": registered.world.tenantid,
        "client_id": registered.application.appid,
        "credential": Secrets((registered.secret,)),
        "authority": origin,
        "graph_url": origin,
        "ca_file": ca_file,
        "instance_discovery": False,
        "timeout": 20.0,
    }
    return Connection(**(given | more))


def connect(
    registered: Registered,
    origin: str,
    *,
    client: httpx2.Client | None = None,
    ca_file: Path | None = None,
    **more: Any,
) -> Agent:
    """Our client, connected as the application."""
    connection = connection_to(registered, origin, ca_file, **more)
    http = MicrosoftHttp(connection, Tokens(connection, client), patience=10.0)
    return Agent(
        registered.world, registered.application, registered.secret, registered.userid, connection, http,
        Dataverse(http), Graph(http),
    )  # fmt: skip


def services_at(database: Database, standin: StandIn, folder: Path, **more: Any) -> Services:
    """An installation whose settings lead to the stand-in; not connected yet."""
    given: dict[str, Any] = {
        "data_dir": folder,
        "secret_key": SecretStr("a key for tests, long enough"),
        "microsoft_authority": standin.origin,
        "microsoft_graph_url": standin.origin,
        "microsoft_ca_file": standin.certificates.authority,
        "microsoft_instance_discovery": False,
    }
    return Services(settings=Settings(**(given | more)), database=database, analyst=BuiltinAnalyst())


def store_connection(services: Services, registered: Registered, origin: str, *secrets: str) -> None:
    """Keep the connection, as if an administrator had entered it."""
    sealed = services.vault.seal(json.dumps(secrets or [registered.secret]), secret_purpose())
    with services.database.transaction() as session:
        session.merge(
            CrmConnection(
                connectionid=DYNAMICS365,
                dataverseurl=origin,
                tenantid=registered.world.tenantid,
                clientid=registered.application.appid,
                organizationid=registered.world.organizationid,
                applicationuserid=registered.userid,
                sealedsecret=sealed,
            )
        )


@dataclass
class Desk:
    """An installation with an administrator, and an application of the stand-in's tenant."""

    services: Services
    registered: Registered
    standin: StandIn
    admin: Principal

    def form(self, **more: object) -> ConnectionForm:
        form = ConnectionForm(
            dataverse_url=f"{self.standin.origin}/main.aspx?appid=1",
            tenant_id=self.standin.world.tenantid.upper(),
            client_id=f" {self.registered.application.appid} ",
            secret=self.registered.secret,
            secret_endson=ENDS,
        )
        return replace(form, **more)  # type: ignore[arg-type]

    def user(self, *roles: str) -> Principal:
        user = people.create_user(
            self.services, self.admin, fullname=roles[0], email=f"{roles[0].replace(' ', '.')}@example.com",
            password=PASSWORD, roles=roles, passwords=QUICK,
        )  # fmt: skip
        with self.services.database.reading() as session:
            return principal(session, user)


def first_administrator(services: Services) -> Principal:
    user = people.first_administrator(
        services, fullname="Ada Admin", email="ada@example.com", password=PASSWORD, passwords=QUICK
    )
    with services.database.reading() as session:
        return principal(session, user)
