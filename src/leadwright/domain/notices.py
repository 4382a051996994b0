"""Kinds of news inside Leadwright, and how a person may want to be told of each by mail."""

from collections.abc import Mapping
from datetime import datetime, time
from enum import StrEnum
from zoneinfo import ZoneInfo


class Kind(StrEnum):
    """What a notification is about."""

    LEAD = "lead"  # a lead was given to me
    DECISION = "decision"  # something waits for me
    MAIL = "mail"  # a mail of mine did not leave
    DISQUALIFIED = "disqualified"
    TROUBLE = "trouble"  # the agent, a mailbox, a secret
    OTHER = "other"


class How(StrEnum):
    """When a mail tells of it."""

    NOW = "now"
    DAILY = "daily"
    NEVER = "never"


LABELS: Mapping[Kind, str] = {
    Kind.LEAD: "Leads given to me",
    Kind.DECISION: "What waits for my decision",
    Kind.MAIL: "Mails of mine that did not leave",
    Kind.DISQUALIFIED: "Disqualified leads",
    Kind.TROUBLE: "Trouble of the agent, its mailbox or its secrets",
    Kind.OTHER: "Everything else",
}
HOW_LABELS: Mapping[How, str] = {How.NOW: "At once", How.DAILY: "Once a day", How.NEVER: "Never"}
DEFAULTS: Mapping[Kind, How] = {kind: How.NOW if kind is Kind.TROUBLE else How.NEVER for kind in Kind}
DIGEST_AT = time(7)  # where the person is
_PREFIXES: Mapping[str, Kind] = {
    "handed_over": Kind.LEAD,
    "reassigned": Kind.LEAD,
    "returned_by_seller": Kind.LEAD,
    "returned": Kind.DECISION,
    "cancelled": Kind.DECISION,
    "emails_forbidden": Kind.DECISION,
    "unplaced": Kind.DECISION,
    "approvals": Kind.DECISION,
    "show": Kind.DECISION,
    "late": Kind.DECISION,
    "aside": Kind.DECISION,
    "loop": Kind.DECISION,
    "seller_mail": Kind.MAIL,
    "disqualified": Kind.DISQUALIFIED,
    "trouble": Kind.TROUBLE,
    "unread": Kind.TROUBLE,
    "quarantined": Kind.TROUBLE,
    "agent.paused": Kind.TROUBLE,
    "agent.resumed": Kind.TROUBLE,
    "secret.added": Kind.TROUBLE,
    "secret.expiry": Kind.TROUBLE,
}


def kind_of(key: str | None) -> Kind:
    """The kind of the notification with this key."""
    return _PREFIXES.get((key or "").partition(":")[0], Kind.OTHER)


def digest_moment(moment: datetime, zone: str) -> datetime | None:
    """When today's digest was due where the person is; None before that hour."""
    local = moment.astimezone(ZoneInfo(zone))
    due = local.replace(hour=DIGEST_AT.hour, minute=DIGEST_AT.minute, second=0, microsecond=0)
    return due if local >= due else None
