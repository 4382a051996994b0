"""One request to Graph and its answer: path, options, body, preferences; errors in Graph's own shape."""

import base64
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qsl, unquote

from leadwright.sandbox.dynamics.world import Caller, Refused, World, new_guid

JSON = "application/json;odata.metadata=minimal;odata.streaming=true;IEEE754Compatible=false;charset=utf-8"
_KEYED = re.compile(r"([A-Za-z.]+)\((?:[A-Za-z]+=)?'?([^')]*)'?\)")
_SYSTEM = {"filter", "select", "top", "skip", "orderby", "count", "expand", "search", "skiptoken", "deltatoken"}


@dataclass(slots=True)
class Answer:
    """A reply."""

    status: int = 200
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)

    def json(self) -> Any:
        """The body read."""
        return json.loads(self.body) if self.body else None


@dataclass(slots=True)
class Call:
    """A request of a known caller.

    Args:
        path: parts after the version, decoded; `users('x')` are two of them.
        options: query options; those of OData are lower case with their dollar.
        base: address of the version, such as https://graph.microsoft.com/v1.0, without a slash at its end.
    """

    world: World
    caller: Caller
    method: str
    path: list[str]
    options: dict[str, str]
    headers: Mapping[str, str]
    body: bytes
    base: str
    query: str = ""

    def json(self) -> dict[str, Any]:
        """The body as an object; nothing is an empty one.

        Raises:
            Refused: 400, it is none.
        """
        if not self.body.strip():
            return {}
        try:
            found = json.loads(self.body)
        except ValueError:
            found = None
        if not isinstance(found, dict):
            raise bad("Unable to read JSON request payload. Please ensure Content-Type header is set and payload is of "
                      "valid JSON format.")  # fmt: skip
        return found

    def prefers(self, name: str) -> str:
        """The value of a preference, without quotes; empty where it is not there."""
        for part in re.split(r",(?=(?:[^\"]*\"[^\"]*\")*[^\"]*$)", self.headers.get("prefer", "")):
            key, _, value = part.strip().partition("=")
            if key.strip().lower() == name.lower():
                return value.strip().strip('"') or "true"
        return ""

    @property
    def immutable(self) -> bool:
        """Whether the caller wants ids that survive a move."""
        return self.prefers("IdType").lower() == "immutableid"

    @property
    def is_application(self) -> bool:
        """Whether no person is behind it."""
        return not self.caller.upn


Handler = Callable[..., Answer]


def read_path(rest: str) -> list[str]:
    """Parts of a path: double slashes do not count, `messages('id')` and `delta()` are read."""
    found: list[str] = []
    for part in rest.split("/"):
        keyed = _KEYED.fullmatch(part)
        if keyed:
            found += [keyed[1], *([unquote(keyed[2])] if keyed[2] else [])]
        elif part:
            found.append(unquote(part))
    return [part.removeprefix("microsoft.graph.") for part in found]


def read_options(query: str) -> dict[str, str]:
    """Query options; `$` may be left out, as Graph allows."""
    found: dict[str, str] = {}
    for name, value in parse_qsl(query, keep_blank_values=True):
        plain = name.lower().removeprefix("$")
        found[f"${plain}" if plain in _SYSTEM else name] = value
    return found


def answer_json(body: Any, status: int = 200, **headers: str) -> Answer:
    """A reply of JSON."""
    return Answer(status, json.dumps(body, separators=(",", ":")).encode(), {"Content-Type": JSON, **headers})


def answer_error(world: World, refused: Refused, client_request_id: str = "") -> Answer:
    """A refusal in Graph's shape."""
    made = new_guid()
    inner = {
        "date": world.clock().strftime("%Y-%m-%dT%H:%M:%S"),
        "request-id": made,
        "client-request-id": client_request_id or made,
    }
    error = {"error": {"code": refused.code, "message": refused.message, "innerError": inner}}
    answer = answer_json(error, refused.status, **refused.headers)
    answer.headers["Content-Type"] = "application/json"
    return answer


def bad(message: str, code: str = "BadRequest") -> Refused:
    """400."""
    return Refused(400, code, message)


def not_found(what: str) -> Refused:
    """400 of an address nobody serves, in the words of Graph."""
    return Refused(400, "BadRequest", f"Resource not found for the segment '{what}'.")


def lowered(body: Mapping[str, Any]) -> dict[str, Any]:
    """Parameters of an action: their names may be in upper or lower case."""
    return {name.lower(): value for name, value in body.items() if not name.startswith("@")}


def moment_text(moment: datetime) -> str:
    """A moment as Graph writes it."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def read_moment(text: Any, name: str) -> datetime:
    """A moment out of a body.

    Raises:
        Refused: 400, it is none.
    """
    try:
        found = datetime.fromisoformat(str(text))
    except ValueError:
        raise bad(f"Cannot convert the value '{text}' of '{name}' to the expected type 'Edm.DateTimeOffset'.") from None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def pack(value: Any) -> str:
    """State of a query as an opaque token."""
    return base64.urlsafe_b64encode(json.dumps(value, separators=(",", ":")).encode()).rstrip(b"=").decode()


def unpack(token: str) -> Any:
    """What `pack` packed; None where it is no such token."""
    try:
        return json.loads(base64.urlsafe_b64decode(token + "=" * (-len(token) % 4)))
    except ValueError:
        return None
