"""What an answer shows of rows comes in as by any other way, beside what is written out. Called after the endings."""

from collections.abc import Iterable
from datetime import datetime
from itertools import groupby

from sqlalchemy.orm import Session

from leadwright.db.columns import own_columns
from leadwright.db.mirror_writes import arriving, move_version, pending_fields
from leadwright.mirror.errands import Arrived
from leadwright.mirror.reading import ETAG, read
from leadwright.mirror.removing import remove
from leadwright.mirror.storing import store
from leadwright.mirror.tables import TABLES
from leadwright.mirror.telling import tell

_ORDER = list(TABLES)


def take_in(session: Session, rows: Iterable[Arrived], moment: datetime) -> None:
    """Store rows as they are over there; those that are gone are taken away. Columns still to be sent stay ours."""
    ordered = sorted(rows, key=lambda row: (_ORDER.index(row.table), row.recordid))
    with arriving(session):
        for name, together in groupby(ordered, key=lambda row: row.table):
            _take_in(session, name, list(together), moment)


def _take_in(session: Session, name: str, rows: list[Arrived], moment: datetime) -> None:
    table = TABLES[name]
    raw = [row.raw for row in rows if row.raw is not None]
    if raw:
        known = {column.name: column for column in own_columns(session, name)} if table.own else {}
        own = {column: known[column] for column in known if column in raw[0]}
        found = read(table, raw, own)
        tell(session, table, store(session, table, found, moment, pending=pending_fields, again=True), loading=False)
    for row in rows:
        if row.raw is not None and row.was is not None:
            move_version(session, name, row.recordid, row.was, str(row.raw[ETAG]))
    if gone := [row.recordid for row in rows if row.raw is None]:
        remove(session, table, gone)
