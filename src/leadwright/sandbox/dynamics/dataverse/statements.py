"""Queries by SQL, as far as the client library sends them: SELECT of one table with TOP, WHERE and ORDER BY."""

import re

from leadwright.sandbox.dynamics.dataverse.calls import Answer, Asked, answer_json, split_list
from leadwright.sandbox.dynamics.dataverse.queries import PAGE, Reader, Wanted, context
from leadwright.sandbox.dynamics.dataverse.tables import Table
from leadwright.sandbox.dynamics.world import Refused

_SELECT = re.compile(
    r"\s*SELECT\s+(?:TOP\s+(?P<top>\d+)\s+)?(?P<columns>.+?)\s+FROM\s+(?P<table>\w+)(?:\s+(?:AS\s+)?(?P<alias>(?!WHERE\b|ORDER\b)\w+))?"
    r"(?:\s+WHERE\s+(?P<where>.+?))?(?:\s+ORDER\s+BY\s+(?P<order>.+?))?\s*;?\s*",
    re.IGNORECASE | re.DOTALL,
)
_WORD = re.compile(r"'(?:[^']|'')*'|[\w.@-]+|<>|!=|>=|<=|[=<>(),]")
_OPERATORS = {"=": "eq", "<>": "ne", "!=": "ne", ">": "gt", ">=": "ge", "<": "lt", "<=": "le"}


def answer(reader: Reader, table: Table, asked: Asked) -> Answer:
    """The rows a SELECT finds.

    Raises:
        Refused: 400 of a statement that is more than a SELECT of this table.
    """
    text = asked.options()["sql"]
    found = _SELECT.fullmatch(text)
    if found is None or found["table"].lower() != table.name:
        raise Refused(400, "0x80048d19", f"The SQL statement is not supported: a SELECT from {table.name} is.")
    alias = found["alias"]
    names = [_odata(table, name, alias) for name in split_list(found["columns"])]
    order = [" ".join([_odata(table, part.split()[0], alias), *part.lower().split()[1:]])
             for part in split_list(found["order"] or "")]  # fmt: skip
    ask = Wanted(
        select=[] if "*" in names else names,
        where=_filter(table, found["where"] or "", alias),
        order=",".join(order),
    )
    rows, _ = reader.rows(table, ask, min(int(found["top"] or PAGE), PAGE))
    return answer_json({"@odata.context": context(reader.base, table, ask), "value": rows})


def _odata(table: Table, name: str, alias: str | None) -> str:
    plain = name.lower()
    if alias and plain.startswith(f"{alias.lower()}."):
        plain = plain[len(alias) + 1 :]
    column = table.columns.get(plain)
    return column.odata if column else plain


def _filter(table: Table, where: str, alias: str | None) -> str:
    words = _WORD.findall(where)
    found: list[str] = []
    n = 0
    while n < len(words):
        word, low = words[n], words[n].lower()
        following = [one.lower() for one in words[n + 1 : n + 3]]
        if low == "is" and following[:1] == ["null"]:
            found, n = [*found, "eq", "null"], n + 2
        elif low == "is" and following == ["not", "null"]:
            found, n = [*found, "ne", "null"], n + 3
        elif low == "like" and n + 1 < len(words):
            found[-1] = _like(found[-1], words[n + 1])
            n += 2
        else:
            plain = low in {"and", "or", "not", "in"} or word in {"(", ")", ","}
            found.append(_OPERATORS.get(word) or (low if plain else _term(table, word, alias)))
            n += 1
    return " ".join(found)


def _term(table: Table, word: str, alias: str | None) -> str:
    return word if word.startswith("'") or word[0].isdigit() or word[0] == "-" else _odata(table, word, alias)


def _like(name: str, pattern: str) -> str:
    text = pattern[1:-1]
    before, after = text.startswith("%"), text.endswith("%")
    if before or after:
        call = "contains" if before and after else "endswith" if before else "startswith"
        return f"{call}({name},'{text.strip('%')}')"
    return f"{name} eq '{text}'"
