"""Mailboxes over the API: prerequisites 3 and 4, how fast they send."""

from dataclasses import asdict
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends
from pydantic import BaseModel, Field

from leadwright.actions import mailbox_pace, mailboxes, outbox
from leadwright.actions.shared_mailbox import SharedMailbox
from leadwright.api import answers
from leadwright.api.agent import needed_agent
from leadwright.api.caller import ProblemRoute, needs, services_of
from leadwright.db.pages.mailboxes import mailbox_record, members_of
from leadwright.identity.access import Principal
from leadwright.services import Services

router = APIRouter(tags=["mailboxes"], route_class=ProblemRoute)

Adapters = Annotated[Services, Depends(services_of)]
Creator = Annotated[Principal, Depends(needs("prvReadAgent", "prvCreateMailbox"))]
Connector = Annotated[Principal, Depends(needs("prvReadAgent", "prvWriteUser", "prvApproveMailbox"))]
Approver = Annotated[Principal, Depends(needs("prvReadAgent", "prvApproveMailbox"))]
Supervisor = Annotated[Principal, Depends(needs("prvReadDashboard", "prvReadActivity"))]

Protection = Literal["starttls", "tls", "none"]


class Setup(BaseModel):
    """A shared mailbox with its servers. Secrets left out stay as stored, if servers, user and `sign_in` stay too."""

    name: str = Field(max_length=160)
    address: str = Field(max_length=320)
    kind: Literal["smtp_imap", "graph"] = "smtp_imap"
    smtp_host: str = Field("", max_length=255, description="Needed, as imap_host is, but for graph.")
    smtp_port: int = Field(587, ge=1, le=65_535)
    smtp_security: Protection = "starttls"
    imap_host: str = Field("", max_length=255)
    imap_port: int = Field(993, ge=1, le=65_535)
    imap_security: Protection = "tls"
    user: str = Field("", max_length=200)
    password: str = Field("", max_length=1_000)
    members: list[str] = Field(default_factory=list, max_length=100)
    sent: str = Field("Sent", max_length=200)
    sign_in: Literal["password", "microsoft", "google"] = "password"
    tenant: str = Field("", max_length=200)
    client_id: str = Field("", max_length=200)
    client_secret: str = Field("", max_length=4_000)
    refresh_token: str = Field("", max_length=4_000)
    token_url: str = Field("", max_length=500)


class Record(BaseModel):
    """The mailbox record of the application user, and the address it gets."""

    mailboxid: str = Field(max_length=36)
    address: str = Field(max_length=320)


class Limits(BaseModel):
    """What is left out stays. authserv_id: whose Authentication-Results header is believed; empty: nobody's."""

    per_minute: int | None = None
    per_day: int | None = None
    at_once: int | None = None
    authserv_id: str | None = Field(None, max_length=300)


@router.put("/agent/prerequisites/3/mailbox", summary="Set up the shared mailbox", response_model=answers.MailboxMade)
def set_up(services: Adapters, who: Creator, body: Setup) -> dict[str, str]:
    """Its secrets are sealed and never given out."""
    agentid = needed_agent(services).agentid
    return {"mailboxid": mailboxes.set_up_mailbox(services, who, agentid, SharedMailbox(**body.model_dump()))}


@router.put(
    "/agent/prerequisites/4/record",
    summary="Choose the application user's mailbox record",
    response_model=answers.MailboxRead,
)
def choose(services: Adapters, who: Connector, body: Record) -> dict[str, Any]:
    """It gets the shared mailbox's address and has to be approved and tested."""
    agentid = needed_agent(services).agentid
    mailboxes.choose_record(services, who, agentid, mailboxid=body.mailboxid, address=body.address)
    return _record(services, body.mailboxid)


@router.post("/agent/prerequisites/4/approve", summary="Approve Email", response_model=answers.Approved)
def approve(services: Adapters, who: Approver) -> dict[str, bool]:
    """The address may be used."""
    mailboxes.approve_email(services, who, needed_agent(services).agentid)
    return {"approved": True}


@router.post("/agent/prerequisites/4/test", summary="Test & Enable Mailbox", response_model=answers.RoundTrip)
def enable(services: Adapters, who: Approver) -> dict[str, Any]:
    """A message goes out and comes back in; both texts are empty when that worked. Takes up to a minute."""
    trip = mailboxes.enable_mailbox(services, who, needed_agent(services).agentid)
    return {"works": not (trip.outgoing or trip.incoming), "outgoing": trip.outgoing, "incoming": trip.incoming}


@router.patch("/agent/mailbox/pace", summary="Change how fast the agent's mailbox sends", response_model=answers.Pace)
def change_pace(services: Adapters, who: Creator, body: Limits) -> dict[str, Any]:
    """Holds from the next mail on, while the agent works too."""
    agentid = needed_agent(services).agentid
    return asdict(mailbox_pace.change_pace(services, who, agentid, **body.model_dump(exclude_none=True)))


@router.get("/mailboxes", summary="Mailboxes with their pace", response_model=list[answers.MailboxRead])
def read_mailboxes(services: Adapters, who: Supervisor) -> list[dict[str, Any]]:
    """What each may send, what it sent in the last minute and day, and how many mails are in which phase."""
    return [
        {**_plain(p.mailbox), "sent_last_minute": p.minute, "sent_last_day": p.day, "phases": p.phases}
        for p in outbox.queue(services, who).paces
    ]


def _record(services: Services, mailboxid: str) -> dict[str, Any]:
    with services.database.reading() as session:
        return {**_plain(mailbox_record(session, mailboxid)), "members": sorted(members_of(session, mailboxid))}


def _plain(row: Any) -> dict[str, Any]:
    return dict(row._mapping)
