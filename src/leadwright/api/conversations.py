"""Conversations over the API: the thread of a lead, and what a person's program decides about it."""

from datetime import date, datetime
from enum import StrEnum
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends
from pydantic import BaseModel, ConfigDict, Field

from leadwright.actions import conversations, no_mail, referrals
from leadwright.api.caller import ProblemRoute, needs, services_of
from leadwright.db.pages import lead_research
from leadwright.db.pages.thread_story import Event, OurMail, TheirMail, Thread, read_thread
from leadwright.errors import BadInput, NotFound
from leadwright.identity.access import Principal, require
from leadwright.services import Services

router = APIRouter(prefix="/leads", tags=["conversations"], route_class=ProblemRoute)

Adapters = Annotated[Services, Depends(services_of)]
Reader = Annotated[Principal, Depends(needs("prvReadLead"))]


class Decision(StrEnum):
    """What may be decided about a conversation."""

    SEND = "send"
    THEIR_ANSWER = "their-answer"
    GO_ON = "go-on"
    TAKE_OVER = "take-over"
    STOP = "stop"
    PAUSE = "pause"
    DO_NOT_WRITE = "do-not-write"
    REFERRAL = "referral"


class _Read(BaseModel):
    model_config = ConfigDict(from_attributes=True)


class Quote(_Read):
    """Words of a source."""

    kind: str
    source: str
    quote: str
    title: str = ""
    date: str | None = None


class Said(_Read):
    """A paragraph or an answer, and what it rests on."""

    text: str
    evidence: list[Quote]


class InterestRead(_Read):
    """Purchase interest."""

    polarity: str
    confidence: str | None
    category: str | None
    reason: str
    evidence: list[Quote]


class FactorRead(_Read):
    """One factor of BANT."""

    factor: str
    score: str
    reason: str
    evidence: list[Quote]


class StandingRead(_Read):
    """Where the conversation stands. `next` comes at `due_at` at the earliest; `decisions` are open to the caller."""

    runid: str
    state: Literal["due", "sending", "person", "ended"]
    step: str
    headline: str
    next: str
    due_at: datetime | None
    reason: str
    agent_state: str
    address: str
    mailbox: str
    sent: int
    heard: int
    asked: list[str]
    interest: InterestRead
    bant: list[FactorRead]
    back_at: datetime | None
    began_at: datetime
    ended_at: datetime | None
    outcome: str | None
    owner: str
    summary: list[str]
    open_questions: list[str]
    question: str
    referral: dict[str, str]
    decisions: list[str] = Field(default_factory=list)


class OurMailRead(_Read):
    """A mail of ours; `phase` is null while it is a draft. `writer`: the person who sends it; empty: the agent."""

    what: Literal["ours"] = "ours"
    emailid: str
    kind: str
    phase: str | None
    fate: str
    subject: str
    text: str
    recipient: str
    written_at: datetime
    at: datetime | None
    due_at: datetime | None
    said: str
    hold: str
    bounced_at: datetime | None
    paragraphs: list[Said]
    writer: str


class TheirMailRead(_Read):
    """A mail that came in. `kind` is null when it was not judged; `hold`: why a person must say whose mail it is."""

    what: Literal["theirs"] = "theirs"
    emailid: str
    kind: str | None
    sender: str
    subject: str
    text: str
    at: datetime
    decided: str
    reasons: list[str]
    interest: InterestRead | None
    bant: list[FactorRead]
    quote: str
    opt_out: str
    question: str
    answer: list[Said]
    referral: dict[str, str]
    authenticated: bool | None
    same_sender: bool | None
    matched: str
    hold: str
    read_again: bool
    away_until: date | None
    hidden: list[str]
    voucher: str
    server: str
    deliveries: int


class EventRead(_Read):
    """What happened beside the mails."""

    what: Literal["event"] = "event"
    at: datetime
    action: str
    text: str
    who: str


class ThreadRead(BaseModel):
    """A conversation in time order; `standing` is null when the agent never began one."""

    standing: StandingRead | None
    items: list[Annotated[OurMailRead | TheirMailRead | EventRead, Field(discriminator="what")]]


class Word(BaseModel):
    """What a decision needs: `emailid` their-answer, `to` take-over, `until` pause, `reason` and `outcome` stop."""

    emailid: str = Field("", max_length=36)
    to: Literal["me", "rule"] = "rule"
    until: date | None = None
    reason: str = Field("", max_length=500)
    outcome: str = Field("not_interested", max_length=20)


class Done(BaseModel):
    """What came of it: the new owner of take-over, the new lead of referral, the moment of pause."""

    owner: str | None = None
    leadid: str | None = None
    until: datetime | None = None


@router.get("/{leadid}/thread", summary="The conversation with a lead")
def read(services: Adapters, who: Reader, leadid: str) -> ThreadRead:
    """Where it stands, what comes next and when, every mail with what was read in it and why the agent did what."""
    with services.database.reading() as session:
        lead = lead_research.lead(session, leadid)
        if lead is None:
            raise NotFound("There is no such lead.")
        require(who, "prvReadLead", lead)
        thread = read_thread(session, leadid)
    return _read(thread, sorted(conversations.open_decisions(who, lead, thread.standing)))


@router.post("/{leadid}/conversation/{decision}", summary="Decide about a conversation")
def decide(services: Adapters, who: Reader, leadid: str, decision: Decision, body: Word) -> Done:
    """The same decision again changes nothing. Refusals say what to do instead."""
    match decision:
        case Decision.SEND:
            conversations.send_held(services, who, leadid)
        case Decision.THEIR_ANSWER:
            conversations.vouch(services, who, leadid, body.emailid)
        case Decision.GO_ON:
            conversations.go_on(services, who, leadid)
        case Decision.TAKE_OVER:
            return Done(owner=conversations.take_over(services, who, leadid, by_rule=body.to == "rule"))
        case Decision.STOP:
            conversations.stop(services, who, leadid, body.reason, body.outcome)
        case Decision.PAUSE:
            if body.until is None:
                raise BadInput("Give the day as YYYY-MM-DD.", field="until")
            return Done(until=conversations.pause(services, who, leadid, body.until))
        case Decision.DO_NOT_WRITE:
            no_mail.do_not_write(services, who, leadid)
        case Decision.REFERRAL:
            return Done(leadid=referrals.create_referred(services, who, leadid))
    return Done()


def _read(thread: Thread, decisions: list[str]) -> ThreadRead:
    standing = None
    if thread.standing is not None:
        standing = StandingRead.model_validate(thread.standing)
        standing.decisions = decisions
    shapes: dict[type, Any] = {OurMail: OurMailRead, TheirMail: TheirMailRead, Event: EventRead}
    return ThreadRead(standing=standing, items=[shapes[type(item)].model_validate(item) for item in thread.items])
