"""People in Entra of the stand-in: authorization code with PKCE, device code, refresh, consent, admin consent."""

import base64
import hashlib
import re
import threading
from typing import Any
from urllib.parse import parse_qs, urlsplit

import jwt
import msal
import pytest
import requests
from starlette.testclient import TestClient

from leadwright.sandbox.dynamics import entra_applications, entra_principals, entra_tenant, entra_users
from leadwright.sandbox.dynamics.entra_resources import GRAPH, PUBLIC_CLIENTS
from leadwright.sandbox.dynamics.serving import StandIn
from leadwright.sandbox.dynamics.serving import application as served
from leadwright.sandbox.dynamics.world import World

LOGIN = "https://login.microsoftonline.com"
WEB = "https://agent.example/signed-in"
VERIFIER = "v" * 50
CHALLENGE = base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).rstrip(b"=").decode()


@pytest.fixture
def browser(world: World) -> TestClient:
    return TestClient(served(world), base_url=LOGIN, follow_redirects=False)


def registered(world: World, **more: Any) -> entra_applications.Application:
    made = entra_applications.create_application(world, "Leadwright", by="somebody", redirects={"web": [WEB]}, **more)
    entra_principals.create_principal(world, made.appid)
    return made


def signs_in(browser: TestClient, world: World, where: str, upn: str = entra_users.ADMINISTRATOR) -> Any:
    """Follow to the sign-in page, sign in, come back."""
    answer = browser.post(where, data={"login": upn, "passwd": entra_tenant.password(world)})
    assert answer.status_code == 303, answer.text
    return browser.get(answer.headers["location"])


def begin(browser: TestClient, world: World, appid: str, **more: str) -> Any:
    asked = {
        "client_id": appid,
        "response_type": "code",
        "redirect_uri": WEB,
        "scope": "openid profile offline_access",
        "state": "s 1",
        "nonce": "n1",
        "code_challenge": CHALLENGE,
        "code_challenge_method": "S256",
        **more,
    }
    return browser.get(f"/{world.tenantid}/oauth2/v2.0/authorize", params=asked)


def said(answer: Any) -> dict[str, str]:
    assert answer.headers["location"].startswith(WEB), answer.headers["location"]
    return {k: v[0] for k, v in parse_qs(urlsplit(answer.headers["location"]).query).items()}


def redeem(browser: TestClient, world: World, form: dict[str, str]) -> Any:
    return browser.post(f"/{world.tenantid}/oauth2/v2.0/token", data=form)


def test_a_person_signs_in_with_a_code_that_is_good_once_and_only_with_its_verifier(
    browser: TestClient, world: World
) -> None:
    made = registered(world)
    _, secret = entra_applications.add_secret(world, made.objectid)
    page = begin(browser, world, made.appid)
    assert urlsplit(page.headers["location"]).path == "/_portal/sign-in"
    wrong = browser.post(page.headers["location"], data={"login": entra_users.ADMINISTRATOR, "passwd": "no"})
    assert "AADSTS50126" in wrong.text
    back = said(signs_in(browser, world, page.headers["location"]))
    assert back["state"] == "s 1"
    form = {
        "grant_type": "authorization_code",
        "client_id": made.appid,
        "code": back["code"],
        "redirect_uri": WEB,
        "code_verifier": VERIFIER,
        "client_secret": secret,
    }
    got = redeem(browser, world, form).json()
    keys = browser.get(f"/{world.tenantid}/discovery/v2.0/keys").json()["keys"]
    claims = jwt.decode(got["id_token"], jwt.PyJWK({**keys[0], "alg": "RS256"}), ["RS256"], audience=made.appid)
    assert claims["nonce"] == "n1"
    assert claims["iss"] == f"{LOGIN}/{world.tenantid}/v2.0"
    assert claims["preferred_username"] == entra_users.ADMINISTRATOR
    assert redeem(browser, world, form).json()["error_codes"] == [54005]
    renewed = redeem(
        browser,
        world,
        {
            "grant_type": "refresh_token",
            "client_id": made.appid,
            "refresh_token": got["refresh_token"],
            "client_secret": secret,
        },
    ).json()
    assert renewed["access_token"]
    entra_users.change_user(world, claims["oid"], enabled=False)
    again = {"grant_type": "refresh_token", "client_id": made.appid, "client_secret": secret}
    blocked = redeem(browser, world, {**again, "refresh_token": renewed["refresh_token"]}).json()
    assert blocked["error_codes"] == [50057]


@pytest.mark.parametrize(
    ("changed", "code"),
    [({"code_verifier": "x" * 50}, 501481), ({"client_secret": ""}, 7000218), ({"redirect_uri": WEB + "/x"}, 50011)],
)
def test_a_stolen_code_is_worth_nothing(browser: TestClient, world: World, changed: dict[str, str], code: int) -> None:
    made = registered(world)
    _, secret = entra_applications.add_secret(world, made.objectid)
    back = said(signs_in(browser, world, begin(browser, world, made.appid).headers["location"]))
    form = {
        "grant_type": "authorization_code",
        "client_id": made.appid,
        "code": back["code"],
        "redirect_uri": WEB,
        "code_verifier": VERIFIER,
        "client_secret": secret,
        **changed,
    }
    assert redeem(browser, world, form).json()["error_codes"] == [code]


def test_what_may_not_be_answered_at_the_redirect_uri_is_said_on_a_page(browser: TestClient, world: World) -> None:
    made = registered(world)
    page = begin(browser, world, made.appid, redirect_uri="https://evil.example/")
    assert (page.status_code, "AADSTS50011" in page.text) == (400, True)
    page = begin(browser, world, "00000000-0000-0000-0000-000000000000")
    assert (page.status_code, "AADSTS700016" in page.text) == (400, True)
    assert said(begin(browser, world, made.appid, response_type="token"))["error"] == "unsupported_response_type"
    assert said(begin(browser, world, made.appid, prompt="none"))["error"] == "interaction_required"


def test_permissions_over_others_are_an_administrators_to_grant(browser: TestClient, world: World) -> None:
    made = registered(world)
    sign_in = begin(browser, world, made.appid, scope="openid Mail.Read").headers["location"]
    page = signs_in(browser, world, sign_in, "seller@contoso.onmicrosoft.com")
    assert "Permissions requested" in page.text
    again = str(page.url)
    assert said(browser.post(again, data={"answer": "cancel"}))["error"] == "access_denied"
    assert "AADSTS90094" in said(browser.post(again, data={"answer": "accept"}))["error_description"]


def test_admin_consent_grants_what_the_registration_lists_and_comes_back(browser: TestClient, world: World) -> None:
    access = [{"id": "b633e1c5-b582-4048-a93e-9f11b44c7e96", "type": "Role"}]
    made = registered(world, required=[{"resourceAppId": GRAPH, "resourceAccess": access}])
    asked = {"client_id": made.appid, "state": "12", "redirect_uri": WEB}
    where = f"/{world.tenantid}/adminconsent"
    sign_in = browser.get(where, params=asked).headers["location"]
    refused = said(signs_in(browser, world, sign_in, "developer@contoso.onmicrosoft.com"))
    assert refused["error"] == "access_denied"
    browser.post("/_portal/sign-out")
    page = signs_in(browser, world, browser.get(where, params=asked).headers["location"])
    assert "Mail.Send" in page.text
    done = said(browser.post(where, params=asked, data={"answer": "accept"}))
    assert done == {"admin_consent": "True", "tenant": world.tenantid, "state": "12"}
    assert entra_principals.permissions_of(world, made.appid) == {"Mail.Send"}


def test_a_form_of_another_site_changes_nothing(browser: TestClient, world: World) -> None:
    made = registered(world)
    where = f"/{world.tenantid}/adminconsent?client_id={made.appid}"
    signs_in(browser, world, browser.get(where).headers["location"])
    answer = browser.post(where, data={"answer": "accept"}, headers={"Origin": "https://evil.example"})
    assert "Permissions requested" in answer.text


def session(standin: StandIn) -> requests.Session:
    made = requests.Session()
    made.trust_env = False
    made.verify = str(standin.certificates.bundle)
    made.proxies = {"https": standin.proxy}
    return made


def test_msal_signs_a_person_in_by_device_code_through_the_proxy(standin: StandIn, world: World) -> None:
    with session(standin) as http, requests.Session() as hand:
        hand.trust_env, hand.verify = False, str(standin.certificates.bundle)
        app = msal.PublicClientApplication(
            PUBLIC_CLIENTS[0].appid, authority=f"{LOGIN}/{world.tenantid}", http_client=http
        )
        flow = app.initiate_device_flow(["https://graph.microsoft.com/Application.ReadWrite.All"])
        assert flow["verification_uri"] == f"{standin.origin}/devicelogin"
        assert flow["user_code"] in flow["message"]
        flow["interval"] = 1
        assert app.acquire_token_by_device_flow(flow, exit_condition=lambda _: True)["error"] == "authorization_pending"
        got: dict[str, Any] = {}
        waiting = threading.Thread(target=lambda: got.update(app.acquire_token_by_device_flow(flow)))
        waiting.start()
        code = hand.post(flow["verification_uri"], data={"user_code": flow["user_code"]})
        password = entra_tenant.password(world)
        page = hand.post(code.url, data={"login": entra_users.ADMINISTRATOR, "passwd": password})
        assert "Application.ReadWrite.All" in page.text
        hidden = re.search(r'name="user_code" value="([A-Z0-9]+)"', page.text)
        assert hidden
        done = hand.post(page.url, data={"answer": "accept", "user_code": hidden[1]})
        assert "You have signed in" in done.text
        waiting.join(20)
        claims = jwt.decode(got["access_token"], options={"verify_signature": False})
        assert (claims["upn"], claims["aud"]) == (entra_users.ADMINISTRATOR, "https://graph.microsoft.com")
        assert "Application.ReadWrite.All" in claims["scp"]
        accounts = app.get_accounts()
        assert accounts[0]["username"] == entra_users.ADMINISTRATOR
        silent = app.acquire_token_silent(["https://contoso.crm.dynamics.com/.default"], accounts[0])
        assert jwt.decode(silent["access_token"], options={"verify_signature": False})["scp"] == "user_impersonation"


def test_a_declined_or_unknown_device_code_says_so(browser: TestClient, world: World) -> None:
    form = {"client_id": PUBLIC_CLIENTS[1].appid, "scope": "https://graph.microsoft.com/.default"}
    flow = browser.post(f"/{world.tenantid}/oauth2/v2.0/devicecode", data=form).json()
    asked = {
        "grant_type": "urn:ietf:params:oauth:grant-type:device_code",
        "client_id": form["client_id"],
        "device_code": flow["device_code"],
    }
    assert redeem(browser, world, asked).json()["error"] == "authorization_pending"
    assert redeem(browser, world, {**asked, "device_code": "x"}).json()["error"] == "bad_verification_code"
    sign_in = browser.post("/devicelogin", data={"user_code": flow["user_code"]}).headers["location"]
    signs_in(browser, world, sign_in)
    browser.post("/devicelogin", data={"user_code": flow["user_code"], "answer": "cancel"})
    assert redeem(browser, world, asked).json()["error"] == "authorization_declined"
    assert "didn&#39;t work" in browser.post("/devicelogin", data={"user_code": flow["user_code"]}).text
