"""The tree of selection criteria as rows a person reads, and back to the JSON that `domain.selection` reads.

Choices stand by their label, operators as people read them, users and teams by name: ``Rating equals Cold``.
"""

from collections.abc import Mapping
from typing import Any

from leadwright.agentfile.shape import Names
from leadwright.domain.attributes import Attribute, Kind, Table
from leadwright.domain.selection import Operator, default_criteria, from_json, sentence, to_json
from leadwright.domain.selection.operators import label
from leadwright.domain.selection.tree import Group
from leadwright.errors import BadInput

_TEAM = "team:"
_WORDS = {label(o): str(o) for o in Operator}


def to_rows(tree: Mapping[str, Any] | None, tables: Mapping[str, Table], names: Names) -> dict[str, Any]:
    """Keys time_zone, match and conditions. No tree: the defaults. A tree that cannot be read stays as it is stored."""
    try:
        whole = to_json(default_criteria() if tree is None else from_json(tree, tables))
    except BadInput:
        whole = dict(tree or {})
    word = "any" if "any" in whole else "all"
    rows = [_row(entry, "lead", tables, names) for entry in whole.get(word, [])]
    return {"time_zone": whole.get("timezone", "UTC"), "match": word, "conditions": rows}


def from_rows(
    given: Mapping[str, Any], tables: Mapping[str, Table], names: Names
) -> tuple[dict[str, Any] | None, BadInput | None]:
    """The tree as stored, None for the defaults; and what is wrong with it, its field like ``conditions.all[2]``."""
    word = given.get("match", "all")
    entries = given.get("conditions", [])
    if word not in ("all", "any"):
        return None, BadInput("match is all or any.", field="match")
    if not isinstance(entries, list):
        return None, BadInput("conditions is a list of rows in brackets.", field="conditions")
    tree = {word: [_entry(e, "lead", tables, names) for e in entries]}
    zone = given.get("time_zone", "UTC")
    try:
        read = from_json({**tree, "timezone": zone} if zone != "UTC" else tree, tables)
    except BadInput as error:
        return None, error
    return (None if read == default_criteria() else to_json(read)), None


def sentences(tree: Mapping[str, Any] | None, tables: Mapping[str, Table]) -> tuple[str, ...]:
    """Each outer condition in words; as stored where it cannot be read."""
    try:
        root = (default_criteria() if tree is None else from_json(tree, tables)).root
    except BadInput:
        return (str(dict(tree or {})),)
    parts = root.parts if root.all_of else (root,)
    return tuple(
        f"({sentence(p, 'lead', tables)})" if isinstance(p, Group) else sentence(p, "lead", tables) for p in parts
    )


def _row(entry: Any, table: str, tables: Mapping[str, Table], names: Names) -> Any:
    if not isinstance(entry, Mapping):
        return entry
    if "attribute" not in entry:
        inner = _related_table(entry, table, tables)
        return {
            key: [_row(e, inner, tables, names) for e in value] if key in ("all", "any") else value
            for key, value in entry.items()
        }
    attribute = _attribute(entry, table, tables)
    operator = entry.get("operator")
    shown = {"attribute": entry["attribute"], "operator": _shown_operator(operator)}
    for key in ("value", "values"):
        if key in entry:
            value = entry[key]
            many = isinstance(value, list)
            told = [_told(v, attribute, names) for v in (value if many else [value])]
            shown[key] = told if many else told[0]
    return shown


def _entry(entry: Any, table: str, tables: Mapping[str, Table], names: Names) -> Any:
    if not isinstance(entry, Mapping):
        return entry
    if "attribute" not in entry:
        inner = _related_table(entry, table, tables)
        return {
            key: [_entry(e, inner, tables, names) for e in value]
            if key in ("all", "any") and isinstance(value, list) else value
            for key, value in entry.items()
        }  # fmt: skip
    attribute = _attribute(entry, table, tables)
    read = {**entry, "operator": _WORDS.get(str(entry.get("operator")), entry.get("operator"))}
    for key in ("value", "values"):
        if key in entry:
            value = entry[key]
            read[key] = [_meant(v, attribute, names) for v in value] if isinstance(value, list) else _meant(
                value, attribute, names
            )  # fmt: skip
    return read


def _related_table(entry: Mapping[str, Any], table: str, tables: Mapping[str, Table]) -> str:
    related = entry.get("related")
    return tables["lead"].related.get(str(related), table) if related is not None else table


def _attribute(entry: Mapping[str, Any], table: str, tables: Mapping[str, Table]) -> Attribute | None:
    return tables[table].attributes.get(str(entry.get("attribute")))


def _shown_operator(operator: Any) -> Any:
    try:
        return label(Operator(operator))
    except ValueError:
        return operator


def _told(value: Any, attribute: Attribute | None, names: Names) -> Any:
    if attribute is None:
        return value
    if attribute.kind is Kind.CHOICE and value in attribute.choices:
        words = attribute.choices[value]
        return words if list(attribute.choices.values()).count(words) == 1 else value
    if attribute.kind is Kind.OWNER and value in names.people:
        return names.people[value]
    if attribute.kind is Kind.OWNER and value in names.teams:
        return f"{_TEAM}{names.teams[value]}"
    return value


def _meant(value: Any, attribute: Attribute | None, names: Names) -> Any:
    if attribute is None or not isinstance(value, str):
        return value.isoformat() if hasattr(value, "isoformat") else value
    if attribute.kind is Kind.CHOICE:
        found = [number for number, words in attribute.choices.items() if words.casefold() == value.casefold()]
        return found[0] if len(found) == 1 else value
    if attribute.kind is Kind.OWNER:
        wanted = value.removeprefix(_TEAM)
        pool = names.teams if value.startswith(_TEAM) else names.people
        return next((key for key, name in pool.items() if name == wanted), value)
    return value
