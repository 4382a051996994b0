"""OAuth clients of others get tokens from the built-in directory over real HTTP and use the API with them."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx2
import jwt
import msal
import pytest
import requests
from authlib.integrations.requests_client import OAuth2Session
from authlib.oauth2.rfc7523 import PrivateKeyJWT
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from tests.api.certificates import certificate, loopback_authority, pem_of
from tests.api.conftest import Served

from leadwright.db.people import SystemUser
from leadwright.identity.certificates import read_certificate
from leadwright.identity.directory import SCOPE, directory_of


def now() -> datetime:
    return datetime.now(UTC)


@pytest.fixture(autouse=True)
def of_today(desk: Any) -> None:
    """Clients judge by the clock of this machine, so the desk must too."""
    object.__setattr__(desk.services, "clock", now)


@pytest.fixture
def opened() -> Iterator[list[requests.Session]]:
    """Sessions of clients, closed before the server ends."""
    sessions: list[requests.Session] = []
    yield sessions
    for session in sessions:
        session.close()


@pytest.fixture
def oauth(served: Served, opened: list[requests.Session]) -> Callable[..., OAuth2Session]:
    """Opens a client of authlib."""

    def open_one(*given: Any, **options: Any) -> OAuth2Session:
        opened.append(OAuth2Session(*given, **options))
        return opened[-1]

    return open_one


@pytest.fixture
def trusting(secure: Any, opened: list[requests.Session]) -> Callable[[str], requests.Session]:
    """Opens a session that trusts an authority of ours."""

    def open_one(authority: str) -> requests.Session:
        session = requests.Session()
        session.verify, session.trust_env = authority, False
        opened.append(session)
        return session

    return open_one


def metadata(served: Served) -> dict[str, Any]:
    found: dict[str, Any] = httpx2.get(f"{served.address}/.well-known/openid-configuration", timeout=60).json()
    return found


def test_authlib_gets_a_token_by_secret_and_is_refused_at_the_next_call_once_disabled(
    served: Served, oauth: Callable[..., OAuth2Session]
) -> None:
    program = served.program()
    client = oauth(program.appid, program.secret, scope=SCOPE)
    token = client.fetch_token(metadata(served)["token_endpoint"], grant_type="client_credentials")
    assert token["token_type"] == "Bearer"
    assert client.get(f"{served.address}/api/v1/whoami").json()["UserId"] == program.systemuserid
    with served.services.database.transaction() as session:
        session.get_one(SystemUser, program.systemuserid).isdisabled = True
    assert client.get(f"{served.address}/api/v1/whoami").status_code == 401


@pytest.mark.parametrize("method", ["client_secret_basic", "client_secret_post"])
def test_authlib_revokes_its_token_and_is_refused_at_the_next_call(
    served: Served, oauth: Callable[..., OAuth2Session], method: str
) -> None:
    program, about = served.program(), metadata(served)
    client = oauth(program.appid, program.secret, scope=SCOPE, token_endpoint_auth_method=method)
    client.revocation_endpoint_auth_method = method
    token = client.fetch_token(about["token_endpoint"], grant_type="client_credentials")
    assert client.get(f"{served.address}/api/v1/whoami").status_code == 200
    assert client.revoke_token(about["revocation_endpoint"], token=token["access_token"]).status_code == 200
    assert client.get(f"{served.address}/api/v1/whoami").status_code == 401


def test_authlib_signs_in_with_the_key_of_a_certificate(served: Served, oauth: Callable[..., OAuth2Session]) -> None:
    program, endpoint = served.program(), metadata(served)["token_endpoint"]
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    text = certificate("authlib", key).public_bytes(serialization.Encoding.PEM).decode()
    with served.services.database.transaction() as session:
        keyid = directory_of(served.services).add_certificate(session, program.appid, read_certificate(text, now()))
    client = OAuth2Session(
        program.appid, pem_of(key), scope=SCOPE, token_endpoint_auth_method=PrivateKeyJWT(endpoint, alg="RS256")
    )
    client.fetch_token(endpoint, grant_type="client_credentials")
    assert client.get(f"{served.address}/api/v1/whoami").json()["UserId"] == program.systemuserid
    with served.services.database.transaction() as session:
        directory_of(served.services).remove_secret(session, keyid)
    assert client.get(f"{served.address}/api/v1/whoami").status_code == 401


def test_a_token_verifies_against_the_published_keys_and_names_the_published_issuer(
    served: Served, oauth: Callable[..., OAuth2Session]
) -> None:
    program, about = served.program(), metadata(served)
    answer = oauth(program.appid, program.secret, scope=SCOPE).fetch_token(
        about["token_endpoint"], grant_type="client_credentials"
    )
    directory_of(served.services).keys.rotate(now())
    key = jwt.PyJWKClient(about["jwks_uri"]).get_signing_key_from_jwt(answer["access_token"])
    claims = jwt.decode(
        answer["access_token"], key, algorithms=["RS256"], issuer=about["issuer"], options={"verify_aud": False}
    )
    assert claims["appid"] == program.appid
    kids = [k["kid"] for k in httpx2.get(about["jwks_uri"], timeout=60).json()["keys"]]
    assert len(kids) == 2


@pytest.fixture
def secure(serve: Callable[..., Any], certificate_folder: Path) -> Any:
    """Served over TLS by a loopback authority, which is what msal insists on."""
    authority, chain, key = loopback_authority(certificate_folder)
    with serve(scheme="https", ssl_certfile=str(chain), ssl_keyfile=str(key)) as served:
        yield served, str(authority)


def test_msal_gets_a_token_with_a_custom_authority_and_uses_the_api(
    secure: tuple[Served, str], trusting: Callable[[str], requests.Session]
) -> None:
    served, authority = secure
    program = served.program()
    client = msal.ConfidentialClientApplication(
        program.appid,
        client_credential=program.secret,
        oidc_authority=f"{served.address}/{served.tenant}/v2.0",
        http_client=trusting(authority),
    )
    answer = client.acquire_token_for_client([SCOPE])
    assert "access_token" in answer, answer
    headers = {"Authorization": f"Bearer {answer['access_token']}"}
    caller, address = trusting(authority), f"{served.address}/api/v1/whoami"
    assert caller.get(address, headers=headers).json()["UserId"] == program.systemuserid
    directory_of(served.services).revoke_token(answer["access_token"])
    assert caller.get(address, headers=headers).status_code == 401


def test_msal_with_an_entra_shaped_authority_and_a_certificate(
    secure: tuple[Served, str], trusting: Callable[[str], requests.Session]
) -> None:
    served, authority = secure
    program = served.program()
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    made = certificate("msal", key)
    text = made.public_bytes(serialization.Encoding.PEM).decode()
    with served.services.database.transaction() as session:
        directory_of(served.services).add_certificate(session, program.appid, read_certificate(text, now()))
    client = msal.ConfidentialClientApplication(
        program.appid,
        client_credential={
            "private_key": pem_of(key),
            "public_certificate": text,
            "thumbprint": made.fingerprint(hashes.SHA1()).hex(),
        },
        authority=f"{served.address}/{served.tenant}",
        instance_discovery=False,
        validate_authority=False,
        http_client=trusting(authority),
    )
    answer = client.acquire_token_for_client([SCOPE])
    assert "access_token" in answer, answer
    wrong = msal.ConfidentialClientApplication(
        program.appid,
        client_credential="wrong",
        oidc_authority=f"{served.address}/{served.tenant}/v2.0",
        http_client=trusting(authority),
    )
    assert wrong.acquire_token_for_client([SCOPE])["error"] == "invalid_client"
