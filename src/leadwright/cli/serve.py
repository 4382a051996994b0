"""`leadwright serve`: the desk in the browser and the agent's work, in one process."""

import socket
from secrets import token_urlsafe
from socket import gethostname
from typing import TYPE_CHECKING, Annotated

import typer

from leadwright.errors import Conflict

if TYPE_CHECKING:
    from fastapi import FastAPI

    from leadwright.settings import Settings


def serve(
    host: Annotated[str | None, typer.Option(help="Address to listen on; default: the setting `host`.")] = None,
    port: Annotated[int | None, typer.Option(help="Port to listen on; 0 picks a free one.")] = None,
    worker: Annotated[bool, typer.Option("--worker/--no-worker", help="Work leads in this process as well.")] = True,
) -> None:
    """Serve the desk in the browser and work the leads."""
    from leadwright import logs
    from leadwright.settings import load_settings

    given = {k: v for k, v in (("host", host), ("port", port)) if v is not None}
    settings = load_settings(**given)
    logs.configure(settings)
    listening = listen(settings.host, settings.port)  # what cannot be is said at once: the rest takes seconds to load
    settings = settings.model_copy(update={"port": listening.getsockname()[1]})  # 0 was any free one
    _serve(settings, listening, worker=worker)


def _serve(settings: "Settings", listening: socket.socket, *, worker: bool) -> None:
    from leadwright.actions.people import needs_first_administrator
    from leadwright.api.routes import router
    from leadwright.bootstrap import open_services
    from leadwright.mcp.door import McpDoor
    from leadwright.web.app import create_app
    from leadwright.workflows.desk_life import DeskLife
    from leadwright.workflows.runtime import Runtime

    services = open_services(settings)
    desk = DeskLife(services.database, settings.executor_id or f"{gethostname()}:{settings.port}")
    try:
        runtime = Runtime(services) if worker else None
        at = address(listening, settings.public_url)
        typer.echo(f"Leadwright is at {at} (stop with Ctrl-C)")
        code = "" if _only_here(settings.host, settings.public_url) else token_urlsafe(16)
        if code and needs_first_administrator(services):
            typer.echo(f"Create the first administrator at {at.rstrip('/')}/set-up?code={code}")
        app = create_app(services, runtime=runtime, routers=[router], doors=[McpDoor(services)], setup_code=code)
        desk.start()
        run(app, listening, behind_proxy=bool(settings.public_url))
    finally:
        desk.stop()
        services.database.close()


def _only_here(host: str, public_url: str) -> bool:
    """Does nobody reach us from another machine?"""
    return not public_url and (host in {"localhost", "::1"} or host.startswith("127."))


def listen(host: str, port: int, *, other: bool = False) -> socket.socket:
    """A listening socket.

    Args:
        other: take a free port when this one is taken.

    Raises:
        Conflict: the port is taken, or the address is not one of this machine.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # The protocol is named because asyncio turns Nagle's delay off only then.
    listening = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((host, port))
        listening.listen(512)
    except OSError as error:
        listening.close()
        if other and port:
            return listen(host, 0)
        raise Conflict(
            f"Port {port} of {host} cannot be used ({error.strerror}). Choose another with --port, or 0 for a free one."
        ) from error
    return listening


def address(listening: socket.socket, public_url: str = "") -> str:
    """What a person opens in the browser."""
    host, port = listening.getsockname()[:2]
    shown = f"[{host}]" if ":" in host else "127.0.0.1" if host == "0.0.0.0" else host  # noqa: S104
    return public_url or f"http://{shown}:{port}/"


def run(app: "FastAPI", listening: socket.socket, *, behind_proxy: bool = False) -> None:
    """Serve until Ctrl-C or SIGTERM."""
    import uvicorn

    config = uvicorn.Config(
        app,
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=behind_proxy,
        timeout_graceful_shutdown=5,
        ws="none",
    )
    uvicorn.Server(config).run(sockets=[listening])
