"""The conversation of the agent with one lead: where it stands, what comes next and when. One row a run."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, Integer, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from leadwright.db.base import Base, Id, now


class Engagement(Base):
    """Waiting is the moment `dueat` of this row, no sleeping workflow: it survives upgrades and can be queried."""

    __tablename__ = "engagement"
    runid: Mapped[str] = mapped_column(ForeignKey("leadrun.runid", ondelete="CASCADE"), primary_key=True)
    leadid: Mapped[str] = mapped_column(ForeignKey("lead.leadid", ondelete="CASCADE"), index=True)
    agentid: Mapped[str] = mapped_column(ForeignKey("agent.agentid", ondelete="CASCADE"))
    mailboxid: Mapped[str] = mapped_column(ForeignKey("mailbox.mailboxid"))
    address: Mapped[str] = mapped_column(String(320))  # the lead's, as it was when the conversation began
    addresshash: Mapped[str] = mapped_column(String(64), index=True)  # as in suppression
    state: Mapped[str] = mapped_column(String(20), default="due")  # domain.engagement.State
    step: Mapped[str] = mapped_column(String(20), default="first_mail")  # what comes next: domain.engagement.Step
    dueat: Mapped[datetime | None]  # not before
    turn: Mapped[int] = mapped_column(Integer, default=0)  # grows with each move: part of the workflow's id
    attempts: Mapped[int] = mapped_column(Integer, default=0)  # tries of this move so far: part of the workflow's id
    failures: Mapped[int] = mapped_column(Integer, default=0)  # of those, the ones that were the lead's own fault
    outboxid: Mapped[str | None] = mapped_column(Id)  # the mail under way, or the answer kept as a draft
    sent: Mapped[int] = mapped_column(Integer, default=0)  # mails of the cadence that left, the first one included
    firstsenton: Mapped[datetime | None]
    lastsenton: Mapped[datetime | None]
    heard: Mapped[int] = mapped_column(Integer, default=0)  # mails a person wrote
    lastheardon: Mapped[datetime | None]
    backat: Mapped[datetime | None]  # nothing of ours goes out before: the lead is away, or somebody paused it
    pauseduntil: Mapped[datetime | None]  # not even an answer goes out before: a person of ours said so
    answers: Mapped[int] = mapped_column(Integer, default=0)  # questions of the lead answered from the knowledge
    softbounces: Mapped[int] = mapped_column(Integer, default=0)
    asked: Mapped[list[Any]] = mapped_column(default=list)  # factors asked for, in order
    interest: Mapped[dict[str, Any]] = mapped_column(default=dict)  # newest judgement
    bant: Mapped[list[Any]] = mapped_column(default=list)  # newest judgement of each factor
    reason: Mapped[str] = mapped_column(Text, default="")  # what comes next or why it waits, as a sentence
    createdon: Mapped[datetime] = mapped_column(default=now)
    endedon: Mapped[datetime | None]
    __table_args__ = (
        Index("ix_engagement_due", "state", "dueat"),
        Index("ix_engagement_agent", "agentid", "createdon"),
        Index("ix_engagement_figures", "runid", "state", "sent", "heard"),
    )
