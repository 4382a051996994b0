"""Another issuer of tokens, as a cluster or a pipeline has one, so that federated credentials can be rehearsed."""

import ssl
from typing import Any
from weakref import WeakKeyDictionary

import httpx2
import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from leadwright.sandbox.dynamics.entra_applications import TOKEN_EXCHANGE
from leadwright.sandbox.dynamics.entra_errors import aadsts
from leadwright.sandbox.dynamics.world import World, new_guid

PATH = "/_issuer"
_KID = "stand-in-issuer"
_LIFE = 3600
_KEYS: "WeakKeyDictionary[World, rsa.RSAPrivateKey]" = WeakKeyDictionary()


def routes(world: World) -> list[Route]:
    """Configuration, keys, and a token for any subject."""

    def configuration(request: Request) -> Response:
        issuer = _own(request.headers["host"])
        return JSONResponse({"issuer": issuer, "jwks_uri": f"{issuer}/keys", "response_types_supported": ["id_token"]})

    def keys(_request: Request) -> Response:
        return JSONResponse(_jwks(world))

    def token(request: Request) -> Response:
        subject = request.query_params.get("subject", "system:serviceaccount:sales:leadwright")
        audience = request.query_params.get("audience", TOKEN_EXCHANGE)
        return JSONResponse({"token": issue(world, _own(request.headers["host"]), subject, audience)})

    return [
        Route(f"{PATH}/.well-known/openid-configuration", configuration),
        Route(f"{PATH}/keys", keys),
        Route(f"{PATH}/token", token),
    ]


def issue(world: World, issuer: str, subject: str, audience: str = TOKEN_EXCHANGE) -> str:
    """A token of the other issuer, good for an hour."""
    moment = int(world.clock().timestamp())
    claims = {
        "iss": issuer,
        "sub": subject,
        "aud": audience,
        "iat": moment,
        "nbf": moment,
        "exp": moment + _LIFE,
        "jti": new_guid(),
    }
    return jwt.encode(claims, _key(world), "RS256", {"kid": _KID})


def keys_of(world: World, issuer: str, host: str) -> list[dict[str, Any]]:
    """The public keys an issuer publishes, read as OpenID Connect discovery says.

    Raises:
        Aadsts: they cannot be read.
    """
    if issuer == _own(host):
        return list(_jwks(world)["keys"])
    try:
        with httpx2.Client(verify=_trusting(world), timeout=10, follow_redirects=False) as client:
            found = client.get(f"{issuer.rstrip('/')}/.well-known/openid-configuration").raise_for_status().json()
            return list(client.get(found["jwks_uri"]).raise_for_status().json()["keys"])
    except (httpx2.HTTPError, ValueError, KeyError, TypeError) as error:
        raise aadsts(7002111, value=issuer, problem=str(error) or type(error).__name__) from error


def _own(host: str) -> str:
    return f"https://{host}{PATH}"


def _trusting(world: World) -> ssl.SSLContext:
    context = ssl.create_default_context()
    authority = world.folder / "tls" / "ca.pem"
    if authority.exists():
        context.load_verify_locations(authority)
    return context


def _key(world: World) -> rsa.RSAPrivateKey:
    if world not in _KEYS:
        loaded = serialization.load_pem_private_key(world.fact("issuerkey", _new_key).encode(), password=None)
        if not isinstance(loaded, rsa.RSAPrivateKey):
            raise TypeError("The key of the other issuer is not an RSA key.")
        _KEYS[world] = loaded
    return _KEYS[world]


def _new_key() -> str:
    private = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    return private.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    ).decode()


def _jwks(world: World) -> dict[str, Any]:
    jwk = jwt.algorithms.RSAAlgorithm.to_jwk(_key(world).public_key(), as_dict=True)
    return {"keys": [{**jwk, "kid": _KID, "use": "sig", "alg": "RS256"}]}
