"""Our mailbox on a real Postfix and Dovecot: what they say and do, and what we make of it."""

import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage

import dkim
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from sqlalchemy import select, update
from tests.mail.post_office import SENDER, add_mailbox, letter
from tests.mail_servers.running import (
    AWAY,
    BACK,
    BOUNCING,
    COLLEAGUE,
    LEADS,
    PASSWORDS,
    SALES,
    UNKNOWN,
    MailServers,
    wait_until,
)

from leadwright.analyst.builtin.replies.return_date import return_date_in
from leadwright.db.base import now
from leadwright.db.engine import Database
from leadwright.db.mail import InboundMessage, Outbox
from leadwright.db.mail import Mailbox as MailboxRow
from leadwright.domain.mail_phase import Phase
from leadwright.errors import MailError
from leadwright.mail.automatic import Kind
from leadwright.mail.bounce_phrases import Reason
from leadwright.mail.compose import Message, compose
from leadwright.mail.dkim import DkimKey
from leadwright.mail.inbox import read_cursor, store_batch
from leadwright.mail.login import Login, Security, Server
from leadwright.mail.mailbox import Access, Cursor, Found, Result
from leadwright.mail.outbox import Order, put
from leadwright.mail.reading import Reading, read_mail
from leadwright.mail.sender import Sender
from leadwright.mail.smtp_imap import SmtpImapMailbox
from leadwright.mail.unsubscribe import Seals

MOST = 10_000_000
SECURITIES: tuple[Security, ...] = ("starttls", "tls")


def mailbox_on(
    servers: MailServers,
    address: str = SALES,
    *,
    user: str = SALES,
    password: str | None = None,
    security: Security = "starttls",
    seals: Seals | None = None,
) -> SmtpImapMailbox:
    ports = servers.ports
    smtp, imap = ("smtp", "imap") if security == "starttls" else ("smtps", "imaps")
    secret = password or PASSWORDS[user]
    return SmtpImapMailbox(
        address,
        smtp=Server("localhost", ports[smtp], security, servers.tls, timeout=10),
        imap=Server("localhost", ports[imap], security, servers.tls, timeout=10),
        login=Login(user, lambda: secret),
        seals=seals,
    )


@pytest.fixture
def mailbox(mail_servers: MailServers) -> Iterator[SmtpImapMailbox]:
    opened = mailbox_on(mail_servers)
    yield opened
    opened.close()


def note(sender: str, subject: str, words: str = "Thank you, that looks good.") -> bytes:
    made = EmailMessage()
    made["From"], made["To"], made["Subject"] = sender, SALES, subject
    made["Message-ID"] = f"<{time.time_ns()}@company.example>"
    made.set_content(words)
    return made.as_bytes().replace(b"\n", b"\r\n")


def arrived(servers: MailServers, count: int = 1, address: str = SALES) -> list[Reading]:
    wait_until(lambda: len(servers.mails(address)) >= count)
    return [read_mail(raw, own={SALES}) for raw in servers.mails(address)]


def wait_through_breaks(mailbox: SmtpImapMailbox) -> bool:
    """As a worker does: told that the line broke, it asks again."""
    while True:
        try:
            return mailbox.wait_for_new(20)
        except MailError:
            time.sleep(0.2)


@pytest.mark.parametrize("security", SECURITIES)
def test_the_test_message_goes_out_comes_in_and_nothing_is_left(mail_servers: MailServers, security: Security) -> None:
    mailbox = mailbox_on(mail_servers, security=security)
    trip = mailbox.test_trip(15)
    assert (trip.outgoing, trip.incoming) == ("", "")
    assert mail_servers.mails(SALES) == []
    mailbox.close()


def test_a_wrong_password_is_refused_in_the_servers_words_both_ways(mail_servers: MailServers) -> None:
    mailbox = mailbox_on(mail_servers, password="wrong")
    trip = mailbox.test_trip(5)
    mailbox.close()
    assert "535 5.7.8 Error: authentication failed" in trip.outgoing
    assert "[AUTHENTICATIONFAILED] Authentication failed." in trip.incoming


def test_a_password_is_never_given_to_a_server_of_a_strange_certificate(mail_servers: MailServers) -> None:
    server = Server("localhost", mail_servers.ports["smtp"], "starttls")
    imap = Server("localhost", mail_servers.ports["imaps"], "tls")
    asked: list[str] = []

    def secret() -> str:
        asked.append("")
        return PASSWORDS[SALES]

    trip = SmtpImapMailbox(SALES, smtp=server, imap=imap, login=Login(SALES, secret)).test_trip(1)
    assert "not trusted" in trip.outgoing
    assert "not trusted" in trip.incoming
    assert asked == []


def test_access_is_tried_and_nothing_is_sent(mail_servers: MailServers, mailbox: SmtpImapMailbox) -> None:
    assert mailbox.try_access() == Access("", "", "", ())
    assert mail_servers.mails(SALES) == []


def test_send_as_another_address_is_refused_and_not_blamed_on_the_recipient(mail_servers: MailServers) -> None:
    """Postfix judges the sender only when it hears the recipient (smtpd_delay_reject)."""
    mailbox = mailbox_on(mail_servers, COLLEAGUE, user=SALES)
    access = mailbox.try_access()
    assert f"553 5.7.1 <{COLLEAGUE}>: Sender address rejected: not owned by user {SALES}" in access.send_as
    assert access.address == ""
    outcome = mailbox.send(replace(letter(LEADS[0]), sender=COLLEAGUE), lambda: True)
    assert (outcome.result, outcome.code) == (Result.MAILBOX, 553)
    mailbox.close()


def test_an_address_without_a_mailbox_is_said(mailbox: SmtpImapMailbox) -> None:
    outcome = mailbox.send(letter(UNKNOWN), lambda: True)
    assert (outcome.result, outcome.code) == (Result.REFUSED, 550)
    assert "5.1.1" in outcome.words
    assert "User unknown" in outcome.words


@pytest.mark.parametrize("security", SECURITIES)
def test_a_mail_arrives_as_it_was_composed(mail_servers: MailServers, security: Security) -> None:
    mailbox = mailbox_on(mail_servers, security=security)
    sent = letter(LEADS[0])
    assert mailbox.send(sent, lambda: True).result is Result.ACCEPTED
    wait_until(lambda: mail_servers.mails(LEADS[0]))
    (raw,) = mail_servers.mails(LEADS[0])
    body = sent.raw.partition(b"\r\n\r\n")[2].replace(b"\r\n", b"\n")
    assert raw.replace(b"\r\n", b"\n").endswith(body)
    mailbox.close()


def test_a_mail_that_is_stopped_before_its_dot_never_arrives(
    mail_servers: MailServers, mailbox: SmtpImapMailbox
) -> None:
    assert mailbox.send(letter(LEADS[0], 1), lambda: False).result is Result.STOPPED
    assert mailbox.send(letter(LEADS[0], 2), lambda: True).result is Result.ACCEPTED
    (reading,) = arrived(mail_servers, address=LEADS[0])
    assert "company 2" in reading.message.subject


def test_a_copy_is_filed_once_and_found_by_its_message_id(mail_servers: MailServers, mailbox: SmtpImapMailbox) -> None:
    sent = letter(LEADS[0])
    assert mailbox.find_sent(sent.messageid) is Found.NO
    for _ in range(2):
        mailbox.file_sent(sent.raw, datetime(2026, 11, 25, tzinfo=UTC))
    assert mailbox.find_sent(sent.messageid) is Found.YES
    assert len(mail_servers.mails(SALES, "Sent")) == 1


def test_what_came_in_is_fetched_once_unread_and_again_after_the_folder_was_made_anew(
    mail_servers: MailServers, mailbox: SmtpImapMailbox
) -> None:
    for number in range(3):
        mail_servers.deliver(LEADS[number], SALES, note(LEADS[number], f"Answer {number}"))
        wait_until(lambda number=number: len(mail_servers.mails(SALES)) == number + 1)
    (batch,) = mailbox.fetch_new(Cursor(), most_bytes=MOST)
    assert [f"Answer {n}".encode() in m.raw for n, m in enumerate(batch.messages)] == [True] * 3
    assert all(m.received is not None and m.size == len(m.raw) for m in batch.messages)
    assert all(not name.name.endswith("S") for name in (mail_servers.home(SALES) / "Maildir" / "cur").glob("*"))
    (again,) = mailbox.fetch_new(batch.cursor, most_bytes=MOST)
    assert (again.messages, again.restarted) == ((), False)
    mail_servers.doveadm("mailbox", "create", "-u", SALES, "Kept")
    mail_servers.doveadm("move", "-u", SALES, "Kept", "mailbox", "INBOX", "all")
    (folder,) = mailbox.fetch_new(Cursor(), folder="Kept", most_bytes=MOST)
    mail_servers.doveadm("mailbox", "delete", "-u", SALES, "Kept")
    time.sleep(1.1)  # Dovecot makes UIDVALIDITY of the time in seconds
    mail_servers.doveadm("mailbox", "create", "-u", SALES, "Kept")
    mail_servers.deliver(LEADS[0], SALES, note(LEADS[0], "After"))
    wait_until(lambda: mail_servers.mails(SALES))
    mail_servers.doveadm("move", "-u", SALES, "Kept", "mailbox", "INBOX", "all")
    anew = list(mailbox.fetch_new(folder.cursor, folder="Kept", most_bytes=MOST))
    assert anew[0].restarted
    assert anew[-1].cursor.uidvalidity != folder.cursor.uidvalidity
    assert [b"After" in m.raw for b in anew for m in b.messages] == [True]


def test_nothing_is_new_again_when_every_uid_lost_its_meaning(
    mail_servers: MailServers, mailbox: SmtpImapMailbox, database: Database
) -> None:
    mailboxid = add_mailbox(database)
    for number in range(2):
        mail_servers.deliver(LEADS[number], SALES, note(LEADS[number], f"Answer {number}"))
    wait_until(lambda: len(mail_servers.mails(SALES)) == 2)
    assert len(stored(database, mailboxid, mailbox)) == 2
    mail_servers.doveadm("mailbox", "update", "-u", SALES, "--uid-validity", "4711", "INBOX")
    mail_servers.deliver(LEADS[2], SALES, note(LEADS[2], "Answer 2"))
    wait_until(lambda: len(mail_servers.mails(SALES)) == 3)
    assert len(stored(database, mailboxid, mailbox)) == 1
    assert stored(database, mailboxid, mailbox) == []
    with database.reading() as session:
        assert read_cursor(session, mailboxid, "INBOX").uidvalidity == 4711
        assert len(session.scalars(select(InboundMessage)).all()) == 3


def test_nothing_is_lost_when_uids_begin_anew_under_the_same_uidvalidity(
    mail_servers: MailServers, mailbox: SmtpImapMailbox, database: Database
) -> None:
    mailboxid = add_mailbox(database)
    for number in range(3):
        mail_servers.deliver(LEADS[number], SALES, note(LEADS[number], f"Answer {number}"))
        wait_until(lambda number=number: len(mail_servers.mails(SALES)) == number + 1)
    assert len(stored(database, mailboxid, mailbox)) == 3
    with database.reading() as session:
        validity = read_cursor(session, mailboxid, "INBOX").uidvalidity
    mail_servers.doveadm("expunge", "-u", SALES, "mailbox", "INBOX", "2:*")
    mail_servers.renumber(SALES)
    mail_servers.doveadm("mailbox", "update", "-u", SALES, "--uid-validity", str(validity), "INBOX")
    mail_servers.deliver(LEADS[0], SALES, note(LEADS[0], "Answer 3"))
    wait_until(lambda: len(mail_servers.mails(SALES)) == 2)
    assert len(stored(database, mailboxid, mailbox)) == 1
    assert stored(database, mailboxid, mailbox) == []


def stored(database: Database, mailboxid: str, mailbox: SmtpImapMailbox) -> list[str]:
    """What a pass of the inbox finds new: ids."""
    with database.reading() as session:
        cursor = read_cursor(session, mailboxid, "INBOX")
    fresh: list[str] = []
    for batch in mailbox.fetch_new(cursor, most_bytes=MOST):
        with database.transaction() as session:
            fresh += store_batch(session, mailboxid, "INBOX", batch, now())
    return fresh


def test_the_outbox_goes_out_once_and_is_filed_and_a_wrong_sender_fails_no_mail(
    mail_servers: MailServers, mailbox: SmtpImapMailbox, database: Database
) -> None:
    mailboxid = add_mailbox(database)
    with database.transaction() as session:
        for number, lead in enumerate(LEADS):
            put(session, Order(f"outreach:{number}", mailboxid, letter(lead, number)), now())
    wrong = Sender(database, mailboxid, mailbox_on(mail_servers, user=COLLEAGUE), worker="wrong", clock=now)
    assert wrong.send_next() == Phase.QUEUED
    wrong.close()
    with database.transaction() as session:
        row = session.get_one(MailboxRow, mailboxid)
        assert "Sender address rejected: not owned by user" in (row.lw_lasterror or "")
        row.lw_pauseduntil = None
        session.execute(update(Outbox).values(dueat=now()))
    sender = Sender(database, mailboxid, mailbox, worker="one", clock=now)
    assert sender.send_due() == 3
    assert sender.send_due() == 0
    sender.tidy()
    for lead in LEADS:
        wait_until(lambda lead=lead: len(mail_servers.mails(lead)) == 1)
    assert len(mail_servers.mails(SALES, "Sent")) == 3
    with database.reading() as session:
        rows = session.scalars(select(Outbox)).all()
        assert {row.phase for row in rows} == {Phase.SENT}
        assert all(mailbox.find_sent(row.messageid) is Found.YES for row in rows)


def test_idle_tells_of_a_delivery_at_once(mail_servers: MailServers, mailbox: SmtpImapMailbox) -> None:
    (first,) = mailbox.fetch_new(Cursor(), most_bytes=MOST)
    timer = threading.Timer(0.5, lambda: mail_servers.deliver(LEADS[0], SALES, note(LEADS[0], "Hello")))
    timer.start()
    began = time.monotonic()
    assert mailbox.wait_for_new(20)
    assert time.monotonic() - began < 10
    timer.join()
    (batch,) = mailbox.fetch_new(first.cursor, most_bytes=MOST)
    assert len(batch.messages) == 1
    assert not mailbox.wait_for_new(0.3)


def test_a_restart_of_the_server_is_survived(mail_servers: MailServers, mailbox: SmtpImapMailbox) -> None:
    (first,) = mailbox.fetch_new(Cursor(), most_bytes=MOST)
    with ThreadPoolExecutor(1) as other:
        began = time.process_time()
        waiting = other.submit(wait_through_breaks, mailbox)
        time.sleep(0.5)
        mail_servers.restart_dovecot()
        mail_servers.deliver(LEADS[0], SALES, note(LEADS[0], "After the restart"))
        assert waiting.result(20)
        assert time.process_time() - began < 2  # a closed line is no reason to look at it without a pause
    (batch,) = mailbox.fetch_new(first.cursor, most_bytes=MOST)
    assert (len(batch.messages), batch.restarted) == (1, False)
    assert mailbox.find_sent("<nothing@seller.example>") is Found.NO


def test_a_server_that_is_gone_is_named_while_it_is(mail_servers: MailServers, mailbox: SmtpImapMailbox) -> None:
    (first,) = mailbox.fetch_new(Cursor(), most_bytes=MOST)
    mail_servers.stop_dovecot()
    try:
        with pytest.raises(MailError, match=r"localhost:\d+ cannot be reached"):
            list(mailbox.fetch_new(first.cursor, most_bytes=MOST))
        assert mailbox.find_sent("<nothing@seller.example>") is Found.CANNOT_TELL
        assert mailbox.send(letter(LEADS[0]), lambda: True).result is Result.MAILBOX  # nobody to ask about passwords
    finally:
        mail_servers.restart_dovecot()
    wait_until(lambda: mailbox.send(letter(LEADS[0]), lambda: True).result is Result.ACCEPTED)
    assert len(list(mailbox.fetch_new(first.cursor, most_bytes=MOST))) == 1


def test_a_bounce_by_postfix_is_hard_and_about_our_mail(mail_servers: MailServers, mailbox: SmtpImapMailbox) -> None:
    sent = letter(BOUNCING)
    assert mailbox.send(sent, lambda: True).result is Result.ACCEPTED
    (reading,) = arrived(mail_servers)
    report = reading.report
    assert report is not None
    assert (report.hard, report.reason, report.original_message_id) == (True, Reason.USER_UNKNOWN, sent.messageid)
    assert [(f.recipient, f.status) for f in report.failures] == [(BOUNCING, "5.1.1")]
    assert reading.automatic is not None


def test_an_absence_note_by_sieve_is_out_of_office_with_its_date(
    mail_servers: MailServers, mailbox: SmtpImapMailbox
) -> None:
    sent = letter(AWAY)
    assert mailbox.send(sent, lambda: True).result is Result.ACCEPTED
    (reading,) = arrived(mail_servers)
    assert reading.automatic is not None
    assert (reading.automatic.kind, reading.report) == (Kind.OUT_OF_OFFICE, None)
    assert sent.messageid in reading.message.values("in-reply-to")
    back = return_date_in(reading.new_text, reading.message.subject, datetime.now(UTC).date())
    assert back in {BACK, BACK + timedelta(days=1)}


def test_a_reply_of_a_person_is_no_machines(mail_servers: MailServers) -> None:
    mail_servers.write_as(LEADS[0], SALES, note(LEADS[0], "Re: Shelves for company 1"))
    (reading,) = arrived(mail_servers)
    assert (reading.automatic, reading.report, reading.new_text) == (None, None, "Thank you, that looks good.")


def test_dkim_is_still_good_after_both_servers(mail_servers: MailServers, mailbox: SmtpImapMailbox) -> None:
    key = DkimKey("seller.example", "lw1", rsa.generate_private_key(public_exponent=65537, key_size=2048))
    message = Message(
        to_name="Zoë Ünal",
        to_address=LEADS[1],
        subject="Regale für Ihr Lager, " + "nachgefragt " * 8,
        body="Hello,\n\n.a line that begins with a dot\n\nFrom here on nothing is quoted.\n\nKind regards",
        why="You get this mail because your company sells furniture.",
        unsubscribe_url="https://desk.seller.example/unsubscribe/v1.key.token",
    )
    assert mailbox.send(compose(replace(SENDER, dkim=key), message), lambda: True).result is Result.ACCEPTED
    wait_until(lambda: mail_servers.mails(LEADS[1]))
    (raw,) = mail_servers.mails(LEADS[1])
    asked: list[bytes] = []

    def dns(name: bytes, timeout: int = 5) -> bytes:
        asked.append(name)
        return key.dns_record().encode()

    assert dkim.verify(raw, dnsfunc=dns)
    assert asked == [b"lw1._domainkey.seller.example."]


def test_a_password_may_have_letters_of_any_language(mail_servers: MailServers) -> None:
    mailbox = mailbox_on(mail_servers, COLLEAGUE, user=COLLEAGUE)
    assert not PASSWORDS[COLLEAGUE].isascii()
    trip = mailbox.test_trip(15)
    assert (trip.outgoing, trip.incoming) == ("", "")
    mailbox.close()
