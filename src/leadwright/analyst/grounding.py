"""Drops what an analyst said without real evidence, whoever the analyst was. Decides nothing else."""

from collections.abc import Mapping
from dataclasses import replace

from leadwright.analyst.protocol import Competitor, Insight, Reading
from leadwright.domain.evidence import Passage, is_quoted, supported
from leadwright.domain.fit import Judgement, Verdict


def grounded(reading: Reading, passages: Mapping[str, Passage]) -> tuple[Reading, int]:
    """The reading with supported statements only, and how many statements and verdicts were dropped.

    A verdict without real evidence becomes unknown: a claim that nothing supports is no knowledge.
    """
    judgements = tuple(_judgement(j, passages) for j in reading.judgements)
    insights = tuple(i for each in reading.insights if (i := _insight(each, passages)))
    competitors = tuple(c for each in reading.competitors if (c := _competitor(each, passages)))
    kept = replace(reading, judgements=judgements, insights=insights, competitors=competitors)
    return kept, _weight(reading) - _weight(kept)


def _judgement(judgement: Judgement, passages: Mapping[str, Passage]) -> Judgement:
    real = tuple(e for e in judgement.evidence if is_quoted(e, passages))
    if judgement.verdict is Verdict.UNKNOWN or real:
        return replace(judgement, evidence=real)
    return Judgement(judgement.criterion, Verdict.UNKNOWN, "What was said about it is in none of the sources.")


def _insight(insight: Insight, passages: Mapping[str, Passage]) -> Insight | None:
    statements = tuple(supported(insight.statements, passages))
    if not statements:
        return None
    relation = insight.relation and next(iter(supported([insight.relation], passages)), None)
    return replace(insight, statements=statements, relation=relation)


def _competitor(competitor: Competitor, passages: Mapping[str, Passage]) -> Competitor | None:
    swot = {part: kept for part, said in competitor.swot.items() if (kept := tuple(supported(said, passages)))}
    overview = tuple(supported(competitor.overview, passages))
    points = tuple(supported(competitor.talking_points, passages))
    if not (swot or overview or points):
        return None
    return replace(competitor, overview=overview, swot=swot, talking_points=points)


def _weight(reading: Reading) -> int:
    verdicts = sum(j.verdict is not Verdict.UNKNOWN for j in reading.judgements)
    insights = sum(len(i.statements) + (i.relation is not None) for i in reading.insights)
    rivals = sum(len(c.overview) + len(c.talking_points) + sum(map(len, c.swot.values())) for c in reading.competitors)
    return verdicts + insights + rivals
