"""Which source counts: mapped fields, the lead's record, the account's, pages; and what custom criteria say."""

import pytest
from tests.analyst.briefs import brief, passage, research

from leadwright.analyst.builtin import BuiltinAnalyst
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
