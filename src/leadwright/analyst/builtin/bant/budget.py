"""Does the budget cover our list price for what is wanted, less our volume discount? A seller's price does not."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from leadwright.analyst.builtin.bant.conversation import Sentence, Talk
from leadwright.analyst.builtin.bant.funds import GONE, SPENT, amounts_there, leaves_some, money_left
from leadwright.analyst.builtin.bant.order import Line
from leadwright.analyst.builtin.bant.policy import Discount, discounts_of
from leadwright.analyst.builtin.bant.prices import Price, PriceList
from leadwright.analyst.builtin.numbers import Quantity, quantities
from leadwright.domain.bant import Factor, FactorJudgement, Score
from leadwright.domain.evidence import Evidence, Passage, SourceKind
from leadwright.domain.patterns import lazy_pattern

_WORD = lazy_pattern(
    r"\b(?:budget\w*|allocat\w*|set aside|earmark\w*|can spend|to spend|spend up to|afford|spending limit|limit of"
    r"|capped at|ceiling|"
    r"workable figure|financial plan)\b|\bwe have (?:around |about |up to |roughly )?(?=[$€£]\d)"
)
_NO_BUDGET = lazy_pattern(
    rf"{SPENT}|\bno (?:\w+ ){{0,2}}?budget\b|"
    r"(?:\bnot|n't) (?:\w+ ){0,3}?(?:afford|have (?:a |the |any )?(?:\w+ )?budget|in (?:the|our) budget)|"
    r"\bbudget (?:does not|doesn't|won't|will not|can't|cannot) (?:\w+ ){0,2}?(?:stretch|cover|allow|extend)|\b(?:over"
    r"|above|beyond|exceeds?|out of) (?:our|my|the) budget|\btoo (?:expensive|costly|pricey)"
)
_NONE = (
    r"(?:\b(?:no|without|kein\w*|ohne|aucune?|pas (?:de |d')|sans|nessun\w*|non (?:abbiamo|"
    r"c'e|ci sono)|senza|no (?:tenemos|hay)|sin|ningun\w*|geen|zonder|nao (?:temos|ha)|sem)|(?:\bnot|n't) (?:have|see)"
    r"(?: any| an?)?)"
)
_BOUND = (
    r"(?:constraint|limit|issue|problem|concern|worr|restriction|cap\b|ceiling|grenz|obergrenz|beschrank|einschrank|"
    r"sorg|frage|souci|contrainte|plafond|vincol|tope\b|restricc|probleem|beperk|grens)\w*"
)
_FIXED = r"(?:fixed|set|hard|strict|maximum|fest|fix|starr|maximal|vast|maximaal)\w*"
_FIX = r"(?:fixe|maxim\w+|limite|massimo|fisso|fijo|cerrado|fixo)"
_PURSE = r"(?:budget|presupuesto|orcamento)"
NO_LIMIT = lazy_pattern(  # a limit or a problem that there is not: a word on money, none on its lack
    rf"{_NONE} ?(?:\w+ )?(?:{_PURSE}\w*[- ]?{_BOUND}|{_BOUND} (?:with|on|to|of|for|in|mit|beim?|fur|am|im|de|du|avec|"
    rf"sur|di|sul|con|en|met|op|aan|voor|com|a) (?:\w+ )?{_PURSE}\w*|{_FIXED} {_PURSE}\b|{_PURSE} {_FIX}\b)"
)
_FINE = lazy_pattern(
    r"\b(?:within|fits?|in|under|aligns? with) (?:our|my|the) (?:\w+ )?(?:budget|range|expectations)|\b(?:aligns"
    r"|matches) (?:well )?with what we|"
    r"\bprice\w* (?:is|are|looks?|sounds?) (?:fine|good|okay|ok|reasonable|fair)|\bbudget (?:is|has been) (?:approved"
    r"|available|secured|confirmed)|\bhave an approved budget\b"
)
_CHANGED = lazy_pattern(r"\b(?:cut|reduced|lowered|raised|increased|extended)\b.*\bto\s*$")
_OPEN = lazy_pattern(
    r"\?$|\b(?:hope|hoping|want|wish|need|ensure|make sure|whether|if|could|would|should|must|as long as|provided"
    r"|can we)\b"
)


@dataclass(frozen=True, slots=True)
class _Stated:
    amount: float
    currency: str | None
    evidence: Evidence


def judge_budget(
    talk: Talk, order: Sequence[Line], prices: PriceList, passages: Sequence[Passage], fields: Mapping[str, str]
) -> FactorJudgement:
    """The stated budget against list price x quantity, less the discount of our policy.

    A product that is not on the list: too little is what falls short even at the lowest price of the list, enough
    (medium at best) what would do at the price that three in four products do not exceed. In between is unknown.
    """
    stated = _stated(talk, fields)
    known = [(line, price) for line in order if (price := prices.find(line.product))]
    if stated is None or not order or not prices.prices:
        return _without_prices(talk, stated, any_list=bool(prices.prices))
    currencies = {price.currency for _, price in known} or {price.currency for price in prices.prices}
    if len(currencies) > 1 or (stated.currency and stated.currency not in currencies):
        return _without_prices(talk, stated, any_list=True)
    return _compared(talk, stated, order, known, prices, discounts_of(passages))


def _compared(
    talk: Talk,
    stated: _Stated,
    order: Sequence[Line],
    known: list[tuple[Line, Price]],
    prices: PriceList,
    discounts: tuple[Discount, ...],
) -> FactorJudgement:
    listed = sum(line.quantity * price.amount for line, price in known)
    units = sum(line.quantity for line in order)
    unlisted = [line for line in order if prices.find(line.product) is None]
    rest = sum(line.quantity for line in unlisted)
    (least, discount), (most, _) = (
        _less(listed + (rest * usual if rest else 0), units, discounts, prices) for usual in prices.usual
    )
    currency = known[0][1].currency if known else prices.prices[0].currency
    evidence = (stated.evidence, *(price.evidence for _, price in known[:6]), *_granting(discount))
    budget = f"Budget {stated.amount:,.2f} {currency}"
    missing = f"; {' and '.join(line.product for line in unlisted)} not on the price list" if unlisted else ""
    if least > stated.amount:
        cost = f"at least {least:,.2f}" if unlisted else f"{least:,.2f}"
        return _judged(Score.LOW, f"{budget}, below {cost} at list price{missing}.", *evidence)
    if most <= stated.amount and (len(order) == 1 or any(line.counted for line in order)):
        cost = f"{most:,.2f} at list price" + (" and usual prices of the list" if unlisted else "")
        return _judged(Score.MEDIUM if unlisted else Score.HIGH, f"{budget}, enough for {cost}{missing}.", *evidence)
    if most <= stated.amount:
        reason = f"{budget} is enough for one of each; how many are wanted was not said{missing}."
        return FactorJudgement(Factor.BUDGET, Score.UNKNOWN, reason, evidence)
    if none := _none(talk, stated, missing):
        return none
    reason = f"{budget}; it cannot be said whether that is enough{missing}."
    return FactorJudgement(Factor.BUDGET, Score.UNKNOWN, reason, evidence)


def _less(
    total: float, units: int, discounts: tuple[Discount, ...], prices: PriceList
) -> tuple[float, Discount | None]:
    """The total less the highest discount that is earned.

    Thresholds in money that any single product of the list passes cannot be amounts: as a volume discount they
    count units.
    """
    count_units = bool(discounts) and max(d.threshold for d in discounts) < prices.lowest
    earned = [d for d in discounts if d.threshold <= (total if d.money and not count_units else units)]
    best = max(earned, key=lambda d: d.percent, default=None)
    return (total * (1 - best.percent / 100) if best else total), best


def _granting(discount: Discount | None) -> tuple[Evidence, ...]:
    return (discount.evidence,) if discount else ()


def _without_prices(talk: Talk, stated: _Stated | None, *, any_list: bool) -> FactorJudgement:
    if none := _none(talk, stated, "; not checked against a list price"):
        return none
    if fine := next((s for s in talk.of_lead if _FINE.search(s.plain) and not _OPEN.search(s.plain)), None):
        return _judged(Score.MEDIUM, "Says that the price fits; not checked against a list price.", talk.quoted(fine))
    if stated:
        amount = f"{stated.amount:,.2f} {stated.currency or ''}".strip()
        if not any_list:
            return _judged(
                Score.MEDIUM, f"Has a budget of {amount}; we keep no price list to compare.", stated.evidence
            )
        return FactorJudgement(
            Factor.BUDGET, Score.UNKNOWN, f"Budget {amount}; no list price to compare it with.", (stated.evidence,)
        )
    left = money_left(talk)
    if left and not any(_is_gone(talk, s) for s in talk.of_lead):
        said = "Says that there is a budget beside one that is gone; not checked against a list price."
        return _judged(Score.MEDIUM, said, talk.quoted(left))
    return FactorJudgement(Factor.BUDGET, Score.UNKNOWN, "Nothing was said of a budget.")


def _none(talk: Talk, stated: _Stated | None, missing: str) -> FactorJudgement | None:
    """The sentence that says so, unless it leaves something: "50k is spent, but we have 30k"."""
    quoted = stated.evidence.quote if stated else ""
    said = (s for s in talk.of_lead if _NO_BUDGET.search(NO_LIMIT.sub(" ", s.plain)))
    if none := next((s for s in said if not leaves_some(talk, s, quoted)), None):
        return _judged(Score.LOW, f"Says that there is no budget for it{missing}.", talk.quoted(none))
    return None


def _is_gone(talk: Talk, sentence: Sentence) -> bool:
    return bool(GONE.search(sentence.plain)) and not leaves_some(talk, sentence)


def _stated(talk: Talk, fields: Mapping[str, str]) -> _Stated | None:
    """The budget in the lead's own words, else as the seller repeats it, else of the field."""
    found: list[tuple[bool, float, str | None, Sentence]] = []
    for index, sentence in enumerate(talk.sentences):
        words = list(_WORD.finditer(sentence.plain))
        near = words
        if not words and index and _WORD.search(talk.sentences[index - 1].plain) and len(sentence.plain) < 120:
            near = []
        elif not words:
            continue
        amounts = amounts_there(sentence.plain)
        if not amounts or (not near and not sentence.by_lead):
            continue
        best = min(amounts, key=lambda q: min((_distance(w, q.start, q.end) for w in near), default=0))
        best = _upper(best, amounts, sentence.plain)
        found.append((not sentence.by_lead, best.value, best.currency, sentence))
    if found:
        _, value, currency, sentence = min(found, key=lambda f: f[0])
        return _Stated(value, currency, talk.quoted(sentence))
    if amount := quantities(fields.get("lead.budgetamount", "").casefold()):
        text = fields["lead.budgetamount"]
        evidence = Evidence("field:lead.budgetamount", SourceKind.FIELD, "lead.budgetamount", text, "lead.budgetamount")
        return _Stated(amount[0].value, amount[0].currency, evidence)
    return None


def _upper(amount: Quantity, amounts: Sequence[Quantity], plain: str) -> Quantity:
    """The upper end where the amount begins a range, "between $2,000 and $3,000"; the new one after "cut to"."""
    after = next((q for q in amounts if q.start >= amount.end), None)
    if after is None:
        return amount
    is_range = re.fullmatch(r"\s*(?:-|to|and|or)\s*", plain[amount.end : after.start])
    changed = _CHANGED.search(plain[: after.start])
    return after if changed or (is_range and after.value > amount.value) else amount


def _distance(word: re.Match[str], start: int, end: int) -> int:
    """Characters between; an amount that follows the word is nearer than one before it."""
    return start - word.end() if start >= word.end() else 3 * (word.start() - end) + 10


def _judged(score: Score, reason: str, *evidence: Evidence) -> FactorJudgement:
    return FactorJudgement(Factor.BUDGET, score, reason, tuple(evidence))
