"""IMAP: what is new, what was sent, being told at once. Reads without changing; ranges, never one mail at a time."""

import imaplib
import re
import select
import ssl
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import UTC, datetime
from functools import partial
from typing import Any, TypeVar

from leadwright.errors import MailError
from leadwright.mail.login import Login, Server, unreachable
from leadwright.mail.mailbox import Batch, Cursor, Fetched, Found

BATCH = 500  # messages asked for at a time
BATCH_BYTES = 32_000_000
HEAD_BYTES = 65_536  # kept of a message that is too large
_IDLE_SECONDS = 240.0  # a silent line is found out within five minutes
_POLL_SECONDS = 15.0  # without IDLE
_UID = re.compile(rb"\bUID (\d+)")
_SIZE = re.compile(rb"\bRFC822\.SIZE (\d+)")
_DATE = re.compile(rb'INTERNALDATE "([^"]+)"')
_ERRORS = (OSError, imaplib.IMAP4.error, ValueError)  # abort (BYE, broken line) is an IMAP4.error
T = TypeVar("T")


class ImapConnection:
    """A line to an IMAP server, opened when first needed and anew after every break."""

    def __init__(self, server: Server, login: Login | None, *, sent: str = "Sent") -> None:
        self._server = server
        self._login = login
        self._sent = sent
        self._imap: imaplib.IMAP4 | None = None
        self._read: dict[str, Cursor] = {}

    def fetch_new(self, cursor: Cursor, *, folder: str, most_bytes: int) -> Iterator[Batch]:
        """See `mailbox.Mailbox.fetch_new`."""
        validity, uids, restarted = self._tried(lambda imap: self._new_uids(imap, folder, cursor))
        last = 0 if restarted else cursor.lastuid
        self._read[folder] = Cursor(validity, last)
        if restarted or not uids:
            yield Batch(Cursor(validity, last), (), restarted)
        for start in range(0, len(uids), BATCH):
            some = uids[start : start + BATCH]
            sizes = self._once(partial(_sizes, uids=some))
            for group in _groups([u for u in some if u in sizes], sizes, most_bytes):
                got = self._once(partial(_messages, uids=group, sizes=sizes, most_bytes=most_bytes))
                last = max(last, group[-1])
                self._read[folder] = Cursor(validity, last)
                yield Batch(Cursor(validity, last), tuple(got), restarted)

    def wait_for_new(self, seconds: float, *, folder: str) -> bool:
        """See `mailbox.Mailbox.wait_for_new`."""
        return self._tried(lambda imap: self._wait(imap, seconds, folder))

    def find_sent(self, messageid: str) -> Found:
        """See `mailbox.Mailbox.find_sent`."""
        try:
            return self._tried(lambda imap: self._look(imap, self._sent, messageid))
        except MailError:
            return Found.CANNOT_TELL

    def file_sent(self, raw: bytes, moment: datetime, messageid: str) -> None:
        """See `mailbox.Mailbox.file_sent`."""
        self._tried(lambda imap: self._file(imap, raw, moment, messageid))

    def uids_of(self, folder: str, messageid: str) -> list[int]:
        """The messages of that Message-ID in a folder; none when there is no such folder."""
        return self._tried(lambda imap: _search_id(imap, messageid) if _selected(imap, folder) else [])

    def remove(self, folder: str, messageid: str) -> None:
        """Delete the messages of that Message-ID: only for mails we wrote to ourselves."""

        def delete(imap: imaplib.IMAP4) -> None:
            if _selected(imap, folder, readonly=False):
                for uid in _search_id(imap, messageid):
                    imap.uid("STORE", str(uid), "+FLAGS.SILENT", r"(\Deleted)")
                    if "UIDPLUS" in imap.capabilities:
                        imap.uid("EXPUNGE", str(uid))

        self._tried(delete)

    def sign_in(self) -> str:
        """Open the line when there is none. Gives "" or why it cannot be used."""
        try:
            self._tried(lambda imap: imap.noop())
        except MailError as error:
            return str(error)
        return ""

    def close(self) -> None:
        """Say goodbye. Safe to repeat."""
        imap, self._imap = self._imap, None
        if imap is not None:
            with suppress(*_ERRORS):
                imap.logout()

    def _tried(self, ask: Callable[[imaplib.IMAP4], T]) -> T:
        """Ask over the kept line, and once more over a new one when the kept one had died."""
        if self._imap is not None:
            with suppress(MailError):
                return self._once(ask)
        return self._once(ask)

    def _once(self, ask: Callable[[imaplib.IMAP4], T]) -> T:
        imap = self._connected()
        try:
            return ask(imap)
        except _ERRORS as error:
            self._drop()
            raise MailError(f"{self._server.host} broke off: {_words(error)}") from error

    def _connected(self) -> imaplib.IMAP4:
        if self._imap is None:
            self._imap = self._open()
        return self._imap

    def _open(self) -> imaplib.IMAP4:
        server = self._server
        try:
            if server.security == "tls":
                imap: imaplib.IMAP4 = imaplib.IMAP4_SSL(
                    server.host, server.port, ssl_context=server.context(), timeout=server.timeout
                )
            else:
                imap = imaplib.IMAP4(server.host, server.port, timeout=server.timeout)
        except (OSError, imaplib.IMAP4.error) as error:
            raise MailError(unreachable(server, error)) from error
        try:
            if server.security == "starttls":
                imap.starttls(server.context())
            self._sign_in(imap)
        except (OSError, imaplib.IMAP4.error) as error:
            with suppress(OSError):
                imap.shutdown()
            said = _words(error)
            raise MailError(f"{server.host} refused the sign-in: {said}", installation=True) from error
        return imap

    def _sign_in(self, imap: imaplib.IMAP4) -> None:
        login = self._login
        if login is None:
            return
        if login.xoauth2:
            answers = iter([login.bearer().encode()])
            imap.authenticate("XOAUTH2", lambda _: next(answers, b""))
        else:
            imap.login(login.user, login.secret())

    def _drop(self) -> None:
        imap, self._imap = self._imap, None
        if imap is not None:
            with suppress(OSError):
                imap.shutdown()

    def _new_uids(self, imap: imaplib.IMAP4, folder: str, cursor: Cursor) -> tuple[int, list[int], bool]:
        if not _selected(imap, folder):
            raise imaplib.IMAP4.error(f'there is no folder "{folder}"')
        validity = _validity(imap)
        restarted = cursor != Cursor() and validity != cursor.uidvalidity
        last = 0 if restarted else cursor.lastuid
        return validity, _after(imap, last), restarted

    def _look(self, imap: imaplib.IMAP4, folder: str, messageid: str) -> Found:
        if not _selected(imap, folder):
            return Found.CANNOT_TELL
        return Found.YES if _search_id(imap, messageid) else Found.NO

    def _file(self, imap: imaplib.IMAP4, raw: bytes, moment: datetime, messageid: str) -> None:
        if _selected(imap, self._sent):
            if _search_id(imap, messageid):
                return
        else:
            imap.create(_quoted(self._sent))
        _good(imap.append(_quoted(self._sent), r"(\Seen)", imaplib.Time2Internaldate(moment), raw))

    def _wait(self, imap: imaplib.IMAP4, seconds: float, folder: str) -> bool:
        if not _selected(imap, folder):
            raise imaplib.IMAP4.error(f'there is no folder "{folder}"')
        known = self._read.get(folder, Cursor())
        if _validity(imap) != known.uidvalidity or _after(imap, known.lastuid):
            return True
        end = time.monotonic() + seconds
        if "IDLE" in imap.capabilities:
            return _idle(imap, min(seconds, _IDLE_SECONDS))
        while (left := end - time.monotonic()) > 0:
            time.sleep(min(left, _POLL_SECONDS))
            _good(imap.noop())
            if _after(imap, known.lastuid):
                return True
        return False


def _idle(imap: imaplib.IMAP4, seconds: float) -> bool:
    """Wait for EXISTS (RFC 2177). `imaplib` has no IDLE before Python 3.14."""
    tag = imap._new_tag()
    imap.send(tag + b" IDLE\r\n")
    line = imap.readline()
    new = False
    while not line.startswith(b"+"):
        if not line or line.startswith(tag):
            raise imaplib.IMAP4.abort(f"IDLE was refused: {line.decode('latin-1').strip()}")
        new, line = new or _is_new(line), imap.readline()
    end = time.monotonic() + seconds
    while not new and (left := end - time.monotonic()) > 0 and _readable(imap, left):
        line = imap.readline()
        if not line or line.upper().startswith(b"* BYE"):
            raise imaplib.IMAP4.abort(line.decode("latin-1").strip() or "the line was closed")
        new = _is_new(line)
    imap.send(b"DONE\r\n")
    while not (line := imap.readline()).startswith(tag):
        if not line:
            raise imaplib.IMAP4.abort("the line was closed")
        new = new or _is_new(line)
    return new


def _is_new(line: bytes) -> bool:
    return line.rstrip().upper().endswith((b" EXISTS", b" RECENT"))


def _readable(imap: imaplib.IMAP4, seconds: float) -> bool:
    """Is there a line to read, in the buffer or on the wire?"""
    sock = imap.sock
    file: Any = getattr(imap, "_file", None) or imap.file  # the second name is gone in Python 3.14
    kept = sock.gettimeout()
    end = time.monotonic() + seconds
    while True:
        sock.settimeout(0.0)
        try:
            if file.peek(1):
                return True
        except ssl.SSLWantReadError:
            pass
        finally:
            sock.settimeout(kept)
        left = end - time.monotonic()
        if left <= 0:
            return False
        ready, _, _ = select.select([sock], [], [], left)
        if ready and not isinstance(sock, ssl.SSLSocket):
            return True


def _selected(imap: imaplib.IMAP4, folder: str, *, readonly: bool = True) -> bool:
    imap.untagged_responses.pop("UIDVALIDITY", None)
    kind, _ = imap.select(_quoted(folder), readonly=readonly)
    return kind == "OK"


def _validity(imap: imaplib.IMAP4) -> int:
    _, said = imap.response("UIDVALIDITY")
    text = said[0] if said and said[0] else b"0"
    return int(text) if text.isdigit() else 0


def _after(imap: imaplib.IMAP4, last: int) -> list[int]:
    data = _good(imap.uid("SEARCH", "UID", f"{last + 1}:*"))
    return sorted(u for u in map(int, b" ".join(d for d in data if d).split()) if u > last)


def _search_id(imap: imaplib.IMAP4, messageid: str) -> list[int]:
    data = _good(imap.uid("SEARCH", "HEADER", "Message-ID", _quoted(messageid)))
    return [int(u) for u in b" ".join(d for d in data if d).split()]


def _sizes(imap: imaplib.IMAP4, uids: list[int]) -> dict[int, int]:
    data = _good(imap.uid("FETCH", _ranges(uids), "(UID RFC822.SIZE)"))
    found = {}
    for line in data:
        text = line if isinstance(line, bytes) else b""
        uid, size = _UID.search(text), _SIZE.search(text)
        if uid and size:
            found[int(uid[1])] = int(size[1])
    return found


def _groups(uids: list[int], sizes: dict[int, int], most_bytes: int) -> Iterator[list[int]]:
    group: list[int] = []
    held = 0
    for uid in uids:
        size = min(sizes[uid], most_bytes)
        if group and held + size > BATCH_BYTES:
            yield group
            group, held = [], 0
        group.append(uid)
        held += size
    if group:
        yield group


def _messages(imap: imaplib.IMAP4, uids: list[int], sizes: dict[int, int], most_bytes: int) -> list[Fetched]:
    small = [u for u in uids if sizes[u] <= most_bytes]
    large = [u for u in uids if sizes[u] > most_bytes]
    got: list[Fetched] = []
    for some, what in ((small, "BODY.PEEK[]"), (large, f"BODY.PEEK[]<0.{HEAD_BYTES}>")):
        if some:
            data = _good(imap.uid("FETCH", _ranges(some), f"(UID INTERNALDATE {what})"))
            got += _parsed(data, sizes)
    return sorted(got, key=lambda m: m.uid)


def _parsed(data: list[Any], sizes: dict[int, int]) -> Iterator[Fetched]:
    """Attributes may stand before or after the literal; both pieces belong to one message."""
    for place, item in enumerate(data):
        if not isinstance(item, tuple):
            continue
        after = data[place + 1] if place + 1 < len(data) and isinstance(data[place + 1], bytes) else b""
        about = item[0] + b" " + after
        uid, date = _UID.search(about), _DATE.search(about)
        if uid:
            number = int(uid[1])
            yield Fetched(number, item[1], sizes.get(number, len(item[1])), _moment(date[1]) if date else None)


def _moment(text: bytes) -> datetime | None:
    try:
        return datetime.strptime(text.decode("ascii").strip(), "%d-%b-%Y %H:%M:%S %z").astimezone(UTC)
    except ValueError:
        return None


def _ranges(uids: list[int]) -> str:
    """``[1, 2, 3, 7]`` -> ``1:3,7``"""
    parts: list[list[int]] = []
    for uid in uids:
        if parts and uid == parts[-1][1] + 1:
            parts[-1][1] = uid
        else:
            parts.append([uid, uid])
    return ",".join(str(a) if a == b else f"{a}:{b}" for a, b in parts)


def _good(answer: tuple[str, list[Any]]) -> list[Any]:
    kind, data = answer
    if kind != "OK":
        raise imaplib.IMAP4.error(_words(data[0] if data else kind))
    return data


def _quoted(text: str) -> str:
    if not text.isascii() or any(c in text for c in '\r\n\0"\\'):
        raise imaplib.IMAP4.error(f"{text!r} cannot be asked for")
    return f'"{text}"'


def _words(error: object) -> str:
    if isinstance(error, BaseException) and error.args:
        error = error.args[-1]
    text = error.decode("utf-8", "replace") if isinstance(error, bytes) else str(error)
    return " ".join(text.split())[:600] or "no reason given"
