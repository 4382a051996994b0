"""What was sent and what the desk shows of an attack, opened in a real browser: it asks nobody else for anything."""

import random
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Route
from tests.browser.desk_server import chromium, served, sign_in
from tests.engage.office import PASSWORD
from tests.hostile.campaigns import attack_by_fields, attack_by_mail
from tests.hostile.invariants import breaches, read
from tests.hostile.own_attacks import ATTACKS, Attack
from tests.hostile.scene import QUESTION, Scene, open_scene

from leadwright.db.engine import Database

pytestmark = pytest.mark.browser
MARKUP = [
    "<script>fetch('https://evil.example/s')</script><img src=https://evil.example/i onerror=alert(1)>",
    "<style>@import 'https://evil.example/c';</style><link rel=prefetch href=https://evil.example/l>",
    "\"><svg onload=alert(1)><iframe src='https://evil.example/f'></iframe>",
    "![x](https://evil.example/m) <meta http-equiv=refresh content='0;url=https://evil.example/r'>",
]


def requests_of_mails(scene: Scene, browser: Browser) -> tuple[int, list[str]]:
    """How many mails were opened, and every address they asked for."""
    asked: list[str] = []

    def refuse(route: Route) -> None:
        asked.append(route.request.url)
        route.abort()

    page = browser.new_page()
    page.route("**/*", refuse)
    for accepted in scene.office.sent:
        page.set_content(read(accepted.raw).get_body(("html",)).get_content(), wait_until="load")
    page.close()
    return len(scene.office.sent), asked


def requests_of_desk(scene: Scene, browser: Browser) -> tuple[list[str], list[str]]:
    """The addresses outside the desk that its pages asked for, and what ran that must not."""
    strangers: list[str] = []
    ran: list[str] = []
    with served(scene.office.services) as address:
        page = browser.new_page()
        page.on("dialog", lambda dialog: (ran.append(dialog.message), dialog.dismiss()))
        page.on("request", lambda r: None if r.url.startswith((address, "data:")) else strangers.append(r.url))
        sign_in(page, address, "ola@seller.example", PASSWORD)
        for case in scene.cases:
            for path in (f"/leads/{case.leadid}", f"/leads/{case.leadid}/thread"):
                opened = page.goto(f"{address}{path}")
                assert opened, path
                assert opened.ok, path
        page.goto(f"{address}/notifications")
        page.close()
    return strangers, ran


def test_mails_and_pages_of_attacked_leads_ask_nobody_else(sqlite_database: Database, tmp_path: Path) -> None:
    chosen = random.Random(5).sample(ATTACKS, 6)
    with open_scene(sqlite_database, tmp_path, 5) as scene, chromium() as browser:
        attack_by_mail(scene, [*chosen, *(Attack("markup", f"{QUESTION} {m}", subject=m, html=m) for m in MARKUP)])
        attack_by_fields(scene, [*MARKUP, *MARKUP])
        mails, asked = requests_of_mails(scene, browser)
        strangers, ran = requests_of_desk(scene, browser)
        assert mails > 10
        assert (asked, strangers, ran) == ([], [], [])
        assert breaches(scene) == []
