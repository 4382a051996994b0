"""The words of the notes that a lead gets in an outside CRM: what the agent found, and what came of a conversation."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from leadwright.domain.fit import Judgement, Verdict

_VERDICTS = {Verdict.MET: "met", Verdict.NOT_MET: "not met"}
_MOST = 100_000


@dataclass(frozen=True, slots=True)
class Part:
    """A heading and the lines below it; without lines it is left out."""

    heading: str
    lines: Sequence[str] = field(default_factory=tuple)


def note_of(lead: str, parts: Sequence[Part]) -> str:
    """A note as plain text. `lead` is its first line: the outcome in a sentence."""
    blocks = [lead] + ["\n".join([p.heading, *(f"- {line}" for line in p.lines)]) for p in parts if p.lines]
    return "\n\n".join(block for block in blocks if block)[:_MOST]


def verdict_lines(judgements: Sequence[Judgement]) -> list[str]:
    """Each criterion with its verdict, its reason and where that was read."""
    return [
        f"{j.criterion}: {_VERDICTS.get(j.verdict, 'not known')}. {j.reason}{_sources(j)}".strip() for j in judgements
    ]


def _sources(judgement: Judgement) -> str:
    sources = list(dict.fromkeys(one.source for one in judgement.evidence if one.source))
    return f" ({', '.join(sources[:3])})" if sources else ""
