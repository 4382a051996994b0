"""Delivery status notifications (RFC 3464): the fields of each recipient, and which mail of ours they are about."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from leadwright.mail.header_fields import read_ids
from leadwright.mail.message import Message

_STATUS_TYPES = ("message/delivery-status", "message/global-delivery-status", "message/xdelivery-status")
_RETURNED = (
    "message/rfc822",
    "message/global",
    "text/rfc822-headers",
    "message/rfc822-headers",
    "message/global-headers",
)
_FIELD = re.compile(r"([A-Za-z][A-Za-z0-9-]{0,60})\s{0,5}:\s{0,20}(.*)")
# The "bounce" action of a receiving rule of Amazon SES.
_BY_RULE = re.compile(r"(?im)^reporting-mta:[^\n]{0,40}\binbound-smtp\.[\w.-]{1,60}\.amazonaws\.com")
_STATUS = re.compile(r"(?<![\d.])([245]\.\d{1,3}\.\d{1,3})(?![\d.])")
_ADDRESS = re.compile(r"[^\s<>;,:()\[\]\"]{1,120}@[^\s<>;,()\[\]\"]{1,255}")
_ID_LINE = re.compile(r"(?im)^[ \t>]{0,4}message-id:[ \t]{0,10}(?:\r?\n[ \t]+)?<?([^\s<>]{3,900})>?")


@dataclass(frozen=True, slots=True)
class Notice:
    """One recipient of a notification. `action` is lower-case; `said` holds the diagnostic, unfolded.

    `by_rule` marks a report that a receiving rule sent after the mail was taken: its owner chose code and words.
    `forwarded` marks one that failed for another address than the mail was for: others behind that may have it.
    `category` is what the sending system made of the reply (PowerMTA: "bad-mailbox", "quota-issues"); "" without one.
    """

    recipient: str
    action: str
    status: str
    said: str
    by_rule: bool = False
    category: str = ""
    forwarded: bool = False


def read_notices(message: Message) -> tuple[Notice, ...]:
    """Every recipient of every delivery-status part; a rejecting read receipt counts as one too."""
    found = [
        replace(notice, by_rule=bool(_BY_RULE.search(part.text)))
        for part in message.reports
        if part.type in _STATUS_TYPES
        for notice in (_notice(group) for group in _groups(part.text))
        if notice
    ]
    if not found and "final-recipient:" in message.plain.lower():
        found = [
            notice for group in _groups(message.plain) if "final-recipient" in group and (notice := _notice(group))
        ]
    if not found:
        found = [notice for part in message.reports if (notice := _rejection(part.type, part.text, message.text))]
    unique = {(notice.recipient.lower(), notice.action): notice for notice in reversed(found)}
    return tuple(reversed(unique.values()))


def _groups(text: str) -> Iterator[dict[str, str]]:
    """The blocks of fields between blank lines, names in lower case; broken lines are appended to the field before."""
    fields: dict[str, str] = {}
    last = ""
    for line in text.splitlines():
        if not line.strip():
            if fields:
                yield fields
            fields, last = {}, ""
        elif line[0] in " \t" and last:
            fields[last] += " " + line.strip()
        elif field := _FIELD.match(line):
            last = field.group(1).lower()
            if last in ("final-recipient", "original-recipient") and last in fields:
                yield fields
                fields = {}
            fields[last] = f"{fields[last]} {field.group(2).strip()}" if last in fields else field.group(2).strip()
        elif last:
            fields[last] += " " + line.strip()
    if fields:
        yield fields


def _notice(fields: dict[str, str]) -> Notice | None:
    names = ("final-recipient", "original-recipient", "x-actual-recipient")
    if not any(name in fields for name in (*names, "action", "diagnostic-code")):
        return None
    people = [
        fields[name] for name in ("original-recipient", "final-recipient", "x-actual-recipient") if name in fields
    ]
    recipient = next((address for person in people if (address := _person(person))), "")
    if not recipient and not (fields.get("action") and fields.get("diagnostic-code")):
        return None
    said = fields.get("diagnostic-code", "").partition(";")[2].strip() or fields.get("diagnostic-code", "")
    for name in ("x-supplementary-info", "x-diagnostic-code", "x-display-name-reason", "remote-mta-diagnostic"):
        said = f"{said} {fields[name]}" if name in fields else said
    inner = _STATUS.search(said)
    status = _STATUS.search(fields.get("status", ""))
    stated = status.group(1) if status else ""
    if inner and (not stated or stated.endswith((".0.0", ".5.0")) or _is_of_reply(inner, said, stated)):
        stated = inner.group(1)
    extra = re.sub(r"^[245]\.\d{1,3}\.\d{1,3}", "", fields.get("status", "")).strip(" ()")
    category = fields.get("x-powermta-bouncecategory", "").lower()
    addresses = {person.casefold() for person in map(_person, people[:2]) if "@" in person}
    return Notice(
        recipient, fields.get("action", "failed").lower(), stated, f"{said} {extra}".strip(), category=category,
        forwarded="original-recipient" in fields and len(addresses) > 1,
    )  # fmt: skip


def _is_of_reply(code: re.Match[str], said: str, stated: str) -> bool:
    """The code that the refusing server itself put after its reply code: it knows better than who reports it."""
    return code[1][0] == stated[0] and bool(re.fullmatch(r"\W{0,3}[45]\d\d[ #-]{1,2}", said[: code.start()]))


def _person(value: str) -> str:
    value = value.partition(";")[2] or value
    found = _ADDRESS.search(value)
    return (found.group() if found else value).strip(" <>\"'").rstrip(".")


def _rejection(kind: str, fields: str, said: str) -> Notice | None:
    """A mail filter that rejects by read receipt (Sieve "reject", RFC 5429): deleted unread, by itself."""
    if kind != "message/disposition-notification":
        return None
    named = next(_groups(fields), {})
    disposition = named.get("disposition", "").lower().replace(" ", "")
    if "automatic-action" not in disposition or not disposition.endswith(("deleted", "denied", "failed", "error")):
        return None
    return Notice(_person(named.get("final-recipient", "")), "failed", "", said[:1_000])


def original_id(message: Message) -> str | None:
    """Message-ID (with brackets) of the mail a report is about; None where it does not say."""
    for part in message.reports:
        if ids := read_ids(next(_groups(part.text), {}).get("original-message-id", "")):
            return ids[0]
    for part in message.reports:
        if part.type in _RETURNED and (found := _ID_LINE.search(part.text)):
            return f"<{found.group(1)}>"
    if found := _ID_LINE.search(message.text):
        return f"<{found.group(1)}>"
    answered = message.in_reply_to or message.references[-1:]
    return answered[0] if answered else None
