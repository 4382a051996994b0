"""Lead rating hot, warm or cold by FIRE: fit, intent, recency, engagement. What is unknown is left out."""

from dataclasses import dataclass

from leadwright.domain.evidence import SignalStrength
from leadwright.domain.fit import Band, Fit
from leadwright.domain.optionsets import LeadRating

RECENT_DAYS = 7
MODERATE_DAYS = 21
HOT_FROM = 0.75
WARM_FROM = 0.45


@dataclass(frozen=True, slots=True)
class Activity:
    """What the lead did in the past 60 days, and how long ago anything happened.

    Args:
        days_old: days from the last sign of life (created, wrote, met) to the research date.
        engagements: mails opened, replies, meetings, calls and downloads in the past 60 days; None: not tracked.
        intent: 3 high, 2 medium, 1 low, 0 refusal; None when nothing was said, as in Research-only mode.
    """

    days_old: int
    engagements: int | None = None
    intent: int | None = None


@dataclass(frozen=True, slots=True)
class Rating:
    """The rating with one sentence for each letter of FIRE."""

    value: LeadRating
    reasons: tuple[str, ...]


def rate(fit: Fit, activity: Activity) -> Rating:
    """Points of what is known over the points that could be had.

    A Low fit that is well enough known is cold; only a High fit can be hot.
    """
    parts = [_fit(fit), _intent(activity.intent), _recency(activity.days_old), _engagement(activity.engagements)]
    known = [p for p in parts if p[1]]
    share = sum(p[0] for p in known) / sum(p[1] for p in known) if known else 0.0
    reasons = tuple(p[2] for p in parts)
    if fit.disqualifies:
        return Rating(LeadRating.COLD, reasons)
    if share >= HOT_FROM and fit.band is Band.HIGH and fit.signal is not SignalStrength.WEAK:
        return Rating(LeadRating.HOT, reasons)
    return Rating(LeadRating.WARM if share >= WARM_FROM else LeadRating.COLD, reasons)


def _fit(fit: Fit) -> tuple[int, int, str]:
    if fit.share is None:
        return 0, 4, "Fit: nothing is known yet."
    points = {Band.HIGH: 4, Band.MODERATE: 2, Band.LOW: 0, Band.UNKNOWN: 0}[fit.band]
    return points, 4, f"Fit: {fit.band.value}, {fit.share:.0%} of what is known, signal {fit.signal.value}."


def _intent(intent: int | None) -> tuple[int, int, str]:
    if intent is None:
        return 0, 0, "Intent: nothing was said yet."
    words = ("none", "low", "medium", "high")[intent]
    return intent, 3, f"Intent: {words}."


def _recency(days: int) -> tuple[int, int, str]:
    if days <= RECENT_DAYS:
        points, word = 2, "recent"
    elif days <= MODERATE_DAYS:
        points, word = 1, "moderate"
    else:
        points, word = 0, "old"
    ago = "today" if days <= 0 else "1 day ago" if days == 1 else f"{days} days ago"
    return points, 2, f"Recency: {word}, last sign of life {ago}."


def _engagement(count: int | None) -> tuple[int, int, str]:
    if count is None:
        return 0, 0, "Engagement: not tracked before the first email."
    if not count:
        return 0, 0, "Engagement: none recorded in the past 60 days."
    return min(count, 2), 2, f"Engagement: {count} recorded in the past 60 days."
