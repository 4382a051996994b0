"""Where Microsoft Graph tells us of new mail: it only makes us look at once, whatever it says."""

from hmac import compare_digest
from typing import Annotated

from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel, Field
from starlette.responses import PlainTextResponse, Response

from leadwright.actions.mail_notifications import look_at_once, state_of
from leadwright.api.caller import ProblemRoute, anyone, services_of
from leadwright.services import Services

router = APIRouter(tags=["mailboxes"], route_class=ProblemRoute)

Adapters = Annotated[Services, Depends(services_of)]
_MOST_TOKEN = 2_000


class Notification(BaseModel):
    """One change; only the secret that we gave with the subscription counts."""

    clientState: str | None = Field(None, max_length=200)  # noqa: N815


class Notifications(BaseModel):
    """What Graph posts."""

    value: list[Notification] = Field(default_factory=list, max_length=1_000)


@router.post(
    "/mail/notifications/{mailboxid}",
    summary="Microsoft Graph tells of new mail",
    dependencies=[Depends(anyone)],
    response_model=None,
    response_class=PlainTextResponse,
    responses={202: {"description": "Taken; the mailbox is looked at when the secret is the right one."}},
)
def notified(
    services: Adapters,
    mailboxid: str,
    body: Notifications | None = None,
    validation: Annotated[str, Query(alias="validationToken", max_length=_MOST_TOKEN)] = "",
) -> Response:
    """Answers the validation of a new subscription; a notification with the right secret wakes the reader."""
    if validation:
        return PlainTextResponse(validation, headers={"X-Content-Type-Options": "nosniff"})
    wanted = state_of(services, mailboxid)
    told = [one.clientState or "" for one in (body.value if body else ())]
    if wanted and any(compare_digest(one.encode(), wanted.encode()) for one in told):
        look_at_once(services, mailboxid)
    return Response(status_code=202)
