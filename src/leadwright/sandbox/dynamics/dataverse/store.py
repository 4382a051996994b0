"""Where rows lie: one SQL table for each table, the schema of the organisation, columns that come and go."""

import json
import sqlite3
from datetime import UTC, datetime
from threading import RLock
from typing import Any
from weakref import WeakKeyDictionary

from leadwright.sandbox.dynamics import entra_tenant
from leadwright.sandbox.dynamics.dataverse.tables import (
    CHOICES,
    LOOKUPS,
    NUMBERS,
    Column,
    Schema,
    Table,
    read_column,
    read_table,
    seed_relations,
    seed_tables,
)
from leadwright.sandbox.dynamics.world import Refused, World

_OWN = """
CREATE TABLE IF NOT EXISTS dataverse_custom (
  tbl TEXT NOT NULL, name TEXT NOT NULL, definition TEXT NOT NULL, PRIMARY KEY (tbl, name));
CREATE TABLE IF NOT EXISTS dataverse_removed (tbl TEXT NOT NULL, name TEXT NOT NULL, PRIMARY KEY (tbl, name));
CREATE TABLE IF NOT EXISTS dataverse_version (one INTEGER PRIMARY KEY CHECK (one = 1), value INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS dataverse_deleted (
  tbl TEXT NOT NULL, id TEXT NOT NULL, version INTEGER NOT NULL, at TEXT NOT NULL, PRIMARY KEY (tbl, id));
CREATE TABLE IF NOT EXISTS dataverse_event (
  id INTEGER PRIMARY KEY, step TEXT NOT NULL, body TEXT NOT NULL, headers TEXT NOT NULL, at TEXT NOT NULL,
  tries INTEGER NOT NULL DEFAULT 0, state TEXT NOT NULL DEFAULT 'waiting', answer TEXT NOT NULL DEFAULT '');
INSERT OR IGNORE INTO dataverse_version VALUES (1, 1000000);
"""
_INDEXED = {
    "lead": ("statecode", "modifiedon", "createdon", "emailaddress1"),
    "email": ("regardingobjectid", "statuscode", "messageid", "trackingtoken"),
    "activityparty": ("activityid", "partyid"),
    "annotation": ("objectid",),
    "systemuser": ("applicationid", "azureactivedirectoryobjectid"),
    "mailbox": ("regardingobjectid",),
    "principalobjectaccess": ("objectid", "principalid"),
    "roleprivileges": ("roleid",),
}
_lock = RLock()
_schemas: "WeakKeyDictionary[World, Schema]" = WeakKeyDictionary()


def stamp(moment: datetime) -> str:
    """A moment as replies and the store have it: whole seconds, UTC."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def schema_of(world: World) -> Schema:
    """The tables of this organisation; makes and fills them at the first call."""
    found = _schemas.get(world)
    if found is not None:
        return found
    from leadwright.sandbox.dynamics.dataverse.seed import fill

    entra_tenant.prepare(world)
    with world.transaction() as db, _lock:
        found = _schemas.get(world)
        if found is None:
            for statement in _OWN.split(";"):
                db.execute(statement)
            found = _load(db)
            _make_tables(db, found)
            _schemas[world] = found
            fill(world)
    return found


def _load(db: sqlite3.Connection) -> Schema:
    tables = seed_tables()
    known = {f"{table.name}.{name}": column for table in tables.values() for name, column in table.columns.items()}
    for row in db.execute("SELECT * FROM dataverse_custom ORDER BY name").fetchall():
        definition = json.loads(row["definition"])
        if row["name"] == "":
            tables[row["tbl"]] = read_table(row["tbl"], definition, known)
        elif row["name"].startswith("key:"):
            tables[row["tbl"]].keys.append(tuple(definition))
        elif row["tbl"] in tables:
            column = read_column(row["tbl"], row["name"], definition, known)
            tables[row["tbl"]].columns[row["name"]] = Column(
                **{n: getattr(column, n) for n in Column.__slots__} | {"custom": True}
            )
    for row in db.execute("SELECT * FROM dataverse_removed").fetchall():
        if row["name"] == "":
            tables.pop(row["tbl"], None)
        elif row["tbl"] in tables:
            tables[row["tbl"]].columns.pop(row["name"], None)
    return Schema(tables)


def stored_columns(column: Column) -> list[str]:
    """SQL columns behind a column: a second one where a lookup may point to several tables."""
    return [column.name, f"{column.name}type"] if column.many_targets else [column.name]


def _sql_type(column: Column) -> str:
    if column.type == "id":
        return "TEXT NOT NULL PRIMARY KEY"
    if column.type in {"int", "bigint", "bool"} | CHOICES:
        return "INTEGER"
    if column.type in NUMBERS:
        return "REAL"
    return "TEXT" if column.type in LOOKUPS | {"guid", "datetime", "date"} else "TEXT COLLATE NOCASE"


def _make_tables(db: sqlite3.Connection, schema: Schema) -> None:
    for table in schema.tables.values():
        body = ", ".join(
            f'"{column.name}" {_sql_type(column)}' + (f', "{column.name}type" TEXT' if column.many_targets else "")
            for column in table.columns.values()
        )
        db.execute(f'CREATE TABLE IF NOT EXISTS "{table.stored}" ({body})')
        have = {row["name"] for row in db.execute(f'PRAGMA table_info("{table.stored}")')}
        for column in table.columns.values():
            for n, name in enumerate(stored_columns(column)):
                if name not in have:
                    kind = "TEXT" if n else _sql_type(column)
                    db.execute(f'ALTER TABLE "{table.stored}" ADD COLUMN "{name}" {kind}')
        indexed = _INDEXED.get(table.name, ()) + (("ownerid",) if table.ownership == "user" else ())
        for name in ("versionnumber", *indexed):
            if name in table.columns:
                db.execute(f'CREATE INDEX IF NOT EXISTS "i_{table.name}_{name}" ON "{table.stored}" ("{name}")')
    for many in seed_relations().values():
        if many.stored.startswith("dv_"):
            continue
        db.execute(
            f'CREATE TABLE IF NOT EXISTS "{many.stored}" ("{many.left_id}" TEXT NOT NULL, "{many.right_id}" TEXT '
            f'NOT NULL, PRIMARY KEY ("{many.left_id}", "{many.right_id}")) WITHOUT ROWID'
        )


def next_version(db: sqlite3.Connection) -> int:
    """The number that the next change of any row gets."""
    db.execute("UPDATE dataverse_version SET value=value+1")
    return int(db.execute("SELECT value FROM dataverse_version").fetchone()["value"])


def table_of(schema: Schema, name: str) -> Table:
    """A table by its logical name.

    Raises:
        Refused: 404, it is not in this organisation.
    """
    found = schema.tables.get(name)
    if found is None:
        message = f"The entity with a name = '{name}' with namemapping = 'Logical' was not found in the MetadataCache."
        raise Refused(404, "0x80060888", message)
    return found


def add_column(world: World, table: str, name: str, definition: str) -> None:
    """A custom column, for the control page and metadata requests: `"string 100; Favourite colour"`."""
    schema = schema_of(world)
    if not name.isidentifier() or not name.isascii():
        raise Refused(400, "0x80044153", f"'{name}' is no name for a column: letters, digits and underscores are.")
    column = read_column(table, name, definition)
    with world.transaction() as db:
        if name in table_of(schema, table).columns:
            raise Refused(400, "0x80044153", f"An attribute with the specified name {name} already exists.")
        db.execute("DELETE FROM dataverse_removed WHERE tbl=? AND name=?", (table, name))
        db.execute("INSERT OR REPLACE INTO dataverse_custom VALUES (?,?,?)", (table, name, json.dumps(definition)))
        have = {row["name"] for row in db.execute(f'PRAGMA table_info("dv_{table}")')}
        for n, stored in enumerate(stored_columns(column)):
            if stored not in have:
                db.execute(f'ALTER TABLE "dv_{table}" ADD COLUMN "{stored}" {"TEXT" if n else _sql_type(column)}')
    forget(world)


def delete_column(world: World, table: str, name: str) -> None:
    """Take a column away, its values with it, as an administrator may at any time."""
    column = table_of(schema_of(world), table).columns.get(name)
    if column is None:
        raise Refused(404, "0x80041102", f"'{table}' entity doesn't contain attribute with Name = '{name}'.")
    with world.transaction() as db:
        db.execute("DELETE FROM dataverse_custom WHERE tbl=? AND name=?", (table, name))
        db.execute("INSERT OR REPLACE INTO dataverse_removed VALUES (?,?)", (table, name))
        db.execute(f'UPDATE "dv_{table}" SET "{name}"=NULL')  # noqa: S608
    forget(world)


def add_table(world: World, name: str, definition: dict[str, Any]) -> None:
    """A custom table: a section as metadata/*.toml has them."""
    with world.transaction() as db:
        db.execute("DELETE FROM dataverse_removed WHERE tbl=? AND name=''", (name,))
        db.execute("INSERT OR REPLACE INTO dataverse_custom VALUES (?,'',?)", (name, json.dumps(definition)))
        schema = _load(db)
        _make_tables(db, schema)
    forget(world)


def delete_table(world: World, name: str) -> None:
    """Take a table away with its rows, such as those of a solution that is uninstalled."""
    table = table_of(schema_of(world), name)
    with world.transaction() as db:
        db.execute("DELETE FROM dataverse_custom WHERE tbl=?", (name,))
        db.execute("INSERT OR REPLACE INTO dataverse_removed VALUES (?,'')", (name,))
        db.execute(f'DELETE FROM "{table.stored}"')  # noqa: S608
    forget(world)


def add_key(world: World, table: str, columns: tuple[str, ...]) -> None:
    """An alternate key."""
    table_of(schema_of(world), table)
    with world.transaction() as db:
        name = "key:" + " ".join(columns)
        db.execute("INSERT OR REPLACE INTO dataverse_custom VALUES (?,?,?)", (table, name, json.dumps(columns)))
    forget(world)


def delete_key(world: World, table: str, columns: tuple[str, ...]) -> None:
    """Take an alternate key away that was added."""
    with world.transaction() as db:
        name = "key:" + " ".join(columns)
        db.execute("DELETE FROM dataverse_custom WHERE tbl=? AND name=?", (table, name))
    forget(world)


def forget(world: World) -> None:
    """Read the schema anew at the next call: metadata has changed."""
    with world.transaction() as db:
        _schemas[world] = _load(db)
