"""Text of strangers with the words that were judged marked in it. Everything is escaped; nothing else is HTML."""

import re
from collections.abc import Iterable

from markupsafe import Markup, escape

_MOST_WORDS = 80  # of a quote that is looked for


def marked(text: str, quotes: Iterable[str]) -> Markup:
    """The text, escaped, with each quote marked where it first stands; spacing and case do not matter."""
    spans = sorted(found for quote in quotes if (found := _place(text, quote)))
    parts, at = [], 0
    for start, end in spans:
        if start < at:
            continue
        parts += [escape(text[at:start]), Markup("<mark>{}</mark>").format(text[start:end])]
        at = end
    return Markup("").join([*parts, escape(text[at:])])


def _place(text: str, quote: str) -> tuple[int, int] | None:
    words = quote.split()[:_MOST_WORDS]
    if not words:
        return None
    found = re.search(r"\s+".join(map(re.escape, words)), text, re.IGNORECASE)
    return found.span() if found else None
