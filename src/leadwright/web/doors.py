"""What stands before every page and interface: how much may be sent, under which names we are asked. No sessions."""

import socket
from collections.abc import Iterable
from ipaddress import ip_address
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from leadwright.mail.unsubscribe import PATH as UNSUBSCRIBE
from leadwright.settings import Settings

BODY_BYTES = 1_000_000
_EVERYWHERE = frozenset({"0.0.0.0", "::"})  # noqa: S104 compared with, not listened on
_UNDER_ANY_NAME = (UNSUBSCRIBE, "/static/")
_FORWARDED = ("forwarded", "x-forwarded-for", "x-real-ip", "via")


class BodyLimit:
    """Counts what is sent, however it is sent, and stops reading past the limit.

    The limit is `BODY_BYTES`, unless the route, which knows by then who asks, sets `request.state.body_most`.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on with a body that ends in 413 when it is too large."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        state = scope.setdefault("state", {})
        said = Headers(scope=scope).get("content-length", "")
        announced = int(said) if said.isdecimal() and len(said) < 20 else 0
        counted = 0

        async def counting() -> Message:
            nonlocal counted
            most = state.get("body_most", BODY_BYTES)
            if announced > most:
                raise HTTPException(413, f"More than {most:,} bytes were sent.")
            message = await receive()
            counted += len(message.get("body", b""))
            if counted > most:
                raise HTTPException(413, f"More than {most:,} bytes were sent.")
            return message

        await self.app(scope, counting, send)


class KnownHosts:
    """Answers only under names that are ours, so that a name somebody else points at us opens nothing.

    Links to unsubscribe open under any name: mails already sent hold a former one. Their token is the only right there.

    Args:
        more: further names.
    """

    def __init__(self, app: ASGIApp, settings: Settings, more: Iterable[str] = ()) -> None:
        self.app = app
        self.names = {"localhost", settings.host.lower(), *(name.lower() for name in more)}
        if settings.public_url:
            self.names.add((urlsplit(settings.public_url).hostname or "").lower())
        if settings.host in _EVERYWHERE:
            self.names.add(socket.gethostname().lower())

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, or refuse it with a sentence."""
        if (
            scope["type"] == "http"
            and not scope["path"].startswith(_UNDER_ANY_NAME)
            and not self._ours(Headers(scope=scope).get("host", ""))
        ):
            text = "Leadwright is not known by this name. Use its address, or set public_url to the name people use."
            await PlainTextResponse(text, 421)(scope, receive, send)
            return
        await self.app(scope, receive, send)

    def _ours(self, host: str) -> bool:
        try:
            name = (urlsplit(f"//{host}").hostname or "").lower().rstrip(".")
        except ValueError:
            return False
        return name in self.names or name.endswith(".localhost") or _address(name)


def from_this_machine(request: Request) -> bool:
    """Did the request come over loopback, and not through a proxy that says it passes somebody else on?"""
    if any(name in request.headers for name in _FORWARDED) or request.client is None:
        return False
    try:
        return ip_address(request.client.host).is_loopback
    except ValueError:
        return False


def _address(name: str) -> bool:
    """Numbers cannot be pointed elsewhere as names can."""
    try:
        ip_address(name)
    except ValueError:
        return False
    return True
