"""What a reply asks, and whether the follow-up knowledge really answers it. Quotes passages; writes no answer."""

import math
import re
from collections import Counter
from collections.abc import Iterable, Mapping

from leadwright.analyst.builtin.replies import business_cues, cues, foreign_cues
from leadwright.analyst.builtin.replies.prices import amounts, asks_about_prices, before_amount, said_as_prices
from leadwright.analyst.builtin.replies.spelling import written_out
from leadwright.analyst.builtin.replies.wishes import wishes_for
from leadwright.analyst.builtin.sentences import LONGEST
from leadwright.analyst.builtin.words import listed, stem
from leadwright.analyst.orders import gives_orders
from leadwright.domain.evidence import Passage, Statement, quote
from leadwright.domain.opt_out import own_sentences
from leadwright.domain.patterns import lazy_pattern

MOST = 2  # statements in one answer
ENOUGH = 0.6  # share of the question's weight that a sentence must carry
_MOST_READ = 4_000  # sentences of knowledge
_END = lazy_pattern(r"(?<=[.!?])\s+|\s*\n+\s*|\s*[•▪●]\s*")
_COMMON = listed(
    "a an and any are as at be been but by can could do does did for from get give have has how i if in is it its "
    "kind let may me might more my need of on one or our out please send share tell than that the their them "
    "there these they this to too up us use used using want was we what when where which who why will with would "
    "you your yours also just like know hi hello thank thanks much many long some provide clarify explain show "
    "about really us into so not no yes able work works working look looking information detail details product "
    "solution tool service company offer question ask wonder wondering love see learn understand interested sound "
    "good great interesting before after other per each every currently roughly approximately"
)
_SAME = {  # words that mean the same in a question and in a paper
    "price": "pric", "pricing": "pric", "cost": "pric", "fee": "pric", "quote": "pric",
    "integrate": "integr", "integration": "integr", "integrated": "integr",
    "connector": "integr", "connect": "integr", "implement": "implement", "implementation": "implement",
    "onboarding": "implement", "rollout": "implement", "deploy": "implement", "deployment": "implement",
    "install": "implement", "installation": "implement", "include": "includ", "including": "includ",
    "included": "includ", "monthly": "month", "yearly": "year", "annual": "year", "annually": "year",
    "weekly": "week", "daily": "day", "hourly": "hour",
    "license": "licens", "licence": "licens", "secure": "secur", "security": "secur", "certified": "certif",
    "certification": "certif", "certificate": "certif", "support": "support", "supported": "support",
    "trial": "trial", "pilot": "trial", "cancel": "cancel", "cancellation": "cancel", "terminate": "cancel",
    "host": "host", "hosted": "host", "hosting": "host", "store": "stor", "stored": "stor", "storage": "stor",
    "customer": "customer", "client": "customer", "warranty": "warrant", "guarantee": "warrant",
}  # fmt: skip
_QUESTION = lazy_pattern("|".join(f"(?:{p})" for p in cues.ASKS))
_ABROAD = lazy_pattern("|".join(f"(?:{p})" for p in (*foreign_cues.ASKS, *business_cues.ASKS)))
_ABOUT_TALKING = lazy_pattern(
    r"\b(?:are you|will you be|would you be|can we|could we|shall we|when are|do you have time|what time|"
    r"does (?:(?:this|that|it|next|tomorrow|today|the|an?) |\w*day |\d)) ?.{0,30}\b(?:free|"
    r"available|meet|talk|call|schedule|works?(?! with\b)|suit|chat|book|demo)\b|\bavailability\b|\bhow are you\b|"
    r"\bcan you (?:stop|come|call)\b"
)
# A wish to meet, in other languages: no question that a paper could answer.
_MEETING = (
    r"rendez-?vous|reunions?|appel|echange|chiamata|incontro|appuntamento|riunione|reunion|llamada|cita|termin\w*|"
    r"gesprach\w*|anruf|afspraak|gesprek|reuniao|ligacao|chamada"
)
_SET = (
    r"envoyer|proposer|fixer|organiser|convenir|fissare|organizzare|proporre|enviar\w*|proponer|agendar|concertar|marcar|"
    r"schicken|senden|vereinbaren|machen|vorschlagen|sturen|inplannen|plannen|maken"
)
_ABOUT_MEETING = lazy_pattern(rf"\b(?:{_SET})\b.{{0,60}}\b(?:{_MEETING})\b|\b(?:{_MEETING})\b.{{0,60}}\b(?:{_SET})\b")
_HOW_MUCH = lazy_pattern(
    r"\bhow (?:much|many|expensive)\b|\bwhat (?:is|are|does|do) .{0,30}\b(?:cost|pric\w*|fees?|rates?|minimum)\b|"
    r"\bpric(?:e|es|ing)\b"
)
_COUNTED = lazy_pattern(
    r"\bhow (?:many|much) (?!(?:is|are|was|were|do|does|did|can|could|will|would|should|may|might|more|of|for|per)\b)"
    r"([a-z]+)"
)
_LIVE = (
    lazy_pattern(r"\b(?:go|goes|going|gone|went|get|be) live\b"),
    lazy_pattern(
        r"(?:(?<=when )|(?<=soon )|(?<=fast )|(?<=quickly ))(?:can|could|will|would) (?:we|you|i) (?:get )?"
        r"start(?:ed)?\b"
    ),
    lazy_pattern(r"\bstart(?:s|ed)?\b(?=.{0,30}\b(?:days?|weeks?|months?)\b)"),
)
_HOW_LONG = lazy_pattern(r"\bhow (?:long|quickly|fast|soon|much time)\b|\bwhen (?:can|could|will|would)\b")
_TIME = lazy_pattern(r"\b(?:seconds?|minutes?|hours?|days?|weeks?|months?|quarters?|years?)\b")
_PER = frozenset({"hour", "day", "week", "month", "quarter", "year"})
_NUMBERS = listed("one two three four five six seven eight nine ten twelve fifteen twenty thirty")
_NUMBER = lazy_pattern(r"\d[\d.,]*")


def question_in(text: str) -> str:
    """What the mail asks about the offering, word for word; empty when it asks nothing, or only when to meet.

    A wish for something that only a person can send is asked as well: with both, all from one to
    the other.
    """
    sentences = own_sentences(text)
    plain = [written_out(s) for s in sentences]
    heard = [n for n, sentence in enumerate(sentences) if not gives_orders(sentence)]
    wished = [n for n in heard if wishes_for(plain[n])]
    told = [n for n in heard if n not in wished and _telling(plain[n]) and not _only_meets(plain[n])]
    asked = [n for n in told if sentences[n].endswith("?") or _QUESTION.search(plain[n])]
    asked = asked or [n for n in told if _ABROAD.search(plain[n])]
    both = sorted((*asked[:1], *wished[:1]))
    return " ".join(sentences[both[0] : both[-1] + 1]) if both else ""


def _only_meets(plain: str) -> bool:
    return bool(_ABOUT_TALKING.search(plain) or _ABOUT_MEETING.search(plain))


def answer_in(question: str, knowledge: Mapping[str, Passage], ours: str = "", sold: str = "") -> tuple[Statement, ...]:
    """The sentences of the knowledge that answer the question; none when none shares its rare words, names and numbers.

    None either when something is wished for that only a person can send.

    Args:
        knowledge: id -> passage of the follow-up set.
        ours: name and product of our own company, which every sentence may hold and which tells nothing.
        sold: what we sell, in the admin's words: a price of that is the price.
    """
    if any(wishes_for(written_out(sentence)) for sentence in own_sentences(question)):
        return ()
    plain = written_out(question)
    own = set(_telling(written_out(ours)))
    asked = [w for w in dict.fromkeys(_telling(plain)) if w not in own]
    if len(asked) < 2 and not _NUMBER.search(plain) and not (asked and asked[0] in _SAME.values()):
        return ()
    sentences = list(_sentences(knowledge.values()))
    counts = Counter(w for _, _, words in sentences for w in words)
    weight = {w: math.log((len(sentences) + 1) / (counts[w] + 0.5)) for w in asked}
    must = {w for w in asked if w in _names(question)} | {n.strip(".,") for n in _NUMBER.findall(plain)}
    if "pric" in asked and not asks_about_prices(plain):
        return _price_in(asked, must, sentences, own | set(_telling(written_out(sold))))
    must |= set(asked) if "pric" in asked else set()
    found = []
    for passage, sentence, words in sentences:
        share = sum(weight[w] for w in asked if w in words) / (sum(weight.values()) or 1)
        held = words | {n.strip(".,") for n in _NUMBER.findall(sentence)}
        if share >= ENOUGH and must <= held and _is_of_kind(plain, sentence):
            found.append((share, passage, sentence))
    found.sort(key=lambda f: -f[0])
    return tuple(Statement(sentence, (quote(passage, sentence),)) for _, passage, sentence in found[:MOST])


def _price_in(
    asked: list[str], must: set[str], sentences: list[tuple[Passage, str, frozenset[str]]], sold: set[str]
) -> tuple[Statement, ...]:
    """The sentence that plainly states the price asked for; none when nothing or two different prices fit.

    Every word asked about is in it. Who asks for the price of nothing else gets that of what we sell, of which alone is
    spoken before the amount: neither a set-up fee nor a pilot is the price.
    """
    ours = sold | set(asked)
    other = set(asked) - sold - _PER - {"pric"}
    fits = [
        (passage, sentence)
        for passage, sentence, words in sentences
        if amounts(sentence)
        and {*asked, *must} <= words | {n.strip(".,") for n in _NUMBER.findall(sentence)}
        and (other or set(_telling(written_out(before_amount(sentence)))) <= ours | _NUMBERS)
    ]
    if len({amounts(sentence) for _, sentence in fits}) != 1:
        return ()
    passage, sentence = fits[0]
    return (Statement(sentence, (quote(passage, sentence),)),)


def _is_of_kind(plain: str, sentence: str) -> bool:
    """A question for an amount wants a number in the answer, one for a time a time."""
    counted = _COUNTED.search(plain)
    if _HOW_LONG.search(plain):
        return bool(_TIME.search(sentence.casefold()) and _NUMBER.search(_with_digits(sentence)))
    if counted:
        return bool(re.search(rf"\d[\d.,]*(?: [\w-]+){{0,2}}? {re.escape(stem(counted[1]))}", _with_digits(sentence)))
    if _HOW_MUCH.search(plain):
        return bool(_NUMBER.search(_with_digits(sentence)))
    return not sentence.rstrip().endswith("?")


def _with_digits(sentence: str) -> str:
    return re.sub(rf"\b(?:{'|'.join(_NUMBERS)}|free)\b", "1", sentence.casefold())


def _sentences(passages: Iterable[Passage]) -> list[tuple[Passage, str, frozenset[str]]]:
    out = []
    for passage in passages:
        heading = set(_telling(written_out(passage.title)))
        for sentence in _END.split(passage.text[:60_000]):
            if 12 <= len(sentence) <= LONGEST and sentence in passage.text:
                out.append((passage, sentence.strip(), frozenset(_telling(written_out(sentence))) | heading))
            if len(out) >= _MOST_READ:
                return out
    return out


def _telling(plain: str) -> list[str]:
    """Words that tell what a text is about, with forms of one word made the same."""
    for pattern in _LIVE:
        plain = pattern.sub("implement", plain)
    words = [w for w in re.findall(r"[a-z][a-z0-9]+|\d[a-z0-9]+", said_as_prices(plain)) if w not in _COMMON]
    return [_SAME.get(w) or _SAME.get(stem(w)) or stem(w) for w in words if stem(w) not in _COMMON]


def _names(question: str) -> set[str]:
    """Names and acronyms of the question, as telling words: what an answer must speak of."""
    words = re.findall(r"(?<![.!?]\s)(?<!^)\b[A-Z][\w-]*[A-Za-z0-9]\b|\b[A-Z]{2,}\d*\b", question)
    return {t for w in words for t in _telling(written_out(w))}
