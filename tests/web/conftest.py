"""A desk with people and leads, and a browser-like client for each person."""

import re
import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select
from starlette.testclient import TestClient
from tests.web.desk import PASSWORD, Desk, SilentAnalyst, make

from leadwright.api.routes import router
from leadwright.db.engine import Database
from leadwright.db.people import Role, SystemUser, UserRole
from leadwright.db.schema import migrate
from leadwright.domain.optionsets import AccessMode
from leadwright.identity.directory import directory_of
from leadwright.identity.seed import root_business_unit
from leadwright.services import Services
from leadwright.settings import Settings
from leadwright.web.app import create_app

ORIGIN = "http://127.0.0.1"


class Browser(TestClient):
    """A client that sends forms as a browser does: with the page's token and its origin."""

    def token(self, path: str = "/notifications") -> str:
        found = re.search(r'name="_token" value="([^"]+)"', self.get(path).text)
        assert found, f"no form on {path}"
        return found[1]

    def submit(
        self, path: str, data: dict[str, Any] | None = None, *, form: str = "/notifications", **more: Any
    ) -> Any:
        headers = {"Origin": ORIGIN, "Sec-Fetch-Site": "same-origin"}
        values = {"_token": self.token(form), **(data or {})}
        return self.post(path, data=values, headers=headers, follow_redirects=False, **more)


@pytest.fixture(scope="session")
def made_desk(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Desk]:
    """The desk, made once; each test gets a copy of its database."""
    path = tmp_path_factory.mktemp("desk") / "leadwright.db"
    database = Database(f"sqlite:///{path}")
    migrate(database)
    made = make(database)
    with database.engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    database.close()
    return path, made


@pytest.fixture
def desk(made_desk: tuple[Path, Desk], tmp_path: Path) -> Iterator[Desk]:
    """Seven people and thirty leads on SQLite."""
    path, made = made_desk
    shutil.copy(path, tmp_path / "desk.db")
    database = Database(f"sqlite:///{tmp_path / 'desk.db'}")
    services = Services(Settings(data_dir=tmp_path / "data"), database, SilentAnalyst(), clock=made.services.clock)
    yield replace(made, services=services)
    services.reader.close()
    database.close()


@pytest.fixture
def browser(desk: Desk) -> Iterator[Callable[..., Browser]]:
    """Opens a browser, signed in as the person named."""
    app, opened = create_app(desk.services), []

    def open_as(person: str | None) -> Browser:
        client = Browser(app, base_url=ORIGIN, raise_server_exceptions=False)
        opened.append(client)
        if person is not None:
            answer = client.submit(
                "/sign-in", {"email": f"{person}@seller.example", "password": PASSWORD, "next": "/"}, form="/sign-in"
            )
            assert answer.status_code == 303, answer.text
        return client

    yield open_as
    for client in opened:
        client.close()


@pytest.fixture
def api(desk: Desk) -> Iterator[Callable[..., TestClient]]:
    """Opens a client of the JSON API, signed in as an application whose user holds the role named."""
    app, opened = create_app(desk.services, routers=[router]), []

    def open_as(role: str = "System Administrator") -> TestClient:
        directory = directory_of(desk.services)
        with desk.services.database.transaction() as session:
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
        client = TestClient(app, base_url=f"{ORIGIN}/api/v1", raise_server_exceptions=False)
        opened.append(client)
        data = {"client_id": appid, "client_secret": secret.value}
        client.headers["Authorization"] = f"Bearer {client.post('token', data=data).json()['access_token']}"
        return client

    yield open_as
    for client in opened:
        client.close()
