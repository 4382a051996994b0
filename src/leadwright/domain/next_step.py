"""What a seller does next with a lead that was handed over, and how urgent it is."""

from dataclasses import dataclass
from datetime import datetime

from leadwright.domain.engagement import Outcome
from leadwright.domain.optionsets import LeadRating


@dataclass(frozen=True, slots=True)
class Standing:
    """What is known of the lead.

    Args:
        handed_at: when the seller got it.
        heard_at: its last mail; `written_at` the last mail a person sent to it.
        has_draft: the agent prepared a mail.
    """

    handed_at: datetime
    outcome: str | None = None
    rating: int | None = None
    heard_at: datetime | None = None
    written_at: datetime | None = None
    has_draft: bool = False


@dataclass(frozen=True, slots=True)
class NextStep:
    """`rank` 0 is the most urgent; `tone` as tags have it; `page` after the lead's address."""

    rank: int
    text: str
    tone: str = ""
    page: str = ""


_BY_OUTCOME = {
    Outcome.ESCALATED: NextStep(0, "Complains or threatens: answer in person, after talking to your supervisor", "bad"),
    Outcome.FAST_TRACK: NextStep(2, "Wants to buy and says so: call or write today", "good"),
    Outcome.QUALIFIED: NextStep(2, "Ready to buy: call or write today", "good"),
    Outcome.BLOCKED: NextStep(3, "Asked what the agent could not answer: answer the open question", "warn", "/thread"),
    Outcome.REFERRAL: NextStep(4, "Named somebody else: look at the referral", "info", "/thread"),
    Outcome.CLARIFY: NextStep(4, "Find out what the lead wants", "info", "/thread"),
}


def next_step(lead: Standing) -> NextStep:
    """Whoever waits for us comes first, then whoever is ready, then by rating; whom we wait for comes last."""
    if lead.outcome == Outcome.ESCALATED and not lead.written_at:
        return _BY_OUTCOME[Outcome.ESCALATED]
    if lead.written_at and (lead.heard_at is None or lead.written_at > lead.heard_at):
        return NextStep(8, "You wrote; wait for the answer, or call", "", "/thread")
    if lead.heard_at and lead.heard_at > (lead.written_at or lead.handed_at):
        return NextStep(1, "Wrote to you and waits for your answer", "bad", "/thread")
    if lead.outcome in _BY_OUTCOME:
        return _BY_OUTCOME[Outcome(str(lead.outcome))]
    rank = {int(LeadRating.HOT): 5, int(LeadRating.WARM): 6}.get(lead.rating or 0, 7)
    text = (
        "Read the research, look over the drafted email and send it"
        if lead.has_draft
        else "Read the research, then write"
    )
    return NextStep(rank, text, "info" if rank < 7 else "", "")
