"""Met, not met or unknown, turned into share, band and signal (product.md 6). Whoever judged."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from leadwright.domain.evidence import Evidence, SignalStrength


class Verdict(StrEnum):
    """What is known of one criterion. Unknown is not a miss."""

    MET = "met"
    NOT_MET = "not_met"
    UNKNOWN = "unknown"


class CriterionKind(StrEnum):
    """What a criterion of the ideal customer profile is about."""

    INDUSTRY = "industry"
    EMPLOYEES = "employees"
    ROLE = "role"
    LOCATION = "location"
    REVENUE = "revenue"
    CUSTOM = "custom"


class Band(StrEnum):
    """High above 70 %, Moderate from 50 % to 70 %, Low below 50 %."""

    HIGH = "High"
    MODERATE = "Moderate"
    LOW = "Low"
    UNKNOWN = "Unknown"  # too little is known to say


@dataclass(frozen=True, slots=True)
class Criterion:
    """One line of the ideal customer profile, in the admin's own words.

    Args:
        name: as the admin calls it; unique in the profile.
        kind: what it is about.
        details: what is wanted, e.g. ``1000 to 50000+ employees``.
        must_have: not met makes the fit Low whatever the share.
        fields: ``table.column`` names it maps to ("Where's this info stored"); empty: the usual ones of the kind.
        url: for a custom criterion answered from a public page; may embed ``{{Lead.Company Name}}``.
        instructions: how to answer from that page.
    """

    name: str
    kind: CriterionKind
    details: str
    must_have: bool = False
    fields: tuple[str, ...] = ()
    url: str = ""
    instructions: str = ""


@dataclass(frozen=True, slots=True)
class Judgement:
    """The verdict on one criterion, with its reason and what it rests on."""

    criterion: str
    verdict: Verdict
    reason: str
    evidence: tuple[Evidence, ...] = ()


@dataclass(frozen=True, slots=True)
class Fit:
    """The verdict on the whole profile.

    Args:
        band: High, Moderate, Low; Unknown with a weak signal, unless a must-have is known to be missed.
        share: met / (met + not met), 0 to 1; None when nothing is known.
        signal: strong from 80 % known criteria, medium from 50 %, weak below.
        judgements: one for each criterion, in the profile's order.
        missed_must_have: names of must-have criteria that are not met.
    """

    band: Band
    share: float | None
    signal: SignalStrength
    judgements: tuple[Judgement, ...]
    missed_must_have: tuple[str, ...] = ()

    @property
    def disqualifies(self) -> bool:
        """Low and well enough known: with a weak signal a lead is never disqualified on fit."""
        return self.band is Band.LOW and self.signal is not SignalStrength.WEAK


def weigh(criteria: Sequence[Criterion], judgements: Sequence[Judgement]) -> Fit:
    """Count the verdicts.

    Args:
        criteria: the profile.
        judgements: at most one for each criterion, matched by name; a missing one counts as unknown.
    """
    by_name = {j.criterion: j for j in judgements}
    ordered = tuple(by_name.get(c.name) or Judgement(c.name, Verdict.UNKNOWN, "Not judged.") for c in criteria)
    met = sum(j.verdict is Verdict.MET for j in ordered)
    known = met + sum(j.verdict is Verdict.NOT_MET for j in ordered)
    share = met / known if known else None
    missed = tuple(
        c.name for c, j in zip(criteria, ordered, strict=True) if c.must_have and j.verdict is Verdict.NOT_MET
    )
    signal = signal_strength(known, len(ordered))
    return Fit(_band(met, known, bool(missed), signal), share, signal, ordered, missed)


def signal_strength(known: int, asked: int) -> SignalStrength:
    """Known share of what was asked: strong from 80 %, medium from 50 %, weak below (product.md 6)."""
    if asked and known * 5 >= asked * 4:
        return SignalStrength.STRONG
    return SignalStrength.MEDIUM if asked and known * 2 >= asked else SignalStrength.WEAK


def _band(met: int, known: int, missed_must_have: bool, signal: SignalStrength) -> Band:
    if missed_must_have:
        return Band.LOW
    if signal is SignalStrength.WEAK:  # thin data is never read as a bad fit, nor as a good one
        return Band.UNKNOWN
    if met * 2 < known:
        return Band.LOW
    return Band.HIGH if met * 10 > known * 7 else Band.MODERATE
