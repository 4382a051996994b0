"""Single IMAP commands over an open line, and reading their answers. Keeps no state; `imap` decides what to ask."""

import imaplib
import re
import select
import ssl
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from leadwright.mail import heads
from leadwright.mail.mailbox import Fetched

BATCH_BYTES = 32_000_000
SEARCHED = 50_000  # messages that one SEARCH is asked about: `imaplib` reads no line of more than a million bytes
HEAD_BYTES = 65_536  # kept of a message that is too large
_UID = re.compile(rb"\bUID (\d+)")
_SIZE = re.compile(rb"\bRFC822\.SIZE (\d+)")
_NAMESPACES = re.compile(rb'NIL|\((?:\((?:"[^"]*"|[^()"])*\))+\)')
_PREFIX = re.compile(rb'\("([^"]*)"')
_MOMENT = re.compile(rb"(\d{1,2})-(\w{3})-(\d{4}) (\d\d):(\d\d):(\d\d) ([+-])(\d\d)(\d\d)")
_MONTHS = b"janfebmaraprmayjunjulaugsepoctnovdec"
_DATE = re.compile(rb'INTERNALDATE "([^"]+)"')
_LOOK_UP = 0.5  # seconds: somebody who wants to stop is heard by then


def wait_for_exists(imap: imaplib.IMAP4, seconds: float, enough: Callable[[], bool]) -> bool:
    """Wait for EXISTS (RFC 2177), until `enough` says so. `imaplib` has no IDLE before Python 3.14."""
    tag = imap._new_tag()
    imap.send(tag + b" IDLE\r\n")
    line = imap.readline()
    new = False
    while not line.startswith(b"+"):
        if not line or line.startswith(tag):
            raise imaplib.IMAP4.abort(f"IDLE was refused: {line.decode('latin-1').strip()}")
        new, line = new or _is_new(line), imap.readline()
    end = time.monotonic() + seconds
    while not new and (left := end - time.monotonic()) > 0 and not enough():
        if not _readable(imap, min(left, _LOOK_UP)):
            continue
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
            if file.peek(1) or isinstance(sock, ssl.SSLSocket):
                return True  # no byte and no wish to wait: the other side closed the line
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


def select_folder(imap: imaplib.IMAP4, folder: str, *, readonly: bool = True) -> bool:
    """Open a folder. False: there is none of that name."""
    imap.untagged_responses.pop("UIDVALIDITY", None)
    kind, _ = imap.select(quote(folder), readonly=readonly)
    return kind == "OK"


def is_listed(imap: imaplib.IMAP4, folder: str) -> bool:
    """Does the server have a folder of that name, whether it opens it now or not?"""
    return any(isinstance(line, bytes | tuple) for line in require_ok(imap.list('""', quote(folder))))


def folders_of_others(imap: imaplib.IMAP4) -> tuple[str, ...]:
    """What LIST shows under the prefixes of other users' folders (RFC 2342); shared folders are not theirs."""
    _, answer = imap.namespace()
    parts = _NAMESPACES.findall((answer[-1] or b"") if answer else b"")
    found: list[str] = []
    for prefix in _PREFIX.findall(parts[1]) if len(parts) > 1 else []:
        _, lines = imap.list('""', b'"' + prefix + b'*"')
        found += [line.decode("latin-1") for line in lines if isinstance(line, bytes)]
    return tuple(found)


def read_capabilities(imap: imaplib.IMAP4) -> tuple[str, ...]:
    """What the server can do for whoever is signed in, in capitals."""
    return tuple(b" ".join(d for d in require_ok(imap.capability()) if d).decode("ascii", "replace").upper().split())


def read_validity(imap: imaplib.IMAP4) -> int:
    """UIDVALIDITY of the open folder; 0 where the server gives none."""
    _, said = imap.response("UIDVALIDITY")
    text = said[0] if said and said[0] else b"0"
    return int(text) if text.isdigit() else 0


def read_next_uid(imap: imaplib.IMAP4, folder: str) -> int:
    """UIDNEXT of the open folder: above every uid that was ever given in it; 0 where the server does not tell."""
    _, said = imap.response("UIDNEXT")
    if said and said[0]:
        return int(said[0]) if said[0].isdigit() else 0
    try:
        _, said = imap.status(quote(folder), "(UIDNEXT)")
    except imaplib.IMAP4.abort:
        raise
    except imaplib.IMAP4.error:  # it may refuse that of a folder that is open
        return 0
    found = re.search(rb"\bUIDNEXT (\d+)", (said[0] or b"") if said else b"")
    return int(found[1]) if found else 0


def uids_after(imap: imaplib.IMAP4, last: int) -> list[int]:
    """The uids above `last` in the open folder, in order."""
    return _searched(imap, last)


def _searched(imap: imaplib.IMAP4, last: int, *keys: str) -> list[int]:
    """The uids above `last` that match, in order; where there may be more than one line holds, asked for in parts.

    The parts are by place in the folder, however wide its uids are, and the newest come first: what is removed
    meanwhile moves later ones down, where they are found twice rather than passed over.
    """
    said: list[Any] = imap.untagged_responses.get("EXISTS") or [b""]
    count = int(said[-1]) if said[-1] and said[-1].isdigit() else 0
    starts = range(1, max(count, 1) + 1, SEARCHED)
    parts = [f"{start}:{start + SEARCHED - 1}" for start in starts[:-1]] + [f"{starts[-1]}:*"]
    found: set[int] = set()
    for part in reversed(parts):
        place = (part,) if len(parts) > 1 else ()
        data = require_ok(imap.uid("SEARCH", *place, "UID", f"{last + 1}:*", *keys))
        above = {uid for uid in map(int, b" ".join(d for d in data if d).split()) if uid > last}
        if not above and not keys:
            break  # uids grow with the places: further down there are none
        found |= above
    return sorted(found)


def uids_of_id(imap: imaplib.IMAP4, messageid: str) -> list[int]:
    """The uids of that Message-ID in the open folder."""
    data = require_ok(imap.uid("SEARCH", "HEADER", "Message-ID", quote(messageid)))
    return [int(u) for u in b" ".join(d for d in data if d).split()]


_MONTH_NAMES = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def uids_since(imap: imaplib.IMAP4, moment: datetime) -> list[int]:
    """The uids of what came into the open folder on that day or later."""
    return _searched(imap, 0, "SINCE", f"{moment.day}-{_MONTH_NAMES[moment.month - 1]}-{moment.year}")


def fetch_heads(imap: imaplib.IMAP4, uids: list[int], fields: str) -> list[Fetched]:
    """The named header fields of the messages, as `raw`."""
    data = require_ok(imap.uid("FETCH", _ranges(uids), f"(UID INTERNALDATE BODY.PEEK[HEADER.FIELDS ({fields})])"))
    return sorted(_parsed(data, {}), key=lambda m: m.uid)


def ask_for_thread_heads(imap: imaplib.IMAP4, uids: list[int]) -> bytes:
    """Ask for what `heads.read_head` reads; the server answers meanwhile. Gives what the answer is known by."""
    what = f"(UID RFC822.SIZE INTERNALDATE BODY.PEEK[HEADER.FIELDS ({heads.FIELDS})]<0.{heads.MOST_BYTES}>)"
    tag: bytes = imap._new_tag()
    imap.send(tag + f" UID FETCH {_ranges(uids)} {what}\r\n".encode())
    return tag


def thread_heads(imap: imaplib.IMAP4, tag: bytes, uids: list[int]) -> list[Fetched]:
    """The answer to `ask_for_thread_heads`, in order of uid; `size` is the whole message's.

    A head that is not given is empty, so that the message is asked for whole.
    """
    if tag not in imap.tagged_commands:
        raise imaplib.IMAP4.abort("the line was opened anew")
    kind, said = imap._command_complete("FETCH", tag)
    data = require_ok(imap._untagged_response(kind, said, "FETCH"))
    given = list(_parsed(data, {}))
    empty = [Fetched(uid, b"", 0) for uid in _without_content(data, uids, given)]
    return sorted(given + empty, key=lambda m: m.uid)


def fetch_sizes(imap: imaplib.IMAP4, uids: list[int]) -> dict[int, int]:
    """uid -> bytes of the message."""
    data = require_ok(imap.uid("FETCH", _ranges(uids), "(UID RFC822.SIZE)"))
    found = {}
    for line in data:
        text = line if isinstance(line, bytes) else b""
        uid, size = _UID.search(text), _SIZE.search(text)
        if uid and size:
            found[int(uid[1])] = int(size[1])
    return found


def group_by_size(uids: list[int], sizes: dict[int, int], most_bytes: int) -> Iterator[list[int]]:
    """The uids in groups of at most `BATCH_BYTES`."""
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


def fetch_messages(imap: imaplib.IMAP4, uids: list[int], sizes: dict[int, int], most_bytes: int) -> list[Fetched]:
    """The messages, the too large ones only to `HEAD_BYTES`, in order of uid.

    Raises:
        imaplib.IMAP4.error: one of them is there, and the server gives nothing of it.
    """
    small = [u for u in uids if sizes[u] <= most_bytes]
    large = [u for u in uids if sizes[u] > most_bytes]
    got: list[Fetched] = []
    for some, what in ((small, "BODY.PEEK[]"), (large, f"BODY.PEEK[]<0.{HEAD_BYTES}>")):
        if some:
            data = require_ok(imap.uid("FETCH", _ranges(some), f"(UID INTERNALDATE {what})"))
            given = list(_parsed(data, sizes))
            if empty := _without_content(data, some, given):
                raise imaplib.IMAP4.error(f"message {empty[0]} came without its content")
            got += given
    return sorted(got, key=lambda m: m.uid)


def _without_content(data: list[Any], uids: list[int], given: list[Fetched]) -> list[int]:
    """Those of the messages that an answer names and gives nothing of; those that are gone it does not name."""
    named = {int(uid) for item in data if isinstance(item, bytes) for uid in _UID.findall(item)}
    return sorted(named.intersection(uids) - {message.uid for message in given})


def _parsed(data: list[Any], sizes: dict[int, int]) -> Iterator[Fetched]:
    """Attributes may stand before or after the literal; both pieces belong to one message."""
    for place, item in enumerate(data):
        if not isinstance(item, tuple):
            continue
        after = data[place + 1] if place + 1 < len(data) and isinstance(data[place + 1], bytes) else b""
        about = item[0] + b" " + after
        uid, date = _UID.search(about), _DATE.search(about)
        if uid:
            number, size = int(uid[1]), _SIZE.search(about)
            whole = int(size[1]) if size else sizes.get(number, len(item[1]))
            yield Fetched(number, item[1], whole, _moment(date[1]) if date else None)


def _moment(text: bytes) -> datetime | None:
    found = _MOMENT.fullmatch(text.strip())
    month = _MONTHS.find(found[2].lower()) if found else -1
    if found is None or month % 3:
        return None
    day, year, hour, minute, second, hours, minutes = (int(found[n]) for n in (1, 3, 4, 5, 6, 8, 9))
    offset = timedelta(hours=hours, minutes=minutes)
    try:
        local = datetime(year, month // 3 + 1, day, hour, minute, second, tzinfo=UTC)
        return local + offset if found[7] == b"-" else local - offset
    except (ValueError, OverflowError):
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


def require_ok(answer: tuple[str, list[Any]]) -> list[Any]:
    """The answer's data.

    Raises:
        imaplib.IMAP4.error: with the server's words.
    """
    kind, data = answer
    if kind != "OK":
        raise imaplib.IMAP4.error(server_words(data[0] if data else kind))
    return data


def quote(text: str) -> str:
    """A name as a quoted string.

    Raises:
        imaplib.IMAP4.error: it holds what a quoted string cannot.
    """
    if not text.isascii() or any(c in text for c in '\r\n\0"\\'):
        raise imaplib.IMAP4.error(f"{text!r} cannot be asked for")
    return f'"{text}"'


def server_words(error: object) -> str:
    """What the server or the system said, on one line."""
    if isinstance(error, BaseException) and error.args:
        error = error.args[-1]
    text = error.decode("utf-8", "replace") if isinstance(error, bytes) else str(error)
    return " ".join(text.split())[:600] or "no reason given"
