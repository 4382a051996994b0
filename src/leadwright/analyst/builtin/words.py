"""Plain forms of text and the split into what is wanted and what is excluded. Knows no trade words."""

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

from leadwright.domain.fit import Verdict

TOO_LONG = 8_000  # characters; nobody writes one criterion that long, and reading it would only cost time

_MARKS = str.maketrans(
    {
        0x2018: "'", 0x2019: "'", 0x201B: "'", 0x201C: '"', 0x201D: '"', 0x00AB: '"', 0x00BB: '"',
        0x2010: "-", 0x2011: "-", 0x2012: "-", 0x2013: "-", 0x2014: "-", 0x2015: "-", 0x2212: "-",
        0x2022: ";", 0x00B7: ";", 0x2192: ">", 0x203A: ">", 0x200B: None, 0x200D: None, 0xFEFF: None,
    }
)  # fmt: skip
# Letters that decomposition leaves whole.
_WHOLE_LETTERS = str.maketrans({"ø": "o", "ł": "l", "đ": "d", "æ": "ae", "œ": "oe", "ı": "i"})


def listed(words: str) -> frozenset[str]:
    """The words of a text, as a set."""
    return frozenset(words.split())


@dataclass(frozen=True, slots=True)
class Answer:
    """What one question came to: the verdict and the sentence that says why."""

    verdict: Verdict
    reason: str


def plain(text: str) -> str:
    """Typographic variants made one, case and accents kept; line ends become semicolons."""
    text = unicodedata.normalize("NFKC", text).translate(_MARKS)
    text = re.sub(r"\s*[\r\n]+\s*", "; ", text)
    return re.sub(r"\s+", " ", text).strip()


def fold(text: str) -> str:
    """`plain`, without case and accents: for comparison only."""
    return _fold_short(text) if len(text) <= 120 else _fold(text)


def _fold(text: str) -> str:
    decomposed = unicodedata.normalize("NFKD", plain(text).casefold())
    return "".join(c for c in decomposed if not unicodedata.combining(c)).translate(_WHOLE_LETTERS)


# Short texts come again and again; long ones would only fill the memory.
_fold_short = lru_cache(maxsize=20_000)(_fold)


def stem(word: str) -> str:
    """Singular form, rough but the same on both sides of a comparison."""
    if len(word) > 4 and word.endswith("ies"):
        return word[:-3] + "y"
    if len(word) > 3 and word.endswith("s") and not word.endswith(("ss", "us", "is")):
        return word[:-1]
    return word


def stems(text: str) -> list[str]:
    """Stemmed words of a text; punctuation is left out."""
    return [stem(w) for w in re.findall(r"[a-z0-9]+", re.sub(r"'s\b", "", fold(text)))]


_EXCLUSION = re.compile(
    r"\b(?:with the exception of|except(?:ing|ed)?(?: for)?|exclud(?:ing|es|e)|exclusive of|excl\b\.?|other than|"
    r"apart from|aside from|but not(?! (?:exceeding|(?:more|less|fewer) than|over|under|above|below))|"
    r"not including|but no|(?:any|every)(?:thing|where|one|body)? (?:but|save|bar)|all (?:but|save|bar)|minus|"
    r"save for|without|avoid(?:ing)?|never|leav(?:e|ing) out|omit(?:ting)?|rather than|instead of|do not want|"
    r"(?:is|are|do|does|must|should|wo)n't(?! (?:matter|care|need|mind))|"
    r"not(?! (?:only|just|matter|need|have to|care|limited|necessarily|applicable|important|relevant|"
    r"specified|for[ -]profit|(?:more|less|fewer|larger|"
    r"smaller|greater|bigger) than|over|under|below|above|exceeding))|"
    r"no(?= \w)(?! (?:restrictions?|limits?|limitations?|preferences?|matter|specific|particular|requirements?|"
    r"minimum|maximum|(?:more|less|fewer|larger|smaller|greater|bigger) than)\b)|ex(?=-? ?(?:us|uk|usa)\b))\b",
    re.I,
)
_OUTSIDE = re.compile(r"\b(?:outside(?: of)?|barring|(?:save|bar)(?= [a-z]))\b", re.I)
_ALL_BUT = re.compile(r"\b(?:(?:any|every)(?:thing|where|one|body)?|all) (?:but|save|bar)\b", re.I)
_WITHOUT = re.compile(r"\bw/o\b", re.I)
_NON = re.compile(r"\bnon-(?=(?:us|uk|usa|eu|european|american)\b)", re.I)
_TRAILING = re.compile(r"([^,;()]{1,200}?)[ ,]+(?:(?:is|are|being) )?(?:excluded|not included|out of scope)\b", re.I)
_RESUME = re.compile(r"\b(?:but (?:including|includes?|with|also)|however|although|as well as)\b", re.I)
_SENTENCE = re.compile(r";|(?<=[a-z0-9)%])[.!?](?=\s+[A-Z(]|$)|(?<=\w\w\w)\.(?=\s|$)")
_ANY = re.compile(
    r"\b(?:any(?:thing|where|one|body)?|all|every(?:thing|where|one)?|no (?:restrictions?|limits?|limitations?|"
    r"preferences?|specific|particular|requirements?|minimum)|does(?:n't| not) matter|no matter|irrelevant|agnostic|"
    r"not (?:important|relevant|applicable|specified|limited)|worldwide|rest of (?:the )?world|"
    r"global(?:ly)?|international(?:ly)?|open|n/a)\b",
    re.I,
)


@dataclass(frozen=True, slots=True)
class Wish:
    """A wanted text split up: `included`, `excluded`, and whether it says that anything goes."""

    included: str
    excluded: str
    anything: bool


def split_exclusions(text: str, *, places: bool = False) -> Wish:
    """Tell what is wanted from what is ruled out ("North America, except New York").

    Args:
        text: as the admin wrote it.
        places: "outside" and "bar" rule out only where places are meant.
    """
    text = plain(text)
    text = _WITHOUT.sub("without", _NON.sub("except ", text))
    text = _TRAILING.sub(lambda m: m[0] if _EXCLUSION.search(m[1]) else f" excluding {m[1].strip()};", text)
    included: list[str] = []
    excluded: list[str] = []
    for sentence in _SENTENCE.split(text):
        _split_sentence(sentence, included, excluded, places)
    wanted = "; ".join(s.strip(" ,") for s in included if s.strip(" ,;.:()"))
    ruled_out = "; ".join(s.strip(" ,") for s in excluded if s.strip(" ,;.:()"))
    leading = bool(ruled_out) and not stems(wanted)
    return Wish(wanted, ruled_out, bool(_ANY.search(wanted) or _ALL_BUT.search(text)) or leading)


def _split_sentence(sentence: str, included: list[str], excluded: list[str], places: bool) -> None:
    rest = sentence
    while rest:
        cue = _EXCLUSION.search(rest)
        outside = _OUTSIDE.search(rest) if places else None
        if outside and (cue is None or outside.start() < cue.start()):
            cue = outside
        if cue is None:
            included.append(rest)
            return
        before, after = rest[: cue.start()], rest[cue.end() :]
        included.append(before)
        end = len(after)
        if before.count("(") > before.count(")") and ")" in after:
            end = after.index(")")
        if resume := _RESUME.search(after):
            end = min(end, resume.start())
        excluded.append(after[:end])
        rest = after[end:]
        if resume and end == resume.start():
            rest = after[resume.end() :]
