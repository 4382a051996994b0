"""The tools over HTTP, at /mcp: bearer tokens of applications and people, refused at the next call once revoked."""

from contextlib import AbstractAsyncContextManager
from typing import Any
from urllib.parse import urlsplit

from mcp.server.auth.provider import AccessToken, TokenVerifier
from mcp.server.auth.settings import AuthSettings
from mcp.server.mcpserver import Context
from mcp.server.transport_security import TransportSecuritySettings
from pydantic import AnyHttpUrl
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers
from starlette.responses import JSONResponse
from starlette.routing import BaseRoute, Route
from starlette.types import ASGIApp, Receive, Scope, Send

from leadwright.identity.bearer import Bearer, NotSignedIn, bearer_of
from leadwright.identity.directory import directory_of
from leadwright.identity.seed import seed_directory
from leadwright.mcp.server import make_server
from leadwright.services import Services

PATH = "/mcp"
_METADATA = f"/.well-known/oauth-protected-resource{PATH}"


class McpDoor:
    """What the web application opens for agents.

    Args:
        services: the adapters in force.
    """

    def __init__(self, services: Services) -> None:
        directory = directory_of(services)
        with services.database.transaction() as session:
            seed_directory(session)  # a new installation is served before anybody set it up
            issuer = directory.issuer(directory.tenant_id(session))
        auth = AuthSettings(
            issuer_url=AnyHttpUrl(issuer),
            resource_server_url=AnyHttpUrl(f"{directory.address}{PATH}"),
            validate_token_resource=False,  # `bearer_of` checks the audience
        )
        self._server = make_server(
            services, lambda ctx: _caller(services, ctx), auth=auth, verifier=_Verifier(services, issuer)
        )
        asgi = self._server.streamable_http_app(
            streamable_http_path=PATH,
            transport_security=TransportSecuritySettings(enable_dns_rebinding_protection=False),  # see `_OurPages`
        )
        own = urlsplit(services.settings.public_url).netloc.lower()
        door = _OurPages(asgi, own)
        self.routes: list[BaseRoute] = [Route(PATH, door, name="mcp"), Route(_METADATA, door, name="mcp metadata")]

    def running(self) -> AbstractAsyncContextManager[None]:
        """Enter it for as long as the application serves. Once."""
        return self._server.session_manager.run()


class _OurPages:
    """Refuses requests that a page of another site sent; names we are asked under are checked before."""

    needs = ("public",)  # the token is asked for inside, by the protocol's own rules

    def __init__(self, app: ASGIApp, public: str) -> None:
        self._app, self._public = app, public

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on."""
        headers = Headers(scope=scope)
        origin = headers.get("origin")
        if origin and urlsplit(origin).netloc.lower() not in {headers.get("host", "").lower(), self._public}:
            words = "This request came from a page of another site and was refused. Call from a program instead."
            answer = {"type": "about:blank", "title": "Forbidden", "status": 403, "detail": words}
            await JSONResponse(answer, 403, media_type="application/problem+json")(scope, receive, send)
            return
        await self._app(scope, receive, send)


class _Verifier(TokenVerifier):
    def __init__(self, services: Services, issuer: str) -> None:
        self._services, self._issuer = services, issuer

    async def verify_token(self, token: str) -> AccessToken | None:
        try:
            bearer = await run_in_threadpool(bearer_of, self._services, token)
        except NotSignedIn:
            return None
        who = bearer.who.id
        return AccessToken(token=token, client_id=who, scopes=[], subject=who, claims={"iss": self._issuer})


def _caller(services: Services, ctx: Context[Any, Any]) -> Bearer:
    """Whose token this very request carries."""
    request: Any = ctx.request_context.request
    return bearer_of(services, request.scope["user"].access_token.token)
