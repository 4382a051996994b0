"""Which source counts: mapped fields, the lead's record, the account's, pages; and what custom criteria say."""

from typing import Any

import pytest
from tests.analyst.briefs import brief, passage, research

from leadwright.analyst.builtin import BuiltinAnalyst
from leadwright.analyst.builtin.industry import judge_industry
from leadwright.analyst.builtin.location import judge_location
from leadwright.analyst.builtin.money import judge_revenue
from leadwright.analyst.builtin.size import judge_size
from leadwright.domain.evidence import SourceKind, is_quoted
from leadwright.domain.fit import Judgement, Verdict, weigh


def judged(name: str, details: str, *more, **options) -> Judgement:
    item = {"criteria": name, "details": details}
    item |= {k: options.pop(k) for k in ("fields", "url", "instructions") if k in options}
    read = brief(*more, profile={"icp": [item]}, **options)
    found = BuiltinAnalyst().read_lead(read).judgements[0]
    assert all(is_quoted(e, read.passages) for e in found.evidence)
    assert bool(found.evidence) is (found.verdict is not Verdict.UNKNOWN)
    return found


def test_without_fields_a_page_of_the_company_answers_with_its_sentence() -> None:
    lead = {"companyname": "Fabrikam Outdoors", "websiteurl": "https://fabrikam.example"}
    size = judged("Size of the customer", "1000 to 50000+ employees", *research(), **lead)
    assert (size.verdict, size.evidence[0].kind) == ("met", SourceKind.WEB)
    assert "12,000 employees" in size.evidence[0].quote
    assert judged("Industry", "Retail", *research(), **lead).verdict == "met"
    assert judged("Annual revenue", "over $1 billion", *research(), **lead).verdict == "met"
    assert judged("Location", "Colorado or Utah", *research(), **lead).verdict == "met"


def test_a_page_about_another_company_answers_nothing() -> None:
    other = passage("page", SourceKind.WEB, "Contoso employs 90,000 people in retail.")
    assert judged("Headcount", "1000+", other, companyname="Fabrikam").verdict == "unknown"


def test_pages_that_contradict_each_other_leave_it_unknown_and_say_so() -> None:
    pages = (
        passage("one", SourceKind.WEB, "Fabrikam has 12,000 employees in many countries."),
        passage("two", SourceKind.SEARCH, "Fabrikam has 400 employees in two countries."),
    )
    found = judged("Headcount", "1000+", *pages, companyname="Fabrikam")
    assert found.verdict == "unknown"
    assert "Sources differ" in found.reason


def test_the_record_counts_before_a_page() -> None:
    found = judged("Headcount", "1000+", *research(), companyname="Fabrikam Outdoors", numberofemployees="200")
    assert (found.verdict, found.evidence[0].source) == ("not_met", "lead.numberofemployees")


def test_the_leads_record_counts_before_the_accounts_and_the_conflict_is_named() -> None:
    read = brief(profile={"icp": [{"criteria": "Industry", "details": "Retail"}]}, industry="Retail")
    read.lead["account.industry"] = "Energy"  # type: ignore[index]
    found = BuiltinAnalyst().read_lead(read).judgements[0]
    assert found.verdict == "met"
    assert "Sources differ" in found.reason


def test_a_mapped_field_counts_and_its_absence_is_unknown() -> None:
    assert judged("Industry", "Retail", fields=["lead.trade"], trade="Grocery", industry="Energy").verdict == "met"
    gone = judged("Industry", "Retail", fields=["lead.trade"], industry="Retail")
    assert gone.verdict == "unknown"
    assert "lead.trade" in gone.reason


def test_thin_data_is_unknown_with_a_weak_signal_and_never_disqualifies() -> None:
    read = brief(companyname="Fabrikam")
    fit = weigh(read.criteria, BuiltinAnalyst().read_lead(read).judgements)
    assert (fit.band, fit.signal, fit.disqualifies) == ("Unknown", "weak", False)


@pytest.mark.parametrize(
    ("details", "value", "verdict"),
    [
        ("Yes", "Yes", "met"),
        ("Yes", "No", "not_met"),
        ("No", "false", "met"),
        ("must be yes", "maybe later", "unknown"),
        ("50 or more", "120", "met"),
        ("50 or more", "12 stores", "not_met"),
        ("after 2010", "2015", "met"),
        ("Salesforce, HubSpot or Dynamics", "HubSpot Enterprise", "met"),
        ("Salesforce, HubSpot or Dynamics", "Zoho", "not_met"),
        ("uses Salesforce", "AWS; Salesforce; Kubernetes", "met"),
        ("anything except SAP", "SAP R/3", "not_met"),
        ("anything except SAP", "Oracle", "met"),
        ("all of AWS, Snowflake", "AWS; Snowflake; Azure", "met"),
        ("all of AWS, Snowflake", "AWS; Azure", "not_met"),
        ("not empty", "something", "met"),
        ("", "something", "unknown"),
        ("well managed and friendly", "a" * 300, "unknown"),
    ],
)
def test_a_custom_criterion_is_judged_on_its_field(details: str, value: str, verdict: str) -> None:
    assert judged("Our own rule", details, fields=["lead.own"], own=value).verdict == verdict


def test_a_custom_criterion_without_a_field_finds_the_column_of_its_name() -> None:
    assert judged("Tech stack", "Snowflake", tech_stack="AWS; Snowflake").verdict == "met"
    assert judged("Tech stack", "Snowflake").verdict == "unknown"


def test_a_custom_criterion_reads_its_page_and_silence_is_unknown() -> None:
    page = passage(
        "p", SourceKind.WEB, "Fabrikam operates 120 stores in nine states.", source="https://x.example/Fabrikam"
    )
    options = {"url": "https://x.example/{{Lead.Company Name}}", "companyname": "Fabrikam"}
    assert judged("Number of stores", "more than 100", page, **options).verdict == "met"
    assert judged("Number of stores", "more than 200", page, **options).verdict == "not_met"
    assert judged("Sustainability report", "Yes", page, **options).verdict == "unknown"
    elsewhere = {**options, "companyname": "Contoso"}
    assert judged("Number of stores", "more than 100", page, **elsewhere).verdict == "unknown"


@pytest.mark.parametrize(
    ("ask", "details", "value", "verdict"),
    [
        (judge_industry, "Health care and life sciences", "Insurance: Life, Health (mutual)", "not_met"),
        (judge_industry, "Automotive first. Anything else in manufacturing is fine", "Medical equipment", "met"),
        (judge_industry, "Automotive first. Anything else in manufacturing is fine", "Pharmaceuticals", "met"),
        (judge_revenue, "EUR 200m – 5bn", "5.5 billion", "unknown"),
        (judge_revenue, "EUR 200m – 5bn", "2 billion", "met"),
        (judge_revenue, "EUR 200m – 5bn", "50 billion", "not_met"),
        (judge_revenue, "200 million to 5 billion", "£4.5 billion", "unknown"),
        (judge_revenue, "200 million to 5 billion", "£2 billion", "met"),
        (judge_size, "big enough to matter", "5,000", "unknown"),
    ],
)
def test_what_cannot_be_told_for_certain_is_left_open(ask: Any, details: str, value: str, verdict: str) -> None:
    assert ask(details, value).verdict == verdict


@pytest.mark.parametrize("details", ["Manufacturing", "Manufacturing, retail"])
@pytest.mark.parametrize(
    ("verdict", "industries"),
    [
        (
            "not_met",
            "Diversified Banks; Life Insurance; Office REITs; Electric Utilities; Broadcasting; Application Software; "
            "Passenger Airlines; Hospitals; Restaurants; Wholesalers; Telecommunications; Education; B2B -> Security",
        ),
        (
            "met",
            "Building Products; Industrials; Steel; Pharmaceuticals; Health Care Equipment; Motor Vehicles & Parts",
        ),
        ("unknown", "Packaged Foods; Semiconductors; Technology; Apparel; Health Care; Biotechnology; Energy"),
    ],
)
def test_who_wants_manufacturing_gets_makers_and_only_trades_of_both_kinds_are_left_open(
    details: str, verdict: str, industries: str
) -> None:
    answers = {name: judge_industry(details, name).verdict for name in industries.split("; ")}
    assert answers == dict.fromkeys(answers, verdict)


def test_a_retailer_is_no_maker() -> None:
    assert judge_industry("Manufacturing", "Broadline Retail").verdict == "not_met"
    assert judge_industry("Manufacturing, retail", "Broadline Retail").verdict == "met"


def test_reasons_are_short_natural_sentences() -> None:
    assert judge_size("between 2,000 and 40k staff", "5,200").reason == "5,200 employees, within 2,000 to 40,000."
    earned = judge_revenue("more than $1.5bn but less than $20bn a year", "$430,000,000").reason
    assert earned == "$430 million, outside $1.5 billion to $20 billion."
    assert judge_location("North America, except New York", line="New York, NY").reason.endswith(
        "in an excluded place."
    )
    assert judge_location("North America, except New York", line="Paris, France").reason.endswith("the wanted places.")
    page = passage("p", SourceKind.WEB, "Kroger has about 5,200 employees.", "About us | Kroger: About us",
                   "https://kroger.example/about")  # fmt: skip
    lead = brief(page, companyname="Kroger", websiteurl="kroger.example")
    reasons = {j.criterion: j.reason for j in BuiltinAnalyst().read_lead(lead).judgements}
    assert reasons["Size of the customer"] == "5,200 employees; wanted: at least 1,000 (Kroger's site)."
