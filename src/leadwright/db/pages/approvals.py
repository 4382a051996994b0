"""Mails that wait for approval, with their exact bytes."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from leadwright.db.mail import Outbox
from leadwright.db.oversight import Approval
from leadwright.db.sales import Email, Lead
from leadwright.domain.approval import State
from leadwright.domain.mail_phase import Phase

PAGE = 25
_WAITS = (Approval.state == State.WAITING, Outbox.phase == Phase.QUEUED)


def waiting(session: Session, *, after: str = "") -> Sequence[Any]:
    """One more than a page of mails, oldest first: kind, times, hash, recipient, words, bytes, lead.

    Args:
        after: outboxid of the last one of the page before.
    """
    query = _rows().where(*_WAITS, Approval.outboxid > after)
    return session.execute(query.order_by(Approval.outboxid).limit(PAGE + 1)).all()


def one(session: Session, outboxid: str) -> Any:
    """One of them; None when it waits no more."""
    return session.execute(_rows().where(*_WAITS, Approval.outboxid == outboxid)).first()


def how_many(session: Session) -> int:
    """How many wait."""
    query = select(func.count()).select_from(Approval).join(Outbox, Outbox.outboxid == Approval.outboxid)
    return session.scalar(query.where(*_WAITS)) or 0


def _rows() -> Any:
    columns = (Approval.outboxid, Approval.kind, Approval.requestedon, Outbox.recipient, Outbox.raw, Outbox.leadid)
    return (
        select(*columns, Outbox.emailid, Email.subject, Email.description, Email.inreplyto, Lead.fullname)
        .add_columns(Lead.companyname, Lead.lw_band)
        .join(Outbox, Outbox.outboxid == Approval.outboxid)
        .outerjoin(Email, Email.activityid == Outbox.emailid)
        .outerjoin(Lead, Lead.leadid == Outbox.leadid)
    )
