"""What is refused before it costs anything: bodies of strangers, foreign names, damaged keys, the first set-up."""

import asyncio
import json
import re
import threading
import time
from base64 import urlsafe_b64encode
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from sqlalchemy import func, select
from starlette.testclient import TestClient
from tests.web.conftest import ORIGIN, Browser
from tests.web.desk import PASSWORD, Desk, SilentAnalyst, make

from leadwright.api.routes import router
from leadwright.db.base import new_id
from leadwright.db.engine import Database
from leadwright.db.people import SystemUser
from leadwright.db.sales import Account, Lead
from leadwright.identity.announcements import SETTINGS_PAGE
from leadwright.services import Services
from leadwright.settings import Settings
from leadwright.web.app import create_app
from leadwright.web.uploads import Upload
from leadwright.workflows.case import lead_link

SOURCE = Path(__file__).parents[2] / "src" / "leadwright"


def ask(app: FastAPI, method: str, path: str, chunks: int, **headers: str) -> tuple[int, int]:
    """Send a body in chunks of 64 KB without saying its length. Gives the status and how many chunks were read."""
    read, status = 0, 0

    async def receive() -> dict[str, Any]:
        nonlocal read
        read += 1
        return {"type": "http.request", "body": b"a" * 65_536, "more_body": read < chunks}

    async def send(message: Any) -> None:
        nonlocal status
        status = message.get("status", status)

    given = {"host": "127.0.0.1", "origin": ORIGIN, **{k.replace("_", "-"): v for k, v in headers.items()}}
    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": method,
        "path": path,
        "raw_path": path.encode(),
        "query_string": b"",
        "root_path": "",
        "scheme": "http",
        "headers": [(k.encode(), v.encode()) for k, v in given.items()],
        "client": ("127.0.0.1", 50_000),
        "server": ("127.0.0.1", 80),
    }
    asyncio.run(app(scope, receive, send))
    return status, read


@pytest.fixture
def program(desk: Desk) -> Iterator[TestClient]:
    """A program with the rights of the administrator's own application, beside the pages."""
    from leadwright.actions.applications import _add_application_user
    from leadwright.identity.directory import directory_of
    from leadwright.identity.seed import root_business_unit

    services = replace(desk.services, settings=desk.services.settings.model_copy(update={"import_max_mb": 2}))
    directory = directory_of(services)
    with services.database.transaction() as session:
        clientid = directory.register(session, "Program", audience="AzureADMyOrg", redirect_uri=None, createdby=None)
        secret = directory.add_secret(session, clientid)
        _add_application_user(session, clientid, root_business_unit(session), "Salesperson", "Program")
        _add_application_user_role(session, clientid)
    with TestClient(create_app(services, routers=[router]), base_url=ORIGIN, raise_server_exceptions=False) as client:
        data = {"client_id": clientid, "client_secret": secret.value}
        token = client.post("/api/v1/token", data=data).json()["access_token"]
        client.headers["Authorization"] = f"Bearer {token}"
        yield client


def _add_application_user_role(session: Any, clientid: str) -> None:
    """Sales Manager instead of Salesperson would read every account; here only the right to import is added."""
    from leadwright.db.people import Role, RolePrivilege, UserRole

    user = session.scalar(select(SystemUser.systemuserid).where(SystemUser.applicationid == clientid))
    role = Role(name="Importer")
    session.add(role)
    session.flush()
    session.add(RolePrivilege(roleid=role.roleid, privilege="prvImportLead", depth=8))
    session.add(UserRole(systemuserid=user, roleid=role.roleid))


FORM = "application/x-www-form-urlencoded"


@pytest.mark.parametrize("path", ["/leads/new", "/import", "/agent/knowledge", "/api/v1/leads", "/api/v1/leads/import"])
def test_not_a_byte_of_a_stranger_is_read(desk: Desk, path: str) -> None:
    app = create_app(desk.services, routers=[router])
    kind = "application/json" if path.startswith("/api") else FORM
    status, read = ask(app, "POST", path, 1000, content_type=kind)
    assert status in {401, 403}
    assert read == 0


def test_a_body_without_a_length_is_counted(desk: Desk) -> None:
    app = create_app(desk.services, routers=[router])
    for path in ("/sign-in", "/api/v1/token"):
        status, read = ask(app, "POST", path, 1000, content_type=FORM)
        assert status == 413, path
        assert read < 20


def test_a_body_too_long_by_its_own_word_is_not_begun(desk: Desk) -> None:
    app = create_app(desk.services, routers=[router])
    status, read = ask(app, "POST", "/sign-in", 1000, content_type=FORM, content_length="900000000")
    assert (status, read) == (413, 0)


def test_who_may_not_import_may_not_upload_either(desk: Desk, browser: Callable[..., Browser]) -> None:
    client = browser("seller")
    cookie = "; ".join(f"{k}={v}" for k, v in client.cookies.items())
    app: Any = client.app
    status, read = ask(app, "POST", "/import", 1000, content_type="multipart/form-data; boundary=x", cookie=cookie)
    assert (status, read) == (403, 0)


def test_the_import_limit_holds_while_a_list_streams_in(program: TestClient) -> None:
    small = b"Company,Email\n" + b"".join(b"C%d,a@c%d.example\n" % (n, n) for n in range(20))
    assert program.post("/api/v1/leads/import", files={"file": ("a.csv", small)}).status_code == 200
    assert program.post("/api/v1/leads/import", files={"file": ("a.csv", b"x" * 1_500_000)}).status_code == 422
    assert program.post("/api/v1/leads/import", files={"file": ("a.csv", b"x" * 5_000_000)}).status_code == 413


def test_a_name_that_is_not_ours_opens_nothing(desk: Desk) -> None:
    app = create_app(desk.services, routers=[router])
    for host, status in (
        ("evil.example", 421),
        ("127.0.0.1.evil.example:8480", 421),
        ("[::1]:8480", 200),
        ("localhost:8480", 200),
        ("192.168.1.7:8480", 200),
    ):
        with TestClient(app, base_url=ORIGIN) as client:
            answer = client.get("/sign-in", headers={"Host": host})
        assert answer.status_code == status, host


def test_pages_stay_quick_while_somebody_writes_for_long(desk: Desk, browser: Callable[..., Browser]) -> None:
    client = browser("seller")
    later = replace(desk.services, clock=lambda: desk.services.clock() + timedelta(minutes=30))
    with TestClient(create_app(later), base_url=ORIGIN, cookies=dict(client.cookies)) as reader:
        with desk.services.database.transaction() as writing:
            writing.execute(select(func.count()).select_from(Lead))
            began = time.monotonic()
            assert reader.get("/leads", follow_redirects=False).status_code == 200
            assert reader.get("/notifications", follow_redirects=False).status_code == 200
            assert time.monotonic() - began < 5
        assert reader.get("/leads", follow_redirects=False).status_code == 200
    much_later = replace(desk.services, clock=lambda: desk.services.clock() + timedelta(minutes=80))
    with TestClient(create_app(much_later), base_url=ORIGIN, cookies=dict(client.cookies)) as reader:
        assert reader.get("/leads", follow_redirects=False).status_code == 200, "the use 30 minutes ago was noted"


def _damaged() -> list[str]:
    values = (
        ["2026-01-01T00:00:00", "x"],
        ["0001-01-01T00:00:00+14:00", "x"],
        ["9999-12-31T23:59:59-14:00", "x"],
        ["2026-01-01T00:00:00+00:00", "\ud800"],
        ["2026-01-01T00:00:00+00:00", "\x00"],
        [5, "x"],
        {"a": 1},
        [],
    )
    return [urlsafe_b64encode(json.dumps(v).encode()).decode() for v in values] + ["é", "!!!", "AAAA", "[" * 600]


def test_a_damaged_page_key_is_refused(browser: Callable[..., Browser], program: TestClient) -> None:
    client = browser("seller")
    for key in _damaged():
        assert client.get("/leads", params={"after": key}).status_code == 422, key
        assert program.get("/api/v1/leads", params={"after": key}).status_code == 422, key
    for value in ("\ud800", "a\x00"):
        key = urlsafe_b64encode(json.dumps([value, "x"]).encode()).decode()
        assert client.get("/leads", params={"after": key, "sort": "name"}).status_code == 422


def test_characters_no_database_keeps_fail_nowhere(database: Database, tmp_path: Path) -> None:
    desk = make(database, leads=2, settings=Settings(data_dir=tmp_path))
    app = create_app(desk.services, routers=[router])
    with Browser(app, base_url=ORIGIN, raise_server_exceptions=False) as client:
        odd = client.submit("/sign-in", {"email": "sel\x00ler@x.example", "password": "a\x00b"}, form="/sign-in")
        assert odd.status_code == 403
        token = client.post("/api/v1/token", data={"client_id": "a\x00", "client_secret": "b\x00"})
        assert token.status_code == 422
        signed = {"email": "seller@seller.example", "password": PASSWORD}
        assert client.submit("/sign-in", signed, form="/sign-in").status_code == 303
        assert client.get("/leads?q=a%00b").status_code == 200
        assert client.get("/leads/a%00b").status_code == 404


def test_the_api_takes_no_lists_or_numbers_for_text(desk: Desk, program: TestClient) -> None:
    made = program.post("/api/v1/leads", json={"values": {"companyname": "Contoso"}})
    path = f"/api/v1/leads/{made.json()['id']}"
    for value in (["a"], {"a": 1}, 5, True, 1.5, "a\x00b", "\ud800"):
        answer = program.patch(path, content=json.dumps({"values": {"companyname": value}}), headers=JSON)
        assert answer.status_code == 422, value
    for value in ([5], {"a": 1}, float("inf")):
        answer = program.patch(path, content=json.dumps({"values": {"numberofemployees": value}}), headers=JSON)
        assert answer.status_code == 422, value
    assert program.patch(path, json={"values": {"numberofemployees": 5, "donotemail": True}}).status_code == 200
    deep = program.patch(path, content='{"values":' + "[" * 200_000, headers=JSON)
    assert deep.status_code == 422
    assert program.get(path).json()["companyname"] == "Contoso"


JSON = {"Content-Type": "application/json"}


def test_a_lead_is_connected_only_with_an_account_one_may_read(desk: Desk, program: TestClient) -> None:
    from leadwright.db.people import BusinessUnit

    with desk.services.database.transaction() as session:
        root = session.scalars(select(BusinessUnit.businessunitid)).one()
        unit = BusinessUnit(name="Elsewhere", parentbusinessunitid=root)
        session.add(unit)
        session.flush()
        values: Any = {"ownerid": desk.people["other"], "name": "Far away"}
        hidden = Account(**values, owningbusinessunit=unit.businessunitid)
        shown = Account(**values, owningbusinessunit=root)
        session.add_all([hidden, shown])
    path = f"/api/v1/leads/{program.post('/api/v1/leads', json={'values': {'companyname': 'C'}}).json()['id']}"
    refused = program.patch(path, json={"values": {"parentaccountid": hidden.accountid}})
    assert refused.status_code == 403
    assert refused.json()["privilege"] == "prvReadAccount"
    assert program.patch(path, json={"values": {"parentaccountid": new_id()}}).status_code == 422
    assert program.patch(path, json={"values": {"parentaccountid": shown.accountid}}).status_code == 200


def test_every_link_of_a_notification_leads_to_a_page(desk: Desk, browser: Callable[..., Browser]) -> None:
    links = {SETTINGS_PAGE, lead_link(desk.lead("handed_over"))}
    for path in SOURCE.rglob("*.py"):
        if path.parts[-2] != "pages":
            links |= set(re.findall(r'\blink=f?"([^"{]+)"', path.read_text()))
    assert len(links) >= 3
    client = browser("admin")
    for link in links:
        assert client.get(link).status_code == 200, link


@pytest.mark.parametrize("headers", [{}, {"X-Forwarded-For": "127.0.0.1"}])
def test_a_stranger_does_not_become_the_first_administrator(
    sqlite_database: Database, tmp_path: Path, headers: dict[str, str]
) -> None:
    services = Services(Settings(data_dir=tmp_path), sqlite_database, SilentAnalyst())
    mine = {"fullname": "Ada", "email": "ada@x.example", "password": PASSWORD, "again": PASSWORD}
    address = ("127.0.0.1" if headers else "10.0.0.7", 50_000)
    for code in ("", "right-code"):
        app = create_app(services, setup_code=code)
        with Browser(app, base_url=ORIGIN, client=address, headers=headers) as client:
            assert client.submit("/set-up", mine, form="/set-up").status_code in {403, 422}
            assert client.submit("/set-up", mine | {"code": "wrong"}, form="/set-up").status_code in {403, 422}
    with sqlite_database.reading() as session:
        assert session.scalar(select(func.count()).select_from(SystemUser)) == 0
    with Browser(create_app(services, setup_code="right-code"), base_url=ORIGIN, client=address) as client:
        assert client.submit("/set-up", mine | {"code": "right-code"}, form="/set-up").status_code == 303


def test_an_upload_is_imported_once_however_often_it_is_started(tmp_path: Path) -> None:
    kept = Upload(new_id(), tmp_path, "a.csv")
    together = threading.Barrier(8)

    def start(_n: int) -> bool:
        together.wait()
        return kept.begin(time.time(), 120)

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(start, range(8))) == 1
    kept.end({"state": "refused"})
    assert kept.begin(time.time(), 120)
    kept.end({"state": "done"})
    assert not kept.begin(time.time() + 500, 120)


def test_an_import_that_died_may_begin_again(tmp_path: Path) -> None:
    kept = Upload(new_id(), tmp_path, "a.csv")
    (tmp_path / "claim").touch()
    assert not kept.begin(time.time() + 60, 120)
    assert kept.begin(time.time() + 130, 120)
    assert not kept.begin(time.time() + 300, 120), "it runs in this process"


def test_too_many_tries_are_answered_with_when_to_come_back(browser: Callable[..., Browser]) -> None:
    client = browser(None)
    wrong = {"email": "seller@seller.example", "password": "wrong wrong wrong"}
    for _ in range(10):
        assert client.submit("/sign-in", wrong, form="/sign-in").status_code == 403
    answer = client.submit("/sign-in", wrong, form="/sign-in")
    assert answer.status_code == 429
    assert 0 < int(answer.headers["retry-after"]) <= 900
