"""Handoff criteria: where each is stored, what is refused, proposals from the product text, fields in instructions."""

import html
import re
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import update
from starlette.testclient import TestClient
from tests.web.conftest import Browser
from tests.web.desk import Desk

from leadwright.actions import agent as act
from leadwright.db.agent import Agent, Prerequisite
from leadwright.db.people import CustomColumn
from leadwright.domain.attributes import TABLES
from leadwright.domain.criterion_fields import why_refused
from leadwright.errors import BadInput
from leadwright.identity.access import principal
from leadwright.research.criterion_pages import check_places, told

PAGE = "/agent/section/criteria"
PRODUCTS = {
    "value_proposition": "Shelf planning software for supermarkets and department stores with 500 to 20,000 employees.",
    "benefits": "Used by procurement managers and category directors across Germany and France. "
    "Fits companies with over $50 million in annual revenue.",
}


@pytest.fixture(autouse=True)
def _sections_are_open(desk: Desk) -> None:
    with desk.services.database.transaction() as session:
        session.execute(update(Prerequisite).values(done=True, state="done"))


def _text(page: str) -> str:
    return html.unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page)))


def _edit(desk: Desk, section: str, values: dict[str, Any]) -> None:
    with desk.services.database.reading() as session:
        who = principal(session, desk.people["admin"])
    act.edit_draft(desk.services, who, desk.agentid, section, values)


def _kept(desk: Desk) -> list[dict[str, Any]]:
    with desk.services.database.reading() as session:
        agent = session.get(Agent, desk.agentid)
        assert agent
        return list(agent.draft["criteria"])


def test_proposals_are_shown_as_rows_and_only_accepted_ones_are_kept(
    desk: Desk, browser: Callable[..., Browser]
) -> None:
    _edit(desk, "criteria", {"criteria": []})
    _edit(desk, "products", PRODUCTS)
    admin = browser("admin")
    page = admin.submit(PAGE, {"do": "generate"}, form=PAGE).text
    assert "nothing is saved before you press Save" in _text(page)
    assert _kept(desk) == []
    rows = dict(re.findall(r'<input[^>]* id="(name-\d+)"[^>]* value="([^"]*)"', page))
    assert "Employee size" in rows.values()
    form: dict[str, Any] = {}
    for n in range(1, len(rows) + 1):
        details = re.search(rf'<textarea id="details-{n}"[^>]*>([^<]*)</textarea>', page)
        assert details
        form |= {f"row-{n}": "1", f"proposed-{n}": "1", f"name-{n}": rows[f"name-{n}"], f"quote-{n}": "words"}
        form |= {f"details-{n}": html.unescape(details[1]), f"kind-{n}": "employees"}
    size = next(n for n, name in rows.items() if name == "Employee size").partition("-")[2]
    form[f"take-{size}"] = "1"
    assert admin.submit(PAGE, form, form=PAGE).status_code == 303
    assert [(c["name"], c["details"]) for c in _kept(desk)] == [("Employee size", "500 to 20,000 employees")]


def test_without_a_text_about_the_products_generate_says_what_to_do(
    desk: Desk, browser: Callable[..., Browser]
) -> None:
    _edit(desk, "products", {"value_proposition": "", "benefits": ""})
    answer = browser("admin").submit(PAGE, {"do": "generate"}, form=PAGE)
    assert answer.status_code == 422
    assert "Describe the value proposition under Products" in _text(answer.text)


@pytest.mark.parametrize(
    ("field", "reason"),
    [
        ("lead.ownerid", "it names who works on the record"),
        ("lead.parentaccountid", "it points to"),
        ("lead.parentaccountid.industrycode", "Only directly related tables can be read"),
    ],
)
def test_a_column_of_a_refused_type_is_not_offered_and_refused_with_the_reason(
    desk: Desk, browser: Callable[..., Browser], field: str, reason: str
) -> None:
    admin = browser("admin")
    assert f'<option value="{field}"' not in admin.get(PAGE).text
    form = {"name-1": "Size", "kind-1": "employees", "details-1": "over 100 employees", "field-1": field}
    answer = admin.submit(PAGE, form, form=PAGE)
    assert answer.status_code == 422
    assert reason in _text(answer.text)


def test_every_refused_kind_has_a_reason_that_says_why() -> None:
    refused = [
        f"{t.name}.{a.name}"
        for t in TABLES.values()
        for a in t.attributes.values()
        if why_refused(f"{t.name}.{a.name}")
    ]
    assert "lead.ownerid" in refused
    assert all(why_refused(name).endswith(".") for name in refused)


def test_a_mapped_column_that_disappears_makes_the_section_red(desk: Desk, browser: Callable[..., Browser]) -> None:
    column = CustomColumn(tablename="lead", name="new_fleet", label="Fleet", kind="number")
    with desk.services.database.transaction() as session:
        session.add(column)
    admin = browser("admin")
    form = {"name-1": "Fleet", "kind-1": "custom", "details-1": "over 20", "field-1": "lead.new_fleet"}
    assert admin.submit(PAGE, form, form=PAGE).status_code == 303
    assert "does not exist" not in _text(admin.get(PAGE).text)
    with desk.services.database.transaction() as session:
        session.delete(session.merge(column))
    page = _text(admin.get(PAGE).text)
    assert "Criterion Fleet names the column lead.new_fleet, which does not exist" in page
    assert "this criterion is unknown for every lead" in page


def test_rows_are_added_moved_and_removed_without_saving(desk: Desk, browser: Callable[..., Browser]) -> None:
    before, admin = _kept(desk), browser("admin")
    rows = {f"{p}-{n}": v for n, name in ((1, "One"), (2, "Two")) for p, v in (("name", name), ("details", "x"))}
    for pressed, first in (("up:2", "Two"), ("down:1", "Two"), ("remove:1", "Two"), ("add", "One")):
        page = admin.submit(PAGE, {**rows, "do": pressed}, form=PAGE).text
        named = re.search(r'id="name-1"[^>]* value="([^"]*)"', page)
        assert named
        assert named[1] == first
        assert "Not saved yet" in page
    assert _kept(desk) == before


def test_fields_in_addresses_and_instructions_are_known_and_name_no_person(
    desk: Desk, browser: Callable[..., Browser]
) -> None:
    admin = browser("admin")
    assert "{{Lead.Company Name}}" in admin.get(PAGE).text
    assert "{{Lead.Email}}" not in admin.get(PAGE).text
    form = {
        "name-1": "Certified",
        "kind-1": "custom",
        "details-1": "yes",
        "url-1": "https://iso.example/?q={{Lead.Boat}}",
    }
    answer = admin.submit(PAGE, form, form=PAGE)
    assert answer.status_code == 422
    assert "Boat" in _text(answer.text)
    with pytest.raises(BadInput, match="two braces"):
        check_places("https://iso.example/{{Lead.Company Name}", TABLES)


def test_the_lead_fills_the_fields_of_instructions(desk: Desk) -> None:
    from leadwright.db.sales import Lead
    from leadwright.research.fields import Records

    lead = Lead(companyname="Contoso Ltd.", lastname="Doe")
    assert told("Is {{Lead.Company Name}} listed{{Lead.City}}?", Records(lead, None, None, None)) == (
        "Is Contoso Ltd. listed?"
    )


def test_columns_proposals_trials_and_lookups_over_the_api(desk: Desk, api: Callable[..., TestClient]) -> None:
    _edit(desk, "products", PRODUCTS)
    program = api()
    columns = program.get("agent/criteria/columns").json()
    assert "lead.numberofemployees" in columns["columns"]["Lead"]
    assert any("Owner" in why for why in columns["refused"])
    proposed = program.post("agent/criteria/generate").json()
    assert {"employees", "revenue"} <= {p["kind"] for p in proposed["proposals"]}
    assert proposed["by"] != ""
    conditions = {"all": [{"attribute": "statecode", "operator": "eq", "value": 0}]}
    tried = program.post("agent/selection/preview", json={"conditions": conditions, "look_back_days": 3650}).json()
    assert tried["total"] > 0
    leadid = tried["leads"][0]["leadid"]
    told_why = program.post("agent/selection/preview", json={"conditions": conditions, "leadid": leadid}).json()["why"]
    assert any("Open" in line["condition"] for line in told_why)
    assert (
        program.post("agent/selection/preview", json={"conditions": {"all": [{"attribute": "x"}]}}).status_code == 422
    )
    assert program.get("agent/lookups/owner", params={"text": "Sam"}).json()[0]["name"] == "Sam Seller"
    assert program.get("agent/lookups/boat").status_code == 404
    assert api("Sales Manager").post("agent/criteria/generate").status_code == 403
