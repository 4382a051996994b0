"""`leadwright demo --engage`: three simulated weeks with forty prospects, then the desk and the prospect inbox."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from leadwright.errors import BadInput

if TYPE_CHECKING:
    import socket

    from fastapi import FastAPI
    from rich.console import Console

    from leadwright.sandbox.clock import VirtualClock
    from leadwright.sandbox.mail_server import MailServer
    from leadwright.sandbox.prospects import Prospects
    from leadwright.sandbox.rehearsal import Rehearsal
    from leadwright.sandbox.weeks import Passed, Weeks
    from leadwright.services import Services

WEEKS = timedelta(days=21)


def play(*, once: bool, data_dir: Path, port: int) -> None:
    """Set the rehearsal up, let the weeks pass, print what came of it, then serve the desk.

    Raises:
        BadInput: the folder holds something else.
        Conflict: a port is taken.
    """
    from rich.console import Console

    from leadwright import logs
    from leadwright.bootstrap import open_services
    from leadwright.cli.demo import tell_how_to_open
    from leadwright.cli.serve import listen
    from leadwright.sandbox import rehearsal
    from leadwright.sandbox.clock import VirtualClock, rehearsal_start
    from leadwright.sandbox.mail_server import MailServer
    from leadwright.sandbox.world import World

    console = Console()
    known = rehearsal.load(data_dir)
    if known is not None and not known.engage:
        raise BadInput(f"{data_dir} holds a Research-only rehearsal. Leave --engage out, or choose another folder.")
    if known is not None and not (known.ready and known.clock and known.clock >= known.ends):
        console.print("The rehearsal in this folder was interrupted in its weeks; it begins anew.")
        known = None  # its mail server kept everything in memory
    left = datetime.fromisoformat(known.clock) if known and known.clock else None
    clock = VirtualClock(left or rehearsal_start(datetime.now(UTC)))
    listening = listen("127.0.0.1", port, other=True)
    ports = (known.smtp_port, known.imap_port) if known else (0, 0)
    with listening, World(known.world_port if known else 0) as world, MailServer(*ports, clock=clock) as mail:
        made = known or rehearsal.begin(data_dir, world.port, _prospects_there_are(), mail)
        made = replace(made, ends=made.ends or (clock() + WEEKS).isoformat())
        settings = rehearsal.settings_of(data_dir, world.port, listening.getsockname()[1])
        logs.configure(settings.model_copy(update={"log_level": "error"}))
        opened = open_services(settings)
        opened.database.clock = clock
        services = replace(opened, clock=clock, rehearses=True)
        try:
            _run(console, services, data_dir, made, mail, clock, listening, once=once)
            if once:
                tell_how_to_open(console, data_dir, made)
        finally:
            services.reader.close()
            services.database.close()


def _prospects_there_are() -> int:
    from leadwright.sandbox.characters import prospects

    return len(prospects())


def _run(
    console: "Console",
    services: "Services",
    folder: Path,
    made: "Rehearsal",
    mail: "MailServer",
    clock: "VirtualClock",
    listening: "socket.socket",
    *,
    once: bool,
) -> None:
    from leadwright.api.routes import router
    from leadwright.sandbox import rehearsal, seller
    from leadwright.sandbox.characters import prospects as everybody
    from leadwright.sandbox.prospect_inbox import AREA, prospect_inbox
    from leadwright.sandbox.prospects import Prospects
    from leadwright.sandbox.weeks import Weeks
    from leadwright.web.app import create_app

    mail.add_account(seller.SHARED_MAILBOX[1], made.password, files_sent=False)
    prospects = Prospects(mail, everybody(), clock)
    weeks = Weeks(services, prospects, clock)
    if made.ready:
        console.print(f"Going on with the rehearsal in {folder}.")
    else:
        begun = time.monotonic()
        rehearsal.set_up(services, folder, made, lambda line: console.print(f"[dim]·[/] {line}"))
        console.print(f"[dim]·[/] ready after {time.monotonic() - begun:.1f} seconds")
    app = create_app(services, routers=[router, prospect_inbox(services, prospects, weeks)], areas=[AREA])
    with _serving(app, listening):
        try:
            if not made.ready:
                _play_weeks(console, services, weeks, prospects, mail, clock, folder, made)
            if not once:
                _go_on(console, services, prospects, clock, listening, made)
        finally:
            weeks.close()
            rehearsal.leave(folder, made, clock())


def _play_weeks(
    console: "Console",
    services: "Services",
    weeks: "Weeks",
    prospects: "Prospects",
    mail: "MailServer",
    clock: "VirtualClock",
    folder: Path,
    made: "Rehearsal",
) -> None:
    from leadwright.cli.engage_display import EngageDisplay, invariants, summary
    from leadwright.sandbox import seller
    from leadwright.sandbox.invariants import prove
    from leadwright.sandbox.rehearsal import leave

    begun, end = time.monotonic(), datetime.fromisoformat(made.ends)
    start = end - WEEKS
    with EngageDisplay(console, services, prospects, start, end) as display:

        def show(passed: "Passed") -> None:
            display.show(passed)
            leave(folder, made, passed.moment)

        weeks.play(end, show)
    console.print(summary(services, prospects, time.monotonic() - begun, start, clock()))
    own = seller.SHARED_MAILBOX[1]
    log = [a for a in mail.log if a.sender.casefold() == own and a.recipient.casefold() != own]
    proofs = prove(services, log, mail.folder(own), clock())
    console.print(invariants(proofs))
    if any(p.broken for p in proofs):
        raise BadInput("An invariant does not hold. Please report it with the lines above.")


def _go_on(
    console: "Console",
    services: "Services",
    prospects: "Prospects",
    clock: "VirtualClock",
    listening: "socket.socket",
    made: "Rehearsal",
) -> None:
    """The agent works on in real time, the prospects too, and a person plays along until Ctrl-C."""
    from rich.panel import Panel

    from leadwright.cli.demo import sign_in_of
    from leadwright.cli.serve import address
    from leadwright.sandbox.prospect_inbox import PATH
    from leadwright.workflows.runtime import Runtime

    clock.run()
    runtime = Runtime(services)
    runtime.start()
    at = address(listening)
    text = (
        f"The desk       {at}\nThree weeks    {at}dashboard?days=30\nBe a prospect  {at.rstrip('/')}{PATH}\n"
        f"{sign_in_of(made)}\n\n"
        f"Its clock shows {clock():%A, %d %B, %H:%M} UTC and goes on; skip ahead on the prospect inbox."
    )
    console.print(Panel(text, title="The desk", subtitle="stop with Ctrl-C", expand=False))
    try:
        while True:
            prospects.answer_due(clock())
            time.sleep(0.5)
    except KeyboardInterrupt:
        console.print("Stopping ...")
    finally:
        runtime.stop()


@contextmanager
def _serving(app: "FastAPI", listening: "socket.socket") -> Iterator[None]:
    """The pages beside the work: prospects open the links of their mails."""
    import uvicorn

    config = uvicorn.Config(
        app, log_config=None, access_log=False, server_header=False, timeout_graceful_shutdown=5, ws="none"
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, name="rehearsal-desk", daemon=True)
    thread.start()
    try:
        while not server.started and thread.is_alive():
            time.sleep(0.02)
        yield
    finally:
        server.should_exit = True
        thread.join(10)
