"""Rejections that a person judges again: what waits, what was said, and how often the agent was wrong."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, case, func, select
from sqlalchemy.orm import Session

from leadwright.db.agent import LeadRun
from leadwright.db.mail import Outbox
from leadwright.db.oversight import RejectionReview
from leadwright.db.people import SystemUser
from leadwright.db.sales import Email, Lead
from leadwright.domain.mail_phase import Phase
from leadwright.domain.rejection import Rate, Word, rate

PAGE = 50
_JUDGED = and_(~RejectionReview.control, RejectionReview.word.in_((Word.PURSUE, Word.DROP)))
_WRONG = and_(~RejectionReview.control, RejectionReview.word == Word.PURSUE)


def waiting(session: Session, visible: ColumnElement[bool]) -> Sequence[Any]:
    """Leads that nobody has judged yet, oldest first, at most a page. Nothing of them says what the agent decided."""
    query = (
        select(RejectionReview.reviewid, RejectionReview.drawnon, Lead.fullname, Lead.companyname, Lead.jobtitle)
        .join(Lead, Lead.leadid == RejectionReview.leadid)
        .where(RejectionReview.word == "", visible)
    )
    return session.execute(query.order_by(RejectionReview.drawnon, RejectionReview.reviewid).limit(PAGE)).all()


def how_many(session: Session, visible: ColumnElement[bool]) -> int:
    """How many wait."""
    query = select(func.count()).select_from(RejectionReview).join(Lead, Lead.leadid == RejectionReview.leadid)
    return session.scalar(query.where(RejectionReview.word == "", visible)) or 0


def judged(
    session: Session, visible: ColumnElement[bool], since: datetime, until: datetime, *, wrong: bool, after: str = ""
) -> Sequence[Any]:
    """One more than a page of rejections of the period that a person judged; `wrong`: of the wrong ones alone.

    Args:
        after: reviewid of the last one of the page before.
    """
    query = (
        _of_period(
            select(
                RejectionReview.reviewid, RejectionReview.word, RejectionReview.comment, RejectionReview.version,
                RejectionReview.reviewedon, Lead.leadid, Lead.fullname, Lead.companyname, LeadRun.stage,
                LeadRun.reasons, LeadRun.reassigned, SystemUser.fullname.label("reviewer"),
            ),
            visible, since, until,
        )
        .outerjoin(SystemUser, SystemUser.systemuserid == RejectionReview.reviewedby)
        .where(_WRONG if wrong else _JUDGED, RejectionReview.reviewid > after)
    )  # fmt: skip
    return session.execute(query.order_by(RejectionReview.reviewid).limit(PAGE + 1)).all()


def false_reject_rate(session: Session, visible: ColumnElement[bool], since: datetime, until: datetime) -> Rate:
    """Of the runs of the period."""
    row = session.execute(_of_period(select(_count(_WRONG), _count(_JUDGED)), visible, since, until)).one()
    return rate(int(row[0] or 0), int(row[1] or 0))


def rates_of_versions(
    session: Session, visible: ColumnElement[bool], since: datetime, until: datetime
) -> list[tuple[int, Rate]]:
    """The same for each version of the configuration that decided, newest first."""
    query = _of_period(select(RejectionReview.version, _count(_WRONG), _count(_JUDGED)), visible, since, until)
    rows = session.execute(
        query.where(_JUDGED).group_by(RejectionReview.version).order_by(RejectionReview.version.desc())
    )
    return [(version, rate(int(wrong), int(all_))) for version, wrong, all_ in rows]


def one(session: Session, reviewid: str) -> Any:
    """A review with its run and lead; None when there is none."""
    query = (
        select(RejectionReview, LeadRun, Lead)
        .join(LeadRun, LeadRun.runid == RejectionReview.runid)
        .join(Lead, Lead.leadid == RejectionReview.leadid)
        .where(RejectionReview.reviewid == reviewid)
    )
    return session.execute(query).first()


def mails(session: Session, runid: str) -> Sequence[Any]:
    """What was written in the conversation of the run and arrived, oldest first, without what was read out of it."""
    left = select(Outbox.emailid).where(Outbox.phase == Phase.SENT, Outbox.emailid.is_not(None))
    query = (
        select(Email.subject, Email.description, Email.directioncode, Email.senton, Email.createdon)
        .where(Email.lw_threadid == runid)
        .where(~Email.directioncode | Email.activityid.in_(left))
    )
    return session.execute(query.order_by(Email.createdon).limit(PAGE)).all()


def _of_period(query: Any, visible: ColumnElement[bool], since: datetime, until: datetime) -> Any:
    joined = query.select_from(RejectionReview).join(LeadRun, LeadRun.runid == RejectionReview.runid)
    period = and_(LeadRun.queuedon >= since, LeadRun.queuedon < until)
    return joined.join(Lead, Lead.leadid == RejectionReview.leadid).where(period, visible)


def _count(condition: ColumnElement[bool]) -> Any:
    return func.sum(case((condition, 1), else_=0))
