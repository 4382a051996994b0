"""Many rows at once: CreateMultiple, UpdateMultiple, UpsertMultiple, all or nothing; BulkDelete by a query."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from leadwright.sandbox.dynamics.dataverse.calls import Answer, answer_json, not_found, object_in, objects_in
from leadwright.sandbox.dynamics.dataverse.tables import Table
from leadwright.sandbox.dynamics.dataverse.values import guid, stored
from leadwright.sandbox.dynamics.world import Refused, new_guid

if TYPE_CHECKING:
    from leadwright.sandbox.dynamics.dataverse.entities import Entities

_OPERATORS = {
    **{"equal": "=", "notequal": "<>", "greaterthan": ">", "greaterequal": ">=", "lessthan": "<", "lessequal": "<="},
    **{"like": "LIKE", "0": "=", "1": "<>", "2": ">", "3": "<", "4": ">=", "5": "<="},
}


def _targets(entities: "Entities", table: Table, given: dict[str, Any]) -> list[dict[str, Any]]:
    if not table.bulk:
        raise not_found("Microsoft.Dynamics.CRM.CreateMultiple")
    targets = objects_in(given, "Targets")
    if not targets:
        raise Refused(400, "0x80040203", "Required field 'Targets' is missing or empty.")
    for one in targets:
        if str(one.get("@odata.type", "")).rsplit(".", 1)[-1] != table.name:
            message = f'Every target needs "@odata.type": "Microsoft.Dynamics.CRM.{table.name}".'
            raise Refused(400, "0x80048d19", message)
    return targets


def create_multiple(entities: "Entities", table: Table, given: dict[str, Any]) -> Answer:
    """Make every row or none; their ids in order."""
    with entities.world.transaction():
        made = [entities.create(table, one) for one in _targets(entities, table, given)]
    context = f"{entities.asked.base}$metadata#Microsoft.Dynamics.CRM.CreateMultipleResponse"
    return answer_json({"@odata.context": context, "Ids": made})


def update_multiple(entities: "Entities", table: Table, given: dict[str, Any]) -> Answer:
    """Change every row or none."""
    with entities.world.transaction():
        for one in _targets(entities, table, given):
            key, body = _key(entities, table, one)
            if key is None:
                raise Refused(400, "0x80040203", f"Every target needs its primary key '{table.id}'.")
            entities.update(table, key, body)
    return Answer(204)


def upsert_multiple(entities: "Entities", table: Table, given: dict[str, Any]) -> Answer:
    """Change what is there, make what is not: every row or none."""
    with entities.world.transaction():
        for one in _targets(entities, table, given):
            key, body = _key(entities, table, one)
            if key is None:
                entities.create(table, body)
            else:
                entities.update(table, key, {name: value for name, value in body.items() if name != table.id})
    return Answer(204)


def _key(entities: "Entities", table: Table, body: dict[str, Any]) -> tuple[str | None, dict[str, Any]]:
    address = str(body.get("@odata.id", ""))
    if "(" in address:
        key, values = entities.find_key(table, address[address.index("(") + 1 : -1])
        return key, {**body, **values}
    if body.get(table.id):
        key, _ = entities.find_key(table, str(body[table.id]))
        return key, body
    return None, body


def bulk_delete(entities: "Entities", given: dict[str, Any]) -> Answer:
    """Delete what simple query expressions find, at once; real organisations do it in the background."""
    entities.rights.need("prvBulkDelete")
    deleted: list[tuple[Table, str]] = []
    with entities.world.transaction() as db:
        for query in objects_in(given, "QuerySet"):
            table = entities.schema.tables.get(str(query.get("EntityName", "")))
            if table is None:
                raise not_found(str(query.get("EntityName")))
            sql, values = _criteria(table, object_in(query, "Criteria"))
            readable, more = entities.rights.where("Delete", table, "t")
            source = f'SELECT t."{table.id}" AS id FROM "{table.stored}" t WHERE {sql} AND {readable}'  # noqa: S608
            deleted += [(table, row["id"]) for row in db.execute(source, [*values, *more]).fetchall()]
        for table, key in deleted:
            entities.delete(table, key)
    context = f"{entities.asked.base}$metadata#Microsoft.Dynamics.CRM.BulkDeleteResponse"
    return answer_json({"@odata.context": context, "JobId": new_guid()})


def _criteria(table: Table, criteria: dict[str, Any]) -> tuple[str, list[Any]]:
    parts, values = [], []
    for one in objects_in(criteria, "Conditions"):
        sql, more = _condition(table, one)
        parts.append(sql)
        values += more
    for inner in objects_in(criteria, "Filters"):
        sql, more = _criteria(table, inner)
        parts.append(sql)
        values += more
    word = " OR " if str(criteria.get("FilterOperator", "And")).lower() in {"or", "1"} else " AND "
    return (f"({word.join(parts)})" if parts else "1"), values


def _condition(table: Table, one: dict[str, Any]) -> tuple[str, list[Any]]:
    column = table.columns.get(str(one.get("AttributeName", "")))
    if column is None:
        message = f"'{table.name}' entity doesn't contain attribute with Name = '{one.get('AttributeName')}'."
        raise Refused(400, "0x80041103", message)
    values = [value.get("Value") if isinstance(value, dict) else value for value in one.get("Values") or []]
    operator = str(one.get("Operator", "Equal")).lower()
    if operator in {"in", "8"}:
        given = [guid(value) or value for value in values]
        return f't."{column.name}" IN ({",".join("?" * len(given))})', given
    if operator in {"null", "notnull"}:
        return f't."{column.name}" IS {"NOT " if operator == "notnull" else ""}NULL', []
    sign = _OPERATORS.get(operator)
    if sign is None or not values:
        raise Refused(400, "0x80060888", f"The condition operator {one.get('Operator')} is not supported here.")
    return f't."{column.name}" {sign} ?', [stored(table, column, values[0])]


ACTIONS: dict[str, Callable[["Entities", Table, dict[str, Any]], Answer]] = {
    "CreateMultiple": create_multiple,
    "UpdateMultiple": update_multiple,
    "UpsertMultiple": upsert_multiple,
}
