"""The Robots Exclusion Protocol (RFC 9309): what a robots.txt lets one program read. Standard library only.

The standard library's own parser knows neither wildcards nor that the longest rule wins, so it would read pages
that a site forbids.
"""

import re
from dataclasses import dataclass
from urllib.parse import quote

MAX_CHARACTERS = 500 * 1024  # of a file that are read, the least the RFC asks for
_UNRESERVED = re.compile(r"[A-Za-z0-9._~-]")
_KEPT = "/%:@!$&'()*+,;=~-._?[]#"


@dataclass(frozen=True, slots=True)
class Rule:
    """One line: does a path that matches `pattern` (``*`` any characters, ``$`` the end) count as allowed?"""

    pattern: str
    allows: bool


@dataclass(frozen=True, slots=True)
class Robots:
    """The rules of one site for one program; none means that everything may be read."""

    rules: tuple[Rule, ...] = ()

    def allows(self, path: str) -> bool:
        """May this path, query included, be read? The longest pattern that matches decides; of equals, allow."""
        path = _normal(path)
        found = max(((len(r.pattern), r.allows) for r in self.rules if _matches(r.pattern, path)), default=(0, True))
        return found[1]


def read_robots(text: str, program: str) -> Robots:
    """The rules that a robots.txt holds for a program.

    Args:
        text: the file; anything is valid, what is no rule is passed over.
        program: the product token, e.g. ``Leadwright``; rules for ``*`` count when no group names it.
    """
    groups: dict[str, list[Rule]] = {}
    named: list[str] = []
    in_rules = False
    for line in re.split(r"[\r\n]+", text.removeprefix("\ufeff")[:MAX_CHARACTERS]):
        key, colon, value = line.partition("#")[0].partition(":")
        key, value = key.strip().casefold(), value.strip()
        if not colon:
            continue
        if key == "user-agent":
            named = [] if in_rules else named
            in_rules = False
            named.append(_token(value))
            groups.setdefault(named[-1], [])
        elif key in ("allow", "disallow"):
            in_rules = True
            if value:
                for name in named:
                    groups[name].append(Rule(_normal(value), key == "allow"))
    return Robots(tuple(groups.get(_token(program), groups.get("*", []))))


def _token(value: str) -> str:
    """``Leadwright/1.0 (...)`` is ``leadwright``."""
    found = re.match(r"[a-z_-]+", value.casefold())
    return found.group() if found else value.strip()


def _normal(path: str) -> str:
    """One spelling for what is the same: non-ASCII encoded, unreserved characters bare, hexadecimal in capitals."""

    def plain(found: re.Match[str]) -> str:
        character = chr(int(found.group(1), 16))
        return character if _UNRESERVED.fullmatch(character) else found.group().upper()

    return re.sub(r"%([0-9A-Fa-f]{2})", plain, quote(path, safe=_KEPT))


def _matches(pattern: str, path: str) -> bool:
    to_end = pattern.endswith("$")
    first, *others = pattern.removesuffix("$").split("*")
    if not path.startswith(first):
        return False
    at = len(first)
    if not others:
        return not to_end or at == len(path)
    last = others.pop()
    for part in others:
        at = path.find(part, at)
        if at < 0:
            return False
        at += len(part)
    if to_end:
        return len(path) - len(last) >= at and path.endswith(last)
    return path.find(last, at) >= 0
