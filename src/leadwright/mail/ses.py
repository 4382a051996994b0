"""Notifications of Amazon SES that arrive as JSON in a mail: bounce, complaint, delivery."""

import json
from dataclasses import dataclass
from typing import Any

_MOST = 200_000


@dataclass(frozen=True, slots=True)
class Notification:
    """What the service reports. `people` are (address, status, what the server said)."""

    kind: str
    people: tuple[tuple[str, str, str], ...]
    message_id: str | None
    permanent: bool | None


def read_notification(text: str) -> Notification | None:
    """The notification at the beginning of a text; None when there is none."""
    text = text.strip()[:_MOST]
    if not text.startswith("{") or "notificationType" not in text[:2_000]:
        return None
    try:
        data, _ = json.JSONDecoder().raw_decode(text.replace("\n", ""))
        if isinstance(data.get("Message"), str):
            data = json.loads(data["Message"])
        return _notification(data)
    except (ValueError, TypeError, AttributeError, RecursionError):
        return None


def _notification(data: dict[str, Any]) -> Notification | None:
    kind = str(data.get("notificationType", "")).lower()
    body = data.get(kind)
    if kind not in ("bounce", "complaint", "delivery") or not isinstance(body, dict):
        return None
    listed = body.get("bouncedRecipients") or body.get("complainedRecipients") or body.get("recipients") or []
    people = tuple(
        (str(who.get("emailAddress", "")), str(who.get("status", "")), str(who.get("diagnosticCode", "")))
        if isinstance(who, dict)
        else (str(who), "", "")
        for who in listed
    )
    return Notification(
        "delivered" if kind == "delivery" else kind,
        people,
        _message_id(data.get("mail") or {}),
        body.get("bounceType") == "Permanent" if kind == "bounce" else None,
    )


def _message_id(mail: dict[str, Any]) -> str | None:
    for header in mail.get("headers") or []:
        if str(header.get("name", "")).lower() == "message-id":
            return str(header.get("value"))
    common = (mail.get("commonHeaders") or {}).get("messageId")
    return str(common) if common else None
