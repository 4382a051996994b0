"""Notifications of subscriptions: an address is asked whether it is the right one, told what changed, told the end."""

import json
import sqlite3
import ssl
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote
from weakref import WeakSet

import httpx2

from leadwright.sandbox.dynamics import exchange
from leadwright.sandbox.dynamics.graph_calls import bad, moment_text
from leadwright.sandbox.dynamics.world import World, new_guid

VALIDATION, TIMEOUT = 10.0, 3.0  # seconds
_TABLES = """
CREATE TABLE IF NOT EXISTS graph_subscription (
  id TEXT PRIMARY KEY, appid TEXT NOT NULL, creator TEXT NOT NULL, resource TEXT NOT NULL, mailbox TEXT NOT NULL,
  folder TEXT NOT NULL, kinds TEXT NOT NULL, address TEXT NOT NULL, lifecycle TEXT NOT NULL, state TEXT NOT NULL,
  endsat TEXT NOT NULL, immutable INTEGER NOT NULL, version INTEGER NOT NULL, warned INTEGER NOT NULL DEFAULT 0);
CREATE TABLE IF NOT EXISTS graph_notification (
  id INTEGER PRIMARY KEY, address TEXT NOT NULL, body TEXT NOT NULL, due TEXT NOT NULL, tries INTEGER NOT NULL);
"""
_SOON = timedelta(minutes=30)
_MOST_TRIES = 8
_READY: WeakSet[World] = WeakSet()


def prepare(world: World) -> World:
    """Make the tables, once. Safe to repeat."""
    if world not in _READY:
        exchange.prepare(world).schema(_TABLES)
        _READY.add(world)
    return world


def add(db: sqlite3.Connection, values: tuple[Any, ...]) -> None:
    """Keep a subscription: it hears of what changes from now on."""
    version = db.execute("SELECT value FROM exchange_version").fetchone()["value"]
    statement = f"INSERT INTO graph_subscription VALUES ({','.join('?' * 14)})"  # noqa: S608
    db.execute(statement, (*values, version, 0))


def validate(world: World, address: str) -> None:
    """Ask an address for the token it was sent, within ten seconds and as plain text.

    Raises:
        Refused: 400, it did not answer that.
    """
    token = f"Validation: Testing client application reachability for subscription Request-Id: {new_guid()}"
    mark = "&" if "?" in address else "?"
    try:
        with _client(world, VALIDATION) as client:
            answer = client.post(f"{address}{mark}validationToken={quote(token, safe='')}", content=b"",
                                 headers={"Content-Type": "text/plain; charset=utf-8"})  # fmt: skip
    except httpx2.HTTPError as error:
        why = "timed out" if isinstance(error, httpx2.TimeoutException) else f"failed: {type(error).__name__}"
        raise bad(f"Subscription validation request {why}. Notification endpoint must respond with 200 OK to "
                  "validation request.", "ValidationError") from error  # fmt: skip
    plain = answer.headers.get("content-type", "").lower().startswith("text/plain")
    if answer.status_code != 200 or answer.text != token or not plain:
        message = (
            "Subscription validation request failed. Response must exactly match validationToken query parameter, "
            f"as text/plain with status 200; it was {answer.status_code}."
        )
        raise bad(message, "ValidationError")


def notify(world: World) -> None:
    """Find out what changed for each subscription and post it; what cannot be posted is tried again, ever later."""
    with prepare(world).reading() as db:
        some = "SELECT 1 FROM graph_subscription UNION ALL SELECT 1 FROM graph_notification LIMIT 1"
        if db.execute(some).fetchone() is None:
            return
    with world.transaction() as db:
        now = world.clock()
        for row in db.execute("SELECT * FROM graph_subscription").fetchall():
            _look(world, db, row, now)
    _post_what_is_due(world)


def _look(world: World, db: sqlite3.Connection, row: sqlite3.Row, now: datetime) -> None:
    ends = datetime.fromisoformat(row["endsat"])
    if ends <= now:
        db.execute("DELETE FROM graph_subscription WHERE id=?", (row["id"],))
        return
    if row["lifecycle"] and not row["warned"] and ends - _SOON <= now:
        db.execute("UPDATE graph_subscription SET warned=1 WHERE id=?", (row["id"],))
        _queue(db, row["lifecycle"], [_lifecycle(world, row, "reauthorizationRequired")], now)
    upto = db.execute("SELECT value FROM exchange_version").fetchone()["value"]
    if upto == row["version"]:
        return
    wanted = set(row["kinds"].split(","))
    for kind, id, version in _changes(db, row, upto):
        if kind in wanted and not world.fault("drop notification"):
            _queue(db, row["address"], [_notification(world, row, kind, id, version)], now)
    db.execute("UPDATE graph_subscription SET version=? WHERE id=?", (upto, row["id"]))


def _changes(db: sqlite3.Connection, row: sqlite3.Row, upto: int) -> Iterator[tuple[str, str, int]]:
    """What happened: kind, id of the message as the subscriber knows it, number of the change."""
    name = "id" if row["immutable"] else "restid"
    given = (row["mailbox"], row["folder"], row["folder"], row["version"], upto)
    folder = "(?='' OR folder=?) AND version>? AND version<=? ORDER BY version"
    for one in db.execute(f"SELECT * FROM exchange_message WHERE mailbox=? AND {folder}", given).fetchall():  # noqa: S608
        yield "created" if one["born"] > row["version"] else "updated", one[name], one["version"]
    source = (
        f"SELECT * FROM exchange_gone WHERE folder IN (SELECT id FROM exchange_folder WHERE mailbox=?) AND {folder}"  # noqa: S608
    )
    for one in db.execute(source, given).fetchall():
        yield "deleted", one[name], one["version"]


def _notification(world: World, row: sqlite3.Row, kind: str, id: str, version: int) -> dict[str, Any]:
    resource = f"Users/{row['mailbox']}/Messages/{id}"
    data = {"@odata.type": "#Microsoft.Graph.Message", "@odata.id": resource, "@odata.etag": f'W/"{version}"', "id": id}
    return {**_common(world, row), "changeType": kind, "resource": resource, "resourceData": data}


def _lifecycle(world: World, row: sqlite3.Row, event: str) -> dict[str, Any]:
    return {**_common(world, row), "lifecycleEvent": event, "resource": row["resource"]}


def _common(world: World, row: sqlite3.Row) -> dict[str, Any]:
    return {
        "subscriptionId": row["id"],
        "subscriptionExpirationDateTime": moment_text(datetime.fromisoformat(row["endsat"])),
        "clientState": row["state"] or None,
        "tenantId": world.tenantid,
    }


def _queue(db: sqlite3.Connection, address: str, value: list[dict[str, Any]], now: datetime) -> None:
    body = json.dumps({"value": value})
    statement = "INSERT INTO graph_notification (address, body, due, tries) VALUES (?,?,?,0)"
    db.execute(statement, (address, body, now.isoformat()))


def _post_what_is_due(world: World) -> None:
    now = world.clock()
    with world.reading() as db:
        statement = "SELECT * FROM graph_notification WHERE due<=? ORDER BY id LIMIT 50"
        due = db.execute(statement, (now.isoformat(),)).fetchall()
    if not due:
        return
    unreachable: set[str] = set()
    with _client(world, TIMEOUT) as client:
        for row in due:
            posted = row["address"] not in unreachable and _post(client, row)
            if not posted:
                unreachable.add(row["address"])
            with world.transaction() as db:
                if posted or row["tries"] + 1 >= _MOST_TRIES:
                    db.execute("DELETE FROM graph_notification WHERE id=?", (row["id"],))
                else:
                    later = (now + timedelta(seconds=10 * 2 ** row["tries"])).isoformat()
                    db.execute("UPDATE graph_notification SET due=?, tries=tries+1 WHERE id=?", (later, row["id"]))


def _post(client: httpx2.Client, row: sqlite3.Row) -> bool:
    try:
        answer = client.post(row["address"], content=row["body"].encode(), headers={"Content-Type": "application/json"})
    except httpx2.HTTPError:
        return False
    return answer.is_success


def _client(world: World, timeout: float) -> httpx2.Client:
    """Trusts the usual roots and the authority of the stand-in; uses no proxy."""
    bundle = world.folder / "tls" / "bundle.pem"
    context = ssl.create_default_context(cafile=str(bundle) if bundle.exists() else None)
    return httpx2.Client(timeout=timeout, trust_env=False, verify=context)
