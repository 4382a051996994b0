"""Subscriptions of Graph to the messages of a mailbox: made after their address answered, renewed, deleted."""

import sqlite3
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from leadwright.sandbox.dynamics import exchange, graph_notifications
from leadwright.sandbox.dynamics.graph_access import READ, mailbox_for
from leadwright.sandbox.dynamics.graph_calls import (
    Answer,
    Call,
    Handler,
    bad,
    lowered,
    moment_text,
    read_moment,
    read_path,
)
from leadwright.sandbox.dynamics.graph_query import one, page
from leadwright.sandbox.dynamics.world import Refused, new_guid

MOST = timedelta(minutes=4230)
_LEAST = timedelta(minutes=45)
_KINDS = {"created", "updated", "deleted"}
_LOCAL = {"localhost", "127.0.0.1", "::1"}


def _create(call: Call) -> Answer:
    given = lowered(call.json())
    for name in ("changeType", "notificationUrl", "resource", "expirationDateTime"):
        if not given.get(name.lower()):
            raise bad(f"Property '{name}' is required.", "ValidationError")
    kinds = {part.strip().lower() for part in str(given["changetype"]).split(",") if part.strip()}
    if not kinds or kinds - _KINDS:
        raise bad("Invalid 'changeType' attribute: must be created, updated or deleted.", "ValidationError")
    mailbox, folder = _resource(call, str(given["resource"]))
    ends = _ends(call, given["expirationdatetime"])
    addresses = [str(given[name]) for name in ("notificationurl", "lifecyclenotificationurl") if given.get(name)]
    for address in addresses:
        _check_address(address)
        graph_notifications.validate(call.world, address)
    graph_notifications.prepare(call.world)
    made = new_guid()
    values = (
        made,
        call.caller.clientid,
        call.caller.objectid,
        str(given["resource"]),
        mailbox,
        folder,
        ",".join(sorted(kinds)),
        addresses[0],
        str(given.get("lifecyclenotificationurl") or ""),
        str(given.get("clientstate") or ""),
        ends.isoformat(),
        call.immutable,
    )
    with call.world.transaction() as db:
        graph_notifications.add(db, values)
    return one(call, _shown(_row(call, made)), "subscriptions", 201)


def _list(call: Call) -> Answer:
    graph_notifications.prepare(call.world)
    with call.world.reading() as db:
        statement = "SELECT * FROM graph_subscription WHERE appid=? ORDER BY rowid"
        rows = db.execute(statement, (call.caller.clientid,)).fetchall()
    return page(call, [_shown(row) for row in rows], "subscriptions")


def _read(call: Call, id: str) -> Answer:
    return one(call, _shown(_row(call, id)), "subscriptions")


def _renew(call: Call, id: str) -> Answer:
    _row(call, id)
    given = lowered(call.json())
    if not given.get("expirationdatetime"):
        raise bad("Only 'expirationDateTime' and 'notificationUrl' can be changed.", "ValidationError")
    ends = _ends(call, given["expirationdatetime"])
    address = given.get("notificationurl")
    if address:
        _check_address(str(address))
        graph_notifications.validate(call.world, str(address))
    with call.world.transaction() as db:
        db.execute(
            "UPDATE graph_subscription SET endsat=?, address=coalesce(?, address), warned=0 WHERE id=?",
            (ends.isoformat(), address, id),
        )
    return one(call, _shown(_row(call, id)), "subscriptions")


def _reauthorise(call: Call, id: str) -> Answer:
    _row(call, id)
    with call.world.transaction() as db:
        db.execute("UPDATE graph_subscription SET warned=0 WHERE id=?", (id,))
    return Answer(204)


def _delete(call: Call, id: str) -> Answer:
    _row(call, id)
    with call.world.transaction() as db:
        db.execute("DELETE FROM graph_subscription WHERE id=?", (id,))
    return Answer(204)


def _resource(call: Call, resource: str) -> tuple[str, str]:
    """The mailbox and folder (empty: all) a resource names, when the caller may read there."""
    path = read_path(resource.split("?", 1)[0])
    lower = [part.lower() for part in path]
    if lower[:1] == ["me"] and not call.is_application:
        path[:1], lower[:1] = ["users", call.caller.objectid], ["users", ""]
    if len(path) == 3 and (lower[0], lower[2]) == ("users", "messages"):
        return mailbox_for(call, path[1], READ).id, ""
    if len(path) == 5 and (lower[0], lower[2], lower[4]) == ("users", "mailfolders", "messages"):
        mailbox = mailbox_for(call, path[1], READ)
        return mailbox.id, exchange.folder_of(call.world, mailbox, path[3]).id
    raise bad(f"The resource '{resource}' is not supported: subscribe to messages of a mailbox.", "ExtensionError")


def _ends(call: Call, text: Any) -> datetime:
    ends = read_moment(text, "expirationDateTime")
    now = call.world.clock()
    if ends <= now:
        raise bad("Subscription expiration must be in the future.", "ValidationError")
    if ends > now + MOST:
        minutes = int(MOST.total_seconds() // 60)
        raise bad(f"Subscription expiration can only be {minutes} minutes in the future.", "ValidationError")
    return max(ends, now + _LEAST)


def _check_address(address: str) -> None:
    """https, as Graph wants it; http only to this machine, for what has no certificate there."""
    parts = urlsplit(address)
    if not parts.hostname or not (parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in _LOCAL)):
        raise bad("The notification URL must be an https address.", "ValidationError")


def _row(call: Call, id: str) -> sqlite3.Row:
    graph_notifications.prepare(call.world)
    with call.world.reading() as db:
        statement = "SELECT * FROM graph_subscription WHERE id=? AND appid=?"
        row: sqlite3.Row | None = db.execute(statement, (id, call.caller.clientid)).fetchone()
    if row is None:
        raise Refused(404, "ResourceNotFound", "The object was not found.")
    return row


def _shown(row: sqlite3.Row) -> dict[str, Any]:
    return {
        "id": row["id"],
        "resource": row["resource"],
        "applicationId": row["appid"],
        "changeType": row["kinds"],
        "clientState": None,
        "notificationUrl": row["address"],
        "notificationQueryOptions": None,
        "lifecycleNotificationUrl": row["lifecycle"] or None,
        "expirationDateTime": moment_text(datetime.fromisoformat(row["endsat"])),
        "creatorId": row["creator"],
        "includeResourceData": None,
        "latestSupportedTlsVersion": "v1_2",
        "encryptionCertificate": None,
        "encryptionCertificateId": None,
    }


_ONE = "subscriptions/{}"
HANDLERS: list[tuple[str, str, Handler]] = [
    ("POST", "subscriptions", _create),
    ("GET", "subscriptions", _list),
    ("GET", _ONE, _read),
    ("PATCH", _ONE, _renew),
    ("DELETE", _ONE, _delete),
    ("POST", f"{_ONE}/reauthorize", _reauthorise),
]
