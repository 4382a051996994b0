"""A new administrator goes from an empty installation to a working agent, in a real browser."""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from tests.browser.desk_server import chromium, served

from leadwright.analyst.builtin import BuiltinAnalyst
from leadwright.db.engine import Database
from leadwright.identity.seed import seed_directory
from leadwright.services import Services
from leadwright.settings import Settings
from leadwright.workflows.runtime import Runtime

pytestmark = pytest.mark.browser
PASSWORD = "eleven quiet herons"


@pytest.fixture
def desk(sqlite_database: Database, tmp_path: Path) -> Iterator[tuple[Page, str]]:
    services = Services(Settings(data_dir=tmp_path, dns_checks=False, workers=2), sqlite_database, BuiltinAnalyst())
    with sqlite_database.transaction() as session:
        seed_directory(session)
    runtime = Runtime(services, name="browser")
    runtime.start()
    try:
        with chromium() as browser, served(services) as address:
            context = browser.new_context(viewport={"width": 1440, "height": 900})
            context.set_default_timeout(60_000)
            yield context.new_page(), address
    finally:
        runtime.stop()


def _main(page: Page) -> str:
    return page.locator("main").inner_text()


def test_prerequisites_start_role_removed_paused_given_back_and_on_again(desk: tuple[Page, str]) -> None:
    page, address = desk
    page.goto(address)
    page.get_by_label("Your name").fill("Ada Administrator")
    page.get_by_label("Email address").fill("ada@seller.example")
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_label("Password once more").fill(PASSWORD)
    page.get_by_role("button", name="Create administrator").click()

    page.goto(f"{address}/agent")
    page.get_by_label("Name of the agent").fill("Scout")
    page.get_by_role("button", name="Create agent").click()
    first, second = page.locator("#p1"), page.locator("#p2")

    # A false tick is refused.
    first.get_by_role("button", name="Mark as done").click()
    expect(page.locator("main")).to_contain_text("Not marked as done")

    first.get_by_label("Name").fill("Scout application")
    first.get_by_role("button", name="Register").click()
    expect(page.locator("#new-secret")).not_to_be_empty()
    client_id = page.locator("#p1-clientid").inner_text()
    first.get_by_role("button", name="Mark as done").click()
    expect(first).to_contain_text("Marked as done")

    # A wrong client ID is refused, naming the check that fails.
    second.get_by_label("Application (client) ID").fill("00000000-0000-7000-8000-000000000000")
    second.get_by_role("button", name="Create application user").click()
    expect(page.locator("main")).to_contain_text("AADSTS700016")
    second.get_by_label("Application (client) ID").fill(client_id)
    second.get_by_role("button", name="Create application user").click()
    second.get_by_role("button", name="Mark as done").click()
    expect(second).to_contain_text("Marked as done")
    expect(second).to_contain_text("holds each privilege")

    _fill_in_the_sections(page, address)
    page.goto(f"{address}/agent")
    page.get_by_role("link", name="Start agent").click()
    expect(page.locator("main")).to_contain_text("is the supervisor")
    page.get_by_role("button", name="Start now").click()
    expect(page.locator("main")).to_contain_text("Scout is on")

    # The role is taken away: the agent pauses and says why. Given back: it goes on by itself.
    _set_role(page, address, on=False)
    _wait_for(page, f"{address}/agent", "does not hold the security role AISalesPerson")
    assert "Paused" in _main(page)
    _set_role(page, address, on=True)
    _wait_for(page, f"{address}/agent", "is on and takes leads that match")
    page.goto(f"{address}/notifications")
    expect(page.locator("main")).to_contain_text("Scout is paused")


def _fill_in_the_sections(page: Page, address: str) -> None:
    for section, fields in {
        "company": {"Company name": "Contoso Planning", "Website": "https://contoso.example"},
        "products": {"Value proposition": "Planning software for stores with many shelves."},
    }.items():
        page.goto(f"{address}/agent/section/{section}")
        for label, text in fields.items():
            page.get_by_label(label).fill(text)
        page.get_by_role("button", name="Save").click()
    page.goto(f"{address}/agent/section/criteria")
    page.get_by_label("One criterion a line").fill("Industry: Retail\nSize: 1000 to 50000+ employees")
    page.get_by_role("button", name="Read").click()
    page.goto(f"{address}/agent/section/assignment")
    page.get_by_role("checkbox", name="Ada Administrator").check()
    page.get_by_label("Supervisor").select_option(label="Ada Administrator")
    page.get_by_role("button", name="Save").click()
    expect(page.locator("main")).to_contain_text("Saved in the draft")


def _set_role(page: Page, address: str, *, on: bool) -> None:
    page.goto(f"{address}/people")
    page.locator("tr", has_text="Application user").get_by_role("link").click()
    page.get_by_label("AISalesPerson").set_checked(on)
    page.get_by_role("button", name="Save roles").click()
    expect(page.locator("main")).to_contain_text("The roles are changed")


def _wait_for(page: Page, address: str, text: str) -> None:
    """The agent looks at its prerequisites on a schedule; reload as a person would."""
    for _ in range(60):
        page.goto(address)
        if text in _main(page):
            return
        time.sleep(1)
    raise AssertionError(f"{text!r} never appeared; the page says: {_main(page)}")
