"""What waits for a person on the home page: the leads they were given, and how much waits for a supervisor."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from leadwright.db.agent import LeadRun
from leadwright.db.engagement import Engagement
from leadwright.db.mail import OUT_OF_THE_WAY, InboundMessage, Outbox
from leadwright.db.pages import approvals
from leadwright.db.sales import Email, Lead
from leadwright.domain.engagement import State
from leadwright.domain.mail_phase import Phase
from leadwright.domain.optionsets import EmailStatus, LeadState
from leadwright.domain.personal_mail import PURPOSE
from leadwright.domain.stage import Stage

MOST = 200
_COUNTED = 100


@dataclass(frozen=True, slots=True)
class Waiting:
    """How much waits for a supervisor; each stops counting at a hundred."""

    approvals: int
    held: int
    conversations: int
    unmatched: int
    quarantined: int
    unread: int
    blocked: int
    failed: int


def given_leads(session: Session, owners: Sequence[str]) -> Sequence[Any]:
    """Open leads that the agent handed over to these owners, the newest two hundred.

    Returns:
        rows of leadid, fullname, companyname, jobtitle, rating, outcome, handed_at, heard_at, written_at, drafts.
    """
    newest = select(func.max(LeadRun.number)).where(LeadRun.leadid == Lead.leadid).correlate(Lead).scalar_subquery()
    mails = select(func.max(Email.senton)).where(Email.regardingobjectid == Lead.leadid).correlate(Lead)
    sent_by_hand = select(Outbox.emailid).where(Outbox.leadid == Lead.leadid, Outbox.purpose == PURPOSE)
    written = mails.where(Email.activityid.in_(sent_by_hand.where(Outbox.phase == Phase.SENT).correlate(Lead)))
    drafts = (
        select(func.count())
        .select_from(Email)
        .where(Email.regardingobjectid == Lead.leadid, Email.statuscode == int(EmailStatus.DRAFT))
        .correlate(Lead)
    )
    query = (
        select(
            Lead.leadid,
            Lead.fullname,
            Lead.companyname,
            Lead.jobtitle,
            Lead.leadqualitycode.label("rating"),
            LeadRun.outcome,
            func.coalesce(LeadRun.concludedon, LeadRun.queuedon).label("handed_at"),
            mails.where(~Email.directioncode).scalar_subquery().label("heard_at"),
            written.scalar_subquery().label("written_at"),
            drafts.scalar_subquery().label("drafts"),
        )
        .join(LeadRun, (LeadRun.leadid == Lead.leadid) & (LeadRun.number == newest))
        .where(Lead.ownerid.in_(owners), Lead.lw_stage == Stage.HANDED_OVER, Lead.statecode == int(LeadState.OPEN))
        .order_by(Lead.createdon.desc(), Lead.leadid.desc())
        .limit(MOST)
    )
    return session.execute(query).all()


def waiting(session: Session) -> Waiting:
    """Of everybody."""

    def count(column: Any, *conditions: Any) -> int:
        some = select(column).where(*conditions).limit(_COUNTED).subquery()
        return session.scalar(select(func.count()).select_from(some)) or 0

    state = InboundMessage.state
    return Waiting(
        approvals=approvals.how_many(session),
        held=count(Outbox.outboxid, OUT_OF_THE_WAY, Outbox.phase == Phase.HELD),
        conversations=count(Engagement.runid, Engagement.state == State.PERSON),
        unmatched=count(InboundMessage.inboundmessageid, state == "unmatched"),
        quarantined=count(InboundMessage.inboundmessageid, state == "quarantined"),
        unread=count(InboundMessage.inboundmessageid, state == "new"),
        blocked=count(LeadRun.runid, LeadRun.stage == Stage.BLOCKED),
        failed=count(LeadRun.runid, LeadRun.stage == Stage.FAILED),
    )
