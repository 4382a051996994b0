"""Bytes to text whatever their label says: never an exception, never a NUL or a lone surrogate."""

import codecs
import re
from functools import lru_cache

# Codecs that are no charsets, or whose cost is not linear.
_NOT_FOR_MAIL = frozenset({"idna", "punycode", "unicode_escape", "raw_unicode_escape", "undefined", "mbcs", "oem"})
_ALIASES = {
    "unicode-1-1-utf-7": "utf-7",
    "iso-8859-8-i": "iso-8859-8",
    "cp-850": "cp850",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "ks_c_5601-1987": "cp949",
    "euc-kr": "cp949",
    "shift_jis": "cp932",
    "x-sjis": "cp932",
    "us-ascii": "utf-8",
    "ascii": "utf-8",
    "unknown-8bit": "utf-8",
    "iso-8859-1": "cp1252",
    "latin1": "cp1252",
    "x-unknown": "utf-8",
    "iso-2022-jp": "iso-2022-jp-ext",
}
_UNPRINTABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")


@lru_cache(maxsize=256)
def codec_name(label: str) -> str | None:
    """The Python codec for a charset label; None when there is none or it is no charset."""
    name = label.strip().strip("\"'").lower()
    name = _ALIASES.get(name, name)
    try:
        found = codecs.lookup(name)
    except (LookupError, ValueError, UnicodeError):
        return None
    if found.name.replace("-", "_") in _NOT_FOR_MAIL or not getattr(found, "_is_text_encoding", True):
        return None
    return found.name


def decode(data: bytes, label: str = "") -> str:
    """The text of some bytes: by their label, else UTF-8 (whole or nearly), else Windows-1252.

    What cannot be read becomes U+FFFD.
    """
    said = codec_name(label) if label else None
    for name in dict.fromkeys((said, "utf-8")):
        if name:
            try:
                return printable(data.decode(name))
            except (UnicodeError, ValueError, OverflowError):
                continue
    if said and said not in ("utf-8", "cp1252"):
        return printable(data.decode(said, "replace"))
    mostly = data.decode("utf-8", "replace")
    if mostly.count("\ufffd") * 5 < len(mostly) - len(mostly.encode("ascii", "ignore")):
        return printable(mostly)
    return printable(data.decode("cp1252", "replace"))


def printable(text: str) -> str:
    """The text without control characters (tab, line feed and carriage return stay) and lone surrogates."""
    if text.isprintable():
        return text
    return _UNPRINTABLE.sub(lambda found: "\ufffd" if found.group() >= "\ud800" else "", text)
