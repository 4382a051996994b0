"""The mirror's page, its API, the wake-up address and the line on the health page."""

from collections.abc import Callable

import pytest
from sqlalchemy import select
from starlette.testclient import TestClient
from tests.mirror.organisation import Office, connect_office
from tests.web.conftest import Browser, api, browser, desk, made_desk
from tests.web.desk import Desk

from leadwright.actions import health
from leadwright.db.agent import Agent
from leadwright.db.connection import CrmConnection
from leadwright.db.mirror import MirrorState
from leadwright.db.sales import Lead
from leadwright.identity.access import operator
from leadwright.sandbox.dynamics.world import World

__all__ = ["api", "browser", "desk", "made_desk"]
PAGE = "/settings/mirror"
Open = Callable[..., Browser]


@pytest.fixture
def connected(world: World, desk: Desk) -> Office:
    """The desk, connected to the organisation."""
    return connect_office(world, desk.services.database)


def test_without_a_connection_the_page_teaches_and_nothing_can_be_started(browser: Open) -> None:
    admin = browser("admin")
    assert "No organisation is connected" in admin.get(PAGE).text
    assert admin.submit(f"{PAGE}/pause").status_code == 409
    assert browser("manager").get(PAGE).status_code == 403


def test_the_page_shows_each_table_with_its_rows_and_what_fails_with_retry(connected: Office, browser: Open) -> None:
    connected.lead()
    connected.round()
    admin = browser("admin")
    page = admin.get(PAGE).text
    assert "Change tracking" in page
    assert page.count("Up to date") >= 10
    connected.world.break_it("server error", {"status": 501, "path": "/leads"})
    connected.round()
    page = admin.get(PAGE).text
    assert 'Retry<span class="unseen">: Leads' in page
    connected.world.mend()
    assert admin.submit(f"{PAGE}/retry", {"table": "lead"}).status_code == 303
    connected.round(seconds=1)
    assert "Retry<span" not in admin.get(PAGE).text


def test_people_are_not_invited_where_they_come_from_dynamics_365(connected: Office, browser: Open, desk: Desk) -> None:
    with desk.services.database.transaction() as session:
        session.get_one(Agent, desk.agentid).startedon = None
    page = browser("admin").get("/").text
    assert "Invite people" not in page
    assert 'href="/people">People of the organisation</a> <span class="unseen">(done)' not in page
    connected.round()
    assert 'href="/people">People of the organisation</a> <span class="unseen">(done)' in browser("admin").get("/").text


def test_when_everything_fails_the_page_says_once_when_it_looks_next(connected: Office, browser: Open) -> None:
    connected.round()
    with connected.database.transaction() as session:
        state = session.scalars(select(MirrorState)).one()
        state.trouble, state.dueat = "No connection can be made; it is tried again.", connected.clock()
    page = browser("admin").get(PAGE).text
    assert "it is tried again. The next look is at " in page
    assert "It is tried again at" not in page


def test_paused_nothing_is_read_and_what_changed_meanwhile_comes_in_later(connected: Office, browser: Open) -> None:
    lead = connected.lead()
    connected.round()
    admin = browser("admin")
    assert "Mails of the agent wait meanwhile" in admin.get(PAGE).text
    admin.submit(f"{PAGE}/pause")
    connected.change("lead", lead, companyname="Southwind")
    assert connected.round() == 0
    assert "Paused" in (page := admin.get(PAGE).text)
    assert "mails of the agent wait until then" in page
    admin.submit(f"{PAGE}/resume")
    connected.round()
    assert connected.ours(Lead, lead).companyname == "Southwind"


def test_everything_is_read_again_after_a_tick(connected: Office, browser: Open) -> None:
    lead = connected.lead()
    connected.round()
    with connected.database.transaction() as session:
        session.get_one(Lead, lead).companyname = "Damaged here"
    admin = browser("admin")
    admin.submit(f"{PAGE}/read-again")
    connected.round()
    assert connected.ours(Lead, lead).companyname == "Damaged here"
    admin.submit(f"{PAGE}/read-again", {"sure": "yes", "table": "lead"})
    connected.round()
    assert connected.ours(Lead, lead).companyname == "Northwind"


def test_a_webhook_with_the_key_makes_the_mirror_look_at_once(connected: Office, browser: Open) -> None:
    lead = connected.lead()
    connected.round()
    admin, stranger = browser("admin"), browser(None)
    page = admin.submit(f"{PAGE}/key")
    key = page.text.split('id="new-key">')[1].split("<")[0]
    connected.change("lead", lead, companyname="Southwind")
    assert connected.round(seconds=1) == 0
    assert stranger.post(f"{PAGE}/wake?code=wrong", json={}).status_code == 404
    assert connected.round(seconds=1) == 0
    headers = {"x-ms-dynamics-entity-name": "lead"}
    assert stranger.post(f"{PAGE}/wake?code={key}", json={"MessageName": "Update"}, headers=headers).status_code == 204
    assert connected.round(seconds=1) == 1
    assert connected.ours(Lead, lead).companyname == "Southwind"


def test_the_api_does_what_the_page_does(connected: Office, api: Callable[..., TestClient]) -> None:
    connected.lead()
    connected.round()
    client = api()
    found = client.get("mirror").json()
    leads = next(line for line in found["lines"] if line["table"] == "lead")
    assert (leads["visible"], leads["phase"], leads["way"]) == (1, "following", "Change tracking")
    assert client.put("mirror/state", json={"paused": True}).status_code == 204
    assert client.get("mirror").json()["pausedon"]
    assert client.put("mirror/state", json={"paused": False}).status_code == 204
    assert client.post("mirror/retry", json={"table": "nothing"}).status_code == 404
    assert client.post("mirror/read-again", json={"table": "lead"}).status_code == 204
    assert len(client.post("mirror/key").json()["key"]) > 30


def test_the_tables_of_microsofts_agent_are_chosen_here_and_off_at_first(
    connected: Office, browser: Open, api: Callable[..., TestClient]
) -> None:
    admin, box = browser("admin"), '<input type="checkbox" name="on" value="yes"'

    def is_on() -> bool:
        with connected.database.reading() as session:
            return session.get_one(CrmConnection, "dynamics365").usemsdyn

    assert f"{box}> <span>Fill them too: each run, its result and its handover" in admin.get(PAGE).text
    admin.submit(f"{PAGE}/agent-tables", {"on": "yes"})
    page = admin.get(PAGE).text
    assert is_on()
    assert "It is chosen. Whether they are there cannot be asked now" in page, "this desk has no secret"
    assert f"{box} checked>" in page
    admin.submit(f"{PAGE}/agent-tables")
    assert not is_on()
    assert f"{box}>" in admin.get(PAGE).text
    client = api()
    assert "cannot be asked now" in client.put("mirror/agent-tables", json={"on": True}).json()["said"]
    assert (is_on(), client.get("mirror").json()["agent_tables"]) == (True, True)
    assert client.put("mirror/agent-tables", json={"on": False}).json() == {"said": ""}


def test_the_health_page_has_a_line_for_it(connected: Office, desk: Desk) -> None:
    def line() -> health.Finding:
        with desk.services.database.reading() as session:
            who = operator(session)
        return next(found for found in health.examine(desk.services, who) if found.what == "Mirror")

    assert "first load" in line().detail
    connected.round()
    assert line().state == "ok"
    connected.world.break_it("server error", {"status": 501, "path": "/leads"})
    connected.round()
    assert (line().state, "Leads" in line().detail) == ("fail", True)
