"""$batch of Graph: up to 20 requests in one, some waiting for others."""

import base64
import json
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from leadwright.sandbox.dynamics.graph_calls import (
    Answer,
    Call,
    answer_error,
    answer_json,
    bad,
    lowered,
    read_options,
    read_path,
)
from leadwright.sandbox.dynamics.world import Refused

_MOST = 20


def answer(call: Call, inner: Callable[[Call], Answer]) -> Answer:
    """The replies to all requests of a batch; one that waits for a failed one fails with 424."""
    try:
        if call.method != "POST":
            raise Refused(405, "Request_BadRequest", "Specified HTTP method is not allowed for the request target.")
        asked = _read(call)
    except Refused as refused:
        return answer_error(call.world, refused)
    status: dict[str, int] = {}
    replies = []
    for one in asked:
        waits = [str(id) for id in one.get("dependson") or one.get("depends_on") or ()]
        if any(status.get(id, 424) >= 400 for id in waits):
            error = {"error": {"code": "FailedDependency", "message": "A request it depends on failed."}}
            reply: dict[str, Any] = {"id": one["id"], "status": 424, "headers": {}, "body": error}
        else:
            reply = _reply(str(one["id"]), inner(_call(call, one)))
        status[str(one["id"])] = reply["status"]
        replies.append(reply)
    return answer_json({"responses": replies})


def _read(call: Call) -> list[dict[str, Any]]:
    found = lowered(call.json()).get("requests")
    if not isinstance(found, list) or not found:
        raise bad("Invalid batch payload format.")
    if len(found) > _MOST:
        raise bad(f"Number of batch request steps exceeds the maximum value of {_MOST}.", "MaximumValueExceeded")
    asked = [lowered(one) for one in found if isinstance(one, dict)]
    known: set[str] = set()
    for one in asked:
        id = str(one.get("id") or "")
        if not id or id in known or not one.get("method") or not one.get("url"):
            raise bad("Each request of a batch needs an id of its own, a method and a url.")
        if any(str(wait) not in known for wait in one.get("dependson") or one.get("depends_on") or ()):
            raise bad(f"Request '{id}' depends on one that does not come before it.")
        known.add(id)
    return asked


def _call(call: Call, one: dict[str, Any]) -> Call:
    """One request: its url is relative to the version, or a whole address."""
    parts = urlsplit(str(one["url"]))
    path = parts.path
    if parts.scheme:
        path = path.lstrip("/").partition("/")[2]
    headers = {str(name).lower(): str(value) for name, value in (one.get("headers") or {}).items()}
    body = one.get("body")
    content = b"" if body is None else body.encode() if isinstance(body, str) else json.dumps(body).encode()
    return Call(
        call.world,
        call.caller,
        str(one["method"]).upper(),
        read_path(path),
        read_options(parts.query),
        headers,
        content,
        call.base,
        parts.query,
    )


def _reply(id: str, answered: Answer) -> dict[str, Any]:
    reply: dict[str, Any] = {"id": id, "status": answered.status, "headers": answered.headers}
    if "json" in answered.headers.get("Content-Type", ""):
        reply["body"] = answered.json()
    elif answered.body:
        reply["body"] = base64.b64encode(answered.body).decode()
    return reply
