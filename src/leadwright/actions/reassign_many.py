"""Several disqualified leads given to sellers after all, each by the rules of one."""

from collections.abc import Sequence
from dataclasses import dataclass

from leadwright.actions.outcome import reassign
from leadwright.errors import BadInput, Conflict, NotAllowed, NotFound
from leadwright.identity.access import Principal, require
from leadwright.services import Services

MOST_AT_ONCE = 50


@dataclass(frozen=True, slots=True)
class Reassigned:
    """Lead -> its new owner; and lead -> why it was not reassigned."""

    given: dict[str, str]
    refused: dict[str, str]


def reassign_many(
    services: Services, who: Principal, leadids: Sequence[str], *, sellerid: str | None = None
) -> Reassigned:
    """Reassign each lead in a transaction of its own; one that cannot be does not keep the others.

    Args:
        sellerid: None: the next seller by the rule for each of them.

    Raises:
        NotAllowed: prvAssignLead is missing.
        BadInput: none, or too many at once; no such seller.
    """
    require(who, "prvAssignLead")
    wanted = list(dict.fromkeys(leadids))
    if not wanted or len(wanted) > MOST_AT_ONCE:
        raise BadInput(f"Choose the leads to reassign, at most {MOST_AT_ONCE} at once.", field="lead")
    given: dict[str, str] = {}
    refused: dict[str, str] = {}
    for leadid in wanted:
        try:
            given[leadid] = reassign(services, who, leadid, sellerid=sellerid)
        except (Conflict, NotFound, NotAllowed) as error:
            refused[leadid] = str(error)
    return Reassigned(given, refused)
