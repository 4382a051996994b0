"""Header values that are safe to send: no character that could start another header, folded, encoded where needed."""

import re
from collections.abc import Sequence
from datetime import datetime
from email.errors import HeaderParseError
from email.header import Header, decode_header
from email.utils import format_datetime

from leadwright.errors import BadInput
from leadwright.mail.addresses import is_ascii

NAME_LENGTH = 100
SUBJECT_LENGTH = 250
_CONTROL = re.compile(r"[\x00-\x08\x0a-\x1f\x7f\x85\u2028\u2029]")
_ENCODED_WORD = re.compile(r"=\?[^?]*\?[bqBQ]\?")
_PLAIN_NAME = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~ -]+")
_ROUNDS = 5  # encoded words inside encoded words


def safe_text(text: str, what: str, most: int) -> str:
    """The text on one line when nothing in it, not even decoded, could start a header; shortened to `most`.

    Raises:
        BadInput: it holds a line break, NUL or another control character, openly or in an encoded word.
    """
    seen = text
    for _ in range(_ROUNDS):
        if _CONTROL.search(seen):
            raise BadInput(f"{what} holds a line break or another control character. Write it on one line.")
        if not _ENCODED_WORD.search(seen):
            break
        seen = _decoded(seen, what)
    else:
        raise BadInput(f"{what} is encoded too often. Write it in plain characters.")
    line = " ".join(text.split())
    return line if len(line) <= most else line[: most - 1].rstrip() + "…"


def can_be_sent(subject: str) -> bool:
    """Is it safe as a subject, as `safe_text` says?"""
    try:
        safe_text(subject, "The subject", SUBJECT_LENGTH)
    except BadInput:
        return False
    return True


def text_header(name: str, text: str) -> bytes:
    """``Subject: ...`` folded and, when it is not ASCII, encoded by RFC 2047."""
    return f"{name}: {_encoded(text, len(name) + 2)}\r\n".encode("ascii")


def address_header(name: str, display: str, address: str) -> bytes:
    """``From: "Name" <address>``; the address as it is, also when it is not ASCII."""
    shown = _phrase(display, len(name) + 2)
    gap = " " if len(shown.rsplit("\r\n", 1)[-1]) + len(address) < 68 else "\r\n "
    value = f"{shown}{gap}<{address}>" if shown else f"<{address}>"
    return f"{name}: {value}\r\n".encode("ascii" if is_ascii(address) else "utf-8")


def date_header(moment: datetime) -> bytes:
    """``Date: ...``"""
    return f"Date: {format_datetime(moment)}\r\n".encode("ascii")


def ids_header(name: str, ids: list[str]) -> bytes:
    """``References: ...``, one Message-ID a line."""
    folded = "\r\n ".join(ids)
    return f"{name}: {folded}\r\n".encode("ascii")


def message_ids(text: str) -> list[str]:
    """The well-formed Message-IDs in a header of somebody else's mail, in order, each once."""
    found = re.findall(r"<[^<>\s@\x00-\x20\x7f]{1,200}@[^<>\s@\x00-\x20\x7f]{1,200}>", text)
    return list(dict.fromkeys(i for i in found if i.isascii()))


def earlier_ids(references: Sequence[str], in_reply_to: Sequence[str]) -> str:
    """What an answer to a mail names before it (RFC 5322 3.6.4): its References, else the one mail that it answers."""
    return " ".join(references or (in_reply_to if len(in_reply_to) == 1 else ()))


def _decoded(text: str, what: str) -> str:
    try:
        parts = decode_header(text)
        return "".join(p if isinstance(p, str) else p.decode(c or "latin-1", "replace") for p, c in parts)
    except (HeaderParseError, LookupError, ValueError) as error:
        raise BadInput(f"{what} holds an encoded word that cannot be read. Write it in plain characters.") from error


def _encoded(text: str, taken: int) -> str:
    plain = text.isascii() and not _ENCODED_WORD.search(text)
    charset = "us-ascii" if plain else "utf-8"
    return Header(text, charset, maxlinelen=76, header_name="x" * max(taken - 2, 1)).encode(linesep="\r\n")


def _phrase(display: str, taken: int) -> str:
    if not display:
        return ""
    if not display.isascii() or _ENCODED_WORD.search(display):
        return _encoded(display, taken)
    if _PLAIN_NAME.fullmatch(display):
        return display
    escaped = display.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
