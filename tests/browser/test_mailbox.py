"""An administrator connects the shared mailbox of an engage agent, and a person decides about a held mail."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select, update
from tests.browser.desk_server import chromium, served
from tests.mail.post_office import letter

from leadwright.analyst.builtin import BuiltinAnalyst
from leadwright.db.base import now
from leadwright.db.engine import Database
from leadwright.db.mail import Mailbox, Outbox
from leadwright.domain.mail_phase import Phase
from leadwright.identity.seed import seed_directory
from leadwright.mail.outbox import Order, put
from leadwright.sandbox.mail_server import MailServer
from leadwright.services import Services
from leadwright.settings import Settings

pytestmark = pytest.mark.browser
PASSWORD = "eleven quiet herons"
SALES = "sales@seller.example"


@pytest.fixture
def desk(sqlite_database: Database, tmp_path: Path) -> Iterator[tuple[Page, str]]:
    services = Services(Settings(data_dir=tmp_path, dns_checks=False), sqlite_database, BuiltinAnalyst())
    with sqlite_database.transaction() as session:
        seed_directory(session)
    with chromium() as browser, served(services) as address:
        context = browser.new_context(viewport={"width": 1440, "height": 900})
        context.set_default_timeout(60_000)
        yield context.new_page(), address


@pytest.fixture
def server() -> Iterator[MailServer]:
    with MailServer() as running:
        running.add_account(SALES, "sixteen paper kites")
        yield running


def test_mailbox_set_up_wrong_password_named_approved_tested_and_a_held_mail_decided(
    desk: tuple[Page, str], server: MailServer, sqlite_database: Database, tmp_path: Path
) -> None:
    page, address = desk
    engage_agent(page, address)
    third, fourth = page.locator("#p3"), page.locator("#p4")

    third.get_by_role("button", name="Mark as done").click()
    expect(page.locator("main")).to_contain_text("Not marked as done. Shared mailbox: No shared mailbox is set up.")
    _type_mailbox(page, server, "wrong")
    third.get_by_role("button", name="Mark as done").click()
    expect(third).to_contain_text("535 5.7.8 wrong name or password")
    take_pictures(page, tmp_path, "mailbox-refused")
    third.get_by_text("Set up again").click()
    third.get_by_label("Password of the mailbox").fill("sixteen paper kites")
    third.get_by_role("button", name="Keep the mailbox").click()
    third.get_by_role("button", name="Mark as done").click()
    expect(third).to_contain_text("Marked as done")
    expect(third).to_contain_text("shows no folder of anybody else")

    fourth.get_by_role("button", name="Mark as done").click()
    expect(page.locator("main")).to_contain_text("No mailbox record is chosen")
    fourth.get_by_role("button", name="Use this record").click()
    expect(fourth).to_contain_text("Not approved")
    fourth.get_by_role("button", name="Approve Email").click()
    fourth.get_by_role("button", name="Test & Enable Mailbox").click()
    expect(page.locator("main")).to_contain_text("The test message went out and came back in.")
    fourth.get_by_role("button", name="Mark as done").click()
    expect(fourth).to_contain_text("Marked as done")
    take_pictures(page, tmp_path, "mailbox-done")
    page.goto(f"{address}/agent")
    expect(page.get_by_role("button", name="Start agent")).to_be_disabled()
    expect(page.locator("main")).to_contain_text("It cannot go back to Research-only")
    page.goto(f"{address}/agent/sending")
    expect(page.locator("main")).to_contain_text(f"Limits of {SALES}")
    take_pictures(page, tmp_path, "sending")

    _held_mail(sqlite_database)
    page.goto(f"{address}/outbox")
    expect(page.locator("main")).to_contain_text("person0@company0.example")
    expect(page.locator("main")).to_contain_text("The answer never came.")
    take_pictures(page, tmp_path, "outbox")
    page.get_by_role("button", name="It arrived").click()
    expect(page.locator("main")).to_contain_text("Kept as sent: it arrived.")
    page.goto(f"{address}/audit?action=email.sent")
    expect(page.locator("main")).to_contain_text("Ada Administrator")


def engage_agent(page: Page, address: str) -> None:
    page.goto(address)
    page.get_by_label("Your name").fill("Ada Administrator")
    page.get_by_label("Email address").fill("ada@seller.example")
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_label("Password once more").fill(PASSWORD)
    page.get_by_role("button", name="Create administrator").click()
    page.goto(f"{address}/agent")
    page.get_by_label("Name of the agent").fill("Scout")
    page.get_by_label("Engage: also send email").check()
    page.get_by_role("button", name="Create agent").click()
    first, second = page.locator("#p1"), page.locator("#p2")
    first.get_by_label("Name").fill("Scout application")
    first.get_by_role("button", name="Register").click()
    client_id = page.locator("#p1-clientid").inner_text()
    first.get_by_role("button", name="Mark as done").click()
    second.get_by_label("Application (client) ID").fill(client_id)
    second.get_by_role("button", name="Create application user").click()
    second.get_by_role("button", name="Mark as done").click()
    expect(second).to_contain_text("Marked as done")


def _type_mailbox(page: Page, server: MailServer, password: str) -> None:
    third = page.locator("#p3")
    third.get_by_label("Display name").fill("Sales")
    third.get_by_label("Email address").fill(SALES)
    for way, port in (("Outgoing", server.smtp_port), ("Incoming", server.imap_port)):
        third.get_by_label(f"{way} server").fill("localhost")
        third.get_by_label(f"{way} port").fill(str(port))
        third.get_by_label(f"{way} security").select_option("none")
    third.get_by_label("Password of the mailbox").fill(password)
    expect(third.get_by_role("checkbox", name="Scout application")).to_be_checked()
    third.get_by_role("button", name="Keep the mailbox").click()
    expect(page.locator("main")).to_contain_text("The shared mailbox is kept.")


def _held_mail(database: Database) -> None:
    with database.transaction() as session:
        mailboxid = session.scalars(select(Mailbox.mailboxid)).one()
        held, _ = put(session, Order("outreach:0", mailboxid, letter("person0@company0.example")), now())
        put(session, Order("outreach:1", mailboxid, letter("person1@company1.example", 1)), now())
        session.execute(
            update(Outbox)
            .where(Outbox.outboxid == held)
            .values(phase=Phase.HELD, reason="The answer never came.", claimedon=now(), concludedon=now())
        )


def take_pictures(page: Page, folder: Path, name: str) -> None:
    for width in (1440, 390):
        page.set_viewport_size({"width": width, "height": 900})
        page.screenshot(path=folder / f"{name}-{width}.png", full_page=True)
        sideways = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert sideways <= 0, f"{name} scrolls sideways at {width} pixels by {sideways}"
    page.set_viewport_size({"width": 1440, "height": 900})
