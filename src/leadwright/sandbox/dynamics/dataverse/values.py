"""Values of columns: what is taken in, how it lies in the store, how it is shown. Errors as Dataverse words them."""

import re
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

from leadwright.sandbox.dynamics.dataverse.store import stamp
from leadwright.sandbox.dynamics.dataverse.tables import CHOICES, LOOKUPS, NUMBERS, TEXTS, Column, Table
from leadwright.sandbox.dynamics.world import Refused

_GUID = re.compile(r"\{?([0-9a-fA-F]{8}-?[0-9a-fA-F]{4}-?[0-9a-fA-F]{4}-?[0-9a-fA-F]{4}-?[0-9a-fA-F]{12})\}?")
_BOUNDS = (
    "A validation error occurred. The value {value} of '{column}' on record of type '{table}' is outside the valid "
    "range. Accepted Values: {accepted}"
)
_LENGTH = (
    "A validation error occurred. The length of the '{column}' attribute of the '{table}' entity exceeded the maximum "
    "allowed length of '{limit}'."
)


def guid(text: Any) -> str | None:
    """An id as it is stored, or None where the text is none."""
    found = _GUID.fullmatch(str(text).strip())
    return str(UUID(found[1])) if found else None


def moment(text: str) -> datetime | None:
    """An aware moment out of ISO text; without an offset it is UTC, as the Web API reads it."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)


def stored(table: Table, column: Column, value: Any) -> Any:
    """A value as the store has it.

    Raises:
        Refused: 400, with the code and the sentence of Dataverse.
    """
    if value is None:
        return None
    if column.type in TEXTS:
        return _text(table, column, value)
    if column.type == "bool":
        return _yes_or_no(table, column, value)
    if column.type in CHOICES:
        return _choice(table, column, value)
    if column.type in NUMBERS:
        return _number(table, column, value)
    if column.type in {"datetime", "date"}:
        return _date(table, column, value)
    if column.type in {"guid", "id"} | LOOKUPS:
        found = guid(value)
        if found is None:
            raise _wrong_type(table, column, value, "Edm.Guid")
        return found
    return value


def _wrong_type(table: Table, column: Column, value: Any, edm: str) -> Refused:
    inner = f"Microsoft.OData.ODataException: Cannot convert the literal '{value}' to the expected type '{edm}'."
    return payload_error(table, inner)


def payload_error(table: Table | str, inner: str) -> Refused:
    """The error of a body that does not fit its table."""
    name = table if isinstance(table, str) else table.set
    message = (
        f"Error identified in Payload provided by the user for Entity :'{name}', For more information on this error "
        f"please follow this help link https://go.microsoft.com/fwlink/?linkid=2195293  ---->  InnerException : {inner}"
    )
    return Refused(400, "0x80048d19", message)


def _text(table: Table, column: Column, value: Any) -> str:
    if not isinstance(value, str):
        raise _wrong_type(table, column, value, "Edm.String")
    if column.limit is not None and len(value) > column.limit:
        message = _LENGTH.format(column=column.name, table=table.name, limit=column.limit)
        raise Refused(400, "0x80044331", message)
    return value


def _yes_or_no(table: Table, column: Column, value: Any) -> int:
    if not isinstance(value, bool):
        raise _wrong_type(table, column, value, "Edm.Boolean")
    return int(value)


def _choice(table: Table, column: Column, value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise _wrong_type(table, column, value, "Edm.Int32")
    if column.type == "choice" and column.label_of(value) is None:
        accepted = ",".join(str(one.value) for one in column.choices)
        message = _BOUNDS.format(value=value, column=column.name, table=table.name, accepted=accepted)
        raise Refused(400, "0x80040203", message)
    return value


def _number(table: Table, column: Column, value: Any) -> int | float:
    whole = column.type in {"int", "bigint"}
    if isinstance(value, bool) or not isinstance(value, int if whole else int | float):
        raise _wrong_type(table, column, value, "Edm.Int32" if whole else "Edm.Decimal")
    if column.low is not None and column.high is not None and not column.low <= value <= column.high:
        message = (
            f"A validation error occurred. The value of '{column.name}' on record of type '{table.name}' is outside "
            f"the valid range. Accepted range: {column.low:.0f} to {column.high:.0f}."
        )
        raise Refused(400, "0x80044330", message)
    return value if whole else float(value)


def _date(table: Table, column: Column, value: Any) -> str:
    if isinstance(value, datetime):
        value = value.isoformat()[: 10 if column.type == "date" else None]
    elif isinstance(value, date):
        value = f"{value:%Y-%m-%d}" + "T00:00:00Z" * (column.type != "date")
    found = moment(value) if isinstance(value, str) else None
    if found is None or (len(value) == 10) is not (column.type == "date"):
        raise _wrong_type(table, column, value, "Edm.Date" if column.type == "date" else "Edm.DateTimeOffset")
    if found.year < 1753:
        raise Refused(400, "0x80040239", "DateTime is less than minimum value supported by CrmDateTime.")
    return str(value)[:10] if column.type == "date" else stamp(found)


def shown(column: Column, value: Any) -> Any:
    """A stored value as JSON has it."""
    return bool(value) if column.type == "bool" and value is not None else value


def formatted(column: Column, value: Any) -> str | None:
    """What people read (FormattedValue); None where there is nothing to add. Lookups: the caller knows the name."""
    if value is None:
        return None
    if column.type in CHOICES or column.type == "bool":
        return column.label_of(int(value))
    if column.type == "money":
        return f"${value:,.2f}"
    if column.type in {"decimal", "double"}:
        return f"{value:,.2f}"
    if column.type in {"int", "bigint"}:
        return f"{value:,}"
    if column.type == "datetime":
        found = moment(value)
        return f"{found.month}/{found.day}/{found.year} {found:%-I:%M %p}" if found else None
    if column.type == "date":
        found = moment(value)
        return f"{found.month}/{found.day}/{found.year}" if found else None
    return None
