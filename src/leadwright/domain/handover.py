"""What becomes of a researched lead, with its reasons and next actions (product.md 6 and 9)."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from leadwright.domain.evidence import SignalStrength
from leadwright.domain.fit import Band, Fit, Judgement, Verdict
from leadwright.domain.stage import Stage


@dataclass(frozen=True, slots=True)
class Decision:
    """The outcome of a run.

    Args:
        stage: handed over, disqualified or engaged.
        to_find_out: handed over although little is known: a person is to find out.
        reasons: sentences, the verdict first.
        next_actions: what a seller should do, most useful first.
    """

    stage: Stage
    to_find_out: bool
    reasons: tuple[str, ...]
    next_actions: tuple[str, ...]


def decide(fit: Fit, *, missing: Sequence[str] = ()) -> Decision:
    """High or Moderate: handed over. Low and well enough known: disqualified. Thin data: handed over to find out.

    Args:
        fit: the weighed profile.
        missing: what the lead's record lacks, in words ("email address").
    """
    if fit.disqualifies:
        return Decision(Stage.DISQUALIFIED, False, _low(fit), ("Reassign it if you know better.",))
    if fit.signal is SignalStrength.WEAK or fit.band is Band.UNKNOWN:
        return Decision(Stage.HANDED_OVER, True, _thin(fit), _find_out(fit, missing))
    return Decision(Stage.HANDED_OVER, False, _good(fit), _follow_up(fit, missing))


def decide_engagement(fit: Fit, *, missing: Sequence[str] = ()) -> Decision:
    """The same in Research and engage: who would be handed over is written to, thin data to find out."""
    decided = decide(fit, missing=missing)
    if decided.stage is Stage.DISQUALIFIED:
        return decided
    return replace(decided, stage=Stage.ENGAGED, next_actions=())


def _good(fit: Fit) -> tuple[str, ...]:
    met = sum(j.verdict is Verdict.MET for j in fit.judgements)
    known = sum(j.verdict is not Verdict.UNKNOWN for j in fit.judgements)
    unknown = len(fit.judgements) - known
    more = f", {unknown} unknown" if unknown else ""
    return (f"{fit.band.value} fit: {met} of {known} known criteria are met{more}.", *_lines(fit))


def _low(fit: Fit) -> tuple[str, ...]:
    if fit.missed_must_have:
        first = f"Low fit: {_and(fit.missed_must_have)} must be met and is not."
    else:
        known = sum(j.verdict is not Verdict.UNKNOWN for j in fit.judgements)
        missed = sum(j.verdict is Verdict.NOT_MET for j in fit.judgements)
        first = f"Low fit: {missed} of {known} known criteria are not met."
    return (first, *_lines(fit, Verdict.NOT_MET))


def _thin(fit: Fit) -> tuple[str, ...]:
    known = sum(j.verdict is not Verdict.UNKNOWN for j in fit.judgements)
    first = f"To find out: only {known} of {len(fit.judgements)} criteria are known, so the fit is not judged on them."
    if not fit.judgements:
        first = "To find out: the profile has no criteria, so the fit was not judged."
    return (first, *_lines(fit))


def _follow_up(fit: Fit, missing: Sequence[str]) -> tuple[str, ...]:
    send = () if "email address" in missing else ("Check the drafted email and send it.",)
    return (*send, *_ask(fit, missing))


def _find_out(fit: Fit, missing: Sequence[str]) -> tuple[str, ...]:
    """First what is missing; a drafted mail comes last."""
    send = () if "email address" in missing else ("Then check the drafted email and send it.",)
    return (*_ask(fit, missing), *send)


def _ask(fit: Fit, missing: Sequence[str]) -> tuple[str, ...]:
    """What a person is to find out, each thing once: what the record lacks, and what no criterion could be told of."""
    unknown = [j.criterion for j in fit.judgements if j.verdict is Verdict.UNKNOWN]
    asked = [m for m in missing if not any(_same(m, u) for u in unknown)]
    complete = (f"Complete the lead: {_and(asked)}.",) if asked else ()
    return (*((f"Find out: {_and(unknown)}.",) if unknown else ()), *complete)


_ALIKE = (
    {"industry"}, {"employee", "size", "head", "staff"}, {"job", "title", "role", "decision"},
    {"revenue", "turnover"}, {"location", "country", "city", "place", "region", "address"},
)  # fmt: skip


def _same(missing: str, criterion: str) -> bool:
    """Do "number of employees" and "Employee size" ask for the same thing?"""
    if "email" in missing.casefold():
        return False
    left, right = (
        {n for n, words in enumerate(_ALIKE) if any(w in text.casefold() for w in words)}
        for text in (missing, criterion)
    )
    return missing.casefold() in criterion.casefold() or bool(left & right)


def _lines(fit: Fit, *verdicts: Verdict) -> tuple[str, ...]:
    """One short line a criterion: what is missed first, then what is unknown, then what is met."""
    wanted = verdicts or (Verdict.NOT_MET, Verdict.UNKNOWN, Verdict.MET)
    return tuple(_line(j) for verdict in wanted for j in fit.judgements if j.verdict is verdict)


def _line(judgement: Judgement) -> str:
    word = {Verdict.MET: "met", Verdict.NOT_MET: "not met", Verdict.UNKNOWN: "unknown"}[judgement.verdict]
    return f"{judgement.criterion}: {word}. {judgement.reason}".strip()


def _and(words: Sequence[str]) -> str:
    return " and ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else list(words))
