"""Registered webhooks: what changed is kept with the change and posted after it, as RemoteExecutionContext."""

import json
import sqlite3
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from threading import Lock
from typing import Any
from urllib.parse import urlencode, urlsplit
from weakref import WeakKeyDictionary, WeakSet
from xml.etree import ElementTree

import httpx2

from leadwright.sandbox.dynamics.dataverse.store import stamp
from leadwright.sandbox.dynamics.dataverse.tables import LOOKUPS, Column, Table
from leadwright.sandbox.dynamics.dataverse.values import moment
from leadwright.sandbox.dynamics.world import World, new_guid

LIMIT = 256 * 1024
TIMEOUT = 60.0  # seconds
_AGAIN = {502, 503, 504}
_CONTRACT = "http://schemas.microsoft.com/xrm/2011/Contracts"
_KEY, _HEADER, _QUERY = 4, 5, 6
_STEPS = """
SELECT s.sdkmessageprocessingstepid AS id, s.filteringattributes AS only, e.url, e.authtype, e.authvalue
FROM dv_sdkmessageprocessingstep s JOIN dv_sdkmessage m USING (sdkmessageid)
JOIN dv_serviceendpoint e ON e.serviceendpointid=s.eventhandler AND e.contract=8
LEFT JOIN dv_sdkmessagefilter f USING (sdkmessagefilterid)
WHERE s.statecode=0 AND m.name=? AND (f.sdkmessagefilterid IS NULL OR f.primaryobjecttypecode=?)
"""
_awake: "WeakSet[World]" = WeakSet()
_lock = Lock()
_posting: "WeakKeyDictionary[World, ThreadPoolExecutor]" = WeakKeyDictionary()
_busy: "WeakKeyDictionary[World, Lock]" = WeakKeyDictionary()


def note(world: World, db: sqlite3.Connection, message: str, table: Table, key: str, changed: dict[str, Any]) -> None:
    """Keep an event for every step that waits for it, in the transaction of the change.

    Args:
        message: Create, Update or Delete.
        changed: the values that were set; none of a deletion.
    """
    for step in db.execute(_STEPS, (message, table.name)).fetchall():
        only = {name.strip() for name in (step["only"] or "").split(",") if name.strip()}
        if message == "Update" and only and not only & set(changed):
            continue
        correlation = new_guid()
        body = json.dumps(_context(world, message, table, key, changed, correlation))
        headers = {
            "x-ms-dynamics-organization": "contoso.crm.dynamics.com",
            "x-ms-dynamics-entity-name": table.name,
            "x-ms-dynamics-request-name": message,
            "x-ms-correlation-request-id": correlation,
            "Content-Type": "application/json",
        }
        if len(body) > LIMIT:
            headers["x-ms-dynamics-msg-size-exceeded"] = "true"
            body = json.dumps({**_context(world, message, table, key, {}, correlation), "InputParameters": []})
        values = (step["id"], body, json.dumps(headers), stamp(world.clock()))
        db.execute("INSERT INTO dataverse_event (step, body, headers, at) VALUES (?,?,?,?)", values)
        _wake(world)


def _wake(world: World) -> None:
    with _lock:
        if world in _awake:
            return
        _awake.add(world)
        if world not in _posting:
            _posting[world] = ThreadPoolExecutor(1, thread_name_prefix="webhooks")
        _posting[world].submit(_after_commit, world)


def _after_commit(world: World) -> None:
    with world.transaction(), _lock:  # waits for the change that woke us
        _awake.discard(world)
    deliver(world)


def deliver(world: World) -> int:
    """Post every event that waits, each once more after 502, 503 or 504; how many were posted."""
    count = 0
    with _busy.setdefault(world, Lock()):
        while True:
            with world.reading() as db:
                event = db.execute("SELECT * FROM dataverse_event WHERE state='waiting' ORDER BY id LIMIT 1").fetchone()
            if event is None:
                return count
            state, answer = _post(world, dict(event))
            with world.transaction() as db:
                db.execute(
                    "UPDATE dataverse_event SET state=?, answer=?, tries=tries+1 WHERE id=?",
                    (state, answer, event["id"]),
                )
            count += 1


def _post(world: World, event: dict[str, Any]) -> tuple[str, str]:
    with world.reading() as db:
        step = db.execute(
            "SELECT e.* FROM dv_sdkmessageprocessingstep s JOIN dv_serviceendpoint e "
            "ON e.serviceendpointid=s.eventhandler WHERE s.sdkmessageprocessingstepid=?",
            (event["step"],),
        ).fetchone()
    if step is None:
        return "failed", "The step or its endpoint is gone."
    url, headers = _authorised(dict(step), json.loads(event["headers"]))
    try:
        with httpx2.Client(timeout=TIMEOUT, trust_env=False) as client:
            found = client.post(url, content=event["body"].encode(), headers=headers)
    except httpx2.HTTPError as error:
        return "failed", f"{type(error).__name__}: {error}"
    if found.is_success:
        return "posted", str(found.status_code)
    again = found.status_code in _AGAIN and event["tries"] == 0
    return ("waiting" if again else "failed"), f"{found.status_code} {found.text[:200]}"


def _authorised(endpoint: dict[str, Any], headers: dict[str, str]) -> tuple[str, dict[str, str]]:
    url, kind, value = endpoint["url"], endpoint["authtype"], endpoint["authvalue"] or ""
    if kind == _KEY:
        return _with_query(url, {"code": value}), headers
    if kind in {_HEADER, _QUERY} and value:
        settings = {one.get("name", ""): one.get("value", "") for one in ElementTree.fromstring(value).iter("setting")}  # noqa: S314
        return (url, headers | settings) if kind == _HEADER else (_with_query(url, settings), headers)
    return url, headers


def _with_query(url: str, more: dict[str, str]) -> str:
    return f"{url}{'&' if urlsplit(url).query else '?'}{urlencode(more)}"


def _context(
    world: World, message: str, table: Table, key: str, changed: dict[str, Any], correlation: str
) -> dict[str, Any]:
    user = changed.get("modifiedby") or changed.get("createdby")
    target = _reference(table.name, key) if message == "Delete" else _entity(table, key, changed)
    return {
        "BusinessUnitId": changed.get("owningbusinessunit"),
        "CorrelationId": correlation,
        "Depth": 1,
        "InitiatingUserId": user,
        "InputParameters": [{"key": "Target", "value": target}],
        "IsExecutingOffline": False,
        "IsInTransaction": False,
        "IsOfflinePlayback": False,
        "IsolationMode": 1,
        "MessageName": message,
        "Mode": 1,
        "OperationCreatedOn": _ticks(world.clock()),
        "OperationId": new_guid(),
        "OrganizationId": world.organizationid,
        "OrganizationName": "contoso",
        "OutputParameters": [],
        "OwningExtension": None,
        "ParentContext": None,
        "PostEntityImages": [],
        "PreEntityImages": [],
        "PrimaryEntityId": key,
        "PrimaryEntityName": table.name,
        "RequestId": new_guid(),
        "SecondaryEntityName": "none",
        "SharedVariables": [],
        "Stage": 40,
        "UserId": user,
    }


def _entity(table: Table, key: str, changed: dict[str, Any]) -> dict[str, Any]:
    attributes = [{"key": table.id, "value": key}]
    for name, value in changed.items():
        column = table.columns.get(name)
        if column is not None and name not in {table.id, "versionnumber"}:
            attributes.append({"key": name, "value": _value(column, value, changed.get(f"{name}type"))})
    return {
        "__type": f"Entity:{_CONTRACT}",
        "Attributes": attributes,
        "EntityState": None,
        "FormattedValues": [],
        "Id": key,
        "KeyAttributes": [],
        "LogicalName": table.name,
        "RelatedEntities": [],
        "RowVersion": None,
    }


def _reference(name: str, key: str) -> dict[str, Any]:
    return {"__type": f"EntityReference:{_CONTRACT}", "Id": key, "KeyAttributes": [], "LogicalName": name,
            "Name": None, "RowVersion": None}  # fmt: skip


def _value(column: Column, value: Any, target: Any) -> Any:
    if value is None:
        return None
    if column.type in LOOKUPS:
        return _reference(str(target or next(iter(column.targets))), str(value))
    if column.type in {"choice", "state", "status"}:
        return {"__type": f"OptionSetValue:{_CONTRACT}", "Value": value}
    if column.type == "money":
        return {"__type": f"Money:{_CONTRACT}", "Value": value}
    if column.type in {"datetime", "date"}:
        found = moment(str(value))
        return _ticks(found) if found else None
    return bool(value) if column.type == "bool" else value


def _ticks(at: datetime) -> str:
    return f"/Date({int(at.astimezone(UTC).timestamp() * 1000)})/"
