"""Run as a program: sends one mail a child, and strace does harm at its N-th system call, for every N.

Arguments: database URL, mailbox id, SMTP port, IMAP port, ``protocol`` or ``naive``, the harm (``signal=KILL``,
``error=EIO``, ``error=ENOSPC``), the steps between the Ns, then the system calls. Prints how often harm was done.
At the end all that is left is sent without harm. The clock jumps an hour with each child.
"""

import os
import signal
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

from sqlalchemy.exc import SQLAlchemyError
from tests.mail.killed_while_sending import _left, send_all, send_naively, take_over

from leadwright.db.base import now
from leadwright.db.engine import Database
from leadwright.errors import LeadwrightError

UNTOUCHED, HARMED, LEFT = 0, 4, 3


def trace(pid: int, call: str, harm: str, when: int, told: str) -> subprocess.Popen[bytes]:
    """Attach strace to a stopped child; it tells the calls into the file `told`."""
    wanted = ["-e", f"trace={call}", "-e", f"inject={call}:{harm}:when={when}"]
    strace = subprocess.Popen(["strace", "-f", "-qq", "-o", told, *wanted, "-p", str(pid)], stderr=-3)
    while strace.poll() is None:
        if "TracerPid:\t0" not in Path(f"/proc/{pid}/status").read_text():
            return strace
        time.sleep(0.002)
    os.kill(pid, signal.SIGKILL)
    sys.exit("strace could not attach")


def child(place: list[str], number: int, kind: str, *, stop: bool, every: bool) -> int:
    """Take over what the child before left, stop to be traced, then send one mail, or all of them."""
    url, mailboxid, smtp, imap = place[0], place[1], int(place[2]), int(place[3])

    def clock():
        return now() + timedelta(hours=number)

    if kind == "protocol":
        with_own = Database(url)
        take_over(with_own, mailboxid, smtp, imap, clock)
        with_own.close()
    if stop:
        os.kill(os.getpid(), signal.SIGSTOP)
    send = send_naively if kind == "naive" else send_all
    database = Database(url)
    for _ in range(3):  # as a worker does it: after an error of the database it goes on
        with suppress(SQLAlchemyError, LeadwrightError):
            send(database, mailboxid, smtp, imap, clock, not every)
            break
    return LEFT if every and _left(Database(url)) else UNTOUCHED


def run(place: list[str], number: int, kind: str, harm: tuple[str, str, int] | None) -> int:
    """Fork one child. Its end: minus the signal, or its exit code."""
    pid = os.fork()
    if not pid:
        code = 1
        try:
            code = child(place, number, kind, stop=harm is not None, every=harm is None)
        except BaseException:
            sys.excepthook(*sys.exc_info())
        finally:
            os._exit(code)
    status = os.waitpid(pid, os.WUNTRACED)[1]
    if harm is None or not os.WIFSTOPPED(status):
        return os.waitstatus_to_exitcode(status)
    with tempfile.NamedTemporaryFile("r") as told:
        strace = trace(pid, *harm, told.name)
        end = _goes_on(pid)
        strace.wait()
        return HARMED if end == UNTOUCHED and "INJECTED" in told.read() else end


def _goes_on(pid: int) -> int:
    """Let the stopped child go on, until it ends. Said again each second: strace may still be taking it up."""
    said = 0.0
    while True:
        if time.monotonic() > said + 1:
            os.kill(pid, signal.SIGCONT)
            said = time.monotonic()
        done, status = os.waitpid(pid, os.WNOHANG)
        if done:
            return os.waitstatus_to_exitcode(status)
        time.sleep(0.003)


def main() -> None:
    *place, kind, harm, steps = sys.argv[1:8]
    harmed = number = 0
    for call in sys.argv[8:]:
        for when in range(1, 100_000, int(steps)):
            number += 1
            end = run(place, number, kind, (call, harm, when))
            if end == UNTOUCHED:
                break
            if end not in (-signal.SIGKILL, HARMED):
                sys.exit(f"a child ended with {end} at {call} {when}")
            harmed += 1
    for _ in range(20):
        number += 1
        if (end := run(place, number, kind, None)) == UNTOUCHED:
            print(harmed)  # noqa: T201
            return
        if end not in (HARMED, LEFT):
            sys.exit(f"a child without harm ended with {end}")
    sys.exit("never finished")


if __name__ == "__main__":
    main()
