"""One SMTP session of the sandbox's mail server (RFC 5321): submission with sign-in, and delivery from outside."""

import asyncio
import base64
import binascii
import re
import ssl
from contextlib import suppress

from leadwright.sandbox.mail_faults import MailFaults, Step
from leadwright.sandbox.mail_stamps import Envelope
from leadwright.sandbox.mail_store import Account, MailStore

_PATH = re.compile(r"(?:FROM|TO):\s*<([^>]*)>(.*)", re.IGNORECASE)
_BARE_LF = re.compile(rb"(?<!\r)\n|\r(?!\n)")
_MOST_BYTES = 30_000_000


class Dropped(Exception):
    """The session ends without another word."""


class SmtpSession:
    """Serves one connection until QUIT, a drop, or an error of the line."""

    def __init__(
        self,
        store: MailStore,
        faults: MailFaults,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        tls: ssl.SSLContext | None,
    ) -> None:
        self._store, self._faults, self._tls = store, faults, tls
        self._reader, self._writer = reader, writer
        self._account: Account | None = None
        self._greeting = ""
        self._sender: str | None = None
        self._recipients: list[str] = []

    async def serve(self) -> None:
        """Until the end of the session."""
        with suppress(Dropped, ConnectionError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
            await self._or_fault(Step.CONNECT, "220 sandbox ESMTP")
            while True:
                line = (await self._reader.readuntil(b"\r\n")).decode("utf-8", "replace").rstrip("\r\n")
                verb, _, rest = line.partition(" ")
                if verb.upper() == "QUIT":
                    await self._say("221 2.0.0 bye")
                    return
                handler = getattr(self, f"_do_{verb.lower()}", None) if verb.isalpha() else None
                if handler is None:
                    await self._say("500 5.5.1 unknown command")
                else:
                    await handler(rest)

    async def _do_ehlo(self, rest: str) -> None:
        self._greeting = rest.strip()
        more = ["STARTTLS"] if self._tls else []
        for word in ("sandbox", f"SIZE {_MOST_BYTES}", "8BITMIME", "SMTPUTF8", *more):
            await self._say(f"250-{word}", flush=False)
        await self._say("250 AUTH PLAIN LOGIN XOAUTH2")

    async def _do_helo(self, rest: str) -> None:
        self._greeting = rest.strip()
        await self._say("250 sandbox")

    async def _do_noop(self, _rest: str) -> None:
        await self._say("250 2.0.0 fine")

    async def _do_rset(self, _rest: str) -> None:
        self._sender, self._recipients = None, []
        await self._say("250 2.0.0 forgotten")

    async def _do_starttls(self, _rest: str) -> None:
        if self._tls is None:
            await self._say("502 5.5.1 no TLS here")
            return
        await self._say("220 2.0.0 go ahead")
        tls, self._tls = self._tls, None
        await self._writer.start_tls(tls)
        self._account, self._sender, self._recipients = None, None, []

    async def _do_auth(self, rest: str) -> None:
        kind, _, first = rest.partition(" ")
        address, secret = await self._credentials(kind.upper(), first)
        account = self._store.account(address)
        if account is None or secret != account.password:
            await self._say("535 5.7.8 wrong name or password")
            return
        self._account = account
        await self._say("235 2.7.0 welcome")

    async def _credentials(self, kind: str, first: str) -> tuple[str, str]:
        if kind == "LOGIN":
            name = first or await self._asked("VXNlcm5hbWU6")
            return _decoded(name), _decoded(await self._asked("UGFzc3dvcmQ6"))
        text = _decoded(first or await self._asked(""))
        if kind == "PLAIN":
            parts = text.split("\0")
            return (parts[1], parts[2]) if len(parts) == 3 else ("", "")
        return bearer(text)

    async def _asked(self, challenge: str) -> str:
        await self._say(f"334 {challenge}")
        return (await self._reader.readuntil(b"\r\n")).decode("ascii", "replace").strip()

    async def _do_mail(self, rest: str) -> None:
        found = _PATH.match(rest)
        if found is None:
            await self._say("501 5.5.4 MAIL FROM:<address>")
        elif await self._or_fault(Step.MAIL, "250 2.1.0 ok"):
            self._sender, self._recipients = found[1], []

    async def _do_rcpt(self, rest: str) -> None:
        found = _PATH.match(rest)
        if found is None or self._sender is None:
            await self._say("503 5.5.1 MAIL first" if found else "501 5.5.4 RCPT TO:<address>")
            return
        to = found[1]
        if self._store.hosts(to) and not self._store.takes(to):
            await self._say("550 5.1.1 no such mailbox here")
        elif not self._store.hosts(to) and self._account is None:
            await self._say("550 5.7.1 relaying denied")
        elif await self._or_fault(Step.RCPT, "250 2.1.5 ok", to):
            self._recipients.append(to)

    async def _do_data(self, _rest: str) -> None:
        if not self._recipients:
            await self._say("503 5.5.1 RCPT first")
            return
        to = self._recipients[0]
        if not await self._or_fault(Step.DATA, "354 go on", to):
            return
        raw = await self._message()
        if _BARE_LF.search(raw):
            await self._say("554 5.6.0 bare CR or LF")
        elif await self._or_fault(Step.DOT, "", to):
            signed_in = self._account.address if self._account is not None else ""
            envelope = Envelope(self._sender or "", self._greeting, signed_in)
            for recipient in self._recipients:
                self._store.accept(envelope, recipient, raw, copies=self._faults.copies)
            if self._account is not None and self._account.files_sent:
                self._account.folders["Sent"].add(raw, self._store.clock(), {"\\Seen"})
            await self._or_fault(Step.TAKEN, "250 2.0.0 accepted", to)
        self._sender, self._recipients = None, []

    async def _message(self) -> bytes:
        lines: list[bytes] = []
        while (line := await self._reader.readuntil(b"\r\n")) != b".\r\n":
            lines.append(line[1:] if line.startswith(b".") else line)
        return b"".join(lines)

    async def _or_fault(self, step: Step, good: str, recipient: str = "") -> bool:
        """Say the good answer, unless something goes wrong here. True: all went well."""
        fault = self._faults.at(step, recipient)
        if fault.wait:
            await asyncio.sleep(fault.wait)
        if fault.drop:
            raise Dropped
        if fault.answer:
            await self._say(fault.answer)
            if fault.answer.startswith("421"):
                raise Dropped
            return False
        if good:
            await self._say(good)
        return True

    async def _say(self, line: str, *, flush: bool = True) -> None:
        self._writer.write(line.encode() + b"\r\n")
        if flush:
            await self._writer.drain()


def bearer(text: str) -> tuple[str, str]:
    """Name and token of an XOAUTH2 answer. The sandbox takes the password for the token."""
    found = re.fullmatch(r"user=([^\x01]*)\x01auth=Bearer ([^\x01]*)\x01\x01", text)
    return (found[1], found[2]) if found else ("", "")


def _decoded(text: str) -> str:
    try:
        return base64.b64decode(text, validate=True).decode("utf-8", "replace")
    except (binascii.Error, ValueError):
        return ""
