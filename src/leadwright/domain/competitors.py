"""Which competitors matter for a lead: the counting rule of product.md 5, point 4. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

MOST = 3


@dataclass(frozen=True, slots=True)
class Choice:
    """The competitors chosen, best first, and the rule that chose them, as a sentence."""

    names: tuple[str, ...]
    reason: str


@dataclass(frozen=True, slots=True)
class Closed:
    """A competitor on a closed opportunity of a similar account."""

    name: str
    won: bool  # we won it
    on: date | None  # day it was closed


def choose(
    on_lead: Sequence[str], web: Mapping[str, int], closed: Iterable[Closed], configured: Sequence[str]
) -> Choice:
    """Choose the competitors of a lead.

    A competitor on the lead is the only one. Otherwise mentions are counted over three sources; the one in most
    sources wins, and a tie goes to the one of the most recently won opportunity. Without overlap the configured
    list holds; with nothing configured, what opportunities or else the web say.

    Args:
        on_lead: names linked to the lead.
        web: name -> number of mentions in web results.
        closed: of similar accounts.
        configured: the admin's list, in the admin's order.
    """
    if on_lead:
        return Choice(tuple(on_lead[:1]), "It is named on the lead.")
    closed = list(closed)
    spelled = _spelling([*configured, *(c.name for c in closed), *web])
    sources = [{_key(n) for n in web}, {_key(c.name) for c in closed}, {_key(n) for n in configured}]
    counts = {key: sum(key in s for s in sources) for key in spelled}
    most = max(counts.values(), default=0)
    if most >= 2:
        best = [key for key, count in counts.items() if count == most]
        return _of_overlap(best, most, closed, spelled)
    if configured:
        return Choice(_names((_key(n) for n in configured), spelled), "No source agrees with another: configured list.")
    if closed:
        recent = [_key(c.name) for c in sorted(closed, key=_recency, reverse=True)]
        return Choice(_names(recent[:1], spelled), "Named on the last closed opportunity of a similar account.")
    if web:
        top = min(web, key=lambda name: (-web[name], name.casefold()))
        return Choice((top,), "Only web results name one.")
    return Choice((), "No source names a competitor.")


def _of_overlap(best: list[str], sources: int, closed: list[Closed], spelled: Mapping[str, str]) -> Choice:
    if len(best) == 1:
        return Choice((spelled[best[0]],), f"Named in {sources} of 3 sources, more than any other.")
    won = [c for c in closed if c.won and _key(c.name) in best]
    if won:
        last = max(won, key=_recency)
        return Choice((spelled[_key(last.name)],), "Tie: it is on the most recently won opportunity.")
    return Choice(_names(best, spelled), f"Tie: each is named in {sources} of 3 sources, none on a won opportunity.")


def _recency(closed: Closed) -> tuple[bool, date]:
    return closed.won, closed.on or date.min


def _names(keys: Iterable[str], spelled: Mapping[str, str]) -> tuple[str, ...]:
    return tuple(spelled[key] for key in dict.fromkeys(keys))[:MOST]


def _spelling(names: Iterable[str]) -> dict[str, str]:
    """key -> the first spelling given, in that order."""
    spelled: dict[str, str] = {}
    for name in names:
        spelled.setdefault(_key(name), name)
    return spelled


def _key(name: str) -> str:
    return " ".join(name.casefold().split())
