"""The conversation page in a browser: three threads, light, dark, narrow. LEADWRIGHT_SCREENSHOTS=1 keeps pictures."""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from email.message import EmailMessage
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page
from tests.browser.desk_server import chromium, served, sign_in
from tests.engage.office import MONDAY, PASSWORD, SALES, Clock, Office, open_office, start

from leadwright.db.engine import Database
from leadwright.db.schema import migrate
from leadwright.sandbox.mail_server import MailServer

pytestmark = pytest.mark.browser
KEPT = Path(__file__).parents[2] / "docs" / "images"
ADA, BO, CY = "ada@northwind.example", "bo@harbour.example", "cy@larkspur.example"
DI = "di@meridian.example"
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
    away: str


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
            office.lead(firstname="Di", lastname="Moss", companyname="Meridian Foods", emailaddress1=DI),
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
        office.answer(
            DI, "Thank you for your mail. I am out of the office until 9 March 2026.", Subject="Automatic reply: away",
            Auto_Submitted="auto-replied",
        )  # fmt: skip
        stranger = EmailMessage()
        stranger["From"], stranger["To"], stranger["Subject"] = "Zoe New <zoe@new.example>", SALES, "Your robots"
        stranger.set_content("A colleague showed me your mail. Can you call me?\n\nZoe")
        office.server.deliver("zoe@new.example", SALES, stranger.as_bytes())
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
    context.set_default_timeout(60_000)
    page = context.new_page()
    sign_in(page, threads.address, BOSS, PASSWORD)
    return page


@pytest.mark.parametrize(("width", "dark"), [(1440, False), (1440, True), (390, False)])
def test_threads_look_right(threads: Threads, width: int, dark: bool, tmp_path: Path) -> None:
    page = opened(threads, width=width, dark=dark)
    outside: list[str] = []
    page.on("request", lambda r: outside.append(r.url) if not r.url.startswith(threads.address) else None)
    for name, leadid, says in (
        ("answered", threads.answered, "Answered from the knowledge"),
        ("handed-over", threads.handed_over, "Ended: "),
        ("waiting", threads.waiting, "Waits for a person"),
        ("away", threads.away, "Nothing goes out while the person is away."),
    ):
        page.goto(f"{threads.address}/leads/{leadid}/thread")
        assert says in page.locator("main").inner_text()
        folder = KEPT if os.environ.get("LEADWRIGHT_SCREENSHOTS") and name == "answered" and not dark else tmp_path
        page.screenshot(path=folder / f"thread-{name}-{'dark' if dark else width}.png", full_page=True)
        sideways = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert sideways <= 0, f"{name} scrolls sideways at {width} pixels by {sideways}"
    page.goto(f"{threads.address}/inbox")
    page.screenshot(path=tmp_path / f"inbox-{'dark' if dark else width}.png")
    page.get_by_role("link", name="Zoe New").click()
    page.get_by_label("Search leads by name, company or email").last.fill("Ada")
    page.keyboard.press("Enter")
    page.get_by_text("Link with this lead").wait_for()
    page.screenshot(path=tmp_path / f"inbox-mail-{'dark' if dark else width}.png", full_page=True)
    assert page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") <= 0
    assert outside == []


def test_a_person_pauses_by_keyboard_and_without_scripts(threads: Threads) -> None:
    page = opened(threads, width=390, script=False)
    page.goto(f"{threads.address}/leads/{threads.away}/thread")
    page.locator("summary", has_text="Pause").focus()
    page.keyboard.press("Enter")
    page.get_by_label("Until").fill("2026-03-20")
    page.keyboard.press("Enter")
    page.get_by_text("Nothing goes out before that day.").first.wait_for()
    said = page.locator("main").inner_text()
    assert "Odalys Boss paused it until 2026-03-20." in said
    assert "Conversation paused" in said
