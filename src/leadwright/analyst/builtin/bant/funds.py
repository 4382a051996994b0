"""Money that is gone and money that is there, told apart in one mail. Knows no prices of ours."""

from leadwright.analyst.builtin.bant.conversation import Sentence, Talk, read_talk
from leadwright.analyst.builtin.bant.foreign_words import BUDGET_GONE
from leadwright.analyst.builtin.numbers import Quantity, is_year, quantities
from leadwright.domain.patterns import lazy_pattern

SPENT = (  # with the amount, where one is named
    r"(?:[$€£]?\d\S* (?:[a-z]{3,7} )?)?\bbudgets?(?: (?:(?:of|for|in) |\()(?:(?!, |\bbe\b)[^;?!]){1,40}?)? "
    r"(?:(?:is|was|are|were|has|have|had|been|got|already|now|all|currently|completely|fully|entirely|unfortunately) )*"
    r"(?:frozen|cut(?!(?: back| down)? (?:to|from)\b)|exhausted|used up|spent|gone(?! (?:up|through))|lost|cancel+ed"
    r"|withdrawn|scrapped|blocked|on hold|(?:not|isn't|wasn't|hasn't|no longer) (?:yet )?(?:been )?(?:approved"
    r"|available|released|there))\b"
    r"|(?<!not )(?<!n't )(?<!never )(?<!yet )\b(?:lost|spent|used up|exhausted|cut|froze|frozen|scrapped|cancel+ed) "
    r"(?:all |most )?(?:of )?(?:our|my|the|this year's|their) (?:\w+ ){0,2}?budget\b(?: of \S+)?"
    r"|\bbudget\b[^;?!]{0,60}\b(?:i|we) have none\b"
)
GONE = lazy_pattern(
    rf"{SPENT}|{BUDGET_GONE}"
    r"|\b(?:had|was|used to have) (?:an? |the )?(?:\w+ ){0,2}?budget\b(?:(?!approv)[^;?!]){0,60}?\b"
    r"(?:last (?:year|quarter)|back then|in the past|until (?:last|recently))\b"
)
NO_MORE = lazy_pattern(r"\bno (?:\w+ ){0,2}?budget\b")
_NOT_MONEY = lazy_pattern(
    r"\s*(?:-|%|units?|licen[cs]es?|seats?|days?|weeks?|months?|years?|hours?|minutes?|users?|people|employees"
    r"|of (?:the|these|those)|each)"
)
_BUT_THEN = lazy_pattern(r"\b(?:but|yet|however|though|although)\b[^;?!]*\d")
_THERE = lazy_pattern(  # "for 2027 we have 250k", and not "it was 50k"
    r"\b(?:have|has|got|get|is|are|set|reserved|approved|available|earmarked|allocated|planned|released|granted|"
    r"haben|hat|bekommen|erhalten|ist|sind|steh\w+|genehmigt|bewilligt|freigegeben|\w*geplant|vorgesehen|reserviert|"
    r"avons|dispos\w+|sont|est|valide\w?|approuve\w?|prevue?s?|alloue\w?|accorde\w?|debloque\w?|"
    r"tenemos|hay|esta|estan|aprob\w+|dispon\w+|previst[oaie]s?|reservad\w+|"
    r"abbiamo|sono|approvat\w+|ha approvato|stanziat\w+|accantonat\w+|"
    r"heb|hebben|heeft|krijgen|zijn|goedgekeurd|beschikbaar|gereserveerd|uitgetrokken|temos|aprovad\w+)\b"
)
_WAS = lazy_pattern(
    r"\b(?:had|was|were|used to|would|could|if|hatten?|war|waren|gab|wenn|falls|avions|avait|etait|etaient|si (?=\w)|"
    r"teniamos|tenia|era|eran|habia|avevamo|aveva|erano|se|hadden|zou|als|tinhamos|cut|lost|spent|gestrichen|gekurzt)\b"
)
_PRICE = lazy_pattern(  # before the amount
    r"\b(?:prices?|pricing|costs?|charged?|quoted|pa(?:y|id)|revenue|sales|(?:your|the) (?:quote|offer|proposal)|"
    r"preis\w*|"
    r"kost\w+|umsatz|ihr\w? angebot|prix|cout\w*|votre (?:offre|devis)|precios?|cuesta\w*|cost\w+|su oferta|prezz[oi]|"
    r"vostr\w+ offerta|prij[sz]\w*|uw offerte)\b"
)
_TOO_MUCH = lazy_pattern(
    r"\b(?:too (?:expensive|much|high)|zu (?:teuer|hoch|viel)|trop (?:cher|eleve)\w*|"
    r"demasiado|troppo|te (?:duur|veel|hoog))\b"
)
# Whose the gone money is: another year's, or another budget than the one of the amount.
_YEARS = lazy_pattern(
    r"\b20\d\d\b|\b(?:last|this|next|current) (?:year|quarter)|\b(?:diese|letzte|vorige|nachste|kommende)\w* jahr|"
    r"\bcette annee|\bl'annee derniere|\beste ano|\bano pasado|\bquest'anno|\bl'anno scorso|\bdit jaar|\bvorig jaar"
)
_OTHERS = lazy_pattern(
    r"\b(?:others?|another|andere\w*|autres?|otr[oa]s?|altr[oaie]|outr[oa]s?|travel|marketing|reise\w+)\b"
)


def amounts_there(plain: str) -> list[Quantity]:
    """The amounts of money of a folded sentence that are no year, no count and no part of what is gone."""
    gone = list(GONE.finditer(plain))
    return [
        q
        for q in quantities(plain)
        if (q.currency or q.value >= 100) and not _NOT_MONEY.match(plain[q.end :])
        if not _is_year(plain, q) and not any(g.start() < q.end and q.start < g.end() for g in gone)
    ]


def is_there(plain: str) -> bool:
    """Does the folded sentence say that they have money, and how much? Neither our price nor what they had."""
    if not _THERE.search(plain) or _WAS.search(GONE.sub(" ", plain)) or _TOO_MUCH.search(plain):
        return False
    named = (q for q in amounts_there(plain) if q.currency or q.unit or q.whole)
    return any(not _PRICE.search(plain[: q.start]) for q in named)


def tells_of_money(text: str) -> bool:
    """Does a mail tell of money that is there, whatever else is gone?"""
    return any(is_there(s.plain) for s in read_talk(text).of_lead)


def money_left(talk: Talk) -> Sentence | None:
    """The sentence with the money that is there where the mail tells of money that is gone as well."""
    there = next((s for s in talk.of_lead if is_there(s.plain)), None)
    broke = any(GONE.search(s.plain) or NO_MORE.search(s.plain) for s in talk.of_lead)
    return there if broke else None


def leaves_some(talk: Talk, none: Sentence, stated: str = "") -> bool:
    """Is what is gone by the sentence `none` not all? `stated`: the sentence with their budget, where one is known.

    Within one sentence, and where the amount follows, it is what is left: "50k is spent, but we have 30k". Where the
    amount comes first, the gone money has to be another year's, or another budget.
    """
    said = [s.plain for s in talk.of_lead]
    at = talk.of_lead.index(none)
    amount = next((n for n, s in enumerate(talk.of_lead) if stated and s.text == stated), None)
    if amount is None:
        amount = next((n for n, plain in enumerate(said) if is_there(plain)), None)
    gone, no_more = GONE.search(none.plain), NO_MORE.search(none.plain)
    if amount is None or not (gone or no_more):
        return False
    if amount == at:
        return bool(gone or (no_more and _BUT_THEN.search(none.plain, no_more.end())))
    if not is_there(said[amount]):
        return False
    return amount > at or bool(_OTHERS.search(none.plain)) or _is_of_another_year(said[amount], none.plain)


def _is_of_another_year(amount: str, gone: str) -> bool:
    years, others = set(_YEARS.findall(amount)), set(_YEARS.findall(gone))
    return bool(years and others and not years & others)


def _is_year(plain: str, amount: Quantity) -> bool:
    """As in "the budget for 2027", "frozen until 2028" and "in 1999": beside a budget 2010 to 2049 is a year."""
    bare = not (amount.currency or amount.unit or amount.whole) and 2010 <= amount.value < 2050
    return bare or is_year(plain, amount)
