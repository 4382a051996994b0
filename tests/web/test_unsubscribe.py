"""Unsubscribing with one click (RFC 8058): a POST from anywhere does it, nothing else does, no other door is open."""

import re
from collections.abc import Callable
from dataclasses import replace

import pytest
from sqlalchemy import func, select, text
from starlette.routing import Route
from starlette.testclient import TestClient
from tests.web.conftest import ORIGIN, Browser
from tests.web.desk import Desk

from leadwright.db.audit import AuditEntry, broken_link
from leadwright.db.mail import Suppression
from leadwright.errors import NotFound
from leadwright.identity.secrets import Vault, open_vault
from leadwright.mail.suppression import why_suppressed
from leadwright.mail.unsubscribe import link, read_token
from leadwright.web.app import create_app

ADDRESS = "jo.doe@company.example"


def path_for(desk: Desk, address: str = ADDRESS) -> str:
    return link(ORIGIN, open_vault(desk.services.settings), address, "outreach:1:1:1").removeprefix(ORIGIN)


def suppressed(desk: Desk) -> int:
    with desk.services.database.reading() as session:
        return session.scalar(select(func.count()).select_from(Suppression)) or 0


@pytest.fixture
def stranger(desk: Desk) -> TestClient:
    """A program somewhere: no cookie, no origin, no redirect followed."""
    return TestClient(create_app(desk.services), base_url=ORIGIN, raise_server_exceptions=False, follow_redirects=False)


def test_a_post_from_anywhere_suppresses_at_once(desk: Desk, stranger: TestClient) -> None:
    headers = {"Origin": "https://mail.example", "Sec-Fetch-Site": "cross-site"}
    answer = stranger.post(path_for(desk), data={"List-Unsubscribe": "One-Click"}, headers=headers)
    assert answer.status_code == 200
    assert "set-cookie" not in answer.headers
    with desk.services.database.reading() as session:
        assert why_suppressed(session, ADDRESS, "outreach")
        entry = session.scalars(select(AuditEntry).where(AuditEntry.action == "suppression.opted_out")).one()
        assert (entry.actorkind, entry.cause) == ("recipient", "outreach:1:1:1")
        assert ADDRESS not in str(entry.__dict__)
        assert broken_link(session) is None
    assert stranger.post(path_for(desk)).status_code == 200
    assert suppressed(desk) == 1


def test_opening_the_page_never_changes_anything(desk: Desk, stranger: TestClient) -> None:
    for method in ("GET", "HEAD"):
        answer = stranger.request(method, path_for(desk))
        assert answer.status_code == 200
    page = stranger.get(path_for(desk)).text
    assert suppressed(desk) == 0
    assert 'method="post"' in page
    assert "j…@company.example" in page
    assert "jo.doe" not in page


def test_the_button_on_the_page_does_it(desk: Desk, browser: Callable[..., Browser]) -> None:
    client, path = browser(None), path_for(desk)
    client.get(path)
    answer = client.post(path, data={"List-Unsubscribe": "One-Click"}, headers={"Origin": ORIGIN})
    assert "unsubscribed" in answer.text
    assert suppressed(desk) == 1


@pytest.mark.parametrize("token", ["x", "v1.00000000.AAAA", "v1.x", "v1..", "%00", "v1.ü.x"])
def test_a_token_that_is_not_ours_does_nothing(desk: Desk, stranger: TestClient, token: str) -> None:
    for method in ("GET", "POST"):
        assert stranger.request(method, f"/unsubscribe/{token}").status_code == 404
    assert suppressed(desk) == 0


def test_a_changed_token_does_nothing(desk: Desk, stranger: TestClient) -> None:
    path = path_for(desk)
    for place in range(len(path) - 30, len(path), 3):
        changed = path[:place] + ("A" if path[place] != "A" else "B") + path[place + 1 :]
        assert stranger.post(changed).status_code == 404
    assert stranger.post(path[:-4]).status_code == 404
    assert suppressed(desk) == 0


def test_a_token_tells_nobody_whom_it_is_for(desk: Desk) -> None:
    assert "jo" not in path_for(desk).casefold().rpartition(".")[0]
    assert path_for(desk) != path_for(desk)


def test_a_link_of_an_old_mail_opens_after_the_key_was_changed() -> None:
    old, new = "k" * 32, "n" * 32
    token = link("https://x.example", Vault([old]), ADDRESS, "key").rpartition("/")[2]
    assert read_token(Vault([new, old]), token).address == ADDRESS
    with pytest.raises(NotFound, match="answer that mail"):
        read_token(Vault([new]), token)


@pytest.mark.parametrize("length", range(1, 12))
def test_links_of_every_length_open(length: int) -> None:
    vault = Vault(["k" * 32])
    token = link("https://x.example/", vault, ADDRESS, "k" * length).rpartition("/")[2]
    assert "=" not in token
    assert read_token(vault, token).businesskey == "k" * length


def test_when_it_cannot_be_stored_the_client_is_told_to_try_again(desk: Desk, stranger: TestClient) -> None:
    path = path_for(desk)
    with desk.services.database.transaction() as session:
        session.execute(text("CREATE TRIGGER full BEFORE INSERT ON suppression BEGIN SELECT RAISE(ABORT, 'full'); END"))
    answer = stranger.post(path)
    assert answer.status_code == 503
    assert answer.headers["retry-after"]
    assert "full" not in answer.text


def test_only_unsubscribing_and_the_wake_up_of_the_mirror_are_open_to_others(desk: Desk, stranger: TestClient) -> None:
    open_doors = [
        (route.path, sorted(route.methods or ()))
        for route in create_app(desk.services).router.routes
        if isinstance(route, Route) and getattr(route.endpoint, "from_anywhere", False)
    ]
    assert open_doors == [("/settings/mirror/wake", ["POST"]), ("/unsubscribe/{token}", ["POST"])]
    for path in ("/sign-in", "/set-up"):
        assert stranger.post(path, headers={"Origin": "https://mail.example"}).status_code == 403


def test_a_body_too_large_is_not_read(desk: Desk, stranger: TestClient) -> None:
    assert stranger.post(path_for(desk), data={"x": "x" * 3_000_000}).status_code == 413
    assert suppressed(desk) == 0


def test_the_page_says_what_to_do_without_scripts(desk: Desk, stranger: TestClient) -> None:
    answer = stranger.get(path_for(desk))
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert answer.headers["cache-control"] == "no-store"


def test_a_link_under_a_former_name_does_it_and_nothing_else_opens_there(desk: Desk) -> None:
    settings = desk.services.settings.model_copy(update={"public_url": "https://new.example"})
    app = create_app(replace(desk.services, settings=settings))
    with TestClient(app, base_url="https://old.example", follow_redirects=False) as client:
        page = client.get(path_for(desk))
        assert (page.status_code, "set-cookie" in page.headers) == (200, False)
        assert "old.example" not in page.text
        for of_page in re.findall(r'(?:href|src|action)="([^"#]+)', page.text):
            assert client.get(of_page).status_code == 200, of_page
        assert suppressed(desk) == 0
        assert client.post(path_for(desk), data={"List-Unsubscribe": "One-Click"}).status_code == 200
        assert suppressed(desk) == 1
        for path in ("/", "/sign-in", "/unsubscribe", "/api/v1/token", "//unsubscribe/x", "/leads/unsubscribe/x"):
            assert client.get(path).status_code == 421, path
        assert client.get("/unsubscribe/../sign-in").status_code == 421
        assert client.get("/unsubscribe/%2e%2e%2fsign-in").status_code == 404
