"""Text of strangers made harmless: no control, invisible or direction characters, and never longer than asked.

Whatever a web page, a search provider, a document or a lead's field says passes here before it is stored.
"""

import re
import unicodedata

_SPACES = re.compile(r"[^\S\n]+")
_BLANK_LINES = re.compile(r"\n\s*\n+")
# Format characters that real words need: joiners of Indic, Persian and Arabic script.
_JOINERS = {"\u200c", "\u200d"}


def clean(text: object, limit: int) -> str:
    """The visible characters of `text`, spaces and blank lines folded, at most `limit` characters.

    Removed: control characters but newline, Unicode tags, zero-width and direction marks, variation selectors,
    private use, surrogates and unassigned code points. Anything but a string gives "".
    """
    if not isinstance(text, str):
        return ""
    text = text[: limit * 8]
    if not text.isascii():
        text = "".join(c for c in unicodedata.normalize("NFC", text) if _is_visible(c))
    text = re.sub(r"[\x00-\x08\x0e-\x1f\x7f]", "", text.replace("\r\n", "\n").replace("\r", "\n"))
    text = _BLANK_LINES.sub("\n\n", _SPACES.sub(" ", text))
    text = text.strip()
    return text if len(text) <= limit else text[:limit].rsplit(" ", 1)[0].rstrip() + " …"


def line(text: object, limit: int) -> str:
    """Like `clean`, on one line."""
    return re.sub(r"\s+", " ", clean(text, limit)).strip()


def has_hidden(text: str) -> bool:
    """Does it hold characters a person cannot see? Shown as a warning beside a knowledge document."""
    return any(not _is_visible(c) for c in text if c not in "\r\ufeff\u00ad\u200b")


def _is_visible(character: str) -> bool:
    if character in _JOINERS or character in "\n\t":
        return True
    code = ord(character)
    if 0xFE00 <= code <= 0xFE0F or 0xE0100 <= code <= 0xE01EF or code in (0x115F, 0x1160, 0x3164, 0xFFA0, 0x2800):
        return False
    return unicodedata.category(character) not in {"Cc", "Cf", "Cs", "Co", "Cn"}
