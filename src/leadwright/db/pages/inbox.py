"""The inbox on pages: mails nobody could match or read, newest first by key. Beginnings only; never whole mails."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import func, select, tuple_
from sqlalchemy.orm import Session

from leadwright.db.mail import InboundMessage, Mailbox

PAGE = 50
MOST_COUNTED = 100
STATES = ("unmatched", "quarantined", "new")
DECIDED = STATES[:2]  # a person says what follows; new ones the agent reads as soon as it works
_WAITS = (InboundMessage.state != "new") | InboundMessage.vouchedby.is_(None)  # a linked one was decided about
_HEAD = 8_192  # bytes of a mail that are looked at in a list


def waiting(session: Session, state: str, *, after: tuple[datetime, str] | None = None) -> Sequence[Any]:
    """One more than a page of mails in that state, newest first: id, state, reason, time, size, beginning, mailbox."""
    query = _rows().where(InboundMessage.state == state)
    if after is not None:
        query = query.where(tuple_(InboundMessage.fetchedon, InboundMessage.inboundmessageid) < tuple_(*after))
    query = query.order_by(InboundMessage.fetchedon.desc(), InboundMessage.inboundmessageid.desc()).limit(PAGE + 1)
    return session.execute(query).all()


def one(session: Session, inboundid: str) -> Any:
    """A mail that waits; None when there is none, or it was decided about."""
    query = _rows().where(InboundMessage.inboundmessageid == inboundid, InboundMessage.state.in_(STATES))
    return session.execute(query).first()


def counts(session: Session) -> dict[str, int]:
    """How many wait in each state, counted to `MOST_COUNTED`."""
    found = {}
    for state in STATES:
        first = select(InboundMessage.inboundmessageid).where(InboundMessage.state == state, _WAITS).limit(MOST_COUNTED)
        found[state] = session.scalar(select(func.count()).select_from(first.subquery())) or 0
    return found


def source(session: Session, inboundid: str) -> bytes | None:
    """The mail as it is kept; None when there is none that waits."""
    query = select(InboundMessage.raw).where(
        InboundMessage.inboundmessageid == inboundid, InboundMessage.state.in_(STATES), _WAITS
    )
    return session.scalar(query)


def _rows() -> Any:
    return (
        select(
            InboundMessage.inboundmessageid,
            InboundMessage.state,
            InboundMessage.reason,
            InboundMessage.fetchedon,
            func.length(InboundMessage.raw).label("size"),
            func.substr(InboundMessage.raw, 1, _HEAD).label("head"),
            Mailbox.emailaddress,
        )
        .join(Mailbox, Mailbox.mailboxid == InboundMessage.mailboxid)
        .where(_WAITS)
    )
