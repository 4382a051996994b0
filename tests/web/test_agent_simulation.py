"""Simulation in the browser and over the API, through the real application."""

import re
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session
from starlette.testclient import TestClient
from tests.web.conftest import ORIGIN
from tests.web.conftest import Browser as Client
from tests.workflows.office import Office, PlainAnalyst, add_leads, open_office, services_of

from leadwright.api.routes import router
from leadwright.db.agent import Agent, AgentVersion, Prerequisite
from leadwright.db.engine import Database
from leadwright.db.people import Role, SystemUser, UserRole
from leadwright.domain.optionsets import AccessMode, LeadRating
from leadwright.domain.privileges import SYSTEM_ADMINISTRATOR
from leadwright.identity.directory import directory_of
from leadwright.identity.passwords import Passwords
from leadwright.web.app import create_app

PASSWORD = "eleven quiet herons"


@pytest.fixture
def office(sqlite_database: Database, tmp_path: Path) -> Office:
    made = open_office(services_of(sqlite_database, tmp_path, PlainAnalyst()))
    with sqlite_database.transaction() as session:
        unit = session.get_one(SystemUser, made.owner).businessunitid
        hashed = Passwords(time_cost=1, memory_kib=8, parallelism=1).hash(PASSWORD)
        _administrator(session, unit, "Ada", internalemailaddress="ada@seller.example", passwordhash=hashed)
        agent = session.get_one(Agent, made.agentid)
        agent.draft = session.get_one(AgentVersion, (made.agentid, 1)).configuration
        session.add_all(Prerequisite(agentid=made.agentid, number=n, state="done") for n in (1, 2))
    add_leads(made, 2, queued=False, leadqualitycode=int(LeadRating.COLD))
    return made


@pytest.fixture
def client(office: Office) -> Iterator[Client]:
    with Client(create_app(office.services, routers=[router]), base_url=ORIGIN) as made:
        form = {"email": "ada@seller.example", "password": PASSWORD, "next": "/"}
        assert made.submit("/sign-in", form, form="/sign-in").status_code == 303
        yield made


def _finished(client: TestClient) -> str:
    for _ in range(100):
        page = client.get("/agent/simulation").text
        if "data-refresh" not in page:
            return page
        time.sleep(0.1)
    raise AssertionError("the test did not finish")


def test_a_draft_is_tested_and_its_mails_reviewed_in_the_browser(client: Client) -> None:
    page = client.get("/agent/simulation")
    assert page.status_code == 200
    assert "Optional for a Research-only agent" in page.text
    assert client.submit("/agent/simulation", {"leads": "51"}).status_code == 422
    assert client.submit("/agent/simulation", {"leads": "2"}).headers["location"] == "/agent/simulation"
    page = _finished(client)
    assert page.count("To review") == 2
    address = re.findall(r'href="(/agent/simulation/[0-9a-f-]{36})"', page)[0]
    shown = client.get(address).text
    assert "Industry" in shown
    assert "“Retail”" in shown
    assert "Hello Person," in shown
    version = re.search(r'name="versionnumber" value="(\d+)"', shown)
    assert version
    text = {"subject": "Shelves", "body": "Hello,\r\n\r\nmy own words.", "versionnumber": version[1]}
    kept = client.submit(f"{address}/approve", {**text, "do": "save"})
    assert kept.headers["location"] == address
    assert client.submit(f"{address}/approve", {**text, "body": "", "versionnumber": "2"}).status_code == 422
    approved = client.submit(f"{address}/approve", {**text, "versionnumber": "2"})
    following = approved.headers["location"]
    assert following != address
    assert client.submit(f"{following}/feedback", {"feedback": ""}).status_code == 422
    given = client.submit(f"{following}/feedback", {"feedback": "Never mention prices."})
    assert given.headers["location"] == "/agent/simulation"
    assert "Never mention prices." in client.get("/agent/section/email").text
    assert ": done" in client.get("/agent/simulation").text.partition(">Simulation<")[2].partition("</a>")[0]


def test_the_test_is_started_and_reviewed_over_the_api(client: Client, office: Office) -> None:
    page = client.get("/agent/simulation")
    assert page.status_code == 200
    answer = client.get("/api/v1/agent/simulation")
    assert answer.status_code == 401
    token = _token(client, office)
    api = {"Authorization": f"Bearer {token}"}
    assert client.get("/api/v1/agent/simulation", headers=api).status_code == 404
    started = client.post("/api/v1/agent/simulation", json={"leads": 2}, headers=api)
    assert started.status_code == 201, started.text
    _finished(client)
    leads = client.get("/api/v1/agent/simulation", headers=api).json()["leads"]
    assert [lead["state"] for lead in leads] == ["drafted", "drafted"]
    first, second = (f"/api/v1/agent/simulation/{lead['draftid']}" for lead in leads)
    assert client.post(f"{first}/approve", json={}, headers=api).json() == {"approved": True}
    told = client.post(f"{second}/feedback", json={"feedback": "Be brief."}, headers=api)
    assert told.json() == {"kept": True}
    found = {s["key"]: s["state"] for s in client.get("/api/v1/agent", headers=api).json()["sections"]}
    assert found["simulation"] == "done"


def _administrator(session: Session, unit: str, name: str, **values: Any) -> None:
    user = SystemUser(fullname=name, businessunitid=unit, **values)
    session.add(user)
    session.flush()
    role = session.scalars(select(Role.roleid).where(Role.name == SYSTEM_ADMINISTRATOR)).one()
    session.add(UserRole(systemuserid=user.systemuserid, roleid=role))


def _token(client: TestClient, office: Office) -> str:
    """Of an application user with the administrator's role."""
    directory = directory_of(office.services)
    with office.services.database.transaction() as session:
        unit = session.get_one(SystemUser, office.owner).businessunitid
        appid = directory.register(session, "Tests", audience="AzureADMyOrg", redirect_uri=None, createdby=None)
        secret = directory.add_secret(session, appid)
        _administrator(session, unit, "Tests", applicationid=appid, accessmode=int(AccessMode.NON_INTERACTIVE))
    data = {"client_id": appid, "client_secret": secret.value}
    token: str = client.post("/api/v1/token", data=data).json()["access_token"]
    return token
