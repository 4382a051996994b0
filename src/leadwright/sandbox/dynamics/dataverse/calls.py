"""A request to the Web API and its reply, free of any server: path segments, options, preferences, errors."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, unquote, unquote_plus

from pydantic_core import to_json

from leadwright.sandbox.dynamics.world import Refused

JSON = "application/json; odata.metadata=minimal"
_SEGMENT = re.compile(r"([^/()']+)(?:\((.*)\))?", re.DOTALL)
_PREFERENCE = re.compile(r'\s*([\w.\-]+)\s*(?:=\s*("[^"]*"|[^,;]*))?\s*(?:[,;]|$)')


@dataclass(frozen=True, slots=True)
class Segment:
    """One part of a path: a name and what stands in its brackets (None where there are none)."""

    name: str
    key: str | None = None


@dataclass(slots=True)
class Asked:
    """One request.

    Args:
        path: what follows /api/data/v9.2/, still percent-encoded.
        query: the query text, still percent-encoded.
        headers: names in lower case.
        base: address of the service, such as https://contoso.crm.dynamics.com/api/data/v9.2/.
        named: addresses of what earlier parts of a change set made, under their Content-ID.
    """

    method: str
    path: str
    query: str
    headers: Mapping[str, str]
    body: bytes
    base: str
    named: dict[str, str] = field(default_factory=dict)

    def segments(self) -> list[Segment]:
        """Path taken apart; slashes inside quotes stay."""
        found = []
        for part in _split(self.path.strip("/"), "/"):
            text = unquote(part)
            match = _SEGMENT.fullmatch(text)
            if match is None:
                raise Refused(400, "0x80060888", f"The request URI is not valid: '{text}'.")
            found.append(Segment(match[1], match[2]))
        return found

    def options(self) -> dict[str, str]:
        """Query options; `$select` may be written `%24select`, spaces `+` or `%20`."""
        found = {}
        for part in filter(None, self.query.split("&")):
            name, _, value = part.partition("=")
            found[unquote_plus(name).strip()] = unquote_plus(value)
        return found

    def json(self) -> dict[str, Any]:
        """The body.

        Raises:
            Refused: 400, it is no JSON object.
        """
        if not self.body.strip():
            return {}
        try:
            found = json.loads(self.body)
        except ValueError as error:
            raise Refused(400, "0x80060888", f"Unable to parse the request body: {error}") from None
        if not isinstance(found, dict):
            raise Refused(400, "0x80060888", "A JSON object was expected in the request body.")
        return found

    def preferences(self) -> dict[str, str]:
        """What the Prefer header asks for, names in lower case."""
        text = self.headers.get("prefer", "")
        return {name.lower(): (value or "").strip('"') for name, value in _PREFERENCE.findall(text) if name}


@dataclass(slots=True)
class Answer:
    """One reply."""

    status: int
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)


def answer_json(value: Any, status: int = 200, headers: Mapping[str, str] | None = None) -> Answer:
    """A reply with a JSON body."""
    return Answer(status, to_json(value), {"Content-Type": JSON, **(headers or {})})


def answer_error(refused: Refused) -> Answer:
    """An error as the Web API words it."""
    found = answer_json({"error": {"code": refused.code, "message": refused.message}}, refused.status)
    found.headers.update(refused.headers)
    return found


def objects_in(given: Mapping[str, Any], name: str) -> list[dict[str, Any]]:
    """A list of JSON objects out of a body; empty where it is missing.

    Raises:
        Refused: 400, it is something else.
    """
    found = given.get(name)
    if found is None:
        return []
    if not isinstance(found, list) or not all(isinstance(one, dict) for one in found):
        raise Refused(400, "0x80048d19", f"'{name}' must be a list of JSON objects.")
    return found


def object_in(given: Mapping[str, Any], name: str) -> dict[str, Any]:
    """A JSON object out of a body; empty where it is missing.

    Raises:
        Refused: 400, it is something else.
    """
    found = given.get(name)
    if found is not None and not isinstance(found, dict):
        raise Refused(400, "0x80048d19", f"'{name}' must be a JSON object.")
    return found or {}


def not_found(name: str) -> Refused:
    """404 of an address that leads nowhere."""
    return Refused(404, "0x80060888", f"Resource not found for the segment '{name}'.")


def no_property(name: str, table: str) -> Refused:
    """400 of a name that is no column."""
    return Refused(
        400, "0x80060888", f"Could not find a property named '{name}' on type 'Microsoft.Dynamics.CRM.{table}'."
    )


def entity_address(base: str, set_name: str, key: str) -> str:
    """Address of a row."""
    return f"{base}{set_name}({key})"


def encode(text: str) -> str:
    """A value for a query."""
    return quote(text, safe="")


def split_list(text: str, mark: str = ",") -> list[str]:
    """Parts of a list; marks inside quotes and brackets do not count."""
    return [part.strip() for part in _split(text, mark) if part.strip()]


def _split(text: str, mark: str) -> list[str]:
    parts, depth, quoted, start = [], 0, False, 0
    plain = text.replace("%27", "'  ").replace("%28", "(  ").replace("%29", ")  ") if mark == "/" else text
    for n, letter in enumerate(plain):
        if letter == "'":
            quoted = not quoted
        elif not quoted and letter in "([":
            depth += 1
        elif not quoted and letter in ")]":
            depth -= 1
        elif letter == mark and not quoted and depth <= 0:
            parts.append(text[start:n])
            start = n + 1
    parts.append(text[start:])
    return parts
