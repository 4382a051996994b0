"""Lead rating hot, warm or cold by FIRE: fit, intent, recency, engagement. What is unknown earns nothing."""

import re
from collections.abc import Collection
from dataclasses import dataclass

from leadwright.domain.evidence import SignalStrength
from leadwright.domain.fit import Band, Fit, Verdict
from leadwright.domain.optionsets import LeadRating, LeadSource

RECENT_DAYS = 7
MODERATE_DAYS = 21
HOT_FROM = 0.75
WARM_FROM = 0.35  # a good fit that says nothing yet is warm, a middling one only while it is new
_MOST = {"fit": 4, "intent": 3, "recency": 2, "engagement": 2}  # points of each letter
_CAME = frozenset({LeadSource.WEB, LeadSource.TRADE_SHOW, LeadSource.SEMINAR})
_ASKED = re.compile(
    r"\b(?:(?:asked|asks|asking|requested|requests?|inquir\w+|enquir\w+) (?:for |about |an? |our |the |to see )|"
    r"(?:demo|pricing|price|quote|brochure|trial|call ?back) requests?\b|request for (?:proposal|quote|information)|"
    r"wants? (?:an? )?(?:demo|quote|offer|trial|call))",
    re.IGNORECASE,
)


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


def shown(days_old: int, *, topic: str = "", source: int | None = None) -> Activity:
    """What a lead's record shows before any mail: one who asked for something shows interest and did something; one who
    came by the web site, a fair or a seminar shows a little interest.

    Args:
        topic: the lead's topic, "Asked for a demo".
        source: `LeadSource` value.
    """
    if _ASKED.search(topic):
        return Activity(days_old, engagements=1, intent=2)
    return Activity(days_old, intent=1 if source in _CAME else None)


@dataclass(frozen=True, slots=True)
class Rating:
    """The rating with one sentence for each letter of FIRE."""

    value: LeadRating
    reasons: tuple[str, ...]


def rate(fit: Fit, activity: Activity, *, roles: Collection[str] = ()) -> Rating:
    """Points earned over all points there are; what is unknown earns none.

    A Low fit that is well enough known is cold. Only a High fit of which intent or engagement is known can be hot. A
    person known not to decide is rated one step lower.

    Args:
        roles: names of the criteria that ask for a decision maker.
    """
    parts = [_fit(fit), _intent(activity.intent), _recency(activity.days_old), _engagement(activity.engagements)]
    share = sum(points for points, _ in parts) / sum(_MOST.values())
    reasons = tuple(reason for _, reason in parts)
    if fit.disqualifies:
        return Rating(LeadRating.COLD, reasons)
    told = activity.intent or activity.engagements
    hot = share >= HOT_FROM and told and fit.band is Band.HIGH and fit.signal is not SignalStrength.WEAK
    value = LeadRating.HOT if hot else LeadRating.WARM if share >= WARM_FROM else LeadRating.COLD
    missed = next((j for j in fit.judgements if j.criterion in roles and j.verdict is Verdict.NOT_MET), None)
    if missed:
        value = LeadRating.WARM if value is LeadRating.HOT else LeadRating.COLD
        reasons += (f"One step lower: {missed.criterion} is not met.",)
    return Rating(value, reasons)


def _fit(fit: Fit) -> tuple[int, str]:
    if fit.share is None:
        return 0, "Fit: nothing is known yet."
    if fit.band is Band.UNKNOWN:
        known = sum(j.verdict is not Verdict.UNKNOWN for j in fit.judgements)
        return 0, f"Fit: Unknown, {known} of {len(fit.judgements)} criteria known, signal {fit.signal.value}."
    points = {Band.HIGH: 4, Band.MODERATE: 2, Band.LOW: 0}[fit.band]
    return points, f"Fit: {fit.band.value}, {fit.share:.0%} of what is known, signal {fit.signal.value}."


def _intent(intent: int | None) -> tuple[int, str]:
    if intent is None:
        return 0, "Intent: nothing was said yet."
    return intent, f"Intent: {('none', 'low', 'medium', 'high')[intent]}."


def _recency(days: int) -> tuple[int, str]:
    if days <= RECENT_DAYS:
        points, word = 2, "recent"
    elif days <= MODERATE_DAYS:
        points, word = 1, "moderate"
    else:
        points, word = 0, "old"
    ago = "today" if days <= 0 else "1 day ago" if days == 1 else f"{days} days ago"
    return points, f"Recency: {word}, last sign of life {ago}."


def _engagement(count: int | None) -> tuple[int, str]:
    if count is None:
        return 0, "Engagement: not tracked before the first email."
    if not count:
        return 0, "Engagement: none recorded in the past 60 days."
    return min(count, 2), f"Engagement: {count} recorded in the past 60 days."
