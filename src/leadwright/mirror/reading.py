"""A page of rows as the organisation gives it, read into columns as we keep them. No database, no network."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime
from operator import itemgetter
from typing import Any

from pydantic_core import PydanticSerializationError, to_json

from leadwright.domain.attributes import Attribute, Kind
from leadwright.mail.html import read_html
from leadwright.mirror.mirror import Raw
from leadwright.mirror.tables import LOOKUPS, ROW_VERSION, Column, Mirrored, Type

ETAG = "@odata.etag"
TARGET = "@Microsoft.Dynamics.CRM.lookuplogicalname"
_MOST_WORDS = 500_000  # characters of a mail that are looked at
_NUL = "\\u0000"  # as JSON spells the character no database text may hold


@dataclass(slots=True)
class Rows:
    """Rows read: as many ids as values in each column.

    Args:
        ids: lower case.
        seen: JSON text of each, by our names, with the number of its version; empty values are left out.
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
    for column, values in zip(table.columns.values(), _values(raw, table.asked()), strict=True):
        columns[column.name] = _read_column(column, values, raw)
    if table.own:
        columns["custom"] = _own_values(raw, own)
    ids = [str(row[table.key]).lower() for row in raw]
    etags = [str(row.get(ETAG, ""))[:80] for row in raw]
    seen = _texts({**columns, ROW_VERSION: [row.get(ROW_VERSION) for row in raw]}, len(raw))
    return Rows(ids, etags, seen, columns, frozenset(own))


def etags_of(table: Mirrored, raw: Sequence[Raw]) -> dict[str, str]:
    """id -> ETag."""
    return {str(row[table.key]).lower(): str(row.get(ETAG, ""))[:80] for row in raw if row.get(table.key)}


def _values(raw: Sequence[Raw], names: Sequence[str]) -> Iterable[list[Any]]:
    """The values of each name; None where a row does not tell it."""
    if len(raw) > 1 and len(names) > 1:
        with suppress(KeyError):  # an answer to a write tells some columns only
            return map(list, zip(*map(itemgetter(*names), raw), strict=True))
    return ([row.get(name) for row in raw] for name in names)


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
    told = [name for name, values in columns.items() if values.count(None) < count]
    if not told:
        return ["{}"] * count
    gaps = [name for name in told if None in columns[name]]
    made = []
    for place, row in enumerate(zip(*(columns[n] for n in told), strict=True)):
        values = dict(zip(told, row, strict=True))
        for name in gaps:
            if values[name] is None:
                del values[name]
        try:
            text = to_json(values).decode()
        except PydanticSerializationError:  # half of a pair of surrogates, as a text cut in the wrong place ends
            text = _NUL
        if _NUL in text:
            kept = {name: _storable(columns[name][place]) for name in told}
            for name, value in kept.items():
                columns[name][place] = value
            text = to_json({n: v for n, v in kept.items() if v is not None}).decode()
        made.append(text)
    return made


def _storable(value: Any) -> Any:
    if isinstance(value, str):
        return value.replace("\x00", "").encode("utf-8", "replace").decode()
    return {n: _storable(v) for n, v in value.items()} if isinstance(value, dict) else value


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
    return _plain_text


def _plain_text(value: str) -> str:
    """The words of a mail. It may be a stranger's, so it is cut first, and one that cannot be taken apart has none."""
    if "<" not in value:
        return value[:_MOST_WORDS]
    try:
        return read_html(value[:_MOST_WORDS])[0]
    except (ValueError, RecursionError):
        return ""


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
