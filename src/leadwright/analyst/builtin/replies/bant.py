"""BANT of a reply: the mails of the thread, the lead's fields, our knowledge and price list, handed to `judge_bant`."""

from collections.abc import Iterable
from dataclasses import replace

from leadwright.analyst.builtin.bant import PriceList, judge_bant, read_prices
from leadwright.analyst.protocol import ReplyBrief
from leadwright.domain.bant import FactorJudgement
from leadwright.domain.evidence import Evidence, Passage, SourceKind, is_quoted
from leadwright.errors import BadInput

_SAID = "said"  # what `judge_bant` calls the text it is given


def bant_of(brief: ReplyBrief) -> tuple[FactorJudgement, ...]:
    """Each factor as judged from the whole thread; its quotes name the mail they stand in."""
    mails = [*(p for p in brief.passages.values() if p.kind is SourceKind.SAID), brief.mail]
    others = [p for p in brief.passages.values() if p.kind is not SourceKind.SAID]
    judged = judge_bant(
        "\n\n".join(mail.text for mail in mails),
        fields=brief.lead,
        passages=[*others, *brief.knowledge.values()],
        prices=_prices(brief),
        today=brief.received_on,
    )
    newest_first = mails[::-1]
    return tuple(replace(j, evidence=tuple(_placed(e, newest_first) for e in j.evidence)) for j in judged)


def _prices(brief: ReplyBrief) -> PriceList:
    """The price list of the settings, where it is a table; prose has no rows to look a product up in."""
    try:
        return read_prices(brief.offering.price_list) if brief.offering.price_list.strip() else PriceList()
    except BadInput:
        return PriceList()


def _placed(evidence: Evidence, mails: Iterable[Passage]) -> Evidence:
    if evidence.passage_id != _SAID:
        return evidence
    for mail in mails:
        placed = replace(evidence, passage_id=mail.id, source=mail.source, title=mail.title)
        if is_quoted(placed, {mail.id: mail}):
            return placed
    return evidence
