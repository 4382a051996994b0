"""Is the sender who he says? Only what our own mail server stamped counts: Authentication-Results (RFC 8601)."""

import re
from dataclasses import dataclass
from enum import StrEnum

from leadwright.mail.message import Message

_RESULT = re.compile(r"\s{0,20}(spf|dkim|dmarc)(?:\s{0,5}/\s{0,5}\d{1,3})?\s{0,5}=\s{0,5}([a-z]{1,20})", re.IGNORECASE)
_STAMP = re.compile(rb"^authentication-results:\s{0,20}([A-Za-z0-9._:-]{1,255})", re.IGNORECASE | re.MULTILINE)
_FROM_DOMAIN = re.compile(r"header\.from\s{0,5}=\s{0,5}<?(?:[^\s;<>@\"]{1,100}@)?([\w.-]{1,255})", re.IGNORECASE)
_PLAIN_WORD = re.compile(r"[\w.@+-]+")


class Verdict(StrEnum):
    """Of one method. `NONE` covers "not checked", "no policy" and "no trusted header"."""

    PASS = "pass"  # noqa: S105
    FAIL = "fail"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Authentication:
    """What our server found. Only with `dmarc` PASS is the sender's domain proven; see `domain.replies`."""

    dmarc: Verdict
    spf: Verdict
    dkim: Verdict
    header: str | None


NOTHING_TRUSTED = Authentication(Verdict.NONE, Verdict.NONE, Verdict.NONE, None)


def read_authentication(message: Message, authserv_id: str) -> Authentication:
    """The verdicts of the topmost Authentication-Results of our own server; every other one is ignored.

    Args:
        message: the mail.
        authserv_id: the name our server signs with, e.g. "mx.example.com"; "" trusts none.
    """
    wanted = authserv_id.strip().lower()
    if not wanted:
        return NOTHING_TRUSTED
    for value in message.values("authentication-results"):
        server, _, results = _bare(value).partition(";")
        if server.lower().split()[:1] == [wanted]:
            return _verdicts(results, value, message)
    return NOTHING_TRUSTED


def server_named_in(head: bytes) -> str:
    """Whom the topmost Authentication-Results of a mail names, "" when it has none. A suggestion, to be confirmed.

    Args:
        head: the first bytes of the mail.
    """
    headers = re.split(rb"\r?\n\r?\n", head, maxsplit=1)[0]
    found = _STAMP.search(headers)
    return found[1].decode("ascii").lower() if found else ""


def _bare(value: str) -> str:
    """The header without comments and quoted strings, where a sender writes what he likes; `"a.example"` is a word."""
    kept: list[str] = []
    word: list[str] | None = None  # of the quoted string it stands in
    depth, characters = 0, iter(value)
    for character in characters:
        escaped = next(characters, "") if character == "\\" else ""
        if word is not None:
            if character == '"':
                kept.append("".join(word) if _PLAIN_WORD.fullmatch("".join(word)) else '""')
                word = None
            else:
                word.append(escaped or character)
        elif not escaped and character in "()":
            depth = max(0, depth + (1 if character == "(" else -1))
            kept.append(" ")
        elif depth == 0 and character == '"':
            word = []
        elif depth == 0:
            kept.append(character + escaped)
    return "".join(kept)


def _verdicts(results: str, header: str, message: Message) -> Authentication:
    """The first result for DMARC alone counts: a server gives one, and what follows may be a sender's words."""
    found: dict[str, list[str]] = {}
    about = None
    for clause in results.split(";"):
        if told := _RESULT.match(clause):
            method = told[1].lower()
            if method == "dmarc" and method not in found:
                about = _FROM_DOMAIN.search(clause)
            found.setdefault(method, []).append(told[2].lower())
    dmarc = _verdict(found.get("dmarc", [])[:1])
    sender = (message.sender.address.rpartition("@")[2] if message.sender else "").lower()
    if dmarc is Verdict.PASS and about and sender and not _same(about.group(1).lower(), sender):
        dmarc = Verdict.FAIL
    return Authentication(dmarc, _verdict(found.get("spf", [])), _verdict(found.get("dkim", [])), header)


def _same(one: str, other: str) -> bool:
    return one == other or one.endswith("." + other) or other.endswith("." + one)


def _verdict(results: list[str]) -> Verdict:
    """One pass is enough (a mail may carry several signatures); an error or a fail without a pass is a fail."""
    if "pass" in results or "bestguesspass" in results:
        return Verdict.PASS
    return Verdict.FAIL if any(r in ("fail", "softfail", "permerror", "policy") for r in results) else Verdict.NONE
