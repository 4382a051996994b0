"""Whose turn it is: round robin over sellers, without the disabled and the away. No storage, no clock."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from leadwright.domain.platform import Platform

_SHOWN = 5


@dataclass(frozen=True, slots=True)
class Seller:
    """Someone who may get a lead.

    Args:
        id: systemuser id.
        name: what people call them.
        disabled: cannot sign in any more.
        away_from, away_until: first and last day away; None: open on that side. Both None: here.
        entitled: holds the privileges to open and change leads of their own.
        today: the day where they are; None: the day of the caller.
    """

    id: str
    name: str = ""
    disabled: bool = False
    away_from: date | None = None
    away_until: date | None = None
    entitled: bool = True
    today: date | None = None


class Why(StrEnum):
    """Why this seller."""

    TURN = "turn"
    KEPT_OWNER = "kept_owner"
    SUPERVISOR = "supervisor"


@dataclass(frozen=True, slots=True)
class Choice:
    """Who gets the lead and why."""

    seller: Seller
    why: Why


def is_available(seller: Seller, today: date) -> bool:
    """Enabled, entitled to leads, and not away on that day, which is the seller's own where it is known."""
    if seller.disabled or not seller.entitled:
        return False
    today = seller.today or today
    if seller.away_from is None and seller.away_until is None:
        return True
    begun = seller.away_from is None or seller.away_from <= today
    over = seller.away_until is not None and seller.away_until < today
    return not begun or over


def choose(
    sellers: Iterable[Seller],
    last_turns: Mapping[str, int],
    today: date,
    *,
    supervisor: Seller | None = None,
    kept_owner: Seller | None = None,
) -> Choice | None:
    """The seller whose last turn is longest ago; ties in the order of the rule.

    Args:
        sellers: those of the rule, in its order.
        last_turns: seller id -> number of the last turn; absent: never had one.
        supervisor: gets it when no seller is available, away or not, unless disabled or not entitled.
        kept_owner: the human owner from before, when the rule prefers one.

    Returns:
        None when nobody can take it; the lead then waits and the supervisor's absence is reported.
    """
    if kept_owner and is_available(kept_owner, today):
        return Choice(kept_owner, Why.KEPT_OWNER)
    available = [s for s in sellers if is_available(s, today)]
    if available:
        return Choice(min(available, key=lambda s: last_turns.get(s.id, 0)), Why.TURN)
    if supervisor and supervisor.entitled and not supervisor.disabled:
        return Choice(supervisor, Why.SUPERVISOR)
    return None


def no_taker(sellers: Iterable[Seller], supervisor: Seller | None, platform: Platform) -> str:
    """Why `choose` found nobody among these, and what to do."""
    if supervisor is None:
        why = "No seller is available and there is no supervisor."
    elif supervisor.disabled:
        why = f"No seller is available, and {supervisor.name}, the supervisor, is disabled."
    else:
        why = "No seller is available, nor is the supervisor."
    people = (*sellers, *([supervisor] if supervisor else ()))
    barred = tuple(dict.fromkeys(one.name for one in people if not one.entitled and not one.disabled))
    if barred:
        return f"{why} {barred_words(barred)} {how_to_entitle(platform)}"
    return f"{why} Add a seller or a supervisor to the assignment rule."


def barred_words(names: Sequence[str]) -> str:
    """Who was chosen and may not receive leads, and why."""
    more = len(names) - _SHOWN
    shown = [*names[:_SHOWN], *([f"{more} more"] if more > 0 else [])]
    who = f"{', '.join(shown[:-1])} and {shown[-1]}" if len(shown) > 1 else shown[0]
    return f"{who} may not receive leads: none of their security roles lets them open and change leads."


def how_to_entitle(platform: Platform) -> str:
    """Who lets people receive leads, and where."""
    if platform is Platform.DYNAMICS365:
        return (
            "A System Administrator of the organisation gives them a role that reads and writes leads (Power Platform "
            "admin center > the environment > Settings > Users + permissions > Users); it counts here some ten minutes "
            "later. Or an administrator gives them a role here, under People. Who exists in Leadwright only can own "
            "nothing there: choose users of the organisation."
        )
    return "An administrator gives them the role Salesperson under People."
