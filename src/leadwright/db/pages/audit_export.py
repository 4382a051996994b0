"""The audit log as a CSV file that somebody opens in a spreadsheet. Decides nothing about who may read it."""

import csv
import io
import json
from collections.abc import Iterator
from datetime import datetime

from leadwright.db.engine import Database
from leadwright.db.pages import audit_log
from leadwright.db.pages.audit_log import Wanted
from leadwright.domain.csv_cells import safe_cell

_VALUES = ("number", "at", "actorname", "actorkind", "actorid", "action", "recordtype", "recordid", "before", "after")
COLUMNS = (*_VALUES, "cause", "hash")


def csv_lines(database: Database, wanted: Wanted) -> Iterator[str]:
    """The file, a line at a time."""
    yield _line(list(COLUMNS))
    with database.reading() as session:
        for entry in audit_log.entries(session, wanted):
            yield _line([_text(getattr(entry, name)) for name in COLUMNS])


def _text(value: object) -> str:
    if isinstance(value, dict):
        return json.dumps(value, ensure_ascii=False) if value else ""
    return value.isoformat() if isinstance(value, datetime) else "" if value is None else str(value)


def _line(cells: list[str]) -> str:
    held = io.StringIO()
    csv.writer(held).writerow([safe_cell(cell) for cell in cells])
    return held.getvalue()
