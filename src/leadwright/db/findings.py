"""The JSON of `LeadRun.findings`: what was found about a lead, as typed values and back. No queries, no rules."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from leadwright.domain.evidence import Evidence, SourceKind, Statement
from leadwright.domain.fit import Judgement, Verdict


@dataclass(frozen=True, slots=True)
class FoundInsight:
    """Statements of one section (accountOverview, accountNews, ...); `relation`: what it means for the offering."""

    section: str
    title: str
    statements: tuple[Statement, ...]
    relation: Statement | None = None


@dataclass(frozen=True, slots=True)
class FoundCompetitor:
    """What was found about one competitor; `swot` has the keys strengths, weaknesses, opportunities, threats."""

    name: str
    overview: tuple[Statement, ...] = ()
    swot: Mapping[str, tuple[Statement, ...]] = field(default_factory=dict)
    talking_points: tuple[Statement, ...] = ()


@dataclass(frozen=True, slots=True)
class Findings:
    """Everything a run found.

    Args:
        judgements: one for each criterion, in the order of the profile.
        must_have: names of the criteria that are must-haves.
        rating: Hot, Warm, Cold, or empty.
        email: state, type and reason of the address check.
        connected: accountid, contactid; None where nothing was connected.
        missing: what the lead's record lacks, in words.
        conversation: what came of it: outcome, summary, open_questions, question, referral (name, address), mails.
    """

    judgements: tuple[Judgement, ...] = ()
    must_have: frozenset[str] = frozenset()
    insights: tuple[FoundInsight, ...] = ()
    competitors: tuple[FoundCompetitor, ...] = ()
    rating: str = ""
    rating_reasons: tuple[str, ...] = ()
    email: Mapping[str, Any] = field(default_factory=dict)
    connected: Mapping[str, str | None] = field(default_factory=dict)
    missing: tuple[str, ...] = ()
    next_actions: tuple[str, ...] = ()
    conversation: Mapping[str, Any] = field(default_factory=dict)


def to_json(findings: Findings) -> dict[str, Any]:
    """As stored."""
    return {
        "verdicts": [_verdict(j, j.criterion in findings.must_have) for j in findings.judgements],
        "insights": [
            {
                "section": str(i.section),
                "title": i.title,
                "statements": statements(i.statements),
                "relation": statement(i.relation) if i.relation else None,
            }
            for i in findings.insights
        ],
        "competitors": [
            {
                "name": c.name,
                "overview": statements(c.overview),
                "swot": {part: statements(said) for part, said in c.swot.items()},
                "talking_points": statements(c.talking_points),
            }
            for c in findings.competitors
        ],
        "rating": {"value": findings.rating, "reasons": list(findings.rating_reasons)},
        "email": dict(findings.email),
        "connected": dict(findings.connected),
        "missing": list(findings.missing),
        "next_actions": list(findings.next_actions),
        "conversation": dict(findings.conversation),
    }


def from_json(stored: Mapping[str, Any]) -> Findings:
    """What was stored; parts that are absent are empty."""
    verdicts = stored.get("verdicts", [])
    rating = stored.get("rating") or {}
    return Findings(
        judgements=tuple(
            Judgement(v["criterion"], Verdict(v["verdict"]), v["reason"], _evidence(v["evidence"])) for v in verdicts
        ),
        must_have=frozenset(v["criterion"] for v in verdicts if v.get("must_have")),
        insights=tuple(
            FoundInsight(
                i["section"],
                i["title"],
                read_statements(i["statements"]),
                read_statement(i["relation"]) if i.get("relation") else None,
            )
            for i in stored.get("insights", [])
        ),
        competitors=tuple(
            FoundCompetitor(
                c["name"],
                read_statements(c["overview"]),
                {part: read_statements(said) for part, said in c["swot"].items()},
                read_statements(c["talking_points"]),
            )
            for c in stored.get("competitors", [])
        ),
        rating=rating.get("value", ""),
        rating_reasons=tuple(rating.get("reasons", [])),
        email=stored.get("email") or {},
        connected=stored.get("connected") or {},
        missing=tuple(stored.get("missing", [])),
        next_actions=tuple(stored.get("next_actions", [])),
        conversation=stored.get("conversation") or {},
    )


def statements(said: Iterable[Statement]) -> list[dict[str, Any]]:
    """Statements as JSON; also the form of `Email.lw_paragraphs`."""
    return [statement(s) for s in said]


def statement(said: Statement) -> dict[str, Any]:
    """One statement as JSON."""
    return {"text": said.text, "evidence": [evidence(e) for e in said.evidence]}


def evidence(quoted: Evidence) -> dict[str, Any]:
    """One piece of evidence as JSON."""
    return {
        "passage_id": quoted.passage_id,
        "kind": str(quoted.kind),
        "source": quoted.source,
        "quote": quoted.quote,
        "title": quoted.title,
        "date": quoted.date,
    }


def read_statements(stored: Iterable[Mapping[str, Any]]) -> tuple[Statement, ...]:
    """Statements from JSON."""
    return tuple(read_statement(s) for s in stored)


def read_statement(stored: Mapping[str, Any]) -> Statement:
    """One statement from JSON."""
    return Statement(stored["text"], _evidence(stored["evidence"]))


def _verdict(judgement: Judgement, must_have: bool) -> dict[str, Any]:
    return {
        "criterion": judgement.criterion,
        "verdict": str(judgement.verdict),
        "reason": judgement.reason,
        "must_have": must_have,
        "evidence": [evidence(e) for e in judgement.evidence],
    }


def _evidence(stored: Iterable[Mapping[str, Any]]) -> tuple[Evidence, ...]:
    return tuple(
        Evidence(e["passage_id"], SourceKind(e["kind"]), e["source"], e["quote"], e.get("title") or "", e.get("date"))
        for e in stored
    )
