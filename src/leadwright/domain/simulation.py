"""A test of the agent's draft before it starts: how many leads, and when its review is complete (product.md 3.6)."""

from dataclasses import dataclass
from enum import StrEnum

MOST_LEADS = 50
MOST_FEEDBACK = 2_000  # characters of one instruction


class LeadState(StrEnum):
    """Where one lead of a test stands."""

    WAITING = "waiting"
    WORKING = "working"
    DRAFTED = "drafted"
    DISQUALIFIED = "disqualified"  # the agent would write no mail: the lead does not fit
    RETURNED = "returned"  # the agent would give it back: its address is missing or invalid
    FAILED = "failed"


class ReviewState(StrEnum):
    """What a person said about one mail. Feedback is a review: the mail was read, and the instruction is kept."""

    OPEN = "open"
    APPROVED = "approved"
    FEEDBACK = "feedback"


@dataclass(frozen=True, slots=True)
class Review:
    """How far the latest test is.

    Args:
        state: of the test: running, done or stopped; empty when there was none.
        mails: mails to review; `reviewed`: those approved or given feedback.
        failed: leads that could not be tried.
    """

    state: str = ""
    mails: int = 0
    reviewed: int = 0
    failed: int = 0

    @property
    def begun(self) -> bool:
        """There was a test."""
        return bool(self.state)

    @property
    def complete(self) -> bool:
        """The test has ended with at least one mail, and a person has looked at each."""
        return self.state == "done" and self.mails > 0 and self.reviewed == self.mails


def missing_for_review(review: Review) -> tuple[str, ...]:
    """What is still to be done, each a sentence; empty when the review is complete."""
    if not review.begun:
        return ("Test the outreach emails on some leads: nothing is sent and no lead is changed.",)
    if review.state == "running":
        return ("The test is running. Review its emails when it has finished.",)
    if review.state != "done":
        return ("The test was interrupted. Let it go on, or start another.",)
    if not review.mails:
        return ("The test drafted no email. Look at the reasons, then test other leads.",)
    left = review.mails - review.reviewed
    return (f"Review {left} more email{'s' if left > 1 else ''}.",) if left else ()
