"""Ways in, as people meet them in the browser and programs over the API."""

import csv
import io
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from email import message_from_bytes
from urllib.parse import urlsplit

import pyotp
import pytest
from pydantic import SecretStr
from sqlalchemy import select
from starlette.testclient import TestClient
from tests.identity.oidc_provider import CLIENT, SECRET, OidcProvider, running_provider
from tests.web.conftest import ORIGIN, Browser
from tests.web.desk import NOW, PASSWORD, Desk

from leadwright.db import audit
from leadwright.db.base import new_id, now
from leadwright.db.people import SystemUser
from leadwright.db.system_mail import SystemMail
from leadwright.identity import oidc
from leadwright.identity.secrets import open_vault
from leadwright.mail.system_mail import SystemPost
from leadwright.sandbox.mail_server import MailServer
from leadwright.web.app import create_app
from leadwright.web.browser_names import browser_name

NEW = "nineteen grey herons"


@pytest.fixture
def provider() -> Iterator[OidcProvider]:
    oidc._discovered.clear()
    with running_provider() as running:
        running.now = NOW.timestamp
        running.subject = {"sub": "s1", "email": "sam@works.example", "email_verified": True, "name": "Sam Works"}
        yield running


def _link(page: str) -> str:
    found = re.search(r'id="link" readonly value="http://127\.0\.0\.1:8480([^"]+)"', page)
    assert found, page
    return found[1]


@contextmanager
def _browser_where(desk: Desk, **settings: object) -> Iterator[Browser]:
    """A browser of a desk with these settings."""
    changed = replace(desk.services, settings=desk.services.settings.model_copy(update=settings))
    with Browser(create_app(changed), base_url=ORIGIN, raise_server_exceptions=False) as client:
        yield client


def _enter(client: Browser, person: str) -> None:
    data = {"email": f"{person}@seller.example", "password": PASSWORD, "next": "/"}
    assert client.submit("/sign-in", data, form="/sign-in").status_code == 303


def _signed_in(client: Browser) -> bool:
    return client.get("/account", follow_redirects=False).status_code == 200


def test_an_invitation_is_handed_over_and_opens_the_desk_once(browser: Callable[..., Browser]) -> None:
    admin, guest = browser("admin"), browser(None)
    shown = admin.submit("/people", {"fullname": "Neve New", "email": "neve@seller.example", "role": "Salesperson"})
    assert shown.status_code == 200
    path = _link(shown.text)
    assert "Invited" in admin.get("/people").text
    assert "Welcome, Neve New" in guest.get(path).text
    assert guest.submit(path, {"password": NEW, "again": "other"}, form=path).status_code == 422
    assert guest.submit(path, {"password": "short", "again": "short"}, form=path).status_code == 422
    assert guest.submit(path, {"password": NEW, "again": NEW}, form=path).headers["location"] == "/sign-in"
    assert guest.get(path, follow_redirects=False).headers["location"] == "/sign-in"
    data = {"email": "neve@seller.example", "password": NEW, "next": "/"}
    assert guest.submit("/sign-in", data, form="/sign-in").status_code == 303
    assert _signed_in(guest)
    taken = admin.submit("/people", {"fullname": "N", "email": "neve@seller.example", "role": "Salesperson"})
    assert taken.status_code == 409
    assert "already" in taken.text


def test_a_forgotten_password_is_answered_in_the_same_words_for_everybody(
    desk: Desk, browser: Callable[..., Browser]
) -> None:
    assert "Ask an administrator" in browser(None).get("/password/forgotten").text
    with _browser_where(desk, smtp_host="127.0.0.1", smtp_from="leadwright@seller.example") as client:
        answers = []
        for email in ("admin@seller.example", "nobody@else.example"):
            sent = client.submit("/password/forgotten", {"email": email}, form="/password/forgotten")
            answers.append((sent.status_code, sent.headers["location"], client.get("/sign-in").text))
        assert answers[0] == answers[1]
        assert "If somebody here has this address" in answers[0][2]
        for _ in range(10):
            closed = client.submit("/password/forgotten", {"email": "nobody@else.example"}, form="/password/forgotten")
        assert closed.status_code == 429
        assert "Retry-After" in closed.headers
    with desk.services.database.reading() as session:
        assert session.scalars(select(SystemMail.recipient)).all() == ["admin@seller.example"]


def test_an_app_is_set_up_asked_for_and_removed(desk: Desk, browser: Callable[..., Browser]) -> None:
    client = browser("seller")
    guessed = client.submit("/account/app", {"current": "guess"})
    assert guessed.status_code == 422
    assert "The current password is wrong." in guessed.text
    assert client.submit("/account/app", {"current": PASSWORD}).headers["location"] == "/account/app"
    page = client.get("/account/app").text
    assert 'src="data:image/svg+xml' in page
    secret = re.search(r'<code class="break">([A-Z2-7]{32})</code>', page)
    assert secret
    totp = pyotp.TOTP(secret[1])
    assert client.submit("/account/app/confirm", {"code": "000000"}).status_code == 422
    codes = client.submit("/account/app/confirm", {"code": totp.at(NOW)})
    assert codes.text.count("<li><code>") == 10
    code = re.findall(r"<li><code>([^<]+)", codes.text)[0]
    assert code not in client.get("/account").text
    other = browser(None)
    data = {"email": "seller@seller.example", "password": PASSWORD, "next": "/leads"}
    assert other.submit("/sign-in", data, form="/sign-in").headers["location"] == "/sign-in/code"
    assert not _signed_in(other)
    assert other.submit("/sign-in/code", {"code": totp.at(NOW)}, form="/sign-in/code").status_code == 422
    assert other.submit("/sign-in/code", {"code": code}, form="/sign-in/code").headers["location"] == "/leads"
    assert _signed_in(other)
    assert client.submit("/account/app/remove", {"current": "guess"}).status_code == 422
    assert client.submit("/account/app/remove", {"current": PASSWORD}).status_code == 303
    assert _signed_in(browser("seller"))


def test_administrators_set_the_app_up_at_sign_in_where_it_is_asked_for(desk: Desk) -> None:
    with _browser_where(desk, administrators_need_app=True) as client:
        _enter(client, "admin")
        assert not _signed_in(client)
        assert client.get("/sign-in/code", follow_redirects=False).headers["location"] == "/sign-in/app"
        secret = re.search(r'<code class="break">([A-Z2-7]{32})</code>', client.get("/sign-in/app").text)
        assert secret
        done = client.submit("/sign-in/app", {"code": pyotp.TOTP(secret[1]).at(NOW)}, form="/sign-in/app")
        assert "Keep these codes" in done.text
        assert _signed_in(client)


def test_people_see_and_end_their_sessions_and_an_administrator_anyones(
    desk: Desk, browser: Callable[..., Browser]
) -> None:
    here, there, admin = browser("seller"), browser("seller"), browser("admin")
    page = here.get("/account").text
    (handle,) = re.findall(r'name="session" value="([^"]+)"', page)
    proof = {"current_sessions": PASSWORD}
    assert here.submit("/account/sessions/end", {"session": handle}).status_code == 422
    assert here.submit("/account/sessions/end-others", {"current_sessions": "guess"}).status_code == 422
    assert _signed_in(there)
    assert here.submit("/account/sessions/end", {"session": handle} | proof).status_code == 303
    assert not _signed_in(there)
    assert _signed_in(here)
    assert here.submit("/account/sessions/end", {"session": handle} | proof).status_code == 404
    again = browser("seller")
    assert here.submit("/account/sessions/end-others", proof).status_code == 303
    assert not _signed_in(again)
    path = f"/people/{desk.people['seller']}"
    assert "testclient" in admin.get(path).text
    assert browser("manager").submit(f"{path}/sessions/end-all").status_code == 403
    assert admin.submit(f"{path}/sessions/end-all").status_code == 303
    assert not _signed_in(here)


def test_a_person_is_edited_and_what_they_own_moves_with_them(desk: Desk, browser: Callable[..., Browser]) -> None:
    client, path = browser("admin"), f"/people/{desk.people['seller']}"
    assert client.submit("/people/units", {"name": "North"}).status_code == 303
    assert client.submit("/people/units", {"name": "North"}).status_code == 409
    units = re.findall(r'action="/people/units/([^"/]+)"', client.get("/people/units").text)
    assert len(units) == 2
    north = units[1]
    given = {"fullname": "Sam Changed", "email": "changed@seller.example", "timezone": "Asia/Tokyo"}
    assert client.submit(path, given | {"businessunitid": north}).status_code == 303
    page = client.get(path).text
    assert "Sam Changed" in page
    assert "North" in page
    assert client.submit(path, given | {"businessunitid": north, "timezone": "Mars"}).status_code == 422
    assert client.submit(path, given | {"businessunitid": north, "email": "admin@seller.example"}).status_code == 409
    refused = client.submit(f"/people/units/{north}/delete")
    assert refused.status_code == 409
    assert "still belongs" in refused.text
    assert client.submit(f"/people/units/{units[0]}", {"name": "Works", "parentid": north}).status_code == 303
    assert client.submit(f"/people/units/{north}", {"name": "North", "parentid": north}).status_code == 422


def test_teams_are_renamed_moved_and_removed(desk: Desk, browser: Callable[..., Browser]) -> None:
    client = browser("admin")
    page = client.get("/people/teams").text
    teamid = re.findall(r'action="/people/teams/([^"/]+)/name"', page)[0]
    unit = re.findall(r'<option value="([^"]+)" selected>', page)[0]
    assert (
        client.submit(f"/people/teams/{teamid}/name", {"name": "Far West", "businessunitid": unit}).status_code == 303
    )
    assert "Far West" in client.get("/people/teams").text
    assert browser("manager").submit(f"/people/teams/{teamid}/delete").status_code == 403
    assert client.submit(f"/people/teams/{teamid}/delete").status_code == 303
    assert "Far West" not in client.get("/people/teams").text.split("is removed", 1)[-1]


def test_a_provider_is_entered_and_lets_people_in(
    desk: Desk, browser: Callable[..., Browser], provider: OidcProvider
) -> None:
    admin, guest = browser("admin"), browser(None)
    form = admin.get("/people/sign-in/new").text
    path = re.findall(r'action="(/people/sign-in/[^"]+)"', form)[0]
    given = {"new": "1", "name": "Works", "issuer": provider.issuer, "client_id": CLIENT, "client_secret": SECRET}
    given |= {"create_role": "Salesperson", "is_enabled": "1"}
    refused = admin.submit(path, given | {"issuer": "http://works.example"})
    assert refused.status_code == 422
    assert SECRET not in refused.text
    assert admin.submit(path, given).status_code == 303
    assert SECRET not in admin.get(path).text
    assert f"{path.replace('/people/sign-in', '/sign-in/with')}/back" in admin.get(path).text
    offered = re.search(r'href="(/sign-in/with/[^"]+)"', guest.get("/sign-in?next=/leads").text)
    assert offered
    lured = guest.get(offered[1], follow_redirects=False, headers={"Sec-Fetch-Site": "cross-site"})
    assert lured.headers["location"] == "/sign-in"
    assert guest.cookies.get("leadwright-errand") is None
    away = guest.get(offered[1], follow_redirects=False, headers={"Sec-Fetch-Site": "same-origin"})
    back = urlsplit(provider.authorize(away.headers["location"]))
    assert guest.get(f"{back.path}?{back.query}", follow_redirects=False).headers["location"] == "/leads"
    assert "Sam Works" in guest.get("/account").text
    again = browser(None).get(f"{back.path}?{back.query}", follow_redirects=False)
    assert again.headers["location"] == "/sign-in"
    with desk.services.database.reading() as session:
        sam = session.scalars(select(SystemUser).where(SystemUser.fullname == "Sam Works")).one()
    assert sam.passwordhash is None
    assert admin.submit(f"{path}/delete").status_code == 303
    assert "/sign-in/with/" not in browser(None).get("/sign-in").text


def test_a_seller_connects_an_account_over_a_page_of_ours(provider: OidcProvider, desk: Desk) -> None:
    given = {"oidc_issuer": provider.issuer, "oidc_client_id": CLIENT, "oidc_client_secret": SecretStr(SECRET)}
    with _browser_where(desk, **given) as client:
        _enter(client, "seller")
        assert client.submit("/account/connect/settings").status_code == 422
        shown = client.submit("/account/connect/settings", {"current_settings": PASSWORD})
        away = re.search(r'href="(http://127\.0\.0\.1[^"]+)"', shown.text)
        assert away
        back = urlsplit(provider.authorize(away[1].replace("&amp;", "&")))
        assert client.get(f"{back.path}?{back.query}", follow_redirects=False).headers["location"] == "/account"
        assert "sam@works.example" in client.get("/account").text
        assert client.submit("/account/disconnect", {"connected": f"{provider.issuer} s1"}).status_code == 422
        data = {"connected": f"{provider.issuer} s1", "current_connected": PASSWORD}
        assert client.submit("/account/disconnect", data).status_code == 303


def test_the_audit_log_is_searched_by_text_person_kind_and_time(desk: Desk, browser: Callable[..., Browser]) -> None:
    actor = audit.Actor(desk.people["manager"], "person", "Mina Manager")
    with desk.services.database.transaction() as session:
        audit.record(session, actor, "lead.changed", "lead", "r1", after={"companyname": 'Bäckerei "Süd" 100%'})
        audit.record(session, audit.SYSTEM, "agent.paused", "agent", "r2", cause="the mailbox is down")
    client = browser("admin")

    def found(query: str) -> int:
        return len(re.findall(r"<td>\d+</td>", client.get(f"/audit?{query}").text))

    assert found("q=B%C3%A4ckerei+%22S%C3%BCd%22") == 1
    assert found("q=100%25") == 1
    assert found("q=1_0%25") == 0
    assert found("q=mailbox+is") == 1
    assert found("who=mina") == 1
    assert found(f"who={desk.people['manager']}") == 1
    assert found("kind=system&recordtype=agent") == 1
    today, before = now().date(), now().date() - timedelta(days=1)
    assert found(f"since={today}&until={today}&q=mailbox+is") == 1
    assert found(f"until={before}&q=mailbox+is") == 0
    assert client.get("/audit?since=never").status_code == 422


HOSTILE = ["=1+1", "+1", "-1", "@x", "\tx", "\rx", "\nx", 'a,"b"\r\nc', "=cmd|' /C calc'!A0"]


def test_no_cell_of_the_export_is_a_formula_and_every_entry_is_in_it(
    desk: Desk, browser: Callable[..., Browser], api: Callable[..., TestClient]
) -> None:
    with desk.services.database.transaction() as session:
        for text in HOSTILE:
            audit.record(session, audit.Actor(None, "person", text), text[:60], text[:40], text, cause=text)
        for _ in range(1_200):
            audit.record(session, audit.SYSTEM, "many", "lead", new_id())
    admin = browser("admin")
    answer = admin.get("/audit/export.csv")
    assert answer.headers["content-disposition"].startswith("attachment")
    lines = list(csv.reader(io.StringIO(answer.text, newline="")))
    assert [int(line[0]) for line in lines[1:]] == list(range(1, len(lines)))
    assert len(lines) > 1_200
    for line in lines:
        assert not any(cell.startswith(("=", "+", "-", "@", "\t", "\r", "\n")) for cell in line), line
    assert {line[5].removeprefix("'") for line in lines} >= set(HOSTILE)
    assert len(admin.get("/audit/export.csv?action=many").text.splitlines()) == 1_201
    assert browser("manager").get("/audit/export.csv").status_code == 403
    program = api()
    assert program.get("audit/export.csv", params={"action": "many"}).text.count("many") == 1_200
    first = program.get("audit", params={"action": "many"}).json()
    second = program.get("audit", params={"action": "many", "before": first["before"]}).json()
    assert len(first["entries"]) == len(second["entries"]) == 100
    assert first["entries"][-1]["number"] > second["entries"][0]["number"]
    assert program.get("audit/chain").json()["broken"] is None
    assert api("Sales Manager").get("audit").status_code == 403


def test_the_api_does_what_the_pages_do(desk: Desk, api: Callable[..., TestClient]) -> None:
    client = api()
    made = client.post("invitations", json={"fullname": "Neve New", "email": "neve@seller.example"})
    assert made.status_code == 201
    neve = made.json()["id"]
    assert "/welcome/" in made.json()["link"]
    assert client.post(f"people/{neve}/link").json()["link"] != made.json()["link"]
    unit = client.post("business-units", json={"name": "South"}).json()["id"]
    person = {"fullname": "Neve Newer", "email": "neve@seller.example", "timezone": "UTC", "businessunitid": unit}
    assert client.put(f"people/{neve}", json=person).status_code == 204
    assert client.put(f"people/{neve}", json=person | {"businessunitid": "none"}).status_code == 422
    team = client.post("teams", json={"name": "Southerners", "businessunitid": unit}).json()["id"]
    assert client.put(f"teams/{team}", json={"name": "South team", "businessunitid": unit}).status_code == 204
    assert client.delete(f"business-units/{unit}").status_code == 409
    assert client.delete(f"teams/{team}").status_code == 204
    ways = client.get(f"people/{neve}/sign-in").json()
    assert ways["has_password"] is False
    assert ways["invited_until"]
    assert client.delete(f"people/{neve}/sessions").status_code == 204
    assert client.delete(f"people/{neve}/sessions/{'0' * 20}").status_code == 404
    assert client.delete(f"people/{neve}/app").status_code == 409
    assert client.get("people/none/sign-in").status_code == 404
    assert client.get("sign-in-providers").json() == []
    bad = {"name": "X", "issuer": "http://x.example", "client_id": "c"}
    assert client.post("sign-in-providers", json=bad).status_code == 422
    assert api("Sales Manager").post(f"people/{neve}/link").status_code == 403


def test_form_actions_and_pictures_stay_within_the_content_security_policy(browser: Callable[..., Browser]) -> None:
    client = browser("admin")
    for path in ("/account", "/people", "/people/units", "/people/sign-in", "/people/sign-in/new", "/audit"):
        page = client.get(path)
        assert page.status_code == 200, path
        assert page.text.count("<h1>") == 1, path
        assert not re.search(r"<script>|\sstyle=|\son[a-z]+=", page.text), path


@pytest.mark.parametrize(
    ("useragent", "shown"),
    [
        ("Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/156.0 Safari/537.36", "Chrome on Linux"),
        ("Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:150.0) Gecko/20100101 Firefox/150.0", "Firefox on Windows"),
        ("Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/150.0 Safari/537.36 Edg/150.0", "Edge on Windows"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) Version/19.0 Safari/604.1", "Safari on iPhone"),
        ("curl/8.0", "curl/8.0"),
        ("", "Unknown browser"),
    ],
)
def test_a_session_is_named_as_people_would(useragent: str, shown: str) -> None:
    assert browser_name(useragent) == shown


def test_an_invitation_arrives_by_mail_and_its_link_opens_the_desk(desk: Desk) -> None:
    with MailServer(clock=desk.services.clock) as server:
        server.add_account("leadwright@seller.example", "of the system")
        server.add_account("neve@seller.example", "of Neve")
        given = {
            "smtp_host": "127.0.0.1",
            "smtp_port": server.smtp_port,
            "smtp_security": "none",
            "smtp_user": "leadwright@seller.example",
            "smtp_password": SecretStr("of the system"),
            "smtp_from": "leadwright@seller.example",
        }
        with _browser_where(desk, **given) as client:
            _enter(client, "admin")
            asked = {"fullname": "Neve New", "email": "neve@seller.example", "role": "Salesperson"}
            assert client.submit("/people", asked).headers["location"] == "/people"
            assert "is on its way" in client.get("/people").text
            settings = desk.services.settings.model_copy(update=given)
            post = SystemPost(desk.services.database, settings, lambda: open_vault(settings), desk.services.clock)
            assert post.send_due() == 1
            (mail,) = server.log
            text = message_from_bytes(mail.raw).get_payload(decode=True).decode()  # type: ignore[union-attr]
            path = re.search(r"http://127\.0\.0\.1:8480(/welcome/\S+)", text)
            assert path
            client.submit("/sign-out")
            chosen = client.submit(path[1], {"password": NEW, "again": NEW}, form=path[1])
            assert chosen.headers["location"] == "/sign-in"
            data = {"email": "neve@seller.example", "password": NEW, "next": "/"}
            assert client.submit("/sign-in", data, form="/sign-in").status_code == 303
            assert _signed_in(client)
