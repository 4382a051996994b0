"""An administrator connects the shared mailbox on a real Postfix and Dovecot; a recipient unsubscribes by one POST."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect
from sqlalchemy import func, select
from tests.browser.desk_server import chromium, served
from tests.browser.test_mailbox import engage_agent, take_pictures
from tests.mail_servers.authority import CLIENT_ID, CLIENT_SECRET, TENANT
from tests.mail_servers.running import LEADS, PASSWORDS, SALES, MailServers

from leadwright.analyst.builtin import BuiltinAnalyst
from leadwright.db.engine import Database
from leadwright.db.mail import Suppression
from leadwright.identity.secrets import open_vault
from leadwright.identity.seed import seed_directory
from leadwright.mail.suppression import why_suppressed
from leadwright.mail.unsubscribe import link
from leadwright.services import Services
from leadwright.settings import Settings

pytestmark = pytest.mark.browser


@pytest.fixture
def services(sqlite_database: Database, tmp_path: Path) -> Services:
    with sqlite_database.transaction() as session:
        seed_directory(session)
    return Services(Settings(data_dir=tmp_path, dns_checks=False), sqlite_database, BuiltinAnalyst())


@pytest.fixture
def desk(services: Services, mail_servers: MailServers, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[Page, str]]:
    monkeypatch.setenv("SSL_CERT_FILE", str(mail_servers.certificate))  # as an operator trusts an authority of his own
    with chromium() as browser, served(services) as address:
        context = browser.new_context(viewport={"width": 1440, "height": 900})
        context.set_default_timeout(60_000)
        yield context.new_page(), address


def test_a_wrong_password_is_named_then_the_mailbox_is_approved_and_tested(
    desk: tuple[Page, str], mail_servers: MailServers, tmp_path: Path
) -> None:
    page, address = desk
    engage_agent(page, address)
    third, fourth = page.locator("#p3"), page.locator("#p4")
    _type_servers(page, third, mail_servers)
    third.get_by_label("Password of the mailbox").fill("wrong")
    third.get_by_role("button", name="Keep the mailbox").click()
    third.get_by_role("button", name="Mark as done").click()
    expect(third).to_contain_text("535 5.7.8 Error: authentication failed")
    take_pictures(page, tmp_path, "real-refused")
    fourth.get_by_role("button", name="Use this record").click()
    fourth.get_by_role("button", name="Approve Email").click()
    fourth.get_by_role("button", name="Test & Enable Mailbox").click()
    expect(fourth).to_contain_text("Failure localhost refused the sign-in: 535 5.7.8 Error: authentication failed")
    expect(fourth).to_contain_text("Failure localhost refused the sign-in: [AUTHENTICATIONFAILED]")

    third.get_by_text("Set up again").click()
    third.get_by_label("Password of the mailbox").fill(PASSWORDS[SALES])
    third.get_by_role("button", name="Keep the mailbox").click()
    _approve_and_test(page, third, fourth)
    take_pictures(page, tmp_path, "real-done")
    assert mail_servers.mails(SALES) == []


def test_a_mailbox_that_signs_in_with_a_token_is_approved_and_tested(
    desk: tuple[Page, str], mail_servers: MailServers, tmp_path: Path
) -> None:
    page, address = desk
    engage_agent(page, address)
    third, fourth = page.locator("#p3"), page.locator("#p4")
    _type_servers(page, third, mail_servers)
    third.get_by_label("Sign in").select_option("microsoft")
    third.get_by_text("the application that asks for it").click()
    third.get_by_label("Client ID").fill(CLIENT_ID)
    third.get_by_label("Client secret").fill("wrong")
    third.get_by_label("Token endpoint").fill(mail_servers.authority.microsoft)
    third.get_by_role("button", name="Keep the mailbox").click()
    expect(third).to_contain_text("Enter the tenant")
    third.get_by_label("Tenant").fill(TENANT)
    third.get_by_label("Client secret").fill("wrong")
    take_pictures(page, tmp_path, "real-token")
    third.get_by_role("button", name="Keep the mailbox").click()
    third.get_by_role("button", name="Mark as done").click()
    expect(third).to_contain_text("AADSTS7000215: Invalid client secret provided.")
    expect(third).to_contain_text("Enter the client secret's value, not its ID")
    third.get_by_text("Set up again").click()
    third.get_by_label("Client secret").fill(CLIENT_SECRET)
    third.get_by_role("button", name="Keep the mailbox").click()
    fourth.get_by_role("button", name="Use this record").click()
    _approve_and_test(page, third, fourth)
    take_pictures(page, tmp_path, "real-token-done")
    assert "sasl_method=XOAUTH2" in (mail_servers.base / "postfix.log").read_text()


def test_opening_the_unsubscribe_page_changes_nothing_and_its_button_does(
    desk: tuple[Page, str], services: Services, tmp_path: Path
) -> None:
    page, address = desk
    path = link(address, open_vault(services.settings), LEADS[0], "outreach:1")
    for _ in range(2):
        page.goto(path)
        expect(page.locator("main")).to_contain_text("i…@company.example")
    assert _suppressed(services) == 0
    take_pictures(page, tmp_path, "unsubscribe")
    page.get_by_role("button").click()
    expect(page.locator("main")).to_contain_text("i…@company.example")
    assert _suppressed(services) == 1
    with services.database.reading() as session:
        assert "asked not to be written to" in (why_suppressed(session, LEADS[0], "outreach") or "")
        assert why_suppressed(session, LEADS[1], "outreach") is None
    take_pictures(page, tmp_path, "unsubscribed")


def _suppressed(services: Services) -> int:
    with services.database.reading() as session:
        return session.scalar(select(func.count()).select_from(Suppression)) or 0


def _type_servers(page: Page, third: Locator, servers: MailServers) -> None:
    third.get_by_label("Display name").fill("Sales")
    third.get_by_label("Email address").fill(SALES)
    for way, port, security in (("Outgoing", "smtp", "starttls"), ("Incoming", "imaps", "tls")):
        third.get_by_label(f"{way} server").fill("localhost")
        third.get_by_label(f"{way} port").fill(str(servers.ports[port]))
        third.get_by_label(f"{way} security").select_option(security)
    expect(third.get_by_role("checkbox", name="Scout application")).to_be_checked()


def _approve_and_test(page: Page, third: Locator, fourth: Locator) -> None:
    third.get_by_role("button", name="Mark as done").click()
    expect(third).to_contain_text("Marked as done")
    expect(third).to_contain_text("shows no folder of anybody else")
    fourth.get_by_role("button", name="Approve Email").click()
    fourth.get_by_role("button", name="Test & Enable Mailbox").click()
    expect(page.locator("main")).to_contain_text("The test message went out and came back in.")
    expect(fourth.locator("dt", has_text="Outgoing").locator("+ dd")).to_contain_text("Success")
    expect(fourth.locator("dt", has_text="Incoming").locator("+ dd")).to_contain_text("Success")
    fourth.get_by_role("button", name="Mark as done").click()
    expect(fourth).to_contain_text("Marked as done")
