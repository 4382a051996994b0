"""Strangers' text as data in a prompt: cleaned, cut to length, between markers nobody can guess. No instructions."""

import re
import secrets
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from leadwright.domain.evidence import Passage, SourceKind

_SENTENCE = re.compile(r"(?<=[.!?])\s+|\n+")
_WORD = re.compile(r"\w{3,}")
_NUMBER = re.compile(r"\d")
_FIELD_LENGTH = 200


@dataclass(frozen=True, slots=True)
class Data:
    """A block of numbered passages for one prompt.

    Args:
        text: the numbered passages, without the markers.
        passages: what the numbers 1, 2, ... stand for.
    """

    text: str
    passages: tuple[Passage, ...]


def visible(text: str, limit: int) -> str:
    """The text on one line without control, format, private or unassigned characters, at most `limit` long."""
    line = " ".join(text[: limit * 4].split())
    if not line.isprintable():
        kept = "".join(c if unicodedata.category(c)[0] != "C" else "" if c > "\x1f" else " " for c in line)
        line = " ".join(kept.split())
    return line[:limit].rstrip()


def fenced(text: str) -> tuple[str, str]:
    """The marker of this call, and the text between a pair of it."""
    marker = f"DATA-{secrets.token_hex(8)}"
    return marker, f"<{marker}>\n{text}\n</{marker}>"


def number_passages(
    passages: Iterable[Passage],
    shares: Sequence[tuple[frozenset[SourceKind], int]],
    wanted: str,
    whole: Sequence[tuple[Passage, int]] = (),
) -> Data:
    """Choose what fits, kind by kind, and number it.

    Args:
        whole: passages shown first and uncut, each up to its number of characters.
        shares: kinds of source and the characters they may take together, in the order shown.
        wanted: words that make a sentence worth its place, such as the criteria.
    """
    given = list(passages)
    words = frozenset(w.casefold() for w in _WORD.findall(wanted))
    lines: list[str] = []
    shown: list[Passage] = []
    for passage, limit in whole:
        shown.append(passage)
        lines.append(f"[{len(shown)}] {visible(_label(passage), 70).replace(':', ',')}: {visible(passage.text, limit)}")
    for kinds, budget in shares:
        left = budget
        for passage in (p for p in given if p.kind in kinds):
            text = _cut(passage, left, words)
            if not text:
                continue
            left -= len(text)
            shown.append(passage)
            lines.append(f"[{len(shown)}] {visible(_label(passage), 70).replace(':', ',')}: {text}")
    return Data("\n".join(lines), tuple(shown))


def _label(passage: Passage) -> str:
    title = passage.source if passage.kind is SourceKind.FIELD else passage.title or passage.kind.value
    return f"{title}, {passage.date[:10]}" if passage.date and passage.kind is SourceKind.NEWS else title


def _cut(passage: Passage, room: int, words: frozenset[str]) -> str:
    """The best sentences of a passage that fit, in their order, word for word."""
    if passage.kind is SourceKind.FIELD:
        return visible(passage.text, min(_FIELD_LENGTH, room))
    sentences = [s for s in (visible(s, 600) for s in _SENTENCE.split(passage.text[:20_000])) if s]
    limit = min(room, 900)
    if sum(map(len, sentences)) + len(sentences) <= limit:
        return " ".join(sentences)
    ranked = sorted(range(len(sentences)), key=lambda i: (-_worth(sentences[i], words), i))
    taken, used = [], 0
    for index in ranked:
        if used + len(sentences[index]) + 1 <= limit:
            taken.append(index)
            used += len(sentences[index]) + 1
    return " ".join(sentences[i] for i in sorted(taken))


def _worth(sentence: str, words: frozenset[str]) -> float:
    found = {w.casefold() for w in _WORD.findall(sentence)}
    return len(found & words) + bool(_NUMBER.search(sentence)) - len(sentence) / 400
