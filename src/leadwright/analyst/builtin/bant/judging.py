"""The four BANT factors of one mail or call, against our own prices and policies. Puts the readers together."""

from collections.abc import Iterable, Mapping
from datetime import date

from leadwright.analyst.builtin.bant.authority import judge_authority
from leadwright.analyst.builtin.bant.budget import judge_budget
from leadwright.analyst.builtin.bant.conversation import read_talk
from leadwright.analyst.builtin.bant.foreign import in_other_languages
from leadwright.analyst.builtin.bant.need import judge_need
from leadwright.analyst.builtin.bant.order import read_order
from leadwright.analyst.builtin.bant.prices import PriceList
from leadwright.analyst.builtin.bant.timeline import judge_timeline
from leadwright.domain.bant import FactorJudgement
from leadwright.domain.evidence import Passage


def judge_bant(
    text: str,
    *,
    fields: Mapping[str, str],
    passages: Iterable[Passage],
    prices: PriceList,
    today: date | None = None,
) -> tuple[FactorJudgement, ...]:
    """Judge need, timeline, budget and authority, in that order. Deterministic; unknown where nothing supports a score.

    Args:
        text: the lead's mail or a call, with ``Name: words`` turns. Quoted mail is cut before.
        fields: ``lead.column`` -> text; read: jobtitle, decisionmaker, budgetamount, need, purchasetimeframe, fullname.
            What was said weighs more than a field.
        passages: our knowledge; policies on installation time and volume discounts are found in it.
        prices: our list prices; empty when there is no list.
        today: the day the text was written, for dates such as "by end of Q3"; a time stamp in the text goes first.

    Returns:
        One judgement a factor, each with its quotes: out of the text (passage id "said"), a field ("field:..."), the
        price list ("price:...") or a passage of the knowledge.
    """
    talk = read_talk(text, lead_name=fields.get("lead.fullname"))
    articles = tuple(passages)
    order = read_order(talk, prices, articles)
    judged = (
        judge_need(talk, fields),
        judge_timeline(talk, order, articles, fields, today),
        judge_budget(talk, order, prices, articles, fields),
        judge_authority(talk, fields),
    )
    return tuple(in_other_languages(talk, judgement) for judgement in judged)
