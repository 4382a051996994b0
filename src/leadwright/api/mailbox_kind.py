"""What is behind the agent's mailbox, over the API."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends
from pydantic import BaseModel

from leadwright.actions import mailbox_kind
from leadwright.api.agent import needed_agent
from leadwright.api.caller import ProblemRoute, needs, services_of
from leadwright.domain.mailbox_kind import MailboxKind
from leadwright.identity.access import Principal
from leadwright.services import Services

router = APIRouter(tags=["mailboxes"], route_class=ProblemRoute)

Adapters = Annotated[Services, Depends(services_of)]
Reader = Annotated[Principal, Depends(needs("prvReadAgent"))]
Creator = Annotated[Principal, Depends(needs("prvReadAgent", "prvCreateMailbox"))]


class Wanted(BaseModel):
    """The kind it is to be."""

    kind: MailboxKind


class Way(BaseModel):
    """A kind of mailbox; `why_not` is empty when it can be chosen."""

    kind: MailboxKind
    label: str
    why_not: str


class Behind(BaseModel):
    """What is behind it. `waiting`: mails its platform took and has had for long, `said` what it says of them."""

    address: str
    kind: MailboxKind
    platform: str
    choices: list[Way]
    waiting: int
    said: str
    trouble: str
    notified_until: datetime | None
    own_application: bool


@router.get("/agent/mailbox/kind", summary="What is behind the agent's mailbox")
def read_kind(services: Adapters, who: Reader) -> Behind:
    """Servers, server-side synchronisation or Microsoft Graph, and what else could be chosen."""
    found = mailbox_kind.what_is_behind(services, who, needed_agent(services).agentid)
    return Behind.model_validate(found, from_attributes=True)


@router.put("/agent/mailbox/kind", summary="Let the agent's mail go another way")
def change_kind(services: Adapters, who: Creator, body: Wanted) -> Behind:
    """While the agent is stopped and no outcome is unknown. The mailbox has to be tested again."""
    agentid = needed_agent(services).agentid
    mailbox_kind.choose_kind(services, who, agentid, body.kind)
    return Behind.model_validate(mailbox_kind.what_is_behind(services, who, agentid), from_attributes=True)
