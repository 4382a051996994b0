"""What every kind of list gives: headings, and rows in blocks with the numbers a spreadsheet shows."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from leadwright.domain.cells import Cell

BLOCK = 2000
HEADINGS_WITHIN = 10  # rows searched for the headings; exports put titles above them


@dataclass(frozen=True, slots=True)
class Rows:
    """A block of rows that are not blank.

    Args:
        cells: as long as the headings, each.
        numbers: 1-based row of each, as a spreadsheet shows it.
        blank: rows left out because they are empty.
        broken: index in `cells` -> why the row as a whole cannot be read.
        done: share of the file read so far, 0 to 1.
    """

    cells: list[list[Cell]]
    numbers: list[int]
    blank: int
    broken: Mapping[int, str]
    done: float


@dataclass(frozen=True, slots=True)
class LeadList:
    """An opened list.

    Args:
        encoding, delimiter: of CSV, else empty.
        sheet, sheets: of a workbook, else empty.
        sha256: of the file.
        notes: sentences a person should know.
        bad_cells: (row, 0-based column) -> why this cell of a workbook has no value.
        blocks: opens the rows after the headings anew.
    """

    name: str
    kind: str
    sha256: str
    headings: Sequence[str]
    blocks: Callable[[], Iterator[Rows]]
    encoding: str = ""
    delimiter: str = ""
    sheet: str = ""
    sheets: Sequence[str] = ()
    notes: Sequence[str] = ()
    bad_cells: Mapping[tuple[int, int], str] = field(default_factory=dict)


def heading_row(rows: Sequence[Sequence[Cell]], known: Callable[[Sequence[str]], int]) -> int | None:
    """Index of the row of headings: the first with two known ones, else with one, else the first that is not blank."""
    filled = [i for i, row in enumerate(rows) if any(str(c).strip() for c in row if c is not None)]
    counts = {i: known(["" if c is None else str(c) for c in rows[i]]) for i in filled[:HEADINGS_WITHIN]}
    for least in (2, 1):
        for i, count in counts.items():
            if count >= least:
                return i
    return filled[0] if filled else None


def fitted(row: list[Cell], width: int) -> tuple[list[Cell], str]:
    """The row made as long as the headings, and why it cannot be when it has more cells that are filled."""
    if len(row) < width:
        return [*row, *([""] * (width - len(row)))], ""
    extra = [c for c in row[width:] if c not in ("", None)]
    if not extra:
        return row[:width], ""
    return row[:width], (
        f"it has {len(row)} cells, the headings are {width}. A separator inside a value without quotation marks is the "
        "usual cause"
    )
