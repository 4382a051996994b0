"""Leads that the agent disqualified, with the reasons, newest first by key."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, func, select, tuple_
from sqlalchemy.orm import Session

from leadwright.db.agent import LeadRun
from leadwright.db.sales import Lead
from leadwright.domain.stage import Stage

PAGE = 50


def disqualified(
    session: Session, visible: ColumnElement[bool], *, outcome: str = "", after: tuple[Any, str] | None = None
) -> Sequence[Any]:
    """One more than a page.

    Args:
        outcome: only those that ended so; "low_fit" holds those of a Research-only agent too.
        after: moment and runid of the last one of the page before.
    """
    newest = select(func.max(LeadRun.number)).where(LeadRun.leadid == Lead.leadid).correlate(Lead).scalar_subquery()
    query = (
        select(
            LeadRun.runid, LeadRun.reasons, LeadRun.outcome, LeadRun.band, LeadRun.interest, LeadRun.concludedon,
            LeadRun.byperson, Lead.leadid, Lead.fullname, Lead.companyname, Lead.jobtitle,
        )
        .join(Lead, Lead.leadid == LeadRun.leadid)
        .where(LeadRun.stage == Stage.DISQUALIFIED, LeadRun.number == newest, visible)
    )  # fmt: skip
    if outcome:
        same = LeadRun.outcome == outcome
        query = query.where(same | LeadRun.outcome.is_(None) if outcome == "low_fit" else same)
    if after is not None:
        query = query.where(tuple_(LeadRun.concludedon, LeadRun.runid) < tuple_(*after))
    return session.execute(query.order_by(LeadRun.concludedon.desc(), LeadRun.runid.desc()).limit(PAGE + 1)).all()
