"""Values of columns as people and programs send them, read by the kind of their column. No record, no right."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from math import isfinite
from typing import Any

from leadwright.domain.attributes import Attribute, Kind
from leadwright.domain.cells import Rules, Unreadable
from leadwright.domain.plain_text import unstorable
from leadwright.domain.values import reader, split_name
from leadwright.errors import BadInput

_WRITTEN = frozenset({Kind.TEXT, Kind.EMAIL, Kind.URL, Kind.PHONE, Kind.MEMO})


def latest_day(moment: datetime) -> date:
    """The day it is where the day begins first: what is later is yet to come everywhere."""
    return (moment.astimezone(UTC) + timedelta(hours=14)).date()


def read_value(attribute: Attribute, value: Any, today: date | None = None) -> Any:
    """The value as it is stored; None for an empty text.

    Args:
        today: of `latest_day`: a day that cannot lie ahead is held against it.

    Raises:
        BadInput: names the column and what to write.
    """
    _check_scalar(attribute, value)
    if attribute.kind is Kind.CHOICE and isinstance(value, int) and not isinstance(value, bool):
        value = str(int(value))  # the reader of choices takes text
    try:
        return reader(attribute, Rules(today=today))(value)
    except Unreadable as error:
        raise BadInput(f"{attribute.label}: {error}.", field=attribute.name) from error


def stored_value(attribute: Attribute | None, value: Any) -> Any:
    """The value as its column keeps it: the organisation's own columns are JSON."""
    return value.isoformat() if attribute and attribute.custom and hasattr(value, "isoformat") else value


def complete_name(read: dict[str, Any], current: Mapping[str, Any]) -> None:
    """Full name and its parts follow each other, whichever was written."""
    if "firstname" in read or "lastname" in read:
        first, last = (read.get(n, current.get(n)) for n in ("firstname", "lastname"))
        if not read.get("fullname"):
            read["fullname"] = f"{first or ''} {last or ''}".strip() or None
    elif "fullname" in read and read["fullname"] != current.get("fullname"):
        first, last = split_name(read["fullname"] or "")
        read["fullname"] = f"{first} {last}".strip() or None
        read["firstname"], read["lastname"] = first[:50] or None, last[:50] or None


def _check_scalar(attribute: Attribute, value: Any) -> None:
    """Refuse what a program sent in another type than the column's, before it is written out as text.

    Raises:
        BadInput: names the column.
    """
    if value is None or isinstance(value, str):
        if value and unstorable(value):
            raise BadInput(f"{attribute.label}: it holds a character that cannot be kept.", field=attribute.name)
        return
    if attribute.kind in _WRITTEN or not isinstance(value, bool | int | float | Decimal | date):
        raise BadInput(f"{attribute.label}: write {_wanted(attribute)}.", field=attribute.name)
    if isinstance(value, float) and not isfinite(value):
        raise BadInput(f"{attribute.label}: write a finite number.", field=attribute.name)


def _wanted(attribute: Attribute) -> str:
    return "text" if attribute.kind in _WRITTEN else "one plain value, not a list"
