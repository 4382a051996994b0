"""`leadwright demo`: the main job on a rehearsal world, shown while it runs, then the desk in the browser."""

import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from leadwright.errors import BadInput

if TYPE_CHECKING:
    from rich.console import Console

    from leadwright.sandbox.rehearsal import Rehearsal
    from leadwright.sandbox.world import World
    from leadwright.services import Services


def demo(
    once: Annotated[bool, typer.Option("--once", help="End after the summary instead of serving the desk.")] = False,
    leads: Annotated[
        int, typer.Option(min=1, max=5_000, help="Leads to import at the first run, without --engage.")
    ] = 200,
    data_dir: Annotated[
        Path | None,
        typer.Option(
            help="Folder of the rehearsal; run again to go on. Default: leadwright-demo or leadwright-engage."
        ),
    ] = None,
    port: Annotated[int, typer.Option(min=0, max=65535, help="Port of the desk; another when it is taken.")] = 8480,
    engage: Annotated[
        bool, typer.Option("--engage", help="Research and engage: forty prospects over three simulated weeks.")
    ] = False,
) -> None:
    """Run the main job on rehearsal leads: no key, no network, nothing leaves this machine.

    Without --engage 200 leads are researched and handed over with a drafted email. With it the agent also writes to
    forty made-up prospects, who answer by real mail while three weeks pass in about a minute.
    """
    if engage:
        from leadwright.cli.demo_engage import play

        play(once=once, data_dir=data_dir or Path("leadwright-engage"), port=port)
        return
    _research(once, leads, data_dir or Path("leadwright-demo"), port)


def _research(once: bool, leads: int, data_dir: Path, port: int) -> None:
    from rich.console import Console

    from leadwright import logs
    from leadwright.bootstrap import open_services
    from leadwright.cli.serve import listen
    from leadwright.sandbox import rehearsal
    from leadwright.sandbox.world import World

    console = Console()
    known = rehearsal.load(data_dir)
    if known is not None and known.engage:
        raise BadInput(f"{data_dir} holds a rehearsal of Research and engage. Add --engage, or choose another folder.")
    listening = listen("127.0.0.1", port, other=True)
    if listening.getsockname()[1] != port and port:
        console.print(f"Port {port} is taken; the desk will be on {listening.getsockname()[1]}.")
    with listening, World(known.world_port if known else 0) as world:
        made = known if known and known.ready else rehearsal.begin(data_dir, world.port, leads)
        settings = rehearsal.settings_of(data_dir, world.port, listening.getsockname()[1])
        logs.configure(settings.model_copy(update={"log_level": "error"}))
        services = open_services(settings)
        try:
            _prepare(console, services, data_dir, made)
            _work(console, services, world, made, None if once else listening)
            if once:
                tell_how_to_open(console, data_dir, made)
        finally:
            services.database.close()


def _prepare(console: "Console", services: "Services", folder: Path, made: "Rehearsal") -> None:
    from leadwright.sandbox import rehearsal

    if made.ready:
        console.print(f"Going on with the rehearsal in {folder} ({made.leads} leads).")
        return
    begun = time.monotonic()
    imported = rehearsal.set_up(services, folder, made, lambda line: console.print(f"[dim]·[/] {line}"))
    console.print(f"[dim]·[/] {imported.created} leads imported; ready after {time.monotonic() - begun:.1f} seconds")


def _work(console: "Console", services: "Services", world: "World", made: "Rehearsal", listening: object) -> None:
    from leadwright.cli.demo_display import Display, summary
    from leadwright.workflows.runtime import Runtime

    runtime = Runtime(services)
    runtime.start()
    try:
        begun = time.monotonic()
        with Display(console, services, made.leads) as display:
            runtime.run_until_idle(display.show)
        console.print(summary(services, time.monotonic() - begun, world.counts, display.done_before))
        if listening is not None:
            _serve(console, services, made, listening)
    finally:
        runtime.stop()


def _serve(console: "Console", services: "Services", made: "Rehearsal", listening: object) -> None:
    import socket

    from rich.panel import Panel

    from leadwright.api.routes import router
    from leadwright.cli.serve import address, run
    from leadwright.web.app import create_app

    if not isinstance(listening, socket.socket):
        return
    text = f"Open           {address(listening)}\n{sign_in_of(made)}"
    console.print(Panel(text, title="The desk", subtitle="stop with Ctrl-C", expand=False))
    run(create_app(services, routers=[router]), listening)


def tell_how_to_open(console: "Console", folder: Path, made: "Rehearsal") -> None:
    """What the other way of running prints at its end: how to look at the desk, and who may sign in."""
    import shlex

    from rich.panel import Panel

    at, command = shlex.quote(str(folder.resolve())), own_command()
    lines = f"{sign_in_of(made)}\n\nOpen the desk with one of these commands, then the address it prints:"
    console.print(Panel(lines, title="The desk", expand=False))
    console.print(f"  LEADWRIGHT_DATA_DIR={at} {command} serve --no-worker", soft_wrap=True, highlight=False)
    again = f"{command} demo{' --engage' if made.engage else ''} --data-dir {at}"
    console.print(f"  {again}    [dim]goes on with the rehearsal[/]", soft_wrap=True, highlight=False)


def own_command() -> str:
    """How a shell starts this program again from any folder: its name when the PATH leads to it, else its path."""
    import shlex
    import shutil
    import sys

    started, found = Path(sys.argv[0]), shutil.which("leadwright")
    if found and started.exists() and Path(found).samefile(started):
        return "leadwright"
    if started.name == "__main__.py":
        return f"{shlex.quote(sys.executable)} -m leadwright"
    return shlex.quote(str(started.absolute()))


def sign_in_of(made: "Rehearsal") -> str:
    """Who may sign in, a line each, and the password."""
    from leadwright.sandbox import seller

    people = (("Seller", seller.SELLERS[0]), ("Supervisor", seller.SUPERVISOR), ("Administrator", seller.ADMINISTRATOR))
    lines = [f"{role:<14} {email}" for role, (_, email) in people]
    return "\n".join([*lines, f"Password       {made.password}"])
