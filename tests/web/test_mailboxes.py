"""Mailboxes and the outbox by page and API: who sees what, and the way from set up to tested."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import update
from starlette.testclient import TestClient
from tests.mail.post_office import add_mailbox, letter
from tests.web.desk import Desk

from leadwright.db.agent import Agent, Prerequisite
from leadwright.db.mail import Outbox
from leadwright.domain.mail_phase import Phase
from leadwright.mail.outbox import Order, put
from leadwright.sandbox.mail_server import MailServer

SALES = "shared@seller.example"
PASSWORD = "sixteen paper kites"


def held(desk: Desk) -> str:
    mailboxid = add_mailbox(desk.services.database)
    with desk.services.database.transaction() as session:
        outboxid, _ = put(session, Order("one", mailboxid, letter("pat@company.example")), desk.services.clock())
        row = session.get_one(Outbox, outboxid)
        row.phase, row.reason = Phase.HELD, "The answer never came."
        return outboxid


def test_mailbox_over_the_api_from_set_up_to_tested(desk: Desk, api: Callable[..., TestClient]) -> None:
    with desk.services.database.transaction() as session:
        session.execute(update(Agent).values(state="draft"))
        user = session.get_one(Agent, desk.agentid).agentuserid
        session.get_one(Prerequisite, (desk.agentid, 2)).inputs = {"systemuserid": user}
    client = api()
    with MailServer() as server:
        server.add_account(SALES, PASSWORD)
        line = {"host": "localhost", "security": "none"}
        body: dict[str, Any] = {"name": "Sales", "address": SALES, "password": PASSWORD, "members": [user]}
        body |= {f"{kind}_{name}": value for kind in ("smtp", "imap") for name, value in line.items()}
        body |= {"smtp_port": server.smtp_port, "imap_port": server.imap_port}
        answer = client.put("/agent/prerequisites/3/mailbox", json=body)
        assert answer.status_code == 200, answer.text
        record = {"mailboxid": answer.json()["mailboxid"], "address": SALES}
        done = client.post("/agent/prerequisites/3/done").json()
        assert done["done"], done
        answer = client.put("/agent/prerequisites/4/record", json=record)
        assert answer.status_code == 200, answer.text
        assert PASSWORD not in answer.text
        assert "sealed" not in answer.text
        assert client.post("/agent/prerequisites/4/test").status_code == 409
        assert client.post("/agent/prerequisites/4/approve").json() == {"approved": True}
        tested = client.post("/agent/prerequisites/4/test").json()
        assert tested == {"works": True, "outgoing": "", "incoming": ""}
        assert client.post("/agent/prerequisites/4/done").json()["done"]


def test_a_held_mail_is_listed_and_decided_over_the_api(desk: Desk, api: Callable[..., TestClient]) -> None:
    outboxid = held(desk)
    client = api("Sales Manager")
    (mail,) = client.get("/outbox/held").json()["mails"]
    assert (mail["outboxid"], mail["recipient"], mail["reason"]) == (
        outboxid,
        "pat@company.example",
        "The answer never came.",
    )
    answer = client.post(f"/outbox/{outboxid}/decision", json={"decision": "again"})
    assert answer.json() == {"phase": "queued"}
    assert [m["recipient"] for m in client.get("/outbox").json()["mails"]] == ["pat@company.example"]
    (box,) = client.get("/mailboxes").json()
    assert (box["phases"], box["sent_last_minute"], "lw_sealedsecret" in box) == ({"queued": 1}, 0, False)


@pytest.mark.parametrize(("path", "phase"), [("/outbox", Phase.QUEUED), ("/outbox/held", Phase.HELD)])
def test_more_mails_than_a_page_holds_are_all_listed_over_the_api(
    desk: Desk, api: Callable[..., TestClient], path: str, phase: Phase
) -> None:
    mailboxid = add_mailbox(desk.services.database)
    moment = desk.services.clock()
    with desk.services.database.transaction() as session:
        for n in range(205):
            outboxid, _ = put(session, Order(f"mail {n}", mailboxid, letter(f"pat{n}@company.example")), moment)
            session.get_one(Outbox, outboxid).phase = phase
    client, seen, after, pages = api("Sales Manager"), set[str](), "", 0
    while pages == 0 or after:
        answer = client.get(path, params={"after": after}).json()
        seen |= {mail["recipient"] for mail in answer["mails"]}
        after, pages = answer["next"] or "", pages + 1
    assert (len(seen), pages) == (205, 3)
    assert client.get(path, params={"after": "nonsense"}).status_code == 422


@pytest.mark.parametrize("role", ["Salesperson", "Exchange Administrator"])
def test_the_outbox_is_closed_to_others(desk: Desk, api: Callable[..., TestClient], role: str) -> None:
    client = api(role)
    for path in ("/outbox", "/outbox/held", "/mailboxes"):
        assert client.get(path).status_code == 403


def test_a_supervisor_decides_on_the_page_and_a_second_word_is_refused(desk: Desk, browser: Callable[..., Any]) -> None:
    outboxid = held(desk)
    page = browser("manager")
    assert "pat@company.example" in page.get("/outbox").text
    answer = page.submit(f"/outbox/{outboxid}/decide", {"decision": "give_up"})
    assert (answer.status_code, answer.headers["location"]) == (303, "/outbox")
    answer = page.submit(f"/outbox/{outboxid}/decide", {"decision": "arrived"})
    assert answer.status_code == 409
    assert "not held any more" in answer.text


def test_what_is_wrong_with_a_mailbox_stands_beside_its_field_and_the_password_is_not_shown(
    desk: Desk, browser: Callable[..., Any]
) -> None:
    with desk.services.database.transaction() as session:
        session.execute(update(Agent).values(state="draft"))
    form = {"mailbox_name": "Sales", "mailbox_address": "no address", "smtp_host": "mail.example", "password": PASSWORD}
    answer = browser("admin").submit("/agent/prerequisites/3/mailbox", form)
    assert answer.status_code == 422
    assert 'id="mailbox_address-bad"' in answer.text
    assert "Write it as name@company" in answer.text
    assert PASSWORD not in answer.text
