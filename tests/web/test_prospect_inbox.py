"""The prospect inbox: the person at the keyboard reads what came to a prospect and answers by real SMTP."""

import re
from collections.abc import Iterator

import pytest
from sqlalchemy import update
from tests.sandbox.rehearsed import LEAVE, SALES, START, Rehearsed, one, rehearse
from tests.web.conftest import ORIGIN, Browser
from tests.web.desk import PASSWORD, Desk

from leadwright.db.sales import Lead
from leadwright.sandbox.clock import VirtualClock
from leadwright.sandbox.mail_server import MailServer
from leadwright.sandbox.prospect_inbox import AREA, PATH, prospect_inbox
from leadwright.web.app import create_app

WHO = one("eager")
HERE = f"{PATH}/{WHO.address}"


@pytest.fixture
def rehearsed() -> Iterator[Rehearsed]:
    clock = VirtualClock(START)
    with MailServer(clock=clock) as server:
        yield rehearse(server, clock)


@pytest.fixture
def stranger(desk: Desk, rehearsed: Rehearsed) -> Iterator[Browser]:
    """Nobody who is signed in."""
    app = create_app(desk.services, routers=[prospect_inbox(desk.services, rehearsed.prospects)], areas=[AREA])
    with Browser(app, base_url=ORIGIN, raise_server_exceptions=False) as client:
        yield client


@pytest.fixture
def manager(stranger: Browser) -> Browser:
    """The supervisor of the desk."""
    values = {"email": "manager@seller.example", "password": PASSWORD, "next": "/"}
    assert stranger.submit("/sign-in", values, form="/sign-in").status_code == 303
    return stranger


def test_the_list_names_all_forty_and_the_site_map_leads_to_it(manager: Browser, rehearsed: Rehearsed) -> None:
    rehearsed.mail(WHO)
    page = manager.get(PATH).text
    for who in rehearsed.prospects.leads:
        assert who.name in page
        assert f"{PATH}/{who.address.replace('@', '%40')}" in page
    assert f'href="{PATH}" aria-current="page"' in page
    assert re.search(r"Wystan Ambervale.*?1<span[^>]*> received", page, re.DOTALL)
    assert PATH in manager.get("/notifications").text


def test_without_a_rehearsal_there_is_no_such_page(desk: Desk) -> None:
    with Browser(create_app(desk.services), base_url=ORIGIN) as client:
        assert client.get(PATH).status_code == 404


def test_mails_are_shown_as_text_with_headers_and_the_unsubscribe_link(manager: Browser, rehearsed: Rehearsed) -> None:
    rehearsed.mail(WHO, "Is <b>this</b> <script>alert(1)</script> safe?")
    rehearsed.play(0.5)
    answer = manager.get(HERE)
    assert answer.status_code == 200
    page = answer.text
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert "List-Unsubscribe-Post: List-Unsubscribe=One-Click" in page
    assert f'href="{LEAVE}"' in page
    assert "manual picking no longer keeps up" in page
    assert "script-src 'self'" in answer.headers["content-security-policy"]


def test_an_answer_goes_out_by_smtp_in_the_thread_and_the_script_rests(manager: Browser, rehearsed: Rehearsed) -> None:
    rehearsed.mail(WHO)
    answer = manager.submit(
        HERE, {"answers": "1", "subject": "", "text": "Grüße, call me.\n.\nMonday suits me."}, form=HERE
    )
    assert answer.status_code == 303
    rehearsed.play()
    [reading] = rehearsed.readings()
    first = rehearsed.prospects.received(WHO)[0]
    assert reading.new_text == "Grüße, call me.\n.\nMonday suits me."
    assert reading.message.subject == "Re: Faster order picking"
    assert reading.message.in_reply_to == (first.messageid,)
    assert "dmarc=pass" in reading.message.value("authentication-results")
    page = manager.get(HERE).text
    assert "Sent as Wystan Ambervale" in page
    assert "You do; the script rests." in page


def test_a_new_mail_goes_to_the_shared_mailbox(manager: Browser, rehearsed: Rehearsed) -> None:
    page = manager.get(HERE).text
    assert f"to {SALES}" in page
    assert "No mail yet" in page
    values = {"answers": "new", "subject": "A question", "text": "Do you ship to Utah?"}
    assert manager.submit(HERE, values, form=HERE).status_code == 303
    [reading] = rehearsed.readings()
    assert (reading.message.subject, reading.message.in_reply_to) == ("A question", ())
    assert "On the mail" not in reading.message.text
    assert WHO.name in manager.get(HERE).text


def test_an_older_mail_can_be_answered(manager: Browser, rehearsed: Rehearsed) -> None:
    rehearsed.mail(WHO, "The first.")
    rehearsed.mail(WHO, "The second.")
    assert 'name="answers" value="1"' in manager.get(f"{HERE}?answers=1").text
    assert 'name="answers" value="2"' in manager.get(HERE).text
    assert 'name="answers" value="new"' in manager.get(f"{HERE}?answers=new").text


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"answers": "1", "text": " "}, "The mail has no text. Write one."),
        ({"answers": "new", "text": "Hello", "subject": ""}, "The mail has no subject. Write one."),
        ({"answers": "new", "text": "x" * 20_001, "subject": "Long"}, "at most 20,000 characters"),
    ],
)
def test_what_cannot_be_sent_is_said_beside_the_field_and_nothing_typed_is_lost(
    manager: Browser, rehearsed: Rehearsed, values: dict[str, str], said: str
) -> None:
    rehearsed.mail(WHO)
    answer = manager.submit(HERE, values, form=HERE)
    assert answer.status_code == 422
    assert said in answer.text
    assert values["text"].strip() in answer.text
    assert rehearsed.answers() == []


def test_a_line_break_in_the_subject_becomes_no_header(manager: Browser, rehearsed: Rehearsed) -> None:
    values = {"answers": "new", "subject": "Hello\nBcc: evil@evil.test", "text": "Hello"}
    manager.submit(HERE, values, form=HERE)
    [reading] = rehearsed.readings()
    assert reading.message.value("bcc") == ""


def test_the_page_leads_to_the_lead_of_that_address(manager: Browser, desk: Desk, rehearsed: Rehearsed) -> None:
    leadid = desk.lead("handed_over")
    assert "What the agent did" not in manager.get(HERE).text
    with desk.services.database.transaction() as session:
        session.execute(update(Lead).where(Lead.leadid == leadid).values(emailaddress1=WHO.address.title()))
    assert f'href="/leads/{leadid}"' in manager.get(HERE).text
    assert f'href="/leads/{leadid}"' in manager.get(PATH).text


def test_only_people_who_are_signed_in_read_and_write(stranger: Browser, rehearsed: Rehearsed) -> None:
    for path in (PATH, HERE):
        answer = stranger.get(path, follow_redirects=False)
        assert (answer.status_code, answer.headers["location"][:8]) == (303, "/sign-in")
    stranger.post(HERE, data={"answers": "new", "subject": "x", "text": "x"}, headers={"Origin": ORIGIN})
    assert rehearsed.answers() == []


def test_another_site_cannot_write_in_somebodys_place(manager: Browser, rehearsed: Rehearsed) -> None:
    values = {"_token": manager.token(), "answers": "new", "subject": "x", "text": "x"}
    answer = manager.post(HERE, data=values, headers={"Origin": "https://evil.example"})
    assert answer.status_code == 403
    assert manager.post(HERE, data={**values, "_token": "x"}, headers={"Origin": ORIGIN}).status_code == 409
    assert rehearsed.answers() == []


def test_somebody_who_is_no_prospect_has_no_page(manager: Browser) -> None:
    answer = manager.get(f"{PATH}/nobody@nowhere.example")
    assert answer.status_code == 404
    assert "No prospect of this rehearsal has this address." in answer.text
