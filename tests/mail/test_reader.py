"""The pool of parsing processes: whatever a stranger sends, the queue behind it moves (F30 to F32)."""

import os
import signal
import threading
import time
from collections.abc import Iterator
from email import message_from_bytes
from pathlib import Path

import pytest
from tests.mail.mails import HEAD, dsn, mail

from leadwright.mail.limits import Limits, TooMuch, too_much
from leadwright.mail.parse import parse_mail
from leadwright.mail.reader import MailReader, Quarantine, Why
from leadwright.mail.reading import Reading


@pytest.fixture(scope="module")
def reader() -> Iterator[MailReader]:
    with MailReader() as opened:
        yield opened


def nested(levels: int) -> bytes:
    return HEAD + b"".join(
        b'Content-Type: multipart/mixed; boundary="b%d"\r\n\r\n--b%d\r\n' % (n, n) for n in range(levels)
    )


HOSTILE = {
    "50 MB": HEAD + b"\r\n" + b"x" * 50_000_000,
    "10,000 parts": HEAD
    + b'Content-Type: multipart/mixed; boundary="q"\r\n\r\n'
    + b"--q\r\n\r\nx\r\n" * 10_000
    + b"--q--\r\n",
    "1,000 levels": nested(1_000),
    "1,000 mails in one another": HEAD + b"Content-Type: message/rfc822\r\n\r\n" * 1_000 + b"x",
    "20,000 addresses": b"From: a@b.example\r\nTo: "
    + b", ".join(b"u%d@x.example" % n for n in range(20_000))
    + b"\r\n\r\nx",
    "9,000 addresses below the header limit": b"From: a@b.example\r\nTo: "
    + b", ".join(b"u%d@x.e" % n for n in range(9_000))
    + b"\r\n\r\nx",
    "a header of 1 MB": b"Subject: " + b"a" * 1_000_000 + b"\r\n\r\nx",
    "a boundary of 3,000": HEAD + b'Content-Type: multipart/mixed; boundary="' + b"b" * 3_000 + b'"\r\n\r\nx',
}


@pytest.mark.parametrize("name", HOSTILE)
def test_what_passes_a_limit_is_put_aside_before_it_is_parsed(name: str, reader: MailReader) -> None:
    started = time.monotonic()
    found = reader.read(HOSTILE[name])
    assert isinstance(found, Quarantine)
    assert found.why is Why.TOO_MUCH
    assert found.reason.endswith(".")
    assert time.monotonic() - started < 5
    assert isinstance(reader.read(mail("next")), Reading)


def test_a_reader_without_limits_would_stop_at_the_same_mails() -> None:
    """What the limits are for: the standard parser alone raises on one of them."""
    with pytest.raises(RecursionError):
        for part in message_from_bytes(HOSTILE["1,000 levels"]).walk():
            part.get_content_type()


BAIT = {
    "open comments": b"From: " + b"(" * 90_000 + b"\r\nTo: x@y.example\r\n\r\nhi",
    "open quotes": b'From: "' + b'\\"' * 45_000 + b"\r\n\r\nhi",
    "encoded words": b"From: x@y.example\r\nSubject: " + b"=?utf-8?q?a?= " * 7_000 + b"\r\n\r\nhi",
    "parameters": HEAD + b"Content-Type: text/plain;" + b" a=b;" * 19_000 + b"\r\n\r\nhi",
    "quote marks": HEAD + b"\r\n" + b">" * 1_000_000 + b"\r\n" + (b"On " + b"a " * 200 + b"\r\n") * 5_000,
    "header names": HEAD + b"\r\n" + b"From: a\r\nTo: b\r\n" * 100_000,
    "white space": HEAD + b"\r\n" + b" " * 2_000_000 + b"x",
    "one long word": b"From: mailer-daemon@x.example\r\nSubject: failure notice\r\n\r\n"
    + b"a" * 500_000
    + b"@"
    + b"." * 99_999,
    "a bounce that repeats itself": b"From: mailer-daemon@x.example\r\n\r\n" + b"could not be delivered " * 50_000,
    "style rules": HEAD + b"Content-Type: text/html\r\n\r\n<style>" + b".a{" * 300_000 + b"</style>x",
    "much hidden text": HEAD
    + b"Content-Type: text/html\r\n\r\n"
    + b"<p style='color:white'>a</p><!-- a b c d -->" * 50_000,
    "bad base64": HEAD + b"Content-Transfer-Encoding: base64\r\n\r\n" + b"!a" * 5_000_000,
    "NUL": HEAD + b"\r\n" + b"\0" * 5_000_000,
    "UTF-7 and lone surrogates": HEAD + b"Content-Type: text/plain; charset=utf-7\r\n\r\n" + b"+2AA- +AGk-" * 10_000,
    "24 MB of text": HEAD + b"\r\n" + b"hello world, this is a line of text\r\n" * 650_000,
}


@pytest.mark.parametrize("name", BAIT)
def test_bait_is_read_within_the_limits(name: str, reader: MailReader) -> None:
    before = _processor_time(reader)
    found = reader.read(BAIT[name])
    assert isinstance(found, Reading), found
    assert _processor_time(reader) - before < 5
    found.message.text.encode("utf-8")


def _processor_time(reader: MailReader) -> float:
    """Seconds the children of this process that have not ended used, by the kernel's account."""
    child = reader._idle.get()
    reader._idle.put(child)
    if child is None or not Path("/proc/self/stat").exists():
        return 0.0
    fields = Path(f"/proc/{child._process.pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def test_a_mail_that_takes_too_long_is_put_aside_and_the_next_one_is_read() -> None:
    slow = HEAD + b"Content-Type: text/html\r\n\r\n" + b"<div>" * 400_000 + b"x"
    with MailReader(seconds=1) as reader:
        found = reader.read(slow)
        assert isinstance(found, Quarantine)
        assert found.why is Why.TOO_SLOW
        assert isinstance(reader.read(mail("next")), Reading)


def test_patience_by_the_clock_ends_a_mail_too() -> None:
    slow = HEAD + b"Content-Type: text/html\r\n\r\n" + b"<div>" * 400_000 + b"x"
    with MailReader(seconds=60, patience=0.8) as reader:
        found = reader.read(slow)
        assert isinstance(found, Quarantine)
        assert (found.why, found.reason) == (Why.TOO_SLOW, "Reading it took longer than 0.8 seconds.")
        assert isinstance(reader.read(mail("next")), Reading)


def test_a_mail_that_needs_too_much_memory_is_put_aside_and_the_next_one_is_read() -> None:
    with MailReader(memory=60 * 1024 * 1024) as reader:
        found = reader.read(HEAD + b"\r\n" + b"hello world, this is a line of text\r\n" * 650_000)
        assert isinstance(found, Quarantine)
        assert found.why in (Why.TOO_MUCH_MEMORY, Why.CRASHED)
        assert isinstance(reader.read(mail("next")), Reading)


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="needs /proc")
def test_a_child_stays_below_300_mb_on_the_largest_mail(reader: MailReader) -> None:
    reader.read(BAIT["24 MB of text"])
    child = reader._idle.get()
    reader._idle.put(child)
    assert child is not None
    status = Path(f"/proc/{child._process.pid}/status").read_text()
    assert int(status.partition("VmPeak:")[2].split()[0]) <= 300 * 1024


def test_a_child_that_dies_is_replaced_and_the_mail_is_read_after_all() -> None:
    with MailReader() as reader:
        reader.read(mail())
        child = reader._idle.get()
        reader._idle.put(child)
        assert child is not None
        os.kill(child._process.pid, signal.SIGKILL)
        child._process.wait()
        assert isinstance(reader.read(mail("again")), Reading)


def test_a_mail_that_kills_every_child_is_put_aside_after_two_tries() -> None:
    with MailReader() as reader:
        stop = threading.Event()

        def kill_children() -> None:
            while not stop.is_set():
                for pid in _children():
                    os.kill(pid, signal.SIGKILL)
                time.sleep(0.01)

        if not Path("/proc/self/task").exists():
            pytest.skip("needs /proc")
        killer = threading.Thread(target=kill_children)
        killer.start()
        found = reader.read(BAIT["24 MB of text"])
        stop.set()
        killer.join()
        assert isinstance(found, Quarantine)
        assert found.why is Why.CRASHED
        assert isinstance(reader.read(mail("next")), Reading)


def _children() -> list[int]:
    """Parsing processes of this very test process."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            parent = int((folder / "stat").read_text().rpartition(")")[2].split()[1])
            command = (folder / "cmdline").read_bytes()
        except (OSError, ValueError, IndexError):
            continue
        if parent == os.getpid() and b"leadwright.mail.child" in command:
            found.append(int(folder.name))
    return found


@pytest.mark.skipif(not Path("/proc/self/environ").exists(), reason="needs /proc")
def test_the_child_knows_no_secret_of_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LEADWRIGHT_SECRET_KEY", "do-not-pass-on")
    with MailReader() as reader:
        reader.read(mail())
        child = reader._idle.queue[0]
        assert child is not None
        assert b"LEADWRIGHT" not in Path(f"/proc/{child._process.pid}/environ").read_bytes()


def test_the_child_is_kept_warm() -> None:
    with MailReader() as reader:
        reader.read(mail())
        first = reader._idle.queue[0]
        for n in range(20):
            reader.read(mail(str(n)))
        assert reader._idle.queue[0] is first


def test_two_processes_read_at_once_and_none_outlives_the_pool() -> None:
    with MailReader(2) as reader:
        found: list[object] = []
        threads = [threading.Thread(target=lambda: found.append(reader.read(mail("hello")))) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(found) == 8
        assert all(isinstance(f, Reading) for f in found)
        processes = [child._process for child in reader._idle.queue if child]
        assert processes
    assert [p.poll() is not None for p in processes] == [True] * len(processes)


def test_what_comes_from_the_child_is_what_is_read_here() -> None:
    with MailReader(own={"sales@example.org"}) as reader:
        found = reader.read(dsn())
        assert isinstance(found, Reading)
        assert found.message == parse_mail(dsn())
        assert found.report is not None
        assert found.report.hard is True
        own = reader.read(mail(**{"from": "Sales <sales@example.org>"}))
        assert isinstance(own, Reading)
        assert own.automatic is not None
        assert own.automatic.kind == "own"


def test_limits_are_counted_not_guessed() -> None:
    assert too_much(nested(100)) is None
    assert "100 levels" in (too_much(nested(101)) or "")
    siblings = (
        b'Content-Type: multipart/mixed; boundary="q"\r\n\r\n'
        + b"--q\r\nContent-Type: message/rfc822\r\n\r\nA: b\r\n\r\n" * 150
    )
    assert too_much(HEAD + siblings + b"--q--") is None
    assert too_much(HEAD + b"\r\n" + b"--x\r\n" * 5_000) is None, "lines of dashes in a text are no parts"
    with pytest.raises(TooMuch, match="limit is 10"):
        parse_mail(mail(), Limits(size=10))


def test_many_are_read_in_order_and_as_one_by_one() -> None:
    mails = [mail(f"text {n}", subject=f"number {n}") for n in range(130)] + [dsn()]
    with MailReader(2) as reader:
        assert list(reader.read_many(mails)) == [reader.read(raw) for raw in mails]
        assert list(reader.read_many([])) == []


def test_one_bad_mail_among_many_costs_only_itself() -> None:
    slow = HEAD + b"Content-Type: text/html\r\n\r\n" + b"<div>" * 90_000 + b"x"
    mails = [mail(str(n)) for n in range(30)]
    mails[7:7] = [HOSTILE["1,000 levels"], slow]
    with MailReader(2, seconds=1) as reader:
        found = list(reader.read_many(mails))
    assert [n for n, f in enumerate(found) if isinstance(f, Quarantine)] in ([7], [7, 8])
    assert [f.message.text.strip() for n, f in enumerate(found) if isinstance(f, Reading) and n != 8] == [
        str(n) for n in range(30)
    ]


def test_a_child_that_dies_over_many_costs_none_of_them() -> None:
    mails = [mail(str(n)) for n in range(60)]
    with MailReader() as reader:
        reader.read(mail())
        child = reader._idle.get()
        reader._idle.put(child)
        assert child is not None
        child._process.send_signal(signal.SIGSTOP)
        coming = reader.read_many(mails)
        time.sleep(0.2)
        os.kill(child._process.pid, signal.SIGKILL)
        assert all(isinstance(found, Reading) for found in coming)
