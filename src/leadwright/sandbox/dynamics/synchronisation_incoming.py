"""Incoming mail of server-side synchronisation: what lies in an Inbox becomes an email activity, each mail once."""

import base64
import json
from datetime import timedelta
from typing import Any
from weakref import WeakSet

from leadwright.sandbox.dynamics import exchange, exchange_messages, exchange_mime, exchange_transport
from leadwright.sandbox.dynamics.dataverse import parties, records
from leadwright.sandbox.dynamics.dataverse.seed import system_user
from leadwright.sandbox.dynamics.dataverse.store import stamp
from leadwright.sandbox.dynamics.dataverse.values import moment
from leadwright.sandbox.dynamics.exchange import Mailbox
from leadwright.sandbox.dynamics.exchange_messages import Message
from leadwright.sandbox.dynamics.synchronisation_correlation import (
    CONVERSATION_INDEX,
    IN_REPLY_TO,
    NONE,
    Correlation,
    correlate,
    is_known,
    resolve,
)
from leadwright.sandbox.dynamics.synchronisation_mailboxes import TEST_HEADER, is_synchronised
from leadwright.sandbox.dynamics.world import World

Row = dict[str, Any]
ALL, ANSWERS, OF_RECORDS, OF_ENABLED_RECORDS, NOTHING = range(5)
_TABLES = """
CREATE TABLE IF NOT EXISTS synchronisation_seen (
  mailbox TEXT NOT NULL, message TEXT NOT NULL, outcome TEXT NOT NULL, at TEXT NOT NULL,
  PRIMARY KEY (mailbox, message));
"""
_READY: WeakSet[World] = WeakSet()
_RECIPIENTS = {"toRecipients": parties.TO, "ccRecipients": parties.CC, "bccRecipients": parties.BCC}


def track_what_came(world: World) -> None:
    """Look at each message of each synchronised Inbox that was not looked at before."""
    if world not in _READY:
        world.schema(_TABLES)
        _READY.add(world)
    for record in records.find(world, "mailbox", incomingemailstatus=1):
        mailbox = exchange.mailbox_at(world, record["emailaddress"] or "")
        if mailbox is None or not is_synchronised(world, record, "incoming"):
            continue
        for message in _unseen(world, record, mailbox):
            with world.transaction() as db:
                outcome = _track(world, record, message)
                if outcome:
                    values = (record["mailboxid"], message.id, outcome, world.clock().isoformat())
                    db.execute("INSERT OR REPLACE INTO synchronisation_seen VALUES (?,?,?,?)", values)
                    synced = {"lastsuccessfulsynccompletedon": stamp(world.clock())}
                    records.update(world, "mailbox", record["mailboxid"], synced, by=system_user(world))


def outcomes(world: World) -> dict[str, str]:
    """What became of messages: immutable id -> tracked, duplicate, filtered, meeting, dropped, test or older."""
    with world.reading() as db:
        return {row["message"]: row["outcome"] for row in db.execute("SELECT * FROM synchronisation_seen")}


def _unseen(world: World, record: Row, mailbox: Mailbox) -> list[Message]:
    inbox = exchange.folder_of(world, mailbox, "inbox")
    with world.reading() as db:
        statement = (
            "SELECT m.id FROM exchange_message m LEFT JOIN synchronisation_seen s ON s.message=m.id AND s.mailbox=? "
            "WHERE m.folder=? AND s.message IS NULL ORDER BY m.receivedat, m.rowid"
        )
        found = [row["id"] for row in db.execute(statement, (record["mailboxid"], inbox.id))]
    return [exchange_messages.message_of(world, mailbox, one) for one in found]


def _track(world: World, record: Row, message: Message) -> str:
    """What becomes of a message; empty where it is looked at again later."""
    sender = exchange_mime.address_of(message.item.get("from"))
    subject = message.item.get("subject") or ""
    wait = exchange_transport.number(world.faults().get("delay incoming", (None,))[0], "seconds")
    if message.receivedat + timedelta(seconds=wait) > world.clock():
        return ""
    after = moment(record["processemailreceivedafter"] or "")
    if after and message.receivedat.replace(microsecond=0) < after:
        return "older"
    if any(header["name"].lower() == TEST_HEADER.lower() for header in message.item.get("internetMessageHeaders", ())):
        return "test"
    if message.item.get("meeting"):
        return "meeting"
    if exchange_transport.concerns(world, "drop incoming", sender, subject):
        return "dropped"
    if records.find(world, "email", messageid=message.messageid[:320]):
        return "duplicate"
    found = correlate(world, message)
    if not _is_wanted(world, record, found, sender):
        return "filtered"
    _create(world, record, message, found)
    if exchange_transport.concerns(world, "duplicate incoming", sender, subject):
        _create(world, record, message, found)
    return "tracked"


def _is_wanted(world: World, record: Row, found: Correlation, sender: str) -> bool:
    """The filter that the user or queue has set, by default only answers to mails of Dynamics 365."""
    if record["regardingobjectidtype"] == "queue":
        row = records.read(world, "queue", record["regardingobjectid"]) or {}
    else:
        row = next(iter(records.find(world, "usersettings", systemuserid=record["regardingobjectid"])), {})
    wanted = row.get("incomingemailfilteringmethod", ANSWERS)
    if wanted == NOTHING:
        return False
    if wanted == ALL or found.method != NONE:
        return True
    return wanted in {OF_RECORDS, OF_ENABLED_RECORDS} and is_known(world, sender)


def _create(world: World, record: Row, message: Message, found: Correlation) -> str:
    before = found.email or {}
    about = before.get("regardingobjectid")
    regarding = (str(before["regardingobjectidtype"]), str(about)) if about else None
    kind, key = record["regardingobjectidtype"], record["regardingobjectid"]
    body = message.item.get("body") or {}
    html = body.get("content") or ""
    if body.get("contentType") != "html":
        html = _as_html(html)
    values: Row = {
        "subject": (message.item.get("subject") or "")[:800],
        "description": html,
        "safedescription": html,
        "directioncode": False,
        "statuscode": 4,
        "messageid": message.messageid[:320],
        "inreplyto": next(iter(message.item.get("parents", ())), "")[:320] or None,
        "conversationindex": message.thread,
        "correlationmethod": found.method,
        "correlatedactivityid": before.get("activityid"),
        "parentactivityid": before.get("activityid") if found.method in {IN_REPLY_TO, CONVERSATION_INDEX} else None,
        "trackingtoken": found.token or before.get("trackingtoken"),
        "senton": stamp(message.sentat),
        "actualend": stamp(message.receivedat),
        "receivingmailboxid": record["mailboxid"],
        "acceptingentityid": (kind, key),
        "ownerid": (kind, key) if kind == "systemuser" else ("systemuser", record["ownerid"]),
        "internetmessageheaders": _headers(message),
        "attachmentcount": message.files,
        "prioritycode": {"low": 0, "high": 2}.get(message.item.get("importance") or "", 1),
        "email_activity_parties": _parties(world, message, regarding),
    }
    if regarding:
        values["regardingobjectid"] = regarding
    made = records.create(world, "email", values, by=system_user(world))
    _keep_files(world, message, made)
    return made


def _parties(world: World, message: Message, regarding: tuple[str, str] | None) -> list[Row]:
    """By the addresses of records; that of a mailbox record makes nobody a party."""
    found = [(parties.SENDER, exchange_mime.address_of(message.item.get("from")))]
    found += [(mask, one) for key, mask in _RECIPIENTS.items() for one in exchange_mime.addresses_in(message.item, key)]
    rows: list[Row] = []
    for mask, one in found:
        if not one:
            continue
        row: Row = {"participationtypemask": mask, "addressused": one[:320]}
        who = resolve(world, one, regarding)
        row |= {"partyid": who} if who else {"unresolvedpartyname": one[:200]}
        rows.append(row)
    return rows


def _keep_files(world: World, message: Message, email: str) -> None:
    for number, (_, file) in enumerate(exchange_messages.files_of(world, message), start=1):
        values = {
            "filename": file.name[:255],
            "mimetype": file.contenttype[:256],
            "body": base64.b64encode(file.content).decode(),
            "filesize": len(file.content),
            "attachmentnumber": number,
            "objecttypecode": "email",
            "objectid": ("email", email),
        }
        records.create(world, "activitymimeattachment", values, by=system_user(world))


def _headers(message: Message) -> str | None:
    """Headers that automatic mail is told by, as far as 500 characters go."""
    wanted = {"auto-submitted", "x-auto-response-suppress", "precedence", "in-reply-to", "return-path", "list-id"}
    kept: dict[str, str] = {}
    for header in message.item.get("internetMessageHeaders", ()):
        more = {**kept, header["name"]: header["value"]}
        if header["name"].lower() in wanted and len(json.dumps(more)) <= 500:
            kept = more
    return json.dumps(kept) if kept else None


def _as_html(text: str) -> str:
    from html import escape

    return "<div>" + escape(text, quote=False).replace("\r\n", "\n").replace("\n", "<br>\n") + "</div>"
