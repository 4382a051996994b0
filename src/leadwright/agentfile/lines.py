"""On which line of a TOML file each key and each entry of a list stands. For texts that are known to be valid TOML."""

import re
from collections.abc import Mapping

Place = tuple[str | int, ...]
_BARE = re.compile(r"[A-Za-z0-9_-]+")
_SKIP = re.compile(r"(?:[ \t\r\n]|#[^\n]*)*")
_SCALAR = re.compile(r"[^,\]}#\n]*")


def places(text: str) -> Mapping[Place, int]:
    """Place -> line, from 1: ``("selection", "conditions", 2)`` is the third row of that list."""
    return _Scan(text).found


def line_of(found: Mapping[Place, int], place: Place) -> int:
    """The line of a place, or of the nearest thing around it; 1 when nothing is known."""
    while place:
        if place in found:
            return found[place]
        place = place[:-1]
    return 1


class _Scan:
    def __init__(self, text: str) -> None:
        self.text, self.at, self.found = text, 0, dict[Place, int]()
        self._counts: dict[Place, int] = {}
        table: Place = ()
        while self._skip() < len(text):
            if text[self.at] == "[":
                table = self._header()
            else:
                self._pair(table)

    def _skip(self) -> int:
        match = _SKIP.match(self.text, self.at)
        self.at = match.end() if match else self.at
        return self.at

    def _note(self, place: Place) -> None:
        self.found.setdefault(place, self.text.count("\n", 0, self.at) + 1)

    def _header(self) -> Place:
        several = self.text.startswith("[[", self.at)
        self._note(())
        start = self.at
        self.at += 2 if several else 1
        place = self._keys()
        if several:
            n = self._counts[place] = self._counts.get(place, -1) + 1
            place = (*place, n)
        self.at, end = start, self.text.find("\n", self.at)
        self._note(place)
        self.at = len(self.text) if end < 0 else end
        return place

    def _keys(self) -> Place:
        parts: list[str] = []
        while True:
            self._skip()
            if self.text[self.at] in "\"'":
                start = self.at
                self._string()
                parts.append(self.text[start + 1 : self.at - 1])
            elif match := _BARE.match(self.text, self.at):
                parts.append(match.group())
                self.at = match.end()
            self._skip()
            if self.at >= len(self.text) or self.text[self.at] != ".":
                return tuple(parts)
            self.at += 1

    def _pair(self, table: Place) -> None:
        start = self.at
        place = (*table, *self._keys())
        after, self.at = self.at, start
        self._note(place)
        self.at = after + 1  # the equals sign
        self._value(place)

    def _value(self, place: Place) -> None:
        self._skip()
        opening = self.text[self.at]
        if opening in "\"'":
            self._string()
        elif opening == "[":
            self._list(place)
        elif opening == "{":
            self._inline(place)
        else:
            match = _SCALAR.match(self.text, self.at)
            self.at = match.end() if match and match.end() > self.at else self.at + 1

    def _list(self, place: Place) -> None:
        self.at += 1
        n = 0
        while self._skip() < len(self.text) and self.text[self.at] != "]":
            if self.text[self.at] == ",":
                self.at += 1
                continue
            self._note((*place, n))
            self._value((*place, n))
            n += 1
        self.at += 1

    def _inline(self, place: Place) -> None:
        self.at += 1
        while self._skip() < len(self.text) and self.text[self.at] != "}":
            if self.text[self.at] == ",":
                self.at += 1
            else:
                self._pair(place)
        self.at += 1

    def _string(self) -> None:
        quote = self.text[self.at]
        ends = quote * 3 if self.text.startswith(quote * 3, self.at) else quote
        self.at += len(ends)
        while self.at < len(self.text):
            if self.text[self.at] == "\\" and quote == '"':
                self.at += 2
            elif self.text.startswith(ends, self.at):
                self.at += len(ends)
                while len(ends) == 3 and self.text.startswith(quote, self.at):  # up to two more belong to the text
                    self.at += 1
                return
            else:
                self.at += 1
