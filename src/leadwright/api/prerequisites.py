"""Setting up prerequisites 1 and 2 over the API, and the ticks of all four beside Mark as done."""

from typing import Annotated

from fastapi import APIRouter, Depends
from pydantic import BaseModel, Field

from leadwright.actions import applications
from leadwright.actions import prerequisites as act
from leadwright.actions.certificates import register_with_certificate
from leadwright.api.agent import needed_agent
from leadwright.api.answers import CheckRead, ReportRead
from leadwright.api.caller import ProblemRoute, needs, services_of
from leadwright.domain.prerequisites import BY_NUMBER
from leadwright.domain.privileges import AI_SALESPERSON
from leadwright.errors import NotFound
from leadwright.identity.access import Principal
from leadwright.identity.certificates import MOST_CHARACTERS
from leadwright.identity.directory import SECRET_DAYS
from leadwright.services import Services

router = APIRouter(prefix="/agent/prerequisites", tags=["agent"], route_class=ProblemRoute)

Adapters = Annotated[Services, Depends(services_of)]
Reader = Annotated[Principal, Depends(needs("prvReadAgent"))]


class NewApplication(BaseModel):
    """With a certificate it has no secret."""

    name: str = Field(max_length=120)
    account_type: str = Field("AzureADMyOrg", max_length=60, description=", ".join(applications.ACCOUNT_TYPES))
    redirect_uri: str | None = Field(None, max_length=400)
    certificate: str = Field("", max_length=MOST_CHARACTERS, description="PEM, with its private key if wanted.")
    secret_days: int = Field(SECRET_DAYS, ge=1, le=applications.MOST_SECRET_DAYS)


class Registered(BaseModel):
    """The secret is in this answer only; null when a certificate was given."""

    clientid: str
    secret: str | None


class NewApplicationUser(BaseModel):
    """business unit: the root one unless given."""

    clientid: str = Field(max_length=60)
    businessunitid: str | None = Field(None, max_length=36)
    role: str = Field(AI_SALESPERSON, max_length=100)


class MadeUser(BaseModel):
    """The application user's id."""

    systemuserid: str


@router.post("/1/application", status_code=201, summary="Register the application")
def register(
    services: Adapters,
    who: Annotated[Principal, Depends(needs("prvReadAgent", "prvCreateApplication"))],
    body: NewApplication,
) -> Registered:
    """Prerequisite 1, with a client secret or a certificate."""
    agentid = needed_agent(services).agentid
    if body.certificate:
        clientid = register_with_certificate(
            services,
            who,
            agentid,
            name=body.name,
            certificate=body.certificate,
            account_type=body.account_type,
            redirect_uri=body.redirect_uri,
        )
        return Registered(clientid=clientid, secret=None)
    made = applications.register_application(
        services,
        who,
        agentid,
        name=body.name,
        account_type=body.account_type,
        redirect_uri=body.redirect_uri,
        secret_days=body.secret_days,
    )
    return Registered(clientid=made.clientid, secret=made.secret.value)


@router.post("/2/user", status_code=201, summary="Create the application user")
def create_user(
    services: Adapters,
    who: Annotated[Principal, Depends(needs("prvReadAgent", "prvCreateUser"))],
    body: NewApplicationUser,
) -> MadeUser:
    """Prerequisite 2; the agent works as it."""
    agentid = needed_agent(services).agentid
    return MadeUser(systemuserid=applications.create_application_user(services, who, agentid, **body.model_dump()))


@router.post("/check", summary="Check what is marked as done again")
def check(services: Adapters, who: Reader) -> list[ReportRead]:
    """All four, with what was found."""
    return [_read(report) for report in act.recheck(services, who, needed_agent(services).agentid)]


@router.post("/{number}/attest", summary="Tick on an administrator's word")
def attest(
    services: Adapters, who: Annotated[Principal, Depends(needs("prvReadAgent", "prvAssignRole"))], number: int
) -> ReportRead:
    """Only where a check could not be run; page and audit log say attested, not verified."""
    return _read(act.attest(services, who, needed_agent(services).agentid, _known(number)))


@router.post("/{number}/clear", summary="Take the tick away")
def clear(services: Adapters, who: Reader, number: int) -> ReportRead:
    """Refused while the agent works."""
    return _read(act.unmark(services, who, needed_agent(services).agentid, _known(number)))


def _known(number: int) -> int:
    if number not in BY_NUMBER:
        raise NotFound("There are four prerequisites, 1 to 4.")
    return number


def _read(report: act.Report) -> ReportRead:
    return ReportRead(
        number=report.step.number,
        title=report.step.title,
        state=str(report.state),
        done=report.done,
        attested=report.attested,
        inputs={name: str(value) for name, value in report.inputs.items()},
        checked_at=report.checked_at,
        unknown=report.unknown,
        unknown_since=report.unknown_since,
        checks=[
            CheckRead(name=c.name, passed=c.passed, detail=c.detail, remedy=c.remedy, warns=c.warns, place=c.place)
            for c in report.checks
        ],
    )
