"""Seller segments of the draft: leads that sellers work themselves, so that the agent leaves them to people."""

from typing import Any

from leadwright.actions.agent_draft import edit_draft
from leadwright.actions.agent_rows import agent_of
from leadwright.db.configuration import Configuration, SellerSegment
from leadwright.errors import BadInput, NotFound
from leadwright.identity.access import Principal, require
from leadwright.services import Services

MOST = 20
_NAME = 120


def seller_segments(services: Services, who: Principal, agentid: str) -> list[SellerSegment]:
    """The segments of the draft, in order."""
    require(who, "prvReadAgent")
    with services.database.reading() as session:
        return Configuration.model_validate(agent_of(session, agentid).draft).selection.seller_segments


def save_segment(
    services: Services,
    who: Principal,
    agentid: str,
    name: str,
    conditions: dict[str, Any],
    *,
    former: str = "",
    versionnumber: int | None = None,
) -> int:
    """Add a segment, or change the one called `former`. It counts from Start or Apply changes on.

    Args:
        conditions: the tree of domain.selection as JSON.
        versionnumber: of the agent as it was shown.

    Returns:
        The agent's new versionnumber.

    Raises:
        NotAllowed: prvConfigureAgent is missing.
        NotFound: there is no segment `former`.
        BadInput: no usable name or conditions; `field` names it.
        Conflict: changed by somebody else meanwhile.
    """
    require(who, "prvConfigureAgent")
    present, version = _present(services, agentid)
    name = " ".join(name.split())
    if not name or len(name) > _NAME:
        raise BadInput(f"Give the segment a name of at most {_NAME} characters.", field="name")
    if former and former not in present:
        raise NotFound("There is no such seller segment any more.")
    if name != former and name in present:
        raise BadInput(f"There is a seller segment called {name} already. Choose another name.", field="name")
    if not former and len(present) >= MOST:
        raise BadInput(f"There are {MOST} seller segments, the most there may be. Put two of them together.")
    made = {(name if n == former else n): c for n, c in present.items()} | {name: conditions}
    return _store(services, who, agentid, made, version if versionnumber is None else versionnumber)


def delete_segment(
    services: Services, who: Principal, agentid: str, name: str, *, versionnumber: int | None = None
) -> int:
    """Remove a segment from the draft. Returns the agent's new versionnumber.

    Raises:
        NotAllowed, NotFound, Conflict: as for `save_segment`.
    """
    require(who, "prvConfigureAgent")
    present, version = _present(services, agentid)
    if present.pop(name, None) is None:
        raise NotFound("There is no such seller segment any more.")
    return _store(services, who, agentid, present, version if versionnumber is None else versionnumber)


def _present(services: Services, agentid: str) -> tuple[dict[str, dict[str, Any]], int]:
    with services.database.reading() as session:
        agent = agent_of(session, agentid)
        segments = Configuration.model_validate(agent.draft).selection.seller_segments
        return {s.name: s.conditions for s in segments}, agent.versionnumber


def _store(services: Services, who: Principal, agentid: str, segments: dict[str, Any], version: int) -> int:
    values = {"seller_segments": [{"name": name, "conditions": tree} for name, tree in segments.items()]}
    return edit_draft(services, who, agentid, "selection", values, versionnumber=version)
