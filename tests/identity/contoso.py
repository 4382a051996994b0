"""An organisation of Dynamics 365 at the stand-in, and an office connected to it with an agent of its own."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tests.identity.conftest import Office
from tests.microsoft.organisation import Registered, register_agent

from leadwright.actions import agent as agents
from leadwright.actions import dynamics_mailbox as mailboxes
from leadwright.actions import dynamics_user as users
from leadwright.actions import prerequisites as p
from leadwright.db.agent import Prerequisite
from leadwright.db.connection import DYNAMICS365, CrmConnection
from leadwright.microsoft.connection import secret_purpose
from leadwright.sandbox.dynamics import entra_principals, exchange, synchronisation
from leadwright.sandbox.dynamics.dataverse import records, seed
from leadwright.sandbox.dynamics.entra_resources import GRAPH, GRAPH_PERMISSIONS, PERMISSIONS
from leadwright.sandbox.dynamics.serving import StandIn
from leadwright.sandbox.dynamics.world import World
from leadwright.services import Services

SALES = "sdr@contoso.com"
SELLER = "seller@contoso.onmicrosoft.com"
READING = ("User.Read.All", "MailboxSettings.Read")


@dataclass
class Contoso:
    """An office on Dynamics 365.

    Args:
        app: the agent's application over there, with its user.
    """

    office: Office
    standin: StandIn
    app: Registered
    agentid: str

    @property
    def world(self) -> World:
        return self.standin.world

    @property
    def services(self) -> Services:
        return self.office.services

    def row(self, number: int) -> Prerequisite:
        with self.services.database.reading() as session:
            return session.get_one(Prerequisite, (self.agentid, number))

    def connection(self, **changes: Any) -> None:
        """Change the stored connection; `secret` is sealed."""
        with self.services.database.transaction() as session:
            row = session.get(CrmConnection, DYNAMICS365)
            assert row is not None
            if "secret" in changes:
                row.sealedsecret = sealed(self.services, changes.pop("secret"))
            for name, value in changes.items():
                setattr(row, name, value)

    def tick(self, number: int) -> p.Report:
        return p.mark_done(self.services, self.office.admin, self.agentid, number)

    def find_user(self) -> str:
        return users.find_application_user(self.services, self.office.admin, self.agentid)

    def grant(self, *permissions: str) -> None:
        """Application permissions of Graph, with consent, tenant-wide."""
        principal = entra_principals.principal_of(self.world, self.app.application.appid)
        resource = entra_principals.principal_of(self.world, GRAPH)
        assert principal is not None
        assert resource is not None
        for permission in GRAPH_PERMISSIONS:
            if permission.value in permissions:
                entra_principals.grant(self.world, principal.objectid, resource.objectid, permission.id)

    def revoke(self, permission: str) -> None:
        """Take the consent to an application permission of Graph back."""
        principal = entra_principals.principal_of(self.world, self.app.application.appid)
        assert principal is not None
        for given in entra_principals.grants_of(self.world, principal.objectid):
            if PERMISSIONS[given.roleid].value == permission:
                entra_principals.revoke(self.world, principal.objectid, given.id)

    def share_mailbox(self, address: str = SALES) -> None:
        exchange.create_shared_mailbox(self.world, address, "Sales")

    @property
    def mailboxid(self) -> str:
        return str(records.find(self.world, "mailbox", regardingobjectid=self.app.userid)[0]["mailboxid"])

    def mailbox(self, **values: Any) -> None:
        """Change the mailbox record as the organisation's administrator."""
        records.update(self.world, "mailbox", self.mailboxid, values, by=seed.administrator(self.world))

    def tracks(self, which: int) -> None:
        """Change which mail of the application user is tracked, as the organisation's administrator."""
        values = {"incomingemailfilteringmethod": which}
        records.update(self.world, "usersettings", self.app.userid, values, by=seed.administrator(self.world))

    def synchronise(self) -> None:
        synchronisation.tick(self.world)

    def all_done(self) -> None:
        """The four prerequisites, set up and ticked."""
        admin = self.office.admin
        assert self.tick(1).done, self.row(1).checks
        self.find_user()
        assert self.tick(2).done, self.row(2).checks
        self.grant(*READING, "Mail.Read")
        self.scope_to(SALES)
        mailboxes.name_shared_mailbox(self.services, admin, self.agentid, address=SALES)
        assert self.tick(3).done, self.row(3).checks
        mailboxes.choose_record(self.services, admin, self.agentid, mailboxid=self.mailboxid)
        self.mailbox(emailrouteraccessapproval=1)
        mailboxes.enable_mailbox(self.services, admin, self.agentid)
        self.synchronise()
        assert self.tick(4).done, self.row(4).checks

    def scope_to(self, address: str) -> None:
        """An application access policy: tenant-wide permissions count for this mailbox alone."""
        if exchange.mailbox_at(self.world, address) is None:
            self.share_mailbox(address)
        exchange.restrict(self.world, self.app.application.appid, [address])


def sealed(services: Services, *secrets: str) -> str:
    return services.vault.seal(json.dumps(secrets), secret_purpose())


@contextmanager
def opened(
    office: Office, folder: Path, *, mode: str = "engage", role: str = "AISalesPerson", connected: bool = True
) -> Iterator[Contoso]:
    """The office, connected if wanted; its agent's prerequisites are untouched."""
    world = World(folder / "dynamics", office.clock)
    app = register_agent(world, *([role] if role else []))
    with StandIn(world) as standin:
        settings = office.services.settings.model_copy(
            update={
                "microsoft_authority": standin.origin,
                "microsoft_graph_url": standin.origin,
                "microsoft_ca_file": standin.certificates.authority,
                "microsoft_instance_discovery": False,
            }
        )
        office.services = replace(office.services, settings=settings)
        agentid = agents.create_agent(office.services, office.admin, mode=mode)
        if connected:
            connect(office.services, app, standin.origin)
        try:
            yield Contoso(office, standin, app, agentid)
        finally:
            world.close()


def connect(services: Services, app: Registered, origin: str) -> None:
    """The connection as it is stored."""
    with services.database.transaction() as session:
        session.add(
            CrmConnection(
                dataverseurl=origin,
                tenantid=app.world.tenantid,
                clientid=app.application.appid,
                sealedsecret=sealed(services, app.secret),
                secretendson=datetime(2027, 3, 1, tzinfo=UTC),
                organizationid=app.world.organizationid,
                organizationname="contoso",
                applicationuserid=app.userid,
            )
        )
