"""`leadwright work`: a worker process without the desk. Stops cleanly on Ctrl-C or SIGTERM."""

import os
import signal
import threading
from types import FrameType
from typing import TYPE_CHECKING, Annotated

import typer

from leadwright.errors import Conflict

if TYPE_CHECKING:
    from leadwright.services import Services
    from leadwright.settings import Settings
    from leadwright.workflows.runtime import Runtime

_MOST_WORKERS = 100  # processes on one machine


def work(
    until_idle: Annotated[bool, typer.Option("--until-idle", help="End when no lead is left to work.")] = False,
    processes: Annotated[
        int, typer.Option("--processes", min=1, max=64, help="Workers to run; one for each processor core is enough.")
    ] = 1,
) -> None:
    """Work leads in this process, or in several that share the limits of the model."""
    from leadwright.cli.work_together import work_together
    from leadwright.settings import load_settings

    settings = load_settings()
    if processes == 1:
        work_alone(settings, stop_on_signals(), until_idle=until_idle)
    else:
        work_together(settings, processes, stop_on_signals(), until_idle=until_idle)


def work_alone(settings: "Settings", stopping: threading.Event, *, until_idle: bool) -> None:
    """Work leads in this process until `stopping` is set, or, with `until_idle`, until no lead is left.

    Raises:
        Conflict: another process works under this name.
    """
    from leadwright import logs
    from leadwright.bootstrap import open_services

    logs.configure(settings)
    services = open_services(settings)
    runtime = _start(services)
    typer.echo(f"Working leads as {runtime.executor_id}, {runtime.concurrency} at a time (stop with Ctrl-C).")
    try:
        if until_idle:
            done = runtime.run_until_idle(lambda _progress: _end_when(stopping))
            typer.echo(f"{done.done} leads have an outcome or wait for a person.")
        else:
            while not stopping.wait(0.5):
                if not runtime.alive:
                    raise Conflict("Another process works under this name now. This one has stopped.")
    finally:
        typer.echo("Finishing the leads in hand ...")
        finished = runtime.stop()
        services.database.close()
    if not finished:
        typer.echo("A lead is still waiting for an answer from outside; it is taken up again at the next start.")
        os._exit(0)  # its thread would keep the process; nothing of it is lost


def _end_when(stopping: threading.Event) -> None:
    if stopping.is_set():
        raise KeyboardInterrupt


def stop_on_signals() -> threading.Event:
    """An event that SIGTERM sets; Ctrl-C too. A second one ends the process at once."""
    stopping = threading.Event()

    def stop(_number: int, _frame: FrameType | None) -> None:
        if stopping.is_set():
            os._exit(130)
        stopping.set()

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    return stopping


def _start(services: "Services") -> "Runtime":
    """A runtime under the configured name, else under the first free one of this machine."""
    from leadwright.workflows.runtime import Runtime

    if services.settings.executor_id:
        runtime = Runtime(services)
        runtime.start()
        return runtime
    for number in range(1, _MOST_WORKERS):
        runtime = Runtime(services, name=f"work-{number}")
        try:
            runtime.start()
        except Conflict:
            continue
        return runtime
    raise Conflict(f"{_MOST_WORKERS - 1} workers run on this machine already.")
