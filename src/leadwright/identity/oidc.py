"""OpenID Connect, code flow with PKCE: to a provider and back, and what its signed token says about a person.

Whoever that person is here is not decided here. Nothing of a provider is kept but its discovery document, for a minute:
its keys are read at each sign-in, so that they may change at any time.
"""

import hmac
import json
import ssl
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from secrets import token_urlsafe
from threading import Lock
from typing import Any
from urllib.parse import quote_plus, urlencode, urlsplit

import httpx2
import structlog
from authlib.oauth2.rfc7636 import create_s256_code_challenge
from authlib.oidc.core import CodeIDToken
from joserfc import jws, jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from leadwright.errors import NotAllowed, ProviderError
from leadwright.identity.issuers import ENTRA, LOOPBACK, check_issuer

ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512")
SCOPE = "openid profile email"
_KEY_TYPES = frozenset({"RSA", "EC"})
_SECONDS, _MOST_BYTES = 10.0, 1_000_000
_LEEWAY, _OLDEST = 60, 600  # seconds
_KEPT_SECONDS = 60.0
_MADE_FOR = {"authorization_endpoint", "token_endpoint", "jwks_uri"}
_log = structlog.get_logger(__name__)
_discovered: dict[str, tuple[float, Mapping[str, Any]]] = {}
_discovering = Lock()


@dataclass(frozen=True, slots=True)
class Provider:
    """A provider as it is configured.

    Args:
        secret: opens the client secret; None for a client without one.
        proofs: what the application proves itself by at a token endpoint, as fields of its form, the newest first;
            they come before the secret.
        create_role: role of people it knows and we do not; empty: they are refused.
        domains: of their email addresses; empty: every one.
        links_by_email: an address it vouches for finds the account that has it.
        is_tenant: it is the Entra tenant of the organisation whose users are mirrored here: object ids and sign-in
            names find them.
        ca_file: PEM of further authorities to trust towards it.
    """

    id: str
    name: str
    issuer: str
    client_id: str
    secret: Callable[[], str] | None
    create_role: str = ""
    domains: tuple[str, ...] = ()
    links_by_email: bool = False
    is_tenant: bool = False
    ca_file: Path | None = None
    proofs: Callable[[str, datetime], Iterable[Mapping[str, str]]] | None = None


@dataclass(frozen=True, slots=True)
class Errand:
    """One sign-in on its way; the browser brings it back sealed."""

    state: str
    nonce: str
    verifier: str


@dataclass(frozen=True, slots=True)
class Subject:
    """Who the provider says it is.

    Args:
        email: an address the provider vouches for; empty: none.
        shown: address or name, for people to read.
        is_strong: the provider asked for two factors.
        objectid: of the person in the tenant of the organisation; empty for other providers.
    """

    issuer: str
    subject: str
    email: str
    fullname: str
    shown: str
    is_strong: bool
    objectid: str = ""


class SignInRefused(NotAllowed):
    """The provider's answer was not good. `why` is for the log, `error` what OAuth calls it."""

    def __init__(self, why: str, error: str = "") -> None:
        super().__init__("This sign-in could not be confirmed. Start it again, or tell an administrator.")
        self.why, self.error = why, error


def discover(issuer: str, ca_file: Path | None = None) -> Mapping[str, Any]:
    """What the provider publishes about itself. Kept for a minute.

    Args:
        ca_file: PEM of further authorities to trust towards it.

    Raises:
        ProviderError: it cannot be read, or is not about this issuer.
        BadInput: the settings name an issuer that nobody should trust.
    """
    check_issuer(issuer)
    with _discovering:
        kept = _discovered.get(issuer)
        if kept is not None and time.monotonic() - kept[0] < _KEPT_SECONDS:
            return kept[1]
    found = _json(issuer, "GET", f"{issuer.rstrip('/')}/.well-known/openid-configuration", ca_file=ca_file)
    if found.get("issuer") != issuer:
        raise ProviderError(
            f"{_host(issuer)} calls itself {str(found.get('issuer'))[:200]}. Enter exactly that as the issuer.",
            permanent=True,
        )
    for name in _MADE_FOR:
        _check_endpoint(issuer, found.get(name), name)
    with _discovering:
        _discovered[issuer] = (time.monotonic(), found)
    return found


def tenant_issuer(authority: str, tenant: str, ca_file: Path | None = None) -> str:
    """The issuer of an Entra tenant's ID tokens, which names the tenant by its ID.

    Args:
        tenant: its ID, or one of its domains: then Entra is asked.

    Raises:
        ProviderError: Entra cannot be asked, or knows no such tenant.
    """
    named = f"{authority}/{tenant}/v2.0"
    if "." not in tenant:
        return named
    return str(_json(named, "GET", f"{named}/.well-known/openid-configuration", ca_file=ca_file).get("issuer"))


def new_errand() -> Errand:
    """A sign-in that nobody can guess."""
    return Errand(token_urlsafe(32), token_urlsafe(32), token_urlsafe(48))


def authorization_url(provider: Provider, errand: Errand, redirect_uri: str) -> str:
    """Where the browser goes to sign in.

    Raises:
        ProviderError: the provider cannot be asked.
    """
    endpoint = str(discover(provider.issuer, provider.ca_file)["authorization_endpoint"])
    query = {
        "response_type": "code",
        "client_id": provider.client_id,
        "redirect_uri": redirect_uri,
        "scope": SCOPE,
        "state": errand.state,
        "nonce": errand.nonce,
        "code_challenge": create_s256_code_challenge(errand.verifier),
        "code_challenge_method": "S256",
    }
    return f"{endpoint}{'&' if '?' in endpoint else '?'}{urlencode(query)}"


def finish(
    provider: Provider, errand: Errand, answer: Mapping[str, str], redirect_uri: str, moment: datetime
) -> Subject:
    """Exchange the code for a token and read whom it is about.

    Args:
        answer: the query the provider sent the browser back with.

    Raises:
        SignInRefused: the answer or the token is not good.
        ProviderError: the provider cannot be asked.
    """
    if not hmac.compare_digest(answer.get("state", "").encode(), errand.state.encode()):
        raise SignInRefused("another state than was sent")
    known = discover(provider.issuer, provider.ca_file)
    said = answer.get("iss")
    if said is None and known.get("authorization_response_iss_parameter_supported") is True:
        raise SignInRefused("no issuer in the answer")
    if said is not None and said != provider.issuer:
        raise SignInRefused("the answer of another issuer")
    if answer.get("error") or not answer.get("code"):
        raise SignInRefused(f"the provider says {answer.get('error', 'nothing')[:100]}")
    token = _exchange(provider, known, errand, answer["code"], redirect_uri, moment)
    claims = verify(provider, errand.nonce, token, keys_of(provider.issuer, known, provider.ca_file), moment)
    return _subject(provider, claims)


def keys_of(issuer: str, known: Mapping[str, Any], ca_file: Path | None = None) -> KeySet:
    """The provider's keys at this moment, without those that are not made for signatures.

    Raises:
        ProviderError: there is none to be had.
    """
    found = _json(issuer, "GET", str(known["jwks_uri"]), ca_file=ca_file).get("keys")
    keys = [
        key
        for key in (found if isinstance(found, list) else [])
        if isinstance(key, dict) and key.get("kty") in _KEY_TYPES and key.get("use", "sig") == "sig"
    ]
    try:
        return KeySet.import_key_set({"keys": keys})
    except (JoseError, ValueError, KeyError, TypeError) as error:
        raise ProviderError(f"{_host(issuer)} publishes no key that can be used.") from error


def verify(
    provider: Provider, nonce: str, answer: Mapping[str, Any], keys: KeySet, moment: datetime
) -> Mapping[str, Any]:
    """The claims of an ID token that this provider signed, for us, for this very sign-in.

    Args:
        answer: of the token endpoint: `id_token`, perhaps `access_token`.

    Raises:
        SignInRefused: anything about it is wrong.
    """
    token = answer.get("id_token")
    if not isinstance(token, str):
        raise SignInRefused("no ID token")
    now = int(moment.timestamp())
    registry = jws.JWSRegistry(algorithms=list(ALGORITHMS), strict_check_header=False)
    try:
        read = jwt.decode(token, keys, algorithms=list(ALGORITHMS), registry=registry)
        claims = CodeIDToken(
            read.claims,
            read.header,
            options={
                "iss": {"essential": True, "value": provider.issuer},
                "sub": {"essential": True},
                "aud": {"essential": True, "value": provider.client_id},
                "exp": {"essential": True},
                "iat": {"essential": True},
                "nonce": {"essential": True, "value": nonce},
            },
            params={
                "nonce": nonce,
                "client_id": provider.client_id,
                "access_token": answer.get("access_token"),
            },
        )
        claims.validate(now=now, leeway=_LEEWAY)
    except (JoseError, ValueError, TypeError, KeyError) as error:
        raise SignInRefused(f"{type(error).__name__}: {error}"[:300]) from error
    _check_more(provider, read.claims, now)
    return read.claims


def _check_more(provider: Provider, claims: Mapping[str, Any], now: int) -> None:
    """What the library leaves open: one audience, an honest subject, no token from another hour."""
    audience = claims["aud"]
    if isinstance(audience, list) and (len(audience) > 1 and claims.get("azp") != provider.client_id):
        raise SignInRefused("a token for several")
    subject, issued = claims["sub"], claims["iat"]
    if not isinstance(subject, str) or not 0 < len(subject) <= 255 or not subject.isprintable():
        raise SignInRefused("no usable subject")
    if isinstance(issued, bool) or not isinstance(issued, int | float) or not -_LEEWAY <= now - issued <= _OLDEST:
        raise SignInRefused("issued at another time")


def _exchange(
    provider: Provider, known: Mapping[str, Any], errand: Errand, code: str, redirect_uri: str, moment: datetime
) -> Mapping[str, Any]:
    """The token for a code. A client that is not taken has not used the code up: it proves itself by the next."""
    form = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": redirect_uri,
        "code_verifier": errand.verifier,
        "client_id": provider.client_id,
    }
    endpoint, basic = str(known["token_endpoint"]), None
    for proof in _proofs(provider, endpoint, moment):
        try:
            return _json(provider.issuer, "POST", endpoint, form=form | dict(proof), ca_file=provider.ca_file)
        except SignInRefused as error:
            if error.error != "invalid_client":
                raise
    if provider.secret is not None:
        methods = known.get("token_endpoint_auth_methods_supported") or ["client_secret_basic"]
        if "client_secret_post" in methods:
            form["client_secret"] = provider.secret()
        else:
            basic = (quote_plus(provider.client_id), quote_plus(provider.secret()))
    return _json(provider.issuer, "POST", endpoint, form=form, basic=basic, ca_file=provider.ca_file)


def _proofs(provider: Provider, endpoint: str, moment: datetime) -> Iterator[Mapping[str, str]]:
    """How the connection proves itself. Where it cannot just now, a secret of the provider itself counts alone."""
    try:
        if provider.proofs:
            yield from provider.proofs(endpoint, moment)
    except SignInRefused as refused:
        if provider.secret is None:
            raise
        _log.warning("the connection could not prove itself at a sign-in", why=refused.why)


def _json(
    issuer: str,
    method: str,
    url: str,
    *,
    form: Mapping[str, str] | None = None,
    basic: tuple[str, str] | None = None,
    ca_file: Path | None = None,
) -> dict[str, Any]:
    where = _host(issuer)
    try:
        with (
            httpx2.Client(timeout=_SECONDS, follow_redirects=False, verify=_trust(ca_file)) as client,
            client.stream(method, url, data=form, auth=basic, headers={"Accept": "application/json"}) as answer,
        ):
            body = b""
            for chunk in answer.iter_bytes():
                body += chunk
                if len(body) > _MOST_BYTES:
                    raise ProviderError(f"{where} answers with more than can be read.")
            status = answer.status_code
    except (httpx2.HTTPError, httpx2.InvalidURL, OSError) as error:
        raise ProviderError(f"{where} cannot be reached. Try again in a moment, or sign in with a password.") from error
    found = _parsed(body)
    if method == "POST" and 400 <= status < 500:
        said = str(found.get("error"))[:100]
        raise SignInRefused(f"the token endpoint says {status} {said}", said)
    if status != httpx2.codes.OK or not found:
        raise ProviderError(f"{where} gives no usable answer ({status}). Check the issuer's address.")
    return found


def _trust(ca_file: Path | None) -> ssl.SSLContext:
    """The machine's authorities, and the given ones."""
    context = httpx2.create_ssl_context()
    if ca_file is not None:
        context.load_verify_locations(cafile=ca_file)
    return context


def _parsed(body: bytes) -> dict[str, Any]:
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def _check_endpoint(issuer: str, endpoint: object, name: str) -> None:
    try:
        parts = urlsplit(endpoint if isinstance(endpoint, str) else "")
        loopback = urlsplit(issuer).hostname in LOOPBACK and parts.hostname in LOOPBACK
        safe = bool(parts.hostname) and (parts.scheme == "https" or (parts.scheme == "http" and loopback))
    except ValueError:
        safe = False
    if not safe:
        raise ProviderError(f"{_host(issuer)} names no usable {name} (https://).", permanent=True)


def _subject(provider: Provider, claims: Mapping[str, Any]) -> Subject:
    email, name = _vouched(provider, claims), str(claims.get("name") or "")[:200]
    shown = str(claims.get("email") or claims.get("preferred_username") or name or claims["sub"])[:320]
    methods = claims.get("amr")
    strong = isinstance(methods, list) and "mfa" in methods
    name = name or email.partition("@")[0]
    return Subject(provider.issuer, claims["sub"], email, name, shown, strong, _objectid(provider, claims))


def _objectid(provider: Provider, claims: Mapping[str, Any]) -> str:
    given = claims.get("oid")
    return given.casefold() if provider.is_tenant and isinstance(given, str) and len(given) <= 36 else ""


def _vouched(provider: Provider, claims: Mapping[str, Any]) -> str:
    """An address the provider says is theirs. Entra proves the domain of a member's sign-in name, not of `email`."""
    verified = claims.get("email_verified") is True or claims.get("xms_edov") in (True, 1, "1", "true")
    given = claims.get("email") if verified else None
    is_entra = provider.is_tenant or _host(provider.issuer) == ENTRA
    if given is None and is_entra and "#ext#" not in str(claims.get("preferred_username", "")).casefold():
        given = claims.get("preferred_username")
    return given.strip().casefold() if isinstance(given, str) and "@" in given else ""


def _host(issuer: str) -> str:
    return urlsplit(issuer).hostname or issuer
