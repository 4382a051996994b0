"""A message as Graph has it and as MIME, each made from the other; the threading headers of Exchange."""

import base64
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email import policy
from email.message import EmailMessage
from email.parser import BytesParser
from email.utils import format_datetime, formataddr, getaddresses, parsedate_to_datetime
from typing import Any
from uuid import UUID, uuid4

Item = dict[str, Any]
_POLICY = policy.SMTP.clone(max_line_length=998)
_REPLY = re.compile(r"^\s*((re|fw|fwd|aw|wg|sv|vs|tr|r|rif|antw)\s*(\[\d+\])?\s*:\s*)+", re.IGNORECASE)
_TAGS = re.compile(r"<(style|script|head)\b.*?</\1>|<[^>]+>", re.IGNORECASE | re.DOTALL)
_GENERATED = {
    *("from", "sender", "to", "cc", "bcc", "reply-to", "subject", "date", "message-id", "in-reply-to", "references"),
    *("thread-topic", "thread-index", "mime-version", "content-type", "content-transfer-encoding", "importance"),
}


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file of a message."""

    name: str
    contenttype: str
    content: bytes
    inline: bool = False
    contentid: str = ""


@dataclass(slots=True)
class Read:
    """What a MIME message holds. `thread` is the Thread-Index, base64; `parents` are ids it answers, nearest first."""

    item: Item
    messageid: str
    parents: list[str]
    thread: str
    sentat: datetime | None
    attachments: list[Attachment] = field(default_factory=list)
    is_meeting: bool = False


def read_mime(raw: bytes) -> Read:
    """A message out of its bytes; odd ones are read as well as can be."""
    message = BytesParser(policy=policy.default).parsebytes(raw)
    assert isinstance(message, EmailMessage)
    kind, content = _body(message)
    parents = re.findall(r"<[^<>\s]+>", _header(message, "In-Reply-To"))
    references = reversed(re.findall(r"<[^<>\s]+>", _header(message, "References")))
    parents += [one for one in references if one not in parents]
    item: Item = {
        "subject": _header(message, "Subject"),
        "body": {"contentType": kind, "content": content},
        "importance": (_header(message, "Importance") or "normal").lower(),
        "internetMessageHeaders": [{"name": n, "value": " ".join(str(v).split())} for n, v in _headers(message)],
        **{key: people(_header(message, name)) for key, name in _PEOPLE.items()},
    }
    first = people(_header(message, "From")) or people(_header(message, "Sender"))
    item["from"] = first[0] if first else None
    item["sender"] = next(iter(people(_header(message, "Sender"))), item["from"])
    messageid = (re.findall(r"<[^<>\s]+>", _header(message, "Message-ID")) or [""])[0]
    sent = _date(_header(message, "Date"))
    read = Read(item, messageid, parents, _header(message, "Thread-Index").strip(), sent, _attachments(message))
    read.is_meeting = any(part.get_content_type() == "text/calendar" for part in message.walk())
    return read


_PEOPLE = {"toRecipients": "To", "ccRecipients": "Cc", "bccRecipients": "Bcc", "replyTo": "Reply-To"}


def write_mime(
    item: Mapping[str, Any],
    messageid: str,
    thread: str,
    moment: datetime,
    attachments: Sequence[Attachment] = (),
    parents: Sequence[str] = (),
) -> bytes:
    """A message as it goes over the wire: without Bcc, with Exchange's threading headers."""
    message = EmailMessage(_POLICY)
    message["From"] = _one(item.get("from"))
    if item.get("sender") and address_of(item.get("sender")) != address_of(item.get("from")):
        message["Sender"] = _one(item["sender"])
    for key, name in (("toRecipients", "To"), ("ccRecipients", "Cc"), ("replyTo", "Reply-To")):
        if item.get(key):
            message[name] = ", ".join(_one(person) for person in item[key])
    message["Subject"] = _plain_line(item.get("subject") or "")
    message["Date"] = format_datetime(moment.astimezone(UTC))
    message["Message-ID"] = messageid
    if parents:
        message["In-Reply-To"] = parents[0]
        message["References"] = " ".join(reversed(parents[:20]))
    message["Thread-Topic"] = _plain_line(topic(item.get("subject") or ""))
    message["Thread-Index"] = thread
    if (item.get("importance") or "normal") != "normal":
        message["Importance"] = item["importance"]
    for header in item.get("internetMessageHeaders") or ():
        if header["name"].lower() not in _GENERATED:
            message[header["name"]] = _plain_line(str(header["value"]))
    _write_body(message, item.get("body") or {}, attachments)
    return message.as_bytes()


def people(text: str) -> list[dict[str, Any]]:
    """Recipients out of a header."""
    found = getaddresses([text]) if text else []
    return [recipient(address, name) for name, address in found if "@" in address]


def recipient(address: str, name: str = "") -> dict[str, Any]:
    """A recipient as Graph spells it."""
    return {"emailAddress": {"name": name or address, "address": address}}


def address_of(person: Mapping[str, Any] | None) -> str:
    """Address of a recipient; empty where there is none."""
    return str(((person or {}).get("emailAddress") or {}).get("address") or "").strip()


def addresses_in(item: Mapping[str, Any], *keys: str) -> list[str]:
    """Addresses under these names, each once, in order."""
    found = [address_of(person) for key in keys for person in item.get(key) or ()]
    return list({address.lower(): address for address in found if address}.values())


def topic(subject: str) -> str:
    """The subject without Re: and Fw:."""
    return _REPLY.sub("", subject).strip()


def new_thread(moment: datetime) -> str:
    """The first Thread-Index of a conversation: a moment and an id."""
    ticks = int(moment.timestamp() * 10_000_000) + 116_444_736_000_000_000
    return base64.b64encode(ticks.to_bytes(8, "big")[:6] + uuid4().bytes).decode()


def next_thread(thread: str, moment: datetime) -> str:
    """The Thread-Index of an answer: five bytes more."""
    try:
        known = base64.b64decode(thread)
    except ValueError:
        return new_thread(moment)
    return base64.b64encode(known + int(moment.timestamp()).to_bytes(5, "big")).decode()


def thread_root(thread: str) -> str:
    """What all messages of a conversation share of their Thread-Index; empty where it is none."""
    try:
        known = base64.b64decode(thread, validate=False)
    except ValueError:
        return ""
    return str(UUID(bytes=known[6:22])) if len(known) >= 22 else ""


def text_of(content: str, kind: str) -> str:
    """A body as plain text."""
    from html import unescape

    if kind != "html":
        return content
    broken = re.sub(r"(?i)<br\s*/?>|</(p|div|tr|li)>", "\n", content)
    return re.sub(r"\n{3,}", "\n\n", unescape(_TAGS.sub("", broken))).strip()


def _body(message: EmailMessage) -> tuple[str, str]:
    try:
        part = message.get_body(("html", "plain"))
    except (KeyError, AttributeError):
        part = None
    if part is None:
        return "text", ""
    kind = "html" if part.get_content_type() == "text/html" else "text"
    try:
        return kind, str(part.get_content())
    except (LookupError, ValueError, KeyError):
        payload = part.get_payload(decode=True)
        return kind, payload.decode("latin-1") if isinstance(payload, bytes) else ""


def _attachments(message: EmailMessage) -> list[Attachment]:
    found = []
    for part in message.walk():
        name, inline = part.get_filename(), part.get_content_disposition() == "inline"
        if part.is_multipart() or not (name or part.get_content_disposition() == "attachment"):
            continue
        content = part.get_payload(decode=True)
        raw = content if isinstance(content, bytes) else b""
        cid = str(part.get("Content-ID") or "").strip("<> ")
        found.append(Attachment(name or "attachment", part.get_content_type(), raw, inline, cid))
    return found


def _write_body(message: EmailMessage, body: Mapping[str, Any], attachments: Iterable[Attachment]) -> None:
    kind, content = str(body.get("contentType") or "text").lower(), str(body.get("content") or "")
    message.set_content(text_of(content, kind), charset="utf-8")
    if kind == "html":
        message.add_alternative(content, subtype="html", charset="utf-8")
    for one in attachments:
        main, _, sub = (one.contenttype or "application/octet-stream").partition("/")
        if main == "multipart" or not sub:
            main, sub = "application", "octet-stream"
        message.add_attachment(
            one.content,
            maintype=main,
            subtype=sub.partition(";")[0],
            filename=one.name,
            disposition="inline" if one.inline else "attachment",
            cid=f"<{one.contentid}>" if one.contentid else None,
        )


def _one(person: Mapping[str, Any] | None) -> str:
    name = str(((person or {}).get("emailAddress") or {}).get("name") or "")
    address = address_of(person)
    return formataddr((_plain_line(name) if name != address else "", address))


def _plain_line(text: str) -> str:
    return " ".join(text.split())


def _header(message: EmailMessage, name: str) -> str:
    try:
        return " ".join(str(message.get(name, "")).split())
    except (ValueError, IndexError, AttributeError):
        return ""


def _headers(message: EmailMessage) -> list[tuple[str, str]]:
    return [(name, _header_value(value)) for name, value in message.raw_items()]


def _header_value(value: Any) -> str:
    return str(value).encode("utf-8", "replace").decode()


def _date(text: str) -> datetime | None:
    try:
        found = parsedate_to_datetime(text)
    except (ValueError, TypeError):
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)
