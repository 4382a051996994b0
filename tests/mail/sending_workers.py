"""Run as a program: workers of their own process that a test stops, wakes and sets against each other.

``pause URL MAILBOX SMTP IMAP STEP``: send one mail, stop (SIGSTOP) at a step; prints the steps there were.
``race URL MAILBOX SMTP IMAP ROUNDS``: two processes claim and send the same mail at the same moment, again and again.
``run URL MAILBOX SMTP IMAP``: send until SIGTERM; prints what was sent and ends with 0.
``naive URL MAILBOX SMTP IMAP``: send what is queued as many do it, and listen to no signal.
"""

import multiprocessing
import os
import resource
import signal
import sys
import threading
from collections.abc import Callable
from multiprocessing.synchronize import Barrier

from tests.mail.killed_while_sending import act_at, send_naively
from tests.mail.post_office import letter, open_mailbox

from leadwright.db.base import now
from leadwright.db.engine import Database
from leadwright.mail.claim import Nothing
from leadwright.mail.outbox import Order, put
from leadwright.mail.sender import Sender


def opened(place: list[str], name: str) -> tuple[Database, Sender]:
    database = Database(place[0])
    mailbox = open_mailbox(int(place[2]), int(place[3]), timeout=30.0)
    return database, Sender(database, place[1], mailbox, worker=name, clock=now)


def pause(place: list[str], step: int) -> None:
    database, sender = opened(place, "zombie")
    counted = act_at(step, database, lambda: os.kill(os.getpid(), signal.SIGSTOP), once=True)
    print("ready", flush=True)  # noqa: T201
    done = sender.send_next()
    print(done if not isinstance(done, Nothing) else "nothing", counted(), flush=True)  # noqa: T201


def compete(place: list[str], rounds: int, together: Barrier, number: int) -> None:
    database, sender = opened(place, f"racer {number}")
    won = 0
    for n in range(rounds):
        mail = letter(f"racer{n}@company{n}.example", n)
        together.wait(60)
        with database.transaction() as session:  # the same decision in both processes
            put(session, Order(f"race:{n}", place[1], mail), now())
        together.wait(60)
        won += not isinstance(sender.send_next(), Nothing)
        together.wait(60)
    os.write(1, f"{won}\n".encode())  # at once: the other one writes to the same pipe


def race(place: list[str], rounds: int) -> None:
    spawn = multiprocessing.get_context("fork")
    together = spawn.Barrier(2)
    racers = [spawn.Process(target=compete, args=(place, rounds, together, n)) for n in range(2)]
    for racer in racers:
        racer.start()
    for racer in racers:
        racer.join()
    sys.exit(max(racer.exitcode or 0 for racer in racers))


def run(place: list[str], files: int = 0) -> None:
    stopping = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stopping.set())
    _, sender = opened(place, "runner")
    if files:
        resource.setrlimit(resource.RLIMIT_NOFILE, (files, resource.getrlimit(resource.RLIMIT_NOFILE)[1]))
    print("ready", flush=True)  # noqa: T201
    sender.run(stopping.is_set, every=0.2)
    sender.close()


def naive(place: list[str]) -> None:
    send_naively(Database(place[0]), place[1], int(place[2]), int(place[3]), now, one=False)


def main() -> None:
    what, *place = sys.argv[1:6]
    more = [int(word) for word in sys.argv[6:]]
    does: dict[str, Callable[..., None]] = {"pause": pause, "race": race, "run": run, "naive": naive}
    does[what](place, *more)


if __name__ == "__main__":
    main()
