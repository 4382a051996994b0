"""Cuts passages into sentences worth reading. Drops menus, cookie notices and other boiler plate; judges nothing."""

import re
from functools import lru_cache

_END = re.compile(r"(?<=[.!?])[\"')\]]?\s+(?=[\"'(\[]?[A-Z0-9ÀÖØ-Þ])|\s*\n+\s*|\s*[•▪●]\s*")
_ABBREVIATION = re.compile(
    r"(?:\b(?:Mr|Mrs|Ms|Dr|Prof|Inc|Corp|Co|Ltd|LLC|No|vs|etc|approx|St|Jr|Sr|e\.g|i\.e|Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept?|"
    r"Oct|Nov|Dec|[A-Z])|\bU\.[SK])\.$"
)
_BOILER = re.compile(
    r"\b(?:cookies?|privacy policy|terms (?:of|and)|all rights reserved|subscribe|newsletter|sign (?:in|up)|log ?in|"
    r"javascript|your browser|click here|read more|learn more|skip to|copyright|©|follow us|share this|menu|"
    r"back to top|accept all|unsubscribe|advertisement|contact us (?:at|today)|cart|checkout)\b",
    re.I,
)
LONGEST = 400  # characters; what is longer is a list or a page without full stops


@lru_cache(maxsize=64)
def sentences(text: str) -> tuple[str, ...]:
    """The sentences of a passage, word for word, without boiler plate. At most the first 60,000 characters are read."""
    out: list[str] = []
    held = ""
    for part in _END.split(text[:60_000]):
        piece = (held + " " + part).strip() if held else part.strip()
        held = ""
        if _ABBREVIATION.search(piece) and len(piece) < LONGEST and piece in text:
            held = piece
            continue
        out.append(piece)
    if held:
        out.append(held)
    return tuple(s for s in out if _is_sentence(s) and s in text)


def _is_sentence(text: str) -> bool:
    return 20 <= len(text) <= LONGEST and len(text.split()) >= 4 and not _BOILER.search(text)
