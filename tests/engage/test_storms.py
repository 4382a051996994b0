"""Whoever writes without end: a machine that answers each of our mails, or a flood of them."""

from tests.engage.office import ADA, Office
from tests.engage.test_replies import READY

from leadwright.domain.engagement import State
from leadwright.domain.stage import Stage

ASKS = "Interesting. How long does implementation take?"
ABSENCE = "I am out of the office. In urgent cases call the front desk."


def machine_answers(office: Office, words: str) -> None:
    """Another machine answers each of our mails at once; nothing in its mails says what it is."""
    for n in range(1, 12):
        if len(office.mails_to(ADA)) < n:
            return
        office.answer(ADA, words.format(n=n), to=office.mails_to(ADA)[n - 1])
        office.work()


def test_a_machine_that_answers_each_of_our_mails_gets_three_answers_and_a_person_looks(
    office: Office, leadid: str
) -> None:
    machine_answers(office, "{n} mails are before yours, your ticket is SD-77{n}. " + ASKS)
    office.pass_days(20)
    assert len(office.mails_to(ADA)) == 1 + 3
    row = office.engagement_of(leadid)
    assert (row.state, len(row.asked)) == (State.PERSON, 3)
    assert row.reason.startswith("The agent answered 3 times within a day and stops")


def test_the_same_words_for_the_third_time_are_a_machines(office: Office, leadid: str) -> None:
    machine_answers(office, f"{ASKS} We read every mail.")
    assert len(office.mails_to(ADA)) == 1 + 2
    assert [e.lw_judgement["class"] for e in office.thread_of(leadid) if not e.directioncode][2:] == ["auto_reply"]


def test_of_a_flood_no_more_is_read_and_a_person_must_look(office: Office, leadid: str) -> None:
    for n in range(12):
        office.answer(ADA, f"{ABSENCE} Number {n}.", Auto_Submitted="auto-replied", Subject="Out of office")
    office.work()
    assert office.engagement_of(leadid).state == State.DUE
    office.answer(ADA, READY)
    office.work()
    row = office.engagement_of(leadid)
    assert (office.run_of(leadid).stage, row.state) == (Stage.ENGAGED, State.PERSON)
    assert row.reason.startswith("More than 12 mails came within a day")
    assert [e.lw_judgement["class"] for e in office.thread_of(leadid) if not e.directioncode] == [
        *["out_of_office"] * 12,
        "auto_reply",
    ]
    office.pass_days(20)
    assert len(office.mails_to(ADA)) == 1
