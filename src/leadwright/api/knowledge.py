"""Knowledge over the API: sources of each set, uploads, and the test pane. As on the page."""

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, File, Form, Query, UploadFile
from pydantic import BaseModel, Field

from leadwright.actions import insight_trial, price_list
from leadwright.actions import knowledge as act
from leadwright.actions.agent import edit_draft
from leadwright.api.agent import needed_agent
from leadwright.api.caller import ProblemRoute, needs, services_of, takes
from leadwright.errors import BadInput
from leadwright.identity.access import Principal
from leadwright.research.knowledge import Ingested
from leadwright.services import Services
from leadwright.workflows.insight_trial import is_lost

router = APIRouter(tags=["knowledge"], route_class=ProblemRoute)

Adapters = Annotated[Services, Depends(services_of)]
Reader = Annotated[Principal, Depends(needs("prvReadKnowledge"))]
Writer = Annotated[Principal, Depends(needs("prvReadKnowledge", "prvWriteKnowledge"))]
Trier = Annotated[Principal, Depends(needs("prvReadAgent", "prvReadKnowledge", "prvConfigureAgent"))]
_SOURCE = ("sourceid", "purpose", "kind", "location", "title", "state", "detail", "ingestedon", "createdon")


class Source(BaseModel):
    """A source of one set: research, outreach, followup or competitor:NAME. Uploads have an address of their own."""

    purpose: str = Field(max_length=140)
    kind: Literal["folder", "site", "feed", "table"]
    location: str = Field(max_length=1_000)
    title: str = Field("", max_length=300)


class Trial(BaseModel):
    """The company to try; product: what is sold, default the value proposition of the draft."""

    company: str = Field(max_length=160)
    website: str = Field("", max_length=300)
    product: str = Field("", max_length=insight_trial.MOST_PRODUCT)


@router.get("/agent/knowledge", summary="Knowledge sources of every set")
def read_sources(services: Adapters, who: Reader) -> list[dict[str, Any]]:
    """state: new (being read), ready, partial, failing; `detail` says what to do."""
    found = act.sources(services, who)
    return [{name: getattr(s, name) for name in _SOURCE} for listed in found.values() for s in listed]


@router.post("/agent/knowledge", status_code=202, summary="Add a source")
def add_source(services: Adapters, who: Writer, body: Source) -> dict[str, str]:
    """It is read in the background: GET /agent/knowledge says how far it is."""
    sourceid = act.add_in_background(services, who, body.purpose, body.kind, body.location, body.title)
    return {"sourceid": sourceid}


@router.post("/agent/knowledge/files", status_code=201, summary="Upload a document")
@takes(lambda _settings: act.UPLOAD_BYTES + 100_000)
def upload(
    services: Adapters, who: Writer, purpose: Annotated[str, Form(max_length=140)], file: Annotated[UploadFile, File()]
) -> dict[str, Any]:
    """A file of the same name in the set is replaced."""
    return _done(act.upload(services, who, purpose, file.filename or "", file.file))


@router.post("/agent/knowledge/{sourceid}/refresh", status_code=202, summary="Take a source in again")
def refresh(services: Adapters, who: Writer, sourceid: str) -> dict[str, str]:
    """Only what changed is read."""
    act.refresh_in_background(services, who, sourceid)
    return {"state": act.READING}


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
) -> list[dict[str, Any]]:
    """The passages that fit best."""
    found = act.ask(services, who, purpose, question)
    return [{"source": p.source, "title": p.title, "text": p.text, "date": p.date} for p in found]


@router.post("/agent/knowledge/tests", status_code=202, summary="Try a company: the insights the agent would give")
def start_trial(services: Adapters, who: Trier, body: Trial) -> dict[str, str]:
    """Follow it with GET. No lead is made, nothing is sent."""
    agentid = needed_agent(services).agentid
    return {"trialid": insight_trial.start_trial(services, who, agentid, **body.model_dump())}


@router.get("/agent/knowledge/tests/{trialid}", summary="A company that was tried")
def read_trial(
    services: Adapters, who: Annotated[Principal, Depends(needs("prvReadAgent", "prvReadKnowledge"))], trialid: str
) -> dict[str, Any]:
    """`insights` has accountOverview, accountPriorities, accountFinances, accountNews, competitors and passages."""
    found = insight_trial.trial_of(services, who, needed_agent(services).agentid, trialid)
    names = (
        "trialid",
        "company",
        "website",
        "state",
        "doing",
        "reason",
        "steps",
        "insights",
        "startedon",
        "finishedon",
    )
    return {**{name: getattr(found, name) for name in names}, "interrupted": is_lost(found)}


@router.put("/agent/products/price-list", summary="Take the price list from a document")
@takes(lambda _settings: price_list.PRICE_LIST_BYTES + 100_000)
def put_price_list(services: Adapters, who: Trier, file: Annotated[UploadFile, File()]) -> dict[str, str]:
    """Its text takes the place of the price list in the draft."""
    if not file.filename:
        raise BadInput("Name the file: its ending says how it is read.", field="file")
    text = price_list.read_price_list(file.filename, file.file)
    edit_draft(services, who, needed_agent(services).agentid, "products", {"price_list": text})
    return {"price_list": text}


def _done(done: Ingested) -> dict[str, Any]:
    return {"state": done.state, "detail": done.detail, "documents": done.documents, "changed": done.changed}
