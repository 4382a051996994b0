"""Is the industry one of the wanted ones, or kin of one? Finds industries in text; knows no other question."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from leadwright.analyst.builtin.industries import (
    CARRIERS,
    INFORMATION_TECHNOLOGY,
    MAKERS,
    MAYBE,
    SOME_MAKE,
    TOOLS,
    longest_name,
    names,
    parents,
)
from leadwright.analyst.builtin.words import TOO_LONG, Answer, fold, listed, plain, split_exclusions, stem
from leadwright.domain.fit import Verdict

HOW_TO_WRITE = 'Name the industries, such as "Retail, including e-commerce; consumer goods".'

_SEPARATORS = frozenset(
    [",", ";", "(", ")", "/", "|", ":", "[", "]", "and", "or", "including", "include", "incl", "like", "especially",
     "eg", "ie", "plus", "namely", "also", "both", "+", "such", "particularly", "mainly", "primarily", "well",
     "versus", "vs"]
)  # fmt: skip
_ABSENT = frozenset(
    {"", "unspecified", "unknown", "other", "others", "na", "n a", "none", "misc",
     "various", "tbd", "not specified", "not available", "undefined", "default value"}
)  # fmt: skip
_IGNORED = listed(
    "company firm business industry sector vertical the a an in of for with that are which is who all any "
    "we our target our ideal customer organization organisation player provider brand group market "
    "leading large small mid medium size sized enterprise segment operator from to on by their service "
    "solution chain based space field type platform specialty independent global national international "
    "regional local private public listed"
)
_TOKEN = re.compile(r"[a-z0-9]+|[,;()/|:\[\]+]")
_IT = re.compile(
    r"\b(?:IT|I\.T\.)(?=\W|$)|(?<=health )it\b|(?<=healthcare )it\b|(?<=managed )it\b"
    r"|\bit(?= (?:services?|consult\w+|compan\w+|sector|industry|infrastructure|security|outsourcing|"
    r"distributors?|firms?)\b)"
    r"|^it$"
)
_FUNCTIONS = {"security": "cybersecurity", "infrastructure": "infrastructure_software", "analytics": "analytics"}
_OF_ONE_FUNCTION = frozenset({"developer_tools", *_FUNCTIONS.values()}) - {"analytics"}
_NONPROFIT = re.compile(r"\b(?:non|not[- ]for)[- ]profit", re.I)
_INSURERS = re.compile(r"(?:health |life )?insurance\b\W.*\b(?:life|health|property|casualty|mutual|stock)\b")
_ARROW = re.compile(r"\s*(?:->|=>|>|\|)\s*")


@dataclass(frozen=True, slots=True)
class Item:
    """One wanted or found item: `groups` must all hold; each group is the set of industries a name may mean."""

    groups: tuple[frozenset[str], ...]
    wide: bool
    text: str


@dataclass(frozen=True, slots=True)
class Wanted:
    """What an admin asked for."""

    items: tuple[Item, ...]
    excluded: tuple[Item, ...]
    loose: tuple[frozenset[str], ...]  # stems of listed words that name no industry known here
    excluded_loose: tuple[frozenset[str], ...]
    anything: bool


@dataclass(frozen=True, slots=True)
class Found:
    """What a record says: the parts of "B2B -> Analytics", each with the industries it may mean."""

    parts: tuple[frozenset[str], ...]
    served: frozenset[str]  # whom a B2B firm serves; it need not be one itself
    function: bool  # "B2B -> Legal" names what the software is for
    wide: bool
    stems: frozenset[str]


def _tokens(text: str) -> list[str]:
    text = fold(_IT.sub(INFORMATION_TECHNOLOGY, plain(text)))
    text = text.replace("&", " and ").replace("'s", "").replace("e.g", "eg").replace("i.e", "ie")
    return [stem(t) for t in _TOKEN.findall(text)]


def _items(text: str) -> tuple[list[Item], list[frozenset[str]]]:
    """Industries named in a list, and the words of entries that name none."""
    tokens, index, most = _tokens(text), names(), longest_name()
    items: list[Item] = []
    loose: list[frozenset[str]] = []
    groups: list[tuple[frozenset[str], bool]] = []
    words: list[str] = []
    position = 0
    while position <= len(tokens):
        match = None
        for length in range(min(most, len(tokens) - position), 0, -1):
            if hit := index.get(tuple(tokens[position : position + length])):
                match = (length, hit)
                break
        if match:
            groups.append(match[1])
            words += tokens[position : position + match[0]]
            position += match[0]
            continue
        ended = position == len(tokens)
        if ended or tokens[position] in _SEPARATORS:
            if groups:
                items.append(_item(groups, " ".join(words)))
            elif rest := frozenset(words) - _IGNORED:
                loose.append(rest)
            groups, words = [], []
        else:
            words.append(tokens[position])
        position += 1
    return _in_company(items), loose


def _in_company(items: list[Item]) -> list[Item]:
    """Among software firms and nothing else, "security" and "infrastructure" are software as well."""
    others = [i for i in items if i.text not in _FUNCTIONS]
    if not others or not all("technology" in parents()[n] for i in others for g in i.groups for n in g):
        return items
    return [
        replace(i, groups=(frozenset({_FUNCTIONS[i.text]}),), wide=False) if i.text in _FUNCTIONS else i for i in items
    ]


def _item(groups: list[tuple[frozenset[str], bool]], text: str) -> Item:
    kept = [g for g in groups if not g[0] & CARRIERS] or groups
    ids = [g[0] for g in kept]
    # "Retail grocery chains": the narrower name says it all.
    narrow = [g for g in ids if not any(g != o and all(any(i in parents()[n] for i in g) for n in o) for o in ids)]
    unique = tuple(dict.fromkeys(narrow or ids))
    if len(unique) > 1 and not any(g & TOOLS for g in unique):
        unique = (frozenset().union(*unique),)
    return Item(unique, any(g[1] for g in kept), text)


@lru_cache(maxsize=256)
def wanted_industries(details: str) -> Wanted | None:
    """The wanted and excluded industries; None when the text names nothing."""
    if len(details) > TOO_LONG:
        return None
    wish = split_exclusions(_NONPROFIT.sub("nonprofit", details))
    items: list[Item] = []
    loose: list[frozenset[str]] = []
    for part in wish.included.split(";"):
        if _ARROW.search(plain(part)) and (found := found_industry(part)) and found.parts:
            items.append(Item(found.parts[-1:] if len(found.parts) == 1 else found.parts, False, fold(part)))
            continue
        more, rest = _items(part)
        items += more
        loose += rest
    ruled_out, out_loose = _items(wish.excluded)
    plain_ones = [i for i in ruled_out if len(i.groups) == 1]
    if len(plain_ones) > 1:  # "Food & Drug Stores" is ruled out by grocery and drug stores together
        together = frozenset[str]().union(*(i.groups[0] for i in plain_ones))
        ruled_out.append(Item((together,), False, ""))
    anything = wish.anything and not items
    if not (items or loose or anything):
        return None
    return Wanted(tuple(items), tuple(ruled_out), tuple(loose), tuple(out_loose), anything)


@lru_cache(maxsize=20_000)
def found_industry(value: str) -> Found | None:
    """What a record's industry says; None when it says nothing ("Unspecified")."""
    value = value[:300]
    if " ".join(_TOKEN.findall(fold(value))) in _ABSENT:
        return None
    parts: list[frozenset[str]] = []
    served: frozenset[str] = frozenset()
    wide = function = False
    pieces = [p for p in _ARROW.split(plain(value)) if p]
    for number, piece in enumerate(pieces):
        items, _ = _items(piece)
        ids = frozenset[str]().union(*(g for item in items for g in item.groups))
        if _INSURERS.match(fold(piece)):  # "Insurance: Life, Health" insures; it heals nobody
            items, ids = [], frozenset({"insurance"})
        wide = wide or (any(i.wide for i in items) and len(pieces) == 1)
        if number and parts and "b2b" in parts[0]:
            ids, served = _business_function(ids, piece)
            function = ids == {"software"}
        if len(items) == 1 and len(items[0].groups) > 1:
            parts += items[0].groups
        elif ids:
            parts.append(ids)
    return Found(tuple(parts), served, function, wide, frozenset(_tokens(value)) - _SEPARATORS - _IGNORED)


def _business_function(ids: frozenset[str], piece: str) -> tuple[frozenset[str], frozenset[str]]:
    """What a firm is, and whom it serves: "B2B -> Retail" sells software to retailers."""
    if function := _FUNCTIONS.get(fold(piece)):
        return frozenset({function}), frozenset()
    tech = frozenset(i for i in ids if "technology" in parents()[i])
    return tech or frozenset({"software"}), ids - tech


def _holds(group: frozenset[str], parts: Sequence[frozenset[str]]) -> bool | None:
    """Do the found parts belong to the wanted group? None when they only may.

    Only the last part of "Healthcare -> Diagnostics" is open to doubt: it says which kind of health care it is.
    """
    if any(parents()[found] & group for part in parts for found in part):
        return True
    if group & CARRIERS and any(part and part <= MAKERS for part in parts):
        return True
    if group & CARRIERS and parts and parts[-1] & SOME_MAKE:
        return None
    for found in parts[-1] if parts else ():
        if any(found in parents()[wanted] for wanted in group):
            return None
        kin = frozenset[str]().union(*(parents()[wanted] for wanted in group))
        if len(parts) == 1 and any((wanted, found) in MAYBE for wanted in kin):
            return None
    return False


def _item_holds(item: Item, found: Found) -> bool | None:
    answers = []
    for group in item.groups:
        answer = _holds(group, found.parts)
        if answer is None and found.function and group <= _OF_ONE_FUNCTION:
            answer = False  # software for lawyers is neither a developer tool nor security
        if answer is not True and _holds(group, [found.served]) is True:
            answer = True if len(item.groups) > 1 else None
        if answer is False and not group & TOOLS:
            return False  # some software firm is not "education software"
        answers.append(answer)
    if all(answers):
        return None if found.wide and len(found.parts) == 1 and not _covers_all(item, found) else True
    return False if all(a is False for a in answers) else None


def _covers_all(item: Item, found: Found) -> bool:
    return all(any(w in parents()[f] for g in item.groups for w in g) for p in found.parts for f in p)


def _excluded(item: Item, found: Found) -> bool | None:
    """Is the found industry ruled out? Every industry that a part may mean must be."""
    answers = []
    for group in item.groups:
        answer: bool | None = False
        for part in found.parts:
            inside = [any(w in parents()[f] for w in group) for f in part]
            if inside and all(inside):
                answer = True
                break
            # A general label ("Energy") is not taken for the excluded niche of it (oil and gas).
            if any(inside):
                answer = None
        answers.append(answer)
    if all(answers):
        return True
    return False if any(a is False for a in answers) else None


def judge_industry(details: str, value: str) -> Answer:
    """Judge an industry such as "Specialty Retail" or "B2B -> Analytics" against the wanted ones."""
    wanted = wanted_industries(details)
    if wanted is None:
        return Answer(Verdict.UNKNOWN, f"The wanted industries could not be read. {HOW_TO_WRITE}")
    found = found_industry(value[:300])
    if found is None:
        return Answer(Verdict.UNKNOWN, f'"{value[:80]}" names no industry.')
    shown = value[:80]
    ruled_out = _any([_excluded(i, found) for i in wanted.excluded] + [w <= found.stems for w in wanted.excluded_loose])
    if ruled_out is True:
        return Answer(Verdict.NOT_MET, f"{shown} is an excluded industry.")
    if wanted.anything:
        inside: bool | None = True
    else:
        inside = _any([_item_holds(i, found) for i in wanted.items] + [w <= found.stems for w in wanted.loose])
        if inside is False and not found.parts:
            inside = None
    if inside is False and found.parts and wanted.items:
        return Answer(Verdict.NOT_MET, f"{shown} is not a wanted industry.")
    if inside is True and ruled_out is False:
        return Answer(Verdict.MET, f"{shown} is a wanted industry.")
    return Answer(Verdict.UNKNOWN, f"Whether {shown} is one of the wanted industries cannot be told.")


def _any(answers: list[bool | None]) -> bool | None:
    if any(a is True for a in answers):
        return True
    return None if any(a is None for a in answers) else False
