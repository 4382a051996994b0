"""Knowledge over the API: sources of each set, uploads, and the test pane. As on the page."""

from datetime import datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, File, Form, Query, UploadFile
from pydantic import BaseModel, ConfigDict, Field

from leadwright.actions import insight_trial, price_list
from leadwright.actions import knowledge as act
from leadwright.actions.agent import edit_draft
from leadwright.api.agent import needed_agent
from leadwright.api.caller import ProblemRoute, needs, services_of, takes
from leadwright.errors import BadInput
from leadwright.identity.access import Principal
from leadwright.services import Services
from leadwright.workflows.unattended import is_lost

router = APIRouter(tags=["knowledge"], route_class=ProblemRoute)

Adapters = Annotated[Services, Depends(services_of)]
Reader = Annotated[Principal, Depends(needs("prvReadKnowledge"))]
Writer = Annotated[Principal, Depends(needs("prvReadKnowledge", "prvWriteKnowledge"))]
Trier = Annotated[Principal, Depends(needs("prvReadAgent", "prvReadKnowledge", "prvConfigureAgent"))]


class Source(BaseModel):
    """A source of one set: research, outreach, followup or competitor:NAME. Uploads have an address of their own."""

    purpose: str = Field(max_length=140)
    kind: Literal["folder", "site", "feed", "table"]
    location: str = Field(max_length=1_000)
    title: str = Field("", max_length=300)


class SourceRead(BaseModel):
    """A source; `read_on`: when a document of it was read last."""

    model_config = ConfigDict(from_attributes=True)

    sourceid: str
    purpose: str
    kind: str
    location: str
    title: str
    state: str
    detail: str
    ingestedon: datetime | None
    createdon: datetime
    read_on: datetime | None = None


class Taken(BaseModel):
    """What taking in did; state: ready, partial or failing."""

    model_config = ConfigDict(from_attributes=True)

    state: str
    detail: str
    documents: int
    changed: int
    removed: int
    problems: list[tuple[str, str]]


class Begun(BaseModel):
    """It is read in the background: GET /agent/knowledge says how far it is."""

    sourceid: str


class PassageRead(BaseModel):
    """A passage that answers."""

    model_config = ConfigDict(from_attributes=True)

    kind: str
    source: str
    title: str
    text: str
    date: str | None


class TrialBegun(BaseModel):
    """Follow it with GET /agent/knowledge/tests/{trialid}."""

    trialid: str


class TrialRead(BaseModel):
    """`insights` has accountOverview, accountPriorities, accountFinances, accountNews, competitors and passages."""

    model_config = ConfigDict(from_attributes=True)

    trialid: str
    company: str
    website: str
    state: str
    doing: str
    reason: str
    steps: list[Any]
    insights: dict[str, Any]
    startedon: datetime
    finishedon: datetime | None
    interrupted: bool = False


class PriceListRead(BaseModel):
    """The text that stands in the draft now."""

    price_list: str


class Trial(BaseModel):
    """The company to try; product: what is sold, default the value proposition of the draft."""

    company: str = Field(max_length=160)
    website: str = Field("", max_length=300)
    product: str = Field("", max_length=insight_trial.MOST_PRODUCT)


@router.get("/agent/knowledge", summary="Knowledge sources of every set")
def read_sources(services: Adapters, who: Reader) -> list[SourceRead]:
    """state: new (being read), ready, partial, failing; `detail` says what to do. One set is never used by another."""
    read = act.last_read(services, who)
    rows = [SourceRead.model_validate(s) for listed in act.sources(services, who).values() for s in listed]
    return [row.model_copy(update={"read_on": read.get(row.sourceid)}) for row in rows]


@router.post("/agent/knowledge", status_code=202, summary="Add a source")
def add_source(services: Adapters, who: Writer, body: Source) -> Begun:
    """It is read in the background."""
    sourceid = act.add_in_background(services, who, body.purpose, body.kind, body.location, body.title)
    return Begun(sourceid=sourceid)


@router.post("/agent/knowledge/files", status_code=201, summary="Upload a document")
@takes(lambda _settings: act.UPLOAD_BYTES + 100_000)
def upload(
    services: Adapters, who: Writer, purpose: Annotated[str, Form(max_length=140)], file: Annotated[UploadFile, File()]
) -> Taken:
    """pdf, docx, pptx, xlsx, html, md, txt or csv. A file of the same name in the set is replaced."""
    return Taken.model_validate(act.upload(services, who, purpose, file.filename or "", file.file))


@router.post("/agent/knowledge/{sourceid}/refresh", status_code=202, summary="Take a source in again")
def refresh(services: Adapters, who: Writer, sourceid: str) -> Begun:
    """Only what changed is read."""
    act.refresh_in_background(services, who, sourceid)
    return Begun(sourceid=sourceid)


@router.delete("/agent/knowledge/{sourceid}", status_code=204, summary="Remove a source")
def remove(services: Adapters, who: Writer, sourceid: str) -> None:
    """With everything taken from it."""
    act.remove_source(services, who, sourceid)


@router.get("/agent/knowledge/passages", summary="What one set answers to a question")
def ask(
    services: Adapters,
    who: Reader,
    question: Annotated[str, Query(min_length=1, max_length=500)],
    purpose: Annotated[str, Query(max_length=140)] = "research",
) -> list[PassageRead]:
    """The passages that fit best, five at most."""
    return [PassageRead.model_validate(found) for found in act.ask(services, who, purpose, question)]


@router.post("/agent/knowledge/tests", status_code=202, summary="Try a company: the insights the agent would give")
def start_trial(services: Adapters, who: Trier, body: Trial) -> TrialBegun:
    """No lead is made, nothing is sent."""
    agentid = needed_agent(services).agentid
    return TrialBegun(trialid=insight_trial.start_trial(services, who, agentid, **body.model_dump()))


@router.get("/agent/knowledge/tests/{trialid}", summary="A company that was tried")
def read_trial(
    services: Adapters, who: Annotated[Principal, Depends(needs("prvReadAgent", "prvReadKnowledge"))], trialid: str
) -> TrialRead:
    """How far it is, and what was found."""
    found = insight_trial.trial_of(services, who, needed_agent(services).agentid, trialid)
    return TrialRead.model_validate(found).model_copy(update={"interrupted": is_lost(found)})


@router.put("/agent/products/price-list", summary="Take the price list from a document")
@takes(lambda _settings: price_list.PRICE_LIST_BYTES + 100_000)
def put_price_list(services: Adapters, who: Trier, file: Annotated[UploadFile, File()]) -> PriceListRead:
    """Its text takes the place of the price list in the draft."""
    if not file.filename:
        raise BadInput("Name the file: its ending says how it is read.", field="file")
    text = price_list.read_price_list(file.filename, file.file)
    edit_draft(services, who, needed_agent(services).agentid, "products", {"price_list": text})
    return PriceListRead(price_list=text)
