"""What tables and columns an organisation has, read from its metadata in one request."""

from collections.abc import Iterator, Mapping
from typing import Any

from leadwright.db.columns import attribute
from leadwright.domain.attributes import Attribute, Kind
from leadwright.microsoft.answers import Answer
from leadwright.microsoft.batch import Call
from leadwright.microsoft.dataverse import Dataverse
from leadwright.microsoft.errors import MicrosoftError, RowGone, UnknownName
from leadwright.mirror.mirror import Described
from leadwright.mirror.tables import TABLES

_CRM = "Microsoft.Dynamics.CRM."
_OF_MICROSOFT = ("msdyn_", "msdyncrm_", "msgdpr_", "mspp_", "msevtmgt_", "adx_", "li_")  # not the organisation's own
_LONGEST = 60  # characters of a column's name
_MOST_LABEL = 120
_ATTRIBUTES = "LogicalName,AttributeType,AttributeOf,DisplayName,IsCustomAttribute,IsValidForRead"
_PARTS = {
    "": "?$select=LogicalName,EntitySetName,PrimaryIdAttribute,ChangeTrackingEnabled"
    f"&$expand=Attributes($select={_ATTRIBUTES})",
    "Picklist": "/Attributes/{crm}PicklistAttributeMetadata?$select=LogicalName&$expand=OptionSet($select=Options),"
    "GlobalOptionSet($select=Options)",
    "State": "/Attributes/{crm}StateAttributeMetadata?$select=LogicalName&$expand=OptionSet($select=Options)",
    "Status": "/Attributes/{crm}StatusAttributeMetadata?$select=LogicalName&$expand=OptionSet($select=Options)",
    "String": "/Attributes/{crm}StringAttributeMetadata?$select=LogicalName,Format",
    "DateTime": "/Attributes/{crm}DateTimeAttributeMetadata?$select=LogicalName,DateTimeBehavior",
}
_KINDS = {
    "String": Kind.TEXT,
    "Memo": Kind.MEMO,
    "Integer": Kind.NUMBER,
    "BigInt": Kind.NUMBER,
    "Money": Kind.MONEY,
    "Decimal": Kind.DECIMAL,
    "Double": Kind.DECIMAL,
    "DateTime": Kind.DATETIME,
    "Picklist": Kind.CHOICE,
    "Boolean": Kind.BOOLEAN,
}
_FORMATS = {
    "email": Kind.EMAIL,
    "url": Kind.URL,
    "phone": Kind.PHONE,
    "textarea": Kind.MEMO,
    "dateonly": Kind.DATE,
}


def describe(dataverse: Dataverse) -> Mapping[str, Described]:
    """Every mirrored table there is, by logical name.

    Raises:
        MicrosoftError: metadata cannot be read.
    """
    asked = [(name, part) for name, table in TABLES.items() for part in (_PARTS if table.own else ("",))]
    calls = [Call("GET", f"EntityDefinitions(LogicalName='{name}'){_PARTS[p].format(crm=_CRM)}") for name, p in asked]
    came: dict[str, dict[str, dict[str, Any]]] = {}
    for (name, part), outcome in zip(asked, dataverse.batch(calls), strict=True):
        if isinstance(outcome, Answer):
            came.setdefault(name, {})[part] = outcome.json
        elif isinstance(outcome, MicrosoftError) and not isinstance(outcome, RowGone | UnknownName):
            raise outcome
    return {name: _described(parts) for name, parts in came.items() if "" in parts}


def _described(parts: Mapping[str, Mapping[str, Any]]) -> Described:
    whole = parts[""]
    columns = {str(a["LogicalName"]): a for a in whole.get("Attributes") or () if a.get("IsValidForRead", True)}
    formats = {n: str(a.get("Format") or "") for n, a in _named(parts.get("String"))}
    # A day that people see in their own time zone (UserLocal) travels as a moment, which may be of the day before.
    formats |= {n: str((a.get("DateTimeBehavior") or {}).get("Value") or "") for n, a in _named(parts.get("DateTime"))}
    choices = {n: _options(a) for p in ("Picklist", "State", "Status") for n, a in _named(parts.get(p))}
    own = {n: made for n, a in columns.items() if (made := _own(n, a, formats.get(n, ""), choices.get(n, {})))}
    return Described(
        entity_set=str(whole["EntitySetName"]),
        columns=frozenset(columns),
        tracked=bool(whole.get("ChangeTrackingEnabled")),
        own=own,
        choices={n: c for n, c in choices.items() if n not in own},
    )


def _named(part: Mapping[str, Any] | None) -> Iterator[tuple[str, Mapping[str, Any]]]:
    for one in (part or {}).get("value") or ():
        yield str(one["LogicalName"]), one


def _options(column: Mapping[str, Any]) -> dict[int, str]:
    options = (column.get("OptionSet") or column.get("GlobalOptionSet") or {}).get("Options") or ()
    return {int(o["Value"]): _label(o.get("Label")) or str(o["Value"]) for o in options if o.get("Value") is not None}


def _own(name: str, column: Mapping[str, Any], form: str, choices: Mapping[int, str]) -> Attribute | None:
    """A column of the organisation's own; None: it is none, or of a kind we do not keep."""
    kind = _KINDS.get(str(column.get("AttributeType")))
    if kind is None or not column.get("IsCustomAttribute") or column.get("AttributeOf"):
        return None
    if name.startswith(_OF_MICROSOFT) or len(name) > _LONGEST:
        return None
    if kind in (Kind.TEXT, Kind.DATETIME):
        kind = _FORMATS.get(form.lower(), kind)
    label = (_label(column.get("DisplayName")) or name)[:_MOST_LABEL]
    return attribute(name, label, kind, choices if kind is Kind.CHOICE else {})


def _label(label: Any) -> str:
    found = label or {}
    one = found.get("UserLocalizedLabel") or next(iter(found.get("LocalizedLabels") or ()), None) or {}
    return str(one.get("Label") or "")
