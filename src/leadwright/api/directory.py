"""The built-in directory to OAuth 2 clients: metadata, keys, tokens by client credentials, revocation.

The addresses are laid out as Microsoft Entra's are, below the directory's id, so that its libraries find their way.
"""

import base64
import binascii
from dataclasses import dataclass
from typing import Annotated, Any
from urllib.parse import unquote_plus

import structlog
from fastapi import APIRouter, Depends, Form, Request
from pydantic import BaseModel, Field

from leadwright.actions import signing_keys
from leadwright.api.caller import ProblemRoute, anyone, needs, services_of
from leadwright.errors import NotFound
from leadwright.identity.access import Principal
from leadwright.identity.certificates import ASSERTION_TYPE
from leadwright.identity.directory import SCOPE, AccessToken, BuiltinDirectory, directory_of
from leadwright.identity.metadata import describe_directory
from leadwright.identity.refusals import TokenRefused
from leadwright.services import Services

router = APIRouter(tags=["identity"], route_class=ProblemRoute)
keys_router = APIRouter(prefix="/directory", tags=["identity"], route_class=ProblemRoute)

Adapters = Annotated[Services, Depends(services_of)]
Text = Annotated[str, Form()]
_log = structlog.get_logger(__name__)
_PUBLIC = [Depends(anyone)]


class TokenAnswer(BaseModel):
    """As RFC 6749 has it."""

    token_type: str
    expires_in: int = Field(description="Seconds.")
    access_token: str


class Rotated(BaseModel):
    """The key that signs from now on."""

    kid: str


@dataclass(frozen=True, slots=True)
class Client:
    """How a client says who it is: by secret or by assertion."""

    id: str
    secret: str = ""
    assertion: str = ""


@router.post("/{tenant}/oauth2/v2.0/token", summary="Access token by client credentials", dependencies=_PUBLIC)
def token(
    services: Adapters,
    request: Request,
    tenant: str,
    grant_type: Text = "",
    scope: Text = "",
    client_id: Text = "",
    client_secret: Text = "",
    client_assertion: Text = "",
    client_assertion_type: Text = "",
) -> TokenAnswer:
    """By secret (in the body or as Basic) or by an assertion that the key of a certificate signed."""
    _check_tenant(services, tenant)
    client = read_client(request, client_id, client_secret, client_assertion, client_assertion_type)
    return issue(services, grant_type, scope, client)


@router.post("/{tenant}/oauth2/v2.0/revoke", status_code=200, summary="Revoke a token", dependencies=_PUBLIC)
def revoke(
    services: Adapters,
    request: Request,
    tenant: str,
    token: Text = "",
    client_id: Text = "",
    client_secret: Text = "",
    client_assertion: Text = "",
    client_assertion_type: Text = "",
) -> None:
    """RFC 7009: the token is refused from the next call on. Only a client's own."""
    _check_tenant(services, tenant)
    client = read_client(request, client_id, client_secret, client_assertion, client_assertion_type)
    _sign_in(directory_of(services), client, SCOPE)
    signing_keys.revoke_token(services, client.id, token)


@router.get("/{tenant}/oauth2/v2.0/authorize", summary="Not offered", dependencies=_PUBLIC)
def authorize(services: Adapters, tenant: str) -> None:
    """People sign in on the desk; programs ask the token endpoint."""
    _check_tenant(services, tenant)
    raise TokenRefused(
        700016,
        "unsupported_response_type",
        400,
        "People sign in on the desk, not through this endpoint. Programs use the grant client_credentials.",
    )


@router.get("/{tenant}/v2.0/.well-known/openid-configuration", summary="Metadata", dependencies=_PUBLIC)
@router.get("/.well-known/oauth-authorization-server/{tenant}/v2.0", summary="Metadata", dependencies=_PUBLIC)
def metadata(services: Adapters, tenant: str) -> dict[str, Any]:
    """OpenID Connect Discovery and RFC 8414."""
    _check_tenant(services, tenant)
    return plain_metadata(services)


@router.get("/.well-known/openid-configuration", summary="Metadata", dependencies=_PUBLIC)
@router.get("/.well-known/oauth-authorization-server", summary="Metadata", dependencies=_PUBLIC)
def plain_metadata(services: Adapters) -> dict[str, Any]:
    """The same for whoever does not know the directory's id yet."""
    with services.database.reading() as session:
        return describe_directory(directory_of(services), session)


@router.get("/{tenant}/discovery/v2.0/keys", summary="Keys that verify tokens (JWKS)", dependencies=_PUBLIC)
def keys(services: Adapters, tenant: str) -> dict[str, Any]:
    """Those of former keys too, as long as their tokens last."""
    _check_tenant(services, tenant)
    directory = directory_of(services)
    directory.keys.signer(services.clock())
    return directory.keys.jwks(services.clock())


@keys_router.post("/signing-key", summary="Replace the key that signs access tokens")
def rotate(
    services: Adapters, who: Annotated[Principal, Depends(needs("prvReadApplication", "prvAssignRole"))]
) -> Rotated:
    """What the former key signed stays valid until it ends."""
    return Rotated(kid=signing_keys.rotate_signing_key(services, who))


def issue(services: Services, grant_type: str, scope: str, client: Client) -> TokenAnswer:
    """The answer of the token endpoint.

    Raises:
        TokenRefused: as Entra words it.
    """
    if grant_type != "client_credentials":
        words = f"The grant '{grant_type}' is not supported. Use client_credentials."
        raise TokenRefused(70003, "unsupported_grant_type", 400, words)
    found = _sign_in(directory_of(services), client, scope or SCOPE)
    _log.info("access token issued", application=client.id, by="assertion" if client.assertion else "client_credential")
    return TokenAnswer.model_validate(found.answer())


def read_client(request: Request, id_: str, secret: str, assertion: str, assertion_type: str) -> Client:
    """Who asks, by whichever of the standard ways.

    Raises:
        TokenRefused: none was used, or two at once.
    """
    basic = _basic(request.headers.get("authorization", ""))
    if basic is not None and (secret or assertion):
        raise TokenRefused(90013, "invalid_request", 400, "Two ways to sign in were used at once. Use one.")
    if basic is not None:
        return basic
    if assertion:
        if assertion_type != ASSERTION_TYPE:
            raise TokenRefused(900144, "invalid_request", 400, f"client_assertion_type must be {ASSERTION_TYPE}.")
        return Client(id_ or _subject(assertion), assertion=assertion)
    for name, value in (("client_id", id_), ("client_secret", secret)):
        if not value:
            words = f"The request body must contain the following parameter: '{name}'."
            raise TokenRefused(900144 if name == "client_id" else 7000216, "invalid_request", 400, words)
    return Client(id_, secret)


def _sign_in(directory: BuiltinDirectory, client: Client, scope: str) -> AccessToken:
    if client.assertion:
        return directory.issue_token_for(client.id, client.assertion, scope)
    return directory.issue_token(client.id, client.secret, scope)


def _basic(header: str) -> Client | None:
    scheme, _, rest = header.partition(" ")
    if scheme.lower() != "basic":
        return None
    try:
        id_, _, secret = base64.b64decode(rest.strip(), validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError) as error:
        raise TokenRefused(90013, "invalid_request", 400, "The header Authorization: Basic is not base64.") from error
    return Client(unquote_plus(id_), unquote_plus(secret))


def _subject(assertion: str) -> str:
    """Whose assertion it says it is; it is verified as that one's afterwards."""
    import jwt

    try:
        return str(jwt.decode(assertion, options={"verify_signature": False}).get("sub", ""))
    except (jwt.PyJWTError, ValueError):
        return ""


def _check_tenant(services: Services, tenant: str) -> None:
    with services.database.reading() as session:
        known = directory_of(services).tenant_id(session)
    if tenant not in (known, "common", "organizations"):
        raise NotFound(f"AADSTS90002: Tenant '{tenant[:60]}' not found. The directory's id is {known}.")
