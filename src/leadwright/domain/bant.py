"""BANT: need, timeline, budget, authority, each scored from what was said and known; and whether that qualifies."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from leadwright.domain.evidence import Evidence

ENOUGH = 2  # factors at medium or better that qualify a lead


class Factor(StrEnum):
    """The four factors, in the order in which they are evaluated and asked for."""

    NEED = "need"
    TIMELINE = "timeline"
    BUDGET = "budget"
    AUTHORITY = "authority"


class Score(StrEnum):
    """How far a factor is given. Unknown is no miss: nothing was said of it yet."""

    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class FactorJudgement:
    """One factor as judged, with what it rests on. A score other than unknown needs evidence."""

    factor: Factor
    score: Score
    reason: str = ""
    evidence: tuple[Evidence, ...] = ()


def is_met(judgement: FactorJudgement) -> bool | None:
    """Is the factor given, at medium or better? None when unknown."""
    return None if judgement.score is Score.UNKNOWN else judgement.score is not Score.LOW


def qualifies(judgements: Iterable[FactorJudgement]) -> bool | None:
    """Two or more factors at medium or better qualify, one or none does not (product rules, section 6).

    Returns:
        None while it cannot be said: the factors that are still unknown could make the difference.
    """
    scores = {j.factor: j.score for j in judgements}
    given = sum(s in (Score.HIGH, Score.MEDIUM) for s in scores.values())
    unknown = sum(scores.get(f, Score.UNKNOWN) is Score.UNKNOWN for f in Factor)
    if given >= ENOUGH:
        return True
    return None if given + unknown >= ENOUGH else False
