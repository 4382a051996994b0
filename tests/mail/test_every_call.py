"""Killed at, or refused, the N-th system call of one send, for every N: none sent twice, none lost."""

import os
import shutil
import subprocess
import sys

import pytest
from tests.mail.post_office import PostOffice
from tests.mail.test_killed import ROOT, ready

from leadwright.db.base import now
from leadwright.sandbox.mail_checker import check

pytestmark = pytest.mark.skipif(
    shutil.which("strace") is None, reason="strace is not here: apt install strace, else these faults are not tried"
)
KILL, EIO, ENOSPC = "signal=KILL", "error=EIO", "error=ENOSPC"
SOCKET = ("connect", "sendto", "recvfrom")
FILE = ("pwrite64", "fdatasync", "ftruncate", "unlink")


def harmed(office: PostOffice, harm: str, calls: tuple[str, ...], *, steps: int = 1, kind: str = "protocol") -> int:
    """Send one mail for every N of each call. How often harm was done."""
    place = [office.database.url, office.mailboxid, str(office.server.smtp_port), str(office.server.imap_port)]
    done = subprocess.run(
        [sys.executable, "-m", "tests.mail.traced_sending", *place, kind, harm, str(steps), *calls],
        cwd=ROOT, capture_output=True, text=True, timeout=3000, check=False, env=os.environ,
    )  # fmt: skip
    if "could not attach" in done.stderr:
        pytest.skip("strace may not attach to a process here, so these faults are not tried")
    assert done.returncode == 0, done.stderr[-3000:]
    return int(done.stdout.split()[-1])


def assert_each_once(office: PostOffice, mails: int, *, filing: bool) -> None:
    assert check(office.database, office.server.log, now(), ended=True) == []
    phases = office.phases()
    assert sum(phases.values()) == mails
    assert set(phases) == {"sent"} if filing else set(phases) <= {"sent", "held"}
    print(f"{phases.get('held', 0)} of {mails} held")  # noqa: T201


def calls_of(office: PostOffice) -> tuple[str, ...]:
    return (*FILE, *SOCKET) if office.database.is_sqlite else SOCKET


@pytest.mark.faults
@pytest.mark.parametrize("filing", [True, False])
def test_killed_at_every_write_commit_and_socket_call(office: PostOffice, filing: bool) -> None:
    ready(office, 600, files_sent=filing)
    assert harmed(office, KILL, calls_of(office)) >= 50
    assert_each_once(office, 600, filing=filing)


def test_killed_at_every_ninth_write_commit_and_socket_call(office: PostOffice) -> None:
    ready(office, 60, files_sent=True)
    assert harmed(office, KILL, calls_of(office), steps=9) >= 6
    assert_each_once(office, 60, filing=True)


@pytest.mark.parametrize(
    ("harm", "calls"), [(EIO, ("fdatasync",)), pytest.param(ENOSPC, FILE[:1], marks=pytest.mark.faults)]
)
def test_a_disk_that_fails_at_any_write_counts_as_not_stored(
    small_office: PostOffice, harm: str, calls: tuple[str, ...]
) -> None:
    ready(small_office, 200, files_sent=True)
    assert harmed(small_office, harm, calls) >= 2
    assert_each_once(small_office, 200, filing=True)


@pytest.mark.parametrize(
    ("harm", "calls"), [(KILL, ("fdatasync", "pwrite64")), (EIO, ("fdatasync",)), (ENOSPC, FILE[:1])]
)
def test_a_naive_build_sends_twice_under_the_same_harm(
    small_office: PostOffice, harm: str, calls: tuple[str, ...]
) -> None:
    ready(small_office, 40, files_sent=True)
    harmed(small_office, harm, calls, kind="naive")
    assert {b.invariant for b in check(small_office.database, small_office.server.log, now(), ended=True)} == {1}
