"""Where a lead is, from what its record says."""

import pytest

from leadwright.db.sales import Account, Lead
from leadwright.research.whereabouts import whereabouts_of


def lead(city: str = "", state: str = "", country: str = "", zone: str = "") -> Lead:
    return Lead(address1_city=city, address1_stateorprovince=state, address1_country=country, lw_timezone=zone or None)


@pytest.mark.parametrize(
    ("city", "state", "country", "zone"),
    [
        ("Austin", "TX", "United States", "America/Chicago"),
        ("San Francisco", "California", "USA", "America/Los_Angeles"),
        ("Berlin", "", "Germany", "Europe/Berlin"),
        ("Phoenix", "Arizona", "United States", "America/Phoenix"),
        ("Sydney", "", "Australia", "Australia/Sydney"),
    ],
)
def test_a_city_tells_its_zone(city: str, state: str, country: str, zone: str) -> None:
    assert whereabouts_of(lead(city, state, country), None).zones == (zone,)


def test_a_country_of_many_zones_gives_all_that_are_likely() -> None:
    found = whereabouts_of(lead(country="United States"), None)
    assert found.country == "US"
    assert {"America/New_York", "America/Los_Angeles"} <= set(found.zones)
    assert "Pacific/Honolulu" not in found.zones


def test_the_leads_own_time_zone_comes_first_and_a_wrong_one_counts_for_nothing() -> None:
    assert whereabouts_of(lead("Austin", "TX", "United States", "Europe/Rome"), None).zones == ("Europe/Rome",)
    assert whereabouts_of(lead("Austin", "TX", "United States", "Mars/Base"), None).zones == ("America/Chicago",)


def test_without_an_address_the_account_tells_then_the_settings() -> None:
    account = Account(name="A", address1_city="Lyon", address1_country="France")
    assert whereabouts_of(lead(), account).zones == ("Europe/Paris",)
    assert whereabouts_of(lead(), None, "America/Denver").zones == ("America/Denver",)
    assert whereabouts_of(lead(), None).zones == ()


def account(city: str = "", state: str = "", country: str = "") -> Account:
    return Account(name="A", address1_city=city, address1_stateorprovince=state, address1_country=country)


@pytest.mark.parametrize(
    ("said", "where", "country", "zone"),
    [
        (("Toledo", "", ""), ("Toledo", "", "Spain"), "ES", "Europe/Madrid"),
        (("Toledo", "N/A", "Unknown"), ("", "", "Spain"), "ES", "Europe/Madrid"),
        (("Worcester", "", ""), ("", "", "UK"), "GB", "Europe/London"),
        (("Lincoln", "", ""), ("", "", "United Kingdom"), "GB", "Europe/London"),
        (("", "DE", ""), ("Berlin", "", "Germany"), "DE", "Europe/Berlin"),
        (("", "Georgia", ""), ("Tbilisi", "", "Georgia"), "GE", "Asia/Tbilisi"),
        (("", "MI", ""), ("Milano", "MI", "Italia"), "IT", "Europe/Rome"),
    ],
)
def test_a_city_or_state_that_several_countries_have_lies_in_the_accounts(
    said: tuple[str, str, str], where: tuple[str, str, str], country: str, zone: str
) -> None:
    found = whereabouts_of(lead(*said), account(*where), "Europe/Rome")
    assert (found.country, found.zones) == (country, (zone,))


@pytest.mark.parametrize(
    ("said", "country"),
    [
        (("Wilmington", "DE", ""), "US"),
        (("Austin", "TX", ""), "US"),
        (("", "TX", ""), "US"),
        (("Paris", "", ""), "FR"),
        (("Toledo", "", "United States"), "US"),
    ],
)
def test_what_only_one_country_has_lies_there_wherever_the_account_is(said: tuple[str, str, str], country: str) -> None:
    assert whereabouts_of(lead(*said), account("Berlin", "", "Germany")).country == country


def test_of_a_city_of_several_countries_nothing_is_guessed() -> None:
    found = whereabouts_of(lead("Valencia"), account("Lyon", "", "France"))
    assert found.country == ""
    assert {"Europe/Madrid", "America/Caracas"} <= set(found.zones)
    assert whereabouts_of(lead("Valencia"), None, "Europe/Madrid").zones == ("Europe/Madrid",)
    assert whereabouts_of(lead(), account("Toledo")).country == ""


def test_a_city_of_several_states_of_one_country_has_the_hours_of_all() -> None:
    found = whereabouts_of(lead("Portland"), None, "Europe/Rome")
    assert found.country == "US"
    assert {"America/Los_Angeles", "America/New_York"} <= set(found.zones)
