"""Subscriptions: an address that answers is told what changed, until the subscription ends."""

import json
from collections.abc import Iterator
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from starlette.testclient import TestClient
from tests.dynamics.mailing import Agent
from tests.dynamics.test_graph_mail import INBOX, ME, calling, error


class Listener:
    """A place that notifications are posted to."""

    def __init__(self) -> None:
        self.heard: list[dict[str, Any]] = []
        self.answers_validation, self.status = True, 202
        listener = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                token = parse_qs(urlsplit(self.path).query).get("validationToken", [""])[0]
                if not token:
                    listener.heard += json.loads(body)["value"]
                content = token.encode() if token and listener.answers_validation else b""
                self.send_response(200 if token else listener.status)
                self.send_header("Content-Type", "text/plain")
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            def log_message(self, *_: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/notify"
        Thread(target=self.server.serve_forever, daemon=True).start()


@pytest.fixture
def listener() -> Iterator[Listener]:
    made = Listener()
    yield made
    made.server.shutdown()
    made.server.server_close()


@pytest.fixture
def agent(tmp_path: Path) -> Iterator[Agent]:
    made = Agent(tmp_path / "dynamics")
    yield made
    made.world.close()


@pytest.fixture
def graph(agent: Agent) -> TestClient:
    return calling(agent.world, agent.appid, "Mail.ReadWrite")


def wanted(agent: Agent, listener: Listener, minutes: int = 60, **more: Any) -> dict[str, Any]:
    return {
        "changeType": "created,deleted",
        "notificationUrl": listener.url,
        "lifecycleNotificationUrl": listener.url,
        "resource": INBOX,
        "expirationDateTime": (agent.hands.now + timedelta(minutes=minutes)).isoformat(),
        "clientState": "secret",
    } | more


def test_a_subscriber_hears_of_mail_that_comes_and_goes(agent: Agent, listener: Listener, graph: TestClient) -> None:
    agent.comes(Subject="Before")
    made = graph.post("subscriptions", json=wanted(agent, listener))
    assert made.status_code == 201, made.text
    assert (made.json()["clientState"], made.json()["applicationId"]) == (None, agent.appid)
    agent.comes(Subject="After", Message_ID="<after@example.net>")
    row = graph.get(INBOX).json()["value"][0]
    graph.patch(f"{ME}/messages/{row['id']}", json={"isRead": True})
    agent.tick()
    (told,) = listener.heard
    assert (told["changeType"], told["clientState"], told["tenantId"]) == ("created", "secret", agent.world.tenantid)
    assert told["resourceData"]["id"] == row["id"]
    assert graph.get(told["resource"]).json()["subject"] == "After"
    graph.delete(f"{ME}/messages/{row['id']}")
    agent.tick()
    assert [told["changeType"] for told in listener.heard] == ["created", "deleted"]


def test_an_address_that_does_not_answer_gets_no_subscription(
    agent: Agent, listener: Listener, graph: TestClient
) -> None:
    listener.answers_validation = False
    refused = (400, "ValidationError")
    assert error(graph.post("subscriptions", json=wanted(agent, listener))) == refused
    listener.answers_validation = True
    for more in (
        {"minutes": 4300},
        {"minutes": -1},
        {"changeType": "moved"},
        {"notificationUrl": "http://agent.example/notify"},
        {"notificationUrl": None},
    ):
        assert error(graph.post("subscriptions", json=wanted(agent, listener, **more))) == refused
    other = wanted(agent, listener, resource="groups")
    assert error(graph.post("subscriptions", json=other)) == (400, "ExtensionError")
    nobody = wanted(agent, listener, resource="users/nobody@contoso.com/messages")
    assert error(graph.post("subscriptions", json=nobody)) == (404, "ErrorInvalidUser")
    assert graph.get("subscriptions").json()["value"] == []


def test_a_subscription_asks_to_be_renewed_and_then_ends(agent: Agent, listener: Listener, graph: TestClient) -> None:
    id = graph.post("subscriptions", json=wanted(agent, listener)).json()["id"]
    agent.tick(minutes=35)
    assert [told["lifecycleEvent"] for told in listener.heard] == ["reauthorizationRequired"]
    assert graph.post(f"subscriptions/{id}/reauthorize").status_code == 204
    later = (agent.hands.now + timedelta(minutes=60)).isoformat()
    assert graph.patch(f"subscriptions/{id}", json={"expirationDateTime": later}).status_code == 200
    agent.tick(minutes=10)
    assert len(listener.heard) == 1
    agent.tick(minutes=120)
    later_on = calling(agent.world, agent.appid)
    assert error(later_on.get(f"subscriptions/{id}")) == (404, "ResourceNotFound")


def test_a_notification_that_fails_is_sent_again_later(agent: Agent, listener: Listener, graph: TestClient) -> None:
    id = graph.post("subscriptions", json=wanted(agent, listener)).json()["id"]
    listener.status = 503
    agent.comes()
    agent.tick()
    agent.tick()
    assert len(listener.heard) == 1
    listener.status = 202
    agent.tick(minutes=1)
    agent.tick(minutes=1)
    assert len(listener.heard) == 2
    assert graph.delete(f"subscriptions/{id}").status_code == 204
    agent.comes(Message_ID="<late@example.net>")
    agent.tick()
    assert len(listener.heard) == 2
