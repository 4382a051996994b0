"""A mail as the email activity it is in Dataverse: who to whom, about which lead, its HTML, what it answers. Pure."""

import re
from collections.abc import Mapping
from email import message_from_bytes, policy
from email.message import EmailMessage
from html import escape
from typing import Any
from uuid import NAMESPACE_OID, UUID, uuid5

from leadwright.mail.mailbox import Letter

SENDER, TO, CC, BCC = range(1, 5)
DRAFT, COMPLETED, SENT, RECEIVED, CANCELED, PENDING_SEND, SENDING, FAILED = range(1, 9)
CANCELLED_STATE = 2
HANDED_OVER = (PENDING_SEND, SENDING, SENT, COMPLETED)
_MOST_SUBJECT = 800
_CID = re.compile(r"""(src\s*=\s*["'])cid:([^"'>\s]+)(["'])""", re.IGNORECASE)
_TOKENS = re.compile(r"(?:\s+CRM:\d{7,})+$")  # of the mails before it: server-side synchronisation adds this one's own
_ID = re.compile(r"<[^<>\s]+>")


def activity_of(letter: Letter) -> str:
    """The activityid of a mail: that of its own activity, else one that follows from its Message-ID."""
    return letter.emailid or activity_named(letter.messageid)


def activity_named(messageid: str) -> str:
    """The activityid of a mail that stands in no activity of ours: always the same for a Message-ID."""
    return str(uuid5(NAMESPACE_OID, f"leadwright mail {messageid}"))


def answered_by(letter: Letter) -> str:
    """The Message-ID that a mail answers or follows, with its brackets; empty: none."""
    found = _ID.search(str(_read(letter.raw).get("In-Reply-To", "")))
    return found[0] if found else ""


def email_values(letter: Letter, senderid: str, parentid: str = "") -> dict[str, Any]:
    """The columns and parties of the email activity.

    Args:
        senderid: systemuserid whose mailbox sends it.
        parentid: activityid of the mail it answers.
    """
    message = _read(letter.raw)
    to: dict[str, Any] = {"addressused": letter.recipient, "participationtypemask": TO}
    if letter.leadid:
        to["partyid_lead@odata.bind"] = f"/leads({letter.leadid})"
    sender = {"partyid_systemuser@odata.bind": f"/systemusers({senderid})", "participationtypemask": SENDER}
    values: dict[str, Any] = {
        "subject": _TOKENS.sub("", " ".join(str(message.get("Subject", "")).split()))[:_MOST_SUBJECT],
        "description": html_of(message),
        "directioncode": True,
        "email_activity_parties": [sender, to],
    }
    if letter.leadid:
        values["regardingobjectid_lead@odata.bind"] = f"/leads({letter.leadid})"
    if parentid:
        values["parentactivityid@odata.bind"] = f"/emails({parentid})"
    return values


def recipients_of(row: Mapping[str, Any]) -> list[str]:
    """Whom an activity goes to, by the addresses its parties have now, casefolded; of an unknown one an empty text."""
    parties = row.get("email_activity_parties") or ()
    to = [one for one in parties if one.get("participationtypemask") in (TO, CC, BCC)]
    return [str(one.get("addressused") or one.get("unresolvedpartyname") or "").casefold() for one in to]


def html_of(message: EmailMessage) -> str:
    """The HTML part, with the images that lie beside it inside; of a mail without one, its text as HTML."""
    part = message.get_body(("html",))
    if part is None:
        text = message.get_body(("plain",))
        lines = str(text.get_content()) if text is not None else ""
        return "<div>" + "<br>\n".join(escape(line) for line in lines.replace("\r\n", "\n").split("\n")) + "</div>"
    images = {str(one.get("Content-ID", "")).strip("<> "): one for one in message.walk() if one.get("Content-ID")}

    def inside(found: re.Match[str]) -> str:
        image = images.get(found[2])
        if image is None:
            return found[0]
        content = "".join(str(image.get_payload()).split())
        return f"{found[1]}data:{image.get_content_type()};base64,{content}{found[3]}"

    return _CID.sub(inside, str(part.get_content()))


def is_activity_id(text: str) -> bool:
    """Is this an id that Dataverse can have?"""
    try:
        return bool(UUID(text))
    except ValueError:
        return False


def _read(raw: bytes) -> EmailMessage:
    message = message_from_bytes(raw, policy=policy.default)
    assert isinstance(message, EmailMessage)
    return message
