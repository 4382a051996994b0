"""What rows of the outside CRM were like when last seen: etag and values. Who writes to them asks here."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import ColumnElement, delete, exists, select, update
from sqlalchemy.orm import Session

from leadwright.db.bulk import one_of
from leadwright.db.mirror import MirrorRow

NO_VERSION = 'W/"0"'  # as ETag: the row is to be read anew, and none over there has it


@dataclass(frozen=True, slots=True)
class Seen:
    """A row over there: its etag, and our column -> value; lookups are ids, empty columns are left out."""

    etag: str
    values: Mapping[str, Any] = field(default_factory=dict)


def last_seen(session: Session, table: str, recordid: str) -> Seen | None:
    """The row as last seen over there; None when it is not mirrored."""
    return last_seen_of(session, table, [recordid]).get(recordid)


def last_seen_of(session: Session, table: str, recordids: Iterable[str]) -> dict[str, Seen]:
    """The same for many rows of one table."""
    wanted = one_of(session, MirrorRow.recordid, list(recordids))
    query = select(MirrorRow.recordid, MirrorRow.etag, MirrorRow.seen).where(MirrorRow.tablename == table, wanted)
    return {row.recordid: Seen(row.etag, flat(row.seen)) for row in session.execute(query)}


def is_seen(table: str, recordid: Any) -> ColumnElement[bool]:
    """In a query over that table: is the row of this column mirrored?"""
    return exists().where(MirrorRow.tablename == table, MirrorRow.recordid == recordid)


def is_hidden(table: str, recordid: Any) -> ColumnElement[bool]:
    """In a query: is the row there, and not shown to us any more? What is known of it here may be long over."""
    return exists().where(MirrorRow.tablename == table, MirrorRow.recordid == recordid, MirrorRow.hidden.is_(True))


def forget(session: Session, table: str, recordid: str) -> None:
    """The row is not there any more."""
    session.execute(delete(MirrorRow).where(MirrorRow.tablename == table, MirrorRow.recordid == recordid))


def see_anew(session: Session, table: str, recordid: str) -> None:
    """The next comparison reads the row, and it becomes here what it is over there."""
    this = (MirrorRow.tablename == table) & (MirrorRow.recordid == recordid)
    session.execute(update(MirrorRow).where(this).values(etag=NO_VERSION))


def flat(text: str) -> dict[str, Any]:
    """What was seen of a row, the organisation's own columns among the others."""
    values: dict[str, Any] = json.loads(text or "{}")
    return {**values, **values.pop("custom", {})}
