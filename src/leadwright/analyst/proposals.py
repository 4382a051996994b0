"""Criteria proposed from the text about the products: what both analysts answer with, and what is checked of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from leadwright.analyst.builtin.judging import unreadable
from leadwright.analyst.protocol import Offering
from leadwright.domain.fit import Criterion, CriterionKind

NAMES = {
    CriterionKind.INDUSTRY: "Industries",
    CriterionKind.EMPLOYEES: "Employee size",
    CriterionKind.ROLE: "Decision-making roles",
    CriterionKind.LOCATION: "Customer location",
    CriterionKind.REVENUE: "Annual revenue",
}


@dataclass(frozen=True, slots=True)
class Proposal:
    """A criterion that the text suggests.

    Args:
        quote: the words of the text it rests on, as they stand there.
    """

    name: str
    kind: CriterionKind
    details: str
    quote: str


@runtime_checkable
class Proposer(Protocol):
    """Proposes criteria. Saves nothing; a person takes over what fits."""

    def propose_criteria(self, offering: Offering) -> tuple[Proposal, ...]:
        """At most one of each kind. Raises ModelError when the answer could not be had."""
        ...


def text_of(offering: Offering) -> str:
    """What is read: value proposition and benefits. Prices say nothing of customers."""
    return f"{offering.value_proposition}\n{offering.benefits}".strip()


def supported(proposals: Sequence[Proposal], text: str) -> tuple[Proposal, ...]:
    """Those that rest on words of the text and that leads can be judged by, one of each kind."""
    words = " ".join(text.split()).casefold()
    kept: dict[CriterionKind, Proposal] = {}
    for p in proposals:
        quoted = " ".join(p.quote.split()).casefold()
        if p.kind is CriterionKind.CUSTOM or not quoted or quoted not in words or p.kind in kept:
            continue
        if not unreadable(Criterion(p.name, p.kind, p.details)):
            kept[p.kind] = p
    return tuple(kept[kind] for kind in NAMES if kind in kept)
