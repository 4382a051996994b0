"""Messages of Graph as our mailbox sees them: how they are asked for, their header, their size. Pure."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Any
from urllib.parse import quote

from leadwright.mail.heads import FIELDS
from leadwright.microsoft.conditions import quoted

SIZE = "Long 0x0E08"  # PidTagMessageSize
WITH_SIZE = f"singleValueExtendedProperties($filter=id eq '{SIZE}')"
HEAD_COLUMNS = "internetMessageHeaders,internetMessageId,subject,from,sender,receivedDateTime,hasAttachments"
_WANTED = {name.lower() for name in FIELDS.split()}


def user_path(address: str) -> str:
    """Where a mailbox is: users/{address}."""
    return f"users/{quote(address, safe='@')}"


def named(messageid: str) -> str:
    """The condition for a message with this Message-ID."""
    return f"internetMessageId eq {quoted(messageid)}"


def stamp(moment: datetime) -> str:
    """A moment as Graph takes it."""
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def moment_of(value: Any) -> datetime | None:
    """A moment as Graph writes it."""
    try:
        found = datetime.fromisoformat(str(value).replace("Z", "+00:00"))
    except ValueError:
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def size_of(row: Mapping[str, Any]) -> int:
    """Bytes of the whole message; 0 when Graph does not say."""
    for one in row.get("singleValueExtendedProperties") or ():  # Graph writes the id back as Long 0xe08
        same = str(one.get("id", "")).lower().replace("0x0", "0x") == SIZE.lower().replace("0x0", "0x")
        if same and str(one.get("value", "")).isdecimal():
            return int(one["value"])
    return 0


def head_of(row: Mapping[str, Any], *, whole: bool = False) -> bytes:
    """The header as bytes.

    Args:
        whole: every field; else those of `heads.FIELDS`.
    """
    given = [
        (str(one.get("name") or ""), str(one.get("value") or "")) for one in row.get("internetMessageHeaders") or ()
    ]
    lines = [(name, value) for name, value in given if whole or name.lower() in _WANTED]
    have = {name.lower() for name, _ in lines}
    sent = moment_of(row.get("receivedDateTime"))
    more = [
        ("Message-ID", str(row.get("internetMessageId") or "")),
        ("From", _address(row.get("from") or row.get("sender"))),
        ("Subject", str(row.get("subject") or "")),
        ("Date", format_datetime(sent) if sent else ""),
    ]
    lines += [(name, value) for name, value in more if value and name.lower() not in have]
    text = "".join(f"{name}: {_line(value)}\r\n" for name, value in lines if re.fullmatch(r"[!-9;-~]+", name))
    return text.encode("utf-8", "replace") + b"\r\n"


def address_in(person: Any) -> str:
    """The address of a recipient or sender; empty without one."""
    given = (person or {}).get("emailAddress") if isinstance(person, Mapping) else None
    return str((given or {}).get("address") or "")


def _address(person: Any) -> str:
    address = address_in(person)
    return f"<{address}>" if address else ""


def _line(text: str) -> str:
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())
