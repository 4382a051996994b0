"""Does the date the lead wants agree with what our policy allows for that many units? A promise does not count."""

from collections.abc import Mapping, Sequence, Set
from datetime import date

from leadwright.analyst.builtin.bant.conversation import Sentence, Talk, clause_around
from leadwright.analyst.builtin.bant.foreign_times import WISHES, in_english
from leadwright.analyst.builtin.bant.order import Line
from leadwright.analyst.builtin.bant.policy import Band, band_for
from leadwright.analyst.builtin.bant.spans import Span, spans
from leadwright.domain.bant import Factor, FactorJudgement, Score
from leadwright.domain.evidence import Evidence, Passage, SourceKind
from leadwright.domain.patterns import lazy_pattern

SOON, LATER = 92.0, 366.0  # without a policy: within a quarter is high, within a year medium
_INSTALL = lazy_pattern(
    r"\b(?:install\w*|set ?up|up and running|running|operational|implement\w*|deploy\w*|roll\w* ?out|in place"
    r"|go(?:ing)? live|live|"
    r"complet\w*|timelines?|time ?frames?|deadlines?|deliver(?:y|ed)|start using|use these|onboard\w*|in use|ready"
    r"|launch\w*|"
    r"purchas\w*|buy|order|decid\w*|decision|this done|need (?:it|this|them|these|everything)|by when|start)\b"
)
_PAPERS = lazy_pattern(
    r"\b(?:proposal|quote|e-?mail\w*|summary|documents?|paperwork|contract|follow[- ]?up|meeting|call|details"
    r"|information|review|invoice|get back)\b"
)
_STRONG = lazy_pattern(
    r"\b(?:install\w*|up and running|operational|implement\w*|deploy\w*|set ?up|timelines?|time ?frames?|deadlines?"
    r"|delivery)\b"
)
_URGENT = lazy_pattern(
    r"\b(?:as soon as possible|asap|as quickly as possible|right away|immediately|urgent\w*|quickly|promptly?"
    r"|tight (?:timeline|schedule|deadline)|"
    r"time is (?:\w+ ){0,2}?(?:critical|essence|of the essence)|short timeline|soon)\b"
)
_CALM = lazy_pattern(r"(?<!why )(?:\b(?:not|nothing|no|never)|n't) (?!only|just)(?:\w+ ){0,3}?$")  # "it is not urgent"
_IDLE = lazy_pattern(
    r"\b(?:no (?:rush|hurry|deadline|timeline|fixed (?:date|timeline)|time ?frame|set (?:date|timeline))"
    r"|not (?:in (?:a|any) )?(?:hurry|rush)|not (?:this|until next) year|"
    r"no (?:specific|particular|definite|concrete) (?:deadline|timeline|time ?frame|date)|flexible (?:on|with"
    r"|about) (?:the )?(?:timing|timeline|dates?)|someday)\b"
)
# "We do not have to go live by June", "Bis Juni brauchen wir das nicht"; but "not later than June" is a wish.
_NOT_DUE = lazy_pattern(
    r"(?:\b(?:not|never|cannot)|n't) (?:\w+ ){0,3}?(?:need\w*|have to|require\w*|necessary|want\w*|plan\w*|intend\w*|"
    r"expect\w*|going to|ready|able|possible|buy|purchase|order|decide|start|go live)\b"
    r"|\b(?:nobody|no one|none of us) (?:\w+ ){0,2}?(?:needs?|wants?|expects?|has to)\b|\bno need\b"
    r"|\bnot (?:by|before|until|till)\b"
)
_NOT_DUE_ABROAD = lazy_pattern(
    r"\b(?:nicht|kein\w*|niemand|jamais|non|no|nunca|nessuno|niet|geen|nao)\b"
    r"|\bpas\b(?! (?:in|op|vanaf|na|begin|eind)\b)"
)
_AT_LATEST = lazy_pattern(
    r"\b(?:than|after|beyond|past|exceed\w*|wait\w*|miss|delay\w*|postpone\w*|slip|without|only|afford|spater|langer|"
    r"erst|nur|tard|longtemps|seulement|oltre|tardi|solo|tarde|mas de|later|alleen)\b"
)
_RELAYS = lazy_pattern(r"\byou(?:r|'re|'d)?\b|\brequested\b|\bas per\b")
_NOT_WISHED = lazy_pattern(
    r"\b(?:support|warranty|trial|maintenance|contract (?:term|runs?|lasts?|ends?|is)|training|24/7|history|experience"
    r"|for the (?:last|past)|take you|minutes|in business|report)\b"
)


def judge_timeline(
    talk: Talk, order: Sequence[Line], passages: Sequence[Passage], fields: Mapping[str, str], today: date | None
) -> FactorJudgement:
    """The wish against the policy: shorter than the policy allows is low, whatever was promised.

    Without a policy or an order, the wish alone: a date within a quarter is high, within a year medium.
    """
    wish = _wish(talk, today, {line.said for line in order})
    quantity = sum(line.quantity for line in order)
    band = band_for(quantity, passages) if order else None
    if band is None:
        return _without_policy(talk, wish, fields)
    amount = f"{quantity} {'unit' if quantity == 1 else 'units'}"
    allowed = f"our policy allows {_days(band.days)} for {amount}"
    if wish:
        days, said = wish
        quotes = _quotes(talk, said, order, band)
        if days < band.days:
            return _judged(Score.LOW, f"Wants it within {_days(days)}; {allowed}.", *quotes)
        if len(order) > 1 and not any(line.counted for line in order):
            return _judged(Score.MEDIUM, f"Wants it within {_days(days)}; for one of each {allowed}.", *quotes)
        return _judged(Score.HIGH, f"Wants it within {_days(days)}, and {allowed}.", *quotes)
    if soon := next((s for s in talk.of_lead if _is_urgent(s)), None):
        return _judged(Score.MEDIUM, f"Wants it soon, with no date; {allowed}.", *_quotes(talk, soon, order, band))
    return _without_policy(talk, None, fields)


def _quotes(talk: Talk, said: Sentence, order: Sequence[Line], band: Band) -> tuple[Evidence, ...]:
    counted = [line.said for line in order if line.counted and line.said is not said]
    return (talk.quoted(said), *(talk.quoted(s) for s in dict.fromkeys(counted[:2])), band.evidence)


def _wish(talk: Talk, today: date | None, ordering: Set[Sentence]) -> tuple[float, Sentence] | None:
    """The span the lead asked for, in days: in their own words, else as the seller repeats it."""
    found: list[tuple[tuple[bool, bool, bool], float, Sentence]] = []
    for index, sentence in enumerate(talk.sentences):
        plain = in_english(sentence.plain)
        abroad = plain != sentence.plain
        days = [s.days for s in spans(plain, talk.day or today) if not _is_not_due(plain, s, abroad=abroad)]
        if not days or _NOT_WISHED.search(sentence.plain):
            continue
        before = [s.plain for s in talk.sentences[max(0, index - 4) : index] if s.turn >= sentence.turn - 1]
        is_about = sentence in ordering or any(_INSTALL.search(text) for text in (sentence.plain, *before))
        is_about = is_about or (abroad and bool(WISHES.search(plain)))
        if not is_about or (_PAPERS.search(sentence.plain) and not _STRONG.search(sentence.plain)):
            continue
        strong, told = bool(_STRONG.search(sentence.plain)), bool(_RELAYS.search(sentence.plain))
        if not sentence.by_lead and not told and not talk.answered_yes(sentence):
            continue  # a promise nobody asked for
        rank = (not strong, not sentence.by_lead, not told)
        found.append((rank, min(days), sentence))
    if not found:
        return None
    _, days_wanted, said = min(found, key=lambda f: f[0])
    return days_wanted, said


def _is_not_due(plain: str, span: Span, *, abroad: bool) -> bool:
    """Is it denied in its own clause that it has to be there by then?"""
    clause = clause_around(plain, span.start, span.end)
    denied = _NOT_DUE.search(clause) or (abroad and _NOT_DUE_ABROAD.search(clause))
    return bool(denied) and not _AT_LATEST.search(clause)


def _is_urgent(sentence: Sentence) -> bool:
    plain = sentence.plain
    return any(
        not _CALM.search(plain[: said.start()]) or plain.startswith(" enough", said.end())
        for said in _URGENT.finditer(plain)
    )


def _without_policy(talk: Talk, wish: tuple[float, Sentence] | None, fields: Mapping[str, str]) -> FactorJudgement:
    if idle := next((s for s in talk.of_lead if _IDLE.search(s.plain)), None):
        return _judged(Score.LOW, "Has no date in mind.", talk.quoted(idle))
    if wish:
        days, said = wish
        score = Score.HIGH if days <= SOON else Score.MEDIUM if days <= LATER else Score.LOW
        return _judged(score, f"Wants it within {_days(days)}.", talk.quoted(said))
    if soon := next((s for s in talk.of_lead if _is_urgent(s)), None):
        return _judged(Score.MEDIUM, "Wants it soon, with no date.", talk.quoted(soon))
    value = fields.get("lead.purchasetimeframe", "")
    if score_of := _FIELD.get(value.strip().casefold()):
        evidence = Evidence("field:lead.purchasetimeframe", SourceKind.FIELD, "lead.purchasetimeframe", value)
        return _judged(score_of, f"Purchase timeframe: {value}.", evidence)
    return FactorJudgement(Factor.TIMELINE, Score.UNKNOWN, "Nothing was said of a date.")


_FIELD = {
    "immediate": Score.HIGH, "this quarter": Score.HIGH, "next quarter": Score.MEDIUM, "this year": Score.MEDIUM,
}  # fmt: skip


def _days(days: float) -> str:
    if days < 1:
        return f"{round(days * 24)} hours"
    number = round(days)
    return "1 day" if number == 1 else f"{number} days"


def _judged(score: Score, reason: str, *evidence: Evidence) -> FactorJudgement:
    return FactorJudgement(Factor.TIMELINE, score, reason, tuple(evidence))
