"""Access, id and refresh tokens: what is written into them, and whom a bearer token stands for."""

import hashlib
import secrets
from collections.abc import Iterable
from datetime import timedelta
from typing import Any

import jwt

from leadwright.sandbox.dynamics import entra_keys, entra_principals, entra_tenant
from leadwright.sandbox.dynamics.entra_resources import DATAVERSE, GRAPH, GRAPH_HOSTS, LOGIN_HOSTS, resource_of
from leadwright.sandbox.dynamics.entra_users import ROLE_TEMPLATES, User
from leadwright.sandbox.dynamics.world import Caller, Refused, World

LIFE = 3599  # seconds an access token lives
_LEEWAY = 300
_BY_SECRET, _BY_CERTIFICATE, _PUBLIC = "1", "2", "0"


def application_token(world: World, appid: str, audience: str, host: str, *, by_certificate: bool) -> str:
    """An access token of an application for one resource.

    Args:
        audience: as the scope named it, without /.default.
        host: host and port the stand-in was called by.
    """
    principal = entra_principals.principal_of(world, appid)
    objectid = principal.objectid if principal else ""
    claims: dict[str, Any] = {
        **_common(world, audience, objectid),
        "appid": appid,
        "appidacr": _BY_CERTIFICATE if by_certificate else _BY_SECRET,
        "idtyp": "app",
        "sub": objectid,
    }
    roles = entra_principals.permissions_of(world, appid) if GRAPH in resource_of(audience, host) else frozenset()
    if roles:
        claims["roles"] = sorted(roles)
    return _signed(world, claims)


def user_token(world: World, user: User, appid: str, audience: str, scopes: Iterable[str], *, public: bool) -> str:
    """An access token of a person who uses an application."""
    claims = {
        **_common(world, audience, user.objectid),
        "appid": appid,
        "appidacr": _PUBLIC if public else _BY_SECRET,
        "idtyp": "user",
        "amr": ["pwd"],
        "name": user.displayname,
        "scp": " ".join(sorted(set(scopes) - {"openid", "profile", "email", "offline_access"})),
        "sub": pairwise(user.objectid, appid),
        "unique_name": user.upn,
        "upn": user.upn,
        "wids": sorted(ROLE_TEMPLATES[role] for role in user.roles),
    }
    return _signed(world, claims)


def id_token(world: World, user: User, appid: str, issuer: str, nonce: str) -> str:
    """An OpenID Connect id token (version 2.0) for an application of our own."""
    moment = int(world.clock().timestamp())
    claims = {
        "aud": appid,
        "iss": issuer,
        "iat": moment,
        "nbf": moment,
        "exp": moment + 3600,
        "name": user.displayname,
        "email": user.mail,
        "oid": user.objectid,
        "preferred_username": user.upn,
        "sub": pairwise(user.objectid, appid),
        "tid": world.tenantid,
        "uti": secrets.token_urlsafe(16),
        "ver": "2.0",
        "wids": sorted(ROLE_TEMPLATES[role] for role in user.roles),
    }
    return _signed(world, {**claims, "nonce": nonce} if nonce else claims)


def pairwise(objectid: str, appid: str) -> str:
    """The subject of a person for one application: another one for each."""
    return entra_keys.unpadded(hashlib.sha256(f"{objectid}:{appid}".encode()).digest())


def expire_all(world: World) -> None:
    """Let every access token given out so far be refused as expired; new ones are good."""
    with world.transaction() as db:
        db.execute("INSERT OR REPLACE INTO fact VALUES ('tokengeneration', ?)", (str(_generation(world) + 1),))


def caller_of(world: World, authorization: str, audience: str) -> Caller:
    """Whom the header `Authorization` stands for.

    Args:
        audience: the resource asked, such as https://contoso.crm.dynamics.com or https://graph.microsoft.com; in
            direct mode the stand-in's own address.

    Raises:
        Refused: 401 in the words of the resource.
    """
    entra_tenant.prepare(world)
    scheme, _, token = authorization.partition(" ")
    if scheme.lower() != "bearer" or not token.strip():
        raise _refused(world, "Access token is empty.", audience)
    try:
        header = jwt.get_unverified_header(token)
        key = entra_keys.public_key(world, str(header.get("kid", "")))
        if key is None:
            raise _refused(world, "Signing key is invalid.", audience)
        claims = jwt.decode(token, key, ["RS256"], options=_SIGNATURE_ONLY)
    except jwt.PyJWTError as error:
        raise _refused(world, f"IDX14100: JWT is not well formed or not signed by us ({error}).", audience) from error
    moment = world.clock().timestamp()
    old = claims.get("xms_generation") != _generation(world)
    if old or moment >= claims["exp"] or world.fault("token expired"):
        raise _refused(world, "Lifetime validation failed, the token is expired.", audience)
    if moment < claims["nbf"] - _LEEWAY:
        raise _refused(world, "Lifetime validation failed, the token is not yet valid.", audience)
    if not _same_resource(str(claims["aud"]), audience):
        raise _refused(world, "Access token validation failure. Invalid audience.", audience)
    roles = claims.get("roles") or str(claims.get("scp", "")).split()
    upn = claims.get("upn", "")
    return Caller(claims["tid"], claims["appid"], claims["oid"], claims["aud"], frozenset(roles), upn)


_SIGNATURE_ONLY: Any = {"verify_aud": False, "verify_exp": False, "verify_nbf": False, "verify_iat": False}


def _same_resource(claimed: str, asked: str) -> bool:
    """One address, or two names of one service of Microsoft."""
    one, other = claimed.rstrip("/").lower(), asked.rstrip("/").lower()
    if one == other:
        return True
    named = resource_of(one, ""), resource_of(other, "")
    if GRAPH in named[0] and GRAPH in named[1]:
        return {n.removeprefix("https://") for n in (one, other)} <= {*GRAPH_HOSTS[:1], GRAPH}
    return DATAVERSE in (one, other) and named[0] == named[1]


def _refused(world: World, message: str, audience: str) -> Refused:
    ours = audience.rstrip("/").removeprefix("https://")
    login = LOGIN_HOSTS[0] if resource_of(audience, "") else ours
    where = f"https://{login}/{world.tenantid}/oauth2/authorize"
    header = f'Bearer authorization_uri="{where}", resource_id="{audience.rstrip("/")}/", error="invalid_token"'
    return Refused(401, "InvalidAuthenticationToken", message, {"WWW-Authenticate": header})


def _generation(world: World) -> int:
    return int(world.fact("tokengeneration", lambda: "1"))


def _common(world: World, audience: str, objectid: str) -> dict[str, Any]:
    moment = int((world.clock() + timedelta(seconds=world.fault("clock skew") or 0)).timestamp())
    issuer = f"https://sts.windows.net/{world.tenantid}/"
    return {
        "aud": audience,
        "iss": issuer,
        "iat": moment,
        "nbf": moment,
        "exp": moment + LIFE + 1,
        "idp": issuer,
        "oid": objectid,
        "tid": world.tenantid,
        "uti": secrets.token_urlsafe(16),
        "ver": "1.0",
        "xms_generation": _generation(world),
    }


def _signed(world: World, claims: dict[str, Any]) -> str:
    key = entra_keys.signing_key(world)
    return jwt.encode(claims, key.private, "RS256", {"kid": key.kid, "x5t": key.kid})
