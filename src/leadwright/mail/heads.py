"""What threads a mail, read out of a few header fields in one pass, and what in them says that it must be read whole.

Pure and linear: works on as many bytes as `imap_commands` asks for, so that a hostile header costs as a friendly one.
"""

import re
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from leadwright.domain.plain_text import storable
from leadwright.mail.bounce_text import may_be_refusal
from leadwright.mail.charsets import decode
from leadwright.mail.header_fields import decode_words, read_addresses, read_ids
from leadwright.mail.headers import earlier_ids
from leadwright.mail.mailbox import Fetched

FIELDS = "MESSAGE-ID IN-REPLY-TO REFERENCES FROM SENDER SUBJECT RETURN-PATH CONTENT-TYPE X-FAILED-RECIPIENTS"
MOST_BYTES = 16_384  # of those fields; of a longer header the mail is read whole, within its limits
_MOST_WHOLE = 102_400  # of all header fields together
_FOLD = re.compile(rb"\r?\n[ \t]+")
_END = re.compile(rb"\r?\n\r?\n")


class Matter(StrEnum):
    """Why a mail of the backlog is fetched whole."""

    RECENT = "recent"  # it came when the mailbox was ours already
    ANSWERS = "answers"  # it names a mail of ours
    REPORT = "report"  # it may be a bounce or a complaint
    LEAD = "lead"  # it is from a lead, or from somebody we write to
    COMPANY = "company"  # it is from the domain of somebody in conversation
    TWIN = "twin"  # another mail has its Message-ID: only the whole tells whether it is the same
    AGAIN = "again"  # it is stored, and not whole: a person asked for it once more
    UNCLEAR = "unclear"  # without Message-ID, or with a header too long to be told by


@dataclass(frozen=True, slots=True)
class Head:
    """The thread header of one message.

    Args:
        size: bytes of the whole message on the server.
        messageid: as `inbox.marks` reads it; "" when there is none.
        sender: address as written; "" when there is none.
        thread: the Message-IDs it names.
        may_report: it may be a bounce, a complaint or another report.
        is_cut: there is more header than was asked for.
    """

    uid: int
    size: int
    received: datetime | None
    messageid: str
    sender: str
    thread: tuple[str, ...]
    may_report: bool
    is_cut: bool


def head_of(raw: bytes) -> Head:
    """The thread header of a whole message, or of its beginning. Never raises."""
    lines = _END.split(raw[:_MOST_WHOLE].lstrip(b"\r\n"), maxsplit=1)[0]
    return read_head(Fetched(uid=0, raw=lines, size=len(raw)))


def earlier_in(raw: bytes) -> str:
    """What an answer to this whole message names before it, see `headers.earlier_ids`. Never raises."""
    values = _fields(_END.split(raw[:_MOST_WHOLE].lstrip(b"\r\n"), maxsplit=1)[0])
    return earlier_ids(_ids(values, b"references"), _ids(values, b"in-reply-to"))


def read_head(fetched: Fetched) -> Head:
    """The thread header of a message of which `raw` holds `FIELDS`. Never raises."""
    values = _fields(fetched.raw)
    written = _text(values, b"from") or _text(values, b"sender")
    people = read_addresses(written)
    paths = values.get(b"return-path")
    kind = b" ".join(values.get(b"content-type", ())).lower()
    path = paths[0].strip(b"<> \t").decode("latin-1") if paths else None
    messageid = values.get(b"message-id", (b"",))[0]
    return Head(
        uid=fetched.uid,
        size=fetched.size,
        received=fetched.received,
        messageid=storable(messageid.decode("utf-8", "replace"))[:998],
        sender=people[0].address if people else "",
        thread=_ids(values, b"in-reply-to", b"references"),
        may_report=(
            b"multipart/report" in kind
            or b"x-failed-recipients" in values
            or may_be_refusal(written, _text(values, b"subject"), path)
        ),
        is_cut=len(fetched.raw) >= MOST_BYTES,
    )


def _fields(lines: bytes) -> dict[bytes, list[bytes]]:
    values: dict[bytes, list[bytes]] = {}
    for line in _FOLD.sub(b" ", lines).split(b"\n"):
        name, colon, value = line.partition(b":")
        if colon:
            values.setdefault(name.strip().lower(), []).append(value.strip(b" \t\r"))
    return values


def _ids(values: dict[bytes, list[bytes]], *names: bytes) -> tuple[str, ...]:
    ids = b" ".join(value for name in names for value in values.get(name, ()))
    return read_ids(storable(ids.decode("utf-8", "replace")))


def _text(values: dict[bytes, list[bytes]], name: bytes) -> str:
    return decode_words(decode(b", ".join(values.get(name, ()))))
