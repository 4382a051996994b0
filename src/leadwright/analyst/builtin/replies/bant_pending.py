"""BANT of a reply while `analyst/builtin/bant` is not merged: nothing is known of any factor."""

from leadwright.analyst.protocol import ReplyBrief
from leadwright.domain.bant import Factor, FactorJudgement, Score


def bant_until_judge_bant_is_merged(brief: ReplyBrief) -> tuple[FactorJudgement, ...]:
    """Unknown for each factor, so that no verdict rests on it. To be replaced by `builtin.bant.judge_bant`."""
    return tuple(FactorJudgement(factor, Score.UNKNOWN, "Not judged.") for factor in Factor)
