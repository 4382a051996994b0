"""Queries by FetchXML: columns, conditions, order, pages, linked tables one below the other. No aggregation."""

from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

from leadwright.sandbox.dynamics.dataverse.calls import Answer, Asked, answer_json
from leadwright.sandbox.dynamics.dataverse.conditions import CRM, Conditions
from leadwright.sandbox.dynamics.dataverse.filters import Call, Compare, In, Joined, Literal, Not, Path
from leadwright.sandbox.dynamics.dataverse.queries import PAGE, Reader
from leadwright.sandbox.dynamics.dataverse.shape import FORMATTED
from leadwright.sandbox.dynamics.dataverse.store import table_of
from leadwright.sandbox.dynamics.dataverse.tables import CHOICES, NUMBERS, Column, Table
from leadwright.sandbox.dynamics.dataverse.values import formatted, shown
from leadwright.sandbox.dynamics.world import Refused

_COMPARED = {"eq": "=", "ne": "<>", "neq": "<>", "gt": ">", "ge": ">=", "lt": "<", "le": "<="}
_PERIODS = {
    "today": "Today", "yesterday": "Yesterday", "tomorrow": "Tomorrow", "last-seven-days": "Last7Days",
    "next-seven-days": "Next7Days", "this-week": "ThisWeek", "last-week": "LastWeek", "this-month": "ThisMonth",
    "last-month": "LastMonth", "this-year": "ThisYear", "last-year": "LastYear", "on": "On",
    "on-or-after": "OnOrAfter", "on-or-before": "OnOrBefore", "last-x-hours": "LastXHours",
    "last-x-days": "LastXDays", "last-x-weeks": "LastXWeeks", "last-x-months": "LastXMonths",
    "next-x-days": "NextXDays", "olderthan-x-days": "OlderThanXDays", "eq-userid": "EqualUserId",
    "ne-userid": "NotEqualUserId", "eq-businessid": "EqualBusinessId",
}  # fmt: skip


@dataclass(slots=True)
class _Fetch:
    """What the tables of a query add up to."""

    columns: list[tuple[str, str, Column]] = field(default_factory=list)  # expression, name in the reply, column
    joins: list[str] = field(default_factory=list)
    where: list[str] = field(default_factory=list)
    given: list[Any] = field(default_factory=list)
    joined: list[Any] = field(default_factory=list)
    order: list[str] = field(default_factory=list)


def answer(reader: Reader, table: Table, asked: Asked) -> Answer:
    """A page of what a FetchXML query finds.

    Raises:
        Refused: 400 of a query that is malformed or names what is not there, 501 of aggregation.
    """
    root = _root(asked.options()["fetchXml"])
    entity = root.find("entity")
    if entity is None or entity.get("name") != table.name:
        raise Refused(400, "0x80041102", f"The entity of the query must be '{table.name}'.")
    if root.get("aggregate") == "true":
        raise Refused(501, "0x80060888", "The stand-in does not aggregate by FetchXML. Use $apply.")
    fetch = _Fetch()
    _read(reader, table, entity, "t", fetch, "")
    size = min(_whole(root, "top", _whole(root, "count", PAGE)), PAGE)
    page = _whole(root, "page", 1)
    rows, more = _rows(reader, table, fetch, size, 0 if root.get("top") else (page - 1) * size)
    body: dict[str, Any] = {"@odata.context": f"{reader.base}$metadata#{table.set}"}
    if more and not root.get("top"):
        inner = quote(quote(f'<cookie page="{page}" />'))
        body["@Microsoft.Dynamics.CRM.fetchxmlpagingcookie"] = (
            f'<cookie pagenumber="{page + 1}" pagingcookie="{inner}" istracking="False" />'
        )
    body["@Microsoft.Dynamics.CRM.morerecords"] = more and not root.get("top")
    return answer_json({**body, "value": rows})


def _root(text: str) -> Element:
    if "<!" in text:
        raise Refused(400, "0x80041102", "A FetchXML query must not contain declarations.")
    try:
        return ElementTree.fromstring(text)  # noqa: S314
    except ElementTree.ParseError as error:
        raise Refused(400, "0x80041102", f"The FetchXML query is not well-formed: {error}") from None


def _whole(element: Element, name: str, otherwise: int) -> int:
    text = element.get(name)
    if text is not None and (not text.isdecimal() or not int(text)):
        raise Refused(400, "0x80041102", f"The attribute '{name}' of fetch must be a number from 1.")
    return int(text) if text else otherwise


def _rows(reader: Reader, table: Table, fetch: _Fetch, size: int, skip: int) -> tuple[list[dict[str, Any]], bool]:
    picked = ", ".join(f"{expression} AS c{n}" for n, (expression, _, _) in enumerate(fetch.columns))
    order = ", ".join([*fetch.order, f't."{table.id}"'])
    statement = (
        f'SELECT {picked}, t.versionnumber AS version FROM "{table.stored}" t {" ".join(fetch.joins)} '  # noqa: S608
        f"WHERE {' AND '.join(fetch.where)} ORDER BY {order} LIMIT {size + 1} OFFSET {skip}"
    )
    with reader.world.reading() as db:
        found = db.execute(statement, [*fetch.joined, *fetch.given]).fetchall()
    rows = []
    for row in found[:size]:
        one: dict[str, Any] = {"@odata.etag": f'W/"{row["version"]}"'}
        for n, (_, name, column) in enumerate(fetch.columns):
            value = row[f"c{n}"]
            text = formatted(column, value) if "*" in reader.annotations or FORMATTED in reader.annotations else None
            if text is not None:
                one[f"{name}@{FORMATTED}"] = text
            if value is not None or "." not in name:
                one[name] = shown(column, value)
        rows.append(one)
    return rows, len(found) > size


def _read(reader: Reader, table: Table, element: Element, alias: str, fetch: _Fetch, prefix: str) -> None:
    names = [one.get("name", "") for one in element.findall("attribute")]
    if element.find("all-attributes") is not None or (not names and not prefix):
        names = list(table.columns)
    for name in dict.fromkeys([*names, *([] if prefix else [table.id])]):
        column = _column(table, name)
        shown_name = f"{prefix}.{name}" if prefix else column.odata
        fetch.columns.append((f'{alias}."{name}"', shown_name, column))
    readable, given = reader.rights.where("Read", table, alias)
    writer = Conditions(reader.schema, table, reader.rights, reader.world.clock(), alias)
    parts, values = [readable], given
    for one in element.findall("filter"):
        sql, more = writer.condition(_filter(table, one))
        parts.append(sql)
        values = values + more
    if prefix:
        fetch.joins[-1] += f" AND {' AND '.join(parts)}"
        fetch.joined += values
    else:
        fetch.where += parts
        fetch.given += values
    for one in element.findall("order"):
        way = " DESC" if one.get("descending") == "true" else ""
        fetch.order.append(f'{alias}."{_column(table, one.get("attribute", "")).name}"{way}')
    for n, link in enumerate(element.findall("link-entity")):
        _link(reader, table, link, alias, fetch, n)


def _link(reader: Reader, table: Table, link: Element, alias: str, fetch: _Fetch, n: int) -> None:
    other = table_of(reader.schema, link.get("name", ""))
    own = _column(table, link.get("to") or table.id)
    theirs = _column(other, link.get("from") or other.id)
    name = link.get("alias") or f"{other.name}{n + 1}"
    inner = f"l{len(fetch.joins)}"
    word = "LEFT JOIN" if link.get("link-type") == "outer" else "JOIN"
    fetch.joins.append(f'{word} "{other.stored}" {inner} ON {inner}."{theirs.name}"={alias}."{own.name}"')
    _read(reader, other, link, inner, fetch, name)


def _column(table: Table, name: str) -> Column:
    found = table.columns.get(name)
    if found is None:
        message = f"'{table.name}' entity doesn't contain attribute with Name = '{name}' and NameMapping = 'Logical'."
        raise Refused(400, "0x80041103", message)
    return found


def _filter(table: Table, element: Element) -> Any:
    parts = [_filter(table, one) if one.tag == "filter" else _condition(table, one) for one in element]
    return Joined("OR" if element.get("type") == "or" else "AND", tuple(parts or [Literal("bool", True)]))


def _condition(table: Table, element: Element) -> Any:
    column, operator = _column(table, element.get("attribute", "")), element.get("operator", "")
    path = Path((column.odata,))
    values = [one.text or "" for one in element.findall("value")] or [element.get("value", "")]
    if operator in _COMPARED:
        return Compare(_COMPARED[operator], path, _literal(column, values[0]))
    if operator in {"in", "not-in"}:
        found = In(path, tuple(_literal(column, value) for value in values))
        return Not(found) if operator == "not-in" else found
    if operator in {"null", "not-null"}:
        return Compare("=" if operator == "null" else "<>", path, Literal("null", None))
    if operator in _LIKE:
        name, wrong = _LIKE[operator]
        found_call = _like(path, values[0]) if name == "like" else Call(name, (path, Literal("string", values[0])))
        return Not(found_call) if wrong else found_call
    if operator in _PERIODS:
        named = (("PropertyName", Literal("string", column.odata)), ("PropertyValue", Literal("string", values[0])))
        return Call(f"{CRM}{_PERIODS[operator]}", (), named)
    raise Refused(400, "0x80041102", f"The condition operator '{operator}' is not supported.")


_LIKE: dict[str, tuple[str, bool]] = {
    "like": ("like", False), "not-like": ("like", True), "begins-with": ("startswith", False),
    "not-begin-with": ("startswith", True), "ends-with": ("endswith", False), "not-end-with": ("endswith", True),
}  # fmt: skip


def _like(path: Path, pattern: str) -> Any:
    before, after, text = pattern.startswith("%"), pattern.endswith("%"), pattern.strip("%")
    if before or after:
        name = "contains" if before and after else "endswith" if before else "startswith"
        return Call(name, (path, Literal("string", text)))
    return Compare("=", path, Literal("string", text))


def _literal(column: Column, text: str) -> Literal:
    if column.type == "bool":
        return Literal("bool", text.lower() in {"1", "true"})
    if column.type in CHOICES | NUMBERS:
        try:
            return Literal("number", float(text) if "." in text else int(text))
        except ValueError:
            raise Refused(400, "0x80040203", f"'{text}' is no value of '{column.name}'.") from None
    if column.type in {"datetime", "date"}:
        return Literal("moment", text)
    return Literal("string", text)
