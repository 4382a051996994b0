"""$batch: several requests in one, change sets that hold or fail together, $1 for what an earlier part made."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING

from leadwright.sandbox.dynamics.dataverse.calls import Answer, Asked
from leadwright.sandbox.dynamics.dataverse.entities import refused_answer
from leadwright.sandbox.dynamics.world import Refused, new_guid

if TYPE_CHECKING:
    from leadwright.sandbox.dynamics.world import World

LIMIT = 1000
_BOUNDARY = re.compile(r'boundary=(?:"([^"]+)"|([^;\s]+))', re.IGNORECASE)
_REFERENCE = re.compile(r"^/?\$(\w+)")


@dataclass(slots=True)
class Part:
    """One part of a multipart body: its headers, names in lower case, and what follows."""

    headers: dict[str, str]
    body: bytes


def answer(world: "World", asked: Asked, perform: Callable[[Asked], Answer]) -> Answer:
    """The multipart reply to a multipart request.

    Args:
        perform: answers one request; raises Refused.

    Raises:
        Refused: 400, the body is no batch or has more than 1,000 operations.
    """
    parts = _parts(asked.headers.get("content-type", ""), asked.body)
    sets = [_parts(part.headers.get("content-type", ""), part.body) if _is_set(part) else None for part in parts]
    count = sum(len(inner) if inner is not None else 1 for inner in sets)
    if count > LIMIT:
        message = f"The current batch message contains too many parts. At most {LIMIT} operations are allowed."
        raise Refused(400, "0x80060888", message)
    go_on = "odata.continue-on-error" in asked.preferences()
    boundary, chunks, failed = f"batchresponse_{new_guid()}", [], False
    for part, inner in zip(parts, sets, strict=True):
        if inner is None:
            made = _single(world, asked, part, perform)
            failed = made.status >= 400
            chunks.append(_shown(made, part.headers.get("content-id")))
        else:
            chunk, failed = _change_set(world, asked, inner, perform)
            chunks.append(chunk)
        if failed and not go_on:
            break
    body = b"".join(b"--" + boundary.encode() + b"\r\n" + chunk + b"\r\n" for chunk in chunks)
    body += f"--{boundary}--\r\n".encode()
    status = 200
    if failed and not go_on and len(chunks) == 1 and len(parts) == 1:
        status = 200 if go_on else 400
    return Answer(status, body, {"Content-Type": f"multipart/mixed; boundary={boundary}"})


def _single(world: "World", asked: Asked, part: Part, perform: Callable[[Asked], Answer]) -> Answer:
    try:
        inner = _request(asked, part, {})
        if inner.method not in {"GET", "POST", "PATCH", "PUT", "DELETE"}:
            raise Refused(405, "0x80060888", f"The method {inner.method} is not supported in a batch.")
        return perform(inner)
    except Refused as refused:
        return refused_answer(world, refused)


def _change_set(
    world: "World", asked: Asked, parts: list[Part], perform: Callable[[Asked], Answer]
) -> tuple[bytes, bool]:
    boundary = f"changesetresponse_{new_guid()}"
    made: list[tuple[Answer, str | None]] = []
    named: dict[str, str] = {}
    content_id = None
    try:
        with world.transaction():
            for part in parts:
                content_id = part.headers.get("content-id")
                inner = _request(asked, part, named)
                if inner.method == "GET":
                    raise Refused(400, "0x80060888", "GET requests are not allowed inside a change set.")
                answered = perform(inner)
                if content_id and "OData-EntityId" in answered.headers:
                    named[content_id] = answered.headers["OData-EntityId"]
                made.append((answered, content_id))
    except Refused as refused:
        return _shown(refused_answer(world, refused), content_id), True
    body = b"".join(b"--" + boundary.encode() + b"\r\n" + _shown(one, content_id) + b"\r\n" for one, content_id in made)
    head = f"Content-Type: multipart/mixed; boundary={boundary}\r\n\r\n"
    return head.encode() + body + f"--{boundary}--\r\n".encode(), False


def _shown(made: Answer, content_id: str | None) -> bytes:
    lines = ["Content-Type: application/http", "Content-Transfer-Encoding: binary"]
    if content_id:
        lines.append(f"Content-ID: {content_id}")
    lines += ["", f"HTTP/1.1 {made.status} {HTTPStatus(made.status).phrase}"]
    lines += [f"{name}: {value}" for name, value in made.headers.items()]
    lines.append("OData-Version: 4.0")
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + made.body


def _is_set(part: Part) -> bool:
    return part.headers.get("content-type", "").lower().startswith("multipart/mixed")


def _parts(content_type: str, body: bytes) -> list[Part]:
    found = _BOUNDARY.search(content_type)
    if not content_type.lower().startswith("multipart/mixed") or found is None:
        raise Refused(415, "0x80060888", "A batch needs Content-Type: multipart/mixed with a boundary.")
    mark = b"--" + (found[1] or found[2]).encode()
    text = b"\r\n" + body
    pieces = re.split(rb"\r?\n" + re.escape(mark) + rb"(?=--|[ \t]*\r?\n|$)", text)
    if len(pieces) < 2:
        raise Refused(400, "0x80060888", "The batch body does not contain its boundary.")
    parts = []
    for piece in pieces[1:]:
        if piece.startswith(b"--"):
            break
        parts.append(_part(piece.lstrip(b" \t")))
    return parts


def _part(piece: bytes) -> Part:
    head, body = _head(re.sub(rb"^\r?\n", b"", piece, count=1))
    return Part(head, body)


def _head(text: bytes) -> tuple[dict[str, str], bytes]:
    split = re.split(rb"\r?\n\r?\n", text, maxsplit=1)
    headers = {}
    for line in re.split(rb"\r?\n", split[0]):
        name, mark, value = line.decode("latin-1").partition(":")
        if mark:
            headers[name.strip().lower()] = value.strip()
    return headers, split[1] if len(split) > 1 else b""


def _request(asked: Asked, part: Part, named: dict[str, str]) -> Asked:
    first, _, rest = part.body.lstrip(b"\r\n").partition(b"\n")
    words = first.decode("utf-8", "replace").strip().split(" ")
    if len(words) < 2:
        raise Refused(400, "0x80060888", "A part of the batch has no request line.")
    method, address = words[0].upper(), " ".join(words[1:-1]) if words[-1].startswith("HTTP/") else words[1]
    headers, body = _head(rest) if rest.strip() else ({}, b"")
    if rest.startswith((b"\r\n", b"\n")):
        headers, body = {}, rest.lstrip(b"\r\n")
    reference = _REFERENCE.match(address)
    if reference and reference[1] in named:
        address = named[reference[1]] + address[reference.end() :]
    path, _, query = _below(address, asked.base).partition("?")
    kept = {name: value for name, value in asked.headers.items() if name in _INHERITED}
    return Asked(method, path, query, {**kept, **headers}, body.rstrip(b"\r\n"), asked.base, named)


_INHERITED = {"mscrmcallerid", "callerobjectid", "mscrm.suppressduplicatedetection"}


def _below(address: str, base: str) -> str:
    if address.startswith(base):
        return address[len(base) :]
    if "/api/data/" in address:
        return address.split("/api/data/", 1)[1].split("/", 1)[1]
    return address.lstrip("/")
