"""The set-up of Dynamics 365 on the pages and over the API, walked against the stand-in; refusals beside the fields."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text
from starlette.testclient import TestClient
from tests.identity.conftest import PASSWORD, open_office
from tests.identity.contoso import SALES, Contoso, opened
from tests.web.conftest import ORIGIN, Browser

from leadwright.api.routes import router
from leadwright.db.agent import Agent
from leadwright.db.audit import AuditEntry
from leadwright.db.connection import CrmBudget, platform_of
from leadwright.db.engine import Database
from leadwright.db.people import Role, SystemUser, UserRole
from leadwright.domain.optionsets import AccessMode
from leadwright.domain.platform import Platform
from leadwright.identity.directory import directory_of
from leadwright.identity.secrets import Vault
from leadwright.identity.seed import root_business_unit
from leadwright.sandbox.dynamics import entra_applications, entra_grants, entra_tokens, entra_users
from leadwright.sandbox.dynamics.entra_errors import Aadsts
from leadwright.web.app import create_app

HERE = "/agent/prerequisites"
CHOOSING = f"{HERE}?platform=dynamics365"


@pytest.fixture
def contoso(sqlite_database: Database, tmp_path: Path) -> Iterator[Contoso]:
    with opened(open_office(sqlite_database, tmp_path), tmp_path, connected=False) as made:
        yield made


@pytest.fixture
def browser(contoso: Contoso) -> Iterator[Browser]:
    with_api = create_app(contoso.services, routers=[router])
    client = Browser(with_api, base_url=ORIGIN, raise_server_exceptions=False)
    sign_in(client)
    yield client
    client.close()


def sign_in(client: Browser) -> None:
    who = {"email": "ada@example.com", "password": PASSWORD, "next": "/"}
    assert client.submit("/sign-in", who, form="/sign-in").status_code == 303


@pytest.fixture
def program(contoso: Contoso) -> Iterator[TestClient]:
    """A client of the JSON API with the rights of a System Administrator."""
    directory = directory_of(contoso.services)
    with contoso.services.database.transaction() as session:
        appid = directory.register(session, "Program", audience="AzureADMyOrg", redirect_uri=None, createdby=None)
        secret = directory.add_secret(session, appid)
        unit = root_business_unit(session)
        user = SystemUser(fullname="Program", businessunitid=unit, applicationid=appid,
                          accessmode=int(AccessMode.NON_INTERACTIVE))  # fmt: skip
        session.add(user)
        session.flush()
        role = next(r.roleid for r in session.query(Role) if r.name == "System Administrator")
        session.add(UserRole(systemuserid=user.systemuserid, roleid=role))
    app = create_app(contoso.services, routers=[router])
    client = TestClient(app, base_url=f"{ORIGIN}/api/v1", raise_server_exceptions=False)
    entered = {"client_id": appid, "client_secret": secret.value}
    client.headers["Authorization"] = f"Bearer {client.post('token', data=entered).json()['access_token']}"
    yield client
    client.close()


def entered(contoso: Contoso, **other: str) -> dict[str, str]:
    given = {
        "dataverse_url": contoso.standin.origin,
        "tenant_id": contoso.world.tenantid,
        "client_id": contoso.app.application.appid,
        "kind": "secret",
        "secret": contoso.app.secret,
        "secret_endson": "2027-03-31",
    }
    return given | other


def go(browser: Browser, path: str, data: dict[str, Any] | None = None, status: int = 303) -> str:
    """Send a form of the page; what it says then."""
    answer = browser.submit(path, data, form=CHOOSING)
    assert answer.status_code == status, plain(answer.text)
    return plain(browser.get(answer.headers["location"]).text if status == 303 else answer.text)


def plain(page: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", page).split())


def test_the_page_offers_the_platform_and_shows_portal_steps_with_deep_links(
    browser: Browser, contoso: Contoso
) -> None:
    assert "Use Dynamics 365" in browser.get(HERE).text
    page = browser.get(CHOOSING).text
    assert f'href="{contoso.standin.origin}/_portal/entra/applications/new"' in page
    assert "Stay on the built-in platform" in page
    assert "1 Create application in Azure" in plain(page)
    assert page.count("Set up prerequisite 1 first.") == 3


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"dataverse_url": "https://make.powerapps.com"}, "is an administration page"),
        ({"dataverse_url": "https://make.apps.appsplatform.us"}, "is an administration page"),
        ({"tenant_id": "common"}, "Enter the Directory (tenant) ID"),
        ({"client_id": "Leadwright"}, "Enter the Application (client) ID"),
        ({"secret": ""}, "Enter the client secret"),
        ({"secret": "wrong"}, "Copy the secret"),
        ({"secret_endson": "soon"}, "Write the date like"),
        ({"secret_endson": "2020-01-01"}, "This date is over"),
        ({"kind": "certificate", "certificate": "no"}, "ertificate"),
        ({"kind": "federation", "federation_file": "token"}, "Enter the whole path"),
    ],
)
def test_what_cannot_be_used_is_said_beside_the_field_and_nothing_is_connected(
    browser: Browser, contoso: Contoso, wrong: dict[str, str], says: str
) -> None:
    page = go(browser, f"{HERE}/1/connect", entered(contoso, **wrong), 422)
    assert says in page
    with contoso.services.database.reading() as session:
        assert platform_of(session) is Platform.BUILTIN
    assert contoso.app.secret not in page


def test_the_four_prerequisites_are_set_up_on_the_page(browser: Browser, contoso: Contoso) -> None:
    said = go(browser, f"{HERE}/1/connect", entered(contoso))
    assert "Connected" in said
    assert contoso.app.secret not in said
    assert "every check passed" in go(browser, f"{HERE}/1/done")
    assert "is found" in go(browser, f"{HERE}/2/find")
    assert "every check passed" in go(browser, f"{HERE}/2/done")
    contoso.grant("User.Read.All", "MailboxSettings.Read")
    contoso.share_mailbox()
    assert "address" in go(browser, f"{HERE}/3/address", {"shared_address": "not an address"}, 422)
    assert "The address is kept" in go(browser, f"{HERE}/3/address", {"shared_address": SALES})
    assert "every check passed" in go(browser, f"{HERE}/3/done")
    page = go(browser, f"{HERE}/4/mailbox", {"mailboxid": "11111111-1111-1111-1111-111111111111"}, 422)
    assert "Choose a mailbox record of the application user" in page
    page = go(browser, f"{HERE}/4/mailbox", {"mailboxid": contoso.mailboxid})
    assert "Not approved" in page
    assert "Approve Email with an administrator" in page
    assert "Delegated Mailbox Approver" in go(browser, f"{HERE}/4/approve-email", status=409)
    assert "is not approved" in go(browser, f"{HERE}/4/done")
    contoso.mailbox(emailrouteraccessapproval=1)
    contoso.world.break_it("slow mailbox test", 60)  # the clock stands still: it stays queued
    contoso.world.break_it("fail mailbox test", "sdr")
    assert "Test under way" in go(browser, f"{HERE}/4/test-mailbox")
    contoso.world.mend("slow mailbox test")
    for _ in range(3):
        contoso.synchronise()
        contoso.office.clock.move(seconds=10)
    page = plain(browser.get(HERE).text)
    assert "ServerBusy" in page
    assert "ServerBusy" in go(browser, f"{HERE}/4/done")
    contoso.world.mend()
    go(browser, f"{HERE}/4/test-mailbox")
    contoso.synchronise()
    said = go(browser, f"{HERE}/4/mailbox", {"mailboxid": contoso.mailboxid})
    assert "shared mailbox&#39;s address. Mark prerequisite 4 as done to verify it" in said
    assert "every check passed" in go(browser, f"{HERE}/4/done")
    assert f'action="{HERE}/4/test-mailbox"' not in browser.get(HERE).text
    page = plain(browser.get(HERE).text)
    assert page.count("Marked as done") == 4
    contoso.mailbox(incomingemailstatus=2)
    go(browser, f"{HERE}/check")
    assert f'action="{HERE}/4/test-mailbox"' in browser.get(HERE).text, "what the marked card says to choose is there"
    assert "on Dynamics 365 (contoso)" in page


def test_a_new_secret_is_tried_first_and_stays_beside_the_former(browser: Browser, contoso: Contoso) -> None:
    go(browser, f"{HERE}/1/connect", entered(contoso))
    assert "Copy the secret" in go(browser, f"{HERE}/1/new-secret", {"new_secret": "wrong"}, 422)
    _, secret = entra_applications.add_secret(contoso.world, contoso.app.application.objectid)
    said = go(browser, f"{HERE}/1/new-secret", {"new_secret": secret, "new_secret_endson": "2027-09-01"})
    assert "The new secret works" in said
    assert "until 1 Sep 2027" in said
    assert "tried by itself first" in plain(browser.get(f"{HERE}/1/drop-former").text)
    assert "Drop the former secret" in said
    assert "The former one is dropped" in go(browser, f"{HERE}/1/drop-former")
    assert "Drop the former" not in browser.get(HERE).text
    assert browser.get(f"{HERE}/1/drop-former").url.path == HERE, "there is none to drop"


def test_the_redirect_uri_stays_the_same_from_before_people_sign_in_until_after(
    browser: Browser, program: TestClient, contoso: Contoso
) -> None:
    go(browser, f"{HERE}/1/connect", entered(contoso))
    seen = [browser.get(HERE).text for _ in range(2)]
    assert "People sign in with Microsoft now" in go(browser, f"{HERE}/people")
    seen.append(browser.get(HERE).text)
    uris = re.findall(r'id="redirect-uri">([^<]+)<', "".join(seen))
    assert (len(uris), len(set(uris))) == (3, 1)
    (provider,) = program.get("sign-in-providers").json()
    assert provider["redirect_uri"] == uris[0]
    assert program.delete(f"sign-in-providers/{provider['id']}").status_code == 204
    assert program.post("agent/dynamics365/people").json() == {"name": "Microsoft", "redirect_uri": uris[0]}


def test_a_date_in_the_past_is_corrected_without_another_secret(
    browser: Browser, program: TestClient, contoso: Contoso
) -> None:
    go(browser, f"{HERE}/1/connect", entered(contoso))
    contoso.connection(secretendson=datetime(2020, 1, 1, tzinfo=UTC))
    assert "correct the date under New client secret" in go(browser, f"{HERE}/1/done")
    assert "Enter the date" in go(browser, f"{HERE}/1/secret-end", {"corrected_endson": ""}, 422)
    assert "This date is over" in go(browser, f"{HERE}/1/secret-end", {"corrected_endson": "2020-01-02"}, 422)
    said = go(browser, f"{HERE}/1/secret-end", {"corrected_endson": "2027-05-01"})
    assert "The client secret works. It ends on 1 May 2027." in said
    assert "until 1 May 2027" in said
    path = "agent/dynamics365/connection/secret-end"
    assert program.put(path, json={"endson": "2020-01-01T00:00:00"}).status_code == 422
    assert program.put(path, json={"endson": "2027-06-01T00:00:00Z"}).status_code == 204
    assert "until 1 Jun 2027" in plain(browser.get(HERE).text)
    kept = entered(contoso, secret="", secret_endson="2027-07-01")
    assert "until 1 Jul 2027" in go(browser, f"{HERE}/1/connect", kept)


def test_check_again_says_what_could_not_be_checked_and_that_the_agent_goes_on(
    browser: Browser, program: TestClient, contoso: Contoso
) -> None:
    assert "Nothing was checked" in go(browser, f"{HERE}/check")
    go(browser, f"{HERE}/1/connect", entered(contoso))
    go(browser, f"{HERE}/1/done")
    go(browser, f"{HERE}/2/find")
    go(browser, f"{HERE}/2/done")
    assert "Every check passed." in go(browser, f"{HERE}/check")
    contoso.world.break_it("throttle", {"seconds": 90})
    said = go(browser, f"{HERE}/check")
    assert "Every check passed" not in said
    assert (
        "2, Create an app user in Dataverse and assign the AISalesPerson role, could not be checked. Who am I:" in said
    )
    assert "It could not be checked again since" in said
    (_, second, *_) = program.post("agent/prerequisites/check").json()
    assert (second["state"], second["unknown"][:9]) == ("done", "Who am I:")
    contoso.world.mend()
    with contoso.services.database.transaction() as session:
        session.get_one(CrmBudget, "dynamics365").pauseduntil = None
        agent = session.get_one(Agent, contoso.agentid)
        agent.state, agent.statereason = "paused", "Prerequisite 2 fails. It did."
    assert "Every check passed. Sales Qualification Agent is on again." in go(browser, f"{HERE}/check")


def test_a_former_secret_is_dropped_over_the_api(browser: Browser, program: TestClient, contoso: Contoso) -> None:
    go(browser, f"{HERE}/1/connect", entered(contoso))
    path = "agent/dynamics365/connection"
    _, secret = entra_applications.add_secret(contoso.world, contoso.app.application.objectid)
    assert program.post(f"{path}/secret", json={"secret": secret}).status_code == 200
    assert program.delete(f"{path}/former").status_code == 204
    with contoso.services.database.reading() as session:
        assert "connection.former_dropped" in [entry.action for entry in session.query(AuditEntry)]


def test_a_new_secret_checks_again_what_is_marked(browser: Browser, contoso: Contoso) -> None:
    go(browser, f"{HERE}/1/connect", entered(contoso))
    go(browser, f"{HERE}/1/done")
    objectid = contoso.app.application.objectid
    _, secret = entra_applications.add_secret(contoso.world, objectid)
    (former,) = [s for s in entra_applications.secrets_of(contoso.world, objectid)
                 if not entra_applications.is_text_of(s, secret)]  # fmt: skip
    entra_applications.remove_secret(contoso.world, objectid, former.keyid)
    said = go(browser, f"{HERE}/check")
    assert "Failing" in said
    assert "Bring it in under New client secret" in said
    said = go(browser, f"{HERE}/1/new-secret", {"new_secret": secret, "new_secret_endson": "2027-09-01"})
    assert "The former one stays beside it until you drop it" in said
    assert "Failing" not in said


def test_going_back_is_asked_first_and_begins_anew(browser: Browser, contoso: Contoso) -> None:
    go(browser, f"{HERE}/1/connect", entered(contoso))
    assert "nothing is mirrored" in plain(browser.get("/agent/platform/leave").text)
    assert "on the built-in platform again" in go(browser, "/agent/platform/leave")
    assert "Use Dynamics 365" in browser.get(HERE).text


def test_a_certificate_is_made_here_uploaded_there_and_then_in_force(browser: Browser, contoso: Contoso) -> None:
    contoso.office.clock.moment = datetime.now(UTC)  # msal dates what it signs by the machine's clock
    browser.cookies.clear()
    sign_in(browser)
    page = go(browser, f"{HERE}/1/connect", entered(contoso, kind="certificate", secret=""))
    assert "Upload it at Microsoft Entra now" in page
    pem = re.search(r"-----BEGIN CERTIFICATE-----.+?-----END CERTIFICATE-----", browser.get(CHOOSING).text, re.DOTALL)
    assert pem
    assert "PRIVATE KEY-----\n" not in browser.get(CHOOSING).text
    assert "AADSTS700027" in go(browser, f"{HERE}/1/check-connection", status=422)
    objectid = contoso.app.application.objectid
    entra_applications.add_certificate(contoso.world, objectid, pem[0].encode(), "Leadwright")
    assert "Connected: Entra gives a token." in go(browser, f"{HERE}/1/check-connection")
    assert "every check passed" in go(browser, f"{HERE}/1/done")
    assert "is kept. Upload it" in go(browser, f"{HERE}/1/add-certificate")
    page = browser.get(HERE).text
    newest = re.search(r"-----BEGIN CERTIFICATE-----.+?-----END CERTIFICATE-----", page, re.DOTALL)
    assert newest
    assert newest[0] != pem[0]
    assert f'action="{HERE}/1/check-connection"' in page
    assert "does not know it yet" in go(browser, f"{HERE}/1/check-connection")
    said = go(browser, f"{HERE}/1/done")
    assert "does not know it yet" in said
    assert "Upload the newest one" in said
    entra_applications.add_certificate(contoso.world, objectid, newest[0].encode(), "Leadwright")
    assert "does not know it yet" not in go(browser, f"{HERE}/1/check-connection")
    assert "does not know it yet" not in go(browser, f"{HERE}/1/done")
    assert "BEGIN CERTIFICATE" not in browser.get(HERE).text


def allows(contoso: Contoso, code: str, who: str, *, accepted: bool = True) -> None:
    user = entra_users.user(contoso.world, f"{who}@contoso.onmicrosoft.com")
    assert user is not None
    entra_grants.settle_device(contoso.world, code, user.objectid, accepted=accepted)


def code_of(page: str) -> str:
    found = re.search(r'id="code">([^<]+)<', page)
    assert found
    return found[1]


def test_an_administrator_signs_in_once_and_it_is_done_here(
    browser: Browser, contoso: Contoso, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = {"organisation": contoso.standin.origin, "tenant": "contoso.onmicrosoft.com", "name": "Agent of Contoso"}
    browser.submit("/agent/administrator", {"errand": "application", **place}, form=CHOOSING)
    page = browser.get("/agent/administrator").text
    assert f"{contoso.standin.origin}/devicelogin" in page
    assert "Nobody has signed in" in go(browser, "/agent/administrator/continue")
    with pytest.raises(Aadsts):
        allows(contoso, code_of(page), "developer")
    allows(contoso, code_of(page), "admin")
    assert "is registered, and this installation is connected" in go(browser, "/agent/administrator/continue")
    assert "every check passed" in go(browser, f"{HERE}/1/done")
    browser.submit("/agent/administrator", {"errand": "user", "unit": "Nowhere"}, form=HERE)
    allows(contoso, code_of(browser.get("/agent/administrator").text), "dynamics")
    assert "has no business unit Nowhere. It has contoso" in go(browser, "/agent/administrator/continue", status=422)
    browser.submit("/agent/administrator", {"errand": "user"}, form=HERE)
    page = browser.get("/agent/administrator").text
    assert "Dynamics 365 Example Client Application" in page
    allows(contoso, code_of(page), "dynamics")
    assert "holds AISalesPerson" in go(browser, "/agent/administrator/continue")
    assert "every check passed" in go(browser, f"{HERE}/2/done")
    with contoso.services.database.reading() as session:
        seen = [e.after for e in session.query(AuditEntry) if e.action == "administrator.signed_in"]
    assert [e["signed_in"].partition("@")[0] for e in seen if e] == ["admin", "dynamics", "dynamics"]
    assert browser.get("/agent/administrator", follow_redirects=False).status_code == 303


@dataclass
class Watched:
    """What Entra gave an administrator, and all that a browser was answered, was sealed here, or was logged."""

    given: list[str] = field(default_factory=list)
    answered: list[str] = field(default_factory=list)
    sealed: list[str] = field(default_factory=list)


@pytest.fixture
def watched(browser: Browser, monkeypatch: pytest.MonkeyPatch) -> Watched:
    made = Watched()
    give, keep, seal = entra_tokens.user_token, entra_grants.keep_code, Vault.seal

    def giving(*which: Any, **more: Any) -> str:
        made.given.append(give(*which, **more))
        return made.given[-1]

    def keeping(world: Any, kind: str, *which: Any, **more: Any) -> str:
        text = keep(world, kind, *which, **more)
        made.given.extend([text] if kind == "refresh" else [])
        return text

    def sealing(vault: Vault, secret: str, purpose: str) -> str:
        made.sealed.append(secret)
        return seal(vault, secret, purpose)

    monkeypatch.setattr(entra_tokens, "user_token", giving)
    monkeypatch.setattr(entra_grants, "keep_code", keeping)
    monkeypatch.setattr(Vault, "seal", sealing)
    browser.event_hooks = {"response": [lambda answer: made.answered.append(f"{answer.headers} {answer.read()!r}")]}
    return made


def test_what_entra_gave_the_administrator_is_in_no_table_file_seal_page_cookie_or_log(
    browser: Browser, contoso: Contoso, watched: Watched, tmp_path: Path, caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    place = {"organisation": contoso.standin.origin, "tenant": "contoso.onmicrosoft.com", "name": "Agent of Contoso"}
    for wanted, who in (
        ({"errand": "application", "permissions": "1", **place}, "admin"),
        ({"errand": "user"}, "dynamics"),
    ):
        browser.submit("/agent/administrator", wanted, form=CHOOSING)
        allows(contoso, code_of(browser.get("/agent/administrator").text), who)
        go(browser, "/agent/administrator/continue")
    browser.get(CHOOSING)
    assert len([one for one in watched.given if one.count(".") == 2]) == 2, "an access token each"
    with contoso.services.database.reading() as session:
        names = session.scalars(text("SELECT name FROM sqlite_master WHERE type = 'table'")).all()
        found = (tuple(row) for name in names for row in session.execute(text(f'SELECT * FROM "{name}"')))
        rows = "".join(str(one) for one in found)  # a row itself would print long values cut short
    assert contoso.world.tenantid in rows
    out = capfd.readouterr()
    files = [
        one.read_bytes() for one in tmp_path.rglob("*") if one.is_file() and tmp_path / "dynamics" not in one.parents
    ]
    assert any(one.startswith(b"SQLite format 3") for one in files)
    told = [rows, *watched.answered, *watched.sealed, str(browser.cookies), caplog.text, out.out, out.err]
    for secret in watched.given:
        parts = secret[:30], *secret.split(".")  # cut short it would be found as well
        assert [one for one in told for part in parts if part in one] == []
        assert [one[:20] for one in files for part in parts if part.encode() in one] == []


def test_a_sign_in_that_is_declined_says_so_and_one_of_somebody_else_is_worth_nothing(
    browser: Browser, contoso: Contoso
) -> None:
    place = {"organisation": contoso.standin.origin, "tenant": contoso.world.tenantid, "name": "Agent"}
    browser.submit("/agent/administrator", {"errand": "application", **place}, form=CHOOSING)
    allows(contoso, code_of(browser.get("/agent/administrator").text), "admin", accepted=False)
    assert "declined" in go(browser, "/agent/administrator/continue", status=422)
    browser.submit("/agent/administrator", {"errand": "application", **place}, form=CHOOSING)
    name = next(n for n in browser.cookies if "errand" in n)
    browser.cookies.delete(name)
    browser.cookies.set(name, "damaged")
    assert browser.get("/agent/administrator", follow_redirects=False).status_code == 303


def test_the_same_over_the_api(program: TestClient, contoso: Contoso) -> None:
    base = "agent/dynamics365"
    assert program.get(base).json()["platform"] == "builtin"
    body = entered(contoso, secret_endson="2027-03-31T00:00:00Z")
    wrong = program.put(f"{base}/connection", json={**body, "client_id": "x"})
    assert (wrong.status_code, wrong.json()["field"]) == (422, "client_id")
    assert program.put(f"{base}/connection", json=body).json()["organizationid"] == contoso.world.organizationid
    kept = program.get(base).json()
    assert (kept["platform"], kept["organizationname"], "secret" in kept) == ("dynamics365", "contoso", False)
    assert program.post("agent/prerequisites/1/done").json()["done"]
    assert program.post(f"{base}/user").json() == {"systemuserid": contoso.app.userid}
    assert program.post("agent/prerequisites/2/done").json()["done"]
    contoso.grant("User.Read.All", "MailboxSettings.Read")
    contoso.share_mailbox()
    assert program.put(f"{base}/shared-mailbox", json={"address": SALES}).status_code == 204
    report = program.post("agent/prerequisites/3/done").json()
    assert report["done"], report
    assert program.get(f"{base}/mailboxes").json()[0]["mailboxid"] == contoso.mailboxid
    state = program.put(f"{base}/mailbox", json={"mailboxid": contoso.mailboxid}).json()
    assert (state["emailaddress"], state["approved"]) == (SALES, False)
    refused = program.post(f"{base}/mailbox/approve")
    assert (refused.status_code, "Delegated Mailbox Approver" in refused.json()["detail"]) == (409, True)
    begun = program.post(f"{base}/administrator", json={"errand": "approve"}).json()
    assert program.post(f"{base}/administrator/continue", json={"ticket": begun["ticket"]}).json()["done"] is False
    allows(contoso, begun["usercode"], "admin")
    contoso.tracks(1)  # the administrator sets this too
    contoso.world.break_it("slow mailbox test", 60)  # the clock stands still: it stays queued
    assert program.post(f"{base}/administrator/continue", json={"ticket": begun["ticket"]}).json()["done"]
    assert program.get(f"{base}/mailbox").json()["testing"]
    contoso.world.mend()
    contoso.synchronise()
    assert program.get(f"{base}/mailbox").json()["outgoing"] == 1
    assert program.post("agent/prerequisites/4/done").json()["done"]
    assert program.delete(f"{base}/connection").status_code == 204
    assert program.get(base).json()["platform"] == "builtin"
