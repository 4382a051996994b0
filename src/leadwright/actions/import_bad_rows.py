"""The rows that an import left out, as a file to correct and import: as they came, with their reasons."""

import csv
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from leadwright.domain.csv_cells import safe_cell
from leadwright.errors import BadInput
from leadwright.leadfile.problems import Problem
from leadwright.leadfile.rows import LeadList


def write_bad_rows(leads: LeadList, path: Path, problems: Sequence[Problem], wanted: Path | None) -> Path:
    """The bad rows as they came, with row number and reasons; formulas defused, so that a spreadsheet may open it."""
    reasons: dict[int, list[str]] = {}
    for problem in problems:
        where = f"{problem.column or problem.letter}: " if problem.letter else ""
        reasons.setdefault(problem.row, []).append(f"{where}{problem.reason}")
    target = wanted or _free_name(path.with_name(f"{path.stem}-not-imported.csv"))
    try:
        with target.open("w", encoding="utf-8-sig", newline="") as stream:
            writer = csv.writer(stream)
            writer.writerow([*leads.headings, "Row", "Why it was not imported"])
            for rows in leads.blocks():
                for number, cells in zip(rows.numbers, rows.cells, strict=True):
                    if number in reasons:
                        why = "; ".join(reasons[number])
                        writer.writerow([*(_defused(c) for c in cells), number, _defused(why)])
    except OSError as error:
        raise BadInput(
            f"The bad rows cannot be written to {target}: {error.strerror}. Nothing was imported; name another file."
        ) from error
    return target


def _free_name(path: Path) -> Path:
    free, n = path, 1
    while free.exists():
        n += 1
        free = path.with_name(f"{path.stem}-{n}{path.suffix}")
    return free


def _defused(cell: Any) -> Any:
    return safe_cell(cell) if isinstance(cell, str) else cell
