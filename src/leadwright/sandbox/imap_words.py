"""Reading IMAP commands: words, quoted strings, literals, number sets, search keys."""

import re
from collections.abc import Callable
from datetime import datetime
from email.parser import BytesHeaderParser

from leadwright.sandbox.mail_store import Stored

_WORD = re.compile(r'\s*("(?:\\.|[^"\\])*"|\((?:[^()]|\([^()]*\))*\)|[^\s()]+)')


class Words:
    """The words of one command, taken one after the other.

    Args:
        parts: text and literals in turn, as they came.
    """

    def __init__(self, parts: list[bytes]) -> None:
        self._literals = parts[1::2]
        text = [p.decode("utf-8", "replace") for p in parts[::2]]
        joined = text[0]
        for number, more in enumerate(text[1:]):
            joined += f'"\x00{number}"{more}'
        self._text = joined

    def more(self) -> bool:
        """Is there another word?"""
        return bool(self._text.strip())

    def ahead(self) -> str:
        """The first character of the next word."""
        return self._text.lstrip()[:1]

    def raw(self) -> bytes:
        """The next word's bytes: a literal as it came, other words without their quotes.

        Raises:
            ValueError: there is none.
        """
        found = _WORD.match(self._text)
        if found is None:
            raise ValueError("a word is missing")
        self._text = self._text[found.end() :]
        word = found[1]
        if word.startswith('"\x00'):
            return self._literals[int(word[2:-1])]
        if word.startswith('"'):
            word = re.sub(r"\\(.)", r"\1", word[1:-1])
        return word.encode()

    def text(self) -> str:
        """The next word."""
        return self.raw().decode("utf-8", "replace")

    def group(self) -> list[str]:
        """The words of the next list in parentheses."""
        return self.text().strip("()").split()

    def rest(self) -> list[str]:
        """All words that are left."""
        words = []
        while self.more():
            words.append(self.text())
        return words

    def last(self) -> bytes:
        """The last word's bytes."""
        word = b""
        while self.more():
            word = self.raw()
        return word

    def remainder(self) -> str:
        """What is left, as it stands."""
        return self._text.strip()


def quoted(text: str) -> str:
    """A quoted string."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def uids_in(which: str, last: int) -> Callable[[int], bool]:
    """Is a number in a set such as ``1:5,9,20:*``?

    Raises:
        ValueError: not a set.
    """
    ranges = []
    for part in which.split(","):
        low, _, high = part.partition(":")
        ends = sorted(last if e == "*" else int(e) for e in (low, high or low))
        ranges.append((ends[0], ends[1]))
    return lambda number: any(low <= number <= high for low, high in ranges)


def sections(text: str, *, by_uid: bool) -> list[str]:
    """The data items a FETCH asks for."""
    text = text[1:-1] if text.startswith("(") and text.endswith(")") else text
    named = {"ALL": "FLAGS INTERNALDATE RFC822.SIZE ENVELOPE", "FAST": "FLAGS INTERNALDATE RFC822.SIZE"}
    text = named.get(text.upper(), text)
    found = re.findall(r"[A-Za-z0-9.]+(?:\[[^\]]*\])?(?:<\d+\.\d+>)?", text)
    items = [f if "[" in f else f.upper() for f in found]
    return ["UID", *items] if by_uid and "UID" not in items else items


def matches(keys: list[str], number: int, message: Stored, count: int, last: int) -> bool:
    """Does a message match all search keys? Unknown keys are passed over.

    Raises:
        ValueError: a key lacks its value.
    """
    left = list(keys)
    flags = {"SEEN": "\\Seen", "DELETED": "\\Deleted", "ANSWERED": "\\Answered", "FLAGGED": "\\Flagged"}
    while left:
        key = left.pop(0).upper()
        if key in flags and flags[key] not in message.flags:
            return False
        if key.startswith("UN") and flags.get(key[2:]) in message.flags:
            return False
        if key == "SINCE" and message.received.date() < datetime.strptime(left.pop(0), "%d-%b-%Y").date():  # noqa: DTZ007
            return False
        if key in {"UID", "HEADER", "SUBJECT", "FROM", "TO"} and not _has(key, left, message, last):
            return False
        if key[:1].isdigit() and not uids_in(key, count)(number):
            return False
    return True


def _has(key: str, left: list[str], message: Stored, last: int) -> bool:
    if not left or (key == "HEADER" and len(left) < 2):
        raise ValueError(f"{key} lacks its value")
    if key == "UID":
        return uids_in(left.pop(0), last)(message.uid)
    name = left.pop(0) if key == "HEADER" else key
    wanted = left.pop(0).casefold()
    headers = BytesHeaderParser().parsebytes(message.raw.partition(b"\r\n\r\n")[0] + b"\r\n\r\n")
    return any(wanted in str(value).casefold() for value in headers.get_all(name, []))
