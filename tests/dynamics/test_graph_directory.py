"""Graph's directory: an application registered from first to last call, consent, who may do it, batches."""

import base64
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from starlette.testclient import TestClient
from tests.dynamics.test_msal import certificate

from leadwright.sandbox.dynamics import entra_tokens, entra_users
from leadwright.sandbox.dynamics.entra_resources import GRAPH
from leadwright.sandbox.dynamics.serving import application
from leadwright.sandbox.dynamics.world import World

HOST = "graph.microsoft.com"
BASE = f"https://{HOST}/v1.0/"
TOOLS = "14d82eec-204b-4c2f-b7e8-296a70dab67e"
MAIL_SEND = "b633e1c5-b582-4048-a93e-9f11b44c7e96"
As = Callable[[str], TestClient]


@pytest.fixture
def as_(world: World) -> As:
    """A client of a person who signed in with Microsoft's command-line program."""
    served = application(world)

    def calling(who: str) -> TestClient:
        person = entra_users.user(world, f"{who}@contoso.onmicrosoft.com")
        assert person
        scopes = ["Application.ReadWrite.All", "AppRoleAssignment.ReadWrite.All", "Directory.AccessAsUser.All"]
        token = entra_tokens.user_token(world, person, TOOLS, f"https://{HOST}", scopes, public=True)
        return TestClient(served, base_url=BASE, headers={"Authorization": f"Bearer {token}"})

    return calling


def error(answer: Any) -> tuple[int, str]:
    return answer.status_code, answer.json()["error"]["code"]


def registered(client: TestClient, **more: Any) -> dict[str, Any]:
    body = {"@odata.type": "#microsoft.graph.application", "displayName": "SQA", "signInAudience": "AzureADMyOrg"}
    answer = client.post("applications", json=body | more)
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


def test_an_administrator_sets_an_application_up_from_first_to_last_call(world: World, as_: As) -> None:
    admin = as_("admin")
    access = [{"resourceAppId": GRAPH, "resourceAccess": [{"id": MAIL_SEND, "type": "Role"}]}]
    made = registered(admin, requiredResourceAccess=access)
    assert made["requiredResourceAccess"] == access
    one = f"applications/{made['id']}"
    secret = admin.post(f"{one}/addPassword", json={"passwordCredential": {"displayName": "s"}}).json()
    assert secret["hint"] == secret["secretText"][:3]
    assert admin.get(one).json()["passwordCredentials"][0]["secretText"] is None
    principal = admin.post("servicePrincipals", json={"appId": made["appId"]}).json()
    graph = admin.get("servicePrincipals", params={"$filter": f"appId eq '{GRAPH}'"}).json()["value"][0]
    role = next(role for role in graph["appRoles"] if role["value"] == "Mail.Send")
    given = {"principalId": principal["id"], "resourceId": graph["id"], "appRoleId": role["id"]}
    answer = admin.post(f"servicePrincipals/{principal['id']}/appRoleAssignments", json=given)
    assert (answer.status_code, answer.json()["resourceDisplayName"]) == (201, "Microsoft Graph")
    form = {
        "grant_type": "client_credentials",
        "client_id": made["appId"],
        "client_secret": secret["secretText"],
        "scope": f"https://{HOST}/.default",
    }
    login = TestClient(admin.app, base_url="https://login.microsoftonline.com")
    token = login.post(f"/{world.tenantid}/oauth2/v2.0/token", data=form).json()["access_token"]
    assert jwt.decode(token, options={"verify_signature": False})["roles"] == ["Mail.Send"]
    held = answer.json()["id"]
    assert admin.delete(f"servicePrincipals/{principal['id']}/appRoleAssignments/{held}").status_code == 204
    assert admin.get(f"servicePrincipals/{principal['id']}/appRoleAssignments").json()["value"] == []
    assert admin.delete(one).status_code == 204
    assert error(admin.get(one)) == (404, "Request_ResourceNotFound")


def test_a_developer_manages_what_is_his_own_and_cannot_consent(as_: As) -> None:
    developer, seller = as_("developer"), as_("seller")
    made = registered(developer)
    assert developer.patch(f"applications/{made['id']}", json={"displayName": "Agent"}).status_code == 204
    assert developer.get(f"applications(appId='{made['appId']}')").json()["displayName"] == "Agent"
    principal = developer.post("servicePrincipals", json={"appId": made["appId"]}).json()
    given = {"principalId": principal["id"], "resourceId": "x", "appRoleId": MAIL_SEND}
    denied = (403, "Authorization_RequestDenied")
    assert error(developer.post(f"servicePrincipals/{principal['id']}/appRoleAssignments", json=given)) == denied
    assert error(seller.post("applications", json={"displayName": "Mine"})) == denied
    assert error(seller.post(f"applications/{made['id']}/addPassword", json={})) == denied
    theirs = registered(as_("admin"))
    assert error(developer.patch(f"applications/{theirs['id']}", json={"displayName": "Mine"})) == denied


def test_certificates_are_set_as_a_list_and_added_with_a_proof(world: World, as_: As) -> None:
    admin = as_("admin")
    made = registered(admin)
    one = f"applications/{made['id']}"
    (first, key), (second, _) = pair(), pair()
    entry = {"type": "AsymmetricX509Cert", "usage": "Verify", "key": first}
    assert admin.patch(one, json={"keyCredentials": [entry]}).status_code == 204
    (held,) = admin.get(one).json()["keyCredentials"]
    ends = (world.clock() + timedelta(minutes=5)).timestamp()
    claims = {"aud": "00000002-0000-0000-c000-000000000000", "iss": made["id"], "exp": ends}
    proof = jwt.encode(claims, key, "RS256")
    body = {"keyCredential": {**entry, "key": second}, "proof": proof}
    assert error(admin.post(f"{one}/addKey", json={**body, "proof": "x"})) == (401, "Authentication_MissingOrMalformed")
    added = admin.post(f"{one}/addKey", json=body).json()
    assert len(admin.get(one).json()["keyCredentials"]) == 2
    assert admin.patch(one, json={"keyCredentials": [{"keyId": held["keyId"]}]}).status_code == 204
    assert added["keyId"] not in str(admin.get(one).json()["keyCredentials"])
    assert error(admin.patch(one, json={"keyCredentials": [{"key": "%%"}]})) == (400, "Request_BadRequest")


def pair() -> tuple[str, Any]:
    """A certificate as keyCredentials have it, and its private key."""
    private, _, made = certificate()
    der = made.public_bytes(serialization.Encoding.DER)
    return base64.b64encode(der).decode(), serialization.load_pem_private_key(private.encode(), None)


def test_federated_credentials_are_added_listed_and_removed(as_: As) -> None:
    admin = as_("admin")
    path = f"applications/{registered(admin)['id']}/federatedIdentityCredentials"
    body = {
        "name": "ci",
        "issuer": "https://token.example",
        "subject": "repo:x",
        "audiences": ["api://AzureADTokenExchange"],
    }
    made = admin.post(path, json=body)
    assert made.status_code == 201
    assert error(admin.post(path, json=body)) == (409, "Request_MultipleObjectsWithSameKeyValue")
    assert [row["subject"] for row in admin.get(path).json()["value"]] == ["repo:x"]
    assert admin.get(f"{path}/ci").json()["id"] == made.json()["id"]
    assert admin.delete(f"{path}/{made.json()['id']}").status_code == 204
    assert error(admin.get(f"{path}/ci")) == (404, "Request_ResourceNotFound")


def test_what_an_application_lacks_is_said(as_: As) -> None:
    admin = as_("admin")
    wrong = (400, "Request_BadRequest")
    assert error(admin.post("applications", json={})) == wrong
    assert error(admin.post("applications", json={"displayName": "A", "colour": "red"})) == wrong
    assert error(admin.post("servicePrincipals", json={"appId": "nobody"})) == wrong
    assert error(admin.post("servicePrincipals", json={})) == wrong
    assert error(admin.get("applications/nothing")) == (404, "Request_ResourceNotFound")


def test_a_batch_answers_each_request_and_one_that_waits_for_a_failed_one_fails(as_: As) -> None:
    admin = as_("admin")
    asked = [
        {"id": "1", "method": "GET", "url": f"{BASE}me?$select=userPrincipalName", "depends_on": []},
        {"id": "2", "method": "GET", "url": "/users/nobody@contoso.com"},
        {"id": "3", "method": "GET", "url": "/me", "dependsOn": ["2"]},
        {"id": "4", "method": "POST", "url": "/applications", "body": {"displayName": "B"}, "dependsOn": ["1"]},
    ]
    found = {one["id"]: one for one in admin.post("$batch", json={"requests": asked}).json()["responses"]}
    assert {id: one["status"] for id, one in found.items()} == {"1": 200, "2": 404, "3": 424, "4": 201}
    assert found["1"]["body"]["userPrincipalName"] == entra_users.ADMINISTRATOR
    many = [{"id": str(n), "method": "GET", "url": "/me"} for n in range(21)]
    assert error(admin.post("$batch", json={"requests": many})) == (400, "MaximumValueExceeded")
    assert error(admin.post("$batch", json={})) == (400, "BadRequest")
