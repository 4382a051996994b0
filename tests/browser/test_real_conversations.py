"""The agent at work on a real Postfix and Dovecot, watched in the browser: what each kind of answer leads to."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from tests.browser.desk_server import chromium, served, sign_in
from tests.browser.test_mailbox import take_pictures
from tests.engage.office import PASSWORD, Clock, Office, open_office, start
from tests.engage.test_replies import READY
from tests.mail_servers.running import AWAY, BACK, BOUNCING, LEADS, PASSWORDS, SALES, MailServers, wait_until

from leadwright.db.engine import Database
from leadwright.domain.engagement import Outcome, State
from leadwright.domain.stage import Stage
from leadwright.mail.suppression import why_suppressed

pytestmark = pytest.mark.browser
PUBLIC_URL = "https://desk.seller.example"  # a proxy of theirs has it; the test stands behind that


@pytest.fixture
def office(
    sqlite_database: Database, tmp_path: Path, mail_servers: MailServers, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Office]:
    """Started, with the shared mailbox on the real servers; it is the last working day, ten in the morning."""
    monkeypatch.setenv("SSL_CERT_FILE", str(mail_servers.certificate))
    line = {"smtp_host": "localhost", "smtp_port": mail_servers.ports["smtp"], "imap_host": "localhost"}
    line |= {"imap_port": mail_servers.ports["imaps"], "password": PASSWORDS[SALES]}
    clock = Clock(datetime.combine(_last_working_day(), time(15), UTC))
    made = open_office(sqlite_database, tmp_path, None, clock, line=line, public_url=PUBLIC_URL)  # type: ignore[arg-type]
    start(made)
    yield made
    if made.post:
        made.post.close()
    made.services.reader.close()


@pytest.fixture
def page(office: Office) -> Iterator[Page]:
    with chromium() as browser, served(office.services) as address:
        context = browser.new_context(viewport={"width": 1440, "height": 900}, base_url=address)
        context.set_default_timeout(60_000)
        opened = context.new_page()
        sign_in(opened, address, "ola@seller.example", PASSWORD)
        yield opened


def test_outreach_reply_absence_bounce_and_unsubscribe_each_lead_where_they_should(
    office: Office, mail_servers: MailServers, page: Page, tmp_path: Path
) -> None:
    buyer, away, bouncing, leaver = (
        office.lead(emailaddress1=address, firstname=name, companyname=company)
        for address, name, company in (
            (LEADS[0], "Ines", "Company Foods"),
            (AWAY, "Adrian", "Company Foods"),
            (BOUNCING, "Nora", "Gone Foods"),
            (LEADS[1], "Jonas", "Company Foods"),
        )
    )
    office.work()
    wait_until(lambda: mail_servers.mails(LEADS[0]) and mail_servers.mails(LEADS[1]))
    wait_until(lambda: len(mail_servers.mails(SALES)) >= 2)  # the absence note and the bounce
    first = newest(mail_servers, LEADS[0])
    mail_servers.write_as(LEADS[0], SALES, answer(LEADS[0], first, READY))
    wait_until(lambda: any(b"we need to double our picks" in raw for raw in mail_servers.mails(SALES)))

    page.goto(unsubscribe_path(newest(mail_servers, LEADS[1])))
    with office.services.database.reading() as session:
        assert why_suppressed(session, LEADS[1], "outreach") is None
    page.get_by_role("button", name="Unsubscribe").click()
    expect(page.locator("main")).to_contain_text("will not hear from us again")
    office.work()

    run = office.run_of(buyer)
    assert (run.stage, run.outcome) == (Stage.HANDED_OVER, Outcome.QUALIFIED)
    assert office.row_of(buyer).ownerid in office.sellers
    waiting = office.engagement_of(away)
    assert waiting.state == State.DUE
    assert waiting.dueat is not None
    assert waiting.dueat.date() > BACK
    run = office.run_of(bouncing)
    assert (run.stage, run.outcome) == (Stage.RETURNED, Outcome.UNREACHABLE)
    run = office.run_of(leaver)
    assert (run.stage, run.outcome) == (Stage.DISQUALIFIED, Outcome.OPTED_OUT)

    for leadid, words in (
        (buyer, "Handed over"),
        (bouncing, "Returned"),
        (leaver, "Disqualified"),
    ):
        page.goto(f"/leads/{leadid}")
        expect(page.locator("main")).to_contain_text(words)
        take_pictures(page, tmp_path, f"lead-{words}")
    office.pass_days(3)
    assert {a: len(mail_servers.mails(a)) for a in (LEADS[0], AWAY, LEADS[1])} == {LEADS[0]: 1, AWAY: 1, LEADS[1]: 1}


def newest(servers: MailServers, address: str) -> EmailMessage:
    message = message_from_bytes(servers.mails(address)[-1], policy=policy.default)
    assert isinstance(message, EmailMessage)
    return message


def answer(sender: str, parent: EmailMessage, words: str) -> bytes:
    """As a person's mail program writes it."""
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = sender, SALES, f"Re: {parent['Subject']}"
    mail["Message-ID"] = f"<{datetime.now(UTC).timestamp()}@company.example>"
    mail["In-Reply-To"] = mail["References"] = str(parent["Message-ID"])
    mail.set_content(words)
    return mail.as_bytes(policy=policy.SMTP)


def unsubscribe_path(mail: EmailMessage) -> str:
    link = str(mail["List-Unsubscribe"]).split("<")[1].split(">")[0]
    return "/unsubscribe/" + link.rpartition("/")[2]


def _last_working_day() -> date:
    day = datetime.now(UTC).date() - timedelta(days=1)
    while day.weekday() > 4:
        day -= timedelta(days=1)
    return day
