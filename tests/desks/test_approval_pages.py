"""Approvals and wrong rejections by page: read, change, reject, judge; several only when they were read."""

import re
from collections.abc import Iterator
from datetime import timedelta

import pytest
from tests.desks.handed_over import person
from tests.desks.test_rejections import POOR
from tests.engage.office import ADA, PASSWORD, Office
from tests.web.conftest import ORIGIN, Browser

from leadwright.actions import approvals, oversight
from leadwright.actions.oversight import Watch
from leadwright.web.app import create_app


@pytest.fixture
def boss(office: Office) -> Iterator[Browser]:
    """The supervisor at the desk."""
    with Browser(create_app(office.services), base_url=ORIGIN, raise_server_exceptions=False) as client:
        data = {"email": "odalys@seller.example", "password": PASSWORD, "next": "/"}
        assert client.submit("/sign-in", data, form="/sign-in").status_code == 303
        yield client


def test_mails_are_read_changed_approved_and_rejected_on_pages(office: Office, boss: Browser) -> None:
    oversight.set_watch(office.services, office.admin, office.agentid, Watch(firstmails=True))
    office.lead()
    office.lead(emailaddress1="eve@eve.example", companyname="Eve Foods", firstname="Eve")
    office.work()
    page = boss.get("/approvals").text
    chosen = re.findall(r'name="mail" value="([^"]+)"', page)
    assert len(chosen) == 2
    answer = boss.submit("/approvals/approve", {"mail": chosen})
    assert (answer.status_code, "you have read" in answer.text) == (422, True)
    mails = approvals.waiting_mails(office.services, person(office, office.supervisor))[0]
    ada, eve = sorted(mails, key=lambda mail: mail.recipient != ADA)
    path = f"/approvals/{ada.outboxid}"
    assert boss.get(path).status_code == 200
    words = {"hash": ada.contenthash, "subject": "Robots", "body": "Hello Ada,\n\nmay I?"}
    assert boss.submit(f"{path}/change", words).status_code == 303
    assert boss.submit(f"{path}/change", words).status_code == 409
    assert "may I?" in boss.get(path).text
    refused = boss.submit(f"/approvals/{eve.outboxid}/reject", {"hash": eve.contenthash, "feedback": ""})
    assert refused.status_code == 422
    done = boss.submit(f"/approvals/{eve.outboxid}/reject", {"hash": eve.contenthash, "feedback": "Too long."})
    assert done.status_code == 303
    chosen = re.findall(r'name="mail" value="([^"]+)"', boss.get("/approvals").text)
    assert boss.submit("/approvals/approve", {"mail": chosen}).status_code == 303
    office.work()
    assert [str(mail["Subject"]) for mail in office.mails_to(ADA)] == ["Robots"]
    assert office.mails_to("eve@eve.example") == []
    assert boss.get(path).status_code == 404
    assert boss.submit("/approvals-settings", {"hours": "3"}).status_code == 403


def test_a_lead_is_judged_on_its_page_and_the_verdict_comes_after(office: Office, boss: Browser) -> None:
    oversight.set_watch(office.services, office.admin, office.agentid, Watch(percent=100))
    office.lead(**POOR)
    office.work()
    (path,) = re.findall(r'href="(/rejections/[0-9a-f-]{36})"', boss.get("/rejections").text)
    page = boss.get(path).text
    assert "Low fit" not in page
    assert "disqualified" not in page.casefold()
    assert boss.submit(f"{path}/judge", {"word": "maybe"}).status_code == 422
    assert boss.submit(f"{path}/judge", {"word": "pursue", "comment": "They asked."}).status_code == 303
    page = boss.get(path).text
    assert "The agent disqualified it" in page
    assert "/reassign" in page
    office.clock.move_to(office.clock() + timedelta(minutes=1))
    assert "1 of 1" in boss.get("/rejections").text
    dashboard = boss.get("/dashboard").text
    assert "/rejections?days=7&amp;wrong=1" in dashboard
