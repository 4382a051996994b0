"""$apply: filter, groupby and aggregate, as far as views and dashboards use them."""

import re
from typing import Any

from leadwright.sandbox.dynamics.dataverse.calls import Answer, Asked, answer_json, split_list
from leadwright.sandbox.dynamics.dataverse.conditions import Conditions
from leadwright.sandbox.dynamics.dataverse.filters import Path, parse
from leadwright.sandbox.dynamics.dataverse.queries import Reader, wanted
from leadwright.sandbox.dynamics.dataverse.tables import Table
from leadwright.sandbox.dynamics.world import Refused

LIMIT = 50_000
_STEP = re.compile(r"\s*(filter|groupby|aggregate)\s*\((.*)\)\s*", re.DOTALL)
_COUNT = re.compile(r"\$count\s+as\s+(\w+)")
_SUM = re.compile(r"([\w/]+)\s+with\s+(sum|average|min|max|countdistinct)\s+as\s+(\w+)")
_SQL = {"sum": "sum({})", "average": "avg({})", "min": "min({})", "max": "max({})",
        "countdistinct": "count(DISTINCT {})"}  # fmt: skip


def answer(reader: Reader, table: Table, asked: Asked) -> Answer:
    """The groups and sums a query asks for.

    Raises:
        Refused: 400 of an expression that is not understood or of more than 50,000 rows.
    """
    options = asked.options()
    writer = Conditions(reader.schema, table, reader.rights, reader.world.clock())
    sql, given = reader.rights.where("Read", table, "t")
    groups: list[tuple[str, str]] = []
    sums: list[tuple[str, str]] = []
    filters = [options["$filter"]] if options.get("$filter") else []
    for step in split_list(options["$apply"], "/"):
        found = _STEP.fullmatch(step)
        if found is None:
            raise _unclear(step)
        if found[1] == "filter":
            filters.append(found[2])
        elif found[1] == "aggregate":
            sums += _sums(writer, found[2])
        else:
            names, _, rest = found[2].partition(")")
            groups += [_column(writer, name) for name in split_list(names.strip().lstrip("("))]
            inner = _STEP.fullmatch(rest.lstrip(", "))
            sums += _sums(writer, inner[2]) if inner else []
    for text in filters:
        more, values = writer.condition(parse(text, wanted(options).parameters))
        sql, given = f"{sql} AND ({more})", given + values
    rows = _rows(reader, table, writer, sql, given, groups, sums)
    return answer_json({"@odata.context": f"{reader.base}$metadata#{table.set}", "value": rows})


def _rows(
    reader: Reader, table: Table, writer: Conditions, sql: str, given: list[Any], groups: list[tuple[str, str]],
    sums: list[tuple[str, str]],
) -> list[dict[str, Any]]:  # fmt: skip
    source = f'FROM "{table.stored}" t {" ".join(writer.joins.values())} WHERE {sql}'
    with reader.world.reading() as db:
        if db.execute(f"SELECT count(*) {source}", given).fetchone()[0] > LIMIT:
            message = f"The maximum record limit is exceeded. Reduce the number of records. Limit: {LIMIT}."
            raise Refused(400, "0x8004e023", message)
        columns = ", ".join(f'{expression} AS "{name}"' for name, expression in [*groups, *sums])
        by = f" GROUP BY {', '.join(expression for _, expression in groups)}" if groups else ""
        found = db.execute(f"SELECT {columns} {source}{by}", given).fetchall()
    return [dict(row) for row in found]


def _sums(writer: Conditions, text: str) -> list[tuple[str, str]]:
    found = []
    for part in split_list(text):
        counted, summed = _COUNT.fullmatch(part), _SUM.fullmatch(part)
        if counted:
            found.append((counted[1], "count(*)"))
        elif summed:
            found.append((summed[3], _SQL[summed[2]].format(_column(writer, summed[1])[1])))
        else:
            raise _unclear(part)
    return found


def _column(writer: Conditions, name: str) -> tuple[str, str]:
    return name.replace("/", "_"), writer.order(Path(tuple(name.split("/"))))


def _unclear(text: str) -> Refused:
    return Refused(400, "0x80060888", f"The $apply transformation '{text}' is not supported.")
