"""What flips when past leads are judged by other settings: verdicts compared, and the criteria that did it. Pure."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from leadwright.domain.bant import FactorJudgement, Score
from leadwright.domain.evidence import Evidence
from leadwright.domain.fit import Band, Fit, Verdict
from leadwright.domain.handover import Decision
from leadwright.domain.interest import Interest
from leadwright.domain.replies import Decision as Answered
from leadwright.domain.replies import Move
from leadwright.domain.stage import Stage

ABSENT = "not in the profile"
MOST_LEADS = 5_000  # of one back-test
_STAGES = {Stage.DISQUALIFIED: "Disqualified", Stage.HANDED_OVER: "Handed over", Stage.ENGAGED: "Written to"}
_MOVES = {
    Move.HAND_OVER: "Handed over",
    Move.BLOCKED: "Handed over with an open question",
    Move.DISQUALIFY: "Disqualified",
    Move.ANSWER: "Answered",
    Move.PROPOSE_CONTACT: "Handed over with a referral",
    Move.ESCALATE: "Stopped for the supervisor",
    Move.SUPPRESS: "Disqualified, never written to again",
    Move.WAIT: "Waits",
    Move.STORE: "Kept, not answered",
    Move.SHOW: "Shown to a person",
}


@dataclass(frozen=True, slots=True)
class Cause:
    """One criterion or setting that is judged otherwise, with what the new judgement rests on."""

    criterion: str
    before: str
    after: str
    reason: str = ""
    evidence: tuple[Evidence, ...] = ()


@dataclass(frozen=True, slots=True)
class Flip:
    """One verdict that would be another. `outcome`: what becomes of the lead is another, not only its band."""

    before: str
    after: str
    outcome: bool
    causes: tuple[Cause, ...]


def fit_flip(was: tuple[Fit, Decision], now: tuple[Fit, Decision], must_haves: Collection[str] = ()) -> Flip | None:
    """The verdict on a profile then and now; None when it stays.

    Args:
        must_haves: names of criteria that are a must-have in one of the two profiles only.
    """
    before, after = (_fit_words(*side) for side in (was, now))
    if before == after:
        return None
    return Flip(before, after, was[1].stage is not now[1].stage, _fit_causes(was[0], now[0], must_haves))


def reply_flip(
    was: tuple[Answered, Interest, Sequence[FactorJudgement]],
    now: tuple[Answered, Interest, Sequence[FactorJudgement]],
    settings: Sequence[Cause] = (),
) -> Flip | None:
    """What follows from a mail then and now; None when it stays.

    Args:
        settings: settings of the handoff that differ and may be the cause by themselves.
    """
    before, after = move_words(was[0]), move_words(now[0])
    if before == after:
        return None
    return Flip(before, after, was[0].move is not now[0].move, (*_reply_causes(was, now), *settings))


def move_words(decided: Answered) -> str:
    """``Asked about budget``."""
    return (
        f"Asked about {decided.ask}" if decided.move is Move.ASK and decided.ask else _MOVES.get(decided.move, "Asked")
    )


def _fit_words(fit: Fit, decision: Decision) -> str:
    stage = _STAGES.get(decision.stage, str(decision.stage))
    if decision.to_find_out or fit.band is Band.UNKNOWN:
        return f"{stage} to find out"
    return f"{stage}, {fit.band} fit"


def _fit_causes(was: Fit, now: Fit, must_haves: Collection[str]) -> tuple[Cause, ...]:
    then = {j.criterion: j for j in was.judgements}
    present = {j.criterion: j for j in now.judgements}
    causes: list[Cause] = []
    for name in dict.fromkeys([*present, *then]):
        old, new = then.get(name), present.get(name)
        before, after = (_words(j.verdict) if j else ABSENT for j in (old, new))
        if before != after:
            told = new or old
            causes.append(Cause(name, before, after, told.reason if told else "", told.evidence if told else ()))
        elif new and name in must_haves and new.verdict is Verdict.NOT_MET:
            must = name in now.missed_must_have
            sides = (f"{before}, not a must-have", f"{after}, must have")
            causes.append(Cause(name, *(sides if must else sides[::-1]), new.reason, new.evidence))
    return tuple(causes)


def _reply_causes(
    was: tuple[Answered, Interest, Sequence[FactorJudgement]], now: tuple[Answered, Interest, Sequence[FactorJudgement]]
) -> tuple[Cause, ...]:
    causes: list[Cause] = []
    if (before := _shown(was[1])) != (after := _shown(now[1])):
        causes.append(Cause("Purchase interest", before, after, now[1].reason, now[1].evidence))
    then = {j.factor: j for j in was[2]}
    for judged in now[2]:
        old = then.pop(judged.factor, None)
        score = old.score if old else Score.UNKNOWN
        if score is not judged.score:
            name = str(judged.factor).capitalize()
            causes.append(Cause(name, str(score), str(judged.score), judged.reason, judged.evidence))
    causes += [
        Cause(str(f).capitalize(), str(j.score), "not asked for", j.reason, j.evidence)
        for f, j in then.items()
        if j.score is not Score.UNKNOWN
    ]
    return tuple(causes)


def _shown(interest: Interest) -> str:
    return f"{interest.polarity}, {interest.confidence}" if interest.confidence else str(interest.polarity)


def _words(verdict: Verdict) -> str:
    return str(verdict).replace("_", " ")
