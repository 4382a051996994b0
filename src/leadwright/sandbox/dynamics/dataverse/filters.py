"""The language of $filter, read into a tree. Knows no table and no SQL."""

import re
from dataclasses import dataclass
from typing import Any

from leadwright.sandbox.dynamics.world import Refused

_TOKEN = re.compile(
    r"\s*(?:(?P<string>'(?:[^']|'')*')"
    r"|(?P<guid>[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12})"
    r"|(?P<moment>\d{4}-\d\d-\d\d(?:T\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:\d\d)?)?)"
    r"|(?P<number>-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)"
    r"|(?P<parameter>@\w+)"
    r"|(?P<name>[A-Za-z_][\w.]*)"
    r"|(?P<mark>[()\[\],:/=]))"
)
COMPARISONS = {"eq": "=", "ne": "<>", "gt": ">", "ge": ">=", "lt": "<", "le": "<="}


@dataclass(frozen=True, slots=True)
class Literal:
    """A value; kind is string, guid, moment, number, bool or null."""

    kind: str
    value: Any


@dataclass(frozen=True, slots=True)
class Path:
    """A column, perhaps over navigation properties or the variable of a lambda."""

    parts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Call:
    """A function: contains, startswith, year, Microsoft.Dynamics.CRM.On, ... Named arguments are in `named`."""

    name: str
    args: tuple[Any, ...]
    named: tuple[tuple[str, Any], ...] = ()


@dataclass(frozen=True, slots=True)
class Compare:
    """left operator right; operator as in SQL."""

    operator: str
    left: Any
    right: Any


@dataclass(frozen=True, slots=True)
class In:
    """left in (values)."""

    left: Any
    values: tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Joined:
    """Conditions joined by AND or OR."""

    word: str
    parts: tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Not:
    """The opposite."""

    of: Any


@dataclass(frozen=True, slots=True)
class Lambda:
    """any or all over a collection; without a condition: whether it holds anything."""

    path: Path
    word: str
    variable: str
    condition: Any


def parse(text: str, parameters: dict[str, str] | None = None) -> Any:
    """The tree of a filter.

    Raises:
        Refused: 400, with the position of the error.
    """
    reader = _Reader(text, parameters or {})
    tree = reader.any_of()
    if reader.kind != "end":
        raise reader.error()
    return tree


class _Reader:
    def __init__(self, text: str, parameters: dict[str, str]) -> None:
        self.text, self.parameters = text, parameters
        self.tokens: list[tuple[str, str, int]] = []
        position = 0
        while position < len(text.rstrip()):
            found = _TOKEN.match(text, position)
            if found is None:
                raise self._error(position)
            kind = found.lastgroup or ""
            self.tokens.append((kind, found[kind], found.start(kind)))
            position = found.end()
        self.tokens.append(("end", "", len(text)))
        self.at = 0
        self.depth = 0

    @property
    def kind(self) -> str:
        return self.tokens[self.at][0]

    @property
    def word(self) -> str:
        return self.tokens[self.at][1]

    def error(self) -> Refused:
        return self._error(self.tokens[self.at][2])

    def _error(self, position: int) -> Refused:
        return Refused(400, "0x80060888", f"Syntax error at position {position} in '{self.text}'.")

    def take(self, word: str | None = None) -> str:
        if word is not None and self.word != word:
            raise self.error()
        found = self.word
        self.at += 1
        return found

    def skip(self, word: str) -> bool:
        if self.kind in {"name", "mark"} and self.word == word:
            self.at += 1
            return True
        return False

    def any_of(self) -> Any:
        self.depth += 1
        if self.depth > 100:
            raise Refused(400, "0x80060888", "The node count limit of '100' has been exceeded.")
        parts = [self.all_of()]
        while self.skip("or"):
            parts.append(self.all_of())
        self.depth -= 1
        return parts[0] if len(parts) == 1 else Joined("OR", tuple(parts))

    def all_of(self) -> Any:
        parts = [self.one()]
        while self.skip("and"):
            parts.append(self.one())
        return parts[0] if len(parts) == 1 else Joined("AND", tuple(parts))

    def one(self) -> Any:
        if self.skip("not"):
            return Not(self.one())
        if self.kind == "mark" and self.word == "(":
            self.take()
            tree = self.any_of()
            self.take(")")
            return tree
        left = self.operand()
        if self.kind == "name" and self.word in COMPARISONS:
            operator = COMPARISONS[self.take()]
            return Compare(operator, left, self.operand())
        if self.skip("in"):
            return In(left, self.bracketed())
        if isinstance(left, Call | Lambda):
            return left
        if isinstance(left, Path | Literal):
            return Compare("=", left, Literal("bool", True))
        raise self.error()

    def bracketed(self) -> tuple[Any, ...]:
        close = ")" if self.take() == "(" else "]"
        values = [] if self.word == close else [self.operand()]
        while self.skip(","):
            values.append(self.operand())
        self.take(close)
        return tuple(values)

    def operand(self) -> Any:
        kind, word = self.kind, self.word
        if kind == "string":
            self.take()
            return Literal("string", word[1:-1].replace("''", "'"))
        if kind in {"guid", "moment"}:
            self.take()
            return Literal(kind, word)
        if kind == "number":
            self.take()
            return Literal("number", float(word) if re.search("[.eE]", word) else int(word))
        if kind == "parameter":
            self.take()
            if word not in self.parameters:
                raise Refused(400, "0x80060888", f"The parameter alias '{word}' has no value in the query string.")
            return _Reader(self.parameters[word], self.parameters).operand()
        if kind == "name":
            return self.named()
        raise self.error()

    def named(self) -> Any:
        word = self.take()
        if word in {"true", "false", "null"}:
            return Literal("null" if word == "null" else "bool", {"true": True, "false": False}.get(word))
        if self.kind == "mark" and self.word == "(":
            return self.call(word)
        parts = [word]
        while self.skip("/"):
            if self.kind != "name":
                raise self.error()
            part = self.take()
            if part in {"any", "all"} and self.word == "(":
                return self.some(Path(tuple(parts)), part)
            parts.append(part)
        return Path(tuple(parts))

    def some(self, path: Path, word: str) -> Lambda:
        self.take("(")
        if self.skip(")"):
            return Lambda(path, word, "", None)
        variable = self.take()
        self.take(":")
        tree = self.any_of()
        self.take(")")
        return Lambda(path, word, variable, tree)

    def call(self, name: str) -> Call:
        self.take("(")
        args: list[Any] = []
        named: list[tuple[str, Any]] = []
        while not self.skip(")"):
            if self.kind == "name" and self.tokens[self.at + 1][1] == "=":
                key = self.take()
                self.take("=")
                named.append((key, self.bracketed() if self.word == "[" else self.operand()))
            else:
                args.append(self.operand())
            if self.word != ")":
                self.take(",")
        return Call(name, tuple(args), tuple(named))
