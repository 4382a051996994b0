"""The desk of the rehearsal at two widths. LEADWRIGHT_SCREENSHOTS=1 keeps the pictures in docs/images."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page
from tests.browser.desk_server import chromium, served, sign_in

from leadwright.bootstrap import open_services
from leadwright.sandbox import rehearsal, seller
from leadwright.sandbox.world import World
from leadwright.workflows.runtime import Runtime

pytestmark = pytest.mark.browser
LEADS = 60 if os.environ.get("LEADWRIGHT_SCREENSHOTS") else 24
KEPT = Path(__file__).parents[2] / "docs" / "images"
WIDTHS = {1440: 900, 390: 844}


@pytest.fixture(scope="module")
def rehearsed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Browser, str, str]]:
    folder = tmp_path_factory.mktemp("rehearsal")
    with World() as world:
        made = rehearsal.begin(folder, world.port, LEADS)
        services = open_services(rehearsal.settings_of(folder, world.port, 0))
        rehearsal.set_up(services, folder, made, lambda _line: None)
        runtime = Runtime(services, name="pictures")
        runtime.start()
        try:
            runtime.run_until_idle(timeout=240)
        finally:
            runtime.stop()
        with chromium() as browser, served(services) as address:
            yield browser, address, made.password
        services.database.close()


def _taken(page: Page, name: str, folder: Path, *, full: bool) -> None:
    width = page.viewport_size["width"] if page.viewport_size else 0
    folder.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=folder / f"{name}-{width}.png", full_page=full)
    sideways = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert sideways <= 0, f"{name} scrolls sideways at {width} pixels by {sideways}"


@pytest.mark.parametrize("width", WIDTHS)
def test_desk_research_page_and_dashboard_look_right(
    rehearsed: tuple[Browser, str, str], width: int, tmp_path: Path
) -> None:
    browser, address, password = rehearsed
    folder = KEPT if os.environ.get("LEADWRIGHT_SCREENSHOTS") else tmp_path
    context = browser.new_context(viewport={"width": width, "height": WIDTHS[width]})
    context.set_default_timeout(60_000)
    page = context.new_page()
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text) if message.type == "error" else None)
    outside: list[str] = []
    page.on("request", lambda request: outside.append(request.url) if not request.url.startswith(address) else None)

    sign_in(page, address, seller.SUPERVISOR[1], password)
    page.goto(f"{address}/leads?view=handed-over")
    _taken(page, "desk", folder, full=False)
    page.goto(f"{address}/leads?view=handed-over&band=High")
    page.locator("table.grid tbody a").first.click()
    assert "Suggested action" in page.locator("main").inner_text()
    _taken(page, "research", folder, full=False)
    _taken(page, "research-full", tmp_path, full=True)
    page.goto(f"{address}/dashboard")  # counted behind the page on the first look, which looks again by itself
    page.get_by_text("Lead processing funnel").first.wait_for(timeout=60_000)
    _taken(page, "dashboard", folder, full=False)
    context.clear_cookies()
    sign_in(page, address, seller.ADMINISTRATOR[1], password)
    page.goto(f"{address}/agent/prerequisites")
    _taken(page, "prerequisites", folder, full=False)
    page.goto(f"{address}/agent/selection")
    _taken(page, "selection", folder, full=False)
    assert said == []
    assert outside == []


def test_a_seller_finds_a_lead_and_its_evidence_by_keyboard_alone(rehearsed: tuple[Browser, str, str]) -> None:
    browser, address, password = rehearsed
    page = browser.new_context(viewport={"width": 1440, "height": 900}).new_page()
    sign_in(page, address, seller.SELLERS[0][1], password)
    page.goto(f"{address}/leads?view=mine")
    for _ in range(60):
        page.keyboard.press("Tab")
        if page.evaluate("!!document.activeElement.closest('table.grid tbody')"):
            break
    page.keyboard.press("Enter")
    page.wait_for_url(lambda url: "/leads/" in url)
    assert "Suggested action" in page.locator("main").inner_text()
    for _ in range(60):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.matches('.sources > summary')"):
            break
    page.keyboard.press("Enter")
    assert page.locator(".sources[open] blockquote").first.is_visible()
