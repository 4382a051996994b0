"""What is said of a list and its rows: why one cannot be used, and what was made of a cell that is amiss."""

from collections.abc import Mapping
from dataclasses import dataclass

from leadwright.errors import BadInput

# What else would help, where there is a mapping file; a page names its controls instead.
IN_MAPPING = {
    "numbers": 'say in the mapping file: numbers = "comma" or numbers = "point"',
    "dates": 'say in the mapping file: dates = "day first" or dates = "month first"',
    "encoding": 'say it in the mapping file: encoding = "shift_jis" or another name',
    "columns": "say in a mapping file which column is which",
}


class Unsaid(BadInput):
    """A list cannot be read as a whole until something is said of it; the message tells it for a mapping file.

    Args:
        reason: what is wrong and what to do about the list, without its stop.
        ask: what could be said instead: a key of `IN_MAPPING`.
        in_mapping: how it is said in a mapping file, when more exactly than there.
    """

    def __init__(self, reason: str, ask: str, in_mapping: str = "") -> None:
        super().__init__(f"{reason}, or {in_mapping or IN_MAPPING[ask]}.", field=ask)
        self.reason, self.ask = reason, ask

    def told(self, remedies: Mapping[str, str]) -> str:
        """The sentence with the remedy of another face."""
        return f"{self.reason}, or {remedies[self.ask]}."


@dataclass(frozen=True, slots=True)
class Problem:
    """Why a row cannot be used.

    Args:
        row: 1-based, as a spreadsheet shows it.
        column: the heading; empty when the row as a whole is meant.
        letter: of the column.
        reason: what is wrong and what to do.
        ask: the rule that would help as well, a key of `IN_MAPPING`; empty: none.
    """

    row: int
    column: str
    letter: str
    reason: str
    ask: str = ""

    def told(self, remedies: Mapping[str, str] = IN_MAPPING) -> str:
        """The reason, and what to do about it where the list is imported."""
        return f"{self.reason}, or {remedies[self.ask]}" if self.ask else self.reason

    def __str__(self) -> str:
        where = f", {self.column or 'no heading'} (column {self.letter})" if self.letter else ""
        return f"Row {self.row:,}{where}: {self.told()}."


@dataclass(frozen=True, slots=True)
class Remark:
    """A row is used, but one of its cells is not taken as it stands.

    Args:
        row, column, letter: as in `Problem`.
        target: logical name of the column; empty when the row as a whole is meant.
        text: what was made of the cell, or what is wrong with it.
        cell: what the list says, where something else is stored.
    """

    row: int
    column: str
    letter: str
    target: str
    text: str
    cell: str = ""

    @property
    def where(self) -> str:
        """The column as a person finds it; empty for the row as a whole."""
        return f"{self.column or 'no heading'} (column {self.letter})" if self.letter else ""

    def __str__(self) -> str:
        return f"Row {self.row:,}{', ' if self.letter else ''}{self.where}: {self.text}."
