"""Seller segments: built and counted on the desk and over the API, named by why and why not, obeyed when leads come."""

import re
from collections.abc import Callable

import pytest
from sqlalchemy import select, update
from starlette.testclient import TestClient
from tests.web.conftest import Browser
from tests.web.desk import NOW, Desk

from leadwright.actions.agent_draft import edit_draft
from leadwright.actions.seller_segments import MOST, save_segment
from leadwright.db import changes
from leadwright.db.agent import Agent, AgentVersion, LeadRun, Prerequisite
from leadwright.db.people import BusinessUnit, SystemUser
from leadwright.db.sales import Lead
from leadwright.errors import BadInput, Conflict
from leadwright.identity.access import principal
from leadwright.workflows.take_in import take_in

LIST = "/agent/selection/sellers"
LARGE = {
    "name": "Key accounts",
    "column-1": "numberofemployees",
    "operator-1": "ge",
    "value-1": "10,000",
    "join": "all",
    "timezone": "UTC",
}
TREE = {"all": [{"attribute": "numberofemployees", "operator": "ge", "value": 10_000}]}


@pytest.fixture(autouse=True)
def _sections_are_open(desk: Desk) -> None:
    with desk.services.database.transaction() as session:
        session.execute(update(Prerequisite).values(done=True, state="done"))


def _draft(desk: Desk) -> list[dict[str, object]]:
    with desk.services.database.reading() as session:
        found: list[dict[str, object]] = session.get_one(Agent, desk.agentid).draft["selection"]["seller_segments"]
        return found


def test_a_seller_segment_is_created_previewed_changed_and_deleted(desk: Desk, browser: Callable[..., Browser]) -> None:
    client = browser("admin")
    assert f'href="{LIST}"' in client.get("/agent/selection").text
    assert "No seller segment yet" in client.get(LIST).text
    preview = client.submit(LIST, LARGE | {"do": "preview"})
    assert "Not saved yet." in preview.text
    assert re.search(r"10 leads are in this segment", preview.text)
    assert _draft(desk) == []
    assert client.submit(LIST, LARGE).status_code == 303
    assert [s["name"] for s in _draft(desk)] == ["Key accounts"]
    listed = client.get(LIST).text
    assert "Key accounts" in listed
    assert "10 leads" in listed
    form = client.get(f"{LIST}/edit?name=Key%20accounts").text
    assert 'value="10000"' in form
    version = re.search(r'name="versionnumber" value="(\d+)"', form)
    assert version
    renamed = LARGE | {"former": "Key accounts", "name": "Giants", "versionnumber": version[1]}
    assert client.submit(LIST, renamed).status_code == 303
    assert [s["name"] for s in _draft(desk)] == ["Giants"]
    assert client.submit(LIST, renamed).status_code in {404, 409}
    assert client.submit(f"{LIST}/delete", {"name": "Giants"}).status_code == 303
    assert _draft(desk) == []
    assert client.submit(f"{LIST}/delete", {"name": "Giants"}).status_code == 404


def test_why_not_names_the_seller_segment_that_took_the_lead(desk: Desk, browser: Callable[..., Browser]) -> None:
    client = browser("admin")
    client.submit(LIST, LARGE)
    with desk.services.database.reading() as session:
        lead = session.scalars(select(Lead).where(Lead.numberofemployees > 10_000)).first()
    assert lead is not None
    told = client.get(f"/agent/selection?lead={lead.leadid}").text
    assert "The lead is not in the seller segment Key accounts" in told
    assert "in Key accounts, so it goes to people" in told


def test_what_cannot_be_a_segment_is_said_and_stays_typed(desk: Desk, browser: Callable[..., Browser]) -> None:
    client = browser("admin")
    nameless = client.submit(LIST, LARGE | {"name": " "})
    assert nameless.status_code == 422
    assert "Give the segment a name" in nameless.text
    assert 'value="10,000"' in nameless.text
    assert "would take every lead" in client.submit(LIST, {"name": "Everybody", "join": "all"}).text
    wrong = client.submit(LIST, LARGE | {"value-1": "many"})
    assert "needs a number" in wrong.text
    assert _draft(desk) == []


def test_only_who_configures_the_agent_changes_segments(desk: Desk, browser: Callable[..., Browser]) -> None:
    manager = browser("manager")
    assert manager.get(LIST).status_code == 200
    assert "New seller segment" not in manager.get(LIST).text
    assert manager.submit(LIST, LARGE).status_code == 403


def test_segments_are_kept_apart_by_name_and_are_not_endless(desk: Desk) -> None:
    with desk.services.database.reading() as session:
        admin = principal(session, desk.people["admin"])
    version = save_segment(desk.services, admin, desk.agentid, "A", TREE)
    with pytest.raises(BadInput, match="already"):
        save_segment(desk.services, admin, desk.agentid, " A ", TREE)
    with pytest.raises(Conflict):
        save_segment(desk.services, admin, desk.agentid, "B", TREE, versionnumber=version - 1)
    for n in range(MOST - 1):
        save_segment(desk.services, admin, desk.agentid, f"S{n}", TREE)
    with pytest.raises(BadInput, match="the most there may be"):
        save_segment(desk.services, admin, desk.agentid, "One more", TREE)
    unknown = {"all": [{"attribute": "gone", "operator": "eq", "value": 1}]}
    with pytest.raises(BadInput, match=r"Seller segment X: .*gone"):
        values = {"seller_segments": [{"name": "X", "conditions": unknown}]}
        edit_draft(desk.services, admin, desk.agentid, "selection", values)


def test_a_segment_whose_column_is_gone_is_shown_and_makes_the_section_red(
    desk: Desk, browser: Callable[..., Browser]
) -> None:
    with desk.services.database.transaction() as session:
        agent = session.get_one(Agent, desk.agentid)
        broken = {"all": [{"attribute": "new_gone", "operator": "eq", "value": "x"}]}
        selection = {**agent.draft["selection"], "seller_segments": [{"name": "Old", "conditions": broken}]}
        agent.draft = {**agent.draft, "selection": selection}
    client = browser("admin")
    listed = client.get(LIST).text
    assert "Cannot be used" in listed
    assert "Seller segment Old" in listed
    assert "new_gone" in client.get(f"{LIST}/edit?name=Old").text


def test_segments_over_the_api_and_a_lead_that_matches_one_goes_to_people(
    desk: Desk, api: Callable[..., TestClient]
) -> None:
    client = api()
    assert client.put("agent/selection/sellers/Key accounts", json={"conditions": TREE}).status_code == 200
    (segment,) = client.get("agent/selection/sellers").json()
    assert (segment["name"], segment["conditions"], segment["leads"]) == ("Key accounts", TREE, 10)
    with desk.services.database.transaction() as session:
        agent = session.get_one(Agent, desk.agentid)
        agent.startedon = NOW
        session.add(AgentVersion(agentid=agent.agentid, version=1, configuration=agent.draft))
        unit = session.scalars(select(BusinessUnit.businessunitid)).first()
        for leadid, employees in (("large", 12_000), ("small", 12)):
            lead = Lead(leadid=leadid, companyname="New", emailaddress1=f"{leadid}@new.example", createdon=NOW)
            lead.numberofemployees, lead.ownerid, lead.owningbusinessunit = employees, desk.people["seller"], unit or ""
            session.add(lead)
            session.flush()
            changes.record(session, leadid, "created")
    take_in(desk.services)
    with desk.services.database.reading() as session:
        taken = session.scalars(select(LeadRun.leadid).where(LeadRun.leadid.in_(("large", "small")))).all()
    assert taken == ["small"]
    lines = client.get("agent/selection/why/large").json()
    assert any("Key accounts" in line["condition"] and not line["met"] for line in lines)
    assert client.delete("agent/selection/sellers/Key accounts").status_code == 200
    assert client.get("agent/selection/sellers").json() == []


def test_secrets_are_rotated_over_the_api(desk: Desk, api: Callable[..., TestClient]) -> None:
    client = api()
    assert client.get("agent/prerequisites/1/secrets").json() == []
    assert client.post("agent/prerequisites/1/secrets", json={}).status_code == 409
    with desk.services.database.transaction() as session:
        appid = session.scalars(
            select(SystemUser.applicationid).join(Agent, Agent.agentuserid == SystemUser.systemuserid)
        ).one()
        session.get_one(Prerequisite, (desk.agentid, 1)).inputs = {"clientid": appid}
    made = client.post("agent/prerequisites/1/secrets", json={"days": 30})
    assert made.status_code == 201
    (line,) = client.get("agent/prerequisites/1/secrets").json()
    assert line["keyid"] == made.json()["keyid"]
    assert made.json()["value"] not in str(line)
    assert api("Application Developer").delete(f"agent/prerequisites/1/secrets/{line['keyid']}").status_code == 403
    assert client.delete(f"agent/prerequisites/1/secrets/{line['keyid']}").status_code == 204
    assert client.delete(f"agent/prerequisites/1/secrets/{line['keyid']}").status_code == 404
