"""Characters that no database keeps: NUL, and halves of surrogate pairs. Knows nothing of columns or languages."""

import re
from typing import Any

_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


def unstorable(text: str) -> bool:
    """Does it hold a character that PostgreSQL or UTF-8 refuses?"""
    return _UNSTORABLE.search(text) is not None


def storable(text: str) -> str:
    """The text without such characters."""
    return _UNSTORABLE.sub("", text)


def holds_unstorable(value: Any) -> bool:
    """Does a JSON value, in a string or a key at any depth, hold such a character?"""
    waiting = [value]
    while waiting:
        each = waiting.pop()
        if isinstance(each, str):
            if unstorable(each):
                return True
        elif isinstance(each, dict):
            waiting += [*each.keys(), *each.values()]
        elif isinstance(each, list):
            waiting += each
    return False
