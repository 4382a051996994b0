"""Who refuses one thing and asks about another is no refuser; who asks in anger is."""

from dataclasses import replace

import pytest
from tests.analyst import limits_samples
from tests.analyst.test_replies import read

from leadwright.domain.interest import Polarity
from leadwright.domain.replies import Heard, Knowledge, Move, ReplyClass, Standing, decide


@pytest.mark.parametrize("text", limits_samples.OPEN.strip().splitlines())
def test_a_limit_beside_a_question_or_interest_in_another_part_is_no_refusal(text: str) -> None:
    assert read(text).interest.polarity is not Polarity.NEGATIVE


@pytest.mark.parametrize("text", limits_samples.SHUT.strip().splitlines())
def test_a_refusal_beside_a_question_in_anger_stays_one(text: str) -> None:
    reading = read(text)
    assert (reading.interest.polarity, reading.kind is ReplyClass.QUESTION) == (Polarity.NEGATIVE, False)


def test_the_question_beside_a_refusal_is_the_one_that_is_asked() -> None:
    assert read("Not interested in leasing. What would an outright purchase cost?").question.startswith("What would")


def test_who_is_no_buyer_and_names_one_is_heard() -> None:
    reading = read("Not for us. But my brother runs a warehouse in Reno and needs this: joe@reno.example")
    assert reading.kind is ReplyClass.WRONG_PERSON
    assert reading.referral is not None
    assert reading.referral.address == "joe@reno.example"


@pytest.mark.parametrize(
    "text",
    [
        "Sounds great, someone from my team is interested too: dana@acme.example. Please call me Thursday.",
        "Let's do it. My colleague Dana is interested in the safety part, dana@acme.example. Call me tomorrow.",
        "I want to go ahead. Somebody from finance would like the contract as well: ap@acme.example",
    ],
)
def test_a_buyer_who_names_an_interested_colleague_stays_the_buyer(text: str) -> None:
    reading = read(text)
    assert (reading.kind, reading.interest.polarity) == (ReplyClass.INTERESTED, Polarity.POSITIVE)


def test_who_refuses_and_asks_is_a_persons_though_the_papers_know_it() -> None:
    reading = read("Not interested. How long does implementation take?")
    assert reading.refuses
    known = Heard(ReplyClass.QUESTION, reading.interest, knowledge=Knowledge.KNOWN, refuses=True)
    assert decide(known, Standing()).move is Move.HAND_OVER
    assert decide(replace(known, refuses=False), Standing()).move is Move.ANSWER
