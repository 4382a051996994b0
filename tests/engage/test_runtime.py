"""The same by the runtime: its queue, its threads, the server's own notice; killed and started again."""

import time
from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from tests.engage.office import ADA, Office

from leadwright.db.configuration import Configuration
from leadwright.domain.engagement import Outcome
from leadwright.domain.stage import Stage
from leadwright.workflows.runtime import Runtime


def wait_until(so: Callable[[], bool], seconds: float = 20.0) -> None:
    end = time.monotonic() + seconds
    while not so():
        assert time.monotonic() < end, "it did not come to that"
        time.sleep(0.05)


@pytest.fixture
def runtime(office: Office) -> Iterator[Runtime]:
    """Works for this office, on its clock."""
    made = Runtime(office.services)
    made.start()
    yield made
    assert made.stop()


def test_a_whole_conversation_by_the_runtime(office: Office, runtime: Runtime) -> None:
    leadid = office.lead()
    wait_until(lambda: len(office.mails_to(ADA)) == 1)
    office.answer(ADA, "Interesting. How long does implementation take?")
    wait_until(lambda: len(office.mails_to(ADA)) == 2)
    office.answer(
        ADA,
        "We need it for two warehouses, have a budget of 400,000 dollars and I decide. Can we talk on Thursday?",
    )
    wait_until(lambda: office.run_of(leadid).stage == Stage.HANDED_OVER)
    assert office.run_of(leadid).outcome == Outcome.QUALIFIED
    assert not runtime.troubles


def test_a_follow_up_comes_due_while_it_runs(office: Office, runtime: Runtime) -> None:
    leadid = office.lead()
    wait_until(lambda: len(office.mails_to(ADA)) == 1)
    wait_until(lambda: office.engagement_of(leadid).sent == 1)
    office.clock.move_to(office.clock() + timedelta(days=3))

    def has_come() -> bool:
        office.clock.move_to(office.clock() + timedelta(seconds=1))
        return len(office.mails_to(ADA)) == 2

    wait_until(has_come)


def test_an_answer_is_acted_on_within_seconds_of_its_delivery(office: Office, runtime: Runtime) -> None:
    leadid = office.lead()
    wait_until(lambda: len(office.mails_to(ADA)) == 1)
    time.sleep(1)
    began = time.monotonic()
    office.answer(ADA, "Please remove me from your list.")
    wait_until(lambda: office.run_of(leadid).stage == Stage.DISQUALIFIED)
    assert time.monotonic() - began < 10


def test_defaults_of_a_new_agent_are_those_of_the_product_rules() -> None:
    sending = Configuration().sending
    assert sending.follow_up_days == [3, 7, 14]
    assert (sending.window_start.hour, sending.window_end.hour) == (9, 17)
