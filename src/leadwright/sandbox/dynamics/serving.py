"""Puts the parts of the stand-in together and serves them: one origin over TLS, and the proxy beside it."""

import asyncio
import logging
import socket
import ssl
import threading
from collections.abc import Callable, Iterable
from contextlib import suppress
from types import TracebackType
from typing import Any, Self
from weakref import WeakSet

import uvicorn
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute
from uvicorn.protocols.http.h11_impl import H11Protocol

from leadwright.errors import Conflict
from leadwright.sandbox.dynamics import control, entra, outside, portal, showing
from leadwright.sandbox.dynamics.certificates import Certificates, certificates
from leadwright.sandbox.dynamics.edge import Edge
from leadwright.sandbox.dynamics.entra_resources import PRODUCTION_HOSTS
from leadwright.sandbox.dynamics.parts import part_named
from leadwright.sandbox.dynamics.proxy import Proxy
from leadwright.sandbox.dynamics.world import Refused, World

_PARTS = ("dataverse", "graph")
_NAMES = ("localhost", "127.0.0.1", "::1", "dynamics", "leadwright-dynamics")
_TICK = 1.0  # seconds between two looks of server-side synchronisation
_LOG = logging.getLogger(__name__)


def application(world: World) -> Starlette:
    """Everything behind one address: Entra, Dataverse, Graph, the control page, the portal pages. Needs no socket."""
    routes: list[BaseRoute] = [*showing.ROUTES, *control.routes(world), *portal.routes(world)]
    for name in _PARTS:
        part = part_named(name)
        if part is not None:
            routes.extend(part.routes(world))
    routes.extend(entra.routes(world))
    handlers: Any = {Refused: _refused}
    return Starlette(routes=routes, middleware=[Middleware(Edge, world)], exception_handlers=handlers)


def _refused(_request: Request, refused: Exception) -> Response:
    if not isinstance(refused, Refused):
        raise refused
    error = {"error": {"code": refused.code, "message": refused.message}}
    return JSONResponse(error, refused.status, refused.headers)


class StandIn:
    """The stand-in on loopback, in a thread. Use as a context manager, or `start()` and `stop()`.

    Args:
        port: and `proxy_port`: 0 picks a free one.
        host: address to listen on; another than loopback lets other containers in.
        names: further names the certificate is good for, such as that of the container.
        every: seconds between two looks of server-side synchronisation; 0: it looks when it is told to.
    """

    def __init__(
        self,
        world: World,
        port: int = 0,
        proxy_port: int = 0,
        *,
        host: str = "127.0.0.1",
        names: Iterable[str] = (),
        every: float = _TICK,
    ) -> None:
        self.world, self._every = world, every
        self._ports, self._host = (port, proxy_port), host
        self.certificates: Certificates = certificates(world.folder / "tls", [*_NAMES, *PRODUCTION_HOSTS, *names], None)
        self._sockets: list[socket.socket] = []
        self._server: uvicorn.Server | None = None
        self._thread: threading.Thread | None = None
        self._failed: list[BaseException] = []
        self._ended = threading.Event()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._connections: WeakSet[asyncio.BaseTransport] = WeakSet()

    @property
    def origin(self) -> str:
        """Address of everything in direct mode, such as https://localhost:8443."""
        return f"https://localhost:{self._sockets[0].getsockname()[1]}"

    @property
    def proxy(self) -> str:
        """Address of the proxy, for HTTPS_PROXY."""
        return f"http://127.0.0.1:{self._sockets[1].getsockname()[1]}"

    def environment(self) -> dict[str, str]:
        """What a program is started with so that it meets the stand-in at Microsoft's own addresses."""
        bundle = str(self.certificates.bundle)
        return {
            "HTTPS_PROXY": self.proxy,
            "https_proxy": self.proxy,
            "NO_PROXY": "localhost,127.0.0.1",
            "no_proxy": "localhost,127.0.0.1",
            "REQUESTS_CA_BUNDLE": bundle,
            "CURL_CA_BUNDLE": bundle,
            "SSL_CERT_FILE": bundle,
        }

    def start(self) -> Self:
        """Listen, and come back when requests are answered.

        Raises:
            Conflict: a port is taken.
        """
        try:
            for port in self._ports:
                self._sockets.append(_listening(self._host, port))
        except Conflict:
            self.stop()
            raise
        self.world.set_fact("origin", self.origin)
        self._ended.clear()
        ready = threading.Event()
        self._thread = threading.Thread(target=self._run, args=(ready,), name="dynamics", daemon=True)
        self._thread.start()
        ready.wait(30)
        if self._failed:
            raise Conflict(f"The stand-in could not start: {self._failed[0]}.") from self._failed[0]
        return self

    def stop(self) -> None:
        """Close every connection. Safe to repeat."""
        if self._server is not None and self._loop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._cut)
            self._server.should_exit = True
        if self._thread is not None:
            self._ended.wait(15)  # not join: one that Ctrl-C interrupts takes the thread for ended
        for opened in self._sockets:
            opened.close()
        self._sockets, self._server, self._thread = [], None, None

    def wait(self) -> None:
        """Until it stops."""
        while not self._ended.wait(0.5):
            pass

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def _run(self, ready: threading.Event) -> None:
        try:
            asyncio.run(self._serve(ready))
        except BaseException as error:
            self._failed.append(error)
            _LOG.exception("The stand-in stopped")
        finally:
            ready.set()
            self._ended.set()

    async def _serve(self, ready: threading.Event) -> None:
        self._loop = asyncio.get_running_loop()
        config = uvicorn.Config(
            application(self.world),
            log_config=None,
            access_log=False,
            server_header=False,
            date_header=False,
            proxy_headers=False,
            lifespan="off",
            ws="none",
            timeout_graceful_shutdown=2,
            http=_tracked(self._connections),
        )
        config.load()
        config.ssl = self._tls()
        server = self._server = uvicorn.Server(config)
        local = ("127.0.0.1", self._sockets[0].getsockname()[1])
        proxy = Proxy(self.world, local)
        listening = await asyncio.start_server(proxy.serve, sock=self._sockets[1])
        jobs = [asyncio.create_task(_when_started(server, ready)), asyncio.create_task(_tick(self.world, self._every))]
        try:
            await server.serve(sockets=[self._sockets[0]])
        finally:
            listening.close()
            self._cut()
            await proxy.close()
            for job in jobs:
                job.cancel()
                with suppress(asyncio.CancelledError):
                    await job

    def _cut(self) -> None:
        """Close what connections there are, so that none is left half closed."""
        for transport in list(self._connections):
            transport.abort()  # type: ignore[attr-defined]

    def _tls(self) -> ssl.SSLContext:
        """The leaf; or, while the fault is on, the one of an authority nobody trusts."""
        context, foreign = self.certificates.serving(), self.certificates.serving(foreign=True)

        def choose(connection: ssl.SSLObject, _name: str | None, _context: ssl.SSLContext) -> None:
            if self.world.fault("tls by another authority"):
                connection.context = foreign

        context.sni_callback = choose
        return context


def serve(world: World, port: int = 0, proxy_port: int = 0, **more: Any) -> StandIn:
    """Start the stand-in; `stop()` it afterwards."""
    return StandIn(world, port, proxy_port, **more).start()


def _tracked(connections: WeakSet[asyncio.BaseTransport]) -> type[asyncio.Protocol]:
    """uvicorn's protocol, which also says which connections there are."""

    class Tracked(H11Protocol):
        def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
            connections.add(transport)
            super().connection_made(transport)

    return Tracked


async def _when_started(server: uvicorn.Server, ready: threading.Event) -> None:
    while not server.started:
        await asyncio.sleep(0.01)
    ready.set()


async def _tick(world: World, every: float) -> None:
    """Let server-side synchronisation work, as Exchange Online would, and the people outside answer."""
    part = part_named("synchronisation")
    if part is None or not every:
        return
    tick: Callable[[World], Any] = part.tick
    outside.move_in(world)
    while True:
        try:
            await asyncio.to_thread(tick, world)
            await asyncio.to_thread(outside.act, world)
        except Exception:
            _LOG.exception("Server-side synchronisation failed")
        await asyncio.sleep(every)


def _listening(host: str, port: int) -> socket.socket:
    opened = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    opened.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        opened.bind((host, port))
        opened.listen(256)
    except OSError as error:
        opened.close()
        raise Conflict(f"Port {port} of {host} cannot be used ({error.strerror}). Choose another, or 0.") from error
    return opened
