"""Somebody who has never seen it finds within three clicks from the home page why a lead was not contacted."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

import pytest
from playwright.sync_api import Browser, Page, expect
from tests.browser.desk_server import chromium, served, sign_in
from tests.engage.office import MONDAY, PASSWORD, Clock, Office, open_office, start

from leadwright.db.engine import Database
from leadwright.db.schema import migrate
from leadwright.domain.suppression import Reason
from leadwright.mail.suppression import suppress
from leadwright.sandbox.mail_server import MailServer

pytestmark = pytest.mark.browser
LEFT = "gone@harbour.example"
ASKING = "quinn@asking.example"


@dataclass
class Desk:
    """A browser, an address, and the office behind it."""

    browser: Browser
    address: str
    office: Office


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    folder, clock = tmp_path_factory.mktemp("why"), Clock(MONDAY)
    database = Database(f"sqlite:///{folder / 'leadwright.db'}", pool_size=20)
    migrate(database)
    with MailServer(clock=clock) as server:
        office = open_office(database, folder, server, clock)
        start(office)
        _not_contacted(office)
        with chromium() as browser, served(office.services) as address:
            yield Desk(browser, address, office)
        if office.post:
            office.post.close()
        office.services.reader.close()
    database.close()


def _not_contacted(office: Office) -> None:
    """One lead for each reason."""
    with office.services.database.transaction() as session:
        suppress(session, LEFT, reason=Reason.OPT_OUT, source="reply", clock=office.clock)
    office.lead(firstname="Olive", lastname="Outside", companyname="Outside Foods", leadqualitycode=1)
    office.lead(firstname="Sandy", lastname="Suppressed", companyname="Harbour Foods", emailaddress1=LEFT)
    office.lead(firstname="Nora", lastname="Nowhere", companyname="Nowhere Foods", emailaddress1="")
    office.lead(firstname="Dora", lastname="Doubtful", companyname="Tiny Law", lw_industry="Legal services",
                numberofemployees=3, address1_city="Lyon", address1_stateorprovince="", address1_country="France",
                emailaddress1="dora@tiny.example")  # fmt: skip
    office.lead(firstname="Cleo", lastname="Consent", companyname="Maple Foods", address1_city="Toronto",
                address1_stateorprovince="Ontario", address1_country="Canada",
                emailaddress1="cleo@maple.example")  # fmt: skip
    office.lead(firstname="Quinn", lastname="Question", companyname="Asking Foods", emailaddress1=ASKING)
    office.work()
    office.pass_days(0.1)
    office.answer(ASKING, "Interesting. Do your robots work at minus 28 degrees in a freezer?")
    office.work()
    office.clock.move_to(MONDAY.replace(hour=11) + timedelta(days=1))  # four in the morning in San Francisco
    office.lead(firstname="Wanda", lastname="Waiting", companyname="Later Foods", address1_city="San Francisco",
                address1_stateorprovince="California", emailaddress1="wanda@later.example")  # fmt: skip
    office.work()


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("Olive Outside", "not met; this lead: Hot"),
        ("Sandy Suppressed", "asked not to be written to"),
        ("Nora Nowhere", "it has no email address"),
        ("Dora Doubtful", "Low fit: 3 of 3 known criteria are not met."),
        ("Cleo Consent", "needs a stored consent basis"),
        ("Quinn Question", "The follow-up knowledge holds no answer to what was asked."),
        ("Wanda Waiting", "Outside the sending window of the lead."),
    ],
)
def test_the_reason_stands_three_clicks_from_the_home_page(desk: Desk, name: str, reason: str) -> None:
    page = _home_of_the_supervisor(desk)
    search = page.get_by_role("searchbox", name="Search leads")
    search.click()  # the first
    search.fill(name)
    page.keyboard.press("Enter")  # the second
    page.locator("main").get_by_role("link", name=name).click()  # the third
    expect(page.get_by_role("heading", level=1)).to_contain_text(name)
    main = page.locator("main")
    expect(main).to_contain_text(reason)
    shown = main.get_by_text(reason).first
    expect(shown).to_be_in_viewport()


def _home_of_the_supervisor(desk: Desk) -> Page:
    context = desk.browser.new_context(viewport={"width": 1280, "height": 800})
    page = context.new_page()
    sign_in(page, desk.address, "odalys@seller.example", PASSWORD)
    page.goto(desk.address)
    expect(page.get_by_role("heading", level=1)).to_contain_text("What to do next")
    return page
