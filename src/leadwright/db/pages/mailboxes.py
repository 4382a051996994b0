"""Mailboxes and the outbox on pages: records without their secrets, what waits, what a person has to decide."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import func, select, tuple_
from sqlalchemy.orm import Session

from leadwright.db.agent import Prerequisite
from leadwright.db.mail import OUT_OF_THE_WAY, InboundMessage, Mailbox, MailboxMember, Outbox
from leadwright.db.people import SystemUser
from leadwright.db.sales import Email, Lead
from leadwright.domain.mail_phase import Phase

PAGE = 100
WAITING = (Phase.QUEUED, Phase.SENDING, Phase.COMMITTING, Phase.UNKNOWN)
_OPEN = ("new", "unmatched", "quarantined")
_HEAD, _NEWEST = 32_768, 20  # bytes of a mail, mails
_SECRET = frozenset({"lw_sealedsecret", "lw_sealedclientsecret", "lw_sealeddkimkey"})
_COLUMNS = tuple(c for c in Mailbox.__table__.columns if c.name not in _SECRET)


def mailbox_record(session: Session, mailboxid: str | None) -> Any | None:
    """A mailbox record without its secrets; None when there is none."""
    return session.execute(select(*_COLUMNS).where(Mailbox.mailboxid == mailboxid)).first() if mailboxid else None


def mailboxid_of(session: Session, agentid: str) -> str | None:
    """The mailbox that was set up for an agent: the record of prerequisite 4, else that of 3."""
    rows = select(Prerequisite.inputs).where(Prerequisite.agentid == agentid, Prerequisite.number.in_((3, 4)))
    chosen = (inputs.get("mailboxid") for inputs in session.scalars(rows.order_by(Prerequisite.number.desc())))
    return next((str(found) for found in chosen if found), None)


def newest_heads(session: Session, mailboxid: str) -> list[bytes]:
    """The first bytes of the newest mails that came in, headers as they were received."""
    heads = select(func.substr(InboundMessage.raw, 1, _HEAD)).where(InboundMessage.mailboxid == mailboxid)
    newest = heads.order_by(InboundMessage.fetchedon.desc()).limit(_NEWEST)
    return [bytes(head) for head in session.scalars(newest)]


def members_of(session: Session, mailboxid: str | None) -> frozenset[str]:
    """Who may use a shared mailbox: systemuserids."""
    return frozenset(session.scalars(select(MailboxMember.systemuserid).where(MailboxMember.mailboxid == mailboxid)))


def application_users(session: Session) -> Sequence[Any]:
    """Application users by name: systemuserid, fullname."""
    query = select(SystemUser.systemuserid, SystemUser.fullname).where(SystemUser.applicationid.is_not(None))
    return session.execute(query.order_by(SystemUser.fullname)).all()


def held_mails(session: Session, after: tuple[datetime, str] | None = None) -> Sequence[Any]:
    """Mails that wait for a person, in the order in which they were written: with reason, lead, subject and bytes."""
    query = _mails().add_columns(Outbox.raw).where(OUT_OF_THE_WAY, Outbox.phase == Phase.HELD)
    return _page(session, query, Outbox.createdon, after)


def waiting_mails(session: Session, after: tuple[datetime, str] | None = None) -> Sequence[Any]:
    """Mails that are still to go out, in the order in which they are due."""
    return _page(session, _mails().where(Outbox.phase.in_(WAITING)), Outbox.dueat, after)


def mailboxes(session: Session) -> Sequence[Any]:
    """Every mailbox record by address, without its secrets."""
    return session.execute(select(*_COLUMNS).order_by(Mailbox.emailaddress)).all()


def phases(session: Session) -> dict[str, dict[str, int]]:
    """mailboxid -> phase -> number of mails of its outbox."""
    found: dict[str, dict[str, int]] = {}
    counted = select(Outbox.mailboxid, Outbox.phase, func.count()).group_by(Outbox.mailboxid, Outbox.phase)
    for mailboxid, phase, count in session.execute(counted):
        found.setdefault(mailboxid, {})[phase] = count
    return found


def next_due(session: Session) -> dict[str, datetime]:
    """mailboxid -> when the first mail that waits in it is due."""
    due = select(Outbox.mailboxid, func.min(Outbox.dueat)).where(Outbox.phase == Phase.QUEUED)
    return {row[0]: row[1] for row in session.execute(due.group_by(Outbox.mailboxid))}


def incoming(session: Session) -> dict[str, dict[str, int]]:
    """mailboxid -> state -> number of messages that came in and are new, unmatched or quarantined."""
    found: dict[str, dict[str, int]] = {}
    message = InboundMessage
    counted = select(message.mailboxid, message.state, func.count()).where(message.state.in_(_OPEN))
    for mailboxid, state, count in session.execute(counted.group_by(message.mailboxid, message.state)):
        found.setdefault(mailboxid, {})[state] = count
    return found


def _page(session: Session, query: Any, column: Any, after: tuple[datetime, str] | None) -> Sequence[Any]:
    """One more than a page of mails, the first of them behind the one with that key."""
    if after is not None:
        query = query.where(tuple_(column, Outbox.outboxid) > tuple_(*after))
    return session.execute(query.order_by(column, Outbox.outboxid).limit(PAGE + 1)).all()


def _mails() -> Any:
    columns = (
        Outbox.outboxid, Outbox.messageid, Outbox.recipient, Outbox.phase, Outbox.reason, Outbox.dueat,
        Outbox.createdon, Outbox.claimedon, Outbox.concludedon, Outbox.attempts, Outbox.leadid,
    )  # fmt: skip
    return (
        select(*columns, Lead.fullname, Email.subject, Mailbox.emailaddress)
        .join(Mailbox, Mailbox.mailboxid == Outbox.mailboxid)
        .outerjoin(Lead, Lead.leadid == Outbox.leadid)
        .outerjoin(Email, Email.activityid == Outbox.emailid)
    )
