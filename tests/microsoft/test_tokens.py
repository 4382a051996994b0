"""Every way to prove who we are, and every refusal of Entra with what to do about it."""

import socket
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx2
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID
from starlette.testclient import TestClient
from tests.microsoft.organisation import Registered, connection_to, register_agent

from leadwright.domain.platform import AUTHORITIES, cloud_of, graph_of
from leadwright.microsoft.connection import Certificates, Connection, Federation, Secrets
from leadwright.microsoft.errors import CannotReach, ServiceDown, SignInRefused
from leadwright.microsoft.line import clock_offset, clock_sentence, why_no_line
from leadwright.microsoft.sign_in_errors import refusal_of
from leadwright.microsoft.tokens import Tokens, claims_of, ends_on
from leadwright.sandbox.dynamics import entra_applications, entra_issuer, entra_principals
from leadwright.sandbox.dynamics.serving import StandIn
from leadwright.sandbox.dynamics.serving import application as served
from leadwright.sandbox.dynamics.world import World

ORIGIN = "https://localhost"


@pytest.fixture
def registered(world: World) -> Registered:
    return register_agent(world)


@pytest.fixture
def line(world: World) -> Iterator[httpx2.Client]:
    with TestClient(served(world), base_url=ORIGIN) as client:
        yield client


def asked(world: World) -> int:
    with world.reading() as db:
        return int(db.execute("SELECT count(*) FROM seen WHERE path LIKE '%/oauth2/v2.0/token'").fetchone()[0])


def pair(start: timedelta = timedelta(days=-1), days: int = 90) -> str:
    """A private key and its certificate in one PEM text."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Leadwright")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now + start)
        .not_valid_after(now + timedelta(days=days))
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return private.decode() + made.public_bytes(serialization.Encoding.PEM).decode()


def refusal(connection: Connection, line: httpx2.Client, resource: str = ORIGIN) -> SignInRefused:
    with pytest.raises(SignInRefused) as refused:
        Tokens(connection, line).token(resource)
    return refused.value


def test_a_token_is_asked_for_once_by_many_threads_and_says_who_it_is_for(
    registered: Registered, line: httpx2.Client
) -> None:
    tokens = Tokens(connection_to(registered, ORIGIN), line)
    found: list[str] = []
    threads = [threading.Thread(target=lambda: found.append(tokens.token(ORIGIN))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (len(set(found)), len(found), asked(registered.world)) == (1, 8, 1)
    claims = claims_of(found[0])
    assert (claims["aud"], claims["appid"]) == (ORIGIN, registered.application.appid)
    assert claims_of("nonsense") == {}


def test_a_token_is_replaced_five_minutes_before_it_ends(
    registered: Registered, line: httpx2.Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    tokens = Tokens(connection_to(registered, ORIGIN), line)
    tokens.token(ORIGIN)
    import time

    began = time.monotonic()
    monkeypatch.setattr(time, "monotonic", lambda: began + 3599 - 301)
    tokens.token(ORIGIN)
    assert asked(registered.world) == 1
    monkeypatch.setattr(time, "monotonic", lambda: began + 3599 - 298)
    tokens.token(ORIGIN)
    assert asked(registered.world) == 2


def test_the_second_secret_is_used_as_long_as_the_newest_does_not_count_yet(
    registered: Registered, line: httpx2.Client
) -> None:
    both = Secrets(("not-known-yet", registered.secret))
    assert Tokens(connection_to(registered, ORIGIN, credential=both), line).token(ORIGIN)
    neither = Secrets(("not-known-yet", "also-wrong"))
    found = refusal(connection_to(registered, ORIGIN, credential=neither), line)
    assert found.code == "AADSTS7000215"
    assert "not its Secret ID" in str(found)


def test_the_newest_valid_certificate_signs_and_the_former_until_entra_knows_it(
    registered: Registered, line: httpx2.Client
) -> None:
    former, newest, future = pair(timedelta(days=-30)), pair(), pair(timedelta(days=2))
    entra_applications.add_certificate(registered.world, registered.application.objectid, former.encode())
    connection = connection_to(registered, ORIGIN, credential=Certificates((future, newest, former)))
    assert Tokens(connection, line).token(ORIGIN)
    entra_applications.add_certificate(registered.world, registered.application.objectid, newest.encode())
    assert Tokens(connection, line).token(ORIGIN)
    assert ends_on(newest) > datetime.now(UTC)


def test_a_certificate_entra_does_not_know_and_one_that_ended(registered: Registered, line: httpx2.Client) -> None:
    unknown = refusal(connection_to(registered, ORIGIN, credential=Certificates((pair(),))), line)
    assert (unknown.code, "Upload the certificate" in str(unknown)) == ("AADSTS700027", True)
    ended = pair(timedelta(days=-30), days=-1)
    assert "no valid secret or certificate" in str(
        refusal(connection_to(registered, ORIGIN, credential=Certificates((ended,))), line)
    )


def test_a_federated_token_is_read_from_its_file_at_each_use(
    registered: Registered, line: httpx2.Client, tmp_path: Path
) -> None:
    world, file = registered.world, tmp_path / "token"
    issuer = f"{ORIGIN}/_issuer"
    entra_applications.add_federation(world, registered.application.objectid, "cluster", issuer, "system:sa:a")
    connection = connection_to(registered, ORIGIN, credential=Federation(file))
    missing = refusal(connection, line)
    assert (str(file) in str(missing), missing.permanent) == (True, False)
    file.write_text(entra_issuer.issue(world, issuer, "system:sa:other"))
    assert refusal(connection, line).code == "AADSTS700213"
    tokens = Tokens(connection, line)
    file.write_text(entra_issuer.issue(world, issuer, "system:sa:a") + "\n")
    assert tokens.token(ORIGIN)
    file.write_text("")
    tokens.forget(ORIGIN)
    with pytest.raises(SignInRefused, match="is empty"):
        tokens.token(ORIGIN)


def expired_secret(registered: Registered) -> dict[str, Any]:
    ends = registered.world.clock() - timedelta(days=1)
    _, text = entra_applications.add_secret(
        registered.world, registered.application.objectid, "old", ends, ends - timedelta(days=2)
    )
    return {"credential": Secrets((text,))}


def without_principal(registered: Registered) -> dict[str, Any]:
    found = entra_principals.principal_of(registered.world, registered.application.appid)
    assert found is not None
    entra_principals.delete_principal(registered.world, found.objectid)
    return {}


def blocked(registered: Registered) -> dict[str, Any]:
    registered.world.break_it("conditional access")
    return {}


@pytest.mark.parametrize(
    ("code", "spoil", "says"),
    [
        ("AADSTS7000222", expired_secret, "Add a new one"),
        ("AADSTS700016", lambda r: {"client_id": "11111111-1111-4111-8111-111111111111"}, "There is no application"),
        ("AADSTS90002", lambda r: {"tenant_id": "11111111-1111-4111-8111-111111111111"}, "There is no tenant"),
        ("AADSTS7000229", without_principal, "service principal"),
        ("AADSTS53003", blocked, "Conditional Access"),
    ],
)
def test_each_refusal_of_entra_says_what_to_do_and_where(
    registered: Registered, line: httpx2.Client, code: str, spoil: Any, says: str
) -> None:
    found = refusal(connection_to(registered, ORIGIN, **spoil(registered)), line)
    assert (found.code, says in str(found), found.installation) == (code, True, True)
    assert registered.secret not in str(found)


def test_an_address_the_tenant_does_not_know_names_it(registered: Registered, line: httpx2.Client) -> None:
    found = refusal(connection_to(registered, ORIGIN), line, "https://contosso.crm.dynamics.com")
    assert (found.code, "https://contosso.crm.dynamics.com" in str(found)) == ("AADSTS500011", True)


@pytest.mark.parametrize(
    ("authority", "audience"),
    [
        ("https://login.microsoftonline.com", "api://AzureADTokenExchange."),
        ("https://login.microsoftonline.us", "api://AzureADTokenExchangeUSGov."),
        ("https://login.partner.microsoftonline.cn", "api://AzureADTokenExchangeChina."),
        ("https://localhost", "api://AzureADTokenExchange."),
    ],
)
def test_the_audience_of_a_federated_token_is_that_of_the_cloud(
    registered: Registered, authority: str, audience: str
) -> None:
    found = refusal_of("AADSTS700212: no", connection_to(registered, ORIGIN, authority=authority), ORIGIN)
    assert f"it must be {audience}" in str(found)


def test_a_refusal_nobody_knows_is_told_in_entras_own_words(registered: Registered) -> None:
    text = "AADSTS9999999: The moon is in the wrong place. Trace ID: 0 Correlation ID: 0 Timestamp: 0"
    found = refusal_of(text, connection_to(registered, ORIGIN), ORIGIN)
    assert "The moon is in the wrong place." in str(found)
    assert "error?code=9999999" in str(found)
    assert "Trace ID" not in str(found)
    assert refusal_of("AADSTS90033: A transient error.", connection_to(registered, ORIGIN), ORIGIN).permanent is False


def test_a_wrong_clock_is_told_with_the_refusal(registered: Registered, line: httpx2.Client) -> None:
    now = datetime.now(UTC)
    registered.world.clock = lambda: now + timedelta(hours=2)
    certificate = pair()
    entra_applications.add_certificate(registered.world, registered.application.objectid, certificate.encode())
    found = refusal(connection_to(registered, ORIGIN, credential=Certificates((certificate,))), line)
    assert found.code == "AADSTS700024"
    assert "120 minutes behind" in str(found)


def test_small_differences_of_clocks_are_not_worth_a_word() -> None:
    assert clock_sentence(clock_offset("Thu, 01 Jan 2026 00:00:00 GMT")) != ""
    assert (clock_sentence(20.0), clock_sentence(None), clock_offset("soon")) == ("", "", None)


def test_a_refusal_is_not_asked_for_again_at_once_but_after_it_was_mended(
    registered: Registered, line: httpx2.Client
) -> None:
    tokens = Tokens(connection_to(registered, ORIGIN, credential=Secrets(("wrong",))), line)
    for _ in range(3):
        with pytest.raises(SignInRefused):
            tokens.token(ORIGIN)
    assert asked(registered.world) == 1
    tokens.forget(ORIGIN)
    with pytest.raises(SignInRefused):
        tokens.token(ORIGIN)
    assert asked(registered.world) == 2


def test_an_entra_that_fails_is_asked_again_and_then_said_to_fail(registered: Registered, line: httpx2.Client) -> None:
    registered.world.break_it("server error", {"path": "/oauth2/", "status": 503}, times=2)
    assert Tokens(connection_to(registered, ORIGIN), line).token(ORIGIN)
    registered.world.break_it("server error", {"path": "/oauth2/", "status": 503})
    with pytest.raises(ServiceDown, match="503"):
        Tokens(connection_to(registered, ORIGIN), line).token(ORIGIN)
    registered.world.mend()
    registered.world.break_it("throttle", {"path": "/oauth2/", "seconds": 7})
    with pytest.raises(ServiceDown) as throttled:
        Tokens(connection_to(registered, ORIGIN), line).token(ORIGIN)
    assert throttled.value.retry_after == 7


def test_an_authority_that_is_not_secure_is_refused(registered: Registered, line: httpx2.Client) -> None:
    assert "https://" in str(refusal(connection_to(registered, ORIGIN, authority="http://localhost"), line))


def test_an_authority_that_is_no_entra_is_told(registered: Registered) -> None:
    def nothing(_request: httpx2.Request) -> httpx2.Response:
        return httpx2.Response(404, text="<html>Not here</html>")

    with httpx2.Client(transport=httpx2.MockTransport(nothing)) as client:
        assert "Check authority" in str(refusal(connection_to(registered, ORIGIN), client))


def test_a_name_nobody_knows_is_told_as_a_typing_error() -> None:
    error = httpx2.ConnectError("no")
    error.__cause__ = socket.gaierror(-2, "Name or service not known")
    found = why_no_line("https://contosso.crm.dynamics.com/x", error)
    assert isinstance(found, CannotReach)
    assert (found.kind, "contosso.crm.dynamics.com" in str(found)) == ("dns", True)


@pytest.mark.parametrize(
    "organisation",
    [
        "https://contoso.crm9.dynamics.com",
        "https://contoso.crm.microsoftdynamics.us",
        "https://contoso.crm.appsplatform.us",
        "https://contoso.crm.dynamics.cn",
    ],
)
def test_the_clouds_of_the_united_states_and_of_china(
    world: World, standin: StandIn, monkeypatch: pytest.MonkeyPatch, organisation: str
) -> None:
    cloud = cloud_of(urlsplit(organisation).hostname or "")
    assert cloud
    graph = graph_of(cloud, urlsplit(organisation).hostname or "")
    for name, value in standin.environment().items():
        monkeypatch.setenv(name, value)
    connection = connection_to(
        register_agent(world), organisation, standin.certificates.authority, authority=AUTHORITIES[cloud],
        graph_url=graph, instance_discovery=True,
    )  # fmt: skip
    tokens = Tokens(connection)
    assert claims_of(tokens.token(organisation))["aud"] == organisation
    assert claims_of(tokens.token(graph))["aud"] == graph


def test_a_token_that_is_due_but_good_is_used_on_while_entra_cannot_be_had(
    registered: Registered, line: httpx2.Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    import time

    tokens = Tokens(connection_to(registered, ORIGIN), line)
    first, began = tokens.token(ORIGIN), time.monotonic()
    registered.world.break_it("server error", {"path": "/oauth2/", "status": 503})
    monkeypatch.setattr(time, "sleep", lambda _seconds: None)
    monkeypatch.setattr(time, "monotonic", lambda: began + 3599 - 200)
    assert tokens.token(ORIGIN) == first
    monkeypatch.setattr(time, "monotonic", lambda: began + 3599 - 20)
    with pytest.raises(ServiceDown):
        tokens.token(ORIGIN)


def test_an_entra_whose_addresses_cannot_be_read_is_down_and_not_refusing(
    registered: Registered, line: httpx2.Client
) -> None:
    registered.world.break_it("server error", {"path": "openid-configuration", "status": 502})
    with pytest.raises(ServiceDown, match="502"):
        Tokens(connection_to(registered, ORIGIN), line).token(ORIGIN)
