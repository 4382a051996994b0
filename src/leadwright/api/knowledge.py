"""Knowledge over the API: the sources of each set, adding, taking in again, removing, and the test pane."""

from datetime import datetime
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Query, UploadFile
from pydantic import BaseModel, ConfigDict, Field

from leadwright.actions import knowledge as act
from leadwright.api.caller import ProblemRoute, needs, services_of, takes
from leadwright.identity.access import Principal
from leadwright.services import Services

router = APIRouter(prefix="/agent/knowledge", tags=["knowledge"], route_class=ProblemRoute)

Adapters = Annotated[Services, Depends(services_of)]
Reader = Annotated[Principal, Depends(needs("prvReadKnowledge"))]
Writer = Annotated[Principal, Depends(needs("prvWriteKnowledge"))]
Set = Annotated[str, Query(max_length=140, description="research, outreach, followup, or competitor:NAME.")]


class NewSource(BaseModel):
    """A folder on the server, a web site, a feed, or a CRM table."""

    purpose: str = Field(max_length=140, description="research, outreach, followup, or competitor:NAME.")
    kind: Literal["folder", "site", "feed", "table"]
    location: str = Field(max_length=2000)
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


class PassageRead(BaseModel):
    """A passage that answers."""

    model_config = ConfigDict(from_attributes=True)

    kind: str
    source: str
    title: str
    text: str
    date: str | None


@router.get("", summary="Knowledge sources")
def sources(services: Adapters, who: Reader) -> list[SourceRead]:
    """Of every set; one is never used by another."""
    read = act.last_read(services, who)
    rows = [SourceRead.model_validate(s) for found in act.sources(services, who).values() for s in found]
    return [row.model_copy(update={"read_on": read.get(row.sourceid)}) for row in rows]


@router.post("", status_code=201, summary="Add a source and take it in")
def add(services: Adapters, who: Writer, body: NewSource) -> Taken:
    """It may take minutes for a large site."""
    return Taken.model_validate(act.add_source(services, who, body.purpose, body.kind, body.location, body.title))


@router.post("/files", status_code=201, summary="Upload a file")
@takes(lambda _settings: act.UPLOAD_BYTES + 100_000)
def upload(services: Adapters, who: Writer, purpose: Set, file: UploadFile) -> Taken:
    """pdf, docx, pptx, xlsx, html, md, txt or csv. A file of the same name in the set is replaced."""
    return Taken.model_validate(act.upload(services, who, purpose, file.filename or "", file.file))


@router.get("/answers", summary="What one set would answer")
def answers(
    services: Adapters, who: Reader, purpose: Set, question: Annotated[str, Query(min_length=1, max_length=500)]
) -> list[PassageRead]:
    """The test pane: at most five passages."""
    return [PassageRead.model_validate(p) for p in act.ask(services, who, purpose, question)]


@router.post("/{sourceid}/refresh", summary="Take a source in again")
def refresh(services: Adapters, who: Writer, sourceid: str) -> Taken:
    """Only what changed is read."""
    return Taken.model_validate(act.refresh_source(services, who, sourceid))


@router.delete("/{sourceid}", status_code=204, summary="Remove a source")
def remove(services: Adapters, who: Writer, sourceid: str) -> None:
    """With everything taken from it."""
    act.remove_source(services, who, sourceid)
