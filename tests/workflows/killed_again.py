"""Run as a program: works a database in a child that kills itself after so many steps, again and again until done.

A step is the begin or the commit of a lead's write transaction, or a question to the analyst. Prints the kills.
NAIVE in the environment: what was given is never compared with what the engine knows.
"""

import itertools
import os
import signal
import sys
import threading
from pathlib import Path

from sqlalchemy import event
from tests.workflows.office import PlainAnalyst, services_of

from leadwright.db.engine import Database
from leadwright.workflows.runtime import Runtime


def work(url: str, folder: Path, steps: int) -> None:
    database, counted = Database(url), itertools.count(1)

    def step(*_: object) -> None:
        if threading.current_thread().name.startswith("dbos-executor") and steps and next(counted) >= steps:
            os.kill(os.getpid(), signal.SIGKILL)

    event.listen(database._writer, "begin", step)
    event.listen(database._writer, "commit", step)
    if naive := os.environ.get("NAIVE"):
        Runtime._reconcile = lambda _self: None  # type: ignore[method-assign]
    runtime = Runtime(services_of(database, folder, PlainAnalyst(before=step), workers=2))
    runtime.start()
    runtime.run_until_idle(timeout=10 if naive else 120)
    runtime.stop()


def main() -> None:
    url, folder, steps = sys.argv[1], Path(sys.argv[2]), int(sys.argv[3])
    for kills in range(1_000):
        child = os.fork()
        if not child:
            try:
                work(url, folder, steps)
            except BaseException:
                sys.excepthook(*sys.exc_info())
                os._exit(1)
            os._exit(0)
        status = os.waitpid(child, 0)[1]
        if not os.WIFSIGNALED(status):
            print(kills)  # noqa: T201
            sys.exit(os.waitstatus_to_exitcode(status))
    sys.exit("never finished")


if __name__ == "__main__":
    main()
