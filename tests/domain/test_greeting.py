"""A first name is greeted only when it plainly is one."""

import pytest

from leadwright.domain.greeting import greeted_name, names_person, plain_first_name

GREETED = (
    # first name, last name, full name, greeted as
    ("Karen", "Whitfield", "", "Karen"),
    ("KAREN ANN", "WHITFIELD", "", "Karen Ann"),
    ("karen", "", "", "Karen"),
    ("Mary Jo", "Van der Berg", "", "Mary Jo"),
    ("Anne-Sophie", "de la Tour", "", "Anne-Sophie"),
    ("O'Neil", "Karen", "", "O'Neil"),
    ("Li", "Wei", "", "Li"),
    ("Maria del Carmen", "Ruiz", "", "Maria del Carmen"),
    ("J. Paul", "Getty", "", "Paul"),
    ("JD", "Power", "", "JD"),
    ("Karen A.", "Whitfield", "", "Karen"),
    ("Ms. Karen", "W", "", "Karen"),
    ("Dr. Hans", "Meier", "", "Hans"),
    ("Prof. Dr. Hans", "Meier", "", "Hans"),
    ("Herr Hans", "Meier", "", "Hans"),
    ("Frau Dr. Ute", "Lang", "", "Ute"),
    ("Mme Claire", "Dupont", "", "Claire"),
    ("Karen PhD", "Whitfield", "", "Karen"),
    ("Karen Whitfield", "Whitfield", "", "Karen"),
    ("Whitfield Karen", "Whitfield", "", "Karen"),
    ("Dr. Karen Whitfield", "Whitfield", "", "Karen"),
    ("Юлия", "Иванова", "", "Юлия"),
    ("丽", "王", "", "丽"),
    ("Jean-Luc", "", "Jean-Luc Picard", "Jean-Luc"),
    ("", "Whitfield", "Karen Whitfield", "Karen"),
    ("", "Whitfield", "Ms. Karen Whitfield", "Karen"),
    ("", "van der Berg", "Mary Jo van der Berg", "Mary Jo"),
    ("Page", "Miller", "", "Page"),
    ("Art", "Miller", "", "Art"),
    ("Don", "Miller", "", "Don"),
    ("Dean", "Miller", "", "Dean"),
    ("Mark", "Guest", "", "Mark"),
    ("Hon", "Li", "", "Hon"),
    ("Mag", "Byrne", "", "Mag"),
    ("Anna van den", "Berg", "", "Anna"),
    ("anna van", "den berg", "", "Anna"),
    ("Maria de la", "Cruz", "", "Maria"),
    ("Mohammed bin", "Salman", "", "Mohammed"),
    ("Van", "Nguyen", "", "Van"),
    ("Thi Van", "Nguyen", "", "Thi Van"),
    ("RA Thomas", "Huber", "", "Thomas"),
    ("Judge Karen", "Whitfield", "", "Karen"),
)
NEUTRAL = (
    ("Mr. Smith", "", ""), ("Herr Müller", "-", ""), ("Dr. Smith", "Unknown", ""), ("M. Dupont", "", ""),
    ("Mr. J. Smith", "", ""), ("Mr. Smith", "Acme Foods Inc", ""),
    ("Unknown", "Unknown", ""), ("Unknown", "Whitfield", ""), ("Sales", "Dept", ""), ("Info", "", ""),
    ("Mr", "Brown", ""), ("Mr.", "Brown", ""), ("Mr. Brown", "Brown", ""), ("Ms", "", ""), ("Dr.", "Meier", ""),
    ("Herr", "Meier", ""), ("Test", "Test", ""), ("Test", "User", ""), ("Karen & Tom", "Whitfield", ""),
    ("Karen and Tom", "Whitfield", ""), ("Karen/Tom", "Whitfield", ""), ("Whitfield", "Whitfield", ""),
    ("whitfield", "WHITFIELD", ""), ("", "Whitfield", "Whitfield"), ("", "Whitfield", "Whitfield Whitfield"),
    ("", "Whitfield", "Mr. Whitfield"), ("", "Whitfield", ""), ("", "", "Karen Whitfield"), ("J.", "Smith", ""),
    ("K", "W", ""), ("J.R.", "Smith", ""), ("n/a", "Whitfield", ""), ("N.A.", "Whitfield", ""), ("NA", "", ""),
    ("None", "", ""), ("null", "null", ""), ("xxx", "xxx", ""), ("X", "Y", ""), ("-", "Whitfield", ""),
    ("karen.whitfield", "", ""), ("Whitfield, Karen", "", ""), ("Purchasing Manager", "", ""),
    ("Head of Logistics", "Midland", ""), ("Customer Service", "", ""), ("Einkauf", "", ""), ("Vertrieb", "GmbH", ""),
    ("Unbekannt", "Unbekannt", ""), ("The Owner", "", ""), ("Sir or Madam", "", ""), ("First Name", "Last Name", ""),
    ("Karen Whitfield", "", ""), ("not given", "", ""), ("Team", "Acme", ""), ("Office", "", ""), ("HR", "", ""),
    ("Acme GmbH", "", ""), ("Mr and Mrs", "Brown", ""), ("Accounts Payable", "", ""), ("Reception", "", ""),
    ("Ana y Luis", "Gómez", ""), ("claire e paolo", "rossi", ""), ("Xxx", "Y", ""),
    ("Familie", "Meier", ""), ("Fam.", "Meier", ""), ("Sehr geehrte", "Damen", ""), ("Sehr geehrte Frau", "Meier", ""),
    ("deceased", "Smith", ""), ("Judge", "Smith", ""), ("Pastor", "Smith", ""), ("RA", "Huber", ""),
    ("{{first}}", "", ""), ("http://x", "", ""), ("1", "", ""), ("", "", ""),
)  # fmt: skip


@pytest.mark.parametrize(("first", "last", "full", "greeted"), GREETED)
def test_a_plain_first_name_is_greeted_without_its_title(first: str, last: str, full: str, greeted: str) -> None:
    assert greeted_name(first, last, full) == greeted
    assert plain_first_name(greeted) == greeted


@pytest.mark.parametrize(("first", "last", "full"), NEUTRAL)
def test_anything_else_is_greeted_without_a_name(first: str, last: str, full: str) -> None:
    assert greeted_name(first, last, full) == ""


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("Karen Whitfield", True),
        ("karen whitfield", True),
        ("Whitfield, Karen", True),
        ("Robots for Karen", True),
        ("Karen's robots", True),
        ("Faster picking", False),
        ("Sales training", False),
        ("Dr. Oetker shelves", False),
        ("A-frame racks", False),
    ],
)
def test_a_text_names_a_person_by_any_real_word_of_the_name(text: str, named: bool) -> None:
    for names in (("Dr. Karen A.", "Whitfield"), ("karen.whitfield", ""), ("Sales", "Whitfield", "Karen Whitfield")):
        assert names_person(text, *names) is named
