"""Judges a criterion of the admin's own against a field or a public page: yes/no, ranges, lists, words. Abstains when
nothing decides it.
"""

import re
from collections.abc import Sequence
from functools import lru_cache

from leadwright.analyst.builtin.numbers import Interval, Quantity, against, place_in, point, ranges, shown_range
from leadwright.analyst.builtin.sentences import sentences
from leadwright.analyst.builtin.words import TOO_LONG, Answer, fold, listed, split_exclusions, stems
from leadwright.domain.evidence import Passage
from leadwright.domain.fit import Verdict

_YES = frozenset({"yes", "true", "y", "1", "x", "ja", "oui", "si", "available", "active", "enabled"})
_NO = frozenset({"no", "false", "n", "0", "nein", "non", "none", "inactive", "disabled", "not available"})
_WANTS_YES = re.compile(
    r"(?:(?:must|should) be |is |= ?|equals |answer(?: is)? )?(?:yes|true|required|must|y|mandatory|needed)\.?"
)
_WANTS_NO = re.compile(r"(?:(?:must|should) be |is |= ?|equals )?(?:no|false|not allowed|n|must not)\.?")
_WANTS_ANY = re.compile(
    r"(?:(?:must|should) be |is )?(?:set|filled(?: in)?|present|known|not empty|available|any(?:thing)?|provided)\.?"
)
_LEADING = re.compile(
    r"^(?:(?:the )?(?:value|field|answer|company|customer|lead|it)s? )?(?:(?:must|should|has to|needs to) )?(?:be )?"
    r"(?:is |are |be )?(?:one of|any of|contains?|includes?|mentions?|equals?|either|uses?|using|=|in|has|"
    r"have|having|runs?|on)\b[: ]*"
)
_ALL_OF = re.compile(r"^(?:all of|both)\b[: ]*")
_ITEMS = re.compile(r"\s*[,;/|\n]\s*(?:and |or )?|\s+(?:or|and/or)\s+")
SMALL_WORDS = listed(
    "the a an of in for with is are be to or and it its on at by as that this any one we our they their "
    "has have had does do company companies customer customers must should need needs lead using use uses "
    "used already currently such like who which whether if not"
)
_NEGATION = re.compile(
    r"\b(?:not|no|never|without|neither|nor|lacks?|stopped|discontinued|isn't|doesn't|don't|won't|cannot)\b"
)
_SHORT = 120  # characters; a longer value is prose, in which absence of a word proves nothing


def _any_number(text: str, quantity: Quantity) -> bool:
    return True


@lru_cache(maxsize=256)
def _wanted_range(details: str) -> tuple[Interval, ...]:
    return tuple(ranges(fold(details), _any_number) or ())


@lru_cache(maxsize=256)
def _wanted_items(text: str) -> tuple[frozenset[str], ...]:
    text = _LEADING.sub("", fold(text))
    items = (frozenset(stems(i)) - SMALL_WORDS for i in _ITEMS.split(text))
    return tuple(i for i in items if i)


def judge_value(details: str, value: str) -> Answer:
    """Judge the value of a mapped field against what the admin asks of it."""
    wanted, shown = fold(details).strip(), value[:80]
    if not wanted or len(details) > TOO_LONG:
        return Answer(
            Verdict.UNKNOWN, 'The criterion does not say what is wanted. Write it in the details, e.g. "Yes" or a list.'
        )
    if _WANTS_YES.fullmatch(wanted) or _WANTS_NO.fullmatch(wanted):
        return _yes_or_no(bool(_WANTS_YES.fullmatch(wanted)), value)
    if _WANTS_ANY.fullmatch(wanted):
        return Answer(Verdict.MET, f"The field says {shown}.")
    if (interval := _wanted_range(details)) and (found := point(fold(value), _any_number)):
        inside = place_in(found, interval)
        if inside is not None:
            words = against(inside, shown_range(interval, details))
            return Answer(Verdict.MET if inside else Verdict.NOT_MET, f"{shown}{words}.")
    return _by_words(details, value)


def _yes_or_no(wanted: bool, value: str) -> Answer:
    said = fold(value).strip(" .!")
    first = re.match(r"[a-z0-9]+", said)
    yes = said in _YES or bool(first and first[0] in _YES - {"1", "x"})
    no = said in _NO or bool(first and first[0] in _NO - {"0"})
    if yes == no:
        return Answer(Verdict.UNKNOWN, f'"{value[:80]}" is neither yes nor no.')
    met = yes if wanted else no
    return Answer(Verdict.MET if met else Verdict.NOT_MET, f"The field says {value[:80]}.")


def _by_words(details: str, value: str) -> Answer:
    wish = split_exclusions(details)
    words, shown = frozenset(stems(value)), value[:80]
    if not words:
        return Answer(Verdict.UNKNOWN, "The field is empty.")
    if any(i <= words for i in _wanted_items(wish.excluded)):
        return Answer(Verdict.NOT_MET, f"{shown} is excluded.")
    if _ALL_OF.search(fold(wish.included)):
        return _all_of(wish.included, value, words)
    items = () if wish.anything and wish.excluded else _wanted_items(wish.included)
    if not items:
        if (wish.excluded or wish.anything) and len(value) <= _SHORT:
            return Answer(Verdict.MET, f"{shown} is not excluded.")
        return Answer(
            Verdict.UNKNOWN, "What is wanted could not be read. Write a range, a list of values, or yes or no."
        )
    if any(i <= words for i in items):
        return Answer(Verdict.MET, f"{shown} is one of the wanted values.")
    if len(value) <= _SHORT and all(len(i) <= 4 for i in items) and not _wanted_range(details):
        touched = any(i & words for i in items)
        if not touched:
            return Answer(Verdict.NOT_MET, f"{shown} is none of the wanted values.")
    return Answer(Verdict.UNKNOWN, f"Whether {shown} is what is wanted cannot be told.")


def _all_of(text: str, value: str, words: frozenset[str]) -> Answer:
    listed = re.split(r"\s*[,;]\s*(?:and )?|\s+and\s+", _ALL_OF.sub("", fold(text)))
    items = [i for i in (frozenset(stems(p)) - SMALL_WORDS for p in listed) if i]
    met = bool(items) and all(i <= words for i in items)
    if not met and len(value) > _SHORT:
        return Answer(Verdict.UNKNOWN, f"Not all wanted values are named in {value[:80]}.")
    return Answer(
        Verdict.MET if met else Verdict.NOT_MET, f"{value[:80]} {'has' if met else 'does not have'} all of them."
    )


def judge_pages(name: str, details: str, passages: Sequence[Passage]) -> tuple[Answer, Passage | None, str]:
    """Judge from pages: met only when a sentence says so; silence is unknown.

    Returns:
        The answer, and the passage and sentence it rests on when it is decided.
    """
    subject = frozenset(stems(name)) - SMALL_WORDS
    interval = _wanted_range(details)
    wanted = _wanted_items(split_exclusions(details).included)
    if _WANTS_YES.fullmatch(fold(details)) or _WANTS_NO.fullmatch(fold(details)):
        wanted = (subject,) if subject else ()
    for passage in passages:
        for sentence in sentences(passage.text):
            answer = _from_sentence(sentence, subject, interval, wanted, details)
            if answer:
                return answer, passage, sentence
    return Answer(Verdict.UNKNOWN, "No page that was read says it."), None, ""


def _from_sentence(
    sentence: str,
    subject: frozenset[str],
    interval: tuple[Interval, ...],
    wanted: tuple[frozenset[str], ...],
    details: str,
) -> Answer | None:
    words = frozenset(stems(sentence))
    negative = bool(_NEGATION.search(fold(sentence)))
    if interval:
        nouns = subject | {w for i in wanted for w in i if not w.isdigit()}
        if negative or not (nouns & words) or not (found := _number_near(sentence, nouns)):
            return None
        inside = place_in(found, interval)
        if inside is None:
            return None
        return Answer(Verdict.MET if inside else Verdict.NOT_MET, "A page states the number.")
    for item in wanted:
        if item <= words and len(item) >= 1:
            if negative or (len(item) == 1 and subject and not subject & words and item != subject):
                continue
            no = bool(_WANTS_NO.fullmatch(fold(details)))
            return Answer(Verdict.NOT_MET if no else Verdict.MET, "A page says so.")
    return None


def _number_near(sentence: str, nouns: frozenset[str]) -> Interval | None:
    """The number that counts the noun: "operates 120 stores"."""
    text = fold(sentence)
    for match in re.finditer(r"\d[\d.,]*(?:\s?(?:k|thousand|million))?\+?", text):
        if frozenset(stems(text[match.end() : match.end() + 40])[:3]) & nouns:
            return point(match[0], _any_number)
    return None
