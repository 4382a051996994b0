"""Tables and columns described as metadata has them: EntityMetadata, AttributeMetadata, option sets, relations."""

from typing import Any
from uuid import NAMESPACE_OID, uuid5

from leadwright.sandbox.dynamics.dataverse import roles
from leadwright.sandbox.dynamics.dataverse.tables import Choice, Column, Schema, Table

CRM = "Microsoft.Dynamics.CRM."
_TYPES = {
    "string": "String", "memo": "Memo", "int": "Integer", "bigint": "BigInt", "decimal": "Decimal",
    "money": "Money", "double": "Double", "bool": "Boolean", "datetime": "DateTime", "date": "DateTime",
    "guid": "Uniqueidentifier", "id": "Uniqueidentifier", "choice": "Picklist", "state": "State",
    "status": "Status", "lookup": "Lookup", "owner": "Owner",
}  # fmt: skip
_KINDS = {"Uniqueidentifier": "UniqueIdentifier", "Owner": "Lookup"}
_OWNERSHIP = {"user": "UserOwned", "business": "BusinessOwned", "organization": "OrganizationOwned", "none": "None"}


def metadata_id(text: str) -> str:
    """The id of a piece of metadata: the same in every organisation."""
    return str(uuid5(NAMESPACE_OID, f"metadata {text}"))


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
        "IsOptimisticConcurrencyEnabled": table.versioned,
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


def kind_of(column: Column) -> str:
    """The name of a column's type as AttributeMetadata spells it: Picklist, String, Lookup, ..."""
    return _KINDS.get(_TYPES[column.type], _TYPES[column.type])


def attribute(table: Table, column: Column) -> dict[str, Any]:
    """A column as AttributeMetadata."""
    kind = _TYPES[column.type]
    level = "SystemRequired" if column.needed or column.type in {"id", "state"} else (
        "ApplicationRequired" if column.required else "None")  # fmt: skip
    found: dict[str, Any] = {
        "@odata.type": f"#{CRM}{kind_of(column)}AttributeMetadata",
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
        found = {**_set(table, column, kind), "Options": options}
        local, shared = (None, found) if column.shared else (found, None)
        return {"DefaultFormValue": default, "OptionSet": local, "GlobalOptionSet": shared}
    return {}


def _set(table: Table, column: Column, kind: str) -> dict[str, Any]:
    return {
        "MetadataId": metadata_id(f"options {table.name}.{column.name}"),
        "Name": f"{table.name}_{column.name}",
        "OptionSetType": kind,
        "IsGlobal": column.shared,
        "IsCustomOptionSet": column.custom,
        "DisplayName": label(column.label),
    }


def _option(table: Table, column: Column, one: Choice) -> dict[str, Any]:
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
