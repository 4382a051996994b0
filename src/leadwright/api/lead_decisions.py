"""Further decisions about leads over the API: disqualify, overrule the email check, try all again, a mail as it was."""

from typing import Annotated, Literal

from fastapi import APIRouter, Depends
from pydantic import BaseModel, Field
from starlette.responses import Response

from leadwright.actions import outcome
from leadwright.actions.disqualify import disqualify, reopen
from leadwright.api.caller import ProblemRoute, needs, services_of
from leadwright.db.pages import lead_research, thread
from leadwright.errors import NotFound
from leadwright.identity.access import Principal, require
from leadwright.services import Services

router = APIRouter(prefix="/leads", tags=["leads"], route_class=ProblemRoute)

Adapters = Annotated[Services, Depends(services_of)]
Reader = Annotated[Principal, Depends(needs("prvReadLead"))]
Writer = Annotated[Principal, Depends(needs("prvReadLead", "prvWriteLead"))]


class Reason(BaseModel):
    """Why; it is kept with the lead."""

    reason: str = Field(min_length=1, max_length=500)


class EmailWord(BaseModel):
    """What a person knows about the address; an empty type leaves it as found."""

    valid: bool
    type: Literal["", "work", "personal"] = ""


class Retried(BaseModel):
    """How many leads are tried again."""

    leads: int


@router.post("/retry", summary="Try every lead again that failed or waits for a person")
def retry_all(services: Adapters, who: Writer) -> Retried:
    """Needs prvWriteLead over all leads."""
    return Retried(leads=outcome.retry_all_stopped(services, who))


@router.post("/{leadid}/disqualify", status_code=204, summary="Disqualify a lead")
def disqualify_lead(services: Adapters, who: Writer, leadid: str, body: Reason) -> None:
    """A conversation with it ends."""
    disqualify(services, who, leadid, body.reason)


@router.post("/{leadid}/reopen", status_code=204, summary="Open a closed lead again")
def reopen_lead(services: Adapters, who: Writer, leadid: str) -> None:
    """One that a person closed; one that the agent disqualified is reassigned instead."""
    reopen(services, who, leadid)


@router.put("/{leadid}/email", status_code=204, summary="Say whether the lead's address is valid")
def overrule_email(services: Adapters, who: Writer, leadid: str, body: EmailWord) -> None:
    """Whatever the check found; the agent goes by it."""
    outcome.overrule_email(services, who, leadid, valid=body.valid, kind=body.type)


@router.get(
    "/{leadid}/thread/{emailid}/original",
    summary="A mail as it came in or went out",
    response_class=Response,
    responses={200: {"content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}}}},
)
def original(services: Adapters, who: Reader, leadid: str, emailid: str) -> Response:
    """Its bytes, as far as they are kept."""
    with services.database.reading() as session:
        lead = lead_research.lead(session, leadid)
        if lead is None:
            raise NotFound("There is no such lead.")
        require(who, "prvReadLead", lead)
        mail = thread.mail(session, leadid, emailid)
    raw = (mail.went if mail.directioncode else mail.came) if mail is not None else None
    if raw is None:
        raise NotFound("There is no such mail of this lead, or its bytes are not kept.")
    named = {"Content-Disposition": 'attachment; filename="mail.eml"'}
    return Response(raw, media_type="application/octet-stream", headers=named)
