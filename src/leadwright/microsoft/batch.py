"""$batch of Dataverse: many calls in one request, each with its own outcome; change sets that hold or fail together."""

import json as json_
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

from leadwright.errors import BadInput
from leadwright.microsoft.answers import Answer, error_of, read_answer
from leadwright.microsoft.errors import (
    MicrosoftError,
    NotAMember,
    Refused,
    ServiceDown,
    SignInRefused,
    Throttled,
    Unclear,
)
from leadwright.microsoft.http import MicrosoftHttp

MOST_CALLS = 1000
_OF_EACH = frozenset({"CallerObjectId"})  # headers of the request that each call has to carry itself
MOST_BYTES = 16_000_000  # of one request's body; Dataverse takes more, proxies on the way may not
_BOUNDARY = re.compile(r'boundary=(?:"([^"]+)"|([^;\s]+))', re.IGNORECASE)
_STATUS = re.compile(rb"HTTP/1\.[01] (\d{3})")
_OF_ALL = (Throttled, ServiceDown, NotAMember, SignInRefused)  # concern every call of a change set
_BLANK = re.compile(rb"\r?\n\r?\n")


@dataclass(frozen=True, slots=True)
class Call:
    """One call of a batch.

    Args:
        path: below the version, such as "leads(id)" or "leads?$select=subject".
        headers: such as If-Match, If-None-Match, Prefer.

    Raises:
        BadInput: the address or a header holds a line break.
    """

    method: str
    path: str
    json: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if any("\r" in text or "\n" in text for text in (self.path, *self.headers.values())):
            raise BadInput("An address or header of a batch holds a line break.")

    @property
    def is_repeatable(self) -> bool:
        """Does doing it twice do what doing it once does?"""
        versioned = "If-Match" in self.headers or "If-None-Match" in self.headers
        return self.method in ("GET", "DELETE", "PUT") or (self.method == "PATCH" and versioned)


def perform(
    http: MicrosoftHttp, base: str, headers: Mapping[str, str], calls: Sequence[Call], *, atomic: bool
) -> list[Answer | MicrosoftError]:
    """The outcome of each call, in the order given.

    Raises:
        BadInput: an atomic batch with a GET in it, or too large for one request.
        MicrosoftError: a whole request failed; what stood in it has no outcome.
    """
    if atomic and any(call.method == "GET" for call in calls):
        raise BadInput("A change set cannot hold reads.")
    outcomes: list[Answer | MicrosoftError] = []
    acting = {name: value for name, value in headers.items() if name in _OF_EACH}
    groups = list(_groups(calls, base, acting))
    if atomic and len(groups) > 1:
        raise BadInput(f"One change set holds at most {MOST_CALLS:,} calls and {MOST_BYTES / 1e6:.0f} MB.")
    for group in groups:
        found = _group(http, base, headers, group, atomic=atomic)
        http.heed(next((one for one in found if isinstance(one, Throttled)), None))
        outcomes.extend(found)
    return outcomes


def _groups(calls: Sequence[Call], base: str, acting: Mapping[str, str]) -> Iterator[list[tuple[Call, bytes]]]:
    group: list[tuple[Call, bytes]] = []
    size = 0
    for call in calls:
        written = _written(call, base, acting)
        if group and (len(group) >= MOST_CALLS or size + len(written) > MOST_BYTES):
            yield group
            group, size = [], 0
        group.append((call, written))
        size += len(written) + 200
    if group:
        yield group


def _group(
    http: MicrosoftHttp, base: str, headers: Mapping[str, str], group: list[tuple[Call, bytes]], *, atomic: bool
) -> list[Answer | MicrosoftError]:
    boundary = f"batch_{uuid4()}"
    content = _change_set(group, boundary) if atomic else _parts([w for _, w in group], boundary)
    given = {
        **headers,
        "Content-Type": f'multipart/mixed; boundary="{boundary}"',
        "Accept": "multipart/mixed",
        "Prefer": "odata.continue-on-error",
    }
    repeatable = all(call.is_repeatable for call, _ in group)
    resource = http.connection.dataverse_url.rstrip("/")
    came = http.send("POST", f"{base}$batch", resource=resource, headers=given, content=content, repeat=repeatable)
    answers = list(_answers(came))
    calls = [call for call, _ in group]
    if atomic and len(answers) == 1 and len(calls) != 1:
        return _failed_together(answers[0], calls)
    if len(answers) < len(calls):
        answers = _placed(answers, len(calls))
    return [_outcome(answer, call) for answer, call in zip(answers, calls, strict=False)]


def _failed_together(answer: tuple[int | None, Answer], calls: Sequence[Call]) -> list[Answer | MicrosoftError]:
    """A change set that failed has one answer, of the call that failed; nothing of it was done."""
    number, found = answer
    failed = number - 1 if number and 0 < number <= len(calls) else None
    error = _outcome((None, found), calls[failed or 0])
    if isinstance(error, Answer):
        return [error] * len(calls)
    if isinstance(error, _OF_ALL):
        return [error] * len(calls)
    if failed is None:
        words = f"Not done: one call of the change set failed, and it is not said which ({error.said or error.code})."
        return [Refused(words, code=error.code, said=error.said, status=error.status, permanent=True)] * len(calls)
    others = Refused("Not done, because another call of the same change set failed.", code=error.code,
                     retry_after=error.retry_after, permanent=False)  # fmt: skip
    return [error if index == failed else others for index in range(len(calls))]


def _placed(answers: list[tuple[int | None, Answer]], count: int) -> list[tuple[int | None, Answer]]:
    """Answers by their Content-ID; those that did not come are unclear."""
    by_number = {number: answer for number, answer in answers if number}
    if len(by_number) < len(answers):
        by_number = dict(enumerate((answer for _, answer in answers), 1))
    return [(number, by_number.get(number, Answer(0))) for number in range(1, count + 1)]


def _outcome(answer: tuple[int | None, Answer], call: Call) -> Answer | MicrosoftError:
    found = answer[1]
    if found.status == 0:
        return Unclear(f"Dataverse gave no answer to {call.method} {_name(call)}; it may have been done.")
    if found.status < 400:
        return found
    creates = call.headers.get("If-None-Match") == "*"
    return error_of(found, where=f"Dataverse ({_name(call)})", creates=creates)


def _name(call: Call) -> str:
    return call.path.partition("?")[0].rpartition("/")[2].partition("(")[0]


def _written(call: Call, base: str, acting: Mapping[str, str]) -> bytes:
    address = (call.path if call.path.startswith(("https://", "$")) else base + call.path).replace(" ", "%20")
    lines = [f"{call.method} {address} HTTP/1.1", "Accept: application/json"]
    lines += [f"{name}: {value}" for name, value in {**acting, **call.headers}.items() if value]
    body = b""
    if call.json is not None:
        lines.append("Content-Type: application/json; type=entry; charset=utf-8")
        body = json_.dumps(call.json, ensure_ascii=False, separators=(",", ":")).encode()
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


def _parts(written: Sequence[bytes], boundary: str) -> bytes:
    chunks = []
    for number, one in enumerate(written, 1):
        head = f"--{boundary}\r\nContent-Type: application/http\r\nContent-Transfer-Encoding: binary\r\n"
        chunks.append(head.encode() + f"Content-ID: {number}\r\n\r\n".encode() + one + b"\r\n")
    return b"".join(chunks) + f"--{boundary}--\r\n".encode()


def _change_set(group: list[tuple[Call, bytes]], boundary: str) -> bytes:
    inner = f"changeset_{uuid4()}"
    head = f'--{boundary}\r\nContent-Type: multipart/mixed; boundary="{inner}"\r\n\r\n'
    return head.encode() + _parts([w for _, w in group], inner) + f"\r\n--{boundary}--\r\n".encode()


def _answers(came: Answer) -> Iterator[tuple[int | None, Answer]]:
    """Every single answer of a multipart one, with its Content-ID when that is a number."""
    for headers, body in _pieces(came.headers.get("content-type", ""), came.content):
        kind = headers.get("content-type", "")
        if kind.lower().startswith("multipart/mixed"):
            yield from _answers(Answer(200, {"content-type": kind}, {}, body))
            continue
        status = _STATUS.search(body[:64])
        if status is None:
            continue
        inner, rest = _head(body.lstrip(b"\r\n").partition(b"\n")[2])
        number = headers.get("content-id") or inner.get("content-id") or ""
        yield (int(number) if number.isdecimal() else None), read_answer(int(status[1]), inner, rest.strip(b"\r\n"))


def _pieces(kind: str, content: bytes) -> Iterator[tuple[dict[str, str], bytes]]:
    found = _BOUNDARY.search(kind)
    if found is None:
        return
    mark = b"--" + (found[1] or found[2]).encode()
    for piece in (b"\r\n" + content).split(b"\n" + mark)[1:]:
        if piece.startswith(b"--"):
            return
        yield _head(piece.lstrip(b"\r\n"))


def _head(text: bytes) -> tuple[dict[str, str], bytes]:
    if text.startswith((b"\r\n", b"\n")):
        return {}, text.lstrip(b"\r\n")
    split = _BLANK.split(text, maxsplit=1)
    headers = {}
    for line in split[0].decode("latin-1").splitlines():
        name, colon, value = line.partition(":")
        if colon:
            headers[name.strip().lower()] = value.strip()
    return headers, split[1] if len(split) > 1 else b""
