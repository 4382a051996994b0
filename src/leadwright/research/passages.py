"""Cuts plain or markdown text into passages of about 150 words under their heading. No input or output."""

import re
from dataclasses import dataclass

WORDS = 150
MAX_PASSAGES = 2_000  # of one document
_HEADING = re.compile(r"^#{1,6}\s+(.{1,200}?)\s*#*$")
_SENTENCE_END = re.compile(r"(?<=[.!?])\s+(?=[\"'“(]?[A-Z0-9À-Ý])")


@dataclass(frozen=True, slots=True)
class Cut:
    """One passage: the heading it stands under (may be empty) and its words."""

    heading: str
    text: str


def cut(text: str, *, words: int = WORDS) -> list[Cut]:
    """Passages of about `words` words; a sentence is broken only when it alone is longer.

    Args:
        text: paragraphs divided by blank lines; lines such as ``## Prices`` are headings.
    """
    found: list[Cut] = []
    heading, held = "", list[str]()

    def flush() -> None:
        if held:
            found.append(Cut(heading, " ".join(held)))
            held.clear()

    for block in re.split(r"\n+", text):
        plain = block.strip()
        if title := _HEADING.match(plain):
            flush()
            heading = _unmarked(title.group(1))
            continue
        for sentence in _sentences(_unmarked(plain), words):
            if held and _count(held) + len(sentence.split()) > words:
                flush()
            held.append(sentence)
        if len(found) >= MAX_PASSAGES:
            break
    flush()
    return found[:MAX_PASSAGES]


def _count(parts: list[str]) -> int:
    return sum(len(p.split()) for p in parts)


def _sentences(paragraph: str, words: int) -> list[str]:
    sentences: list[str] = []
    for sentence in _SENTENCE_END.split(paragraph):
        tokens = sentence.split()
        sentences += [" ".join(tokens[n : n + words]) for n in range(0, len(tokens), words)]
    return sentences


def _unmarked(text: str) -> str:
    """Without markdown marks that no reader would quote."""
    text = re.sub(r"\*\*|__|`|!?\[([^\]]{0,300})\]\([^)]{0,500}\)", r"\1", text)
    text = re.sub(r"^(?:[-*+]|>)\s+", "", text)
    if text.startswith("|"):
        text = "" if re.fullmatch(r"[|\s:-]+", text) else ", ".join(c.strip() for c in text.strip("| ").split("|"))
    return text.strip()
