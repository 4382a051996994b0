"""Agent settings, dashboard and API, through the real application on a real database."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select
from starlette.testclient import TestClient

from leadwright.actions import people
from leadwright.actions.prerequisites import create_application_user, register_application
from leadwright.analyst import Analyst
from leadwright.api.routes import router
from leadwright.db.engine import Database
from leadwright.db.people import BusinessUnit, SystemUser
from leadwright.identity.access import principal
from leadwright.identity.seed import seed_directory
from leadwright.services import Services
from leadwright.settings import Settings
from leadwright.web.app import create_app

ORIGIN = "http://127.0.0.1:8480"
PASSWORD = "eleven quiet herons"


class Browser:
    """A person at the desk, with the cookies and form tokens a browser would send."""

    def __init__(self, client: TestClient) -> None:
        self.client = client

    def get(self, path: str, status: int = 200) -> str:
        answer = self.client.get(path)
        assert answer.status_code == status, _text(answer.text)
        return answer.text

    def post(self, path: str, page: str = "", **fields: str | list[str]) -> str:
        token = re.search(r'name="_token" value="([^"]+)"', self.get(page or path))
        assert token
        answer = self.client.post(path, data={"_token": token[1], **fields}, headers={"origin": ORIGIN})
        assert answer.status_code in (200, 422), _text(answer.text)
        return answer.text


@pytest.fixture
def services(sqlite_database: Database, tmp_path: Path) -> Services:
    unused: Analyst = None  # type: ignore[assignment]  # no lead is judged here
    made = Services(Settings(data_dir=tmp_path / "data"), sqlite_database, unused)
    with sqlite_database.transaction() as session:
        seed_directory(session)
    people.first_administrator(made, fullname="Ada Administrator", email="ada@seller.example", password=PASSWORD)
    return made


@pytest.fixture
def browser(services: Services) -> Iterator[Browser]:
    with TestClient(create_app(services, routers=[router]), base_url=ORIGIN) as client:
        made = Browser(client)
        made.post("/sign-in", email="ada@seller.example", password=PASSWORD, next="/")
        yield made


def _text(page: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page))


def test_an_administrator_is_led_from_an_empty_installation_to_a_started_agent(browser: Browser) -> None:
    assert "Create your Sales Qualification Agent" in browser.get("/agent")
    browser.post("/agent", name="Scout")
    closed = _text(browser.get("/agent/section/company"))
    assert "This section opens when the prerequisites of this mode are done." in closed
    refused = _text(browser.post("/agent/prerequisites/1/done", "/agent/prerequisites"))
    assert "Not marked as done." in refused
    registered = browser.post("/agent/prerequisites/1/register", "/agent/prerequisites", name="Scout app",
                              account_type="AzureADMyOrg")  # fmt: skip
    secret = re.search(r'id="new-secret">([^<]+)<', registered)
    client_id = re.search(r'id="p1-clientid">([^<]+)<', registered)
    assert secret
    assert client_id
    assert secret[1] not in browser.get("/agent/prerequisites")
    wrong = _text(browser.post("/agent/prerequisites/2/user", "/agent/prerequisites",
                               clientid="00000000-0000-7000-8000-000000000000", role="AISalesPerson"))  # fmt: skip
    assert "AADSTS700016" in wrong
    browser.post("/agent/prerequisites/2/user", "/agent/prerequisites", clientid=client_id[1], role="AISalesPerson")
    for number in "12":
        done = _text(browser.post(f"/agent/prerequisites/{number}/done", "/agent/prerequisites"))
        assert "every check passed" in done
    assert "disabled" in browser.get("/agent").partition("Start agent")[0][-200:]
    browser.post("/agent/section/company", name="Contoso Planning", website="https://contoso.example")
    browser.post("/agent/section/products", value_proposition="Planning software for stores.")
    browser.post("/agent/criteria/profile", "/agent/section/criteria", profile="Size: 1000 to 50000+ employees")
    page = browser.get("/agent/section/assignment")
    person = re.search(r'name="sellers" value="([^"]+)"', page)
    assert person
    browser.post("/agent/section/assignment", sellers=[person[1]], supervisor=person[1])
    assert 'action="/agent/start"' not in browser.get("/agent")
    asked = _text(browser.get("/agent/start"))
    for said in ("Start Scout?", "0 leads match", "Version 1", "Ada Administrator is the supervisor"):
        assert said in asked
    started = _text(browser.post("/agent/start", "/agent/start"))
    assert "Scout is on" in started
    assert 'action="/agent/stop"' not in browser.get("/agent")
    assert "No leads are in work now" in _text(browser.get("/agent/stop"))
    stopped = _text(browser.post("/agent/stop", "/agent/stop", how="halt"))
    assert "takes no new leads" in stopped


def _prepared(browser: Browser) -> None:
    """An agent whose prerequisites are done, so its sections are open."""
    browser.post("/agent", name="Scout")
    made = browser.post("/agent/prerequisites/1/register", "/agent/prerequisites", name="Scout app",
                        account_type="AzureADMyOrg")  # fmt: skip
    client_id = re.search(r'id="p1-clientid">([^<]+)<', made)
    assert client_id
    browser.post("/agent/prerequisites/2/user", "/agent/prerequisites", clientid=client_id[1], role="AISalesPerson")
    for number in "12":
        browser.post(f"/agent/prerequisites/{number}/done", "/agent/prerequisites")


def test_chosen_sellers_who_may_not_receive_leads_are_named_on_the_page_and_before_start(
    browser: Browser, services: Services
) -> None:
    _prepared(browser)
    with services.database.transaction() as session:
        unit = session.scalars(select(BusinessUnit.businessunitid)).first()
        person = SystemUser(fullname="Noel Norole", businessunitid=unit)
        session.add(person)
        session.flush()
        norole = person.systemuserid
    page = browser.get("/agent/section/assignment")
    seller = re.search(r'name="sellers" value="([^"]+)"', page)
    assert seller
    assert "may not receive leads" not in page
    browser.post("/agent/section/assignment", sellers=[seller[1], norole], supervisor=seller[1])
    for address in ("/agent/section/assignment", "/agent"):
        said = _text(browser.get(address))
        assert "Noel Norole may not receive leads" in said
        assert "gives them the role Salesperson under People" in said
    browser.post("/agent/section/assignment", sellers=[norole], supervisor=seller[1])
    assert "None of the chosen sellers can receive leads" in _text(browser.get("/agent"))


def test_who_cannot_receive_leads_any_more_stays_chosen_until_somebody_takes_them_out(
    browser: Browser, services: Services
) -> None:
    _prepared(browser)
    with services.database.transaction() as session:
        unit = session.scalars(select(BusinessUnit.businessunitid)).first()
        norole = SystemUser(fullname="Noel Norole", businessunitid=unit)
        away = SystemUser(fullname="Dora Disabled", businessunitid=unit, isdisabled=True)
        session.add_all([norole, away])
        session.flush()
        people = {norole.systemuserid, away.systemuserid}
    page = browser.get("/agent/section/assignment")
    seller = re.search(r'name="sellers" value="([^"]+)"', page)
    assert seller
    assert "Noel Norole" not in page
    browser.post("/agent/section/assignment", sellers=[seller[1], norole.systemuserid], supervisor=away.systemuserid)
    page = browser.get("/agent/section/assignment")
    assert _text(page).count("Noel Norole (cannot receive leads now)") == 2  # the boxes and the list of supervisors
    ticked = re.findall(r'name="sellers" value="([^"]+)" checked', page)
    supervisor = re.findall(r'<option value="([^"]+)" selected', page.partition('name="supervisor"')[2])
    assert {*ticked, *supervisor} == {seller[1], *people}
    browser.post("/agent/section/assignment", sellers=ticked, supervisor=supervisor[0])
    saved = browser.get("/agent/section/assignment")
    assert re.findall(r'name="sellers" value="([^"]+)" checked', saved) == ticked


def test_a_web_site_that_is_no_web_address_is_refused_when_it_is_saved(browser: Browser) -> None:
    _prepared(browser)
    for wrong in ("javascript:alert(1)", "ftp://contoso.example", "contoso"):
        refused = browser.post("/agent/section/company", name="Contoso", website=wrong)
        assert "Enter one with http or https" in refused
        assert "Saved in the draft." not in refused
    assert "Saved in the draft." in browser.post("/agent/section/company", name="Contoso", website="contoso.example")


def test_a_criterion_that_the_built_in_analyst_cannot_read_is_named_when_it_is_saved(browser: Browser) -> None:
    _prepared(browser)
    profile = "Size: 1000 to 50000+ employees\nRolle: Geschäftsführer oder Einkauf"
    warned = _text(browser.post("/agent/criteria/profile", "/agent/section/criteria", profile=profile))
    assert "2 criteria read from the text" in warned
    assert "The built-in analyst cannot read “Rolle”" in warned
    assert "cannot read “Size”" not in warned
    row = {"name-1": "Size", "kind-1": "employees", "details-1": "as many as possible"}
    saved = _text(browser.post("/agent/section/criteria", **row))
    assert "Saved in the draft" in saved
    assert "The built-in analyst cannot read “Size”" in saved
    row = {"name-1": "Fleet", "kind-1": "custom", "details-1": "yes", "url-1": "https://fleet.example"}
    assert "cannot read" not in browser.post("/agent/section/criteria", **row)


def test_conditions_are_edited_previewed_and_explained(browser: Browser, services: Services) -> None:
    browser.post("/agent", name="Scout")
    preview = _text(browser.post("/agent/selection", do="preview", join="all", **{
        "column-1": "statecode", "operator-1": "eq", "value-1": "Open",
        "kind-2": "group", "join-2": "any",
        "column-3": "jobtitle", "operator-3": "contains", "value-3": "chief", "depth-3": "1",
        "kind-4": "related", "lookup-4": "parentaccountid", "depth-4": "1",
        "column-5": "revenue", "operator-5": "ge", "value-5": "$1,000,000", "depth-5": "2",
    }))  # fmt: skip
    assert "Not saved yet" in preview
    assert "0 leads match" in preview
    wrong = _text(browser.post("/agent/selection", join="all", **{
        "column-1": "leadsourcecode", "operator-1": "eq", "value-1": "Billboard"}))  # fmt: skip
    assert "Row 1: Lead Source is one of" in wrong
    missing = _text(browser.get("/agent/selection?lead=nobody", 404))
    assert "Copy it from the leads grid" in missing


def test_knowledge_is_added_refused_and_asked(browser: Browser, tmp_path: Path) -> None:
    browser.post("/agent", name="Scout")
    folder = tmp_path / "papers"
    folder.mkdir()
    folder.joinpath("robots.md").write_text("# Robots\n\nOur robots move pallets in cold stores at night.\n")
    added = _text(browser.post("/agent/knowledge", purpose="research", kind="folder", location=str(folder)))
    assert "1 document taken in" in added
    assert "cold stores" in _text(browser.get("/agent/knowledge?question=pallets+robots&in=research"))
    assert "No passage of this set" in _text(browser.get("/agent/knowledge?question=pallets&in=outreach"))
    gone = _text(browser.post("/agent/knowledge", purpose="research", kind="folder", location="/no/such/folder"))
    assert "There is no folder" in gone


def test_a_source_that_vanished_says_when_it_was_read_and_why_it_fails_now(browser: Browser, tmp_path: Path) -> None:
    browser.post("/agent", name="Scout")
    folder = tmp_path / "papers"
    folder.mkdir()
    paper = folder / "robots.md"
    paper.write_text("# Robots\n\nOur robots move pallets in cold stores at night.\n")
    added = browser.post("/agent/knowledge", purpose="research", kind="folder", location=str(folder))
    assert "· taken in just now" in _text(added)
    source = re.search(r'name="sourceid" value="([^"]+)"', added)
    assert source
    paper.unlink()
    folder.rmdir()
    failing = _text(browser.post("/agent/knowledge/refresh", "/agent/knowledge", sourceid=source[1]))
    assert "· taken in" not in failing
    assert "last taken in just now; tried just now, and it fails now:" in failing


def test_people_are_added_given_roles_and_disabled(browser: Browser) -> None:
    browser.post("/people", fullname="Sam Seller", email="sam@seller.example", password=PASSWORD, role="Salesperson")
    page = browser.get("/people")
    person = re.findall(r'href="/people/([^"/]+)">Sam Seller', page)
    assert len(person) == 1
    path = f"/people/{person[0]}"
    assert "away are noted" in _text(
        browser.post(f"{path}/away", "/people", awayfrom="2026-12-24", awayuntil="2026-12-31")
    )
    assert "before the first" in _text(
        browser.post(f"{path}/away", "/people", awayfrom="2026-12-24", awayuntil="2026-12-01")
    )
    browser.post(f"{path}/roles", "/people", roles=["Salesperson", "Sales Manager"])
    browser.post(f"{path}/state", "/people", disabled="1")
    shown = _text(browser.get("/people"))
    assert "Sales Manager, Salesperson" in shown
    assert "Disabled" in shown


def test_the_dashboard_teaches_before_there_are_figures(browser: Browser) -> None:
    assert "Nothing in this period yet" in browser.get("/dashboard")
    assert "Handed over" in browser.get("/dashboard/leads?figure=handed_over")
    assert "There is no such figure" in browser.get("/dashboard/leads?figure=magic", 422)


def test_an_application_uses_the_api_with_its_own_rights(browser: Browser, services: Services) -> None:
    browser.post("/agent", name="Scout")
    with services.database.reading() as session:
        admin = principal(session, _administrator(services))
    made = register_application(services, admin, _agent(services), name="Integration")
    create_application_user(services, admin, _agent(services), clientid=made.clientid, role="Sales Manager")
    client = browser.client
    assert client.get("/api/v1/leads").status_code == 401
    refused = client.post("/api/v1/token", data={"client_id": made.clientid, "client_secret": "wrong"})
    assert refused.status_code == 401
    assert refused.json()["error"] == "invalid_client"
    token = client.post("/api/v1/token", data={"client_id": made.clientid, "client_secret": made.secret.value}).json()
    headers = {"Authorization": f"Bearer {token['access_token']}"}
    assert client.get("/api/v1/whoami", headers=headers).json()["roles"] == ["Sales Manager"]
    values = {"values": {"companyname": "Contoso", "lastname": "Lee", "emailaddress1": "Lee@Contoso.example"}}
    created = client.post("/api/v1/leads", json=values, headers=headers)
    assert created.status_code == 201, created.text
    leadid = created.json()["id"]
    listed = client.get("/api/v1/leads", headers=headers).json()
    assert [x["leadid"] for x in listed["leads"]] == [leadid]
    lead = client.get(f"/api/v1/leads/{leadid}", headers=headers)
    assert lead.json()["emailaddress1"] == "lee@contoso.example"
    stale = {"values": {"companyname": "Other"}, "versionnumber": lead.json()["versionnumber"] + 5}
    assert client.patch(f"/api/v1/leads/{leadid}", json=stale, headers=headers).status_code == 409
    assert client.get(f"/api/v1/leads/{leadid}/research", headers=headers).status_code == 404
    start = client.post("/api/v1/agent/start", headers=headers)
    assert start.status_code == 403
    assert start.json()["privilege"] == "prvStartAgent"
    upload = {"file": ("leads.csv", b"Company,Email\nFabrikam,kim@fabrikam.example\n")}
    assert client.post("/api/v1/leads/import", files=upload, headers=headers).json()["created"] == 1
    paths = client.get("/api/v1/openapi.json").json()["paths"]
    assert "/api/v1/leads/{leadid}/research" in paths


def _administrator(services: Services) -> str:
    from sqlalchemy import select

    from leadwright.db.people import SystemUser

    with services.database.reading() as session:
        return session.scalars(select(SystemUser.systemuserid)).one()


def _agent(services: Services) -> str:
    from sqlalchemy import select

    from leadwright.db.agent import Agent

    with services.database.reading() as session:
        return session.scalars(select(Agent.agentid)).one()


def test_a_secret_is_replaced_and_the_former_one_revoked(browser: Browser) -> None:
    browser.post("/agent", name="Scout")
    made = browser.post("/agent/prerequisites/1/register", "/agent/prerequisites", name="Scout app",
                        account_type="AzureADMyOrg")  # fmt: skip
    client = re.search(r'id="p1-clientid">([^<]+)<', made)
    first = re.search(r'id="new-secret">([^<]+)<', made)
    assert client
    assert first
    again = browser.post("/agent/prerequisites/1/secret", "/agent/prerequisites", days="365")
    second = re.search(r'id="new-secret">([^<]+)<', again)
    assert second

    def signs_in(secret: str) -> bool:
        data = {"client_id": client[1], "client_secret": secret}
        return browser.client.post("/api/v1/token", data=data).status_code == 200

    assert signs_in(first[1])
    assert signs_in(second[1])
    keys = re.findall(r'name="keyid" value="([^"]+)"', browser.get("/agent/prerequisites"))
    assert len(keys) == 2  # the newest, which the agent uses, stands first
    assert "revoked" in browser.post("/agent/prerequisites/1/revoke", "/agent/prerequisites", keyid=keys[1])
    assert not signs_in(first[1])
    assert signs_in(second[1])
    token = re.search(r'name="_token" value="([^"]+)"', browser.get("/agent/prerequisites"))
    assert token
    data = {"_token": token[1], "keyid": keys[1]}
    gone = browser.client.post("/agent/prerequisites/1/revoke", data=data, headers={"origin": ORIGIN})
    assert gone.status_code == 404


def test_an_agent_that_was_never_started_is_deleted(browser: Browser) -> None:
    browser.post("/agent", name="Scout")
    assert "Delete this agent" in browser.get("/agent")
    assert "Scout is deleted" in browser.post("/agent/delete", "/agent")
    assert "Create your Sales Qualification Agent" in browser.get("/agent")
