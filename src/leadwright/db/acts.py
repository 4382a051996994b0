"""An act on a record, as the audit log, the webhooks and the outbox to an outside CRM take it."""

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from leadwright.db.audit import Actor


def act_of(
    actor: "Actor",
    action: str,
    recordtype: str,
    recordid: str,
    before: Mapping[str, Any],
    after: Mapping[str, Any],
    cause: str = "",
) -> dict[str, Any]:
    """Who did what to which record, with its values in JSON. A column that changed stands in `before`, too."""
    return {
        "actorid": actor.id,
        "actorkind": actor.kind,
        "actorname": actor.name,
        "action": action,
        "recordtype": recordtype,
        "recordid": recordid,
        "before": _plain(before),
        "after": _plain(after),
        "cause": cause,
    }


def _plain(values: Mapping[str, Any]) -> dict[str, Any]:
    if not values:
        return {}
    plain: dict[str, Any] = json.loads(json.dumps(dict(values), default=str))
    return plain
