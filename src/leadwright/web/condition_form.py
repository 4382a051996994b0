"""The condition builder as a form: what was typed, the criteria it means, and what the template shows."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from leadwright.actions import lookups
from leadwright.db import selection
from leadwright.domain.attributes import TABLES, Attribute, Kind, Table
from leadwright.domain.selection import LIMIT, from_json, sentence
from leadwright.domain.selection.operators import Family, Needs, Operator, family, label, needs, operators_of
from leadwright.errors import BadInput, NotAllowed
from leadwright.web import condition_editing
from leadwright.web.condition_lines import (
    GROUP,
    RELATED,
    ROW,
    Line,
    complete,
    criteria_of,
    lines_of,
    table_of,
    used,
)
from leadwright.web.visit import Visit

EDITING = ("add-", "remove:", "up:", "down:", "update")
_HIDDEN = {Kind.PARTY_LIST, Kind.FILE, Kind.FORMULA, Kind.PROMPT}
_WIDGETS = {Family.DATE: "date", Family.DATETIME: "date", Family.NUMBER: "number", Family.LOOKUP: "lookup"}


@dataclass(slots=True)
class Typed:
    """The builder as it was sent.

    Args:
        at: the line to go on with; 0: none.
        wrong: field -> what is wrong with it.
    """

    lines: list[Line]
    all_of: bool = True
    timezone: str = "UTC"
    at: int = 0
    wrong: dict[str, str] = field(default_factory=dict)

    @classmethod
    def stored(cls, data: Mapping[str, Any], tables: Mapping[str, Table]) -> "Typed":
        """From criteria in JSON form."""
        return cls(*lines_of(data, tables))


def known_tables(visit: Visit) -> selection.Tables:
    """The CRM tables with the organisation's own columns."""
    with visit.services.database.reading() as session:
        return selection.tables_of(session)


def is_edit(visit: Visit) -> bool:
    """A button of the builder was pressed; nothing is to be saved."""
    return visit.text("do").startswith(EDITING)


def typed(visit: Visit) -> Typed:
    """The builder as typed, the button that was pressed applied."""
    lines = []
    for n in range(1, condition_editing.MOST_LINES + 1):
        kind = visit.text(f"kind-{n}") or (ROW if visit.text(f"column-{n}") or visit.text(f"value-{n}") else "")
        if kind in (ROW, GROUP, RELATED):
            lines.append(_line(visit, n, kind))
    found = Typed(_sound(lines), visit.text("join") != "any", visit.text("timezone", most=100))
    if (pressed := visit.text("do")).startswith(EDITING) and pressed != "update":
        try:
            found.lines, found.at = condition_editing.edited(found.lines, pressed)
        except BadInput as error:
            found.wrong[error.field or "do"] = str(error)
    return found


def conditions(visit: Visit, found: Typed, *, unfinished: bool = False) -> dict[str, Any]:
    """The conditions typed, in JSON form.

    Args:
        unfinished: leave out what is not filled in yet.

    Raises:
        BadInput: names the row and what to write.
    """
    tables = known_tables(visit)

    def resolve(attribute: Attribute, text: str, key: str) -> str:
        with visit.services.database.reading() as session:
            return lookups.resolved(session, visit.who, attribute, text, key)

    lines = complete(found.lines, tables) if unfinished else found.lines
    try:
        return criteria_of(lines, all_of=found.all_of, timezone=found.timezone, tables=tables, resolve=resolve)
    except BadInput as error:
        if not unfinished and error.field:
            found.wrong.setdefault(error.field, str(error))
        raise


def shown(visit: Visit, found: Typed, told: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """What `agent/conditions.html` needs.

    Args:
        told: the conditions that can be used, in JSON form, to say in words.
    """
    tables = known_tables(visit)
    lines = [_shown_line(visit, found, n, tables) for n in range(len(found.lines))]
    names = {key: name for line in lines for name, key in line.get("pairs", ()) if key}
    return {
        "lines": lines,
        "used": used(found.lines),
        "limit": LIMIT,
        "all_of": found.all_of,
        "timezone": found.timezone,
        "at": found.at,
        "wrong": found.wrong,
        "told": sentence(from_json(told, tables).root, tables=tables, names=names) if told is not None else "",
        "related": _related(tables),
    }


def _line(visit: Visit, n: int, kind: str) -> Line:
    values = tuple(v for v in visit.form.getlist(f"value-{n}") if isinstance(v, str))
    if not values and visit.text(f"value-{n}"):
        values = (visit.text(f"value-{n}"),)
    depth = visit.text(f"depth-{n}")
    return Line(
        kind,
        int(depth) if depth.isdecimal() and len(depth) == 1 else 0,
        visit.text(f"join-{n}") != "any",
        visit.text(f"lookup-{n}", most=100),
        visit.text(f"exists-{n}") != "no",
        visit.text(f"column-{n}", most=100),
        visit.text(f"operator-{n}", most=40),
        tuple(v.replace("\r\n", "\n")[:4000] for v in values[:500]),
        tuple(k for k in visit.form.getlist(f"key-{n}") if isinstance(k, str))[:500],
    )


def _sound(lines: Sequence[Line]) -> list[Line]:
    """Each line at most one deeper than the one above, and below a row never."""
    kept: list[Line] = []
    for line in lines:
        deepest = (kept[-1].depth + (kept[-1].kind != ROW)) if kept else 0
        kept.append(line if line.depth <= deepest else Line(*(line.kind, deepest), *_rest(line)))
    return kept


def _rest(line: Line) -> tuple[Any, ...]:
    return line.all_of, line.lookup, line.exists, line.column, line.operator, line.values, line.keys


def _shown_line(visit: Visit, found: Typed, index: int, tables: Mapping[str, Table]) -> dict[str, Any]:
    line, table = found.lines[index], table_of(found.lines, index, tables)
    attribute = table.attributes.get(line.column) if table else None
    shown: dict[str, Any] = {
        "n": index + 1,
        "line": line,
        "table": table.label if table else "",
        "columns": [(a.name, a.label) for a in _selectable(table)] if table else [],
        "gone": bool(line.column) and attribute is None,
        "operators": [],
        "widget": "",
        "given": list(line.values),
        "choices": [],
        "suggest": "",
        "may_hold_related": line.kind == GROUP and condition_editing.may_hold_related(found.lines, index),
    }
    if attribute is not None:
        shown["operators"] = [(o.value, label(o)) for o in operators_of(attribute.kind)]
        if line.operator in [key for key, _ in shown["operators"]]:
            shown |= _value_field(visit, line, attribute, needs(Operator(line.operator)))
    return shown


def _value_field(visit: Visit, line: Line, attribute: Attribute, wanted: Needs) -> dict[str, Any]:
    """How the value is asked for: the widget, what there is to choose, and what was typed."""
    if wanted is Needs.NOTHING:
        return {"widget": "none"}
    if wanted is Needs.COUNT:
        return {"widget": "count"}
    kind = family(attribute.kind)
    if attribute.choices or attribute.words:
        choices = [(str(key), text) for key, text in (attribute.choices or attribute.words).items()]
        if attribute.choices or wanted is Needs.MANY or line.operator in ("eq", "ne"):
            return {"widget": "several" if wanted is Needs.MANY else "choice", "choices": choices} | _chosen(
                line, choices
            )
    if kind is Family.BOOLEAN:
        return {"widget": "choice", "choices": [("yes", "Yes"), ("no", "No")]}
    if kind is Family.LOOKUP:
        return _lookup_field(visit, line, attribute, wanted)
    widget = _WIDGETS.get(kind, "text") if kind else "text"
    if wanted is Needs.TWO:
        pair = [p.strip() for v in line.values for p in v.split(";")]
        return {"widget": f"{widget}-two", "given": (*pair, "", "")[:2]}
    if wanted is Needs.MANY:
        return {"widget": "list", "given": ["; ".join(line.values)]}
    return {"widget": widget}


def _chosen(line: Line, choices: Sequence[tuple[str, str]]) -> dict[str, Any]:
    """Values as keys of the choices, whether their key or their label was typed."""
    by_label = {text.casefold(): key for key, text in choices}
    typed_values = [p.strip() for v in line.values for p in v.split(";")]
    return {"given": [by_label.get(v.casefold(), v) for v in typed_values]}


def _lookup_field(visit: Visit, line: Line, attribute: Attribute, wanted: Needs) -> dict[str, Any]:
    shown: dict[str, Any] = {"widget": "lookup", "suggest": lookups.lookup_table(attribute), "many": False}
    asked = [(v, line.keys[n] if n < len(line.keys) else "") for n, v in enumerate(line.values)]
    asked = [(p.strip(), key) for v, key in asked for p in v.split(";") if p.strip()]
    ids = [k for v, key in asked for k in (key, v.lower()) if k]
    try:
        with visit.services.database.reading() as session:
            names = lookups.names_of(session, visit.who, attribute, ids)
            found = [
                (names.get(key) or names.get(v.lower()) or v, key or (v.lower() if v.lower() in names else ""))
                for v, key in asked
            ]
            open_names = [v for v, key in found if not key and v]
            choices = [
                row
                for name in open_names[:1]
                for row in lookups.suggested(session, visit.who, shown["suggest"], name, 20)
            ]
    except NotAllowed:
        found, choices = asked, []
    shown |= {"pairs": found, "choices": choices, "many": wanted is Needs.MANY}
    return shown


def _selectable(table: Table) -> list[Attribute]:
    return sorted((a for a in table.attributes.values() if a.kind not in _HIDDEN), key=lambda a: a.label)


def _related(tables: Mapping[str, Table]) -> list[tuple[str, str]]:
    lead = tables["lead"]
    return [
        (lookup, f"{tables[target].label} ({lead.attributes[lookup].label})")
        for lookup, target in lead.related.items()
        if target in TABLES
    ]
