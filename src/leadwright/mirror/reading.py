"""A page of rows as the organisation gives it, read into columns as we keep them. No database, no network."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from leadwright.domain.attributes import Attribute, Kind
from leadwright.mail.html import read_html
from leadwright.mirror.mirror import Raw
from leadwright.mirror.tables import LOOKUPS, Column, Mirrored, Type

ETAG = "@odata.etag"
TARGET = "@Microsoft.Dynamics.CRM.lookuplogicalname"
_NUL = "\\u0000"  # as JSON spells the character no database text may hold


@dataclass(slots=True)
class Rows:
    """Rows read: as many ids as values in each column.

    Args:
        ids: lower case.
        seen: JSON text of each, by our names; empty values are left out.
        columns: our name -> values; `custom` is among them where the table has the organisation's own columns.
        own: names of those.
    """

    ids: list[str]
    etags: list[str]
    seen: list[str]
    columns: dict[str, list[Any]]
    own: frozenset[str] = frozenset()

    def pick(self, places: Sequence[int]) -> "Rows":
        """The rows at these places, in their order."""
        if list(places) == list(range(len(self.ids))):
            return self

        def of(values: list[Any]) -> list[Any]:
            return [values[i] for i in places]

        return Rows(of(self.ids), of(self.etags), of(self.seen), {n: of(v) for n, v in self.columns.items()}, self.own)

    def row(self, place: int) -> dict[str, Any]:
        """One row, our name -> value."""
        return {name: values[place] for name, values in self.columns.items()}


def read(table: Mirrored, raw: Sequence[Raw], own: Mapping[str, Attribute]) -> Rows:
    """Rows as we keep them. What cannot be kept whole is cut to our length; an unreadable value is left out.

    Args:
        own: the organisation's own columns, by name.
    """
    raw = [row for row in raw if row.get(table.key)]
    columns: dict[str, list[Any]] = {}
    for column in table.columns.values():
        name = column.theirs
        values = [row.get(name) for row in raw]
        columns[column.name] = _read_column(column, values, raw)
    if table.own:
        columns["custom"] = _own_values(raw, own)
    ids = [str(row[table.key]).lower() for row in raw]
    etags = [str(row.get(ETAG, ""))[:80] for row in raw]
    return Rows(ids, etags, _texts(columns, len(raw)), columns, frozenset(own))


def etags_of(table: Mirrored, raw: Sequence[Raw]) -> dict[str, str]:
    """id -> ETag."""
    return {str(row[table.key]).lower(): str(row.get(ETAG, ""))[:80] for row in raw if row.get(table.key)}


def _read_column(column: Column, values: list[Any], raw: Sequence[Raw]) -> list[Any]:
    if column.type in LOOKUPS:
        return _read_lookup(column, values, raw)
    read = None if _fits(column, values) else _READERS[column.type](column)
    if read is not None:
        values = [None if v is None else read(v) for v in values]
    if column.otherwise is not None:
        values = [column.otherwise if v is None else v for v in values]
    return values


def _fits(column: Column, values: list[Any]) -> bool:
    """Texts that need not be cut, told for the whole page at once."""
    if column.type is not Type.TEXT:
        return False
    return max(map(len, filter(None, values)), default=0) <= column.length or not column.length


def _read_lookup(column: Column, values: list[Any], raw: Sequence[Raw]) -> list[Any]:
    """Ids; of a lookup that may point to several tables only those of ours, where the answer tells them apart."""
    if not column.target or not column.held:
        return values
    told = f"{column.theirs}{TARGET}"
    return [
        v if v and row.get(told, column.target) == column.target else None for v, row in zip(values, raw, strict=True)
    ]


def _texts(columns: Mapping[str, list[Any]], count: int) -> list[str]:
    """What was seen, as JSON text, and free of what no database keeps."""
    names = list(columns)
    encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), default=_plain).encode
    made = []
    for place, row in enumerate(zip(*columns.values(), strict=True) if count else ()):
        text = encode({n: v for n, v in zip(names, row, strict=True) if v is not None})
        if _NUL in text:
            for name in names:
                columns[name][place] = _without_nul(columns[name][place])
            text = text.replace(_NUL, "")
        made.append(text)
    return made


def _without_nul(value: Any) -> Any:
    if isinstance(value, str):
        return value.replace("\x00", "")
    return {n: _without_nul(v) for n, v in value.items()} if isinstance(value, dict) else value


def _plain(value: Any) -> str:
    return value.isoformat() if isinstance(value, date) else str(value)


def _text(column: Column) -> Callable[[Any], Any] | None:
    most = column.length
    return (lambda v: v if len(v) <= most else v[:most]) if most else None


def _email(column: Column) -> Callable[[Any], Any]:
    return lambda v: v.strip().casefold()[: column.length] or None


def _moment(_column: Column) -> Callable[[Any], Any]:
    return moment


def _day(_column: Column) -> Callable[[Any], Any]:
    return _quietly(lambda v: date.fromisoformat(v[:10]))


def _number(_column: Column) -> Callable[[Any], Any]:
    return _quietly(float)


def _html(_column: Column) -> Callable[[Any], Any]:
    return lambda v: read_html(v)[0] if "<" in v else v


def _as_is(_column: Column) -> None:
    return None


def moment(text: Any) -> datetime | None:
    """A moment as Dataverse writes it, aware; None where it is none."""
    try:
        found = datetime.fromisoformat(text)
    except (ValueError, TypeError):
        return None
    return found if found.tzinfo is not None else None


def _quietly(read: Callable[[Any], Any]) -> Callable[[Any], Any]:
    def quiet(value: Any) -> Any:
        try:
            return read(value)
        except (ValueError, TypeError):
            return None

    return quiet


_READERS: Mapping[Type, Callable[[Column], Callable[[Any], Any] | None]] = {
    Type.TEXT: _text,
    Type.EMAIL: _email,
    Type.WHOLE: _as_is,
    Type.CHOICE: _as_is,
    Type.YES_NO: _as_is,
    Type.NUMBER: _number,
    Type.DAY: _day,
    Type.MOMENT: _moment,
    Type.HTML: _html,
}


def _own_values(raw: Sequence[Raw], own: Mapping[str, Attribute]) -> list[dict[str, Any]]:
    names = list(own)
    if not names:
        return [{} for _ in raw]
    readers = {name: _OWN.get(attribute.kind) for name, attribute in own.items()}
    made = []
    for row in raw:
        kept = {}
        for name in names:
            value = row.get(name)
            if value is not None and (read := readers[name]) is not None:
                value = read(value)
            if value is not None:
                kept[name] = value
        made.append(kept)
    return made


def _own_moment(value: Any) -> str | None:
    found = moment(value)
    return None if found is None else found.isoformat()


_OWN: Mapping[Kind, Callable[[Any], Any]] = {
    Kind.EMAIL: lambda v: str(v).strip().casefold() or None,
    Kind.DATE: lambda v: str(v)[:10],
    Kind.DATETIME: _own_moment,
}
