"""Puts the API together under /api/v1: token, who am I, leads, agent, and its own description (OpenAPI 3.1)."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Form, Request

from leadwright.api import (
    agent,
    agent_file,
    answers,
    audit_log,
    business_units,
    certificates,
    connected_records,
    conversations,
    dashboard,
    directory,
    disqualified,
    dynamics365,
    guidance,
    health,
    inbox,
    knowledge,
    lead_decisions,
    leads,
    mail_notifications,
    mailbox_dkim,
    mailbox_kind,
    mailboxes,
    mirror,
    mirror_writes,
    notifications,
    outbox,
    oversight,
    own_account,
    people,
    personal_tokens,
    prerequisites,
    seller_mail,
    seller_segments,
    sign_in,
    usage,
    webhooks,
)
from leadwright.api.caller import ProblemRoute, anyone, needs, services_of
from leadwright.api.description import describe
from leadwright.identity.access import Principal
from leadwright.identity.directory import SCOPE
from leadwright.services import Services

router = APIRouter()
v1 = APIRouter(prefix="/api/v1", route_class=ProblemRoute)


@v1.post("/token", tags=["identity"], summary="Access token by client credentials", dependencies=[Depends(anyone)])
def token(
    services: Annotated[Services, Depends(services_of)],
    request: Request,
    grant_type: Annotated[str, Form()] = "client_credentials",
    scope: Annotated[str, Form()] = SCOPE,
    client_id: Annotated[str, Form()] = "",
    client_secret: Annotated[str, Form()] = "",
    client_assertion: Annotated[str, Form()] = "",
    client_assertion_type: Annotated[str, Form()] = "",
) -> directory.TokenAnswer:
    """Sign in as a registered application. The token is good for an hour."""
    client = directory.read_client(request, client_id, client_secret, client_assertion, client_assertion_type)
    return directory.issue(services, grant_type, scope, client)


@v1.get("/whoami", tags=["identity"], summary="Who the token stands for", response_model=answers.WhoAmI)
def whoami(who: Annotated[Principal, Depends(needs())]) -> dict[str, Any]:
    """User, business unit, roles and privileges."""
    return {
        "UserId": who.id,
        "BusinessUnitId": who.businessunitid,
        "name": who.name,
        "roles": sorted(who.roles),
        "privileges": dict(sorted(who.privileges.items())),
    }


@v1.get("/openapi.json", include_in_schema=False, dependencies=[Depends(anyone)])
def description() -> dict[str, Any]:
    """The API described."""
    return describe(v1.routes)


v1.include_router(lead_decisions.router)
v1.include_router(leads.router)
v1.include_router(connected_records.router)
v1.include_router(prerequisites.router)
v1.include_router(dynamics365.router)
v1.include_router(knowledge.router)
v1.include_router(agent_file.router)
v1.include_router(agent.router)
v1.include_router(guidance.router)
v1.include_router(seller_segments.router)
v1.include_router(seller_mail.router)
v1.include_router(oversight.router)
v1.include_router(disqualified.router)
v1.include_router(health.router)
v1.include_router(dashboard.router)
v1.include_router(own_account.router)
v1.include_router(people.router)
v1.include_router(sign_in.router)
v1.include_router(business_units.router)
v1.include_router(mailboxes.router)
v1.include_router(outbox.router)
v1.include_router(mirror.router)
v1.include_router(mailbox_kind.router)
v1.include_router(mailbox_dkim.router)
v1.include_router(mail_notifications.router)
v1.include_router(conversations.router)
v1.include_router(inbox.router)
v1.include_router(directory.keys_router)
v1.include_router(personal_tokens.router)
v1.include_router(webhooks.router)
v1.include_router(mirror_writes.router)
v1.include_router(certificates.router)
v1.include_router(usage.router)
v1.include_router(notifications.router)
v1.include_router(audit_log.router)
router.include_router(v1)
router.include_router(directory.router)
