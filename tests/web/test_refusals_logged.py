"""Whatever is refused leaves a line in the log: who, where, why in a word; never what was sent."""

import json
import logging
from collections.abc import Callable, Iterator
from io import StringIO
from typing import Any

import pytest
import structlog
from starlette.testclient import TestClient
from tests.web.conftest import ORIGIN, Browser
from tests.web.desk import PASSWORD, Desk

from leadwright.db.sign_in import SignInLink
from leadwright.identity.links import make_link
from leadwright.logs import configure
from leadwright.settings import Settings

Lines = Callable[[], list[dict[str, Any]]]


@pytest.fixture
def lines() -> Iterator[Lines]:
    """What was logged since the last look."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    configure(Settings(log_format="json"))
    (handler,) = root.handlers
    written = StringIO()
    assert isinstance(handler, logging.StreamHandler)
    handler.setStream(written)

    def taken() -> list[dict[str, Any]]:
        found = [json.loads(line) for line in written.getvalue().splitlines()]
        written.truncate(written.seek(0))
        return found

    yield taken
    root.handlers[:] = handlers
    root.setLevel(level)
    structlog.reset_defaults()


def _last(lines: Lines, event: str) -> dict[str, Any]:
    found = [line for line in lines() if line["event"] == event]
    assert found, event
    assert "hunter2" not in json.dumps(found)
    return found[-1]


def test_a_refused_and_a_braked_sign_in_are_logged_with_their_address(
    browser: Callable[..., Browser], lines: Lines
) -> None:
    client, data = browser(None), {"email": "seller@seller.example", "password": "hunter2 hunter2"}
    client.submit("/sign-in", data, form="/sign-in")
    seen = _last(lines, "not allowed")
    assert (seen["path"], seen["status"], seen["method"], seen["level"]) == ("/sign-in", 403, "POST", "warning")
    assert seen["address"]
    assert seen["timestamp"].endswith("Z")
    for _ in range(10):
        client.submit("/sign-in", data, form="/sign-in")
    assert _last(lines, "too many attempts")["path"] == "/sign-in"


def test_a_missing_right_is_logged_with_who_and_which(
    browser: Callable[..., Browser], api: Callable[..., TestClient], desk: Desk, lines: Lines
) -> None:
    browser("seller").get("/audit")
    seen = _last(lines, "not allowed")
    assert (seen["who"], seen["privilege"], seen["path"]) == (desk.people["seller"], "prvReadAudit", "/audit")
    api("Salesperson").get("audit")
    seen = _last(lines, "not allowed")
    assert seen["privilege"] == "prvReadAudit"
    assert seen["who"]


def test_a_record_of_somebody_else_is_logged_and_a_stranger_s_wrong_address_is_not(
    browser: Callable[..., Browser], desk: Desk, lines: Lines
) -> None:
    seller = browser("seller")
    foreign = next(each for each in desk.leads["handed_over"] if seller.get(f"/leads/{each}").status_code == 404)
    assert _last(lines, "not found or not theirs")["path"] == f"/leads/{foreign}"
    browser(None).get("/wp-admin")
    assert not [line for line in lines() if line["event"] == "not found or not theirs"]


def test_attempts_around_the_controls_are_logged(
    browser: Callable[..., Browser], api: Callable[..., TestClient], lines: Lines
) -> None:
    client = browser("seller")
    client.post("/account/timezone", data={"timezone": "UTC"}, headers={"Origin": "https://evil.example"})
    assert _last(lines, "not allowed")["path"] == "/account/timezone"
    client.post("/account/timezone", data={"timezone": "UTC", "_token": "hunter2"}, headers={"Origin": ORIGIN})
    assert _last(lines, "conflict or stale form")["path"] == "/account/timezone"
    client.submit("/account/timezone", {"timezone": "hunter2"})
    assert _last(lines, "input refused")["path"] == "/account/timezone"
    client.get("/leads", headers={"Host": "evil.example"})
    assert _last(lines, "unknown host name")["level"] == "warning"
    program = api()
    program.post("leads", json={"values": {"lw_stage": "hunter2"}})
    assert _last(lines, "input refused")["path"] == "/api/v1/leads"
    program.headers["Authorization"] = "Bearer hunter2"
    program.get("leads")
    assert _last(lines, "not signed in")["path"] == "/api/v1/leads"


def test_tokens_of_programs_are_logged_when_issued_and_when_refused(
    api: Callable[..., TestClient], lines: Lines
) -> None:
    program = api()
    seen = _last(lines, "access token issued")
    assert (seen["application"] != "", seen["by"]) == (True, "client_credential")
    program.post("token", data={"client_id": "nobody", "client_secret": "hunter2"})
    assert _last(lines, "request refused")["path"] == "/api/v1/token"


def test_no_token_of_a_link_is_logged(browser: Callable[..., Browser], desk: Desk, lines: Lines) -> None:
    with desk.services.database.transaction() as session:
        token = make_link(session, desk.people["seller"], "reset", desk.services.clock()).token
        assert session.query(SignInLink).count() == 1
    path = f"/password/reset/{token}"
    assert browser(None).submit(path, {"password": "short", "again": "short"}, form=path).status_code == 422
    found = lines()
    assert [line["path"] for line in found if line["event"] == "input refused"] == ["/password/reset/(withheld)"]
    assert token not in json.dumps(found)
    assert PASSWORD not in json.dumps(found)
    browser(None).get(path, headers={"Host": "evil.example"})
    assert _last(lines, "unknown host name")["path"] == "/password/(withheld)"
