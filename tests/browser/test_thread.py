"""The conversation page in a browser: three threads, light, dark, narrow. LEADWRIGHT_SCREENSHOTS=1 keeps pictures."""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page
from tests.browser.desk_server import chromium, served, sign_in
from tests.engage.office import MONDAY, PASSWORD, Clock, Office, open_office, start

from leadwright.db.engine import Database
from leadwright.db.schema import migrate
from leadwright.sandbox.mail_server import MailServer

pytestmark = pytest.mark.browser
KEPT = Path(os.environ.get("LEADWRIGHT_THREAD_PICTURES", Path(__file__).parents[2] / "docs" / "images"))
ADA, BO, CY = "ada@northwind.example", "bo@harbour.example", "cy@larkspur.example"
BOSS = "odalys@seller.example"


@dataclass
class Threads:
    """Leads whose conversations are shown, and where."""

    office: Office
    browser: Browser
    address: str
    answered: str
    handed_over: str
    waiting: str


@pytest.fixture(scope="module")
def threads(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Threads]:
    folder, clock = tmp_path_factory.mktemp("threads"), Clock(MONDAY)
    database = Database(f"sqlite:///{folder / 'leadwright.db'}", pool_size=20)
    migrate(database)
    with MailServer(clock=clock) as server:
        office = open_office(database, folder, server, clock)
        start(office)
        leads = (
            office.lead(),
            office.lead(firstname="Bo", lastname="Finch", companyname="Harbour Foods", emailaddress1=BO),
            office.lead(firstname="Cy", lastname="Lark", companyname="Larkspur Foods", emailaddress1=CY),
        )
        office.work()
        office.pass_days(1)
        office.answer(ADA, "Hello,\n\nthis sounds useful. How long does the implementation take?\n\nAda")
        office.answer(
            BO,
            "Great timing. Please send a quote for 20 robots: we have 200,000 dollars approved and want to start in "
            "May. I decide together with our COO.\n\nBo",
        )
        office.answer(CY, "We are interested, please call me on Thursday.", From="cy.lark@private.example")
        office.work()
        with chromium() as browser, served(office.services) as address:
            yield Threads(office, browser, address, *leads)
        if office.post:
            office.post.close()
        office.services.reader.close()
    database.close()


def opened(threads: Threads, *, width: int, dark: bool = False, script: bool = True) -> Page:
    scheme = "dark" if dark else "light"
    context = threads.browser.new_context(
        viewport={"width": width, "height": 900}, color_scheme=scheme, java_script_enabled=script
    )
    context.set_default_timeout(15_000)
    page = context.new_page()
    sign_in(page, threads.address, BOSS, PASSWORD)
    return page


@pytest.mark.parametrize(("width", "dark"), [(1440, False), (1440, True), (390, False)])
def test_threads_look_right(threads: Threads, width: int, dark: bool, tmp_path: Path) -> None:
    folder = KEPT if os.environ.get("LEADWRIGHT_SCREENSHOTS") else tmp_path
    page = opened(threads, width=width, dark=dark)
    outside: list[str] = []
    page.on("request", lambda r: outside.append(r.url) if not r.url.startswith(threads.address) else None)
    for name, leadid, says in (
        ("answered", threads.answered, "Answered from the knowledge"),
        ("handed-over", threads.handed_over, "Ended: "),
        ("waiting", threads.waiting, "Waits for a person"),
    ):
        page.goto(f"{threads.address}/leads/{leadid}/thread")
        assert says in page.locator("main").inner_text()
        folder.mkdir(parents=True, exist_ok=True)
        page.screenshot(path=folder / f"thread-{name}-{'dark' if dark else width}.png", full_page=True)
        sideways = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert sideways <= 0, f"{name} scrolls sideways at {width} pixels by {sideways}"
    assert outside == []
