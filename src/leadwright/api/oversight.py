"""Supervision over the API: mails that wait for approval, what waits, rejections to be judged blind."""

from dataclasses import asdict, replace
from datetime import datetime, timedelta
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel, ConfigDict, Field

from leadwright.actions import approvals, oversight, rejections
from leadwright.actions.oversight import Watch
from leadwright.actions.rejections import Blind
from leadwright.api.caller import ProblemRoute, needs, services_of
from leadwright.db.pages.agent_settings import present_agent
from leadwright.domain.approval import Kind
from leadwright.domain.rejection import Word as Verdict
from leadwright.errors import BadInput, NotFound
from leadwright.identity.access import Principal
from leadwright.services import Services

router = APIRouter(tags=["oversight"], route_class=ProblemRoute)

Adapters = Annotated[Services, Depends(services_of)]
Approver = Annotated[Principal, Depends(needs(*approvals.NEEDS))]
Judge = Annotated[Principal, Depends(needs(*rejections.NEEDS))]


class MailRead(BaseModel):
    """A mail as it would leave; `contenthash` is what an approval is bound to."""

    model_config = ConfigDict(from_attributes=True)
    outboxid: str
    kind: Kind
    requestedon: datetime
    recipient: str
    leadid: str | None
    lead: str
    company: str
    subject: str
    text: str
    body: str
    contenthash: str
    in_thread: bool


class WaitingRead(BaseModel):
    """A page, oldest first; `next` is `after` of the page that follows, empty on the last."""

    mails: list[MailRead]
    next: str
    count: int


class Seen(BaseModel):
    """A mail as it was read."""

    outboxid: str = Field(max_length=36)
    contenthash: str = Field(max_length=64)


class Approved(BaseModel):
    """Mails to approve together; all or none."""

    mails: list[Seen] = Field(min_length=1, max_length=approvals.MOST_AT_ONCE)


class Word(BaseModel):
    """A decision about one mail. `feedback` of a rejection; `instruction` keeps it in the draft settings too."""

    decision: Literal["reject", "change"]
    contenthash: str = Field(max_length=64)
    feedback: str = Field("", max_length=1_000)
    instruction: bool = False
    subject: str = Field("", max_length=800)
    body: str = Field("", max_length=100_000)


class Judgement(BaseModel):
    """`pursue`: a seller should have the lead; `drop`: not worth their time; `unsure`."""

    word: Verdict
    comment: str = Field("", max_length=1_000)


class WatchBody(BaseModel):
    """Which kinds of mail wait, hours an approval holds, per cent of rejections that a person judges again."""

    firstmails: bool = False
    followups: bool = False
    answers: bool = False
    hours: int = 72
    percent: float = 5.0


@router.get("/approvals", summary="Mails that wait for approval")
def waiting(
    services: Adapters,
    who: Approver,
    after: Annotated[str, Query(max_length=36, description="`next` of the page before.")] = "",
) -> WaitingRead:
    """Twenty-five at a time."""
    rows, following, count = approvals.waiting_mails(services, who, after=after)
    return WaitingRead(mails=[MailRead.model_validate(row) for row in rows], next=following, count=count)


@router.post("/approvals", summary="Approve mails")
def approve(services: Adapters, who: Approver, body: Approved) -> dict[str, int]:
    """Refused with 409 when one was changed since it was read; none is approved then."""
    return {"approved": approvals.approve(services, who, [(m.outboxid, m.contenthash) for m in body.mails])}


@router.post("/approvals/{outboxid}/decision", summary="Reject a mail, or change its words")
def decide(services: Adapters, who: Approver, outboxid: str, body: Word) -> dict[str, str]:
    """A change gives the new `contenthash`, which has to be approved."""
    if body.decision == "change":
        words = {"subject": body.subject, "body": body.body}
        return {"contenthash": approvals.change(services, who, outboxid, body.contenthash, **words)}
    if not body.feedback.strip():
        raise BadInput("Say what is wrong with the mail.", field="feedback")
    approvals.reject(services, who, outboxid, body.contenthash, body.feedback, instruction=body.instruction)
    return {}


@router.get("/oversight", summary="What waits for a person")
def read_watch(services: Adapters, who: Annotated[Principal, Depends(needs("prvReadAgent"))]) -> WatchBody:
    """In force now."""
    return WatchBody(**asdict(oversight.read_watch(services, who, _agent(services))))


@router.put("/oversight", status_code=204, summary="Choose what waits for a person")
def set_watch(
    services: Adapters, who: Annotated[Principal, Depends(needs("prvConfigureAgent"))], body: WatchBody
) -> None:
    """Holds from now on, for mails that wait already too."""
    oversight.set_watch(services, who, _agent(services), Watch(**body.model_dump()))


@router.get("/rejections", summary="Leads to be judged blind")
def reviews(services: Adapters, who: Judge) -> dict[str, Any]:
    """At most fifty, oldest first, without what the agent decided; and how many wait."""
    rows, count = rejections.waiting_reviews(services, who)
    return {"reviews": [dict(row._mapping) for row in rows], "count": count}


@router.get("/rejections/rate", summary="How often the agent rejected what a person would have pursued")
def reject_rate(services: Adapters, who: Judge, days: Annotated[int, Query(ge=1, le=3660)] = 7) -> dict[str, Any]:
    """The share with Wilson's interval of 95 %, in all and by version, of leads taken in during the last days."""
    until = services.clock()
    report = rejections.report(services, who, until - timedelta(days=days), until)
    versions = [{"version": version, **asdict(rate)} for version, rate in report.versions]
    return {**asdict(report.rate), "versions": versions}


@router.get("/rejections/judged", summary="The rejections behind the rate")
def judged(
    services: Adapters,
    who: Judge,
    days: Annotated[int, Query(ge=1, le=3660)] = 7,
    wrong: bool = False,
    after: Annotated[str, Query(max_length=36, description="`next` of the page before.")] = "",
) -> dict[str, Any]:
    """Fifty a page; `wrong`: only those a person would have pursued."""
    until = services.clock()
    report = rejections.report(services, who, until - timedelta(days=days), until, wrong=wrong, after=after)
    return {"rows": [dict(row._mapping) for row in report.rows], "next": report.next}


@router.get("/rejections/{reviewid}", summary="A lead to judge")
def review(services: Adapters, who: Judge, reviewid: str) -> dict[str, Any]:
    """`revealed` is null until it was judged."""
    return _review(rejections.review_of(services, who, reviewid))


@router.put("/rejections/{reviewid}", summary="Judge a lead")
def judge(services: Adapters, who: Judge, reviewid: str, body: Judgement) -> dict[str, Any]:
    """Needs prvWriteLead; then what the agent had decided is told."""
    return _review(rejections.judge(services, who, reviewid, body.word, body.comment))


def _review(found: Blind) -> dict[str, Any]:
    shown = asdict(replace(found, insights=(), mails=()))
    insights = [{"title": i.title, "statements": [s.text for s in i.statements]} for i in found.insights]
    return {**shown, "insights": insights, "mails": [dict(m._mapping) for m in found.mails]}


def _agent(services: Services) -> str:
    with services.database.reading() as session:
        agent = present_agent(session)
    if agent is None:
        raise NotFound("There is no agent yet. Create one first.")
    return agent.agentid
