"""A sentence of the model's own, held against what it rests on before a person reads it. Judges nothing."""

import re
from collections.abc import Iterable, Mapping

from leadwright.analyst.builtin.custom import SMALL_WORDS
from leadwright.analyst.builtin.words import listed, stems
from leadwright.analyst.model.fence import visible
from leadwright.analyst.orders import gives_orders
from leadwright.domain.evidence import Evidence, Passage, Statement
from leadwright.domain.outreach import unsupported

_LINK = re.compile(r"https?:|www\.|@|\]\(|<\w", re.IGNORECASE)
_SHORTEST = 3  # letters of a word that says what a sentence is about
_SAYS_LITTLE = SMALL_WORDS | listed(
    "another any some other more less than per please give take run yes now not was were"
)


def sound_reason(
    text: str, found: tuple[Evidence, ...], passages: Mapping[str, Passage], known: Iterable[str], limit: int = 300
) -> str:
    """The sentence; empty when it gives orders, or has a link, address, name or number that nothing supports.

    Args:
        found: the quotes it rests on.
        known: further text whose names and numbers it may use.
    """
    reason = visible(text, limit)
    foreign = _LINK.search(reason) or gives_orders(reason)
    return "" if foreign or unsupported("", [Statement(reason, found)], passages, known) else reason


def shared_words(text: str, *others: str) -> tuple[int, int]:
    """How many words of the sentence that say something are in the others too, and how many it has."""
    words = {w for w in stems(text) if len(w) >= _SHORTEST} - _SAYS_LITTLE
    return len(words & {w for other in others for w in stems(other)}), len(words)


def speaks_of(text: str, *others: str) -> bool:
    """Does the sentence speak of what the others speak of: are a third of its words in them?"""
    shared, all_of_them = shared_words(text, *others)
    return shared > 0 and shared * 3 >= all_of_them


def in_the_words_of(found: Evidence) -> str:
    """A plain sentence of ours, made of the quote."""
    return f'{visible(found.title or found.source, 80)}: "{visible(found.quote, 200)}"'
