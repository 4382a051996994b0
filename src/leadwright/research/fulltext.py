"""Ranked full-text retrieval of knowledge passages on both databases. Triggers keep the index; nothing writes here."""

import re
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

_MOST_TERMS = 32
_COMMON = frozenset(
    re.findall(
        r"\w+",
        "a an and are as at be been but by can do does for from had has have how i if in into is it its may "
        "more most of on or our s so such t than that the their them then there these they this to was we "
        "were what when where which who will with would you your",
    )
)
_SQLITE = text(
    """
    SELECT p.passageno, p.heading, p.text, d.documentid, d.location, d.title, d.publishedon
    FROM knowledgepassage_text
    JOIN knowledgepassage p ON p.passageno = knowledgepassage_text.rowid
    JOIN knowledgedocument d ON d.documentid = p.documentid
    JOIN knowledgesource s ON s.sourceid = d.sourceid
    WHERE knowledgepassage_text MATCH :terms AND p.purpose = :purpose AND s.purpose = :purpose
    ORDER BY bm25(knowledgepassage_text, 2.0, 1.0), p.passageno
    LIMIT :most
    """
)
# ts_rank knows no rarity of words, so each word counts by how rare it is in the set (as bm25 does on SQLite).
_POSTGRESQL = text(
    """
    WITH asked AS (
        SELECT DISTINCT plainto_tsquery('english', word) AS term FROM unnest(CAST(:words AS text[])) AS word
    ), weighed AS (
        SELECT term, ln(1 + (SELECT count(*) FROM knowledgepassage WHERE purpose = :purpose) / (0.5 + (
            SELECT count(*) FROM knowledgepassage_text x JOIN knowledgepassage y ON y.passageno = x.passageno
            WHERE x.words @@ term AND y.purpose = :purpose))) AS weight
        FROM asked WHERE numnode(term) > 0
    ), best AS (
        SELECT t.passageno, sum(w.weight * (1 + 0.5 * ts_rank_cd(t.words, w.term, 1))) AS score
        FROM weighed w
        JOIN knowledgepassage_text t ON t.words @@ w.term
        JOIN knowledgepassage p ON p.passageno = t.passageno AND p.purpose = :purpose
        GROUP BY t.passageno ORDER BY score DESC, t.passageno LIMIT :most
    )
    SELECT p.passageno, p.heading, p.text, d.documentid, d.location, d.title, d.publishedon
    FROM best b
    JOIN knowledgepassage p ON p.passageno = b.passageno
    JOIN knowledgedocument d ON d.documentid = p.documentid
    JOIN knowledgesource s ON s.sourceid = d.sourceid
    WHERE s.purpose = :purpose
    ORDER BY b.score DESC, p.passageno
    """
)


def terms(query: str) -> list[str]:
    """Words of a query, common ones left out, each once; whatever the query holds."""
    words = re.findall(r"[^\W_]+", query[:4_000].casefold())
    return [w for w in dict.fromkeys(words) if w not in _COMMON and len(w) < 60 and (len(w) > 1 or w.isdigit())][
        :_MOST_TERMS
    ]


def ranked(session: Session, purpose: str, query: str, most: int) -> list[Any]:
    """Rows (passageno, heading, text, documentid, location, title, publishedon) that share words, best first."""
    words = terms(query)
    if not words or most < 1:
        return []
    asked: dict[str, Any] = {"purpose": purpose, "most": most}
    if session.get_bind().dialect.name == "sqlite":
        return list(session.execute(_SQLITE, {**asked, "terms": " OR ".join(f'"{w}"' for w in words)}).all())
    return list(session.execute(_POSTGRESQL, {**asked, "words": words}).all())
