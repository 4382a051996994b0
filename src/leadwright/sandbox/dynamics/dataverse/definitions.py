"""EntityDefinitions: tables, columns, option sets, relations and keys as metadata has them; columns come and go."""

from typing import TYPE_CHECKING, Any

from leadwright.sandbox.dynamics.dataverse import customisation
from leadwright.sandbox.dynamics.dataverse.calls import Answer, Segment, answer_json, not_found, split_list
from leadwright.sandbox.dynamics.dataverse.descriptions import CRM, attribute, entity, kind_of, metadata_id
from leadwright.sandbox.dynamics.dataverse.filters import Call, Compare, In, Joined, Literal, Not, Path, parse
from leadwright.sandbox.dynamics.dataverse.tables import Column, Schema, Table
from leadwright.sandbox.dynamics.dataverse.values import guid
from leadwright.sandbox.dynamics.world import Refused

if TYPE_CHECKING:
    from leadwright.sandbox.dynamics.dataverse.entities import Entities

_TREES = ("Attributes", "Keys", "ManyToOneRelationships", "OneToManyRelationships", "ManyToManyRelationships")


def answer(entities: "Entities", segments: list[Segment]) -> Answer:
    """The reply to EntityDefinitions and what follows.

    Raises:
        Refused: 404 of a table or column that is not there.
    """
    method = entities.asked.method
    if method != "GET":
        return customisation.answer(entities, segments)
    entities.rights.need("prvReadEntity")
    schema, base = entities.schema, entities.asked.base
    head, rest = segments[0], segments[1:]
    if head.key is None:
        found = [entity(schema, table) for table in schema.tables.values()]
        return _list(entities, found, f"{base}$metadata#EntityDefinitions")
    table = find_table(schema, head.key)
    if not rest:
        return _one(entities, entity(schema, table), f"{base}$metadata#EntityDefinitions/$entity")
    return _below(entities, table, rest)


def find_table(schema: Schema, key: str) -> Table:
    """A table by `LogicalName='lead'` or its MetadataId.

    Raises:
        Refused: 404.
    """
    name, _, value = key.partition("=")
    wanted = value.strip("'") if name.strip() == "LogicalName" else ""
    for table in schema.tables.values():
        if table.name == wanted.lower() or metadata_id(table.name) == guid(key):
            return table
    message = (
        f"The entity with a name = '{wanted or key}' with namemapping = 'Logical' was not found in the MetadataCache."
    )
    raise Refused(404, "0x80060888", message)


def find_column(table: Table, key: str) -> Column:
    """A column by `LogicalName='subject'` or its MetadataId.

    Raises:
        Refused: 404.
    """
    name, _, value = key.partition("=")
    wanted = value.strip("'").lower() if name.strip() == "LogicalName" else ""
    for column in table.columns.values():
        if column.name == wanted or metadata_id(f"{table.name}.{column.name}") == guid(key):
            return column
    message = f"Could not find an attribute with specified name '{wanted or key}' on entity '{table.name}'."
    raise Refused(404, "0x80060888", message)


def _below(entities: "Entities", table: Table, rest: list[Segment]) -> Answer:
    base, head = entities.asked.base, rest[0]
    context = f"{base}$metadata#EntityDefinitions('{table.name}')/{head.name}"
    whole = entity(entities.schema, table)
    if head.name not in _TREES:
        if head.name in whole:
            return answer_json({"@odata.context": context, "value": whole[head.name]})
        raise not_found(head.name)
    if head.name == "Attributes" and head.key is not None:
        column = find_column(table, head.key)
        tail = [one.name for one in rest[1:]]
        if tail and tail[0].startswith(CRM):
            _check_kind(column, tail.pop(0))
        found: Any = attribute(table, column)
        for part in tail:
            if part not in found:
                raise not_found(part)
            found = found[part]
        return _one(entities, found, context) if isinstance(found, dict) else answer_json({"value": found})
    found = whole[head.name]
    if len(rest) > 1:
        kind = rest[1].name.removeprefix(CRM)
        found = [one for one in found if one.get("@odata.type", "").endswith(f".{kind}")]
    return _list(entities, found, context)


def _check_kind(column: Column, cast: str) -> None:
    if cast != f"{CRM}{kind_of(column)}AttributeMetadata":
        message = f"The attribute '{column.name}' is not of type {cast.removeprefix(CRM)}."
        raise Refused(404, "0x80060888", message)


def _list(entities: "Entities", found: list[dict[str, Any]], context: str) -> Answer:
    options = entities.asked.options()
    if options.get("$filter"):
        tree = parse(options["$filter"])
        found = [one for one in found if fits(tree, one)]
    value = [cut(one, options, attributes=True) for one in found]
    body: dict[str, Any] = {"@odata.context": context, "value": value}
    if options.get("$count") == "true":
        body["@odata.count"] = len(value)
    return answer_json(body)


def _one(entities: "Entities", found: dict[str, Any], context: str) -> Answer:
    return answer_json({"@odata.context": context, **cut(found, entities.asked.options(), attributes=True)})


def cut(whole: dict[str, Any], options: dict[str, str], *, attributes: bool = False) -> dict[str, Any]:
    """A piece of metadata with only what $select and $expand ask for."""
    expands: dict[str, dict[str, str]] = {}
    for part in split_list(options.get("$expand", "")):
        name, _, inner = part.partition("(")
        pairs = (one.partition("=") for one in split_list(inner.removesuffix(")"), ";"))
        expands[name] = {key.strip(): text.strip() for key, _, text in pairs}
    select = split_list(options.get("$select", ""))
    trees = {*_TREES, "OptionSet", "GlobalOptionSet"} if attributes else set()
    for name in select:
        if name not in whole and not name.startswith("@"):
            raise Refused(
                400,
                "0x80060888",
                f"Could not find a property named '{name}' on type 'Microsoft.Dynamics.CRM.EntityMetadata'.",
            )
    found = {
        name: value
        for name, value in whole.items()
        if name.startswith("@") or name == "MetadataId" or (name in select if select else name not in trees)
    }
    for name, chosen in expands.items():
        value = whole.get(name)
        if isinstance(value, list):
            if chosen.get("$filter"):
                tree = parse(chosen["$filter"])
                value = [one for one in value if fits(tree, one)]
            found[name] = [cut(one, chosen) for one in value]
        elif isinstance(value, dict):
            found[name] = cut(value, chosen)
        else:
            found[name] = value
    return found


def fits(tree: Any, one: dict[str, Any]) -> bool:
    """Whether a piece of metadata fits a filter."""
    if isinstance(tree, Joined):
        results = (fits(part, one) for part in tree.parts)
        return all(results) if tree.word == "AND" else any(results)
    if isinstance(tree, Not):
        return not fits(tree.of, one)
    if isinstance(tree, In):
        return _read(tree.left, one) in [_read(value, one) for value in tree.values]
    if isinstance(tree, Call) and tree.name in {"contains", "startswith", "endswith"}:
        text, part = (str(_read(arg, one) or "") for arg in tree.args)
        checks = {"contains": part in text, "startswith": text.startswith(part), "endswith": text.endswith(part)}
        return checks[tree.name]
    if isinstance(tree, Compare):
        left, right = _read(tree.left, one), _read(tree.right, one)
        if tree.operator not in {"=", "<>"} and type(left) is not type(right):
            raise Refused(400, "0x80060888", "A binary operator with incompatible types was detected.")
        if tree.operator in {"=", "<>"}:
            return bool(left == right) == (tree.operator == "=")
        checks = {">": left > right, ">=": left >= right, "<": left < right, "<=": left <= right}
        return bool(checks[tree.operator])
    raise Refused(400, "0x80060888", "This filter is not supported on metadata.")


def _read(tree: Any, one: dict[str, Any]) -> Any:
    if isinstance(tree, Literal):
        return tree.value
    if isinstance(tree, Path):
        found: Any = one
        for part in tree.parts:
            if part.startswith(CRM):
                continue
            if not isinstance(found, dict) or part not in found:
                message = f"Could not find a property named '{part}' on type 'Microsoft.Dynamics.CRM.EntityMetadata'."
                raise Refused(400, "0x80060888", message)
            found = found[part]
        return found
    raise Refused(400, "0x80060888", "This filter is not supported on metadata.")
