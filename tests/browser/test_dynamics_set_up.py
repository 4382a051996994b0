"""Prerequisites of Dynamics 365 in a browser, against the stand-in, by administrators' sign-ins; axe on each page."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page
from tests.browser.desk_server import chromium, served, sign_in
from tests.browser.test_axe import EVERYTHING, UNFOLD
from tests.identity.conftest import PASSWORD, open_office
from tests.identity.contoso import SALES, Contoso, opened

from leadwright.analyst.builtin import BuiltinAnalyst
from leadwright.db.engine import Database
from leadwright.sandbox.dynamics import entra_grants, entra_users
from leadwright.sandbox.dynamics.dataverse import records, seed

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]
HERE = "/agent/prerequisites"


@pytest.fixture
def contoso(sqlite_database: Database, tmp_path: Path) -> Iterator[Contoso]:
    office = open_office(sqlite_database, tmp_path)
    office.clock.moment = datetime.now(UTC)
    office.services = replace(office.services, analyst=BuiltinAnalyst())
    with opened(office, tmp_path, connected=False) as made:
        made.share_mailbox()
        yield made


def looks(page: Page, width: int = 1440) -> None:
    """No violation of WCAG 2.2 A and AA, and no sideways scrolling, with everything unfolded."""
    page.set_viewport_size({"width": width, "height": 900})
    page.evaluate(UNFOLD, True)
    found = Axe().run(page, options=EVERYTHING).response["violations"]
    assert [(v["id"], [n["html"][:200] for n in v["nodes"]]) for v in found] == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def press(page: Page, name: str, number: int) -> None:
    page.evaluate(UNFOLD, True)
    page.locator(f"#p{number}").get_by_role("button", name=name).first.click()
    page.wait_for_load_state()


def signs_in(page: Page, contoso: Contoso, who: str) -> str:
    """The administrator enters the code at Microsoft; the page goes on by itself. What it says then."""
    looks(page)
    user = entra_users.user(contoso.world, f"{who}@contoso.onmicrosoft.com")
    assert user is not None
    entra_grants.settle_device(contoso.world, page.inner_text("#code"), user.objectid, accepted=True)
    page.wait_for_url(lambda url: "/agent/administrator" not in url, timeout=60_000)
    return page.locator("#main [role=status]").first.inner_text()


def test_an_administrator_sets_everything_up_without_leaving_the_desk(contoso: Contoso) -> None:
    with served(contoso.services) as address, chromium() as browser:
        page = browser.new_context().new_page()
        sign_in(page, address, "ada@example.com", PASSWORD)
        page.goto(address + HERE)
        looks(page)
        page.get_by_role("link", name="Use Dynamics 365").click()
        for width in (1440, 390):
            looks(page, width)
        page.fill("#organisation", contoso.standin.origin)
        page.fill("#tenant", "contoso.onmicrosoft.com")
        page.check("#permissions")
        press(page, "Sign in as an administrator", 1)
        assert "is registered, and this installation is connected" in signs_in(page, contoso, "admin")
        press(page, "Mark as done", 1)
        looks(page)
        press(page, "Sign in as an administrator", 2)
        assert "holds AISalesPerson" in signs_in(page, contoso, "dynamics")
        press(page, "Mark as done", 2)
        page.evaluate(UNFOLD, True)
        page.fill("#shared_address", SALES)
        press(page, "Keep the address", 3)
        press(page, "Mark as done", 3)
        press(page, "Use this record", 4)
        for width in (1440, 390):
            looks(page, width)
        press(page, "Approve Email with", 4)
        assert "is approved" in signs_in(page, contoso, "admin")
        contoso.synchronise()
        press(page, "Mark as done", 4)
        assert page.get_by_text("Marked as done").count() == 4
        looks(page, 390)


def seen(page: Page, text: str) -> bool:
    """Whether a note or problem stands in the window, below the bar on top, as the page was opened."""
    page.wait_for_load_state()
    found = page.locator(".note, .problem").filter(has_text=text).first.bounding_box()
    return found is not None and found["y"] >= 48 and found["y"] + found["height"] <= 800


def test_what_came_of_a_button_stands_where_the_page_opens(contoso: Contoso) -> None:
    with served(contoso.services) as address, chromium() as browser:
        page = browser.new_context(viewport={"width": 1280, "height": 800}).new_page()
        sign_in(page, address, "ada@example.com", PASSWORD)
        page.goto(f"{address}{HERE}?platform=dynamics365")
        page.locator("#p1").get_by_label("Address of the organisation").first.fill(contoso.standin.origin)
        page.fill("#tenant_id", contoso.world.tenantid)
        page.fill("#client_id", "Leadwright")
        page.fill("#secret", contoso.app.secret)
        press(page, "Connect", 1)
        assert seen(page, "Enter the Application (client) ID")
        page.fill("#client_id", contoso.app.application.appid)
        page.fill("#secret", contoso.app.secret)
        press(page, "Connect", 1)
        assert seen(page, "Connected")
        by = seed.administrator(contoso.world)
        records.update(contoso.world, "systemuser", contoso.app.userid, {"isdisabled": True}, by=by)
        press(page, "Find the application user", 2)
        assert seen(page, "The application user is disabled")
        records.update(contoso.world, "systemuser", contoso.app.userid, {"isdisabled": False}, by=by)
        press(page, "Find the application user", 2)
        assert seen(page, "The application user is found")
        assert page.locator("#p2 [role=status]").count() == 1
        page.evaluate(UNFOLD, True)
        page.fill("#shared_address", "sales")
        page.evaluate("[...document.forms].map(each => (each.noValidate = true))")
        press(page, "Keep the address", 3)
        assert seen(page, "address")
        page.get_by_role("button", name="Let people of this tenant sign in").first.click()
        assert seen(page, "People sign in with Microsoft now")
