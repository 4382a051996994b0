"""What the tools answer, as typed values; `words` says the same in sentences."""

from datetime import datetime
from typing import Any

from pydantic import BaseModel, ConfigDict, Field


class _Answer(BaseModel):
    model_config = ConfigDict(from_attributes=True)


class Source(_Answer):
    """Words of a source that a statement rests on."""

    kind: str
    source: str
    quote: str
    title: str = ""
    date: str | None = None


class Claim(_Answer):
    """A statement and what it rests on."""

    text: str
    evidence: list[Source] = Field(default_factory=list)


class Section(_Answer):
    """One part of what is known of a company; `relation`: what it means for the offering."""

    section: str
    title: str
    statements: list[Claim]
    relation: Claim | None = None


class LeadLine(_Answer):
    """One lead of a list."""

    leadid: str
    fullname: str | None
    jobtitle: str | None
    companyname: str | None
    stage: str | None = Field(description="Where it is with the agent; null: not with the agent.")
    band: str | None = Field(description="Fit: High, Moderate, Low or Unknown.")
    owner: str | None
    createdon: datetime


class LeadList(_Answer):
    """Newest first; `next` goes into `after` of the next call and is null at the end."""

    leads: list[LeadLine]
    next: str | None


class AccountResearch(_Answer):
    """The company of a lead."""

    leadid: str
    companyname: str | None
    accountid: str | None
    signal: str | None
    researched_at: datetime | None
    sections: list[Section]


class Rival(_Answer):
    """A competitor; `swot` has strengths, weaknesses, opportunities and threats."""

    name: str
    overview: list[Claim]
    swot: dict[str, list[Claim]]
    talking_points: list[Claim]


class CompetitorResearch(_Answer):
    """Who competes for this lead."""

    leadid: str
    companyname: str | None
    competitors: list[Rival]


class MailLine(_Answer):
    """A mail of the conversation."""

    direction: str = Field(description="out or in")
    at: datetime | None
    subject: str
    kind: str


class EngagementSummary(_Answer):
    """The conversation with a lead, as far as it is; `state` is null when none was begun."""

    leadid: str
    state: str | None
    headline: str
    next: str
    due_at: datetime | None
    sent: int
    heard: int
    interest: str | None
    summary: list[str]
    open_questions: list[str]
    mails: list[MailLine]


class Criterion(_Answer):
    """One criterion of the ideal customer profile."""

    criterion: str
    verdict: str = Field(description="met, not met or unknown")
    reason: str
    must_have: bool
    evidence: list[Source]


class Factor(_Answer):
    """One factor of BANT."""

    factor: str
    score: str
    reason: str


class Assessment(_Answer):
    """How well a lead fits and how ready it is."""

    leadid: str
    fit: str | None
    share: float | None = Field(description="met / (met + not met)")
    signal: str | None
    criteria: list[Criterion]
    bant: list[Factor]
    interest: str | None
    rating: str
    rating_reasons: list[str]


class LeadResearch(_Answer):
    """Everything the agent found about a lead."""

    leadid: str
    fullname: str | None
    jobtitle: str | None
    companyname: str | None
    stage: str | None
    reasons: list[str]
    email: dict[str, Any]
    missing: list[str]
    next_actions: list[str]
    assessment: Assessment
    company: AccountResearch


class OutreachDraft(_Answer):
    """The drafted email, null where there is none; nothing here sends it."""

    leadid: str
    subject: str | None
    body: str | None
    hold: str | None = Field(description="Why a person must look at it before it is sent.")
    paragraphs: list[Claim]


class LeadSummary(_Answer):
    """A lead in short."""

    leadid: str
    fullname: str | None
    jobtitle: str | None
    companyname: str | None
    owner: str | None
    stage: str | None
    fit: str | None
    signal: str | None
    rating: str
    reasons: list[str]
    next_actions: list[str]
    link: str


class Outcome(_Answer):
    """What came of qualify_lead.

    `status` is qualified or disqualified when it is done, declined when the person said no, and confirmation_needed
    when nothing happened yet: show `message` to the person and, if they agree, call again with `confirmation`.
    """

    status: str
    message: str
    confirmation: str | None = None
    accountid: str | None = None
    contactid: str | None = None
    opportunityid: str | None = None
