"""Does the company sit in a wanted place and in no excluded one? Reads places in text; knows no other question."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from leadwright.analyst.builtin.places import (
    Place,
    Spot,
    cities,
    city_candidates,
    city_key,
    country_codes,
    inside,
    key,
    named_places,
    states,
)
from leadwright.analyst.builtin.spots import spots_of
from leadwright.analyst.builtin.words import TOO_LONG, Answer, fold, listed, plain, split_exclusions
from leadwright.domain.fit import Verdict

HOW_TO_WRITE = 'Name countries, regions, states or cities, such as "DACH and Nordics" or "United States, except Texas".'

_TOKEN = re.compile(r"[^\W_]+|[,;:()/&+]|(?<=\s)-(?=\s)|-")
_SEPARATORS = frozenset(",;:()/+-")
_ENDS = frozenset({",", ";", ")", "and", "or", "only"})
_JOINS = frozenset({"and", "or", "/", "&", "+", "plus", "nor"})
_KEEPS_BROADER = listed(
    "including include includes incl especially particularly like such eg ideally preferably primarily "
    "mainly focus plus and or also rest remaining / + with"
)
_NOT_CITIES = listed(
    "a all and any area areas bath battle best big city cities center central commerce companies company "
    "country countries customer customers east enterprise european focus global growth headquarters high "
    "home hub ideal in independence industry liberal located location locations major male man many "
    "market markets metro mobile most nice normal north of office offices only orange our own park places "
    "preferably prime reading region regions rural same social south split states suburban suburbs "
    "surprise target the tier traffic union university urban west with headquartered based english "
    "primary secondary main see they must should opportunity across within from no not we work where "
    "which can also new big cities spring rest world"
)


@dataclass(frozen=True, slots=True)
class Mention:
    """A place named in a text: the place, and the tokens it takes (from `start` up to `end`)."""

    place: Place
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Wanted:
    """Wanted and excluded places."""

    included: tuple[Place, ...]
    excluded: tuple[Place, ...]


def _tokens(text: str) -> list[str]:
    text = re.sub(r"\b((?:[A-Za-z]\.){2,4})", lambda m: m[1].replace(".", "").upper() + " ", plain(text))
    return _TOKEN.findall(re.sub(r"'s?\b", "", text))


def _mentions(text: str) -> list[Mention]:
    tokens = _tokens(text)
    keys = ["and" if t == "&" else fold(t) for t in tokens]
    found: list[Mention] = []
    position = 0
    while position < len(tokens):
        mention = _longest(tokens, keys, position) or _code(tokens, position) or _city(tokens, keys, position)
        if mention:
            found.append(mention)
            position = mention.end
        else:
            position += 1
    return _narrowed(_settled(found), keys)


def place_names(text: str) -> list[str]:
    """The places that a text names, as it writes them."""
    tokens = _tokens(text)
    return [" ".join(tokens[m.start : m.end]) for m in _mentions(text)]


def _longest(tokens: Sequence[str], keys: Sequence[str], position: int) -> Mention | None:
    """The place named here; "the West Coast" is not "the West"."""
    here = _named(tokens, keys, position)
    if keys[position] == "the" and position + 1 < len(tokens):
        after = _named(tokens, keys, position + 1)
        if after and (here is None or after.end > here.end):
            return after
    return here


def _named(tokens: Sequence[str], keys: Sequence[str], position: int) -> Mention | None:
    names = named_places()
    if keys[position : position + 3] == ["new", "york", "city"]:
        return _city_mention(("new", "york", "city"), position)
    for length in range(min(7, len(tokens) - position), 0, -1):
        words = keys[position : position + length]
        name = " ".join(w for w in words if w != "-")
        if words[0] in _SEPARATORS or words[-1] in _SEPARATORS or name not in names:
            continue
        if name == "the states" and (keys[position + length : position + length + 1] or [","])[0] not in _ENDS:
            continue  # "the states of Texas and Ohio"
        if name == "us" and tokens[position] != "US" and not _is_lower_us(keys, position):
            return None
        return Mention(names[name], position, position + length)
    return None


def _is_lower_us(keys: Sequence[str], position: int) -> bool:
    before = keys[position - 1] if position else ","
    return before in _SEPARATORS or before in ("the", "in", "and", "or", "within", "across")


def _code(tokens: Sequence[str], position: int) -> Mention | None:
    """Codes such as "CA", "TX" and "DE" in capitals, standing alone between separators."""
    token = tokens[position]
    if not (token.isascii() and token.isalpha() and token.isupper() and len(token) in (2, 3)):
        return None
    before = fold(tokens[position - 1]) if position else ","
    after = fold(tokens[position + 1]) if position + 1 < len(tokens) else ","
    alone = (before in _SEPARATORS or before in ("and", "or", "in", "the", "&")) and (
        after in _SEPARATORS or after in ("and", "or", "&", "only")
    )
    if not alone or (token in ("OR", "IN", "AND") and (before not in _SEPARATORS or after not in _SEPARATORS)):
        return None
    codes = [t for t in tokens if len(t) == 2 and t.isalpha() and t.isupper()]
    us = states("US")
    if len(token) == 2 and token.lower() in us and all(c.lower() in us or c in ("US", "OR") for c in codes):
        return Mention(Place(token, states=frozenset({us[token.lower()]})), position, position + 1)
    country = country_codes().get(token)
    return Mention(Place(token, frozenset({country})), position, position + 1) if country else None


def _city(tokens: Sequence[str], keys: Sequence[str], position: int) -> Mention | None:
    if keys[position] in _NOT_CITIES or keys[position] in _SEPARATORS or not tokens[position][0].isalpha():
        return None
    for length in range(min(4, len(tokens) - position), 0, -1):
        words = tuple(keys[position : position + length])
        if any(w in _SEPARATORS and w != "-" for w in words) or words[-1] in _NOT_CITIES - {"city", "park", "spring"}:
            continue
        before = keys[position - 1] if position else ","
        after = keys[position + length] if position + length < len(keys) else ","
        whole = (before in _SEPARATORS or before in _JOINS or before == "in") and (
            after in _SEPARATORS or after in _JOINS
        )
        capital = tokens[position][0].isupper() and (length > 1 or len(words[0]) > 2)
        if (capital or whole) and (mention := _city_mention(words, position)) and (whole or _is_large(words)):
            return mention
    return None


def _is_large(words: tuple[str, ...]) -> bool:
    return any(c.population >= 100_000 for c in city_candidates(" ".join(words)))


def _city_mention(words: tuple[str, ...], position: int) -> Mention | None:
    name = " ".join(w for w in words if w != "-")
    if name not in cities() and city_key(name) not in cities():
        return None
    return Mention(_city_place(name), position, position + len(words))


def _city_place(name: str, within: Place | None = None) -> Place:
    found = [
        c
        for c in (city_candidates(name) if within is None else _candidates_within(name, within))
        if within is None or inside(within, Spot(c.country, c.state)) is not False
    ]
    all_states = frozenset(c.state for c in found)
    return Place(
        name, frozenset(c.country for c in found), states=frozenset() if "" in all_states else all_states,
        city=city_key(name),
    )  # fmt: skip


def _candidates_within(name: str, within: Place) -> list:  # type: ignore[type-arg]
    countries = within.countries or frozenset(s.split("-")[0] for s in within.states)
    return [c for country in sorted(countries) for c in city_candidates(name, country)]


def _settled(found: list[Mention]) -> list[Mention]:
    """Names that mean two things, settled by their neighbours: Georgia, New York, Washington."""
    out: list[Mention] = []
    others = [m.place for m in found]
    for mention in found:
        rest = [p for p in others if p is not mention.place]
        if mention.place.name == "georgia" and mention.place.countries == {"GE"}:
            out += [replace(mention, place=p) for p in _georgia(rest)]
        elif mention.place.name in ("new york", "washington") and rest and all(p.city for p in rest):
            name = "new york city" if mention.place.name == "new york" else "washington"
            out.append(replace(mention, place=_city_place(name, Place("us", frozenset({"US"})))))
        else:
            out.append(mention)
    return out


def _georgia(rest: Sequence[Place]) -> list[Place]:
    state, country = Place("georgia", states=frozenset({"US-GA"})), Place("georgia", frozenset({"GE"}))
    american = any(p.countries == {"US"} or any(s.startswith("US-") for s in p.states) for p in rest)
    if american or any("US" in p.countries for p in rest):
        return [state]
    if any(p.countries & {"AM", "AZ", "TR", "UA", "RU", "KZ", "BG", "RO"} for p in rest):
        return [country]
    return [Place("georgia", maybe_states=state.states), Place("georgia", maybe_countries=country.countries)]


def _of(place: Place) -> frozenset[str]:
    """Countries that a place touches."""
    held = place.states | place.maybe_states
    return (
        frozenset(s.split("-")[0] for s in held)
        if held and not place.countries
        else place.countries | place.maybe_countries
    )


def _is_broader(one: Place, two: Place) -> bool:
    """Does `one` hold all of `two`, which is smaller?"""
    if one.city or one.circle or not _of(two) <= _of(one):
        return False
    if one.states or one.maybe_states:
        held = one.states | one.maybe_states
        return bool(two.states) and two.states <= held and (bool(two.city or two.circle) or two.states != held)
    return bool(two.city or two.circle or two.states or two.maybe_states) or _of(two) != _of(one)


def _narrowed(found: list[Mention], keys: Sequence[str]) -> list[Mention]:
    """The narrower place alone for "Austin, Texas" and "the US Midwest"; the broader for "US, including Alaska"."""
    dropped: set[int] = set()
    found = list(found)
    for index in range(len(found) - 1):
        one, two = found[index], found[index + 1]
        gap = list(keys[one.end : two.start])
        if _is_broader(two.place, one.place) and _binds(gap, two.place):
            dropped.add(index + 1)
            if one.place.city:
                found[index] = replace(one, place=_city_place(one.place.name, two.place))
        elif one.place.city and len(gap) == 1 and gap[0] == "," and not two.place.city:
            narrower = _city_place(one.place.name, two.place)
            if narrower.countries:
                found[index] = replace(one, place=narrower)
                dropped.add(index + 1)
        elif _is_broader(one.place, two.place) and _binds(gap, one.place, before=True):
            dropped.add(index)
            if "(" in gap:
                dropped |= _defined_together(found, keys, index)
    return [m for i, m in enumerate(found) if i not in dropped]


def _defined_together(found: Sequence[Mention], keys: Sequence[str], index: int) -> set[int]:
    """Regions listed before the one that a bracket defines: "the Northeast and Mid-Atlantic (NY, NJ)"."""
    out: set[int] = set()
    inner = [m.place for m in found[index + 1 :]]
    while index > 0 and keys[found[index - 1].end : found[index].start] in ([], ["and"], ["/"], ["&"], ["or"], ["the"]):
        index -= 1
        if not any(_is_broader(found[index].place, p) for p in inner):
            break
        out.add(index)
    return out


_LINKS = listed("in of the within across inside throughout both all located based major - ( ) area areas region")
_NARROWS = frozenset({"only", "specifically", "namely"})
_DEFINES = frozenset({"(", ":", "-", "only", "specifically", "namely", "ie", "states", "state"})


def _binds(gap: Sequence[str], broader: Place, *, before: bool = False) -> bool:
    """Do the words between two places say that the narrower one is meant?"""
    if any(k in _KEEPS_BROADER for k in gap):
        return False
    if before and _NARROWS & set(gap):
        return True
    if "," in gap or ";" in gap:
        one_country = bool(broader.states) or len(broader.countries) == 1
        return one_country and gap == [","]
    if before:
        return not gap or bool(_DEFINES & set(gap))
    return set(gap) <= _LINKS


@lru_cache(maxsize=256)
def wanted_places(details: str) -> Wanted | None:
    """Wanted and excluded places; None when the text names none."""
    if len(details) > TOO_LONG:
        return None
    wish = split_exclusions(details, places=True)
    included = tuple(m.place for m in _mentions(wish.included))
    excluded = tuple(m.place for m in _mentions(wish.excluded))
    if wish.excluded and not excluded and not included:
        return None
    if not included:
        # "Companies not based in the US": nothing but the exclusion names a place.
        named = re.search(r"(?<=\w )[A-Z]", wish.included)
        return Wanted((), excluded) if wish.anything or (excluded and not named) else None
    return Wanted(included, excluded)


@lru_cache(maxsize=50_000)
def _judged(details: str, line: str, city: str, state: str, country: str) -> bool | None:
    wanted = wanted_places(details)
    assert wanted is not None
    answers = {_spot_holds(wanted, spot) for spot in spots_of(line, city, state, country)}
    return answers.pop() if len(answers) == 1 else None


def _spot_holds(wanted: Wanted, spot: Spot) -> bool | None:
    included = _any([inside(p, spot) for p in wanted.included]) if wanted.included else True
    excluded = _any([inside(p, spot) for p in wanted.excluded])
    if included is False or excluded is True:
        return False
    return True if included is True and excluded is False else None


def _any(answers: list[bool | None]) -> bool | None:
    return True if True in answers else None if None in answers else False


def judge_location(details: str, *, line: str = "", city: str = "", state: str = "", country: str = "") -> Answer:
    """Judge a place, given in one line ("New York, NY") or in columns, against the wanted ones."""
    if wanted_places(details) is None:
        return Answer(Verdict.UNKNOWN, f"The wanted places could not be read. {HOW_TO_WRITE}")
    shown = line or ", ".join(p for p in (city, state, country) if p)
    holds = _judged(details, line[:300], city[:100], state[:100], country[:100])
    if holds is None:
        why = "" if key(shown) else " It names no place."
        return Answer(Verdict.UNKNOWN, f"Whether {shown[:80]} is a wanted place cannot be told.{why}")
    if holds:
        return Answer(Verdict.MET, f"{shown[:80]} is in a wanted place.")
    spots = spots_of(line[:300], city[:100], state[:100], country[:100])
    wanted = wanted_places(details)
    excluded = wanted and any(inside(p, s) is True for p in wanted.excluded for s in spots)
    where = "in an excluded place" if excluded else "outside the wanted places"
    return Answer(Verdict.NOT_MET, f"{shown[:80]} is {where}.")
