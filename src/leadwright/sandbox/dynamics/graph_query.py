"""$filter, $orderby, $select, $top, $skip and pages, over lists of objects."""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any
from urllib.parse import parse_qsl, quote, urlencode

from leadwright.sandbox.dynamics.dataverse import filters
from leadwright.sandbox.dynamics.dataverse.values import moment
from leadwright.sandbox.dynamics.graph_calls import Answer, Call, answer_json, bad, pack, unpack
from leadwright.sandbox.dynamics.world import Refused

Object = dict[str, Any]
MOST = 1000
_TEXT: dict[str, Callable[[str, str], bool]] = {
    "contains": lambda text, part: part in text,
    "startswith": lambda text, part: text.startswith(part),
    "endswith": lambda text, part: text.endswith(part),
}
_ORDER: dict[str, Callable[[Any, Any], bool]] = {
    ">": lambda a, b: a > b,
    ">=": lambda a, b: a >= b,
    "<": lambda a, b: a < b,
    "<=": lambda a, b: a <= b,
}


def page(
    call: Call,
    rows: Iterable[Object],
    context: str,
    *,
    size: int = 100,
    always: tuple[str, ...] = ("id",),
    hidden: tuple[str, ...] = (),
    expand: Callable[[Object], Object] | None = None,
) -> Answer:
    """A page of a collection.

    Args:
        size: rows of a page unless $top or a preference says otherwise.
        always: properties that come along whatever $select says.
        hidden: properties that come only where $select names them.
        expand: adds what $expand asks for to a row of the page.
    """
    found = matching(call, list(rows))
    top = number(call, "$top", MOST)
    prefer = call.prefers("odata.maxpagesize")
    size = min(int(prefer), MOST) if prefer.isdecimal() and int(prefer) else size if top is None else max(top, 1)
    token = unpack(call.options.get("$skiptoken", "")) if "$skiptoken" in call.options else None
    if "$skiptoken" in call.options and not isinstance(token, int):
        raise bad("The skip token is not valid.", "Request_BadRequest")
    start = token if token is not None else number(call, "$skip") or 0
    body: Object = {"@odata.context": f"{call.base}/$metadata#{context}"}
    if call.options.get("$count", "").lower() == "true":
        body["@odata.count"] = len(found)
    shown = found[start : start + size] if top != 0 else []
    body["value"] = [chosen(call, expand(row) if expand else row, always, hidden) for row in shown]
    if start + size < len(found) and top != 0:
        body["@odata.nextLink"] = link(call, "$skiptoken", pack(start + size))
    return answer_json(body)


def one(
    call: Call, row: Object, context: str, status: int = 200, hidden: tuple[str, ...] = (), **headers: str
) -> Answer:
    """One object as a reply."""
    shown = chosen(call, row, ("id",), hidden)
    return answer_json({"@odata.context": f"{call.base}/$metadata#{context}/$entity", **shown}, status, **headers)


def matching(call: Call, rows: list[Object]) -> list[Object]:
    """Rows that $filter lets through, in the order of $orderby."""
    text = call.options.get("$filter", "")
    if text:
        try:
            tree = filters.parse(text)
            rows = [row for row in rows if _holds(tree, row, {})]
        except Refused as refused:
            raise bad(f"Invalid filter clause: {refused.message}") from refused
    for part in reversed([part.strip() for part in call.options.get("$orderby", "").split(",") if part.strip()]):
        name, _, way = part.partition(" ")
        if way.strip().lower() not in {"", "asc", "desc"}:
            raise bad(f"Syntax error in $orderby: '{part}'.")
        rows = sorted(rows, key=lambda row: _key(_walk(row, name.split("/"))), reverse=way.strip().lower() == "desc")
    return rows


def chosen(call: Call, row: Object, always: tuple[str, ...] = ("id",), hidden: tuple[str, ...] = ()) -> Object:
    """The properties that $select names."""
    names = [name.strip().lower() for name in call.options.get("$select", "").split(",") if name.strip()]
    if not names or "*" in names:
        return {name: value for name, value in row.items() if name not in hidden}
    extra = {name.split("(")[0].strip().lower() for name in call.options.get("$expand", "").split(",") if name.strip()}
    wanted = {*names, *(name.lower() for name in always), *extra}
    return {name: value for name, value in row.items() if name.startswith("@") or name.lower() in wanted}


def number(call: Call, name: str, most: int | None = None) -> int | None:
    """A whole number among the options.

    Raises:
        Refused: 400, it is none.
    """
    text = call.options.get(name)
    if text is None:
        return None
    if not text.isdecimal():
        raise bad(f"Invalid value '{text}' for {name} query option found. It requires a non-negative integer value.")
    return min(int(text), most) if most else int(text)


def link(call: Call, name: str, token: str, path: str = "") -> str:
    """The address of the next page or of the changes: what was asked, with a token."""
    kept = [
        (k, v) for k, v in parse_qsl(call.query) if k.lstrip("$").lower() not in {"skiptoken", "deltatoken", "skip"}
    ]
    where = path or "/".join(_quoted(part) for part in call.path)
    return f"{call.base}/{where}?{urlencode([*kept, (name, token)], safe='$')}"


def _quoted(part: str) -> str:
    return quote(part, safe="@'=-_.~$")


def _holds(tree: Any, row: Mapping[str, Any], names: Mapping[str, Any]) -> bool:
    if isinstance(tree, filters.Joined):
        some = all if tree.word == "AND" else any
        return some(_holds(part, row, names) for part in tree.parts)
    if isinstance(tree, filters.Not):
        return not _holds(tree.of, row, names)
    if isinstance(tree, filters.Compare):
        return _compare(tree.operator, _value(tree.left, row, names), _value(tree.right, row, names))
    if isinstance(tree, filters.In):
        left = _value(tree.left, row, names)
        return any(_compare("=", left, _value(one, row, names)) for one in tree.values)
    if isinstance(tree, filters.Lambda):
        found = _value(tree.path, row, names) or []
        if tree.condition is None:
            return bool(found)
        some = all if tree.word == "all" else any
        return some(_holds(tree.condition, row, {**names, tree.variable: item}) for item in found)
    if isinstance(tree, filters.Call):
        return bool(_value(tree, row, names))
    raise bad("This kind of filter is not supported.", "ErrorInvalidUrlQueryFilter")


def _value(tree: Any, row: Mapping[str, Any], names: Mapping[str, Any]) -> Any:
    if isinstance(tree, filters.Literal):
        return tree.value
    if isinstance(tree, filters.Path):
        head, *rest = tree.parts
        return _walk(names[head], rest) if head in names else _walk(row, tree.parts)
    if isinstance(tree, filters.Call):
        args = [_value(arg, row, names) for arg in tree.args]
        name = tree.name.lower()
        if name in _TEXT and len(args) == 2:
            return _TEXT[name](str(args[0] or "").lower(), str(args[1] or "").lower())
        if name == "tolower" and len(args) == 1:
            return str(args[0] or "").lower()
    raise bad(f"The function '{getattr(tree, 'name', tree)}' is not supported.", "ErrorInvalidUrlQueryFilter")


def _walk(row: Any, parts: Iterable[str]) -> Any:
    for part in parts:
        if not isinstance(row, Mapping):
            return None
        row = next((value for name, value in row.items() if name.lower() == part.lower()), None)
    return row


def _compare(operator: str, left: Any, right: Any) -> bool:
    left, right = _alike(left, right)
    if operator in {"=", "<>"}:
        return bool(left == right) == (operator == "=")
    if left is None or right is None or type(left) is not type(right):
        return False
    return _ORDER[operator](left, right)


def _alike(left: Any, right: Any) -> tuple[Any, Any]:
    if isinstance(left, str) and isinstance(right, str):
        times: tuple[datetime | None, datetime | None] = (moment(left), moment(right))
        if times[0] is not None and times[1] is not None:
            return times
        return left.lower(), right.lower()
    return left, right


def _key(value: Any) -> tuple[int, str]:
    return (0, "") if value is None else (1, str(value).lower())
