"""Characters no reader sees: zero-width, Unicode tags, direction overrides. They are removed and named."""

import re

_TAGS = re.compile("[\U000e0000-\U000e007f\U000e0100-\U000e01ef]+")
_ZERO_WIDTH = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b\u2060-\u2064\u206a-\u206f\ufeff\uffa0]+"
)
_OVERRIDES = re.compile("[\u200e\u200f\u202a-\u202e\u2066-\u2069]+")
# Joiners belong into Persian, Indic and emoji; beside a Latin letter they only break words apart.
_JOINERS = re.compile("(?<=[\x00-\x7f])[\u200c\u200d]+|[\u200c\u200d]+(?=[\x00-\x7f])")
_KINDS = (
    ("unicode tags", _TAGS),
    ("zero-width", _ZERO_WIDTH),
    ("direction override", _OVERRIDES),
    ("zero-width", _JOINERS),
)


def _is_plainly_seen(text: str) -> bool:
    """Cheap: only Western letters, of which the soft hyphen alone is never seen."""
    try:
        return b"\xad" not in text.encode("latin-1")
    except UnicodeEncodeError:
        return False


def remove_unseen(text: str) -> tuple[str, tuple[str, ...]]:
    """The text without characters that show nothing, and what kinds there were."""
    if text.isascii() or _is_plainly_seen(text):
        return text, ()
    kinds = []
    for kind, pattern in _KINDS:
        text, times = pattern.subn("", text)
        if times:
            kinds.append(kind)
    return text, tuple(dict.fromkeys(kinds))
