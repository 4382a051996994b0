"""The prerequisites on Dynamics 365 over the API: connection, application user, shared mailbox, record, sign-in."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends
from pydantic import BaseModel, Field

from leadwright.actions import administrator_errand as errands
from leadwright.actions import dynamics_mailbox as mail
from leadwright.actions import dynamics_platform as platform
from leadwright.actions import dynamics_user as users
from leadwright.actions import tenant_sign_in as people
from leadwright.actions.administrator_errand import Errand, Wanted
from leadwright.actions.dynamics_connection import connection_shown
from leadwright.actions.dynamics_rows import Tried
from leadwright.actions.dynamics_values import ConnectionForm
from leadwright.api.agent import needed_agent
from leadwright.api.caller import ProblemRoute, needs, services_of
from leadwright.db.connection import platform_of
from leadwright.domain.platform import CredentialKind, Platform
from leadwright.identity.access import Principal
from leadwright.identity.synchronisation_checks import MailboxState
from leadwright.services import Services

router = APIRouter(prefix="/agent/dynamics365", tags=["dynamics 365"], route_class=ProblemRoute)

Adapters = Annotated[Services, Depends(services_of)]
Reader = Annotated[Principal, Depends(needs("prvReadAgent", "prvReadApplication"))]
Connector = Annotated[Principal, Depends(needs("prvReadAgent", "prvCreateApplication", "prvAssignRole"))]
SecretKeeper = Annotated[Principal, Depends(needs("prvReadAgent", "prvCreateApplication"))]
UserMaker = Annotated[Principal, Depends(needs("prvReadAgent", "prvCreateUser", "prvAssignRole"))]
MailboxMaker = Annotated[Principal, Depends(needs("prvReadAgent", "prvCreateMailbox"))]
Recorder = Annotated[Principal, Depends(needs("prvReadAgent", "prvWriteUser", "prvApproveMailbox"))]
Approver = Annotated[Principal, Depends(needs("prvReadAgent", "prvApproveMailbox"))]
Anybody = Annotated[Principal, Depends(needs("prvReadAgent"))]
Configurer = Annotated[Principal, Depends(needs("prvReadAgent", "prvConfigureSignIn"))]


class NewConnection(BaseModel):
    """What stands in Entra and in the address bar. An empty secret keeps the one there is, for the same application."""

    dataverse_url: str = Field(max_length=400)
    tenant_id: str = Field(max_length=100)
    client_id: str = Field(max_length=36)
    kind: CredentialKind = CredentialKind.SECRET
    secret: str = Field("", max_length=4_000)
    secret_endson: datetime | None = None
    certificate: str = Field("", max_length=30_000, description="PEM with its private key; empty: one is made here.")
    federation_file: str = Field("", max_length=1_000)
    cloud: str = Field("", max_length=20, description="worldwide, us or china; empty: as the address says.")
    anyway: bool = Field(False, description="Go on although it is another organisation than before.")


class ConnectionRead(BaseModel):
    """The connection; never its secrets. platform: the one in force."""

    platform: Platform
    dataverseurl: str = ""
    tenantid: str = ""
    clientid: str = ""
    credentialkind: str = ""
    secretendson: datetime | None = None
    cloud: str = ""
    organizationid: str = ""
    organizationname: str = ""
    applicationuserid: str = ""
    state: str = ""


class TriedRead(BaseModel):
    """What a try showed; `warning` says what is still missing, `certificate` is to be uploaded at Entra."""

    organizationid: str
    organizationname: str
    applicationuserid: str
    warning: str
    certificate: str


class NewSecretValue(BaseModel):
    """A client secret made in Entra."""

    secret: str = Field(min_length=1, max_length=4_000)
    endson: datetime | None = None


class SecretEnd(BaseModel):
    """When the present client secret ends, as Entra shows it."""

    endson: datetime


class NewCertificate(BaseModel):
    """PEM with its private key; empty: one is made here, and the answer holds what is to be uploaded."""

    certificate: str = Field("", max_length=30_000)


class FoundUser(BaseModel):
    """The application user's id."""

    systemuserid: str


class Address(BaseModel):
    """Of the shared mailbox. mail: graph, when mail goes through Graph and not through Dataverse."""

    address: str = Field(max_length=320)
    mail: str = Field("", pattern="^(graph)?$")


class RecordRead(BaseModel):
    """A mailbox record of the application user."""

    mailboxid: str
    name: str
    address: str


class ChosenRecord(BaseModel):
    """One of them."""

    mailboxid: str = Field(max_length=36)


class StateRead(BaseModel):
    """The chosen record as Dataverse has it now. Statuses: 0 not run, 1 success, 2 failure."""

    mailboxid: str
    emailaddress: str
    approved: bool
    approval_waived: bool
    testing: bool
    outgoing: int
    incoming: int
    alerts: list[str]


class NewErrand(BaseModel):
    """What an administrator's one-time sign-in is for: application, user, or approve."""

    errand: Errand
    organisation: str = Field("", max_length=400)
    tenant: str = Field("", max_length=200)
    name: str = Field("", max_length=120)
    cloud: str = Field("", max_length=20)
    permissions: bool = False
    unit: str = Field("", max_length=160)


class WaitingRead(BaseModel):
    """The code to enter at `address`. Give `ticket` to `continue`, no sooner than every `interval` seconds."""

    usercode: str
    address: str
    endson: datetime
    interval: int
    ticket: str


class Ticket(BaseModel):
    """Of a sign-in that waits."""

    ticket: str = Field(max_length=20_000)


class Done(BaseModel):
    """`said` is empty while nobody has signed in."""

    done: bool
    said: str


class Offered(BaseModel):
    """Name of the provider on the sign-in page, and what the application has to have under Authentication."""

    name: str
    redirect_uri: str


@router.get("", summary="The connection to Dynamics 365")
def read(services: Adapters, who: Reader) -> ConnectionRead:
    """Also when it is off, or waits for its certificate."""
    with services.database.reading() as session:
        now = platform_of(session)
    kept = connection_shown(services, who)
    if kept is None:
        return ConnectionRead(platform=now)
    names = [name for name in ConnectionRead.model_fields if name != "platform"]
    return ConnectionRead(platform=now, **{name: getattr(kept, name) for name in names})


@router.put("/connection", summary="Connect to Dynamics 365, or change the connection")
def connect(services: Adapters, who: Connector, body: NewConnection) -> TriedRead:
    """It is tried first. The first connection puts this installation on Dynamics 365; its prerequisites begin anew."""
    values = body.model_dump(exclude={"anyway"})
    agentid = needed_agent(services).agentid
    return _tried(platform.connect(services, who, agentid, ConnectionForm(**values), anyway=body.anyway))


@router.delete("/connection", status_code=204, summary="Go back to the built-in platform")
def leave(services: Adapters, who: Connector) -> None:
    """The connection is switched off; what was mirrored stays."""
    platform.leave(services, who, needed_agent(services).agentid)


@router.post("/connection/check", summary="Try the connection again")
def check(services: Adapters, who: Connector) -> TriedRead:
    """One that waited for its certificate is in force when it works."""
    return _tried(platform.check(services, who, needed_agent(services).agentid))


@router.post("/connection/secret", summary="Bring in a new client secret")
def new_secret(services: Adapters, who: SecretKeeper, body: NewSecretValue) -> TriedRead:
    """Tried first; the former one stays beside it."""
    return _tried(platform.new_secret(services, who, needed_agent(services).agentid, body.secret, body.endson))


@router.put("/connection/secret-end", status_code=204, summary="Correct when the client secret ends")
def correct_end(services: Adapters, who: SecretKeeper, body: SecretEnd) -> None:
    """The secret is tried first; what is marked as done is checked again."""
    platform.correct_end(services, who, needed_agent(services).agentid, body.endson)


@router.post("/connection/certificate", summary="Bring in a new certificate")
def new_certificate(services: Adapters, who: SecretKeeper, body: NewCertificate) -> TriedRead:
    """The former one signs in until Entra knows it."""
    return _tried(platform.new_certificate(services, who, needed_agent(services).agentid, body.certificate))


@router.delete("/connection/former", status_code=204, summary="Drop the former secret or certificate")
def drop_former(services: Adapters, who: SecretKeeper) -> None:
    """The newest one is tried by itself first; when Entra does not take it, both stay."""
    platform.drop_former(services, who, needed_agent(services).agentid)


@router.post("/user", summary="Find the application user")
def find_user(services: Adapters, who: UserMaker) -> FoundUser:
    """The one the connection's token acts as; the agent works as it."""
    return FoundUser(systemuserid=users.find_application_user(services, who, needed_agent(services).agentid))


@router.put("/shared-mailbox", status_code=204, summary="Name the shared mailbox")
def name_mailbox(services: Adapters, who: MailboxMaker, body: Address) -> None:
    """That was created in Exchange."""
    agentid = needed_agent(services).agentid
    mail.name_shared_mailbox(services, who, agentid, address=body.address, mail=body.mail)


@router.get("/mailboxes", summary="Mailbox records of the application user")
def read_records(services: Adapters, who: Anybody) -> list[RecordRead]:
    """Asked of Dataverse now."""
    found = mail.records(services, who, needed_agent(services).agentid)
    return [RecordRead(mailboxid=r.mailboxid, name=r.name, address=r.address) for r in found]


@router.put("/mailbox", summary="Choose the mailbox record")
def choose(services: Adapters, who: Recorder, body: ChosenRecord) -> StateRead:
    """It gets the shared mailbox's address, and server-side synchronisation in both directions."""
    agentid = needed_agent(services).agentid
    mail.choose_record(services, who, agentid, mailboxid=body.mailboxid)
    return _state(mail.record_state(services, who, agentid))


@router.get("/mailbox", summary="The chosen mailbox record as Dataverse has it")
def read_state(services: Adapters, who: Anybody) -> StateRead:
    """With the alerts of its last test."""
    return _state(mail.record_state(services, who, needed_agent(services).agentid))


@router.post("/mailbox/approve", summary="Approve Email")
def approve(services: Adapters, who: Approver) -> StateRead:
    """By the application user itself; where it may not, the refusal says who may."""
    agentid = needed_agent(services).agentid
    mail.approve_email(services, who, agentid)
    return _state(mail.record_state(services, who, agentid))


@router.post("/mailbox/test", summary="Test & Enable Mailbox")
def test(services: Adapters, who: Approver) -> StateRead:
    """Queued at Microsoft; read the record until `testing` is false."""
    agentid = needed_agent(services).agentid
    mail.enable_mailbox(services, who, agentid)
    return _state(mail.record_state(services, who, agentid))


@router.post("/administrator", status_code=201, summary="Begin an administrator's one-time sign-in")
def begin(services: Adapters, who: Anybody, body: NewErrand) -> WaitingRead:
    """By device code. Needs the privileges of the prerequisite it is for."""
    found = errands.begin(services, who, needed_agent(services).agentid, Wanted(**body.model_dump()))
    return WaitingRead(
        usercode=found.usercode,
        address=found.address,
        endson=found.endson,
        interval=found.interval,
        ticket=found.ticket,
    )


@router.post("/administrator/continue", summary="Do what an administrator signed in for")
def go_on(services: Adapters, who: Anybody, body: Ticket) -> Done:
    """`done` is false while nobody has signed in with the code."""
    said = errands.go_on(services, who, body.ticket)
    return Done(done=bool(said), said=said)


@router.post("/people", status_code=201, summary="Let people of the tenant sign in")
def let_people_in(services: Adapters, who: Configurer) -> Offered:
    """With the application of the connection. `redirect_uri` has to stand there under Authentication (kind Web)."""
    made = people.offer_tenant(services, who)
    return Offered(name=made.name, redirect_uri=made.redirect_uri)


def _tried(found: Tried) -> TriedRead:
    return TriedRead(**{name: getattr(found, name) for name in TriedRead.model_fields})


def _state(found: MailboxState) -> StateRead:
    values = found.values
    return StateRead(
        mailboxid=str(values.get("mailboxid") or ""),
        emailaddress=str(values.get("emailaddress") or ""),
        approved=found.is_approved,
        approval_waived=found.approval_waived,
        testing=found.is_testing,
        outgoing=int(values.get("outgoingemailstatus") or 0),
        incoming=int(values.get("incomingemailstatus") or 0),
        alerts=list(found.alerts),
    )
