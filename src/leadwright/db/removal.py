"""Deletes a lead with everything that hangs on it. Asks nobody for leave and writes no audit entry."""

from typing import Any

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from leadwright.db import changes
from leadwright.db.agent import LeadRun, ModelAnswer
from leadwright.db.base import now
from leadwright.db.mail import Outbox
from leadwright.db.sales import Annotation, AppNotification, Lead
from leadwright.domain.mail_phase import Phase

_LEADS = Lead.__table__


def remove_lead(session: Session, leadid: str) -> dict[str, Any]:
    """Delete a lead with its runs, model answers, drafts, notes and notifications, in the caller's transaction.

    A run under way finds its lead gone and ends without an outcome. Mails to it that wait are cancelled.

    Returns:
        Its columns that held something, for the audit log; empty: there is no such lead.
    """
    lead = session.execute(select(_LEADS).where(_LEADS.c.leadid == leadid).with_for_update()).one_or_none()
    if lead is None:
        return {}
    changes.forget(session, leadid)
    session.execute(delete(Annotation).where(Annotation.objectid == leadid, Annotation.objecttypecode == "lead"))
    for runid in session.scalars(select(LeadRun.runid).where(LeadRun.leadid == leadid)).all():
        journal = (ModelAnswer.key >= f"{runid}:") & (ModelAnswer.key < f"{runid};")
        session.execute(delete(ModelAnswer).where(journal))
    session.execute(delete(AppNotification).where(AppNotification.link == f"/leads/{leadid}"))
    waiting = update(Outbox).where(Outbox.leadid == leadid, Outbox.phase == Phase.QUEUED)
    session.execute(
        waiting.values(
            phase=Phase.CANCELLED, reason="The lead was deleted.", concludedon=session.info.get("clock", now)()
        )
    )
    session.execute(delete(Lead).where(Lead.leadid == leadid))
    return {n: v for n, v in lead._mapping.items() if v not in (None, {}, "")}
