"""What is counted before a mail is parsed: size, header, levels, parts, addresses. Linear; nothing is decoded."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from leadwright.errors import BadInput

_END_OF_HEADER = re.compile(rb"\r?\n\r?\n|\r\r")
_STRUCTURE = re.compile(rb"(?im)^(?:--([^\r\n]*)|content-type:([^\r\n]*(?:\r?\n[ \t][^\r\n]*)*))")
_BOUNDARY = re.compile(rb'(?i)\bboundary\s{0,20}=\s{0,20}(?:"([^"\r\n]*)|([^\s;"]+))')
_PEOPLE = re.compile(rb"(?im)^(?:from|to|cc|bcc|reply-to|resent-to|resent-cc):([^\r\n]*(?:\r?\n[ \t][^\r\n]*)*)")
_MANY = 5_000  # lines; from here on the pattern is faster


@dataclass(frozen=True, slots=True)
class Limits:
    """The most that is parsed. Sizes in bytes; the first four are what Postfix allows."""

    size: int = 25 * 1024 * 1024
    header: int = 102_400
    levels: int = 100
    boundary: int = 2_048
    parts: int = 1_000
    addresses: int = 2_000


class TooMuch(BadInput):
    """A mail passes a limit; the message says which. It is kept raw and put aside, never parsed."""


def refuse_too_much(raw: bytes, limits: Limits = Limits()) -> None:
    """Returns when the mail may be parsed.

    Raises:
        TooMuch: with the reason as a sentence.
    """
    reason = too_much(raw, limits)
    if reason:
        raise TooMuch(reason)


def too_much(raw: bytes, limits: Limits = Limits()) -> str | None:
    """Why this mail must not be parsed, as a sentence; None when it may be."""
    if len(raw) > limits.size:
        return f"The mail has {len(raw):,} bytes; the limit is {limits.size:,}."
    end = _END_OF_HEADER.search(raw, 0, limits.header + 4)
    if end is None and len(raw) > limits.header:
        return f"The header is longer than {limits.header:,} bytes."
    header = raw[: end.start() if end else len(raw)]
    people = sum(found.group(1).count(b"@") for found in _PEOPLE.finditer(header))
    if people > limits.addresses:
        return f"The header names {people:,} addresses; the limit is {limits.addresses:,}."
    return _structure(raw, limits)


def _structure(raw: bytes, limits: Limits) -> str | None:
    """Follows the boundaries: how many parts there are and how deep they lie in one another."""
    announced: set[bytes] = set()
    open_: list[tuple[bytes, int]] = []
    messages = parts = 0
    for found in _structural(raw):
        line, kind = found.groups()
        if kind is not None:
            named = _BOUNDARY.search(kind)
            name = (named.group(1) or named.group(2) or b"").rstrip() if named else b""
            if len(name) > limits.boundary:
                return f"A boundary has {len(name):,} characters; the limit is {limits.boundary:,}."
            announced.add(name)
            messages += kind.lstrip().lower().startswith((b"message/rfc822", b"message/global"))
        else:
            parts += _step(line.rstrip(), announced, open_)
            if open_ and line.rstrip() == open_[-1][0]:
                messages = open_[-1][1]
        if parts > limits.parts:
            return f"The mail has more than {limits.parts:,} parts."
        if len(open_) + messages > limits.levels:
            return f"Its parts lie in one another more than {limits.levels} levels deep."
    return None


def _structural(raw: bytes) -> Iterator[re.Match[bytes]]:
    """The lines that open parts or say what they are, found by their beginnings: a pattern would try every line."""
    small = raw.lower()
    places = {b"\n--": -1, b"\ncontent-type:": -1}
    if sum(map(small.count, places)) > _MANY:
        yield from _STRUCTURE.finditer(raw)
        return
    if small.startswith((b"--", b"content-type:")) and (first := _STRUCTURE.match(raw)):
        yield first
    for start in places:
        places[start] = small.find(start)
    while (ahead := [at for at in places.values() if at >= 0]) and (found := _STRUCTURE.match(raw, min(ahead) + 1)):
        yield found
        for start, at in places.items():
            if 0 <= at < found.end():
                places[start] = small.find(start, at + 1)


def _step(line: bytes, announced: set[bytes], open_: list[tuple[bytes, int]]) -> int:
    """Opens, continues or closes the multipart a delimiter line belongs to; 1 when a part begins."""
    names = [name for name, _ in open_]
    for name, closes in ((line, False), (line.removesuffix(b"--"), True)):
        if name in names:
            del open_[names.index(name) + (not closes) :]
            return 0 if closes else 1
        if name in announced and name and not closes:
            open_.append((name, 0))
            return 1
    return 0
