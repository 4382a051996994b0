"""Mails that a person's program sends to a lead, over the API: through the outbox, once, with the same checks."""

from dataclasses import asdict
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends
from pydantic import AwareDatetime, BaseModel, Field

from leadwright.actions import seller_mail
from leadwright.actions.seller_mail import Wanted
from leadwright.api.caller import ProblemRoute, needs, services_of
from leadwright.db.pages import seller_mail as read
from leadwright.errors import BadInput
from leadwright.identity.access import Principal
from leadwright.services import Services

router = APIRouter(tags=["seller mail"], route_class=ProblemRoute)

Adapters = Annotated[Services, Depends(services_of)]
Writer = Annotated[Principal, Depends(needs(*seller_mail.NEEDS))]
Reader = Annotated[Principal, Depends(needs("prvReadLead"))]


class Mail(BaseModel):
    """The mail. Its id is in the address: the same id again sends nothing twice.

    `due`: not before; null: at once. `anyway`: what speaks against it (`doubts` of the refusal) is known.
    """

    subject: str = Field(max_length=800)
    body: str = Field(max_length=100_000)
    mailboxid: str = Field(max_length=36)
    due: AwareDatetime | None = None
    versionnumber: int | None = None
    anyway: bool = False


class OnItsWay(BaseModel):
    """The mail in the outbox. `new` is false when it was there before."""

    outboxid: str
    emailid: str
    due: datetime
    new: bool


@router.get("/senders", summary="Addresses the caller may send from")
def senders(services: Adapters, who: Reader) -> list[dict[str, Any]]:
    """Their own mailbox first, then the shared one."""
    with services.database.reading() as session:
        return [asdict(sender) for sender in read.senders(session, who.id)]


@router.put("/leads/{leadid}/mails/{emailid}", summary="Send a mail to a lead")
def send(services: Adapters, who: Writer, leadid: str, emailid: str, body: Mail) -> OnItsWay:
    """`emailid` is the draft's, or a new GUID. Refused with 409 and `doubts` when something speaks against it."""
    if len(emailid) != 36:
        raise BadInput("Give the mail a GUID as its id, such as one of uuidgen.", field="emailid")
    if body.due is not None and body.due <= services.clock():
        raise BadInput("The moment has gone by. Give a later one, or none to send it at once.", field="due")
    wanted = Wanted(emailid=emailid, **body.model_dump())
    return OnItsWay.model_validate(seller_mail.send_mail(services, who, leadid, wanted), from_attributes=True)


@router.delete("/leads/{leadid}/mails/{emailid}", summary="Take back a mail that waits")
def cancel(services: Adapters, who: Writer, leadid: str, emailid: str) -> dict[str, str]:
    """Its words stay as a draft, whose id is returned."""
    return {"draft": seller_mail.cancel_mail(services, who, leadid, emailid)}
