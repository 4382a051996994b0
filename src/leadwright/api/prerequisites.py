"""Setting up prerequisites 1 and 2 over the API, attesting, clearing and checking again. Mailboxes have their own."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends
from pydantic import BaseModel, Field

from leadwright.actions import prerequisites as act
from leadwright.api.agent import needed_agent, prerequisite_report
from leadwright.api.caller import ProblemRoute, needs, services_of
from leadwright.domain.privileges import AI_SALESPERSON
from leadwright.identity.access import Principal
from leadwright.services import Services

router = APIRouter(tags=["agent"], route_class=ProblemRoute)

Adapters = Annotated[Services, Depends(services_of)]
Reader = Annotated[Principal, Depends(needs("prvReadAgent"))]


class Registration(BaseModel):
    """An application; account_type is one of those the page offers, such as AzureADMyOrg."""

    name: str = Field(max_length=120)
    account_type: str = Field("AzureADMyOrg", max_length=60)
    redirect_uri: str | None = Field(None, max_length=400)


class ApplicationUser(BaseModel):
    """The application user; businessunitid: default the root."""

    clientid: str = Field(max_length=60)
    businessunitid: str | None = Field(None, max_length=36)
    role: str = Field(AI_SALESPERSON, max_length=100)


@router.post("/agent/prerequisites/1/application", status_code=201, summary="Register the application")
def register(
    services: Adapters,
    who: Annotated[Principal, Depends(needs("prvReadAgent", "prvCreateApplication"))],
    body: Registration,
) -> dict[str, Any]:
    """The secret's value is in this answer and nowhere else."""
    made = act.register_application(services, who, needed_agent(services).agentid, **body.model_dump())
    inputs = act.reports(services, who, needed_agent(services).agentid)[0].inputs
    return {**inputs, "secret": made.secret.value, "endson": made.secret.endson}


@router.post("/agent/prerequisites/2/user", status_code=201, summary="Create the application user")
def create_user(
    services: Adapters,
    who: Annotated[Principal, Depends(needs("prvReadAgent", "prvCreateUser"))],
    body: ApplicationUser,
) -> dict[str, str]:
    """With its business unit and security role. Mark prerequisite 2 as done to verify it."""
    agentid = needed_agent(services).agentid
    act.create_application_user(services, who, agentid, **body.model_dump())
    return act.reports(services, who, agentid)[1].inputs


@router.post("/agent/prerequisites/{number}/attest", summary="Mark as done on an administrator's word")
def attest(
    services: Adapters, who: Annotated[Principal, Depends(needs("prvReadAgent", "prvAssignRole"))], number: int
) -> dict[str, Any]:
    """Only where a check cannot be run; refused with 409 where one fails."""
    return prerequisite_report(act.attest(services, who, needed_agent(services).agentid, number))


@router.post("/agent/prerequisites/{number}/clear", summary="Clear the mark")
def clear(services: Adapters, who: Reader, number: int) -> dict[str, Any]:
    """Needs the privileges of that step; refused while the agent works."""
    return prerequisite_report(act.unmark(services, who, needed_agent(services).agentid, number))


@router.post("/agent/prerequisites/check", summary="Run the checks of what is marked again")
def check(services: Adapters, who: Reader) -> list[dict[str, Any]]:
    """The four of them, with what was found."""
    return [prerequisite_report(r) for r in act.recheck(services, who, needed_agent(services).agentid)]
