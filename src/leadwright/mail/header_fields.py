"""Header lines, encoded words, addresses and Message-IDs, read in one pass each so that no bait can slow them down."""

import base64
import binascii
import quopri
import re
from collections.abc import Iterator

from leadwright.mail.charsets import decode, printable
from leadwright.mail.message import Address

_FIELD = re.compile(rb"([!-9;-~]+)[ \t]*:(.*)", re.DOTALL)
_WORD = re.compile(r"=\?([^?\s]{1,60})\?([bBqQ])\?([^?]*)\?=")
_BETWEEN_WORDS = re.compile(r"(\?=)[ \t\r\n]+(?==\?[^?\s]{1,60}\?[bBqQ]\?)")
_NOT_BASE64 = bytes(set(range(256)) - set(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"))
_ID = re.compile(r"<([^<>\s]{1,900})>")
_SPECIAL = re.compile(r"""[\\"(),;:]""")  # what may begin or end a mailbox, or hide its end
_COMMENT = re.compile(r"\((?:[^()\\]|\\.)*\)")
_LINE_BREAKS = re.compile(r"[ \t]*[\r\n]+[ \t]*")


def split_header(raw: bytes) -> tuple[tuple[tuple[str, str], ...], int]:
    """The headers of a mail, decoded and in order, and where its body begins.

    A leading mbox line is skipped; the first line that is no header ends them, as in `email.parser`.
    """
    found: list[tuple[bytes, list[bytes]]] = []
    position = 0
    while position < len(raw):
        end = raw.find(b"\n", position)
        end = len(raw) if end < 0 else end + 1
        line = raw[position:end].rstrip(b"\r\n")
        if not line:
            position = end
            break
        if line[:1] in b" \t" and found:
            found[-1][1].append(line)
        elif field := _FIELD.fullmatch(line):
            found.append((field.group(1), [field.group(2)]))
        elif found or not line.startswith((b"From ", b">From ")):
            break
        position = end
    return tuple((name.decode("ascii"), _value(b"\n".join(lines))) for name, lines in found), position


def _value(raw: bytes) -> str:
    if raw.isascii() and b"=?" not in raw and (text := raw.decode("ascii")).isprintable():
        return text.strip()
    return _LINE_BREAKS.sub(" ", decode_words(decode(raw))).strip()


def decode_words(text: str) -> str:
    """A header value with its encoded words (RFC 2047) decoded; broken ones stay as they are."""
    if "=?" not in text:
        return text
    pieces: list[tuple[str | None, bytes | str]] = []
    position = 0
    text = _BETWEEN_WORDS.sub(r"\1", text)
    for found in _WORD.finditer(text):
        if found.start() > position:
            pieces.append((None, text[position : found.start()]))
        position = found.end()
        charset = found.group(1).partition("*")[0].lower()
        data = _word_bytes(found.group(2), found.group(3))
        if pieces and pieces[-1][0] == charset and isinstance(pieces[-1][1], bytes):
            pieces[-1] = (charset, pieces[-1][1] + data)
        else:
            pieces.append((charset, data))
    pieces.append((None, text[position:]))
    return printable("".join(decode(p, c or "") if isinstance(p, bytes) else p for c, p in pieces))


def _word_bytes(encoding: str, text: str) -> bytes:
    data = text.encode("utf-8", "replace")
    if encoding in "qQ":
        return quopri.decodestring(data, header=True)
    return lenient_base64(data)


def lenient_base64(data: bytes) -> bytes:
    """Base64 that may lack padding or hold strange characters; what can be read of it."""
    data = data.translate(None, _NOT_BASE64)
    whole = data[: len(data) - (len(data) % 4 == 1)]
    try:
        return base64.b64decode(whole + b"=" * (-len(whole) % 4))
    except (binascii.Error, ValueError):
        return b""


def read_ids(value: str) -> tuple[str, ...]:
    """The Message-IDs of a header, with their angle brackets, in order and each once."""
    return tuple(dict.fromkeys(f"<{found}>" for found in _ID.findall(value)))


def read_addresses(value: str) -> tuple[Address, ...]:
    """The mailboxes of an address header whose encoded words are decoded already; groups are flattened."""
    return tuple(address for piece in _mailboxes(value) if (address := _address(piece)))


def _mailboxes(value: str) -> Iterator[str]:
    """Splits at the commas (semicolons, group names) that lie outside quotes, comments and angle brackets."""
    if not _SPECIAL.search(value):
        yield value
        return
    start = depth = 0
    quoted = angled = skip = addressed = False
    for index, character in enumerate(value):
        if skip:
            skip = False
        elif character == "\\":
            skip = True
        elif character == '"' and not depth:
            quoted = not quoted
        elif quoted:
            continue
        elif character in "()":
            depth = max(0, depth + (1 if character == "(" else -1))
        elif depth:
            continue
        elif character in "<>":
            angled = character == "<"
        elif character == "," or (character == ";" and not angled):
            yield value[start:index]
            start, angled, addressed = index + 1, False, False
        elif character == ":" and not angled and not addressed:
            start = index + 1
        elif character == "@":
            addressed = True
    yield value[start:]


def _address(piece: str) -> Address | None:
    piece = piece.strip()
    if not piece:
        return None
    if "(" in piece and "<" in piece:
        piece = _COMMENT.sub("", piece) or piece
    opened, closed = piece.rfind("<"), piece.rfind(">")
    if opened >= 0:
        inner = piece[opened + 1 : closed if closed > opened else len(piece)]
        return Address(_name(piece[:opened]), _bare(inner))
    comment = piece.find("(")
    if comment >= 0 and "@" in piece[:comment]:
        return Address(_name(piece[comment + 1 :].rstrip(") ")), _bare(piece[:comment]))
    if "@" in piece and " " in piece:
        bare = next(word for word in piece.split() if "@" in word)
        return Address(_name(piece.replace(bare, " ")), _bare(bare))
    return Address("", _bare(piece))


def _name(text: str) -> str:
    text = text.strip()
    if len(text) > 1 and text[0] == text[-1] == '"':
        text = text[1:-1]
    return " ".join(text.replace('\\"', '"').strip("'\" ").split())


def _bare(text: str) -> str:
    """The address alone: without spaces, route, "mailto:" and brackets."""
    text = "".join(text.split()).strip("<>\"'")
    if text[:7].lower() == "mailto:":
        text = text[7:]
    if text.startswith("@") and ":" in text:
        text = text.rpartition(":")[2]
    return text[:320]
