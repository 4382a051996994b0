"""Change tracking: everything first, then what changed and what was deleted since a token, which expires."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote

from leadwright.sandbox.dynamics.dataverse import records, roles
from leadwright.sandbox.dynamics.dataverse.calls import Answer, Asked, answer_json, encode
from leadwright.sandbox.dynamics.dataverse.queries import PAGE, Reader, wanted
from leadwright.sandbox.dynamics.dataverse.tables import Table
from leadwright.sandbox.dynamics.world import Refused

_TOKEN = re.compile(r"(\d+)!(\d\d/\d\d/\d{4} \d\d:\d\d:\d\d)")
_FORMAT = "%m/%d/%Y %H:%M:%S"
_FORBIDDEN = ("$filter", "$orderby", "$expand", "$top")


def answer(reader: Reader, table: Table, asked: Asked) -> Answer:
    """A page of the first load or of the changes; the last page has the delta link.

    Raises:
        Refused: 400 where options or the table do not allow it or the token is too old, 403 without the right to
            read all rows.
    """
    options = asked.options()
    _check(reader, table, options)
    since = _since(reader, options["$deltatoken"]) if "$deltatoken" in options else None
    upto, until = _upto(reader, options.get("$skiptoken", ""))
    extra = ("t.versionnumber > ? AND t.versionnumber <= ?", [since if since is not None else -1, upto])
    ask = wanted({**options, "$skiptoken": options.get("$skiptoken", "").partition("~")[2]})
    size = asked.preferences().get("odata.maxpagesize", "")
    limit = min(int(size), PAGE) if size.isdecimal() and int(size) else PAGE
    rows, token = reader.rows(table, ask, limit, extra)
    if token is None and since is not None:
        rows += _deleted(reader, table, since, upto)
    body: dict[str, Any] = {"@odata.context": f"{reader.base}$metadata#{table.set}/$delta", "value": rows}
    kept = "&".join(part for part in asked.query.split("&") if part and not _is_mark(part))
    if token is not None:
        mark = f"$deltatoken={encode(options['$deltatoken'])}&" if since is not None else ""
        body["@odata.nextLink"] = _link(reader, asked, kept, f"{mark}$skiptoken={encode(f'{upto}!{until}~{token}')}")
    else:
        body["@odata.deltaLink"] = _link(reader, asked, kept, f"$deltatoken={quote(f'{upto}!{until}', safe='')}")
    return answer_json(body, headers={"Preference-Applied": "odata.track-changes"})


def _link(reader: Reader, asked: Asked, kept: str, mark: str) -> str:
    joined = f"{kept}&" if kept else ""
    return f"{reader.base}{asked.path}?{joined}{mark}"


def _is_mark(part: str) -> bool:
    return part.split("=", 1)[0].replace("%24", "$") in {"$deltatoken", "$skiptoken"}


def _check(reader: Reader, table: Table, options: dict[str, str]) -> None:
    if not table.tracked:
        message = (
            f"Change tracking is not enabled for the entity '{table.name}'. Enable change tracking for the entity to "
            "use the odata.track-changes preference."
        )
        raise Refused(400, "0x80060888", message)
    for name in _FORBIDDEN:
        if name in options:
            message = f"The query option {name} is not supported with the odata.track-changes preference."
            raise Refused(400, "0x80060888", message)
    privilege = f"prvRead{table.privilege}"
    if reader.rights.depth(privilege) < roles.GLOBAL:
        raise reader.rights.lacks(privilege, table)


def _upto(reader: Reader, skip: str) -> tuple[int, str]:
    found = _TOKEN.match(skip)
    if found:
        return int(found[1]), found[2]
    with reader.world.reading() as db:
        value = int(db.execute("SELECT value FROM dataverse_version").fetchone()["value"])
    return value, reader.world.clock().astimezone(UTC).strftime(_FORMAT)


def _since(reader: Reader, token: str) -> int:
    found = _TOKEN.fullmatch(token)
    if found is None:
        raise Refused(400, "0x80060888", "Invalid value for $deltatoken query option found.")
    try:
        made = datetime.strptime(found[2], _FORMAT).replace(tzinfo=UTC)
    except ValueError:
        raise Refused(400, "0x80060888", "Invalid value for $deltatoken query option found.") from None
    row = records.read(reader.world, "organization", reader.world.organizationid)
    days = row["expirechangetrackingindays"] if row else 7
    if reader.world.clock() - made > timedelta(days=days) or reader.world.fault("delta token expired"):
        message = "Version stamp associated with the client has expired. Please perform a full sync."
        raise Refused(400, "0x80044352", message)
    return int(found[1])


def _deleted(reader: Reader, table: Table, since: int, upto: int) -> list[dict[str, Any]]:
    with reader.world.reading() as db:
        rows = db.execute(
            "SELECT id FROM dataverse_deleted WHERE tbl=? AND version > ? AND version <= ? ORDER BY version",
            (table.name, since, upto),
        ).fetchall()
    context = f"{reader.base}$metadata#{table.set}/$deletedEntity"
    return [{"@odata.context": context, "id": row["id"], "reason": "deleted"} for row in rows]
