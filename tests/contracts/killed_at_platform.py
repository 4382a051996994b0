"""Run as a program: sends an outbox through Microsoft in children that are killed, until all is sent. Prints the kills.

Arguments: database URL, mailbox id, kind, file with the connection, seed. As `tests.mail.killed_while_sending`: a child
dies at a chosen step, before or after the begin or commit of a write, or a send or receive on a line; seed ``sweep``:
child n sends one mail and dies at its step n. The clock jumps an hour with each child.
"""

import json
import os
import random
import signal
import ssl
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import event
from tests.mail.killed_while_sending import _count_after_commits, _left

from leadwright.db.base import new_id, now
from leadwright.db.engine import Database
from leadwright.domain.mailbox_kind import MailboxKind
from leadwright.mail.arrivals import Arrivals
from leadwright.mail.claim import Nothing
from leadwright.mail.dataverse import DataverseMailbox
from leadwright.mail.graph import GraphMailbox
from leadwright.mail.mailbox import Found, Letter, Mailbox, Outcome, SentCopy
from leadwright.mail.platform_sending import Draft
from leadwright.mail.sender import Sender
from leadwright.microsoft.connection import Connection, Secrets
from leadwright.microsoft.dataverse import Dataverse
from leadwright.microsoft.graph import Graph
from leadwright.microsoft.http import MicrosoftHttp
from leadwright.microsoft.tokens import Tokens

Clock = Callable[[], datetime]


def open_mailbox(kind: str, file: str, database: Database, mailboxid: str) -> Mailbox:
    given = json.loads(Path(file).read_text())
    secret, ca_file = Secrets((given.pop("secret"),)), Path(given.pop("ca_file"))
    connection = Connection(**given, credential=secret, ca_file=ca_file, instance_discovery=False, timeout=20.0)
    http, arrivals = MicrosoftHttp(connection, Tokens(connection), patience=5.0), Arrivals(database, mailboxid)
    address = "agent@contoso.com"
    naive = bool(os.environ.get("NAIVE"))
    if kind == MailboxKind.DATAVERSE:
        return (NaiveDataverse if naive else DataverseMailbox)(address, Dataverse(http), arrivals=arrivals)
    return (NaiveGraph if naive else GraphMailbox)(address, Graph(http), arrivals=arrivals)


class NaiveGraph(GraphMailbox):
    """As many do it: a new draft for each try, and what nobody knows counts as not sent."""

    def _messages(self, messageid: str) -> list[dict[str, Any]]:
        return []

    def find_sent(self, messageid: str, emailid: str = "") -> Found:
        return Found.NO

    def sent_since(self, moment: datetime) -> Iterator[SentCopy]:
        return iter(())


class NaiveDataverse(DataverseMailbox):
    """The same with an activity for each try."""

    def make_draft(self, letter: Letter) -> Draft | Outcome:
        return super().make_draft(replace(letter, emailid=new_id()))

    def find_sent(self, messageid: str, emailid: str = "") -> Found:
        return Found.NO


def send_all(database: Database, mailboxid: str, mailbox: Mailbox, clock: Clock, *, one: bool) -> None:
    sender = Sender(database, mailboxid, mailbox, worker=f"pid {os.getpid()}", clock=clock)
    if not one:
        sender.tidy()
    while not isinstance(done := sender.send_next(), Nothing) or (done.until is not None and done.until <= clock()):
        if one:
            break
    sender.close()


def die_at(step: int, database: Database) -> None:
    """This process is killed at that step of its work; 0: never."""
    steps = 0

    def count(*_: Any, served: float = 0.0) -> None:
        nonlocal steps
        steps += 1
        if step and steps >= step:
            time.sleep(served)
            os.kill(os.getpid(), signal.SIGKILL)

    for writer in (database._writer, database._hasty):
        event.listen(writer, "begin", count)
        event.listen(writer, "commit", count)
    _count_after_commits(database, count)
    for name in ("send", "recv"):
        plain = getattr(ssl.SSLSocket, name)

        def counted(self: ssl.SSLSocket, *args: Any, plain: Any = plain) -> Any:
            count()
            answer = plain(self, *args)
            count(served=0.15)  # time for the server to carry out what it was given
            return answer

        setattr(ssl.SSLSocket, name, counted)


def child(number: int, step: int, arguments: list[str], *, sweeping: bool) -> int:
    """3: more is left; 0: all came to an end."""
    url, mailboxid, kind, file = arguments

    def clock() -> datetime:
        return now() + timedelta(hours=number)

    database = Database(url)
    mailbox = open_mailbox(kind, file, database, mailboxid)
    if sweeping:
        before = Sender(database, mailboxid, mailbox, worker="tidy", clock=clock)
        before.tidy()
    die_at(step, database)
    send_all(database, mailboxid, mailbox, clock, one=sweeping)
    return 3 if sweeping or _left(database) else 0


def main() -> None:
    *arguments, seed = sys.argv[1:]
    chance, most = random.Random(seed), int(os.environ.get("MOST_KILLS", "20"))
    kills, sweeping = 0, seed == "sweep"
    for number in range(100_000):
        step = (number + 1 if sweeping else 0) if seed == "sweep" else chance.randrange(1, 160) if kills < most else 0
        pid = os.fork()
        if not pid:
            try:
                code = child(number, step, arguments, sweeping=sweeping)
            except BaseException:
                sys.excepthook(*sys.exc_info())
                code = 1
            os._exit(code)
        status = os.waitpid(pid, 0)[1]
        kills += os.WIFSIGNALED(status)
        sweeping = sweeping and os.WIFSIGNALED(status)
        if not os.WIFSIGNALED(status) and os.waitstatus_to_exitcode(status) != 3:
            print(kills)  # noqa: T201
            sys.exit(os.waitstatus_to_exitcode(status))
    sys.exit("never finished")


if __name__ == "__main__":
    main()
