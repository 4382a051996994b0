"""What every answer is like: who may read it, under which type and name, and what is not answered at all."""

import re
import subprocess
import sys
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any, cast

import pytest
from starlette.datastructures import UploadFile
from starlette.routing import BaseRoute, Route
from starlette.testclient import TestClient
from tests.web.conftest import ORIGIN, Browser
from tests.web.desk import Desk

from leadwright.api.routes import router
from leadwright.db.people import SystemUser
from leadwright.db.sales import Lead
from leadwright.mcp.door import McpDoor
from leadwright.web import uploads
from leadwright.web.app import create_app
from leadwright.web.security import PUBLIC, needs_of
from leadwright.web.static_files import _files, address

ROOT = Path(__file__).parents[2]
OPEN = {
    "/.well-known/oauth-authorization-server",
    "/.well-known/oauth-authorization-server/{tenant}/v2.0",
    "/.well-known/oauth-protected-resource/mcp",
    "/.well-known/openid-configuration",
    "/api/v1/mail/notifications/{mailboxid}",  # asks for the secret of the subscription inside
    "/api/v1/openapi.json",
    "/api/v1/token",
    "/mcp",  # asks for a token inside
    "/password/forgotten",
    "/password/reset/{token}",
    "/set-up",
    "/settings/mirror/wake",  # asks for its key inside
    "/sign-in",
    "/sign-in/app",
    "/sign-in/code",
    "/sign-in/with/{providerid}",
    "/sign-in/with/{providerid}/back",
    "/static/{hash}/{name}",
    "/unsubscribe/{token}",
    "/welcome/{token}",
    "/welcome/{token}/with/{providerid}",
    "/{tenant}/discovery/v2.0/keys",
    "/{tenant}/oauth2/v2.0/authorize",
    "/{tenant}/oauth2/v2.0/revoke",
    "/{tenant}/oauth2/v2.0/token",
    "/{tenant}/v2.0/.well-known/openid-configuration",
}


def test_no_answer_lets_another_origin_read_it(browser: Callable[..., Browser], api: Callable[..., TestClient]) -> None:
    foreign = {"Origin": "https://elsewhere.example"}
    for client, path in ((browser("admin"), "/leads"), (browser(None), "/sign-in"), (api(), "leads")):
        for answer in (client.get(path, headers=foreign), client.options(path, headers=foreign)):
            assert not [name for name in answer.headers if name.startswith("access-control-")]


def test_trace_is_not_answered(desk: Desk) -> None:
    app = create_app(desk.services, routers=[router], doors=[McpDoor(desk.services)])
    with TestClient(app, base_url=ORIGIN) as client:
        for path in ("/", "/sign-in", "/api/v1/leads", "/mcp", address("desk.css")):
            answer = client.request("TRACE", path, headers={"X-Told": "secret words"})
            assert answer.status_code in {401, 405}, path
            assert "secret words" not in answer.text


@pytest.mark.parametrize("path", ["", "../app.py", "..%2fapp.py", "%2e%2e/%2e%2e/settings.py", "desk.css/..", ".git"])
def test_nothing_outside_the_static_files_is_served(browser: Callable[..., Browser], path: str) -> None:
    assert browser(None).get(f"/static/x/{path}").status_code in {404, 405}
    for name in ("/static/", "/static", "/.git/config", "/uploads/", "/leadwright.toml"):
        assert browser(None).get(name).status_code == 404


def test_every_static_file_says_what_it_is_and_in_which_letters(browser: Callable[..., Browser]) -> None:
    client = browser(None)
    for name in _files():
        answer = client.get(address(name))
        assert answer.headers["content-type"].endswith("; charset=utf-8"), name


def test_an_upload_lies_where_we_say_whatever_its_name(desk: Desk, tmp_path: Path) -> None:
    settings = desk.services.settings
    for name in (
        "../../evil.csv",
        "..\\..\\evil.csv",
        "/etc/passwd",
        "a\r\nSet-Cookie: x.csv",
        "..",
        "\x00.csv",
        "é" * 400,
    ):
        with (tmp_path / "list").open("w+b") as content:
            kept = uploads.keep(settings, "owner", UploadFile(content, filename=name, size=0), 0.0)
        inside = kept.path.resolve().relative_to((settings.data_dir / "uploads" / "owner").resolve())
        assert len(inside.parts) == 3
        assert re.fullmatch(r"[\w.() -]+", kept.path.name)


def test_files_come_as_attachments_under_names_of_ours(
    browser: Callable[..., Browser], api: Callable[..., TestClient]
) -> None:
    client, program = browser("admin"), api()
    for answer in (
        client.get("/audit/export.csv"),
        program.get("audit/export.csv"),
    ):
        assert answer.status_code == 200, answer.text[:200]
        assert re.fullmatch(r'attachment; filename="[\w.-]+"', answer.headers["content-disposition"])


def test_password_fields_are_masked_and_known_to_password_managers(browser: Callable[..., Browser], desk: Desk) -> None:
    pages = browser(None).get("/sign-in").text + browser("seller").get("/password").text
    pages += browser("admin").get(f"/people/{desk.people['seller']}").text
    fields = re.findall(r"<input[^>]*password[^>]*>", pages)
    assert len(fields) >= 4
    for field in fields:
        assert 'type="password"' in field
        assert re.search(r'autocomplete="(current|new)-password"', field), field
    assert "onpaste" not in pages


def test_every_page_has_the_way_out(browser: Callable[..., Browser]) -> None:
    client = browser("admin")
    for path in ("/", "/leads", "/agent", "/people", "/account", "/no-such-page-of-ours"):
        assert 'action="/sign-out"' in client.get(path).text or path == "/no-such-page-of-ours"
    out = client.submit("/sign-out")
    assert out.headers["clear-site-data"] == '"cache"'
    assert client.get("/leads", follow_redirects=False).headers["location"].startswith("/sign-in")


def test_a_program_writes_only_the_columns_of_its_action(api: Callable[..., TestClient], desk: Desk) -> None:
    program, leadid = api(), desk.lead("handed_over")
    version = program.get(f"leads/{leadid}").json()["versionnumber"]
    assert program.patch(f"leads/{leadid}", json=_change("description", "Called", version)).status_code == 200
    for name in ("lw_stage", "lw_band", "ownerid", "owningbusinessunit", "createdon", "leadid", "versionnumber"):
        answer = program.patch(f"leads/{leadid}", json=_change(name, "x", version + 1))
        assert answer.status_code == 422, (name, answer.text)
        assert name in answer.text
    with desk.services.database.reading() as session:
        assert session.get_one(Lead, leadid).lw_stage == "handed_over"
    more = {"fullname": "Rika Rolle", "email": "rika@seller.example", "isdisabled": True, "passwordhash": "x"}
    made = program.post("people", json=more)
    assert made.status_code in {201, 422}
    if made.status_code == 201:
        with desk.services.database.reading() as session:
            row = session.get_one(SystemUser, made.json()["id"])
        assert not row.isdisabled
        assert row.passwordhash is None


def _change(name: str, value: str, version: int) -> dict[str, Any]:
    return {"values": {name: value}, "versionnumber": version}


def test_the_token_endpoint_knows_one_grant(desk: Desk) -> None:
    client = TestClient(create_app(desk.services, routers=[router]), base_url=ORIGIN)
    for grant in ("password", "authorization_code", "refresh_token", "implicit", ""):
        answer = client.post("/api/v1/token", data={"grant_type": grant, "client_id": "x", "client_secret": "y"})
        assert answer.status_code in {400, 401}, grant
        assert "access_token" not in answer.json()


def test_what_anybody_may_open_is_meant_to_be_open(desk: Desk) -> None:
    app = create_app(desk.services, routers=[router], doors=[McpDoor(desk.services)])
    assert {path for path, needs in _routes(list(app.router.routes)) if PUBLIC in needs} == OPEN


def _routes(routes: list[BaseRoute], prefix: str = "") -> list[tuple[str, tuple[str, ...]]]:
    found: list[tuple[str, tuple[str, ...]]] = []
    for route in routes:
        included = getattr(route, "original_router", None)
        if included is not None:
            context = getattr(route, "include_context", None)
            found += _routes(list(included.routes), prefix + str(getattr(context, "prefix", "")))
        elif isinstance(route, Route) or hasattr(route, "dependant"):
            found.append((prefix + cast(Any, route).path, needs_of(route) or ()))
    return found


def test_every_library_is_pinned_with_its_hashes() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    lock = (ROOT / "requirements" / "core.lock").read_text()
    pinned = re.findall(r"^([a-z0-9-]+)(?:\[[^]]*\])?==[^\\\n]+ \\\n +--hash=sha256:\w{64}", lock, re.MULTILINE)
    names = {re.split(r"[\[<>=]", each)[0] for each in project["dependencies"]}
    assert names - set(pinned) == set()
    assert len(re.findall(r"^[a-z0-9]", lock, re.MULTILINE)) == len(pinned)


def test_the_served_application_does_not_hold_the_rehearsal() -> None:
    code = (
        "import sys, leadwright.cli.serve, leadwright.bootstrap, leadwright.web.app, leadwright.api.routes, "
        "leadwright.mcp.door, leadwright.workflows.runtime;"
        "print([name for name in sys.modules if name.startswith('leadwright.sandbox')])"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "[]"


def test_a_form_field_is_not_overruled_by_the_address(browser: Callable[..., Browser]) -> None:
    client = browser("seller")
    client.submit("/account/timezone?timezone=Asia/Tokyo", {"timezone": "Europe/Paris"})
    assert 'value="Europe/Paris"' in client.get("/account").text
