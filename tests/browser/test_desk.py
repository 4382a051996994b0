"""The desk as people use it: on every screen, by mouse, by keyboard, without JavaScript, with enough contrast."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect
from tests.browser.desk_server import chromium, served
from tests.browser.desk_server import sign_in as enter
from tests.web.desk import PASSWORD, Desk, make

from leadwright.db.engine import Database
from leadwright.db.schema import migrate
from leadwright.settings import Settings

pytestmark = pytest.mark.browser


@dataclass
class Served:
    """A running desk and a browser."""

    browser: Browser
    desk: Desk
    address: str


@pytest.fixture(scope="module")
def served_desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    folder = tmp_path_factory.mktemp("browser")
    database = Database(f"sqlite:///{folder / 'leadwright.db'}")
    migrate(database)
    desk = make(database, leads=70, settings=Settings(data_dir=folder / "data"))
    with chromium() as browser, served(desk.services) as address:
        yield Served(browser, desk, address)
    database.close()


@pytest.fixture
def page(served_desk: Served) -> Iterator[Page]:
    """A page that fails the test when the browser reports an error."""
    context = served_desk.browser.new_context(viewport={"width": 1440, "height": 900})
    context.set_default_timeout(60_000)
    page, problems = context.new_page(), list[str]()
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.on("console", lambda message: problems.append(message.text) if message.type == "error" else None)
    yield page
    context.close()
    assert problems == []


def sign_in(page: Page, served: Served, person: str) -> None:
    enter(page, served.address, f"{person}@seller.example", PASSWORD)


_SUPERVISION = ("/approvals", "/rejections", "/disqualified", "/inbox?state=new")


@pytest.mark.parametrize("width", [1440, 800, 390])
def test_every_page_fits_every_screen(page: Page, served_desk: Served, width: int) -> None:
    sign_in(page, served_desk, "manager")
    page.set_viewport_size({"width": width, "height": 844})
    lead = f"/leads/{served_desk.desk.lead('handed_over')}"
    paths = ("/leads", lead, f"{lead}?tab=fit", f"{lead}?tab=competitors", f"{lead}/edit", f"{lead}/draft")
    for path in (*paths, "/leads/new", "/import", "/notifications", "/dashboard", "/", *_SUPERVISION):
        page.goto(served_desk.address + path)
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), path


def test_the_grid_is_used_by_keyboard_alone(page: Page, served_desk: Served) -> None:
    sign_in(page, served_desk, "manager")
    page.goto(f"{served_desk.address}/leads")
    page.keyboard.press("Tab")
    expect(page.locator(".skip")).to_be_focused()
    page.keyboard.press("Enter")
    first, second = page.locator("tbody tr td:first-child a").nth(0), page.locator("tbody tr td:first-child a").nth(1)
    first.focus()
    page.keyboard.press("ArrowDown")
    expect(second).to_be_focused()
    page.keyboard.press("ArrowUp")
    expect(first).to_be_focused()
    name = first.inner_text()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text(name)


def test_headers_sort_and_filters_apply_when_chosen(page: Page, served_desk: Served) -> None:
    sign_in(page, served_desk, "manager")
    page.goto(f"{served_desk.address}/leads")
    page.get_by_role("link", name="Company", exact=True).click()
    names = page.locator("tbody td[data-label=Company]").all_inner_texts()
    assert names == sorted(names)
    expect(page.locator("th[aria-sort=ascending]")).to_have_text("Company")
    page.get_by_label("Fit", exact=True).select_option("High")
    page.wait_for_url("**band=High**")
    assert set(page.locator("tbody td[data-label=Fit]").all_inner_texts()) == {"High"}
    page.get_by_role("link", name="Clear").click()
    page.get_by_role("link", name="Next").click()
    expect(page.get_by_text("20 leads on this page")).to_be_visible()


def test_tabs_of_the_research_page_follow_the_arrow_keys(page: Page, served_desk: Served) -> None:
    sign_in(page, served_desk, "seller")
    page.goto(f"{served_desk.address}/leads/{served_desk.desk.lead('handed_over')}")
    page.get_by_role("tab", name="Company overview").focus()
    page.keyboard.press("ArrowRight")
    expect(page.get_by_role("tab", name="Finances")).to_be_focused()
    expect(page.locator("#panel-finances")).to_be_visible()
    expect(page.locator("#panel-overview")).to_be_hidden()
    page.get_by_role("tab", name="Fit").click()
    page.locator("#panel-fit details.sources summary").first.click()
    expect(page.locator("#panel-fit blockquote").first).to_be_visible()
    page.locator("details.how > summary").click()
    expect(page.get_by_text("One of seven pages did not answer in time.")).to_be_visible()


def test_a_pop_up_closes_with_escape_and_gives_the_focus_back(page: Page, served_desk: Served) -> None:
    sign_in(page, served_desk, "seller")
    page.goto(f"{served_desk.address}/leads/{served_desk.desk.lead('handed_over')}")
    summary = page.locator("details.pop > summary", has_text="Return")
    summary.click()
    expect(page.get_by_role("heading", name="Return this lead")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("heading", name="Return this lead")).to_be_hidden()
    expect(summary).to_be_focused()


def test_everything_works_without_javascript(served_desk: Served) -> None:
    context = served_desk.browser.new_context(java_script_enabled=False, viewport={"width": 390, "height": 844})
    page = context.new_page()
    sign_in(page, served_desk, "other")
    lead = page.locator("tbody a").first.get_attribute("href")
    page.goto(served_desk.address + str(lead))
    page.get_by_role("link", name="Finances").click()
    expect(page.locator("#panel-finances")).to_be_visible()
    expect(page.locator("#panel-overview")).to_be_hidden()
    page.get_by_role("link", name="Draft email").click()
    page.get_by_label("Subject").fill("Written without a script")
    page.get_by_role("button", name="Save draft").click()
    expect(page.get_by_text("The draft is saved.")).to_be_visible()
    page.locator("label.nav-button").click()
    expect(page.get_by_role("navigation", name="Site map")).to_be_visible()
    context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_has_enough_contrast(served_desk: Served, scheme: Any) -> None:
    context = served_desk.browser.new_context(color_scheme=scheme, viewport={"width": 1440, "height": 900})
    page = context.new_page()
    sign_in(page, served_desk, "manager")
    for path in ("/leads?view=all", f"/leads/{served_desk.desk.lead('handed_over')}", "/leads/new"):
        page.goto(served_desk.address + path)
        assert page.evaluate(_CONTRAST) == [], path
    context.close()


_CONTRAST = """() => {
  const channel = (v) => { v /= 255; return v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4; };
  const light = ([r, g, b]) => 0.2126 * channel(r) + 0.7152 * channel(g) + 0.0722 * channel(b);
  const read = (text) => (text.match(/[\\d.]+/g) || []).map(Number);
  const behind = (node) => {
    for (let at = node; at; at = at.parentElement) {
      const colour = read(getComputedStyle(at).backgroundColor);
      if (colour.length === 3 || colour[3] > 0.9) return colour;
    }
    return matchMedia("(prefers-color-scheme: dark)").matches ? [20, 20, 20] : [255, 255, 255];
  };
  const poor = [];
  for (const node of document.querySelectorAll("body *")) {
    const own = [...node.childNodes].some((c) => c.nodeType === 3 && c.textContent.trim());
    if (!own || !node.checkVisibility() || node.closest("svg, option, [disabled], .unseen")) continue;
    const a = light(read(getComputedStyle(node).color)), b = light(behind(node));
    const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    const what = `${node.tagName}.${node.className} ${node.textContent.trim().slice(0, 30)}`;
    if (ratio < 4.5) poor.push(`${what} ${ratio.toFixed(2)}`);
  }
  return poor;
}"""


def test_a_german_list_is_imported_by_keyboard_without_javascript_on_a_phone(served_desk: Served) -> None:
    context = served_desk.browser.new_context(java_script_enabled=False, viewport={"width": 390, "height": 844})
    page = context.new_page()
    sign_in(page, served_desk, "manager")
    page.goto(f"{served_desk.address}/import")
    headings = "Firma;E-Mail;Annual Revenue;Est. Close Date;Lead Source"
    rows = f"{headings}\nKaiwerk;a@kaiwerk.example;1.200;03/04/2026;Brieftaube\n"
    page.get_by_label("Choose a list").set_input_files(
        {"name": "liste.csv", "mimeType": "text/csv", "buffer": rows.encode()}
    )
    page.get_by_role("button", name="Look at it").press("Enter")
    expect(page.get_by_text("choose under Numbers on this page")).to_be_visible()
    page.get_by_label("Numbers").select_option("comma")
    page.get_by_label("Dates").select_option("day first")
    page.get_by_role("button", name="Read it this way").press("Enter")
    page.get_by_label("Brieftaube").select_option("Other")
    page.get_by_role("button", name="Use these meanings").press("Enter")
    expect(page.get_by_label("Numbers")).to_have_value("comma")
    assert page.locator("body").evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    page.get_by_role("button", name="Import 1 lead").press("Enter")
    expect(page.get_by_role("heading", name="Imported")).to_be_visible(timeout=20_000)
    context.close()
