"""Opt-outs in a file: out of one database of ours and into another, such as one that was restored from a backup."""

import csv
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import chain
from typing import IO

from sqlalchemy import select

from leadwright.db import audit
from leadwright.db.engine import Database
from leadwright.db.mail import Suppression
from leadwright.domain.csv_cells import plain_cell
from leadwright.domain.suppression import Reason
from leadwright.errors import BadInput
from leadwright.identity.access import Principal, require
from leadwright.mail.suppression import suppress_again
from leadwright.services import Services
from leadwright.workflows.opt_outs import spare_leads_of

HEADINGS = ("hash", "kind", "scope", "reason", "source", "at")
_HASH = re.compile(r"[0-9a-f]{64}")
_KINDS = ("address", "domain")
_ROWS = 1_000  # read at a time
_AT_ONCE = 200  # kept in one transaction


@dataclass(frozen=True, slots=True)
class Carried:
    """One opt-out of the file, checked."""

    hash: str
    kind: str
    scope: str
    reason: Reason
    source: str
    at: datetime


def export_rows(database: Database) -> Iterator[tuple[str, ...]]:
    """Every opt-out; hashes, no addresses. Changes nothing, whatever the version of the schema.

    In no order: sorted, one damaged page would keep all of them back.
    """
    columns = (Suppression.hash, Suppression.kind, Suppression.scope, Suppression.reason, Suppression.source)
    with database.reading() as session:
        for row in session.execute(select(*columns, Suppression.at).execution_options(yield_per=_ROWS)):
            yield (*row[:-1], row.at.isoformat())


def read_rows(file: IO[str]) -> list[Carried]:
    """The opt-outs of a file that was exported: all of them, or none. Excel may have put semicolons between.

    Raises:
        BadInput: it is no such file; names the line.
    """
    head = file.readline()
    reader = csv.reader(chain([head], file), delimiter=";" if head.startswith(";".join(HEADINGS)) else ",")
    if tuple(next(reader, ())) != HEADINGS:
        raise BadInput(f"This is no file of opt-outs: its first line must be {','.join(HEADINGS)}.")
    rows = [_checked(row, reader.line_num) for row in reader if row]
    if not rows:
        raise BadInput("There is no opt-out in this file. Take another, or export it again.")
    return rows


def import_rows(services: Services, who: Principal, rows: Iterable[Carried]) -> int:
    """Keep what is not known here yet. Nobody of them is written to from then on. How many were new.

    A few at a time, as PostgreSQL has room for some thousand locks only; begun again after an interruption, it goes on.

    Raises:
        NotAllowed: prvWriteActivity is missing.
    """
    require(who, "prvWriteActivity")
    moment, count = services.clock(), 0
    ordered = sorted(rows, key=lambda row: (row.hash, row.scope))  # locks are taken in one order
    for some in (ordered[at : at + _AT_ONCE] for at in range(0, len(ordered), _AT_ONCE)):
        with services.database.transaction() as session:
            new = 0
            for row in some:
                new += suppress_again(session, row.hash, row.kind, row.scope, row.reason, row.source, row.at, moment)
                if row.kind == "address":
                    spare_leads_of(session, row.hash, moment)
            after = {"rows": len(some), "new": new}
            audit.record(session, who.actor, "suppression.imported", "suppression", "", after=after)
        count += new
    return count


def _checked(row: list[str], line: int) -> Carried:
    try:
        found, kind, scope, reason, source, at = row
        moment = datetime.fromisoformat(at)
        if not _HASH.fullmatch(found) or kind not in _KINDS or len(scope) > 40 or moment.tzinfo is None:
            raise ValueError
        return Carried(found, kind, scope, Reason(reason), plain_cell(source)[:300], moment.astimezone(UTC))
    except (ValueError, OverflowError):
        raise BadInput(
            f"Line {line} is no opt-out as it was exported. Export the file again; nothing was kept."
        ) from None
