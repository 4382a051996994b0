"""BANT read from mails and calls, fields and knowledge, by rules. No model, no network."""

from leadwright.analyst.builtin.bant.judging import judge_bant
from leadwright.analyst.builtin.bant.prices import PriceList, read_prices

__all__ = ["PriceList", "judge_bant", "read_prices"]
