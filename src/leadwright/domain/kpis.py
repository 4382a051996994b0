"""Dashboard formulas of both modes (product.md 10). Counting is SQL's; dividing is done here."""

from dataclasses import dataclass, replace
from enum import StrEnum

from leadwright.domain.stage import AgentMode


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
    IN_CONVERSATION = "in_conversation"
    AUTONOMOUS = "autonomous"  # ended by the agent alone: handed over with positive intent, or low interest
    POSITIVE_HANDOVERS = "positive_handovers"  # handed over by the agent with positive intent
    LOW_INTEREST = "low_interest"  # disqualified for low interest, and not reassigned
    TRANSFERRED = "transferred"  # handed over after a conversation for something else, or taken over by a person
    CONVERTED = "converted"  # processed, and qualified by a person
    WRITTEN_TO = "written_to"
    REPLIED = "replied"
    NO_REPLY = "no_reply"
    UNDER_WAY = "under_way"  # in conversation, and the agent goes on by itself
    WAITS_FOR_PERSON = "waits_for_person"  # in conversation, and the agent cannot go on alone
    HANDOVER_FAILED = "handover_failed"  # written to, and on nobody's desk: failed, blocked or returned
    POSITIVE = "positive"  # purchase interest the conversation ended with
    NEGATIVE = "negative"
    UNDETECTED = "undetected"


class Measure(StrEnum):
    """A number taken over leads, of which each has its own part; opens these leads with their parts."""

    TIME = "time_to_qualify"
    COST = "cost"
    PIPELINE = "pipeline"  # dollars
    MAILS = "mails_sent"
    ANSWERS = "queries_responded"


MEASURES: dict[Measure, str] = {
    Measure.TIME: "Time to qualify",
    Measure.COST: "Cost",
    Measure.PIPELINE: "Generated pipeline",
    Measure.MAILS: "Outreach emails sent",
    Measure.ANSWERS: "Customer queries responded",
}
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
    Figure.IN_CONVERSATION: "In conversation",
    Figure.AUTONOMOUS: "Processed autonomously",
    Figure.POSITIVE_HANDOVERS: "Handed over with positive intent",
    Figure.LOW_INTEREST: "Disqualified for low interest",
    Figure.TRANSFERRED: "Transferred to a person",
    Figure.CONVERTED: "Qualified",
    Figure.WRITTEN_TO: "Written to",
    Figure.REPLIED: "Replied",
    Figure.NO_REPLY: "No reply",
    Figure.UNDER_WAY: "In progress",
    Figure.WAITS_FOR_PERSON: "Waits for a person",
    Figure.HANDOVER_FAILED: "Handover failed",
    Figure.POSITIVE: "Positive interest",
    Figure.NEGATIVE: "Negative interest",
    Figure.UNDETECTED: "Undetected interest",
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
ENGAGE_FUNNEL = (*FUNNEL[:2], Figure.IN_CONVERSATION, *FUNNEL[2:])
ENGAGEMENT = (
    Figure.WRITTEN_TO,
    Figure.REPLIED,
    Figure.NO_REPLY,
    Figure.UNDER_WAY,
    Figure.AUTONOMOUS,
    Figure.TRANSFERRED,
    Figure.WAITS_FOR_PERSON,
    Figure.HANDOVER_FAILED,
)
INTEREST = (Figure.POSITIVE, Figure.NEGATIVE, Figure.UNDETECTED)


@dataclass(frozen=True, slots=True)
class Spent:
    """What the period cost. Money in US dollars; `unpriced` answers had no known price and are not in it."""

    tokens: int = 0
    dollars: float = 0.0
    unpriced: int = 0
    drafts: int = 0


@dataclass(frozen=True, slots=True)
class Mailed:
    """What went out to the leads of the period, and what came of it.

    Args:
        outreach: first mails and follow-ups that left.
        answers: mails that left and answer a question from the knowledge.
        sent: every mail that left, questions of ours included.
        pipeline: estimated revenue, in dollars, of opportunities from leads that were handed over.
    """

    outreach: int = 0
    answers: int = 0
    sent: int = 0
    pipeline: float = 0.0


@dataclass(frozen=True, slots=True)
class Kpis:
    """Shares are 0 to 1, None when there is nothing to divide by; times in seconds, money in dollars.

    From `lead_qualification` on they are of Research and engage, None for a Research-only agent.
    """

    autonomous_processing: float | None
    handover: float | None
    research_completion: float | None
    seconds_to_qualify: float | None
    dollars_per_lead: float | None
    tokens_per_lead: float | None
    dollars_per_verdict: float | None
    dollars_per_draft: float | None
    dollars_forecast_month: float | None
    lead_qualification: float | None = None
    email_response: float | None = None
    positive_interest: float | None = None
    pipeline: float | None = None
    dollars_per_mail: float | None = None


def kpis(
    counts: dict[Figure, int],
    spent: Spent,
    seconds_to_qualify: float | None,
    days: float,
    mode: AgentMode = AgentMode.RESEARCH,
    mailed: Mailed = Mailed(),
) -> Kpis:
    """Divide, by the formulas of the mode.

    Args:
        counts: leads of the period by figure.
        spent: what they cost.
        seconds_to_qualify: mean from the start of research to the handover.
        days: length of the period so far, for the forecast of 30 days.
        mailed: mails of the period's leads and the pipeline from them.
    """
    processed = counts[Figure.PROCESSED]
    verdicts = counts[Figure.HANDED_OVER] + counts[Figure.DISQUALIFIED]
    engages = mode is AgentMode.ENGAGE
    positive = counts[Figure.POSITIVE_HANDOVERS]
    plain = Kpis(
        autonomous_processing=_share(counts[Figure.AUTONOMOUS] if engages else verdicts, processed),
        handover=_share(positive if engages else counts[Figure.HANDED_OVER], processed),
        research_completion=_share(counts[Figure.RESEARCHED], counts[Figure.ASSIGNED]),
        seconds_to_qualify=seconds_to_qualify,
        dollars_per_lead=_share(spent.dollars, counts[Figure.ASSIGNED]),
        tokens_per_lead=_share(spent.tokens, counts[Figure.ASSIGNED]),
        dollars_per_verdict=_share(spent.dollars, verdicts),
        dollars_per_draft=_share(spent.dollars, spent.drafts),
        dollars_forecast_month=spent.dollars / days * 30 if days > 0 else None,
    )
    if not engages:
        return plain
    return replace(
        plain,
        lead_qualification=_share(counts[Figure.CONVERTED], processed),
        email_response=_share(counts[Figure.REPLIED], mailed.outreach),
        positive_interest=_share(positive, processed),
        pipeline=mailed.pipeline,
        dollars_per_mail=_share(spent.dollars, mailed.sent),
    )


def _share(part: float, whole: float) -> float | None:
    return part / whole if whole else None
