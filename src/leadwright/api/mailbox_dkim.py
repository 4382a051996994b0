"""The DKIM key of the agent's mailbox and the records of its domain, over the API."""

from typing import Annotated

from fastapi import APIRouter, Depends
from pydantic import BaseModel, Field

from leadwright.actions import mailbox_dkim
from leadwright.api.agent import needed_agent
from leadwright.api.caller import ProblemRoute, needs, services_of
from leadwright.identity.access import Principal
from leadwright.services import Services

router = APIRouter(tags=["mailboxes"], route_class=ProblemRoute)

Adapters = Annotated[Services, Depends(services_of)]
Reader = Annotated[Principal, Depends(needs("prvReadAgent"))]
Creator = Annotated[Principal, Depends(needs("prvReadAgent", "prvCreateMailbox"))]


class NewKey(BaseModel):
    """A key to be kept; without `pem` one is made here."""

    selector: str = Field(max_length=63)
    pem: str = Field("", max_length=mailbox_dkim.MOST_PEM)


class Signing(BaseModel):
    """The key that is kept. `name` and `record` are what DNS has to have; `signs`: mails are signed with it."""

    domain: str
    selector: str
    name: str
    record: str
    signs: bool


class Record(BaseModel):
    """A record of the domain. `good` is null where nobody answered or it cannot be told; `publish` what to publish."""

    kind: str
    name: str
    found: list[str]
    good: bool | None
    says: str
    publish: str


@router.get("/agent/mailbox/records", summary="SPF, DKIM and DMARC of the mailbox's domain")
def read_records(services: Adapters, who: Reader) -> list[Record]:
    """Looked up now. Advice: nothing is stopped by it."""
    found = mailbox_dkim.sender_records(services, who, needed_agent(services).agentid)
    return [Record.model_validate(each, from_attributes=True) for each in found]


@router.get("/agent/mailbox/dkim", summary="The DKIM key of the agent's mailbox")
def read_signing(services: Adapters, who: Reader) -> Signing:
    """Its public half; empty while none is kept."""
    return _signing(services, who)


@router.put("/agent/mailbox/dkim", summary="Make or keep a DKIM key")
def keep_key(services: Adapters, who: Creator, body: NewKey) -> Signing:
    """It signs once its record was found, or when told to."""
    agentid = needed_agent(services).agentid
    mailbox_dkim.keep_key(services, who, agentid, body.selector, body.pem)
    return _signing(services, who)


@router.delete("/agent/mailbox/dkim", summary="Remove the DKIM key")
def remove_key(services: Adapters, who: Creator) -> Signing:
    """Mails decided from now on are not signed here."""
    mailbox_dkim.remove_key(services, who, needed_agent(services).agentid)
    return _signing(services, who)


@router.post("/agent/mailbox/dkim/check", summary="Look the DKIM record up; where it matches, the key signs")
def check_record(services: Adapters, who: Creator) -> Record:
    """What DNS has under its name."""
    found = mailbox_dkim.check_record(services, who, needed_agent(services).agentid)
    return Record.model_validate(found, from_attributes=True)


@router.post("/agent/mailbox/dkim/sign", summary="Sign with the DKIM key whatever DNS says")
def sign_anyway(services: Adapters, who: Creator) -> Signing:
    """For a record that cannot be looked up from here."""
    mailbox_dkim.sign_anyway(services, who, needed_agent(services).agentid)
    return _signing(services, who)


def _signing(services: Services, who: Principal) -> Signing:
    found = mailbox_dkim.signing_of(services, who, needed_agent(services).agentid)
    return Signing.model_validate(found, from_attributes=True)
