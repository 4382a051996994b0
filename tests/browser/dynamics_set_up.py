"""The four prerequisites of docs/dynamics365.md: at the portals of the stand-in, and in Leadwright."""

import re
import time
from dataclasses import dataclass, field
from datetime import date, timedelta

from playwright.sync_api import Page, expect
from tests.browser.camera import Camera
from tests.browser.dynamics_commands import Rehearsed
from tests.browser.installation import PASSWORD
from tests.browser.tutorial_set_up import ADMIN, AGENT

ADDRESS = "sales@contoso.com"


@dataclass
class DynamicsWalk:
    """Where the administrator is: in Leadwright on `page`, at Microsoft's portals on `portal`.

    Its first three are what the steps of the tutorial need, so that those can be walked here too.
    """

    page: Page
    at: Rehearsed
    camera: Camera
    portal: Page
    clientid: str = ""
    desks: dict[str, Page] = field(default_factory=dict)

    def see(self, text: str, page: Page | None = None) -> None:
        """A person must read this on the page."""
        expect((page or self.page).locator("main")).to_contain_text(text)

    def section(self, name: str) -> None:
        """By the list of sections."""
        link = self.page.get_by_role("navigation", name="Sections of the agent settings").get_by_role("link", name=name)
        link.click()
        expect(link).to_have_attribute("aria-current", "page")

    def picture(self, name: str, at: str = "", page: Page | None = None) -> None:
        """Of the window, with what the selector names on top."""
        page = page or self.page
        self.camera.take(page, f"dynamics-{name}", page.locator(at).first if at else None)

    def sign_in_there(self, who: str) -> None:
        """At the portals, as one of the people of the tenant."""
        portal = self.portal
        portal.goto("/_portal")
        sign_out = portal.get_by_role("button", name="Sign out")
        if sign_out.count():
            sign_out.click()
        portal.goto("/_portal/sign-in")
        portal.get_by_label("Who").select_option(f"{who}@contoso.onmicrosoft.com")
        portal.get_by_label("Password").fill(self.at.password)
        portal.get_by_role("button", name="Sign in").click()
        expect(portal.get_by_role("button", name="Sign out")).to_be_visible()

    def wait(self, text: str, seconds: float = 60, page: Page | None = None, at: str = "main") -> None:
        """Reload as a person would until the page says it."""
        page, end = page or self.page, time.monotonic() + seconds
        while time.monotonic() < end:
            if text in page.locator(at).inner_text():
                return
            page.wait_for_timeout(700)
            page.reload()
        raise AssertionError(f"{text!r} never appeared; the page says: {page.locator(at).inner_text()}")


def begin(walk: DynamicsWalk) -> None:
    """The organisation has leads; Leadwright has an administrator, an agent, and is to work on Dynamics 365."""
    walk.sign_in_there("admin")
    walk.portal.goto("/_portal/sales")
    walk.portal.get_by_role("button", name="Add sample leads").click()
    walk.see("50 sample leads were added", walk.portal)
    page = walk.page
    page.goto("/")
    page.get_by_label("Your name").fill(ADMIN[0])
    page.get_by_label("Email address").fill(ADMIN[1])
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_label("Password once more").fill(PASSWORD)
    page.get_by_role("button", name="Create administrator").click()
    page.goto("/agent")
    page.get_by_label("Name of the agent").fill(AGENT)
    page.get_by_label("Engage: also send email").check()
    page.get_by_role("button", name="Create agent").click()
    page.goto("/agent/prerequisites")
    page.get_by_role("link", name="Use Dynamics 365").click()
    walk.see("Dynamics 365, not connected yet")


def prerequisite_1(walk: DynamicsWalk) -> None:
    walk.sign_in_there("developer")
    portal = walk.portal
    portal.goto("/_portal/entra")
    portal.get_by_role("link", name="New registration").click()
    portal.get_by_label("Name").fill(AGENT)
    portal.get_by_role("button", name="Register").click()
    walk.clientid, tenant = portal.locator("#appid").inner_text(), portal.locator("#tenantid").inner_text()
    walk.picture("entra", page=portal)
    portal.get_by_role("link", name=re.compile("^Certificates")).first.click()
    portal.get_by_role("button", name="New client secret").click()
    secret = portal.locator("#secret").inner_text()
    card = walk.page.locator("#p1")
    card.get_by_label("Address of the organisation").first.fill(walk.at.origin)
    card.get_by_label("Directory (tenant) ID").first.fill(tenant)
    card.get_by_label("Application (client) ID").fill(walk.clientid)
    card.get_by_label("Client secret").fill(secret)
    card.get_by_label("The secret expires on").fill((date.today() + timedelta(days=180)).isoformat())  # noqa: DTZ011
    walk.picture("prerequisite-1", "#p1")
    card.get_by_role("button", name="Connect").click()
    expect(walk.page.locator("#p1-client")).to_have_text(walk.clientid)
    _mark(walk, 1, "Issued by client credentials")
    assert secret not in walk.page.content()


def prerequisite_2(walk: DynamicsWalk) -> None:
    walk.page.get_by_role("button", name="Find the application user").click()
    expect(walk.page.locator("#p2")).to_contain_text("no application user")
    walk.sign_in_there("dynamics")
    portal = walk.portal
    portal.goto("/_portal/power")
    portal.goto("/_portal/power/environments/contoso/settings/appusers")
    portal.get_by_role("link", name="+ New app user").click()
    portal.get_by_label("+ Add an app").select_option(walk.clientid)
    portal.get_by_label("AISalesPerson").check()
    portal.get_by_role("button", name="Create").click()
    walk.see("The app user is created.", portal)
    walk.page.get_by_role("button", name="Find the application user").click()
    expect(walk.page.locator("#p2-systemuserid")).not_to_be_empty()
    _mark(walk, 2, "holds each privilege")
    walk.picture("prerequisite-2-done", "#p2")


def prerequisite_3(walk: DynamicsWalk) -> None:
    walk.sign_in_there("exchange")
    portal = walk.portal
    portal.goto("/_portal/exchange")
    portal.get_by_role("link", name="Add a shared mailbox").click()
    portal.get_by_label("Display name").fill("Sales")
    portal.get_by_label("Email address").fill(ADDRESS.partition("@")[0])
    portal.get_by_role("button", name="Create").click()
    walk.see(f"The shared mailbox {ADDRESS} was created.", portal)
    _permit(walk, "User.Read.All", "MailboxSettings.Read")
    card = walk.page.locator("#p3")
    card.get_by_label("Email address of the shared mailbox").fill(ADDRESS)
    card.get_by_role("button", name="Keep the address").click()
    _mark(walk, 3, "No other mailbox")
    walk.picture("prerequisite-3-done", "#p3")


def prerequisite_4(walk: DynamicsWalk) -> None:
    card = walk.page.locator("#p4")
    card.get_by_role("button", name="Use this record").click()
    expect(card).to_contain_text("Not approved")
    walk.sign_in_there("admin")
    portal = walk.portal
    portal.goto("/_portal/dynamics/mailboxes")
    portal.get_by_role("link", name=AGENT).first.click()
    portal.get_by_role("button", name="Approve Email").click()
    walk.see("The email address is approved.", portal)
    walk.page.goto("/agent/prerequisites")
    card.get_by_role("button", name="Test & Enable Mailbox").click()
    walk.wait("Success", at="#p4")
    _mark(walk, 4, "Enabled for incoming and outgoing email.")
    expect(card).to_contain_text("All email messages of the application user are tracked.")
    walk.picture("prerequisite-4-done", "#p4")


def _permit(walk: DynamicsWalk, *permissions: str) -> None:
    """API permissions of the application, and consent."""
    walk.sign_in_there("admin")
    portal = walk.portal
    portal.goto("/_portal/entra")
    portal.get_by_role("link", name=AGENT).first.click()
    portal.get_by_role("link", name="API permissions").click()
    for name in permissions:
        portal.get_by_label(re.compile(rf"^{re.escape(name)}")).check()
    portal.get_by_role("button", name="Add permissions").click()
    portal.get_by_role("button", name="Grant admin consent for Contoso").click()
    expect(portal.get_by_text("Granted for Contoso", exact=True)).to_have_count(len(permissions))


def _mark(walk: DynamicsWalk, number: int, evidence: str) -> None:
    card = walk.page.locator(f"#p{number}")
    card.get_by_role("button", name="Mark as done").click()
    expect(card).to_contain_text("Marked as done")
    expect(card).to_contain_text(evidence)
