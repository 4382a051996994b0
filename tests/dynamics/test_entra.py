"""Entra of the stand-in without sockets: each refusal by its real cause, tokens, keys, what bearer tokens stand for."""

import base64
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import jwt
import pytest
from starlette.testclient import TestClient
from tests.dynamics.test_msal import certificate

from leadwright.sandbox.dynamics import (
    entra_applications,
    entra_keys,
    entra_principals,
    entra_tenant,
    entra_tokens,
)
from leadwright.sandbox.dynamics.entra import caller_of
from leadwright.sandbox.dynamics.entra_applications import Application
from leadwright.sandbox.dynamics.entra_clients import ASSERTION_TYPE
from leadwright.sandbox.dynamics.entra_resources import GRAPH
from leadwright.sandbox.dynamics.serving import application as served
from leadwright.sandbox.dynamics.world import Refused, World

LOGIN = "https://login.microsoftonline.com"
ORG = "https://contoso.crm.dynamics.com"


@pytest.fixture
def entra(world: World) -> TestClient:
    return TestClient(served(world), base_url=LOGIN, follow_redirects=False)


@pytest.fixture
def application(world: World) -> Application:
    made = entra_applications.create_application(world, "Leadwright", by="somebody")
    entra_principals.create_principal(world, made.appid)
    return made


def ask(entra: TestClient, world: World, form: dict[str, str], tenant: str = "") -> Any:
    given = {"grant_type": "client_credentials", "scope": f"{ORG}/.default", **form}
    return entra.post(f"/{tenant or world.tenantid}/oauth2/v2.0/token", data=given)


def codes(answer: Any) -> tuple[int, int, str]:
    body = answer.json()
    assert body["error_description"].startswith(f"AADSTS{body['error_codes'][0]}: ")
    assert f"Trace ID: {body['trace_id']} Correlation ID: {body['correlation_id']}" in body["error_description"]
    assert {"timestamp", "trace_id", "correlation_id", "error_uri"} <= set(body)
    return answer.status_code, body["error_codes"][0], body["error"]


REFUSALS: list[tuple[str, dict[str, str], str, tuple[int, int, str]]] = [
    ("a wrong secret", {"client_secret": "wrong"}, "", (401, 7000215, "invalid_client")),
    ("no secret at all", {"client_secret": ""}, "", (401, 7000216, "invalid_client")),
    ("an unknown application", {"client_id": entra_tenant.INITIAL_DOMAIN}, "", (400, 700016, "unauthorized_client")),
    ("no application", {"client_id": ""}, "", (400, 900144, "invalid_request")),
    ("the tenant next door", {}, entra_tenant.OTHER_DOMAIN, (400, 700016, "unauthorized_client")),
    ("no such tenant", {}, "nobody.onmicrosoft.com", (400, 90002, "invalid_request")),
    ("a tenant that is no name", {}, "contoso", (400, 900023, "invalid_request")),
    ("no tenant", {}, "organizations", (400, 50059, "invalid_request")),
    ("no scope", {"scope": ""}, "", (400, 900144, "invalid_request")),
    ("a scope that is none", {"scope": "https://"}, "", (400, 70011, "invalid_scope")),
    ("a scope without .default", {"scope": f"{ORG}/user_impersonation"}, "", (400, 1002012, "invalid_scope")),
    (
        "two resources",
        {"scope": f"{ORG}/.default https://graph.microsoft.com/.default"},
        "",
        (400, 28000, "invalid_scope"),
    ),
    (
        "an organisation mistyped",
        {"scope": "https://contosso.crm.dynamics.com/.default"},
        "",
        (400, 500011, "invalid_resource"),
    ),
    ("another grant", {"grant_type": "password"}, "", (400, 70003, "unsupported_grant_type")),
    (
        "an assertion that is no token",
        {"client_secret": "", "client_assertion": "x.y"},
        "",
        (401, 50027, "invalid_client"),
    ),
]


@pytest.mark.parametrize(("form", "tenant", "refusal"), [r[1:] for r in REFUSALS], ids=[r[0] for r in REFUSALS])
def test_each_cause_has_its_code(
    entra: TestClient,
    world: World,
    application: Application,
    form: dict[str, str],
    tenant: str,
    refusal: tuple[int, int, str],
) -> None:
    _, text = entra_applications.add_secret(world, application.objectid)
    given = {"client_id": application.appid, "client_secret": text, "client_assertion_type": ASSERTION_TYPE, **form}
    assert codes(ask(entra, world, given, tenant)) == refusal


def test_an_expired_secret_a_disabled_application_and_a_missing_principal(
    entra: TestClient, world: World, application: Application
) -> None:
    past = datetime.now(UTC) - timedelta(days=1)
    _, text = entra_applications.add_secret(world, application.objectid, endsat=past, startsat=past - timedelta(days=1))
    given = {"client_id": application.appid, "client_secret": text}
    assert codes(ask(entra, world, given)) == (401, 7000222, "invalid_client")
    principal = entra_principals.principal_of(world, application.appid)
    assert principal
    entra_principals.change_principal(world, principal.objectid, enabled=False)
    assert codes(ask(entra, world, given)) == (400, 7000112, "unauthorized_client")
    entra_principals.delete_principal(world, principal.objectid)
    assert codes(ask(entra, world, given)) == (400, 7000229, "unauthorized_client")


def test_conditional_access_blocks_while_it_is_on(entra: TestClient, world: World, application: Application) -> None:
    _, text = entra_applications.add_secret(world, application.objectid)
    given = {"client_id": application.appid, "client_secret": text}
    world.break_it("conditional access", times=1)
    assert codes(ask(entra, world, given)) == (400, 53003, "invalid_grant")
    assert ask(entra, world, given).status_code == 200


def test_the_secret_may_come_by_http_basic_and_either_of_two_secrets_is_good(
    entra: TestClient, world: World, application: Application
) -> None:
    for _ in range(2):
        _, text = entra_applications.add_secret(world, application.objectid)
        login = base64.b64encode(f"{application.appid}:{text}".encode()).decode()
        answer = entra.post(
            f"/{entra_tenant.DOMAIN}/oauth2/v2.0/token",
            data={"grant_type": "client_credentials", "scope": f"{ORG}/.default"},
            headers={"Authorization": f"Basic {login}"},
        )
        assert answer.status_code == 200, answer.text


def assertion(application: Application, world: World, pair: tuple[Any, ...], **claims: Any) -> str:
    private, _, made = pair
    from cryptography.hazmat.primitives import hashes

    now = time.time()
    given = {
        "aud": f"{LOGIN}/{world.tenantid}/oauth2/v2.0/token",
        "iss": application.appid,
        "sub": application.appid,
        "jti": "one",
        "iat": now,
        "exp": now + 600,
        **claims,
    }
    named = entra_keys.unpadded(made.fingerprint(hashes.SHA1()))
    return jwt.encode(given, private, "RS256", {"x5t": named})


def by_assertion(entra: TestClient, world: World, application: Application, text: str) -> Any:
    form = {"client_id": application.appid, "client_assertion": text, "client_assertion_type": ASSERTION_TYPE}
    return ask(entra, world, form)


@pytest.mark.parametrize(
    ("claims", "code"),
    [
        ({"aud": f"{LOGIN}/other/oauth2/v2.0/token"}, 700023),
        ({"exp": -900, "iat": -1500}, 700024),
        ({"nbf": 900}, 700024),
        ({"sub": "somebody else"}, 700021),
        ({"iss": "https://another.example"}, 700211),
        ({"jti": ""}, 50027),
    ],
    ids=["audience", "over", "not yet", "another subject", "another issuer", "no jti"],
)
def test_an_assertion_is_checked_claim_by_claim(
    entra: TestClient, world: World, application: Application, claims: dict[str, Any], code: int
) -> None:
    pair = certificate()
    entra_applications.add_certificate(world, application.objectid, pair[1].encode())
    assert by_assertion(entra, world, application, assertion(application, world, pair)).status_code == 200
    moment = time.time()  # the test's own: a run of all tests may take longer than the minutes that count here
    given = {name: moment + value if isinstance(value, int) else value for name, value in claims.items()}
    answer = by_assertion(entra, world, application, assertion(application, world, pair, **{"jti": "two", **given}))
    assert codes(answer)[1] == code


def test_an_assertion_needs_a_certificate_that_is_registered_and_in_force_and_a_signature_that_fits(
    entra: TestClient, world: World, application: Application
) -> None:
    pair, other, old = certificate(), certificate(), certificate(days=-1, start=-9)
    entra_applications.add_certificate(world, application.objectid, pair[1].encode())
    entra_applications.add_certificate(world, application.objectid, old[1].encode())
    forged = (other[0], other[1], pair[2])
    for used, reason in ((other, "key was not found"), (old, "key used is expired"), (forged, "did not verify")):
        answer = by_assertion(entra, world, application, assertion(application, world, used))
        assert codes(answer) == (401, 700027, "invalid_client")
        assert reason in answer.json()["error_description"]


def test_a_jti_names_one_assertion_and_the_fault_refuses_even_its_own_repetition(
    entra: TestClient, world: World, application: Application
) -> None:
    pair = certificate()
    entra_applications.add_certificate(world, application.objectid, pair[1].encode())
    first = assertion(application, world, pair)
    assert by_assertion(entra, world, application, first).status_code == 200
    assert by_assertion(entra, world, application, first).status_code == 200
    again = assertion(application, world, pair, exp=time.time() + 601)
    assert codes(by_assertion(entra, world, application, again))[1] == 700030
    world.break_it("assertion replay")
    assert codes(by_assertion(entra, world, application, first))[1] == 700030


def test_a_federated_credential_matches_to_the_letter(
    entra: TestClient, world: World, application: Application
) -> None:
    issuer = f"{LOGIN}/_issuer"
    entra_applications.add_federation(world, application.objectid, "ci", issuer, "repo:Contoso/agent")

    def code(**asked: str) -> int:
        text = entra.get("/_issuer/token", params={"subject": "repo:Contoso/agent", **asked}).json()["token"]
        answer = by_assertion(entra, world, application, text)
        return 0 if answer.status_code == 200 else codes(answer)[1]

    assert code() == 0
    assert code(subject="repo:contoso/agent") == 7002138
    assert code(subject="repo:contoso/other") == 700213
    assert code(audience="api://other") == 700212
    forged = jwt.encode(
        {"iss": issuer, "sub": "repo:Contoso/agent", "aud": "api://AzureADTokenExchange", "exp": time.time() + 60},
        certificate()[0],
        "RS256",
        {"kid": "stand-in-issuer"},
    )
    assert codes(by_assertion(entra, world, application, forged))[1] == 7002111


def test_only_consent_puts_permissions_into_a_token_and_only_into_one_for_graph(
    entra: TestClient, world: World
) -> None:
    roles = ["b633e1c5-b582-4048-a93e-9f11b44c7e96", "e2a3a72e-5f79-4c64-b1b1-878b674786c9"]
    required = [{"resourceAppId": GRAPH, "resourceAccess": [{"id": r, "type": "Role"} for r in roles]}]
    made = entra_applications.create_application(world, "Leadwright", by="somebody", required=required)
    entra_principals.create_principal(world, made.appid)
    _, text = entra_applications.add_secret(world, made.objectid)

    def claimed(scope: str) -> Any:
        form = {"client_id": made.appid, "client_secret": text, "scope": f"{scope}/.default"}
        token = ask(entra, world, form).json()["access_token"]
        return jwt.decode(token, options={"verify_signature": False}).get("roles")

    assert claimed("https://graph.microsoft.com") is None
    assert [p.value for p in entra_principals.consent(world, made.appid)] == ["Mail.Send", "Mail.ReadWrite"]
    assert entra_principals.consent(world, made.appid) == []
    assert claimed("https://graph.microsoft.com") == ["Mail.ReadWrite", "Mail.Send"]
    assert claimed(ORG) is None


def test_discovery_echoes_the_host_and_names_the_tenant_by_its_id(entra: TestClient, world: World) -> None:
    for host in ("login.microsoftonline.com", "login.microsoftonline.us", "login.partner.microsoftonline.cn"):
        url = f"https://{host}/{entra_tenant.INITIAL_DOMAIN}/v2.0/.well-known/openid-configuration"
        found = entra.get(url).json()
        assert found["issuer"] == f"https://{host}/{world.tenantid}/v2.0"
        assert found["token_endpoint"] == f"https://{host}/{world.tenantid}/oauth2/v2.0/token"
    wrong = entra.get("/nobody.example/v2.0/.well-known/openid-configuration")
    assert codes(wrong) == (400, 90002, "invalid_request")
    known = entra.get(
        "/common/discovery/instance", params={"authorization_endpoint": f"{LOGIN}/{world.tenantid}/oauth2/authorize"}
    ).json()
    assert "login.windows.net" in known["metadata"][0]["aliases"]
    unknown = entra.get("/common/discovery/instance", params={"authorization_endpoint": "https://evil.example/t/x"})
    assert codes(unknown) == (400, 50049, "invalid_instance")


@pytest.fixture
def token(entra: TestClient, world: World, application: Application) -> Callable[..., str]:
    _, text = entra_applications.add_secret(world, application.objectid)

    def make(resource: str = ORG) -> str:
        form = {"client_id": application.appid, "client_secret": text, "scope": f"{resource}/.default"}
        return str(ask(entra, world, form).json()["access_token"])

    return make


def test_a_bearer_token_stands_for_its_application_at_its_own_resource_only(
    world: World, application: Application, token: Callable[..., str]
) -> None:
    caller = caller_of(world, f"Bearer {token()}", ORG)
    principal = entra_principals.principal_of(world, application.appid)
    assert principal
    assert (caller.clientid, caller.objectid, caller.upn) == (application.appid, principal.objectid, "")
    for authorization, asked, says in (
        ("", ORG, "empty"),
        (f"Bearer {token()}", "https://graph.microsoft.com", "Invalid audience"),
        (f"Bearer {token()}x", ORG, "not signed by us"),
        ("Bearer a.b.c", ORG, "not well formed"),
    ):
        with pytest.raises(Refused, match=says) as refused:
            caller_of(world, authorization, asked)
        assert refused.value.status == 401
        assert refused.value.headers["WWW-Authenticate"].startswith("Bearer authorization_uri=")


def test_tokens_end_by_time_by_the_control_page_and_by_a_fault(tmp_path: Any) -> None:
    moment = [datetime.now(UTC)]
    world = World(tmp_path / "clocked", lambda: moment[0])
    made = entra_applications.create_application(world, "Leadwright", by="somebody")
    entra_principals.create_principal(world, made.appid)

    def fresh() -> str:
        return "Bearer " + entra_tokens.application_token(world, made.appid, ORG, "x", by_certificate=False)

    held = fresh()
    assert caller_of(world, held, ORG)
    entra_keys.rotate(world)
    assert caller_of(world, held, ORG)
    assert len(entra_keys.jwks(world, "")["keys"]) == 2
    entra_tokens.expire_all(world)
    with pytest.raises(Refused, match="expired"):
        caller_of(world, held, ORG)
    held = fresh()
    world.break_it("token expired", times=1)
    with pytest.raises(Refused, match="expired"):
        caller_of(world, held, ORG)
    assert caller_of(world, held, ORG)
    moment[0] += timedelta(seconds=3601)
    with pytest.raises(Refused, match="expired"):
        caller_of(world, held, ORG)
    moment[0] += timedelta(days=2)
    assert len(entra_keys.jwks(world, "")["keys"]) == 1
    world.close()
