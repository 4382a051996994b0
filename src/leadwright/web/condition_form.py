"""The condition builder as a form: what was typed, the criteria it means, and what the template shows."""

import json
from collections.abc import Mapping
from typing import Any

from leadwright.db import selection
from leadwright.domain.attributes import Table
from leadwright.domain.selection import LIMIT, Criteria, Operator, from_json, sentence, to_json
from leadwright.domain.selection.operators import label
from leadwright.errors import BadInput
from leadwright.web.conditions import GROUPS, FormRow, columns, criteria_of, rows_of
from leadwright.web.visit import Visit


def known_tables(visit: Visit) -> selection.Tables:
    """The CRM tables with the organisation's own columns."""
    with visit.services.database.reading() as session:
        return selection.tables_of(session)


def typed_rows(visit: Visit) -> list[FormRow]:
    """The rows as typed."""
    return [
        FormRow(*(visit.text(f"{part}-{n}", most=4000) for part in ("column", "operator", "value", "group")))
        for n in range(1, LIMIT + 1)
    ]


def typed_conditions(visit: Visit) -> dict[str, Any]:
    """The conditions typed, in JSON form.

    Raises:
        BadInput: names the row and what to write.
    """
    tables = known_tables(visit)
    if text := visit.text("tree", most=50_000):
        try:
            found: Any = json.loads(text)
        except ValueError as error:
            raise BadInput(f"The conditions are not JSON: {error}.", field="tree") from None
        return to_json(from_json(found, tables))
    return criteria_of(
        [r for r in typed_rows(visit) if r.column or r.value],
        all_of=visit.text("join") != "any",
        timezone=visit.text("timezone"),
        tables=tables,
    )


def shown(criteria: Criteria, tables: Mapping[str, Table], typed: list[FormRow] | None = None) -> dict[str, Any]:
    """What `agent/conditions.html` needs.

    Args:
        typed: rows to show again because something is wrong with them.
    """
    rows = typed or rows_of(criteria, tables)
    return {
        "rows": None if rows is None else [*rows, *([FormRow()] * (LIMIT - len(rows)))],
        "used": sum(bool(r.column) for r in rows or ()),
        "limit": LIMIT,
        "all_of": criteria.root.all_of,
        "timezone": criteria.timezone,
        "tree": json.dumps(to_json(criteria), indent=2, ensure_ascii=False),
        "told": sentence(criteria.root, tables=tables),
        "columns": columns(tables),
        "operators": [(o.value, label(o)) for o in Operator],
        "groups": GROUPS,
    }
