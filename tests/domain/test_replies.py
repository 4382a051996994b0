"""The decision table of replies, every row of it."""

from dataclasses import replace
from datetime import date
from itertools import product

import pytest

from leadwright.domain.bant import Factor, FactorJudgement, Score, qualifies
from leadwright.domain.interest import Confidence, Interest, Polarity
from leadwright.domain.replies import (
    MOST_QUESTIONS,
    Heard,
    Knowledge,
    Move,
    ReplyClass,
    Standing,
    decide,
    next_question,
)

HUMAN = ("interested", "question", "objection", "not_now", "not_interested", "other")
POSITIVE = [Interest(Polarity.POSITIVE, c) for c in Confidence]
NEGATIVE = [Interest(Polarity.NEGATIVE, c) for c in (Confidence.HIGH, Confidence.MEDIUM)]
UNDETECTED = [Interest(Polarity.UNDETECTED)]


def bant(*scores: Score) -> tuple[FactorJudgement, ...]:
    return tuple(FactorJudgement(f, s) for f, s in zip(Factor, scores, strict=False))


BANT = {
    True: bant(Score.HIGH, Score.MEDIUM),
    False: bant(Score.LOW, Score.LOW, Score.LOW, Score.HIGH),
    None: bant(Score.HIGH),
}
ASKED = [tuple(Factor)[:n] for n in range(MOST_QUESTIONS + 1)]
SENDERS = list(product((True, None, False), (True, False)))


def heard(kind: str, interest: Interest = UNDETECTED[0], **more: object) -> Heard:
    return Heard(ReplyClass(kind), interest, **more)


def expected(said: Heard, standing: Standing) -> Move:
    """The table as product.md writes it, read from the top."""
    qualifying = qualifies(said.bant) if standing.bant_configured else True
    first_open = next((f for f in Factor if f not in standing.asked and f not in {j.factor for j in said.bant}), None)
    rows = [
        (said.authenticated is False or not said.same_sender, Move.SHOW),
        (said.interest.polarity == "negative", Move.DISQUALIFY),
        (said.interest.polarity == "positive" and qualifying is True, Move.HAND_OVER),
        (said.interest.polarity == "positive" and qualifying is False, Move.DISQUALIFY),
        (
            said.interest.polarity == "positive" and said.interest.confidence == "high" and standing.fast_track,
            Move.HAND_OVER,
        ),
        (said.knowledge == "known", Move.ANSWER),
        (said.knowledge == "unknown", Move.BLOCKED),
        (said.interest.polarity == "undetected", Move.HAND_OVER),
        (len(standing.asked) < 3 and first_open is not None, Move.ASK),
        (True, Move.HAND_OVER),
    ]
    return next(move for holds, move in rows if holds)


def test_every_row_of_the_table_for_a_persons_mail() -> None:
    seen = set()
    rows = product(
        HUMAN,
        [*POSITIVE, *NEGATIVE, *UNDETECTED],
        BANT.values(),
        (True, False),
        Knowledge,
        ASKED,
        (True, False),
        SENDERS,
    )
    for kind, interest, scores, configured, knowledge, asked, fast, (authenticated, same) in rows:
        said = heard(kind, interest, bant=scores, knowledge=knowledge, authenticated=authenticated, same_sender=same)
        standing = Standing(asked, bant_configured=configured, fast_track=fast)
        decision = decide(said, standing)
        assert decision.move is expected(said, standing), (said, standing)
        assert decision.reasons
        assert all(r.endswith(".") for r in decision.reasons)
        assert not decision.suppress
        assert decision.until is None
        assert (decision.ask is None) or decision.move in (Move.ASK, Move.ANSWER)
        if decision.ask:
            assert configured
            assert decision.ask not in asked
            assert len(asked) < MOST_QUESTIONS
            assert qualifies(scores) is None
        seen.add(decision.move)
    assert seen == {
        Move.SHOW, Move.HAND_OVER, Move.ASK, Move.ANSWER, Move.BLOCKED, Move.DISQUALIFY,
    }  # fmt: skip


@pytest.mark.parametrize("sender", SENDERS)
@pytest.mark.parametrize("interest", [*POSITIVE, *NEGATIVE, *UNDETECTED])
@pytest.mark.parametrize("kind", ReplyClass)
def test_an_opt_out_suppresses_whatever_else_the_mail_says(
    kind: ReplyClass, interest: Interest, sender: tuple[bool | None, bool]
) -> None:
    said = Heard(kind, interest, BANT[True], opt_out=True, authenticated=sender[0], same_sender=sender[1])
    decision = decide(said, Standing())
    assert decision.suppress
    handed = kind is ReplyClass.ESCALATE and said.trusted
    assert decision.move is (Move.ESCALATE if handed else Move.SUPPRESS)


@pytest.mark.parametrize("sender", SENDERS)
@pytest.mark.parametrize("interest", [*POSITIVE, *UNDETECTED])
def test_what_a_machine_wrote_is_never_judged(interest: Interest, sender: tuple[bool | None, bool]) -> None:
    def move(kind: str, **more: object) -> Move:
        said = heard(kind, interest, bant=BANT[True], authenticated=sender[0], same_sender=sender[1], **more)
        decision = decide(said, Standing())
        assert decision.ask is None
        return decision.move

    assert move("auto_reply") is Move.STORE
    assert move("out_of_office") is Move.WAIT
    assert move("out_of_office", proven=False) is (Move.STORE if sender[0] is False else Move.WAIT)
    assert move("bounce", hard=True) is Move.ADDRESS_INVALID
    assert move("bounce", hard=False) is Move.RETRY
    assert move("bounce", hard=None) is Move.RETRY
    assert move("bounce", hard=True, names_our_mail=False) is Move.STORE


@pytest.mark.parametrize(("authenticated", "same", "proven", "vouched", "move"), [
    (True, True, True, False, Move.ESCALATE),
    (None, True, True, False, Move.ESCALATE),
    (False, True, True, False, Move.SHOW),
    (True, False, True, False, Move.SHOW),
    (None, True, False, False, Move.SHOW),
    (False, False, False, True, Move.ESCALATE),
])  # fmt: skip
def test_a_threat_of_whoever_may_not_be_the_lead_is_shown_and_moves_nothing(
    authenticated: bool | None, same: bool, proven: bool, vouched: bool, move: Move
) -> None:
    said = heard("escalate", authenticated=authenticated, same_sender=same, proven=proven, vouched=vouched)
    assert decide(said, Standing()).move is move


@pytest.mark.parametrize(("authenticated", "vouched"), [(True, False), (None, False), (False, False), (False, True)])
@pytest.mark.parametrize(("same", "proven"), [(True, True), (True, False), (False, True)])
def test_only_a_forged_absence_that_answers_nothing_is_not_believed_and_none_goes_to_a_person(
    authenticated: bool | None, vouched: bool, same: bool, proven: bool
) -> None:
    move = Move.STORE if (authenticated, vouched, proven) == (False, False, False) else Move.WAIT
    back = {"return_date": date(2026, 12, 4), "same_sender": same, "proven": proven}
    decision = decide(heard("out_of_office", authenticated=authenticated, vouched=vouched, **back), Standing())
    assert decision.move is move
    assert (decision.until is None) is (move is Move.STORE)


def test_the_next_follow_up_moves_past_the_return_date() -> None:
    decision = decide(heard("out_of_office", return_date=date(2026, 12, 4)), Standing())
    assert decision.until == date(2026, 12, 4)
    assert "2026-12-04" in decision.reasons[0]
    assert decide(heard("out_of_office"), Standing()).until is None


@pytest.mark.parametrize("kind", ["wrong_person", "left_company_or_dead_mailbox"])
def test_a_referral_is_proposed_to_a_person(kind: str) -> None:
    assert decide(heard(kind), Standing()).move is Move.PROPOSE_CONTACT
    assert decide(heard(kind, same_sender=False), Standing()).move is Move.SHOW


def test_the_same_question_is_never_asked_twice_and_none_after_three() -> None:
    asked: tuple[Factor, ...] = ()
    for _ in range(MOST_QUESTIONS):
        factor = next_question((), asked)
        assert factor is not None
        assert factor not in asked
        asked = (*asked, factor)
    assert asked == (Factor.NEED, Factor.TIMELINE, Factor.BUDGET)
    assert next_question((), asked) is None
    said = heard("interested", POSITIVE[1])
    assert decide(said, Standing(asked)).move is Move.HAND_OVER
    assert decide(replace(said, knowledge=Knowledge.KNOWN), Standing(asked)).ask is None


def test_no_question_is_asked_that_could_not_change_the_verdict() -> None:
    assert next_question(BANT[True], ()) is None
    assert next_question(BANT[False], ()) is None
    assert next_question(BANT[None], ()) is Factor.TIMELINE


@pytest.mark.parametrize(("proven", "authenticated", "trusted"), [
    (True, None, True), (False, None, False), (False, True, True), (True, False, False), (False, False, False),
])  # fmt: skip
def test_who_has_no_mail_of_ours_counts_only_when_our_server_vouches_for_the_sender(
    proven: bool, authenticated: bool | None, trusted: bool
) -> None:
    said = heard("interested", POSITIVE[0], bant=BANT[True], proven=proven, authenticated=authenticated)
    assert said.trusted is trusted
    assert (decide(said, Standing()).move is Move.HAND_OVER) is trusted
