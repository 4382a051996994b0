"""The built-in directory: client credentials, tokens and their tampering, who am I, secrets at rest."""

import base64
import json
import stat
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from sqlalchemy import select, text
from tests.identity.conftest import Office

from leadwright.actions import people, prerequisites
from leadwright.db.people import ApplicationSecret, SigningKey
from leadwright.db.tables import metadata
from leadwright.errors import BadInput, Conflict, NotAllowed
from leadwright.identity.directory import RESOURCE, BuiltinDirectory, NotAMember, TokenRefused, directory_of
from leadwright.identity.secrets import KEY_FILE, Vault, open_vault
from leadwright.settings import Settings


def registered(office: Office, **options: Any) -> tuple[BuiltinDirectory, prerequisites.Registered]:
    made = prerequisites.register_application(office.services, office.admin, office.agent(), name="App", **options)
    return directory_of(office.services), made


def test_client_credentials_give_a_token_that_verifies(office: Office) -> None:
    directory, made = registered(office)
    token = directory.issue_token(made.clientid, made.secret.value)
    claims = directory.verify_token(token.value)
    assert claims["appid"] == made.clientid
    assert claims["tid"] == made.tenantid
    assert claims["aud"] == RESOURCE
    assert token.answer()["token_type"] == "Bearer"


@pytest.mark.parametrize(
    ("change", "code", "error"),
    [
        ({"client_secret": "wrong"}, 7000215, "invalid_client"),
        ({"client_id": "11111111-1111-1111-1111-111111111111"}, 700016, "unauthorized_client"),
        ({"scope": "api://leadwright"}, 70011, "invalid_scope"),
        ({"scope": "https://elsewhere.example/.default"}, 500011, "invalid_resource"),
    ],
)
def test_a_refused_token_is_worded_as_entra_words_it(
    small_office: Office, change: dict[str, str], code: int, error: str
) -> None:
    directory, made = registered(small_office)
    given = {"client_id": made.clientid, "client_secret": made.secret.value} | change
    with pytest.raises(TokenRefused, match=f"AADSTS{code}") as refused:
        directory.issue_token(**given)
    answer = refused.value.answer(small_office.clock())
    assert answer["error"] == error
    assert answer["error_codes"] == [code]
    assert made.secret.value not in json.dumps(answer)


def test_an_expired_secret_is_told_from_a_wrong_one(office: Office) -> None:
    directory, made = registered(office, secret_days=10)
    office.clock.move(days=11)
    with pytest.raises(TokenRefused, match="AADSTS7000222"):
        directory.issue_token(made.clientid, made.secret.value)
    with pytest.raises(TokenRefused, match="AADSTS7000215"):
        directory.issue_token(made.clientid, "wrong")


def test_two_secrets_are_valid_at_once_so_one_can_replace_the_other(small_office: Office) -> None:
    directory, made = registered(small_office)
    second = prerequisites.add_secret(small_office.services, small_office.admin, made.clientid)
    assert directory.issue_token(made.clientid, made.secret.value)
    prerequisites.remove_secret(small_office.services, small_office.admin, made.secret.keyid)
    assert directory.issue_token(made.clientid, second.value)
    with pytest.raises(TokenRefused, match="AADSTS7000215"):
        directory.issue_token(made.clientid, made.secret.value)


def _foreign() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def _unsigned(token: str, header: dict[str, str]) -> str:
    def part(value: dict[str, Any]) -> str:
        return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()

    return f"{part(header)}.{token.split('.')[1]}."


TAMPERINGS: dict[str, Callable[[dict[str, Any], dict[str, Any]], dict[str, Any]]] = {
    "another audience": lambda c, _: c | {"aud": "api://other"},
    "several audiences": lambda c, _: c | {"aud": [RESOURCE, "api://other"]},
    "another issuer": lambda c, _: c | {"iss": "urn:leadwright:other"},
    "no expiry": lambda c, _: {k: v for k, v in c.items() if k != "exp"},
    "expiry is text": lambda c, _: c | {"exp": "tomorrow"},
    "not yet valid": lambda c, _: c | {"nbf": c["nbf"] + 3600},
    "expired": lambda c, _: c | {"exp": c["iat"] - 1},
    "no application": lambda c, _: {k: v for k, v in c.items() if k != "appid"},
    "no tenant": lambda c, _: {k: v for k, v in c.items() if k != "tid"},
}


@pytest.mark.parametrize("tampering", TAMPERINGS)
def test_a_token_with_changed_claims_is_refused_even_with_our_signature(small_office: Office, tampering: str) -> None:
    directory, made = registered(small_office)
    good = directory.issue_token(made.clientid, made.secret.value).value
    claims = directory.verify_token(good)
    signer = directory.keys.signer(small_office.clock())
    bad = jwt.encode(TAMPERINGS[tampering](claims, {}), signer.private, algorithm="RS256", headers={"kid": signer.kid})
    with pytest.raises(NotAllowed):
        directory.verify_token(bad)


def test_a_token_is_refused_without_our_signature(small_office: Office) -> None:
    directory, made = registered(small_office)
    good = directory.issue_token(made.clientid, made.secret.value).value
    claims, kid = directory.verify_token(good), jwt.get_unverified_header(good)["kid"]
    signer = directory.keys.signer(small_office.clock())
    public = signer.private.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    head, body, signature = good.split(".")
    other_body = base64.urlsafe_b64encode(json.dumps(claims | {"appid": "x"}).encode()).rstrip(b"=").decode()
    bad = [
        _unsigned(good, {"alg": "none", "typ": "JWT", "kid": kid}),
        _unsigned(good, {"alg": "None", "typ": "JWT", "kid": kid}),
        jwt.encode(claims, _foreign(), algorithm="RS256", headers={"kid": kid}),
        jwt.encode(claims, signer.private, algorithm="RS256", headers={"kid": "unknown"}),
        jwt.encode(claims, signer.private, algorithm="RS256"),
        jwt.encode(claims, signer.private, algorithm="RS512", headers={"kid": kid}),
        jwt.encode(claims, signer.private, algorithm="PS256", headers={"kid": kid}),
        _hmac_with(claims, public, kid),
        f"{head}.{other_body}.{signature}",
        f"{head}.{body}.",
        f"{head}.{body}.{signature[:-6]}AAAAAA",
        "",
        "a.b.c",
        "x" * 5000,
    ]
    for token in bad:
        with pytest.raises(NotAllowed):
            directory.verify_token(token)
        with pytest.raises(NotAllowed):
            directory.who_am_i(token)


def _hmac_with(claims: dict[str, Any], public: bytes, kid: str) -> str:
    """The old trick: the public key taken as an HMAC secret."""
    import hashlib
    import hmac

    def part(value: bytes) -> str:
        return base64.urlsafe_b64encode(value).rstrip(b"=").decode()

    head = json.dumps({"alg": "HS256", "typ": "JWT", "kid": kid}).encode()
    signed = f"{part(head)}.{part(json.dumps(claims).encode())}"
    return f"{signed}.{part(hmac.new(public, signed.encode(), hashlib.sha256).digest())}"


def test_a_token_ends_after_an_hour(small_office: Office) -> None:
    directory, made = registered(small_office)
    token = directory.issue_token(made.clientid, made.secret.value).value
    small_office.clock.move(minutes=59)
    assert directory.verify_token(token)
    small_office.clock.move(minutes=1)
    with pytest.raises(NotAllowed):
        directory.verify_token(token)


def test_a_replaced_signing_key_verifies_what_it_signed_until_it_retires(office: Office) -> None:
    directory, made = registered(office)
    before = directory.issue_token(made.clientid, made.secret.value).value
    directory.keys.rotate(office.clock())
    after = directory.issue_token(made.clientid, made.secret.value).value
    assert jwt.get_unverified_header(before)["kid"] != jwt.get_unverified_header(after)["kid"]
    assert directory.verify_token(before)
    assert directory.verify_token(after)
    assert len(directory.keys.jwks(office.clock())["keys"]) == 2
    office.clock.move(hours=2)
    assert len(directory.keys.jwks(office.clock())["keys"]) == 1


def test_the_signing_key_is_replaced_every_ninety_days(small_office: Office) -> None:
    directory, made = registered(small_office)
    first = directory.keys.signer(small_office.clock()).kid
    small_office.clock.move(days=89)
    assert directory.keys.signer(small_office.clock()).kid == first
    small_office.clock.move(days=1)
    assert directory.keys.signer(small_office.clock()).kid != first
    assert directory.issue_token(made.clientid, made.secret.value)


def test_the_published_keys_verify_a_token_elsewhere(small_office: Office) -> None:
    directory, made = registered(small_office)
    token = directory.issue_token(made.clientid, made.secret.value).value
    key = jwt.PyJWKSet.from_dict(directory.keys.jwks(small_office.clock()))[jwt.get_unverified_header(token)["kid"]]
    claims = jwt.decode(
        token,
        key,
        algorithms=["RS256"],
        audience=RESOURCE,
        options={"verify_exp": False, "verify_nbf": False, "verify_iat": False},
    )
    assert claims["appid"] == made.clientid


def test_who_am_i_answers_the_application_user_and_refuses_everyone_else(office: Office) -> None:
    directory, made = registered(office)
    token = directory.issue_token(made.clientid, made.secret.value).value
    with pytest.raises(NotAMember, match="The user is not a member of the organization"):
        directory.who_am_i(token)
    with office.services.database.reading() as session:
        agentid = session.scalar(text("SELECT agentid FROM agent"))
    assert agentid
    user = prerequisites.create_application_user(office.services, office.admin, agentid, clientid=made.clientid)
    assert directory.who_am_i(token).answer()["UserId"] == user
    people.disable_user(office.services, office.admin, user)
    with pytest.raises(NotAMember):
        directory.who_am_i(token)


def test_no_secret_and_no_private_key_is_in_the_database_in_clear(office: Office) -> None:
    directory, made = registered(office)
    directory.issue_token(made.clientid, made.secret.value)
    private = directory.keys.signer(office.clock()).private.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    canaries = [made.secret.value, private.decode().splitlines()[5], "PRIVATE KEY", "a test key that is long enough"]
    with office.services.database.reading() as session:
        everything = "".join(str(session.execute(select(t)).all()) for t in metadata.sorted_tables)
        assert session.scalars(select(ApplicationSecret.sealed)).all()
        assert session.scalars(select(SigningKey.sealed)).all()
    for canary in canaries:
        assert canary not in everything


def test_the_key_file_is_made_once_and_for_its_owner_alone(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path / "data")
    sealed = open_vault(settings).seal("hush", "test")
    file = tmp_path / "data" / KEY_FILE
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert [p.name for p in file.parent.iterdir()] == [KEY_FILE]
    assert open_vault(settings).open(sealed, "test") == "hush"
    file.chmod(0o644)
    with pytest.raises(BadInput, match="chmod 600"):
        open_vault(settings)


def test_many_who_make_the_key_at_once_end_with_the_same_one(tmp_path: Path) -> None:
    from concurrent.futures import ThreadPoolExecutor

    settings = Settings(data_dir=tmp_path)
    with ThreadPoolExecutor(8) as pool:
        sealed = list(pool.map(lambda _: open_vault(settings).seal("hush", "test"), range(16)))
    assert {open_vault(settings).open(s, "test") for s in sealed} == {"hush"}


def test_a_sealed_text_opens_only_unchanged_for_its_purpose_and_with_its_key() -> None:
    vault = Vault(["first key, long enough"])
    sealed = vault.seal("hush", "applicationsecret:1")
    assert vault.seal("hush", "applicationsecret:1") != sealed
    assert vault.open(sealed, "applicationsecret:1") == "hush"
    changed = sealed[:-3] + ("A" if sealed[-3] != "A" else "B") + sealed[-2:]
    for wrong, purpose in ((sealed, "applicationsecret:2"), (changed, "applicationsecret:1"), ("hush", "x")):
        with pytest.raises(Conflict):
            vault.open(wrong, purpose)
    with pytest.raises(Conflict, match="another key"):
        Vault(["second key, long enough"]).open(sealed, "applicationsecret:1")


def test_a_key_is_replaced_by_putting_the_new_one_on_top() -> None:
    old = Vault(["first key, long enough"]).seal("hush", "test")
    both = Vault(["second key, long enough", "first key, long enough"])
    assert both.open(old, "test") == "hush"
    assert not both.current(old)
    assert both.current(both.seal("hush", "test"))


def test_a_short_key_is_refused(tmp_path: Path) -> None:
    (tmp_path / "secret.key").write_text("short")
    (tmp_path / "secret.key").chmod(0o600)
    with pytest.raises(BadInput, match="16 characters"):
        open_vault(Settings(data_dir=tmp_path))


def test_the_agents_own_token_is_kept_and_dropped_when_its_secret_goes(small_office: Office) -> None:
    directory, made = registered(small_office)
    first = directory.own_token(made.clientid)
    assert directory_of(small_office.services).own_token(made.clientid) is first
    small_office.clock.move(minutes=56)
    second = directory.own_token(made.clientid)
    assert second.expires_at - first.expires_at == timedelta(minutes=56)
    small_office.clock.move(days=-1)
    set_back = directory.own_token(made.clientid)
    assert directory.verify_token(set_back.value)["appid"] == made.clientid
    assert directory.own_token(made.clientid) is set_back
    prerequisites.remove_secret(small_office.services, small_office.admin, made.secret.keyid)
    with pytest.raises(TokenRefused, match="no client secret"):
        directory.own_token(made.clientid)
