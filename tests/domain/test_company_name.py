"""A mail names a company only by what plainly is its name."""

import pytest

from leadwright.domain.company_name import company_shown


@pytest.mark.parametrize(
    "name",
    [
        "", "-", "N/A", "n.a.", "NA", "k.A.", "Unknown", "unbekannt", "none", "NULL", "TBD", "not available", "Company",
        "xxx", "???", "{{company}}", "{{company}} GmbH", "[Company]", "<company>", "Self-employed", "Selbständig",
        "(unknown)", "(none)", "<none>", "*unknown*", '"none"', "- none -", "(N/A)", "(do not contact)",
        "no company given", "Unknown company", "company unknown",
        "Firma unbekannt", "keine Firma angegeben", "Firma nicht bekannt",
        "ohne Firma", "aucune entreprise", "not provided", "keine Angabe",
    ],
)  # fmt: skip
def test_a_placeholder_is_no_company(name: str) -> None:
    assert company_shown(name) == ""


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("Contoso (do not contact)", "Contoso"),
        ("Contoso (do not con", "Contoso"),
        ("Contoso [dead] Ltd", "Contoso Ltd"),
        ("Contoso (UK) Ltd", "Contoso Ltd"),
        ("Contoso - bankrupt", "Contoso"),
        ("Contoso – insolvent since 2024", "Contoso"),
    ],
)
def test_notes_beside_the_name_are_not_shown(name: str, shown: str) -> None:
    assert company_shown(name) == shown


@pytest.mark.parametrize(
    "name",
    [
        "Contoso", "Contoso Ltd.", "Rolls-Royce", "Contoso - UK", "DE - Contoso GmbH", "e.on", "X", "K&A", "3M", "1&1",
        "Unknown Worlds", "Private Label Ltd", "Test Valley Foods", "Booking.com", "丽声",
        "Keine Sorgen Versicherung", "None of Your Business Ltd", "(R)evolution Ltd", "Company Nine", "Firma Müller",
    ],
)  # fmt: skip
def test_a_name_is_shown_as_it_is(name: str) -> None:
    assert company_shown(name) == name
