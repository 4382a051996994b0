"""msal, unmodified, against the stand-in: at its own address, and at Microsoft's through the proxy."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import jwt
import msal
import pytest
import requests
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID

from leadwright.sandbox.dynamics import entra_applications, entra_issuer, entra_principals
from leadwright.sandbox.dynamics.entra_applications import Application
from leadwright.sandbox.dynamics.serving import StandIn
from leadwright.sandbox.dynamics.world import World


@pytest.fixture
def application(world: World) -> Application:
    made = entra_applications.create_application(world, "Leadwright", by="somebody")
    entra_principals.create_principal(world, made.appid)
    return made


@pytest.fixture(params=["direct", "proxy"])
def place(request: pytest.FixtureRequest, standin: StandIn) -> Iterator[dict[str, Any]]:
    """Authority, resource and HTTP session of each mode."""
    session = requests.Session()
    session.trust_env = False
    session.verify = str(standin.certificates.bundle)
    tenant = standin.world.tenantid
    if request.param == "direct":
        yield {
            "authority": f"{standin.origin}/{tenant}",
            "resource": standin.origin,
            "http_client": session,
            "more": {"instance_discovery": False},
        }
    else:
        session.proxies = {"https": standin.proxy}
        yield {
            "authority": f"https://login.microsoftonline.com/{tenant}",
            "resource": "https://contoso.crm.dynamics.com",
            "http_client": session,
            "more": {},
        }
    session.close()


def client(place: dict[str, Any], appid: str, credential: Any) -> msal.ConfidentialClientApplication:
    return msal.ConfidentialClientApplication(
        appid,
        client_credential=credential,
        authority=place["authority"],
        http_client=place["http_client"],
        **place["more"],
    )


def certificate(days: int = 100, start: int = -1) -> tuple[str, str, x509.Certificate]:
    """Private key and certificate in PEM."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Leadwright")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now + timedelta(days=start))
        .not_valid_after(now + timedelta(days=days))
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return private.decode(), made.public_bytes(serialization.Encoding.PEM).decode(), made


def test_a_secret_gives_a_token_that_is_cached_and_signed_with_a_published_key(
    place: dict[str, Any], application: Application, world: World
) -> None:
    _, text = entra_applications.add_secret(world, application.objectid)
    app = client(place, application.appid, text)
    got = app.acquire_token_for_client([f"{place['resource']}/.default"])
    assert got.get("expires_in") == 3599, got
    assert app.acquire_token_for_client([f"{place['resource']}/.default"])["token_source"] == "cache"
    keys = place["http_client"].get(f"{place['authority']}/discovery/v2.0/keys").json()["keys"]
    kid = jwt.get_unverified_header(got["access_token"])["kid"]
    key = jwt.PyJWK({**next(k for k in keys if k["kid"] == kid), "alg": "RS256"})
    claims = jwt.decode(got["access_token"], key, ["RS256"], audience=place["resource"])
    principal = entra_principals.principal_of(world, application.appid)
    assert principal is not None
    assert (claims["tid"], claims["appid"], claims["oid"]) == (world.tenantid, application.appid, principal.objectid)


def test_two_certificates_are_good_at_once_by_sha1_and_by_sha256_with_chain(
    place: dict[str, Any], application: Application, world: World
) -> None:
    pairs = [certificate() for _ in range(2)]
    for _, pem, _ in pairs:
        entra_applications.add_certificate(world, application.objectid, pem.encode())
    (old_key, _, old), (new_key, new_pem, _) = pairs
    thumbprint = old.fingerprint(hashes.SHA1()).hex()
    for credential in (
        {"private_key": old_key, "thumbprint": thumbprint},
        {"private_key": new_key, "public_certificate": new_pem},
    ):
        app = client(place, application.appid, credential)
        got = app.acquire_token_for_client([f"{place['resource']}/.default"])
        assert "access_token" in got, got
        again = app.acquire_token_for_client(["00000003-0000-0000-c000-000000000000/.default"])
        assert "access_token" in again, again


def test_a_token_of_another_issuer_is_as_good_as_a_secret(
    place: dict[str, Any], application: Application, world: World
) -> None:
    host = place["authority"].split("/")[2]
    issuer = f"https://{host}/_issuer"
    entra_applications.add_federation(world, application.objectid, "cluster", issuer, "system:serviceaccount:a:b")
    good = entra_issuer.issue(world, issuer, "system:serviceaccount:a:b")
    got = client(place, application.appid, {"client_assertion": lambda: good}).acquire_token_for_client(
        [f"{place['resource']}/.default"]
    )
    assert "access_token" in got, got
    other = entra_issuer.issue(world, issuer, "system:serviceaccount:a:other")
    got = client(place, application.appid, {"client_assertion": lambda: other}).acquire_token_for_client(
        [f"{place['resource']}/.default"]
    )
    assert got["error_codes"] == [700213]


def test_a_wrong_secret_is_an_error_msal_can_read(
    place: dict[str, Any], application: Application, world: World
) -> None:
    got = client(place, application.appid, "wrong").acquire_token_for_client([f"{place['resource']}/.default"])
    assert (got["error"], got["error_codes"]) == ("invalid_client", [7000215])
    assert got["error_description"].startswith("AADSTS7000215: Invalid client secret provided.")


@pytest.mark.parametrize(
    ("login", "resource"),
    [
        ("login.microsoftonline.us", "https://contoso.crm.microsoftdynamics.us"),
        ("login.partner.microsoftonline.cn", "https://contoso.crm.dynamics.cn"),
    ],
)
def test_the_clouds_of_the_united_states_and_of_china(
    standin: StandIn, application: Application, world: World, login: str, resource: str
) -> None:
    _, text = entra_applications.add_secret(world, application.objectid)
    with requests.Session() as http:
        http.trust_env, http.verify = False, str(standin.certificates.bundle)
        http.proxies = {"https": standin.proxy}
        place = {"authority": f"https://{login}/contoso.onmicrosoft.com", "http_client": http, "more": {}}
        got = client(place, application.appid, text).acquire_token_for_client([f"{resource}/.default"])
        assert jwt.decode(got["access_token"], options={"verify_signature": False})["aud"] == resource
