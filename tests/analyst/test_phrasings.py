"""One phrasing, one verdict: what admins write must be read as a person reads it."""

import pytest
from tests.analyst import phrasings

from leadwright.analyst.builtin.industry import judge_industry
from leadwright.analyst.builtin.location import judge_location
from leadwright.analyst.builtin.money import judge_revenue
from leadwright.analyst.builtin.role import judge_role
from leadwright.analyst.builtin.size import judge_size
from leadwright.domain.profile import guess_kind


@pytest.mark.parametrize(("details", "value", "verdict"), phrasings.INDUSTRIES)
def test_industries_and_their_kin_are_read(details: str, value: str, verdict: str) -> None:
    assert judge_industry(details, value).verdict == verdict


@pytest.mark.parametrize(("details", "city", "state", "country", "verdict"), phrasings.PLACES)
def test_places_are_read(details: str, city: str, state: str, country: str, verdict: str) -> None:
    assert judge_location(details, city=city, state=state, country=country).verdict == verdict


@pytest.mark.parametrize(("details", "value", "verdict"), phrasings.SIZES)
def test_sizes_are_read(details: str, value: str, verdict: str) -> None:
    assert judge_size(details, value).verdict == verdict


@pytest.mark.parametrize(("details", "value", "verdict"), phrasings.REVENUES)
def test_revenues_are_read(details: str, value: str, verdict: str) -> None:
    assert judge_revenue(details, value).verdict == verdict


@pytest.mark.parametrize(("details", "value", "verdict"), phrasings.ROLES)
def test_roles_are_read(details: str, value: str, verdict: str) -> None:
    assert judge_role(details, value).verdict == verdict


@pytest.mark.parametrize(("name", "details", "kind"), phrasings.KINDS)
def test_the_kind_of_a_criterion_is_told_from_its_name(name: str, details: str, kind: str) -> None:
    assert guess_kind(name, details) == kind


@pytest.mark.parametrize(
    ("line", "verdict"),
    [
        ("New York, NY", "not_met"),
        ("San Francisco, CA", "met"),
        ("Toronto, ON, Canada", "met"),
        ("Toronto, CA", "met"),
        ("Suburban area, CA", "met"),
        ("Hyderabad, India", "not_met"),
        ("Austin TX", "met"),
        ("Greater Boston Area", "met"),
        ("United States", "unknown"),
        ("Remote", "unknown"),
        ("", "unknown"),
    ],
)
def test_a_place_in_one_line_is_read(line: str, verdict: str) -> None:
    assert judge_location("Urban areas in North America, except New York", line=line).verdict == verdict


def test_a_name_of_two_places_is_settled_by_its_neighbours() -> None:
    assert judge_location("Georgia, Florida", city="Atlanta", state="GA", country="United States").verdict == "met"
    assert judge_location("Georgia, Armenia", city="Tbilisi", country="Georgia").verdict == "met"
    assert judge_location("Georgia, Armenia", city="Atlanta", state="GA", country="United States").verdict == "not_met"


@pytest.mark.parametrize(
    ("details", "value", "verdict"),
    [
        ("€50M-€200M", "$100 million", "met"),
        ("€50M-€200M", "$55 million", "unknown"),
        ("€50M-€200M", "$900 million", "not_met"),
        ("£1m - £10m", "€100 million", "not_met"),
    ],
)
def test_a_verdict_across_currencies_must_hold_at_any_rate(details: str, value: str, verdict: str) -> None:
    assert judge_revenue(details, value).verdict == verdict


def test_a_unit_in_the_name_of_the_criterion_counts() -> None:
    assert judge_revenue("100-500", "$250 million", "Annual revenue (in $M)").verdict == "met"
    assert judge_revenue("100 to 500", "$700 million", "Revenue in millions").verdict == "not_met"


def test_what_cannot_be_read_says_how_to_write_it() -> None:
    for answer in (
        judge_size("nice ones", "5"),
        judge_revenue("plenty", "$5m"),
        judge_location("close to the sea", city="Nice", country="France"),
        judge_industry("", "Retail"),
        judge_role("", "CEO"),
    ):
        assert answer.verdict == "unknown"
        assert "could not be read" in answer.reason
        assert "such as" in answer.reason
