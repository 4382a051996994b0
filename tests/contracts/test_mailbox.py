"""What every mailbox promises, whatever is behind it: one suite, run on each."""

import itertools
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select
from tests.contracts.mailboxes import key_of, skip

from leadwright.db.base import now
from leadwright.db.engine import Database
from leadwright.db.mail import InboundMessage
from leadwright.db.mail import Mailbox as MailboxRow
from leadwright.errors import MailError
from leadwright.mail import dataverse, unreadable
from leadwright.mail.inbox import NOT_WHOLE
from leadwright.mail.intake import take_in_mail
from leadwright.mail.mailbox import Cursor, Fetched, Found, Letter, Mailbox, Outcome, Result

MOST = 100_000
HANDED = (Result.ACCEPTED, Result.UNKNOWN)


@pytest.fixture
def mailbox(kind: Any) -> Iterator[Mailbox]:
    made = kind.open()
    yield made
    made.close()


def go(mailbox: Mailbox, letter: Letter) -> Outcome:
    return mailbox.send(letter, lambda: True)


def read(mailbox: Mailbox, cursor: Cursor = Cursor(), **more: Any) -> tuple[list[Fetched], Cursor]:
    found: list[Fetched] = []
    for batch in mailbox.fetch_new(cursor, most_bytes=more.pop("most_bytes", MOST), **more):
        found += batch.messages
        cursor = batch.cursor
    return found, cursor


def subjects(messages: list[Fetched]) -> list[str]:
    return [
        next(line for line in one.raw.split(b"\r\n") if line.lower().startswith(b"subject:")).decode()[9:]
        for one in messages
    ]


def test_an_accepted_mail_leaves_once_and_is_found(kind: Any, mailbox: Mailbox) -> None:
    letter = kind.letter(1)
    asked: list[int] = []
    outcome = mailbox.send(letter, lambda: not asked.append(kind.left(letter)))
    assert outcome.result is Result.ACCEPTED, outcome
    assert asked == [0], "asked once, before anything was handed over"
    assert kind.left(letter) == 1
    mailbox.file_sent(letter.raw, now())
    mailbox.file_sent(letter.raw, now())
    assert mailbox.find_sent(letter.messageid, letter.emailid) is Found.YES


def test_stopped_at_the_last_moment_nothing_leaves_and_it_can_be_sent_later(kind: Any, mailbox: Mailbox) -> None:
    letter = kind.letter(1)
    assert mailbox.send(letter, lambda: False).result is Result.STOPPED
    assert mailbox.find_sent(letter.messageid, letter.emailid) is not Found.YES
    assert go(mailbox, letter).result is Result.ACCEPTED
    assert kind.left(letter) == 1


def test_a_question_that_fails_stops_the_mail(kind: Any, mailbox: Mailbox) -> None:
    letter = kind.letter(1)

    def fails() -> bool:
        raise RuntimeError("the database is away")

    assert mailbox.send(letter, fails).result is Result.STOPPED
    assert go(mailbox, letter).result is Result.ACCEPTED
    assert kind.left(letter) == 1


def test_what_can_never_be_sent_is_refused_with_the_servers_words(kind: Any, mailbox: Mailbox) -> None:
    outcome = go(mailbox, kind.refused())
    assert outcome.result is Result.REFUSED, outcome
    assert outcome.words


def test_pushed_back_nothing_leaves_and_it_is_sent_later(kind: Any, mailbox: Mailbox) -> None:
    skip(kind, "push back")
    letter = kind.letter(1)
    kind.push_back()
    outcome = go(mailbox, letter)
    assert outcome.result in (Result.LATER, Result.MAILBOX), outcome
    assert go(mailbox, letter).result is Result.ACCEPTED
    assert kind.left(letter) == 1


def test_an_answer_that_is_lost_leaves_a_mail_that_is_found_and_left_once(kind: Any, mailbox: Mailbox) -> None:
    skip(kind, "lose")
    letter = kind.letter(1)
    kind.lose_the_answer()
    assert go(mailbox, letter).result in HANDED
    assert mailbox.find_sent(letter.messageid, letter.emailid) is Found.YES
    assert kind.left(letter) == 1


def test_an_order_that_is_lost_is_unknown_and_not_found(kind: Any, mailbox: Mailbox) -> None:
    skip(kind, "lose")
    letter = kind.letter(1)
    kind.lose_the_order()
    assert go(mailbox, letter).result is Result.UNKNOWN
    assert kind.left(letter) == 0
    assert mailbox.find_sent(letter.messageid, letter.emailid) is Found.NO
    assert go(mailbox, letter).result is Result.ACCEPTED
    assert kind.left(letter) == 1


def test_sent_again_after_it_left_it_does_not_leave_twice(kind: Any, mailbox: Mailbox) -> None:
    if kind.name in ("builtin", "real"):
        pytest.skip("SMTP cannot tell: the outbox looks first")
    letter = kind.letter(1)
    kind.lose_the_answer()
    go(mailbox, letter)
    assert go(mailbox, letter).result is Result.ACCEPTED
    assert kind.left(letter) == 1


def test_several_go_together_and_each_is_told_once(kind: Any, mailbox: Mailbox) -> None:
    letters = [kind.letter(n) for n in range(3)]
    asked: list[list[int]] = []

    def before(which: Any) -> list[bool]:
        asked.append(list(which))
        return [n != 1 for n in which]

    told = sorted(itertools.chain.from_iterable(mailbox.send_together(letters, before)))
    assert [n for n, _ in told] == [0, 1, 2]
    assert [o.result for _, o in told] == [Result.ACCEPTED, Result.STOPPED, Result.ACCEPTED]
    assert asked == [[0, 1, 2]]
    assert mailbox.at_once >= 1
    if kind.name != "real":
        assert [kind.left(letter) for letter in letters] == [1, 0, 1]


def test_what_came_is_read_in_order_and_the_reading_goes_on_where_it_was(kind: Any, mailbox: Mailbox) -> None:
    assert read(mailbox)[0] == []
    for n in range(5):
        kind.comes(f"Mail {n}")
    first, cursor = read(mailbox)
    assert subjects(first) == [f"Mail {n}" for n in range(5)]
    assert [one.uid for one in first] == sorted({one.uid for one in first})
    again = kind.open()
    assert read(again, cursor)[0] == []
    kind.comes("Mail 5")
    assert again.wait_for_new(2) is True
    more, _ = read(again, cursor)
    assert subjects(more) == ["Mail 5"]
    middle = Cursor(cursor.uidvalidity, first[2].uid)
    assert subjects(read(again, middle)[0]) == ["Mail 3", "Mail 4", "Mail 5"]
    assert read(again, middle)[0][0].received is not None
    again.close()


def test_many_new_mails_come_by_their_heads_and_whole_when_they_are_asked_for(kind: Any, mailbox: Mailbox) -> None:
    for n in range(3):
        kind.comes(f"Mail {n}")
    batches = list(mailbox.fetch_new(Cursor(), most_bytes=MOST, most_whole=2))
    heads = [head for batch in batches for head in batch.heads]
    assert len(heads) == 3
    assert not any(batch.messages for batch in batches)
    assert batches[-1].goes_on is False
    assert all(b"Message-ID:" in head.raw or b"Message-Id:" in head.raw for head in heads)
    sizes = {head.uid: head.size for head in heads[1:]}
    whole = [
        one for b in mailbox.fetch_some(batches[-1].cursor.uidvalidity, sizes, most_bytes=MOST) for one in b.messages
    ]
    assert subjects(whole) == ["Mail 1", "Mail 2"]
    assert list(mailbox.fetch_some(batches[-1].cursor.uidvalidity + 1, sizes, most_bytes=MOST)) == []


def test_a_mail_the_server_does_not_give_is_put_aside_and_the_others_are_read(
    kind: Any, mailbox: Mailbox, sqlite_database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    skip(kind, "damage")
    for n in range(5):
        kind.comes(f"Mail {n}")
    kind.damage("Mail 2")
    with pytest.raises(MailError):
        read(mailbox)  # it may be the server
    monkeypatch.setattr(unreadable, "PATIENCE", 0.0)
    found, cursor = read(mailbox)
    assert [one.uid for one in found] == sorted({one.uid for one in found})
    assert len(found) == 5
    assert subjects([one for one in found if not one.trouble]) == ["Mail 0", "Mail 1", "Mail 3", "Mail 4"]
    assert "does not give it" in found[2].trouble
    assert read(mailbox, cursor)[0] == [], "it is not asked for again"
    fresh = [len(some) for some in take_in_mail(sqlite_database, _row(sqlite_database), mailbox, now)]
    assert sum(fresh) == 5
    with sqlite_database.reading() as session:
        (row,) = session.scalars(select(InboundMessage).where(InboundMessage.kind == NOT_WHOLE))
    assert row.reason == found[2].trouble
    heads = [one for some in mailbox.fetch_new(Cursor(), most_bytes=MOST, most_whole=2) for one in some.heads]
    assert len(heads) == 5
    sizes = {one.uid: one.size for one in heads}
    (batch,) = mailbox.fetch_some(cursor.uidvalidity, sizes, most_bytes=MOST)
    assert [bool(one.trouble) for one in batch.messages] == [False, False, True, False, False]


def test_a_column_that_is_gone_is_no_mails_fault(kind: Any, mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch) -> None:
    if kind.name != "dataverse":
        pytest.skip("only Dataverse is asked by columns")
    monkeypatch.setattr(unreadable, "PATIENCE", 0.0)
    monkeypatch.setattr(dataverse, "COLUMNS", (*dataverse.COLUMNS, "lw_gone"))
    kind.comes("Mail 0")
    with pytest.raises(MailError, match="lw_gone"):
        read(mailbox)


def test_a_server_that_gives_nothing_to_anybody_puts_no_mail_aside(kind: Any, mailbox: Mailbox) -> None:
    skip(kind, "go away")
    kind.comes("Mail 0")
    (one,), cursor = read(mailbox)
    if kind.name == "builtin":
        kind.damage("Mail 0")
        kind.server.faults.refusal = "NO [UNAVAILABLE] try again later"
    else:
        kind.go_away()
    with pytest.raises(MailError):
        list(mailbox.fetch_some(cursor.uidvalidity, {one.uid: one.size}, most_bytes=MOST))


def test_of_a_large_mail_the_beginning_comes(kind: Any, mailbox: Mailbox) -> None:
    kind.comes("Large", "word " * 20_000)
    (one,), _ = read(mailbox, most_bytes=5_000)
    assert one.size > 90_000
    assert len(one.raw) < one.size
    assert b"Large" in one.raw


def test_forgotten_by_the_server_nothing_is_doubled_and_nothing_missed(
    kind: Any, mailbox: Mailbox, sqlite_database: Database
) -> None:
    mailboxid = _row(sqlite_database)
    for n in range(3):
        kind.comes(f"Mail {n}")
    fresh = [len(some) for some in take_in_mail(sqlite_database, mailboxid, mailbox, now)]
    assert sum(fresh) == 3
    kind.forget()
    kind.comes("Mail 3")
    again = kind.open()
    assert sum(len(some) for some in take_in_mail(sqlite_database, mailboxid, again, now)) == 1
    assert sum(len(some) for some in take_in_mail(sqlite_database, mailboxid, again, now)) == 0
    with sqlite_database.reading() as session:
        assert session.scalar(select(func.count()).select_from(InboundMessage)) == 4
    again.close()


@pytest.mark.parametrize("place", ["https://graph.example/delta?token=1", "{}", '{"since": "yesterday"}', "nonsense"])
def test_where_the_platform_goes_on_is_begun_anew_when_another_kind_wrote_it(
    kind: Any, mailbox: Mailbox, place: str
) -> None:
    if not hasattr(kind, "arrivals"):
        pytest.skip("a server with numbers of its own has no such place")
    if kind.name == "graph" and place.startswith("https:"):
        pytest.skip("its own kind of place")
    kind.comes("Mail 0")
    kind.arrivals.keep([], place)
    assert subjects(read(mailbox)[0]) == ["Mail 0"]


def test_what_was_sent_is_listed_since_a_day_and_says_which_mail_it_is(kind: Any, mailbox: Mailbox) -> None:
    letter = kind.letter(1)
    go(mailbox, letter)
    mailbox.file_sent(letter.raw, now())
    copies = list(mailbox.sent_since(now() - timedelta(days=1)))
    assert [copy.recipient for copy in copies] == [letter.recipient]
    assert copies[0].messageid == letter.messageid or copies[0].emailid
    assert copies[0].businesskey == key_of(1)


def test_the_test_message_goes_out_and_comes_in(kind: Any, mailbox: Mailbox) -> None:
    if kind.name in ("dataverse", "graph"):
        with ticking(kind):
            trip = mailbox.test_trip(20)
    else:
        trip = mailbox.test_trip(20)
    assert (trip.outgoing, trip.incoming) == ("", "")
    assert mailbox.try_access().read == ""


def test_access_is_tried_and_nothing_is_sent(kind: Any, mailbox: Mailbox) -> None:
    access = mailbox.try_access()
    assert (access.send_as, access.address, access.read) == ("", "", "")
    assert not access.others
    assert read(mailbox)[0] == []


def test_a_server_that_is_gone_is_named_and_nothing_raises_that_promised_not_to(kind: Any, mailbox: Mailbox) -> None:
    skip(kind, "go away")
    letter = kind.letter(1)
    kind.go_away()
    outcome = go(mailbox, letter)
    assert outcome.result in (Result.LATER, Result.MAILBOX)
    assert outcome.words
    assert mailbox.find_sent(letter.messageid, letter.emailid) is Found.CANNOT_TELL
    trip, access = mailbox.test_trip(0.1), mailbox.try_access()
    assert trip.outgoing
    assert trip.incoming
    assert access.read
    with pytest.raises(MailError):
        read(mailbox)
    with pytest.raises(MailError):
        list(mailbox.sent_since(now()))


def test_closed_twice_it_stays_closed(kind: Any) -> None:
    mailbox = kind.open()
    mailbox.close()
    mailbox.close()


def ticking(kind: Any) -> Any:
    """Server-side synchronisation works beside the test."""
    import threading
    from contextlib import contextmanager

    @contextmanager
    def run() -> Iterator[None]:
        over = threading.Event()

        def work() -> None:
            while not over.wait(0.1):
                kind.tick()

        thread = threading.Thread(target=work, daemon=True)
        thread.start()
        yield
        over.set()
        thread.join()

    return run()


def _row(database: Database) -> str:
    with database.transaction() as session:
        found = session.scalar(select(MailboxRow.mailboxid))
        if found is None:
            row = MailboxRow(name="Sales", emailaddress="sales@seller.example")
            session.add(row)
            session.flush()
            found = row.mailboxid
        return str(found)
