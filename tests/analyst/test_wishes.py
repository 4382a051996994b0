"""Whoever asks for an offer, a brochure or documents gets a person; no quote of a paper stands for them."""

from datetime import date

import pytest
from tests.analyst.wish_samples import NO_WISHES, WISHES

from leadwright.analyst import ReplyBrief, ReplyReading
from leadwright.analyst.builtin import BuiltinAnalyst
from leadwright.analyst.builtin.replies.spelling import written_out
from leadwright.analyst.builtin.replies.wishes import wishes_for
from leadwright.domain.evidence import Passage, SourceKind
from leadwright.domain.opt_out import own_sentences
from leadwright.domain.replies import Heard, Knowledge, Move, ReplyClass, Standing, decide

PAPER = Passage(
    "k", SourceKind.KNOWLEDGE, "prices.md", "Prices", "The price of a robot is 2,900 dollars a month.\nA quote is free."
)


def read(text: str) -> ReplyReading:
    return BuiltinAnalyst().read_reply(ReplyBrief("run", text, date(2026, 11, 25), knowledge={"k": PAPER}))


def move(text: str) -> Move:
    said = read(text)
    return decide(Heard(said.kind, said.interest, said.bant, knowledge=said.knowledge), Standing()).move


@pytest.mark.parametrize("text", WISHES.strip().splitlines())
def test_a_wish_is_put_to_a_person_word_for_word(text: str) -> None:
    reading = read(text)
    assert reading.knowledge is Knowledge.UNKNOWN
    assert reading.question in text
    assert move(text) in (Move.BLOCKED, Move.HAND_OVER)


@pytest.mark.parametrize("text", NO_WISHES.strip().splitlines())
def test_what_is_only_spoken_of_or_declined_is_no_wish(text: str) -> None:
    assert not any(wishes_for(written_out(s)) for s in own_sentences(text))


@pytest.mark.parametrize(
    "text",
    [
        "What is the price of a robot? And please send me your brochure.",
        "Please send me your brochure. And what is the price of a robot?",
        "Please send me your brochure. We run two sites. What is the price of a robot?",
    ],
)
def test_a_wish_beside_a_question_that_is_known_is_not_lost(text: str) -> None:
    reading = read(text)
    assert "brochure" in reading.question
    assert "price" in reading.question
    assert reading.question in text
    assert move(text) is Move.BLOCKED


def test_a_question_beside_a_declined_paper_is_answered() -> None:
    assert read("What is the price of a robot? Please no brochure.").answer


@pytest.mark.parametrize(
    "text", ["Not interested, and please send no material.", "Please remove me. Send no brochure."]
)
def test_a_refusal_stays_a_refusal(text: str) -> None:
    assert move(text) in (Move.DISQUALIFY, Move.SUPPRESS)


@pytest.mark.parametrize(
    "text", ["Tell me more.", "When are you available for a call?", "Können wir einen Termin machen?"]
)
def test_wanting_to_hear_or_to_meet_is_not_put_to_a_person_as_a_wish(text: str) -> None:
    assert read(text).knowledge is Knowledge.NOT_ASKED


def test_a_colleagues_absence_with_a_question_and_a_wish_is_answered_as_a_persons() -> None:
    text = "I am out of the office until Monday. Does it work with SAP? Please send a brochure."
    assert read(text).kind is not ReplyClass.OUT_OF_OFFICE
