"""The leaves of a mail, by the fast parser and, where that one gives up, by the standard library's."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from email.message import Message as StandardMessage
from email.parser import BytesParser
from email.policy import compat32
from typing import TYPE_CHECKING

from leadwright.mail.header_fields import decode_words, lenient_base64

if TYPE_CHECKING:
    from fast_mail_parser import PyMimePart

_PARAMETER = re.compile(r";\s*([a-z0-9-]{1,40}\*?)\s*=\s*(?:\"((?:[^\"\\]|\\.)*)\"?|([^;\s]*))", re.IGNORECASE)
_TYPE = re.compile(r"[a-z0-9.+-]{1,60}/[a-z0-9.+_-]{1,100}")
_MBOX_LINE = re.compile(rb"\A(?:>?From [^\r\n]*\r?\n)+")


@dataclass(frozen=True, slots=True)
class Part:
    """A leaf, or a mail inside the mail (`type` message/rfc822) with its raw bytes; nothing inside it is listed."""

    type: str
    parameters: dict[str, str]
    disposition: str
    name: str
    data: bytes


def read_parts(raw: bytes) -> tuple[tuple[Part, ...], tuple[str, ...]]:
    """The leaves in order, and what was wrong.

    Raises:
        RecursionError, MemoryError: from the standard parser, when the limits allowed too much.
    """
    from fast_mail_parser import ParseError, parse_email_tree

    raw = _MBOX_LINE.sub(b"", raw, count=1)
    try:
        parts = tuple(_fast(parse_email_tree(raw)))
    except ParseError:
        return tuple(_standard(raw)), ("The mail is not well-formed.",)
    if not parts or (not any(part.data for part in parts) and raw.strip()):
        return tuple(_standard(raw)), ()
    return parts, ()


def _fast(root: "PyMimePart") -> Iterator[Part]:
    waiting = [root]
    while waiting:
        node = waiting.pop()
        if node.content is None or (node.children and not node.is_message):
            waiting.extend(reversed(node.children))
            continue
        named = {name.lower(): values[-1] for name, values in node.headers.items() if values}
        yield _part(
            node.content_type, named.get("content-type", ""), node.disposition or "", node.filename, node.content
        )


def _standard(raw: bytes) -> Iterator[Part]:
    waiting: list[StandardMessage] = [BytesParser(policy=compat32).parsebytes(raw)]
    while waiting:
        node = waiting.pop()
        kind = node.get_content_type()
        inside = node.get_payload()
        if isinstance(inside, list) and not kind.startswith("message/"):
            waiting.extend(reversed([child for child in inside if isinstance(child, StandardMessage)]))
            continue
        if isinstance(inside, list):
            data = b"\n\n".join(_bytes_of(child) for child in inside if isinstance(child, StandardMessage))
        else:
            data = _payload(node)
        disposition, _, parameters = str(node.get("content-disposition") or "").partition(";")
        yield _part(
            kind,
            str(node.get("content-type") or ""),
            disposition,
            _parameters(";" + parameters).get("filename", ""),
            data,
        )


def _bytes_of(message: StandardMessage) -> bytes:
    header = "".join(f"{name}: {value}\n" for name, value in message.items())
    inside = message.get_payload()
    return header.encode("utf-8", "replace") + b"\n" + (_payload(message) if isinstance(inside, str) else b"")


def _payload(node: StandardMessage) -> bytes:
    """The decoded bytes of a leaf; broken base64 as far as it goes."""
    inside = node.get_payload()
    if not isinstance(inside, str):
        return b""
    if str(node.get("content-transfer-encoding") or "").strip().lower() == "base64":
        return lenient_base64(inside.encode("ascii", "replace"))
    try:
        found = node.get_payload(decode=True)
    except (ValueError, LookupError, AssertionError):
        found = None
    return found if isinstance(found, bytes) else inside.encode("utf-8", "replace")


def _part(kind: str, content_type: str, disposition: str, name: str, data: bytes) -> Part:
    """A leaf; a multipart without a boundary that was used is the text it looks like."""
    parameters = _parameters(content_type)
    found = _TYPE.match(kind.lower())
    kind = found.group() if found and not kind.lower().startswith("multipart/") else "text/plain"
    return Part(kind, parameters, disposition.strip().lower(), decode_words(name or parameters.get("name", "")), data)


def _parameters(value: str) -> dict[str, str]:
    """The parameters of a content type; the last of a name wins."""
    return {
        found.group(1).lower().rstrip("*"): found.group(2) if found.group(2) is not None else found.group(3)
        for found in _PARAMETER.finditer(value[:4_000])
    }
