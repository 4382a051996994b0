"""Where requests come in: each is kept in `seen` without its secrets, and faults of the network strike here."""

import asyncio
import base64
import json
import logging
import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from email.utils import format_datetime
from typing import Any
from urllib.parse import parse_qs

from starlette.concurrency import run_in_threadpool
from starlette.responses import JSONResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from leadwright.sandbox.dynamics import faults, masking
from leadwright.sandbox.dynamics.entra_resources import belongs
from leadwright.sandbox.dynamics.world import World

OWN_PAGES = ("/_control", "/_portal", "/favicon.ico")
_LOG = logging.getLogger(__name__)
_KEPT = 5000  # requests kept in `seen`


@dataclass
class _Request:
    heard: faults.Heard
    query: str
    headers: dict[str, str]
    body: bytes
    started: float = field(default_factory=time.perf_counter)


class Edge:
    """An ASGI application around all the others. Reads a body whole and sends an answer whole."""

    def __init__(self, inner: ASGIApp, world: World) -> None:
        self._world, self._inner = world, inner

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self._inner(scope, receive, send)
            return
        request = await _read(scope, receive)
        scope["standin.body"] = request.body
        if request.heard.path.startswith(OWN_PAGES):
            await self._inner(scope, _replay(request.body, receive), send)
            return
        struck = await run_in_threadpool(faults.strike, self._world, request.heard)
        if struck.delay:
            await asyncio.sleep(struck.delay)
        if struck.drop_before:
            await self._keep(request, 0, b"(dropped before anything was done)")
            await _cut(receive)
            return
        answer = _Answer()
        refused = _struck_answer(struck, request.heard.path) or _elsewhere(request.heard)
        try:
            await (refused or self._inner)(scope, _replay(request.body, receive), answer.collect)
        except Exception:
            _LOG.exception("The stand-in failed at %s %s", request.heard.method, request.heard.path)
            await JSONResponse({"error": {"code": "0x80040216", "message": "An unexpected error occurred."}}, 500)(
                scope, receive, answer.collect
            )
        dropped = struck.drop_after and answer.status < 400
        note = b"(done, then dropped without this answer)\n" if dropped else b""
        await self._keep(request, 0 if dropped else answer.status, note + answer.body)
        if dropped:
            await _cut(receive)
            return
        date = format_datetime(self._world.clock(), usegmt=True)
        await answer.send(send, [(b"date", date.encode())])

    async def _keep(self, request: _Request, status: int, answered: bytes) -> None:
        ms = (time.perf_counter() - request.started) * 1000
        asked = masking.shown_headers(request.headers) + "\n" + masking.shown_body(request.body)
        path = request.heard.path + (f"?{request.query}" if request.query else "")
        values = (
            self._world.clock().isoformat(),
            request.heard.host,
            request.heard.method,
            masking.masked(path),
            _who(request),
            status,
            round(ms, 1),
            asked.strip("\n"),
            masking.shown_body(answered),
        )
        await run_in_threadpool(keep, self._world, values)


def keep(world: World, values: Iterable[Any]) -> None:
    """Add a row to `seen`; the oldest beyond a few thousand go."""
    with world.transaction() as db:
        columns = "at, host, method, path, caller, status, ms, asked, answered"
        added = db.execute(f"INSERT INTO seen ({columns}) VALUES (?,?,?,?,?,?,?,?,?)", tuple(values)).lastrowid  # noqa: S608
        if added and added % 100 == 0:
            db.execute("DELETE FROM seen WHERE id<=?", (added - _KEPT,))


class _Answer:
    """Collects what the application sends."""

    def __init__(self) -> None:
        self.status, self.body = 500, b""
        self.headers: list[tuple[bytes, bytes]] = []
        self._parts: list[bytes] = []

    async def collect(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status, self.headers = message["status"], list(message.get("headers", ()))
        elif message["type"] == "http.response.body":
            self._parts.append(message.get("body", b""))
            if not message.get("more_body", False):
                self.body = b"".join(self._parts)

    async def send(self, send: Send, more: list[tuple[bytes, bytes]]) -> None:
        headers = [*self.headers, *more]
        await send({"type": "http.response.start", "status": self.status, "headers": headers})
        await send({"type": "http.response.body", "body": self.body})


async def _read(scope: Scope, receive: Receive) -> _Request:
    parts: list[bytes] = []
    more = True
    while more:
        message = await receive()
        parts.append(message.get("body", b""))
        more = message["type"] == "http.request" and message.get("more_body", False)
    headers = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]}
    heard = faults.Heard(scope["method"], headers.get("host", ""), scope["path"])
    return _Request(heard, scope["query_string"].decode("latin-1"), headers, b"".join(parts))


def _replay(body: bytes, receive: Receive) -> Receive:
    """The body once more for the application, then what really comes."""
    given = False

    async def again() -> Message:
        nonlocal given
        if given:
            return await receive()
        given = True
        return {"type": "http.request", "body": body, "more_body": False}

    return again


async def _cut(receive: Receive) -> None:
    """Cut the connection without an answer; in a program without sockets an error says the same."""
    transport = getattr(getattr(receive, "__self__", None), "transport", None)
    if transport is None:
        raise ConnectionResetError("The stand-in dropped the connection, as it was told to.")
    transport.abort()
    while (await receive())["type"] != "http.disconnect":
        pass


def _struck_answer(struck: faults.Strike, path: str) -> Response | None:
    """429 or 5xx in the words of the service that was asked."""
    if struck.retry_after is not None:
        return JSONResponse(_throttled(path), 429, {"Retry-After": str(struck.retry_after)})
    if struck.status is not None:
        return JSONResponse(_failed(path), struck.status)
    return None


def _elsewhere(heard: faults.Heard) -> Response | None:
    """404 where the host of another service was asked, as it would be at Microsoft's."""
    if belongs(heard.host.removesuffix(":443"), heard.path):
        return None
    message = f"No HTTP resource was found that matches the request URI 'https://{heard.host}{heard.path}'."
    return JSONResponse({"error": {"code": "NotFound", "message": message}}, 404)


def _throttled(path: str) -> dict[str, Any]:
    if path.startswith("/api/data"):
        message = "Number of requests exceeded the limit of 6000 over time window of 300 seconds."
        return {"error": {"code": "0x80072322", "message": message}}
    if path.startswith("/v1.0"):
        return {"error": {"code": "TooManyRequests", "message": "Too Many Requests"}}
    return {
        "error": "temporarily_unavailable",
        "error_description": "AADSTS90055: The tenant is throttled: too many requests. Try again later.",
        "error_codes": [90055],
    }


def _failed(path: str) -> dict[str, Any]:
    if path.startswith("/api/data"):
        return {"error": {"code": "0x80040216", "message": "An unexpected error occurred."}}
    if path.startswith("/v1.0"):
        return {"error": {"code": "serviceNotAvailable", "message": "The service is unavailable. Try again later."}}
    return {
        "error": "temporarily_unavailable",
        "error_description": "AADSTS90033: A transient error has occurred. Please try again.",
        "error_codes": [90033],
    }


def _who(request: _Request) -> str:
    """Client id or sign-in name, as the token or the form says it; nothing is verified for the log."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer":
        try:
            payload = token.split(".")[1]
            claims = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
            return str(claims.get("upn") or claims.get("appid", ""))
        except (ValueError, IndexError, AttributeError):
            return "(a token that is none)"
    if "/oauth2/" in request.heard.path:
        return parse_qs(request.body.decode("latin-1")).get("client_id", [""])[0]
    return ""
