"""Rules around a conversation: interest in its light, what a seller is told, who is written to at all."""

import pytest

from leadwright.domain.bant import Factor, FactorJudgement, Score
from leadwright.domain.engagement import HANDED_OVER, LABELS, LOW_INTEREST, Outcome
from leadwright.domain.evidence import Evidence, SourceKind
from leadwright.domain.fit import Criterion, CriterionKind, Judgement, Verdict, weigh
from leadwright.domain.handover import decide_engagement
from leadwright.domain.interest import Confidence, Interest, Polarity, in_thread, undetected
from leadwright.domain.readiness import Told, next_actions, open_questions, summary_of
from leadwright.domain.stage import Stage

POSITIVE = Interest(Polarity.POSITIVE, Confidence.HIGH, reason="Asks for a demo.")
SAID = Evidence("reply", SourceKind.SAID, "reply", "we need it")


def fit_of(*verdicts: Verdict) -> object:
    criteria = tuple(Criterion(f"C{n}", CriterionKind.CUSTOM, "x") for n in range(len(verdicts)))
    judged = [Judgement(c.name, v, "", (SAID,)) for c, v in zip(criteria, verdicts, strict=True)]
    return weigh(criteria, judged)


def test_a_low_fit_that_is_known_is_not_written_to() -> None:
    assert decide_engagement(fit_of(*[Verdict.NOT_MET] * 5)).stage is Stage.DISQUALIFIED  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "verdicts", [[Verdict.MET] * 5, [Verdict.UNKNOWN] * 5, [Verdict.NOT_MET] + [Verdict.UNKNOWN] * 4]
)
def test_a_good_fit_and_thin_data_are_written_to(verdicts: list[Verdict]) -> None:
    assert decide_engagement(fit_of(*verdicts)).stage is Stage.ENGAGED  # type: ignore[arg-type]


def test_a_bare_answer_keeps_the_interest_shown_before_when_we_had_asked() -> None:
    kept = in_thread(undetected(), POSITIVE, goes_on=True)
    assert kept.polarity is Polarity.POSITIVE
    assert kept.reason == "It takes nothing back; before that: Asks for a demo."
    assert in_thread(undetected(), kept, goes_on=True).reason == kept.reason


@pytest.mark.parametrize("answers", [True, False])
def test_a_refusal_is_never_covered_by_earlier_interest(answers: bool) -> None:
    refusal = Interest(Polarity.NEGATIVE, Confidence.HIGH)
    assert in_thread(refusal, POSITIVE, goes_on=answers) is refusal


def test_interest_is_not_carried_where_nothing_was_asked_or_shown() -> None:
    nothing = undetected()
    assert in_thread(nothing, POSITIVE, goes_on=False) is nothing
    assert in_thread(nothing, undetected(), goes_on=True) is nothing


def test_a_seller_is_told_what_is_known_what_is_open_and_what_to_do() -> None:
    bant = (
        FactorJudgement(Factor.NEED, Score.HIGH, "Two warehouses cannot keep up.", (SAID,)),
        FactorJudgement(Factor.BUDGET, Score.UNKNOWN),
    )
    told = Told(Outcome.QUALIFIED, POSITIVE, bant, next_steps="Send the calculator\nInvite to the plant")
    assert summary_of(told) == (
        "Purchase interest: positive, high. Asks for a demo.",
        "Need: high. Two warehouses cannot keep up.",
    )
    assert open_questions(told) == ("Not known: what budget there is.",)
    assert next_actions(told) == (
        "Call or write today: the lead is ready to talk.",
        "Find out what budget there is.",
        "Send the calculator",
        "Invite to the plant",
    )


def test_a_referral_is_named_and_nobody_is_written_to_before_a_person_agrees() -> None:
    told = Told(Outcome.REFERRAL, undetected(), referral=("Grace Hopper", "grace@northwind.example"))
    assert "Grace Hopper <grace@northwind.example>" in next_actions(told)[0]
    assert "if you agree" in next_actions(told)[0]


def test_every_outcome_has_a_label_and_one_side() -> None:
    assert set(LABELS) == set(Outcome)
    assert not HANDED_OVER & LOW_INTEREST
