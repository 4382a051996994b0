"""What becomes of a researched lead in Research-only mode, with its reasons and next actions (product.md 9)."""

from collections.abc import Sequence
from dataclasses import dataclass

from leadwright.domain.evidence import SignalStrength
from leadwright.domain.fit import Band, Fit, Judgement, Verdict
from leadwright.domain.stage import Stage


@dataclass(frozen=True, slots=True)
class Decision:
    """The outcome of a run.

    Args:
        stage: handed over or disqualified.
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


def _good(fit: Fit) -> tuple[str, ...]:
    known = sum(j.verdict is not Verdict.UNKNOWN for j in fit.judgements)
    met = [j for j in fit.judgements if j.verdict is Verdict.MET]
    return (f"{fit.band.value} fit: {len(met)} of {known} known criteria are met.", *_lines(fit, Verdict.MET))


def _low(fit: Fit) -> tuple[str, ...]:
    if fit.missed_must_have:
        first = f"Low fit: {_and(fit.missed_must_have)} must be met and is not."
    else:
        known = sum(j.verdict is not Verdict.UNKNOWN for j in fit.judgements)
        missed = sum(j.verdict is Verdict.NOT_MET for j in fit.judgements)
        first = f"Low fit: {missed} of {known} known criteria are not met."
    return (first, *_lines(fit, Verdict.NOT_MET))


def _thin(fit: Fit) -> tuple[str, ...]:
    unknown = [j.criterion for j in fit.judgements if j.verdict is Verdict.UNKNOWN]
    known = len(fit.judgements) - len(unknown)
    first = f"To find out: only {known} of {len(fit.judgements)} criteria are known, so the fit is not judged on them."
    if not fit.judgements:
        first = "To find out: the profile has no criteria, so the fit was not judged."
    return (first, *_lines(fit, Verdict.MET), *_lines(fit, Verdict.NOT_MET))


def _follow_up(fit: Fit, missing: Sequence[str]) -> tuple[str, ...]:
    send = () if "email address" in missing else ("Check the drafted email and send it.",)
    return (*send, *_ask(fit), *_complete(missing))


def _find_out(fit: Fit, missing: Sequence[str]) -> tuple[str, ...]:
    return (*_ask(fit), *_complete(missing))


def _ask(fit: Fit) -> tuple[str, ...]:
    return tuple(f"Find out: {j.criterion}." for j in fit.judgements if j.verdict is Verdict.UNKNOWN)


def _complete(missing: Sequence[str]) -> tuple[str, ...]:
    return (f"Complete the lead: {_and(missing)}.",) if missing else ()


def _lines(fit: Fit, verdict: Verdict) -> tuple[str, ...]:
    return tuple(_line(j) for j in fit.judgements if j.verdict is verdict)


def _line(judgement: Judgement) -> str:
    word = "met" if judgement.verdict is Verdict.MET else "not met"
    return f"{judgement.criterion}: {word}. {judgement.reason}".strip()


def _and(words: Sequence[str]) -> str:
    return " and ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else list(words))
