"""An absence that a person mentions is no notice; a notice without a machine's header stays one."""

import pytest
from tests.analyst import away_samples
from tests.analyst.test_replies import POLARITY, read

from leadwright.domain.interest import Polarity
from leadwright.domain.replies import ReplyClass

NOT_A_PERSONS = (ReplyClass.OUT_OF_OFFICE, ReplyClass.AUTO_REPLY, ReplyClass.LEFT, ReplyClass.BOUNCE)
PEOPLE = [tuple(part.strip() for part in line.split("|", 1)) for line in away_samples.PEOPLE.strip().splitlines()]


@pytest.mark.parametrize(("polarity", "text"), PEOPLE)
def test_who_is_away_and_says_something_is_read_as_a_person(polarity: str, text: str) -> None:
    reading = read(text.replace("\\n", "\n"))
    assert reading.kind not in NOT_A_PERSONS
    right = {POLARITY[polarity], *([Polarity.POSITIVE] if polarity == "?" else [])}
    assert reading.interest.polarity in right


@pytest.mark.parametrize("text", away_samples.NOTICES.strip().splitlines())
def test_what_is_nothing_but_a_notice_stays_one(text: str) -> None:
    assert read(text.replace("\\n", "\n")).kind is ReplyClass.OUT_OF_OFFICE


@pytest.mark.parametrize(("polarity", "text"), PEOPLE)
def test_with_the_header_of_a_machine_the_same_words_are_a_notice(polarity: str, text: str) -> None:
    reading = read(text.replace("\\n", "\n"), "", {"auto-submitted": "auto-replied"})
    assert reading.kind in NOT_A_PERSONS
