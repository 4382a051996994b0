"""The outbox over the API: what is still to go out, mails that wait for a person's word."""

from datetime import datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel

from leadwright.actions import outbox
from leadwright.api.caller import ProblemRoute, needs, services_of
from leadwright.identity.access import Principal
from leadwright.services import Services

router = APIRouter(tags=["mailboxes"], route_class=ProblemRoute)

Adapters = Annotated[Services, Depends(services_of)]
Supervisor = Annotated[Principal, Depends(needs("prvReadDashboard", "prvReadActivity"))]
After = Annotated[str, Query(max_length=600, description="`next` of the page before.")]

_WAITING = ("outboxid", "recipient", "emailaddress", "phase", "reason", "dueat", "attempts", "leadid")


class WaitingMail(BaseModel):
    """A mail that is still to go out."""

    outboxid: str
    recipient: str
    emailaddress: str | None
    phase: str
    reason: str | None
    dueat: datetime | None
    attempts: int
    leadid: str | None


class HeldMail(WaitingMail):
    """A mail of which nobody knows whether it arrived; `reason` says why."""

    messageid: str
    subject: str | None
    text: str | None


class WaitingPage(BaseModel):
    """A hundred mails in the order in which they are due; `left` are there on all pages.

    `next` goes into `after` of the next call and is null at the end.
    """

    mails: list[WaitingMail]
    left: int
    next: str | None


class HeldPage(BaseModel):
    """A hundred mails, oldest first; `next` goes into `after` of the next call and is null at the end."""

    mails: list[HeldMail]
    next: str | None


class Word(BaseModel):
    """What became of the mail: it arrived, send it again, or give it up."""

    decision: Literal["arrived", "again", "give_up"]


class Phase(BaseModel):
    """Of the mail after the decision."""

    phase: str


@router.get("/outbox", summary="Mails that are still to go out", response_model=WaitingPage)
def read_queue(services: Adapters, who: Supervisor, after: After = "") -> dict[str, Any]:
    """A page of them, in the order in which they are due."""
    found = outbox.queue(services, who, after=after)
    mails = [{name: getattr(row, name) for name in _WAITING} for row in found.waiting]
    return {"mails": mails, "left": found.left, "next": found.next or None}


@router.get("/outbox/held", summary="Mails that wait for a person's word", response_model=HeldPage)
def read_held(services: Adapters, who: Supervisor, after: After = "") -> dict[str, Any]:
    """A page of them, oldest first."""
    held, following = outbox.held_mails(services, who, after=after)
    mails = [
        {**{n: getattr(m.row, n) for n in (*_WAITING, "messageid")}, "subject": m.subject, "text": m.text} for m in held
    ]
    return {"mails": mails, "next": following or None}


@router.post("/outbox/{outboxid}/decision", summary="Say what became of a held mail", response_model=Phase)
def decide(services: Adapters, who: Supervisor, outboxid: str, body: Word) -> dict[str, str]:
    """Sending again needs prvCreateActivity, the others prvWriteActivity, over all records."""
    return {"phase": outbox.decide(services, who, outboxid, body.decision)}
