"""Where a record says a company is: one line ("Toronto, ON, Canada") or columns, turned into spots. Judges nothing."""

import re
from functools import lru_cache

from leadwright.analyst.builtin.places import (
    Spot,
    cities,
    city_candidates,
    city_key,
    countries,
    country_codes,
    key,
    named_places,
    states,
)
from leadwright.analyst.builtin.words import listed, plain

# Where a bare state code may belong, the most usual first.
_STATE_COUNTRIES = ("US", "CA", "AU", "IN", "GB", "MX", "BR", "DE", "IT", "ES", "CH", "NL", "JP", "CN")
_NOTHING = frozenset(
    {"", "n a", "na", "none", "unknown", "unspecified", "remote", "null", "not available", "tbd", "other"}
)
_DECORATION = re.compile(
    r"\b(?:\d[\w-]*|greater|metropolitan|metro|area|areas|suburban|suburbs?|urban|region|downtown|headquarters|hq|"
    r"remote|based in)\b[:]?",
    re.I,
)
_MOST_SPOTS = 12


@lru_cache(maxsize=20_000)
def spots_of(line: str, city: str, state: str, country: str) -> tuple[Spot, ...]:
    """Every place that the record may mean; one empty spot when it says nothing.

    Args:
        line: all in one, or empty.
        city, state, country: columns, each may be empty.
    """
    city, state, country = (_said(column) for column in (city, state, country))
    if country or state or city:
        return _of_columns(city, state, country)
    return _of_line(plain(line)) if key(line) not in _NOTHING else (Spot(),)


def spots_in(country: str, city: str, state: str) -> tuple[Spot, ...]:
    """The places of one country that a city and a state may mean; none when it has no place of that name.

    Args:
        country: ISO code.
    """
    city, state = _said(city), _said(state)
    if not state:
        return _city_in(country, city) if city_candidates(city, country) else ()
    code = _state_in(country, state)
    known = bool(code) or country_of(state) == country
    return (Spot(country, code, city_key(city) if city else ""),) if known else ()


def is_sure(spot: Spot, city: str, state: str) -> bool:
    """Is the spot more than one reading of a state's code, which many countries use: does the city lie there?"""
    return not _said(state) or bool(city_candidates(_said(city), spot.country, spot.state))


def country_of(text: str) -> str:
    """ISO code of a country's name or of its code in capitals, or empty."""
    text = text.strip(" .")
    if code := countries().get(key(text)):
        return code
    return country_codes().get(text, "") if text.isupper() else ""


def _said(text: str) -> str:
    return plain(text) if key(text) not in _NOTHING else ""


def _of_columns(city: str, state: str, country: str) -> tuple[Spot, ...]:
    code = country_of(country) or (country_codes().get(country.upper(), "") if len(country) in (2, 3) else "")
    if country and not code:
        return _of_line(", ".join(p for p in (city, state, country) if p))
    if not code:
        return _without_country(city, state)
    if code == "GE" and key(country) == "georgia":
        return _georgia(city, state)
    found = _state_in(code, state)
    if state and not found and (other := countries().get(key(state))) and other != code:
        return (Spot(code, "", city_key(city)), Spot(other, "", city_key(city)))  # the record contradicts itself
    if found or not city:
        return (Spot(code, found, city_key(city) if city else ""),)
    return _city_in(code, city)


def _georgia(city: str, state: str) -> tuple[Spot, ...]:
    in_country = bool(_state_in("GE", state)) or any(c.country == "GE" for c in city_candidates(city, "GE"))
    in_state = any(c.state == "US-GA" for c in city_candidates(city, "US", "US-GA"))
    country, us = Spot("GE", "", city_key(city) if city else ""), Spot("US", "US-GA", city_key(city) if city else "")
    if in_country != in_state:
        return (country,) if in_country else (us,)
    return (country, us)


def _state_in(country: str, text: str) -> str:
    known = states(country)
    name = key(text)
    if not name:
        return ""
    if name in known:
        return known[name]
    loose = " ".join(w for w in name.split() if w not in _STATE_WORDS)
    return known.get(loose, "")


_STATE_WORDS = listed(
    "state province region county governorate district division prefecture voivodeship department "
    "metropolitan autonomous community federal territory capital of the"
)


def _city_in(country: str, city: str) -> tuple[Spot, ...]:
    """A city column without a state; it may hold the state itself ("CA", "West Java")."""
    short = len(city.strip(".")) <= 3
    if short and (code := _state_in(country, city)):
        return (Spot(country, code, ""),)
    found = city_candidates(city, country)
    if found:
        known = {c.state for c in found}
        return tuple(Spot(country, s, city_key(city)) for s in sorted(known))[:_MOST_SPOTS]
    return (Spot(country, _state_in(country, city), city_key(city)),)


def _without_country(city: str, state: str) -> tuple[Spot, ...]:
    if not state:
        return _of_line(city)
    homes = [(c, _state_in(c, state)) for c in _STATE_COUNTRIES]
    homes = [(c, s) for c, s in homes if s]
    for country, code in homes:
        if city and any(c.state in (code, "") for c in city_candidates(city, country, code)):
            return (Spot(country, code, city_key(city)),)
    as_country = country_of(state)
    if as_country and (not homes or city_candidates(city, as_country)):
        return _of_columns(city, "", as_country)
    if homes:
        return (Spot(homes[0][0], homes[0][1], city_key(city) if city else ""),)
    return _of_line(city) if city else (Spot(),)


def _of_line(line: str) -> tuple[Spot, ...]:
    line = re.sub(r"\b((?:[A-Z]\.){2,4})", lambda m: m[1].replace(".", ""), line)
    parts = [p.strip(" .()") for p in re.split(r"[,;/|()]|\s-\s", line)]
    parts = [p for p in parts if key(p) not in _NOTHING]
    if not parts:
        return (Spot(),)
    if len(parts) == 1:
        return _of_one(parts[0])
    last = _DECORATION.sub(" ", parts[-1]).strip() or parts[-1]
    rest = [p for p in (_DECORATION.sub(" ", p).strip() for p in parts[:-1]) if p]
    country = countries().get(key(last), "")
    if country and not (country == "GE" and rest):
        return _in_country(country, rest)
    if not rest:
        return _without_country("", last)
    if country_first := countries().get(key(rest[0])):  # "USA - Texas"
        return _in_country(country_first, [last])
    return _without_country(rest[-1], last)


def _in_country(country: str, rest: list[str]) -> tuple[Spot, ...]:
    if not rest:
        return (Spot(country),)
    if len(rest) == 1:
        return _city_in(country, rest[0]) if city_candidates(rest[0], country) else _only_state(country, rest[0])
    state = _state_in(country, rest[-1])
    city = rest[0] if state else rest[-1]
    return (Spot(country, state, city_key(city)),) if state else _city_in(country, city)


def _only_state(country: str, text: str) -> tuple[Spot, ...]:
    state = _state_in(country, text)
    return (Spot(country, state, "" if state else city_key(text)),)


def _of_one(text: str) -> tuple[Spot, ...]:
    """A single name: metropolis, country, state or city."""
    name = key(text)
    place = named_places().get(name)
    if code := re.fullmatch(r"([A-Z]{2})-([A-Z0-9]{1,3})", text):
        return (Spot(code[1], _state_in(code[1], code[2]), ""),) if code[1] in country_codes() else (Spot(),)
    if len(text) == 2 and text.isupper() and (state := states("US").get(name)):
        country = country_codes().get(text)
        return (Spot("US", state), Spot(country)) if country else (Spot("US", state),)
    if place and place.circle:
        return tuple(Spot(s.split("-")[0], s, key(place.name)) for s in sorted(place.states))
    if name == "georgia":
        return (Spot("GE"), Spot("US", "US-GA"))
    if place and len(place.states) == 1 and not place.countries:
        state = next(iter(place.states))
        city = city_key(name) if name in ("new york", "washington") else ""
        return (Spot(state.split("-")[0], state, city),)
    if (country := country_of(text)) and name not in ("singapore", "luxembourg", "hong kong", "monaco"):
        return (Spot(country),)
    if country:
        return (Spot(country, "", city_key(name)),)
    bare = key(_DECORATION.sub(" ", text))
    found = city_candidates(bare) if bare in cities() or city_key(bare) in cities() else ()
    if found:
        return tuple(dict.fromkeys(Spot(c.country, c.state, city_key(bare)) for c in found))[:_MOST_SPOTS]
    words = bare.split()
    if len(words) > 1:  # "Austin TX", "Paris France"
        for cut in range(1, len(words)):
            tail = " ".join(plain(text).split()[cut:])
            if countries().get(key(tail)) or (tail.isupper() and key(tail) in states("US")):
                return _of_line(" ".join(plain(text).split()[:cut]) + ", " + tail)
    return (Spot(),)
