"""Outgoing mail of server-side synchronisation: Pending Send, Sending, then Sent or Failed, each mail once."""

import base64
from datetime import timedelta
from typing import Any

from leadwright.sandbox.dynamics import exchange, exchange_messages, exchange_mime, exchange_transport
from leadwright.sandbox.dynamics.dataverse import parties, records
from leadwright.sandbox.dynamics.dataverse.seed import system_user
from leadwright.sandbox.dynamics.dataverse.sending import PENDING_SEND, SENT
from leadwright.sandbox.dynamics.dataverse.store import stamp
from leadwright.sandbox.dynamics.dataverse.values import moment
from leadwright.sandbox.dynamics.exchange_mime import Attachment
from leadwright.sandbox.dynamics.synchronisation_mailboxes import alert, is_synchronised
from leadwright.sandbox.dynamics.world import Refused, World

Row = dict[str, Any]
SENDING, FAILED = 7, 8
_RECIPIENTS = {parties.TO: "toRecipients", parties.CC: "ccRecipients", parties.BCC: "bccRecipients"}


def send_what_waits(world: World) -> None:
    """Send the mails whose mailbox is enabled and whose time has come; the others keep waiting."""
    for row in [row for state in (SENDING, PENDING_SEND) for row in records.find(world, "email", statuscode=state)]:
        mailbox = records.read(world, "mailbox", row["sendermailboxid"]) if row["sendermailboxid"] else None
        if mailbox is None or not _is_time(world, row):
            continue
        if not is_synchronised(world, mailbox, "outgoing"):
            continue
        subject, to = row["subject"] or "", row["torecipients"] or ""
        if row["statuscode"] == PENDING_SEND:
            if exchange_transport.concerns(world, "hold sending", subject, to):
                continue
            _begin(world, row)
        if exchange_transport.concerns(world, "stay sending", subject, to):
            continue
        _finish(world, row["activityid"], mailbox)


def _is_time(world: World, row: Row) -> bool:
    later = moment(row["delayedemailsendtime"] or "")
    wait = exchange_transport.number(world.faults().get("delay outgoing", (None,))[0], "seconds")
    queued = moment(row["modifiedon"]) or world.clock()
    return not (later and later > world.clock()) and queued + timedelta(seconds=wait) <= world.clock()


def _begin(world: World, row: Row) -> None:
    """From here on the mail has its Message-ID, so that one interrupted attempt is not followed by a second mail."""
    values = {
        "statuscode": SENDING,
        "messageid": row["messageid"] or exchange_messages.new_messageid(),
        "deliveryattempts": (row["deliveryattempts"] or 0) + 1,
    }
    records.update(world, "email", row["activityid"], values, by=system_user(world))


def _finish(world: World, id: str, mailbox: Row) -> None:
    with world.transaction():
        row = records.read(world, "email", id)
        if row is None or row["statuscode"] != SENDING:
            return
        now = stamp(world.clock())
        wrong = _hand_to_exchange(world, row, mailbox)
        if wrong:
            alert(world, mailbox, f'The email message "{row["subject"]}" cannot be sent. {wrong}')
            values: Row = {"statecode": 0, "statuscode": FAILED}
        else:
            values = {"statuscode": SENT, "senton": now, "actualend": now}
        records.update(world, "email", id, values, by=system_user(world))


def _hand_to_exchange(world: World, row: Row, record: Row) -> str:
    """Why Exchange does not take the mail; empty where it does."""
    if exchange_transport.concerns(world, "fail outgoing", row["subject"] or "", row["torecipients"] or ""):
        return "Email Server Error Code: Exchange server returned ErrorMessageSizeExceeded exception."
    mailbox = exchange.mailbox_at(world, record["emailaddress"] or "")
    if mailbox is None:
        return f"The mailbox {record['emailaddress']} does not exist in Exchange."
    kept = exchange_messages.messages(world, mailbox, messageid=row["messageid"])
    if any(not one.isdraft for one in kept):
        return ""
    parent = _parent(world, row)
    answered = exchange_messages.messages(world, mailbox, messageid=parent) if parent else []
    try:
        draft = exchange_messages.create_draft(
            world,
            mailbox,
            _item(world, row, record),
            _files(world, row),
            messageid=row["messageid"],
            answers=answered[0] if answered else None,
            parents=[parent] if parent else (),
        )
        exchange_transport.send(world, mailbox, draft)
    except Refused as refused:
        return refused.message
    values = {"conversationindex": draft.thread, "inreplyto": parent or None}
    records.update(world, "email", row["activityid"], values, by=system_user(world))
    return ""


def _parent(world: World, row: Row) -> str:
    """Message-ID of the mail this one answers."""
    before = records.read(world, "email", row["parentactivityid"]) if row["parentactivityid"] else None
    return str((before or {}).get("messageid") or row["inreplyto"] or "")


def _item(world: World, row: Row, record: Row) -> Row:
    item: Row = {
        "subject": row["subject"] or "",
        "body": {"contentType": "html", "content": row["description"] or ""},
        "from": exchange_mime.recipient(record["emailaddress"], _sender_name(world, row)),
        "importance": {0: "low", 2: "high"}.get(row["prioritycode"], "normal"),
        "internetMessageHeaders": [{"name": "X-MS-Dynamics-ActivityId", "value": row["activityid"]}],
    }
    with world.reading() as db:
        for party in parties.of_activity(db, row["activityid"]):
            key = _RECIPIENTS.get(party["participationtypemask"])
            if key and party["addressused"]:
                item.setdefault(key, []).append(
                    exchange_mime.recipient(party["addressused"], _name(world, party["partyidtype"], party["partyid"]))
                )
    return item


def _sender_name(world: World, row: Row) -> str:
    return _name(world, row["emailsendertype"], row["emailsender"])


def _name(world: World, kind: str | None, key: str | None) -> str:
    found = records.read(world, kind, key) if kind and key else None
    return str((found or {}).get("fullname") or (found or {}).get("name") or "")


def _files(world: World, row: Row) -> list[Attachment]:
    found = records.find(world, "activitymimeattachment", objectid=row["activityid"])
    return [
        Attachment(one["filename"] or "attachment", one["mimetype"] or "", base64.b64decode(one["body"] or ""))
        for one in found
    ]
