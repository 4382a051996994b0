"""Numbers of a platform's messages, and what became of mails that it took: on both databases."""

from collections.abc import Iterator, Sequence
from datetime import timedelta

import pytest
from sqlalchemy import select
from tests.mail.post_office import Clock, add_mailbox, letter

from leadwright.db.engine import Database
from leadwright.db.mail import Outbox
from leadwright.mail.arrivals import Arrival, Arrivals
from leadwright.mail.fates import learn_fates, stuck
from leadwright.mail.mailbox import Fate, Handed, Word
from leadwright.mail.outbox import Order, put


def test_each_message_is_numbered_once_and_the_place_is_kept(database: Database, clock: Clock) -> None:
    arrivals = Arrivals(database, add_mailbox(database))
    assert (arrivals.place(), arrivals.after(0, 9)) == ("", [])
    assert arrivals.keep([Arrival("a", 1, clock()), Arrival("b", 2, None), Arrival("a", 1, None)], "here") == 2
    assert arrivals.keep([Arrival("b", 2, None), Arrival("c", 3, None)], "there") == 1
    found = arrivals.after(0, 9)
    assert [(one.uid, one.platformid, one.size) for one in found] == [(1, "a", 1), (2, "b", 2), (3, "c", 3)]
    assert (arrivals.place(), arrivals.count_after(1), found[0].received) == ("there", 2, clock())
    assert [one.platformid for one in arrivals.those({1, 3, 9})] == ["a", "c"]


class Platform:
    def __init__(self) -> None:
        self.says = Word("", Fate.WAITS, "It has it still.")

    def take_back(self, mails: Sequence[Handed]) -> Iterator[Word]:
        return iter(())

    def fates(self, mails: Sequence[Handed]) -> Iterator[Word]:
        for mail in mails:
            yield Word(mail.outboxid, self.says.fate, self.says.words, self.says.messageid)


@pytest.mark.parametrize(("fate", "phase"), [(Fate.LEFT, "sent"), (Fate.FAILED, "failed")])
def test_a_mail_is_asked_about_ever_less_often_until_its_fate_is_known(
    database: Database, clock: Clock, fate: Fate, phase: str
) -> None:
    mailboxid, platform = add_mailbox(database), Platform()
    with database.transaction() as session:
        outboxid, _ = put(session, Order("one", mailboxid, letter("pat@company.example")), clock())
        row = session.get_one(Outbox, outboxid)
        row.phase, row.concludedon, row.askon = "sent", clock(), clock() + timedelta(seconds=5)
    asked = []
    for _ in range(40):
        clock.forward(60)
        with database.reading() as session:
            due = session.scalars(select(Outbox.askon)).one()
        asked.append(due is not None and due <= clock())
        learn_fates(database, mailboxid, platform, clock)  # type: ignore[arg-type]
    assert 5 <= sum(asked) <= 15
    with database.reading() as session:
        assert stuck(session, mailboxid, clock()) == (1, "It has it still.")
    platform.says = Word("", fate, "So it was.", "<theirs@outlook.example>")
    clock.forward(3_700)
    assert learn_fates(database, mailboxid, platform, clock) == 1  # type: ignore[arg-type]
    with database.reading() as session:
        row = session.scalars(select(Outbox)).one()
        assert row.phase == phase
        assert row.sentmessageid == ("<theirs@outlook.example>" if fate is Fate.LEFT else None)
        assert stuck(session, mailboxid, clock())[0] == 0
