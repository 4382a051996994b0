"""Readers of cells: what people type, what is ambiguous, what is impossible; round trips by hypothesis."""

from datetime import date, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadwright.domain.attributes import TABLES, Attribute, Kind
from leadwright.domain.cells import Doubtful, Rules, Unreadable
from leadwright.domain.values import reader, split_name

LEAD = TABLES["lead"].attributes
AMOUNT = Attribute("amount", "Amount", Kind.DECIMAL)


@pytest.mark.parametrize(
    ("column", "cell", "value"),
    [
        ("numberofemployees", "1,200", 1200),
        ("numberofemployees", "1.200", 1200),  # nobody employs 1.2 people
        ("numberofemployees", "10k", 10_000),
        ("numberofemployees", "10,000+", 10_000),
        ("numberofemployees", "1 200", 1200),
        ("numberofemployees", "1'200", 1200),
        ("numberofemployees", "12,34,567", 1_234_567),
        ("numberofemployees", 1200.0, 1200),
        ("numberofemployees", "10,001+ employees", 10_001),
        ("numberofemployees", "more than 500", 500),
        ("numberofemployees", "N/A", None),
        ("revenue", "(No value)", None),
        ("revenue", "$1.5M", 1_500_000.0),
        ("revenue", "1.1 M", 1_100_000.0),
        ("revenue", "US$ 1.5 billion", 1.5e9),
        ("revenue", "1.200,50", 1200.5),
        ("revenue", "1,200.50", 1200.5),
        ("revenue", "1,200", 1200.0),
        ("revenue", "1.234.567", 1_234_567.0),
        ("revenue", "12,5", 12.5),
        ("estimatedclosedate", "2026-03-31", date(2026, 3, 31)),
        ("estimatedclosedate", "2026-03-31T10:00:00Z", date(2026, 3, 31)),
        ("estimatedclosedate", "31.12.2026", date(2026, 12, 31)),
        ("estimatedclosedate", "31/12/2026", date(2026, 12, 31)),
        ("estimatedclosedate", "12/31/2026", date(2026, 12, 31)),
        ("estimatedclosedate", "03/03/2026", date(2026, 3, 3)),
        ("estimatedclosedate", "5 Jan 2026", date(2026, 1, 5)),
        ("estimatedclosedate", "January 5, 2026", date(2026, 1, 5)),
        ("estimatedclosedate", datetime(2026, 1, 5, 9, 30), date(2026, 1, 5)),  # noqa: DTZ001 as a spreadsheet gives it
        ("leadsourcecode", "trade show", 7),
        ("leadsourcecode", "8", 8),
        ("leadsourcecode", 8.0, 8),
        ("statuscode", "Open - Not Contacted", 1),
        ("statuscode", "BAD_TIMING", 6),
        ("statecode", "Closed - Not Converted", 2),
        ("leadsourcecode", "Phone Inquiry", 10),
        ("leadsourcecode", "Purchased List", 10),
        ("leadsourcecode", "Partner Referral", 4),
        ("leadsourcecode", "ORGANIC_SEARCH", 8),
        ("leadsourcecode", "Paid Social", 1),
        ("leadsourcecode", "Offline Sources", 10),
        ("leadsourcecode", "Offentlichkeitsarbeit", 5),
        ("leadqualitycode", "Heiß", 1),
        ("donotemail", "Do Not Allow", True),
        ("donotemail", "Allow", False),
        ("decisionmaker", "Y", True),
        ("emailaddress1", " Jane.Doe@Example.COM ", "jane.doe@example.com"),
        ("emailaddress1", "Jane Doe <Jane@Example.com>", "jane@example.com"),
        ("emailaddress1", "mailto:jane@example.com", "jane@example.com"),
        ("websiteurl", "www.example.com", "https://www.example.com"),
        ("websiteurl", "https://https://ir.example.com", "https://ir.example.com"),
        ("companyname", "A\x00c\x07me\u202e  Ltd\n", "Acme Ltd"),
        ("telephone1", "'+49 30 1234", "+49 30 1234"),
        ("telephone1", 4930123456789.0, "4930123456789"),
        ("description", "one\r\ntwo", "one\ntwo"),
        ("companyname", "   ", None),
        ("revenue", "", None),
    ],
)
def test_a_cell_is_read_as_people_mean_it(column: str, cell: Any, value: Any) -> None:
    read = reader(LEAD[column])(cell)
    assert read == value
    assert type(read) is type(value)


@pytest.mark.parametrize(
    ("column", "cell", "says"),
    [
        ("numberofemployees", "-5", "cannot be negative"),
        ("numberofemployees", "1e30", "at most 10,000,000"),
        ("numberofemployees", "12.5", "whole number"),
        ("numberofemployees", "50-100", "range"),
        ("numberofemployees", "200-50", "ends below its beginning"),
        ("numberofemployees", date(2026, 10, 1), "took a range such as 1-10"),
        ("numberofemployees", "many", "not a number"),
        ("numberofemployees", "1,2,3", "points and commas"),
        ("numberofemployees", "$500", "amount of money"),
        ("numberofemployees", "9" * 400, "not a number"),
        ("numberofemployees", float("inf"), "impossible"),
        ("revenue", float("nan"), "impossible"),
        ("revenue", "1.200", "Write 1200 or 1.2"),
        ("revenue", "€5M", "US dollars"),
        ("revenue", "1.200 €", "can mean 1200 or 1.200. Write 1200 or 1.2"),
        ("revenue", "1.457", "Write 1457 or 1.4570"),
        ("revenue", "€5M - $6M", "two currencies"),
        ("revenue", "€5M / £4M", "two currencies"),
        ("revenue", "(€500)", "cannot be negative"),
        ("revenue", "lots of EUR", "not a number"),
        ("numberofemployees", "€500", "amount of money"),
        ("revenue", "(500)", "cannot be negative"),
        ("estimatedclosedate", "03/04/2026", "Write it as 2026-03-31"),
        ("estimatedclosedate", "31.02.2026", "not a day of the calendar"),
        ("estimatedclosedate", "1/1/26", "four digits"),
        ("estimatedclosedate", "0026-01-01", "outside 1900"),
        ("leadsourcecode", "Smoke signal", "Advertisement, Employee Referral"),
        ("leadsourcecode", "99", "not one of the choices"),
        ("donotemail", "maybe", "neither yes nor no"),
        ("emailaddress1", "jane@", "not an email address"),
        ("emailaddress1", "jane@@example.com", "not an email address"),
        ("emailaddress1", "a@b.com; c@d.com", "not an email address"),
        ("emailaddress1", "a" * 120 + "@example.com", "takes 100"),
        ("websiteurl", "javascript:alert(1)", "not a web address"),
        ("websiteurl", "not a site", "not a web address"),
        ("companyname", '=HYPERLINK("http://x")', "formula"),
        ("companyname", "x" * 101, "101 characters"),
    ],
)
def test_a_cell_that_cannot_be_used_says_what_to_do(column: str, cell: Any, says: str) -> None:
    with pytest.raises(Unreadable, match=says.replace("(", r"\(")):
        reader(LEAD[column])(cell)


@pytest.mark.parametrize(
    ("column", "cell", "instead"),
    [
        ("numberofemployees", "51-200", 51),
        ("numberofemployees", "1,001-5,000 employees", 1001),
        ("numberofemployees", "1.001–5.000 Mitarbeiter", 1001),
        ("numberofemployees", "501 to 1,000", 501),
        ("numberofemployees", "0-10", 10),
        ("numberofemployees", "<10", 10),
        ("numberofemployees", "up to 50", 50),
        ("revenue", "$10M-$50M", 10e6),
        ("revenue", "$10-50M", 10e6),
        ("revenue", "$500K - $1 million", 500e3),
        ("revenue", "10-50M USD", 10e6),
        ("revenue", "under $1M", 1e6),
        ("revenue", "£10M-£50M", 10e6),
        ("revenue", "10-50 Mio. €", 10e6),
        ("leadsourcecode", "Carrier pigeon", None),
        ("industrycode", "Underwater basket weaving", None),
        ("leadqualitycode", "five stars", None),
        ("statuscode", "Recycled", None),
        ("statuscode", "Closed - Duplicate", 4),
    ],
)
def test_a_list_goes_on_with_something_where_a_form_would_ask_again(column: str, cell: str, instead: Any) -> None:
    with pytest.raises(Doubtful) as doubt:
        reader(LEAD[column])(cell)
    assert doubt.value.instead == instead
    assert f'"{cell}"' in doubt.value.remark


def test_another_currency_is_named_and_the_same_is_said_of_every_amount_in_it() -> None:
    said = set()
    for cell, number in (("€5M", 5e6), ("1.200,50 EUR", 1200.5), ("5 MEUR", 5e6), ("EUR 800k", 8e5)):
        with pytest.raises(Doubtful) as doubt:
            reader(LEAD["revenue"])(cell)
        assert doubt.value.instead == number
        said.add(doubt.value.remark)
    assert said == {"the amount is in EUR, not in US dollars, and is stored as the number it is"}


def test_a_rule_settles_ambiguous_dates_and_numbers() -> None:
    european, american = Rules("day first", "comma"), Rules("month first", "point")
    assert reader(LEAD["estimatedclosedate"], european)("03/04/2026") == date(2026, 4, 3)
    assert reader(LEAD["estimatedclosedate"], american)("03/04/2026") == date(2026, 3, 4)
    assert reader(LEAD["revenue"], european)("1.200") == 1200.0
    assert reader(LEAD["revenue"], american)("1.200") == 1.2
    assert reader(LEAD["revenue"], european)("1,200") == 1.2


def test_words_of_the_mapping_extend_the_choices() -> None:
    rules = Rules(words={"leadsourcecode": {"Phone Inquiry": "Other"}})
    assert reader(LEAD["leadsourcecode"], rules)("phone inquiry") == 10


@pytest.mark.parametrize(
    ("fullname", "parts"),
    [
        ("Jane Doe", ("Jane", "Doe")),
        ("Doe, Jane", ("Jane", "Doe")),
        ("Jane van der Berg", ("Jane", "van der Berg")),
        ("Cher", ("", "Cher")),
    ],
)
def test_a_full_name_is_split(fullname: str, parts: tuple[str, str]) -> None:
    assert split_name(fullname) == parts


@given(st.integers(0, 10_000_000), st.sampled_from(["{}", "{:,}", "'{}", " {} "]))
def test_whole_numbers_come_back(number: int, style: str) -> None:
    text = style.format(number)
    if not text.startswith("'"):
        assert reader(LEAD["numberofemployees"])(text) == number


@given(st.decimals(0, 10**12, places=2))
def test_amounts_come_back_in_english_and_german_writing(amount: Any) -> None:
    english = f"{amount:,.2f}"
    german = english.translate(str.maketrans(",.", ".,"))
    assert reader(LEAD["revenue"])(english) == float(amount)
    assert reader(LEAD["revenue"])(f"${english}") == float(amount)
    assert reader(LEAD["revenue"])(german) == float(amount)


@given(st.floats(-1e14, 1e14))
def test_numbers_of_a_spreadsheet_come_back(number: float) -> None:
    assert reader(AMOUNT)(number) == number
    assert reader(AMOUNT, Rules(numbers="point"))(repr(number)) == number


@given(st.dates(date(1900, 1, 1), date(2200, 12, 31)))
def test_dates_come_back_in_every_writing(day: date) -> None:
    read, us, eu = (
        reader(LEAD["estimatedclosedate"], r) for r in (Rules(), Rules(dates="month first"), Rules(dates="day first"))
    )
    assert read(day.isoformat()) == read(f"{day:%d.%m.%Y}") == read(day) == day
    assert us(f"{day:%m/%d/%Y}") == eu(f"{day:%d/%m/%Y}") == day
    assert read(f"{day:%d %B %Y}") == read(f"{day:%b} {day.day}, {day.year}") == day


@given(st.sampled_from(["leadsourcecode", "industrycode", "statuscode", "leadqualitycode"]), st.data())
def test_choices_come_back_by_label_and_value(column: str, data: Any) -> None:
    value = data.draw(st.sampled_from(sorted(LEAD[column].choices)))
    read = reader(LEAD[column])
    label = LEAD[column].choices[value]
    assert read(label) == read(label.upper()) == read(str(value)) == value


@given(st.sampled_from(sorted(LEAD)), st.text() | st.floats() | st.booleans() | st.none() | st.dates())
def test_no_cell_whatever_breaks_a_reader(column: str, cell: Any) -> None:
    attribute = LEAD[column]
    try:
        value = reader(attribute)(cell)
    except Unreadable:
        return
    if isinstance(value, str):
        assert value == value.strip()
        assert "\x00" not in value
        assert not attribute.length or len(value) <= attribute.length
    if attribute.kind in (Kind.NUMBER, Kind.MONEY) and value is not None:
        assert isinstance(value, int | float)
        assert attribute.low <= value <= attribute.high


@given(st.text())
def test_what_was_read_is_read_the_same_again(cell: str) -> None:
    for column in ("companyname", "emailaddress1", "websiteurl", "description"):
        read = reader(LEAD[column])
        try:
            once = read(cell)
        except Unreadable:
            continue
        if once and not once.startswith("'"):
            assert read(once) == once


@pytest.mark.parametrize(
    ("column", "cell", "value"),
    [
        ("lw_timezone", "America/Chicago", "America/Chicago"),
        ("lw_timezone", "europe/berlin", "Europe/Berlin"),
        ("lw_timezone", "America/New York", "America/New_York"),
        ("lw_timezone", "N/A", None),
        ("lw_consentbasis", "express", "express"),
        ("lw_consentbasis", "Express consent", "express"),
        ("lw_consentbasis", "Freely given consent from contact", "express"),
        ("lw_consentbasis", "Bestandskunde", "customer"),
        ("lw_consentbasis", "Demande", "inquiry"),
        ("lw_consentbasis", "publicada", "published"),
        ("lw_consentbasis", "unknown", None),
        ("lw_consenton", "2026-03-02", date(2026, 3, 2)),
    ],
)
def test_zone_and_consent_are_read_as_people_write_them(column: str, cell: str, value: Any) -> None:
    assert reader(LEAD[column], Rules(today=date(2026, 3, 2)))(cell) == value


@pytest.mark.parametrize(
    ("column", "cell", "says"),
    [
        ("lw_timezone", "Springfield time", "is no time zone. Write it as Europe/Berlin"),
        ("lw_timezone", "../../etc/passwd", "is no time zone"),
        ("lw_consentbasis", "Legitimate interest", "Express consent, Customer, Inquiry, Published address"),
        ("lw_consenton", "2026-03-03", "2026-03-03 is yet to come"),
    ],
)
def test_a_zone_or_consent_that_cannot_be_is_refused_with_what_to_write(column: str, cell: str, says: str) -> None:
    with pytest.raises(Unreadable) as refused:
        reader(LEAD[column], Rules(today=date(2026, 3, 2)))(cell)
    assert says in str(refused.value)
    assert isinstance(refused.value, Doubtful) == (column != "lw_consenton")


def test_a_list_may_say_which_basis_its_own_word_means() -> None:
    rules = Rules(words={"lw_consentbasis": {"DOI": "Express consent"}})
    assert reader(LEAD["lw_consentbasis"], rules)("doi") == "express"
