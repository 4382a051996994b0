"""Reads what people type into the cells of a column: text, addresses, choices, yes and no.

One reader per kind of column. It takes a cell (text, or a number or date of a spreadsheet) and gives the value that is
stored, None for an empty cell, or raises `Unreadable` with a sentence that says what to write instead. Pure.
"""

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, time
from functools import cache
from typing import TypeAlias
from urllib.parse import urlsplit
from zoneinfo import available_timezones

from leadwright.domain.attributes import Attribute, Kind
from leadwright.domain.cells import Cell, Doubtful, Rules, Unreadable, Value, clean, quoted, says_nothing
from leadwright.domain.choice_words import TEXT_WORDS, WORDS, reads_closed
from leadwright.domain.optionsets import LeadState, LeadStatus
from leadwright.domain.quantities import read_date, read_quantity
from leadwright.domain.spelling import plain, without_accents

Read: TypeAlias = Callable[[Cell], Value]

_YES = frozenset({"yes", "y", "true", "t", "1", "x", "on", "donotallow", "checked", "completed"})
_NO = frozenset({"no", "n", "false", "f", "0", "off", "allow", "unchecked", "markcomplete"})
_EMAIL = re.compile(r"[\w.!#$%&'*+/=?^`{|}~-]+@[\w](?:[\w-]*[\w])?(?:\.[\w](?:[\w-]*[\w])?)+")
_FORMULA = re.compile(r"=\s*[\w@+\-(\"'$\[{]")
_HOST = re.compile(r"[\w](?:[\w-]*[\w])?(?:\.[\w](?:[\w-]*[\w])?)+\.?")


_CLOSED = {"statuscode": int(LeadStatus.LOST), "statecode": int(LeadState.DISQUALIFIED)}
_WRITTEN_OUT = frozenset({Kind.TEXT, Kind.MEMO, Kind.PHONE})  # here N/A may be what is meant


def reader(attribute: Attribute, rules: Rules | None = None) -> Read:
    """The reader of a column. It never gives text longer, or a number outside, what the column takes.

    It raises `Unreadable`; where a list may go on all the same, `Doubtful`.
    """
    read = _reader(attribute, rules or Rules())
    return read if attribute.kind in _WRITTEN_OUT else lambda cell: None if says_nothing(cell) else read(cell)


def _reader(attribute: Attribute, rules: Rules) -> Read:
    kind = attribute.kind
    if kind is Kind.CHOICE:
        return _choice(attribute, rules)
    if kind is Kind.BOOLEAN:
        return _yes_no
    if kind in (Kind.NUMBER, Kind.DECIMAL, Kind.MONEY):
        return lambda cell: read_quantity(cell, attribute, rules)
    if kind is Kind.DATETIME and attribute.custom:
        return lambda cell: _moment(cell, rules)
    if kind in (Kind.DATE, Kind.DATETIME):
        return lambda cell: _not_ahead(read_date(cell, rules), attribute, rules)
    if attribute.words:
        return _fixed_text(attribute, rules)
    if attribute.zone:
        return _zone
    written = {Kind.EMAIL: _email, Kind.URL: _url}.get(kind)
    many_lines = kind is Kind.MEMO
    return lambda cell: _text(cell, attribute, written, many_lines=many_lines)


def split_name(fullname: str) -> tuple[str, str]:
    """First and last name. ``Doe, Jane`` is turned round; a single word is the last name."""
    if fullname.count(",") == 1:
        last, _, first = fullname.partition(",")
        if first.strip() and last.strip():
            return first.strip(), last.strip()
    first, _, last = fullname.strip().partition(" ")
    return (first, last.strip()) if last.strip() else ("", first)


def _text(
    cell: Cell, attribute: Attribute, written: Callable[[str], str] | None = None, *, many_lines: bool = False
) -> str | None:
    text = clean(cell, many_lines=many_lines)
    if not text:
        return None
    if text[0] == "=" and _FORMULA.match(text):
        raise Unreadable(f"{quoted(text)} is a formula, not a value. In the spreadsheet, paste it as a value")
    if written and len(text) <= 2 * attribute.length:
        text = written(text)
    if attribute.length and len(text) > attribute.length:
        raise Unreadable(f"it has {len(text)} characters, {attribute.label} takes {attribute.length}. Shorten it")
    return text


def _email(text: str) -> str:
    address = text.rpartition("<")[2].removesuffix(">").strip() if text.endswith(">") else text
    address = address.removeprefix("mailto:").casefold()
    local, _, _ = address.partition("@")
    if not _EMAIL.fullmatch(address) or ".." in address or local.startswith(".") or local.endswith("."):
        raise Unreadable(f"{quoted(text)} is not an email address. Write one address such as jane@example.com")
    return address


def _url(text: str) -> str:
    text = re.sub(r"^(?:https?://)+(?=https?://)", "", text, flags=re.I)  # written twice by some exports
    url = text if re.match(r"[a-z][a-z0-9+-]*:(//|\D)", text, re.I) else f"https://{text.removeprefix('//')}"
    try:
        parts = urlsplit(url)
        right = parts.scheme.lower() in ("http", "https") and bool(_HOST.fullmatch(parts.hostname or ""))
    except ValueError:
        right = False
    if not right or any(c in url for c in ' "<>\\'):
        raise Unreadable(f"{quoted(text)} is not a web address. Write it as www.example.com or https://example.com")
    return url


def _choice(attribute: Attribute, rules: Rules) -> Read:
    values: dict[str, int] = {plain(str(v)): v for v in attribute.choices} | WORDS.get(attribute.name, {})
    values |= {plain(label): v for v, label in attribute.choices.items()}
    for word, label in rules.words.get(attribute.name, {}).items():
        values[plain(word)] = values.get(plain(label), -1)

    def read(cell: Cell) -> int | None:
        text = clean(cell)
        if not text:
            return None
        value = values.get(plain(text), values.get(plain(without_accents(text))))
        if value is None or value not in attribute.choices:
            raise _no_choice(text, attribute)
        return value

    return read


def _fixed_text(attribute: Attribute, rules: Rules) -> Read:
    """A word of a column that takes only some; what is stored is its plain name."""
    values = TEXT_WORDS.get(attribute.name, {}) | {plain(label): word for word, label in attribute.words.items()}
    values |= {plain(word): word for word in attribute.words}
    for word, meant in rules.words.get(attribute.name, {}).items():
        values[plain(word)] = values.get(plain(meant), "")

    def read(cell: Cell) -> str | None:
        text = clean(cell)
        if not text or says_nothing(cell):
            return None
        value = values.get(plain(text), values.get(plain(without_accents(text))))
        if not value:
            message = f"{quoted(text)} is not one of these: {', '.join(attribute.words.values())}"
            raise Doubtful(message, instead=None, remark=f"{quoted(text)} is none we know, so it is left empty")
        return value

    return read


def _zone(cell: Cell) -> str | None:
    text = clean(cell)
    if not text or says_nothing(cell):
        return None
    name = _zones().get(text.casefold().replace(" ", "_"))
    if name is None:
        raise Doubtful(
            f"{quoted(text)} is no time zone. Write it as Europe/Berlin or America/New_York",
            instead=None,
            remark=f"{quoted(text)} is no time zone such as Europe/Berlin, so it is left empty",
        )
    return name


@cache
def _zones() -> dict[str, str]:
    return {name.casefold(): name for name in available_timezones()}


def _moment(cell: Cell, rules: Rules) -> datetime | None:
    """A moment; of a day alone its beginning, and without a zone UTC, as Dataverse takes it."""
    day = read_date(cell, rules)
    if day is None:
        return None
    try:
        found = datetime.fromisoformat(clean(cell))
    except ValueError:
        found = datetime.combine(day, time())
    return found.astimezone(UTC) if found.tzinfo else found.replace(tzinfo=UTC)


def _not_ahead(read: date | None, attribute: Attribute, rules: Rules) -> date | None:
    if attribute.past and read and rules.today and read > rules.today:
        raise Unreadable(f"{read.isoformat()} is yet to come. Write the day on which it was given")
    return read


def _no_choice(text: str, attribute: Attribute) -> Doubtful:
    names = ", ".join(attribute.choices.values())
    message = f"{quoted(text)} is not one of the choices: {names}"
    closed = _CLOSED.get(attribute.name)
    if closed and reads_closed(text):
        became = attribute.choices[closed]
        return Doubtful(message, instead=closed, remark=f"{quoted(text)} is no choice we know and is read as {became}")
    instead = "the lead is taken as open" if closed else "it is left empty"
    return Doubtful(message, instead=None, remark=f"{quoted(text)} is no choice we know, so {instead}")


def _yes_no(cell: Cell) -> bool | None:
    text = clean(cell)
    if not text:
        return None
    word = plain(text)
    if word in _YES:
        return True
    if word in _NO:
        return False
    raise Unreadable(f"{quoted(text)} is neither yes nor no. Write yes or no")
