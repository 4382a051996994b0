"""What a statement rests on. A statement that no passage supports is not shown (product.md 5)."""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum


class SourceKind(StrEnum):
    """Where a passage comes from."""

    FIELD = "field"  # a column of the lead or a related record
    WEB = "web"  # a page of the company or about it
    NEWS = "news"
    SEARCH = "search"  # the excerpt a search provider returned
    KNOWLEDGE = "knowledge"  # a source the admin added
    CRM = "crm"  # another record, such as a won opportunity
    SAID = "said"  # a mail or a call of the lead


class SignalStrength(StrEnum):
    """How complete and reliable the input was, so that thin data is never read as lack of interest."""

    WEAK = "weak"
    MEDIUM = "medium"
    STRONG = "strong"


@dataclass(frozen=True, slots=True)
class Passage:
    """A stored piece of source text that may be quoted.

    Args:
        id: stable id; evidence refers to it.
        kind: where it comes from.
        source: URL, ``lead.industry`` style field, or name of a knowledge document.
        title: what a person calls the source.
        text: the whole passage, as stored.
        date: ISO date it was published or read, when known.
    """

    id: str
    kind: SourceKind
    source: str
    title: str
    text: str
    date: str | None = None


@dataclass(frozen=True, slots=True)
class Evidence:
    """A quote out of a passage: `quote` occurs in the passage's text, word for word."""

    passage_id: str
    kind: SourceKind
    source: str
    quote: str
    title: str = ""
    date: str | None = None


@dataclass(frozen=True, slots=True)
class Statement:
    """One sentence shown to a person, with what it rests on."""

    text: str
    evidence: tuple[Evidence, ...]


def quote(passage: Passage, words: str | None = None) -> Evidence:
    """Evidence that quotes `words` of the passage, or all of it."""
    return Evidence(passage.id, passage.kind, passage.source, words or passage.text, passage.title, passage.date)


def is_quoted(evidence: Evidence, passages: Mapping[str, Passage]) -> bool:
    """Does the quote occur in the stored passage (case, spacing and typographic marks aside)?"""
    passage = passages.get(evidence.passage_id)
    wanted = _plain(evidence.quote)
    return bool(passage and wanted and wanted in _plain(passage.text))


def in_whole_words(evidence: Evidence, passages: Mapping[str, Passage]) -> bool:
    """Does the quote occur, does it begin and end where words do, and is there a word in it?

    A letter, or a piece cut out of a word, occurs anywhere and says nothing.
    """
    passage, wanted = passages.get(evidence.passage_id), _plain(evidence.quote)
    if passage is None or not _WORD.search(wanted):
        return False
    before = rf"(?<!{_SPACED})(?<!{_SPACED}')" if re.match(f"{_SPACED}|'", wanted) else ""
    after = rf"(?!{_SPACED})(?!'(?!s(?!{_SPACED})){_SPACED})" if re.search(rf"(?:{_SPACED}|')\Z", wanted) else ""
    return re.search(before + re.escape(wanted) + after, _plain(passage.text)) is not None


# letters and digits of the scripts that put spaces between words: not those of Thai, Lao, Khmer, Burmese, Chinese and
# Japanese
_SPACED = "(?:(?![\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u2e80-\u9fff\uf900-\ufaff])\\w)"
_WORD = re.compile(r"\w[\w'-]")


def supported(statements: Iterable[Statement], passages: Mapping[str, Passage]) -> list[Statement]:
    """The statements whose every quote is real, and that have at least one. The others are dropped."""
    return [s for s in statements if s.evidence and all(is_quoted(e, passages) for e in s.evidence)]


def _plain(text: str) -> str:
    text = unicodedata.normalize("NFKC", text).casefold()
    text = text.translate({0x2018: "'", 0x2019: "'", 0x201C: '"', 0x201D: '"', 0x2013: "-", 0x2014: "-"})
    return re.sub(r"\s+", " ", text).strip()
