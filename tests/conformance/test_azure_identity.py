"""azure-identity, unmodified, against the stand-in. Skipped without it; `make test-conformance` installs it."""

from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives import hashes
from tests.dynamics.test_msal import certificate

from leadwright.sandbox.dynamics import entra_applications, entra_issuer, entra_principals
from leadwright.sandbox.dynamics.entra_applications import Application
from leadwright.sandbox.dynamics.serving import StandIn
from leadwright.sandbox.dynamics.world import World

identity: Any = pytest.importorskip("azure.identity")
core: Any = pytest.importorskip("azure.core.exceptions")


@pytest.fixture
def application(world: World) -> Application:
    made = entra_applications.create_application(world, "Leadwright", by="somebody")
    entra_principals.create_principal(world, made.appid)
    return made


@pytest.fixture(params=["direct", "proxy"])
def place(request: pytest.FixtureRequest, standin: StandIn) -> tuple[str, str, dict[str, Any]]:
    """Resource, host of Entra, and what every credential is given."""
    trusting = {"connection_verify": str(standin.certificates.bundle)}
    if request.param == "direct":
        more = {"authority": standin.origin, "disable_instance_discovery": True}
        return standin.origin, standin.origin, {**trusting, **more}
    login = "https://login.microsoftonline.com"
    return "https://contoso.crm.dynamics.com", login, {**trusting, "proxies": {"https": standin.proxy}}


def test_a_secret_gives_a_token(place: tuple[str, str, dict[str, Any]], application: Application, world: World) -> None:
    resource, _, more = place
    _, text = entra_applications.add_secret(world, application.objectid)
    with identity.ClientSecretCredential(world.tenantid, application.appid, text, **more) as credential:
        token = credential.get_token(f"{resource}/.default").token
    assert jwt.decode(token, options={"verify_signature": False})["appid"] == application.appid


def test_a_wrong_secret_raises_with_the_code(
    place: tuple[str, str, dict[str, Any]], application: Application, world: World
) -> None:
    resource, _, more = place
    with (
        identity.ClientSecretCredential(world.tenantid, application.appid, "wrong", **more) as credential,
        pytest.raises(core.ClientAuthenticationError, match="AADSTS7000215"),
    ):
        credential.get_token(f"{resource}/.default")


@pytest.mark.parametrize("chain", [False, True], ids=["thumbprint", "chain"])
def test_a_certificate_gives_a_token(
    place: tuple[str, str, dict[str, Any]], application: Application, world: World, chain: bool
) -> None:
    resource, _, more = place
    private, public, made = certificate()
    added = entra_applications.add_certificate(world, application.objectid, public.encode())
    assert added.sha1 == made.fingerprint(hashes.SHA1()).hex()
    given = {"certificate_data": (private + public).encode(), "send_certificate_chain": chain, **more}
    with identity.CertificateCredential(world.tenantid, application.appid, **given) as credential:
        assert credential.get_token(f"{resource}/.default").token


def test_a_token_of_another_issuer_gives_a_token(
    place: tuple[str, str, dict[str, Any]], application: Application, world: World
) -> None:
    resource, login, more = place
    issuer = f"{login}/_issuer"
    entra_applications.add_federation(world, application.objectid, "cluster", issuer, "agent")
    issued = entra_issuer.issue(world, issuer, "agent")
    credential = identity.ClientAssertionCredential(world.tenantid, application.appid, lambda: issued, **more)
    with credential:
        assert credential.get_token(f"{resource}/.default").token
