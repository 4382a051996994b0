"""A mail came back though its recipient has written from that address since: such a bounce closes nothing."""

from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from leadwright.db.engagement import Engagement
from leadwright.db.mail import InboundMessage, Outbox
from leadwright.db.sales import Email, Lead
from leadwright.domain.replies import Decision, Move, ReplyClass
from leadwright.mail.matching import Match
from leadwright.mail.reading import Reading
from leadwright.services import Services
from leadwright.workflows.incoming import (
    Incoming,
    close,
    judgement_of,
    keep_incoming,
    supervisor_of,
    take_up,
    tell_owner,
)

_MACHINES = (ReplyClass.BOUNCE, ReplyClass.AUTO_REPLY, ReplyClass.OUT_OF_OFFICE, ReplyClass.LEFT)
_WHY = "The lead has written from this address since; it is not closed. Ask by phone if your next mail comes back, too."


def is_overtaken(session: Session, found: Match, ours: Outbox) -> bool:
    """Has the conversation ended, and did a person write from there after our mail had left?"""
    left: datetime | None = ours.spenton or ours.concludedon
    open_ = select(Engagement.runid).where(Engagement.leadid == found.leadid, Engagement.endedon.is_(None))
    if left is None or session.scalar(open_.limit(1)) is not None:
        return False
    heard = (
        select(InboundMessage.inboundmessageid)
        .join(Email, Email.activityid == InboundMessage.emailid)
        .where(Email.regardingobjectid == found.leadid, func.lower(Email.sender) == ours.recipient.lower())
        .where(InboundMessage.kind.not_in(_MACHINES), Email.senton > left)
    )
    return session.scalar(heard.limit(1)) is not None


def keep_overtaken(services: Services, work: Incoming, mail: Reading, found: Match, ours: Outbox, said: str) -> None:
    """It is kept with the lead, our mail counts as come back, and whoever has the lead is told. Safe to repeat."""
    with services.database.transaction() as session:
        row = take_up(session, work)
        if row is None:
            return
        close(row, "done", ReplyClass.BOUNCE, _WHY, leadid=found.leadid)
        sent = session.get_one(Outbox, ours.outboxid)
        sent.bouncedon = sent.bouncedon or services.clock()
        if lead := session.get(Lead, found.leadid):
            shown = judgement_of(Decision(Move.STORE, (_WHY,)), ReplyClass.BOUNCE, said=said)
            keep_incoming(session, row, mail, lead, runid=found.runid, judgement=shown)
            body = " ".join(part for part in (_WHY, said) if part)
            tell_owner(
                session, lead, supervisor_of(session, found.runid), f"late_bounce:{ours.outboxid}",
                "A mail came back that was answered", body,
            )  # fmt: skip
