"""Rows of a table as the Web API gives them: $select, $filter, $orderby, $expand, $top, $count, pages."""

import base64
import json
import re
import sqlite3
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

from leadwright.sandbox.dynamics.dataverse.calls import Answer, Asked, answer_json, encode, no_property, split_list
from leadwright.sandbox.dynamics.dataverse.conditions import Conditions
from leadwright.sandbox.dynamics.dataverse.filters import Path, parse
from leadwright.sandbox.dynamics.dataverse.rights import Rights
from leadwright.sandbox.dynamics.dataverse.shape import Shape
from leadwright.sandbox.dynamics.dataverse.tables import Schema, Table
from leadwright.sandbox.dynamics.world import Refused, World

PAGE = 5000
_KNOWN = {"$select", "$filter", "$orderby", "$expand", "$top", "$count", "$skiptoken", "$apply", "$deltatoken"}
_COOKIE = re.compile(r'pagingcookie="([^"]*)"')


@dataclass(slots=True)
class Wanted:
    """Options of a query over one table, also those inside the brackets of an $expand."""

    select: list[str] = field(default_factory=list)
    where: str = ""
    order: str = ""
    expand: str = ""
    top: int | None = None
    count: bool = False
    token: str = ""
    parameters: dict[str, str] = field(default_factory=dict)


def wanted(options: dict[str, str]) -> Wanted:
    """Options read out of their texts.

    Raises:
        Refused: 400 of one that is unknown or malformed.
    """
    for name in options:
        if name in {"savedQuery", "userQuery"}:
            message = f"The stand-in has no views, so no {name}. Use $filter, $select and $orderby."
            raise Refused(501, "0x80060888", message)
        if name == "$skip":
            raise Refused(400, "0x80060888", "Skip Clause is not supported in CRM")
        if name.startswith("$") and name not in _KNOWN:
            raise Refused(400, "0x80060888", f"The query parameter {name} is not supported")
    top = options.get("$top")
    if top is not None and not top.isdecimal():
        raise Refused(
            400, "0x80060888", f"Invalid value '{top}' for $top query option found. It must be a non-negative integer."
        )
    return Wanted(
        select=split_list(options.get("$select", "")),
        where=options.get("$filter", ""),
        order=options.get("$orderby", ""),
        expand=options.get("$expand", ""),
        top=int(top) if top is not None else None,
        count=options.get("$count", "").lower() == "true",
        token=options.get("$skiptoken", ""),
        parameters={name: value for name, value in options.items() if name.startswith("@")},
    )


class Reader:
    """Reads rows for one caller.

    Args:
        base: address of the service, for contexts and links.
        annotations: what `odata.include-annotations` asked for; empty for none.
    """

    def __init__(self, world: World, schema: Schema, rights: Rights, base: str, annotations: str = "") -> None:
        self.world, self.schema, self.rights, self.base, self.annotations = world, schema, rights, base, annotations

    def shape(self, table: Table, ask: Wanted) -> Shape:
        """How rows of the table look under these options."""
        return Shape(self, table, ask)

    def rows(
        self, table: Table, ask: Wanted, limit: int, extra: tuple[str, list[Any]] = ("1", []), source: str = ""
    ) -> tuple[list[dict[str, Any]], str | None]:
        """A page of rows and the token of the next one.

        Args:
            extra: a condition on top, such as that of a collection.
            source: tables joined in front, such as the one of a many-to-many relation.
        """
        shape = self.shape(table, ask)
        writer = Conditions(self.schema, table, self.rights, self.world.clock())
        sql, given = self._where(writer, table, ask, extra)
        order = self._order(writer, table, ask)
        keys = [expression for expression, _ in order]
        if ask.token:
            more, values = _after(order, ask.token)
            sql, given = f"{sql} AND {more}", given + values
        joins = " ".join([source, *writer.joins.values()])
        sorts = ", ".join(f"{expression} {'DESC' if down else 'ASC'}" for expression, down in order)
        extra_keys = "".join(f', {expression} AS "~{n}"' for n, expression in enumerate(keys))
        statement = (
            f'SELECT {shape.columns}{extra_keys} FROM "{table.stored}" t {joins} WHERE {sql} '  # noqa: S608
            f"ORDER BY {sorts} LIMIT {limit + 1}"
        )
        with self.world.reading() as db:
            found = db.execute(statement, given).fetchall()
            token = None
            if len(found) > limit:
                found.pop()
                token = _cookie([found[-1][f"~{n}"] for n in range(len(keys))]) if found else None
            return shape.show(db, found), token

    def one(self, table: Table, key: str, ask: Wanted) -> dict[str, Any] | None:
        """One row, rights not asked; None where it is gone."""
        shape = self.shape(table, ask)
        with self.world.reading() as db:
            found = self._one(db, shape, table, key)
            return shape.show(db, [found])[0] if found is not None else None

    @staticmethod
    def _one(db: sqlite3.Connection, shape: Shape, table: Table, key: str) -> sqlite3.Row | None:
        statement = f'SELECT {shape.columns} FROM "{table.stored}" t WHERE t."{table.id}"=?'  # noqa: S608
        found: sqlite3.Row | None = db.execute(statement, (key,)).fetchone()
        return found

    def count(self, table: Table, ask: Wanted, extra: tuple[str, list[Any]] = ("1", []), source: str = "") -> int:
        """How many rows fit."""
        writer = Conditions(self.schema, table, self.rights, self.world.clock())
        sql, given = self._where(writer, table, ask, extra)
        joins = " ".join([source, *writer.joins.values()])
        with self.world.reading() as db:
            return int(db.execute(f'SELECT count(*) FROM "{table.stored}" t {joins} WHERE {sql}', given).fetchone()[0])  # noqa: S608

    def _where(
        self, writer: Conditions, table: Table, ask: Wanted, extra: tuple[str, list[Any]]
    ) -> tuple[str, list[Any]]:
        readable, given = self.rights.where("Read", table, "t")
        sql, more = extra
        given = [*given, *more]
        parts = [readable, sql]
        if ask.where:
            condition, values = writer.condition(parse(ask.where, ask.parameters))
            parts.append(f"({condition})")
            given += values
        return " AND ".join(parts), given

    def _order(self, writer: Conditions, table: Table, ask: Wanted) -> list[tuple[str, bool]]:
        found = []
        for part in split_list(ask.order):
            name, _, way = part.partition(" ")
            if way.strip() not in {"", "asc", "desc"}:
                raise Refused(400, "0x80060888", f"Syntax error at position {len(name)} in '{ask.order}'.")
            found.append((writer.order(Path(tuple(name.split("/")))), way.strip() == "desc"))
        key = f't."{table.id}"'
        return found if any(expression == key for expression, _ in found) else [*found, (key, False)]


def page(
    reader: Reader, table: Table, asked: Asked, extra: tuple[str, list[Any]] = ("1", []), source: str = ""
) -> Answer:
    """The reply to a query: a page, its next link where there is one, what was counted."""
    options, preferences = asked.options(), asked.preferences()
    ask = wanted(options)
    size = _page_size(preferences)
    limit = size if ask.top is None else min(ask.top, PAGE)
    rows, token = reader.rows(table, ask, limit, extra, source)
    body: dict[str, Any] = {"@odata.context": context(reader.base, table, ask)}
    if ask.count:
        total = reader.count(table, ask, extra, source)
        body["@odata.count"] = min(total, PAGE)
    if reader.annotations:
        total = total if ask.count else -1
        body["@Microsoft.Dynamics.CRM.totalrecordcount"] = min(total, PAGE)
        body["@Microsoft.Dynamics.CRM.totalrecordcountlimitexceeded"] = total > PAGE
    body["value"] = rows
    if token and ask.top is None:
        kept = "&".join(part for part in asked.query.split("&") if part and not _is_token(part))
        joined = f"{kept}&" if kept else ""
        body["@odata.nextLink"] = f"{reader.base}{asked.path}?{joined}$skiptoken={encode(token)}"
    return answer_json(body, headers=applied(preferences, reader.annotations, size))


def applied(preferences: dict[str, str], annotations: str, size: int | None = None) -> dict[str, str]:
    """The Preference-Applied header of a reply."""
    parts = []
    if "odata.maxpagesize" in preferences and size:
        parts.append(f"odata.maxpagesize={size}")
    if annotations:
        parts.append(f'odata.include-annotations="{annotations}"')
    return {"Preference-Applied": ",".join(parts)} if parts else {}


def context(base: str, table: Table, ask: Wanted, tail: str = "") -> str:
    """The @odata.context of rows."""
    selected = f"({','.join(ask.select)})" if ask.select else ""
    return f"{base}$metadata#{table.set}{selected}{tail}"


def select_column(table: Table, name: str) -> str:
    """The column behind a name in $select; the logical name of a lookup is taken too."""
    found = table.by_odata().get(name) or table.columns.get(name)
    if found is None:
        raise no_property(name, table.name)
    return found.name


def _page_size(preferences: dict[str, str]) -> int:
    text = preferences.get("odata.maxpagesize", "")
    return min(int(text), PAGE) if text.isdecimal() and int(text) > 0 else PAGE


def _is_token(part: str) -> bool:
    return part.split("=", 1)[0].replace("%24", "$") == "$skiptoken"


def _cookie(values: list[Any]) -> str:
    packed = base64.urlsafe_b64encode(json.dumps(values).encode()).decode()
    return f'<cookie pagenumber="2" pagingcookie="{quote(packed)}" istracking="False" />'


def _after(order: list[tuple[str, bool]], token: str) -> tuple[str, list[Any]]:
    found = _COOKIE.search(token)
    try:
        values = json.loads(base64.urlsafe_b64decode(found[1].replace("%3D", "=") if found else ""))
        if len(values) != len(order):
            raise ValueError(token)
    except (ValueError, TypeError):
        raise Refused(400, "0x80060888", "Invalid value for $skiptoken query option found.") from None
    parts, given = [], []
    for n, ((expression, down), value) in enumerate(zip(order, values, strict=True)):
        same = [f"{order[m][0]} IS ?" for m in range(n)]
        past, more = _past(expression, down, value)
        parts.append(" AND ".join([*same, past]))
        given += [*values[:n], *more]
    return f"({' OR '.join(f'({part})' for part in parts)})", given


def _past(expression: str, down: bool, value: Any) -> tuple[str, list[Any]]:
    if down:
        return ("0", []) if value is None else (f"({expression} < ? OR {expression} IS NULL)", [value])
    return (f"{expression} IS NOT NULL", []) if value is None else (f"{expression} > ?", [value])
