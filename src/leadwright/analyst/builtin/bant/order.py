"""What the lead wants to buy: products named in the talk and how many of each. No prices, no judging."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from leadwright.analyst.builtin.bant.conversation import Sentence, Talk
from leadwright.analyst.builtin.bant.prices import PriceList
from leadwright.analyst.builtin.words import fold, listed
from leadwright.domain.evidence import Passage

_PIECE = r"(?:units?|licen[cs]es?|seats?|copies|pieces?|items?|systems?|modules?|packages?|subscriptions?)"
_FILL = rf"(?:\s+(?:{_PIECE}|of|for|the|our|your|new|a|each|more|additional|those))*\s+"
_COUNT = re.compile(
    rf"(?<![\d$€£.,])(?<!\ball )(?P<number>\d{{1,5}}|(?:a )?couple)(?![\d%]|[.,]\d"
    rf"|-)(?:(?P<before>{_FILL}?)(?P<product>\x02\d+\x03)"
    rf"|(?P<each>\s+{_PIECE}?\s*(?:of|for) each\b|\s+{_PIECE} each\b|\s+each\b)"
    rf"|\s+(?P<piece>{_PIECE}|of (?:these|those|them|it))\b)"
)
_AFTER = re.compile(r"(\x02\d+\x03)\s*[(\[]?\s*(?:qty|quantity|x|:)\.?\s*:?\s*(\d{1,5})\b(?![.,]\d)")
_TIMES = re.compile(r"(\d)\s*x\s+(?=\x02)")
_NAME = re.compile(r"(?:\b[A-Z][\w&+-]*[ ]){0,3}\b[A-Z][\w&+-]*[a-zA-Z0-9]\b")
_NO_NAME = listed(
    "i the a an our your my their this that these those each and or but for with is are was as at in on of to from hi "
    "hello thanks thank yes no well great perfect absolutely sure so now let how what when where why who we you he she "
    "it if mr mrs ms dr budget authority need timeline monday tuesday wednesday thursday friday saturday sunday would "
    "could can may do does regarding about finally lastly also given once both any first next then okay ok it's that's "
    "i'm we're you're i'll i've"
)
_INTEREST = re.compile(
    r"\b(?:interest\w*|look\w*|consider\w*|want\w*|need\w*|purchas\w*|buy\w*|order\w*|explor\w*|quot\w*|inquir\w*"
    r"|enquir\w*)\b"
)
_UPSELL = re.compile(
    r"\b(?:might also|may also|could also|recommend|instead of|rather than|upgrade to|compared (?:to|with)"
    r"|not interested)\b"
)
_OWNED = re.compile(
    r"\b(?:currently|already|now|today|existing) (?:\w+ ){0,2}?(?:us(?:e|es|ing)|have|run|running|rely|on|own)\b"
    r"|\bintegrat\w* (?:\w+ ){0,3}?with\b|"
    r"\bcompatible with\b|\b(?:switch|migrat|mov)\w* (?:away )?from\b|\breplac\w+ our\b"
)
_ASIDE = re.compile(r"\b(?:from|at|behalf of|work for)\s+$")


@dataclass(frozen=True, slots=True)
class Line:
    """One product of the order.

    Args:
        product: its name on the price list, else in our knowledge.
        quantity: 1 where no number was said.
        said: where the number, or else the product, was said.
        counted: a number, or "a", was said.
    """

    product: str
    quantity: int
    said: Sentence
    counted: bool


def read_order(talk: Talk, prices: PriceList, passages: Sequence[Passage]) -> tuple[Line, ...]:
    """The products the lead wants, with their quantities; one where no number was said.

    A product is a name of the price list, or another capitalised name that our knowledge mentions or that comes twice.
    """
    names = _names(talk, prices, passages)
    if not names:
        return ()
    pattern = re.compile(
        "|".join(rf"(?<!\w){re.escape(form)}(?:e?s)?(?!\w)" for form in sorted(names, key=len, reverse=True))
    )
    named: dict[str, Sentence] = {}
    counts: dict[str, tuple[int, Sentence]] = {}
    recent: list[str] = []
    theirs: set[str] = set()
    single: set[str] = set()
    for sentence in talk.sentences:
        marked, found = _marked(sentence.plain, pattern, names)
        if owned := _OWNED.search(marked):
            theirs.update(found[int(i)] for i in re.findall(r"\x02(\d+)\x03", marked[owned.end() :]))
        if (
            found
            and not _UPSELL.search(sentence.plain)
            and (sentence.by_lead or _INTEREST.search(sentence.plain) or _COUNT.search(marked))
        ):
            for product in found:
                named.setdefault(product, sentence)
        if sentence.by_lead:
            single.update(found[int(i)] for i in re.findall(r"\ban?\s+\x02(\d+)\x03", marked))
        for product, number in _counted(marked, found, recent, list(named)):
            old = counts.get(product)
            if old is None or (sentence.by_lead and not (old[1].by_lead and old[0] == number)):
                counts[product] = (number, sentence)
            named.setdefault(product, sentence)
        recent = found or recent
    return tuple(
        Line(p, counts[p][0], counts[p][1], True) if p in counts else Line(p, 1, s, p in single)
        for p, s in named.items()
        if p in counts or p not in theirs
    )


def _marked(plain: str, pattern: re.Pattern[str], names: dict[str, str]) -> tuple[str, list[str]]:
    """The sentence with each product as a mark, so that a figure in a name is no quantity; and the products."""
    found: list[str] = []

    def mark(match: re.Match[str]) -> str:
        form = match[0] if match[0] in names else next(f for f in (match[0][:-1], match[0][:-2]) if f in names)
        found.append(names[form])
        return f"\x02{len(found) - 1}\x03"

    marked = pattern.sub(mark, plain)
    return _TIMES.sub(r"\1 ", _AFTER.sub(r"\2 \1", marked)), found


def _counted(marked: str, found: list[str], recent: list[str], order: list[str]) -> Iterable[tuple[str, int]]:
    for match in _COUNT.finditer(marked):
        number = int(match["number"]) if match["number"].isdecimal() else 2
        if not number:
            continue
        if match["product"]:
            first = int(match["product"][1:-1])
            yield found[first], number
            if "each" in (match["before"] or ""):
                yield from ((p, number) for p in _listed_from(marked, match.end(), found))
        elif match["each"]:
            before = [found[int(i)] for i in re.findall(r"\x02(\d+)\x03", marked[: match.start()])]
            after = [found[int(i)] for i in re.findall(r"\x02(\d+)\x03", marked[match.end() :])]
            follows = re.match(r"\s*(?:of|for)?\s*(?:the\s+)?\x02", marked[match.end() :])
            yield from ((p, number) for p in (after if follows else before) or after or order)
        else:
            before = [found[int(i)] for i in re.findall(r"\x02(\d+)\x03", marked[: match.start()])]
            last = before[-1:] or recent[-1:]
            yield from ((p, number) for p in last)


def _listed_from(marked: str, start: int, found: list[str]) -> Iterable[str]:
    """The products that go on the list right after: "3 units each of A, B and C"."""
    rest = re.match(r"(?:\s*(?:,|and|&|as well as|,\s*and)\s*(?:the\s+)?\x02\d+\x03)*", marked[start:])
    return [found[int(i)] for i in re.findall(r"\x02(\d+)\x03", rest[0])] if rest else []


def _names(talk: Talk, prices: PriceList, passages: Sequence[Passage]) -> dict[str, str]:
    """Folded form -> product, for every product named in the talk."""
    whole = fold(talk.passage.text)
    names = {folded: price.product for folded, price in prices.by_name.items() if len(folded) > 2 and folded in whole}
    people = {fold(word) for name in talk.names for word in name.split()}
    companies = {c for s in talk.sentences for c in _candidates(s.text, people, aside=True)}
    candidates = dict.fromkeys(c for s in talk.sentences for c in _candidates(s.text, people))
    for candidate in (c for c in candidates if c not in companies):
        folded = fold(candidate)
        if folded in names or any(folded in n or n in folded for n in names):
            continue
        if price := prices.find(candidate):
            names[folded] = price.product
            continue
        spelled = [candidate] if candidate.endswith("ss") else [candidate, candidate.removesuffix("s")]
        forms = [f for f in spelled if re.search(rf"(?<!\w){re.escape(fold(f))}(?!\w)", whole)]
        form = next((f for f in forms if any(f in p.text for p in passages)), None)
        if form := form or next((f for f in forms if whole.count(fold(f)) > 1), None):
            names[fold(form)] = form
    return names


def _candidates(text: str, people: set[str], *, aside: bool = False) -> Iterable[str]:
    """Capitalised names of a sentence. `aside`: those that follow "from" or "at", as a company does."""
    for match in _NAME.finditer(text):
        words = match[0].split()
        while words and (fold(words[0]) in _NO_NAME or fold(words[0]) in people):
            words.pop(0)
        if not words or any(fold(w) in people for w in words):
            continue
        name = " ".join(words)
        is_aside = bool(_ASIDE.search(text[: match.end() - len(name)].casefold()))
        if is_aside is aside and (len(words) > 1 or _is_camel(name)):
            yield name


def _is_camel(word: str) -> bool:
    return bool(re.search(r"[a-z][A-Z]", word))
