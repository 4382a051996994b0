"""Purchase interest of a person's mail: what is accepted, asked, deferred and refused in it. Abstains when mixed."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from leadwright.analyst.builtin.bant.budget import NO_LIMIT
from leadwright.analyst.builtin.bant.funds import tells_of_money
from leadwright.analyst.builtin.bant.spans import NOT_BY
from leadwright.analyst.builtin.replies import business_cues, cues, deferrals, foreign_cues, limits, proposals, refusals
from leadwright.analyst.builtin.replies.spelling import written_out
from leadwright.analyst.orders import gives_orders
from leadwright.analyst.protocol import ReplyBrief
from leadwright.domain.bant import Factor, FactorJudgement, Score
from leadwright.domain.evidence import quote
from leadwright.domain.interest import Category, Confidence, Interest, Polarity, undetected
from leadwright.domain.opt_out import own_sentences
from leadwright.domain.patterns import lazy_pattern


def _any(patterns: tuple[str, ...]) -> re.Pattern[str]:
    return lazy_pattern("|".join(f"(?:{p})" for p in patterns))


_KINDS = {
    "refuses": _any(refusals.REFUSALS + foreign_cues.REFUSALS + business_cues.REFUSALS),
    "no_plan": _any(refusals.NO_PLAN),
    "later": _any(deferrals.LATER + foreign_cues.LATER),
    "curious": _any(cues.CURIOUS),
    "hedges": _any(cues.HEDGES + business_cues.CONSENTS),
    "casual": _any(cues.CASUAL),
    "urgent": _any(cues.URGENT),
    "commits": _any(cues.COMMITS + business_cues.COMMITS),
    "meets": _any(cues.MEETINGS + foreign_cues.MEETINGS + business_cues.MEETINGS + proposals.MEETINGS),
    "asks": _any(cues.ASKS + foreign_cues.ASKS + business_cues.ASKS),
    "likes": _any(cues.LIKINGS + foreign_cues.LIKINGS + business_cues.LIKINGS),
    "assents": _any(cues.ASSENTS + foreign_cues.ASSENTS + business_cues.CONSENTS),
}
_CATEGORIES = [(Category(name), lazy_pattern(pattern)) for name, pattern in cues.CATEGORIES]
_COURTESY = lazy_pattern(
    r"^(?:hi|hello|hey|dear|good (?:morning|afternoon|evening))\b[^.!?]{0,40}$|^(?:best|kind|warm)?\s?(?:regards|"
    r"wishes|cheers|thanks?|"
    r"thank you)[^.!?]{0,40}$|\b(?:thank you|thanks) for (?:reaching out|your (?:e-?mail|mail|message|note|"
    r"interest)|the (?:e-?mail|note|"
    r"message|follow[- ]?up)|getting in touch|contacting)\b[^.!?,]{0,20}$|\bhope (?:you are|this finds|all is)\b"
)
_SPECIFIC = lazy_pattern(
    r"\b(?:enterprise|premium|professional|business|pro|team) (?:plan|tier|edition|licen[cs]e)|"
    r"\bfor (?:about )?\d+ (?:users|seats|people|employees)"
)
_BARE_OK = lazy_pattern(r"(?:ok|alright|sounds good)[.! ]*")
_PARAGRAPH = lazy_pattern(r"\n\s*\n")
_WANTS = ("commits", "meets", "asks", "likes", "assents")


@dataclass(slots=True)
class Signals:
    """Which kinds of phrases a mail has, and for each kind the first sentence that has it, word for word."""

    said: dict[str, str] = field(default_factory=dict)
    plain: str = ""
    declines: bool = False  # for another reason than money that there is not

    def __contains__(self, kind: str) -> bool:
        return kind in self.said

    @property
    def lacks_money_alone(self) -> bool:
        """Does all that it refuses rest on money that there is not?"""
        return "refuses" in self and "no_plan" not in self and not self.declines

    def first(self, *kinds: str) -> str:
        """The sentence of the first of these kinds that was found."""
        return next((self.said[k] for k in kinds if k in self.said), "")


def signals_of(text: str) -> Signals:
    """The phrases of a mail that tell something; courtesy and paragraphs that give orders to a machine are left out."""
    found = Signals()
    for paragraph in _PARAGRAPH.split(text):
        sentences = own_sentences(paragraph)
        if any(gives_orders(s) for s in sentences):
            continue
        for sentence in sentences:
            plain = written_out(sentence)
            if _COURTESY.search(plain):
                continue
            found.plain += plain + " \n"
            kinds = tuple(_kinds_in(plain))
            if "refuses" in kinds:
                read = _apart("refuses", plain)
                found.declines |= any(not _NO_MONEY.search(m[0]) for m in _KINDS["refuses"].finditer(read))
            wish = "asks" in kinds and not {"refuses", "no_plan"} & set(kinds) and not limits.OF_THE_MAILS.search(plain)
            for kind in (*kinds, *(("inquires",) if wish or _asks_about_the_offer(plain) else ())):
                found.said.setdefault(kind, sentence)
    return found


def interest_of(brief: ReplyBrief, signals: Signals, bant: tuple[FactorJudgement, ...]) -> Interest:
    """Polarity, confidence, category and reason (product.md 6); undetected when the mail says both or neither."""
    polarity, confidence, sentence, reason = _weighed(signals)
    if polarity is Polarity.NEGATIVE and signals.lacks_money_alone and _has_money(brief, bant):
        return undetected("The mail speaks both of money that there is not and of money that there is.")
    if polarity is Polarity.UNDETECTED:
        return undetected(reason)
    category = _category(written_out(sentence)) or _category(signals.plain)
    return Interest(polarity, confidence, category, reason, (quote(brief.mail, sentence),))


def _weighed(s: Signals) -> tuple[Polarity, Confidence | None, str, str]:
    wants = any(kind in s for kind in _WANTS)
    strong = "commits" in s or "meets" in s or "assents" in s
    if "refuses" in s or "no_plan" in s:
        sentence = s.first("refuses", "no_plan")
        if strong:
            return Polarity.UNDETECTED, None, "", "The mail both refuses and accepts something."
        if "refuses" in s and "curious" not in s and "inquires" in s:
            return Polarity.UNDETECTED, None, "", "The mail refuses one thing and asks about another."
        if "no_plan" in s or "curious" in s or (wants and "refuses" in s and "asks" in s):
            return Polarity.NEGATIVE, Confidence.MEDIUM, sentence, "Curious, but without a plan to buy."
        if "likes" in s and (s.said["likes"] != sentence or _likes_another_part(written_out(sentence))):
            return Polarity.UNDETECTED, None, "", "The mail both praises and refuses."
        return Polarity.NEGATIVE, Confidence.HIGH, sentence, "A clear refusal."
    if "later" in s and not strong:
        if "likes" in s:
            return Polarity.POSITIVE, Confidence.LOW, s.said["likes"], "Likes it, but not now."
        return Polarity.UNDETECTED, None, "", "Asks for another time and does not tell whether there is interest."
    if wants:
        return _positive(s)
    if "curious" in s and "hedges" in s:
        return Polarity.POSITIVE, Confidence.LOW, s.said["curious"], "Looks around without a commitment."
    if "curious" in s:
        return Polarity.POSITIVE, Confidence.LOW, s.said["curious"], "Looks around."
    return Polarity.UNDETECTED, None, "", "The mail does not tell whether there is interest."


def _asks_about_the_offer(plain: str) -> bool:
    """Is there a question to us about what we sell, and not about our mails or about the refusal itself?"""
    asked = limits.PARTS.split(plain.rstrip(" ?!"))[-1]
    if not plain.rstrip().endswith("?") or limits.OF_THE_MAILS.search(plain) or _KINDS["refuses"].search(asked):
        return False
    return limits.OPENS_A_QUESTION.search(asked) is not None


def _likes_another_part(plain: str) -> bool:
    """As in: not in the market for robots, though palletizing would interest us."""
    end = max((m.end() for m in _KINDS["refuses"].finditer(plain)), default=0)
    turn = limits.CONTRAST.search(plain, end)
    return turn is not None and any(_stands(m, plain, [], "likes") for m in _KINDS["likes"].finditer(plain, turn.end()))


def _positive(s: Signals) -> tuple[Polarity, Confidence, str, str]:
    sentence = s.first("commits", "meets", "assents", "asks", "likes")
    hedged = "hedges" in s
    if "assents" in s and not hedged and not _BARE_OK.fullmatch(written_out(s.said["assents"])):
        return Polarity.POSITIVE, Confidence.HIGH, s.said["assents"], "Agrees."
    if "commits" in s and not hedged:
        return Polarity.POSITIVE, Confidence.HIGH, sentence, "Says what it is ready to do, or needs."
    if "meets" in s and ("urgent" in s or not hedged):
        return Polarity.POSITIVE, Confidence.HIGH, sentence, "Asks for a meeting."
    if "asks" in s and not hedged and ("urgent" in s or _SPECIFIC.search(s.plain)):
        return Polarity.POSITIVE, Confidence.HIGH, sentence, "A specific question, with urgency."
    if ("casual" in s or "curious" in s) and not {"commits", "meets", "assents"} & s.said.keys():
        return Polarity.POSITIVE, Confidence.LOW, sentence, "A broad or casual question."
    return Polarity.POSITIVE, Confidence.MEDIUM, sentence, "Interest without urgency."


_NO_MONEY = lazy_pattern(
    r"\b(?:budgets?|budgetten|money|funds?|funding|spending|mittel|gelder|geld|investi\w+|enveloppes?|argent|moyens|"
    r"presupuestos?|dinero|fondos|soldi|fondi|denaro|middelen|orcamentos?|verbas?|dinheiro)\b"
)
_BUT = lazy_pattern(
    r"\b(?:but|however|although|though|unfortunately|aber|leider|mais|pero|ma|maar|mas|ale|"
    r"men)\b"
)  # takes praise back
_UNREAL = lazy_pattern(
    r"\bif (?:i|we) (?:did|had|were|could|ever|was|won|\w+ed)\b|\b(?:i|we) (?:hope|wish)(?: that)? (?:i|we)\b"
)
_DENIES = lazy_pattern(business_cues.DENIES)
_NONE_IN = lazy_pattern(business_cues.NONE_IN)
_NOT_IN = lazy_pattern(r"(?<!why )\b(?:not|never)\b(?! (?:only|wait)\b)")
_NOT_AFTER = re.compile(r"\b(?:not|never|no longer|no way|no chance|without|unable to|nothing|nobody)(?: \w+){0,2}? $")


def _kinds_in(plain: str) -> Iterator[str]:
    """The kinds of phrases in a sentence. What is denied, or part of a refusal itself, is no acceptance."""
    refused = [m.span() for kind in ("refuses", "no_plan", "later") for m in _KINDS[kind].finditer(plain)]
    for kind, pattern in _KINDS.items():
        if kind not in _WANTS:
            if pattern.search(_apart(kind, plain)):
                yield kind
        elif kind in ("commits", "likes") and _UNREAL.search(plain):
            continue
        elif any(_stands(m, plain, refused, kind) for m in pattern.finditer(plain)):
            yield kind


def _apart(kind: str, plain: str) -> str:
    """The sentence without what is no refusal and no haste: a date that is denied, a limit that there is not."""
    without_dates = NOT_BY.sub(" ", plain) if kind in ("refuses", "urgent") else plain
    return NO_LIMIT.sub(" ", without_dates) if kind == "refuses" else without_dates


def _has_money(brief: ReplyBrief, bant: tuple[FactorJudgement, ...]) -> bool:
    """Does this mail itself tell of money that there is, or of a budget that may be enough?"""
    if tells_of_money(brief.text):
        return True
    budget = next((j for j in bant if j.factor is Factor.BUDGET), None)
    return (
        budget is not None
        and budget.score is not Score.LOW
        and any(e.passage_id == brief.mail.id for e in budget.evidence)
    )


def _stands(match: re.Match[str], plain: str, refused: list[tuple[int, int]], kind: str) -> bool:
    if kind == "likes" and _BUT.search(plain[match.end() :]):
        return False
    inside = any(start < match.end() and match.start() < end for start, end in refused)
    denied = _NOT_AFTER.search(plain[: match.start()]) or _NOT_IN.search(match[0])
    abroad = _DENIES.search(plain[: match.start()]) or _NONE_IN.search(match[0])
    return not inside and not denied and not abroad


def _category(plain: str) -> Category | None:
    return next((category for category, pattern in _CATEGORIES if pattern.search(plain)), None)
