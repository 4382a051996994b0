"""Workers as processes: asleep past their lease, set against each other, ended by SIGTERM, short of files."""

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlalchemy import event, make_url, select
from sqlalchemy.exc import DBAPIError, OperationalError
from tests.mail.fault_proxy import FaultProxy
from tests.mail.post_office import PostOffice, open_mailbox
from tests.mail.test_killed import ROOT, ready

from leadwright.db.base import now
from leadwright.db.engine import Database
from leadwright.db.mail import Mailbox
from leadwright.domain.mail_phase import Phase
from leadwright.errors import Busy
from leadwright.mail.claim import Nothing
from leadwright.mail.sender import Sender
from leadwright.sandbox.mail_checker import check


def started(office: PostOffice, what: str, *more: int, smtp: int = 0) -> subprocess.Popen[str]:
    place = [office.database.url, office.mailboxid, str(smtp or office.server.smtp_port), str(office.server.imap_port)]
    arguments = [sys.executable, "-m", "tests.mail.sending_workers", what, *place, *map(str, more)]
    return subprocess.Popen(arguments, cwd=ROOT, stdout=-1, stderr=-1, text=True)


@pytest.fixture
def impatient(office: PostOffice) -> Iterator[Database]:
    """The same database, by a worker that waits for no lock."""
    url = make_url(office.database.url)
    if not office.database.is_sqlite:
        url = url.update_query_dict({"options": "-c lock_timeout=300ms"})
    opened = Database(url.render_as_string(hide_password=False))
    if opened.is_sqlite:
        event.listen(opened.engine, "connect", lambda c, _: c.execute("PRAGMA busy_timeout=300"))
    yield opened
    opened.close()


def take_over(office: PostOffice, database: Database, hours: int) -> bool:
    """What another worker does once the lease, and the time to settle, are over. False: the zombie holds a lock."""
    for later in (hours, hours + 1):
        clock = lambda later=later: now() + timedelta(hours=later)  # noqa: E731
        mailbox = open_mailbox(office.server.smtp_port, office.server.imap_port)
        other = Sender(database, office.mailboxid, mailbox, worker="other", clock=clock)
        try:
            other.tidy()
            while not isinstance(other.send_next(), Nothing):
                pass
        except (Busy, OperationalError):
            return False
        finally:
            other.close()
    return True


def paused(office: PostOffice, impatient: Database, proxy: FaultProxy, step: int) -> bool | None:
    """One zombie that sleeps at `step`. Was it taken over? None: there is no such step.

    A server leaves a client that is silent for five minutes (RFC 5321 4.5.3.2.7), long before the mail is looked up:
    so the proxy breaks the zombie's line.
    """
    office.waiting(1)
    zombie = started(office, "pause", step, smtp=proxy.port)
    status = os.waitpid(zombie.pid, os.WUNTRACED)[1]
    if not os.WIFSTOPPED(status):
        assert os.waitstatus_to_exitcode(status) == 0, zombie.communicate()[1][-2000:]
        zombie.communicate()
        return None
    proxy.break_all()
    taken = take_over(office, impatient, 10 * step)
    os.kill(zombie.pid, signal.SIGCONT)
    _, said = zombie.communicate(timeout=60)
    assert zombie.returncode == 0, said[-2000:]
    assert take_over(office, office.database, 10 * step + 3)
    return taken


def zombies(office: PostOffice, impatient: Database, steps: range) -> int:
    """Zombies at each step; how many were taken over."""
    ready(office, 0, files_sent=True)
    taken = 0
    with FaultProxy(("127.0.0.1", office.server.smtp_port)) as proxy:
        for step in steps:
            ended = paused(office, impatient, proxy, step)
            if ended is None:
                break
            taken += ended
    assert check(office.database, office.server.log, now(), ended=True) == []
    assert set(office.phases()) == {"sent"}
    return taken


def test_a_zombie_that_wakes_after_its_lease_repeats_nothing(office: PostOffice, impatient: Database) -> None:
    assert zombies(office, impatient, range(7, 40, 17)) >= 1


@pytest.mark.faults
def test_a_zombie_at_every_step_of_a_send(office: PostOffice, impatient: Database) -> None:
    assert zombies(office, impatient, range(1, 200)) >= 25


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)  # on SQLite the dead hold no lock
def test_locks_of_a_worker_that_fell_asleep_in_a_transaction_are_taken_from_it(
    office: PostOffice, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("leadwright.db.engine.ABANDONED_SECONDS", 1)
    asleep, awake = Database(office.database.url), Database(office.database.url)
    locked = select(Mailbox).where(Mailbox.mailboxid == office.mailboxid).with_for_update()
    with pytest.raises(DBAPIError), asleep.transaction() as session:
        session.execute(locked)
        began = time.monotonic()
        with awake.transaction() as other:
            other.execute(locked)
        assert time.monotonic() - began < 5
        session.execute(locked)
    asleep.close()
    awake.close()


def raced(office: PostOffice, rounds: int) -> None:
    ready(office, 0, files_sent=True)
    racing = started(office, "race", rounds)
    said, errors = racing.communicate(timeout=3000)
    assert racing.returncode == 0, errors[-2000:]
    assert sum(map(int, said.split())) == rounds, "exactly one of the two in each round"
    assert office.phases() == {"sent": rounds}
    assert check(office.database, office.server.log, now(), ended=True) == []


def test_two_processes_at_the_same_mail_at_the_same_moment(office: PostOffice) -> None:
    raced(office, 15)


@pytest.mark.faults
def test_two_processes_at_the_same_mail_a_thousand_times(office: PostOffice) -> None:
    raced(office, 1000)


def ended(office: PostOffice, seconds: float, files: int = 0) -> None:
    """Run a worker for a moment, then SIGTERM."""
    worker = started(office, "run", files)
    assert worker.stdout is not None
    assert worker.stdout.readline() == "ready\n"
    time.sleep(seconds)
    worker.send_signal(signal.SIGTERM)
    _, said = worker.communicate(timeout=30)
    assert worker.returncode == 0, said[-2000:]


def test_ended_by_sigterm_nothing_is_left_half_done(office: PostOffice) -> None:
    ready(office, 60, files_sent=True)
    chance = random.Random(5)
    for _ in range(2):
        ended(office, chance.random() * 0.3)
        assert set(office.phases()) <= {"queued", "sent"}
    assert take_over(office, office.database, 0)
    assert office.phases() == {"sent": 60}
    assert check(office.database, office.server.log, now(), ended=True) == []


def test_without_files_to_open_nothing_is_sent_twice_or_lost(small_office: PostOffice) -> None:
    ready(small_office, 5, files_sent=True)
    ended(small_office, 0.5, files=9)
    assert set(small_office.phases()) <= {"queued", "sent", "sending"}
    take_over(small_office, small_office.database, 1)
    assert small_office.phases() == {Phase.SENT: 5}
    assert check(small_office.database, small_office.server.log, now(), ended=True) == []
