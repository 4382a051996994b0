"""Who refuses one thing and asks about another is no refuser; who asks in anger is."""

import pytest
from tests.analyst import limits_samples
from tests.analyst.test_replies import read

from leadwright.domain.interest import Polarity
from leadwright.domain.replies import ReplyClass


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
