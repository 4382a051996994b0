"""What an IMAP FETCH answers about one message: flags, size, date, envelope, the message or a part of it."""

import re
from datetime import UTC, datetime
from email.parser import BytesHeaderParser
from email.utils import getaddresses

from leadwright.sandbox.imap_words import quoted
from leadwright.sandbox.mail_store import Stored


def item(wanted: str, message: Stored) -> bytes:
    """One data item of FETCH, as the client named it."""
    raw = message.raw
    if wanted == "UID":
        return b"UID %d" % message.uid
    if wanted == "FLAGS":
        return f"FLAGS ({' '.join(sorted(message.flags))})".encode()
    if wanted == "RFC822.SIZE":
        return b"RFC822.SIZE %d" % len(raw)
    if wanted == "INTERNALDATE":
        return f'INTERNALDATE "{message.received.astimezone(UTC):%d-%b-%Y %H:%M:%S +0000}"'.encode()
    if wanted == "ENVELOPE":
        return _envelope(raw, message.received)
    name = wanted.replace("BODY.PEEK", "BODY")
    section = re.fullmatch(r"(?:BODY\[(.*?)\]|RFC822(?:\.(HEADER|TEXT))?)(?:<(\d+)\.(\d+)>)?", name)
    if section is None:
        raise ValueError(f"cannot fetch {wanted}")
    content = _section(raw, (section[1] or section[2] or "").upper())
    if section[3] is not None:
        start, length = int(section[3]), int(section[4])
        content, name = content[start : start + length], re.sub(r"<(\d+)\.\d+>", r"<\1>", name)
    return name.encode() + b" {%d}\r\n" % len(content) + content


def _section(raw: bytes, section: str) -> bytes:
    head, _, body = raw.partition(b"\r\n\r\n")
    if not section:
        return raw
    if section in {"TEXT", "1"}:
        return body
    if section == "HEADER":
        return head + b"\r\n\r\n"
    fields = re.fullmatch(r"HEADER\.FIELDS(\.NOT)? \((.*)\)", section)
    if fields is None:
        return b""
    names = {n.strip('"').lower() for n in fields[2].split()}
    lines = re.split(rb"\r\n(?![ \t])", head)
    kept = [line for line in lines if (line.partition(b":")[0].decode("latin-1").lower() in names) != bool(fields[1])]
    return b"".join(line + b"\r\n" for line in kept) + b"\r\n"


def _envelope(raw: bytes, received: datetime) -> bytes:
    headers = BytesHeaderParser().parsebytes(raw.partition(b"\r\n\r\n")[0] + b"\r\n\r\n")

    def text(name: str) -> str:
        value = headers.get(name)
        return quoted(" ".join(str(value).split())) if value else "NIL"

    def people(name: str) -> str:
        parts = [(n, *a.rpartition("@")[::2]) for n, a in getaddresses(headers.get_all(name, [])) if a]
        one = "".join(f"({quoted(n) if n else 'NIL'} NIL {quoted(local)} {quoted(host)})" for n, local, host in parts)
        return f"({one})" if one else "NIL"

    sender = people("From")
    date = text("Date") if headers.get("Date") else quoted(f"{received:%a, %d %b %Y %H:%M:%S +0000}")
    fields = (date, text("Subject"), sender, sender, sender, people("To"), people("Cc"), "NIL", text("In-Reply-To"))
    return f"ENVELOPE ({' '.join(fields)} {text('Message-ID')})".encode("ascii", "replace")
