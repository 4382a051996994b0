"""The portal pages: the four prerequisites walked by forms, and who may not do which step."""

import re
from typing import Any

import pytest
from starlette.testclient import TestClient
from tests.dynamics.test_msal import certificate

from leadwright.sandbox.dynamics import entra_applications, entra_principals, entra_tenant, entra_users
from leadwright.sandbox.dynamics.dataverse import records, seed
from leadwright.sandbox.dynamics.entra_resources import GRAPH
from leadwright.sandbox.dynamics.serving import application as served
from leadwright.sandbox.dynamics.world import World

USERS = "/_portal/power/environments/contoso/settings/appusers"
APPS = "/_portal/entra/applications"


@pytest.fixture
def browser(world: World) -> TestClient:
    return TestClient(served(world), base_url="https://localhost:8443")


def as_(browser: TestClient, world: World, who: str) -> None:
    browser.post("/_portal/sign-out")
    form = {"login": f"{who}@contoso.onmicrosoft.com", "passwd": entra_tenant.password(world)}
    assert browser.post("/_portal/sign-in", data=form).status_code == 200


def register(browser: TestClient, world: World) -> entra_applications.Application:
    as_(browser, world, "developer")
    page = browser.post(f"{APPS}/new", data={"name": "Leadwright", "audience": "AzureADMyOrg", "redirect": ""})
    assert page.status_code == 200, page.text
    return entra_applications.application(world, page.url.path.rsplit("/", 1)[1])


def test_every_page_asks_who_is_there_and_comes_back(browser: TestClient, world: World) -> None:
    for path in ("/_portal/entra", USERS, "/_portal/exchange", "/_portal/dynamics/mailboxes"):
        assert "Password" in browser.get(path).text
    page = browser.get("/_portal/entra")
    form = {"login": entra_users.ADMINISTRATOR, "passwd": entra_tenant.password(world)}
    assert browser.post(str(page.url), data=form).url.path == "/_portal/entra"


def test_a_developer_registers_an_application_whose_secret_shown_once_gives_a_token(
    browser: TestClient, world: World
) -> None:
    made = register(browser, world)
    assert made.appid in browser.get(f"{APPS}/{made.objectid}").text
    page = browser.post(f"{APPS}/{made.objectid}/credentials", data={"what": "secret", "days": "90"})
    text = re.search(r'id="secret">([^<]+)<', page.text)
    assert text
    assert text[1] not in browser.get(f"{APPS}/{made.objectid}/credentials").text
    form = {
        "grant_type": "client_credentials",
        "client_id": made.appid,
        "client_secret": text[1],
        "scope": "https://contoso.crm.dynamics.com/.default",
    }
    answer = browser.post(f"https://login.microsoftonline.com/{world.tenantid}/oauth2/v2.0/token", data=form)
    assert answer.status_code == 200, answer.text
    page = browser.post(
        f"{APPS}/{made.objectid}/credentials", data={"what": "certificate", "certificate": certificate()[1]}
    )
    assert "The certificate is added" in page.text
    page = browser.post(f"{APPS}/{made.objectid}/credentials", data={"what": "certificate", "certificate": "no"})
    assert "is not a certificate" in page.text


def test_who_lacks_the_role_is_told_which_it_takes(browser: TestClient, world: World) -> None:
    made = register(browser, world)
    as_(browser, world, "seller")
    refused = browser.get(f"{APPS}/new")
    assert (refused.status_code, "Application Developer" in refused.text) == (403, True)
    assert browser.post(f"{APPS}/{made.objectid}/credentials", data={"what": "secret"}).status_code == 403
    assert "System Administrator" in browser.get(f"{USERS}/new").text
    assert "Exchange Administrator" in browser.get("/_portal/exchange/mailboxes/new").text
    assert entra_applications.secrets_of(world, made.objectid) == []


def test_only_a_global_administrator_grants_consent(browser: TestClient, world: World) -> None:
    made = register(browser, world)
    where = f"{APPS}/{made.objectid}/permissions"
    listed = browser.post(where, data={"what": "list", "permission": ["b633e1c5-b582-4048-a93e-9f11b44c7e96"]})
    assert "Not granted for Contoso" in listed.text
    assert browser.post(where, data={"what": "consent"}).status_code == 403
    as_(browser, world, "admin")
    assert "Granted for Contoso: Mail.Send" in browser.post(where, data={"what": "consent"}).text
    assert entra_principals.permissions_of(world, made.appid) == {"Mail.Send"}
    assert made.required == []
    assert entra_applications.application(world, made.objectid).required[0]["resourceAppId"] == GRAPH


def app_user(browser: TestClient, world: World) -> dict[str, Any]:
    made = register(browser, world)
    as_(browser, world, "dynamics")
    role = next(r["name"] for r in records.find(world, "role") if str(r["name"]).lower() == "aisalesperson")
    page = browser.post(f"{USERS}/new", data={"app": made.appid, "unit": "", "role": [role]})
    assert "The app user is created" in page.text
    return records.find(world, "systemuser", applicationid=made.appid)[0]


def test_a_system_administrator_makes_the_app_user_and_its_token_says_who_it_is(
    browser: TestClient, world: World
) -> None:
    row = app_user(browser, world)
    found = entra_applications.application_of(world, row["applicationid"])
    assert found
    _, text = entra_applications.add_secret(world, found.objectid)
    form = {"grant_type": "client_credentials", "client_id": found.appid, "client_secret": text}
    org = "https://contoso.crm.dynamics.com"
    form["scope"] = f"{org}/.default"
    token = browser.post(f"/{world.tenantid}/oauth2/v2.0/token", data=form).json()["access_token"]
    who = browser.get(f"{org}/api/data/v9.2/WhoAmI", headers={"Authorization": f"Bearer {token}"})
    assert who.json()["UserId"] == row["systemuserid"]
    again = browser.post(f"{USERS}/new", data={"app": found.appid})
    assert again.status_code == 400
    page = browser.post(f"{USERS}/{row['systemuserid']}", data={"what": "deactivate"})
    assert "Inactive" in page.text
    who = browser.get(f"{org}/api/data/v9.2/WhoAmI", headers={"Authorization": f"Bearer {token}"})
    assert who.status_code == 403


def test_sample_leads_say_how_many_of_them_answer(browser: TestClient, world: World) -> None:
    as_(browser, world, "admin")
    said = [browser.post("/_portal/sales", data={"count": count}).text for count in ("30", "20", "5")]
    assert "30 of them answer mail" in said[0]
    assert "10 of them answer mail" in said[1]
    assert "None of them answers mail by itself" in said[2]


def test_approving_an_address_takes_both_roles(browser: TestClient, world: World) -> None:
    row = app_user(browser, world)
    box = records.find(world, "mailbox", regardingobjectid=row["systemuserid"])[0]
    where = f"/_portal/dynamics/mailboxes/{box['mailboxid']}"
    saved = browser.post(
        where, data={"what": "save", "emailaddress": "sdr@contoso.com", "incoming": "2", "outgoing": "2"}
    )
    assert "Saved." in saved.text
    refused = browser.post(where, data={"what": "approve"})
    assert refused.status_code == 400
    assert "Delegated Mailbox Approver" in refused.text
    as_(browser, world, "admin")
    assert "The email address is approved." in browser.post(where, data={"what": "approve"}).text
    assert "The test is queued" in browser.post(where, data={"what": "test"}).text
    now = records.read(world, "mailbox", box["mailboxid"])
    assert now
    assert (now["emailaddress"], now["emailrouteraccessapproval"]) == ("sdr@contoso.com", 1)
    assert now["testemailconfigurationscheduled"]


def test_the_control_page_shows_requests_and_breaks_and_mends(browser: TestClient, world: World) -> None:
    browser.get("/common/v2.0/.well-known/openid-configuration")
    browser.get("/nobody.example/v2.0/.well-known/openid-configuration")
    page = browser.get("/_control")
    assert "nobody.example" in page.text
    assert "nobody.example" not in browser.get("/_control", params={"status": "ok"}).text
    one = re.search(r"/_control/requests/\d+", page.text)
    assert one
    assert "AADSTS90002" in browser.get(one[0]).text
    form = {"what": "break", "name": "throttle", "seconds": "9", "path": "/api/data", "times": "2"}
    assert "throttle is on for the next 2" in browser.post("/_control/change", data=form).text
    assert world.faults() == {"throttle": ({"seconds": 9, "path": "/api/data"}, 2)}
    browser.post("/_control/change", data={**form, "times": "often"})
    browser.post("/_control/change", data={"what": "break", "name": "clock skew", "seconds": "900", "times": ""})
    assert world.faults()["clock skew"] == (900, None)
    browser.post("/_control/change", data={"what": "mend"}, headers={"Origin": "https://evil.example"})
    assert len(world.faults()) == 2
    browser.post("/_control/change", data={"what": "mend"})
    assert world.faults() == {}
    assert browser.get("/_control/requests/99999").status_code == 404


def test_the_control_page_revokes_a_role_and_gives_it_back(browser: TestClient, world: World) -> None:
    user = app_user(browser, world)["systemuserid"]
    assert "(AISalesPerson)</option>" in browser.get("/_control").text
    form = {"user": user, "role": "AISalesPerson"}
    page = browser.post("/_control/change", data={**form, "what": "revoke"}).text
    assert "AISalesPerson is revoked from" in page
    assert "(no role)</option>" in page
    assert seed.roles_of(world, user) == []
    page = browser.post("/_control/change", data={**form, "role": "No such role", "what": "give"}).text
    assert "Nothing was changed" in page
    assert "AISalesPerson is given to" in browser.post("/_control/change", data={**form, "what": "give"}).text
    assert seed.roles_of(world, user) == ["AISalesPerson"]
