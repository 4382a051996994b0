"""A mail of the agent that must be approved first: asked for in the claim, where every other rule is asked as well."""

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from leadwright.db.agent import LeadRun
from leadwright.db.engagement import Engagement
from leadwright.db.mail import Outbox
from leadwright.db.oversight import Approval, Oversight
from leadwright.db.sales import Email
from leadwright.domain.approval import Kind, Policy, State, content_hash, holds, kind_of
from leadwright.domain.mail_phase import ONCE_DONE, Phase
from leadwright.domain.optionsets import NotificationIcon
from leadwright.mail.claim import Check, Refusal, Waiting
from leadwright.services import Services
from leadwright.workflows.case import configuration_of, notify

_ASK_AGAIN = timedelta(hours=1)  # an approval makes the mail due at once
WAITS = f"Waits for a person's approval. A supervisor reads it on the page Approvals. {ONCE_DONE}"


def policy_of(session: Session, agentid: str) -> Policy:
    """What of this agent waits for a person; nothing where nobody chose."""
    row = session.get(Oversight, agentid, populate_existing=True)
    return Policy(row.firstmails, row.followups, row.answers, row.hours) if row else Policy()


def approved_in_claim(services: Services) -> Check:
    """The check of the claim. What nobody approved waits, and an approval of other bytes counts no more."""

    def check(session: Session, waiting: Waiting, moment: datetime) -> Refusal | None:
        if waiting.agentid is None or waiting.emailid is None:
            return None
        policy = policy_of(session, waiting.agentid)
        if not any(policy.asks_for(kind) for kind in Kind):
            return None
        run = session.execute(
            select(LeadRun, Engagement.sent)
            .join(Engagement, Engagement.runid == LeadRun.runid)
            .join(Email, Email.lw_threadid == LeadRun.runid)
            .where(Email.activityid == waiting.emailid)
        ).first()
        if run is None or not policy.asks_for(kind := kind_of(waiting.purpose, run.sent)):
            return None
        refusal, new = _asked(session, waiting, kind, moment)
        if new:
            supervisor = configuration_of(services, session, run.LeadRun).assignment.supervisor
            _tell(session, run.LeadRun.agentid, supervisor, moment)
        return refusal

    return check


def _asked(session: Session, waiting: Waiting, kind: Kind, moment: datetime) -> tuple[Refusal | None, bool]:
    """What the approval says, and whether it was asked for just now."""
    raw = session.scalar(select(Outbox.raw).where(Outbox.outboxid == waiting.outboxid)) or b""
    found = content_hash(raw, waiting.recipient)
    row = session.get(Approval, waiting.outboxid, with_for_update=True, populate_existing=True)
    new = row is None
    if row is None:
        row = Approval(outboxid=waiting.outboxid, kind=str(kind), contenthash=found, requestedon=moment)
        session.add(row)
    elif holds(row.state, row.contenthash, found, row.expireson, moment):
        return None, False
    elif row.state == State.REJECTED:
        return Refusal(Phase.CANCELLED, f"A person rejected it. {row.feedback}".strip()), False
    elif row.state == State.APPROVED:
        row.state, row.decidedby, row.decidedon, row.expireson = str(State.WAITING), None, None, None
        row.requestedon, new = moment, True
    row.contenthash = found
    session.flush()
    return Refusal(Phase.QUEUED, WAITS, moment + _ASK_AGAIN), new


def _tell(session: Session, agentid: str, supervisor: str | None, moment: datetime) -> None:
    """The supervisor, once a day."""
    body = "Mails of the agent wait for you. Read, change, approve or reject them; until then they do not leave."
    key = f"approvals:{agentid}:{moment:%Y-%m-%d}"
    notify(session, supervisor, key, "Mails wait for approval", body, icon=NotificationIcon.WARNING, link="/approvals")
