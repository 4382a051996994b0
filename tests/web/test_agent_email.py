"""Email instructions: the mail to a real lead as it is typed, variables by label, and which column is the address."""

import html
import re
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import update
from starlette.testclient import TestClient
from tests.web.conftest import Browser
from tests.web.desk import Desk

from leadwright.db.agent import Agent, Prerequisite
from leadwright.db.people import CustomColumn
from leadwright.db.sales import Lead

PAGE = "/agent/section/email"


@pytest.fixture(autouse=True)
def _sections_are_open(desk: Desk) -> None:
    with desk.services.database.transaction() as session:
        session.execute(update(Prerequisite).values(done=True, state="done"))


def _email(desk: Desk) -> dict[str, Any]:
    with desk.services.database.reading() as session:
        return dict(session.get_one(Agent, desk.agentid).draft["email"])


def _lead(desk: Desk) -> Lead:
    with desk.services.database.reading() as session:
        return session.get_one(Lead, desk.lead("handed_over"))


def _text(page: str) -> str:
    return html.unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page)))


def test_a_fixed_template_is_shown_filled_for_a_real_lead_before_it_is_saved(
    desk: Desk, browser: Callable[..., Browser]
) -> None:
    admin, lead, before = browser("admin"), _lead(desk), _email(desk)
    body = "Hello {{Lead.First Name}},\n\nshelves in {{Lead.City}} for {{Lead.Company Name}}?"
    form = {"do": "preview", "fixed_body": body, "fixed_subject": "Shelves", "lead": lead.leadid}
    page = _text(admin.submit(PAGE, form, form=PAGE).text)
    assert f"shelves in {lead.address1_city} for {lead.companyname}?" in page
    assert f"Hello {lead.firstname or (lead.fullname or '').split()[0]}," in page
    assert "not saved yet" in page
    assert _email(desk) == before
    held = _text(admin.submit(PAGE, {**form, "fixed_body": "Call {{Lead.Fax}}"}, form=PAGE).text)
    assert "would wait for a person" in held
    gone = _text(admin.submit(PAGE, {**form, "lead": "nobody"}, form=PAGE).text)
    assert "Copy it from the leads grid" in gone


def test_without_a_template_the_page_says_where_the_text_is_seen(desk: Desk, browser: Callable[..., Browser]) -> None:
    admin = browser("admin")
    assert "which researches leads and writes the mails without sending them" in _text(admin.get(PAGE).text)
    form = {
        "purpose": "Commercial",
        "use_news": "1",
        "fields": "lead.subject",
        "instructions": "Be short.\n\nNo jokes.",
    }
    assert admin.submit(PAGE, form, form=PAGE).status_code == 303
    kept = _email(desk)
    assert (kept["fields"], kept["instructions"]) == (["lead.subject"], ["Be short.", "No jokes."])


def test_the_address_may_be_an_email_column_of_ones_own_and_no_other(
    desk: Desk, browser: Callable[..., Browser], api: Callable[..., TestClient]
) -> None:
    with desk.services.database.transaction() as session:
        session.add(CustomColumn(tablename="lead", name="new_work", label="Work email", kind="email"))
        session.add(CustomColumn(tablename="lead", name="new_fleet", label="Fleet", kind="number"))
    admin, page = browser("admin"), "/agent/section/validation"
    shown = admin.get(page).text
    assert '<option value="new_work">Work email' in shown
    assert "new_fleet" not in shown
    assert admin.submit(page, {"field": "new_work"}, form=page).status_code == 303
    refused = api().patch("agent/validation", json={"values": {"field": "new_fleet"}})
    assert (refused.status_code, "holds no email address" in refused.json()["detail"]) == (422, True)


def test_the_mail_is_previewed_over_the_api(desk: Desk, api: Callable[..., TestClient]) -> None:
    program = api()
    values = {"fixed_subject": "Shelves", "fixed_body": "Hello {{lead.companyname}}"}
    told = program.post("agent/email/preview", json={"values": values, "lead": desk.lead("handed_over")}).json()
    assert told["subject"] == "Shelves"
    assert f"Hello {_lead(desk).companyname}" in told["body"]
    assert program.post("agent/email/preview", json={}).json()["generated"] is True
    assert program.post("agent/email/preview", json={"values": {"colour": "red"}}).status_code == 422


def test_every_section_says_what_it_is_for_and_what_follows(desk: Desk, browser: Callable[..., Browser]) -> None:
    admin = browser("admin")
    for section in ("profile", "company", "products", "email", "validation", "criteria", "assignment"):
        assert 'class="about"' in admin.get(f"/agent/section/{section}").text


def test_archiving_asks_first(desk: Desk, browser: Callable[..., Browser]) -> None:
    admin = browser("admin")
    assert admin.get("/agent/archive", follow_redirects=False).status_code == 303
    with desk.services.database.transaction() as session:
        session.get_one(Agent, desk.agentid).state = "off"
    assert "It cannot be started again" in _text(admin.get("/agent/archive").text)
    assert 'href="/agent/archive"' in admin.get("/agent").text
    assert admin.submit("/agent/archive", form="/agent/archive").status_code == 303
    page = _text(admin.get("/agent").text)
    assert "Create your Sales Qualification Agent" in page
    assert "Archived agents" in page
