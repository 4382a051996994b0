"""A CONNECT proxy that leads Microsoft's production hosts to the stand-in, and nowhere else."""

import asyncio
from contextlib import suppress

from leadwright.sandbox.dynamics import edge, faults
from leadwright.sandbox.dynamics.entra_resources import PRODUCTION_HOSTS
from leadwright.sandbox.dynamics.world import World

_LOCAL = frozenset({"localhost", "127.0.0.1", "::1"})
_HEAD = 16_384  # bytes of a request's head


class Proxy:
    """Accepts CONNECT and pipes bytes both ways.

    Args:
        target: host and port the stand-in listens on.
    """

    def __init__(self, world: World, target: tuple[str, int]) -> None:
        self._world, self._target = world, target
        self._open: set[asyncio.StreamWriter] = set()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection of a client."""
        self._open.add(writer)
        with suppress(ConnectionError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
            try:
                await self._serve(reader, writer)
            finally:
                writer.close()
                self._open.discard(writer)

    async def close(self) -> None:
        """Cut every connection."""
        for writer in list(self._open):
            writer.transport.abort()
        await asyncio.sleep(0.05)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n"))[:_HEAD].decode("latin-1")
        method, _, rest = head.partition(" ")
        name, _, port = rest.split(" ")[0].rpartition(":")
        host = name.strip("[]").lower()
        refusal = self._refusal(method, host, port)
        if refusal:
            await asyncio.to_thread(self._note, method, host, refusal)
            writer.write(_plain(405 if method != "CONNECT" else 502, refusal))
            await writer.drain()
            return
        target = (host, int(port)) if host in _LOCAL else self._target
        there, here = await asyncio.open_connection(*target)
        self._open.add(here)
        try:
            writer.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
            await asyncio.gather(_pipe(reader, here), _pipe(there, writer))
        finally:
            here.close()
            self._open.discard(here)

    def _refusal(self, method: str, host: str, port: str) -> str:
        """Why this goes nowhere; empty when it goes on."""
        if method != "CONNECT":
            return "This proxy only knows CONNECT: the stand-in speaks HTTPS."
        on = self._world.faults().get("unreachable")
        heard = faults.Heard(method, host, "")
        if on and faults.fits(on[0], heard) and self._world.fault("unreachable"):
            return f"{host} cannot be reached, as the control page was told."
        if host in _LOCAL and port.isdecimal():
            return ""
        if host not in PRODUCTION_HOSTS or port != "443":
            return f"There is no {host}:{port} here. The stand-in answers for: {', '.join(PRODUCTION_HOSTS)}."
        return ""

    def _note(self, method: str, host: str, refusal: str) -> None:
        at = self._world.clock().isoformat()
        edge.keep(self._world, (at, host, method, "(proxy)", "", 502, 0.0, "", refusal))


def _plain(status: int, text: str) -> bytes:
    reason = "Bad Gateway" if status == 502 else "Method Not Allowed"
    body = text.encode()
    head = f"HTTP/1.1 {status} {reason}\r\nContent-Type: text/plain\r\nContent-Length: {len(body)}\r\n"
    return f"{head}Connection: close\r\n\r\n".encode() + body


async def _pipe(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with suppress(ConnectionError):
        while data := await reader.read(65_536):
            writer.write(data)
            await writer.drain()
    with suppress(ConnectionError, OSError):
        writer.close()
