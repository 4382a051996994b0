"""Links and addresses in a text, in every spelling that a person or a mail program would follow. Opens nothing."""

import re
import unicodedata
from collections.abc import Iterable

_DOTS = str.maketrans({"。": ".", "．": ".", "｡": ".", "․": ".", "‧": "."})
_INVISIBLE = re.compile("[\u00ad\u034f\u061c\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff\U000e0000-\U000e007f]")
_LABEL = r"[\w-]{1,63}"
_NO_HOST = (
    r"(?!(?:js|ts|pdf|docx?|xlsx?|pptx?|csv|txt|png|jpe?g)\b)"  # what stands after a dot and is no top-level domain
)
_LINK = re.compile(
    r"\b[a-z][a-z0-9+.-]{1,20}://\S*|\b(?:hxxps?|mailto|javascript|data|tel|sms|file|ftp):\S*|\bwww\.\S+|"
    rf"//{_LABEL}\.\S+|(?<![\w.+-])[\w.+-]{{1,64}}@{_LABEL}(?:\.{_LABEL}){{0,20}}|"
    rf"(?<![\w.@-])(?:\w{_LABEL}\.){{1,20}}{_NO_HOST}[^\W\d_]{{2,63}}(?![\w.]\w)(?::\d+)?(?:/\S*)?|"
    r"\b\d{1,3}(?:\.\d{1,3}){3}\b(?:[:/]\S*)?",
    re.IGNORECASE,
)
_TOP = r"(?:com|org|net|io|co|info|biz|app|dev|ai|me|us|uk|de|fr|eu|ru|cn|example|test)"
_HIDDEN = re.compile(
    rf"(?<![\w-]){_LABEL}\s?(?:\[\.?\]|\(\.\)|\{{\.\}}|\[dot\]|\(dot\))\s?\w{{1,63}}|"
    rf"(?<![\w-]){_LABEL} dot {_TOP}\b(?:\s?(?:slash|/)\s?\w{{1,63}})?|"
    r"(?<![\w.-])[\w.-]{1,64}\s?(?:\(at\)|\[at\]|\{at\}|<at>)\s?[\w.-]{1,63}",
    re.IGNORECASE,
)
_END = ".,;:!?)]}>'\"»”’"


def links_in(text: str) -> tuple[str, ...]:
    """Each link, mail address, bare host or spelt-out form of one, in order, each once."""
    seen = _INVISIBLE.sub("", unicodedata.normalize("NFKC", text.translate(_DOTS)))
    found = [m[0].rstrip(_END) for pattern in (_LINK, _HIDDEN) for m in pattern.finditer(seen)]
    return tuple(dict.fromkeys(link for link in found if link))


def foreign_links(text: str, own: Iterable[str]) -> tuple[str, ...]:
    """The links of the text that none of our own texts holds, whole and unchanged."""
    allowed = {_bare(link) for ours in own for link in links_in(ours)}
    return tuple(link for link in links_in(text) if _bare(link) not in allowed)


def without_links(text: str) -> str:
    """The text, such as a name that somebody typed; empty when it holds a link."""
    return "" if links_in(text) else text


def _bare(link: str) -> str:
    return re.sub(r"^https?://(?:www\.)?|^www\.", "", link.casefold()).rstrip("/")
