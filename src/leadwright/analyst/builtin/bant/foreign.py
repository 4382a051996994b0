"""BANT said in German, French, Italian, Spanish, Dutch or Portuguese, asked where the English readers found nothing.

A phrase that is denied in its own clause counts for nothing; nothing here reads a price list.
"""

from leadwright.analyst.builtin.bant.budget import NO_LIMIT
from leadwright.analyst.builtin.bant.conversation import Sentence, Talk
from leadwright.analyst.builtin.bant.foreign_words import BUDGET_GONE, GIVEN, LACKING
from leadwright.analyst.builtin.bant.funds import leaves_some
from leadwright.analyst.builtin.bant.spans import NOT_BY
from leadwright.analyst.builtin.words import fold
from leadwright.domain.bant import Factor, FactorJudgement, Score
from leadwright.domain.patterns import lazy_pattern

_CLAUSE = lazy_pattern(r"[,;:]\s+|\s[-–—]\s|\b(?:aber|allerdings|mais|ma|pero|maar|mas)\b")
_DENIED = lazy_pattern(
    r"\b(?:nicht|kein\w*|weder|pas|aucun\w*|jamais|non|nessun\w*|no|ningun\w*|nunca|sin|niet|geen|nooit|zonder|nao|"
    r"nenhum\w*|sem|ohne|noch nicht|sans|senza)\b"
)
_FOR_US_TO_DECIDE = lazy_pattern(  # "I need figures", "I need the consent of the board": no need of a product
    r"\b(?:chiffres|cifras|numeri|numeros|zahlen|cijfers|visto bueno|akkoord|goedkeuring|toestemming|aprova\w+|"
    r"aprobacion|approvazione|accord|aval|freigabe|genehmigung|zustimmung|(?:mehr|noch|plus de|piu|mas|meer|"
    r"mais) (?:zeit|temps|tempo|tiempo|tijd)|bedenkzeit)\b"
)
_ELSE = lazy_pattern(  # "otherwise the budget is gone": it is there as yet
    r"\b(?:sonst|(?:wenn|falls) wir nicht|sinon|si (?:nous|on) ne|altrimenti|se non|de lo contrario|si no|anders|"
    r"als we niet|senao)\b"
)
_REASONS = {
    (Factor.NEED, True): "Names what it is needed for.",
    (Factor.NEED, False): "Sees no need.",
    (Factor.BUDGET, True): "Says that there is a budget; not checked against a list price.",
    (Factor.BUDGET, False): "Says that there is no budget for it.",
    (Factor.AUTHORITY, True): "Says that they decide on the purchase.",
    (Factor.AUTHORITY, False): "Somebody else has to approve the purchase.",
    (Factor.TIMELINE, False): "Has no date in mind.",
}
_FOUND = {
    **{(factor, True): lazy_pattern(fold(pattern)) for factor, pattern in GIVEN.items()},
    **{(factor, False): lazy_pattern(fold(pattern)) for factor, pattern in LACKING.items()},
    (Factor.BUDGET, False): lazy_pattern(f"{fold(LACKING[Factor.BUDGET])}|{BUDGET_GONE}"),
}


def in_other_languages(talk: Talk, judged: FactorJudgement) -> FactorJudgement:
    """The judgement, or where it knows nothing and rests on nothing what the lead says of it in another language."""
    if judged.score is not Score.UNKNOWN or judged.evidence:
        return judged
    for given, score in ((False, Score.LOW), (True, Score.MEDIUM)):
        all_said = (s for s in talk.of_lead if _says(s, judged.factor, given=given))
        if not given:
            all_said = (s for s in all_said if not _takes_back(talk, s, judged.factor))
        said = next(all_said, None)
        if said:
            return FactorJudgement(judged.factor, score, _REASONS[judged.factor, given], (talk.quoted(said),))
    return judged


def _takes_back(talk: Talk, sentence: Sentence, factor: Factor) -> bool:
    """Is there money all the same, or is the one who decides the writer: "the board decides, and I am the owner"?"""
    if factor is Factor.BUDGET:
        return leaves_some(talk, sentence)
    return factor is Factor.AUTHORITY and _says(sentence, factor, given=True)


def _says(sentence: Sentence, factor: Factor, *, given: bool) -> bool:
    pattern = _FOUND.get((factor, given))
    if pattern is None:
        return False
    if not given:
        if factor is Factor.BUDGET and _ELSE.search(sentence.plain):
            return False
        aside = {Factor.NEED: NOT_BY, Factor.BUDGET: NO_LIMIT}.get(factor)
        return bool(pattern.search(aside.sub(" ", sentence.plain) if aside else sentence.plain))
    parts = (part for part in _CLAUSE.split(sentence.plain) if not _DENIED.search(part))
    return any(
        pattern.search(part) and not (factor is Factor.NEED and _FOR_US_TO_DECIDE.search(part)) for part in parts
    )
