"""What is behind the agent's mailbox, on the page and over the API."""

from collections.abc import Callable
from typing import Any

from sqlalchemy import update
from starlette.testclient import TestClient
from tests.web.desk import Desk

from leadwright.db.agent import Agent, Prerequisite
from leadwright.db.mail import Mailbox


def draft(desk: Desk, **mailbox: Any) -> None:
    """An agent that is not started, with a mailbox set up."""
    with desk.services.database.transaction() as session:
        session.execute(update(Agent).values(state="draft"))
        row = Mailbox(name="Sales", emailaddress="shared@seller.example", lw_smtphost="mx", lw_imaphost="mx", **mailbox)
        session.add(row)
        session.flush()
        for number in (3, 4):
            found = session.get_one(Prerequisite, (desk.agentid, number))
            found.inputs, found.done = {"mailboxid": row.mailboxid, "emailaddress": row.emailaddress}, False


def test_the_page_says_what_each_way_means_and_why_one_cannot_be_chosen(
    desk: Desk, browser: Callable[..., Any]
) -> None:
    draft(desk)
    page = browser("admin")
    text = page.get("/agent/mailbox").text
    assert "Headers cannot be set there: one-click unsubscribe is missing, the link in the footer stays." in text
    assert "Dynamics 365 is not connected. Connect it first." in text
    assert "Set it up through Microsoft Graph" in text
    answer = page.submit("/agent/mailbox", {"kind": "dataverse"})
    assert answer.status_code == 422
    assert "not connected" in answer.text
    wrong = {"name": "Sales", "address": "shared@seller.example", "tenant": "", "client_id": "1", "client_secret": "s"}
    answer = page.submit("/agent/prerequisites/3/graph", wrong)
    assert answer.status_code == 422
    assert "Enter the tenant" in answer.text
    answer = page.submit("/agent/prerequisites/3/graph", wrong | {"tenant": "contoso.onmicrosoft.com"})
    assert answer.headers["location"] == "/agent/prerequisites#p3"
    text = page.get("/agent/mailbox").text
    assert "Exchange Online, by Microsoft Graph" in text
    assert "An application of its own" in text
    assert ">s<" not in text


def test_over_the_api_the_kind_is_read_and_refused_with_a_sentence(desk: Desk, api: Callable[..., TestClient]) -> None:
    draft(desk)
    client = api()
    found = client.get("/agent/mailbox/kind").json()
    assert (found["kind"], found["platform"], found["address"]) == ("smtp_imap", "builtin", "shared@seller.example")
    answer = client.put("/agent/mailbox/kind", json={"kind": "dataverse"})
    assert answer.status_code == 422
    assert "not connected" in answer.text
    assert client.put("/agent/mailbox/kind", json={"kind": "smtp_imap"}).json()["kind"] == "smtp_imap"
    body = {"name": "Sales", "address": "shared@seller.example", "kind": "graph", "tenant": "contoso.com"}
    body |= {"client_id": "an application", "client_secret": "of the application"}
    answer = client.put("/agent/prerequisites/3/mailbox", json=body)
    assert answer.status_code == 200, answer.text
    assert client.get("/agent/mailbox/kind").json()["own_application"] is True


def test_while_the_agent_works_nothing_changes(desk: Desk, api: Callable[..., TestClient]) -> None:
    draft(desk)
    with desk.services.database.transaction() as session:
        session.execute(update(Agent).values(state="on"))
    answer = api().put("/agent/mailbox/kind", json={"kind": "graph"})
    assert answer.status_code == 409
    assert "Stop the agent first" in answer.text
