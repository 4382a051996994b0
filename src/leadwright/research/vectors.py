"""Vectors beside the knowledge passages: computed where missing, compared with a question. The model is `embedding`.

A stored vector is eight bytes that stand for the model, then float16 numbers; one of another model counts as missing.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import ColumnElement, func, or_, select, update
from sqlalchemy.orm import Session

from leadwright.db.engine import Database
from leadwright.db.knowledge import KnowledgeDocument, KnowledgePassage, KnowledgeSource
from leadwright.research.embedding import Embedding

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

LEAST = 0.2  # cosine below which two texts have nothing to do with each other, for models such as MiniLM
_BATCH = 64
_Stamp = tuple[tuple[str, datetime | None], ...]


@dataclass(frozen=True, slots=True)
class _Held:
    """The vectors of one set in memory, as they were when its sources were last taken in."""

    stamp: _Stamp
    numbers: "NDArray[np.int64]"
    matrix: "NDArray[np.float32]"


def is_missing(embedding: Embedding) -> ColumnElement[bool]:
    """SQL: a passage without a vector of this model."""
    vector = KnowledgePassage.vector
    return or_(vector.is_(None), func.substr(vector, 1, len(embedding.mark), type_=vector.type) != embedding.mark)


def compute_missing(database: Database, embedding: Embedding, sourceid: str) -> int:
    """Compute the vectors that passages of a source lack; how many. Safe to repeat and to run twice at once.

    Raises:
        BadInput: the model cannot be used.
    """
    done, after = 0, 0
    while batch := _without(database, embedding, sourceid, after):
        found = embedding.vectors([_spoken(row.title, row.heading, row.text) for row in batch])
        with database.transaction() as session:
            for row, vector in zip(batch, found, strict=True):
                # A number may be given out again; a document's id never is.
                session.execute(
                    update(KnowledgePassage)
                    .where(KnowledgePassage.passageno == row.passageno, KnowledgePassage.documentid == row.documentid)
                    .values(vector=embedding.mark + vector.astype("<f2").tobytes())
                )
        done, after = done + len(batch), batch[-1].passageno
    return done


def nearest(session: Session, embedding: Embedding, purpose: str, query: str, most: int) -> list[int]:
    """Numbers of the passages of one set whose meaning is nearest to a text, nearest first.

    Raises:
        BadInput: the model cannot be used.
    """
    held = _held(session, embedding, purpose)
    if not len(held.numbers):
        return []
    asked = embedding.question(query)
    likeness = held.matrix @ asked
    best = (-likeness).argsort(kind="stable")[:most]
    return [int(held.numbers[n]) for n in best if likeness[n] >= LEAST]


def _without(database: Database, embedding: Embedding, sourceid: str, after: int) -> Sequence[Any]:
    with database.reading() as session:
        return session.execute(
            select(
                KnowledgePassage.passageno,
                KnowledgePassage.documentid,
                KnowledgePassage.heading,
                KnowledgePassage.text,
                KnowledgeDocument.title,
            )
            .join(KnowledgeDocument, KnowledgeDocument.documentid == KnowledgePassage.documentid)
            .where(KnowledgeDocument.sourceid == sourceid, KnowledgePassage.passageno > after, is_missing(embedding))
            .order_by(KnowledgePassage.passageno)
            .limit(_BATCH)
        ).all()


def _spoken(title: str, heading: str, text: str) -> str:
    """A passage with what it stands under: `Prices: 120 dollars` alone does not say of what."""
    return ". ".join(dict.fromkeys(part for part in (title, heading, text) if part))


def _held(session: Session, embedding: Embedding, purpose: str) -> _Held:
    """The vectors of a set; read anew whenever one of its sources was taken in, added or removed."""
    import numpy as np

    sources = select(KnowledgeSource.sourceid, KnowledgeSource.ingestedon).where(KnowledgeSource.purpose == purpose)
    stamp: _Stamp = tuple((row.sourceid, row.ingestedon) for row in session.execute(sources.order_by("sourceid")))
    key = (str(session.get_bind().engine.url), purpose)
    held = embedding.held.get(key)
    if isinstance(held, _Held) and held.stamp == stamp:
        return held
    rows = session.execute(
        select(KnowledgePassage.passageno, KnowledgePassage.vector)
        .where(KnowledgePassage.purpose == purpose, ~is_missing(embedding))
        .order_by(KnowledgePassage.passageno)
    ).all()
    numbers = np.array([row.passageno for row in rows], dtype=np.int64)
    stored = b"".join(row.vector[len(embedding.mark) :] for row in rows)
    matrix = np.frombuffer(stored, dtype="<f2").reshape(len(rows), -1 if rows else 0).astype(np.float32)
    embedding.held[key] = found = _Held(stamp, numbers, matrix)
    return found
