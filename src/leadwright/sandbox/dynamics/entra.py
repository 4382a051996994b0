"""Entra of the stand-in over HTTP: discovery, keys, the token endpoint. What is behind it lies in entra_*.py."""

from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from leadwright.sandbox.dynamics import entra_grants, entra_issuer, entra_keys, entra_signin, entra_tenant, entra_users
from leadwright.sandbox.dynamics.entra_clients import ANY_TENANT, Asked, tenant_of
from leadwright.sandbox.dynamics.entra_errors import Aadsts, aadsts
from leadwright.sandbox.dynamics.entra_resources import GRAPH_HOSTS, LOGIN_HOSTS
from leadwright.sandbox.dynamics.entra_tokens import caller_of, pairwise
from leadwright.sandbox.dynamics.world import Refused, World

__all__ = ["caller_of", "routes"]

_ALIASES = (
    ("login.microsoftonline.com", "login.windows.net", "login.microsoft.com", "sts.windows.net"),
    ("login.partner.microsoftonline.cn", "login.chinacloudapi.cn"),
    ("login.microsoftonline.us", "login.usgovcloudapi.net"),
)


def routes(world: World) -> list[Route]:
    """Every address of Entra, for /{tenant}/... and its pages."""
    entra_tenant.prepare(world)

    def configuration(request: Request) -> Response:
        return _answered(world, request, lambda asked: _configuration(world, asked.tenant, asked.host))

    def keys(request: Request) -> Response:
        return _answered(world, request, lambda asked: entra_keys.jwks(world, _issuer(world, asked)))

    def token(request: Request) -> Response:
        return _answered(world, request, lambda asked: entra_grants.token(world, asked))

    def device_code(request: Request) -> Response:
        return _answered(world, request, lambda asked: entra_grants.start_device(world, asked))

    def instance(request: Request) -> Response:
        return _answered(world, request, lambda asked: _instance(request, asked.host))

    def realm(request: Request) -> Response:
        return JSONResponse(_realm(world, request.path_params["user"]))

    def userinfo(request: Request) -> Response:
        return _userinfo(world, request)

    both = ["GET", "POST"]
    return [
        *entra_issuer.routes(world),
        *entra_signin.routes(world),
        Route("/common/discovery/instance", instance),
        Route("/{tenant}/discovery/instance", instance),
        Route("/common/userrealm/{user}", realm),
        Route("/oidc/userinfo", userinfo, methods=both),
        Route("/{tenant}/.well-known/openid-configuration", configuration),
        Route("/{tenant}/v2.0/.well-known/openid-configuration", configuration),
        Route("/{tenant}/discovery/keys", keys),
        Route("/{tenant}/discovery/v2.0/keys", keys),
        Route("/{tenant}/oauth2/v2.0/token", token, methods=["POST"]),
        Route("/{tenant}/oauth2/v2.0/devicecode", device_code, methods=["POST"]),
    ]


def _answered(world: World, request: Request, answer: Callable[[Asked], dict[str, Any]]) -> Response:
    """The answer as JSON, or the refusal in the shape of Entra."""
    body: bytes = request.scope.get("standin.body", b"")
    asked = Asked(
        request.path_params.get("tenant", "common"),
        dict(parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True)),
        request.headers.get("authorization", ""),
        request.headers["host"],
    )
    headers = {"Cache-Control": "no-store, no-cache"}
    try:
        return JSONResponse(answer(asked), headers=headers)
    except Aadsts as refused:
        return refused.answer(world, asked.host, request.headers.get("client-request-id", ""))


def _issuer(world: World, asked: Asked) -> str:
    return f"https://{asked.host}/{tenant_of(world, asked.tenant)}/v2.0"


def _configuration(world: World, tenant: str, host: str) -> dict[str, Any]:
    """OpenID configuration; every address echoes the host that was called."""
    tenantid = tenant_of(world, tenant)
    shown = tenant.lower() if tenant.lower() in ANY_TENANT else tenantid
    issued_by = "{tenantid}" if tenant.lower() in ANY_TENANT else tenantid
    base = f"https://{host}/{shown}"
    return {
        "token_endpoint": f"{base}/oauth2/v2.0/token",
        "token_endpoint_auth_methods_supported": ["client_secret_post", "private_key_jwt", "client_secret_basic"],
        "jwks_uri": f"{base}/discovery/v2.0/keys",
        "response_modes_supported": ["query", "fragment", "form_post"],
        "subject_types_supported": ["pairwise"],
        "id_token_signing_alg_values_supported": ["RS256"],
        "response_types_supported": ["code"],
        "scopes_supported": ["openid", "profile", "email", "offline_access"],
        "issuer": f"https://{host}/{issued_by}/v2.0",
        "request_uri_parameter_supported": False,
        "userinfo_endpoint": f"https://{_graph_host(host)}/oidc/userinfo",
        "authorization_endpoint": f"{base}/oauth2/v2.0/authorize",
        "device_authorization_endpoint": f"{base}/oauth2/v2.0/devicecode",
        "http_logout_supported": True,
        "frontchannel_logout_supported": True,
        "end_session_endpoint": f"{base}/oauth2/v2.0/logout",
        "code_challenge_methods_supported": ["plain", "S256"],
        "claims_supported": ["sub", "iss", "aud", "exp", "iat", "nonce", "preferred_username", "name", "tid", "email"],
        "tenant_region_scope": "EU",
        "cloud_instance_name": "microsoftonline.com",
        "msgraph_host": _graph_host(host),
    }


def _graph_host(host: str) -> str:
    if host not in LOGIN_HOSTS:
        return host
    return GRAPH_HOSTS[3] if host.endswith(".cn") else GRAPH_HOSTS[1] if host.endswith(".us") else GRAPH_HOSTS[0]


def _instance(request: Request, host: str) -> dict[str, Any]:
    """Is the authority that a client was given one of Microsoft's, or the stand-in itself?"""
    endpoint = urlsplit(request.query_params.get("authorization_endpoint", ""))
    known = {alias for group in _ALIASES for alias in group} | {host}
    if not endpoint.path.strip("/") or endpoint.netloc not in known:
        raise aadsts(50049)
    tenant = endpoint.path.strip("/").split("/")[0]
    return {
        "tenant_discovery_endpoint": f"https://{endpoint.netloc}/{tenant}/v2.0/.well-known/openid-configuration",
        "api-version": "1.1",
        "metadata": [
            {"preferred_network": group[0], "preferred_cache": group[min(1, len(group) - 1)], "aliases": list(group)}
            for group in _ALIASES
        ],
    }


def _realm(world: World, name: str) -> dict[str, Any]:
    known = entra_users.user(world, name) is not None
    domain = name.partition("@")[2]
    return {
        "ver": "1.0",
        "account_type": "Managed" if known or entra_tenant.tenant_named(world, domain) else "Unknown",
        "domain_name": domain,
        "cloud_instance_name": "microsoftonline.com",
        "cloud_audience_urn": "urn:federation:MicrosoftOnline",
    }


def _userinfo(world: World, request: Request) -> Response:
    try:
        host = request.headers["host"]
        caller = caller_of(world, request.headers.get("authorization", ""), f"https://{host}")
    except Refused as refused:
        error = {"error": {"code": refused.code, "message": refused.message}}
        return JSONResponse(error, refused.status, refused.headers)
    user = entra_users.user(world, caller.objectid)
    if user is None:
        return JSONResponse({"error": {"code": "UnknownError", "message": "The token is not of a person."}}, 400)
    return JSONResponse({"sub": pairwise(user.objectid, caller.clientid), "name": user.displayname, "email": user.mail})
