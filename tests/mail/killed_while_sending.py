"""Run as a program: sends an outbox in children that are killed, again and again until all is sent. Prints the kills.

Arguments: database URL, mailbox id, SMTP port, IMAP port, seed, ``protocol`` or ``naive``. A child dies at a chosen
step (before or after the begin or commit of a write transaction, or a send or receive on a socket), or after a moment.
Seed ``sweep``: child n sends one mail and dies at its step n, for every n that there is; then all that is left is sent.
The clock jumps an hour with each child, so that leases and the ten minutes of settling pass.
"""

import os
import random
import signal
import smtplib
import socket
import sys
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import event, select, update
from tests.mail.post_office import PASSWORD, SALES, open_mailbox

from leadwright.db.base import now
from leadwright.db.engine import Database
from leadwright.db.mail import Outbox
from leadwright.domain.mail_phase import ENDS
from leadwright.mail.claim import Nothing
from leadwright.mail.sender import Sender


def send_all(
    database: Database, mailboxid: str, smtp: int, imap: int, clock: Callable[[], datetime], one: bool
) -> None:
    """As a worker does it: the protocol."""
    sender = Sender(database, mailboxid, open_mailbox(smtp, imap), worker=f"pid {os.getpid()}", clock=clock)
    if not one:
        sender.tidy()
    while not isinstance(done := sender.send_next(), Nothing) or (done.until is not None and done.until <= clock()):
        if one:
            break
    sender.file_copies()
    sender.close()


def take_over(database: Database, mailboxid: str, smtp: int, imap: int, clock: Callable[[], datetime]) -> None:
    """Settle what the child before left."""
    sender = Sender(database, mailboxid, open_mailbox(smtp, imap), worker="tidy", clock=clock)
    sender.tidy()
    sender.close()


def send_naively(database: Database, _mailboxid: str, smtp: int, _imap: int, _clock: object, one: bool) -> None:
    """As many do it: read what is queued, send it, mark it as sent."""
    line = smtplib.SMTP("localhost", smtp)
    line.login(SALES, PASSWORD)
    while True:
        with database.reading() as session:
            row = session.scalars(select(Outbox).where(Outbox.phase == "queued").limit(1)).first()
        if row is None:
            break
        line.sendmail(row.sender, [row.recipient], row.raw)
        with database.transaction() as session:
            session.execute(update(Outbox).where(Outbox.outboxid == row.outboxid).values(phase="sent"))
        if one:
            break
    line.quit()


def act_at(step: int, database: Database, act: Callable[[], None], *, once: bool = False) -> Callable[[], int]:
    """Do something to this process at the given step of its work, and at all later ones; 0: never.

    Args:
        once: only at that step.

    Returns:
        Tells how many steps there were so far.
    """
    steps = 0

    def count(*_: Any) -> None:
        nonlocal steps
        steps += 1
        if step and (steps == step if once else steps >= step):
            act()

    for writer in (database._writer, database._hasty):
        event.listen(writer, "begin", count)
        event.listen(writer, "commit", count)
    _count_after_commits(database, count)
    for name in ("sendall", "recv_into"):
        plain = getattr(socket.socket, name)

        def counted_call(self: socket.socket, *args: Any, plain: Any = plain) -> Any:
            count()
            answer = plain(self, *args)
            count()
            return answer

        setattr(socket.socket, name, counted_call)
    return lambda: steps


def _count_after_commits(database: Database, count: Callable[..., None]) -> None:
    plain = database._writer.dialect.do_commit

    def commit(connection: Any) -> None:
        plain(connection)
        count()

    database._writer.dialect.do_commit = commit  # type: ignore[method-assign]


def main() -> None:
    url, mailboxid, smtp, imap, seed, kind = sys.argv[1:]
    chance = random.Random(seed)
    send = send_naively if kind == "naive" else send_all
    most = int(os.environ.get("MOST_KILLS", "100"))
    kills, sweeping = 0, seed == "sweep"
    for child in range(100_000):
        step, moment = chance.randrange(1, 60), 0.0
        if seed == "sweep":
            step = child + 1 if sweeping else 0
        elif kills >= most:
            step = 0
        elif chance.random() < 0.3:
            step, moment = 0, 0.02 + chance.random() * 0.1
        pid = os.fork()
        if not pid:
            try:
                database = Database(url)
                if sweeping:
                    take_over(database, mailboxid, int(smtp), int(imap), lambda: now() + timedelta(hours=child))  # noqa: B023
                act_at(step, database, lambda: os.kill(os.getpid(), signal.SIGKILL))
                clock = lambda: now() + timedelta(hours=child)  # noqa: B023, E731
                send(database, mailboxid, int(smtp), int(imap), clock, sweeping)
                left = sweeping or _left(database)
            except BaseException:
                sys.excepthook(*sys.exc_info())
                os._exit(1)
            os._exit(3 if left else 0)
        if moment:
            time.sleep(moment)
            os.kill(pid, signal.SIGKILL)
        status = os.waitpid(pid, 0)[1]
        kills += os.WIFSIGNALED(status)
        sweeping = sweeping and os.WIFSIGNALED(status)
        if not os.WIFSIGNALED(status) and os.waitstatus_to_exitcode(status) != 3:
            print(kills)  # noqa: T201
            sys.exit(os.waitstatus_to_exitcode(status))
    sys.exit("never finished")


def _left(database: Database) -> bool:
    with database.reading() as session:
        return bool(session.scalar(select(Outbox.outboxid).where(Outbox.phase.not_in(ENDS)).limit(1)))


if __name__ == "__main__":
    main()
