"""Tables of supervision: what waits for approval, rejections looked at blind, and how people want to be told."""

from datetime import datetime

from sqlalchemy import Boolean, Float, ForeignKey, Index, Integer, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from leadwright.db.base import Base, Id, new_id, now


class Oversight(Base):
    """How closely people watch an agent. Holds from the moment it is stored, for leads in work too: no version."""

    __tablename__ = "oversight"
    agentid: Mapped[str] = mapped_column(ForeignKey("agent.agentid", ondelete="CASCADE"), primary_key=True)
    firstmails: Mapped[bool] = mapped_column(Boolean, default=False)  # wait for approval
    followups: Mapped[bool] = mapped_column(Boolean, default=False)
    answers: Mapped[bool] = mapped_column(Boolean, default=False)
    hours: Mapped[int] = mapped_column(Integer, default=72)  # an approval holds
    percent: Mapped[float] = mapped_column(Float, default=5.0)  # of disqualified leads that a person judges blind
    changedon: Mapped[datetime] = mapped_column(default=now)


class Approval(Base):
    """A mail of the outbox that waits, or waited, for a person. Bound to its exact bytes and recipient."""

    __tablename__ = "approval"
    outboxid: Mapped[str] = mapped_column(ForeignKey("outbox.outboxid", ondelete="CASCADE"), primary_key=True)
    kind: Mapped[str] = mapped_column(String(20))  # domain.approval.Kind
    state: Mapped[str] = mapped_column(String(20), default="waiting")  # domain.approval.State
    contenthash: Mapped[str] = mapped_column(String(64))  # domain.approval.content_hash
    requestedon: Mapped[datetime] = mapped_column(default=now)
    decidedby: Mapped[str | None] = mapped_column(Id)
    decidedon: Mapped[datetime | None]
    expireson: Mapped[datetime | None]  # of an approval
    feedback: Mapped[str] = mapped_column(Text, default="")
    __table_args__ = (Index("ix_approval_state", "state", "requestedon"),)


class RejectionReview(Base):
    """A disqualified lead drawn at random for a person who does not see the verdict; `control`: a handed-over one."""

    __tablename__ = "rejectionreview"
    reviewid: Mapped[str] = mapped_column(Id, primary_key=True, default=new_id)
    runid: Mapped[str] = mapped_column(ForeignKey("leadrun.runid", ondelete="CASCADE"), unique=True)
    leadid: Mapped[str] = mapped_column(ForeignKey("lead.leadid", ondelete="CASCADE"), index=True)
    agentid: Mapped[str] = mapped_column(ForeignKey("agent.agentid", ondelete="CASCADE"))
    version: Mapped[int] = mapped_column(Integer)  # of the configuration that decided
    control: Mapped[bool] = mapped_column(Boolean, default=False)
    decidedon: Mapped[datetime]  # when the agent decided
    drawnon: Mapped[datetime] = mapped_column(default=now)
    word: Mapped[str] = mapped_column(String(10), default="")  # domain.rejection.Word; empty: nobody has looked yet
    comment: Mapped[str] = mapped_column(Text, default="")
    reviewedby: Mapped[str | None] = mapped_column(Id)
    reviewedon: Mapped[datetime | None]
    __table_args__ = (Index("ix_rejectionreview_word", "word", "drawnon"),)


class NotificationChoice(Base):
    """How a person wants to be told of one kind of news by mail; no row: the default of the kind."""

    __tablename__ = "notificationchoice"
    systemuserid: Mapped[str] = mapped_column(
        ForeignKey("systemuser.systemuserid", ondelete="CASCADE"), primary_key=True
    )
    kind: Mapped[str] = mapped_column(String(30), primary_key=True)  # domain.notices.Kind
    how: Mapped[str] = mapped_column(String(10))  # domain.notices.How
