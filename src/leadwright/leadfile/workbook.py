"""Opens XLSX files: picks the sheet, finds the headings, gives rows. What the package holds is judged in `package`."""

from collections.abc import Callable, Iterator, Sequence
from datetime import date, timedelta
from datetime import time as day_time
from itertools import islice
from pathlib import Path
from typing import Any

from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

from leadwright.domain.cells import Cell
from leadwright.errors import BadInput
from leadwright.leadfile.package import cells_without_value, look_into, sheet_parts
from leadwright.leadfile.rows import BLOCK, HEADINGS_WITHIN, LeadList, Rows, fitted, heading_row

Known = Callable[[Sequence[str]], int]


def open_workbook(path: Path, known: Known, *, sheet: str = "", most_rows: int, most_bytes: int) -> LeadList:
    """An XLSX file, opened.

    Args:
        known: how many of some headings are recognised; it picks the sheet and the row of headings.
        most_bytes: the package may hold when unpacked.

    Raises:
        BadInput: damaged, too large, no such sheet, or nothing in it.
    """
    package = look_into(path, most_bytes=most_bytes)
    try:
        book = CalamineWorkbook.from_path(path)
        names = [m.name for m in book.sheets_metadata if m.typ is SheetTypeEnum.WorkSheet]
        chosen, at = _sheet(path, book, names, known, sheet)
    except (CalamineError, OSError, ValueError) as error:
        raise BadInput(
            f'{path.name} cannot be opened as a workbook ({error}). Save it again, or as "CSV UTF-8".'
        ) from error
    part = sheet_parts(path).get(chosen.name, "")
    bad = cells_without_value(path, part) if part in package.suspects else {}
    offset = chosen.start[1] if chosen.start else 0
    headings = [""] * offset + [_text(c) for c in next(islice(chosen.iter_rows(), at, None))]
    while headings and not headings[-1]:
        headings.pop()
    others = [n for n in names if n != chosen.name]
    notes = [f'Read from the sheet "{chosen.name}"; the others were not: {", ".join(others)}.'] if others else []

    def blocks() -> Iterator[Rows]:
        return _blocks(path.name, chosen, skip=at + 1, width=len(headings), most_rows=most_rows)

    return LeadList(
        path.name,
        "XLSX",
        package.sha256,
        tuple(headings),
        blocks,
        sheet=chosen.name,
        sheets=tuple(names),
        notes=tuple(notes),
        bad_cells=bad,
    )


def _sheet(
    path: Path, book: CalamineWorkbook, names: Sequence[str], known: Known, wanted: str
) -> tuple[CalamineSheet, int]:
    """The sheet and the 0-based row of its headings: the one asked for, else the first with known headings."""
    if wanted and wanted not in names:
        raise BadInput(f'{path.name} has no sheet "{wanted}". Its sheets are: {", ".join(names)}.')
    visible = [m.name for m in book.sheets_metadata if m.visible is SheetVisibleEnum.Visible and m.name in names]
    fallback: tuple[CalamineSheet, int] | None = None
    for name in [wanted] if wanted else visible:
        sheet = book.get_sheet_by_name(name)
        first: list[list[Any]] = list(islice(sheet.iter_rows(), 20 * HEADINGS_WITHIN))
        at = heading_row(first, known)
        if at is None:
            continue
        if wanted or known([_text(c) for c in first[at]]):
            return sheet, at
        fallback = fallback or (sheet, at)
    if fallback is None:
        where = f'The sheet "{wanted}" of {path.name}' if wanted else path.name
        raise BadInput(f"{where} is empty. Give a list with one row of headings and one row per lead.")
    return fallback


def _blocks(name: str, sheet: CalamineSheet, *, skip: int, width: int, most_rows: int) -> Iterator[Rows]:
    total = max(sheet.total_height, 1)
    if total - skip > most_rows:
        raise BadInput(
            f"{name} has {total - skip:,} rows, one import takes {most_rows:,}. Split it, or raise the setting "
            "import_max_rows."
        )
    pad: list[Cell] = [""] * (sheet.start[1] if sheet.start else 0)
    rows = islice(sheet.iter_rows(), skip, None)
    number = skip
    while block := list(islice(rows, BLOCK)):
        cells: list[list[Cell]] = []
        numbers: list[int] = []
        broken: dict[int, str] = {}
        for raw in block:
            number += 1
            if not any(c != "" for c in raw):
                continue
            row, why = fitted([*pad, *map(_cell, raw)], width)
            if why:
                broken[len(cells)] = why
            cells.append(row)
            numbers.append(number)
        yield Rows(cells, numbers, len(block) - len(cells), broken, min(number / total, 1.0))


def _cell(value: Any) -> Cell:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, day_time | timedelta):
        return str(value)
    return value  # type: ignore[no-any-return]


def _text(value: Any) -> str:
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return value.isoformat() if isinstance(value, date) else str(value).strip()
