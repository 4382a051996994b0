"""An older backup was restored: what Sent knows is learned before anything goes out, so nobody gets a mail twice."""

import shutil
from datetime import timedelta
from pathlib import Path
from urllib.parse import quote

import pytest
from tests.mail.fault_proxy import FaultProxy, Trouble
from tests.mail.post_office import SALES, SENDER, Clock, PostOffice, letter, open_mailbox
from tests.mail.test_naive import broken, naive_send
from tests.mail.test_trouble import server_files

from leadwright.db.audit import broken_link
from leadwright.db.mail import Mailbox
from leadwright.domain.mail_phase import Phase
from leadwright.identity.secrets import Vault
from leadwright.mail import records
from leadwright.mail.claim import Nothing
from leadwright.mail.compose import Message, compose
from leadwright.mail.mailbox import Fetched
from leadwright.mail.outbox import Order, put
from leadwright.mail.sender import Sender
from leadwright.mail.unsubscribe import link, mail_of
from leadwright.sandbox.mail_checker import check

SEALS = Vault(["of the tests, and long enough"])


def decide(office: PostOffice, n: int) -> bool:
    """The mail of one step to one lead, composed anew each time it is decided. Is it new?"""
    key, to = f"outreach:{n}:1:1", f"person{n}@company{n}.example"
    address = link("https://desk.seller.example", SEALS, to, key)
    words = Message(to_name="", to_address=to, subject=f"Shelves {n}", body="Hello,\n\nshelves.\n\nNadia",
                    why="You sell furniture.", unsubscribe_url=address)  # fmt: skip
    with office.database.transaction() as session:
        return put(session, Order(key, office.mailboxid, compose(SENDER, words)), office.clock())[1]


def file_of(office: PostOffice) -> Path:
    return Path(office.database.url.removeprefix("sqlite:///"))


def back_up(office: PostOffice) -> None:
    with office.database.engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    shutil.copy(file_of(office), file_of(office).with_suffix(".backup"))


def restore(office: PostOffice) -> None:
    office.database.close()
    for left in ("-wal", "-shm"):
        Path(f"{file_of(office)}{left}").unlink(missing_ok=True)
    shutil.copy(file_of(office).with_suffix(".backup"), file_of(office))


def worker(office: PostOffice, **more: int) -> Sender:
    ports = more.get("smtp", office.server.smtp_port), more.get("imap", office.server.imap_port)
    mailbox = open_mailbox(*ports, seals=SEALS)
    office.opened.append(mailbox)
    return Sender(office.database, office.mailboxid, mailbox, worker="one", clock=office.clock)


def sent_then_restored(office: PostOffice, clock: Clock) -> None:
    """Three mails wait in the backup; they, and three decided after it, went out; then the backup came back."""
    server_files(office)
    for n in range(3):
        decide(office, n)
    back_up(office)
    clock.forward(86_400)
    for n in range(3, 6):
        decide(office, n)
    assert worker(office).send_due() == 6
    clock.forward(3_600)
    restore(office)
    assert office.phases() == {"queued": 3}


def test_mails_newer_than_the_backup_are_not_sent_again(small_office: PostOffice, clock: Clock) -> None:
    sent_then_restored(small_office, clock)
    sender = worker(small_office)
    assert sender.send_due() == 0
    assert small_office.phases() == {"sent": 6}
    assert not any(decide(small_office, n) for n in range(6)), (
        "what was decided before the restore is not decided again"
    )
    assert decide(small_office, 6)
    assert sender.send_due() == 1
    assert check(small_office.database, small_office.server.log, clock(), ended=True) == []
    with small_office.database.reading() as session:
        assert broken_link(session) is None


def test_what_was_decided_again_before_sent_could_be_asked_is_the_mail_that_was_sent(
    small_office: PostOffice, clock: Clock
) -> None:
    sent_then_restored(small_office, clock)
    assert all(decide(small_office, n) for n in range(3, 6)), "decided again, under new Message-IDs"
    assert worker(small_office).send_due() == 0
    assert small_office.phases() == {"sent": 6}
    assert len(small_office.server.log) == 6
    assert check(small_office.database, small_office.server.log, clock(), ended=True) == []
    assert worker(small_office).send_due() == 0, "looked through once more"
    assert small_office.phases() == {"sent": 6}


def test_a_mail_that_was_decided_again_and_cancelled_before_sent_could_be_asked_was_sent(
    small_office: PostOffice, clock: Clock
) -> None:
    sent_then_restored(small_office, clock)
    decide(small_office, 3)
    with small_office.database.transaction() as session:
        for row in small_office.rows().values():
            if row.businesskey.startswith("outreach:3:"):
                session.merge(row).phase = Phase.CANCELLED
    assert worker(small_office).send_due() == 0
    assert small_office.phases() == {"sent": 6}


@pytest.mark.parametrize("before", [0, 2], ids=["empty", "days before"])
def test_a_backup_that_knows_none_of_the_mails_does_not_hide_them_by_what_is_decided_again(
    small_office: PostOffice, clock: Clock, before: int
) -> None:
    server_files(small_office)
    with small_office.database.transaction() as session:
        session.get_one(Mailbox, small_office.mailboxid).createdon = clock()
    for n in range(10, 10 + before):
        decide(small_office, n)
    assert worker(small_office).send_due() == before
    back_up(small_office)
    clock.forward(86_400)
    for n in range(3):
        decide(small_office, n)
    assert worker(small_office).send_due() == 3
    clock.forward(5 * 86_400)
    restore(small_office)
    assert all(decide(small_office, n) for n in range(3))
    assert worker(small_office).send_due() == 0
    assert small_office.phases() == {"sent": 3 + before}
    assert len(small_office.server.log) == 3 + before


@pytest.mark.parametrize("phase", [Phase.SENDING, Phase.UNKNOWN, Phase.HELD])
def test_whatever_the_backup_says_of_a_mail_in_sent_it_was_sent(
    small_office: PostOffice, clock: Clock, phase: Phase
) -> None:
    sent_then_restored(small_office, clock)
    with small_office.database.transaction() as session:
        for row in small_office.rows().values():
            session.merge(row).phase = phase
    sender = worker(small_office)
    sender.tidy()
    assert sender.send_due() == 0
    assert small_office.phases() == {"sent": 6}
    assert len(small_office.server.log) == 6


@pytest.mark.parametrize("told_first", [False, True], ids=["unknown", "found in Sent"])
def test_a_mail_that_was_at_the_dot_in_the_backup_does_not_hide_what_left_after_it(
    small_office: PostOffice, clock: Clock, told_first: bool
) -> None:
    server_files(small_office)
    with small_office.database.transaction() as session:
        session.get_one(Mailbox, small_office.mailboxid).createdon = clock()
    decide(small_office, 0)
    assert worker(small_office).send_due() == 1
    with small_office.database.transaction() as session:
        row = session.merge(next(iter(small_office.rows().values())))
        row.phase, row.spenton, row.concludedon = Phase.COMMITTING, None, None
        row.leaseuntil = clock() + timedelta(seconds=660)
    back_up(small_office)
    assert decide(small_office, 1)
    assert worker(small_office).send_due() == 1
    clock.forward(3 * 86_400)
    restore(small_office)
    assert decide(small_office, 1), "decided again, under a new Message-ID"
    sender = worker(small_office)
    sender.tidy()
    if told_first:
        clock.forward(660)
        sender.tidy()
        assert small_office.phases() == {"sent": 1, "queued": 1}
    assert sender.send_due() == 0
    assert small_office.phases() == {"sent": 2}
    assert len(small_office.server.log) == 2


def test_mails_of_people_and_links_that_do_not_open_teach_nothing(office: PostOffice, clock: Clock) -> None:
    server_files(office)
    decide(office, 0)
    foreign = letter("person0@company0.example").raw
    odd = b"Message-ID: <x\0@y>\r\nList-Unsubscribe: <>\r\n\r\n"
    for raw in (foreign, b"Subject: by hand\r\n\r\nx\r\n", odd, b"\xff"):
        office.server.folder(SALES, "Sent").add(raw, clock())
    assert worker(office).send_due() == 1
    assert office.phases() == {"sent": 1}


@pytest.mark.parametrize("words", ["NO [UNAVAILABLE] Try again later.", "NO Server Unavailable. 15"])
def test_a_sent_folder_that_is_refused_for_a_moment_is_not_an_empty_one(
    small_office: PostOffice, clock: Clock, words: str
) -> None:
    sent_then_restored(small_office, clock)
    faults = small_office.server.faults
    faults.closed, faults.refusal = frozenset({"Sent"}), words
    sender = worker(small_office)
    waits = sender.send_next()
    assert isinstance(waits, Nothing)
    assert "Sent folder cannot be read" in waits.why
    assert sender.send_due() == 0
    assert small_office.phases() == {"queued": 3}
    faults.closed = frozenset()
    clock.forward(16)
    assert sender.send_due() == 0
    assert small_office.phases() == {"sent": 6}
    assert len(small_office.server.log) == 6


def test_where_there_is_no_sent_folder_mails_go_out(small_office: PostOffice, clock: Clock) -> None:
    del small_office.server.store.accounts[SALES].folders["Sent"]
    decide(small_office, 1)
    assert worker(small_office).send_due() == 1


def test_nothing_goes_out_until_sent_was_looked_through_once_for_all_senders_of_a_line(
    small_office: PostOffice, clock: Clock
) -> None:
    sent_then_restored(small_office, clock)
    with FaultProxy(("127.0.0.1", small_office.server.imap_port), Trouble(down=True)) as imap:
        first = worker(small_office, imap=imap.port)
        waits = first.send_next()
        assert isinstance(waits, Nothing)
        assert "Sent folder cannot be read" in waits.why
        assert first.send_due() == 0
        assert imap.opened == 1
        assert small_office.phases() == {"queued": 3}
        imap.trouble = Trouble()
        clock.forward(16)
        again = Sender(small_office.database, small_office.mailboxid, first._mailbox, worker="one", clock=clock)
        assert again.send_due() == 0
        assert small_office.phases() == {"sent": 6}
        assert imap.opened == 2
        first.send_next()
        assert imap.opened == 2


def test_the_mailbox_of_a_record_opens_the_links_of_its_mails() -> None:
    row = Mailbox(emailaddress=SALES, lw_smtphost="a", lw_smtpport=1, lw_smtpsecurity="none", lw_sentfolder="Sent")
    row.lw_imaphost, row.lw_imapport, row.lw_imapsecurity, row.lw_authentication = "a", 1, "none", "password"
    head = (
        f"Message-ID: <1@x>\r\nList-Unsubscribe: <{link('https://x.example', SEALS, 'jo@y.example', 'key:1')}>,\r\n x"
    )
    copy = records.open_mailbox(row, SEALS)._copy(Fetched(1, head.encode(), 0))
    assert copy is not None
    assert copy.businesskey == "key:1"


def test_a_mail_of_ours_is_told_by_the_link_in_its_footer_however_its_text_is_kept() -> None:
    url, older = (link("https://x.example", SEALS, "jo@y.example", key) for key in ("key:2", "key:1"))
    for text in (
        f'<p><a href="{url}" style="color:#616161">Unsubscribe</a></p></div></body></html>',
        f"Unsubscribe: you will not hear from us again.\n{url}\n",
        f"<{url}>,<mailto:sales@seller.example?subject=unsubscribe%20{url.rpartition('/')[2]}>",
        f"Unsubscribe<https://eur01.safelinks.protection.outlook.com/?url={quote(url, safe='')}&data=05%7C02>",
        f'<p>You wrote: {older}</p><p>x</p><p><a href="{url}">Unsubscribe</a></p>',
        f'<a href="{url}">Unsubscribe</a> <a href="https://x.example/unsubscribe/v1.0a0a0a0a.of-another-installation">x</a>',
    ):
        ours = mail_of(SEALS, text)
        assert ours is not None, text
        assert (ours.address, ours.businesskey) == ("jo@y.example", "key:2"), text
    assert mail_of(SEALS, "https://x.example/unsubscribe/v1.key.token") is None
    assert mail_of(None, url) is None


def test_a_naive_build_sends_what_waits_in_the_backup_again(small_office: PostOffice, clock: Clock) -> None:
    sent_then_restored(small_office, clock)
    for row in small_office.rows().values():
        naive_send(small_office, row)
    assert 1 in broken(small_office)
