"""The audit log as it is read: searched, newest first, by key. Never writes; the chain itself is `db.audit`."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, String, cast, func, or_, select
from sqlalchemy.orm import Session

from leadwright.db.audit import AuditEntry

PAGE = 100
_BLOCK = 1_000
KINDS = ("person", "agent", "application", "system")


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which entries; what is empty does not count.

    Args:
        text: anywhere in action, record, person, cause or values.
        who: id of a person, or part of a name.
        kind: of the actor, one of `KINDS`.
        record: id of the record.
        recordtype: such as ``lead``.
        action: such as ``lead.handed_over``.
        since: from this moment on.
        until: before this moment.
    """

    text: str = ""
    who: str = ""
    kind: str = ""
    record: str = ""
    recordtype: str = ""
    action: str = ""
    since: datetime | None = None
    until: datetime | None = None


def newest(session: Session, wanted: Wanted, *, before: int | None = None) -> Sequence[AuditEntry]:
    """Up to `PAGE` + 1 entries: one more than a page shows there are older ones.

    Args:
        before: only entries with a smaller number.
    """
    query = _query(wanted).order_by(AuditEntry.number.desc()).limit(PAGE + 1)
    if before is not None:
        query = query.where(AuditEntry.number < before)
    return session.scalars(query).all()


def entries(session: Session, wanted: Wanted) -> Iterator[AuditEntry]:
    """All of them, oldest first, read a block at a time."""
    query, after = _query(wanted).order_by(AuditEntry.number).limit(_BLOCK), 0
    while block := session.scalars(query.where(AuditEntry.number > after)).all():
        yield from block
        after = block[-1].number
        session.expunge_all()


def entry(session: Session, number: int) -> AuditEntry | None:
    """One of them."""
    return session.get(AuditEntry, number)


def record_types(session: Session) -> Sequence[str]:
    """Kinds of record there are entries about, by name."""
    return session.scalars(select(AuditEntry.recordtype).distinct().order_by(AuditEntry.recordtype)).all()


def length(session: Session) -> int:
    """Number of the newest entry; 0 when there is none."""
    return session.scalar(select(func.max(AuditEntry.number))) or 0


def _query(wanted: Wanted) -> Select[Any]:
    query = select(AuditEntry)
    for column, value in (
        (AuditEntry.recordid, wanted.record),
        (AuditEntry.recordtype, wanted.recordtype),
        (AuditEntry.action, wanted.action),
        (AuditEntry.actorkind, wanted.kind),
    ):
        if value:
            query = query.where(column == value)
    if wanted.who:
        named = AuditEntry.actorname.icontains(wanted.who, autoescape=True)
        query = query.where(or_(AuditEntry.actorid == wanted.who, named))
    if wanted.since is not None:
        query = query.where(AuditEntry.at >= wanted.since)
    if wanted.until is not None:
        query = query.where(AuditEntry.at < wanted.until)
    return query.where(_holding(wanted.text)) if wanted.text else query


def _holding(text: str) -> ColumnElement[bool]:
    """Values are kept as JSON, where letters may be written as escapes."""
    plain = (AuditEntry.action, AuditEntry.recordtype, AuditEntry.recordid, AuditEntry.actorname, AuditEntry.cause)
    values = (cast(AuditEntry.before, String), cast(AuditEntry.after, String))
    spellings = {json.dumps(text)[1:-1], json.dumps(text, ensure_ascii=False)[1:-1]}
    return or_(
        *(column.icontains(text, autoescape=True) for column in plain),
        *(column.icontains(each, autoescape=True) for column in values for each in spellings),
    )
