"""A TCP line that goes wrong on purpose, between us and a mail server or a database. Changes nothing that it carries.

The faults of Toxiproxy, and two of our own: a break after so many bytes, and a break once certain words were seen.
"""

import asyncio
import socket
import struct
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from types import TracebackType
from typing import Self

Address = tuple[str, int] | str  # host and port, or the path of a Unix socket
_CHUNK = 65_536


@dataclass
class Trouble:
    """What goes wrong; may be changed while lines are open. Nothing: a plain line.

    Args:
        latency: seconds each piece is held back, in each direction.
        down: new lines are closed at once.
        bandwidth: bytes a second; 0: as fast as it goes.
        slow_close: seconds until the end of one side is told to the other.
        silent: nothing is carried any more, and nobody is told: a half-open line.
        slice_bytes: pieces are cut to this size; 0: as they come.
        reset_after_up: reset after that many bytes to the server; 0: never. And `reset_after_down`: to the client.
        limit_down: close orderly after that many bytes to the client.
        at_words: once the client has said these words ...
        before_words: ... reset instead of passing them on; else reset when the server has answered, unheard.
        times: how often words, bytes and limits do their harm, from the time `first` they could.
    """

    latency: float = 0.0
    down: bool = False
    bandwidth: int = 0
    slow_close: float = 0.0
    silent: bool = False
    slice_bytes: int = 0
    reset_after_up: int = 0
    reset_after_down: int = 0
    limit_down: int = 0
    at_words: bytes = b""
    before_words: bool = False
    first: int = 1
    times: int = 1
    met: int = field(default=0, init=False)

    @property
    def happened(self) -> bool:
        """Was harm done at all?"""
        return self.met >= self.first

    def strikes(self) -> bool:
        """Is harm done this time? Counted."""
        self.met += 1
        return self.first <= self.met < self.first + self.times


class _Line:
    """One client and its line to the server."""

    def __init__(self, trouble: Callable[[], Trouble], up: asyncio.StreamWriter, down: asyncio.StreamWriter) -> None:
        self._trouble = trouble
        self._writers = {True: up, False: down}
        self._carried = {True: 0, False: 0}
        self._said = b""
        self._unheard = False

    async def carry(self, reader: asyncio.StreamReader, *, up: bool) -> None:
        """From one side to the other until it ends or breaks."""
        with suppress(ConnectionError, OSError):
            while data := await reader.read(_CHUNK):
                if not await self._pass_on(data, up=up):
                    return
            await asyncio.sleep(self._trouble().slow_close)
            with suppress(OSError):
                self._writers[up].write_eof()

    def reset(self) -> None:
        """Break both sides without a goodbye."""
        for writer in self._writers.values():
            with suppress(OSError, AttributeError):
                sock = writer.get_extra_info("socket")
                sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            writer.transport.abort()

    async def _pass_on(self, data: bytes, *, up: bool) -> bool:
        trouble = self._trouble()
        if not up and self._unheard:
            self.reset()
            return False
        if up and trouble.at_words:
            self._said = (self._said + data)[-2 * _CHUNK :]
            seen = trouble.at_words in self._said
            self._said = b"" if seen else self._said
            if seen and trouble.strikes():
                if trouble.before_words:
                    self.reset()
                    return False
                self._unheard = True
        limit = (trouble.reset_after_up if up else trouble.reset_after_down) or (0 if up else trouble.limit_down)
        struck = bool(limit) and self._carried[up] + len(data) >= limit and trouble.strikes()
        if struck:
            data = data[: limit - self._carried[up]]
        self._carried[up] += len(data)
        for piece in _cut(data, trouble.slice_bytes):
            await asyncio.sleep(trouble.latency + (len(piece) / trouble.bandwidth if trouble.bandwidth else 0))
            while self._trouble().silent:
                await asyncio.sleep(0.02)
            self._writers[up].write(piece)
            await self._writers[up].drain()
        if struck and not up and trouble.limit_down:
            for writer in self._writers.values():
                writer.close()
        elif struck:
            self.reset()
        return not struck


class FaultProxy:
    """Listens on loopback and passes on to `target`, in a thread. Use as a context manager."""

    def __init__(self, target: Address, trouble: Trouble | None = None) -> None:
        self.trouble = trouble or Trouble()
        self._target = target
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._socket.getsockname()[1])
        self.opened = 0  # lines so far
        self._lines: dict[_Line, asyncio.Task[None]] = {}
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run, name="fault-proxy", daemon=True)

    def break_all(self) -> None:
        """Reset every open line, as a server does with clients that have been silent for too long."""
        done = threading.Event()
        self._loop.call_soon_threadsafe(lambda: (_ := [line.reset() for line in self._lines], done.set()))
        done.wait(5)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(5)

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._loop.run_until_complete(asyncio.start_server(self._serve, sock=self._socket))
        self._loop.run_forever()
        tasks = asyncio.all_tasks(self._loop)
        for task in tasks:
            task.cancel()
        self._loop.run_until_complete(asyncio.gather(*tasks, return_exceptions=True))
        self._socket.close()
        self._loop.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.opened += 1
        task = asyncio.current_task()
        assert task is not None
        if self.trouble.down:
            writer.transport.abort()
            return
        try:
            if isinstance(self._target, str):
                server_reader, server = await asyncio.open_unix_connection(self._target)
            else:
                server_reader, server = await asyncio.open_connection(*self._target)
        except OSError:
            writer.transport.abort()
            return
        line = _Line(lambda: self.trouble, server, writer)
        self._lines[line] = task
        try:
            with suppress(asyncio.CancelledError):  # the proxy stops
                await asyncio.gather(line.carry(reader, up=True), line.carry(server_reader, up=False))
        finally:
            del self._lines[line]
            for side in (server, writer):
                side.transport.abort() if self.trouble.silent else side.close()


def _cut(data: bytes, size: int) -> list[bytes]:
    return [data[n : n + size] for n in range(0, len(data), size)] if size else [data]
