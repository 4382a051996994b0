"""What goes out to an outside CRM, by rule: whose value wins, what fits a column, when it is tried again."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any


class WriteKind(StrEnum):
    """What a write does over there."""

    CREATE = "create"
    CHANGE = "change"
    DELETE = "delete"
    QUALIFY = "qualify"
    NOTIFY = "notify"
    MAIL = "mail"
    LINK = "link"


class WriteState(StrEnum):
    """Where a write stands."""

    WAITING = "waiting"
    SENDING = "sending"
    HELD = "held"  # refused, or in conflict with a person over there: a person says Retry or Drop
    SENT = "sent"
    DROPPED = "dropped"


UNSENT = (WriteState.WAITING, WriteState.SENDING, WriteState.HELD)
TABLES = ("lead", "account", "contact", "opportunity", "competitor")
_PLATFORM = frozenset(  # columns the platform sets by itself, and ours that have no counterpart
    ["createdon", "modifiedon", "createdby", "modifiedby", "versionnumber", "owningbusinessunit", "custom", "fullname"]
)
_UNITS = (frozenset({"statecode", "statuscode"}),)  # columns that mean something only together
LONGEST = timedelta(minutes=15)  # until another try; what lies further ahead was written by a clock that was wrong
_WAITS = (5, 15, 60, 300)  # seconds before the second, third, ... try; the last one for ever


class Verdict(StrEnum):
    """What becomes of one column of a write."""

    SEND = "send"
    THERE = "there"  # it says so already
    CONFLICT = "conflict"  # somebody over there changed it meanwhile


@dataclass(frozen=True, slots=True)
class Limit:
    """What a column over there takes.

    Args:
        label: what people call it.
        length: most characters; 0: no text.
        least: and `most`: of a number.
        choices: value -> label of an option set; None: it is none.
        navigations: table -> property by which a lookup is bound to a row of it.
    """

    label: str
    length: int = 0
    least: float | None = None
    most: float | None = None
    choices: Mapping[int, str] | None = None
    navigations: Mapping[str, str] | None = None


def travels(column: str) -> bool:
    """Is this a column that goes out? The organisation's own are asked for by their names beside."""
    return column not in _PLATFORM and not column.startswith("lw_")


def alike(one: Any, other: Any) -> bool:
    """Do two values say the same? Empty is nothing, letters of an address count alike, money has cents."""
    if one in (None, "") or other in (None, ""):
        return one in (None, "") and other in (None, "")
    if isinstance(one, str) and isinstance(other, str):
        return one.strip().casefold() == other.strip().casefold() if "@" in one else one.strip() == other.strip()
    if isinstance(one, int | float) and isinstance(other, int | float):
        return abs(float(one) - float(other)) < 0.005
    return bool(one == other)


def judge(ours: Mapping[str, Any], known: Mapping[str, Sequence[Any]], theirs: Mapping[str, Any]) -> dict[str, Verdict]:
    """What becomes of each column.

    Args:
        ours: column -> value to be written.
        known: column -> values it had over there as far as we knew or made it so; anything else was a person.
        theirs: column -> value over there; a column that is missing was not looked at.
    """
    verdicts = {}
    for column, value in ours.items():
        if column not in theirs:
            verdicts[column] = Verdict.SEND
        elif alike(theirs[column], value):
            verdicts[column] = Verdict.THERE
        elif column in known and any(alike(theirs[column], one) for one in known[column]):
            verdicts[column] = Verdict.SEND
        else:
            verdicts[column] = Verdict.CONFLICT
    for unit in _UNITS:
        if any(verdicts.get(column) is Verdict.CONFLICT for column in unit):
            verdicts |= dict.fromkeys(unit & set(verdicts), Verdict.CONFLICT)
    return verdicts


def misfit(limit: Limit, value: Any) -> str:
    """Why a value does not fit a column over there, and what to do; empty when it fits."""
    if value in (None, ""):
        return ""
    if limit.length and isinstance(value, str) and len(value) > limit.length:
        return (
            f"{limit.label} has {len(value)} characters; in Dynamics 365 it takes {limit.length}. Shorten it here, or "
            "lengthen the column there, then Retry."
        )
    if limit.choices is not None and value not in limit.choices:
        return (
            f"{limit.label} has no option {value} in Dynamics 365. Choose another here, or add the option there, then "
            "Retry."
        )
    if isinstance(value, int | float) and not isinstance(value, bool):
        if limit.least is not None and value < limit.least:
            return f"{limit.label} is {value:,}; in Dynamics 365 it takes {limit.least:,.0f} and more. Correct it here."
        if limit.most is not None and value > limit.most:
            return f"{limit.label} is {value:,}; in Dynamics 365 {limit.most:,.0f} is the most. Correct it here."
    return ""


def wait_after(attempts: int) -> timedelta:
    """How long a write waits after so many failed tries. It is never given up: nothing decided here is lost."""
    return timedelta(seconds=_WAITS[min(max(attempts, 1), len(_WAITS)) - 1])


def is_ahead(at: datetime | None, moment: datetime) -> bool:
    """Has this moment for another try still to come?"""
    return at is not None and moment < at <= moment + LONGEST


def conflict_words(label: str, ours: Any, theirs: Any) -> str:
    """One line about a column that a person changed over there."""
    return f"{label}: {_shown(theirs)} there, {_shown(ours)} here"


def _shown(value: Any) -> str:
    return "empty" if value in (None, "") else str(value)[:60]
