"""Tables of test runs: the leads an agent's draft was tried on, with what it found and would have written."""

from datetime import datetime
from typing import Any

from sqlalchemy import Boolean, ForeignKey, Index, Integer, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from leadwright.db.base import Base, Id, new_id, now


class Simulation(Base):
    """One test of an agent's draft. `token` belongs to whoever works on it now; who lost it stops."""

    __tablename__ = "simulation"
    simulationid: Mapped[str] = mapped_column(Id, primary_key=True, default=new_id)
    agentid: Mapped[str] = mapped_column(ForeignKey("agent.agentid", ondelete="CASCADE"))
    state: Mapped[str] = mapped_column(String(20), default="running")  # running, done, stopped
    reason: Mapped[str] = mapped_column(Text, default="")  # why it stopped, and what to do
    wanted: Mapped[int] = mapped_column(Integer)  # leads asked for
    matched: Mapped[int] = mapped_column(Integer)  # leads that matched then
    configuration: Mapped[dict[str, Any]] = mapped_column(default=dict)  # the draft as it was
    token: Mapped[str] = mapped_column(Id, default=new_id)
    startedby: Mapped[str | None] = mapped_column(Id)
    startedon: Mapped[datetime] = mapped_column(default=now)
    seenon: Mapped[datetime] = mapped_column(default=now)  # last sign of life of the work
    finishedon: Mapped[datetime | None]
    __table_args__ = (Index("ix_simulation_agent", "agentid", "startedon"),)


class SimulationDraft(Base):
    """One lead of a test: its research and its mail, for review. Nothing of it is ever sent."""

    __tablename__ = "simulationdraft"
    draftid: Mapped[str] = mapped_column(Id, primary_key=True, default=new_id)
    simulationid: Mapped[str] = mapped_column(ForeignKey("simulation.simulationid", ondelete="CASCADE"))
    leadid: Mapped[str] = mapped_column(ForeignKey("lead.leadid", ondelete="CASCADE"), index=True)
    position: Mapped[int] = mapped_column(Integer)
    state: Mapped[str] = mapped_column(String(20), default="waiting")  # domain.simulation.LeadState
    reason: Mapped[str] = mapped_column(Text, default="")  # why there is no mail, or what became of the lead
    findings: Mapped[dict[str, Any]] = mapped_column(default=dict)  # as `LeadRun.findings`
    band: Mapped[str | None] = mapped_column(String(10))
    signal: Mapped[str | None] = mapped_column(String(10))
    subject: Mapped[str] = mapped_column(Text, default="")
    body: Mapped[str] = mapped_column(Text, default="")
    paragraphs: Mapped[list[Any]] = mapped_column(default=list)
    hold: Mapped[str | None] = mapped_column(Text)  # why a person must look first
    review: Mapped[str] = mapped_column(String(20), default="open")  # domain.simulation.ReviewState
    feedback: Mapped[str] = mapped_column(Text, default="")
    edited: Mapped[bool] = mapped_column(Boolean, default=False)
    reviewedby: Mapped[str | None] = mapped_column(Id)
    reviewedon: Mapped[datetime | None]
    versionnumber: Mapped[int] = mapped_column(Integer, default=1)
    __table_args__ = (UniqueConstraint("simulationid", "leadid"),)
