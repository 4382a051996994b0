"""What a seller is told about a lead that comes from a conversation: what happened, what is known, what to do next."""

from collections.abc import Sequence
from dataclasses import dataclass

from leadwright.domain.bant import Factor, FactorJudgement, Score
from leadwright.domain.engagement import Outcome
from leadwright.domain.interest import Interest, Polarity

_FACTOR = {
    Factor.NEED: "Need",
    Factor.TIMELINE: "Timeline",
    Factor.BUDGET: "Budget",
    Factor.AUTHORITY: "Authority",
}
QUESTIONS = {
    Factor.NEED: "what the lead needs it for",
    Factor.TIMELINE: "by when the lead wants it",
    Factor.BUDGET: "what budget there is",
    Factor.AUTHORITY: "who decides",
}


@dataclass(frozen=True, slots=True)
class Told:
    """What is known at the end of a conversation.

    Args:
        question: of the lead that nobody has answered yet, word for word.
        referral: name and address of whom the lead names instead.
        next_steps: the admin's own, one a line.
    """

    outcome: Outcome
    interest: Interest
    bant: Sequence[FactorJudgement] = ()
    question: str = ""
    referral: tuple[str, str] = ("", "")
    next_steps: str = ""


def summary_of(told: Told) -> tuple[str, ...]:
    """Sentences: interest first, then each factor that is known."""
    said = []
    if told.interest.polarity is not Polarity.UNDETECTED:
        sure = f", {told.interest.confidence.value}" if told.interest.confidence else ""
        said.append(f"Purchase interest: {told.interest.polarity.value}{sure}. {told.interest.reason}".strip())
    said += [
        f"{_FACTOR[j.factor]}: {j.score.value}. {j.reason}".strip() for j in told.bant if j.score is not Score.UNKNOWN
    ]
    return tuple(said)


def open_questions(told: Told) -> tuple[str, ...]:
    """What the lead asked and nobody answered, and what is not known of it."""
    asked = (f"The lead asks: {told.question}",) if told.question else ()
    unknown = [QUESTIONS[j.factor] for j in told.bant if j.score is Score.UNKNOWN]
    missing = (f"Not known: {_and(unknown)}.",) if unknown else ()
    return (*asked, *missing)


def next_actions(told: Told) -> tuple[str, ...]:
    """What to do, most urgent first."""
    name, address = told.referral
    contact = " ".join(p for p in (name, f"<{address}>" if address else "") if p) or "somebody else"
    first = {
        Outcome.QUALIFIED: ("Call or write today: the lead is ready to talk.",),
        Outcome.FAST_TRACK: ("Call or write today: the interest is high.",),
        Outcome.CLARIFY: ("Read the thread and ask what the lead wants.",),
        Outcome.BLOCKED: ("Answer the question; the agent found nothing in its knowledge and has not answered.",),
        Outcome.REFERRAL: (f"The lead names {contact}. Create that person as a lead if you agree.",),
        Outcome.ESCALATED: ("Read the mail and decide; the agent writes nothing more to this lead.",),
    }.get(told.outcome, ())
    unknown = [QUESTIONS[j.factor] for j in told.bant if j.score is Score.UNKNOWN]
    ask = (f"Find out {_and(unknown)}.",) if unknown and told.outcome in (Outcome.QUALIFIED, Outcome.FAST_TRACK) else ()
    own = tuple(line.strip() for line in told.next_steps.splitlines() if line.strip())
    return (*first, *ask, *(own if told.outcome in (Outcome.QUALIFIED, Outcome.FAST_TRACK) else ()))


def _and(words: Sequence[str]) -> str:
    return " and ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else list(words))
