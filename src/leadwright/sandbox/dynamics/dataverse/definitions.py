"""EntityDefinitions: tables, columns, option sets, relations and keys as metadata has them; columns come and go."""

from typing import TYPE_CHECKING, Any
from uuid import NAMESPACE_OID, uuid5

from leadwright.sandbox.dynamics.dataverse import customisation, roles
from leadwright.sandbox.dynamics.dataverse.calls import Answer, Segment, answer_json, not_found, split_list
from leadwright.sandbox.dynamics.dataverse.filters import Call, Compare, In, Joined, Literal, Not, Path, parse
from leadwright.sandbox.dynamics.dataverse.tables import Column, Schema, Table
from leadwright.sandbox.dynamics.dataverse.values import guid
from leadwright.sandbox.dynamics.world import Refused

if TYPE_CHECKING:
    from leadwright.sandbox.dynamics.dataverse.entities import Entities

CRM = "Microsoft.Dynamics.CRM."
_TYPES = {
    "string": "String", "memo": "Memo", "int": "Integer", "bigint": "BigInt", "decimal": "Decimal",
    "money": "Money", "double": "Double", "bool": "Boolean", "datetime": "DateTime", "date": "DateTime",
    "guid": "Uniqueidentifier", "id": "Uniqueidentifier", "choice": "Picklist", "state": "State",
    "status": "Status", "lookup": "Lookup", "owner": "Owner",
}  # fmt: skip
_KINDS = {"Uniqueidentifier": "UniqueIdentifier", "Owner": "Lookup"}
_OWNERSHIP = {"user": "UserOwned", "business": "BusinessOwned", "organization": "OrganizationOwned", "none": "None"}
_TREES = ("Attributes", "Keys", "ManyToOneRelationships", "OneToManyRelationships", "ManyToManyRelationships")


def metadata_id(text: str) -> str:
    """The id of a piece of metadata: the same in every organisation."""
    return str(uuid5(NAMESPACE_OID, f"metadata {text}"))


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
    if cast != f"{CRM}{_kind(column)}AttributeMetadata":
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


def label(text: str | None) -> dict[str, Any]:
    """A label in the organisation's one language."""
    if text is None:
        return {"LocalizedLabels": [], "UserLocalizedLabel": None}
    found = {"Label": text, "LanguageCode": 1033, "IsManaged": True, "MetadataId": metadata_id(f"label {text}"),
             "HasChanged": None}  # fmt: skip
    return {"LocalizedLabels": [found], "UserLocalizedLabel": found}


def _managed(value: Any, name: str) -> dict[str, Any]:
    return {"Value": value, "CanBeChanged": True, "ManagedPropertyLogicalName": name}


def entity(schema: Schema, table: Table) -> dict[str, Any]:
    """A table as EntityMetadata, with all its trees."""
    return {
        "MetadataId": metadata_id(table.name),
        "LogicalName": table.name,
        "SchemaName": table.schema_name,
        "EntitySetName": table.set,
        "LogicalCollectionName": table.set,
        "CollectionSchemaName": table.set,
        "PrimaryIdAttribute": table.id,
        "PrimaryNameAttribute": table.name_column or None,
        "ObjectTypeCode": table.code,
        "OwnershipType": _OWNERSHIP[table.ownership],
        "DisplayName": label(table.label),
        "DisplayCollectionName": label(table.plural),
        "Description": label(None),
        "IsActivity": table.activity,
        "IsActivityParty": table.name in {"lead", "account", "contact", "systemuser", "queue", "team", "opportunity"},
        "IsCustomEntity": table.custom or table.name.startswith("msdyn_"),
        "IsManaged": not table.custom,
        "IsPrivate": False,
        "IsIntersect": False,
        "IsLogicalEntity": False,
        "ChangeTrackingEnabled": table.tracked,
        "CanChangeTrackingBeEnabled": _managed(True, "canchangetrackingbeenabled"),
        "IsOptimisticConcurrencyEnabled": table.ownership != "none",
        "IsCustomizable": _managed(True, "iscustomizable"),
        "TableType": "Standard",
        "Privileges": [
            {"Name": f"prv{verb}{table.privilege}", "PrivilegeId": roles.privilege_id(f"prv{verb}{table.privilege}"),
             "PrivilegeType": verb, "CanBeBasic": True, "CanBeLocal": True, "CanBeDeep": True, "CanBeGlobal": True,
             "CanBeEntityReference": False, "CanBeParentEntityReference": False, "CanBeRecordFilter": False}
            for verb in roles.RIGHTS
        ],
        "Attributes": [attribute(table, column) for column in table.columns.values()],
        "Keys": [
            {"MetadataId": metadata_id(f"key {table.name} {key}"), "LogicalName": "_".join(key) + "_key",
             "SchemaName": "_".join(key) + "_key", "EntityLogicalName": table.name, "KeyAttributes": list(key),
             "EntityKeyIndexStatus": "Active", "DisplayName": label("_".join(key))}
            for key in table.keys
        ],
        "ManyToOneRelationships": [
            _relation(table, column, target) for column in table.columns.values() for target in column.targets
        ],
        "OneToManyRelationships": [
            _relation(other, column, table.name) for (target, _), (other, column) in schema.collections.items()
            if target == table.name
        ],
        "ManyToManyRelationships": [
            {"MetadataId": metadata_id(many.name), "SchemaName": many.name,
             "RelationshipType": "ManyToManyRelationship",
             "Entity1LogicalName": many.left, "Entity1IntersectAttribute": many.left_id,
             "Entity1NavigationPropertyName": many.name, "Entity2LogicalName": many.right,
             "Entity2IntersectAttribute": many.right_id, "Entity2NavigationPropertyName": many.name,
             "IntersectEntityName": many.stored.removeprefix("dv_")}
            for many in schema.many_from(table.name)
        ],
    }  # fmt: skip


def _relation(table: Table, column: Column, target: str) -> dict[str, Any]:
    name = column.relations.get(target, f"{target}_{table.name}_{column.name}")
    return {
        "MetadataId": metadata_id(name),
        "SchemaName": name,
        "RelationshipType": "OneToManyRelationship",
        "ReferencedEntity": target,
        "ReferencedAttribute": f"{target}id",
        "ReferencedEntityNavigationPropertyName": name,
        "ReferencingEntity": table.name,
        "ReferencingAttribute": column.name,
        "ReferencingEntityNavigationPropertyName": column.targets[target],
        "IsCustomRelationship": column.custom,
    }


def _kind(column: Column) -> str:
    return _KINDS.get(_TYPES[column.type], _TYPES[column.type])


def attribute(table: Table, column: Column) -> dict[str, Any]:
    """A column as AttributeMetadata."""
    kind = _TYPES[column.type]
    level = "SystemRequired" if column.needed or column.type in {"id", "state"} else (
        "ApplicationRequired" if column.required else "None")  # fmt: skip
    found: dict[str, Any] = {
        "@odata.type": f"#{CRM}{_kind(column)}AttributeMetadata",
        "MetadataId": metadata_id(f"{table.name}.{column.name}"),
        "LogicalName": column.name,
        "SchemaName": column.schema_name or column.name,
        "EntityLogicalName": table.name,
        "AttributeType": kind,
        "AttributeTypeName": {"Value": f"{kind}Type"},
        "AttributeOf": None,
        "DisplayName": label(column.label),
        "Description": label(None),
        "RequiredLevel": {**_managed(level, "canmodifyrequirementlevelsettings")},
        "IsPrimaryId": column.type == "id",
        "IsPrimaryName": column.name == table.name_column,
        "IsCustomAttribute": column.custom or column.name.startswith("msdyn_"),
        "IsManaged": not column.custom,
        "IsValidForCreate": not column.fixed,
        "IsValidForRead": True,
        "IsValidForUpdate": not column.fixed and column.type != "id",
        "IsValidForAdvancedFind": _managed(True, "canmodifysearchsettings"),
        "IsLogical": False,
        "IsSearchable": True,
        "IsFilterable": True,
        "IsRetrievable": True,
        "SourceType": 0,
    }
    return found | _details(table, column)


def _details(table: Table, column: Column) -> dict[str, Any]:
    if column.type in {"string", "memo"}:
        email = column.name.startswith("emailaddress") or column.name.endswith("emailaddress")
        shape = "TextArea" if column.type == "memo" else "Email" if email else "Url" if "url" in column.name else "Text"
        return {"MaxLength": column.limit, "Format": shape, "FormatName": {"Value": shape}}
    if column.type in {"int", "decimal", "money", "double", "bigint"}:
        return {"MinValue": column.low, "MaxValue": column.high}
    if column.type in {"datetime", "date"}:
        only = column.type == "date"
        return {
            "Format": "DateOnly" if only else "DateAndTime",
            "DateTimeBehavior": {"Value": "DateOnly" if only else "UserLocal"},
        }
    if column.type in {"lookup", "owner"}:
        return {"Targets": list(column.targets)}
    if column.type == "bool":
        options = [_option(table, column, one) for one in column.choices]
        return {"DefaultValue": bool(column.default), "OptionSet": {
            **_set(table, column, "Boolean"), "FalseOption": options[0], "TrueOption": options[1]}}  # fmt: skip
    if column.type in {"choice", "state", "status"}:
        kind = {"choice": "Picklist", "state": "State", "status": "Status"}[column.type]
        options = [_option(table, column, one) for one in column.choices]
        default = column.default if column.default is not None else -1
        return {"DefaultFormValue": default, "OptionSet": {**_set(table, column, kind), "Options": options},
                "GlobalOptionSet": None}  # fmt: skip
    return {}


def _set(table: Table, column: Column, kind: str) -> dict[str, Any]:
    return {
        "MetadataId": metadata_id(f"options {table.name}.{column.name}"),
        "Name": f"{table.name}_{column.name}",
        "OptionSetType": kind,
        "IsGlobal": False,
        "IsCustomOptionSet": column.custom,
        "DisplayName": label(column.label),
    }


def _option(table: Table, column: Column, one: Any) -> dict[str, Any]:
    found = {"Value": one.value, "Label": label(one.label), "Description": label(None), "Color": None,
             "IsManaged": not column.custom, "MetadataId": None}  # fmt: skip
    if column.type == "state":
        reasons = table.columns["statuscode"].choices
        found["DefaultStatus"] = next((reason.value for reason in reasons if reason.state == one.value), -1)
        found["InvariantName"] = one.label
        found["@odata.type"] = f"#{CRM}StateOptionMetadata"
    if column.type == "status":
        found["State"] = one.state
        found["@odata.type"] = f"#{CRM}StatusOptionMetadata"
    return found
