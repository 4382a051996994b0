"""Rules of a lead by itself: which state goes with which status, and what a row of a list is recognised by."""

import hashlib
import re
from collections.abc import Sequence
from typing import Any

from leadwright.domain.optionsets import LeadState, LeadStatus, choices

STATE_OF_STATUS: dict[int, int] = {
    LeadStatus.NEW: LeadState.OPEN,
    LeadStatus.CONTACTED: LeadState.OPEN,
    LeadStatus.QUALIFIED: LeadState.QUALIFIED,
    LeadStatus.LOST: LeadState.DISQUALIFIED,
    LeadStatus.CANNOT_CONTACT: LeadState.DISQUALIFIED,
    LeadStatus.NO_LONGER_INTERESTED: LeadState.DISQUALIFIED,
    LeadStatus.CANCELED: LeadState.DISQUALIFIED,
}
_FIRST_STATUS = {LeadState.OPEN: LeadStatus.NEW, LeadState.QUALIFIED: LeadStatus.QUALIFIED}
_GUID = re.compile(r"\{?([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})\}?", re.I)
_KEY_LENGTH = 200
_RANK = {"id": 0, "email": 1, "name": 2, "row": 3}


def state_and_status(state: int | None, status: int | None) -> tuple[int, int]:
    """Both of them, one made from the other; Open and New when neither is given, Open for an unknown status reason.

    Raises:
        ValueError: they do not go together; the message names them.
    """
    if status is None:
        state = LeadState.OPEN if state is None else state
        return int(state), int(_FIRST_STATUS.get(LeadState(state), LeadStatus.LOST))
    if status not in STATE_OF_STATUS:  # a status reason of the organisation's own: only it knows the state
        return int(LeadState.OPEN if state is None else state), int(status)
    right = int(STATE_OF_STATUS[status])
    if state is not None and state != right:
        raise ValueError(
            f"the status reason {choices(LeadStatus)[status]} does not go with the status {choices(LeadState)[state]}. "
            "Correct one of them"
        )
    return right, int(status)


def guid(text: str | None) -> str | None:
    """The id as it is stored, when the text is a GUID."""
    match = _GUID.fullmatch(text) if text else None
    return match[1].lower() if match else None


def id_key(externalid: str) -> str:
    """Recognises a lead by its id in the system it comes from."""
    return f"id:{guid(externalid) or externalid}"


def email_key(address: str) -> str:
    """Recognises a lead by its address."""
    return f"email:{address}"


def name_key(company: str | None, fullname: str | None) -> str | None:
    """Recognises a lead without id and address by company and full name; None when it has neither."""
    if not company and not fullname:
        return None
    key = f"name:{(company or '').casefold()}|{(fullname or '').casefold()}"
    return key if len(key) <= _KEY_LENGTH else f"name:{hashlib.sha256(key.encode()).hexdigest()}"


def row_key(number: int) -> str:
    """Recognises a row that names nobody, within its own list alone."""
    return f"row:{number}"


def key_columns(columns: dict[str, list[Any]], length: int) -> tuple[list[str | None], list[str | None]]:
    """(id key, email key) of each row; where both are None, `name_key` is what is left."""
    nothing: Sequence[None] = [None] * length
    ids: Sequence[str | None] = columns.get("leadid", nothing)
    others: Sequence[str | None] = columns.get("lw_importkey", nothing)
    emails: Sequence[str | None] = columns.get("emailaddress1", nothing)
    return (
        [id_key(a or b) if a or b else None for a, b in zip(ids, others, strict=True)],  # type: ignore[arg-type]
        [f"email:{e}" if e else None for e in emails],
    )


def is_stronger(key: str, than: str | None) -> bool:
    """An id is surer than an address, an address surer than a name."""
    return than is None or _RANK[key.partition(":")[0]] < _RANK.get(than.partition(":")[0], 4)
