"""Graph tells us of new mail: agreed, renewed, made anew; and the door it posts to takes nobody else's word."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from tests.contracts.mailboxes import InGraph
from tests.dynamics.test_graph_subscriptions import Listener

from leadwright.analyst.builtin import BuiltinAnalyst
from leadwright.api.routes import router
from leadwright.db.base import now
from leadwright.db.engine import Database
from leadwright.db.mail import Mailbox
from leadwright.mail.mailbox import Notice
from leadwright.mail.platform_records import Nudges
from leadwright.services import Services
from leadwright.settings import Settings
from leadwright.web.app import create_app
from leadwright.workflows.mail_notices import stay_notified


@pytest.fixture
def listener() -> Iterator[Listener]:
    made = Listener()
    yield made
    made.server.shutdown()
    made.server.server_close()


@pytest.fixture
def graph(tmp_path: Path, sqlite_database: Database) -> Iterator[InGraph]:
    made = InGraph(tmp_path / "dynamics", sqlite_database)
    yield made
    made.close()


def services_of(database: Database, folder: Path, **more: Any) -> Services:
    settings = Settings(data_dir=folder, public_url="https://desk.contoso.com", **more)
    return Services(settings=settings, database=database, analyst=BuiltinAnalyst())


def row_of(graph: InGraph) -> Mailbox:
    with graph.database.reading() as session:
        row = session.get_one(Mailbox, graph.mailboxid)
        session.expunge_all()
        return row


def test_a_subscription_is_agreed_renewed_and_made_anew(graph: InGraph, listener: Listener) -> None:
    mailbox = graph.open()
    first = mailbox.stay_notified(Notice(listener.url, "a secret"))
    assert first
    assert first.id
    assert first.until
    graph.comes("Something new")
    assert [one["clientState"] for one in listener.heard] == ["a secret"]
    again = mailbox.stay_notified(first)
    assert again
    assert again.id == first.id
    anew = mailbox.stay_notified(replace(first, id="00000000-0000-0000-0000-000000000000"))
    assert anew
    assert anew.id not in ("", first.id)
    mailbox.close()


def test_it_is_agreed_once_and_renewed_before_it_ends(graph: InGraph, listener: Listener, tmp_path: Path) -> None:
    services, asked = services_of(graph.database, tmp_path), []

    class Telling:
        def stay_notified(self, notice: Notice) -> Notice:
            asked.append(notice)
            return replace(notice, id="one", until=now() + timedelta(days=2))

    stay_notified(services, row_of(graph), Telling())  # type: ignore[arg-type]
    stay_notified(services, row_of(graph), Telling())  # type: ignore[arg-type]
    assert [notice.url for notice in asked] == [f"https://desk.contoso.com/api/v1/mail/notifications/{graph.mailboxid}"]
    with graph.database.transaction() as session:
        session.get_one(Mailbox, graph.mailboxid).lw_subscribeduntil = now() + timedelta(hours=1)
    stay_notified(services, row_of(graph), Telling())  # type: ignore[arg-type]
    assert [notice.id for notice in asked] == ["", "one"]
    assert asked[0].state == asked[1].state


def test_an_address_graph_cannot_reach_leaves_mail_to_the_looks(graph: InGraph, tmp_path: Path) -> None:
    mailbox = graph.open()
    stay_notified(services_of(graph.database, tmp_path), row_of(graph), mailbox)
    assert (row_of(graph).lw_subscriptionid, row_of(graph).lw_subscribeduntil) == (None, None)
    mailbox.close()


def test_only_the_right_secret_wakes_the_reader(graph: InGraph, tmp_path: Path) -> None:
    services = services_of(graph.database, tmp_path)
    with graph.database.transaction() as session:
        session.get_one(Mailbox, graph.mailboxid).lw_clientstate = "a secret"
    door, nudged = f"/api/v1/mail/notifications/{graph.mailboxid}", Nudges(graph.database, graph.mailboxid)
    with TestClient(create_app(services, routers=[router]), base_url="https://desk.contoso.com") as client:
        told = client.post(
            f"{door}?validationToken=Validation%3A%20me", content=b"", headers={"Content-Type": "text/plain"}
        )
        assert (told.status_code, told.text) == (200, "Validation: me")
        assert told.headers["content-type"].startswith("text/plain")
        for state in ("wrong", None):
            assert client.post(door, json={"value": [{"clientState": state}]}).status_code == 202
        assert client.post("/api/v1/mail/notifications/nobody", json={"value": [{}]}).status_code == 202
        assert not nudged()
        assert client.post(door, json={"value": [{"clientState": "a secret", "more": 1}]}).status_code == 202
    assert nudged()
    assert not nudged()
