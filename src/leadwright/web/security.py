"""What every request and answer must pass: who may call, cookies, cross-site checks, headers. Refuses by default.

No pages and no session storage: `identity.sessions` keeps sessions, `visit` puts a request together.
"""

import hmac
import secrets
from collections.abc import Callable, Iterable
from typing import Any, TypeVar
from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Mount
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from leadwright.errors import NotAllowed
from leadwright.settings import Settings
from leadwright.web.refusal_log import note_refusal

PUBLIC = "public"  # no sign-in: sign-in itself, first set-up, static files
SIGNED_IN = "signed in"  # any person who is signed in; for what concerns only oneself
F = TypeVar("F", bound=Callable[..., Any])
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})

_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; object-src 'none'; frame-ancestors 'none'"
)
_HEADERS = {
    "Content-Security-Policy": _POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=()",
    "Cache-Control": "no-store",
}
_RAW_HEADERS = [(name.lower().encode(), value.encode()) for name, value in _HEADERS.items()]
_HTTPS_ONLY = (b"strict-transport-security", b"max-age=31536000; includeSubDomains")


def declares(*needs: str) -> Callable[[F], F]:
    """Mark an endpoint, or a FastAPI dependency that enforces it, with the privileges it needs."""

    def mark(endpoint: F) -> F:
        endpoint.needs = needs  # type: ignore[attr-defined]
        return endpoint

    return mark


def needs_of(route: BaseRoute) -> tuple[str, ...] | None:
    """The privileges a route declares on its endpoint or on a dependency; None when it declares nothing."""
    endpoint = getattr(route, "endpoint", None)
    if found := getattr(endpoint, "needs", None):
        return tuple(found)
    dependant = getattr(route, "dependant", None)
    for dependency in getattr(dependant, "dependencies", ()):
        if found := getattr(dependency.call, "needs", None):
            return tuple(found)
    return None


def check_declared(routes: list[BaseRoute]) -> None:
    """Fail at the start when a route does not say who may call it.

    Raises:
        RuntimeError: names the route.
    """
    for route in routes:
        included = getattr(route, "original_router", None)  # FastAPI keeps included routers whole
        if included is not None:
            check_declared(list(included.routes))
        elif isinstance(route, Mount):
            if getattr(route.app, "needs", None) is None:
                check_declared(list(route.routes) or [BaseRoute()])
        elif needs_of(route) is None:
            raise RuntimeError(f"{getattr(route, 'path', route)} does not say which privilege it needs")


def is_https(request: Request, settings: Settings) -> bool:
    """Do people reach us by https, directly or through the proxy named by `public_url`?"""
    return settings.public_url.startswith("https://") or request.scope.get("scheme") == "https"


def cookie_name(name: str, *, https: bool) -> str:
    """`__Host-` ties the cookie to this very host; browsers accept it over https only."""
    return f"__Host-leadwright-{name}" if https else f"leadwright-{name}"


def set_cookie(
    response: Response, request: Request, settings: Settings, name: str, value: str, *, seconds: int | None = None
) -> None:
    """A cookie that scripts and other sites never see. `seconds` None: until the browser closes."""
    https = is_https(request, settings)
    response.set_cookie(
        cookie_name(name, https=https), value, max_age=seconds, path="/", secure=https, httponly=True, samesite="lax"
    )


def drop_cookie(response: Response, request: Request, settings: Settings, name: str) -> None:
    """Forget a cookie."""
    https = is_https(request, settings)
    response.delete_cookie(cookie_name(name, https=https), path="/", secure=https, httponly=True, samesite="lax")


def read_cookie(request: Request, settings: Settings, name: str) -> str:
    """The cookie's value, or an empty string."""
    return request.cookies.get(cookie_name(name, https=is_https(request, settings)), "")


def refuse_cross_site(request: Request, settings: Settings) -> None:
    """Refuse an unsafe request that a page of another site sent.

    Raises:
        NotAllowed: `Sec-Fetch-Site` or `Origin` names another site.
    """
    if request.method in SAFE_METHODS:
        return
    site = request.headers.get("sec-fetch-site")
    origin = request.headers.get("origin")
    own = {request.headers.get("host", "").lower()}
    if settings.public_url:
        own.add(urlsplit(settings.public_url).netloc.lower())
    if (site and site not in {"same-origin", "none"}) or (origin and urlsplit(origin).netloc.lower() not in own):
        raise NotAllowed(
            "This request came from a page of another site and was refused. Open Leadwright and try again."
        )


def same_token(given: str, expected: str) -> bool:
    """Compare in constant time; empty never matches."""
    return bool(given and expected) and hmac.compare_digest(given.encode(), expected.encode())


def new_token() -> str:
    """256 random bits."""
    return secrets.token_urlsafe(32)


def _safe(headers: Iterable[tuple[bytes, bytes]], https: bool) -> list[tuple[bytes, bytes]]:
    """An answer's headers and those of ours that it does not set itself."""
    own = list(headers)
    names = {name.lower() for name, _ in own}
    missing = [each for each in (*_RAW_HEADERS, _HTTPS_ONLY) if each[0] not in names]
    return own + (missing if https else [each for each in missing if each is not _HTTPS_ONLY])


class SafeAnswers:
    """Outermost layer: security headers on every answer, and a page instead of a traceback when all else failed."""

    def __init__(self, app: ASGIApp, settings: Settings, failed: Callable[[Request, Exception], Response]) -> None:
        self.app, self.settings, self.failed = app, settings, failed

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on; add headers to what comes back."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        started = False
        scope.setdefault("state", {})
        https = is_https(Request(scope), self.settings)

        async def with_headers(message: Message) -> None:
            nonlocal started
            if message["type"] == "http.response.start":
                started = True
                message["headers"] = _safe(message.get("headers", ()), https)
                if message["status"] >= 400:
                    note_refusal(scope, message["status"])
            await send(message)

        try:
            await self.app(scope, receive, with_headers)
        except Exception as error:
            if started:
                raise
            await self.failed(Request(scope, receive), error)(scope, receive, with_headers)
