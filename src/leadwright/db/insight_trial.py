"""Table of the Knowledge test pane: a company that was researched to see what comes of it. No lead belongs to it."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from leadwright.db.base import Base, Id, new_id, now


class InsightTrial(Base):
    """One company tried. `steps` and `insights` are what came of it; `doing` what is done now."""

    __tablename__ = "insighttrial"
    trialid: Mapped[str] = mapped_column(Id, primary_key=True, default=new_id)
    agentid: Mapped[str] = mapped_column(ForeignKey("agent.agentid", ondelete="CASCADE"))
    company: Mapped[str] = mapped_column(String(160))
    website: Mapped[str] = mapped_column(String(300), default="")
    product: Mapped[str] = mapped_column(Text, default="")  # what is sold, as it was read
    configuration: Mapped[dict[str, Any]] = mapped_column(default=dict)  # the draft as it was
    state: Mapped[str] = mapped_column(String(20), default="running")  # running, done, failed
    doing: Mapped[str] = mapped_column(String(200), default="")
    reason: Mapped[str] = mapped_column(Text, default="")  # why it failed, and what to do
    steps: Mapped[list[Any]] = mapped_column(default=list)
    insights: Mapped[dict[str, Any]] = mapped_column(default=dict)
    startedby: Mapped[str | None] = mapped_column(Id)
    startedon: Mapped[datetime] = mapped_column(default=now)
    seenon: Mapped[datetime] = mapped_column(default=now)  # last sign of life of the work
    finishedon: Mapped[datetime | None]
    __table_args__ = (Index("ix_insighttrial_agent", "agentid", "startedon"),)
