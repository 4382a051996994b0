"""Tables of the agent: configuration and its versions, prerequisites, runs over leads, what was found and paid."""

from datetime import datetime
from typing import Any

from sqlalchemy import Boolean, Float, ForeignKey, Index, Integer, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from leadwright.db.base import Base, Id, new_id, now

_LIVE = text("state <> 'archived'")  # one agent in an organisation has one mode
_OPEN_RUN = text("stage IN ('queued', 'researching', 'blocked', 'engaged')")
WAITING_RUN = text("givenon IS NULL AND stage IN ('queued', 'researching', 'blocked')")
GIVEN_RUN = text("givenon IS NOT NULL AND stage IN ('queued', 'researching', 'blocked')")


class Agent(Base):
    """An agent. `draft` is the configuration being edited; the version in force is in `agentversion`."""

    __tablename__ = "agent"
    agentid: Mapped[str] = mapped_column(Id, primary_key=True, default=new_id)
    name: Mapped[str] = mapped_column(String(120), unique=True)
    mode: Mapped[str] = mapped_column(String(20))
    state: Mapped[str] = mapped_column(String(20), default="draft")
    statereason: Mapped[str | None] = mapped_column(Text)  # why it is paused
    agentuserid: Mapped[str | None] = mapped_column(ForeignKey("systemuser.systemuserid"))
    draft: Mapped[dict[str, Any]] = mapped_column(default=dict)  # db.configuration.Configuration
    appliedversion: Mapped[int] = mapped_column(Integer, default=0)
    startedon: Mapped[datetime | None]
    createdon: Mapped[datetime] = mapped_column(default=now)
    versionnumber: Mapped[int] = mapped_column(Integer, default=1)
    expected: Mapped[dict[str, Any]] = mapped_column(default=dict)  # identities that its file names, by name
    __table_args__ = (Index("uq_agent_mode", "mode", unique=True, sqlite_where=_LIVE, postgresql_where=_LIVE),)


class AgentVersion(Base):
    """An applied configuration. A lead keeps the version it was processed with."""

    __tablename__ = "agentversion"
    agentid: Mapped[str] = mapped_column(ForeignKey("agent.agentid", ondelete="CASCADE"), primary_key=True)
    version: Mapped[int] = mapped_column(Integer, primary_key=True)
    configuration: Mapped[dict[str, Any]]
    appliedon: Mapped[datetime] = mapped_column(default=now)
    appliedby: Mapped[str | None] = mapped_column(Id)
    note: Mapped[str] = mapped_column(Text, default="")  # why, in the words of who applied it


class Prerequisite(Base):
    """One prerequisite of an agent with its state and the evidence of its last check."""

    __tablename__ = "prerequisite"
    agentid: Mapped[str] = mapped_column(ForeignKey("agent.agentid", ondelete="CASCADE"), primary_key=True)
    number: Mapped[int] = mapped_column(Integer, primary_key=True)
    state: Mapped[str] = mapped_column(String(20), default="not_started")
    inputs: Mapped[dict[str, Any]] = mapped_column(default=dict)  # e.g. client id, application user
    checks: Mapped[list[Any]] = mapped_column(default=list)  # name, passed, detail, remedy of each check
    done: Mapped[bool] = mapped_column(Boolean, default=False)  # ticked
    attested: Mapped[bool] = mapped_column(Boolean, default=False)
    checkedon: Mapped[datetime | None]
    checkedby: Mapped[str | None] = mapped_column(Id)


FIGURED = (
    "queuedon", "stage", "reassigned", "byperson", "outcome", "interest", "band", "rating", "researchedon", "startedon",
    "concludedon", "leadid", "runid",
)  # fmt: skip
"""What the dashboard counts by: read from one index, because the findings that lie between are long."""


class LeadRun(Base):
    """One pass of the agent over one lead. At most one is open for a lead."""

    __tablename__ = "leadrun"
    runid: Mapped[str] = mapped_column(Id, primary_key=True, default=new_id)
    leadid: Mapped[str] = mapped_column(ForeignKey("lead.leadid", ondelete="CASCADE"))
    number: Mapped[int] = mapped_column(Integer)  # 1, 2, ... of this lead; workflow id is research:{leadid}:{number}
    agentid: Mapped[str] = mapped_column(ForeignKey("agent.agentid", ondelete="CASCADE"))
    version: Mapped[int] = mapped_column(Integer)  # of the configuration it is processed with
    trigger: Mapped[str] = mapped_column(String(20))
    stage: Mapped[str] = mapped_column(String(20), default="queued")
    previousownerid: Mapped[str | None] = mapped_column(Id)  # who owned it before the agent
    ownerid: Mapped[str | None] = mapped_column(Id)  # who got it
    reasons: Mapped[list[Any]] = mapped_column(default=list)  # sentences: why this outcome
    band: Mapped[str | None] = mapped_column(String(10))
    share: Mapped[float | None] = mapped_column(Float)
    signal: Mapped[str | None] = mapped_column(String(10))
    rating: Mapped[int | None] = mapped_column(Integer)
    findings: Mapped[dict[str, Any]] = mapped_column(default=dict)  # verdicts, insights, competitors, rating reasons
    reassigned: Mapped[bool] = mapped_column(Boolean, default=False)
    byperson: Mapped[bool] = mapped_column(Boolean, default=False)  # a person ended the conversation, not the agent
    outcome: Mapped[str | None] = mapped_column(String(20))  # of a conversation: domain.engagement.Outcome
    interest: Mapped[str | None] = mapped_column(String(12))  # purchase interest the conversation ended with
    attempts: Mapped[int] = mapped_column(Integer, default=0)  # tries that failed
    generation: Mapped[int] = mapped_column(Integer, default=0)  # part of the workflow id; grows with each new try
    givenon: Mapped[datetime | None]  # given to the queue of workflows; None: waits here
    dueat: Mapped[datetime | None]  # not before; set while waiting for another try
    queuedon: Mapped[datetime] = mapped_column(default=now)
    startedon: Mapped[datetime | None]
    researchedon: Mapped[datetime | None]
    concludedon: Mapped[datetime | None]
    __table_args__ = (
        UniqueConstraint("leadid", "number"),
        Index("uq_leadrun_open", "leadid", unique=True, sqlite_where=_OPEN_RUN, postgresql_where=_OPEN_RUN),
        Index("ix_leadrun_stage", "stage", "dueat"),
        Index("ix_leadrun_waiting", "queuedon", sqlite_where=WAITING_RUN, postgresql_where=WAITING_RUN),
        Index("ix_leadrun_given", "givenon", sqlite_where=GIVEN_RUN, postgresql_where=GIVEN_RUN),
        Index("ix_leadrun_queuedon", "agentid", "queuedon"),
        Index("ix_leadrun_figures", *FIGURED),
    )


class RunStep(Base):
    """How was this generated: one step of a run. A repeated step replaces its row."""

    __tablename__ = "runstep"
    runid: Mapped[str] = mapped_column(ForeignKey("leadrun.runid", ondelete="CASCADE"), primary_key=True)
    name: Mapped[str] = mapped_column(String(60), primary_key=True)
    position: Mapped[int] = mapped_column(Integer)
    state: Mapped[str] = mapped_column(String(20))  # done, partial, failed, skipped
    inputs: Mapped[dict[str, Any]] = mapped_column(default=dict)
    outputs: Mapped[dict[str, Any]] = mapped_column(default=dict)
    detail: Mapped[str] = mapped_column(Text, default="")
    model: Mapped[str] = mapped_column(String(120), default="")
    tokensin: Mapped[int] = mapped_column(Integer, default=0)
    tokensout: Mapped[int] = mapped_column(Integer, default=0)
    cost: Mapped[float | None] = mapped_column(Float)
    seconds: Mapped[float] = mapped_column(Float, default=0.0)
    at: Mapped[datetime] = mapped_column(default=now)


class ModelAnswer(Base):
    """Journal of model calls: an answer already paid for is never asked for again."""

    __tablename__ = "modelanswer"
    key: Mapped[str] = mapped_column(String(120), primary_key=True)  # {run id}:{question}:{attempt}
    contenthash: Mapped[str] = mapped_column(String(64))
    model: Mapped[str] = mapped_column(String(120))
    answer: Mapped[str] = mapped_column(Text)
    tokensin: Mapped[int] = mapped_column(Integer, default=0)
    tokensout: Mapped[int] = mapped_column(Integer, default=0)
    cost: Mapped[float | None] = mapped_column(Float)
    seconds: Mapped[float] = mapped_column(Float, default=0.0)
    at: Mapped[datetime] = mapped_column(default=now, index=True)


class CompanyResearch(Base):
    """What the web said about a company, shared by the leads of that company until it is too old."""

    __tablename__ = "companyresearch"
    companykey: Mapped[str] = mapped_column(String(160), primary_key=True)  # registered domain, else name key
    state: Mapped[str] = mapped_column(String(20))  # done, partial, failed
    detail: Mapped[str] = mapped_column(Text, default="")
    researchedon: Mapped[datetime] = mapped_column(default=now)


class SourcePassage(Base):
    """A stored passage of a company's pages, news or search results; evidence quotes it."""

    __tablename__ = "sourcepassage"
    passageid: Mapped[str] = mapped_column(Id, primary_key=True, default=new_id)
    companykey: Mapped[str] = mapped_column(ForeignKey("companyresearch.companykey", ondelete="CASCADE"), index=True)
    kind: Mapped[str] = mapped_column(String(20))
    source: Mapped[str] = mapped_column(Text)
    title: Mapped[str] = mapped_column(Text, default="")
    text: Mapped[str] = mapped_column(Text)
    sha256: Mapped[str] = mapped_column(String(64))
    publishedon: Mapped[str | None] = mapped_column(String(30))
    fetchedon: Mapped[datetime] = mapped_column(default=now)


class SegmentMember(Base):
    """Stored membership: leads that match the applied selection criteria, kept up to date from changes."""

    __tablename__ = "segmentmember"
    agentid: Mapped[str] = mapped_column(ForeignKey("agent.agentid", ondelete="CASCADE"), primary_key=True)
    leadid: Mapped[str] = mapped_column(ForeignKey("lead.leadid", ondelete="CASCADE"), primary_key=True, index=True)


class Segment(Base):
    """State of an agent's stored membership: of which version it is, how many it counts, which start was considered."""

    __tablename__ = "segment"
    agentid: Mapped[str] = mapped_column(ForeignKey("agent.agentid", ondelete="CASCADE"), primary_key=True)
    version: Mapped[int] = mapped_column(Integer, default=0)
    members: Mapped[int] = mapped_column(Integer, default=0)
    filledon: Mapped[datetime | None]
    consideredstart: Mapped[datetime | None]  # agent.startedon whose look-back was considered already


class LeadChange(Base):
    """A change to a lead or a related record that selection has not looked at yet; one row for each agent."""

    __tablename__ = "leadchange"
    id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=True)
    agentid: Mapped[str] = mapped_column(ForeignKey("agent.agentid", ondelete="CASCADE"))
    leadid: Mapped[str] = mapped_column(Id, index=True)
    kind: Mapped[str] = mapped_column(String(20))  # started, created, changed, related
    before: Mapped[dict[str, Any]] = mapped_column(default=dict)  # old values of the changed columns
    byid: Mapped[str | None] = mapped_column(Id)  # who changed it
    at: Mapped[datetime] = mapped_column(default=now)
    __table_args__ = (Index("ix_leadchange_agent", "agentid", "id"),)


class Turn(Base):
    """Round robin: the last turn of each seller in an agent's assignment rule."""

    __tablename__ = "turn"
    agentid: Mapped[str] = mapped_column(ForeignKey("agent.agentid", ondelete="CASCADE"), primary_key=True)
    systemuserid: Mapped[str] = mapped_column(
        ForeignKey("systemuser.systemuserid", ondelete="CASCADE"), primary_key=True
    )
    lastturn: Mapped[int] = mapped_column(Integer, default=0)


DESK = "desk: "  # begins the id of a process that serves the desk and gives a sign of life; it is no worker


class Executor(Base):
    """A worker process: it refuses to start on a live id, and others take over its work when it dies. Or a `DESK`."""

    __tablename__ = "executor"
    executorid: Mapped[str] = mapped_column(String(120), primary_key=True)
    incarnation: Mapped[str] = mapped_column(Id)
    seenon: Mapped[datetime] = mapped_column(default=now)
