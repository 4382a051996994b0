"""The DKIM key of the mailbox: made or pasted, checked against DNS, signing only then or when somebody says so."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import select, text
from starlette.testclient import TestClient
from tests.mail.dns_texts import Texts
from tests.web.desk import Desk
from tests.web.test_mail_kind import draft

from leadwright.actions import mailbox_dkim
from leadwright.db.audit import AuditEntry
from leadwright.db.mail import Mailbox
from leadwright.errors import Conflict
from leadwright.identity.access import Principal, principal
from leadwright.mail.dkim import new_key
from leadwright.mail.records import dkim_key


@pytest.fixture
def texts(desk: Desk) -> Texts:
    made = Texts()
    desk.services = replace(desk.services, texts=made)
    return made


def _admin(desk: Desk) -> Principal:
    with desk.services.database.reading() as session:
        return principal(session, desk.people["admin"])


def _signs(desk: Desk) -> bool:
    with desk.services.database.reading() as session:
        return dkim_key(session.scalars(select(Mailbox)).one(), desk.services.vault) is not None


def test_on_the_page_a_key_is_made_published_checked_and_removed(
    desk: Desk, texts: Texts, browser: Callable[..., Any]
) -> None:
    draft(desk)
    page = browser("admin")
    assert "Gmail and Microsoft 365 sign what leaves them by themselves" in page.get("/agent/mailbox").text
    assert page.submit("/agent/mailbox/dkim", {"selector": "no/name"}, form="/agent/mailbox").status_code == 422
    answer = page.submit("/agent/mailbox/dkim", {"selector": "LW1", "pem": ""}, form="/agent/mailbox")
    assert answer.headers["location"] == "/agent/mailbox#dkim"
    shown = page.get("/agent/mailbox").text
    assert "lw1._domainkey.seller.example" in shown
    assert "PRIVATE KEY" not in shown
    assert "Not yet" in shown
    page.submit("/agent/mailbox/dkim/check", {}, form="/agent/mailbox")
    assert "The record is not there yet" in page.get("/agent/mailbox").text
    assert not _signs(desk)
    with desk.services.database.reading() as session:
        record = mailbox_dkim.signing_of(desk.services, _admin(desk), desk.agentid).record
        assert "PRIVATE KEY" not in str(session.execute(text("SELECT * FROM mailbox")).all())
    texts.published["lw1._domainkey.seller.example"] = (record,)
    page.submit("/agent/mailbox/dkim/check", {}, form="/agent/mailbox")
    assert _signs(desk)
    page.submit("/agent/mailbox/dkim/remove", {}, form="/agent/mailbox")
    assert not _signs(desk)
    with desk.services.database.reading() as session:
        actions = session.scalars(select(AuditEntry.action).where(AuditEntry.action.like("mailbox.dkim%"))).all()
    assert sorted(actions) == ["mailbox.dkim_kept", "mailbox.dkim_removed", "mailbox.dkim_signs"]


def test_what_dns_says_of_the_domain_stands_at_the_shared_mailbox(
    desk: Desk, texts: Texts, browser: Callable[..., Any]
) -> None:
    draft(desk)
    texts.published["seller.example"] = ("v=spf1 mx -all",)
    shown = browser("admin").get("/agent/prerequisites").text
    assert "SPF, DKIM and DMARC of your domain" in shown
    assert "v=spf1 mx -all" in shown
    assert "v=DMARC1; p=none; rua=mailto:shared@seller.example" in shown
    texts.silent = True
    assert "Could not be looked up" in browser("admin").get("/agent/prerequisites").text


def test_over_the_api_a_key_of_ones_own_signs_when_somebody_says_so(
    desk: Desk, texts: Texts, api: Callable[..., TestClient]
) -> None:
    draft(desk)
    texts.silent = True
    client, made = api("Exchange Administrator"), new_key("seller.example", "own")
    assert client.put("/agent/mailbox/dkim", json={"selector": "own", "pem": "no key"}).status_code == 422
    kept = client.put("/agent/mailbox/dkim", json={"selector": "own", "pem": made[1]}).json()
    assert (kept["record"], kept["signs"]) == (made[0].dns_record(), False)
    assert client.post("/agent/mailbox/dkim/check").json()["good"] is None
    assert not _signs(desk), "what could not be looked up does not match"
    assert client.post("/agent/mailbox/dkim/sign").json()["signs"] is True
    assert client.put("/agent/mailbox/dkim", json={"selector": "next"}).status_code == 409
    assert [each["kind"] for each in client.get("/agent/mailbox/records").json()] == ["SPF", "DKIM", "DMARC"]
    assert client.delete("/agent/mailbox/dkim").json()["record"] == ""
    assert api("Sales Manager").put("/agent/mailbox/dkim", json={"selector": "x"}).status_code == 403


def test_a_mailbox_in_exchange_online_keeps_no_key(desk: Desk, texts: Texts) -> None:
    draft(desk, lw_kind="graph")
    with pytest.raises(Conflict, match="Exchange signs"):
        mailbox_dkim.keep_key(desk.services, _admin(desk), desk.agentid, "lw1")
    assert mailbox_dkim.signing_of(desk.services, _admin(desk), desk.agentid) == mailbox_dkim.Signing()
