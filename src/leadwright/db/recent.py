"""What was read a moment ago, so that what all leads share is read once for many of them and not for each."""

from collections.abc import Callable, Hashable
from datetime import datetime, timedelta
from typing import Generic, TypeVar

Value = TypeVar("Value")


class Recent(Generic[Value]):
    """Values by key. Safe to use from many threads: at worst two of them read the same value.

    Args:
        lasts: how long a value may be used after it was read.
        most: values kept; the oldest go first.
    """

    def __init__(self, lasts: timedelta, most: int = 200) -> None:
        self._lasts = lasts
        self._most = most
        self._values: dict[Hashable, tuple[datetime, Value]] = {}

    def get(self, key: Hashable, moment: datetime, read: Callable[[], Value]) -> Value:
        """The value of that key; `read` gives it when none is there that is young enough at that moment."""
        known = self._values.get(key)
        if known is not None and timedelta(0) <= moment - known[0] <= self._lasts:
            return known[1]
        self._values.pop(key, None)
        while len(self._values) >= self._most:
            self._values.pop(next(iter(self._values)), None)
        value = read()
        self._values[key] = (moment, value)
        return value
