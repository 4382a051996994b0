"""Cells of a list as they come: text, numbers and dates; how they are cleaned, and why one cannot be used. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Literal, TypeAlias

Cell: TypeAlias = str | float | int | bool | date | None
Value: TypeAlias = str | float | int | bool | date | None


class Unreadable(ValueError):
    """The value cannot be used; the message says why and what to do.

    Args:
        ask: the rule that would make it clear, "dates" or "numbers"; empty: no rule helps.
    """

    def __init__(self, message: str, *, ask: str = "") -> None:
        super().__init__(message)
        self.ask = ask


class Doubtful(Unreadable):
    """Not what the column takes, but no reason to refuse a list: it goes on with another value and says so.

    Whoever fills a form is asked again instead, by the message.

    Args:
        instead: the value a list is imported with; None: the cell is left empty.
        remark: what was made of the cell, for the person who imports the list.
    """

    def __init__(self, message: str, *, instead: Value, remark: str) -> None:
        super().__init__(message)
        self.instead, self.remark = instead, remark


@dataclass(frozen=True, slots=True)
class Rules:
    """How ambiguous writing is meant.

    Args:
        dates: order of day and month in 03/04/2026; None: such a date is refused.
        numbers: decimal sign; None: 1.200 as an amount is refused, 1,200 is one thousand two hundred.
        words: further words for choices, plain heading or logical name -> word -> label.
        today: the latest day that is not yet to come; None: no day is refused for lying ahead.
    """

    dates: Literal["day first", "month first"] | None = None
    numbers: Literal["point", "comma"] | None = None
    words: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    today: date | None = None


_ESCAPED = frozenset("=+-@")
_NOTHING = frozenset(
    {"n/a", "na", "n.a.", "#n/a", "none", "null", "nan", "-", "--", "–", "—", "?", "(no value)", "no value", "(blank)"}
    | {"unknown", "not available", "k.a.", "k. a.", "keine angabe", "unbekannt", "inconnu", "desconocido"}
)


def clean(cell: Cell, *, many_lines: bool = False) -> str:
    """Text of a cell without control characters; on one line unless `many_lines`.

    The apostrophe that exports put before ``= + - @``, against being taken for a formula, is dropped.
    """
    if type(cell) is str:
        if cell.isprintable():
            text = cell.strip()
            return text[1:] if text[:1] == "'" and text[1:2] in _ESCAPED else text
        kept = "".join(c if c.isprintable() or c in "\t\n\r\xa0\u3000\u202f\u2009\u200d" else "" for c in cell)
        if many_lines:
            return kept.replace("\r\n", "\n").replace("\r", "\n").strip()
        return " ".join(kept.split())
    return "" if cell is None else native_text(cell)


def says_nothing(cell: Cell) -> bool:
    """The cell holds what exports and people write where they know no value: N/A, -, (No value)."""
    return type(cell) is str and len(cell) < 20 and cell.strip().casefold() in _NOTHING


def native_text(cell: Cell) -> str:
    """A number, date or yes/no of a spreadsheet as text: 12.0 is 12, dates are ISO."""
    if isinstance(cell, bool):
        return "yes" if cell else "no"
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() and abs(cell) < 1e15 else repr(cell)
    if isinstance(cell, datetime):
        return cell.date().isoformat() if cell.time() == datetime.min.time() else cell.isoformat(" ")
    return cell.isoformat() if isinstance(cell, date) else str(cell)


def quoted(text: str) -> str:
    """The text in quotation marks, shortened."""
    return f'"{text}"' if len(text) <= 60 else f'"{text[:57]}..."'
