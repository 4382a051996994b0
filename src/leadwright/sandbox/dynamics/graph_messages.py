"""Messages as Graph shows them and as it takes them in."""

import base64
import binascii
import re
from collections.abc import Mapping
from typing import Any

from leadwright.sandbox.dynamics import exchange_messages, exchange_mime
from leadwright.sandbox.dynamics.exchange import Mailbox
from leadwright.sandbox.dynamics.exchange_messages import Message
from leadwright.sandbox.dynamics.exchange_mime import Attachment, Item
from leadwright.sandbox.dynamics.graph_calls import Call, bad, lowered, moment_text
from leadwright.sandbox.dynamics.world import Refused

HIDDEN = ("internetMessageHeaders", "uniqueBody")
FILE = "#microsoft.graph.fileAttachment"
_SIZE = re.compile(r"singleValueExtendedProperties\(\$filter=id eq 'Long 0x0?e08'\)", re.IGNORECASE)
_MOST_HEADERS, _MOST_FILE = 5, 3 * 1024 * 1024
_PEOPLE = ("toRecipients", "ccRecipients", "bccRecipients", "replyTo")
_TAKEN = {
    name.lower(): name
    for name in (
        *("subject", "body", "importance", "from", "sender", "categories", "flag", "isRead", "internetMessageHeaders"),
        *("internetMessageId", "isReadReceiptRequested", "isDeliveryReceiptRequested", "attachments", "uniqueBody"),
        *("singleValueExtendedProperties", "inferenceClassification", "conversationId", *_PEOPLE),
    )
}


def shown(call: Call, message: Message) -> dict[str, Any]:
    """A message as an object, with the kind of id the caller prefers."""
    item, body = message.item, _body(call, message.item)
    key = base64.b64encode(message.version.to_bytes(12, "big")).decode()
    id = message.id if call.immutable else message.restid
    return {
        "@odata.etag": f'W/"{key}"',
        "id": id,
        "createdDateTime": moment_text(message.createdat),
        "lastModifiedDateTime": moment_text(message.modifiedat),
        "changeKey": key,
        "categories": item.get("categories") or [],
        "receivedDateTime": moment_text(message.receivedat),
        "sentDateTime": moment_text(message.sentat),
        "hasAttachments": message.files > 0,
        "internetMessageId": message.messageid,
        "subject": item.get("subject") or "",
        "bodyPreview": exchange_mime.text_of(body["content"], body["contentType"])[:255],
        "importance": item.get("importance") or "normal",
        "parentFolderId": message.folder,
        "conversationId": "AAQkAD" + base64.urlsafe_b64encode(message.conversation.encode()).decode(),
        "conversationIndex": message.thread,
        "isDeliveryReceiptRequested": bool(item.get("isDeliveryReceiptRequested")),
        "isReadReceiptRequested": bool(item.get("isReadReceiptRequested")),
        "isRead": message.isread,
        "isDraft": message.isdraft,
        "webLink": f"https://outlook.office365.com/owa/?ItemID={id}&exvsurl=1&viewmodel=ReadMessageItem",
        "inferenceClassification": item.get("inferenceClassification") or "focused",
        "body": body,
        "sender": item.get("sender"),
        "from": item.get("from"),
        **{name: item.get(name) or [] for name in _PEOPLE},
        "flag": item.get("flag") or {"flagStatus": "notFlagged"},
        "uniqueBody": body,
        **({"internetMessageHeaders": item["internetMessageHeaders"]} if item.get("came") else {}),
    }


def with_size(call: Call, mailbox: Mailbox, row: dict[str, Any]) -> dict[str, Any]:
    """The row with PidTagMessageSize, where $expand asks for that extended property."""
    if not _SIZE.search(call.options.get("$expand", "")):
        return row
    message = exchange_messages.message_of(call.world, mailbox, row["id"])
    size = len(exchange_messages.raw_of(call.world, message))
    return {**row, "singleValueExtendedProperties": [{"id": "Long 0xe08", "value": str(size)}]}


def taken(call: Call, body: Mapping[str, Any]) -> tuple[Item, list[Attachment]]:
    """What a body says about a message: the item and the files in it.

    Raises:
        Refused: 400 of a property that is none or has another shape.
    """
    item: Item = {}
    files: list[Attachment] = []
    for given, value in body.items():
        if given.startswith("@") or "@odata" in given:
            continue
        name = _TAKEN.get(given.lower())
        if name is None:
            raise bad(f"The property '{given}' does not exist on type 'microsoft.graph.message'. Make sure to only use "
                      "property names that are defined by the type.", "RequestBodyRead")  # fmt: skip
        if name == "attachments":
            files = [read_file(one) for one in value or ()]
        elif name in _PEOPLE:
            item[name] = [_person(one) for one in value or ()]
        elif name in {"from", "sender"}:
            item[name] = _person(value) if value else None
        elif name == "body":
            item[name] = _content(value)
        elif name == "internetMessageHeaders":
            item[name] = _headers(value)
        else:
            item[name] = value
    return item, files


def taken_mime(body: bytes) -> tuple[Item, list[Attachment], list[str], str]:
    """A message out of base64 MIME: item, files, ids it answers, its own id.

    Raises:
        Refused: 400, it is no base64.
    """
    try:
        raw = base64.b64decode(body.strip(), validate=True)
    except binascii.Error:
        raise bad("Invalid base64 string for MIME content.", "ErrorMimeContentInvalidBase64String") from None
    read = exchange_mime.read_mime(raw)
    return read.item, read.attachments, read.parents, read.messageid


def check_sender(mailbox: Mailbox, item: Item) -> None:
    """Refuse a message that would be sent as somebody else.

    Raises:
        Refused: 403 ErrorSendAsDenied.
    """
    for name in ("from", "sender"):
        address = exchange_mime.address_of(item.get(name))
        if address and address.lower() != mailbox.address.lower():
            message = (
                "The user account which was used to submit this request does not have the right to send mail on "
                "behalf of the specified sending account., Cannot submit message."
            )
            raise Refused(403, "ErrorSendAsDenied", message)


def read_file(given: Any) -> Attachment:
    """A fileAttachment of a body.

    Raises:
        Refused: 400 of another kind of attachment, of no base64, 413 of more than 3 MB.
    """
    if not isinstance(given, dict) or str(given.get("@odata.type", "")).lower() != FILE.lower():
        raise bad("The attachment needs '@odata.type': '#microsoft.graph.fileAttachment'.", "ErrorInvalidArgument")
    values = lowered(given)
    try:
        content = base64.b64decode(str(values.get("contentbytes") or ""), validate=True)
    except binascii.Error:
        raise bad("Cannot convert the literal of 'contentBytes' to the expected type 'Edm.Binary'.") from None
    if not values.get("name"):
        raise bad("The property 'name' is required when creating the entity.", "ErrorMissingArgument")
    if len(content) > _MOST_FILE:
        raise Refused(413, "RequestEntityTooLarge", "The attachment is larger than 3 MB. Use an upload session.")
    kind = str(values.get("contenttype") or "application/octet-stream")
    inline = bool(values.get("isinline"))
    return Attachment(str(values["name"]), kind, content, inline, str(values.get("contentid") or ""))


def shown_file(message: Message, id: str, file: Attachment, *, whole: bool = True) -> dict[str, Any]:
    """An attachment as an object."""
    found = {
        "@odata.type": FILE,
        "@odata.mediaContentType": file.contenttype,
        "id": id,
        "lastModifiedDateTime": moment_text(message.modifiedat),
        "name": file.name,
        "contentType": file.contenttype,
        "size": len(file.content) + 200,
        "isInline": file.inline,
        "contentId": file.contentid or None,
        "contentLocation": None,
    }
    return {**found, "contentBytes": base64.b64encode(file.content).decode()} if whole else found


def answering(call: Call, message: Message, mailbox: Mailbox, kind: str) -> tuple[Item, list[Attachment]]:
    """The draft of an answer: `reply`, `replyAll` or `forward`, with the comment of the body above the quoted mail.

    Raises:
        Refused: 400, both a comment and a body are given.
    """
    given = lowered(call.json())
    more, files = taken(call, given.get("message") or {})
    if given.get("comment") and more.get("body"):
        raise bad("The request is invalid: give either 'comment' or the body of 'message'.", "ErrorInvalidRequest")
    item = message.item
    start = "FW" if kind == "forward" else "RE"
    subject = f"{start}: {exchange_mime.topic(item.get('subject') or '')}"
    to = [_person(one) for one in given.get("torecipients") or ()]
    if kind != "forward":
        own = exchange_mime.address_of(item.get("from")).lower() == mailbox.address.lower()
        to += item.get("toRecipients", []) if own else item.get("replyTo") or [item["from"]] if item.get("from") else []
    made: Item = {"subject": subject, "toRecipients": to, "body": _quoted(item, str(given.get("comment") or ""))}
    if kind == "replyAll":
        held = {mailbox.address.lower(), *(exchange_mime.address_of(one).lower() for one in to)}
        others = [one for key in ("toRecipients", "ccRecipients") for one in item.get(key) or ()]
        made["ccRecipients"] = [one for one in others if exchange_mime.address_of(one).lower() not in held]
    if kind == "forward":
        files = [*files, *(file for _, file in exchange_messages.files_of(call.world, message))]
    return {**made, **more}, files


def _quoted(item: Item, comment: str) -> dict[str, str]:
    from html import escape

    body = item.get("body") or {}
    content = body.get("content") or ""
    if body.get("contentType") != "html":
        content = f"<pre>{escape(content)}</pre>"
    sender, subject = escape(exchange_mime.address_of(item.get("from"))), escape(item.get("subject") or "")
    head = f"<div><b>From:</b> {sender}<br><b>Subject:</b> {subject}</div>"
    text = escape(comment).replace("\n", "<br>")
    return {"contentType": "html", "content": f"<html><body><div>{text}</div><hr>{head}{content}</body></html>"}


def _body(call: Call, item: Item) -> dict[str, str]:
    body = item.get("body") or {}
    kind, content = str(body.get("contentType") or "text").lower(), str(body.get("content") or "")
    if call.prefers("outlook.body-content-type").lower() == "text" and kind == "html":
        return {"contentType": "text", "content": exchange_mime.text_of(content, kind)}
    return {"contentType": kind, "content": content}


def _person(given: Any) -> dict[str, Any]:
    address = lowered(lowered(given).get("emailaddress") or {}) if isinstance(given, dict) else {}
    if not address.get("address"):
        raise bad("The recipient has no 'emailAddress' with an 'address'.", "ErrorInvalidRecipients")
    return exchange_mime.recipient(str(address["address"]), str(address.get("name") or ""))


def _content(given: Any) -> dict[str, str]:
    values = lowered(given) if isinstance(given, dict) else {}
    kind = str(values.get("contenttype") or "text").lower()
    if kind not in {"text", "html"}:
        raise bad(f"Requested value '{kind}' was not found.", "RequestBodyRead")
    return {"contentType": kind, "content": str(values.get("content") or "")}


def _headers(given: Any) -> list[dict[str, str]]:
    found = [lowered(one) for one in given or () if isinstance(one, dict)]
    if len(found) > _MOST_HEADERS:
        message = "Maximum number of headers in one message should be less than or equal to 5."
        raise bad(message, "InvalidInternetMessageHeaderCollection")
    for one in found:
        if not str(one.get("name") or "").lower().startswith("x-"):
            message = f"The internet message header name '{one.get('name')}' should start with 'x-' or 'X-'."
            raise bad(message, "InvalidInternetMessageHeader")
    return [{"name": str(one["name"]), "value": str(one.get("value") or "")} for one in found]
