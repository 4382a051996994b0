"""Between two mails of theirs: no answer of ours is lost, none leaves twice, and no conversation is stuck untold."""

from datetime import timedelta

from tests.engage.office import ADA, Office
from tests.engage.test_decisions import boss
from tests.engage.test_overtaken import words_to

from leadwright.actions import conversations
from leadwright.domain.engagement import State
from leadwright.domain.mail_phase import Phase

LONG = "Interesting. How long does implementation take?"
WHERE = "And where is the data stored?"
TEN_WEEKS, STATES = "Implementation takes ten weeks", "Data is stored in the United States"


def into_the_night(office: Office, *, days: int = 0) -> None:
    """To an hour at which nothing leaves where the lead is."""
    office.clock.move_to(office.clock() + timedelta(days=days, hours=14))
    office.work()


def hear(office: Office, text: str, **headers: str) -> None:
    """A mail of the lead, acted on; some minutes go by before and after."""
    office.clock.move_to(office.clock() + timedelta(minutes=3))
    office.answer(ADA, text, **headers)
    office.work()
    office.clock.move_to(office.clock() + timedelta(minutes=3))


def a_colleague_writes(office: Office) -> None:
    hear(office, "We talked about it here.", From="bob@northwind.example")


def times(office: Office, words: str) -> int:
    return sum(words in text for text in words_to(office, ADA))


def test_an_answer_that_another_one_took_the_place_of_is_not_sent_as_a_follow_up(office: Office, leadid: str) -> None:
    into_the_night(office, days=3)
    hear(office, LONG)
    hear(office, WHERE)
    office.pass_days(1)
    assert [row.phase for row in office.outbox()] == [Phase.SENT, Phase.CANCELLED, Phase.CANCELLED, Phase.SENT]
    a_colleague_writes(office)
    assert office.engagement_of(leadid).state == State.PERSON
    conversations.go_on(office.services, boss(office), leadid)
    office.pass_days(8)
    assert len(office.mails_to(ADA)) > 2
    assert (times(office, TEN_WEEKS), times(office, STATES)) == (1, 1)
    assert len(set(words_to(office, ADA))) == len(words_to(office, ADA))
