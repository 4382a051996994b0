"""Who asks for a token: an application that proves itself by secret, certificate or another issuer's token."""

import base64
import binascii
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import unquote_plus

import jwt
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import rsa

from leadwright.sandbox.dynamics import entra_applications, entra_issuer, entra_principals
from leadwright.sandbox.dynamics.entra_applications import Application, Certificate
from leadwright.sandbox.dynamics.entra_errors import aadsts
from leadwright.sandbox.dynamics.entra_resources import PUBLIC_CLIENTS
from leadwright.sandbox.dynamics.entra_tenant import looks_like_a_tenant, tenant_named
from leadwright.sandbox.dynamics.world import World

ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
ANY_TENANT = frozenset({"common", "organizations", "consumers"})
_LEEWAY = 300
_LONGEST = 86400  # an assertion that says it is good for longer is refused


@dataclass(frozen=True, slots=True)
class Asked:
    """A request to the token endpoint: the tenant of its path, its form, its headers."""

    tenant: str
    form: Mapping[str, str]
    authorization: str
    host: str


@dataclass(frozen=True, slots=True)
class Client:
    """The application that asks. `proof` is "secret", "certificate", "federation" or "" for none."""

    appid: str
    displayname: str
    registration: Application | None
    proof: str


def tenant_of(world: World, name: str) -> str:
    """The tenant id of a path; common and organizations stand for the stand-in's own.

    Raises:
        Aadsts: 90002 or 900023.
    """
    if name.lower() in ANY_TENANT:
        return world.tenantid
    found = tenant_named(world, name)
    if found is None:
        raise aadsts(90002 if looks_like_a_tenant(name) else 900023, tenant=name)
    return found


def find_client(world: World, appid: str, tenant: str) -> Client:
    """The application with this client id in this tenant, unproven.

    Raises:
        Aadsts: 700016, 50194, 7000229 or 7000112.
    """
    tenantid = tenant_of(world, tenant)
    public = next((c for c in PUBLIC_CLIENTS if c.appid == appid.lower()), None)
    found = entra_applications.application_of(world, appid)
    if (found is None and public is None) or tenantid != world.tenantid:
        raise aadsts(700016, app=appid, tenant=tenant)
    if found and tenant.lower() in ANY_TENANT and found.audience == entra_applications.ONE_TENANT:
        raise aadsts(50194, app=appid)
    principal = entra_principals.principal_of(world, appid)
    if principal is None:
        raise aadsts(7000229, app=appid, tenant=tenant)
    if not principal.enabled:
        raise aadsts(7000112, app=appid, name=principal.displayname)
    return Client(principal.appid, principal.displayname, found, "")


def prove(world: World, asked: Asked) -> Client:
    """The application that asks, with what it proved itself by.

    Raises:
        Aadsts: what is wrong with it.
    """
    appid, secret = _basic(asked)
    if not appid:
        raise aadsts(900144, name="client_id")
    client = find_client(world, appid, asked.tenant)
    assertion = asked.form.get("client_assertion", "")
    if not (secret or assertion):
        return client
    if client.registration is None:
        raise aadsts(700025)
    if secret:
        _check_secret(world, client.registration, secret)
        return Client(client.appid, client.displayname, client.registration, "secret")
    if asked.form.get("client_assertion_type") != ASSERTION_TYPE:
        raise aadsts(900144, name="client_assertion_type")
    proof = _check_assertion(world, client.registration, assertion, asked)
    return Client(client.appid, client.displayname, client.registration, proof)


def _basic(asked: Asked) -> tuple[str, str]:
    """Client id and secret out of the form or of HTTP Basic."""
    appid, secret = asked.form.get("client_id", ""), asked.form.get("client_secret", "")
    scheme, _, encoded = asked.authorization.partition(" ")
    if scheme.lower() == "basic":
        try:
            name, _, text = base64.b64decode(encoded, validate=True).decode().partition(":")
        except (binascii.Error, UnicodeDecodeError) as error:
            raise aadsts(7000218) from error
        appid, secret = appid or unquote_plus(name), secret or unquote_plus(text)
    return appid, secret


def _check_secret(world: World, registration: Application, text: str) -> None:
    held = [s for s in entra_applications.secrets_of(world, registration.objectid) if _fits(s, text)]
    if not held:
        raise aadsts(7000215, app=registration.appid)
    if not any(s.startsat <= world.clock() < s.endsat for s in held):
        raise aadsts(7000222, app=registration.appid)


def _fits(secret: entra_applications.Secret, text: str) -> bool:
    return entra_applications.is_text_of(secret, text)


def _check_assertion(world: World, registration: Application, assertion: str, asked: Asked) -> str:
    try:
        header = jwt.get_unverified_header(assertion)
        claims = jwt.decode(assertion, options={"verify_signature": False})
    except jwt.PyJWTError as error:
        raise aadsts(50027) from error
    if str(claims.get("iss", "")).lower() != registration.appid:
        _check_federated(world, registration, assertion, claims, header, asked.host)
        return "federation"
    _check_certificate(world, registration, assertion, header)
    if str(claims.get("sub", "")).lower() != registration.appid:
        raise aadsts(700021)
    if not _audiences(world, asked).intersection(_listed(claims.get("aud"))):
        raise aadsts(700023)
    _check_times(world, claims)
    _check_replay(world, registration.appid, claims, assertion)
    return "certificate"


def _check_certificate(world: World, registration: Application, assertion: str, header: Mapping[str, Any]) -> None:
    """RS256 or PS256 by a registered certificate, named by x5t, x5t#S256, kid or x5c."""
    named = _thumbprint(header)
    held = entra_applications.certificates_of(world, registration.objectid)
    found = next((c for c in held if named in {c.sha1, c.sha256}), None)
    words = {"app": registration.appid, "thumbprint": named.upper()}
    if found is None:
        problem = "is not registered on application."
        raise aadsts(700027, problem=problem, reason="The key was not found.", **words)
    if not found.startsat <= world.clock() < found.endsat:
        problem = "cannot be used."
        raise aadsts(700027, problem=problem, reason="The key used is expired.", **words)
    try:
        jwt.decode(assertion, _public(found), ["RS256", "PS256"], options=_SIGNATURE_ONLY)
    except jwt.PyJWTError as error:
        problem, reason = "does not fit its signature.", "The found key did not verify the signature."
        raise aadsts(700027, problem=problem, reason=reason, **words) from error


_SIGNATURE_ONLY: Any = {"verify_exp": False, "verify_nbf": False, "verify_iat": False, "verify_aud": False}


def _thumbprint(header: Mapping[str, Any]) -> str:
    """In lower-case hexadecimal; empty when the assertion names no certificate."""
    chain = header.get("x5c")
    try:
        if isinstance(chain, list) and chain:
            return hashlib.sha256(base64.b64decode(chain[0])).hexdigest()
        for name in ("x5t#S256", "x5t", "kid"):
            if header.get(name):
                text = str(header[name])
                return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)).hex()
    except (binascii.Error, ValueError, TypeError):
        return ""
    return ""


def _public(certificate: Certificate) -> rsa.RSAPublicKey:
    key = x509.load_der_x509_certificate(certificate.der).public_key()
    if not isinstance(key, rsa.RSAPublicKey):
        raise aadsts(50027)
    return key


def _audiences(world: World, asked: Asked) -> set[str]:
    """What an assertion may be made out to: the token endpoint in either version, or the issuer."""
    tenants = {asked.tenant, world.tenantid}
    ends = ("/oauth2/v2.0/token", "/oauth2/token", "/v2.0", "/")
    return {f"https://{asked.host}/{tenant}{end}" for tenant in tenants for end in ends}


def _listed(value: object) -> set[str]:
    return {str(v) for v in value} if isinstance(value, list) else {str(value)}


def _check_times(world: World, claims: Mapping[str, Any]) -> None:
    skew = float(world.fault("clock skew") or 0)
    moment = world.clock().timestamp() + skew
    try:
        start, end = float(claims.get("nbf", claims.get("iat", 0))), float(claims["exp"])
    except (KeyError, TypeError, ValueError) as error:
        raise aadsts(50027) from error
    if moment < start - _LEEWAY or moment > end + _LEEWAY or end - moment > _LONGEST:
        raise aadsts(700024, now=_stamp(moment), start=_stamp(start), end=_stamp(end))


def _stamp(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%S.0000000Z")


def _check_replay(world: World, appid: str, claims: Mapping[str, Any], assertion: str) -> None:
    """A jti names one assertion. That very assertion may come again while it lives, because msal keeps one for nine
    minutes; the fault "assertion replay" refuses even that.
    """
    jti, digest = str(claims.get("jti", "")), hashlib.sha256(assertion.encode()).hexdigest()
    if not jti:
        raise aadsts(50027)
    with world.transaction() as db:
        db.execute("DELETE FROM entra_assertion WHERE endsat<?", (world.clock().isoformat(),))
        row = db.execute("SELECT digest FROM entra_assertion WHERE appid=? AND jti=?", (appid, jti)).fetchone()
        if row is None:
            ends = datetime.fromtimestamp(float(claims["exp"]) + _LEEWAY, UTC).isoformat()
            db.execute("INSERT INTO entra_assertion VALUES (?,?,?,?)", (appid, jti, digest, ends))
            return
    if row["digest"] != digest or world.fault("assertion replay"):
        raise aadsts(700030)


def _check_federated(
    world: World,
    registration: Application,
    assertion: str,
    claims: Mapping[str, Any],
    header: Mapping[str, Any],
    host: str,
) -> None:
    """Issuer, subject and audience match one credential to the letter, and the issuer's keys verify the token."""
    issuer, subject = str(claims.get("iss", "")), str(claims.get("sub", ""))
    held = entra_applications.federations_of(world, registration.objectid)
    of_issuer = [f for f in held if f.issuer == issuer]
    if not of_issuer:
        raise aadsts(700211, value=issuer)
    match = next((f for f in of_issuer if f.subject == subject), None)
    if match is None:
        alike = any(f.subject.lower() == subject.lower() for f in of_issuer)
        raise aadsts(7002138 if alike else 700213, value=subject)
    if match.audience not in _listed(claims.get("aud")):
        raise aadsts(700212, value=claims.get("aud"))
    keys = entra_issuer.keys_of(world, issuer, host)
    known = [k for k in keys if not header.get("kid") or k.get("kid") == header["kid"]]
    if not any(_verifies(assertion, key) for key in known):
        raise aadsts(7002111, value=issuer, problem="none of its keys verifies the assertion")
    _check_times(world, claims)


def _verifies(assertion: str, jwk: Mapping[str, Any]) -> bool:
    try:
        jwt.decode(assertion, jwt.PyJWK(dict(jwk)), options=_SIGNATURE_ONLY)
    except jwt.PyJWTError:
        return False
    return True
