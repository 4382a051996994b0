"""Puts the API together under /api/v1: token, who am I, leads, agent, and its own description (OpenAPI 3.1)."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Form
from fastapi.openapi.utils import get_openapi

from leadwright import __version__
from leadwright.api import (
    agent,
    connected_records,
    conversations,
    dashboard,
    disqualified,
    health,
    inbox,
    leads,
    mailboxes,
    notifications,
    oversight,
    people,
    seller_mail,
    seller_segments,
)
from leadwright.api.caller import ProblemRoute, needs, services_of
from leadwright.identity.access import Principal
from leadwright.identity.directory import SCOPE, directory_of
from leadwright.services import Services

router = APIRouter(prefix="/api/v1", route_class=ProblemRoute)


def anyone() -> None:
    """A dependency that says: no sign-in needed here."""


anyone.needs = ("public",)  # type: ignore[attr-defined]  # the desk refuses routes that do not declare their needs


@router.post("/token", tags=["identity"], summary="Access token by client credentials", dependencies=[Depends(anyone)])
def token(
    services: Annotated[Services, Depends(services_of)],
    client_id: Annotated[str, Form()],
    client_secret: Annotated[str, Form()],
    grant_type: Annotated[str, Form(pattern="^client_credentials$")] = "client_credentials",
    scope: Annotated[str, Form()] = SCOPE,
) -> dict[str, Any]:
    """Sign in as a registered application (prerequisite 1). The token is good for an hour."""
    return directory_of(services).issue_token(client_id, client_secret, scope).answer()


@router.get("/whoami", tags=["identity"], summary="Who the token stands for")
def whoami(who: Annotated[Principal, Depends(needs())]) -> dict[str, Any]:
    """User, business unit, roles and privileges."""
    return {
        "UserId": who.id,
        "BusinessUnitId": who.businessunitid,
        "name": who.name,
        "roles": sorted(who.roles),
        "privileges": dict(sorted(who.privileges.items())),
    }


@router.get("/openapi.json", include_in_schema=False, dependencies=[Depends(anyone)])
def description() -> dict[str, Any]:
    """The API described."""
    return get_openapi(
        title="Leadwright API",
        version=__version__,
        description="The same reads and actions as the desk. Sign in with POST /api/v1/token.",
        routes=router.routes,
    )


router.include_router(leads.router)
router.include_router(connected_records.router)
router.include_router(agent.router)
router.include_router(seller_segments.router)
router.include_router(seller_mail.router)
router.include_router(oversight.router)
router.include_router(disqualified.router)
router.include_router(health.router)
router.include_router(notifications.router)
router.include_router(dashboard.router)
router.include_router(people.router)
router.include_router(mailboxes.router)
router.include_router(conversations.router)
router.include_router(inbox.router)
