"""Links and addresses in every spelling, and what no machine may promise or ask for."""

import time

import pytest
from tests.hostile.attackers_model import LINKS, PROMISES, REQUESTS

from leadwright.domain.commitments import commitments_in
from leadwright.domain.links import foreign_links, links_in, without_links


@pytest.mark.parametrize("text", LINKS)
def test_a_link_is_seen_in_any_spelling(text: str) -> None:
    assert links_in(text)


@pytest.mark.parametrize(
    "text",
    [
        "We open at 9 a.m. and close at 5 p.m., e.g. on Mondays.",
        "Picks rose by 2.5 percent; see section 3.1 of the paper.",
        "Northwind Foods, Inc. runs two warehouses in Chicago, Ill.",
        "Ask Dr. Miller or J. R. Smith about it.",
        "Revenue of 1.250.000 euros at 14.30 h.",
        "Would you have 20 minutes next week for a short call?",
        "Our robots work at minus 30 degrees.",
        "Your move to Node.js and the file prices.pdf",
        "C++/Java and TCP/IP skills, and/or Node",
    ],
)
def test_plain_prose_holds_no_link(text: str) -> None:
    assert links_in(text) == ()


@pytest.mark.parametrize(
    "piece", ["a", "a-", "a.", "a@", "a (", "//a", "dot ", "www.", "1.", "x://", "[at]", "ａ", "free ", "one "]
)
def test_a_long_odd_text_takes_no_time(piece: str) -> None:
    started = time.process_time()
    links_in(piece * (200_000 // len(piece)))
    commitments_in(piece * (200_000 // len(piece)))
    assert time.process_time() - started < 4


def test_only_our_own_links_are_ours_and_only_unchanged() -> None:
    own = ["See https://www.seller.example/demo or write to sales@seller.example."]
    assert foreign_links("seller.example/demo and SALES@seller.example", own) == ()
    for text in ("seller.example/demo?who=secret", "eller.example", "seller.example.evil.example", "x@seller.example"):
        assert foreign_links(text, own)


def test_a_name_with_a_link_is_no_name() -> None:
    assert without_links("Ada Miller") == "Ada Miller"
    assert without_links("Ada, see evil.example") == ""


@pytest.mark.parametrize("text", [*(p for p in PROMISES if not any(c.isdigit() for c in p)), *REQUESTS])
def test_what_only_a_person_may_say_is_found(text: str) -> None:
    assert commitments_in(text)


@pytest.mark.parametrize(
    "text",
    [
        "Would you be free for a short call next week?",
        "Tell me when you are free, and whether Tuesday is free for a talk.",
        "Feel free to pick a time that suits you.",
        "I am happy to explain how it works in your warehouse.",
        "Your team could double its picks an hour, and nobody walks the aisles any more.",
        "Wire mesh shelves are no problem for the robots.",
        "Your bookbinding has not compromised on speed.",
        "You might want to hear how others cut their costs.",
    ],
)
def test_an_honest_sentence_is_no_commitment(text: str) -> None:
    assert commitments_in(text) == ()


def test_what_the_sellers_own_texts_promise_may_be_said() -> None:
    assert commitments_in("You get a full refund.", "Every order comes with a full refund.") == ()
