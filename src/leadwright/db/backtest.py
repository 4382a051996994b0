"""Tables of back-tests: past leads judged again by another configuration, and the verdicts that would flip."""

from datetime import datetime
from typing import Any

from sqlalchemy import Boolean, Float, ForeignKey, Index, Integer, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from leadwright.db.base import Base, Id, new_id, now


class Backtest(Base):
    """One back-test. `token` belongs to whoever works on it now; `done` of `runs` have been judged."""

    __tablename__ = "backtest"
    backtestid: Mapped[str] = mapped_column(Id, primary_key=True, default=new_id)
    agentid: Mapped[str] = mapped_column(ForeignKey("agent.agentid", ondelete="CASCADE"))
    version: Mapped[int] = mapped_column(Integer)  # in force when it was started
    configuration: Mapped[dict[str, Any]]  # that was tried
    source: Mapped[str] = mapped_column(String(20), default="draft")  # draft or file
    chosen: Mapped[str] = mapped_column(Text, default="")  # which leads, in words
    state: Mapped[str] = mapped_column(String(20), default="running")  # running, done, stopped
    reason: Mapped[str] = mapped_column(Text, default="")  # why it stopped, and what to do
    runs: Mapped[list[Any]] = mapped_column(default=list)  # ids of the past runs, newest first
    done: Mapped[int] = mapped_column(Integer, default=0)
    same: Mapped[int] = mapped_column(Integer, default=0)  # verdicts that stay
    skipped: Mapped[int] = mapped_column(Integer, default=0)  # leads that could not be judged again
    analyst: Mapped[str] = mapped_column(String(120), default="")
    mosttokens: Mapped[int | None] = mapped_column(Integer)  # the cap; None: no cap
    tokensin: Mapped[int] = mapped_column(Integer, default=0)
    tokensout: Mapped[int] = mapped_column(Integer, default=0)
    cost: Mapped[float | None] = mapped_column(Float, default=0.0)  # US dollars; None: the price is not known
    seconds: Mapped[float] = mapped_column(Float, default=0.0)
    token: Mapped[str] = mapped_column(Id, default=new_id)
    startedby: Mapped[str | None] = mapped_column(Id)
    startedon: Mapped[datetime] = mapped_column(default=now)
    seenon: Mapped[datetime] = mapped_column(default=now)  # last sign of life of the work
    finishedon: Mapped[datetime | None]
    __table_args__ = (Index("ix_backtest_agent", "agentid", "startedon"),)


class BacktestFlip(Base):
    """One verdict that would flip. `kind`: fit, mail (the first one), or reply for a mail of a conversation."""

    __tablename__ = "backtestflip"
    flipid: Mapped[str] = mapped_column(Id, primary_key=True, default=new_id)
    backtestid: Mapped[str] = mapped_column(ForeignKey("backtest.backtestid", ondelete="CASCADE"))
    leadid: Mapped[str] = mapped_column(ForeignKey("lead.leadid", ondelete="CASCADE"), index=True)
    runid: Mapped[str] = mapped_column(Id)
    position: Mapped[int] = mapped_column(Integer)
    kind: Mapped[str] = mapped_column(String(10))
    before: Mapped[str] = mapped_column(String(120))
    after: Mapped[str] = mapped_column(String(120))
    outcome: Mapped[bool] = mapped_column(Boolean, default=True)  # what becomes of the lead flips, not only its band
    causes: Mapped[list[Any]] = mapped_column(default=list)  # criterion, from, to, reason, evidence of each
    anyway: Mapped[bool] = mapped_column(Boolean, default=False)  # the settings in force would say it too by now
    overruled: Mapped[str] = mapped_column(Text, default="")  # what a person decided about it
    __table_args__ = (Index("ix_backtestflip_backtest", "backtestid", "position"),)
