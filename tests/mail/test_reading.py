"""What came in, over a real IMAP server: fetched once, stored once, told at once, whatever the server does."""

import datetime as dt
import imaplib
import ssl
import threading
import time
from contextlib import suppress
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import delete, select
from tests.mail.post_office import PASSWORD, SALES, PostOffice, letter, open_mailbox

from leadwright.db.base import now
from leadwright.db.mail import InboundMessage, MailboxFolder
from leadwright.errors import MailError
from leadwright.mail import imap as imap_module
from leadwright.mail import imap_commands, unreadable
from leadwright.mail.arrivals import VALIDITY
from leadwright.mail.dataverse_incoming import raw_of
from leadwright.mail.inbox import NOT_WHOLE, marks, read_cursor, store_batch
from leadwright.mail.mailbox import Batch, Cursor, Fetched, Found, Result, Tracked
from leadwright.mail.smtp_imap import SmtpImapMailbox
from leadwright.sandbox.mail_server import MailServer

MOST = 1_000_000


def incoming(n: int, *, messageid: str | None = "", sender: str = "jo@company.example", body: str = "") -> bytes:
    named = f"Message-ID: <{n}@company.example>\r\n" if messageid == "" else f"Message-ID: {messageid}\r\n"
    return (
        (named if messageid is not None else "")
        + f"From: Jo <{sender}>\r\nTo: {SALES}\r\nSubject: Re: Shelves {n}\r\nDate: Wed, 25 Nov 2026 09:00:00 +0000\r\n"
        + f"\r\n{body or f'Answer {n}'}\r\n"
    ).encode()


def come(office: PostOffice, count: int, first: int = 0) -> None:
    for n in range(first, first + count):
        office.server.deliver("jo@company.example", SALES, incoming(n))


def read(office: PostOffice, mailbox: SmtpImapMailbox, most: int = MOST) -> list[str]:
    """One pass as a worker does it: each batch in a transaction of its own. Ids of what is new."""
    with office.database.reading() as session:
        cursor = read_cursor(session, office.mailboxid, "INBOX")
    fresh: list[str] = []
    for batch in mailbox.fetch_new(cursor, most_bytes=most):
        with office.database.transaction() as session:
            fresh += store_batch(session, office.mailboxid, "INBOX", batch, now())
    return fresh


def stored(office: PostOffice) -> list[InboundMessage]:
    with office.database.reading() as session:
        return list(session.scalars(select(InboundMessage).order_by(InboundMessage.uid)))


def test_everything_is_fetched_once_in_order_and_byte_by_byte(office: PostOffice) -> None:
    come(office, 5)
    mailbox = office.open()
    assert len(read(office, mailbox)) == 5
    assert read(office, mailbox) == []
    come(office, 2, first=5)
    assert len(read(office, mailbox)) == 2
    rows = stored(office)
    assert [r.messageid for r in rows] == [f"<{n}@company.example>" for n in range(7)]
    assert [r.raw for r in rows] == [m.raw for m in office.server.folder(SALES).messages]
    assert all(not m.flags for m in office.server.folder(SALES).messages), "reading marks nothing as seen"


def test_many_are_fetched_in_ranges(small_office: PostOffice, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(imap_module, "BATCH", 100)
    asked: list[str] = []
    plain = imaplib.IMAP4.uid

    def counted(self: imaplib.IMAP4, command: str, *words: str) -> object:
        asked.append(command)
        return plain(self, command, *words)

    monkeypatch.setattr(imaplib.IMAP4, "uid", counted)
    come(small_office, 1000)
    assert len(read(small_office, small_office.open())) == 1000
    assert len(asked) == 1 + 2 * 10


def test_more_messages_than_one_answer_holds_are_all_found(
    small_office: PostOffice, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(imaplib, "_MAXLINE", 1_000)
    monkeypatch.setattr(imap_commands, "SEARCHED", 100)
    come(small_office, 350)
    mailbox = small_office.open()
    assert len(read(small_office, mailbox)) == 350
    come(small_office, 1, first=350)
    assert len(read(small_office, mailbox)) == 1
    small_office.server.folder(SALES).next_uid = 4_000_000_000
    come(small_office, 1, first=351)
    assert len(read(small_office, mailbox)) == 1


def test_however_wide_the_uids_are_a_folder_is_searched_by_how_much_it_holds(
    small_office: PostOffice, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(imap_commands, "SEARCHED", 3)
    asked: list[tuple[str, ...]] = []
    plain = imaplib.IMAP4.uid

    def counted(self: imaplib.IMAP4, command: str, *words: str) -> object:
        asked.append(words)
        return plain(self, command, *words)

    come(small_office, 4)
    small_office.server.folder(SALES).next_uid = 4_294_967_000
    come(small_office, 4, first=4)
    uids = [m.uid for m in small_office.server.folder(SALES).messages]
    with imaplib.IMAP4("localhost", small_office.server.imap_port) as imap:
        imap.login(SALES, PASSWORD)
        imap_commands.select_folder(imap, "INBOX")
        monkeypatch.setattr(imaplib.IMAP4, "uid", counted)
        assert imap_commands.uids_after(imap, 0) == uids
        assert imap_commands.uids_since(imap, small_office.clock()) == uids
        assert imap_commands.uids_after(imap, uids[6]) == uids[7:]
    assert [words[0] for words in asked] == ["7:*", "4:6", "1:3"] * 2 + ["7:*", "4:6"]


def test_another_uidvalidity_is_read_anew_and_acted_on_never_twice(office: PostOffice) -> None:
    come(office, 4)
    mailbox = office.open()
    assert len(read(office, mailbox)) == 4
    office.server.folder(SALES).renumber()
    come(office, 1, first=4)
    assert len(read(office, mailbox)) == 1
    assert read(office, mailbox) == []
    assert len(stored(office)) == 5
    assert {r.uidvalidity for r in stored(office)} == {office.server.folder(SALES).validity}


def test_a_message_that_is_stored_anew_has_the_id_of_before_and_never_that_of_another(office: PostOffice) -> None:
    come(office, 2)
    mailbox = office.open()
    before = read(office, mailbox)
    for table in (InboundMessage, MailboxFolder):  # as an older backup leaves them
        with office.database.transaction() as session:
            session.execute(delete(table))
    assert read(office, mailbox) == before
    with office.database.transaction() as session:
        told_otherwise = session.get_one(InboundMessage, before[0])
        told_otherwise.identity, told_otherwise.messageid = "0" * 64, "<other@company.example>"
        told_otherwise.contenthash = "0" * 64
    office.server.folder(SALES).renumber()
    (again,) = read(office, mailbox)
    assert again not in before


def test_a_message_delivered_twice_is_one_message(office: PostOffice) -> None:
    office.server.faults.copies = 3
    come(office, 1)
    mailbox = office.open()
    assert len(read(office, mailbox)) == 1
    (row,) = stored(office)
    assert row.deliveries == 3
    office.server.folder(SALES).renumber()
    assert read(office, mailbox) == []
    assert stored(office)[0].deliveries == 3


def test_the_same_words_under_another_message_id_are_linked_to_the_first(office: PostOffice) -> None:
    for name in ("<a@x.example>", "<b@x.example>"):
        office.server.deliver("jo@x.example", SALES, incoming(1, messageid=name))
    assert len(read(office, office.open())) == 1
    first, second = stored(office)
    assert (second.state, second.firstid) == ("duplicate", first.inboundmessageid)


def test_the_same_words_count_again_as_an_answer_to_another_mail_or_on_another_day(office: PostOffice) -> None:
    day = dt.timedelta(days=1)
    for n, (answers, came) in enumerate(
        [("one", day), ("two", day), ("one", 3 * day), ("two", 0.5 * day), ("two", -day)]
    ):
        raw = b"In-Reply-To:\r\n <%s@seller.example>\r\n" % answers.encode() + incoming(1, messageid=f"<{n}@x.example>")
        office.server.folder(SALES).add(raw, office.clock() + came)
    read(office, office.open())
    assert [row.state for row in stored(office)] == ["new", "new", "new", "duplicate", "new"]


def test_what_another_kind_of_mailbox_gave_before_is_the_same_message(office: PostOffice) -> None:
    """Dataverse makes mails of its columns: other bytes and another number than the same mail has over IMAP."""
    row = {
        "activityid": "a",
        "subject": "Re: Shelves 0",
        "sender": "jo@company.example",
        "messageid": "<0@company.example>",
    }
    came = office.clock()
    tracked = Fetched(1, raw_of(row), 10, came - dt.timedelta(minutes=20), Tracked("a"))
    with office.database.transaction() as session:
        assert store_batch(session, office.mailboxid, "INBOX", Batch(Cursor(VALIDITY, 1), (tracked,)), came)
    mailbox, inbox = office.open(), office.server.folder(SALES)
    for _ in range(2):
        inbox.add(incoming(0), came)
    for _ in range(2):
        assert read(office, mailbox) == []
        inbox.renumber()
    assert [row.deliveries for row in stored(office)] == [2]
    inbox.renumber()
    inbox.add(incoming(0, body="Another mail under the same name"), came + dt.timedelta(days=1))
    assert len(read(office, mailbox)) == 1


def test_messages_without_or_with_the_same_message_id_are_told_apart_by_content(office: PostOffice) -> None:
    for n, name in ((1, None), (2, None), (1, None), (3, "<same@x.example>"), (4, "<same@x.example>")):
        office.server.deliver("jo@x.example", SALES, incoming(n, messageid=name))
    assert len(read(office, office.open())) == 4
    assert len(stored(office)) == 4


def test_what_is_too_large_is_kept_with_its_beginning_and_the_rest_goes_on(office: PostOffice) -> None:
    office.server.deliver("jo@x.example", SALES, incoming(1, body="x" * 200_000))
    come(office, 1, first=2)
    assert len(read(office, office.open(), most=100_000)) == 2
    large, small = stored(office)
    assert (large.state, large.kind, small.kind) == ("new", NOT_WHOLE, "")
    assert "too large" in large.reason
    assert len(large.raw) == 65_536


def test_a_message_that_comes_without_its_content_is_never_passed_over(small_office: PostOffice) -> None:
    come(small_office, 3)
    small_office.server.faults.without_content = frozenset({2})
    with imaplib.IMAP4("localhost", small_office.server.imap_port) as imap:
        imap.login(SALES, PASSWORD)
        imap_commands.select_folder(imap, "INBOX")
        sizes = imap_commands.fetch_sizes(imap, [1, 2, 3])
        with pytest.raises(imaplib.IMAP4.error, match="message 2 came without its content"):
            imap_commands.fetch_messages(imap, [1, 2, 3, 4], sizes | {4: 10}, MOST)
        assert [m.uid for m in imap_commands.fetch_messages(imap, [1, 3, 4], sizes | {4: 10}, MOST)] == [1, 3]
        heads = imap_commands.thread_heads(imap, imap_commands.ask_for_thread_heads(imap, [1, 2, 3]), [1, 2, 3])
    assert [(m.uid, bool(m.raw)) for m in heads] == [(1, True), (2, False), (3, True)]


def test_a_line_cut_in_the_middle_of_a_fetch_loses_and_doubles_nothing(
    office: PostOffice, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(imap_module, "BATCH", 10)
    come(office, 50)
    office.server.faults.cut_fetch = 1_500
    fresh, breaks = [], 0
    mailbox = office.open()
    for _ in range(40):
        try:
            fresh += read(office, mailbox)
            break
        except MailError:
            breaks += 1
            office.server.faults.cut_fetch += 400
            fresh = [r.inboundmessageid for r in stored(office)]
    assert breaks >= 2
    assert len(stored(office)) == 50


def test_a_message_at_which_the_line_always_breaks_is_put_aside_in_time(
    office: PostOffice, monkeypatch: pytest.MonkeyPatch
) -> None:
    come(office, 7)
    office.server.faults.break_fetch = frozenset({4})
    mailbox = office.open()
    for _ in range(3):
        with pytest.raises(MailError, match="broke off"):
            read(office, mailbox)
    assert stored(office) == [], "it may be the line: nothing is put aside, nothing passed over"
    monkeypatch.setattr(unreadable, "PATIENCE", 0.0)
    assert len(read(office, mailbox)) == 7
    assert [row.kind for row in stored(office)] == ["", "", "", NOT_WHOLE, "", "", ""]
    assert read(office, mailbox) == []
    come(office, 1, first=7)
    assert len(read(office, mailbox)) == 1


def test_short_passes_over_a_message_that_hangs_get_on(office: PostOffice, monkeypatch: pytest.MonkeyPatch) -> None:
    """Sizes are given each time and what hangs is the message: the search goes on where the pass before ended."""
    come(office, 9)
    office.server.faults.break_whole = frozenset({4})
    monkeypatch.setattr(unreadable, "PATIENCE", 0.0)
    monkeypatch.setattr(unreadable, "_PASS", -1.0)  # one failed question a pass
    mailbox, passes = office.open(), 0
    while not stored(office) and passes < 20:
        passes += 1
        with suppress(MailError):
            read(office, mailbox)
    assert 3 <= passes < 20
    assert [row.kind for row in stored(office)].count(NOT_WHOLE) == 1
    assert len(stored(office)) == 9


def test_a_line_that_broke_now_and_then_is_never_held_against_a_message(
    office: PostOffice, monkeypatch: pytest.MonkeyPatch
) -> None:
    come(office, 3)
    office.server.faults.break_fetch = frozenset({2})
    mailbox = office.open()
    with pytest.raises(MailError):
        read(office, mailbox)
    office.server.faults.break_fetch = frozenset()
    assert len(read(office, mailbox)) == 3
    monkeypatch.setattr(unreadable, "PATIENCE", 0.0)
    come(office, 1, first=3)
    office.server.stop()
    with pytest.raises(MailError):
        read(office, mailbox)
    assert [row.kind for row in stored(office)] == ["", "", ""]


@pytest.mark.parametrize("count", [1, 3])
def test_a_server_that_gives_no_message_for_a_while_has_none_put_aside(office: PostOffice, count: int) -> None:
    """Its store is ill: a folder opens, and the answer to every FETCH is NO."""
    come(office, count)
    office.server.faults.refuse_fetch = frozenset(range(1, count + 1))
    mailbox = office.open()
    for _ in range(4):
        with pytest.raises(MailError, match="SERVERBUG"):
            read(office, mailbox)
    assert stored(office) == []
    office.server.faults.refuse_fetch = frozenset()
    assert len(read(office, mailbox)) == count
    assert [row.kind for row in stored(office)] == [""] * count


def test_several_messages_of_which_none_is_given_wait_for_one_that_is_or_for_an_hour(
    office: PostOffice, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(unreadable, "PATIENCE", 0.0)
    come(office, 3)
    office.server.faults.refuse_fetch = frozenset({1, 2, 3})
    mailbox = office.open()
    for _ in range(2):
        with pytest.raises(MailError, match="SERVERBUG"):
            read(office, mailbox)
    come(office, 1, first=3)
    assert len(read(office, mailbox)) == 4
    assert [row.kind for row in stored(office)] == [NOT_WHOLE] * 3 + [""]
    come(office, 2, first=4)
    office.server.faults.refuse_fetch = frozenset({5, 6})
    with pytest.raises(MailError, match="SERVERBUG"):
        read(office, mailbox)
    monkeypatch.setattr(unreadable, "_SEVERAL", 0.0)
    assert len(read(office, mailbox)) == 2


@pytest.mark.parametrize("most_whole", [None, 2])
def test_a_message_of_which_the_server_gives_nothing_at_all_holds_up_no_other(
    office: PostOffice, monkeypatch: pytest.MonkeyPatch, most_whole: int | None
) -> None:
    """As Exchange does with what it cannot convert: NO to its size and to its head too."""
    monkeypatch.setattr(imap_module, "HEADS", 3)
    monkeypatch.setattr(unreadable, "PATIENCE", 0.0)
    come(office, 8)
    office.server.faults.refuse_all_of = frozenset({1, 5})
    mailbox = office.open()
    batches = list(mailbox.fetch_new(Cursor(), most_bytes=MOST, most_whole=most_whole))
    if most_whole is not None:
        heads = [one for batch in batches for one in batch.heads]
        assert [(one.uid, bool(one.raw)) for one in heads] == [(n, n not in {1, 5}) for n in range(1, 9)]
        sizes = {one.uid: one.size for one in heads}
        batches = list(mailbox.fetch_some(batches[-1].cursor.uidvalidity, sizes, most_bytes=MOST))
    found = [one for batch in batches for one in batch.messages]
    assert [(one.uid, bool(one.trouble)) for one in found] == [(n, n in {1, 5}) for n in range(1, 9)]


def test_sent_away_with_bye_it_signs_in_again(small_office: PostOffice) -> None:
    come(small_office, 1)
    mailbox = small_office.open()
    assert len(read(small_office, mailbox)) == 1
    small_office.server.faults.bye_at = 5
    for n in range(1, 6):
        come(small_office, 1, first=n)
        while True:
            try:
                read(small_office, mailbox)
                break
            except MailError:
                small_office.server.faults.bye_at += 5
    assert len(stored(small_office)) == 6


@pytest.mark.parametrize(
    ("said", "moment"),
    [
        (b"25-Nov-2026 22:10:00 +0000", dt.datetime(2026, 11, 25, 22, 10, tzinfo=dt.UTC)),
        (b" 1-feb-2026 00:30:00 +0530", dt.datetime(2026, 1, 31, 19, 0, tzinfo=dt.UTC)),
        (b"31-Dec-2026 23:30:59 -0130", dt.datetime(2027, 1, 1, 1, 0, 59, tzinfo=dt.UTC)),
        (b"31-Feb-2026 00:00:00 +0000", None),
        (b"01-anf-2026 00:00:00 +0000", None),
        (b"yesterday", None),
    ],
)
def test_when_a_message_came_is_read_or_unknown(said: bytes, moment: dt.datetime | None) -> None:
    assert imap_commands._moment(said) == moment


def test_idle_tells_at_once(small_office: PostOffice) -> None:
    mailbox = small_office.open()
    read(small_office, mailbox)
    waits = []
    for n in range(5):
        came: list[float] = []
        timer = threading.Timer(0.3, lambda n=n, came=came: (came.append(time.monotonic()), come(small_office, 1, n)))
        timer.start()
        assert mailbox.wait_for_new(10)
        waits.append(time.monotonic() - came[0])
        timer.join()
        assert len(read(small_office, mailbox)) == 1
    assert sorted(waits)[2] < 0.5
    began = time.monotonic()
    assert not mailbox.wait_for_new(0.3)
    assert time.monotonic() - began < 5


def test_what_came_between_reading_and_idling_is_not_missed(small_office: PostOffice) -> None:
    mailbox = small_office.open()
    read(small_office, mailbox)
    come(small_office, 1)
    began = time.monotonic()
    assert mailbox.wait_for_new(10)
    assert time.monotonic() - began < 2


def test_without_idle_it_looks_from_time_to_time(small_office: PostOffice, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(imap_module, "_POLL_SECONDS", 0.05)
    small_office.server.faults.no_idle = True
    mailbox = small_office.open()
    read(small_office, mailbox)
    timer = threading.Timer(0.2, lambda: come(small_office, 1))
    timer.start()
    assert mailbox.wait_for_new(10)
    timer.join()
    assert not mailbox.wait_for_new(0.1) or len(read(small_office, mailbox)) == 1


def test_a_half_open_line_is_found_out(small_office: PostOffice) -> None:
    mailbox = small_office.open(timeout=0.5)
    read(small_office, mailbox)
    small_office.server.faults.silent_idle = True
    with pytest.raises(MailError, match="broke off"):
        mailbox.wait_for_new(0.2)
    small_office.server.faults.silent_idle = False
    come(small_office, 1)
    assert mailbox.wait_for_new(5)


def test_sent_mail_is_found_by_its_message_id_and_filed_once(small_office: PostOffice) -> None:
    mailbox, mail = small_office.open(), letter("a@b.example")
    assert mailbox.find_sent(mail.messageid) is Found.NO
    mailbox.file_sent(mail.raw, now())
    mailbox.file_sent(mail.raw, now())
    assert mailbox.find_sent(mail.messageid) is Found.YES
    assert len(small_office.server.folder(SALES, "Sent").messages) == 1
    assert small_office.server.folder(SALES, "Sent").messages[0].raw == mail.raw


def test_a_missing_sent_folder_is_made_and_until_then_proves_nothing(small_office: PostOffice) -> None:
    del small_office.server.store.accounts[SALES].folders["Sent"]
    mailbox, mail = small_office.open(), letter("a@b.example")
    assert mailbox.find_sent(mail.messageid) is Found.CANNOT_TELL
    mailbox.file_sent(mail.raw, now())
    assert mailbox.find_sent(mail.messageid) is Found.YES


def test_a_server_that_is_gone_cannot_tell(small_office: PostOffice) -> None:
    mailbox = small_office.open()
    small_office.server.stop()
    assert mailbox.find_sent("<a@b.example>") is Found.CANNOT_TELL
    with pytest.raises(MailError, match="Check the host and the port"):
        list(mailbox.fetch_new(read_cursor_of(small_office), most_bytes=MOST))


def read_cursor_of(office: PostOffice) -> object:
    with office.database.reading() as session:
        return read_cursor(session, office.mailboxid, "INBOX")


@given(st.binary(max_size=2000))
def test_any_bytes_have_marks(raw: bytes) -> None:
    assert len(marks(raw).identity) == len(marks(raw).contenthash) == 64


def test_the_lines_a_server_adds_change_no_mark() -> None:
    assert marks(b"Return-Path: <x@y.example>\r\nReceived: from z\r\n" + incoming(1)) == marks(incoming(1))


def test_no_control_character_of_a_message_id_is_kept() -> None:
    raw = b"Message-ID: <x\ry\x0b\x7f\x00\xc2\x85z@evil.example>\r\nSubject: Hi\r\n\r\nhi"
    assert marks(raw).messageid == "<xyz@evil.example>"


def test_marks_of_a_hostile_header_are_found_quickly() -> None:
    raw = b"To: " + b"a@b.example, " * 500_000 + b"\r\nMessage-ID: <x@y.example>\r\n\r\nhi"
    began = time.process_time()
    marks(raw)
    marks(b"Subject:" + b" " * 5_000_000 + b"\r\n\r\n")
    marks(b"a\n " * 1_000_000)
    assert time.process_time() - began < 2


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate for localhost, signed by itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    moment = dt.datetime.now(dt.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name).issuer_name(name).public_key(key.public_key()).serial_number(x509.random_serial_number())
        .not_valid_before(moment - dt.timedelta(days=1)).not_valid_after(moment + dt.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )  # fmt: skip
    path = tmp_path_factory.mktemp("tls") / "both.pem"
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path.write_bytes(private + made.public_bytes(serialization.Encoding.PEM))
    return path


@pytest.mark.parametrize("security", ["tls", "starttls"])
def test_the_line_is_protected_and_a_strange_certificate_is_refused(certificate: Path, security: str) -> None:
    served = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    served.load_cert_chain(certificate)
    with MailServer(tls=served, implicit_tls=security == "tls") as server:
        server.add_account(SALES, PASSWORD)
        trusted = ssl.create_default_context(cafile=str(certificate))
        mailbox = open_mailbox(server.smtp_port, server.imap_port, security=security, tls=trusted)
        trip = mailbox.test_trip(5)
        assert (trip.outgoing, trip.incoming) == ("", "")
        timer = threading.Timer(0.3, lambda: server.deliver("jo@x.example", SALES, incoming(1)))
        timer.start()
        assert mailbox.wait_for_new(5)
        timer.join()
        mailbox.close()
        stranger = open_mailbox(server.smtp_port, server.imap_port, security=security)
        outcome = stranger.send(letter("a@b.example"), lambda: True)
        assert outcome.result is Result.MAILBOX
        assert "not trusted" in outcome.words
        stranger.close()


def imap_of(server: MailServer) -> imaplib.IMAP4:
    line = imaplib.IMAP4("localhost", server.imap_port)
    line.login(SALES, PASSWORD)
    return line


def test_a_mail_program_can_look_in(server: MailServer) -> None:
    """What Thunderbird and mutt ask for."""
    server.deliver("jo@x.example", SALES, incoming(1))
    line = imap_of(server)
    assert {b"Sent" in n for n in line.list()[1]} == {True, False}
    assert line.status("INBOX", "(MESSAGES UNSEEN UIDNEXT)")[1][0].startswith(b'"INBOX" (MESSAGES 1 UNSEEN 1')
    assert line.select("INBOX")[1] == [b"1"]
    fields = "(UID RFC822.SIZE FLAGS BODY.PEEK[HEADER.FIELDS (From To Subject Date Message-ID)])"
    ((_, head), *_) = line.uid("FETCH", "1:*", fields)[1]
    assert b"Subject: Re: Shelves 1" in head
    assert b"Return-Path" not in head
    assert b'"Re: Shelves 1"' in line.fetch("1", "(ENVELOPE)")[1][0]
    assert line.uid("STORE", "1", "+FLAGS", r"(\Seen \Flagged)")[0] == "OK"
    assert line.search(None, "SEEN", "FLAGGED")[1] == [b"1"]
    assert line.search(None, "UNSEEN")[1] == [b""]
    assert line.uid("COPY", "1", "Trash")[0] == "OK"
    line.uid("STORE", "1", "+FLAGS.SILENT", r"(\Deleted)")
    assert line.expunge()[1] == [b"1"]
    assert line.select("Trash")[1] == [b"1"]
    assert (
        line.append("Drafts", r"(\Draft)", imaplib.Time2Internaldate(time.time()), b"Subject: x\r\n\r\nhi\r\n")[0]
        == "OK"
    )
    assert line.select('"No such folder"')[0] == "NO"
    assert line.noop()[0] == "OK"
    line.logout()


def test_a_wrong_password_opens_nothing(server: MailServer) -> None:
    line = imaplib.IMAP4("localhost", server.imap_port)
    with pytest.raises(imaplib.IMAP4.error, match="AUTHENTICATIONFAILED"):
        line.login(SALES, "wrong")
    with pytest.raises(imaplib.IMAP4.error):
        line.xatom("SELECT", "INBOX")
        line.select("INBOX")
    line.shutdown()
