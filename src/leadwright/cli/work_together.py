"""`leadwright work --processes N`: several workers that share the limits of the model, started again when they die."""

import os
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing import get_context, parent_process
from multiprocessing.process import BaseProcess

import typer

from leadwright.errors import LeadwrightError
from leadwright.settings import Settings, load_settings

_LOOK = 0.5  # seconds between two looks at the workers
_GRACE = 30.0  # seconds for the leads in hand, before a worker is ended


def shares(settings: Settings, processes: int) -> list[dict[str, str]]:
    """The environment of each worker: the model's limits divided, so that together they keep to them; a name each.

    There are no more workers than model calls allowed at a time.
    """
    calls, per_minute = settings.model_concurrency, settings.model_requests_per_minute
    most = min(processes, calls, per_minute or processes) if settings.analyst == "model" else processes
    given = []
    for number in range(most):
        share = {"LEADWRIGHT_MODEL_CONCURRENCY": str(calls // most + (number < calls % most))}
        if per_minute:
            share["LEADWRIGHT_MODEL_REQUESTS_PER_MINUTE"] = str(per_minute // most)
        if settings.executor_id:
            share["LEADWRIGHT_EXECUTOR_ID"] = f"{settings.executor_id}-{number + 1}"
        given.append(share)
    return given


def work_together(settings: Settings, processes: int, stopping: threading.Event, *, until_idle: bool) -> None:
    """Run the workers until `stopping` is set, or, with `until_idle`, until each found no lead left to work.

    Raises:
        LeadwrightError: the installation cannot be opened; no worker was started.
    """
    from leadwright.bootstrap import open_services

    database = open_services(settings).database  # the schema is brought up to date once, and what is wrong is said once
    try:
        given = shares(settings, processes)
        typer.echo(f"Starting {len(given)} workers (stop with Ctrl-C).")
        workers = [_begin(share, until_idle) for share in given]
        while any(w.is_alive() for w in workers) and not stopping.wait(_LOOK):
            for number, worker in enumerate(workers):
                if worker.exitcode not in (None, 0) and not stopping.is_set():
                    typer.echo(f"A worker ended with status {worker.exitcode}; another takes its place.")
                    stopping.wait(_LOOK * 4)
                    workers[number] = _begin(given[number], until_idle)
        _end(workers)
    finally:
        database.close()  # as the last: what a worker that was killed left in SQLite's log comes into the file


def _begin(share: dict[str, str], until_idle: bool) -> BaseProcess:
    with _environment(share):
        worker = get_context("spawn").Process(target=_work, args=(until_idle,), name="leadwright-work")
        worker.start()
    return worker


def _end(workers: list[BaseProcess]) -> None:
    for worker in workers:
        if worker.is_alive():
            worker.terminate()
    for worker in workers:
        worker.join(_GRACE)
        if worker.is_alive():
            worker.kill()


def _work(until_idle: bool) -> None:
    """One worker. Ctrl-C is for the parent, which ends us; without it we end as well."""
    from leadwright.cli.work import stop_on_signals, work_alone

    stopping = stop_on_signals()
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_follow_parent, name="leadwright-parent", daemon=True).start()
    try:
        work_alone(load_settings(), stopping, until_idle=until_idle)
    except LeadwrightError as error:
        sys.stderr.write(f"leadwright: {error}\n")
        sys.exit(1)
    except KeyboardInterrupt:
        sys.exit(0)


def _follow_parent() -> None:
    if parent := parent_process():
        parent.join()
        os.kill(os.getpid(), signal.SIGTERM)


@contextmanager
def _environment(values: dict[str, str]) -> Iterator[None]:
    before = {name: os.environ.get(name) for name in values}
    os.environ.update(values)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value
