"""One company under its spellings, and others that only look alike."""

import pytest

from leadwright.research.company_names import is_same_name


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Müller & Söhne", "Müller und Söhne KG"),
        ("MUELLER UND SOEHNE", "Müller & Söhne"),
        ("Mueller", "Müller GmbH"),
        ("Muller", "Müller"),
        ("Strauss", "Strauß e.K."),
        ("Dupont et Fils", "Dupont & Fils SARL"),
        ("García y Hijos", "García & Hijos S.L."),
        ("contoso.com", "Contoso"),
        ("https://www.contoso.de/", "Contoso GmbH"),
        ("Amazon.com, Inc.", "Amazon"),
        ("Siemens AG, Werk Bremen", "Siemens AG"),
        ("Contoso GmbH - Niederlassung Nord", "Contoso"),
        ("Contoso, Plant 2", "Contoso Ltd"),
    ],
)
def test_another_spelling_is_the_same_company(one: str, other: str) -> None:
    assert is_same_name(one, other)
    assert is_same_name(other, one)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Müller & Söhne", "Müller & Töchter"),
        ("Müller & Söhne", "Müller"),
        ("Mueller", "Miller"),
        ("Bauer", "Baur"),
        ("contoso.com", "fabrikam.com"),
        ("Siemens AG, Werk Bremen", "Bosch AG, Werk Bremen"),
        ("Siemens Energy AG", "Siemens AG"),
        ("Contoso AG, Fabrikam AG", "Contoso AG"),
        ("Smith, Jones LLP", "Smith LLP"),
        ("Contoso", ""),
    ],
)
def test_another_company_is_another(one: str, other: str) -> None:
    assert not is_same_name(one, other)
    assert not is_same_name(other, one)
