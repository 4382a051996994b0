"""Versions, the agent's file, back-tests and usage in the browser and over the API, through the real application."""

import re
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session
from starlette.testclient import TestClient
from tests.web.conftest import ORIGIN
from tests.web.conftest import Browser as Client
from tests.workflows.office import Office, add_leads, open_office, services_of

from leadwright.analyst.builtin import BuiltinAnalyst
from leadwright.api.routes import router
from leadwright.db.agent import Agent, AgentVersion, Prerequisite
from leadwright.db.audit import AuditEntry
from leadwright.db.engine import Database
from leadwright.db.people import Role, SystemUser, UserRole
from leadwright.domain.optionsets import AccessMode
from leadwright.domain.privileges import SYSTEM_ADMINISTRATOR
from leadwright.identity.directory import directory_of
from leadwright.identity.passwords import Passwords
from leadwright.web.app import create_app
from leadwright.workflows import runs
from leadwright.workflows.research_lead import research_lead

PASSWORD = "eleven quiet herons"


@pytest.fixture
def office(sqlite_database: Database, tmp_path: Path) -> Office:
    made = open_office(services_of(sqlite_database, tmp_path, BuiltinAnalyst()))
    with sqlite_database.transaction() as session:
        unit = session.get_one(SystemUser, made.owner).businessunitid
        hashed = Passwords(time_cost=1, memory_kib=8, parallelism=1).hash(PASSWORD)
        _administrator(session, unit, "Ada", internalemailaddress="ada@seller.example", passwordhash=hashed)
        agent = session.get_one(Agent, made.agentid)
        draft = session.get_one(AgentVersion, (made.agentid, 1)).configuration
        agent.draft = {**draft, "email": {**draft["email"], "topic": "Shelves"}}
        session.add_all(Prerequisite(agentid=made.agentid, number=n, state="done") for n in (1, 2))
    add_leads(made, 3)
    add_leads(made, 2, lw_industry="Retail", jobtitle="=cmd()", companyname="=HYPERLINK(1)")
    with sqlite_database.transaction() as session:
        given = runs.give(session, 64)
    for run in given:
        research_lead(made.services, run)
    return made


@pytest.fixture
def client(office: Office) -> Iterator[Client]:
    with Client(create_app(office.services, routers=[router]), base_url=ORIGIN) as made:
        form = {"email": "ada@seller.example", "password": PASSWORD, "next": "/"}
        assert made.submit("/sign-in", form, form="/sign-in").status_code == 303
        yield made


def _administrator(session: Session, unit: str, name: str, **columns: str) -> str:
    user = SystemUser(fullname=name, businessunitid=unit, **columns)
    session.add(user)
    session.flush()
    role = session.scalar(select(Role.roleid).where(Role.name == SYSTEM_ADMINISTRATOR))
    session.add(UserRole(systemuserid=user.systemuserid, roleid=role))
    return user.systemuserid


def _drop_a_criterion(office: Office) -> None:
    with office.services.database.transaction() as session:
        agent = session.get_one(Agent, office.agentid)
        first = {**agent.draft["criteria"][0], "details": "aviation"}
        agent.draft = {**agent.draft, "criteria": [first]}


def test_apply_shows_the_difference_takes_a_note_and_old_versions_come_back(office: Office, client: Client) -> None:
    start = client.get("/agent").text
    assert "Mail topic" in start or "Topic" in start
    assert "/agent/apply" in start
    asked = client.get("/agent/apply").text
    assert "as version 2?" in asked
    assert "Shelves" in asked
    versionnumber = re.findall(r'name="versionnumber" value="(\d+)"', asked)[0]
    form = {"note": "Topic for consent", "versionnumber": versionnumber}
    assert client.submit("/agent/apply", form, form="/agent/apply").status_code == 303
    page = client.get("/agent/versions").text
    assert "Topic for consent" in page
    assert "Version 2 and draft say the same." in page
    shown = client.get("/agent/versions?before=1&after=2").text
    assert "Shelves" in shown
    assert client.submit("/agent/versions/1/restore", {}, form="/agent/versions").status_code == 303
    assert "/agent/apply" in client.get("/agent").text
    with office.services.database.reading() as session:
        assert session.get_one(Agent, office.agentid).draft["email"]["topic"] == ""
        actions = set(session.scalars(select(AuditEntry.action)))
    assert {"agent.applied", "agent.version_restored"} <= actions
    assert client.get("/agent/versions?before=77").status_code == 404
    again = client.submit("/agent/apply", form, form="/agent/apply")
    assert again.status_code == 409
    assert "Somebody changed" in again.text


def test_a_file_is_exported_planned_and_taken_as_the_draft(office: Office, client: Client) -> None:
    answer = client.get("/agent/file/download")
    assert answer.headers["content-disposition"] == 'attachment; filename="agent-applied.toml"'
    text = answer.text.replace('name = "Shelf Makers"', 'name = "Rack Makers"')
    token = re.findall(r'name="_token" value="([^"]+)"', client.get("/agent/file").text)[0]
    headers = {"Origin": ORIGIN}
    plan = client.post("/agent/file", data={"_token": token}, files={"file": ("a.toml", text)}, headers=headers)
    assert plan.status_code == 200
    assert "Rack Makers" in plan.text
    assert "match the selection criteria now" in plan.text
    against = re.findall(r'name="against" value="(\w+)"', plan.text)[0]
    form = {"text": text, "against": against}
    assert client.submit("/agent/file/take", form, form="/agent/file").status_code == 303
    with office.services.database.reading() as session:
        assert session.get_one(Agent, office.agentid).draft["company"]["name"] == "Rack Makers"
    assert client.submit("/agent/file/take", form, form="/agent/file").status_code == 409
    broken = text.replace("[company]", "[compagny]")
    bad = client.post("/agent/file", data={"_token": token}, files={"file": ("a.toml", broken)}, headers=headers)
    assert bad.status_code == 422
    assert "Do you mean company?" in bad.text
    none = client.post("/agent/file", data={"_token": token}, headers=headers)
    assert "Choose the agent" in none.text


def test_a_backtest_runs_shows_flips_and_exports_them_without_formulas(office: Office, client: Client) -> None:
    assert "No back-test yet" in client.get("/agent/backtest").text
    _drop_a_criterion(office)
    estimate = client.submit("/agent/backtest", {"leads": "10", "do": "estimate"}, form="/agent/backtest")
    assert "5 leads, about 0 tokens" in estimate.text
    assert "1 to 5,000" in client.submit("/agent/backtest", {"leads": "0"}, form="/agent/backtest").text
    started = client.submit("/agent/backtest", {"leads": "10", "do": "start"}, form="/agent/backtest")
    assert started.status_code == 303
    address = started.headers["location"]
    page = _finished(client, address)
    assert "5 leads would end otherwise" in page
    assert "Disqualified, Low fit" in page
    rows = client.get(f"{address}/flips.csv").text.splitlines()
    assert rows[0].lstrip("\ufeff").startswith("Lead,Company,Email,From,To")
    assert any("'=HYPERLINK" in row for row in rows)
    assert not any(",=HYPERLINK" in row for row in rows)
    assert client.submit(f"{address}/stop", {}, form="/agent/backtest").status_code == 409
    assert client.get("/agent/backtest/nothing").status_code == 404


def _finished(client: TestClient, address: str) -> str:
    for _ in range(100):
        page = client.get(address).text
        if "data-refresh" not in page:
            return page
        time.sleep(0.1)
    raise AssertionError("the back-test did not finish")


def test_caps_are_set_on_the_usage_page(client: Client) -> None:
    assert "Nothing was paid" in client.get("/usage").text
    form = {"tokens": "5000", "dollars": "12.5", "at_cap": "pause"}
    assert client.submit("/usage", form, form="/usage").status_code == 303
    page = client.get("/usage").text
    assert 'value="5000"' in page
    assert 'value="12.5"' in page
    wrong = client.submit("/usage", {**form, "dollars": "many"}, form="/usage")
    assert wrong.status_code == 422
    assert "number of dollars" in wrong.text


def test_all_of_it_goes_over_the_api_too(office: Office, client: Client) -> None:
    services = office.services
    with services.database.transaction() as session:
        unit = session.get_one(SystemUser, office.owner).businessunitid
        registered = directory_of(services).register(
            session, "Program", audience="AzureADMyOrg", redirect_uri=None, createdby=None
        )
        secret = directory_of(services).add_secret(session, registered).value
        _administrator(session, unit, "Program", applicationid=registered, accessmode=AccessMode.NON_INTERACTIVE)
    form = {"client_id": registered, "client_secret": secret, "grant_type": "client_credentials"}
    token = client.post("/api/v1/token", data=form).json()["access_token"]
    api, headers = "/api/v1", {"Authorization": f"Bearer {token}"}
    text = client.get(f"{api}/agent/file", headers=headers).text.replace('"Shelf Makers"', '"Rack Makers"')
    plan = client.post(f"{api}/agent/file/plan", headers=headers, json={"text": text}).json()
    assert [(x["key"], x["after"]) for x in plan["lines"]] == [("company.name", "Rack Makers")]
    body = {"text": text, "against": plan["against"]}
    assert client.post(f"{api}/agent/file/draft", headers=headers, json=body).json()["changed"] is True
    stale = client.post(f"{api}/agent/file/apply", headers=headers, json=body)
    assert stale.status_code == 409
    bad = client.post(f"{api}/agent/file/draft", headers=headers, json={"text": "format = 1\n[nowhere]\n"})
    assert (bad.status_code, bad.json()["field"]) == (422, "file")
    lines = client.get(f"{api}/agent/versions/difference", headers=headers).json()
    assert {"company.name"} <= {x["key"] for x in lines}
    assert client.post(f"{api}/agent/versions/1/restore", headers=headers).json() == {"changed": True}
    assert client.get(f"{api}/agent/versions", headers=headers).json()[0]["version"] == 1
    _drop_a_criterion(office)
    asked = {"leads": 10}
    assert client.post(f"{api}/agent/backtests/estimate", headers=headers, json=asked).json()["leads"] == 5
    testid = client.post(f"{api}/agent/backtests", headers=headers, json=asked).json()["backtestid"]
    for _ in range(100):
        found = client.get(f"{api}/agent/backtests/{testid}", headers=headers).json()
        if found["state"] != "running":
            break
        time.sleep(0.1)
    assert (found["state"], found["leads"], len(found["flips"])) == ("done", 5, 5)
    assert found["flips"][0]["causes"][0]["criterion"]
    assert len(client.get(f"{api}/agent/backtests", headers=headers).json()) == 1
    assert client.post(f"{api}/agent/backtests/{testid}/continue", headers=headers, json={}).status_code == 409
    limits = {"tokens": 100, "dollars": None, "at_cap": "pause"}
    assert client.put(f"{api}/usage/limits", headers=headers, json=limits).json() == limits
    assert client.get(f"{api}/usage", headers=headers).json()["limits"] == limits
