"""Certificates of the agent's application over the API, as on the Prerequisites page."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends
from pydantic import BaseModel, ConfigDict, Field

from leadwright.actions import certificates as act
from leadwright.api.agent import needed_agent
from leadwright.api.caller import ProblemRoute, needs, services_of
from leadwright.identity.access import Principal
from leadwright.identity.certificates import MOST_CHARACTERS
from leadwright.services import Services

router = APIRouter(prefix="/agent/prerequisites/1/certificates", tags=["agent"], route_class=ProblemRoute)

Adapters = Annotated[Services, Depends(services_of)]
Reader = Annotated[Principal, Depends(needs("prvReadAgent", "prvReadApplication"))]
Keeper = Annotated[Principal, Depends(needs("prvReadAgent", "prvCreateApplication"))]


class NewCertificate(BaseModel):
    """PEM, with its private key when the agent itself shall sign in with it."""

    certificate: str = Field(max_length=MOST_CHARACTERS)


class Added(BaseModel):
    """Its id, for removing it."""

    keyid: str


class Line(BaseModel):
    """A certificate; thumbprints in upper-case hexadecimal."""

    model_config = ConfigDict(from_attributes=True)

    keyid: str
    thumbprint: str
    sha1: str
    startson: datetime
    endson: datetime
    haskey: bool


@router.get("", summary="Certificates of the agent's application")
def certificates(services: Adapters, who: Reader) -> list[Line]:
    """The longest valid first."""
    found = act.certificates_of(services, who, needed_agent(services).agentid)
    return [Line.model_validate(one) for one in found]


@router.post("", status_code=201, summary="Add a certificate")
def add(services: Adapters, who: Keeper, body: NewCertificate) -> Added:
    """Several are valid at once, beside secrets."""
    return Added(keyid=act.add_certificate(services, who, needed_agent(services).agentid, body.certificate))


@router.delete("/{keyid}", status_code=204, summary="Remove a certificate")
def remove(services: Adapters, who: Keeper, keyid: str) -> None:
    """Tokens asked for with it are refused at their next call."""
    act.remove_certificate(services, who, needed_agent(services).agentid, keyid)
