"""Changes of metadata over the API: columns, alternate keys and tables come and go, as a customizer makes them."""

import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from leadwright.sandbox.dynamics.dataverse import roles, store
from leadwright.sandbox.dynamics.dataverse.calls import Answer, Segment, answer_json, not_found, object_in, objects_in
from leadwright.sandbox.dynamics.dataverse.descriptions import metadata_id
from leadwright.sandbox.dynamics.dataverse.tables import Table
from leadwright.sandbox.dynamics.dataverse.values import guid
from leadwright.sandbox.dynamics.world import Refused

if TYPE_CHECKING:
    from leadwright.sandbox.dynamics.dataverse.entities import Entities

_NAME = re.compile(r"[a-z][a-z0-9]*_[a-z0-9_]+")
_KINDS = {
    f"{word}AttributeMetadata": kind
    for word, kind in {
        **{"String": "string", "Memo": "memo", "Integer": "int", "BigInt": "bigint"},
        **{"Decimal": "decimal", "Money": "money", "Double": "double", "Boolean": "bool", "DateTime": "datetime"},
        **{"Picklist": "choice", "Lookup": "lookup"},
    }.items()
}


def answer(entities: "Entities", segments: list[Segment]) -> Answer:
    """The reply to a change under EntityDefinitions."""
    from leadwright.sandbox.dynamics.dataverse.definitions import find_table

    method, head, rest = entities.asked.method, segments[0], segments[1:]
    if head.key is None:
        if method == "POST" and not rest:
            return _made(entities, f"EntityDefinitions({metadata_id(create_table(entities, entities.asked.json()))})")
        raise not_found(head.name)
    table = find_table(entities.schema, head.key)
    if not rest:
        return _delete_table(entities, table)
    found = _BELOW.get((method, rest[0].name, rest[0].key is not None))
    if found is None:
        raise not_found(rest[0].name)
    return found(entities, table, rest[0].key or "")


def _delete_table(entities: "Entities", table: Table) -> Answer:
    if entities.asked.method != "DELETE":
        raise not_found(table.set)
    entities.rights.need("prvDeleteEntity")
    if not table.custom and not table.name.startswith("msdyn_"):
        raise Refused(400, "0x80045001", f"The {table.name} entity is a system entity and cannot be deleted.")
    store.delete_table(entities.world, table.name)
    return Answer(204)


def _add_key(entities: "Entities", table: Table, _: str) -> Answer:
    from leadwright.sandbox.dynamics.dataverse.definitions import find_column

    entities.rights.need("prvWriteEntity")
    names = entities.asked.json().get("KeyAttributes")
    if not isinstance(names, list) or not names:
        raise Refused(400, "0x80040203", "A key needs KeyAttributes: a list of column names.")
    key = tuple(str(name).lower() for name in names)
    for name in key:
        find_column(table, f"LogicalName='{name}'")
    store.add_key(entities.world, table.name, key)
    made = metadata_id(f"key {table.name} {key}")
    return _made(entities, f"EntityDefinitions({metadata_id(table.name)})/Keys({made})")


def _delete_key(entities: "Entities", table: Table, text: str) -> Answer:
    entities.rights.need("prvWriteEntity")
    for key in table.keys:
        if metadata_id(f"key {table.name} {key}") == guid(text):
            store.delete_key(entities.world, table.name, key)
            return Answer(204)
    raise Refused(404, "0x80060888", f"Could not find an entity key with id '{text}' on '{table.name}'.")


def _add_column(entities: "Entities", table: Table, _: str) -> Answer:
    entities.rights.need("prvCreateAttribute")
    name, line = column_line(entities.asked.json())
    store.add_column(entities.world, table.name, name, line)
    made = metadata_id(f"{table.name}.{name}")
    return _made(entities, f"EntityDefinitions({metadata_id(table.name)})/Attributes({made})")


def _delete_column(entities: "Entities", table: Table, text: str) -> Answer:
    from leadwright.sandbox.dynamics.dataverse.definitions import find_column

    entities.rights.need("prvDeleteAttribute")
    column = find_column(table, text)
    if not column.custom:
        raise Refused(400, "0x80044150", f"The {column.name} column is a system column and cannot be deleted.")
    store.delete_column(entities.world, table.name, column.name)
    return Answer(204)


_BELOW: dict[tuple[str, str, bool], Callable[["Entities", Table, str], Answer]] = {
    ("POST", "Keys", False): _add_key,
    ("DELETE", "Keys", True): _delete_key,
    ("POST", "Attributes", False): _add_column,
    ("DELETE", "Attributes", True): _delete_column,
}


def _made(entities: "Entities", path: str) -> Answer:
    address = f"{entities.asked.base}{path}"
    return Answer(204, headers={"OData-EntityId": address, "Location": address})


def create_entities(entities: "Entities", given: dict[str, Any]) -> Answer:
    """The action CreateEntities: several tables with their columns."""
    for body in objects_in(given, "Entities"):
        create_table(entities, body)
    context = f"{entities.asked.base}$metadata#Microsoft.Dynamics.CRM.CreateEntitiesResponse"
    return answer_json({"@odata.context": context})


def create_table(entities: "Entities", body: dict[str, Any]) -> str:
    """A table out of its EntityMetadata; its logical name."""
    entities.rights.need("prvCreateEntity")
    schema_name = str(body.get("SchemaName", ""))
    name = schema_name.lower()
    if "_" not in name or not _NAME.fullmatch(name):
        raise Refused(
            400, "0x80044153", "The schema name of a custom table must start with a publisher prefix such as new_."
        )
    if name in entities.schema.tables:
        raise Refused(400, "0x80044153", f"An entity with the specified name {name} already exists.")
    columns, name_column = {}, ""
    for one in objects_in(body, "Attributes"):
        column, line = column_line(one)
        columns[column] = line
        name_column = column if one.get("IsPrimaryName") else name_column
    shown = _label(body.get("DisplayName")) or schema_name
    many = _label(body.get("DisplayCollectionName")) or f"{shown}s"
    owned = "organization" if body.get("OwnershipType") == "OrganizationOwned" else "user"
    definition = {
        "set": str(body.get("EntitySetName") or f"{name}s").lower(),
        "label": f"{shown}|{many}",
        "code": 10600 + len(entities.schema.tables),
        "ownership": owned,
        "name": name_column,
        "privilege": schema_name,
        "tracked": bool(body.get("ChangeTrackingEnabled", True)),
        "bulk": True,
        "custom": True,
        "schema_name": schema_name,
        "states": "0 Active: 1 Active | 1 Inactive: 2 Inactive",
        "columns": columns,
    }
    store.add_table(entities.world, name, definition)
    _grant(entities)
    return name


def _grant(entities: "Entities") -> None:
    from leadwright.sandbox.dynamics.dataverse.seed import fill

    with entities.world.transaction() as db:
        roles.make_privileges(db, store.schema_of(entities.world), store.stamp(entities.world.clock()))
        fill(entities.world)


def column_line(body: dict[str, Any]) -> tuple[str, str]:
    """Name and line of a column, as metadata/*.toml has them, out of its AttributeMetadata."""
    kind = _KINDS.get(str(body.get("@odata.type", "")).rsplit(".", 1)[-1].removeprefix("Complex"))
    name = str(body.get("SchemaName") or body.get("LogicalName") or "").lower()
    if kind is None or not _NAME.fullmatch(name):
        message = "A column needs @odata.type and a SchemaName of letters, digits and underscores, such as new_Colour."
        raise Refused(400, "0x80048d19", message)
    shown = (_label(body.get("DisplayName")) or name).replace(";", ",")
    words = _words(kind, body)
    if kind == "datetime" and (body.get("DateTimeBehavior") or {}).get("Value") == "DateOnly":
        kind = "date"
    return name, f"{kind} {words}; {shown}".replace(" ;", ";")


def _words(kind: str, body: dict[str, Any]) -> str:
    if kind in {"string", "memo"}:
        limit = body.get("MaxLength") or 100
        if not isinstance(limit, int):
            raise Refused(400, "0x80048d19", "MaxLength must be a number.")
        return str(limit)
    if kind == "choice":
        options = objects_in(object_in(body, "OptionSet"), "Options")
        if not options or not all(isinstance(one.get("Value"), int) for one in options):
            raise Refused(400, "0x80048d19", "A choice needs an OptionSet with Options that have a Value.")
        return " | ".join(f"{one['Value']} {_label(one.get('Label'))}" for one in options)
    if kind == "bool":
        found = body.get("OptionSet") or {}
        labels = [_label((found.get(side) or {}).get("Label")) for side in ("FalseOption", "TrueOption")]
        return f"{labels[0] or 'No'} | {labels[1] or 'Yes'}"
    if kind == "lookup":
        return " ".join(str(target) for target in body.get("Targets", []))
    if (
        kind in {"int", "decimal", "money", "double"}
        and body.get("MinValue") is not None
        and body.get("MaxValue") is not None
    ):
        return f"{body['MinValue']:.0f} {body['MaxValue']:.0f}"
    return ""


def _label(value: Any) -> str:
    if isinstance(value, dict):
        labels = value.get("LocalizedLabels") or [value.get("UserLocalizedLabel") or {}]
        return str((labels[0] or {}).get("Label") or "")
    return ""
