"""Goals 17 and 18, and the pace: sending to Postfix's smtp-sink over lines that are kept, beside smtplib.

17: processor time to build, sign (RSA-2048) and hand over, ours beside the naive path: two Jinja parts, `EmailMessage`,
dkimpy, a new connection for each mail. 18: mails a second out of the outbox, signed, every phase committed, over the
lines that one worker keeps, beside a loop of `send_message` over one connection with messages built before, and beside
what the disk can do; 18b counts writing, building and signing on both sides as far as either does it. Pace: three
processes on one mailbox, the window scaled from a minute to seconds.
"""

import argparse
import contextlib
import os
import smtplib
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from email.utils import format_datetime, make_msgid
from pathlib import Path

import dkim
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from jinja2 import Template
from sqlalchemy import func, select

from benchmarks.dovecot import find_program, free_port, require
from benchmarks.figures import Figure, report
from leadwright.db.base import now
from leadwright.db.engine import Database
from leadwright.db.mail import Mailbox as MailboxRow
from leadwright.db.mail import Outbox
from leadwright.db.schema import migrate
from leadwright.domain.optionsets import AddressApproval
from leadwright.mail import pace
from leadwright.mail.compose import Letterhead, Message, compose
from leadwright.mail.dkim import DkimKey, load_key
from leadwright.mail.login import Server
from leadwright.mail.mailbox import Letter, SentCopy
from leadwright.mail.outbox import Order, put
from leadwright.mail.sender import Sender
from leadwright.mail.smtp_imap import SmtpImapMailbox
from leadwright.mail.smtp_lines import MOST_LINES

MAILS = 1_000
SALES = "sales@seller.example"
LEAVE = "https://desk.seller.example/unsubscribe/v1.key.token"
_BODY = "Hello Person {n},\n\n" + "\n\n".join(
    "we saw that your company opened two sites this spring, and that each plans its routes by hand. " * 3
    for _ in range(3)
)
_TEXT = Template("{{ body }}\n\n-- \nShelf Makers Ltd., 1 Main Street, Springfield\nUnsubscribe: {{ leave }}\n")
_HTML = Template(
    "<!doctype html><html><body>{% for p in body.split('\n\n') %}<p>{{ p|e }}</p>{% endfor %}"
    "<hr><p>Shelf Makers Ltd., 1 Main Street, Springfield</p><p><a href='{{ leave }}'>Unsubscribe</a></p></body></html>"
)


@contextlib.contextmanager
def sink() -> Iterator[int]:
    """A server that takes everything and keeps nothing; its port."""
    require("smtp-sink")
    port = free_port()
    rights = {"user": "nobody", "group": "nogroup", "extra_groups": []} if os.getuid() == 0 else {}
    process = subprocess.Popen([find_program("smtp-sink") or "", f"127.0.0.1:{port}", "100"], **rights)
    try:
        for _ in range(100):
            with contextlib.suppress(OSError), smtplib.SMTP("127.0.0.1", port, timeout=5):
                break
            time.sleep(0.05)
        yield port
    finally:
        process.terminate()
        process.wait(10)


def new_key() -> tuple[str, DkimKey]:
    pem = rsa.generate_private_key(65537, 2048).private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.TraditionalOpenSSL, serialization.NoEncryption()
    )
    return pem.decode(), load_key("seller.example", "bench", pem.decode())


def letter(n: int, key: DkimKey) -> Letter:
    """What the product writes."""
    head = Letterhead("Nadia of Shelf Makers", SALES, "Shelf Makers Ltd.", "1 Main Street\nSpringfield",
                      "This mail was written by an AI assistant.", key)  # fmt: skip
    return compose(
        head,
        Message(f"Person {n}", f"person{n}@company{n}.example", f"Shelves for company {n}", _BODY.format(n=n),
                "You get this mail because your company sells furniture.", LEAVE),
    )  # fmt: skip


def plain_message(n: int) -> EmailMessage:
    """What a script writes."""
    message = EmailMessage()
    message["From"], message["To"] = f"Nadia <{SALES}>", f"person{n}@company{n}.example"
    message["Subject"], message["Message-ID"] = f"Shelves for company {n}", make_msgid(domain="seller.example")
    message["Date"], message["List-Unsubscribe"] = format_datetime(now()), f"<{LEAVE}>"
    body = _BODY.format(n=n)
    message.set_content(_TEXT.render(body=body, leave=LEAVE))
    message.add_alternative(_HTML.render(body=body, leave=LEAVE), subtype="html")
    return message


def naive(port: int, pem: str, count: int) -> None:
    for n in range(count):
        raw = plain_message(n).as_bytes().replace(b"\n", b"\r\n")
        signed = dkim.sign(raw, b"bench", b"seller.example", pem.encode(), include_headers=[b"from", b"to", b"subject"])
        with smtplib.SMTP("127.0.0.1", port) as smtp:
            smtp.sendmail(SALES, [f"person{n}@company{n}.example"], signed + raw)


def ours_without_outbox(port: int, key: DkimKey, count: int) -> None:
    mailbox = open_mailbox(port)
    for n in range(count):
        said = mailbox.send(letter(n, key), lambda: True)
        if said.code != 250:
            sys.exit(f"the sink said {said}")
    mailbox.close()


def bare_loop(port: int, messages: list[EmailMessage]) -> None:
    with smtplib.SMTP("127.0.0.1", port) as smtp:
        for message in messages:
            smtp.send_message(message)


class NewMailbox(SmtpImapMailbox):
    """One whose Sent folder is empty: it is looked through once before the first mail, and there is no IMAP here."""

    def sent_since(self, since: datetime) -> Iterator[SentCopy]:
        yield from ()


def open_mailbox(port: int) -> SmtpImapMailbox:
    return NewMailbox(SALES, smtp=Server("127.0.0.1", port, "none"), imap=Server("127.0.0.1", 1, "none"), login=None)


def open_office(url: str, **limits: int) -> tuple[Database, str]:
    """A database with one approved mailbox."""
    database = Database(url)
    migrate(database)
    with database.transaction() as session:
        row = MailboxRow(
            name="Sales", emailaddress=SALES, emailrouteraccessapproval=AddressApproval.APPROVED,
            **{"lw_perminute": 1_000_000, "lw_perday": 1_000_000, **limits},
        )  # fmt: skip
        session.add(row)
        session.flush()
        return database, row.mailboxid


def write(database: Database, mailboxid: str, letters: list[Letter], name: str) -> None:
    """Each in a transaction of its own, as each decision is one."""
    for n, each in enumerate(letters):
        with database.transaction() as session:
            put(session, Order(f"outreach:{name}:{n}", mailboxid, each), now())


def send_all(database: Database, mailboxid: str, port: int, count: int) -> None:
    sender = Sender(database, mailboxid, open_mailbox(port), worker="bench")
    done = sender.send_due(most=count)
    sender.close()
    with database.reading() as session:
        waiting = session.scalar(select(func.count()).where(Outbox.phase != "sent"))
    if done != count or waiting:
        sys.exit(f"{done} of {count} were sent, {waiting} are not in phase sent")


def disk_waits(folder: str, seconds: float = 1.0) -> float:
    """How often a second a small write can be had on the disk of that folder, one after another."""
    waits, until = 0, time.perf_counter() + seconds
    with (Path(folder) / "waits").open("wb", buffering=0) as file:
        while time.perf_counter() < until:
            file.write(bytes(4096))
            os.fdatasync(file.fileno())
            waits += 1
    return waits / seconds


def seconds(work: object, *given: object) -> tuple[float, float]:
    """By the clock, and of this process's processor."""
    began, used = time.perf_counter(), time.process_time()
    work(*given)  # type: ignore[operator]
    return time.perf_counter() - began, time.process_time() - used


def sending(port: int, url: str, rounds: int, folder: str) -> list[Figure]:
    """Goals 17 and 18, the ways in turns, with what the disk can do between them."""
    pem, key = new_key()
    database, mailboxid = open_office(url)
    seen: dict[str, list[tuple[float, float]]] = {}
    fifth, waits = MAILS // 5, []
    for n in range(rounds):
        seen.setdefault("naive", []).append(seconds(naive, port, pem, fifth))
        seen.setdefault("ours", []).append(seconds(ours_without_outbox, port, key, fifth))
        messages: list[EmailMessage] = []
        seen.setdefault("building", []).append(seconds(lambda: messages.extend(map(plain_message, range(MAILS)))))  # noqa: B023
        seen.setdefault("loop", []).append(seconds(bare_loop, port, messages))
        letters: list[Letter] = []
        seen.setdefault("composing", []).append(
            seconds(lambda: letters.extend(letter(i, key) for i in range(MAILS)))  # noqa: B023
        )
        seen.setdefault("writing", []).append(seconds(write, database, mailboxid, letters, str(n)))
        waits.append(disk_waits(folder))
        seen.setdefault("outbox", []).append(seconds(send_all, database, mailboxid, port, MAILS))
    database.close()
    kind = "SQLite" if url.startswith("sqlite") else "PostgreSQL"
    wall = {way: statistics.median(w for w, _ in found) for way, found in seen.items()}
    cpu = {way: statistics.median(c for _, c in found) for way, found in seen.items()}
    by_round = ", ".join(f"{lo[0] / out[0]:.2f}" for lo, out in zip(seen["loop"], seen["outbox"], strict=True))
    load = "load " + " ".join(f"{x:.1f}" for x in os.getloadavg())
    whole = wall["composing"] + wall["writing"] + wall["outbox"]
    each = f"{cpu['ours'] / fifth * 1000:.2f} ms, naive {cpu['naive'] / fifth * 1000:.2f} ms; {load}"
    rates = (
        f"{MAILS / wall['outbox']:.0f} a second, loop {MAILS / wall['loop']:.0f}; by round {by_round}; "
        f"CPU {cpu['outbox']:.2f} s, loop {cpu['loop']:.2f} s; {load}"
    )
    limit = MOST_LINES * statistics.median(waits)
    disk = f"{statistics.median(waits):.0f} waits a second, {MOST_LINES} mails a wait; {load}"
    steps = (
        f"compose and sign {wall['composing']:.2f} s, write {wall['writing']:.2f} s, send {wall['outbox']:.2f} s; "
        f"build {wall['building']:.2f} s, send {wall['loop']:.2f} s"
    )
    with_building = (wall["loop"] + wall["building"]) / whole
    return [
        Figure("17", "CPU to build, sign and send / naive path", cpu["ours"] / cpu["naive"], "<= 0.40", each),
        Figure(
            "18", f"1,000 out of the outbox / send_message loop, {kind}", wall["loop"] / wall["outbox"], ">= 0.7", rates
        ),
        Figure("18", "the same / one wait for the disk for four mails", MAILS / wall["outbox"] / limit, "", disk),
        Figure("18b", "the same, composing, signing and writing beside building", with_building, "", steps),
    ]


def pacing(port: int, url: str, window: float, per_window: int, length: float) -> list[Figure]:
    """Three processes on one mailbox: the share of the rate they use, and the most in any window."""
    _, key = new_key()
    database, mailboxid = open_office(url, lw_perminute=per_window)
    count = int(per_window * length / window) + 2 * per_window
    write(database, mailboxid, [letter(n, key) for n in range(count)], "pace")
    until = time.time() + length
    workers = [
        subprocess.Popen(
            [sys.executable, "-m", "benchmarks.mailsend", "--work", url, mailboxid, str(port), str(window), str(until)]
        )
        for _ in range(3)
    ]
    if any(worker.wait() for worker in workers):
        sys.exit("a worker of the pace failed")
    with database.reading() as session:
        spent = select(Outbox.spenton).where(Outbox.spenton.is_not(None)).order_by(Outbox.spenton)
        times = list(session.scalars(spent))
        shares = session.execute(select(func.count()).where(Outbox.phase == "sent").group_by(Outbox.worker))
        by_worker = sorted(n for (n,) in shares)
    database.close()
    span = timedelta(seconds=window)
    most = max(sum(t <= other < t + span for other in times) for t in times)
    used = (len(times) - per_window) / (times[-1] - times[0]).total_seconds() * window / per_window
    detail = f"{len(times)} in {length:.0f} s of {per_window} in {window:.0f} s, by worker {by_worker}"
    return [
        Figure("pace", "three workers: share of the allowed rate that is used", used, ">= 0.95", detail),
        Figure("pace", "the most in any window / the limit", most / per_window, "<= 1", f"{most} of {per_window}"),
    ]


def work(url: str, mailboxid: str, port: str, window: str, until: str) -> None:
    """One worker of the pace, in a process of its own."""
    pace.MINUTE = timedelta(seconds=float(window))
    end = datetime.fromtimestamp(float(until), UTC)
    sender = Sender(Database(url), mailboxid, open_mailbox(int(port)), worker=f"worker {os.getpid()}")
    sender.run(lambda: now() >= end, every=1_000)
    sender.close()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--work", nargs=5)
    given = parser.parse_args()
    if given.work:
        work(*given.work)
        return
    with tempfile.TemporaryDirectory() as name, sink() as port:
        figures = sending(port, f"sqlite:///{name}/send.db", given.rounds, name)
        figures += pacing(port, f"sqlite:///{name}/pace.db", 10.0, 30, 40.0)
    report(figures)


if __name__ == "__main__":
    main()
