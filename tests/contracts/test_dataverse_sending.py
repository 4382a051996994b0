"""Sending by server-side synchronisation, as a real organisation answers: rights that lack, parties, a lost mailbox."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select
from tests.contracts.mailboxes import AGENT, InDataverse
from tests.mail.post_office import LEAVE, Clock

from leadwright.db.base import now
from leadwright.db.engine import Database
from leadwright.db.mail import Outbox
from leadwright.db.people import BusinessUnit
from leadwright.db.sales import Lead
from leadwright.mail import fates
from leadwright.mail.compose import Letterhead, Message, Thread, compose
from leadwright.mail.conclusion import DENIALS
from leadwright.mail.mailbox import Letter, Mailbox, Outcome, Result
from leadwright.mail.outbox import Order, put
from leadwright.mail.sender import Sender
from leadwright.sandbox.dynamics.dataverse import records, roles, seed
from leadwright.sandbox.dynamics.dataverse.store import stamp


@pytest.fixture
def there(tmp_path: Path, sqlite_database: Database) -> Iterator[InDataverse]:
    made = InDataverse(tmp_path / "dynamics", sqlite_database)
    yield made
    made.close()


@pytest.fixture
def mailbox(there: InDataverse) -> Iterator[Mailbox]:
    made = there.open()
    yield made
    made.close()


def let(there: InDataverse, **depths: int) -> None:
    """Change privileges of the agent's role; a depth of 0 takes one away."""
    with there.world.transaction() as db:
        roles.set_privileges(db, seed.role_named(there.world, "Needed"), depths, stamp(there.world.clock()))


def go(mailbox: Mailbox, letter: Letter) -> Outcome:
    return mailbox.send(letter, lambda: True)


def answer_to_a_mail(there: InDataverse, owner: tuple[str, str] | None = None) -> Letter:
    """Our answer to a mail that was tracked, for whoever owns its activity."""
    first = there.letter(1)
    tracked = {
        "subject": "Which sizes?", "directioncode": False, "statuscode": 4, "messageid": "<theirs@company.example>",
        "regardingobjectid": ("lead", first.leadid), "ownerid": owner or ("systemuser", there.registered.userid),
    }  # fmt: skip
    records.create(there.world, "email", tracked, by=there.by)
    sender = Letterhead("Nadia of Contoso", AGENT, "Contoso Ltd.", "1 Main Street", "Written by an AI assistant.")
    message = Message(
        to_name="Person 1", to_address=first.recipient, subject="Re: Which sizes?", body="All sizes.",
        why="You wrote to us.", unsubscribe_url=LEAVE, answers=Thread("<theirs@company.example>"),
    )  # fmt: skip
    return replace(compose(sender, message), leadid=first.leadid)


def waiting(there: InDataverse, letters: Sequence[Letter], clock: Clock) -> None:
    """Mails to leads in the outbox, the first one due first."""
    with there.database.transaction() as session:
        session.add(BusinessUnit(businessunitid="b", name="Root"))
        session.flush()
        for n, letter in enumerate(letters):
            session.add(Lead(leadid=letter.leadid, ownerid="o", owningbusinessunit="b"))
            session.flush()
            order = Order(f"outreach:{n}:1:1", there.mailboxid, letter, leadid=letter.leadid)
            put(session, order, clock() + timedelta(milliseconds=n))
    clock.forward(1)


def rows_of(there: InDataverse) -> dict[str, Outbox]:
    with there.database.reading() as session:
        return {row.recipient: row for row in session.scalars(select(Outbox))}


def made(there: InDataverse) -> dict[str, Any]:
    (row,) = records.find(there.world, "email", directioncode=True)
    return row


def test_an_answer_hangs_on_the_mail_it_answers_though_a_sellers_mailbox_tracked_that_first(
    there: InDataverse, mailbox: Mailbox
) -> None:
    letter = answer_to_a_mail(there, ("systemuser", there.by))
    assert go(mailbox, letter).result is Result.ACCEPTED
    assert made(there)["parentactivityid"]


def test_without_the_right_to_append_to_it_an_answer_goes_out_on_its_own(there: InDataverse, mailbox: Mailbox) -> None:
    letter = answer_to_a_mail(there)
    let(there, prvAppendToActivity=0)
    assert go(mailbox, letter).result is Result.ACCEPTED
    assert made(there)["parentactivityid"] is None
    assert there.left(letter) == 1


def test_a_stopped_mail_leaves_no_draft_that_somebody_could_send(there: InDataverse, mailbox: Mailbox) -> None:
    assert mailbox.send(there.letter(1), lambda: False).result is Result.STOPPED
    assert records.find(there.world, "email", directioncode=True) == []


def test_a_refused_mail_leaves_no_draft_either(there: InDataverse, mailbox: Mailbox) -> None:
    assert go(mailbox, there.refused()).result is Result.REFUSED
    assert records.find(there.world, "email", directioncode=True) == []


def test_a_right_that_no_mail_can_do_without_stops_the_mailbox(there: InDataverse, mailbox: Mailbox) -> None:
    letter = there.letter(1)
    let(there, prvCreateActivity=0)
    outcome = go(mailbox, letter)
    assert outcome.result is Result.MAILBOX, outcome
    assert "prvCreateActivity" in outcome.words


def test_a_sender_whose_mailbox_does_not_deliver_burns_no_mail(there: InDataverse, mailbox: Mailbox) -> None:
    letter = there.letter(1)
    there.change(outgoingemaildeliverymethod=0)
    outcome = go(mailbox, letter)
    assert outcome.result is Result.MAILBOX, outcome
    assert "delivery method" in outcome.words
    there.change(outgoingemaildeliverymethod=2)
    there.change(testemailconfigurationscheduled=True)
    there.tick()
    assert go(mailbox, letter).result is Result.ACCEPTED


def test_a_refusal_in_other_words_is_of_the_mailbox_while_its_record_does_not_send(
    there: InDataverse, mailbox: Mailbox
) -> None:
    letter = there.refused()
    there.change(emailrouteraccessapproval=2, outgoingemailstatus=0)
    assert go(mailbox, letter).result is Result.MAILBOX
    there.change(emailrouteraccessapproval=1, outgoingemailstatus=1)
    assert go(mailbox, letter).result is Result.REFUSED


def test_a_mail_that_would_go_to_another_address_of_the_lead_is_not_sent(there: InDataverse, mailbox: Mailbox) -> None:
    letter = there.letter(1)
    records.update(there.world, "lead", letter.leadid, {"emailaddress1": "boss@company.example"}, by=there.by)
    there.world.break_it("party address")
    outcome = go(mailbox, letter)
    assert outcome.result is Result.DENIED, outcome
    assert "boss@company.example, not to person1@company.example" in outcome.words
    assert there.outside() == []
    assert records.find(there.world, "email", directioncode=True) == [], "no draft that somebody could send"
    there.world.mend()
    assert go(mailbox, letter).result is Result.ACCEPTED
    assert there.left(letter) == 1


def test_one_mail_that_is_denied_is_held_in_the_end_and_the_others_leave_meanwhile(there: InDataverse) -> None:
    clock = Clock(now())
    letters = [there.letter(n) for n in range(3)]
    records.update(there.world, "lead", letters[0].leadid, {"ownerid": ("systemuser", there.by)}, by=there.by)
    let(there, prvAppendToLead=roles.BASIC)
    waiting(there, letters, clock)
    sender = Sender(there.database, there.mailboxid, there.open(), worker="one", clock=clock)
    for _ in range(DENIALS):
        sender.send_due()
        clock.forward(4_000)
    sender.close()
    rows = rows_of(there)
    assert [rows[letter.recipient].phase for letter in letters] == ["held", "sent", "sent"]
    assert "privilege" in rows[letters[0].recipient].reason
    assert [there.left(letter) for letter in letters] == [0, 1, 1]


def test_what_nobody_wants_sent_is_taken_back_some_at_a_time_and_what_is_refused_keeps_no_other(
    there: InDataverse, mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fates, "_TAKEN_A_PASS", 2)
    clock = Clock()
    there.world.break_it("hold sending", "company.example")
    waiting(there, [there.letter(n) for n in range(5)], clock)
    sender = Sender(there.database, there.mailboxid, mailbox, worker="one", clock=clock)
    assert sender.send_due() == 5
    there.world.break_it("deny row", records.find(there.world, "email", directioncode=True)[0]["activityid"])
    taken, refused = [], []
    for _ in range(40):
        clock.forward(10)
        found = fates.take_back(there.database, there.mailboxid, mailbox, clock, lambda _session, _claims: ())
        taken.append(found[0])
        refused += found[1]
        if sum(taken) == 4 and refused:
            break
    assert sum(taken) == 4
    assert max(taken) <= 2
    rows = rows_of(there)
    assert sorted(row.phase for row in rows.values()) == ["failed"] * 4 + ["sent"]
    assert {one.mail.outboxid for one in refused} == {row.outboxid for row in rows.values() if row.phase == "sent"}


def test_a_draft_that_went_to_a_seller_with_its_lead_is_cancelled_when_it_is_stopped(
    there: InDataverse, mailbox: Mailbox
) -> None:
    letter = there.letter(1)

    def taken_over() -> bool:
        records.update(there.world, "lead", letter.leadid, {"ownerid": ("systemuser", there.by)}, by=there.by)
        return False

    assert mailbox.send(letter, taken_over).result is Result.STOPPED
    assert (made(there)["ownerid"], made(there)["statuscode"]) == (there.by, 5), "nobody finds it and presses Send"
