"""Headings of the CRM exports that people have, and of plain lists."""

import pytest

from leadwright.domain.attributes import TABLES
from leadwright.domain.headings import Fate, clashes, column_letter, importable, recognise, with_creation

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


GERMAN = {
    "(Nicht ändern) Lead": "leadid",
    "Firma": "companyname",
    "Vorname": "firstname",
    "Nachname": "lastname",
    "Position": "jobtitle",
    "E-Mail": "emailaddress1",
    "Telefon": "telephone1",
    "Mobiltelefon": "mobilephone",
    "Straße": "address1_line1",
    "PLZ": "address1_postalcode",
    "Ort": "address1_city",
    "Bundesland/Kanton": "address1_stateorprovince",
    "Land": "address1_country",
    "Mitarbeiter": "numberofemployees",
    "Umsatz": "revenue",
    "Branche": "lw_industry",
    "Lead-Quelle": "leadsourcecode",
    "Bewertung": "leadqualitycode",
    "Statusgrund": "statuscode",
    "Webseite": "websiteurl",
}
FRENCH = {
    "Société": "companyname",
    "Prénom": "firstname",
    "Nom": "lastname",
    "Poste": "jobtitle",
    "Adresse e-mail": "emailaddress1",
    "Téléphone": "telephone1",
    "Rue": "address1_line1",
    "Code postal": "address1_postalcode",
    "Ville": "address1_city",
    "Pays": "address1_country",
    "Nombre d'employés": "numberofemployees",
    "Chiffre d'affaires annuel": "revenue",
    "Secteur d'activité": "lw_industry",
    "Site web": "websiteurl",
}
SPANISH = {
    "Empresa": "companyname",
    "Nombre": "firstname",
    "Apellidos": "lastname",
    "Cargo": "jobtitle",
    "Correo electronico": "emailaddress1",
    "Teléfono": "telephone1",
    "Calle": "address1_line1",
    "Código postal": "address1_postalcode",
    "Ciudad": "address1_city",
    "País": "address1_country",
    "Número de empleados": "numberofemployees",
    "Ingresos anuales": "revenue",
    "Sector": "lw_industry",
    "Sitio web": "websiteurl",
}


@pytest.mark.parametrize("export", [DYNAMICS, SALESFORCE, HUBSPOT, COMPANIES, GERMAN, FRENCH, SPANISH])
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


def test_name_beside_vorname_is_the_family_name_and_beside_first_name_the_whole() -> None:
    assert [h.target for h in recognise(["Vorname", "Name", "Firma"])] == ["firstname", "lastname", "companyname"]
    assert [h.target for h in recognise(["First Name", "Name", "Company"])] == ["firstname", "fullname", "companyname"]
    assert [h.target for h in recognise(["Nombre", "Empresa"])] == ["fullname", "companyname"]


def test_a_column_can_be_named_by_its_letter() -> None:
    found = recognise(["Company", "Email", "Email"], {"column C": "emailaddress2"})
    assert [h.target for h in found] == ["companyname", "emailaddress1", "emailaddress2"]


def test_the_day_of_creation_is_taken_only_when_asked_for() -> None:
    found = recognise(["Company", "Created Date", "Erstellt am"])
    assert [h.fate for h in found[1:]] == [Fate.LEFT_OUT, Fate.LEFT_OUT]
    assert [h.target for h in with_creation(found)] == ["companyname", "createdon", ""]


def test_two_headings_of_one_column_clash() -> None:
    (clash,) = clashes(recognise(["Email", "Company", "E-mail"]))
    assert (clash.first.text, clash.second.text, clash.second.letter) == ("Email", "E-mail", "C")


def test_a_name_beside_a_company_is_the_person() -> None:
    assert [h.target for h in recognise(["Name", "Company"])] == ["fullname", "companyname"]
    assert recognise(["Name", "City"])[0].target == "companyname"


def test_columns_have_the_letters_of_a_spreadsheet() -> None:
    assert [column_letter(i) for i in (0, 25, 26, 51, 52, 701, 702)] == ["A", "Z", "AA", "AZ", "BA", "ZZ", "AAA"]


@pytest.mark.parametrize(
    ("heading", "target"),
    [
        ("Time zone", "lw_timezone"),
        ("Zeitzone", "lw_timezone"),
        ("Fuseau horaire", "lw_timezone"),
        ("Zona horaria", "lw_timezone"),
        ("Consent", "lw_consentbasis"),
        ("Consent basis", "lw_consentbasis"),
        ("Legal basis for processing contact's data", "lw_consentbasis"),
        ("Rechtsgrundlage", "lw_consentbasis"),
        ("Consent source", "lw_consentsource"),
        ("Origen del consentimiento", "lw_consentsource"),
        ("Consent date", "lw_consenton"),
        ("Date du consentement", "lw_consenton"),
        ("Einwilligungsdatum", "lw_consenton"),
    ],
)
def test_zone_and_consent_are_recognised_in_four_languages(heading: str, target: str) -> None:
    assert [h.target for h in recognise([heading])] == [target]
