"""Asks the application in this process, byte by byte: what was answered, and how much of the body was read before."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote, urlencode

from starlette.datastructures import Headers
from starlette.testclient import TestClient

FORM = "application/x-www-form-urlencoded"
ORIGIN = "http://127.0.0.1"


@dataclass(frozen=True)
class Answer:
    """What came back.

    Args:
        reads: how often the application asked for the body before it answered.
    """

    asked: str
    status: int
    headers: Headers
    body: bytes
    reads: int

    @property
    def text(self) -> str:
        return self.body.decode("utf-8", "replace")

    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def location(self) -> str:
        return self.headers.get("location", "")


def ask(
    client: TestClient,
    method: str,
    path: str,
    *,
    headers: Mapping[str, str] | None = None,
    body: bytes = b"",
) -> Answer:
    """One request; `client` is entered, so that the application lives."""
    bare, _, query = path.partition("?")
    given = {"host": "127.0.0.1", **(headers or {})}
    if method != "GET" or body:
        given["content-length"] = str(len(body))
    scope: dict[str, Any] = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": method,
        "path": unquote(bare),
        "raw_path": bare.encode(),
        "query_string": query.encode(),
        "root_path": "",
        "scheme": "http",
        "headers": [(name.lower().encode(), value.encode()) for name, value in given.items()],
        "client": ("127.0.0.1", 50_000),
        "server": ("127.0.0.1", 80),
    }
    reads = 0
    started: dict[str, Any] = {}
    parts: list[bytes] = []

    async def receive() -> dict[str, Any]:
        nonlocal reads
        reads += 1
        if reads > 1:
            return {"type": "http.disconnect"}
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(message: Any) -> None:
        if message["type"] == "http.response.start":
            started.update(message)
        else:
            parts.append(message.get("body", b""))

    assert client.portal is not None
    client.portal.call(client.app, scope, receive, send)
    return Answer(f"{method} {path}", started["status"], Headers(raw=started["headers"]), b"".join(parts), reads)


def form(values: Mapping[str, Any], token: str | None) -> tuple[dict[str, str], bytes]:
    """Headers and body of a form as a browser sends it from a page of ours."""
    fields = dict(values) if token is None else {"_token": token, **values}
    sent = {"content-type": FORM, "origin": ORIGIN, "sec-fetch-site": "same-origin"}
    return sent, urlencode(fields, doseq=True).encode()


def json_body(values: Any) -> tuple[dict[str, str], bytes]:
    """Headers and body of a program's call."""
    return {"content-type": "application/json"}, json.dumps(values).encode()
