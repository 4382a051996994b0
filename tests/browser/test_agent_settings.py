"""The settings pages in a real browser: by keyboard, with suggestions, live previews, and without a script."""

import dataclasses
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import update
from tests.browser.desk_server import chromium, served, sign_in
from tests.web.desk import PASSWORD, Desk, make

from leadwright.actions import agent as act
from leadwright.analyst.builtin import BuiltinAnalyst
from leadwright.db.agent import Agent, Prerequisite
from leadwright.db.configuration import Configuration
from leadwright.db.engine import Database
from leadwright.db.schema import migrate
from leadwright.identity.access import principal
from leadwright.settings import Settings

TEMPLATE = "Hello {{Lead.First Name}}, shelves hold more."


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    folder: Path = tmp_path_factory.mktemp("settings")
    database = Database(f"sqlite:///{folder / 'desk.db'}")
    migrate(database)
    made = make(database, settings=Settings(data_dir=folder / "data"))
    made = dataclasses.replace(made, services=dataclasses.replace(made.services, analyst=BuiltinAnalyst()))
    with database.transaction() as session:
        session.execute(update(Prerequisite).values(done=True, state="done"))
    with database.reading() as session:
        who = principal(session, made.people["admin"])
    products = {
        "value_proposition": "Shelf planning software for supermarkets with 500 to 20,000 employees.",
        "benefits": "Used by procurement managers across Germany.",
    }
    act.edit_draft(made.services, who, made.agentid, "products", products)
    yield made
    database.close()


@pytest.fixture(scope="module")
def address(desk: Desk) -> Iterator[str]:
    with served(desk.services) as at:
        yield at


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as opened:
        yield opened


def _page(browser: Browser, address: str, *, script: bool = True) -> Page:
    page = browser.new_context(java_script_enabled=script).new_page()
    sign_in(page, address, "admin@seller.example", PASSWORD)
    return page


def _draft(desk: Desk) -> Configuration:
    with desk.services.database.reading() as session:
        return Configuration.model_validate(session.get_one(Agent, desk.agentid).draft)


def test_a_slash_offers_fields_by_keyboard_and_the_mail_follows_what_is_typed(
    desk: Desk, browser: Browser, address: str
) -> None:
    page = _page(browser, address)
    page.goto(f"{address}/agent/section/email")
    body = page.locator("#fixed_body")
    body.click()
    page.keyboard.type("Hello /first")
    expect(page.locator("#fixed_body-list li").first).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("#fixed_body-list")).to_be_hidden()
    assert body.input_value() == "Hello /first"
    page.keyboard.type(" ")
    page.keyboard.press("Backspace")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Enter")
    assert body.input_value() == "Hello {{Lead.First Name}}"
    page.keyboard.type(", shelves hold more.")
    letter = page.locator("#preview .letter")
    expect(letter).to_contain_text("shelves hold more.")
    expect(letter).not_to_contain_text("{{")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("Saved in the draft.").first).to_be_visible()
    assert _draft(desk).email.fixed_body == TEMPLATE


def test_a_signature_is_written_as_rich_text_with_a_link(desk: Desk, browser: Browser, address: str) -> None:
    page = _page(browser, address)
    page.goto(f"{address}/agent/section/profile")
    box = page.get_by_role("textbox", name="Email signature")
    box.click()
    page.keyboard.type("Kind regards")
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Bold").click()
    page.keyboard.type("Sam")
    page.get_by_role("button", name="Bold").click()
    page.keyboard.type(" ")
    page.get_by_role("button", name="Link", exact=True).click()
    page.get_by_label("Address of the link").fill("northwind.example")
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.locator(".signature-shown")).to_contain_text("Sam")
    kept = _draft(desk).profile
    assert kept.signature.startswith("Kind regards\nSam")
    assert "<b>Sam</b>" in kept.signature_html
    assert 'href="https://northwind.example"' in kept.signature_html


def test_criteria_are_generated_and_accepted_by_keyboard_alone(desk: Desk, browser: Browser, address: str) -> None:
    page = _page(browser, address)
    page.goto(f"{address}/agent/section/criteria")
    page.get_by_role("button", name="Generate").press("Enter")
    page.wait_for_selector(".criterion.proposed")
    assert _draft(desk).criteria == []
    for accept in page.get_by_label("Accept: keep this criterion when I save").all():
        accept.press("Space")
    page.get_by_role("button", name="Save", exact=True).press("Enter")
    page.wait_for_selector("text=Saved in the draft.")
    assert "Employee size" in {c.name for c in _draft(desk).criteria}


def test_conditions_are_added_counted_and_moved_by_keyboard(browser: Browser, address: str) -> None:
    page = _page(browser, address)
    page.goto(f"{address}/agent/selection")
    expect(page.locator("#builder")).to_contain_text("4 of 10 conditions used")
    page.get_by_role("button", name="Row", exact=True).first.press("Enter")
    expect(page.locator("#builder")).to_contain_text("5 of 10 conditions used")
    fresh = page.locator("#builder .line").last
    fresh.locator("select").first.select_option("jobtitle")
    page.wait_for_timeout(500)
    fresh = page.locator("#builder .line").last
    expect(fresh.locator("select").first).to_have_value("jobtitle")
    fresh.locator("select").first.focus()
    page.keyboard.press("Alt+ArrowUp")
    expect(page.locator("#builder .line").nth(3).locator("select").first).to_have_value("jobtitle")
    expect(page.locator("#preview")).to_contain_text("Not saved yet")


def test_the_settings_work_without_a_script(desk: Desk, browser: Browser, address: str) -> None:
    page = _page(browser, address, script=False)
    page.goto(f"{address}/agent/section/email")
    page.locator("#fixed_body").fill("Hello {{Lead.Company Name}}")
    page.get_by_role("button", name="Show").click()
    assert "{{" not in page.locator("#preview .letter").inner_text()
    page.goto(f"{address}/agent/selection")
    page.get_by_role("button", name="Row", exact=True).first.click()
    assert "5 of 10 conditions used" in page.locator("#builder").inner_text()
    page.goto(f"{address}/agent/section/profile")
    page.locator("#signature_html").fill('Sam <a href="https://northwind.example">here</a>')
    page.get_by_role("button", name="Save", exact=True).click()
    assert _draft(desk).profile.signature == "Sam here (https://northwind.example)"
