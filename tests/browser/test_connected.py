"""Connected records, segments, teams and measures in a real browser: both widths, by keyboard, without JavaScript."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page
from sqlalchemy import update
from tests.browser.desk_server import chromium, served, sign_in
from tests.web.desk import PASSWORD, Desk, make

from leadwright.db.agent import Prerequisite
from leadwright.db.engine import Database
from leadwright.db.sales import Lead
from leadwright.db.schema import migrate
from leadwright.settings import Settings

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def opened(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Browser, str, Desk]]:
    folder: Path = tmp_path_factory.mktemp("connected")
    database = Database(f"sqlite:///{folder / 'desk.db'}")
    migrate(database)
    desk = make(database, settings=Settings(data_dir=folder))
    with database.transaction() as session:
        session.execute(update(Prerequisite).values(done=True, state="done"))
    with chromium() as browser, served(desk.services) as address:
        yield browser, address, desk
    database.close()


@pytest.mark.parametrize("width", [1440, 390])
def test_the_pages_fit_and_say_nothing_on_the_console(opened: tuple[Browser, str, Desk], width: int) -> None:
    browser, address, desk = opened
    lead = desk.lead("handed_over")
    with desk.services.database.reading() as session:
        account = session.get_one(Lead, lead).parentaccountid
    page = browser.new_context(viewport={"width": width, "height": 844}).new_page()
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text) if message.type == "error" else None)
    sign_in(page, address, "admin@seller.example", PASSWORD)
    for path in (
        f"/leads/{lead}",
        f"/leads/{lead}/account?q=h",
        f"/leads/{lead}/contact",
        f"/leads/{lead}/delete",
        "/accounts",
        f"/accounts/{account}",
        "/contacts/new",
        "/password",
        "/people/teams",
        "/agent/selection/sellers/edit",
        "/dashboard/leads?figure=cost&days=30",
        "/dashboard/leads?figure=time_to_qualify&days=30",
    ):
        answer = page.goto(address + path)
        assert answer
        assert answer.status == 200, path
        sideways = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert sideways <= 0, f"{path} scrolls sideways at {width} pixels by {sideways}"
    assert said == []


def test_another_account_is_chosen_by_keyboard_without_javascript(opened: tuple[Browser, str, Desk]) -> None:
    browser, address, desk = opened
    lead = desk.lead("handed_over")
    page = browser.new_context(java_script_enabled=False).new_page()
    sign_in(page, address, "seller@seller.example", PASSWORD)
    page.goto(f"{address}/leads/{lead}")
    page.get_by_role("link", name="Choose another account").press("Enter")
    page.get_by_label("Part of a name").fill("larkspur")
    page.keyboard.press("Enter")
    page.get_by_role("radio").first.press("Space")
    page.get_by_role("button", name="Connect").press("Enter")
    assert "The agent keeps to it" in page.locator("main").inner_text()
    assert "Larkspur Home" in _connected(page)
    page.get_by_role("button", name="Disconnect the account").press("Enter")
    assert "None, as a person decided" in _connected(page)


def test_a_seller_segment_is_made_without_javascript(opened: tuple[Browser, str, Desk]) -> None:
    browser, address, _ = opened
    page = browser.new_context(java_script_enabled=False).new_page()
    sign_in(page, address, "admin@seller.example", PASSWORD)
    page.goto(f"{address}/agent/selection")
    page.get_by_role("link", name="Seller segments").click()
    page.get_by_role("link", name="New seller segment").click()
    page.locator("#name").fill("Key accounts")
    page.get_by_role("button", name="Row").first.click()
    page.get_by_label("Column of line 1").select_option("numberofemployees")
    page.get_by_role("button", name="Show fitting operators and values").click()
    page.get_by_label("Operator of line 1").select_option("ge")
    page.get_by_role("button", name="Show fitting operators and values").click()
    page.get_by_label("Value of line 1").fill("10,000")
    page.get_by_role("button", name="Preview leads").click()
    assert "10 leads are in this segment" in page.locator("main").inner_text()
    page.get_by_role("button", name="Save").click()
    assert "10 leads" in page.locator(".segments").inner_text()


def _connected(page: Page) -> str:
    return page.locator("section[aria-labelledby='connected-h']").inner_text()
