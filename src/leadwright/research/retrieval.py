"""The passages of one knowledge set that answer a question: ranked by words and, with an embedding, by meaning."""

from collections.abc import Sequence
from typing import Any

import structlog
from sqlalchemy import select
from sqlalchemy.orm import Session

from leadwright.db.knowledge import KnowledgeDocument, KnowledgePassage, KnowledgeSource
from leadwright.errors import BadInput
from leadwright.research import fulltext, vectors
from leadwright.research.embedding import Embedding

_PER_DOCUMENT = 3
_DAMPING = 60  # of reciprocal rank fusion, as in Cormack, Clarke and Buettcher (SIGIR 2009)
_log = structlog.get_logger(__name__)


def search(
    session: Session, purpose: str, query: str, limit: int, embedding: Embedding | None = None, meaning: str = ""
) -> list[Any]:
    """Rows (passageno, heading, text, documentid, location, title, publishedon), best first.

    At most 3 a document, but of a competitor's set as many as there are. A model that cannot be used leaves the
    ranking by words.
    """
    if limit < 1:
        return []
    worded = fulltext.ranked(session, purpose, query, limit * 4)
    asked = (meaning or query).strip()
    near = _nearest(session, embedding, purpose, asked, limit * 4) if embedding and asked else []
    rows = {row.passageno: row for row in worded}
    rows |= {row.passageno: row for row in _rows(session, purpose, [n for n in near if n not in rows])}
    order = fuse([row.passageno for row in worded], near)
    return _a_few_of_each([rows[n] for n in order if n in rows], purpose, limit)


def fuse(*rankings: Sequence[int]) -> list[int]:
    """Several rankings as one, by reciprocal rank: what stands high in both comes first."""
    score: dict[int, float] = {}
    for ranking in rankings:
        for place, number in enumerate(ranking, 1):
            score[number] = score.get(number, 0.0) + 1 / (_DAMPING + place)
    return sorted(score, key=lambda number: -score[number])


def _nearest(session: Session, embedding: Embedding, purpose: str, query: str, most: int) -> list[int]:
    try:
        return vectors.nearest(session, embedding, purpose, query[:4_000], most)
    except BadInput as error:
        _log.warning("embedding_unusable", reason=str(error))
        return []


def _rows(session: Session, purpose: str, numbers: Sequence[int]) -> Sequence[Any]:
    if not numbers:
        return []
    return session.execute(
        select(
            KnowledgePassage.passageno,
            KnowledgePassage.heading,
            KnowledgePassage.text,
            KnowledgeDocument.documentid,
            KnowledgeDocument.location,
            KnowledgeDocument.title,
            KnowledgeDocument.publishedon,
        )
        .join(KnowledgeDocument, KnowledgeDocument.documentid == KnowledgePassage.documentid)
        .join(KnowledgeSource, KnowledgeSource.sourceid == KnowledgeDocument.sourceid)
        .where(
            KnowledgePassage.passageno.in_(numbers),
            KnowledgePassage.purpose == purpose,
            KnowledgeSource.purpose == purpose,
        )
    ).all()


def _a_few_of_each(rows: Sequence[Any], purpose: str, limit: int) -> list[Any]:
    # A battle card is one document whose every part is wanted: its strengths without its weaknesses would mislead.
    most = limit if purpose.startswith("competitor:") else _PER_DOCUMENT
    kept: list[Any] = []
    seen: dict[str, int] = {}
    for row in rows:
        seen[row.documentid] = seen.get(row.documentid, 0) + 1
        if seen[row.documentid] <= most:
            kept.append(row)
    return kept[:limit]
