"""What a verdict of the model is worth. The lead's own fields decide before it; figures are read by code; a quote of
another kind than the criterion asks for counts as none.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from leadwright.analyst.builtin import pages
from leadwright.analyst.builtin.industry import found_industry
from leadwright.analyst.builtin.judging import answer_to, fill_address, judge_by_fields, own_fields, told_by_details
from leadwright.analyst.builtin.location import place_names
from leadwright.analyst.builtin.numbers import ranges
from leadwright.analyst.builtin.sentences import sentences
from leadwright.analyst.builtin.titles import read_title
from leadwright.analyst.builtin.words import Answer, fold, stems
from leadwright.analyst.model.answers import VerdictAnswer, evidence
from leadwright.analyst.model.reason import in_the_words_of, shared_words, sound_reason, speaks_of
from leadwright.analyst.orders import gives_orders
from leadwright.analyst.protocol import Brief
from leadwright.domain.attributes import TABLES, Kind
from leadwright.domain.evidence import Evidence, Passage, SourceKind, quote
from leadwright.domain.fit import Criterion, CriterionKind, Judgement, Verdict
from leadwright.domain.profile import kind_of_column

_FIGURES = frozenset({CriterionKind.EMPLOYEES, CriterionKind.REVENUE})
_OPPOSITE = {Verdict.MET: Verdict.NOT_MET, Verdict.NOT_MET: Verdict.MET}
_FEWEST_WORDS = 4  # that a sentence must have, besides the company's name, to say what a company does
_OVERRULED = " The model said otherwise; the record was used."
_OF_ANOTHER_KIND = "What the model quoted for it does not say it."
_DIFFERS = "The model's verdict differs from what its quote says."


@dataclass(frozen=True, slots=True)
class _Backing:
    """A quote of the right kind, and what code reads in it; unknown leaves the reading to the model."""

    evidence: Evidence
    answers: tuple[Answer, ...]

    def says(self, verdict: Verdict) -> bool:
        return any(a.verdict is verdict for a in self.answers)


def weighed(
    criterion: Criterion, brief: Brief, said: VerdictAnswer | None, shown: Sequence[Passage], known: tuple[str, ...]
) -> Judgement:
    """The judgement that counts.

    1. What a field of the lead decides. 2. Else the model's verdict, when a real quote is of the right kind: for head
    count and revenue, code must read the figure there and come to the same verdict; elsewhere it must not come to the
    contrary one. 3. Else unknown.

    Args:
        said: the model's verdict, None when it gave none.
        shown: the passages its numbers stand for.
        known: text whose names and numbers a reason may use.
    """
    if decided := judge_by_fields(criterion, brief):
        contrary = said is not None and said.verdict == _OPPOSITE[decided.verdict]
        return replace(decided, reason=decided.reason + _OVERRULED) if contrary else decided
    known = (*known, criterion.name, criterion.details)
    if said is None or said.verdict == "unknown":
        return Judgement(criterion.name, Verdict.UNKNOWN, _why_unknown(criterion, brief, said, known))
    real = evidence(said.quotes, shown)
    if not real:
        return Judgement(criterion.name, Verdict.UNKNOWN, "The model gave a verdict that no stored text supports.")
    return _backed(told_by_details(criterion), brief, said, real, known)


def _why_unknown(criterion: Criterion, brief: Brief, said: VerdictAnswer | None, known: tuple[str, ...]) -> str:
    if said is None:
        return "The model did not say."
    reason = sound_reason(said.reason, (), brief.passages, known)
    on_topic = speaks_of(reason, criterion.name, criterion.details)
    return reason if on_topic else "The model found nothing that tells."


def _backed(
    criterion: Criterion, brief: Brief, said: VerdictAnswer, real: Sequence[Evidence], known: tuple[str, ...]
) -> Judgement:
    verdict = Verdict(said.verdict)
    backings = [b for e in real if (b := _backing(criterion, brief, e))]
    if not backings:
        return Judgement(criterion.name, Verdict.UNKNOWN, _OF_ANOTHER_KIND)
    agreeing = [b for b in backings if b.says(verdict)]
    open_ones = [] if criterion.kind in _FIGURES else [b for b in backings if b.says(Verdict.UNKNOWN)]
    contrary = any(b.says(_OPPOSITE[verdict]) and not b.says(verdict) for b in backings)
    if contrary or not (agreeing or open_ones):
        return Judgement(criterion.name, Verdict.UNKNOWN, _DIFFERS, tuple(b.evidence for b in backings))
    found = tuple(dict.fromkeys(b.evidence for b in (*agreeing, *open_ones)))
    if criterion.kind in _FIGURES:
        reason = next(a.reason for a in agreeing[0].answers if a.verdict is verdict)
        return Judgement(criterion.name, verdict, reason, found)
    reason = sound_reason(said.reason, found, brief.passages, known)
    on_topic = speaks_of(reason, criterion.name, criterion.details, *(e.quote for e in found))
    return Judgement(criterion.name, verdict, reason if on_topic else in_the_words_of(found[0]), found)


def _backing(criterion: Criterion, brief: Brief, found: Evidence) -> _Backing | None:
    """The quote with what code reads in it; None when it is not of the criterion's kind, or gives orders."""
    passage = brief.passages[found.passage_id]
    if passage.kind is SourceKind.FIELD and passage.source in own_fields(criterion, brief.lead):
        answers = _unknown() if criterion.kind is CriterionKind.LOCATION else (answer_to(criterion, passage.text),)
        return None if gives_orders(passage.text) else _Backing(found, answers)
    if not _may_tell(criterion, brief, passage):
        return None
    sentence = _around(passage, found.quote)
    if gives_orders(sentence) or gives_orders(found.quote):
        return None
    if criterion.kind in _FIGURES:  # the figure must be seen to be read
        answers = _figures(criterion, brief, passage, sentence)
        return _Backing(quote(passage, sentence), answers) if answers else None
    answers = _read(criterion, brief, passage, found.quote, sentence)
    return _Backing(found, answers) if answers else None


def _may_tell(criterion: Criterion, brief: Brief, passage: Passage) -> bool:
    """Is it free text about the lead or its company? A field of another kind, such as its name, is none."""
    if passage.kind is SourceKind.FIELD:
        return _is_prose(passage.source)
    about = bool(pages.company_passages(brief.lead, {passage.id: passage}))
    address = fill_address(criterion.url, brief.lead).rstrip("/") if criterion.url else ""
    return about or (bool(address) and passage.source.rstrip("/") == address)


def _is_prose(field: str) -> bool:
    """Is the field a text in a person's own words, or one of the organisation's own columns?"""
    table, _, column = field.partition(".")
    if kind_of_column(column):
        return False
    known = TABLES[table].attributes.get(column) if table in TABLES else None
    return known is None or known.kind is Kind.MEMO or column == "subject"


def _around(passage: Passage, words: str) -> str:
    """The sentence of the passage that the quote stands in, or the quote."""
    return next((s for s in sentences(passage.text) if fold(words) in fold(s)), words)


def _read(criterion: Criterion, brief: Brief, passage: Passage, words: str, sentence: str) -> tuple[Answer, ...]:
    match criterion.kind:
        case CriterionKind.ROLE:
            return _unknown() if _speaks_of_the_person(brief, passage, sentence) and _names_a_role(words) else ()
        case CriterionKind.LOCATION:
            seats = pages.values_in(criterion.kind, sentence)
            places = seats if any(fold(s) in fold(words) for s in seats) else place_names(_nameless(brief, words))
            return tuple(answer_to(criterion, p) for p in places)
        case CriterionKind.INDUSTRY:
            told = tuple(answer_to(criterion, v) for v in pages.values_in(criterion.kind, words))
            return told or (_unknown() if _says_a_trade(brief, words) else ())
    asks_a_number = bool(ranges(fold(criterion.details)))
    named = shared_words(sentence, criterion.name, criterion.details, criterion.instructions)[0] > 0
    on_its_page = bool(criterion.url) and not pages.company_passages(brief.lead, {passage.id: passage})
    enough = len(stems(_nameless(brief, words))) >= _FEWEST_WORDS or passage.kind is SourceKind.FIELD
    return _unknown() if enough and (named or on_its_page) and (not asks_a_number or re.search(r"\d", words)) else ()


def _figures(criterion: Criterion, brief: Brief, passage: Passage, sentence: str) -> tuple[Answer, ...]:
    """What follows from each figure of this kind that the sentence states of the lead's company."""
    company = brief.lead.get("lead.companyname") or brief.lead.get("account.name") or ""
    own = passage.kind is SourceKind.FIELD or pages.is_own_page(passage, brief.lead)
    if not own and not pages.about_company(sentence, company, own):
        return ()
    return tuple(answer_to(criterion, v) for v in pages.values_in(criterion.kind, sentence))


def _speaks_of_the_person(brief: Brief, passage: Passage, sentence: str) -> bool:
    name = fold(brief.lead.get("lead.lastname", "")).strip()
    return passage.kind is SourceKind.FIELD or bool(name and re.search(rf"\b{re.escape(name)}\b", fold(sentence)))


def _names_a_role(words: str) -> bool:
    title = read_title(words)
    return title.level is not None or bool(title.functions)


def _says_a_trade(brief: Brief, words: str) -> bool:
    """Does it name an industry, or say in words, not in figures or places, what the company does?"""
    rest = _nameless(brief, words)
    named = found_industry(rest)
    if named and named.parts:
        return True
    told = any(pages.values_in(k, words) for k in (*_FIGURES, CriterionKind.LOCATION))
    return not told and len([w for w in stems(rest) if not w.isdigit()]) >= _FEWEST_WORDS


def _nameless(brief: Brief, words: str) -> str:
    """The words without the company's name, which may well be that of a place or a trade."""
    names = (brief.lead.get(k, "").strip() for k in ("lead.companyname", "account.name"))
    for name in filter(None, names):
        words = re.sub(re.escape(name), " ", words, flags=re.IGNORECASE)
    return words


def _unknown() -> tuple[Answer, ...]:
    return (Answer(Verdict.UNKNOWN, ""),)
