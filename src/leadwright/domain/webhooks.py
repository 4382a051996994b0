"""What webhooks are told of, how a message is signed, when it is tried again and when a webhook is given up.

The form is that of Standard Webhooks (standardwebhooks.com): three headers, HMAC-SHA256 over id, time and body.
"""

import base64
import hashlib
import hmac
from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

SECRET_PREFIX = "whsec_"  # noqa: S105 what a secret begins with
SECRET_BYTES = 32
FAILING_DAYS = 5  # without a single success: the webhook is disabled
KEPT_DAYS = 30  # a delivery that is over stays so long for people to look at
_WAITS = (5, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 86_400)  # seconds after try 1, 2, ...


class Event(StrEnum):
    """What a webhook can be told of. `TEST` only when a person asks for it."""

    LEAD_HANDED_OVER = "lead.handed_over"
    LEAD_DISQUALIFIED = "lead.disqualified"
    LEAD_REPLIED = "lead.replied"
    LEAD_OPTED_OUT = "lead.opted_out"
    LEAD_QUALIFIED = "lead.qualified"
    LEAD_REASSIGNED = "lead.reassigned"
    LEAD_RETURNED = "lead.returned"
    LEAD_BLOCKED = "lead.blocked"
    LEAD_FAILED = "lead.failed"
    AGENT_STARTED = "agent.started"
    AGENT_STOPPED = "agent.stopped"
    AGENT_PAUSED = "agent.paused"
    AGENT_RESUMED = "agent.resumed"
    TEST = "webhook.test"


EVENTS: Mapping[Event, str] = {
    Event.LEAD_HANDED_OVER: "A lead is handed over to a seller",
    Event.LEAD_DISQUALIFIED: "A lead is disqualified",
    Event.LEAD_REPLIED: "A lead replied",
    Event.LEAD_OPTED_OUT: "Somebody asked not to be written to again",
    Event.LEAD_QUALIFIED: "A person qualified a lead",
    Event.LEAD_REASSIGNED: "A disqualified lead is given to a seller",
    Event.LEAD_RETURNED: "A seller, or the agent, gave a lead back",
    Event.LEAD_BLOCKED: "A lead waits for a person",
    Event.LEAD_FAILED: "The agent could not finish a lead",
    Event.AGENT_STARTED: "The agent is started",
    Event.AGENT_STOPPED: "The agent is stopped",
    Event.AGENT_PAUSED: "The agent paused, because a prerequisite broke",
    Event.AGENT_RESUMED: "The agent goes on by itself",
}
"""Event -> what it means, in the order in which it is offered."""

_AUDITED = {str(event): event for event in EVENTS} | {"lead.returned_by_seller": Event.LEAD_RETURNED}
_TOLD = (
    "ownerid",
    "lw_stage",
    "lw_band",
    "lw_signal",
    "leadqualitycode",
    "statecode",
    "statuscode",
    "stage",
    "state",
    "reason",
    "kind",
    "leads",
    "parentaccountid",
    "parentcontactid",
    "qualifyingopportunityid",
    "version",
)


class Standing(StrEnum):
    """Where a delivery stands."""

    WAITING = "waiting"
    DELIVERED = "delivered"
    FAILED = "failed"  # given up; a person may send it again


def event_of(action: str) -> Event | None:
    """The event an audited act is, None when webhooks are not told of it."""
    return _AUDITED.get(action)


def told(event: Event, recordtype: str, recordid: str, after: Mapping[str, Any]) -> dict[str, Any]:
    """The data of a message: ids and states, no names, no addresses and no words of a mail. The rest is asked for."""
    data: dict[str, Any] = {f"{recordtype}id": recordid}
    data |= {name: after[name] for name in _TOLD if after.get(name) is not None}
    if event.startswith("lead.") and recordtype == "lead":
        data["link"] = f"/api/v1/leads/{recordid}"
    return data


def signature(secret: str, messageid: str, moment: datetime, body: bytes) -> str:
    """The `webhook-signature` header: v1 and the base64 of HMAC-SHA256 over ``id.timestamp.body``.

    Args:
        secret: with its prefix, as it was shown.
        moment: aware; whole seconds of it are signed.
    """
    key = base64.b64decode(secret.removeprefix(SECRET_PREFIX))
    signed = f"{messageid}.{int(moment.timestamp())}.".encode() + body
    return f"v1,{base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()}"


def wait_after(attempt: int) -> timedelta | None:
    """How long to wait after failed try 1, 2, 3, ...; None: it is given up, three days after the first."""
    return timedelta(seconds=_WAITS[attempt - 1]) if 1 <= attempt <= len(_WAITS) else None


def is_given_up(failing_since: datetime | None, moment: datetime) -> bool:
    """Has nothing arrived for so long that the webhook is disabled?"""
    return failing_since is not None and moment - failing_since >= timedelta(days=FAILING_DAYS)
