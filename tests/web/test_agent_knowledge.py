"""Knowledge: several files at once, groups of competitors, the test pane with its JSON; the same over the API."""

import html
import re
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import update
from starlette.testclient import TestClient
from tests.web.conftest import ORIGIN, Browser
from tests.web.desk import PASSWORD, Desk

from leadwright.actions.insight_trial import start_trial
from leadwright.actions.knowledge import add_source
from leadwright.analyst.builtin import BuiltinAnalyst
from leadwright.api.routes import router
from leadwright.db.agent import Agent, Prerequisite
from leadwright.errors import Conflict
from leadwright.identity.access import Principal, principal
from leadwright.web.app import create_app
from leadwright.workflows.insight_trial import work

PAGE = "/agent/knowledge"


@pytest.fixture
def desk(desk: Desk) -> Desk:
    with desk.services.database.transaction() as session:
        session.execute(update(Prerequisite).values(done=True, state="done"))
        agent = session.get_one(Agent, desk.agentid)
        company = {**agent.draft["company"], "name": "Northwind", "website": "https://northwind.example"}
        agent.draft = {**agent.draft, "company": {**company, "value_proposition": "Shelf planning for retail stores."}}
    return replace(desk, services=replace(desk.services, analyst=BuiltinAnalyst()))


def _admin(desk: Desk) -> Principal:
    with desk.services.database.reading() as session:
        return principal(session, desk.people["admin"])


def _text(page: str) -> str:
    return html.unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page)))


def _paper(tmp_path: Path, text: str) -> str:
    folder = tmp_path / "papers"
    folder.mkdir(exist_ok=True)
    folder.joinpath("contoso.md").write_text(f"# Contoso\n\n{text}\n")
    return str(folder)


def test_several_files_go_into_one_set_and_one_that_cannot_be_read_stops_no_other(
    desk: Desk, browser: Callable[..., Browser]
) -> None:
    admin = browser("admin")
    files = [
        ("file", ("one.md", b"Our shelves hold 300 kg.", "text/markdown")),
        ("file", ("two.txt", b"Delivery takes three weeks.", "text/plain")),
        ("file", ("bad.exe", b"MZ", "application/octet-stream")),
    ]
    answer = admin.submit(PAGE, {"purpose": "outreach"}, form=PAGE, files=files)
    assert answer.status_code == 303
    shown = _text(admin.get(PAGE).text)
    assert "2 documents taken in. bad.exe: Files of these kinds can be read" in shown
    assert "one.md" in shown
    assert "two.txt" in shown
    answer = admin.submit(PAGE, {"purpose": "outreach"}, form=PAGE, files=files[2:])
    assert answer.status_code == 422


def test_key_competitors_get_groups_of_documents_and_a_fourth_is_refused(
    desk: Desk, browser: Callable[..., Browser]
) -> None:
    admin = browser("admin")
    form = {"competitor-1": "Fabrikam", "competitor-2": "", "competitor-3": "Tailspin"}
    assert admin.submit(f"{PAGE}/competitors", form, form=PAGE).status_code == 303
    assert '<option value="competitor:Fabrikam">Competitor: Fabrikam' in admin.get(PAGE).text
    files = {"file": ("card.md", b"Fabrikam shelves bend.", "text/markdown")}
    admin.submit(PAGE, {"purpose": "competitor:Fabrikam"}, form=PAGE, files=files)
    admin.submit(f"{PAGE}/competitors", {"competitor-1": "Tailspin"}, form=PAGE)
    assert "No key competitor any more" in _text(admin.get(PAGE).text)


def test_a_company_is_tried_and_its_insights_shown_as_json_with_the_passages_used(desk: Desk, tmp_path: Path) -> None:
    said = (
        "Contoso is a retail company with 10,000 employees and 300 stores. Contoso plans to expand its stores in 2026."
    )
    add_source(desk.services, _admin(desk), "research", "folder", _paper(tmp_path, said))
    with Browser(create_app(desk.services, routers=[router]), base_url=ORIGIN) as admin:
        signed_in = {"email": "admin@seller.example", "password": PASSWORD, "next": "/"}
        admin.submit("/sign-in", signed_in, form="/sign-in")
        begun = admin.submit(f"{PAGE}/test", {"company": "Contoso", "product": "Shelf planning for stores."}, form=PAGE)
        page = ""
        for _ in range(100):
            page = admin.get(begun.headers["location"]).text
            if "data-refresh" not in page:
                break
            time.sleep(0.1)
        assert "accountOverview" in page
        assert "accountFinances" in page
        assert "10,000 employees" in _text(page)
        assert "are quoted" in _text(page)
        refused = admin.submit(f"{PAGE}/test", {"company": ""}, form=PAGE)
        assert (refused.status_code, "Name the company" in _text(refused.text)) == (422, True)
        refused = admin.submit(f"{PAGE}/test", {"company": "Contoso", "website": "no address"}, form=PAGE)
        assert "Enter it like contoso.example" in _text(refused.text)


def test_columns_for_the_web_search_are_chosen_and_never_name_a_person(
    desk: Desk, browser: Callable[..., Browser], api: Callable[..., TestClient]
) -> None:
    admin = browser("admin")
    shown = admin.get(PAGE).text
    assert 'name="search_fields" value="lead.address1_city"' in shown
    assert 'name="search_fields" value="lead.emailaddress1"' not in shown
    form = {"search_fields": "lead.address1_city"}
    assert admin.submit(f"{PAGE}/search-fields", form, form=PAGE).status_code == 303
    with desk.services.database.reading() as session:
        assert session.get_one(Agent, desk.agentid).draft["search_fields"] == ["lead.address1_city"]
    refused = api().patch("agent/search_fields", json={"values": {"search_fields": ["lead.fullname"]}})
    assert (refused.status_code, refused.json()["field"]) == (422, "search_fields")


def test_one_company_is_tried_at_a_time_and_a_failure_says_why(desk: Desk) -> None:
    who = _admin(desk)
    trialid = start_trial(desk.services, who, desk.agentid, company="Contoso", begin=lambda _s, _t: None)
    with pytest.raises(Conflict, match="Contoso is being tried"):
        start_trial(desk.services, who, desk.agentid, company="Fabrikam", begin=lambda _s, _t: None)
    work(desk.services, trialid)
    start_trial(desk.services, who, desk.agentid, company="Fabrikam", begin=lambda _s, _t: None)


def test_knowledge_and_the_test_pane_over_the_api(desk: Desk, api: Callable[..., TestClient], tmp_path: Path) -> None:
    program = api()
    folder = _paper(tmp_path, "Contoso has 10,000 employees.")
    body = {"purpose": "research", "kind": "folder", "location": folder}
    sourceid = program.post("agent/knowledge", json=body).json()["sourceid"]
    assert _ready(program, sourceid) == "ready"
    found = program.get("agent/knowledge/passages", params={"question": "Contoso employees"}).json()
    assert "10,000" in found[0]["text"]
    files = {"file": ("prices.csv", b"Plan,Price\nBasic,$900\n", "text/csv")}
    assert program.post("agent/knowledge/files", data={"purpose": "followup"}, files=files).json()["state"] == "ready"
    assert "Basic" in program.put("agent/products/price-list", files=files).json()["price_list"]
    assert program.post(f"agent/knowledge/{sourceid}/refresh").status_code == 202
    assert program.delete(f"agent/knowledge/{sourceid}").status_code == 204
    assert program.post(f"agent/knowledge/{sourceid}/refresh").status_code == 404
    refused = program.post("agent/knowledge", json={**body, "kind": "table", "location": "lead"})
    assert (refused.status_code, refused.json()["field"]) == (422, "location")
    trialid = program.post("agent/knowledge/tests", json={"company": "Contoso"}).json()["trialid"]
    told: dict[str, Any] = {}
    for _ in range(100):
        told = program.get(f"agent/knowledge/tests/{trialid}").json()
        if told["state"] != "running":
            break
        time.sleep(0.1)
    assert told["state"] in {"done", "failed"}
    assert api("Sales Manager").post("agent/knowledge/tests", json={"company": "Contoso"}).status_code == 403


def _ready(program: TestClient, sourceid: str) -> str:
    for _ in range(100):
        state = next(s["state"] for s in program.get("agent/knowledge").json() if s["sourceid"] == sourceid)
        if state != "new":
            return str(state)
        time.sleep(0.1)
    raise AssertionError("the source was never read")
