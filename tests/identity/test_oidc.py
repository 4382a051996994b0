"""Signing in with a provider that really signs: who is let in, and twenty tampered tokens, each refused."""

import base64
import hmac
import json
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from sqlalchemy import func, select
from tests.identity.conftest import PASSWORD, QUICK, Office
from tests.identity.oidc_provider import CLIENT, SECRET, OidcProvider, new_key, running_provider, sign

from leadwright.actions import external_sign_in as act
from leadwright.actions import people
from leadwright.actions.identity_providers import ProviderForm, save_provider
from leadwright.actions.own_account import disconnect
from leadwright.db.people import SystemUser, WebSession
from leadwright.db.sign_in import ExternalIdentity, IdentityProvider
from leadwright.errors import BadInput, Conflict, LeadwrightError, NotAllowed
from leadwright.identity import oidc
from leadwright.identity.issuers import check_issuer
from leadwright.identity.oidc import SignInRefused
from leadwright.identity.sessions import Device, SignedIn, session_of

SAM = {"sub": "sam-1", "email": "sam.seller@example.com", "email_verified": True, "name": "Sam Seller"}


@pytest.fixture
def provider() -> Iterator[OidcProvider]:
    oidc._discovered.clear()
    with running_provider() as running:
        running.subject = dict(SAM)
        yield running


def _configured(office: Office, provider: OidcProvider, **more: Any) -> str:
    provider.now = lambda: office.clock().timestamp()
    form = ProviderForm("Works", provider.issuer, CLIENT, SECRET, **more)
    return save_provider(office.services, office.admin, form)


def _go(office: Office, provider: OidcProvider, providerid: str, **more: Any) -> SignedIn:
    begun = act.start(office.services, providerid, **more)
    return _back(office, providerid, begun.sealed, provider.authorize(begun.url))


def _back(office: Office, providerid: str, sealed: str, url: str, **more: Any) -> SignedIn:
    query = {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}
    opened, _ = act.come_back(office.services, providerid, sealed, query, Device("10.0.0.9", "Browser"), **more)
    return opened  # type: ignore[return-value]


def test_people_a_setting_allows_are_created_with_its_role_and_known_by_their_subject(
    office: Office, provider: OidcProvider
) -> None:
    providerid = _configured(office, provider, create_role="Salesperson", domains="example.com")
    first = _go(office, provider, providerid)
    found = session_of(office.services, first.token)
    assert found is not None
    assert found.principal.roles == {"Salesperson"}
    provider.subject["email"] = "renamed@example.com"
    assert _go(office, provider, providerid).systemuserid == first.systemuserid
    provider.subject = SAM | {"sub": "somebody-else"}
    with pytest.raises(NotAllowed, match="Sign in with your password and connect"):
        _go(office, provider, providerid)
    provider.subject = SAM | {"sub": "3", "email": "sam@elsewhere.example"}
    with pytest.raises(NotAllowed, match=r"People of elsewhere\.example are not let in"):
        _go(office, provider, providerid)
    provider.subject = SAM | {"sub": "4", "email": "new@example.com", "email_verified": False}
    with pytest.raises(NotAllowed, match="does not vouch"):
        _go(office, provider, providerid)


def test_whom_nobody_knows_is_refused_unless_a_role_is_set(small_office: Office, provider: OidcProvider) -> None:
    providerid = _configured(small_office, provider)
    with pytest.raises(NotAllowed, match="ask an administrator to invite you"):
        _go(small_office, provider, providerid)
    with small_office.services.database.reading() as session:
        assert session.scalar(select(func.count()).select_from(SystemUser)) == 1


def test_a_person_connects_the_account_and_disconnects_it(small_office: Office, provider: OidcProvider) -> None:
    providerid = _configured(small_office, provider)
    sam = small_office.person("Sam Seller", "Salesperson")
    who = small_office.who(sam)
    begun = act.start(small_office.services, providerid, connects=sam)
    url = provider.authorize(begun.url)
    with pytest.raises(NotAllowed, match="Your session has ended"):
        _back(small_office, providerid, begun.sealed, url)
    begun = act.start(small_office.services, providerid, connects=sam)
    assert _back(small_office, providerid, begun.sealed, provider.authorize(begun.url), who=who) is None
    assert _go(small_office, provider, providerid).systemuserid == sam
    people.disable_user(small_office.services, small_office.admin, sam)
    with pytest.raises(NotAllowed, match="disabled"):
        _go(small_office, provider, providerid)
    people.disable_user(small_office.services, small_office.admin, sam, disabled=False)
    begun = act.start(small_office.services, providerid, connects=small_office.adminid)
    with pytest.raises(Conflict, match="belongs to somebody else"):
        _back(small_office, providerid, begun.sealed, provider.authorize(begun.url), who=small_office.admin)
    with pytest.raises(BadInput, match="current password"):
        disconnect(small_office.services, who, sam, provider.issuer, "sam-1", "a guess", passwords=QUICK)
    disconnect(small_office.services, who, sam, provider.issuer, "sam-1", PASSWORD, passwords=QUICK)
    with pytest.raises(NotAllowed):
        _go(small_office, provider, providerid)


def test_keys_may_change_at_any_time_without_a_restart(small_office: Office, provider: OidcProvider) -> None:
    providerid = _configured(small_office, provider, create_role="Salesperson")
    assert _go(small_office, provider, providerid)
    for kid in ("k2", "k3"):
        provider.rotate(kid)
        assert _go(small_office, provider, providerid)
    provider.published = []
    with pytest.raises(LeadwrightError):
        _go(small_office, provider, providerid)


def _b64(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def _unsigned(provider: OidcProvider, claims: dict[str, Any]) -> str:
    return ".".join([*(_b64(json.dumps(p).encode()) for p in ({"alg": "none"}, claims)), ""])


def _by_public_key(provider: OidcProvider, claims: dict[str, Any]) -> str:
    parts = [_b64(json.dumps(p).encode()) for p in ({"alg": "HS256", "kid": provider.key.kid}, claims)]
    signature = hmac.digest(provider.key.as_pem(private=False), ".".join(parts).encode(), "sha256")
    return ".".join([*parts, _b64(signature)])


def _edited(provider: OidcProvider, claims: dict[str, Any]) -> str:
    head, _, end = sign(provider.key, claims).split(".")
    return f"{head}.{_b64(json.dumps(claims | {'sub': 'ada'}).encode())}.{end}"


def _own_key_in_header(provider: OidcProvider, claims: dict[str, Any]) -> str:
    mine = new_key("mine", "stranger")
    return sign(mine, claims, jwk=mine.as_dict(private=False))


def _but(**changed: Any) -> Callable[[OidcProvider, dict[str, Any]], str]:
    def forge(provider: OidcProvider, claims: dict[str, Any]) -> str:
        return sign(provider.key, {n: v for n, v in (claims | changed).items() if v is not None})

    return forge


def _at(name: str, seconds: int) -> Callable[[OidcProvider, dict[str, Any]], str]:
    return lambda provider, claims: sign(provider.key, claims | {name: int(provider.now()) + seconds})


TAMPERED: dict[str, Callable[[OidcProvider, dict[str, Any]], str]] = {
    "unsigned": _unsigned,
    "signed with the public key as a password": _by_public_key,
    "content edited after signing": _edited,
    "signature cut": lambda p, c: sign(p.key, c)[:-12],
    "signature of another token": lambda p, c: (
        sign(p.key, c).rpartition(".")[0] + "." + sign(p.key, c | {"sub": "x"}).rpartition(".")[2]
    ),
    "signed by a stranger under the known key id": lambda p, c: sign(new_key(str(p.key.kid), "stranger"), c),
    "signed by a stranger under an unknown key id": lambda p, c: sign(new_key("other", "stranger"), c),
    "brings its own key": _own_key_in_header,
    "of another issuer": _but(iss="https://evil.example"),
    "without an issuer": _but(iss=None),
    "for another client": _but(aud="another-client"),
    "without an audience": _but(aud=None),
    "for several clients": _but(aud=[CLIENT, "another-client"]),
    "of another party": _but(aud=[CLIENT, "another-client"], azp="another-client"),
    "of another sign-in": _but(nonce="a nonce of yesterday"),
    "without a nonce": _but(nonce=None),
    "expired": _at("exp", -120),
    "without an end": _but(exp=None),
    "from the future": _at("iat", 3600),
    "issued long ago": _at("iat", -7200),
    "not valid yet": _at("nbf", 3600),
    "without a subject": _but(sub=None),
    "with an empty subject": _but(sub=""),
    "with a list as subject": _but(sub=["sam-1"]),
    "with a wrong hash of the access token": _but(at_hash="AAAAAAAAAAAAAAAAAAAAAA"),
    "no token at all": lambda p, c: "not.a.token",
}


def test_at_least_twenty_tampered_tokens_are_tried() -> None:
    assert len(TAMPERED) >= 20


@pytest.mark.parametrize("name", list(TAMPERED))
def test_a_tampered_token_is_refused_and_opens_nothing(small_office: Office, provider: OidcProvider, name: str) -> None:
    providerid = _configured(small_office, provider, create_role="Salesperson")
    provider.forge = TAMPERED[name]
    with pytest.raises(SignInRefused, match="could not be confirmed"):
        _go(small_office, provider, providerid)
    with small_office.services.database.reading() as session:
        assert session.scalar(select(func.count()).select_from(WebSession)) == 0
        assert session.scalar(select(func.count()).select_from(ExternalIdentity)) == 0
    provider.forge = None
    assert _go(small_office, provider, providerid), "the honest token of the same provider lets in"


def test_an_answer_of_another_sign_in_is_refused(small_office: Office, provider: OidcProvider) -> None:
    office, providerid = small_office, _configured(small_office, provider, create_role="Salesperson")
    begun, other = (act.start(office.services, providerid) for _ in range(2))
    url = provider.authorize(begun.url)
    for sealed in (other.sealed, "", begun.sealed[:-4] + "AAAA"):
        with pytest.raises(SignInRefused):
            _back(office, providerid, sealed, url)
    with pytest.raises(SignInRefused):
        _back(office, providerid, begun.sealed, url.replace("iss=", "iss=https%3A%2F%2Fevil.example%2F&was="))
    with pytest.raises(SignInRefused):
        _back(office, providerid, begun.sealed, url.replace("&iss=", "&was="))
    with pytest.raises(SignInRefused):
        _back(office, providerid, begun.sealed, url.split("?")[0] + "?error=access_denied")
    assert _back(office, providerid, begun.sealed, url)
    with pytest.raises(SignInRefused):
        _back(office, providerid, begun.sealed, url)
    late = act.start(office.services, providerid)
    url = provider.authorize(late.url)
    office.clock.move(minutes=11)
    with pytest.raises(SignInRefused):
        _back(office, providerid, late.sealed, url)


def test_the_client_secret_is_sealed_and_a_provider_is_asked_before_it_is_kept(
    small_office: Office, provider: OidcProvider
) -> None:
    office, providerid = small_office, _configured(small_office, provider)
    with office.services.database.reading() as session:
        sealed = session.get_one(IdentityProvider, providerid).sealedclientsecret
    assert sealed
    assert SECRET not in sealed
    oidc._discovered.clear()
    provider.document["issuer"] = "https://another.example"
    with pytest.raises(BadInput, match=r"calls itself https://another\.example"):
        _configured(office, provider)
    seller = office.who(office.person("Sam Seller", "Salesperson"))
    with pytest.raises(NotAllowed, match="prvConfigureSignIn"):
        save_provider(office.services, seller, ProviderForm("X", provider.issuer, CLIENT))


@pytest.mark.parametrize(
    "issuer",
    [
        "http://provider.example",
        "https://login.microsoftonline.com/common/v2.0",
        "https://user@provider.example",
        "https://provider.example/?x=1",
        "file:///etc/passwd",
        "",
    ],
)
def test_an_issuer_that_cannot_be_trusted_is_refused(issuer: str) -> None:
    with pytest.raises(BadInput):
        check_issuer(issuer)
