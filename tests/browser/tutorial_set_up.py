"""The tutorial, first half of the set-up: first visit, people, leads, the agent, its four prerequisites."""

from dataclasses import dataclass, field

from playwright.sync_api import Page, expect
from tests.browser.camera import Camera
from tests.browser.desk_server import sign_in
from tests.browser.installation import MAILBOX_PASSWORD, PASSWORD, Installation

from leadwright.sandbox import seller

ADMIN = ("Ada Administrator", "ada@tallyhand-robotics.example")
AGENT = "Scout"


@dataclass
class Walk:
    """Where the new administrator is: a page, the installation, and the desks of the people who were invited."""

    page: Page
    at: Installation
    camera: Camera
    desks: dict[str, Page] = field(default_factory=dict)

    def see(self, text: str, page: Page | None = None) -> None:
        """A person must read this on the page."""
        expect((page or self.page).locator("main")).to_contain_text(text)

    def go(self, area: str, page: Page | None = None) -> None:
        """By the site map."""
        (page or self.page).get_by_role("navigation", name="Site map").get_by_role(
            "link", name=area, exact=True
        ).click()

    def section(self, name: str) -> None:
        """By the list of sections."""
        link = self.page.get_by_role("navigation", name="Sections of the agent settings").get_by_role("link", name=name)
        link.click()
        expect(link).to_have_attribute("aria-current", "page")

    def picture(self, name: str, at: str = "", page: Page | None = None) -> None:
        """Of the window, with what the selector names on top."""
        page = page or self.page
        self.camera.take(page, name, page.locator(at).first if at else None)


def first_visit(walk: Walk) -> None:
    page = walk.page
    page.goto("/")
    expect(page.get_by_role("heading", name="Set up Leadwright")).to_be_visible()
    page.get_by_label("Your name").fill(ADMIN[0])
    page.get_by_label("Email address").fill(ADMIN[1])
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_label("Password once more").fill(PASSWORD)
    walk.picture("first-visit")
    page.get_by_role("button", name="Create administrator").click()
    walk.see("Get started")
    walk.see("Create the agent")
    walk.picture("home")


def people(walk: Walk) -> None:
    walk.go("People")
    _invite(walk, seller.SUPERVISOR, "Sales Manager")
    _invite(walk, seller.SELLERS[0], "Salesperson")
    walk.see("Enabled")


def _invite(walk: Walk, person: tuple[str, str], role: str) -> None:
    page, first = walk.page, not walk.desks
    page.get_by_text("Invite a person").click()
    page.get_by_label("Name", exact=True).fill(person[0])
    page.get_by_label("Email address").fill(person[1])
    page.get_by_label("Role").select_option(role)
    if first:
        walk.picture("invite")
    page.get_by_role("button", name="Invite").click()
    walk.see("good once")
    if first:
        walk.picture("invitation-link")
    link = page.get_by_label("Link, good once").input_value()
    page.get_by_role("link", name="I have copied it").click()
    theirs = walk.at.new_page()
    theirs.goto(link)
    walk.see(f"Welcome, {person[0]}", theirs)
    theirs.get_by_label("Password", exact=True).fill(PASSWORD)
    theirs.get_by_label("Password once more").fill(PASSWORD)
    theirs.get_by_role("button", name="Set the password").click()
    walk.see("Welcome. Sign in with your email address.", theirs)
    sign_in(theirs, walk.at.address, person[1], PASSWORD)
    walk.desks[person[0]] = theirs


def lead_list(walk: Walk) -> None:
    page, many = walk.page, len(walk.at.leads)
    walk.go("Import leads")
    page.get_by_label("Choose a list").set_input_files(walk.at.lead_list)
    page.get_by_role("button", name="Look at it").click()
    walk.see("Nothing is stored yet.")
    walk.see("Imported")
    walk.picture("import")
    page.get_by_role("button", name=f"Import {many} leads").click()
    expect(page.get_by_role("heading", name="Imported")).to_be_visible()
    page.get_by_role("link", name="See all leads").click()
    for lead in walk.at.leads:
        walk.see(lead.name)


def create_agent(walk: Walk) -> None:
    page = walk.page
    walk.go("Agent settings")
    page.get_by_label("Name of the agent").fill(AGENT)
    page.get_by_label("Engage: also send email").check()
    walk.picture("create-agent")
    page.get_by_role("button", name="Create agent").click()
    walk.see("The agent is created. Set up its prerequisites next.")
    walk.see("Research and engage")


def prerequisite_1(walk: Walk) -> None:
    card = walk.page.locator("#p1")
    card.get_by_label("Name").fill(AGENT)
    walk.picture("prerequisite-1-set-up")
    card.get_by_role("button", name="Register").click()
    expect(walk.page.locator("#new-secret")).not_to_be_empty()
    expect(card).to_contain_text("shown once")
    walk.picture("prerequisite-1-registered")
    _mark(walk, 1, "Access token")


def prerequisite_2(walk: Walk) -> None:
    card = walk.page.locator("#p2")
    clientid = walk.page.locator("#p1-clientid").inner_text()
    card.get_by_label("Application (client) ID").fill(clientid)
    card.get_by_role("button", name="Create application user").click()
    expect(walk.page.locator("#p2-systemuserid")).not_to_be_empty()
    _mark(walk, 2, "holds each privilege")
    walk.picture("prerequisite-2-done", "#p2")


def prerequisite_3(walk: Walk) -> None:
    card = walk.page.locator("#p3")
    card.get_by_label("Display name").fill(seller.SHARED_MAILBOX[0])
    card.get_by_label("Email address").fill(seller.SHARED_MAILBOX[1])
    for way, port in (("Outgoing", walk.at.mail.smtp_port), ("Incoming", walk.at.mail.imap_port)):
        card.get_by_label(f"{way} server").fill("localhost")
        card.get_by_label(f"{way} port").fill(str(port))
        card.get_by_label(f"{way} security").select_option("none")
    card.get_by_label("Password of the mailbox").fill(MAILBOX_PASSWORD)
    expect(card.get_by_role("checkbox", name=AGENT)).to_be_checked()
    walk.picture("prerequisite-3-set-up", "#p3")
    card.get_by_role("button", name="Keep the mailbox").click()
    walk.see("The shared mailbox is kept.")
    _mark(walk, 3, "shows no folder of anybody else")
    walk.picture("prerequisite-3-done", "#p3")


def prerequisite_4(walk: Walk) -> None:
    card = walk.page.locator("#p4")
    card.get_by_role("button", name="Use this record").click()
    expect(card).to_contain_text("Not approved")
    walk.picture("prerequisite-4-record", "#p4")
    card.get_by_role("button", name="Approve Email").click()
    card.get_by_role("button", name="Test & Enable Mailbox").click()
    walk.see("The test message went out and came back in.")
    _mark(walk, 4, "The test message came back in.")
    walk.picture("prerequisite-4-done", "#p4")


def _mark(walk: Walk, number: int, evidence: str) -> None:
    card = walk.page.locator(f"#p{number}")
    card.get_by_role("button", name="Mark as done").click()
    expect(card).to_contain_text("Marked as done")
    expect(card).to_contain_text(evidence)
