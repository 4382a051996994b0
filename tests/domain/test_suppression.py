"""A suppression is found whichever way the address is written, and nothing but a person ever lifts one."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadwright.domain.suppression import (
    EVERYTHING,
    Reason,
    Source,
    Suppression,
    combine,
    covers,
    domain_key,
    hash_key,
    is_suppressed,
    key_of,
    keys_covering,
    lift,
    why,
)
from leadwright.errors import BadInput

SECRET = b"0123456789abcdef"
AT = datetime(2026, 3, 1, tzinfo=UTC)
LETTERS = st.characters(categories=("Ll", "Lu", "Lo", "Nd"))
ADDRESSES = st.builds(
    lambda local, name, end: f"{local}@{name}.{end}",
    st.text(LETTERS, min_size=1, max_size=12),
    st.text(LETTERS, min_size=1, max_size=8),
    st.sampled_from(["com", "de", "co.uk", "рф", "中国"]),
)
MOMENTS = st.datetimes(datetime(2020, 1, 1), datetime(2030, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001
ENTRIES = st.builds(
    Suppression,
    st.sampled_from(["a", "b"]),
    st.sampled_from(Reason),
    MOMENTS,
    st.sampled_from([EVERYTHING, "marketing"]),
    st.sampled_from([EVERYTHING, "pumps"]),
    st.none() | MOMENTS,
)


def suppressed(key: str, **more: str) -> dict[str, list[Suppression]]:
    hashed = hash_key(key, SECRET)
    return {hashed: [Suppression(hashed, Reason.OPTED_OUT, AT, **more)]}


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
    assert is_suppressed(key, suppressed(key), SECRET, "any", "any")


@given(st.text(max_size=40))
def test_any_text_gets_a_key_or_a_sentence(text: str) -> None:
    try:
        key = key_of(text)
    except BadInput:
        return
    assert key.rpartition("@")[2].isascii()


def test_a_suppressed_domain_covers_its_subdomains_and_no_other() -> None:
    entries = suppressed(domain_key("Example.com"))
    assert is_suppressed("ada@example.com", entries, SECRET, "p", "t")
    assert is_suppressed("ada@mail.example.com", entries, SECRET, "p", "t")
    assert not is_suppressed("ada@notexample.com", entries, SECRET, "p", "t")
    assert keys_covering("a@x.y.com") == ("a@x.y.com", "@x.y.com", "@y.com")


def test_a_no_to_one_topic_leaves_the_others_open_and_a_no_to_all_does_not() -> None:
    entries = suppressed(key_of("ada@example.com"), topic="pumps")
    assert is_suppressed("ada@example.com", entries, SECRET, "marketing", "pumps")
    assert not is_suppressed("ada@example.com", entries, SECRET, "marketing", "valves")


@pytest.mark.parametrize("reason", Reason)
def test_every_reason_has_its_sentence(reason: Reason) -> None:
    assert why(Suppression("k", reason, AT)).endswith("on 2026-03-01: nothing more is sent.")


def test_the_hash_shows_nothing_of_the_address_and_needs_the_secret() -> None:
    key = key_of("ada@example.com")
    assert "ada" not in hash_key(key, SECRET)
    assert hash_key(key, SECRET) != hash_key(key, b"another secret..")


@pytest.mark.parametrize("by", [Source.IMPORT, Source.MERGE, Source.RESTORE])
def test_only_a_person_lifts_a_suppression(by: Source) -> None:
    entry = Suppression("k", Reason.OPTED_OUT, AT)
    with pytest.raises(BadInput, match="person"):
        lift(entry, by, AT)
    assert not covers(lift(entry, Source.PERSON, AT), "p", "t")


def test_the_entry_of_an_erased_person_is_never_lifted() -> None:
    with pytest.raises(BadInput, match="erased"):
        lift(Suppression("k", Reason.ERASED, AT), Source.PERSON, AT + timedelta(days=1))


@given(st.lists(ENTRIES, max_size=6), st.lists(ENTRIES, max_size=6))
def test_no_import_merge_or_restore_removes_a_suppression(kept: list[Suppression], coming: list[Suppression]) -> None:
    after = combine(kept, coming)
    for entry in (*kept, *coming):
        for purpose in ("marketing", "other"):
            for topic in ("pumps", "other"):
                if covers(entry, purpose, topic):
                    assert any(e.key == entry.key and covers(e, purpose, topic) for e in after)
    assert combine(coming, kept) == after
    assert combine(after, coming) == after
