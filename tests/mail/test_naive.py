"""What many builds do, kept to show that the faults and the checker find it out. None of this is used anywhere."""

import smtplib
import threading
from datetime import timedelta

import pytest
from sqlalchemy import select, text, update
from sqlalchemy.exc import IntegrityError
from tests.mail.post_office import PASSWORD, SALES, Clock, PostOffice

from leadwright.db.mail import Mailbox, Outbox
from leadwright.domain.suppression import Reason
from leadwright.errors import MailError
from leadwright.mail.mailbox import Cursor
from leadwright.mail.suppression import suppress, why_suppressed
from leadwright.sandbox.mail_checker import check
from leadwright.sandbox.mail_faults import Fault, Step, Times


def naive_send(office: PostOffice, row: Outbox, *, timeout: float = 10, marking: bool = True) -> None:
    """Try again whenever the connection broke or no answer came, wherever that was."""
    while True:
        line = smtplib.SMTP("localhost", office.server.smtp_port, timeout=timeout)
        try:
            line.login(SALES, PASSWORD)
            line.sendmail(row.sender, [row.recipient], row.raw)
        except (smtplib.SMTPServerDisconnected, TimeoutError):
            continue
        finally:
            line.close()
        if marking:
            mark(office, row)
        return


def mark(office: PostOffice, row: Outbox) -> None:
    with office.database.transaction() as session:
        session.execute(update(Outbox).where(Outbox.outboxid == row.outboxid).values(phase="sent"))


def broken(office: PostOffice) -> set[int]:
    return {b.invariant for b in check(office.database, office.server.log, office.clock(), ended=False)}


def test_trying_again_after_any_drop_sends_twice(small_office: PostOffice) -> None:
    small_office.waiting(3)
    small_office.server.faults.script = Times(Step.TAKEN, Fault(drop=True))
    for row in small_office.rows().values():
        naive_send(small_office, row)
    assert broken(small_office) == {1}


def test_claiming_without_comparing_lets_two_workers_send_the_same_mail(small_office: PostOffice) -> None:
    small_office.waiting(1)
    both_read = threading.Barrier(2)

    def work() -> None:
        with small_office.database.reading() as session:
            row = session.scalars(select(Outbox).where(Outbox.phase == "queued")).one()
        both_read.wait()
        naive_send(small_office, row)

    workers = [threading.Thread(target=work) for _ in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert broken(small_office) == {1}


def test_asking_for_the_opt_out_before_the_claim_misses_it(small_office: PostOffice, clock: Clock) -> None:
    (row,) = small_office.waiting(1)
    with small_office.database.reading() as session:
        assert why_suppressed(session, "person0@company0.example", "outreach") is None
    with small_office.database.transaction() as session:
        suppress(session, "person0@company0.example", reason=Reason.OPT_OUT, source="test", clock=clock)
    clock.forward(1)
    with small_office.database.transaction() as session:
        claimed = update(Outbox).where(Outbox.outboxid == row).values(phase="sending", claimedon=clock())
        session.execute(claimed.values(leaseuntil=clock() + timedelta(seconds=60)))
    assert broken(small_office) == {3}


def test_a_limit_counted_in_each_worker_is_passed_by_three(small_office: PostOffice) -> None:
    small_office.waiting(90)
    with small_office.database.transaction() as session:
        session.get_one(Mailbox, small_office.mailboxid).lw_perminute = 30
    rows = list(small_office.rows().values())
    for worker in range(3):
        for row in rows[worker * 30 : worker * 30 + 30]:
            naive_send(small_office, row)
    assert broken(small_office) == {5}


def test_moving_the_mark_before_the_messages_are_stored_loses_them(small_office: PostOffice) -> None:
    for n in range(3):
        small_office.server.deliver("jo@x.example", SALES, f"Message-ID: <{n}@x>\r\n\r\nAnswer {n}\r\n".encode())
    mailbox, mark, kept = small_office.open(timeout=2.0), Cursor(), []
    small_office.server.faults.cut_fetch = 60
    for _ in range(2):
        begun, mark = mark, Cursor(small_office.server.folder(SALES).validity, 3)
        try:
            for batch in mailbox.fetch_new(begun, most_bytes=1_000_000):
                kept += batch.messages
        except MailError:
            small_office.server.faults.cut_fetch = 0
    assert len(kept) < 3


def test_taking_the_uid_for_the_message_acts_twice(small_office: PostOffice) -> None:
    raw = b"Message-ID: <1@x>\r\n\r\nPlease call me.\r\n"
    acted: list[bytes] = []
    seen: set[tuple[int, int]] = set()

    def read() -> None:
        for batch in small_office.open().fetch_new(Cursor(), most_bytes=1_000_000):
            for message in batch.messages:
                if (batch.cursor.uidvalidity, message.uid) not in seen:
                    seen.add((batch.cursor.uidvalidity, message.uid))
                    acted.append(message.raw)

    small_office.server.deliver("jo@x.example", SALES, raw)
    read()
    small_office.server.folder(SALES).renumber()
    read()
    small_office.server.deliver("jo@x.example", SALES, raw)
    read()
    assert len(acted) == 3, "one message, delivered twice and numbered anew"


def test_recording_after_the_fact_sends_on_while_nothing_can_be_recorded(small_office: PostOffice) -> None:
    rows = [small_office.rows()[row] for row in small_office.waiting(3)]
    with small_office.database.transaction() as session:
        session.execute(text("CREATE TRIGGER full BEFORE UPDATE ON outbox BEGIN SELECT RAISE(ABORT, 'full'); END"))
    for row in rows:
        with pytest.raises(IntegrityError):
            naive_send(small_office, row)
    assert len(small_office.server.log) == 3
