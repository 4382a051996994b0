"""Delta of the messages of a folder: everything first, then what came, changed or left since a token."""

import re
from datetime import datetime, timedelta
from typing import Any

from leadwright.sandbox.dynamics import exchange, exchange_messages, graph_messages
from leadwright.sandbox.dynamics.exchange import Folder
from leadwright.sandbox.dynamics.exchange_messages import Message
from leadwright.sandbox.dynamics.graph_access import READ, mailbox_for
from leadwright.sandbox.dynamics.graph_calls import Answer, Call, Handler, answer_json, bad, pack, unpack
from leadwright.sandbox.dynamics.graph_query import chosen, link, matching, number
from leadwright.sandbox.dynamics.world import Refused

_LIFE = timedelta(days=30)
_PAGE, _MOST = 50, 1000
_FILTER = re.compile(r"\s*receivedDateTime\s+(ge|gt)\s+\S+\s*", re.IGNORECASE)
_ORDER = re.compile(r"\s*receivedDateTime\s+desc\s*", re.IGNORECASE)
_KINDS = {"", "created", "updated", "deleted"}


def _delta(call: Call, user: str, folder: str) -> Answer:
    """A page of the first load or of the changes.

    Raises:
        Refused: 400 of an option that delta does not know or a token that is none, 410 of one that is too old.
    """
    mailbox = mailbox_for(call, user, READ)
    where = exchange.folder_of(call.world, mailbox, folder)
    _check(call)
    state = _state(call, where)
    rows = _changes(call, where, state)
    prefer = call.prefers("odata.maxpagesize")
    size = min(int(prefer), _MOST) if prefer.isdecimal() and int(prefer) else number(call, "$top", _MOST) or _PAGE
    start = int(state["at"])
    of_page = [
        row if "@removed" in row else graph_messages.with_size(call, mailbox, row) for row in rows[start : start + size]
    ]
    body: dict[str, Any] = {
        "@odata.context": f"{call.base}/$metadata#Collection(message)",
        "value": [chosen(call, row, ("id", "@removed"), graph_messages.HIDDEN) for row in of_page],
    }
    path = f"users/{user}/mailFolders/{folder}/messages/delta"
    if start + size < len(rows):
        body["@odata.nextLink"] = link(call, "$skiptoken", pack({**state, "at": start + size}), path)
    else:
        done = {**state, "since": state["upto"], "at": 0, "upto": 0, "made": call.world.clock().isoformat()}
        body["@odata.deltaLink"] = link(call, "$deltatoken", pack(done), path)
    return answer_json(body)


def _check(call: Call) -> None:
    options = call.options
    if "$search" in options or "$skip" in options:
        raise bad("The query parameter is not supported with change tracking.", "ErrorInvalidUrlQuery")
    if "$filter" in options and not _FILTER.fullmatch(options["$filter"]):
        message = "Change tracking is only supported with $filter=receivedDateTime+ge+{value} or gt."
        raise bad(message, "ErrorInvalidUrlQueryFilter")
    if "$orderby" in options and not _ORDER.fullmatch(options["$orderby"]):
        raise bad("Change tracking is only supported with $orderby=receivedDateTime desc.", "ErrorInvalidUrlQuery")
    if options.get("changeType", "") not in _KINDS:
        raise bad("The value of changeType must be created, updated or deleted.", "ErrorInvalidArgument")


def _state(call: Call, folder: Folder) -> dict[str, Any]:
    upto = exchange_messages.version_now(call.world)
    now = call.world.clock()
    token = call.options.get("$deltatoken") or call.options.get("$skiptoken")
    if token is None:
        return {"folder": folder.id, "since": 0, "upto": upto, "at": 0, "made": now.isoformat()}
    found = unpack(token)
    if not isinstance(found, dict) or found.get("folder") != folder.id:
        raise bad("Badly formed token.", "ErrorInvalidSyncStateData")
    if call.world.fault("mail delta expired") or datetime.fromisoformat(found["made"]) + _LIFE < now:
        message = "The sync state generation is not found; continuing from the sync state provided isn't possible."
        raise Refused(410, "SyncStateNotFound", message)
    return {**found, "upto": found["upto"] or upto}


def _changes(call: Call, folder: Folder, state: dict[str, Any]) -> list[dict[str, Any]]:
    since, upto, kind = int(state["since"]), int(state["upto"]), call.options.get("changeType", "")
    came = exchange_messages.changed_since(call.world, folder, since, upto)
    shown = [graph_messages.shown(call, message) for message in came if _is_of(kind, message, since)]
    rows = matching(call, shown)
    if not since or kind in {"created", "updated"}:
        return rows
    there = {row["id"] for row in rows}
    for id, restid, reason in exchange_messages.gone_since(call.world, folder, since, upto):
        name = id if call.immutable else restid
        if name not in there and not (call.immutable and _is_back(call, folder, id)):
            rows.append({"@odata.type": "#microsoft.graph.message", "id": name, "@removed": {"reason": reason}})
    return rows


def _is_of(kind: str, message: Message, since: int) -> bool:
    return not kind or kind == ("created" if message.born > since else "updated")


def _is_back(call: Call, folder: Folder, id: str) -> bool:
    with call.world.reading() as db:
        found = db.execute("SELECT 1 FROM exchange_message WHERE id=? AND folder=?", (id, folder.id)).fetchone()
    return found is not None


HANDLERS: list[tuple[str, str, Handler]] = [("GET", "users/{}/mailFolders/{}/messages/delta", _delta)]
