"""Values of our columns as Dataverse takes them: numbers and dates as they are, lookups bound to addresses."""

from collections.abc import Mapping, Set
from typing import Any

from leadwright.domain.outgoing import Limit
from leadwright.mirror.tables import TABLES, Column, Type

BIND = "@odata.bind"


def entity_set(table: str) -> str:
    """The name of a table in addresses; of one that is not mirrored, its plural as Dataverse makes it."""
    if table in TABLES:
        return TABLES[table].entity_set
    return f"{table}es" if table.endswith("s") else f"{table}s"


def key_of(table: str) -> str:
    """The name of a table's primary key."""
    return TABLES[table].key if table in TABLES else f"{table}id"


def address(table: str, recordid: str) -> str:
    """A row, below the version."""
    return f"{entity_set(table)}({recordid})"


def body_of(table: str, changes: Mapping[str, Any], teams: Set[str]) -> dict[str, Any]:
    """A JSON body.

    Args:
        changes: our column -> value. A name that is bound already, and the organisation's own columns, go as they are.
        teams: ids that are teams': of owners.
    """
    columns = TABLES[table].columns if table in TABLES else {}
    body: dict[str, Any] = {}
    for name, value in changes.items():
        column = columns.get(name)
        if column is None:
            body[name] = value
        elif column.type is Type.OWNER:
            body[f"{name}{BIND}"] = f"/{'teams' if value in teams else 'systemusers'}({value})"
        elif column.type is Type.LOOKUP:
            target = f"/{address(column.target, str(value))}" if value else None
            body[f"{column.navigation or name}{BIND}"] = target
        else:
            body[name] = _value(column, value)
    return body


def bound(changes: Mapping[str, Any], limits: Mapping[str, Limit]) -> dict[str, Any]:
    """Values of columns that there are over there; lookups as {"table", "id"} bound by their navigation property."""
    found: dict[str, Any] = {}
    for name, value in changes.items():
        if BIND in name:
            found[name] = value
        elif name in limits and isinstance(value, dict):
            navigation = (limits[name].navigations or {}).get(value["table"])
            if navigation:
                found[f"{navigation}{BIND}"] = f"/{address(value['table'], value['id'])}"
        elif name in limits:
            found[name] = value
    return found


def owners_in(table: str, changes: Mapping[str, Any]) -> set[str]:
    """Ids of owners that a body would bind."""
    columns = TABLES[table].columns if table in TABLES else {}
    return {str(v) for n, v in changes.items() if n in columns and columns[n].type is Type.OWNER and v}


def _value(column: Column, value: Any) -> Any:
    if value == "":
        return None
    return bool(value) if column.type is Type.YES_NO and value is not None else value
