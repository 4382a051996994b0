"""A small SMTP server in front of Exchange: mail from outside into mailboxes of the tenant. No relay, no sign-in."""

import socketserver
from threading import Thread
from types import TracebackType
from typing import Self

from leadwright.sandbox.dynamics import exchange
from leadwright.sandbox.dynamics.exchange_transport import NOT_FOUND
from leadwright.sandbox.dynamics.world import Refused, World

_MOST = 150 * 1024 * 1024  # bytes of a mail
_MOST_RECIPIENTS = 500


class Smtp:
    """The server in a thread of its own, one session after the other. A context manager; port 0 picks a free one."""

    def __init__(self, world: World, port: int = 0, host: str = "127.0.0.1") -> None:
        exchange.prepare(world)

        class Session(_Session):
            """A session with this world."""

        Session.world = world
        self._server = socketserver.TCPServer((host, port), Session)
        self._thread = Thread(target=self._server.serve_forever, name="exchange-smtp", daemon=True)

    @property
    def port(self) -> int:
        """Where it listens."""
        return int(self._server.server_address[1])

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(10)


class _Session(socketserver.StreamRequestHandler):
    world: World
    timeout = 20

    def handle(self) -> None:
        self._sender: str | None = None
        self._to: list[str] = []
        self._say("220 contoso-com.mail.protection.outlook.com Microsoft ESMTP MAIL Service ready")
        try:
            while line := self.rfile.readline(2000):
                if not self._obey(line.decode("utf-8", "replace").rstrip("\r\n")):
                    return
        except OSError:
            return

    def _obey(self, line: str) -> bool:
        """Answer one command; whether the session goes on."""
        word = line[:4].upper()
        if word == "QUIT":
            self._say("221 2.0.0 Service closing transmission channel")
            return False
        if word == "EHLO":
            self._say(f"250-contoso.com Hello\r\n250-SIZE {_MOST}\r\n250-8BITMIME\r\n250 SMTPUTF8")
        elif word in {"HELO", "NOOP"}:
            self._say("250 2.0.0 OK")
        elif word == "RSET":
            self._sender, self._to = None, []
            self._say("250 2.0.0 Resetting")
        elif word == "MAIL":
            self._sender, self._to = _address(line), []
            self._say("250 2.1.0 Sender OK")
        elif word == "RCPT":
            self._say(self._recipient(_address(line)))
        elif word == "DATA":
            self._data()
        else:
            self._say("500 5.3.3 Unrecognized command")
        return True

    def _recipient(self, address: str) -> str:
        if self._sender is None:
            return "503 5.5.2 Need mail command"
        if address.rpartition("@")[2].lower() not in exchange.DOMAINS:
            return "550 5.7.54 SMTP; Unable to relay recipient in non-accepted domain"
        if exchange.mailbox_at(self.world, address) is None:
            return NOT_FOUND
        if len(self._to) >= _MOST_RECIPIENTS:
            return "452 4.5.3 Too many recipients"
        self._to.append(address)
        return "250 2.1.5 Recipient OK"

    def _data(self) -> None:
        if not self._to:
            self._say("503 5.5.2 Need rcpt command")
            return
        self._say("354 Start mail input; end with <CRLF>.<CRLF>")
        lines, size = [], 0
        while (line := self.rfile.readline()) not in {b".\r\n", b".\n", b""}:
            size += len(line)
            if size <= _MOST:
                lines.append(line[1:] if line.startswith(b".") else line)
        if not line:
            return
        if size > _MOST:
            self._say("552 5.3.4 Message size exceeds fixed maximum message size")
            return
        try:
            exchange.deliver(self.world, b"".join(lines), self._to)
            self._say("250 2.6.0 Queued mail for delivery")
        except Refused as refused:
            self._say(f"550 {refused.message}")
        self._sender, self._to = None, []

    def _say(self, text: str) -> None:
        self.wfile.write(f"{text}\r\n".encode())


def _address(line: str) -> str:
    return line.partition("<")[2].partition(">")[0].strip()
