"""What an answer shows of a row comes in as by any other way, beside what is written out. Called after the ending."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy.orm import Session

from leadwright.db.columns import own_columns
from leadwright.db.mirror_writes import arriving, pending_fields
from leadwright.mirror.errands import Arrived
from leadwright.mirror.reading import read
from leadwright.mirror.removing import remove
from leadwright.mirror.storing import store
from leadwright.mirror.tables import TABLES
from leadwright.mirror.telling import tell


def take_in(session: Session, rows: Iterable[Arrived], moment: datetime) -> None:
    """Store rows as they are over there; those that are gone are taken away. Columns still to be sent stay ours."""
    with arriving(session):
        for row in rows:
            table = TABLES[row.table]
            if row.raw is None:
                remove(session, table, [row.recordid])
                continue
            own = {column.name: column for column in own_columns(session, row.table)} if table.own else {}
            own = {name: column for name, column in own.items() if name in row.raw}
            stored = store(session, table, read(table, [row.raw], own), moment, pending=pending_fields, again=True)
            tell(session, table, stored, loading=False)
