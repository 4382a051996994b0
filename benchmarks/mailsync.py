"""Goals 13 to 16: reading a mailbox of 10,000 messages (103 MB) on a real Dovecot, beside a raw drain and mbsync.

First sync, by the code a worker runs: a mailbox that is given to the agent now holds 10,000 mails from before. Their
heads are fetched, read, threaded and stored; whole is fetched what concerns us, which the child processes read within
their limits. Measured thrice: none concerns us, 500 answer mails of ours, and all came after the mailbox was ours, so
that all is read whole. In each round Dovecot forgets the headers it knows (its cache) before ours, unless "warm".
The raw drain is one FETCH whose bytes are thrown away; mbsync copies into a new Maildir without fsync and parses
nothing. No change: ours over the line a worker keeps, and with a new sign-in; mbsync always signs in; `limit` is a bare
socket that signs in, selects and searches.
IDLE: delivered by LMTP, until the rules have spoken, less the notice of another line that only waits.
The ways take turns; the median of the rounds counts. CPU is that of the client, its children included.
"""

import argparse
import base64
import contextlib
import os
import random
import shutil
import smtplib
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from benchmarks.dovecot import PASSWORD, USER, Dovecot, dovecot, require
from benchmarks.figures import Figure, report
from benchmarks.inbox import Inbox

MAILS = 10_000
ANSWERS = [f"<o{n}@bench.example>" for n in range(0, MAILS, 20)]  # of every twentieth mail
WAYS: dict[str, tuple[int, dict[str, Any]]] = {
    "ours": (0, {}),
    "warm": (0, {}),
    "answers": (len(ANSWERS), {"sent": ANSWERS}),
    "whole": (MAILS, {"connected": datetime(2020, 1, 1, tzinfo=UTC)}),
}
DELIVERIES = 30
_SENTENCE = (
    "we would like to see how the planner copes with forty seats before our budget closes in may and whether "
    "your team could show it to people in logistics who plan routes by hand today because orders change hourly"
)
_WORDS = _SENTENCE.split()


def generate(count: int) -> Iterator[bytes]:
    """Mails as customers write them: text and HTML, each different; one in twenty with 60 kB attached. Seeded."""
    chance = random.Random(13)
    paper = base64.encodebytes(bytes(chance.randrange(256) for _ in range(60_000))).replace(b"\n", b"\r\n")
    for n in range(count):
        yield _mail(n, chance, paper if n % 20 == 0 else b"")


def _mail(n: int, chance: random.Random, paper: bytes) -> bytes:
    paragraphs = [" ".join(chance.choices(_WORDS, k=72)).capitalize() + "." for _ in range(4)]
    quoted = [" ".join(chance.choices(_WORDS, k=11)) for _ in range(12)]
    text = "\r\n\r\n".join("\r\n".join(_wrapped(p)) for p in paragraphs)
    text += "\r\n\r\nKind regards\r\nJörg\r\n\r\nOn Mon, Feb 2, 2026 at 10:12 AM Us <sales@bench.example> wrote:\r\n"
    text += "\r\n".join(f"> {line}" for line in quoted)
    html = "<html><head><style>p{margin:0 0 12px;font-family:Calibri}</style></head><body>"
    html += "".join(f'<p class="MsoNormal"><span lang="EN">{p}</span></p>\r\n' for p in paragraphs)
    html += "<p>Kind regards<br>Jörg</p><blockquote>" + "<br>\r\n".join(quoted) + "</blockquote></body></html>"
    date = f"Mon, {n % 28 + 1} Feb 2026 10:{n % 60:02}:00 +0000"
    head = (
        f"Return-Path: <j{n}@customer{n % 500}.example>\r\n"
        f"Received: from mail.customer.example by mx.bench.example with ESMTPS id a{n}; {date}\r\n"
        f"From: =?utf-8?Q?J=C3=B6rg?= M. <j{n}@customer{n % 500}.example>\r\nTo: Sales <sales@bench.example>\r\n"
        f"Subject: =?utf-8?Q?Angebot_f=C3=BCr?= {n}\r\nMessage-ID: <{n}.a@customer{n % 500}.example>\r\n"
        f"In-Reply-To: <o{n}@bench.example>\r\nReferences: <f{n}@bench.example>\r\n <o{n}@bench.example>\r\n"
        f"Date: {date}\r\nMIME-Version: 1.0\r\n"
    )
    both = (
        'Content-Type: multipart/alternative; boundary="alt"\r\n\r\n'
        f"--alt\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n{text}\r\n"
        f"--alt\r\nContent-Type: text/html; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n{html}\r\n"
        "--alt--\r\n"
    )
    if not paper:
        return (head + both).encode()
    named = "Content-Type: application/pdf; name=offer.pdf\r\nContent-Disposition: attachment; filename=offer.pdf\r\n"
    opened = f'{head}Content-Type: multipart/mixed; boundary="mixed"\r\n\r\n--mixed\r\n{both}\r\n--mixed\r\n{named}'
    return opened.encode() + b"Content-Transfer-Encoding: base64\r\n\r\n" + paper + b"\r\n--mixed--\r\n"


def _wrapped(paragraph: str) -> list[str]:
    words = paragraph.split()
    return [" ".join(words[i : i + 12]) for i in range(0, len(words), 12)]


def drain(server: Dovecot) -> None:
    """The limit: one FETCH of everything, the bytes thrown away."""
    with socket.create_connection(("127.0.0.1", server.imap), 60) as line:
        line.recv(1000)
        for command in (f'login {USER} "{PASSWORD}"', "select INBOX", "uid fetch 1:* body.peek[]"):
            line.sendall(f"a {command}\r\n".encode())
            end = b"\r\n"
            while b"\r\na OK" not in end:
                got = line.recv(1 << 18)
                if not got:
                    sys.exit("Dovecot closed the line while it was drained")
                end = end[-6:] + got


def mbsync_setup(server: Dovecot, folder: Path) -> list[str]:
    """A new Maildir and the command that fills it."""
    folder.mkdir()
    (folder / "rc").write_text(
        f"FSync no\n\nIMAPStore far\nHost 127.0.0.1\nPort {server.imap}\nUser {USER}\nPass {PASSWORD}\n"
        "SSLType None\nAuthMechs LOGIN\n\n"
        f"MaildirStore near\nPath {folder}/\nInbox {folder}/INBOX\n\n"
        f"Channel c\nFar :far:INBOX\nNear :near:INBOX\nSync Pull\nCreate Near\nSyncState {folder}/state\n"
    )
    return ["mbsync", "-q", "-c", str(folder / "rc"), "c"]


def sign_in_and_search(server: Dovecot) -> None:
    """The least that a client does which signs in and asks for what is new."""
    with socket.create_connection(("127.0.0.1", server.imap), 60) as line:
        line.recv(1000)
        for command in (f'login {USER} "{PASSWORD}"', "examine INBOX", "uid search uid 10001:*"):
            line.sendall(f"a {command}\r\n".encode())
            while b"a OK" not in line.recv(1 << 16):
                pass


def run_quietly(command: list[str]) -> None:
    """mbsync warns of every password that crosses loopback."""
    done = subprocess.run(command, stderr=subprocess.PIPE, text=True, check=False)
    if done.returncode:
        sys.exit(f"mbsync failed: {done.stderr}")


def timed(work: Callable[[], object]) -> tuple[float, float]:
    """Seconds by the clock, and of processor of this process and its ended children."""
    before, began = os.times(), time.perf_counter()
    work()
    wall, after = time.perf_counter() - began, os.times()
    return wall, sum(after[:4]) - sum(before[:4])


def first_syncs(server: Dovecot, folder: Path, rounds: int) -> dict[str, list[tuple[float, float]]]:
    """The three ways in turns; what is left over is used by `no_change`."""
    seen: dict[str, list[tuple[float, float]]] = {"drain": [], **{way: [] for way in WAYS}, "mbsync": []}
    drain(server)
    for n in range(rounds):
        seen["drain"].append(timed(lambda: drain(server)))
        for way, (whole, about) in WAYS.items():
            server.forget_headers(really=way != "warm")
            drain(server)
            inbox = Inbox(server, folder / f"{way}{n}", **about)
            seen[way].append(timed(inbox.sync))
            inbox.must_hold(MAILS, whole)
            if way != "ours":
                shutil.rmtree(folder / f"{way}{n}")
        command = mbsync_setup(server, folder / f"mbsync{n}")
        seen["mbsync"].append(timed(lambda: run_quietly(command)))  # noqa: B023 called at once
        if n < rounds - 1:
            shutil.rmtree(folder / f"mbsync{n}")
            shutil.rmtree(folder / f"ours{n}")
    return seen


def no_change(server: Dovecot, folder: Path, last: int, passes: int = 10) -> tuple[float, float, float, float]:
    """Medians of a pass without change in seconds: ours over its kept line, with a new sign-in, the limit, mbsync's."""
    inbox = Inbox(server, folder / f"ours{last}", there=True)
    command = ["mbsync", "-q", "-c", str(folder / f"mbsync{last}" / "rc"), "c"]
    ours, theirs, kept, least = [], [], [], []
    inbox.look()
    for _ in range(passes):
        inbox.hang_up()
        ours.append(timed(inbox.look)[0])
        kept.append(timed(inbox.look)[0])
        least.append(timed(lambda: sign_in_and_search(server))[0])
        theirs.append(timed(lambda: run_quietly(command))[0])
    inbox.close()
    return statistics.median(kept), statistics.median(ours), statistics.median(least), statistics.median(theirs)


def idle(server: Dovecot, folder: Path, last: int) -> list[tuple[float, float]]:
    """For each delivery: seconds until another idle line heard of it, and until the rules had spoken."""
    inbox = Inbox(server, folder / f"ours{last}", there=True)
    inbox.look()
    spoken: list[float] = []
    heard: list[float] = []
    stop = threading.Event()
    waiting = threading.Thread(target=inbox.listen, args=(spoken, stop))
    waiting.start()
    seen = []
    with _idle_line(server) as listen, smtplib.LMTP("127.0.0.1", server.lmtp) as lmtp:
        hearing = threading.Thread(target=listen, args=(heard,))
        hearing.start()
        time.sleep(1)
        for n, raw in enumerate(generate(DELIVERIES)):
            lmtp.sendmail(
                "jo@customer.example",
                [USER],
                raw.replace(b"Message-ID: <", b"Message-ID: <idle").replace(b"?= ", b"?= again ", 2),
            )
            delivered = time.perf_counter()
            end = delivered + 10
            while (len(spoken) <= n or len(heard) <= n) and time.perf_counter() < end:
                time.sleep(0.002)
            if len(spoken) <= n or len(heard) <= n:
                stop.set()
                sys.exit(f"delivery {n}: the idle line heard of {len(heard)}, ours spoke of {len(spoken)}")
            seen.append((heard[n] - delivered, spoken[n] - delivered))
            time.sleep(0.1)
    stop.set()
    waiting.join()
    inbox.close()
    return seen


@contextlib.contextmanager
def _idle_line(server: Dovecot) -> Iterator[Callable[[list[float]], None]]:
    """A line that does nothing but wait: the server's own notice. After each it idles anew, as ours does.

    Dovecot holds a notice back for 500 ms; one that idles on would hear of the next within what is left of them.
    """
    with socket.create_connection(("127.0.0.1", server.imap)) as line:
        file = line.makefile("rb")

        def say(command: str, until: tuple[bytes, ...]) -> None:
            line.sendall(f"{command}\r\n".encode())
            while not file.readline().startswith(until):
                pass

        for command in (f'a login {USER} "{PASSWORD}"', "a examine INBOX", "a idle"):
            say(command, (b"a OK", b"+ idling"))

        def listen(heard: list[float]) -> None:
            with contextlib.suppress(OSError, ValueError):
                while said := file.readline():
                    if said.endswith(b" EXISTS\r\n"):
                        heard.append(time.perf_counter())
                        say("DONE", (b"a OK",))
                        say("a examine INBOX", (b"a OK",))
                        say("a idle", (b"+ idling",))

        yield listen
        line.shutdown(socket.SHUT_RDWR)


def _said(name: str, seen: list[tuple[float, float]]) -> str:
    walls = ", ".join(f"{wall:.2f}" for wall, _ in seen)
    return f"{name} {walls} s, CPU {statistics.median(cpu for _, cpu in seen):.2f} s"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    rounds = parser.parse_args().rounds
    require("dovecot", "mbsync")
    mails = list(generate(MAILS))
    size = sum(map(len, mails)) / 1e6
    with (
        tempfile.TemporaryDirectory(prefix="leadwright-bench-") as name,
        tempfile.TemporaryDirectory() as mine,
        dovecot(Path(name), mails) as server,
    ):
        mails.clear()
        seen = first_syncs(server, Path(mine), rounds)
        kept, signed_in, least, theirs = no_change(server, Path(mine), rounds - 1)
        told = idle(server, Path(mine), rounds - 1)
    wall = {way: statistics.median(w for w, _ in found) for way, found in seen.items()}
    cpu = {way: statistics.median(c for _, c in found) for way, found in seen.items()}
    ratios = [o[0] / d[0] for o, d in zip(seen["ours"], seen["drain"], strict=True)]
    apart = [o[0] / d[0] for o, d in zip(seen["ours"], seen["mbsync"], strict=True)]
    late = sorted((spoken - heard) * 1000 for heard, spoken in told)
    load = "load " + " ".join(f"{x:.1f}" for x in os.getloadavg())
    detail = "; ".join(_said(way, found) for way, found in seen.items()) + f"; {size:.0f} MB; {load}"
    rounds_of = {
        name: "by round " + ", ".join(f"{r:.2f}" for r in each) for name, each in (("13", ratios), ("14", apart))
    }
    notice = statistics.median(heard for heard, _ in told) * 1000
    passes = f"{kept * 1000:.1f} ms, mbsync {theirs * 1000:.0f} ms"
    delays = f"worst {late[-1]:.0f} ms, least {late[0]:.0f} ms; the notice itself took {notice:.0f} ms"
    spoken = statistics.median(late)
    report(
        [
            Figure(
                "13", "first sync of 10,000, read, stored / raw drain", wall["ours"] / wall["drain"], "<= 5", detail
            ),
            Figure("13r", "its worst round", max(ratios), "", rounds_of["13"]),
            Figure("14", "the same / mbsync without fsync", wall["ours"] / wall["mbsync"], "<= 0.6", rounds_of["14"]),
            *(
                Figure(
                    f"13, 14 {way}", said, wall[way] / wall["drain"], "", f"{wall[way] / wall['mbsync']:.2f} of mbsync"
                )
                for way, said in (
                    ("warm", "the same, headers in Dovecot's cache / raw drain"),
                    ("answers", "the same where 500 answer us and are read whole / raw drain"),
                    ("whole", "all 10,000 read whole / raw drain"),
                )
            ),
            Figure("14c", "the same in CPU of the clients", cpu["ours"] / cpu["mbsync"]),
            Figure("15", "a pass without change over the kept line / mbsync's", kept / theirs, "<= 0.10", passes),
            Figure("15s", "the same with a new sign-in", signed_in / theirs, "", f"{signed_in * 1000:.1f} ms"),
            Figure("15l", "a bare socket that signs in and searches", least / theirs, "", f"{least * 1000:.1f} ms"),
            Figure("16", "IDLE to classified less the server's notice, ms", spoken, "<= 100", delays),
        ]
    )


if __name__ == "__main__":
    main()
