"""The people outside and the Sales Hub: sample leads are written to, answer by script and by hand, and are edited."""

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest
from starlette.testclient import TestClient
from tests.dynamics.mailing import Agent

from leadwright.sandbox.characters import AtServer, prospects
from leadwright.sandbox.dynamics import entra_tenant, outside, samples
from leadwright.sandbox.dynamics.dataverse import records
from leadwright.sandbox.dynamics.serving import application as served

HOUR = 60.0


@pytest.fixture
def agent(tmp_path: Path) -> Iterator[Agent]:
    made = Agent(tmp_path / "dynamics").ready()
    outside.move_in(made.world)
    yield made
    made.world.close()


@pytest.fixture
def browser(agent: Agent) -> TestClient:
    client = TestClient(served(agent.world), base_url="https://localhost:8443")
    form = {"login": "admin@contoso.onmicrosoft.com", "passwd": entra_tenant.password(agent.world)}
    assert client.post("/_portal/sign-in", data=form).status_code == 200
    return client


def written_to(agent: Agent, *addresses: str) -> None:
    for lead in records.find(agent.world, "lead"):
        if lead["emailaddress1"] in addresses:
            agent.lead = lead["leadid"]
            agent.writes()
    agent.tick(3)


def answers(agent: Agent) -> list[str]:
    return [row["sender"] for row in records.find(agent.world, "email", directioncode=False)]


def test_sample_leads_are_added_once_each_and_are_owned_by_who_added_them(agent: Agent) -> None:
    assert samples.add_leads(agent.world, 45, by=agent.by) == 45
    assert samples.add_leads(agent.world, 5, by=agent.by) == 5
    leads = [row for row in records.find(agent.world, "lead") if row["leadid"] != agent.lead]
    assert len({row["emailaddress1"] for row in leads}) == 50
    assert {row["ownerid"] for row in leads} == {agent.by}
    assert {row["leadqualitycode"] for row in leads} <= {2, 3}
    assert sum(bool(row["websiteurl"]) for row in leads) >= 40


def test_the_forty_answer_by_their_scripts_once_each_when_they_are_let(agent: Agent) -> None:
    samples.add_leads(agent.world, 40, by=agent.by)
    talkers = [p for p in prospects() if any(1 in s.to and s.act == "answer" and not s.sender for s in p.script)][:5]
    written_to(agent, *(p.address for p in talkers))
    assert outside.act(agent.world) == 0
    outside.set_hour(agent.world, HOUR)
    for _ in range(60):
        agent.hands.on(minutes=30)
        outside.act(agent.world)
    agent.tick(3)
    assert set(answers(agent)) == {p.address for p in talkers}
    before = len(answers(agent))
    agent.hands.on(days=10)
    assert outside.act(agent.world) == 0
    agent.tick(2)
    assert len(answers(agent)) == before


def test_who_is_unknown_to_their_mail_server_bounces(agent: Agent) -> None:
    samples.add_leads(agent.world, 40, by=agent.by)
    unknown = next(p for p in prospects() if p.server is AtServer.UNKNOWN)
    written_to(agent, unknown.address)
    (report,) = records.find(agent.world, "email", directioncode=False)
    assert "Undeliverable" in report["subject"]


def test_a_person_answers_as_somebody_whose_script_rests_from_then_on(agent: Agent, browser: TestClient) -> None:
    samples.add_leads(agent.world, 40, by=agent.by)
    talker = next(p for p in prospects() if any(1 in s.to and s.act == "answer" for s in p.script))
    written_to(agent, talker.address)
    outside.set_hour(agent.world, HOUR)
    outside.act(agent.world)
    assert talker.address in browser.get("/_portal/outside").text
    address = f"/_portal/outside/{quote(talker.address)}"
    assert "no text" in browser.post(address, data={"text": "  "}).text
    page = browser.post(address, data={"text": "What does it cost?"})
    assert page.status_code == 200
    assert "What does it cost?" in page.text
    assert browser.get("/_portal/outside/nobody@example.net").status_code == 404
    agent.hands.on(days=30)
    outside.act(agent.world)
    agent.tick(2)
    assert answers(agent) == [talker.address]


def test_the_sales_hub_finds_pages_and_edits_leads(agent: Agent, browser: TestClient) -> None:
    assert "50 sample leads" in browser.post("/_portal/sales", data={"count": "50"}).text
    assert "Nothing was added" in browser.post("/_portal/sales", data={"count": "many"}).text
    page = browser.get("/_portal/sales")
    assert "Older" in page.text
    lead = next(row for row in records.find(agent.world, "lead") if row["companyname"])
    assert lead["leadid"] in browser.get("/_portal/sales", params={"q": lead["emailaddress1"]}).text
    path = f"/_portal/sales/leads/{lead['leadid']}"
    form = {"what": "save", "jobtitle": "Head of Logistics", "rating": "1", "owner": agent.by}
    assert "Saved." in browser.post(path, data=form).text
    changed = records.read(agent.world, "lead", lead["leadid"])
    assert changed is not None
    assert (changed["leadqualitycode"], changed["jobtitle"]) == (1, "Head of Logistics")
    records.update(agent.world, "lead", lead["leadid"], {"statecode": 2, "statuscode": 4}, by=agent.by)
    assert "closed" in browser.post(path, data=form).text


def test_members_of_a_shared_mailbox_are_added_and_removed(agent: Agent, browser: TestClient) -> None:
    path = f"/_portal/exchange/mailboxes/{agent.mailbox.id}"
    seller = browser.get(path).text.partition('<option value="')[2].partition('"')[0]
    assert "FullAccess, SendAs" in browser.post(path, data={"what": "add", "member": seller}).text
    assert "No member yet" in browser.post(path, data={"what": "remove", "member": seller}).text
