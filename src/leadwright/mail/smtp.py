"""SMTP with its phases apart: what failed before the final dot may be repeated, what failed after it may not.

The standard library raises the same error for both, so MAIL, RCPT, DATA and the dot are driven one by one here.
"""

import re
import smtplib
import socket
import time
from base64 import b64encode
from collections.abc import Generator, Iterable
from contextlib import suppress

from leadwright.errors import LeadwrightError
from leadwright.mail.login import Login, Server, unreachable
from leadwright.mail.mailbox import Letter, Outcome, Result

DOT_SECONDS = 600.0  # RFC 5321 4.5.3.2.6: the server may take ten minutes
_MAILS_A_CONNECTION = 100
_IDLE_SECONDS = 30.0  # an older connection is tried before it is trusted
_DOT_AT_LINE_START = re.compile(rb"(?m)^\.")
_SIGN_IN_CODES = frozenset({530, 534, 535, 538})
_SENDER_NOT_GOOD_ENOUGH = re.compile(r"\b5\.7\.515\b")  # Outlook.com: SPF, DKIM and DMARC of the domain
_MAY_NOT_SEND_AS = re.compile(  # Postfix says so only when it hears the recipient, Exchange after the dot
    r"\bnot owned by user\b|\bSendAsDenied\b|permissions? to send as\b|\b5\.7\.60\b", re.IGNORECASE
)
_SENDER_REFUSED = re.compile(  # of our own server, or of the recipient's, which it asked and quotes
    r"\bsender(?: address)? (?:was )?(?:rejected|refused|denied)|\b5\.1\.[78]\b", re.IGNORECASE
)


Offering = Generator[None, None, Outcome | None]


class SmtpConnection:
    """A line to a submission server, kept open and used again.

    Args:
        login: None for a server that asks for none (loopback).
        dot_seconds: how long the answer to the final dot may take.
    """

    def __init__(self, server: Server, login: Login | None, *, dot_seconds: float = DOT_SECONDS) -> None:
        self._server = server
        self._login = login
        self._dot_seconds = dot_seconds
        self._smtp: smtplib.SMTP | None = None
        self._used = 0
        self._last = 0.0
        self._dot_until = 0.0
        self._turned_away = False

    def offering(self, letter: Letter) -> Offering:
        """Everything before the dot, a step whenever the caller wants: what is written is answered by the next one.

        Returns:
            Why the mail was not taken; None: the server waits for the dot.
        """
        kept = self._smtp is not None
        outcome = yield from self._offer(letter)
        if kept and self._smtp is None and outcome is not None and outcome.result is Result.LATER and not outcome.code:
            outcome = yield from self._offer(letter)  # the server had closed the kept line; nothing was handed over
        return outcome

    def give_dot(self) -> Outcome | None:
        """The point of no return. None: wait for `answer`."""
        try:
            self._smtp_now().send(b".\r\n")
            self._dot_until = time.monotonic() + self._dot_seconds
        except (OSError, smtplib.SMTPException) as error:
            return self._no_answer(error)
        return None

    def answer(self) -> Outcome:
        """The server's answer to the dot, waited for until its time is over."""
        smtp = self._smtp_now()
        try:
            assert smtp.sock is not None
            smtp.sock.settimeout(max(self._dot_until - time.monotonic(), 0.001))
            code, words = smtp.getreply()
            smtp.sock.settimeout(self._server.timeout)
        except (OSError, smtplib.SMTPException, AttributeError) as error:
            return self._no_answer(error)
        said = _said(code, words)
        self._used += 1
        self._last = time.monotonic()
        if 200 <= code < 300:
            if self._used >= _MAILS_A_CONNECTION:
                self.close()
            return Outcome(Result.ACCEPTED, said, code)
        if 400 <= code < 600:
            return self._not_taken(smtp, "dot", code, said)
        self.drop()
        return Outcome(Result.UNKNOWN, f"The server's answer makes no sense: {said}", code)

    @property
    def is_open(self) -> bool:
        """There is a line, as far as anybody knows."""
        return self._smtp is not None

    @property
    def turned_away(self) -> bool:
        """The last try to open it failed, for another reason than the sign-in."""
        return self._turned_away

    @property
    def socket(self) -> socket.socket | None:
        """What becomes readable with the answer."""
        return self._smtp.sock if self._smtp is not None else None

    @property
    def dot_until(self) -> float:
        """When the server's time to answer the dot is over (monotonic)."""
        return self._dot_until

    def sign_in(self) -> str:
        """Open the line when there is none. Gives "" or why it cannot be used."""
        outcome = self._connect()
        return outcome.words if outcome else ""

    def try_envelope(self, address: str) -> tuple[str, str]:
        """Offer a mail from `address` to itself and take it back before a word of it is given. Nothing is sent.

        Returns:
            Why it may not be the sender, and why it may not be the recipient, in the server's words; "" when it may.
        """
        if trouble := self.sign_in():
            return trouble, ""
        smtp = self._smtp
        assert smtp is not None
        try:
            code, words = smtp.docmd(f"MAIL FROM:<{address}>")
            sender = "" if 200 <= code < 300 else _said(code, words)
            code, words = smtp.docmd(f"RCPT TO:<{address}>") if not sender else (250, b"")
            recipient = "" if 200 <= code < 300 else _said(code, words)
            if code >= 500 and (_MAY_NOT_SEND_AS.search(recipient) or _SENDER_REFUSED.search(recipient)):
                sender, recipient = recipient, ""
        except (OSError, smtplib.SMTPException, ValueError) as error:
            self.drop()
            return f"{self._server.host} broke off ({error}).", ""
        self._reset(smtp)
        return sender, recipient

    def close(self) -> None:
        """Say goodbye. Safe to repeat."""
        smtp, self._smtp = self._smtp, None
        if smtp is not None:
            with suppress(OSError, smtplib.SMTPException):
                smtp.quit()

    def drop(self) -> None:
        """Close the line without a word: whatever was begun is void."""
        smtp, self._smtp = self._smtp, None
        if smtp is not None:
            with suppress(OSError):
                smtp.close()

    def _smtp_now(self) -> smtplib.SMTP:
        assert self._smtp is not None
        return self._smtp

    def _no_answer(self, error: Exception) -> Outcome:
        self.drop()
        return Outcome(Result.UNKNOWN, f"The mail was handed over, and no answer came ({error}).")

    def _offer(self, letter: Letter) -> Offering:
        trouble = self._connect()
        if trouble is not None:
            return trouble
        try:
            return (yield from self._dialogue(self._smtp_now(), letter))
        except (OSError, smtplib.SMTPException, ValueError) as error:
            self.drop()
            return Outcome(Result.LATER, f"The connection broke before the mail was handed over ({error}).")

    def _dialogue(self, smtp: smtplib.SMTP, letter: Letter) -> Offering:
        extra = ""
        if letter.needs_smtputf8:
            if not smtp.has_extn("smtputf8"):
                return Outcome(
                    Result.REFUSED,
                    f"The address {letter.recipient} has letters that this mail server cannot carry (no SMTPUTF8). "
                    "Use an address of plain letters.",
                )
            extra = " BODY=8BITMIME SMTPUTF8"
        smtp.command_encoding = "utf-8" if letter.needs_smtputf8 else "ascii"
        size = f" SIZE={len(letter.raw)}" if smtp.has_extn("size") else ""
        commands = (
            ("mail", f"MAIL FROM:<{letter.sender}>{size}{extra}"),
            ("rcpt", f"RCPT TO:<{letter.recipient}>"),
            ("data", "DATA"),
        )
        # RFC 2920: where the server says that it can, one write and one wait for all three.
        groups = [commands] if smtp.has_extn("pipelining") else [(command,) for command in commands]
        for group in groups:
            smtp.send(_lines(command for _, command in group))
            yield
            for nth, (step, _) in enumerate(group, 1):
                code, words = smtp.getreply()
                if not (code == 354 if step == "data" else 200 <= code < 300):
                    self._hear_out(smtp, code, len(group) - nth)
                    return self._not_taken(smtp, step, code, _said(code, words))
        smtp.send(_stuffed(letter.raw))
        return None

    def _hear_out(self, smtp: smtplib.SMTP, code: int, more: int) -> None:
        """Read the answers to what was written behind a command that was refused."""
        try:
            for _ in range(more if code != 421 else 0):
                if smtp.getreply()[0] == 354:  # it waits for a mail to nobody
                    self.drop()
        except (OSError, smtplib.SMTPException):
            self.drop()

    def _not_taken(self, smtp: smtplib.SMTP, step: str, code: int, said: str) -> Outcome:
        if _is_spent(step, said):
            self.drop()
            return Outcome(Result.MAILBOX, said, code)
        if code == 421:
            self.drop()
        else:
            self._reset(smtp)
        about_us = _SENDER_NOT_GOOD_ENOUGH.search(said) or (code >= 500 and _MAY_NOT_SEND_AS.search(said))
        if code in _SIGN_IN_CODES or about_us or (step == "mail" and _ours(code)):
            return Outcome(Result.MAILBOX, said, code)
        if code >= 500:
            result = Result.LATER if _SENDER_REFUSED.search(said) else Result.REFUSED
            return Outcome(result, said, code, perhaps_ours=True)
        return Outcome(Result.LATER, said, code)

    def _reset(self, smtp: smtplib.SMTP) -> None:
        try:
            smtp.docmd("RSET")
        except (OSError, smtplib.SMTPException):
            self.drop()

    def _connect(self) -> Outcome | None:
        if self._smtp is not None and time.monotonic() - self._last > _IDLE_SECONDS:
            self._reset(self._smtp)
        if self._smtp is not None:
            return None
        self._turned_away = False
        try:
            self._smtp = self._open()
            self._used, self._last = 0, time.monotonic()
        except smtplib.SMTPAuthenticationError as error:
            said = _said(error.smtp_code, error.smtp_error)
            return Outcome(Result.MAILBOX, f"{self._server.host} refused the sign-in: {said}", error.smtp_code)
        except smtplib.SMTPResponseException as error:
            self._turned_away = True
            said = _said(error.smtp_code, error.smtp_error)
            return Outcome(Result.MAILBOX, f"{self._server.host} does not serve us: {said}", error.smtp_code)
        except smtplib.SMTPNotSupportedError as error:
            return Outcome(Result.MAILBOX, f"{self._server.host}: {error} Choose another security or sign-in.")
        except (OSError, smtplib.SMTPException) as error:
            self._turned_away = True
            return Outcome(Result.MAILBOX, unreachable(self._server, error))
        except LeadwrightError as error:  # the secret cannot be opened, or no token is given
            return Outcome(Result.MAILBOX, str(error), retry_after=getattr(error, "retry_after", None))
        return None

    def _open(self) -> smtplib.SMTP:
        try:
            return self._open_once()
        except smtplib.SMTPAuthenticationError:
            if self._login is None or not self._login.may_try_again():
                raise
        return self._open_once()

    def _open_once(self) -> smtplib.SMTP:
        server = self._server
        if server.security == "tls":
            smtp: smtplib.SMTP = smtplib.SMTP_SSL(
                server.host, server.port, timeout=server.timeout, context=server.context()
            )
        else:
            smtp = smtplib.SMTP(server.host, server.port, timeout=server.timeout)
        try:
            # The dot follows the text in a write of its own; without this it waits 40 ms for the server's delayed ACK.
            if smtp.sock is not None:
                smtp.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            if server.security == "starttls":
                smtp.starttls(context=server.context())
            smtp.ehlo_or_helo_if_needed()
            if self._login is not None:
                self._authenticate(smtp, self._login)
        except BaseException:
            smtp.close()
            raise
        return smtp

    @staticmethod
    def _authenticate(smtp: smtplib.SMTP, login: Login) -> None:
        if login.xoauth2:
            _answer(smtp, "XOAUTH2", login.bearer().encode())
            return
        secret = login.secret()
        if login.user.isascii() and secret.isascii():
            smtp.login(login.user, secret)
        else:
            _answer(smtp, "PLAIN", login.plain())


def _answer(smtp: smtplib.SMTP, mechanism: str, answer: bytes) -> None:
    """Sign in with an answer that is given at once; a server that asks back gets an empty line, then says why not."""
    code, words = smtp.docmd("AUTH", f"{mechanism} {b64encode(answer).decode()}")
    if code == 334:
        code, words = smtp.docmd("")
    if code != 235:
        raise smtplib.SMTPAuthenticationError(code, words)


def _ours(code: int) -> bool:
    """A sender that is refused concerns every mail; one mail that is too large does not."""
    return code >= 500 and code != 552


def _said(code: int, words: bytes | str) -> str:
    text = words.decode("utf-8", "replace") if isinstance(words, bytes) else words
    return f"{code} {' '.join(text.split())}"[:600]


_FULL = re.compile(r"\b[45]\.2\.2\b|quota", re.IGNORECASE)
_SENT_ITS_SHARE = re.compile(r"\b5\.4\.5\b.*\blimit\b|submission ?quota", re.IGNORECASE)  # Gmail; Exchange


def _is_spent(step: str, said: str) -> bool:
    """Is our own mailbox full, or has it sent what it may send in a day? Every other mail would meet the same."""
    return _SENT_ITS_SHARE.search(said) is not None or (step == "mail" and _FULL.search(said) is not None)


def _lines(commands: Iterable[str]) -> str:
    """Commands as they are written.

    Raises:
        ValueError: one of them holds a line end.
    """
    written = list(commands)
    if any("\r" in command or "\n" in command for command in written):
        raise ValueError("an address holds a line end")
    return "".join(f"{command}\r\n" for command in written)


def _stuffed(raw: bytes) -> bytes:
    """The mail's bytes as DATA wants them, up to but without the final dot."""
    body = _DOT_AT_LINE_START.sub(b"..", raw)
    return body if body.endswith(b"\r\n") else body + b"\r\n"
