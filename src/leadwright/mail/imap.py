"""IMAP: what is new, what was sent, being told at once. Reads without changing; ranges, never one mail at a time."""

import imaplib
import re
import socket
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from datetime import datetime
from functools import partial
from itertools import zip_longest
from typing import TypeVar

from leadwright.errors import LeadwrightError, MailError
from leadwright.mail import heads
from leadwright.mail.imap_commands import (
    ask_for_thread_heads,
    fetch_heads,
    fetch_messages,
    fetch_sizes,
    folders_of_others,
    group_by_size,
    is_listed,
    quote,
    read_capabilities,
    read_next_uid,
    read_validity,
    require_ok,
    select_folder,
    server_words,
    thread_heads,
    uids_after,
    uids_of_id,
    uids_since,
    wait_for_exists,
)
from leadwright.mail.login import Login, Server, unreachable
from leadwright.mail.mailbox import Batch, Cursor, Fetched, Found
from leadwright.mail.unreadable import PatientReader, stub_of

BATCH = 500  # messages asked for at a time
HEADS = 2_000  # the same when it is their heads
_IDLE_SECONDS = 240.0  # a silent line is found out within five minutes
_POLL_SECONDS = 15.0  # without IDLE
_ERRORS = (OSError, imaplib.IMAP4.error, ValueError)  # abort (BYE, broken line) is an IMAP4.error
_OF_ALL = re.compile(r"\[(UNAVAILABLE|LIMIT|INUSE|OVERQUOTA|THROTTLED)\]", re.I)  # of RFC 5530: no message is at fault
_ANEW = 1 << 41  # above every UIDVALIDITY and `arrivals.VALIDITY`: added whenever uids began anew under the same one
_HEAD_FIELDS = f"{heads.FIELDS} TO DATE"  # kept of a message that is not given
T = TypeVar("T")
Place = tuple[str, str, int, int]  # heads or whole messages, folder, its UIDVALIDITY, the first uid


class _RefusedSignIn(MailError):
    """The server was reached, and did not let us in."""


class ImapConnection:
    """A line to an IMAP server, opened when first needed and anew after every break."""

    def __init__(self, server: Server, login: Login | None, *, sent: str = "Sent") -> None:
        self._server = server
        self._login = login
        self._sent = sent
        self._imap: imaplib.IMAP4 | None = None
        self._asked_ahead = False  # an answer is under way that nobody has read yet
        self._read: dict[str, Cursor] = {}
        self._reader = PatientReader()

    def fetch_new(
        self, cursor: Cursor, *, folder: str, most_bytes: int, most_whole: int | None = None
    ) -> Iterator[Batch]:
        """See `mailbox.Mailbox.fetch_new`."""
        validity, uids, restarted = self._tried(lambda imap: self._new_uids(imap, folder, cursor))
        last = 0 if restarted else cursor.lastuid
        self._read[folder] = Cursor(validity, last)
        if most_whole is not None and len(uids) > most_whole:
            yield from self._heads(folder, validity, uids, restarted=restarted)
            return
        if restarted or not uids:
            yield Batch(Cursor(validity, last), (), restarted)
        for start in range(0, len(uids), BATCH):
            some = uids[start : start + BATCH]
            sizes = self._sizes(folder, validity, some)
            for group in group_by_size([u for u in some if u in sizes], sizes, most_bytes):
                got = self._whole(folder, validity, group, sizes, most_bytes)
                last = max(last, group[-1])
                self._read[folder] = Cursor(validity, last)
                yield Batch(Cursor(validity, last), tuple(got), restarted)

    def _heads(self, folder: str, validity: int, uids: list[int], *, restarted: bool) -> Iterator[Batch]:
        """The server answers the next question while the caller stores the answer to this one."""
        ranges = [uids[start : start + HEADS] for start in range(0, len(uids), HEADS)]
        asked: bytes | None = None
        for some, then in zip_longest(ranges, ranges[1:]):
            got = self._some_heads(folder, validity, some, asked)
            if then:
                asked = self._once(partial(ask_for_thread_heads, uids=then))
                self._asked_ahead = True
            cursor = self._read[folder] = Cursor(validity, some[-1])
            yield Batch(cursor, (), restarted, tuple(got), goes_on=bool(then))

    def _some_heads(self, folder: str, validity: int, uids: list[int], asked: bytes | None) -> list[Fetched]:
        """Heads of these messages, asked for already or not; one that is not given is asked for whole later."""
        first = [asked]  # a second question is a new one

        def read(imap: imaplib.IMAP4, *, uids: list[int]) -> list[Fetched]:
            tag = first.pop() if first else None
            return thread_heads(imap, tag or ask_for_thread_heads(imap, uids), uids)

        self._asked_ahead = False
        return self._each(("heads", folder, validity, uids[0]), uids, read, lambda uid, _: Fetched(uid, b"", 0))

    def _sizes(self, folder: str, validity: int, uids: list[int]) -> dict[int, int]:
        """uid -> bytes; 0 of a message whose size the server does not give."""

        def read(imap: imaplib.IMAP4, *, uids: list[int]) -> list[Fetched]:
            return [Fetched(uid, b"", size) for uid, size in fetch_sizes(imap, uids).items()]

        place = ("sizes", folder, validity, uids[0])
        return {one.uid: one.size for one in self._each(place, uids, read, lambda uid, _: Fetched(uid, b"", 0))}

    def _whole(
        self, folder: str, validity: int, uids: list[int], sizes: dict[int, int], most_bytes: int
    ) -> list[Fetched]:
        """The messages; one that the server does not give is put aside, with its header where that is given."""

        def head(imap: imaplib.IMAP4, uid: int) -> list[Fetched]:
            return fetch_heads(imap, [uid], _HEAD_FIELDS) if _is_numbered(imap, folder, validity) else []

        def stub(uid: int, reason: str) -> Fetched:
            found = [Fetched(uid, b"", 0)]
            with suppress(MailError):
                found = self._once(partial(head, uid=uid)) or found
            raw = stub_of(f"{validity}.{uid}", found[0].raw)
            return Fetched(uid, raw, sizes[uid], found[0].received, trouble=reason)

        read = partial(fetch_messages, sizes=sizes, most_bytes=most_bytes)
        return self._each(("whole", folder, validity, uids[0]), uids, read, stub)

    def _each(
        self,
        place: Place,
        uids: list[int],
        read: Callable[..., list[Fetched]],
        stub: Callable[[int, str], Fetched],
    ) -> list[Fetched]:
        """What is asked for of these messages, with the stub of each that the server gives to nobody."""
        _, folder, validity, _ = place

        def answers(error: Exception) -> None:
            if _OF_ALL.search(str(error)):
                raise error
            if not self._tried(lambda imap: _is_numbered(imap, folder, validity)):
                raise error

        def read_some(some: Sequence[int]) -> list[Fetched]:
            return self._once(partial(read, uids=list(some)))

        return self._reader.read_each(place, uids, read_some, answers, stub)

    def fetch_some(self, validity: int, sizes: dict[int, int], *, folder: str, most_bytes: int) -> Iterator[Batch]:
        """See `mailbox.Mailbox.fetch_some`."""
        if not sizes or not self._tried(lambda imap: _is_numbered(imap, folder, validity)):
            return
        if not all(sizes.values()):
            sizes = sizes | self._sizes(folder, validity, sorted(sizes))
        for group in group_by_size(sorted(sizes), sizes, most_bytes):
            got = self._whole(folder, validity, group, sizes, most_bytes)
            yield Batch(Cursor(validity, group[-1]), tuple(got))

    def wait_for_new(self, seconds: float, *, folder: str, enough: Callable[[], bool]) -> bool:
        """See `mailbox.Mailbox.wait_for_new`."""
        return self._tried(lambda imap: self._wait(imap, seconds, folder, enough))

    def find_sent(self, messageid: str) -> Found:
        """See `mailbox.Mailbox.find_sent`."""
        try:
            return self._tried(lambda imap: self._look(imap, self._sent, messageid))
        except MailError:
            return Found.CANNOT_TELL

    def sent_heads(self, since: datetime, fields: str) -> Iterator[Fetched]:
        """Header fields of what was filed in Sent on that day or later; none when the server lists no such folder.

        Raises:
            MailError: the server cannot be asked.
        """

        def filed(imap: imaplib.IMAP4) -> list[int]:
            if select_folder(imap, self._sent):
                return uids_since(imap, since)
            if is_listed(imap, self._sent):  # refused for the moment, which says nothing of what is in it
                raise imaplib.IMAP4.error(f'the folder "{self._sent}" is there and was not opened')
            return []

        uids = self._tried(filed)
        for start in range(0, len(uids), BATCH):
            yield from self._once(partial(fetch_heads, uids=uids[start : start + BATCH], fields=fields))

    def file_sent(self, raw: bytes, moment: datetime, messageid: str) -> None:
        """See `mailbox.Mailbox.file_sent`."""
        self._tried(lambda imap: self._file(imap, raw, moment, messageid))

    def uids_of(self, folder: str, messageid: str) -> list[int]:
        """The messages of that Message-ID in a folder; none when there is no such folder."""
        return self._tried(lambda imap: uids_of_id(imap, messageid) if select_folder(imap, folder) else [])

    def remove(self, folder: str, messageid: str) -> None:
        """Delete the messages of that Message-ID: only for mails we wrote to ourselves."""

        def delete(imap: imaplib.IMAP4) -> None:
            if select_folder(imap, folder, readonly=False):
                for uid in uids_of_id(imap, messageid):
                    imap.uid("STORE", str(uid), "+FLAGS.SILENT", r"(\Deleted)")
                    if "UIDPLUS" in imap.capabilities:
                        imap.uid("EXPUNGE", str(uid))

        self._tried(delete)

    def try_reading(self) -> str:
        """Open INBOX without changing anything. Gives "" or why it cannot be read."""

        def look(imap: imaplib.IMAP4) -> None:
            if not select_folder(imap, "INBOX"):
                raise imaplib.IMAP4.error('there is no folder "INBOX"')

        try:
            self._tried(look)
        except MailError as error:
            return str(error)
        return ""

    def others_folders(self) -> tuple[str, ...] | None:
        """Folders of other people that this sign-in sees (RFC 2342); None where the server has no way to say.

        Raises:
            MailError: the server cannot be asked.
        """

        def look(imap: imaplib.IMAP4) -> tuple[str, ...] | None:
            return folders_of_others(imap) if "NAMESPACE" in imap.capabilities else None

        return self._tried(look)

    def sign_in(self) -> str:
        """Open the line when there is none. Gives "" or why it cannot be used."""
        try:
            self._tried(lambda imap: imap.noop())
        except MailError as error:
            return str(error)
        return ""

    def close(self) -> None:
        """Say goodbye. Safe to repeat."""
        imap = self._imap
        if imap is not None:
            with suppress(*_ERRORS):
                imap.logout()
        self._drop()  # a line that broke at the goodbye is still open here

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
        except Exception as error:
            self._drop()  # whatever it was, the next answer may not be read as this one's
            if not isinstance(error, _ERRORS):
                raise
            raise MailError(f"{self._server.host} broke off: {server_words(error)}") from error

    def _connected(self) -> imaplib.IMAP4:
        if self._asked_ahead:  # whoever asked does not want the answer any more, and it is no answer to anything else
            self._drop()
        if self._imap is None:
            self._imap = self._open()
        return self._imap

    def _open(self) -> imaplib.IMAP4:
        try:
            return self._signed_in(self._line())
        except _RefusedSignIn:
            if self._login is None or not self._login.may_try_again():
                raise
        return self._signed_in(self._line())

    def _line(self) -> imaplib.IMAP4:
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
        return imap

    def _signed_in(self, imap: imaplib.IMAP4) -> imaplib.IMAP4:
        server = self._server
        try:
            imap.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)  # else the end of an APPEND waits 40 ms
            if server.security == "starttls":
                imap.starttls(server.context())
            self._sign_in(imap)
            imap.capabilities = read_capabilities(imap)  # more than before the sign-in
        except (OSError, imaplib.IMAP4.error, LeadwrightError) as error:
            with suppress(OSError):
                imap.shutdown()
            if isinstance(error, LeadwrightError):  # the secret cannot be opened, or no token is given
                raise MailError(str(error), installation=True) from error
            said = server_words(error)
            raise _RefusedSignIn(f"{server.host} refused the sign-in: {said}", installation=True) from error
        return imap

    def _sign_in(self, imap: imaplib.IMAP4) -> None:
        login = self._login
        if login is None:
            return
        if login.xoauth2:
            answers = iter([login.bearer().encode()])
            imap.authenticate("XOAUTH2", lambda _: next(answers, b""))
            return
        secret = login.secret()
        if login.user.isascii() and secret.isascii():
            imap.login(login.user, secret)
        else:
            imap.authenticate("PLAIN", lambda _: login.plain())

    def _drop(self) -> None:
        imap, self._imap, self._asked_ahead = self._imap, None, False
        if imap is not None:
            with suppress(OSError):
                imap.shutdown()

    def _new_uids(self, imap: imaplib.IMAP4, folder: str, cursor: Cursor) -> tuple[int, list[int], bool]:
        if not select_folder(imap, folder):
            raise imaplib.IMAP4.error(f'there is no folder "{folder}"')
        validity = read_validity(imap)
        if cursor == Cursor() or validity != cursor.uidvalidity % _ANEW:
            return validity, uids_after(imap, 0), cursor != Cursor()
        if 0 < read_next_uid(imap, folder) <= cursor.lastuid:
            uids = uids_after(imap, 0)
            if cursor.lastuid not in uids:  # else the server tells its next uid wrong
                return cursor.uidvalidity + _ANEW, uids, True
        return cursor.uidvalidity, uids_after(imap, cursor.lastuid), False

    def _look(self, imap: imaplib.IMAP4, folder: str, messageid: str) -> Found:
        if not select_folder(imap, folder):
            return Found.CANNOT_TELL
        return Found.YES if uids_of_id(imap, messageid) else Found.NO

    def _file(self, imap: imaplib.IMAP4, raw: bytes, moment: datetime, messageid: str) -> None:
        if select_folder(imap, self._sent):
            if uids_of_id(imap, messageid):
                return
        else:
            imap.create(quote(self._sent))
        require_ok(imap.append(quote(self._sent), r"(\Seen)", imaplib.Time2Internaldate(moment), raw))

    def _wait(self, imap: imaplib.IMAP4, seconds: float, folder: str, enough: Callable[[], bool]) -> bool:
        if not select_folder(imap, folder):
            raise imaplib.IMAP4.error(f'there is no folder "{folder}"')
        known = self._read.get(folder, Cursor())
        if read_validity(imap) != known.uidvalidity % _ANEW or uids_after(imap, known.lastuid):
            return True
        end = time.monotonic() + seconds
        if "IDLE" in imap.capabilities:
            return wait_for_exists(imap, min(seconds, _IDLE_SECONDS), enough)
        while (left := end - time.monotonic()) > 0 and not enough():
            time.sleep(min(left, _POLL_SECONDS))
            require_ok(imap.noop())
            if uids_after(imap, known.lastuid):
                return True
        return False


def _is_numbered(imap: imaplib.IMAP4, folder: str, validity: int) -> bool:
    """Open the folder. False: there is none of that name, or its uids mean other messages by now."""
    return select_folder(imap, folder) and read_validity(imap) == validity % _ANEW
