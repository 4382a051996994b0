"""The audit log as it is read: newest first, by key. Never writes; the chain itself is `db.audit`."""

from collections.abc import Sequence

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from leadwright.db.audit import AuditEntry

PAGE = 100


def newest(session: Session, *, record: str = "", action: str = "", before: int | None = None) -> Sequence[AuditEntry]:
    """Up to `PAGE` + 1 entries: one more than a page shows there are older ones.

    Args:
        record: only entries about this record's id.
        action: only entries of this action, such as ``lead.handed_over``.
        before: only entries with a smaller number.
    """
    query = select(AuditEntry).order_by(AuditEntry.number.desc()).limit(PAGE + 1)
    if record:
        query = query.where(AuditEntry.recordid == record)
    if action:
        query = query.where(AuditEntry.action == action)
    if before is not None:
        query = query.where(AuditEntry.number < before)
    return session.scalars(query).all()


def length(session: Session) -> int:
    """Number of the newest entry; 0 when there is none."""
    return session.scalar(select(func.max(AuditEntry.number))) or 0
