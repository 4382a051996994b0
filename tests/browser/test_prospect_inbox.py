"""Be a prospect in a real browser, without JavaScript, at two widths: read, answer, look at what went out."""

from pathlib import Path

import pytest
from playwright.sync_api import expect
from tests.browser.desk_server import chromium, served, sign_in
from tests.sandbox.rehearsed import START, one, rehearse
from tests.web.desk import PASSWORD, make

from leadwright.db.engine import Database
from leadwright.sandbox.clock import VirtualClock
from leadwright.sandbox.mail_server import MailServer
from leadwright.sandbox.prospect_inbox import AREA, prospect_inbox
from leadwright.settings import Settings

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("width", [1440, 390])
def test_a_person_reads_and_answers_as_a_prospect_without_scripts(
    sqlite_database: Database, tmp_path: Path, width: int
) -> None:
    desk = make(sqlite_database, settings=Settings(data_dir=tmp_path))
    clock, who = VirtualClock(START), one("eager")
    with MailServer(clock=clock) as server:
        rehearsed = rehearse(server, clock)
        rehearsed.mail(who, "x" * 300)
        page_of = prospect_inbox(desk.services, rehearsed.prospects)
        with chromium() as browser, served(desk.services, [page_of], [AREA]) as address:
            context = browser.new_context(viewport={"width": width, "height": 800}, java_script_enabled=False)
            context.set_default_timeout(60_000)
            page = context.new_page()
            outside: list[str] = []
            page.on("request", lambda r: outside.append(r.url) if not r.url.startswith(address) else None)
            sign_in(page, address, "manager@seller.example", PASSWORD)
            page.goto(f"{address}{AREA.path}")
            page.get_by_role("link", name=who.name, exact=True).click()
            expect(page.locator("main")).to_contain_text("in answer to the mail of 2 Nov 2026")
            page.get_by_label("Text").fill("Please call me on Monday.")
            page.get_by_role("button", name="Send").click()
            expect(page.locator("main")).to_contain_text(f"Sent as {who.name}")
            expect(page.locator("article.theirs")).to_contain_text("Please call me on Monday.")
            widest = page.locator("main").evaluate("e => e.scrollWidth - e.clientWidth")
            assert widest <= 0
            assert outside == []
        [reading] = rehearsed.readings()
        assert reading.new_text == "Please call me on Monday."
