"""Whose a mailbox record is now: an agent's, a person's own, or a former one of an agent, which is still read."""

from collections.abc import Sequence

from sqlalchemy import exists, func, select
from sqlalchemy.orm import Session

from leadwright.db.agent import Agent
from leadwright.db.engagement import Engagement
from leadwright.db.mail import Mailbox, Outbox
from leadwright.db.people import SystemUser
from leadwright.domain.mail_phase import IN_FLIGHT, Phase
from leadwright.domain.optionsets import DeliveryMethod

IN_USE = exists().where(Agent.agentuserid == Mailbox.regardingobjectid)
OWN = exists().where(SystemUser.systemuserid == Mailbox.regardingobjectid, SystemUser.applicationid.is_(None))
WROTE = exists().where(Outbox.mailboxid == Mailbox.mailboxid)
NOBODYS = ~IN_USE & ~OWN
FORMER = NOBODYS & WROTE
"""Another one took its place. Answers to what left from it still come in there."""
READ = ~OWN & (Mailbox.incomingemaildeliverymethod != DeliveryMethod.NONE)

_MAY_HAVE_LEFT = (*IN_FLIGHT, Phase.UNKNOWN, Phase.SENT, Phase.HELD)


def wrote_to_them(
    session: Session, besides: str, leadid: str | None, recipienthash: str | None = None
) -> Sequence[Mailbox]:
    """Other mailboxes that are read and from which a lead, or an address, was written to: answers may lie in them.

    Args:
        besides: a mailboxid left out.
    """
    others = session.scalars(select(Mailbox).where(Mailbox.mailboxid != besides, READ, WROTE)).all()
    if not others:
        return ()
    lead, address = Outbox.leadid == leadid, Outbox.recipienthash == recipienthash
    theirs = [which for which, known in ((lead, leadid), (address, recipienthash)) if known]
    query = select(Outbox.mailboxid).where(Outbox.phase.in_(_MAY_HAVE_LEFT)).distinct()
    wrote = {found for which in theirs for found in session.scalars(query.where(which))}
    return [other for other in others if other.mailboxid in wrote]


def open_talks(session: Session, mailboxid: str) -> int:
    """How many open conversations have a mail that left from there."""
    wrote = exists().where(Outbox.leadid == Engagement.leadid, Outbox.mailboxid == mailboxid,
                           Outbox.phase.in_(_MAY_HAVE_LEFT))  # fmt: skip
    return session.scalar(select(func.count()).where(Engagement.endedon.is_(None), wrote)) or 0
