"""kill -9 while mails are sent: none twice, none lost, on both databases. The same faults find a naive build out."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from tests.mail.post_office import SALES, PostOffice

from leadwright.db.base import now
from leadwright.db.mail import Mailbox
from leadwright.mail.smtp_lines import MOST_LINES
from leadwright.sandbox.mail_checker import check

ROOT = Path(__file__).parents[2]


def killed(office: PostOffice, seed: str, *, kind: str = "protocol", most: int = 100, timeout: float = 280) -> int:
    """Send the outbox in children that die; how many did."""
    arguments = [
        office.database.url, office.mailboxid, str(office.server.smtp_port), str(office.server.imap_port), seed, kind,
    ]  # fmt: skip
    done = subprocess.run(
        [sys.executable, "-m", "tests.mail.killed_while_sending", *arguments],
        cwd=ROOT, capture_output=True, text=True, timeout=timeout, check=False,
        env={**os.environ, "MOST_KILLS": str(most)},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-3000:]
    return int(done.stdout.split()[-1])


def ready(office: PostOffice, mails: int, *, files_sent: bool) -> None:
    office.clock = office.server.store.clock = now
    office.server.store.accounts[SALES].files_sent = files_sent
    with office.database.transaction() as session:
        session.get_one(Mailbox, office.mailboxid).lw_filessent = files_sent
    office.waiting(mails)


@pytest.mark.parametrize("files_sent", [True, False])
def test_killed_fifty_times_and_fifty_times_nothing_is_sent_twice_and_nothing_lost(
    office: PostOffice, files_sent: bool
) -> None:
    ready(office, 150, files_sent=files_sent)
    kills = killed(office, "1", most=50)
    assert kills >= 40
    assert check(office.database, office.server.log, now(), ended=True) == []
    phases = office.phases()
    assert sum(phases.values()) == 150
    assert set(phases) == {"sent"} if files_sent else set(phases) <= {"sent", "held"}


@pytest.mark.parametrize("files_sent", [True, False])
@pytest.mark.faults
def test_killed_a_thousand_times(office: PostOffice, files_sent: bool) -> None:
    ready(office, 3000, files_sent=files_sent)
    kills = killed(office, "2", most=1000, timeout=3000)
    assert kills >= 1000
    assert check(office.database, office.server.log, now(), ended=True) == []
    phases = office.phases()
    assert sum(phases.values()) == 3000
    assert set(phases) == {"sent"} if files_sent else set(phases) <= {"sent", "held"}
    print(f"{kills} kills: 0 sent twice, 0 lost, {phases.get('held', 0)} of 3000 held")  # noqa: T201


@pytest.mark.parametrize("files_sent", [pytest.param(True, marks=pytest.mark.faults), False])
def test_killed_at_every_step_of_a_send(office: PostOffice, files_sent: bool) -> None:
    ready(office, 240, files_sent=files_sent)
    steps = killed(office, "sweep", timeout=250)
    assert 30 <= steps < 240, "it ended because a send ended, not for want of mails; a busy machine reads more often"
    assert check(office.database, office.server.log, now(), ended=True) == []
    phases = office.phases()
    assert sum(phases.values()) == 240
    assert set(phases) == {"sent"} if files_sent else phases["held"] <= 8 * MOST_LINES, (
        "only what died around the dots is held"
    )


@pytest.mark.parametrize("seed", ["1", "sweep"])
def test_a_naive_build_sends_twice_under_the_same_kills(small_office: PostOffice, seed: str) -> None:
    ready(small_office, 120, files_sent=True)
    killed(small_office, seed, kind="naive", most=50)
    assert {b.invariant for b in check(small_office.database, small_office.server.log, now(), ended=True)} == {1}
