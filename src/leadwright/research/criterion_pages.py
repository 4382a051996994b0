"""The public page of a custom criterion: its address with the lead's values put in, fetched, and cut for judging."""

import hashlib
import re
from collections.abc import Mapping, Sequence
from urllib.parse import quote

from leadwright.domain.attributes import TABLES, Table
from leadwright.domain.evidence import Passage, SourceKind
from leadwright.domain.fit import Criterion
from leadwright.errors import BadInput, FetchError, LeftAlone
from leadwright.research.fields import PERSONAL, Records, column_called, field_text
from leadwright.research.means import Means
from leadwright.research.pages import read_page
from leadwright.research.passages import cut
from leadwright.research.subjects import NEVER_READ, Found, Work, research

_PLACE = re.compile(r"\{\{\s*(\w+)\.([^{}]{1,80}?)\s*\}\}")
_MAX_PASSAGES = 3


def prefix(criterion: str) -> str:
    """Start of the ids of passages that belong to one criterion."""
    return f"criterion:{criterion}:"


def expand(template: str, records: Records) -> str:
    """Put the lead's values into ``https://.../{{Lead.Company Name}}``, quoted so that they stay within their place.

    Raises:
        BadInput: a field is unknown, empty, or names the person; a person's data never goes to the outside.
    """

    def value(place: re.Match[str]) -> str:
        name = _field(place.group(1), place.group(2))
        text = field_text(records, name)
        if not text:
            raise BadInput(f"{place.group(1)}.{place.group(2)} is empty for this lead.")
        return quote(text, safe="")

    return _PLACE.sub(value, template.strip())


def told(instructions: str, records: Records) -> str:
    """The instructions with the lead's values in them; what is empty for this lead is left out."""

    def value(place: re.Match[str]) -> str:
        try:
            return field_text(records, _field(place.group(1), place.group(2)))
        except BadInput:
            return ""

    return " ".join(_PLACE.sub(value, instructions).split())


def check_places(template: str, tables: Mapping[str, Table]) -> None:
    """Each ``{{Table.Label}}`` of an address or instruction names a column there is, and no person.

    Raises:
        BadInput: one does not; the sentence says what to write.
    """
    for place in _PLACE.finditer(template):
        table, _, column = _field(place.group(1), place.group(2)).partition(".")
        if column not in tables[table].attributes:
            raise BadInput(f"{place.group(0)} is no column of the {table}. Type / to choose one.")
    rest = _PLACE.sub("", template)
    if "{{" in rest or "}}" in rest:
        raise BadInput("Write a field like {{Lead.Company Name}}, with two braces on each side.")


def criterion_passages(
    means: Means, criterion: Criterion, records: Records, runid: str
) -> tuple[list[Passage], str, bool]:
    """Passages of the criterion's page, best first, with ids under `prefix`; what went wrong, if anything; was it read?

    A page is unread only where nothing may be fetched and it was never read before.
    """
    try:
        url = expand(criterion.url, records)
    except BadInput as error:
        return [], f"{criterion.name}: {error}", True

    def look() -> Work:
        try:
            text = read_page(means.fetcher.fetch(url))
        except LeftAlone as error:
            return Work((), notes=(str(error),))
        except FetchError as error:
            return Work((), (str(error),))
        return Work(
            tuple(Found(SourceKind.WEB, url, text.title, c.text, text.date) for c in cut(text.text, words=90)[:40])
        )

    key = f"page:{hashlib.sha256(url.encode()).hexdigest()}"
    subject = research(means, key, runid, look)
    wanted = f"{criterion.details} {told(criterion.instructions, records)}"
    best = _best(subject.passages, wanted)
    marked = [
        Passage(f"{prefix(criterion.name)}{n}", p.kind, p.source, f"{criterion.name}: {p.title}", p.text, p.date)
        for n, p in enumerate(best, 1)
    ]
    return marked, subject.detail, subject.state != NEVER_READ


def _best(passages: Sequence[Passage], wanted: str) -> list[Passage]:
    """The passages that share most words with what is asked, in the page's order."""
    words = set(re.findall(r"\w{3,}", wanted.casefold()))
    scored = sorted(
        enumerate(passages), key=lambda p: (-len(words & set(re.findall(r"\w{3,}", p[1].text.casefold()))), p[0])
    )
    return [p for _, p in sorted(scored[:_MAX_PASSAGES], key=lambda p: p[0])]


def _field(table: str, label: str) -> str:
    known = TABLES.get(table.casefold())
    if known is None:
        raise BadInput(f"{{{{{table}.{label}}}}} names no table. Use Lead, Account or Contact.")
    column = column_called(known, label.strip())
    if column in PERSONAL or known.name == "contact":
        raise BadInput(f"{{{{{table}.{label}}}}} names a person; a person's data does not go into a public address.")
    return f"{known.name}.{column}"
