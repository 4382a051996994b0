"""Personal access tokens over the API: listed and revoked. Made by a person signed in at the desk, never by a token."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends
from pydantic import BaseModel, ConfigDict

from leadwright.actions import personal_tokens as act
from leadwright.api.caller import ProblemRoute, needs, services_of
from leadwright.identity.access import Principal
from leadwright.services import Services

router = APIRouter(prefix="/tokens", tags=["tokens"], route_class=ProblemRoute)

Adapters = Annotated[Services, Depends(services_of)]
Anybody = Annotated[Principal, Depends(needs())]


class TokenLine(BaseModel):
    """A token without its value."""

    model_config = ConfigDict(from_attributes=True)

    tokenid: str
    name: str
    hint: str
    readonly: bool
    createdon: datetime
    endson: datetime
    lastusedon: datetime | None


@router.get("", summary="The caller's personal access tokens")
def tokens(services: Adapters, who: Anybody) -> list[TokenLine]:
    """Newest first. A new one is made on the page Tokens, so that a stolen token cannot prolong itself."""
    return [TokenLine.model_validate(row) for row in act.tokens_of(services, who)]


@router.delete("/{tokenid}", status_code=204, summary="Revoke a personal access token")
def revoke(services: Adapters, who: Anybody, tokenid: str) -> None:
    """It is refused at its next call."""
    act.revoke_token(services, who, tokenid)
