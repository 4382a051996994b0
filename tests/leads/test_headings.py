"""Headings of the CRM exports that people have, and of plain lists."""

import pytest

from leadwright.domain.attributes import TABLES
from leadwright.domain.headings import Fate, clashes, column_letter, importable, recognise

DYNAMICS = {
    "(Do Not Modify) Lead": "leadid",
    "Name": "fullname",
    "Topic": "subject",
    "Status Reason": "statuscode",
    "Company Name": "companyname",
    "Email": "emailaddress1",
    "Business Phone": "telephone1",
    "Est. Value": "estimatedamount",
    "Lead Source": "leadsourcecode",
    "Rating": "leadqualitycode",
    "No. of Employees": "numberofemployees",
    "Annual Revenue": "revenue",
    "ZIP/Postal Code": "address1_postalcode",
    "Country/Region": "address1_country",
    "Decision Maker?": "decisionmaker",
}
SALESFORCE = {
    "Id": "lw_importkey",
    "FirstName": "firstname",
    "LastName": "lastname",
    "Title": "jobtitle",
    "Company": "companyname",
    "Email": "emailaddress1",
    "Phone": "telephone1",
    "MobilePhone": "mobilephone",
    "LeadSource": "leadsourcecode",
    "Lead Status": "statuscode",
    "Industry": "lw_industry",
    "AnnualRevenue": "revenue",
    "NumberOfEmployees": "numberofemployees",
    "Street": "address1_line1",
    "City": "address1_city",
    "State/Province": "address1_stateorprovince",
    "PostalCode": "address1_postalcode",
    "Country": "address1_country",
    "Website": "websiteurl",
    "HasOptedOutOfEmail": "donotemail",
}
HUBSPOT = {
    "Record ID": "lw_importkey",
    "First Name": "firstname",
    "Last Name": "lastname",
    "Email": "emailaddress1",
    "Phone Number": "telephone1",
    "Company name": "companyname",
    "Job Title": "jobtitle",
    "Number of Employees": "numberofemployees",
    "Annual Revenue": "revenue",
    "City": "address1_city",
    "State/Region": "address1_stateorprovince",
    "Postal Code": "address1_postalcode",
    "Website URL": "websiteurl",
    "Unsubscribed from all email": "donotemail",
}
COMPANIES = {
    "name": "companyname",
    "industry": "lw_industry",
    "employees": "numberofemployees",
    "revenue_usd": "revenue",
    "city": "address1_city",
    "state": "address1_stateorprovince",
    "country": "address1_country",
    "website": "websiteurl",
}


@pytest.mark.parametrize(
    "export", [DYNAMICS, SALESFORCE, HUBSPOT, COMPANIES], ids=["Dynamics", "Salesforce", "HubSpot", "companies"]
)
def test_the_headings_of_an_export_are_recognised(export: dict[str, str]) -> None:
    found = recognise(list(export))
    assert {h.text: h.target for h in found} == export
    assert clashes(found) == []


def test_every_column_is_known_by_its_logical_name_and_label() -> None:
    for name, attribute in importable(TABLES["lead"]).items():
        assert recognise([name])[0].target == name
        if attribute.label != "Name":
            assert recognise([attribute.label])[0].target == name


def test_system_columns_are_left_out_with_the_reason() -> None:
    for heading in recognise(["Created On", "(Do Not Modify) Row Checksum", "Owner", "Lifecycle Stage"]):
        assert heading.fate is Fate.LEFT_OUT
        assert heading.reason


def test_an_unknown_heading_is_not_mapped_until_the_mapping_says_so() -> None:
    assert recognise(["Farbe"])[0].fate is Fate.UNKNOWN
    assert recognise(["Farbe"], {"farbe": "companyname"})[0].target == "companyname"
    assert recognise(["Company"], {"Company": "ignore"})[0].fate is Fate.IGNORED


def test_two_headings_of_one_column_clash() -> None:
    (clash,) = clashes(recognise(["Email", "Company", "E-mail"]))
    assert (clash.first.text, clash.second.text, clash.second.letter) == ("Email", "E-mail", "C")


def test_a_name_beside_a_company_is_the_person() -> None:
    assert [h.target for h in recognise(["Name", "Company"])] == ["fullname", "companyname"]
    assert recognise(["Name", "City"])[0].target == "companyname"


def test_columns_have_the_letters_of_a_spreadsheet() -> None:
    assert [column_letter(i) for i in (0, 25, 26, 51, 52, 701, 702)] == ["A", "Z", "AA", "AZ", "BA", "ZZ", "AAA"]
