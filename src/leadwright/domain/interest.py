"""Purchase interest: which way a mail leans, how surely, about what, and the words it rests on (product.md 6)."""

from dataclasses import dataclass
from enum import StrEnum

from leadwright.domain.evidence import Evidence


class Polarity(StrEnum):
    """Which way a mail leans. Undetected goes to a person."""

    POSITIVE = "positive"
    NEGATIVE = "negative"
    UNDETECTED = "undetected"


class Confidence(StrEnum):
    """How strong the signal is.

    Positive: high is a specific ask with urgency or commitment, medium interest without urgency, low broad or casual.
    Negative: high is a clear refusal, medium is curious without a plan to buy.
    """

    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"


class Category(StrEnum):
    """What the signal is about."""

    PRICING = "pricing"  # pricing, plans, availability
    BUDGET_APPROVAL = "budget_approval"
    FEATURES = "features_use_cases"
    COMPETITORS = "competitors"
    DEMO_TRIAL = "demo_trial"
    TIMELINE = "urgency_timeline"
    SUCCESS_STORIES = "success_stories"


@dataclass(frozen=True, slots=True)
class Interest:
    """Purchase interest as judged. Anything but undetected has a confidence and quotes the mail.

    Args:
        reason: one sentence, kept for the summary.
    """

    polarity: Polarity
    confidence: Confidence | None = None
    category: Category | None = None
    reason: str = ""
    evidence: tuple[Evidence, ...] = ()


def undetected(reason: str = "The mail does not tell whether there is interest.") -> Interest:
    """No interest and no lack of it was seen."""
    return Interest(Polarity.UNDETECTED, reason=reason)


_GOES_ON = "It takes nothing back"


def in_thread(now: Interest, before: Interest, *, goes_on: bool) -> Interest:
    """Interest of a mail in the light of the thread: what only goes on with it keeps the interest shown before.

    Args:
        now: as judged from this mail alone.
        before: of the mails before it.
        goes_on: it answers what we asked, or asks what we can answer, so that it says nothing of interest is no loss.
    """
    if now.polarity is not Polarity.UNDETECTED or before.polarity is not Polarity.POSITIVE or not goes_on:
        return now
    reason = f"{_GOES_ON}; before that: {before.reason}" if before.reason else f"{_GOES_ON}."
    if before.reason.startswith(_GOES_ON):
        reason = before.reason
    return Interest(before.polarity, before.confidence, before.category, reason, before.evidence)
