"""Selection criteria as the lines of a form, and back: rows, groups and related entities, each with its depth.

A line below a group or a related entity belongs to it. What is wrong is said of the line, never of the whole form.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from leadwright.domain.attributes import Attribute, Kind, Table
from leadwright.domain.selection import from_json
from leadwright.domain.selection.operators import Needs, Operator, needs, operators_of
from leadwright.errors import BadInput

ROW, GROUP, RELATED = "row", "group", "related"
_YES_NO = {"yes": True, "true": True, "1": True, "no": False, "false": False, "0": False}
_LOOKS_UP = (Kind.LOOKUP, Kind.OWNER)

Resolve = Callable[[Attribute, str, str], str]
"""(lookup column, name as typed, id as chosen) -> id of the record; raises BadInput when there is not exactly one."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line as typed.

    Args:
        kind: row, group or related.
        depth: 0 for the outermost; a line belongs to the last group or related entity above it that is one less deep.
        all_of: of a group or related entity: all of its lines must hold (And), else one (Or).
        lookup: of a related entity: the lookup column of the lead.
        exists: of a related entity: contains data, else does not contain data.
        column, operator: of a row.
        values: of a row, as typed or chosen.
        keys: of a row that looks a record up: the id chosen for each value, or empty.
    """

    kind: str = ROW
    depth: int = 0
    all_of: bool = True
    lookup: str = ""
    exists: bool = True
    column: str = ""
    operator: str = ""
    values: tuple[str, ...] = ()
    keys: tuple[str, ...] = ()

    @property
    def is_counted(self) -> bool:
        """Counts for the limit of ten: each row. A related entity counts when it has none, see `used`."""
        return self.kind == ROW


def lines_of(data: Mapping[str, Any], tables: Mapping[str, Table]) -> tuple[list[Line], bool, str]:
    """The lines of criteria in JSON form, whether all must hold, and the time zone.

    Columns that are gone keep their line, so that a person can replace them.
    """
    word = "any" if "any" in data else "all"
    entries = data.get(word)
    lines = list(_lines(entries if isinstance(entries, list) else [], "lead", 0, tables))
    return lines, word == "all", str(data.get("timezone") or "UTC")


def criteria_of(
    lines: Sequence[Line], *, all_of: bool, timezone: str, tables: Mapping[str, Table], resolve: Resolve
) -> dict[str, Any]:
    """The lines as criteria in JSON form, checked.

    Raises:
        BadInput: names the line and what to do; `field` is the field of the form.
    """
    entries, rest = _entries(lines, 0, 0, tables["lead"], tables, resolve)
    assert rest == len(lines)
    data: dict[str, Any] = {"all" if all_of else "any": entries, "timezone": timezone or "UTC"}
    if not entries:
        data = {"all": [], "timezone": data["timezone"]}
    from_json(data, tables)
    return data


def table_of(lines: Sequence[Line], index: int, tables: Mapping[str, Table]) -> Table | None:
    """The table whose columns the line is about; None when its related entity is not chosen yet."""
    depth = lines[index].depth
    for line in reversed(lines[:index]):
        if line.depth < depth:
            depth = line.depth
            if line.kind == RELATED:
                return tables.get(tables["lead"].related.get(line.lookup, ""))
    return tables["lead"]


def used(lines: Sequence[Line]) -> int:
    """Conditions as the limit counts them: each row, and each related entity without rows."""
    empty = sum(line.kind == RELATED and end_of(lines, n) == n + 1 for n, line in enumerate(lines))
    return sum(line.is_counted for line in lines) + empty


def end_of(lines: Sequence[Line], index: int) -> int:
    """Where the line with everything below it ends."""
    end = index + 1
    while end < len(lines) and lines[end].depth > lines[index].depth:
        end += 1
    return end


def complete(lines: Sequence[Line], tables: Mapping[str, Table]) -> list[Line]:
    """The lines without those that are not filled in yet, for a preview while somebody is still typing."""
    kept = [line for n, line in enumerate(lines) if line.kind != ROW or _is_filled(line, table_of(lines, n, tables))]
    while True:
        empty = [n for n, line in enumerate(kept) if line.kind == GROUP and end_of(kept, n) == n + 1]
        empty += [n for n, line in enumerate(kept) if line.kind == RELATED and not line.lookup]
        if not empty:
            return kept
        del kept[empty[0] : end_of(kept, empty[0])]


def _is_filled(line: Line, table: Table | None) -> bool:
    attribute = table.attributes.get(line.column) if table else None
    if attribute is None:
        return bool(line.column)  # a column that is gone is said, not left out
    if line.operator not in operators_of(attribute.kind):
        return False
    wanted = needs(Operator(line.operator))
    given = [v for v in line.values if v.strip()]
    return wanted is Needs.NOTHING or len(given) >= (2 if wanted is Needs.TWO else 1)


def _lines(entries: Sequence[Any], table: str, depth: int, tables: Mapping[str, Table]) -> Iterator[Line]:
    for entry in entries:
        if not isinstance(entry, Mapping):
            continue
        below = entry.get("all", entry.get("any"))
        inner = below if isinstance(below, list) else []
        if "related" in entry:
            lookup = str(entry["related"])
            target = tables["lead"].related.get(lookup, "")
            yield Line(RELATED, depth, "any" not in entry, lookup, bool(entry.get("exists", True)))
            yield from _lines(inner, target, depth + 1, tables)
        elif "attribute" in entry:
            yield _row(entry, tables.get(table), depth)
        else:
            yield Line(GROUP, depth, "any" not in entry)
            yield from _lines(inner, table, depth + 1, tables)


def _row(entry: Mapping[str, Any], table: Table | None, depth: int) -> Line:
    column, values = str(entry["attribute"]), entry.get("values", entry.get("value"))
    given = values if isinstance(values, list) else [] if values is None else [values]
    attribute = table.attributes.get(column) if table else None
    texts = tuple("yes" if v is True else "no" if v is False else str(v) for v in given)
    looks_up = attribute is not None and attribute.kind in _LOOKS_UP
    keys = texts if looks_up else ()
    return Line(ROW, depth, column=column, operator=str(entry.get("operator", "")), values=texts, keys=keys)


def _entries(
    lines: Sequence[Line],
    index: int,
    depth: int,
    table: Table | None,
    tables: Mapping[str, Table],
    resolve: Resolve,
) -> tuple[list[dict[str, Any]], int]:
    found: list[dict[str, Any]] = []
    while index < len(lines) and lines[index].depth >= depth:
        line, number = lines[index], index + 1
        if line.kind == ROW:
            found.append(_entry(number, line, table, resolve))
            index += 1
            continue
        if line.kind == RELATED:
            target = tables.get(tables["lead"].related.get(line.lookup, ""))
            if target is None:
                raise BadInput(f"Row {number}: choose the related entity.", field=f"lookup-{number}")
            inner, index = _entries(lines, index + 1, depth + 1, target, tables, resolve)
            below: dict[str, Any] = {"all" if line.all_of else "any": inner} if inner else {}
            found.append({"related": line.lookup, "exists": line.exists, **below})
            continue
        inner, index = _entries(lines, index + 1, depth + 1, table, tables, resolve)
        if not inner:
            raise BadInput(f"Row {number}: this group is empty. Add a row to it or remove it.", field=f"join-{number}")
        found.append({"all" if line.all_of else "any": inner})
    return found, index


def _entry(number: int, line: Line, table: Table | None, resolve: Resolve) -> dict[str, Any]:
    attribute = table.attributes.get(line.column) if table else None
    if attribute is None:
        gone = f"the column {line.column} does not exist any more. Choose another." if line.column else ""
        raise BadInput(f"Row {number}: {gone or 'choose a column.'}", field=f"column-{number}")
    if line.operator not in operators_of(attribute.kind):
        raise BadInput(f"Row {number}: choose an operator for {attribute.label}.", field=f"operator-{number}")
    operator = Operator(line.operator)
    entry: dict[str, Any] = {"attribute": attribute.name, "operator": operator.value}
    wanted = needs(operator)
    if wanted is Needs.NOTHING:
        return entry
    values = [_value(number, v, key, attribute, wanted, resolve) for v, key in _given(line, attribute, wanted)]
    if not values or (wanted is Needs.TWO and len(values) != 2):
        raise BadInput(f"Row {number}: {attribute.label} needs {wanted.value}.", field=f"value-{number}")
    return entry | ({"values": values} if wanted in (Needs.TWO, Needs.MANY) else {"value": values[0]})


def _given(line: Line, attribute: Attribute, wanted: Needs) -> list[tuple[str, str]]:
    """(value, id chosen for it), where several may be typed with semicolons between."""
    pairs = [(v, line.keys[n] if n < len(line.keys) else "") for n, v in enumerate(line.values)]
    if wanted in (Needs.TWO, Needs.MANY) and not attribute.choices:
        pairs = [(p, key if p == v.strip() else "") for v, key in pairs for p in map(str.strip, v.split(";"))]
    pairs = [(v.strip(), key) for v, key in pairs if v.strip()]
    return pairs if wanted in (Needs.TWO, Needs.MANY) else pairs[:1]


def _value(number: int, text: str, key: str, attribute: Attribute, wanted: Needs, resolve: Resolve) -> Any:
    plain = text.replace(",", "").replace("$", "").strip()
    field = f"value-{number}"
    if wanted is Needs.COUNT:
        return int(plain) if plain.isdecimal() else text
    match attribute.kind:
        case Kind.CHOICE:
            by_label = {label.casefold(): value for value, label in attribute.choices.items()}
            found = by_label.get(text.casefold(), int(plain) if plain.lstrip("-").isdecimal() else None)
            if found is None:
                options = ", ".join(attribute.choices.values())
                raise BadInput(f"Row {number}: {attribute.label} is one of {options}.", field=field)
            return found
        case Kind.BOOLEAN:
            return _YES_NO.get(text.casefold(), text)
        case Kind.NUMBER | Kind.MONEY | Kind.DECIMAL:
            try:
                return int(plain) if plain.lstrip("-").isdecimal() else float(plain)
            except ValueError:
                raise BadInput(f"Row {number}: {attribute.label} needs a number.", field=field) from None
        case Kind.LOOKUP | Kind.OWNER | Kind.CUSTOMER:
            try:
                return resolve(attribute, text, key)
            except BadInput as error:
                raise BadInput(f"Row {number}: {error}", field=field) from None
        case _:
            return {label.casefold(): word for word, label in attribute.words.items()}.get(text.casefold(), text)


def shifted(lines: Sequence[Line], by: int) -> list[Line]:
    """The lines so much deeper."""
    return [replace(line, depth=line.depth + by) for line in lines]
