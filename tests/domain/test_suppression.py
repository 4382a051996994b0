"""A suppression is found whichever way the address is written."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadwright.domain.suppression import WHY, Reason, domain_key, key_of
from leadwright.errors import BadInput

LETTERS = st.characters(categories=("Ll", "Lu", "Lo", "Nd"))
ADDRESSES = st.builds(
    lambda local, name, end: f"{local}@{name}.{end}",
    st.text(LETTERS, min_size=1, max_size=12),
    st.text(LETTERS, min_size=1, max_size=8),
    st.sampled_from(["com", "de", "co.uk", "рф", "中国"]),
)


@pytest.mark.parametrize(
    ("one", "two"),
    [
        ("Ada@Example.COM", "ada@example.com"),
        (" <ada@example.com> ", "ada@example.com."),
        ("ada@BÜCHER.example", "ada@xn--bcher-kva.example"),
        ("ada@straße.example", "ada@xn--strae-oqa.example"),
        ("ａｄａ@example.com", "ada@example.com"),
        ("ada＠example。com", "ada@example.com"),
        ("STRASSE@example.com", "straße@example.com"),
        ("e\u0301va@example.com", "éva@example.com"),
        ('"ada"@example.com', "ada@example.com"),
    ],
)
def test_an_address_has_one_key_whichever_way_it_is_written(one: str, two: str) -> None:
    assert key_of(one) == key_of(two)


@given(st.from_regex(r"[A-Za-z0-9._%+-]{1,20}@[A-Za-z0-9._-]{1,70}", fullmatch=True))
def test_the_short_way_to_the_key_of_a_usual_address_comes_to_the_same(address: str) -> None:
    def said(text: str) -> str:
        try:
            return key_of(text)
        except BadInput:
            return "refused"

    assert said(address) == said(f"<{address}>"), "in angle brackets it goes the long way"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "ada",
        "@example.com",
        "ada@",
        "a da@example.com",
        "ada@exa mple.com",
        "ada@..",
        "a\n@b.com",
        "ada@xn--\u00e9.com",
        "x@" + "a" * 64 + ".com",
    ],
)
def test_what_is_no_address_is_refused_with_a_sentence(text: str) -> None:
    with pytest.raises(BadInput, match=r"Write it as"):
        key_of(text)


@given(ADDRESSES)
def test_a_key_is_its_own_key_and_ignores_case(address: str) -> None:
    try:
        key = key_of(address)
    except BadInput:
        return
    assert key_of(key) == key
    assert key_of(address.upper()) == key_of(address.upper().lower())


@given(st.text(max_size=40))
def test_any_text_gets_a_key_or_a_sentence(text: str) -> None:
    try:
        key = key_of(text)
    except BadInput:
        return
    assert key.rpartition("@")[2].isascii()


def test_a_domain_has_one_key_too() -> None:
    assert domain_key("BÜCHER.example.") == domain_key("@xn--bcher-kva.example") == "@xn--bcher-kva.example"


@pytest.mark.parametrize("reason", Reason)
def test_every_reason_has_its_sentence(reason: Reason) -> None:
    assert WHY[reason].endswith(".")
