"""JSON bodies of rows read into values: annotations, bound navigation properties, nested rows; and what they need."""

import json
from typing import TYPE_CHECKING, Any

from leadwright.sandbox.dynamics.dataverse import mailboxes, records
from leadwright.sandbox.dynamics.dataverse.calls import objects_in
from leadwright.sandbox.dynamics.dataverse.rights import rights_of
from leadwright.sandbox.dynamics.dataverse.tables import LOOKUPS, Column, Table
from leadwright.sandbox.dynamics.dataverse.values import payload_error
from leadwright.sandbox.dynamics.world import Refused

if TYPE_CHECKING:
    from leadwright.sandbox.dynamics.dataverse.entities import Entities

Nested = list[tuple[Table, Column, dict[str, Any]]]
_FREE = {"activityparty", "usersettings"}


def read(
    entities: "Entities", table: Table, body: dict[str, Any], *, updating: bool = False
) -> tuple[dict[str, Any], Nested]:
    """Values under logical names, and nested rows that are made after.

    Raises:
        Refused: 400 of a name that the table has not, 404 of a bound row that is not there.
    """
    values: dict[str, Any] = {}
    nested: Nested = []
    for name, value in body.items():
        if name.endswith("@odata.bind"):
            _bind(entities, table, name[: -len("@odata.bind")], value, values)
        elif "@" in name:
            continue
        elif table.activity and name.endswith("_activity_parties"):
            values[name] = [_party(entities, one) for one in objects_in(body, name)]
        elif isinstance(value, list) and (table.name, name) in entities.schema.collections:
            other, column = entities.schema.collections[table.name, name]
            nested += [(other, column, one) for one in objects_in(body, name)]
        elif isinstance(value, dict):
            _inside(entities, table, name, value, values)
        else:
            _plain(table, name, value, values, updating)
    return values, nested


def _bind(entities: "Entities", table: Table, name: str, value: Any, values: dict[str, Any]) -> None:
    found = table.navigation(name)
    if found is None:
        inner = (
            "Microsoft.OData.ODataException: An undeclared property "
            f"'{name}' which only has property annotations in the payload but no property value was found in the "
            "payload. In OData, only declared navigation properties and declared named streams can be represented as "
            "properties without values."
        )
        raise payload_error(table, inner)
    column, target = found
    if value is None:
        values[column.name] = None
        return
    other, key = entities.target(str(value))
    allowed = set(column.targets) if column.type == "owner" else {target}
    if other.name not in allowed:
        message = f"Cannot bind '{value}' to '{name}': it takes rows of {', '.join(sorted(allowed))}."
        raise payload_error(table, f"Microsoft.OData.ODataException: {message}")
    values[column.name] = (other.name, key)


def _party(entities: "Entities", body: dict[str, Any]) -> dict[str, Any]:
    values, _ = read(entities, entities.schema.tables["activityparty"], body)
    return values


def _inside(entities: "Entities", table: Table, name: str, value: dict[str, Any], values: dict[str, Any]) -> None:
    found = table.navigation(name)
    if found is None:
        raise _unknown(table, name)
    column, target = found
    other = entities.schema.tables[target]
    if value.get("@odata.id"):
        values[column.name] = (other.name, entities.target(str(value["@odata.id"]))[1])
    else:
        values[column.name] = (other.name, entities.create(other, value))


def _plain(table: Table, name: str, value: Any, values: dict[str, Any], updating: bool) -> None:
    column = table.columns.get(name)
    if column is None and table.by_odata().get(name) is None:
        found = table.navigation(name)
        if found is not None and value is None:
            values[found[0].name] = None
            return
        raise _unknown(table, name)
    if column is None or column.type in LOOKUPS:
        if value is None:
            values[name.removeprefix("_").removesuffix("_value") if column is None else name] = None
            return
        message = "CRM do not support direct update of Entity Reference properties, Use Navigation properties instead."
        raise Refused(400, "0x80060888", message)
    if column.fixed:
        return
    values[name] = value


def _unknown(table: Table, name: str) -> Refused:
    inner = (
        f"Microsoft.OData.ODataException: The property '{name}' does not exist on type "
        f"'Microsoft.Dynamics.CRM.{table.name}'. Make sure to only use property names that are defined by the type."
    )
    return payload_error(table, inner)


def check_create(entities: "Entities", table: Table, values: dict[str, Any]) -> None:
    """Refuse who may not create this row."""
    rights = entities.rights
    if table.name in {"roleprivileges", "privilege", "sdkmessage", "sdkmessagefilter", "principalobjectaccess"}:
        raise Refused(405, "0x80040800", f"The 'Create' method does not support entities of type '{table.name}'.")
    rights.need(f"prvCreate{table.privilege}", table)
    owner = values.get("ownerid")
    if isinstance(owner, tuple):
        if table.name == "appnotification" and rights.depth("prvReadappnotification") <= 1 and owner[1] != rights.user:
            raise rights.lacks("prvReadappnotification", table)
        rights.check_owner(table, owner[1], owner[0])
        _owner_reads(entities, table, owner)
    _check_links(entities, table, values)
    if table.name == "mailbox":
        mailboxes.check_new(entities.world, rights, values)


def check_update(entities: "Entities", table: Table, before: dict[str, Any], values: dict[str, Any]) -> dict[str, Any]:
    """Refuse who may not make this change; the values with what the change brings along."""
    rights, owner = entities.rights, values.get("ownerid")
    if isinstance(owner, tuple):
        if owner[1] == before["ownerid"]:
            values = {name: value for name, value in values.items() if name != "ownerid"}
        else:
            rights.check("Assign", table, before[table.id])
            _owner_reads(entities, table, owner)
    if "statuscode" in values and "statecode" not in values and "statecode" in before:
        values = {**values, "statecode": before["statecode"]}
    if set(values) - {"ownerid"}:
        rights.check("Write", table, before[table.id])
    _check_links(
        entities, table, {k: v for k, v in values.items() if not isinstance(v, tuple) or v[1] != before.get(k)}
    )
    if table.name == "systemuser" and "isdisabled" in values and values["isdisabled"] != before["isdisabled"]:
        rights.need("prvDisableUser", table)
    if table.name == "mailbox":
        values = mailboxes.check_change(entities.world, rights, before, values)
    return values


def _owner_reads(entities: "Entities", table: Table, owner: tuple[str, str]) -> None:
    if owner[0] != "systemuser" or owner[1] == entities.rights.user:
        return
    row = records.read(entities.world, "systemuser", owner[1])
    if row is None:
        raise records.does_not_exist(entities.schema.tables["systemuser"], owner[1])
    try:
        rights_of(entities.world, owner[1]).need(f"prvRead{table.privilege}", table)
    except Refused as refused:
        message = f"Read Privilege Check For Owner failed with exception: {refused.message}"
        raise Refused(403, refused.code, message) from None


def _check_links(entities: "Entities", table: Table, values: dict[str, Any]) -> None:
    for name, value in values.items():
        column = table.columns.get(name)
        if column is None or column.type != "lookup" or not isinstance(value, tuple):
            continue
        other = entities.schema.tables[value[0]]
        if table.ownership != "user" or other.ownership == "none" or other.name in _FREE:
            continue
        entities.rights.need(f"prvAppend{table.privilege}", table)
        entities.rights.check("AppendTo", other, value[1])


def parse(text: str) -> Any:
    """JSON in a query, such as the value of a parameter alias."""
    try:
        return json.loads(text)
    except ValueError:
        raise Refused(400, "0x80060888", f"'{text}' is no valid parameter value.") from None
