"""Tokens for mailboxes: asked for, kept, renewed; refusals in the endpoint's own words with what to do about them."""

import time
from collections.abc import Iterator

import pytest
from tests.mail_servers.authority import (
    CLIENT_ID,
    CLIENT_SECRET,
    GOOGLE_CLIENT,
    MAIL_SCOPE,
    REFRESH_TOKEN,
    TENANT,
    Authority,
    running_authority,
)

from leadwright.errors import BadInput, MailError
from leadwright.mail.oauth import GOOGLE, MICROSOFT, Application, Tokens, check_application


@pytest.fixture
def authority() -> Iterator[Authority]:
    with running_authority("sales@seller.example") as running:
        yield running


def microsoft(authority: Authority, *, secret: str = CLIENT_SECRET, client: str = CLIENT_ID, **more: str) -> Tokens:
    url = more.get("url", authority.microsoft)
    return Tokens(Application(MICROSOFT, client, TENANT, url), lambda: (secret, ""), timeout=5)


def google(authority: Authority, *, refresh: str = REFRESH_TOKEN, client: str = GOOGLE_CLIENT) -> Tokens:
    return Tokens(Application(GOOGLE, client, "", authority.google), lambda: (CLIENT_SECRET, refresh), timeout=5)


def test_the_endpoints_are_the_providers_own_unless_another_is_given() -> None:
    assert Application(MICROSOFT, "c", TENANT).url == f"https://login.microsoftonline.com/{TENANT}/oauth2/v2.0/token"
    assert Application(GOOGLE, "c").url == "https://oauth2.googleapis.com/token"
    assert Application(GOOGLE, "c", token_url="https://other.example/t").url == "https://other.example/t"


def test_microsoft_is_asked_with_client_credentials_and_google_with_the_refresh_token(authority: Authority) -> None:
    assert microsoft(authority).current() in authority.issued
    assert google(authority).current() in authority.issued
    assert authority.asked == [
        {
            "client_id": CLIENT_ID,
            "client_secret": CLIENT_SECRET,
            "grant_type": "client_credentials",
            "scope": MAIL_SCOPE,
        },
        {
            "client_id": GOOGLE_CLIENT,
            "client_secret": CLIENT_SECRET,
            "grant_type": "refresh_token",
            "refresh_token": REFRESH_TOKEN,
        },
    ]


def test_a_token_is_kept_for_every_line_until_shortly_before_its_end(authority: Authority) -> None:
    first = microsoft(authority).current()
    assert [microsoft(authority).current() for _ in range(3)] == [first] * 3
    assert len(authority.asked) == 1
    authority.lifetime = 1
    short = google(authority)
    early = short.current()
    assert short.current() == early
    time.sleep(0.95)
    assert short.current() != early
    assert authority.issued[early] > time.monotonic() - 1


def test_a_refused_token_is_renewed_once_and_a_fresh_one_is_not_asked_for_again(authority: Authority) -> None:
    tokens = microsoft(authority)
    first = tokens.current()
    assert not tokens.renew()
    assert tokens.current() == first
    assert tokens.renew()
    assert tokens.current() != first
    assert not tokens.renew()


def test_another_secret_never_gets_the_kept_token(authority: Authority) -> None:
    microsoft(authority).current()
    with pytest.raises(MailError, match="AADSTS7000215"):
        microsoft(authority, secret="wrong").current()


@pytest.mark.parametrize(
    ("changed", "said", "advice"),
    [
        ({"secret": "wrong"}, "AADSTS7000215: Invalid client secret provided", "secret's value, not its ID"),
        ({"client": "another"}, "AADSTS700016: Application with identifier 'another'", "Check the client ID"),
        ({"url": "another"}, "AADSTS90002: Tenant 'another' not found", "Check the tenant ID"),
    ],
)
def test_microsofts_refusals_say_what_to_do(
    authority: Authority, changed: dict[str, str], said: str, advice: str
) -> None:
    if "url" in changed:
        changed = {"url": authority.microsoft.replace(TENANT, "another")}
    with pytest.raises(MailError) as refused:
        microsoft(authority, **changed).current()
    words = str(refused.value)
    assert said in words
    assert advice in words
    assert "Trace ID" not in words
    assert CLIENT_SECRET not in words
    assert refused.value.installation


def test_an_expired_secret_is_told_from_a_wrong_one(authority: Authority) -> None:
    authority.expired_secret = True
    with pytest.raises(MailError, match=r"AADSTS7000222: .* are expired\. Add a new client secret"):
        microsoft(authority).current()


def test_googles_refusals_say_what_to_do(authority: Authority) -> None:
    with pytest.raises(MailError, match=r"OAuth client was not found\. Check the client ID and the client secret"):
        google(authority, client="another").current()
    authority.revoked = True
    with pytest.raises(MailError, match=r"expired or revoked\. The refresh token was revoked or is too old\. Sign in"):
        google(authority).current()


def test_an_outage_passes_and_says_when_to_ask_again(authority: Authority) -> None:
    authority.outages = 1
    tokens = microsoft(authority)
    with pytest.raises(MailError, match="gives no token just now") as outage:
        tokens.current()
    assert (outage.value.permanent, outage.value.installation, outage.value.retry_after) == (False, False, 7.0)
    assert tokens.current() in authority.issued


def test_a_page_that_is_no_token_endpoint_is_named(authority: Authority) -> None:
    url = f"{authority.url}/introspect"
    with pytest.raises(MailError, match=r"its answer holds none\. Check the token endpoint"):
        microsoft(authority, url=url).current()
    with pytest.raises(MailError, match=r"cannot be reached\. Check the token endpoint"):
        microsoft(authority, url="http://127.0.0.1:1/token").current()


@pytest.mark.parametrize(
    ("application", "field"),
    [
        (Application(MICROSOFT, "", TENANT), "client_id"),
        (Application(MICROSOFT, "c", ""), "tenant"),
        (Application(MICROSOFT, "c", "common"), "tenant"),
        (Application(MICROSOFT, "c", "a/../b"), "tenant"),
        (Application(GOOGLE, "c", "", "http://other.example/token"), "token_url"),
        (Application(GOOGLE, "c", "", "https://user@other.example/token"), "token_url"),
        (Application(GOOGLE, "c", "", "https://other.example:99999/token"), "token_url"),
        (Application(GOOGLE, "c", "", "file:///etc/passwd"), "token_url"),
    ],
)
def test_what_cannot_work_is_refused_before_it_is_kept(application: Application, field: str) -> None:
    with pytest.raises(BadInput) as refused:
        check_application(application)
    assert refused.value.field == field


def test_what_can_work_is_taken() -> None:
    check_application(Application(MICROSOFT, CLIENT_ID, "seller.onmicrosoft.com"))
    check_application(Application(GOOGLE, GOOGLE_CLIENT, "", "http://127.0.0.1:8080/token"))
