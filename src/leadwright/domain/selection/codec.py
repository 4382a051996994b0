"""Criteria as JSON and back. Reading checks everything and says which entry is wrong and what to write instead.

    {"all": [
        {"attribute": "statecode", "operator": "eq", "value": 0},
        {"any": [{"attribute": "jobtitle", "operator": "contains", "value": "chief"}, ...]},
        {"related": "parentaccountid", "exists": true, "all": [{"attribute": "revenue", "operator": "ge", ...}]}
     ], "timezone": "Europe/Berlin"}

`value` stands beside operators with one value, `values` beside those with two or a list. Dates are ISO text.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any
from unicodedata import category

from leadwright.domain.attributes import TABLES, Attribute, Kind, Table
from leadwright.domain.selection.operators import Family, Needs, Operator, family, label, needs, operators_of
from leadwright.domain.selection.periods import zone
from leadwright.domain.selection.probes import unknown_attribute
from leadwright.domain.selection.tree import DEPTH, Condition, Criteria, Group, Part, Related, Value
from leadwright.errors import BadInput

MOST_VALUES = 500
MOST_TEXT = 2000


def to_json(criteria: Criteria) -> dict[str, Any]:
    """The JSON form; `from_json` gives the same criteria back."""
    found = _group_json(criteria.root)
    return found if criteria.timezone == "UTC" else {**found, "timezone": criteria.timezone}


def from_json(data: Any, tables: Mapping[str, Table] = TABLES) -> Criteria:
    """Criteria from their JSON form.

    Args:
        data: as in the head of this module.
        tables: known columns, the organisation's own included.

    Raises:
        BadInput: names the entry (``conditions[2].any[1]``), what is wrong with it, and what is possible.
    """
    entry = _entry(data, "conditions")
    timezone = entry.get("timezone", "UTC")
    if not isinstance(timezone, str):
        raise _wrong("timezone", "The time zone must be an IANA name such as Europe/Berlin.")
    zone(timezone)
    rest = {k: v for k, v in entry.items() if k != "timezone"}
    return Criteria(_group(rest, "lead", "conditions", tables, 1), timezone)


def _group_json(group: Group) -> dict[str, Any]:
    return {"all" if group.all_of else "any": [_part_json(p) for p in group.parts]}


def _part_json(part: Part) -> dict[str, Any]:
    if isinstance(part, Group):
        return _group_json(part)
    if isinstance(part, Related):
        below = _group_json(part.conditions) if part.conditions else {}
        return {"related": part.lookup, "exists": part.exists, **below}
    plain = [v.isoformat() if isinstance(v, date) else v for v in part.values]
    beside: dict[str, Any] = {}
    if needs(part.operator) in (Needs.ONE, Needs.COUNT):
        beside = {"value": plain[0]}
    elif plain:
        beside = {"values": plain}
    return {"attribute": part.attribute, "operator": part.operator.value, **beside}


def _group(data: Mapping[str, Any], table: str, path: str, tables: Mapping[str, Table], depth: int) -> Group:
    word = "all" if "all" in data else "any"
    if set(data) != {word}:
        raise _wrong(path, 'A group is {"all": [...]} or {"any": [...]}, with nothing else in it.')
    if depth > DEPTH:
        raise _wrong(path, f"Groups may stand inside groups {DEPTH - 1} deep at most. Flatten this one.")
    entries = data[word]
    if not isinstance(entries, Sequence) or isinstance(entries, str) or (not entries and (depth > 1 or word == "any")):
        raise _wrong(path, "A group needs a list with at least one condition. Add one or remove the group.")
    return Group(
        word == "all",
        tuple(
            _part(_entry(e, p), table, p, tables, depth) for i, e in enumerate(entries) for p in [f"{path}.{word}[{i}]"]
        ),
    )


def _part(data: Mapping[str, Any], table: str, path: str, tables: Mapping[str, Table], depth: int) -> Part:
    if "related" in data:
        return _related(data, table, path, tables, depth)
    if "attribute" in data:
        return _condition(data, tables[table], path)
    return _group(data, table, path, tables, depth + 1)


def _related(data: Mapping[str, Any], table: str, path: str, tables: Mapping[str, Table], depth: int) -> Related:
    possible = tables["lead"].related
    lookup, exists = data["related"], data.get("exists", True)
    if table != "lead":
        raise _wrong(path, "Only tables the lead itself looks up to can be asked; move this out of the related table.")
    if not isinstance(lookup, str) or lookup not in possible:
        raise _wrong(path, f"{lookup!r} is no lookup of the lead to a known table. Use: {', '.join(possible)}.")
    if not isinstance(exists, bool):
        raise _wrong(path, "'exists' is true (contains data) or false (does not contain data).")
    below = {k: v for k, v in data.items() if k not in ("related", "exists")}
    return Related(lookup, exists, _group(below, possible[lookup], path, tables, depth + 1) if below else None)


def _condition(data: Mapping[str, Any], table: Table, path: str) -> Condition:
    name = data["attribute"]
    attribute = table.attributes.get(name) if isinstance(name, str) else None
    if attribute is None:
        raise unknown_attribute(name, table)
    if extra := set(data) - {"attribute", "operator", "value", "values"}:
        raise _wrong(path, f"Unknown entries: {', '.join(sorted(extra))}. A condition has attribute, operator, value.")
    operator = _operator(data.get("operator"), attribute, path)
    return Condition(attribute.name, operator, _values(data, operator, attribute, path))


def _operator(name: object, attribute: Attribute, path: str) -> Operator:
    possible = operators_of(attribute.kind)
    if not possible:
        raise _wrong(path, f"{attribute.label} ({attribute.kind}) cannot be selected by. Choose another column.")
    for operator in possible:
        if operator.value == name:
            return operator
    listed = ", ".join(o.value for o in possible)
    raise _wrong(path, f"{attribute.label} ({attribute.kind}) does not take the operator {name!r}. Use: {listed}.")


def _values(data: Mapping[str, Any], operator: Operator, attribute: Attribute, path: str) -> tuple[Value, ...]:
    wanted = needs(operator)
    given: list[Any] = list(data["values"]) if isinstance(data.get("values"), list | tuple) else []
    if "value" in data:
        given = list(data["value"]) if isinstance(data["value"], list | tuple) else [data["value"]]
    sizes = {Needs.NOTHING: (0, 0), Needs.TWO: (2, 2), Needs.MANY: (1, MOST_VALUES)}
    low, high = sizes.get(wanted, (1, 1))
    if not low <= len(given) <= high:
        limit = f" (1 to {MOST_VALUES})" if wanted is Needs.MANY else ""
        raise _wrong(
            path, f"'{attribute.label} {label(operator)}' takes {wanted.value}{limit}, but {len(given)} were given."
        )
    if wanted is Needs.COUNT:
        return (_counted(given[0], path),)
    values = tuple(_value(v, attribute, path) for v in given)
    if wanted is Needs.TWO and values[0] > values[1]:  # type: ignore[operator]
        raise _wrong(path, f"The first value ({given[0]}) is above the second ({given[1]}). Swap them.")
    return values


def _counted(value: Any, path: str) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= 10_000:
        raise _wrong(path, f"X must be a whole number from 1 to 10,000, not {value!r}.")
    return value


def _value(value: Any, attribute: Attribute, path: str) -> Value:
    kind = family(attribute.kind)
    assert kind is not None
    read, wanted = _READ[kind]
    found = read(value, attribute)
    if found is None:
        options = "; ".join(f"{k} {v}" for k, v in attribute.choices.items()) if kind is Family.CHOICE else ""
        listed = f" Choices are: {options}." if options else ""
        raise _wrong(path, f"{attribute.label} needs {wanted}, not {value!r} ({type(value).__name__}).{listed}")
    return found


def _text(value: Any, _attribute: Attribute) -> str | None:
    usable = isinstance(value, str) and value.strip() and len(value) <= MOST_TEXT
    return value if usable and not any(category(c) in ("Cc", "Cs") for c in value) else None


def _number(value: Any, attribute: Attribute) -> int | float | None:
    if isinstance(value, bool) or not isinstance(value, int | float) or not abs(value) <= 1e15:
        return None
    if attribute.kind is Kind.NUMBER and value != int(value):
        return None
    return int(value) if attribute.kind is Kind.NUMBER else float(value)


def _date(value: Any, _attribute: Attribute) -> date | None:
    try:
        return date.fromisoformat(value) if isinstance(value, str) and len(value) == 10 else None
    except ValueError:
        return None


def _choice(value: Any, attribute: Attribute) -> int | None:
    if isinstance(value, bool) or not isinstance(value, int) or abs(value) > 2**31 - 1:
        return None
    return value if not attribute.choices or value in attribute.choices else None


def _boolean(value: Any, _attribute: Attribute) -> bool | None:
    return value if isinstance(value, bool) else None


def _key(value: Any, _attribute: Attribute) -> str | None:
    return value.lower() if isinstance(value, str) and 1 <= len(value) <= 36 and value.isascii() else None


_READ: dict[Family, tuple[Callable[[Any, Attribute], Value | None], str]] = {
    Family.TEXT: (_text, f"text of at most {MOST_TEXT} characters, no line breaks, not only spaces"),
    Family.NUMBER: (_number, "a number (a whole one for whole-number columns) within ±10^15"),
    Family.DATE: (_date, "a date such as 2026-03-31"),
    Family.DATETIME: (_date, "a date such as 2026-03-31"),
    Family.CHOICE: (_choice, "the number of one of its choices"),
    Family.BOOLEAN: (_boolean, "true or false"),
    Family.LOOKUP: (_key, "the id of a record"),
}


def _entry(data: Any, path: str) -> Mapping[str, Any]:
    if not isinstance(data, Mapping):
        raise _wrong(path, f"Each entry is an object in braces, not {type(data).__name__}.")
    return data


def _wrong(path: str, message: str) -> BadInput:
    return BadInput(f"{path}: {message}", field=path)
