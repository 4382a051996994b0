"""Selection criteria as the rows of a form, ten at most, and back. Criteria that rows cannot show are edited as text.

A row has a column of the lead or of a record it looks up to, an operator, a value as typed, and a group letter. Rows
without a letter must all (or at least one of them) hold; rows of one letter form a group of the other kind.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from leadwright.domain.attributes import Attribute, Kind, Table
from leadwright.domain.selection import Condition, Criteria, Group, Related, from_json
from leadwright.domain.selection.operators import Needs, Operator, needs
from leadwright.domain.selection.tree import Part
from leadwright.errors import BadInput

GROUPS = ("A", "B", "C", "D", "E")


@dataclass(frozen=True, slots=True)
class FormRow:
    """One row as typed. `column` is ``statecode`` or ``parentaccountid.revenue``."""

    column: str = ""
    operator: str = ""
    value: str = ""
    group: str = ""


def rows_of(criteria: Criteria, tables: Mapping[str, Table]) -> list[FormRow] | None:
    """The criteria as rows; None when they nest deeper than rows can show."""
    rows: list[FormRow] = []
    letters = iter(GROUPS)
    for part in criteria.root.parts:
        letter = ""
        inside: Sequence[Part] = (part,)
        if isinstance(part, Group):
            letter = next(letters, "")
            if not letter or part.all_of is criteria.root.all_of:
                return None
            inside = part.parts
        for each in inside:
            found = _rows(each, letter, tables)
            if found is None:
                return None
            rows += found
    return rows


def criteria_of(rows: Sequence[FormRow], *, all_of: bool, timezone: str, tables: Mapping[str, Table]) -> dict[str, Any]:
    """The rows as criteria in JSON form, checked.

    Raises:
        BadInput: names the row and what to write.
    """
    top: list[dict[str, Any]] = []
    grouped: dict[str, list[dict[str, Any]]] = {}
    for number, row in enumerate(rows, 1):
        entry = _entry(number, row, tables)
        grouped.setdefault(row.group, []).append(entry)
    top += _merged(grouped.pop("", []), all_of)
    other = "any" if all_of else "all"
    top += [{other: _merged(entries, not all_of)} for _, entries in sorted(grouped.items())]
    data: dict[str, Any] = {"all" if all_of else "any": top, "timezone": timezone or "UTC"}
    from_json(data, tables)
    return data


def columns(tables: Mapping[str, Table]) -> list[tuple[str, list[tuple[str, str]]]]:
    """(table label, [(column as a row names it, label)]) to choose from: the lead, then what it looks up to."""
    lead = tables["lead"]
    found = [(lead.label, [(a.name, a.label) for a in _selectable(lead)])]
    for lookup, target in lead.related.items():
        if target in tables:
            label = f"{tables[target].label} ({lead.attributes[lookup].label})"
            found.append((label, [(f"{lookup}.{a.name}", a.label) for a in _selectable(tables[target])]))
    return found


def _selectable(table: Table) -> list[Attribute]:
    hidden = {Kind.PARTY_LIST, Kind.FILE, Kind.FORMULA, Kind.PROMPT}
    return sorted((a for a in table.attributes.values() if a.kind not in hidden), key=lambda a: a.label)


def _rows(part: Part, letter: str, tables: Mapping[str, Table]) -> list[FormRow] | None:
    if isinstance(part, Condition):
        attribute = tables["lead"].attributes[part.attribute]
        return [FormRow(part.attribute, part.operator.value, _typed(part, attribute), letter)]
    if isinstance(part, Related) and part.exists and part.conditions and part.conditions.all_of:
        target = tables[tables["lead"].related[part.lookup]]
        if all(isinstance(c, Condition) for c in part.conditions.parts):
            return [
                FormRow(
                    f"{part.lookup}.{c.attribute}", c.operator.value, _typed(c, target.attributes[c.attribute]), letter
                )
                for c in part.conditions.parts
                if isinstance(c, Condition)
            ]
    return None


def _typed(condition: Condition, attribute: Attribute) -> str:
    def shown(value: Any) -> str:
        if isinstance(value, bool):
            return "yes" if value else "no"
        if attribute.kind is Kind.CHOICE:
            return attribute.choices.get(int(value), str(value))
        return value.isoformat() if isinstance(value, date) else attribute.words.get(str(value), str(value))

    return "; ".join(shown(v) for v in condition.values)


def _entry(number: int, row: FormRow, tables: Mapping[str, Table]) -> dict[str, Any]:
    lookup, _, name = row.column.rpartition(".")
    lead = tables["lead"]
    table = tables.get(lead.related.get(lookup, "")) if lookup else lead
    attribute = table.attributes.get(name) if table else None
    if attribute is None:
        raise BadInput(f"Row {number}: choose a column.", field=f"column-{number}")
    try:
        operator = Operator(row.operator)
    except ValueError:
        raise BadInput(f"Row {number}: choose an operator.", field=f"operator-{number}") from None
    entry: dict[str, Any] = {"attribute": name, "operator": operator.value}
    wanted = needs(operator)
    if wanted is not Needs.NOTHING:
        values = [_value(number, v.strip(), attribute, wanted) for v in _split(row.value, wanted)]
        if not values:
            raise BadInput(f"Row {number}: {attribute.label} needs {wanted.value}.", field=f"value-{number}")
        entry |= {"values": values} if wanted in (Needs.TWO, Needs.MANY) else {"value": values[0]}
    return {"related": lookup, "exists": True, "all": [entry]} if lookup else entry


def _split(text: str, wanted: Needs) -> list[str]:
    if wanted in (Needs.TWO, Needs.MANY):
        return [part for part in text.split(";") if part.strip()]
    return [text] if text.strip() else []


def _value(number: int, text: str, attribute: Attribute, wanted: Needs) -> Any:
    plain = text.replace(",", "").replace("$", "").strip()
    if wanted is Needs.COUNT:
        return int(plain) if plain.isdigit() else text
    match attribute.kind:
        case Kind.CHOICE:
            by_label = {label.casefold(): value for value, label in attribute.choices.items()}
            found = by_label.get(text.casefold(), int(plain) if plain.isdigit() else None)
            if found is None:
                options = ", ".join(attribute.choices.values())
                raise BadInput(f"Row {number}: {attribute.label} is one of {options}.", field=f"value-{number}")
            return found
        case Kind.BOOLEAN:
            return {"yes": True, "true": True, "1": True, "no": False, "false": False, "0": False}.get(
                text.casefold(), text
            )
        case Kind.NUMBER | Kind.MONEY | Kind.DECIMAL:
            try:
                return int(plain) if plain.lstrip("-").isdigit() else float(plain)
            except ValueError:
                raise BadInput(f"Row {number}: {attribute.label} needs a number.", field=f"value-{number}") from None
        case _:
            return {label.casefold(): word for word, label in attribute.words.items()}.get(text.casefold(), text)


def _merged(entries: list[dict[str, Any]], all_of: bool) -> list[dict[str, Any]]:
    """In an And group, rows about the same related record become conditions on that one record."""
    if not all_of:
        return entries
    merged: list[dict[str, Any]] = []
    for entry in entries:
        same = next((m for m in merged if "related" in m and m["related"] == entry.get("related")), None)
        if same is None:
            merged.append(entry)
        else:
            same["all"] += entry["all"]
    return merged
