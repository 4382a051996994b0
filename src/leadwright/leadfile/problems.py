"""What is said of the rows of a list: why one cannot be used, and what was made of a cell that is amiss."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Problem:
    """Why a row cannot be used.

    Args:
        row: 1-based, as a spreadsheet shows it.
        column: the heading; empty when the row as a whole is meant.
        letter: of the column.
        reason: what is wrong and what to do.
    """

    row: int
    column: str
    letter: str
    reason: str

    def __str__(self) -> str:
        where = f", {self.column or 'no heading'} (column {self.letter})" if self.letter else ""
        return f"Row {self.row:,}{where}: {self.reason}."


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
