"""The rows of a conversation that a person decides about: locked, checked, audited. Decides nothing."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from leadwright.db import audit
from leadwright.db.agent import LeadRun
from leadwright.db.engagement import Engagement
from leadwright.db.findings import read_statements
from leadwright.db.mail import Mailbox, Outbox
from leadwright.db.mirror_seen import last_seen
from leadwright.db.pages.thread import open_run, waits_for_a_look
from leadwright.db.sales import AppNotification, Email, Lead
from leadwright.domain.engagement import LABELS, Outcome, State, Step
from leadwright.domain.mail_phase import Phase
from leadwright.domain.optionsets import EmailStatus
from leadwright.domain.stage import OPEN_STAGES
from leadwright.errors import Conflict, NotFound
from leadwright.identity.access import Principal, readable, require
from leadwright.services import Services
from leadwright.workflows import engagements
from leadwright.workflows.engagements import Conversation, Held, lock_any
from leadwright.workflows.letters import Written, keep, mail_of_step
from leadwright.workflows.reach_out import asked_for_a_mail


def visible(session: Session, who: Principal, leadid: str, needs: Sequence[str]) -> Lead:
    """The lead, when the person may see it and holds what the decision needs.

    Raises:
        NotAllowed: names the privilege.
        NotFound: no such lead, or none they may see.
    """
    for privilege in needs:
        require(who, privilege)
    lead = session.scalar(select(Lead).where(Lead.leadid == leadid, readable(who, Lead, "prvReadLead")))
    if lead is None:
        raise NotFound("There is no such lead, or you may not see it.")
    for privilege in needs:
        if privilege in ("prvReadLead", "prvWriteLead", "prvAssignLead"):
            require(who, privilege, lead)
    return lead


def locked(session: Session, who: Principal, leadid: str, needs: Sequence[str], moment: datetime) -> Held:
    """The rows of the lead's open conversation, locked.

    Raises:
        NotFound, NotAllowed: as `visible`.
        Conflict: there is no open conversation; the sentence says how it ended.
    """
    visible(session, who, leadid, needs)
    runid = open_run(session, leadid)
    rows = lock_any(session, runid, moment) if runid else None
    if rows is None:
        outcome = session.scalar(
            select(LeadRun.outcome).where(LeadRun.leadid == leadid).order_by(LeadRun.number.desc()).limit(1)
        )
        how = f" It ended: {LABELS[Outcome(outcome)]}." if outcome else ""
        raise Conflict(f"There is no open conversation with this lead.{how} Load the page again.")
    return rows


def given_lead(session: Session, who: Principal, leadid: str, outcome: Outcome) -> str | None:
    """The owner after the conversation ended by this very decision; None: it has not, and may be decided about."""
    lead = session.scalar(select(Lead).where(Lead.leadid == leadid, readable(who, Lead, "prvReadLead")))
    if lead is None:
        return None
    query = select(LeadRun.outcome, LeadRun.stage).where(LeadRun.leadid == leadid).order_by(LeadRun.number.desc())
    run = session.execute(query.limit(1)).first()
    ended = run is not None and run.outcome == outcome and run.stage not in OPEN_STAGES
    return lead.ownerid if ended else None


def talk_of(services: Services, session: Session, who: Principal, rows: Held) -> Conversation:
    """The conversation as the ends of it want it, with the person as who acts."""
    return engagements.talk_of(services, session, who, rows, session.get_one(Mailbox, rows.engagement.mailboxid))


def open_draft(session: Session, rows: Held) -> Email | None:
    """Our mail of this conversation that nobody has sent yet."""
    query = select(Email).where(
        Email.lw_threadid == rows.run.runid,
        Email.directioncode.is_(True),
        Email.statuscode == int(EmailStatus.DRAFT),
    )
    return session.scalar(query.order_by(Email.createdon.desc()).limit(1).with_for_update())


def waiting_for_a_mail(session: Session, leadid: str) -> str | None:
    """runid of the lead's conversation that waits for the first mail that a person was asked to write.

    The notice that asked says so: what the conversation waits for may be told otherwise since, when mails came in.
    """
    query = select(Engagement, LeadRun.number).join(LeadRun, LeadRun.runid == Engagement.runid)
    lacks = (Engagement.leadid == leadid, Engagement.state == State.PERSON, Engagement.step == Step.FIRST_MAIL)
    found = session.execute(query.where(*lacks).limit(1)).first()
    if found is None or waits_for_a_look(session, found.Engagement.runid):
        return None
    asked = AppNotification.lw_key.startswith(asked_for_a_mail(found.Engagement.runid), autoescape=True)
    if session.scalar(select(AppNotification.appnotificationid).where(asked).limit(1)) is None:
        return None
    return None if mail_of_step(session, found.Engagement, found.number) else found.Engagement.runid


def draft_of(session: Session, leadid: str, emailid: str) -> Email | None:
    """A mail to the lead that nobody has sent yet, locked; None: there is none of that id.

    Raises:
        Conflict: it has been sent, is another lead's, or is written in the outside CRM.
    """
    email = session.get(Email, emailid, with_for_update=True, populate_existing=True)
    if email is None:
        return None
    if email.regardingobjectid != leadid or email.statuscode != EmailStatus.DRAFT:
        raise Conflict("This mail is no draft any more. Load the page again.")
    if last_seen(session, "email", emailid) is not None:
        raise Conflict("This draft was begun in Dynamics 365 and is finished and sent there. Write a new mail here.")
    return email


def waiting_mail(session: Session, rows: Held) -> Outbox:
    """The mail of the conversation that waits in the outbox, or is held for a person there.

    Raises:
        Conflict: it is leaving at this moment, or has left.
    """
    mail = session.get(Outbox, rows.engagement.outboxid, with_for_update=True) if rows.engagement.outboxid else None
    if mail is None or mail.phase not in (Phase.QUEUED, Phase.HELD):
        raise Conflict("A mail to this lead is leaving at this moment. Try again in a minute.")
    return mail


def draft_again(session: Session, talk: Conversation, rows: Held, emailid: str) -> None:
    """The words of a mail of ours that never left, as a draft once more. What a person rejected stays held.

    Nothing else comes back that was overtaken: written before a later mail of ours left, or before the lead wrote.
    """
    old, row = session.get_one(Email, emailid, populate_existing=True), rows.engagement
    overtaken = any(at > old.createdon for at in (row.lastsenton, row.lastheardon) if at)
    if old.lw_hold or not overtaken:
        paragraphs = read_statements(old.lw_paragraphs)
        names = old.lw_judgement or None
        keep(session, talk, rows, Written(old.subject, old.description, paragraphs, hold=old.lw_hold, names=names))


def decided(session: Session, who: Principal, rows: Held, action: str, cause: str) -> None:
    """The audit entry of a decision, on the lead, with where the conversation stands after it."""
    row: Engagement = rows.engagement
    after = {"state": str(row.state), "step": str(row.step), "dueat": row.dueat}
    audit.record(session, who.actor, action, "lead", rows.lead.leadid, after=after, cause=cause[:300])
