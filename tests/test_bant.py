"""BANT by pen and paper."""

from itertools import product

import pytest

from leadwright.domain.bant import Factor, FactorJudgement, Score, qualifies


def judged(*scores: Score) -> list[FactorJudgement]:
    return [FactorJudgement(f, s) for f, s in zip(Factor, scores, strict=False)]


@pytest.mark.parametrize("scores", list(product(Score, repeat=4)))
def test_two_factors_at_medium_or_better_qualify_and_unknown_is_no_miss(scores: tuple[Score, ...]) -> None:
    given = sum(s in (Score.HIGH, Score.MEDIUM) for s in scores)
    unknown = scores.count(Score.UNKNOWN)
    verdict = qualifies(judged(*scores))
    assert verdict is (True if given >= 2 else None if given + unknown >= 2 else False)


def test_a_factor_that_was_never_judged_is_unknown() -> None:
    assert qualifies(()) is None
