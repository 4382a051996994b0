"""What a conversation costs in calls of a model: one for a reply of a person, none for machines and opt-outs."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from benchmarks.fake_model import FakeModel
from tests.engage.office import ADA, MONDAY, Clock, Office, open_office, start

from leadwright.analyst.model import Journal, ModelAnalyst
from leadwright.db.engine import Database
from leadwright.sandbox.mail_server import MailServer
from leadwright.settings import Settings


@pytest.fixture
def model() -> Iterator[FakeModel]:
    with FakeModel() as running:
        yield running


@pytest.fixture
def office(sqlite_database: Database, tmp_path: Path, model: FakeModel) -> Iterator[Office]:
    """An office whose analyst is a model."""
    clock = Clock(MONDAY)
    settings = Settings(model="openai:fake-1", model_base_url=model.url, model_api_key="x")
    analyst = ModelAnalyst(settings, Journal(sqlite_database))
    with MailServer(clock=clock) as server:
        made = open_office(sqlite_database, tmp_path, server, clock, analyst=analyst)
        start(made)
        yield made
        if made.post:
            made.post.close()
        made.services.reader.close()
    analyst.close()


def asked(model: FakeModel, do: Callable[[], object]) -> int:
    """How many calls that took."""
    before = model.calls
    do()
    return model.calls - before


def test_a_contacted_lead_costs_two_calls_and_an_answer_one_more(office: Office, model: FakeModel) -> None:
    office.lead()
    assert asked(model, office.work) == 2
    office.answer(ADA, "Sounds interesting. How long does implementation take?")
    assert asked(model, office.work) == 1


def test_machines_bounces_and_opt_outs_cost_nothing(office: Office, model: FakeModel) -> None:
    for n, say in enumerate(
        (
            lambda a: office.answer(a, "I am out of the office until 20 March 2026.", Auto_Submitted="auto-replied"),
            lambda a: office.bounce(a, "5.1.1", "550 5.1.1 user unknown"),
            lambda a: office.answer(a, "Please remove me from your list."),
            lambda a: office.answer(a, "Cease and desist, or our lawyers will take legal action."),
        )
    ):
        address = f"p{n}@firm{n}.example"
        office.lead(emailaddress1=address, companyname=f"Firm {n}")
        office.work()
        assert len(office.mails_to(address)) == 1
        say(address)
        assert asked(model, office.work) == 0


def test_a_follow_up_costs_one_call_and_the_end_none(office: Office, model: FakeModel) -> None:
    office.lead()
    office.work()
    assert asked(model, lambda: office.pass_days(4)) == 1
    assert asked(model, lambda: office.pass_days(30)) == 2


def test_the_same_mail_delivered_again_is_not_paid_again(office: Office, model: FakeModel) -> None:
    office.lead()
    office.work()
    office.server.faults.copies = 3
    office.answer(ADA, "Sounds interesting. How long does implementation take?")
    assert asked(model, office.work) == 1
