"""The JSON of what was judged in a conversation: interest and BANT, as typed values and back. No queries."""

from collections.abc import Iterable, Mapping
from typing import Any

from leadwright.db.findings import evidence, read_statement
from leadwright.domain.bant import Factor, FactorJudgement, Score
from leadwright.domain.evidence import Evidence
from leadwright.domain.interest import Category, Confidence, Interest, Polarity


def interest_to_json(said: Interest) -> dict[str, Any]:
    """As stored."""
    return {
        "polarity": str(said.polarity),
        "confidence": str(said.confidence) if said.confidence else None,
        "category": str(said.category) if said.category else None,
        "reason": said.reason,
        "evidence": [evidence(e) for e in said.evidence],
    }


def read_interest(stored: Mapping[str, Any]) -> Interest:
    """What was stored; nothing stored is undetected."""
    if not stored:
        return Interest(Polarity.UNDETECTED)
    confidence, category = stored.get("confidence"), stored.get("category")
    return Interest(
        Polarity(stored["polarity"]),
        Confidence(confidence) if confidence else None,
        Category(category) if category else None,
        stored.get("reason", ""),
        _evidence(stored),
    )


def bant_to_json(judged: Iterable[FactorJudgement]) -> list[dict[str, Any]]:
    """As stored."""
    return [
        {
            "factor": str(j.factor),
            "score": str(j.score),
            "reason": j.reason,
            "evidence": [evidence(e) for e in j.evidence],
        }
        for j in judged
    ]


def read_bant(stored: Iterable[Mapping[str, Any]]) -> tuple[FactorJudgement, ...]:
    """What was stored."""
    return tuple(
        FactorJudgement(Factor(s["factor"]), Score(s["score"]), s.get("reason", ""), _evidence(s)) for s in stored
    )


def _evidence(stored: Mapping[str, Any]) -> tuple[Evidence, ...]:
    return read_statement({"text": "", "evidence": stored.get("evidence", [])}).evidence
