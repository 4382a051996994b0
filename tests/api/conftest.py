"""The desk of `tests.web` over real HTTP: as programs and agents of others meet it."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import httpx2
import pytest
import uvicorn
from sqlalchemy import select
from tests.web.conftest import desk, made_desk  # noqa: F401 fixtures
from tests.web.desk import Desk

from leadwright.actions.personal_tokens import add_token
from leadwright.api.routes import router
from leadwright.cli.serve import listen
from leadwright.db.people import Role, SystemUser, UserRole
from leadwright.domain.optionsets import AccessMode
from leadwright.identity.access import principal
from leadwright.identity.directory import directory_of
from leadwright.identity.seed import root_business_unit
from leadwright.mcp.door import McpDoor
from leadwright.services import Services
from leadwright.web.app import create_app


@dataclass
class Program:
    """A registered application with its user."""

    appid: str
    secret: str
    systemuserid: str


@dataclass
class Served:
    """A desk with its address."""

    desk: Desk
    services: Services
    address: str

    @property
    def tenant(self) -> str:
        directory = directory_of(self.services)
        with self.services.database.reading() as session:
            return directory.tenant_id(session)

    def program(self, role: str = "System Administrator") -> Program:
        directory = directory_of(self.services)
        with self.services.database.transaction() as session:
            appid = directory.register(session, role, audience="AzureADMyOrg", redirect_uri=None, createdby=None)
            secret = directory.add_secret(session, appid)
            user = SystemUser(
                fullname=f"Program of {role}",
                businessunitid=root_business_unit(session),
                applicationid=appid,
                accessmode=int(AccessMode.NON_INTERACTIVE),
            )
            session.add(user)
            session.flush()
            roleid = session.scalars(select(Role.roleid).where(Role.name == role)).one()
            session.add(UserRole(systemuserid=user.systemuserid, roleid=roleid))
            return Program(appid, secret.value, user.systemuserid)

    def token_of(self, person: str, *, readonly: bool = False) -> str:
        """A personal access token of one of the desk's people."""
        with self.services.database.reading() as session:
            who = principal(session, self.desk.people[person])
        return add_token(self.services, who, "A test", days=7, readonly=readonly).value

    def client(self, token: str) -> httpx2.Client:
        return httpx2.Client(base_url=self.address, headers={"Authorization": f"Bearer {token}"}, timeout=20)


@contextmanager
def running(services: Services, scheme: str = "http", **options: Any) -> Iterator[tuple[Services, str]]:
    """The whole application on a free port of loopback, under the address it says it has."""
    listening = listen("127.0.0.1", 0)
    port = listening.getsockname()[1]
    address = f"{scheme}://localhost:{port}" if scheme == "https" else f"http://127.0.0.1:{port}"
    services = replace(services, settings=services.settings.model_copy(update={"port": port, "public_url": address}))
    app = create_app(services, routers=[router], doors=[McpDoor(services)])
    server = uvicorn.Server(
        uvicorn.Config(app, log_config=None, access_log=False, ws="none", timeout_graceful_shutdown=1, **options)
    )
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
    thread.start()
    try:
        yield services, address
    finally:
        server.should_exit = True
        thread.join(20)
        listening.close()


@pytest.fixture
def served(desk: Desk) -> Iterator[Served]:  # noqa: F811
    """The desk over HTTP."""
    with running(desk.services) as (services, address):
        yield Served(desk, services, address)


@pytest.fixture
def serve(desk: Desk) -> Callable[..., Any]:  # noqa: F811
    """Serves the desk with further options of uvicorn."""

    @contextmanager
    def start(**options: Any) -> Iterator[Served]:
        with running(desk.services, **options) as (services, address):
            yield Served(desk, services, address)

    return start


@pytest.fixture
def certificate_folder(tmp_path: Path) -> Path:
    """Where keys and certificates of a test are."""
    folder = tmp_path / "certificates"
    folder.mkdir()
    return folder
