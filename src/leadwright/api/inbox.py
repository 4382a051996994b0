"""The inbox over the API: mails without a lead and mails put aside; link, ignore, try again."""

from datetime import datetime
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Query, Response
from pydantic import BaseModel, ConfigDict, Field

from leadwright.actions import inbox
from leadwright.api.caller import ProblemRoute, needs, services_of
from leadwright.identity.access import Principal
from leadwright.services import Services

router = APIRouter(prefix="/inbox", tags=["inbox"], route_class=ProblemRoute)

Adapters = Annotated[Services, Depends(services_of)]
Supervisor = Annotated[Principal, Depends(needs("prvReadDashboard", "prvReadActivity"))]


class Candidate(BaseModel):
    """A lead that has the address the mail comes from."""

    model_config = ConfigDict(from_attributes=True)
    leadid: str
    fullname: str | None
    companyname: str | None
    emailaddress1: str | None


class WaitingRead(BaseModel):
    """A mail that waits for a person; `head` is the beginning of its source as text."""

    model_config = ConfigDict(from_attributes=True)
    inboundid: str
    state: Literal["unmatched", "quarantined", "new"]
    reason: str
    mailbox: str
    at: datetime
    size: int
    sender: str
    subject: str
    head: str
    candidates: list[Candidate]


class InboxRead(BaseModel):
    """A page, newest first. `next` is `after` of the page that follows, empty on the last; counts stop at a hundred."""

    mails: list[WaitingRead]
    next: str
    counts: dict[str, int]


class Word(BaseModel):
    """`leadid`: of the lead it is linked with."""

    decision: Literal["link", "ignore", "try-again"]
    leadid: str = Field("", max_length=36)


@router.get("", summary="Mails that wait for a person")
def read(
    services: Adapters,
    who: Supervisor,
    state: Literal["unmatched", "quarantined", "new"] = "unmatched",
    after: Annotated[str, Query(max_length=600, description="`next` of the page before.")] = "",
) -> InboxRead:
    """Fifty at a time."""
    page = inbox.waiting_mails(services, who, state, after=after)
    mails = [WaitingRead.model_validate(row) for row in page.rows]
    return InboxRead(mails=mails, next=page.next, counts=page.counts)


@router.get("/{inboundid}/source", summary="A mail as it came", response_class=Response)
def source(services: Adapters, who: Supervisor, inboundid: str) -> Response:
    """Its bytes, as far as they are kept."""
    named = {"Content-Disposition": 'attachment; filename="mail.eml"'}
    return Response(inbox.source_of(services, who, inboundid), media_type="application/octet-stream", headers=named)


@router.post("/{inboundid}/decision", status_code=204, summary="Decide about a mail that waits")
def decide(services: Adapters, who: Supervisor, inboundid: str, body: Word) -> None:
    """Linked, the agent acts on it as the lead's answer. Needs prvWriteActivity over all records."""
    match body.decision:
        case "link":
            inbox.link(services, who, inboundid, body.leadid)
        case "ignore":
            inbox.ignore(services, who, inboundid)
        case "try-again":
            inbox.try_again(services, who, inboundid)
