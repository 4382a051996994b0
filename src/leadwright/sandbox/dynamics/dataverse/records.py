"""Rows as the platform itself handles them: rules and defaults apply, rights are not asked (see `rights`)."""

import sqlite3
from collections.abc import Mapping
from typing import Any

from leadwright.sandbox.dynamics.dataverse import rules, webhooks
from leadwright.sandbox.dynamics.dataverse.store import next_version, schema_of, stamp, table_of
from leadwright.sandbox.dynamics.dataverse.tables import LOOKUPS, Column, Schema, Table
from leadwright.sandbox.dynamics.dataverse.values import guid, payload_error, shown, stored
from leadwright.sandbox.dynamics.world import Refused, World, new_guid

Row = dict[str, Any]


def create(world: World, table: str, values: Mapping[str, Any], *, by: str, behalf: str | None = None) -> str:
    """A new row; its id, which may be chosen in the values.

    Args:
        values: under logical names. A lookup is an id, or (table, id) where it may point to several tables.
            Activities take their parties as a list of such mappings under `{table}_activity_parties`.
        by: systemuserid of who does it.
        behalf: systemuserid of who impersonates him.

    Raises:
        Refused: as the Web API answers.
    """
    schema = schema_of(world)
    kind = table_of(schema, table)
    with world.transaction() as db:
        row, parties = _split(db, schema, kind, values)
        row[kind.id] = row.get(kind.id) or new_guid()
        _refuse_twice(db, kind, row)
        now = stamp(world.clock())
        row |= {"createdon": row.get("createdon") or row.get("overriddencreatedon") or now, "modifiedon": now}
        if kind.ownership != "none":
            row |= {"createdby": by, "modifiedby": by, "createdonbehalfby": behalf, "modifiedonbehalfby": behalf}
        for column in kind.columns.values():
            if row.get(column.name) is None and column.default is not None:
                row[column.name] = column.default
        rules.before_create(world, db, kind, row, by)
        _refuse_missing(kind, row)
        _refuse_duplicate(db, kind, row)
        row["versionnumber"] = next_version(db)
        _insert(db, kind, row)
        db.execute("DELETE FROM dataverse_deleted WHERE tbl=? AND id=?", (table, row[kind.id]))
        for party in parties or ():
            create(world, "activityparty", {**party, "activityid": (table, row[kind.id])}, by=by)
        rules.after_create(world, db, kind, row, by, parties is not None)
        webhooks.note(world, db, "Create", kind, str(row[kind.id]), row)
        return str(row[kind.id])


def read(world: World, table: str, id: str) -> Row | None:
    """One row under logical names, the table of a lookup under `{name}type`; None where it is gone."""
    kind = table_of(schema_of(world), table)
    with world.reading() as db:
        found = db.execute(f'SELECT * FROM "{kind.stored}" WHERE "{kind.id}"=?', (guid(id) or id,)).fetchone()  # noqa: S608
    return None if found is None else _shown(kind, found)


def update(world: World, table: str, id: str, values: Mapping[str, Any], *, by: str, behalf: str | None = None) -> None:
    """Change some values of a row. Rules as in `create`; a list of parties replaces the earlier ones."""
    schema = schema_of(world)
    kind = table_of(schema, table)
    with world.transaction() as db:
        before = read(world, table, id)
        if before is None:
            raise does_not_exist(kind, id)
        row, parties = _split(db, schema, kind, values)
        row.pop(kind.id, None)
        rules.before_update(world, db, kind, before, row, by)
        if "modifiedon" in kind.columns:
            row["modifiedon"] = stamp(world.clock())
        if kind.ownership != "none":
            row |= {"modifiedby": by, "modifiedonbehalfby": behalf}
        for column in kind.columns.values():
            if column.needed and column.name in row and row[column.name] in (None, ""):
                raise missing(kind, column)
        _refuse_duplicate(db, kind, {**before, **row})
        row["versionnumber"] = next_version(db)
        _write(db, kind, before[kind.id], row)
        if parties is not None:
            _replace_parties(world, db, table, before[kind.id], parties, by)
        rules.after_update(world, db, kind, before, {**before, **row}, by, parties is not None)
        webhooks.note(world, db, "Update", kind, before[kind.id], row)


def delete(world: World, table: str, id: str, *, by: str) -> None:
    """Delete a row and what belongs to it alone: notes, parties, activities about it."""
    kind = table_of(schema_of(world), table)
    with world.transaction() as db:
        before = read(world, table, id)
        if before is None:
            raise does_not_exist(kind, id)
        rules.before_delete(world, db, kind, before, by)
        key = before[kind.id]
        db.execute(f'DELETE FROM "{kind.stored}" WHERE "{kind.id}"=?', (key,))  # noqa: S608
        version = next_version(db)
        values = (table, key, version, stamp(world.clock()))
        db.execute("INSERT OR REPLACE INTO dataverse_deleted VALUES (?,?,?,?)", values)
        rules.after_delete(world, db, kind, before, by)
        webhooks.note(world, db, "Delete", kind, key, {"modifiedby": by})


def find(world: World, table: str, **equal: Any) -> list[Row]:
    """Rows whose columns equal these values (None: that have none), oldest first. Texts: upper or lower case alike."""
    kind = table_of(schema_of(world), table)
    parts, given = [], []
    for name, value in equal.items():
        column = kind.columns[name]
        parts.append(f'"{name}" IS ?')
        given.append(stored(kind, column, value[1] if isinstance(value, tuple) else value))
    where = " AND ".join(parts) or "1"
    order = "createdon, versionnumber" if "createdon" in kind.columns else "versionnumber"
    with world.reading() as db:
        found = db.execute(f'SELECT * FROM "{kind.stored}" WHERE {where} ORDER BY {order}', given).fetchall()  # noqa: S608
    return [_shown(kind, row) for row in found]


def does_not_exist(table: Table, id: str) -> Refused:
    """404 of a row that is not there."""
    return Refused(404, "0x80040217", f"Entity '{table.name}' With Id = {id} Does Not Exist")


def missing(table: Table, column: Column) -> Refused:
    """400 of a required column that is empty."""
    message = f"A validation error occurred. The attribute '{column.name}' of the entity '{table.name}' is required."
    return Refused(400, "0x80040203", message)


def _shown(table: Table, found: sqlite3.Row) -> Row:
    row: Row = {}
    for column in table.columns.values():
        row[column.name] = shown(column, found[column.name])
        if column.many_targets:
            row[f"{column.name}type"] = found[f"{column.name}type"]
    return row


def _split(
    db: sqlite3.Connection, schema: Schema, table: Table, values: Mapping[str, Any]
) -> tuple[Row, list[Mapping[str, Any]] | None]:
    row: Row = {}
    parties: list[Mapping[str, Any]] | None = None
    for name, value in values.items():
        if table.activity and name.endswith("_activity_parties"):
            parties = list(value)
            continue
        column = table.columns.get(name)
        if column is None:
            if name.endswith("type") and name[:-4] in table.columns:
                continue
            inner = f"The property '{name}' does not exist on type 'Microsoft.Dynamics.CRM.{table.name}'."
            raise payload_error(table, f"Microsoft.OData.ODataException: {inner}")
        if column.type in LOOKUPS:
            kind, key = value if isinstance(value, tuple) else (values.get(f"{name}type"), value)
            row[name] = stored(table, column, key)
            _set_target(db, schema, table, column, kind, row)
        else:
            row[name] = stored(table, column, value)
    return row, parties


def _set_target(
    db: sqlite3.Connection, schema: Schema, table: Table, column: Column, kind: str | None, row: Row
) -> None:
    key = row[column.name]
    if key is None:
        if column.many_targets:
            row[f"{column.name}type"] = None
        return
    for target in [kind] if kind else column.targets:
        other = schema.tables.get(target)
        if other is None:
            continue
        if db.execute(f'SELECT 1 FROM "{other.stored}" WHERE "{other.id}"=?', (key,)).fetchone():  # noqa: S608
            if column.many_targets:
                row[f"{column.name}type"] = target
            return
    target = kind or next(iter(column.targets))
    raise Refused(404, "0x80040217", f"Entity '{target}' With Id = {key} Does Not Exist")


def _refuse_twice(db: sqlite3.Connection, table: Table, row: Row) -> None:
    if db.execute(f'SELECT 1 FROM "{table.stored}" WHERE "{table.id}"=?', (row[table.id],)).fetchone():  # noqa: S608
        raise Refused(412, "0x80040237", "A record with matching key values already exists.")


def _refuse_missing(table: Table, row: Row) -> None:
    for column in table.columns.values():
        if column.needed and row.get(column.name) in (None, ""):
            raise missing(table, column)


def _refuse_duplicate(db: sqlite3.Connection, table: Table, row: Row) -> None:
    for key in table.keys:
        if any(row.get(name) is None for name in key):
            continue
        where = " AND ".join(f'"{name}"=?' for name in key)
        given = [*(row[name] for name in key), row[table.id]]
        if db.execute(f'SELECT 1 FROM "{table.stored}" WHERE {where} AND "{table.id}"<>?', given).fetchone():  # noqa: S608
            named = ", ".join(table.columns[name].label for name in key)
            message = (
                f"Entity Key {'_'.join(key)}_key violated. A record with the same value for {named} already exists. "
                "A duplicate record cannot be created. Select one or more unique values and try again."
            )
            raise Refused(412, "0x80060892", message)


def _insert(db: sqlite3.Connection, table: Table, row: Row) -> None:
    names = ", ".join(f'"{name}"' for name in row)
    marks = ",".join("?" * len(row))
    db.execute(f'INSERT INTO "{table.stored}" ({names}) VALUES ({marks})', list(row.values()))  # noqa: S608


def _write(db: sqlite3.Connection, table: Table, id: str, row: Row) -> None:
    names = ", ".join(f'"{name}"=?' for name in row)
    db.execute(f'UPDATE "{table.stored}" SET {names} WHERE "{table.id}"=?', [*row.values(), id])  # noqa: S608


def _replace_parties(
    world: World, db: sqlite3.Connection, table: str, id: str, parties: list[Mapping[str, Any]], by: str
) -> None:
    db.execute("DELETE FROM dv_activityparty WHERE activityid=?", (id,))
    for party in parties:
        create(world, "activityparty", {**party, "activityid": (table, id)}, by=by)
