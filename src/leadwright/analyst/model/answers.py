"""The closed shapes a model may answer in, and how they become statements with real quotes. No address, no tool."""

from collections.abc import Iterable, Sequence
from functools import cache
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from leadwright.domain.evidence import Evidence, Passage, Statement, in_whole_words, quote

Short = Annotated[str, Field(min_length=1, max_length=300)]


class Answer(BaseModel):
    """Base of every answer: nothing beyond the named fields."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)


class Quote(Answer):
    """Words of a numbered passage."""

    passage: int = Field(ge=1, le=500)
    words: Annotated[str, Field(min_length=1, max_length=400)]


class Claim(Answer):
    """A sentence with the quotes it rests on."""

    text: Annotated[str, Field(min_length=1, max_length=600)]
    quotes: list[Quote] = Field(max_length=4)


class VerdictAnswer(Answer):
    """The verdict on the criterion of that number."""

    criterion: int = Field(ge=1, le=100)
    verdict: Literal["met", "not_met", "unknown"]
    reason: Short
    quotes: list[Quote] = Field(max_length=4)


class NoteAnswer(Answer):
    """One thing worth knowing about the company, and what it means for the offering."""

    section: Literal["overview", "priorities", "finances", "news"]
    title: Annotated[str, Field(max_length=120)]
    claim: Claim
    relation: Annotated[str, Field(max_length=300)]


class CompetitorAnswer(Answer):
    """What the passages say about the competitor of that number."""

    competitor: int = Field(ge=1, le=20)
    kind: Literal["overview", "strengths", "weaknesses", "opportunities", "threats", "talking_points"]
    claim: Claim


class ReadingAnswer(Answer):
    """Answer to `read_lead`."""

    verdicts: list[VerdictAnswer] = Field(max_length=60)
    notes: list[NoteAnswer] = Field(max_length=12)
    competitors: list[CompetitorAnswer] = Field(max_length=24)


class MailAnswer(Answer):
    """Answer to `write_mail`."""

    subject: Annotated[str, Field(min_length=1, max_length=160)]
    opening: Claim
    value: Claim
    call_to_action: Short


Words = Annotated[str, Field(max_length=400)]  # of the mail, word for word; empty when there are none


class FactorAnswer(Answer):
    """One BANT factor with the quotes it rests on."""

    factor: Literal["need", "timeline", "budget", "authority"]
    score: Literal["high", "medium", "low", "unknown"]
    reason: Short
    quotes: list[Quote] = Field(max_length=3)


class ReplyAnswer(Answer):
    """Answer to `read_reply`. It has no field for an address, and none that a mail would be written from."""

    kind: Literal[
        "interested",
        "question",
        "objection",
        "not_now",
        "not_interested",
        "unsubscribe",
        "out_of_office",
        "auto_reply",
        "left_company_or_dead_mailbox",
        "wrong_person",
        "escalate",
        "other",
    ]
    kind_words: Words
    opt_out_words: Words
    return_date: Annotated[str, Field(max_length=10)]
    referred_name: Annotated[str, Field(max_length=80)]
    polarity: Literal["positive", "negative", "undetected"]
    confidence: Literal["high", "medium", "low"]
    category: Literal[
        "pricing",
        "budget_approval",
        "features_use_cases",
        "competitors",
        "demo_trial",
        "urgency_timeline",
        "success_stories",
        "none",
    ]
    interest_words: Words
    interest_reason: Short
    bant: list[FactorAnswer] = Field(max_length=8)
    question_words: Words
    answer: list[Quote] = Field(max_length=3)


class ProposalAnswer(Answer):
    """One criterion of the ideal customer, and the words of the text it rests on."""

    kind: Literal["industry", "employees", "role", "location", "revenue"]
    details: Short
    words: Annotated[str, Field(min_length=1, max_length=400)]


class ProposalsAnswer(Answer):
    """Answer to `propose_criteria`."""

    criteria: list[ProposalAnswer] = Field(max_length=8)


def evidence(quotes: Iterable[Quote], shown: Sequence[Passage]) -> tuple[Evidence, ...]:
    """The quotes that really occur, in whole words, in the passage they name."""
    real = []
    for given in quotes:
        if given.passage <= len(shown):
            found = quote(shown[given.passage - 1], given.words)
            if in_whole_words(found, {found.passage_id: shown[given.passage - 1]}):
                real.append(found)
    return tuple(real)


def statement(claim: Claim, shown: Sequence[Passage]) -> Statement:
    """The claim with those of its quotes that are real."""
    return Statement(claim.text, evidence(claim.quotes, shown))


@cache
def schema_of(shape: type[Answer]) -> dict[str, Any]:
    """The JSON schema without what costs tokens and says nothing."""
    schema: dict[str, Any] = _lean(shape.model_json_schema())
    return schema


def _lean(node: Any) -> Any:
    if isinstance(node, dict):
        return {
            k: {name: _lean(v) for name, v in value.items()} if k in ("properties", "$defs") else _lean(value)
            for k, value in node.items()
            if k not in ("title", "description")
        }
    return [_lean(v) for v in node] if isinstance(node, list) else node
