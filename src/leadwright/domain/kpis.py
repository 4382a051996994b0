"""Dashboard formulas of the Research-only mode (product.md 10). Counting is SQL's; dividing is done here."""

from dataclasses import dataclass
from enum import StrEnum


class Figure(StrEnum):
    """A number of the dashboard that opens the list behind it."""

    ASSIGNED = "assigned"  # taken in by the agent in the period
    IN_PROGRESS = "in_progress"  # queued or being researched
    BLOCKED = "blocked"
    RESEARCHED = "researched"
    PROCESSED = "processed"  # has an outcome: handed over, disqualified, returned or failed
    HANDED_OVER = "handed_over"  # reassigned included
    REASSIGNED = "reassigned"
    DISQUALIFIED = "disqualified"  # and not reassigned
    RETURNED = "returned"  # email missing or invalid: back to the original owner
    FAILED = "failed"
    OPPORTUNITIES = "opportunities"  # leads an opportunity was made from
    HOT = "hot"
    WARM = "warm"
    COLD = "cold"
    HIGH = "high"
    MODERATE = "moderate"
    LOW = "low"
    UNKNOWN = "unknown"


class Measure(StrEnum):
    """A number taken over leads, of which each has its own part; opens these leads with their parts."""

    TIME = "time_to_qualify"
    COST = "cost"


MEASURES: dict[Measure, str] = {Measure.TIME: "Time to qualify", Measure.COST: "Cost"}
LABELS: dict[Figure, str] = {
    Figure.ASSIGNED: "Assigned",
    Figure.IN_PROGRESS: "In progress",
    Figure.BLOCKED: "Blocked",
    Figure.RESEARCHED: "Researched",
    Figure.PROCESSED: "Processed",
    Figure.HANDED_OVER: "Handed over",
    Figure.REASSIGNED: "Reassigned",
    Figure.DISQUALIFIED: "Disqualified",
    Figure.RETURNED: "Returned to owner",
    Figure.FAILED: "Failed",
    Figure.OPPORTUNITIES: "Opportunities created",
    Figure.HOT: "Hot",
    Figure.WARM: "Warm",
    Figure.COLD: "Cold",
    Figure.HIGH: "High fit",
    Figure.MODERATE: "Moderate fit",
    Figure.LOW: "Low fit",
    Figure.UNKNOWN: "Fit unknown",
}

FUNNEL = (
    Figure.ASSIGNED,
    Figure.IN_PROGRESS,
    Figure.BLOCKED,
    Figure.DISQUALIFIED,
    Figure.RETURNED,
    Figure.FAILED,
    Figure.HANDED_OVER,
    Figure.OPPORTUNITIES,
)


@dataclass(frozen=True, slots=True)
class Spent:
    """What the period cost. Money in US dollars; `unpriced` answers had no known price and are not in it."""

    tokens: int = 0
    dollars: float = 0.0
    unpriced: int = 0
    drafts: int = 0


@dataclass(frozen=True, slots=True)
class Kpis:
    """Shares are 0 to 1, None when there is nothing to divide by; times in seconds."""

    autonomous_processing: float | None
    handover: float | None
    research_completion: float | None
    seconds_to_qualify: float | None
    dollars_per_lead: float | None
    tokens_per_lead: float | None
    dollars_per_verdict: float | None
    dollars_per_draft: float | None
    dollars_forecast_month: float | None


def kpis(counts: dict[Figure, int], spent: Spent, seconds_to_qualify: float | None, days: float) -> Kpis:
    """Divide.

    Args:
        counts: leads of the period by figure.
        spent: what they cost.
        seconds_to_qualify: mean from the start of research to the handover.
        days: length of the period so far, for the forecast of 30 days.
    """
    processed = counts[Figure.PROCESSED]
    verdicts = counts[Figure.HANDED_OVER] + counts[Figure.DISQUALIFIED]
    return Kpis(
        autonomous_processing=_share(verdicts, processed),
        handover=_share(counts[Figure.HANDED_OVER], processed),
        research_completion=_share(counts[Figure.RESEARCHED], counts[Figure.ASSIGNED]),
        seconds_to_qualify=seconds_to_qualify,
        dollars_per_lead=_share(spent.dollars, counts[Figure.ASSIGNED]),
        tokens_per_lead=_share(spent.tokens, counts[Figure.ASSIGNED]),
        dollars_per_verdict=_share(spent.dollars, verdicts),
        dollars_per_draft=_share(spent.dollars, spent.drafts),
        dollars_forecast_month=spent.dollars / days * 30 if days > 0 else None,
    )


def _share(part: float, whole: float) -> float | None:
    return part / whole if whole else None
