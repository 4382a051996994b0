"""From a reading of a lead to what it means: fit, rating, decision, and findings as they are stored. Stores nothing."""

from dataclasses import dataclass, replace
from datetime import datetime

from leadwright.analyst import Reading
from leadwright.db.configuration import Configuration
from leadwright.db.findings import Findings, FoundCompetitor, FoundInsight
from leadwright.db.sales import Lead
from leadwright.domain.fit import CriterionKind, Fit, weigh
from leadwright.domain.handover import Decision, decide, decide_engagement
from leadwright.domain.optionsets import label
from leadwright.domain.rating import Rating, rate, shown
from leadwright.domain.stage import AgentMode
from leadwright.workflows.first_mail import Mail


@dataclass(frozen=True, slots=True)
class Result:
    """What research and judgement came to."""

    reading: Reading
    fit: Fit
    rating: Rating
    decision: Decision
    found: Findings
    mail: Mail | None
    no_mail: str = ""  # why there is none, when one was wanted


def judge(
    lead: Lead,
    configuration: Configuration,
    reading: Reading,
    *,
    missing: tuple[str, ...],
    so_far: Findings,
    researched_at: datetime,
    mode: AgentMode = AgentMode.RESEARCH,
) -> Result:
    """Weigh, rate and decide by the rules; no mail yet.

    Args:
        missing: what the lead's record lacks, in words.
        so_far: what was found before the reading: address, connected records.
    """
    criteria = tuple(c.criterion() for c in configuration.criteria)
    fit = weigh(criteria, reading.judgements)
    days = (researched_at - lead.createdon).days
    activity = shown(days, topic=lead.subject or "", source=lead.leadsourcecode)
    rating = rate(fit, activity, roles=[c.name for c in criteria if c.kind is CriterionKind.ROLE])
    decided = (decide_engagement if mode is AgentMode.ENGAGE else decide)(fit, missing=missing)
    result = Result(reading, fit, rating, decided, so_far, None)
    return replace(result, found=_found(result, configuration, missing))


def _found(result: Result, configuration: Configuration, missing: tuple[str, ...]) -> Findings:
    reading, rating = result.reading, result.rating
    return replace(
        result.found,
        judgements=result.fit.judgements,
        must_have=frozenset(c.name for c in configuration.criteria if c.must_have),
        insights=tuple(FoundInsight(str(i.section), i.title, i.statements, i.relation) for i in reading.insights),
        competitors=tuple(FoundCompetitor(c.name, c.overview, c.swot, c.talking_points) for c in reading.competitors),
        rating=label(rating.value),
        rating_reasons=rating.reasons,
        missing=missing,
        next_actions=result.decision.next_actions,
    )
