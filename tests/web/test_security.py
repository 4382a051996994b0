"""Every route, every role, every record: refused unless allowed. Headers and cross-site checks on every answer."""

import re
from collections.abc import Callable
from dataclasses import replace

import pytest
from fastapi import FastAPI
from sqlalchemy import select, update
from starlette.responses import Response
from starlette.routing import Route
from starlette.testclient import TestClient
from tests.web.conftest import ORIGIN, Browser
from tests.web.desk import PASSWORD, PEOPLE, Desk

from leadwright.db.people import SystemUser
from leadwright.db.sales import Lead
from leadwright.identity.access import principal
from leadwright.settings import Settings
from leadwright.web.app import create_app
from leadwright.web.security import PUBLIC, SIGNED_IN, check_declared, needs_of

HEADERS = (
    "content-security-policy",
    "x-content-type-options",
    "referrer-policy",
    "x-frame-options",
    "cross-origin-opener-policy",
)


def _routes(app: FastAPI) -> list[tuple[str, str, tuple[str, ...]]]:
    found = []
    for route in app.router.routes:
        if isinstance(route, Route):
            for method in sorted(set(route.methods or ()) - {"HEAD"}):
                found.append((method, route.path, needs_of(route) or ()))
    return found


def _filled(path: str, desk: Desk) -> str:
    """The path with ids of records that exist, so that a refusal is about the right and not about the record."""
    known = {"{leadid}": desk.lead("handed_over"), "{agentid}": desk.agentid, "{hash}": "0", "{name}": "desk.css"}
    for mark, value in known.items():
        path = path.replace(mark, value)
    return re.sub(r"\{[^}]+\}", "1", path)


def test_a_route_that_does_not_say_what_it_needs_stops_the_start(desk: Desk) -> None:
    async def open_door(request: object) -> Response:
        return Response("in")

    with pytest.raises(RuntimeError, match="/open does not say"):
        check_declared([Route("/open", open_door)])


def test_every_route_declares_what_it_needs(desk: Desk) -> None:
    for method, path, needs in _routes(create_app(desk.services)):
        assert needs, f"{method} {path} declares nothing"


def test_nobody_reaches_a_page_without_signing_in(desk: Desk, browser: Callable[..., Browser]) -> None:
    client = browser(None)
    token = client.token("/sign-in")
    for method, path, needs in _routes(create_app(desk.services)):
        if PUBLIC in needs:
            continue
        where = _filled(path, desk)
        if method == "GET":
            answer = client.get(where, follow_redirects=False)
            assert answer.status_code == 401 or (
                answer.status_code == 303 and answer.headers["location"].startswith("/sign-in")
            ), path
        else:
            answer = client.request(method, where, data={"_token": token}, headers={"Origin": ORIGIN})
            assert answer.status_code in {401, 403}, path


@pytest.mark.parametrize("person", list(PEOPLE))
def test_a_role_reaches_only_what_its_privileges_allow(
    desk: Desk, browser: Callable[..., Browser], person: str
) -> None:
    client = browser(person)
    with desk.services.database.reading() as session:
        who = principal(session, desk.people[person])
    token = client.token()
    for method, path, needs in _routes(create_app(desk.services)):
        lacking = [n for n in needs if n not in {PUBLIC, SIGNED_IN} and not who.may(n)]
        if not lacking:
            continue
        where = _filled(path, desk)
        answer = client.request(
            method, where, data={"_token": token} if method != "GET" else None, headers={"Origin": ORIGIN}
        )
        assert answer.status_code == 403, f"{person} got {answer.status_code} from {method} {path}"
        assert lacking[0] in answer.text, f"{method} {path} does not name {lacking[0]}"


@pytest.mark.parametrize("person", list(PEOPLE))
def test_no_page_of_a_role_fails(desk: Desk, browser: Callable[..., Browser], person: str) -> None:
    client = browser(person)
    for method, path, _ in _routes(create_app(desk.services)):
        if method == "GET" and "/static/" not in path:
            answer = client.get(_filled(path, desk))
            assert answer.status_code < 500, f"{person}: {path} answers {answer.status_code}"
            assert "Traceback" not in answer.text


def test_a_seller_sees_own_and_team_leads_only(desk: Desk, browser: Callable[..., Browser]) -> None:
    client = browser("seller")
    own = desk.lead("handed_over", 0)
    with desk.services.database.reading() as session:
        foreign = session.scalars(select(Lead.leadid).where(Lead.ownerid == desk.people["other"])).all()
    assert client.get(f"/leads/{own}").status_code == 200
    grid = client.get("/leads?view=all").text
    assert own in grid
    for leadid in foreign:
        assert leadid not in grid
        for path in ("", "/edit", "/draft"):
            assert client.get(f"/leads/{leadid}{path}").status_code == 404
        for action in ("edit", "draft", "qualify", "return", "retry", "disconnect", "email"):
            data = {"reason": "x", "table": "account", "subject": "s", "body": "b", "companyname": "c"}
            answer = client.submit(f"/leads/{leadid}/{action}", data)
            where = answer.headers.get("location", "")
            assert answer.status_code in {403, 404}, f"{action}: {answer.status_code} {where}"


def test_a_form_without_its_token_is_refused(desk: Desk, browser: Callable[..., Browser]) -> None:
    client = browser("manager")
    for data in ({}, {"_token": ""}, {"_token": "guessed"}):
        answer = client.post("/leads/new", data={"companyname": "X", **data}, headers={"Origin": ORIGIN})
        assert answer.status_code == 409


def test_a_form_from_another_site_is_refused_even_with_the_token(desk: Desk, browser: Callable[..., Browser]) -> None:
    client = browser("manager")
    data = {"companyname": "X", "_token": client.token()}
    for headers in ({"Origin": "https://evil.example"}, {"Sec-Fetch-Site": "cross-site"}, {"Origin": "null"}):
        assert client.post("/leads/new", data=data, headers=headers).status_code == 403


def test_signing_in_from_another_site_or_without_the_form_is_refused(browser: Callable[..., Browser]) -> None:
    client = browser(None)
    data = {"email": "seller@seller.example", "password": PASSWORD}
    assert client.post("/sign-in", data=data, headers={"Origin": ORIGIN}).status_code == 409
    data["_token"] = client.token("/sign-in")
    assert client.post("/sign-in", data=data, headers={"Origin": "https://evil.example"}).status_code == 403


def test_every_answer_carries_the_security_headers(desk: Desk, browser: Callable[..., Browser]) -> None:
    client = browser("seller")
    answers = [
        client.get("/leads"),
        client.get("/no-such-page"),
        client.get("/leads/unknown"),
        client.get("/agent"),
        client.delete("/leads"),
        client.get("/leads?band=Excellent"),
        client.post("/leads/new"),
        client.get("/static/0/desk.css"),
        client.get("/static/0/none.css"),
        browser(None).get("/sign-in"),
    ]
    assert {a.status_code for a in answers} >= {200, 403, 404, 405, 409, 422}
    for answer in answers:
        for name in HEADERS:
            assert name in answer.headers, f"{answer.url} {answer.status_code} lacks {name}"
        assert "unsafe" not in answer.headers["content-security-policy"]
        assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]


def test_a_fault_of_ours_shows_no_traceback_and_keeps_the_headers(
    desk: Desk, browser: Callable[..., Browser], capsys: pytest.CaptureFixture[str]
) -> None:
    client = browser("manager")
    desk.services.database.close()
    with desk.services.database.transaction() as session:
        session.connection().exec_driver_sql("ALTER TABLE leadrun RENAME TO elsewhere")
    answer = client.get(f"/leads/{desk.lead('handed_over')}")
    assert answer.status_code == 500
    assert "Traceback" not in answer.text
    assert "leadrun" not in answer.text
    assert "content-security-policy" in answer.headers


def test_pages_have_no_inline_script_or_style(desk: Desk, browser: Callable[..., Browser]) -> None:
    client = browser("admin")
    for path in ("/leads", f"/leads/{desk.lead('handed_over')}", "/dashboard", "/agent", "/import", "/leads/new"):
        text = client.get(path).text
        assert " style=" not in text, path
        assert "<style" not in text, path
        assert " onclick=" not in text, path
        assert text.count("<script") == text.count("<script src="), path


def test_over_https_cookies_are_bound_to_the_host(desk: Desk) -> None:
    app = create_app(replace(desk.services, settings=Settings(public_url="https://desk.example")))
    with TestClient(app, base_url="https://desk.example") as client:
        page = client.get("/sign-in")
        assert "max-age=31536000" in page.headers["strict-transport-security"]
        token = page.text.split('name="_token" value="')[1].split('"')[0]
        data = {"email": "seller@seller.example", "password": PASSWORD, "_token": token}
        answer = client.post("/sign-in", data=data, headers={"Origin": "https://desk.example"}, follow_redirects=False)
        cookies = answer.headers.get_list("set-cookie")
        session = next(c for c in cookies if c.startswith("__Host-leadwright-session="))
        assert {"Secure", "HttpOnly", "SameSite=lax", "Path=/"} <= {p.strip() for p in session.split(";")}
        assert "Domain" not in session


def test_a_disabled_user_is_out_with_the_next_request(desk: Desk, browser: Callable[..., Browser]) -> None:
    client = browser("seller")
    assert client.get("/leads").status_code == 200
    with desk.services.database.transaction() as session:
        session.execute(
            update(SystemUser).where(SystemUser.systemuserid == desk.people["seller"]).values(isdisabled=True)
        )
    assert client.get("/leads", follow_redirects=False).headers["location"].startswith("/sign-in")


def test_after_sign_out_the_old_cookie_opens_nothing(browser: Callable[..., Browser]) -> None:
    client = browser("seller")
    cookies = dict(client.cookies)
    assert client.submit("/sign-out").status_code == 303
    client.cookies.update(cookies)
    assert client.get("/leads", follow_redirects=False).status_code == 303


def test_sign_in_never_leads_to_another_site(browser: Callable[..., Browser]) -> None:
    for target in ("https://evil.example", "//evil.example", "/\\evil.example", "javascript:alert(1)"):
        client = browser(None)
        data = {"email": "seller@seller.example", "password": PASSWORD, "next": target}
        answer = client.submit("/sign-in", data, form="/sign-in")
        assert answer.headers["location"] == "/", target


def test_a_wrong_password_is_refused_without_saying_which_part_is_wrong(browser: Callable[..., Browser]) -> None:
    client = browser(None)
    texts = set()
    for email in ("seller@seller.example", "nobody-there@seller.example"):
        answer = client.submit("/sign-in", {"email": email, "password": "wrong wrong wrong"}, form="/sign-in")
        assert answer.status_code == 403
        texts.add(answer.text.split('role="alert"')[1].split("</div>")[0])
    assert len(texts) == 1


def test_static_files_are_kept_for_good_by_their_hash(browser: Callable[..., Browser]) -> None:
    client = browser(None)
    path = client.get("/sign-in").text.split('rel="stylesheet" href="')[1].split('"')[0]
    assert "immutable" in client.get(path).headers["cache-control"]
    assert client.get("/static/0/desk.css").headers["cache-control"] == "no-cache"
    assert client.get("/static/0/..%2f..%2fapp.py").status_code == 404


def test_the_runtime_starts_and_stops_with_the_desk(desk: Desk) -> None:
    class Runtime:
        def __init__(self) -> None:
            self.seen: list[str] = []

        def start(self) -> None:
            self.seen.append("start")

        def stop(self) -> None:
            self.seen.append("stop")

    runtime = Runtime()
    with TestClient(create_app(desk.services, runtime=runtime), base_url=ORIGIN) as client:
        assert client.get("/sign-in").status_code == 200
        assert runtime.seen == ["start"]
    assert runtime.seen == ["start", "stop"]


def test_behind_a_proxy_the_public_address_counts_as_our_own(desk: Desk) -> None:
    settings = Settings(public_url="https://crm.example")
    app = create_app(replace(desk.services, settings=settings))
    with TestClient(app, base_url="http://10.0.0.5:8480") as client:
        client.cookies.set("__Host-leadwright-form", "t" * 43)
        data = {"email": "seller@seller.example", "password": PASSWORD, "_token": "t" * 43}
        answer = client.post("/sign-in", data=data, headers={"Origin": "https://crm.example"}, follow_redirects=False)
        assert answer.status_code == 303
