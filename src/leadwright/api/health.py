"""How the installation does, over the API."""

from dataclasses import asdict
from typing import Annotated, Any

from fastapi import APIRouter, Depends

from leadwright.actions import health
from leadwright.api.caller import ProblemRoute, needs, services_of
from leadwright.identity.access import Principal
from leadwright.services import Services

router = APIRouter(tags=["health"], route_class=ProblemRoute)


@router.get("/health", summary="Workers, queues, mailboxes, prerequisites, database, disk")
def read(
    services: Annotated[Services, Depends(services_of)], who: Annotated[Principal, Depends(needs(health.NEEDS))]
) -> list[dict[str, Any]]:
    """Each finding with its state: ok, warn or fail."""
    return [asdict(found) for found in health.examine(services, who)]
