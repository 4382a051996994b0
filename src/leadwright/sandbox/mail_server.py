"""The sandbox's mail server: real SMTP and IMAP on loopback, so a rehearsal needs nothing and any program looks in.

Never for mail of real people: it keeps everything in memory and speaks to nobody outside.
"""

import asyncio
import socket
import ssl
import threading
from collections.abc import Callable, Iterable
from contextlib import suppress
from datetime import UTC, datetime
from types import TracebackType
from typing import Self

from leadwright.errors import Conflict
from leadwright.sandbox.imap_session import ImapSession
from leadwright.sandbox.mail_faults import MailFaults
from leadwright.sandbox.mail_stamps import Envelope
from leadwright.sandbox.mail_store import Accepted, Account, Folder, MailStore
from leadwright.sandbox.smtp_session import SmtpSession

_LINE_LIMIT = 32_000_000


class MailServer:
    """Serve SMTP and IMAP in a thread. Use as a context manager, or `start()` and `stop()`.

    Args:
        smtp_port: and `imap_port`: 0 picks a free one.
        faults: what goes wrong; may be changed while it runs.
        tls: offers STARTTLS with this certificate; with `implicit_tls` both ports speak TLS from the start.
        clock: stamps what comes in; rehearsals pass a virtual one.
    """

    def __init__(
        self,
        smtp_port: int = 0,
        imap_port: int = 0,
        *,
        faults: MailFaults | None = None,
        tls: ssl.SSLContext | None = None,
        implicit_tls: bool = False,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self.faults = faults or MailFaults()
        self.store = MailStore(clock)
        self._ports = (smtp_port, imap_port)
        self._tls, self._implicit = tls, implicit_tls
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None
        self._stopping = asyncio.Event()
        self._tasks: set[asyncio.Task[None]] = set()
        self._sockets: list[socket.socket] = []

    @property
    def smtp_port(self) -> int:
        """Where SMTP listens."""
        return self._port(0)

    @property
    def imap_port(self) -> int:
        """Where IMAP listens."""
        return self._port(1)

    @property
    def log(self) -> tuple[Accepted, ...]:
        """Everything that was accepted, in order."""
        return tuple(self.store.log)

    def add_account(self, address: str, password: str, *, files_sent: bool = False) -> Account:
        """Give somebody a mailbox. Safe to repeat."""
        return self.store.accounts.setdefault(
            address.casefold(), Account(address.casefold(), password, files_sent=files_sent)
        )

    def add_domain(self, domain: str, password: str, *, unknown: Iterable[str] = ()) -> None:
        """Give everybody at a domain a mailbox, but for the addresses in `unknown`. Safe to repeat."""
        self.store.open_domains.setdefault(domain.casefold(), password)
        self.store.unknown.update(address.casefold() for address in unknown)

    def deliver(self, sender: str, recipient: str, raw: bytes) -> None:
        """Put a message into an INBOX as if it had come from outside; nothing is stamped about who its sender is.

        Raises:
            Conflict: the server does not run.
        """
        if self._loop is None:
            raise Conflict("The sandbox's mail server does not run.")
        done = threading.Event()

        def accept() -> None:
            self.store.accept(Envelope(sender), recipient, raw, copies=self.faults.copies)
            done.set()

        self._loop.call_soon_threadsafe(accept)
        done.wait(10)

    def folder(self, address: str, name: str = "INBOX") -> Folder:
        """A folder of an account that was added."""
        return self.store.accounts[address.casefold()].folders[name]

    def start(self) -> None:
        """Listen.

        Raises:
            Conflict: a port is taken.
        """
        try:
            self._sockets = [_listening(port) for port in self._ports]
        except OSError as error:
            raise Conflict(f"The sandbox's mail server cannot listen: {error}. Stop what uses its port.") from error
        started = threading.Event()
        self._thread = threading.Thread(target=self._run, args=(started,), name="sandbox-mail", daemon=True)
        self._thread.start()
        started.wait(10)

    def stop(self) -> None:
        """Close every session. Safe to repeat."""
        loop, thread = self._loop, self._thread
        if loop is not None and thread is not None:
            with suppress(RuntimeError):
                loop.call_soon_threadsafe(self._stopping.set)
            thread.join(10)
        self._loop = self._thread = None

    def __enter__(self) -> Self:
        """Start."""
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop."""
        self.stop()

    def _port(self, which: int) -> int:
        if not self._sockets:
            raise Conflict("The sandbox's mail server does not run.")
        return int(self._sockets[which].getsockname()[1])

    def _run(self, started: threading.Event) -> None:
        with asyncio.Runner() as runner:
            runner.run(self._listen(started))

    async def _listen(self, started: threading.Event) -> None:
        self._loop, self._stopping = asyncio.get_running_loop(), asyncio.Event()
        implicit = self._tls if self._implicit else None
        servers = [
            await asyncio.start_server(serve, sock=sock, limit=_LINE_LIMIT, ssl=implicit)
            for sock, serve in zip(self._sockets, (self._smtp, self._imap), strict=True)
        ]
        started.set()
        await self._stopping.wait()
        for server in servers:
            server.close()
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _smtp(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await self._serve(SmtpSession(self.store, self.faults, reader, writer, self._offered), writer)

    async def _imap(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await self._serve(ImapSession(self.store, self.faults, reader, writer, self._offered), writer)

    @property
    def _offered(self) -> ssl.SSLContext | None:
        return None if self._implicit else self._tls

    async def _serve(self, session: SmtpSession | ImapSession, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        if task is not None:
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        try:
            with suppress(asyncio.CancelledError):  # the server stops
                await session.serve()
        finally:
            writer.close()
            with suppress(ConnectionError, ssl.SSLError):
                await writer.wait_closed()


def _listening(port: int) -> socket.socket:
    """On loopback, named TCP so that asyncio sets NODELAY: an answer of several lines would wait 40 ms otherwise."""
    made = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        made.bind(("127.0.0.1", port))
        made.listen(128)
    except OSError:
        made.close()
        raise
    return made
