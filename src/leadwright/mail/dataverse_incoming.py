"""An email activity that came in, as the bytes of a mail again, so that one parser reads whatever mailbox it is from.

Server-side synchronisation keeps addresses, ids, the safe HTML and a few headers; the rest of the mail is gone.
"""

import base64
import json
import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from email.header import Header
from email.utils import format_datetime
from typing import Any

from leadwright.mail.mailbox import Tracked

COLUMNS = (
    "activityid", "subject", "description", "safedescription", "sender", "torecipients", "messageid", "inreplyto",
    "internetmessageheaders", "senton", "createdon", "actualend", "correlationmethod", "attachmentcount",
    "_correlatedactivityid_value", "_parentactivityid_value", "_regardingobjectid_value",
)  # fmt: skip
PARTIES = "email_activity_parties($select=addressused,participationtypemask,unresolvedpartyname)"
_NAMES = {1: "From", 2: "To", 3: "Cc"}
_OWN = {
    "from", "to", "cc", "bcc", "subject", "date", "message-id", "in-reply-to", "mime-version", "content-type",
    "content-transfer-encoding",
}  # fmt: skip
_HEADER = re.compile(r"[A-Za-z][A-Za-z0-9-]{0,70}")
_ADDRESS = re.compile(r"[^\s<>;,]+@[^\s<>;,]+")


def raw_of(row: Mapping[str, Any], attachments: Sequence[Mapping[str, Any]] = ()) -> bytes:
    """The mail as bytes, with CRLF.

    Args:
        attachments: rows of activitymimeattachment; their names are kept, not what is in them.
    """
    lines = [f"{name}: {value}" for name, value in _headers(row) if value]
    lines += ["MIME-Version: 1.0"]
    html = str(row.get("safedescription") or row.get("description") or "")
    body = base64.encodebytes(html.encode("utf-8", "replace")).decode().replace("\n", "\r\n")
    part = ["Content-Type: text/html; charset=utf-8", "Content-Transfer-Encoding: base64", "", body]
    if not attachments:
        return "\r\n".join([*lines, *part]).encode("utf-8", "replace")
    boundary = f"=_{str(row.get('activityid', '')).replace('-', '')}"
    pieces = [f"--{boundary}", *part]
    for one in attachments:
        kind, name = _kind(one.get("mimetype")), _encoded(str(one.get("filename") or "attachment"))
        pieces += [
            f"--{boundary}",
            f"Content-Type: {kind}",
            f'Content-Disposition: attachment; filename="{name}"',
            "",
            "",
        ]
    head = [*lines, f'Content-Type: multipart/mixed; boundary="{boundary}"', ""]
    return "\r\n".join([*head, *pieces, f"--{boundary}--", ""]).encode("utf-8", "replace")


def head_of(row: Mapping[str, Any]) -> bytes:
    """Its header fields alone, for a look through a backlog."""
    return (
        "".join(f"{name}: {value}\r\n" for name, value in _headers(row) if value).encode("utf-8", "replace") + b"\r\n"
    )


def tracked_of(row: Mapping[str, Any]) -> Tracked:
    """What server-side synchronisation found the mail to be."""
    answers = row.get("_correlatedactivityid_value") or row.get("_parentactivityid_value") or ""
    return Tracked(str(row["activityid"]), str(answers), int(row.get("correlationmethod") or 0))


def moment_of(value: Any) -> datetime | None:
    """A moment as Dataverse writes it."""
    try:
        found = datetime.fromisoformat(str(value).replace("Z", "+00:00"))
    except ValueError:
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def _headers(row: Mapping[str, Any]) -> list[tuple[str, str]]:
    people: dict[str, list[str]] = {name: [] for name in _NAMES.values()}
    for party in row.get("email_activity_parties") or ():
        name = _NAMES.get(int(party.get("participationtypemask") or 0))
        address = _ADDRESS.search(str(party.get("addressused") or ""))
        if name and address:
            people[name].append(address[0])
    sender = _ADDRESS.search(str(row.get("sender") or ""))
    if sender is not None:
        people["From"] = [sender[0]]
    sent = moment_of(row.get("senton") or row.get("createdon"))
    messageid = _line(str(row.get("messageid") or "")) or f"<{row.get('activityid')}@dataverse.invalid>"
    parent = _line(str(row.get("inreplyto") or ""))
    own = [
        ("From", ", ".join(people["From"][:1])),
        ("To", ", ".join(people["To"])),
        ("Cc", ", ".join(people["Cc"])),
        ("Subject", _encoded(_line(str(row.get("subject") or "")))),
        ("Date", format_datetime(sent) if sent else ""),
        ("Message-ID", messageid),
        ("In-Reply-To", parent),
    ]
    return [*_kept_headers(row.get("internetmessageheaders")), *own]


def _kept_headers(text: Any) -> list[tuple[str, str]]:
    """The headers that were kept, as an object or as a list of name and value; nonsense is passed over."""
    try:
        found = json.loads(text) if text else {}
    except (ValueError, TypeError, RecursionError):
        return []
    pairs = found.items() if isinstance(found, dict) else [
        (one.get("name", one.get("Name")), one.get("value", one.get("Value")))
        for one in (found if isinstance(found, list) else ()) if isinstance(one, dict)
    ]  # fmt: skip
    kept = []
    for name, value in pairs:
        values = value if isinstance(value, list) else [value]
        if isinstance(name, str) and _HEADER.fullmatch(name) and name.lower() not in _OWN:
            nobody = "<>" if name.lower() == "return-path" else ""
            kept += [(name, _line(str(one)) or nobody) for one in values if one is not None]
    return kept


def _line(text: str) -> str:
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())


def _encoded(text: str) -> str:
    plain = _line(text).replace('"', "'")
    return plain if plain.isascii() else Header(plain, "utf-8").encode(linesep="\r\n")


def _kind(text: Any) -> str:
    kind = str(text or "").strip().lower()
    plain = re.fullmatch(r"[a-z0-9.+-]{1,60}/[a-z0-9.+-]{1,80}", kind) is not None
    return kind if plain and not kind.startswith(("multipart/", "message/")) else "application/octet-stream"
