"""The parties of an activity and what follows from them: sender, recipients, the names people read."""

import sqlite3
from typing import Any

from leadwright.sandbox.dynamics.dataverse.tables import Table
from leadwright.sandbox.dynamics.world import World

SENDER, TO, CC, BCC, REGARDING, OWNER = 1, 2, 3, 4, 8, 9
ADDRESS = {
    "systemuser": "internalemailaddress",
    "queue": "emailaddress",
    "lead": "emailaddress1",
    "account": "emailaddress1",
    "contact": "emailaddress1",
    "team": "emailaddress",
    "opportunity": "emailaddress",
}
_REFUSES_MAIL = {"lead", "account", "contact"}


def of_activity(db: sqlite3.Connection, activity: str) -> list[dict[str, Any]]:
    """Parties of an activity in the order they were given."""
    found = db.execute("SELECT * FROM dv_activityparty WHERE activityid=? ORDER BY rowid", (activity,)).fetchall()
    return [dict(row) for row in found]


def address_of(db: sqlite3.Connection, kind: str, key: str) -> tuple[str, bool]:
    """Address of a record and whether it wants no mail."""
    column = ADDRESS.get(kind)
    if column is None:
        return "", False
    refuses = "donotemail" if kind in _REFUSES_MAIL else "0"
    source = f'SELECT "{column}" AS address, {refuses} AS refuses FROM "dv_{kind}" WHERE "{kind}id"=?'  # noqa: S608
    found = db.execute(source, (key,)).fetchone()
    return (str(found["address"] or ""), bool(found["refuses"])) if found else ("", False)


def settle(world: World, db: sqlite3.Connection, table: Table, row: dict[str, Any], by: str) -> None:
    """Fill in addresses, owner and regarding parties, and the columns of the activity that show them."""
    key = row["activityid"]
    shown: dict[int, list[str]] = {}
    resolves = bool(world.fault("party address"))
    sender: tuple[str | None, str | None] = (None, None)
    for party in of_activity(db, key):
        address, refuses = party["addressused"] or "", False
        if party["partyid"]:
            own, refuses = address_of(db, party["partyidtype"], party["partyid"])
            address = own if own and party["participationtypemask"] != SENDER and resolves else address or own
        db.execute(
            "UPDATE dv_activityparty SET addressused=?, donotemail=? WHERE activitypartyid=?",
            (address or None, int(refuses), party["activitypartyid"]),
        )
        shown.setdefault(party["participationtypemask"], []).append(address)
        if party["participationtypemask"] == SENDER and party["partyid"]:
            sender = party["partyidtype"], party["partyid"]
    _follow(world, db, row, by)
    if table.name == "email":
        _show(db, key, shown, sender)


def _follow(world: World, db: sqlite3.Connection, row: dict[str, Any], by: str) -> None:
    from leadwright.sandbox.dynamics.dataverse import records

    have = {party["participationtypemask"]: party for party in of_activity(db, row["activityid"])}
    for mask, column in ((OWNER, "ownerid"), (REGARDING, "regardingobjectid")):
        kind, key = row.get(f"{column}type"), row.get(column)
        if not key or mask in have or kind not in {*ADDRESS}:
            continue
        values = {"activityid": (row["activitytypecode"], row["activityid"]), "partyid": (kind, key)}
        records.create(world, "activityparty", {**values, "participationtypemask": mask}, by=by)


def _show(db: sqlite3.Connection, key: str, shown: dict[int, list[str]], sender: tuple[str | None, str | None]) -> None:
    def text(mask: int) -> str | None:
        return "".join(f"{address};" for address in shown.get(mask, []) if address)[:500] or None

    first = next(iter(shown.get(SENDER, [])), None)
    db.execute(
        "UPDATE dv_email SET sender=coalesce(?, sender), torecipients=coalesce(?, torecipients), "
        "ccrecipients=coalesce(?, ccrecipients), emailsender=coalesce(?, emailsender), "
        "emailsendertype=coalesce(?, emailsendertype) WHERE activityid=?",
        (first, text(TO), text(CC), sender[1], sender[0], key),
    )
