"""The header Idempotency-Key: the same request again gives the same answer, and nothing is done twice."""

import subprocess
import sys
import textwrap
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from typing import Any

import httpx2
import pytest
from sqlalchemy import func, select
from starlette.testclient import TestClient
from tests.api.conftest import Served
from tests.web.desk import Desk

from leadwright.api.routes import router
from leadwright.db.programs import KeptAnswer
from leadwright.db.sales import Lead
from leadwright.services import Services
from leadwright.web.app import create_app

LEAD = {"values": {"companyname": "Only Once", "lastname": "Person"}}


def made(services: Services, company: str = "Only Once") -> int:
    with services.database.reading() as session:
        return session.scalar(select(func.count()).select_from(Lead).where(Lead.companyname == company)) or 0


def post(client: httpx2.Client, key: str, body: Any = LEAD, path: str = "/api/v1/leads") -> httpx2.Response:
    return client.post(path, json=body, headers={"Idempotency-Key": key})


def test_the_same_key_and_body_give_the_same_answer_and_one_lead(served: Served) -> None:
    with served.client(served.token_of("manager")) as client:
        first, second = post(client, "a-key"), post(client, "a-key")
        assert (first.status_code, second.status_code) == (201, 201)
        assert first.json() == second.json()
        assert "idempotency-replayed" not in first.headers
        assert second.headers["idempotency-replayed"] == "true"
        assert second.headers["content-type"] == first.headers["content-type"]
        assert post(client, "another").json() != first.json()
    assert made(served.services) == 2


def test_the_same_key_with_another_request_is_refused(served: Served) -> None:
    with served.client(served.token_of("manager")) as client:
        post(client, "a-key")
        other = post(client, "a-key", {"values": {"companyname": "Other", "lastname": "Person"}})
        assert other.status_code == 422
        assert other.headers["content-type"] == "application/problem+json"
        assert post(client, "a-key", {}, "/api/v1/teams").status_code in {403, 422}
        assert post(client, "k" * 300).status_code == 422
    assert made(served.services, "Other") == 0


def test_a_key_is_the_caller_s_own(served: Served) -> None:
    with served.client(served.token_of("manager")) as one, served.client(served.token_of("admin")) as two:
        assert post(one, "a-key").json() != post(two, "a-key").json()


def test_a_refusal_that_changed_nothing_may_be_mended(served: Served) -> None:
    leadid = served.desk.lead("handed_over")
    with served.client(served.token_of("manager")) as client:
        path = f"/api/v1/leads/{leadid}/reassign"
        assert post(client, "a-key", {}, path).status_code == 409
        assert post(client, "a-key").status_code == 201


def test_two_at_once_do_it_once_and_get_the_same_answer(served: Served) -> None:
    with served.client(served.token_of("manager")) as client, ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: post(client, "a-key"), range(8)))
    assert {a.status_code for a in answers} == {201}
    assert len({a.text for a in answers}) == 1
    assert made(served.services) == 1


def test_an_upload_is_told_from_another_one(served: Served) -> None:
    with served.client(served.token_of("manager")) as client:

        def send(text: bytes) -> httpx2.Response:
            files = {"file": ("leads.csv", text)}
            return client.post("/api/v1/leads/import", files=files, headers={"Idempotency-Key": "upload"})

        text = b"Company,Email\nOnly Once,a@once.example\n"
        first, again = send(text), send(text)
        assert first.status_code == 200, first.text
        assert first.json() == again.json()
        assert send(text.replace(b"a@", b"b@")).status_code == 422


def test_the_answer_is_kept_sealed_for_two_days(served: Served) -> None:
    with served.client(served.token_of("admin")) as client:
        hook = {"name": "Hook", "url": "https://hook.example/x", "events": ["lead.handed_over"]}
        secret = post(client, "a-key", hook, "/api/v1/webhooks").json()["secret"]
        assert post(client, "a-key", hook, "/api/v1/webhooks").json()["secret"] == secret
    with served.services.database.reading() as session:
        kept = session.scalars(select(KeptAnswer)).one()
        assert secret not in kept.answer
        assert kept.createdon + timedelta(hours=24) > served.services.clock()


CRASH = """
import os, sys
from datetime import UTC, datetime
from pathlib import Path
from starlette.testclient import TestClient
from leadwright.api import idempotency
from leadwright.api.routes import router
from leadwright.db.engine import Database
from leadwright.services import Services
from leadwright.settings import Settings
from leadwright.web.app import create_app

def die(*_):
    os.kill(os.getpid(), 9)

setattr(idempotency, sys.argv[1], die)
url, folder, token, moment = sys.argv[2:6]
clock = lambda: datetime.fromisoformat(moment)
services = Services(Settings(data_dir=Path(folder)), Database(url), None, clock=clock)
client = TestClient(create_app(services, routers=[router]), base_url="http://127.0.0.1")
headers = {"Authorization": f"Bearer {token}", "Idempotency-Key": "a-key"}
client.post("/api/v1/leads", json={"values": {"companyname": "Only Once", "lastname": "Person"}}, headers=headers)
"""


@pytest.mark.parametrize(("where", "status", "leads"), [("_mark", 201, 1), ("_keep", 409, 1)])
def test_after_a_kill_nothing_is_done_twice_and_nothing_is_lost(
    served: Served, where: str, status: int, leads: int
) -> None:
    services, token = served.services, served.token_of("manager")
    url = services.database.engine.url.render_as_string(hide_password=False)
    moment, folder = services.clock().isoformat(), str(services.settings.data_dir)
    command = [sys.executable, "-c", textwrap.dedent(CRASH), where, url, folder, token, moment]
    killed = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    assert killed.returncode == -9, killed.stderr
    later = replace(services, clock=lambda: services.clock() + timedelta(seconds=61))
    client: Callable[..., Any] = TestClient(create_app(later, routers=[router]), base_url="http://127.0.0.1").post
    headers = {"Authorization": f"Bearer {token}", "Idempotency-Key": "a-key"}
    answer = client("/api/v1/leads", json=LEAD, headers=headers)
    assert answer.status_code == status, answer.text
    assert made(services) == leads
    again = client("/api/v1/leads", json=LEAD, headers=headers)
    assert (again.status_code, again.text) == (answer.status_code, answer.text)
    assert made(services) == leads


def test_every_post_of_the_api_offers_the_header(desk: Desk) -> None:
    with TestClient(create_app(desk.services, routers=[router]), base_url="http://127.0.0.1") as client:
        paths = client.get("/api/v1/openapi.json").json()["paths"]
    posts = {path: ops["post"] for path, ops in paths.items() if "post" in ops and ops["post"].get("security")}
    assert len(posts) > 20
    for path, operation in posts.items():
        assert any(p["name"] == "Idempotency-Key" for p in operation["parameters"]), path
