"""What the platform does by itself when rows come, change and go: names, states, mailboxes, roles, what goes along."""

import sqlite3
from typing import Any

from leadwright.sandbox.dynamics.dataverse.store import next_version, schema_of
from leadwright.sandbox.dynamics.dataverse.tables import Table
from leadwright.sandbox.dynamics.world import Refused, World, new_guid

Row = dict[str, Any]
_PARENTS = {"lead", "account", "contact", "opportunity"}
_ACTIVITIES = ("email", "task", "phonecall", "appointment")
ADDRESS_RESET = {
    "emailrouteraccessapproval": 2,
    "isemailaddressapprovedbyo365admin": False,
    "incomingemailstatus": 0,
    "outgoingemailstatus": 0,
    "mailboxstatus": 0,
}


def before_create(world: World, db: sqlite3.Connection, table: Table, row: Row, by: str) -> None:
    """Fill in what follows from the rest."""
    _name(table, row, row)
    if "statecode" in table.columns:
        _first_state(table, row)
    if table.ownership == "user":
        if row.get("ownerid") is None:
            row["ownerid"], row["owneridtype"] = by, "systemuser"
        _owner(db, row)
    if table.activity:
        row["activitytypecode"] = table.name
    found = _BEFORE_CREATE.get(table.name)
    if found:
        found(world, db, row)


def before_update(world: World, db: sqlite3.Connection, table: Table, before: Row, row: Row, by: str) -> None:
    """Fill in what follows from the change, refuse what the state of the row forbids."""
    if {"statecode", "statuscode"} & set(row):
        _next_state(table, before, row)
    _name(table, {**before, **row}, row)
    if row.get("ownerid"):
        _owner(db, row)
    if table.name == "mailbox" and "emailaddress" in row and row["emailaddress"] != before["emailaddress"]:
        row.update({**ADDRESS_RESET, **{key: row[key] for key in ("emailrouteraccessapproval",) if key in row}})
        if not row["emailaddress"]:
            row["emailrouteraccessapproval"] = 0
    if table.name == "businessunit" and "parentbusinessunitid" in row:
        _refuse_loop(db, before["businessunitid"], row["parentbusinessunitid"])


def after_create(world: World, db: sqlite3.Connection, table: Table, row: Row, by: str, parties: bool) -> None:
    """Make what belongs to the new row."""
    if table.activity:
        from leadwright.sandbox.dynamics.dataverse.parties import settle

        settle(world, db, table, row, by)
    found = _AFTER_CREATE.get(table.name)
    if found:
        found(world, db, row, by)


def after_update(
    world: World, db: sqlite3.Connection, table: Table, before: Row, after: Row, by: str, parties: bool
) -> None:
    """Carry the change on to what depends on it."""
    if table.activity and parties:
        from leadwright.sandbox.dynamics.dataverse.parties import settle

        settle(world, db, table, after, by)
    if table.name in _PARENTS and after.get("ownerid") != before.get("ownerid"):
        _assign_below(world, before[table.id], (str(after["owneridtype"]), str(after["ownerid"])), by)
    if table.name == "systemuser" and after["businessunitid"] != before["businessunitid"]:
        db.execute("DELETE FROM systemuserroles WHERE systemuserid=?", (after["systemuserid"],))
        db.execute(
            "UPDATE dv_usersettings SET businessunitid=? WHERE systemuserid=?",
            (after["businessunitid"], after["systemuserid"]),
        )
    if table.name == "systemuser" and after["internalemailaddress"] != before["internalemailaddress"]:
        _mailbox_address(world, after, by)


def before_delete(world: World, db: sqlite3.Connection, table: Table, row: Row, by: str) -> None:
    """Refuse what may not go."""
    if table.name == "systemuser" and not row["isdisabled"]:
        raise Refused(400, "0x8004d24b", "You cannot delete an enabled user. Disable the user first.")
    if table.name == "businessunit":
        inside = db.execute(
            "SELECT 1 FROM dv_systemuser WHERE businessunitid=:id UNION ALL "
            "SELECT 1 FROM dv_businessunit WHERE parentbusinessunitid=:id",
            {"id": row["businessunitid"]},
        ).fetchone()
        if inside:
            raise Refused(400, "0x80045002", "Business unit is not empty: move its users and child units first.")


def after_delete(world: World, db: sqlite3.Connection, table: Table, row: Row, by: str) -> None:
    """Let go what belonged to the row."""
    from leadwright.sandbox.dynamics.dataverse import records

    key = row[table.id]
    for many in schema_of(world).many_from(table.name):
        if not many.stored.startswith("dv_"):
            own = many.left_id if many.left == table.name else many.right_id
            db.execute(f'DELETE FROM "{many.stored}" WHERE "{own}"=?', (key,))  # noqa: S608
    db.execute("DELETE FROM dv_principalobjectaccess WHERE objectid=?", (key,))
    if table.activity:
        db.execute("DELETE FROM dv_activityparty WHERE activityid=?", (key,))
        db.execute("DELETE FROM dv_activitymimeattachment WHERE objectid=?", (key,))
    if table.ownership == "user" or table.name == "competitor":
        for note in records.find(world, "annotation", objectid=key):
            records.delete(world, "annotation", note["annotationid"], by=by)
    if table.name in _PARENTS:
        for kind in _ACTIVITIES:
            for activity in records.find(world, kind, regardingobjectid=key):
                records.delete(world, kind, activity["activityid"], by=by)
    _clear_lookups(world, db, table.name, key)


def _assign_below(world: World, key: str, owner: tuple[str, str], by: str) -> None:
    """Activities and notes go to the new owner of what they are about: the relation is parental."""
    from leadwright.sandbox.dynamics.dataverse import records

    for kind, column in [*((kind, "regardingobjectid") for kind in _ACTIVITIES), ("annotation", "objectid")]:
        table = schema_of(world).tables[kind]
        for row in records.find(world, kind, **{column: key}):
            records.update(world, kind, row[table.id], {"ownerid": owner}, by=by)


def _clear_lookups(world: World, db: sqlite3.Connection, name: str, key: str) -> None:
    for other, column in {(t.name, c.name): (t, c) for (target, _), (t, c) in schema_of(world).collections.items()
                          if target == name}.values():  # fmt: skip
        if column.name.endswith(("edby", "behalfby")) or column.type == "owner" or column.fixed:
            continue
        extra = f', "{column.name}type"=NULL' if column.many_targets else ""
        change = f'SET "{column.name}"=NULL{extra}, versionnumber=? WHERE "{column.name}"=?'
        db.execute(f'UPDATE "{other.stored}" {change}', (next_version(db), key))


def _name(table: Table, whole: Row, row: Row) -> None:
    if table.name in {"lead", "contact", "systemuser"} and (
        not row.get("fullname") or {"firstname", "lastname", "middlename"} & set(row)
    ):
        words = [whole.get(part) for part in ("firstname", "middlename", "lastname")]
        row["fullname"] = " ".join(word for word in words if word) or row.get("fullname")


def _first_state(table: Table, row: Row) -> None:
    states, reasons = table.columns["statecode"].choices, table.columns["statuscode"].choices
    if row.get("statuscode") is None:
        state = row.get("statecode")
        state = states[0].value if state is None else state
        row["statecode"] = state
        row["statuscode"] = next((one.value for one in reasons if one.state == state), None)
    else:
        found = next((one for one in reasons if one.value == row["statuscode"]), None)
        if found is None:
            raise _wrong_status(table, row["statuscode"], row.get("statecode"), None)
        row["statecode"] = found.state
    if row["statuscode"] is None:
        raise _wrong_status(table, None, row["statecode"], None)


def _next_state(table: Table, before: Row, row: Row) -> None:
    if "statecode" not in table.columns:
        return
    reasons = table.columns["statuscode"].choices
    reason = row.get("statuscode")
    state = row.get("statecode")
    if state is None:
        state = next((one.state for one in reasons if one.value == reason), before["statecode"])
    if reason is None or reason == -1:
        reason = next((one.value for one in reasons if one.state == state), None)
        if state == before["statecode"]:
            reason = before["statuscode"]
    found = next((one for one in reasons if one.value == reason), None)
    if found is None or found.state != state:
        raise _wrong_status(table, reason, state, before[table.id])
    row["statecode"], row["statuscode"] = state, reason


def _wrong_status(table: Table, reason: Any, state: Any, id: str | None) -> Refused:
    label = table.columns["statecode"].label_of(state) if state is not None else None
    message = (
        f"{reason} is not a valid status code for state code {table.schema_name}State.{label or state} "
        f"on {table.name} with Id {id or '00000000-0000-0000-0000-000000000000'}."
    )
    return Refused(400, "0x80048408", message)


def _owner(db: sqlite3.Connection, row: Row) -> None:
    team = row.get("owneridtype") == "team"
    source = "SELECT businessunitid, teamtype AS extra FROM dv_team WHERE teamid=?" if team else (
        "SELECT businessunitid, 0 AS extra FROM dv_systemuser WHERE systemuserid=?"
    )  # fmt: skip
    found = db.execute(source, (row["ownerid"],)).fetchone()
    if team and found and found["extra"] == 1:
        raise Refused(400, "0x80048300", "Access teams cannot own records. Choose an owner team or a user.")
    row["owningbusinessunit"] = found["businessunitid"] if found else None
    row["owninguser"], row["owningteam"] = (None, row["ownerid"]) if team else (row["ownerid"], None)


def _refuse_loop(db: sqlite3.Connection, unit: str, parent: str | None) -> None:
    while parent is not None:
        if parent == unit:
            raise Refused(400, "0x80041d05", "A business unit cannot be its own parent.")
        found = db.execute("SELECT parentbusinessunitid AS up FROM dv_businessunit WHERE businessunitid=?", (parent,))
        above = found.fetchone()
        parent = above["up"] if above else None


def _new_user(world: World, db: sqlite3.Connection, row: Row) -> None:
    if row.get("applicationid"):
        from leadwright.sandbox.dynamics.dataverse.applications import describe

        describe(world, db, row)


def _with_user(world: World, db: sqlite3.Connection, row: Row, by: str) -> None:
    from leadwright.sandbox.dynamics.dataverse import records

    settings = {"systemuserid": row["systemuserid"], "businessunitid": row["businessunitid"]}
    records.create(world, "usersettings", settings, by=by)
    if row.get("defaultmailbox") or row.get("fullname") in {"SYSTEM", "INTEGRATION"}:
        return
    mailbox = _new_mailbox(world, row, "systemuser", row["systemuserid"], by)
    db.execute("UPDATE dv_systemuser SET defaultmailbox=? WHERE systemuserid=?", (mailbox, row["systemuserid"]))
    db.execute(
        "INSERT OR IGNORE INTO teammembership (teamid, systemuserid) "
        "SELECT teamid, ? FROM dv_team WHERE businessunitid=? AND isdefault=1",
        (row["systemuserid"], row["businessunitid"]),
    )


def _with_queue(world: World, db: sqlite3.Connection, row: Row, by: str) -> None:
    mailbox = _new_mailbox(world, row, "queue", row["queueid"], by)
    db.execute("UPDATE dv_queue SET defaultmailbox=? WHERE queueid=?", (mailbox, row["queueid"]))


def _new_mailbox(world: World, row: Row, kind: str, key: str, by: str) -> str:
    from leadwright.sandbox.dynamics.dataverse import records

    address = row.get("internalemailaddress") or row.get("emailaddress")
    profile = records.find(world, "emailserverprofile", name="Microsoft Exchange Online")
    values = {
        "name": row.get("fullname") or row.get("name") or "Mailbox",
        "emailaddress": address,
        "emailrouteraccessapproval": 2 if address else 0,
        "incomingemaildeliverymethod": 2,
        "outgoingemaildeliverymethod": 2,
        "regardingobjectid": (kind, key),
        "ownerid": ("systemuser", key if kind == "systemuser" else by),
    }
    if profile:
        values["emailserverprofile"] = profile[0]["emailserverprofileid"]
    return records.create(world, "mailbox", values, by=by)


def _mailbox_address(world: World, user: Row, by: str) -> None:
    from leadwright.sandbox.dynamics.dataverse import records

    if user["defaultmailbox"]:
        records.update(world, "mailbox", user["defaultmailbox"], {"emailaddress": user["internalemailaddress"]}, by=by)


def _new_unit(world: World, db: sqlite3.Connection, row: Row) -> None:
    row["organizationid"] = world.organizationid
    root = db.execute("SELECT businessunitid FROM dv_businessunit WHERE parentbusinessunitid IS NULL").fetchone()
    if row.get("parentbusinessunitid") is None and root is not None:
        row["parentbusinessunitid"] = root["businessunitid"]


def _with_unit(world: World, db: sqlite3.Connection, row: Row, by: str) -> None:
    from leadwright.sandbox.dynamics.dataverse import records, roles

    team = {"name": row["name"], "businessunitid": row["businessunitid"], "isdefault": True, "administratorid": by}
    records.create(world, "team", team, by=by)
    roles.copy_into_unit(world, db, row["businessunitid"], by)


def _new_note(world: World, db: sqlite3.Connection, row: Row) -> None:
    row["objecttypecode"] = row.get("objectidtype")
    if row.get("documentbody"):
        row["isdocument"], row["filesize"] = True, len(row["documentbody"]) * 3 // 4


def _new_notification(world: World, db: sqlite3.Connection, row: Row) -> None:
    if row.get("appmoduleid"):
        raise Refused(400, "0x80040203", "appmoduleid is set by the platform. Leave it out.")


def _new_role(world: World, db: sqlite3.Connection, row: Row) -> None:
    row["parentrootroleid"] = row["roleid"]
    row["roleidunique"], row["organizationid"] = new_guid(), world.organizationid


def _with_role(world: World, db: sqlite3.Connection, row: Row, by: str) -> None:
    from leadwright.sandbox.dynamics.dataverse import roles

    above = "SELECT parentbusinessunitid AS up FROM dv_businessunit WHERE businessunitid=?"
    if db.execute(above, (row["businessunitid"],)).fetchone()["up"] is None:
        for unit in db.execute("SELECT businessunitid FROM dv_businessunit").fetchall():
            roles.copy_role(db, row, unit["businessunitid"])


_BEFORE_CREATE = {
    "role": _new_role,
    "systemuser": _new_user,
    "businessunit": _new_unit,
    "annotation": _new_note,
    "appnotification": _new_notification,
}
_AFTER_CREATE = {"role": _with_role, "systemuser": _with_user, "queue": _with_queue, "businessunit": _with_unit}
