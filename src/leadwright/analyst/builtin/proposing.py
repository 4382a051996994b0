"""Criteria of the ideal customer that a text about products names by rule: whom it is for, where, how large."""

import re
from collections.abc import Callable, Iterator

from leadwright.analyst.builtin.industries import longest_name, names
from leadwright.analyst.builtin.industries import words as industry_words
from leadwright.analyst.builtin.places import key, named_places
from leadwright.analyst.proposals import NAMES, Proposal, supported, text_of
from leadwright.analyst.protocol import Offering
from leadwright.domain.fit import CriterionKind

_SENTENCE = re.compile(r"(?<=[.!?;])\s+|\n+")
_NUMBER = r"\d[\d,.]*\s?(?:k\b|thousand\b)?\+?"
_BOUND = r"(?:(?:from|between|over|above|more than|at least|up to|under|fewer than|less than)\s+)?"
_EMPLOYEES = re.compile(
    rf"\b{_BOUND}{_NUMBER}(?:\s*(?:to|and|-|–)\s*{_NUMBER})?\s*(?:or more\s+)?(?:employees|staff|people)\b", re.I
)
_NAMED_SIZE = re.compile(
    r"\b(?:small (?:and|to|or) (?:medium|mid)[- ]?sized?|mid[- ]?(?:sized?|market)|SMBs?|SMEs?|enterprise|large)\b"
    r"(?=[ -](?:compan|business|firm|organi[sz]ation|customer|retail|enterprise|manufactur|bank|chain)|[.,;]|$)",
    re.I,
)
_MONEY = (
    r"(?:[$€£]\s?\d[\d,.]*\s?(?:million|billion|[mb]n?)?\+?|\d[\d,.]*\s?(?:million|billion)\s?(?:USD|EUR|dollars)?)"
)
_REVENUE = re.compile(
    rf"{_BOUND}{_MONEY}(?:\s*(?:to|and|-|–)\s*{_MONEY})?\s+(?:or more\s+)?(?:in |of )?(?:annual |yearly )?"
    r"(?:revenue|turnover|sales)\b",
    re.I,
)
_FUNCTION = (
    r"(?:procurement|purchasing|supply[- ]chain|operations?|finance|IT|marketing|sales|HR|human resources|logistics|"
    r"store operations|merchandising|planning|production|plant|quality|security|data|engineering|product|warehouse|"
    r"facilities|maintenance|compliance|legal|e-?commerce|customer service)"
)
_ROLE = re.compile(
    rf"\b(?:C-?suite|C-level(?: executives?)?|CEOs?|CFOs?|COOs?|CIOs?|CTOs?|CMOs?|chief \w+ officers?|"
    rf"(?:VPs?|vice presidents?|heads?|directors?) of {_FUNCTION}|{_FUNCTION} (?:managers?|directors?|leaders?|heads?|"
    rf"teams?|executives?|buyers?|decision[- ]makers?)|buyers)\b",
    re.I,
)
_FOR_WHOM = re.compile(
    r"\b(?:for|serv(?:e|es|ing)|help(?:s|ing)?|used by|built for|made for|designed for|sold to|sell to|let(?:s)?|"
    r"enabl(?:e|es|ing)|customers (?:are|include)|clients (?:are|include))\s+(.{3,180}?)"
    r"(?=\b(?:that|who|which|to|with|without|by|in order)\b|[.;:!?]|$)",
    re.I,
)
_WHERE = re.compile(
    r"\b(?:in|across|throughout|within|all over|based in|located in)\s+(?:the\s+)?([A-Z].{1,120}?)(?=[.;:!?]|$)"
)
_WORD = re.compile(r"[A-Za-z][A-Za-z'&-]*")
_LONGEST_PLACE = 4


def propose_criteria(offering: Offering) -> tuple[Proposal, ...]:
    """What the text names, each with its words. What it does not name is not guessed."""
    text = text_of(offering)
    found = []
    for kind, told in (
        (CriterionKind.INDUSTRY, _industries(text)),
        (CriterionKind.EMPLOYEES, _sizes(text)),
        (CriterionKind.ROLE, _all(_ROLE, text)),
        (CriterionKind.LOCATION, _places(text)),
        (CriterionKind.REVENUE, _all(_REVENUE, text)),
    ):
        parts = list(dict.fromkeys(told))[:8]
        if parts:
            quote = next(s for s in _SENTENCE.split(text) if parts[0] in s).strip()
            found.append(Proposal(NAMES[kind], kind, ", ".join(parts), quote))
    return supported(found, text)


def _all(pattern: re.Pattern[str], text: str) -> Iterator[str]:
    yield from (m[0].strip() for m in pattern.finditer(text))


def _sizes(text: str) -> Iterator[str]:
    counted = list(_all(_EMPLOYEES, text))
    yield from counted or (f"{size} companies" for size in _all(_NAMED_SIZE, text))


def _industries(text: str) -> Iterator[str]:
    """Industries in what follows "for", "helps" and their like: those of the customers, not our own."""
    for clause in _FOR_WHOM.finditer(text):
        yield from _longest(clause[1], longest_name(), lambda told: industry_words(told) in names())


def _places(text: str) -> Iterator[str]:
    known = named_places()
    for clause in _WHERE.finditer(text):
        yield from _longest(clause[1], _LONGEST_PLACE, lambda told: told[0].isupper() and key(told) in known)


def _longest(text: str, most: int, is_one: Callable[[str], bool]) -> Iterator[str]:
    """The longest runs of words that are one, in their order."""
    spans = [m.span() for m in _WORD.finditer(text)]
    at = 0
    while at < len(spans):
        for length in range(min(most, len(spans) - at), 0, -1):
            told = text[spans[at][0] : spans[at + length - 1][1]]
            if len(told) > 2 and is_one(told):
                yield told
                at += length
                break
        else:
            at += 1
